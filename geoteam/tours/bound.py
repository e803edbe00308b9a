"""How good a tour could be at best, where the optimum itself is not proven."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoteam.tours.moments import Span
from geoteam.tours.schedule import Rest
from geoteam.tours.stops import Stop, cliques, most_apart
from geoteam.tours.travel import Seconds

# Time is counted in whole units, rounded so that the bound stays a bound.
_UNIT_S = 30
# Among more stops it is not tried which ones every tour as good needs.
_MOST_TRIED = 60
# Steps of the search for the dearest tree, each smaller than the one before.
_ROUNDS, _SMALLER = 120, 0.96


def most_points(
    stops: Sequence[Stop],
    drive: Seconds,
    bounds: Span,
    max_stops: int,
    rest: Rest | None,
) -> float:
    """Bound the priority points of any tour.

    A knapsack over the stops. Each takes its service and half of the two shortest drives that
    lead to and from it; windows and peaks are left out of account. Every tour takes as long or
    longer. Of stops that all shun each other one is taken at most, and no more than the best choice
    of stops that none shuns another has.

    Parameters
    ----------
    stops
        Stops that can each be made alone.
    drive
        Driving times on free streets in whole seconds; row 0 is the start.
    bounds
        Earliest departure and latest return.
    max_stops
        Most stops of a tour.
    rest
        The break that is owed.

    Returns
    -------
    float
        No tour has more.
    """
    rows = [0, *(stop.row for stop in stops)]
    between = drive[np.ix_(rows, rows)].astype(np.float64)
    np.fill_diagonal(between, np.inf)
    legs = _half_legs(between)
    size = (bounds[1] - bounds[0]) // _UNIT_S
    most = np.full((min(max_stops, len(stops)) + 1, size + 1), -np.inf)
    most[0] = 0.0
    for group in cliques(stops):
        before = most.copy()
        for at in group:
            takes = int((stops[at].service_s + legs[at + 1]) // _UNIT_S)
            if takes <= size:
                fits = before[:-1, : size + 1 - takes] + stops[at].priority
                most[1:, takes:] = np.maximum(most[1:, takes:], fits)
    collected: NDArray[np.float64] = most.max(axis=0)
    # The moment at which such a tour ends, if it owes no break: a unit for each rounding down.
    ends = bounds[0] + np.arange(size + 1) * _UNIT_S + legs[0]
    possible = collected[_rested(ends, rest) <= bounds[1]]
    return min(float(possible.max(initial=0.0)), most_apart(stops))


def soonest_return(
    order: Sequence[int],
    stops: Sequence[Stop],
    drive: Seconds,
    bounds: Span,
    max_stops: int,
    rest: Rest | None,
) -> int:
    """Bound the return of any tour that makes as many priority points as one at hand.

    Stops without which fewer points are possible are on each such tour. Its driving is a round of
    them, and no shorter than a tree with one more edge (M. Held and R. M. Karp, "The
    traveling-salesman problem and minimum spanning trees", Operations Research 18, 1970). Those
    that open late are made after they open, with the driving of a tree to the start.

    Parameters
    ----------
    order
        Positions of the stops of the tour at hand.
    stops, drive, bounds, max_stops, rest
        As of `most_points`.

    Returns
    -------
    int
        None returns before, in seconds after the departure.
    """
    points = sum(stops[one].priority for one in order)
    if sum(stop.priority for stop in stops) > points and len(stops) > _MOST_TRIED:
        return bounds[0]
    needed = [
        one
        for one in order
        if most_points([*stops[:one], *stops[one + 1 :]], drive, bounds, max_stops, rest) < points
    ]
    if not needed:
        return bounds[0]
    # By way of other stops a drive may be shorter, and driven the other way round.
    rows = [0, *(stop.row for stop in stops)]
    least = drive[np.ix_(rows, rows)].astype(np.float64)
    for via in range(len(rows)):
        least = np.minimum(least, least[:, [via]] + least[[via]])
    some = [0, *(one + 1 for one in needed)]
    least = np.minimum(least, least.T)[np.ix_(some, some)]
    service = np.array([stops[one].service_s for one in needed])
    whole = np.array([bounds[0] + service.sum() + _round_trip(least)])
    found = [math.floor(_rested(whole, rest)[0] + 1e-6)]
    opens = np.array([stops[one].starts[0][0] for one in needed])
    for moment in np.unique(opens[opens > bounds[0]]):
        late = np.flatnonzero(opens >= moment)
        tree, _ = _tree(least[np.ix_([0, *(late + 1)], [0, *(late + 1)])])
        found.append(math.floor(moment + service[late].sum() + tree + 1e-6))
    return int(min(max(found), bounds[1]))


def _rested(ends: NDArray[np.float64], rest: Rest | None) -> NDArray[np.float64]:
    """Return when tours end at the soonest that would end then without their break."""
    if rest is None:
        return ends
    return np.where(ends > rest.latest, np.maximum(ends + rest.length_s, rest.latest), ends)


def _round_trip(least: NDArray[np.float64]) -> float:
    """Bound a round through all places: trees with one more edge, crowded places made dearer."""
    if len(least) == 2:
        return float(2 * least[0, 1])
    dear, best, step = np.zeros(len(least)), 0.0, least[1:, 1:].max() / 4
    for _ in range(_ROUNDS):
        cost = least + dear[:, None] + dear[None, :]
        total, met = _tree(cost[1:, 1:])
        edges = 1 + np.argsort(cost[0, 1:])[:2]
        met = np.concatenate([[2], met])
        met[edges] += 1
        best = max(best, total + cost[0, edges].sum() - 2 * dear.sum())
        if (met == 2).all():
            break
        dear += step * (met - 2) / np.square(met - 2).sum() ** 0.5
        step *= _SMALLER
    return float(best)


def _tree(cost: NDArray[np.float64]) -> tuple[float, NDArray[np.int64]]:
    """Return the length of the shortest tree that joins all places, and the edges at each."""
    near, by = cost[0].copy(), np.zeros(len(cost), dtype=np.int64)
    free = np.arange(len(cost)) > 0
    total, met = 0.0, np.zeros(len(cost), dtype=np.int64)
    while free.any():
        at = int(np.argmin(np.where(free, near, np.inf)))
        total, free[at] = total + near[at], False
        met[[at, by[at]]] += 1
        closer = cost[at] < near
        near, by = np.where(closer, cost[at], near), np.where(closer, at, by)
    return float(total), met


def _half_legs(between: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return half the shortest way in and out of each place; not from and to one same stop."""
    ins, outs = np.argsort(between, axis=0)[:2].T, np.argsort(between, axis=1)[:, :2]
    halves = np.empty(len(between))
    halves[0] = (between[:, 0].min() + between[0].min()) / 2
    for at in range(1, len(between)):
        pairs = [(0, 0), *itertools.product(ins[at].tolist(), outs[at].tolist())]
        halves[at] = min(between[a, at] + between[at, b] for a, b in pairs if a != b or a == 0) / 2
    return halves


def verdict(summary: Mapping[str, Any]) -> str:
    """Say in one sentence how good a tour is.

    Parameters
    ----------
    summary
        Of a `TourPlan`.

    Returns
    -------
    str
        The sentence; empty when nothing is known.
    """
    if "proven" not in summary:
        return ""
    if summary["proven"]:
        return "No better tour exists."
    more, sooner = summary["more_points_at_most"], summary["sooner_s_at_most"]
    if more > 0:
        return f"At most {more:g} more priority point{' is' if more == 1 else 's are'} possible."
    if sooner < 60:
        return "No tour makes more priority points or comes back earlier."
    minutes = math.ceil(sooner / 60)
    return (
        "No tour makes more priority points; one with as many could come back at most "
        f"{minutes} minute{'' if minutes == 1 else 's'} earlier."
    )
