"""Snapped points as places on arcs: which arcs pass, and how much of each is already driven."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoteam.streets.snap import Snap
from geoteam.streets.turns import TurnGraph

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Positions:
    """Places of points on arcs, in long form: one row for each arc that passes a point.

    Attributes
    ----------
    point
        Index of the point.
    arc
        Arc that passes it; points that cannot be reached have no row.
    done_ms, left_ms
        Time from the arc's start to the point, and from there to its end.
    done_m, left_m
        The same in metres.
    count
        Number of points.
    edge
        Edge of each point (length ``count``), -1 where it has none.
    """

    point: Ints
    arc: Ints
    done_ms: Ints
    left_ms: Ints
    done_m: Floats
    left_m: Floats
    count: int
    edge: Ints


def positions(snap: Snap, turns: TurnGraph) -> Positions:
    """Place snapped points on arcs.

    Parameters
    ----------
    snap
        Snapped points.
    turns
        The graph of turns; only arcs of its main part are used.

    Returns
    -------
    Positions
        One or two rows a point, ordered by point, along the edge before against it.
    """
    usable = snap.near & (snap.edge >= 0)
    point = np.repeat(np.arange(len(snap)), 2)
    against = np.tile([0, 1], len(snap))
    arc = np.where(usable[point], 2 * snap.edge[point] + against, 0)
    keep = usable[point] & turns.main[arc]
    point, against, arc = point[keep], against[keep], arc[keep]
    whole_ms, whole_m = turns.arc_ms[arc], turns.arc_m[arc]
    # Rounded once, along the edge, so that both directions add up to the whole.
    along_ms = np.rint(snap.share[point] * whole_ms).astype(np.int64)
    along_m = snap.share[point] * whole_m
    done_ms = np.where(against == 1, whole_ms - along_ms, along_ms)
    done_m = np.where(against == 1, whole_m - along_m, along_m)
    edge = np.where(usable, snap.edge, -1)
    return Positions(
        point, arc, done_ms, whole_ms - done_ms, done_m, whole_m - done_m, len(snap), edge
    )


def same_arc(one: Positions, two: Positions) -> tuple[Ints, Ints, Ints, Floats]:
    """Find pairs of points where the second lies ahead of the first on the same arc.

    Parameters
    ----------
    one, two
        Origins and destinations.

    Returns
    -------
    tuple of ndarray
        Origin, destination, time (ms) and length (m) of the direct drive, best direction only.
    """
    order = np.argsort(two.arc, kind="stable")
    arcs = two.arc[order]
    low = np.searchsorted(arcs, one.arc, side="left")
    high = np.searchsorted(arcs, one.arc, side="right")
    row = np.repeat(np.arange(len(one.arc)), high - low)
    offset = np.arange(len(row)) - np.repeat(np.cumsum(high - low) - (high - low), high - low)
    other = order[np.repeat(low, high - low) + offset]
    gap_ms = two.done_ms[other] - one.done_ms[row]
    gap_m = two.done_m[other] - one.done_m[row]
    ahead = (gap_ms > 0) | ((gap_ms == 0) & (gap_m >= -1e-9))
    row, other = row[ahead], other[ahead]
    return one.point[row], two.point[other], gap_ms[ahead], np.maximum(gap_m[ahead], 0.0)
