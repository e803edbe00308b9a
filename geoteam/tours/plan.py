"""One day's tour: check, join into stops, solve, time, and say why the rest is left out."""

from __future__ import annotations

import math
import time
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geoteam.tours.choose import choose
from geoteam.tours.inputs import (
    Break,
    Pairs,
    Shift,
    TravelMatrix,
    check_visits,
    read_matrix,
    read_needs,
    read_pairs,
    read_skills,
    shift_windows,
)
from geoteam.tours.left_out import (
    NO_LOCATION,
    SHORTEST_S,
    Day,
    entry,
    why_impossible,
    why_left_out,
    why_unfit,
)
from geoteam.tours.longest import keep_longest
from geoteam.tours.moments import DAY_S, Clock, Moment, Span, intersect
from geoteam.tours.schedule import Rest, Schedule, schedule
from geoteam.tours.stops import Stop, make_stops, settle
from geoteam.tours.travel import Peaks, Travel, read_peaks

ITERATIONS = 400


@dataclass(frozen=True)
class TourPlan:
    """A tour with its times, and the visits left out with their reasons.

    Attributes
    ----------
    departs_at, returns_at
        Times at the start, in the departure's time zone.
    stops
        One row for each visit, in the order of the tour; index ``client_ref``. ``stop`` (number
        from 1; visits at one address share it), ``lon``, ``lat``, ``arrives_at``, ``starts_at``,
        ``leaves_at`` (of the stop), ``wait_s``, ``drive_s`` and ``length_m`` (from the stop
        before; NaN metres when not known), ``service_s``, ``priority``, ``required``, ``reason``.
    left_out
        ``client_ref``, ``code``, ``reason``, ``remedy`` and ``priority`` of each other visit,
        most urgent first. Remedies that need planning are found by `offer_remedies`.
    on_duty
        When both people are on duty, within the tour's bounds.
    drive_s, length_m, wait_s, service_s
        Sums over the tour; ``length_m`` is NaN when the matrix has no lengths.
    priority
        Priority points of the visits made.
    seconds
        Wall time of planning.
    summary
        ``stops``, ``visits``, ``left_out``, ``max_stops``; ``proven``: no better tour exists. If
        not proven, no tour has more than ``more_points_at_most`` more priority points, and none
        with as many returns more than ``sooner_s_at_most`` earlier.
    break_at
        Beginning and end of the break; None when none is owed during the tour.
    break_before
        Number of the stop before which the break is taken, one more than the last for the way
        back; 0 when there is none.
    """

    departs_at: datetime
    returns_at: datetime
    stops: pd.DataFrame
    left_out: list[dict[str, Any]]
    on_duty: list[tuple[datetime, datetime]]
    drive_s: float
    length_m: float
    wait_s: float
    service_s: float
    priority: float
    seconds: float
    summary: dict[str, Any] = field(default_factory=dict)
    break_at: tuple[datetime, datetime] | None = None
    break_before: int = 0


def plan_tour(
    visits: pd.DataFrame,
    start: tuple[float, float],
    *,
    matrix: TravelMatrix | NDArray[np.float64],
    departs: datetime,
    latest_return: Moment,
    max_stops: int = 12,
    officer_shift: Shift = None,
    partner_shift: Shift = None,
    rest: Break | None = None,
    exclusive: Pairs = (),
    skills: Collection[str] = (),
    people: int = 2,
    peaks: Peaks = (),
    longest_drive_s: float | None = None,
    seed: int = 0,
    seconds: float | None = None,
    iterations: int = ITERATIONS,
    longest_stop_s: int = 3600,
) -> TourPlan:
    """Plan the tour of one CSO and one police partner in one car.

    As many priority points as fit (required visits before all others), then the earliest return
    with the least driving, counted as on free streets. The car leaves the start at ``departs`` or
    later, and only as much later as does not delay the return. Both people must be on duty during
    the whole of every stop; the tour begins and ends within their joint shift. A visit takes place
    within the client's hours from beginning to end. A gap in a shift keeps stops out, not driving;
    a break that is owed (``rest``) keeps out both.

    Up to 18 stops the tour is proven to be the best; beyond, the summary says how much better
    one could be at most.

    Parameters
    ----------
    visits
        Index ``client_ref``; ``lon``, ``lat`` (EPSG:4326; NaN is left out), ``service_s``,
        ``windows`` (pairs of clock times ``HH:MM`` or of moments; empty: any time), ``priority``
        (whole points, more is more urgent), ``required``. Optional ``reason``, passed through;
        ``interpreter``, the language of the visit ('': none is needed), and ``two_officers``,
        which two people must make; ``promised``, which goes before all that are required.
    start
        Longitude and latitude of the place where the tour begins and ends.
    matrix
        Travel seconds of shape (n + 1, n + 1), row and column 0 being the start and the others
        the visits in their order; or an object with ``duration_s`` and ``length_m`` like that.
        Infinite or NaN: no path. Seconds are rounded up.
    departs
        Earliest departure, with a time zone.
    latest_return
        Latest return: a moment, or the next such clock time after the departure.
    max_stops
        Most stops; visits at one address are one stop.
    officer_shift, partner_shift
        When each is on duty: one pair or several; None: the whole tour.
    rest
        The break that both owe on this day. It is always kept; visits give way to it.
    exclusive
        Pairs of clients who must not be on one tour. Of two required visits the more urgent stays.
    skills
        What the people on the tour speak, in any case.
    people
        How many go: 1 without a police partner.
    peaks
        From, until (clock times, Monday to Friday) and how many times as long driving takes then.
        The matrix holds the times of free streets.
    longest_drive_s
        Longest driving of the tour, the way back included; None: as long as it likes. A tour that
        had to be cut for it is not proven.
    seed
        Seed of the search.
    seconds
        Time limit of the search. None stops after ``iterations``, so that the same input always
        gives the same tour.
    iterations
        Iterations of each of the search's starts without a time limit.
    longest_stop_s
        Visits at one address beyond this total make a further stop there.

    Returns
    -------
    TourPlan
        The tour. With nothing possible it has no stops and returns when it departs.

    Raises
    ------
    TourError
        When a column is missing, the matrix has another shape, a window or shift cannot be read,
        or the latest return is not after the departure.
    """
    began = time.perf_counter()
    free, length_m = read_matrix(matrix, len(visits))
    check_visits(visits, max_stops)
    pairs, crew = read_pairs(exclusive, visits.index), (read_skills(skills, people), people)
    clock = Clock(departs)
    drive = read_peaks(peaks, free, clock)
    day = _day(clock, latest_return, officer_shift, partner_shift, max_stops, rest)
    if longest_drive_s is not None:
        day = replace(day, longest_drive_s=max(0, math.floor(longest_drive_s)))
    home = [
        clock.spans(windows, day.bounds[1], f"client {ref}")
        for ref, windows in zip(visits.index, visits["windows"], strict=True)
    ]
    stops, left_out = _possible(visits, home, drive, day, crew, pairs, longest_stop_s)
    order, proof = choose(stops, drive, day, seed, seconds, iterations)
    order, proof = keep_longest(order, proof, stops, drive, day)
    for position in sorted(set(range(len(stops))) - set(order)):
        why = why_left_out(position, order, stops, drive, day)
        left_out += [
            entry(visits.index[row], why, visits["priority"].iloc[row])
            for row in stops[position].visits
        ]
    left_out.sort(key=lambda one: (-one["priority"], one["client_ref"]))
    times = schedule(order, stops, drive, day.bounds, day.rest)
    return _tour(
        visits,
        [stops[position] for position in order],
        times,
        length_m,
        left_out,
        day,
        began,
        proof,
    )


def _day(
    clock: Clock,
    latest_return: Moment,
    officer_shift: Shift,
    partner_shift: Shift,
    max_stops: int,
    rest: Break | None,
) -> Day:
    latest_s = clock.end(latest_return, "latest return")
    duty = intersect(
        clock.spans(shift_windows(officer_shift), latest_s, "officer's shift"),
        clock.spans(shift_windows(partner_shift), latest_s, "police partner's shift"),
    )
    ends = duty[-1][1] if duty else latest_s
    bounds = (duty[0][0] if duty else 0, min(ends, latest_s))
    owed = _owed(clock, rest, bounds) if rest else None
    return Day(clock, intersect(duty, [bounds]), bounds, max_stops, owed)


def _owed(clock: Clock, rest: Break, bounds: Span) -> Rest | None:
    """Return the break in seconds, None when there is time for it before or no time at all."""
    length_s = math.ceil(rest.minutes * 60)
    for opens, closes in clock.spans([(rest.opens, rest.closes)], bounds[1], "break"):
        if bounds[0] <= closes - length_s and bounds[0] < opens + length_s:
            return Rest(opens, closes - length_s, length_s)
    return None


def _possible(
    visits: pd.DataFrame,
    home: list[list[Span]],
    drive: Travel,
    day: Day,
    crew: tuple[frozenset[str], int],
    pairs: list[tuple[int, int]],
    longest_stop_s: int,
) -> tuple[list[Stop], list[dict[str, Any]]]:
    """Return the stops that can each be made alone, and why the other visits cannot."""
    duty = list(day.duty)
    if duty and duty[-1][1] - duty[-1][0] >= SHORTEST_S:
        # The end of the tour is kept by the return; left open here, it does not pass for a window.
        # A moment that only keeps the way back within a shift is none for visits.
        duty[-1] = (duty[-1][0], day.bounds[1] + DAY_S)
    places = np.isfinite(visits[["lon", "lat"]].to_numpy(dtype=np.float64)).all(axis=1)
    barred: dict[int, tuple[str, str, str]] = {}
    single: dict[int, Stop] = {}
    for row, (located, needs) in enumerate(zip(places, read_needs(visits), strict=True)):
        why = why_unfit(needs, *crew) if located else NO_LOCATION
        if why is None:
            (single[row],) = make_stops(visits, [row], home, duty, longest_stop_s)
            windows = visits["windows"].iloc[row]
            why = why_impossible(single[row], home[row], drive, day, windows)
        if why is not None:
            barred[row] = why
    free = [row for row in single if row not in barred]
    # Whom nobody can visit today keeps nobody else off the tour.
    kept = [pair for pair in pairs if set(pair).issubset(free)]
    stops = []
    for stop in make_stops(visits, free, home, duty, longest_stop_s, kept):
        common = home[stop.visits[0]]
        for row in stop.visits[1:]:
            common = intersect(common, home[row])
        # What cannot be made together is made one by one.
        together = why_impossible(stop, common, drive, day) is None
        stops += [stop] if together else [single[row] for row in stop.visits]
    left_out = [
        entry(visits.index[row], why, visits["priority"].iloc[row]) for row, why in barred.items()
    ]
    return settle(stops), left_out


def _tour(
    visits: pd.DataFrame,
    order: list[Stop],
    times: Schedule,
    length_m: NDArray[np.float64] | None,
    left_out: list[dict[str, Any]],
    day: Day,
    began: float,
    proof: dict[str, Any],
) -> TourPlan:
    rows, here, metres = [], 0, 0.0
    rest_s = day.rest.length_s if day.rest and times.rest_s is not None else 0
    for number, stop in enumerate(order, start=1):
        leg_m = float("nan") if length_m is None else float(length_m[here, stop.row])
        metres += leg_m
        shared = _shared(number, stop, times, day, rest_s) | {"length_m": leg_m}
        rows += [_visit(visits, row) | shared for row in stop.visits]
        here = stop.row
    if order:
        metres += float("nan") if length_m is None else float(length_m[here, 0])
    service = sum(stop.service_s for stop in order)
    columns = [*_visit_columns(), "stop", "arrives_at", "starts_at", "leaves_at", "wait_s"]
    table = pd.DataFrame(rows, columns=pd.Index([*columns, "drive_s", "length_m"]))
    return TourPlan(
        departs_at=day.clock.moment(times.departs_s),
        returns_at=day.clock.moment(times.returns_s if order else times.departs_s),
        stops=table.set_index("client_ref"),
        left_out=left_out,
        on_duty=[(day.clock.moment(a), day.clock.moment(b)) for a, b in day.duty],
        drive_s=float(times.drive_s if order else 0),
        length_m=metres,
        wait_s=float(times.returns_s - times.departs_s - times.drive_s - service - rest_s)
        if order
        else 0.0,
        service_s=float(service),
        priority=float(sum(stop.priority for stop in order)),
        seconds=time.perf_counter() - began,
        summary={
            "stops": len(order),
            "visits": len(rows),
            "left_out": len(left_out),
            "max_stops": day.max_stops,
            **proof,
        },
        break_at=None
        if times.rest_s is None
        else (day.clock.moment(times.rest_s), day.clock.moment(times.rest_s + rest_s)),
        break_before=0 if times.rest_s is None else times.rest_leg + 1,
    )


def _shared(number: int, stop: Stop, times: Schedule, day: Day, rest_s: int) -> dict[str, Any]:
    arrives, starts = times.arrives_s[number - 1], times.starts_s[number - 1]
    moment = day.clock.moment
    at_door = times.rest_s is not None and arrives <= times.rest_s < starts
    return {
        "stop": number,
        "arrives_at": moment(arrives),
        "starts_at": moment(starts),
        "leaves_at": moment(starts + stop.service_s),
        "wait_s": float(starts - arrives - (rest_s if at_door else 0)),
        "drive_s": float(times.drives_s[number - 1]),
    }


def _visit_columns() -> list[str]:
    return ["client_ref", "lon", "lat", "service_s", "priority", "required", "reason"]


def _visit(visits: pd.DataFrame, row: int) -> dict[str, Any]:
    one = visits.iloc[row]
    return {
        "client_ref": visits.index[row],
        "lon": float(one["lon"]),
        "lat": float(one["lat"]),
        "service_s": float(one["service_s"]),
        "priority": float(one["priority"]),
        "required": bool(one["required"]),
        "reason": str(one["reason"]) if "reason" in visits else "",
    }
