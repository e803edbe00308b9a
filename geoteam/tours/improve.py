"""What the reasons rely on: no left-out stop can simply be put in, or take a lower one's place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geoteam.tours.moments import Span
from geoteam.tours.schedule import RETURN, Rest, Schedule, schedule
from geoteam.tours.solver import worths
from geoteam.tours.stops import Stop, clashes
from geoteam.tours.travel import Travel


def best_insertion(
    position: int,
    order: Sequence[int],
    stops: Sequence[Stop],
    drive: Travel,
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
        Driving times; row 0 is the start.
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
    drive: Travel,
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
        Driving times; row 0 is the start.
    bounds
        Earliest departure and latest return.
    max_stops
        Most stops of a tour.
    rest
        The break that is owed; stops of the lowest priority give way to it.

    Returns
    -------
    list of int
        A tour on which nobody shuns another, and into which no left-out stop fits, alone or for
        one of lower priority and whom it shuns.
    """
    worth, shun = worths(stops), clashes(stops)

    def gain(position: int, order: list[int]) -> list[int] | None:
        """Put in a stop for all that it shuns, and perhaps one more, if that gains."""
        rivals = [one for one in order if shun[position, one]]
        others = [one for one in order if not shun[position, one]]
        lost = sum(worth[one] for one in rivals)
        for given in (None, *sorted(others, key=lambda one: (worth[one], -one))):
            if lost + (0 if given is None else worth[given]) >= worth[position]:
                return None
            kept = [one for one in others if one != given]
            if len(kept) < max_stops:
                new, times = best_insertion(position, kept, stops, drive, bounds, rest)
                if times.late_s == 0:
                    return new
        return None

    while order and (
        shun[np.ix_(order, order)].any() or schedule(order, stops, drive, bounds, rest).late_s
    ):
        # Whoever must not meet another on the tour goes first.
        last = min(order, key=lambda one: (not shun[one, order].any(), worth[one], -one))
        order = [one for one in order if one != last]
    while True:
        left = sorted(set(range(len(stops))) - set(order), key=lambda one: (-worth[one], one))
        better = next((new for one in left if (new := gain(one, order))), None)
        if better is None:
            return order
        order = better


def _cost(times: Schedule) -> int:
    return times.returns_s + times.free_s
