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
from geoteam.tours.stops import Stop, cliques
from geoteam.tours.travel import Seconds

# Time is counted in whole units, rounded so that the bound stays a bound.
_UNIT_S = 30


def best_possible(
    stops: Sequence[Stop],
    drive: Seconds,
    bounds: Span,
    max_stops: int,
    rest: Rest | None,
    points: float,
) -> tuple[float, int]:
    """Bound the priority points of any tour, and the return of any with as many as this one.

    A knapsack over the stops. Each takes its service and half of the two shortest drives that
    lead to and from it; windows and peaks are left out of account. Every tour takes as long or
    longer. Of stops that all shun each other one is taken at most.

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
    points
        Priority points of the tour at hand.

    Returns
    -------
    tuple
        No tour has more priority points than the first; none with ``points`` or more returns
        before the second (seconds after the departure).
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
    if rest is not None:
        ends = np.where(ends > rest.latest, np.maximum(ends + rest.length_s, rest.latest), ends)
    possible = collected[ends <= bounds[1]]
    enough = ends[collected >= points]
    return (
        float(possible.max(initial=0.0)),
        math.floor(enough.min(initial=bounds[1])) if points else bounds[0],
    )


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
