"""A team's week against OR-Tools' routing library and VROOM: visits made, weighted by priority.

    python benchmarks/tours_week.py --seconds 60 --vroom-python /tmp/vroom/bin/python

10 officers, 4 police partners with two slots on each of 5 days, 300 visits due, each for its own
officer; half of the clients are at home at certain hours only. Neither peer can choose who goes
with whom, so each gets a pairing: officers in turn (``rota``), or the one that geoteam found
(``ours``), which is more than they could find. Both get the same seconds as geoteam took. pyvroom
is installed apart (``pip install pyvroom``); without it VROOM is left out.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from geoteam.tours import Slot, plan_week

ZONE = ZoneInfo("America/New_York")
MONDAY = datetime(2026, 6, 15, tzinfo=ZONE)
OFFICERS, PARTNERS, DAYS, VISITS = 10, 4, 5, 300
SERVICE_S, MAX_STOPS = 900, 12
HALVES = ((8, 12), (12.5, 16.5))

VROOM = """
import json, sys, numpy, vroom
case = json.load(sys.stdin)
problem = vroom.Input()
problem.set_durations_matrix("car", numpy.array(case["matrix"], dtype=numpy.uint32))
for number, (officer, begins, ends) in enumerate(case["vehicles"]):
    problem.add_vehicle(vroom.Vehicle(number + 1, start=0, end=0, skills={officer + 1},
        time_window=vroom.TimeWindow(begins, ends), max_tasks=case["max_stops"]))
for number, (officer, priority, spans) in enumerate(case["visits"]):
    windows = [vroom.TimeWindow(a, b) for a, b in spans]
    problem.add_job(vroom.Job(number + 1, location=number + 1, default_service=case["service_s"],
        skills={officer + 1}, priority=priority, time_windows=windows))
steps = problem.solve(exploration_level=5, nb_threads=1).routes
print(json.dumps([int(one) - 1 for one in steps[steps["type"] == "job"]["id"]]))
"""


def week_case(seed: int) -> tuple[pd.DataFrame, np.ndarray, list[Slot]]:
    rng = np.random.default_rng(seed)
    at = np.vstack([[0, 0], rng.normal(0, 1, (VISITS, 2)) * 420])
    matrix = np.ceil(np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1)) * 1.3 + 60)
    np.fill_diagonal(matrix, 0)
    windows = []
    for _ in range(VISITS):
        opens = int(rng.integers(8, 15))
        some = [(f"{opens:02}:00", f"{opens + 2:02}:00")]
        windows.append(some if rng.random() < 0.5 else [])
    visits = pd.DataFrame(
        {
            "lon": -77 + at[1:, 0] / 90_000,
            "lat": 38.9 + at[1:, 1] / 110_000,
            "service_s": float(SERVICE_S),
            "windows": windows,
            "priority": rng.integers(10, 100, VISITS).astype(float),
            "required": False,
            # Caseloads differ: some officers have twice the visits of others.
            "officer": [f"O{one}" for one in rng.choice(OFFICERS, VISITS, p=_shares())],
        },
        index=pd.Index([f"c{number}" for number in range(VISITS)], name="client_ref"),
    )
    slots = [
        Slot(f"P{partner}", _at(day, begins), _at(day, ends))
        for day in range(DAYS)
        for begins, ends in HALVES
        for partner in range(PARTNERS)
    ]
    return visits, matrix, slots


def _shares() -> np.ndarray:
    weights = np.linspace(1, 2, OFFICERS)
    return weights / weights.sum()


def _at(day: int, hours: float) -> datetime:
    return MONDAY + timedelta(days=day, hours=hours)


def _spans(windows: list) -> list[tuple[int, int]]:
    """When a visit may begin, in seconds after midnight."""
    clock = [(int(a[:2]) * 3600, int(b[:2]) * 3600) for a, b in windows] or [(0, 86_400)]
    return [(a, b - SERVICE_S) for a, b in clock]


def or_tools(visits: pd.DataFrame, matrix: np.ndarray, vehicles: list, seconds: float) -> list[int]:
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    manager = pywrapcp.RoutingIndexManager(len(matrix), len(vehicles), 0)
    routing = pywrapcp.RoutingModel(manager)
    whole = matrix.astype(int)
    drive = routing.RegisterTransitMatrix(whole.tolist())
    routing.SetArcCostEvaluatorOfAllVehicles(drive)
    served = whole + np.where(np.arange(len(matrix)) > 0, SERVICE_S, 0)[:, None]
    routing.AddDimension(
        routing.RegisterTransitMatrix(served.tolist()), 86_400, 86_400, False, "time"
    )
    ones = routing.RegisterUnaryTransitVector([0] + [1] * (len(matrix) - 1))
    routing.AddDimension(ones, 0, MAX_STOPS, True, "stops")
    clock = routing.GetDimensionOrDie("time")
    for number, (_, begins, ends) in enumerate(vehicles):
        clock.CumulVar(routing.Start(number)).SetRange(begins, ends)
        clock.CumulVar(routing.End(number)).SetRange(begins, ends)
    for number, visit in enumerate(visits.itertuples(), start=1):
        index = manager.NodeToIndex(number)
        ((opens, closes),) = _spans(visit.windows)
        clock.CumulVar(index).SetRange(opens, closes)
        own = [k for k, one in enumerate(vehicles) if one[0] == int(visit.officer[1:])]
        routing.VehicleVar(index).SetValues([-1, *own])
        routing.AddDisjunction([index], int(visit.priority) * 10_000)
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = (
        routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    )
    search.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    search.time_limit.FromMilliseconds(int(seconds * 1000))
    solution = routing.SolveWithParameters(search)
    if solution is None:
        return []
    return [
        number - 1
        for number in range(1, len(matrix))
        if solution.Value(routing.NextVar(manager.NodeToIndex(number)))
        != manager.NodeToIndex(number)
    ]


def vroom(visits: pd.DataFrame, matrix: np.ndarray, vehicles: list, python: Path) -> list[int]:
    case = {
        "matrix": matrix.astype(int).tolist(),
        "vehicles": vehicles,
        "visits": [
            (int(one.officer[1:]), int(one.priority), _spans(one.windows))
            for one in visits.itertuples()
        ],
        "service_s": SERVICE_S,
        "max_stops": MAX_STOPS,
    }
    done = subprocess.run(
        [python, "-c", VROOM], input=json.dumps(case), capture_output=True, text=True, check=True
    )
    return list(json.loads(done.stdout))


def _used_s() -> float:
    own = resource.getrusage(resource.RUSAGE_SELF)
    child = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + child.ru_utime + child.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, help="for the peers; as long as geoteam took")
    parser.add_argument("--vroom-python", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    visits, matrix, slots = week_case(options.seed)
    cpu = _used_s()
    week = plan_week(visits, (-77.0, 38.9), matrix=matrix, slots=slots, max_stops=MAX_STOPS)
    cpu = _used_s() - cpu
    seconds = options.seconds or week.seconds
    ours = [(int(one.officer[1:]), *one.slot.hours) for one in week.tours]
    by_turns = [(number % OFFICERS, *slot.hours) for number, slot in enumerate(slots)]
    rows = [_row("geoteam", "ours", week.priority, week.visits, week.seconds, cpu)]
    for pairing, vehicles in (("rota", by_turns), ("ours", ours)):
        peers = {"ortools": lambda v=vehicles: or_tools(visits, matrix, v, seconds)}
        if options.vroom_python:
            peers["vroom"] = lambda v=vehicles: vroom(visits, matrix, v, options.vroom_python)
        for name, run in peers.items():
            began, cpu = time.perf_counter(), _used_s()
            made = run()
            points = float(visits["priority"].iloc[made].sum())
            spent = time.perf_counter() - began
            rows.append(_row(name, pairing, points, len(made), spent, _used_s() - cpu))
    total = float(visits["priority"].sum())
    if options.json:
        print(json.dumps({"points_due": total, "visits_due": VISITS, "runs": rows}))
    else:
        print(f"{VISITS} visits due, {total:g} points")
        for row in rows:
            print(" ".join(f"{key}={value}" for key, value in row.items()))


def _row(name: str, pairing: str, points: float, made: int, wall: float, cpu: float) -> dict:
    return {
        "planner": name,
        "pairing": pairing,
        "points": points,
        "visits": made,
        "seconds": round(wall, 1),
        "cpu_seconds": round(cpu, 1),
    }


if __name__ == "__main__":
    main()
