"""Solve one of Solomon's instances and compare with the best known cost beside it.

    python benchmarks/tours.py --instance ../shared/data/vrp/solomon/C101.txt --seconds 20 --json

Cost is the sum of distances truncated to one decimal. The best known cost is read from the .sol
file of the same name where there is one; the gap is a share (0.01 is 1 %).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from geoteam.tours import read_solomon, solve_vrptw


def best_known(instance: Path) -> float | None:
    solution = instance.with_suffix(".sol")
    if not solution.is_file():
        return None
    lines = [line.split() for line in solution.read_text(encoding="utf-8").splitlines()]
    return next((float(line[1]) for line in lines if line and line[0].lower() == "cost"), None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instance", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    answer = solve_vrptw(read_solomon(options.instance), seconds=options.seconds, seed=options.seed)
    best = best_known(options.instance)
    figures = {
        "cost": answer.cost if answer.feasible else None,
        "vehicles": len(answer.routes),
        "seconds": round(answer.seconds, 3),
        "best_known": best,
        "gap": round(answer.cost / best - 1, 6) if best and answer.feasible else None,
    }
    if options.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:12} {value}")


if __name__ == "__main__":
    main()
