"""Compare our model of routing instances with PyVRP called directly: same seconds, same seed.

    python benchmarks/tours_direct.py ../shared/data/vrp/solomon/{C1,R1,RC1,C2,R2,RC2}01.txt \
        --generated 2 --seconds 5

PyVRP reads each instance itself from a VRPLIB file with DIMACS rounding (tenths, truncated).
Generated instances have 200 customers in the manner of Gehring and Homberger: clustered and
random places, windows on half of the customers. ``difference`` is in percentage points of cost;
below zero, ours is the shorter one. Each pair is run in turn. On a busy machine the seconds hold
fewer iterations for the one than for the other; ``--iterations`` compares the same search.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import pyvrp
from pyvrp.stop import MaxIterations, MaxRuntime
from tours import best_known

from geoteam.tours import VrptwInstance, read_solomon, solve_vrptw

_SIZE, _WIDTH, _DAY = 200, 140, 1000


def write_generated(path: Path, seed: int) -> Path:
    """Write an instance of 200 customers in Solomon's layout."""
    rng = np.random.default_rng(seed)
    heart = rng.integers(0, _WIDTH, (10, 2))
    near = heart[rng.integers(0, 10, _SIZE // 2)] + rng.normal(0, 5, (_SIZE // 2, 2)).round()
    at = np.vstack([[_WIDTH // 2] * 2, near, rng.integers(0, _WIDTH, (_SIZE - _SIZE // 2, 2))])
    away = np.hypot(*(at - at[0]).T)
    rows = [(0, *at[0], 0, 0, _DAY, 0)]
    for number in range(1, _SIZE + 1):
        ready, due = 0, int(_DAY - away[number] - 11)
        if rng.random() < 0.5:
            ready = int(rng.integers(int(away[number]) + 1, due - 40))
            due = min(due, ready + int(rng.integers(30, 120)))
        rows.append((number, *at[number], int(rng.integers(5, 31)), ready, due, 10))
    table = "\n".join(" ".join(f"{value:g}" for value in row) for row in rows)
    header = "CUST NO. XCOORD. YCOORD. DEMAND READY TIME DUE DATE SERVICE TIME"
    path.write_text(
        f"{path.stem}\n\nVEHICLE\nNUMBER CAPACITY\n50 200\n\nCUSTOMER\n{header}\n\n{table}\n",
        encoding="utf-8",
    )
    return path


def write_vrplib(instance: VrptwInstance, path: Path) -> Path:
    """Write the same instance for PyVRP's own reader."""
    rows = list(enumerate(instance.customers.tolist(), start=1))
    parts = {
        "NODE_COORD_SECTION": [f"{n} {x:g} {y:g}" for n, (x, y, *_) in rows],
        "DEMAND_SECTION": [f"{n} {one[2]:g}" for n, one in rows],
        "TIME_WINDOW_SECTION": [f"{n} {one[3]:g} {one[4]:g}" for n, one in rows],
        "SERVICE_TIME_SECTION": [f"{n} {one[5]:g}" for n, one in rows],
        "DEPOT_SECTION": ["1", "-1"],
    }
    head = (
        f"NAME : {instance.name}\nTYPE : VRPTW\nDIMENSION : {len(rows)}\n"
        f"VEHICLES : {instance.vehicles}\nCAPACITY : {instance.capacity}\n"
        "EDGE_WEIGHT_TYPE : EUC_2D\n"
    )
    body = "".join(f"{name}\n" + "\n".join(lines) + "\n" for name, lines in parts.items())
    path.write_text(head + body + "EOF\n", encoding="utf-8")
    return path


def compare(
    path: Path, seconds: float, iterations: int | None, seed: int, folder: Path
) -> dict[str, object]:
    instance = read_solomon(path)
    data = pyvrp.read(write_vrplib(instance, folder / "direct.vrp"), round_func="dimacs")
    stop = MaxIterations(iterations) if iterations else MaxRuntime(seconds)
    direct = pyvrp.solve(data, stop, seed=seed, collect_stats=False, display=False)
    if iterations:
        ours = solve_vrptw(instance, iterations=iterations, seed=seed)
    else:
        ours = solve_vrptw(instance, seconds=seconds, seed=seed)
    theirs, best = direct.best.distance() / 10, best_known(path)
    return {
        "instance": instance.name,
        "customers": len(instance.customers) - 1,
        "ours": ours.cost if ours.feasible else None,
        "direct": theirs if direct.is_feasible() else None,
        "difference": round(100 * (ours.cost / theirs - 1), 3),
        "best_known": best,
        "gap": round(100 * (ours.cost / best - 1), 3) if best else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("instances", type=Path, nargs="*")
    parser.add_argument("--generated", type=int, default=0, help="so many instances of 200")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--iterations", type=int, help="instead of seconds")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = [write_generated(folder / f"G{n}.txt", n) for n in range(options.generated)]
        for path in [*options.instances, *made]:
            rows.append(compare(path, options.seconds, options.iterations, options.seed, folder))
            if not options.json:
                print(" ".join(f"{key}={value}" for key, value in rows[-1].items()), flush=True)
    gaps = [row["gap"] for row in rows if row["gap"] is not None]
    figures = {
        "difference": round(float(np.mean([row["difference"] for row in rows])), 3),
        "gap": round(float(np.mean(gaps)), 3) if gaps else None,
        "seconds": None if options.iterations else options.seconds,
        "instances": rows,
    }
    if options.json:
        print(json.dumps(figures))
    else:
        print(f"mean difference {figures['difference']}, mean gap to best known {figures['gap']}")


if __name__ == "__main__":
    main()
