"""What the reasons rely on: no left-out stop can simply be put in, or take a lower one's place."""

from __future__ import annotations

from collections.abc import Sequence

from geoteam.tours.moments import Span
from geoteam.tours.schedule import RETURN, Rest, Schedule, schedule
from geoteam.tours.stops import Stop
from geoteam.tours.travel import Seconds


def best_insertion(
    position: int,
    order: Sequence[int],
    stops: Sequence[Stop],
    drive: Seconds,
    bounds: Span,
    rest: Rest | None = None,
) -> tuple[list[int], Schedule]:
    """Find the best place for one more stop in a tour.

    Parameters
    ----------
    position
        The stop to put in.
    order
        The tour as it is.
    stops
        All stops.
    drive
        Driving times in seconds; row 0 is the start.
    bounds
        Earliest departure and latest return.
    rest
        The break that is owed.

    Returns
    -------
    tuple
        The new order that breaks the tour's times least, then returns first, and its schedule.
    """
    tried = []
    for place in range(len(order) + 1):
        new = [*order[:place], position, *order[place:]]
        tried.append((new, schedule(new, stops, drive, bounds, rest)))
    # A tour that only comes back late is nearer to possible than one that misses a window.
    return min(tried, key=lambda one: (one[1].late_at != RETURN, one[1].late_s, _cost(one[1])))


def improve(
    order: list[int],
    stops: Sequence[Stop],
    drive: Seconds,
    bounds: Span,
    max_stops: int,
    rest: Rest | None = None,
) -> list[int]:
    """Put in every stop that still fits, and exchange where that gains priority.

    Parameters
    ----------
    order
        The tour as it is; kept when nothing can be gained.
    stops
        All stops.
    drive
        Driving times in seconds; row 0 is the start.
    bounds
        Earliest departure and latest return.
    max_stops
        Most stops of a tour.
    rest
        The break that is owed; stops of the lowest priority give way to it.

    Returns
    -------
    list of int
        A tour into which no left-out stop fits, alone or for one of lower priority.
    """
    while order and schedule(order, stops, drive, bounds, rest).late_s:
        last = max(order, key=lambda one: (_rank(stops[one]), one))
        order = [one for one in order if one != last]
    while True:
        left = sorted(set(range(len(stops))) - set(order), key=lambda one: (_rank(stops[one]), one))
        better = next(
            (
                new
                for one in left
                if (new := _gain(one, order, stops, drive, bounds, max_stops, rest))
            ),
            None,
        )
        if better is None:
            return order
        order = better


def _gain(
    position: int,
    order: list[int],
    stops: Sequence[Stop],
    drive: Seconds,
    bounds: Span,
    max_stops: int,
    rest: Rest | None,
) -> list[int] | None:
    if len(order) < max_stops:
        new, times = best_insertion(position, order, stops, drive, bounds, rest)
        if times.late_s == 0:
            return new
    for given in sorted(order, key=lambda one: (_rank(stops[one]), one), reverse=True):
        if _rank(stops[given]) <= _rank(stops[position]):
            return None
        others = [one for one in order if one != given]
        new, times = best_insertion(position, others, stops, drive, bounds, rest)
        if times.late_s == 0:
            return new
    return None


def _rank(stop: Stop) -> tuple[bool, float]:
    return (not stop.required, -stop.priority)


def _cost(times: Schedule) -> int:
    return times.returns_s + times.drive_s
