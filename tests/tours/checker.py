"""A checker of tours, and the best tour by trying all, written from the definitions alone.

Whole minutes after 17:00 (`day.DEPARTS`); it shares no code with the planner.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from geoteam.tours import Break

from .day import DEPARTS, make_visits, plan

HORIZON = 180


def clock(minute: float) -> datetime:
    return DEPARTS + timedelta(minutes=minute)


def minute(moment: datetime) -> float:
    return (moment - DEPARTS).total_seconds() / 60


def free_minutes(spans) -> np.ndarray:
    free = np.zeros(HORIZON, dtype=bool)
    for opens, closes in spans:
        free[opens:closes] = True
    return free


def duty_of(case) -> np.ndarray:
    """Minutes at which both people are on duty."""
    return free_minutes(case["officer"]) & free_minutes(case["partner"])


def owes(case) -> tuple[int, int, int] | None:
    """(length, from, to) of the break, None when the joint shift begins too late or early for it."""
    duty = np.flatnonzero(duty_of(case))
    if case["rest"] is None or not len(duty):
        return None
    length, opens, closes = case["rest"]
    first = int(duty[0])
    return None if first + length > closes or first - length >= opens else case["rest"]


def has_break(rest, busy: list[tuple[float, float]]) -> bool:
    """Whether so long a stretch of its span is free of driving and visits."""
    length, opens, closes = rest
    begins = [opens, *(end for _, end in busy)]
    return any(
        opens <= begin
        and begin + length <= closes
        and all(begin + length <= a or b <= begin for a, b in busy)
        for begin in begins
    )


def violations(case, tour) -> list[str]:
    """Every rule of a tour that is broken."""
    faults, duty = [], duty_of(case)
    matrix, here, now = case["matrix"], 0, minute(tour.departs_at)
    busy: list[tuple[float, float]] = []
    if len(tour.stops) > case["max_stops"]:
        faults.append("too many stops")
    for ref, stop in tour.stops.iterrows():
        row = int(str(ref)[1:]) + 1
        visit = case["visits"][row - 1]
        arrives, starts, leaves = (
            minute(stop[name]) for name in ("arrives_at", "starts_at", "leaves_at")
        )
        if arrives < now + matrix[here, row] or starts < arrives:
            faults.append(f"{ref}: there before the car can be")
        busy.append((arrives - matrix[here, row], arrives))
        busy.append((starts, leaves))
        if leaves - starts != visit["service_s"] / 60:
            faults.append(f"{ref}: cut short")
        during = slice(int(starts), int(leaves))
        if not duty[during].all():
            faults.append(f"{ref}: not both on duty")
        if not free_minutes(visit["windows"] or [(0, HORIZON)])[during].all():
            faults.append(f"{ref}: not at home")
        here, now = row, leaves
    if len(tour.stops):
        back = minute(tour.returns_at)
        busy.append((back - matrix[here, 0], back))
        on = np.flatnonzero(duty)
        if back < now + matrix[here, 0] or back > on[-1] + 1 or minute(tour.departs_at) < on[0]:
            faults.append("away outside the joint shift")
        if (rest := owes(case)) and not has_break(rest, busy):
            faults.append("no break")
        if tour.break_at is not None:
            a, b = map(minute, tour.break_at)
            if any(begin < b and a < end for begin, end in busy) or not has_break(
                (b - a, *case["rest"][1:]), busy
            ):
                faults.append("a break while busy")
    return faults


def best_of_all(case) -> tuple[float, int, float]:
    """(points, stops, minus the minutes until the return and of driving), trying every order."""
    duty, matrix, rest = duty_of(case), case["matrix"], owes(case)
    on = np.flatnonzero(duty)
    best = (0.0, 0, 0.0)
    if not len(on):
        return best
    # The end of the tour is its return; a visit may be anywhere before it.
    homes = [free_minutes(visit["windows"] or [(0, HORIZON)]) & duty for visit in case["visits"]]

    def pause(now: int) -> int | None:
        length, opens, closes = rest
        begin = max(now, opens)
        return begin + length if begin + length <= closes else None

    def go(made: tuple[int, ...], now: int, driven: int, rested: bool) -> None:
        nonlocal best
        here = made[-1] + 1 if made else 0
        if not rested and (later := pause(now)) is not None:
            go(made, later, driven, True)
        back = now + int(matrix[here, 0])
        done = rested or back + rest[0] <= rest[2]
        if made and done and back <= on[-1] + 1:
            points = sum(case["visits"][one]["priority"] for one in made)
            best = max(best, (points, len(made), -float(back + driven + matrix[here, 0])))
        if len(made) == case["max_stops"]:
            return
        for one in set(range(len(homes))) - set(made):
            leg = int(matrix[here, one + 1])
            arrivals = [(now + leg, rested)]
            if not rested and (later := pause(now + leg)) is not None:
                arrivals.append((later, True))
            for arrival, taken in arrivals:
                length = int(case["visits"][one]["service_s"] // 60)
                for begin in range(arrival, HORIZON - length + 1):
                    if homes[one][begin : begin + length].all():
                        go((*made, one), begin + length, driven + leg, taken)
                        break

    go((), int(on[0]), 0, rest is None)
    return best


def solve(case, **options):
    visits = make_visits(case["visits"])
    windows = [[(clock(a), clock(b)) for a, b in one["windows"]] for one in case["visits"]]
    if case["rest"] is not None:
        length, opens, closes = case["rest"]
        options["rest"] = Break(length, clock(opens), clock(closes))
    return plan(
        visits.assign(windows=windows),
        case["matrix"] * 60.0,
        officer_shift=[(clock(a), clock(b)) for a, b in case["officer"]],
        partner_shift=[(clock(a), clock(b)) for a, b in case["partner"]],
        max_stops=case["max_stops"],
        **options,
    )


def random_case(rng: np.random.Generator, count: int) -> dict:
    """Visits around an office, two people's shifts with gaps, and perhaps a break."""

    def spans(most: int, least: int, longest: int) -> list[tuple[int, int]]:
        edges = sorted(rng.choice(HORIZON + 1, 2 * int(rng.integers(1, most + 1)), replace=False))
        pairs = [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
        return [(a, min(HORIZON, max(b, a + least), a + longest)) for a, b in pairs]

    at = rng.uniform(0, 25, (count + 1, 2))
    matrix = np.ceil(np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))).astype(int)
    matrix += rng.integers(0, 3, matrix.shape)
    np.fill_diagonal(matrix, 0)
    for via in range(count + 1):
        matrix = np.minimum(matrix, matrix[:, [via]] + matrix[[via], :])
    opens = int(rng.integers(0, 120))
    whole = [(0, HORIZON)]
    return {
        "visits": [
            {
                "windows": _merged(spans(2, 20, 120)) if rng.random() < 0.6 else [],
                "service_s": float(rng.choice([5, 10, 20])) * 60,
                "priority": float(rng.integers(1, 20)),
            }
            for _ in range(count)
        ],
        "matrix": matrix,
        "officer": _merged(spans(2, 60, 180)) if rng.random() < 0.5 else whole,
        "partner": _merged(spans(2, 60, 180)) if rng.random() < 0.5 else whole,
        "max_stops": int(rng.integers(1, count + 1)),
        "rest": (20, opens, opens + int(rng.integers(20, 80))) if rng.random() < 0.6 else None,
    }


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    free = np.concatenate([[False], free_minutes(spans), [False]]).astype(int)
    edges = np.flatnonzero(np.diff(free))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
