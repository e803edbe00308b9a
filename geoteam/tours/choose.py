"""Which stops in what order: proven where that can be, searched where it cannot."""

from __future__ import annotations

from typing import Any

import numpy as np

from geoteam.tours.bound import most_points, soonest_return
from geoteam.tours.exact import MOST_STOPS, best_order
from geoteam.tours.improve import improve
from geoteam.tours.left_out import Day
from geoteam.tours.schedule import schedule
from geoteam.tours.solver import choose_order, worths
from geoteam.tours.stops import Stop, clashes, cliques, heaviest_apart
from geoteam.tours.travel import Travel


def choose(
    stops: list[Stop],
    drive: Travel,
    day: Day,
    seed: int,
    seconds: float | None,
    iterations: int,
) -> tuple[list[int], dict[str, Any]]:
    """Choose stops and their order, and tell how good they are.

    Parameters
    ----------
    stops
        Stops that can each be made alone.
    drive
        Driving times; row 0 is the start.
    day
        What bounds the tour.
    seed, seconds, iterations
        Of the search beyond 18 stops, as of `choose_order`.

    Returns
    -------
    tuple
        Positions of the stops in order, and ``proven`` with what is known otherwise.
    """
    worth = worths(stops)
    order = best_order(stops, worth, drive, day.bounds, day.max_stops, day.rest)
    if order is not None:
        return order, {"proven": True}
    order = _search(stops, worth, drive, day, (seed, seconds, iterations))
    if (day.rest or drive.moments or clashes(stops).any()) and len(order) < MOST_STOPS:
        order = _settled(order, stops, worth, drive, day)
    points = sum(stops[one].priority for one in order)
    limits = (stops, drive.free, day.bounds, day.max_stops, day.rest)
    most, soonest_s = most_points(*limits), soonest_return(order, *limits)
    returns_s = schedule(order, stops, drive, day.bounds, day.rest).returns_s
    return order, {
        "proven": False,
        "more_points_at_most": max(0.0, most - points),
        "sooner_s_at_most": max(0.0, float(returns_s - soonest_s)),
    }


def _search(
    stops: list[Stop],
    worth: list[int],
    drive: Travel,
    day: Day,
    options: tuple[int, float | None, int],
) -> list[int]:
    """Return the best tour found; twice searched where groups cannot say who must not meet."""
    every = list(range(len(stops)))
    shun = clashes(stops)
    unsaid = shun.copy()
    for group in cliques(stops):
        unsaid[np.ix_(group, group)] = False
    orders = []
    tries = [every, heaviest_apart(shun, worth)] if unsaid.any() else [every]
    seed, seconds, iterations = options
    share = (seed, seconds and seconds / len(tries), iterations // len(tries))
    for among in tries:
        found = choose_order(
            [stops[one] for one in among],
            drive.usual(*day.bounds),
            day.bounds,
            day.max_stops,
            *share,
        )
        order = [among[place] for place in found]
        orders.append(improve(order, stops, drive, day.bounds, day.max_stops, day.rest))
    return max(orders, key=lambda order: sum(worth[one] for one in order))


def _settled(
    order: list[int], stops: list[Stop], worth: list[int], drive: Travel, day: Day
) -> list[int]:
    """Settle among the stops found and the most urgent others what the search did not know.

    It knew of no break and of no hour, and not of all who must not meet.
    """
    others = sorted(set(range(len(stops))) - set(order), key=lambda one: (-worth[one], one))
    among = [*order, *others][:MOST_STOPS]
    some = [stops[one] for one in among]
    found = best_order(
        some, [worth[one] for one in among], drive, day.bounds, day.max_stops, day.rest
    )
    settled = [among[place] for place in found or ()]
    if sum(worth[one] for one in settled) < sum(worth[one] for one in order):
        return order
    return improve(settled, stops, drive, day.bounds, day.max_stops, day.rest)
