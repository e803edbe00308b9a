"""Plans on many units: 450 block groups and about 6,500 made street blocks into 20 teams at 5 %.

Prints JSON: gap, balance, compactness, wall and CPU seconds, and the same for GerryChain's best of
1,000 recombination steps, spopt's SKATER and max-p on the same blocks when `--peers PYTHON` names a
Python that has gerrychain and spopt. Exits 1 when a promise is missed. Every peer is measured by
the polygons of its teams; a peer that is not done in `--patience` seconds is stopped.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from street_blocks import street_blocks

from geoteam.areas import read_boundaries
from geoteam.plans.judge import check_solution
from geoteam.plans.large import solve_large
from geoteam.plans.problem import Problem

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("GEOTEAM_DC_DATA", HERE.parent.parent / "shared" / "data" / "dc"))
CRS = "EPSG:26985"
TEAMS = 20
_GRID_M = 0.1
PEERS = ("gerrychain_chain", "gerrychain_bursts", "skater", "max_p")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, help="a Python that has gerrychain and spopt")
    parser.add_argument("--blocks", type=int, default=6_500)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--patience", type=float, default=600.0)
    options = parser.parse_args()

    groups, people = block_groups()
    few, few_ok = ours(groups, people, options)
    blocks, shared_out = street_blocks(groups, people, count=options.blocks, crs=CRS)
    many, many_ok = ours(blocks, shared_out, options)
    report = {"block_groups": few, "street_blocks": many}
    if options.peers is None:
        report["peers"] = "absent: name a Python that has gerrychain and spopt with --peers"
        better = True
    else:
        report["peers"] = peers(blocks, shared_out, options)
        better = all(
            "failed" not in peer
            and peer.get("seconds", options.patience) > many["seconds"]
            and peer.get("polsby_popper", 0.0) < many["polsby_popper"]
            for peer in report["peers"].values()
        )
    report["ok"] = bool(few_ok and few["gap"] < 0.05 and many_ok and better)
    print(json.dumps(report, indent=2))
    return 0 if report["ok"] else 1


def block_groups() -> tuple[gpd.GeoDataFrame, np.ndarray]:
    path = DATA / "boundaries/block_groups_2010.geojson"
    frame = read_boundaries(path, kind="block_group", fields={"code": "GEOID"}, city_crs=CRS)
    raw = gpd.read_file(path)
    people = pd.Series(raw["POP2010"].to_numpy(float), index=raw["GEOID"].astype(str))
    return frame, people.reindex(frame.index).to_numpy()


def problem_of(frame: gpd.GeoDataFrame, people: np.ndarray) -> Problem:
    return Problem.from_frames(
        frame,
        pd.Series(people, index=frame.index),
        crs=CRS,
        teams=tuple(f"T{team:02d}" for team in range(TEAMS)),
        tolerance=0.05,
    )


def ours(
    frame: gpd.GeoDataFrame, people: np.ndarray, options: argparse.Namespace
) -> tuple[dict, bool]:
    problem = problem_of(frame, people)
    begin, cpu = time.perf_counter(), time.process_time()
    first: list[float] = []

    def progress(best, seconds: float) -> bool:
        if best is not None and not first:
            first.append(seconds)
        return True

    solution = solve_large(problem, seconds=options.seconds, seed=options.seed, progress=progress)
    seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
    faults = check_solution(problem, solution.assignment)
    return {
        "units": len(problem.units),
        "seconds": round(seconds, 2),
        "cpu_s": round(cpu, 2),
        "first_plan_s": round(first[0], 2) if first else None,
        "objective": round(solution.objective, 4),
        "bound": round(solution.bound, 4),
        "gap": round(solution.gap, 4),
        "faults": faults,
    } | measured(frame, problem, solution.assignment), not faults


def measured(frame: gpd.GeoDataFrame, problem: Problem, assignment: np.ndarray) -> dict:
    """Mean Polsby-Popper of the team areas, and what any plan is held to."""
    shapes = frame.sort_index().geometry.to_crs(CRS).to_numpy()
    found = np.unique(assignment)
    # On a grid, or hairlines between cuttings of one line would count as border.
    areas = [shapely.union_all(shapes[assignment == team], grid_size=_GRID_M) for team in found]
    load = np.array([problem.weight[assignment == team].sum() for team in found])
    ideal = problem.weight.sum() / TEAMS
    return {
        "teams": len(found),
        "polsby_popper": round(
            float(np.mean(4 * np.pi * shapely.area(areas) / shapely.length(areas) ** 2)), 4
        ),
        "balance": round(float(np.max(np.abs(load - ideal)) / ideal), 4),
    }


def peers(frame: gpd.GeoDataFrame, people: np.ndarray, options: argparse.Namespace) -> dict:
    problem = problem_of(frame, people)
    names = ("weight", "x_m", "y_m", "area_m2", "outline_m", "edges", "shared_m")
    written = {name: getattr(problem, name).tolist() for name in names}
    written |= {"teams": TEAMS, "tolerance": problem.tolerance, "seed": options.seed}
    answers = {}
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "problem.json", Path(folder) / "answer.json"
        source.write_text(json.dumps(written))
        for name in PEERS:
            command = [str(options.peers), str(HERE / "peers_plans.py"), name, source, target]
            try:
                subprocess.run(command, check=True, capture_output=True, timeout=options.patience)
            except subprocess.TimeoutExpired:
                answers[name] = {"stopped_after_s": options.patience}
                continue
            except subprocess.CalledProcessError as failed:
                last = failed.stderr.decode().strip().splitlines()[-1:]
                answers[name] = {"failed": " ".join(last)}
                continue
            answer = json.loads(target.read_text())
            answers[name] = {
                "seconds": answer["wall_s"],
                "cpu_s": answer["cpu_s"],
            } | measured(frame, problem, np.array(answer["assignment"]))
    return answers


if __name__ == "__main__":
    sys.exit(main())
