"""Travel times between 1000 x 1000 points on the streets of Washington, DC.

Compares the hierarchy with SciPy's Dijkstra on the same network, points and turn costs in the
same run: the answers must be identical, and the hierarchy at least five times faster. OSRM is
measured beside them where its wheel installs.

    python benchmarks/matrix.py --data ../shared/data/dc [--size 1000] [--json]
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geoteam.profile import read_profile
from geoteam.streets import Matrix, StreetNetwork, cch, read_streets

ROOT = Path(__file__).resolve().parent.parent
REQUIRED_RATIO = 5.0


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """Result, wall seconds and processor seconds."""
    wall, processor = time.perf_counter(), time.process_time()
    result = work()
    return result, time.perf_counter() - wall, time.process_time() - processor


def alternate(
    rounds: int, one: Callable[[], Matrix], two: Callable[[], Matrix]
) -> tuple[Matrix, Matrix, list[float], list[float]]:
    """Run two ways in turn, so that a busy machine slows both; processor seconds of each round."""
    first: list[float] = []
    second: list[float] = []
    for _ in range(rounds):
        a, _, seconds = timed(one)
        first.append(seconds)
        b, _, seconds = timed(two)
        second.append(seconds)
    return a, b, first, second


def osrm() -> str:
    if importlib.util.find_spec("osrm") is None:
        version = ".".join(map(str, sys.version_info[:2]))
        return f"not measured: its wheel needs Python 3.12 and is not here (this is {version})"
    return "not measured: the OSRM found has no street data prepared"


def measure(data: Path, size: int, rounds: int) -> dict[str, Any]:
    profile = read_profile(ROOT / "boundaries" / "dc.toml")
    graph, _, read_s = timed(lambda: read_streets(data / profile.streets.file))
    built, _, build_s = timed(
        lambda: StreetNetwork.from_graph(
            graph,
            speeds_kmh=profile.streets.speeds_kmh,
            turn_s=profile.streets.turn_s,
            crs=profile.city.crs,
        )
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "streets.npz"
        built.save(path)
        network, load_s, _ = timed(lambda: StreetNetwork.load(path))
    addresses = pd.read_parquet(data / profile.addresses.points.file)[["lon", "lat"]].to_numpy()
    random = np.random.default_rng(2026)
    origins, destinations = random.choice(addresses, size), random.choice(addresses, size)
    _, _, ready_s = timed(lambda: network.matrix(origins[:1], destinations[:1], lengths=False))
    one, two, cch_s, scipy_s = alternate(
        rounds,
        lambda: network.matrix(origins, destinations, lengths=False, engine="cch"),
        lambda: network.matrix(origins, destinations, engine="scipy"),
    )
    ratio = float(np.median(np.array(scipy_s) / np.array(cch_s)))
    return {
        "size": size,
        "arcs": len(network.turns.arc_ms),
        "turns": len(network.turns.tail),
        "read_s": round(read_s, 2),
        "build_s": round(build_s, 2),
        "load_s": round(load_s, 3),
        "first_answer_s": round(ready_s, 2),
        "hierarchy_s": [round(seconds, 3) for seconds in cch_s],
        "scipy_s": [round(seconds, 3) for seconds in scipy_s],
        "ratio": round(ratio, 2),
        "required_ratio": REQUIRED_RATIO,
        "identical": bool(np.array_equal(one.duration_s, two.duration_s)),
        "reached": float(np.isfinite(one.duration_s).mean()),
        "median_minutes": round(float(np.median(one.duration_s)) / 60.0, 2),
        "osrm": osrm(),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "dc")
    parser.add_argument("--size", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not cch.available():
        print("routingkit-cch is not installed: there is nothing to compare", file=sys.stderr)
        return 1
    result = measure(options.data, options.size, options.rounds)
    if options.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:>16}  {value}")
    return 0 if result["identical"] and result["ratio"] >= REQUIRED_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
