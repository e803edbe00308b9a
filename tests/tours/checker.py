"""A checker of tours, and the best tour by trying all, written from the definitions alone.

Cases are in whole minutes after 17:00 (`day.DEPARTS`), tours in whole seconds; it shares no code
with the planner.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from geoteam.tours import Break

from .day import DEPARTS, make_visits, plan

HORIZON = 180
HORIZON_S = HORIZON * 60
# Of the road in one second without a peak; a peak's factor divides it.
PROGRESS = 30


def clock(minute: float) -> datetime:
    return DEPARTS + timedelta(minutes=minute)


def second(moment: datetime) -> int:
    return round((moment - DEPARTS).total_seconds())


def free_seconds(spans) -> np.ndarray:
    free = np.zeros(HORIZON_S, dtype=bool)
    for opens, closes in spans:
        free[opens * 60 : closes * 60] = True
    return free


def duty_of(case) -> np.ndarray:
    """Seconds at which both people are on duty."""
    return free_seconds(case["officer"]) & free_seconds(case["partner"])


def owes(case) -> tuple[int, int, int] | None:
    """(length, from, to) of the break, None when the joint shift begins too late or early for it."""
    duty = np.flatnonzero(duty_of(case))
    if case["rest"] is None or not len(duty):
        return None
    length, opens, closes = (60 * minutes for minutes in case["rest"])
    first = int(duty[0])
    return None if first + length > closes or first - length >= opens else (length, opens, closes)


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


class Road:
    """How far a car gets, second by second."""

    def __init__(self, case) -> None:
        each = np.full(2 * HORIZON_S, PROGRESS)
        for begins, ends, factor in case["peaks"]:
            each[begins * 60 : ends * 60] = round(PROGRESS / factor)
        self.far = np.concatenate([[0], np.cumsum(each)])

    def arrive(self, leaves: int, minutes: int) -> int:
        """The first second by which a drive of so many minutes on free streets is done."""
        return int(np.searchsorted(self.far, self.far[leaves] + minutes * 60 * PROGRESS))


def fits_people(case, visit) -> bool:
    """Whether those who go can make the visit."""
    speaks = {name.lower() for name in case["skills"]}
    spoken = not visit["interpreter"] or visit["interpreter"].lower() in speaks
    return spoken and (case["people"] > 1 or not visit["two_officers"])


def violations(case, tour) -> list[str]:
    """Every rule of a tour that is broken."""
    faults, duty, road = [], duty_of(case), Road(case)
    matrix, here, now = case["matrix"], 0, second(tour.departs_at)
    busy: list[tuple[float, float]] = []
    if len(tour.stops) > case["max_stops"]:
        faults.append("too many stops")
    for ref, stop in tour.stops.iterrows():
        row = int(str(ref)[1:]) + 1
        visit = case["visits"][row - 1]
        arrives, starts, leaves = (
            second(stop[name]) for name in ("arrives_at", "starts_at", "leaves_at")
        )
        set_off = arrives - int(stop["drive_s"])
        if set_off < now or arrives < road.arrive(set_off, matrix[here, row]) or starts < arrives:
            faults.append(f"{ref}: there before the car can be")
        busy += [(set_off, arrives), (starts, leaves)]
        if leaves - starts != visit["service_s"]:
            faults.append(f"{ref}: cut short")
        if not duty[starts:leaves].all():
            faults.append(f"{ref}: not both on duty")
        if not free_seconds(visit["windows"] or [(0, HORIZON)])[starts:leaves].all():
            faults.append(f"{ref}: not at home")
        if not fits_people(case, visit):
            faults.append(f"{ref}: nobody can")
        here, now = row, leaves
    if len(tour.stops):
        back = second(tour.returns_at)
        home_s = int(tour.drive_s - tour.stops["drive_s"].sum())
        busy.append((back - home_s, back))
        on = np.flatnonzero(duty)
        if back - home_s < now or back < road.arrive(back - home_s, matrix[here, 0]):
            faults.append("back before the car can be")
        if back > on[-1] + 1 or second(tour.departs_at) < on[0]:
            faults.append("away outside the joint shift")
        if (rest := owes(case)) and not has_break(rest, busy):
            faults.append("no break")
        if not owes(case) and _leaving(case, tour, second(tour.departs_at) + 60) == back:
            faults.append("could leave a minute later")
        if tour.break_at is not None:
            a, b = map(second, tour.break_at)
            whole = (b - a, *(60 * minutes for minutes in case["rest"][1:]))
            if any(begin < b and a < end for begin, end in busy) or not has_break(whole, busy):
                faults.append("a break while busy")
    return faults + _parting(case, tour)


def _leaving(case, tour, now: int) -> int | None:
    """When the tour would be back without any break, leaving then; None: a window is missed."""
    road, here = Road(case), 0
    for ref in tour.stops.index:
        one = int(str(ref)[1:])
        begins = _begins(case, one)
        first = np.searchsorted(begins, road.arrive(now, case["matrix"][here, one + 1]))
        if first == len(begins):
            return None
        now, here = int(begins[first] + case["visits"][one]["service_s"]), one + 1
    return road.arrive(now, case["matrix"][here, 0])


def _begins(case, one: int) -> np.ndarray:
    """Seconds at which a visit may begin: at home and both on duty for the whole of it."""
    visit = case["visits"][one]
    free = free_seconds(visit["windows"] or [(0, HORIZON)]) & duty_of(case)
    length = int(visit["service_s"])
    sums = np.concatenate([[0], np.cumsum(free)])
    return np.flatnonzero(sums[length:] - sums[:-length] == length)


def _parting(case, tour) -> list[str]:
    """Who is on the tour and who is not, and why."""
    made = {int(str(ref)[1:]) for ref in tour.stops.index}
    left = {int(one["client_ref"][1:]): one["code"] for one in tour.left_out}
    faults = [f"{a} and {b} meet" for a, b in case["exclusive"] if {a, b} <= made]
    if made & set(left) or made | set(left) != set(range(len(case["visits"]))):
        faults.append("somebody is lost, or twice")
    for one, code in left.items():
        rivals = {a + b - one for a, b in case["exclusive"] if one in (a, b)}
        visit = case["visits"][one]
        if (code in ("needs_interpreter", "needs_two_officers")) == fits_people(case, visit):
            faults.append(f"{one}: wrongly {code}")
        if code == "no_contact" and not rivals & made:
            faults.append(f"{one}: nobody there whom it must not meet")
    return faults


def settled(case) -> tuple[list[int], set[int]]:
    """Visits that can be made alone, and the required ones of which none shuns another."""
    every = range(len(case["visits"]))
    alone = [one for one in every if fits_people(case, case["visits"][one])]
    alone = [one for one in alone if _best(case, [one], set())[2]]
    firm: set[int] = set()
    for one in sorted(alone, key=lambda one: (-case["visits"][one]["priority"], one)):
        if case["visits"][one]["required"] and not any(
            {one, other} == set(pair) for other in firm for pair in case["exclusive"]
        ):
            firm.add(one)
    return alone, firm


def best_of_all(case) -> tuple[float, ...]:
    """(required visits, points, stops, minus the return and free driving), trying every order."""
    return _best(case, *settled(case))


def _best(case, among, firm: set[int]) -> tuple[float, ...]:
    duty, matrix, rest, road = duty_of(case), case["matrix"], owes(case), Road(case)
    on = np.flatnonzero(duty)
    best = (0, 0.0, 0, 0.0)
    if not len(on):
        return best
    # The end of the tour is its return; a visit may be anywhere before it.
    begins = {one: _begins(case, one) for one in among}

    def pause(now: int) -> int | None:
        length, opens, closes = rest
        begin = max(now, opens)
        return begin + length if begin + length <= closes else None

    def go(made: tuple[int, ...], now: int, driven: int, rested: bool) -> None:
        nonlocal best
        here = made[-1] + 1 if made else 0
        if not rested and (later := pause(now)) is not None:
            go(made, later, driven, True)
        back = road.arrive(now, matrix[here, 0])
        done = rested or back + rest[0] <= rest[2]
        if made and done and back <= on[-1] + 1:
            points = sum(case["visits"][one]["priority"] for one in made)
            cost = back + driven + 60 * int(matrix[here, 0])
            best = max(best, (len(firm & set(made)), points, len(made), -cost / 60))
        if len(made) == case["max_stops"]:
            return
        for one in set(among) - set(made):
            if any({one, other} == set(pair) for other in made for pair in case["exclusive"]):
                continue
            leg = int(matrix[here, one + 1])
            there = road.arrive(now, leg)
            arrivals = [(there, rested)]
            if not rested and (later := pause(there)) is not None:
                arrivals.append((later, True))
            for arrival, taken in arrivals:
                first = np.searchsorted(begins[one], arrival)
                if first < len(begins[one]):
                    leaves = int(begins[one][first] + case["visits"][one]["service_s"])
                    go((*made, one), leaves, driven + 60 * leg, taken)

    go((), int(on[0]), 0, rest is None)
    return best


def solve(case, **options):
    visits = make_visits(case["visits"])
    windows = [[(clock(a), clock(b)) for a, b in one["windows"]] for one in case["visits"]]
    if case["rest"] is not None:
        length, opens, closes = case["rest"]
        options["rest"] = Break(length, clock(opens), clock(closes))
    for name in ("interpreter", "two_officers"):
        visits[name] = [one[name] for one in case["visits"]]
    if len(visits):
        visits["lon"] = -77.0 + 0.01 * np.array(case["places"])
    return plan(
        visits.assign(windows=windows),
        case["matrix"] * 60.0,
        officer_shift=[(clock(a), clock(b)) for a, b in case["officer"]],
        partner_shift=[(clock(a), clock(b)) for a, b in case["partner"]],
        max_stops=case["max_stops"],
        exclusive=[(f"c{a}", f"c{b}") for a, b in case["exclusive"]],
        skills=case["skills"],
        people=case["people"],
        peaks=[(f"{clock(a):%H:%M}", f"{clock(b):%H:%M}", by) for a, b, by in case["peaks"]],
        **options,
    )


def random_case(rng: np.random.Generator, count: int) -> dict:
    """Visits around an office, two people's shifts with gaps, perhaps a break, peaks and limits."""

    def spans(most: int, least: int, longest: int) -> list[tuple[int, int]]:
        edges = sorted(rng.choice(HORIZON + 1, 2 * int(rng.integers(1, most + 1)), replace=False))
        pairs = [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
        return [(a, min(HORIZON, max(b, a + least), a + longest)) for a, b in pairs]

    at = rng.uniform(0, 25, (count + 1, 2))
    exclusive = [
        (a, b) for a in range(count) for b in range(a + 1, count) if rng.random() < 0.6 / count
    ]
    places = np.arange(count)
    if exclusive and rng.random() < 0.3:
        # Two who must not meet live at one address.
        one, other = exclusive[0]
        at[other + 1], places[other] = at[one + 1], one
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
                "required": bool(rng.random() < 0.2),
                "interpreter": str(rng.choice(["", "", "", "Spanish", "Amharic"])),
                "two_officers": bool(rng.random() < 0.3),
            }
            for _ in range(count)
        ],
        "matrix": matrix,
        "places": places.tolist(),
        "exclusive": exclusive,
        "skills": ["spanish", "AMHARIC"] if rng.random() < 0.5 else ["SPANISH"],
        "people": 2 if rng.random() < 0.8 else 1,
        "peaks": _peaks(rng) if rng.random() < 0.5 else [],
        "officer": _merged(spans(2, 60, 180)) if rng.random() < 0.5 else whole,
        "partner": _merged(spans(2, 60, 180)) if rng.random() < 0.5 else whole,
        "max_stops": int(rng.integers(1, count + 1)),
        "rest": (20, opens, opens + int(rng.integers(20, 80))) if rng.random() < 0.6 else None,
    }


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    free = np.concatenate([[False], free_seconds(spans)[::60], [False]]).astype(int)
    edges = np.flatnonzero(np.diff(free))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _peaks(rng: np.random.Generator) -> list[tuple[int, int, float]]:
    edges = sorted(rng.choice(HORIZON, 2 * int(rng.integers(1, 3)), replace=False).tolist())
    by = rng.choice([1.25, 1.5, 2.0], len(edges) // 2).tolist()
    return list(zip(edges[::2], edges[1::2], by, strict=True))
