"""Which stops in what order: proven where that can be, searched where it cannot."""

from __future__ import annotations

from typing import Any

from geoteam.tours.bound import best_possible
from geoteam.tours.exact import MOST_STOPS, best_order
from geoteam.tours.improve import improve
from geoteam.tours.left_out import Day
from geoteam.tours.schedule import schedule
from geoteam.tours.solver import choose_order, worths
from geoteam.tours.stops import Stop, clashes
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
    found = choose_order(
        stops, drive.usual(*day.bounds), day.bounds, day.max_stops, seed, seconds, iterations
    )
    order = improve(found, stops, drive, day.bounds, day.max_stops, day.rest)
    guessed = day.rest or drive.moments or clashes(stops).any()
    if guessed and len(order) < MOST_STOPS:
        # The search knew of no break and of no hour, and not of all who must not meet: settle it
        # among the stops found and the most urgent others.
        others = sorted(set(range(len(stops))) - set(order), key=lambda one: (-worth[one], one))
        among = [*order, *others][:MOST_STOPS]
        some = best_order(
            [stops[one] for one in among],
            [worth[one] for one in among],
            drive,
            day.bounds,
            day.max_stops,
            day.rest,
        )
        rested = [among[place] for place in some or ()]
        if sum(worth[one] for one in rested) >= sum(worth[one] for one in order):
            order = improve(rested, stops, drive, day.bounds, day.max_stops, day.rest)
    points = sum(stops[one].priority for one in order)
    most, earliest_s = best_possible(stops, drive.free, day.bounds, day.max_stops, day.rest, points)
    returns_s = schedule(order, stops, drive, day.bounds, day.rest).returns_s
    return order, {
        "proven": False,
        "more_points_at_most": max(0.0, most - points),
        "sooner_s_at_most": max(0.0, float(returns_s - earliest_s)),
    }
