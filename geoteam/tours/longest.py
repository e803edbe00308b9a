"""The longest driving of a tour: what is cut where the best tour would drive longer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from geoteam.tours.bound import soonest_return
from geoteam.tours.exact import MOST_STOPS, best_order
from geoteam.tours.left_out import Day
from geoteam.tours.schedule import Schedule, schedule
from geoteam.tours.solver import worths
from geoteam.tours.stops import Stop
from geoteam.tours.travel import Travel


def keep_longest(
    order: list[int], proof: dict[str, Any], stops: Sequence[Stop], drive: Travel, day: Day
) -> tuple[list[int], dict[str, Any]]:
    """Keep a tour within the longest driving.

    The best tour without that rule is also the best with it if it keeps the rule. Otherwise stops
    are given up one by one, each time the one that spares the most driving for its priority; after
    each, up to 18 stops, the best order of the others is found. What still fits is then put in. The
    result is not proven; no tour has more points than the best one without the rule.

    Parameters
    ----------
    order, proof
        As of `choose`, without regard to the longest driving.
    stops
        Stops that can each be made alone.
    drive
        Driving times; row 0 is the start.
    day
        What bounds the tour.

    Returns
    -------
    tuple
        Positions of the stops in order, and what is known of them, as of `choose`.
    """
    if fits(order, stops, drive, day):
        return order, proof
    points = sum(stops[one].priority for one in order)
    worth, among = worths(list(stops)), list(range(len(stops)))
    few = len(among) <= MOST_STOPS
    kept = list(order)
    while kept and not fits(kept, stops, drive, day):
        gone = max(kept, key=lambda one: _spared(one, kept, stops, drive, day) / (1 + worth[one]))
        among = [one for one in among if one != gone]
        kept = [one for one in kept if one != gone]
        if few and among:
            some = [stops[one] for one in among]
            found = best_order(
                some, [worth[one] for one in among], drive, day.bounds, day.max_stops, day.rest
            )
            kept = [among[place] for place in found or ()]
    for one in sorted(set(range(len(stops))) - set(kept), key=lambda one: (-worth[one], one)):
        kept = _put_in(one, kept, stops, drive, day)
    limits = (stops, drive.free, day.bounds, day.max_stops, day.rest)
    lost = points - sum(stops[one].priority for one in kept)
    returns_s = _timed(kept, stops, drive, day).returns_s
    soonest_s = soonest_return(kept, *limits) if kept else returns_s
    return kept, {
        "proven": False,
        "more_points_at_most": max(0.0, lost + proof.get("more_points_at_most", 0.0)),
        "sooner_s_at_most": max(0.0, float(returns_s - soonest_s)),
    }


def fits(order: Sequence[int], stops: Sequence[Stop], drive: Travel, day: Day) -> bool:
    """Tell whether a tour keeps to its times and to the longest driving.

    Parameters
    ----------
    order
        Positions of the stops.
    stops
        All stops.
    drive
        Driving times; row 0 is the start.
    day
        What bounds the tour.

    Returns
    -------
    bool
        Whether it does.
    """
    if not order:
        return True
    times = _timed(order, stops, drive, day)
    longest = day.longest_drive_s
    return times.late_s == 0 and (longest is None or times.drive_s <= longest)


def _timed(order: Sequence[int], stops: Sequence[Stop], drive: Travel, day: Day) -> Schedule:
    return schedule(order, stops, drive, day.bounds, day.rest)


def _spared(
    gone: int, order: Sequence[int], stops: Sequence[Stop], drive: Travel, day: Day
) -> float:
    """Driving that a tour without one of its stops spares."""
    others = [one for one in order if one != gone]
    whole = _timed(order, stops, drive, day).drive_s
    return float(whole - (_timed(others, stops, drive, day).drive_s if others else 0))


def _put_in(
    one: int, order: list[int], stops: Sequence[Stop], drive: Travel, day: Day
) -> list[int]:
    """Put a stop where it fits with the least driving, if it fits."""
    if len(order) >= day.max_stops:
        return order
    if any(not stops[one].shuns.isdisjoint(stops[other].visits) for other in order):
        return order
    tried = [[*order[:place], one, *order[place:]] for place in range(len(order) + 1)]
    good = [new for new in tried if fits(new, stops, drive, day)]
    return min(good, key=lambda new: _timed(new, stops, drive, day).drive_s, default=order)
