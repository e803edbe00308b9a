"""Why a visit is not on the tour: found by trying. What would help stands in `remedies`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from geoteam.tours.improve import best_insertion
from geoteam.tours.inputs import Needs
from geoteam.tours.moments import DAY_S, Clock, Span, intersect
from geoteam.tours.schedule import REST, Rest, schedule
from geoteam.tours.stops import Stop
from geoteam.tours.travel import NEVER_S, Travel

NO_LOCATION = (
    "no_location",
    "The visit has no location.",
    "Settle the address in the review queue.",
)
NO_CONTACT = (
    "no_contact",
    "There is another client on this tour whom this client must not meet.",
    "",
)

SAME_DOOR = (
    "no_contact",
    "At that time there is another client at this address whom this client must not meet.",
    "",
)

# Shorter times on duty only keep the ways of a tour within a shift; nobody is visited then.
SHORTEST_S = 60
_NEVER = "its two people are never on duty together."


@dataclass(frozen=True)
class Day:
    """What bounds the tour of a day.

    Attributes
    ----------
    clock
        The departure.
    duty
        When both people are on duty, in seconds after the departure.
    bounds
        Earliest departure and latest return, within the joint shift.
    max_stops
        Most stops.
    rest
        The break that both people owe.
    longest_drive_s
        Longest driving of the tour; None: as long as it likes.
    """

    clock: Clock
    duty: list[Span]
    bounds: Span
    max_stops: int
    rest: Rest | None = None
    longest_drive_s: int | None = None


def why_unfit(needs: Needs, skills: frozenset[str], people: int) -> tuple[str, str, str] | None:
    """Tell why the people on a tour cannot make a visit.

    Parameters
    ----------
    needs
        What the visit needs.
    skills
        What the people speak, casefolded.
    people
        How many go.

    Returns
    -------
    tuple of str or None
        Code, reason and remedy; None when they can make it.
    """
    if needs.two_officers and people < 2:
        return (
            "needs_two_officers",
            "Two people must make this visit, and only one goes on this tour.",
            "",
        )
    language = needs.language
    if language and language.casefold() not in skills:
        return (
            "needs_interpreter",
            f"Needs an interpreter for {language}: nobody on this tour speaks it.",
            "",
        )
    return None


def why_impossible(
    stop: Stop, home: list[Span], drive: Travel, day: Day, windows: Any = ()
) -> tuple[str, str, str] | None:
    """Tell why a stop cannot be made even when it is the only one.

    Parameters
    ----------
    stop
        The stop.
    home
        When its clients are at home.
    drive
        Driving times; row 0 is the start.
    day
        The bounds of the tour.
    windows
        The same as ``home`` as it was given, to be told beyond the hours of the tour.

    Returns
    -------
    tuple of str or None
        Code, reason and remedy; None when it can be made alone.
    """
    clock = day.clock
    if max(drive.free[0, stop.row], drive.free[stop.row, 0]) >= NEVER_S:
        return (
            "unreachable",
            "Unreachable: no street path joins the start and this address.",
            "Check the location, or the street network around it.",
        )
    shifts = [one for one in day.duty if one[1] - one[0] >= SHORTEST_S]
    joint = intersect(intersect(home, [day.bounds]), shifts)
    if not joint:
        duty = _spans(shifts, clock)
        return (
            "no_window",
            f"No window on this tour: at home {_all_day(windows, clock)}; "
            + (f"visits of this tour are within {duty}." if duty else _NEVER),
            "",
        )
    longest = max(b - a for a, b in joint)
    if not stop.starts:
        return (
            "window_too_short",
            f"The visit takes {_minutes(stop.service_s)}, but the client's hours and the hours of "
            f"this tour share only {_spans(joint, clock)} ({_minutes(longest)}).",
            "",
        )
    alone = schedule([0], [stop], drive, day.bounds, day.rest)
    if alone.late_at == REST:
        return (
            "no_break",
            f"Even as the only stop it leaves no time for the break, {_break(day)}.",
            "",
        )
    if alone.late_at >= 0:
        return (
            "window_missed",
            f"Even as the first stop the car arrives {_minutes(alone.late_s)} too late for the "
            f"last possible beginning, {clock.show(stop.starts[-1][1])}.",
            "",
        )
    if alone.late_s:
        return (
            "late_return",
            f"Even as the only stop the tour would return after {clock.show(day.bounds[1])} by "
            f"{_minutes(alone.late_s)}.",
            "",
        )
    if day.longest_drive_s is not None and alone.drive_s > day.longest_drive_s:
        return (
            "longest_drive",
            f"Even as the only stop it takes {_minutes(alone.drive_s)} of driving, and at most "
            f"{_minutes(day.longest_drive_s)} are allowed.",
            "",
        )
    return None


def why_left_out(
    position: int, order: Sequence[int], stops: Sequence[Stop], drive: Travel, day: Day
) -> tuple[str, str, str]:
    """Tell why a stop that could be made alone is not on the finished tour.

    Parameters
    ----------
    position
        The stop.
    order
        The tour, into which it does not fit.
    stops
        All stops.
    drive
        Driving times; row 0 is the start.
    day
        The bounds of the tour.

    Returns
    -------
    tuple of str
        Code, reason and remedy.
    """
    stop, clock = stops[position], day.clock
    if any(not stop.shuns.isdisjoint(stops[one].visits) for one in order):
        return NO_CONTACT
    new, times = best_insertion(position, order, stops, drive, day.bounds, day.rest)
    least = min((stops[one].priority for one in order), default=0.0)
    if stop.priority > least:
        rank = f"{_points(stop.priority)} do not make up for the stops it would displace"
    else:
        rank = f"its priority, {_points(stop.priority)}, is not above that of any stop on the tour"
    if len(order) >= day.max_stops:
        reason = f"Tour is full: {len(order)} of {day.max_stops} stops; {rank}."
        return "tour_full", reason, ""
    if times.late_s == 0 and day.longest_drive_s is not None:
        return (
            "longest_drive",
            f"No place in the tour keeps the driving within {_minutes(day.longest_drive_s)}.",
            "",
        )
    if times.late_at == REST:
        return (
            "no_break",
            f"Would leave no time for the break, {_break(day)}; {rank}.",
            "",
        )
    if times.late_at < 0:
        return (
            "late_return",
            f"Would return after {clock.show(day.bounds[1])} by {_minutes(times.late_s)} at best; "
            f"{rank}.",
            "",
        )
    missed = new[times.late_at]
    if missed == position:
        return (
            "window_missed",
            f"No place in the tour reaches it in time: {_minutes(times.late_s)} too late at best "
            f"for its last possible beginning, {clock.show(stop.starts[-1][1])}; {rank}.",
            "",
        )
    return (
        "lower_priority",
        f"Putting it in would make stop {order.index(missed) + 1} miss its window by "
        f"{_minutes(times.late_s)} at best; {rank}.",
        "",
    )


def entry(ref: Any, why: tuple[str, str, str], priority: float) -> dict[str, Any]:
    """Make the record of one left-out visit.

    Parameters
    ----------
    ref
        The client's reference.
    why
        Code, reason and remedy.
    priority
        Priority points of the visit.

    Returns
    -------
    dict
        ``client_ref``, ``code``, ``reason``, ``remedy`` and ``priority``.
    """
    code, reason, remedy = why
    return {
        "client_ref": str(ref),
        "code": code,
        "reason": reason,
        "remedy": remedy,
        "priority": float(priority),
    }


def _break(day: Day) -> str:
    assert day.rest is not None  # Only what is owed can be missed.
    span = (day.rest.opens, day.rest.latest + day.rest.length_s)
    return f"{_minutes(day.rest.length_s)} within {_spans([span], day.clock)}"


def _minutes(seconds: int) -> str:
    count = max(1, math.ceil(seconds / 60))
    return f"{count} minute{'' if count == 1 else 's'}"


def _points(priority: float) -> str:
    return f"{priority:g} point{'' if priority == 1 else 's'}"


def _all_day(windows: Any, clock: Clock) -> str:
    """Tell hours at home on the whole day of the tour."""
    midnight = Clock(clock.departs.replace(hour=0, minute=0, second=0, microsecond=0))
    spans = [(a, min(b, DAY_S)) for a, b in midnight.spans(windows, DAY_S, "client")]
    return _spans(spans, midnight) or "on other days only"


def _spans(spans: Sequence[Span], clock: Clock) -> str:
    return ", ".join(f"{clock.show(a)}–{clock.show(b)}" for a, b in spans)
