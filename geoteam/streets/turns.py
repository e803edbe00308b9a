"""The graph of turns: its nodes are arcs (a street driven in one direction), its links are turns.

Arc ``2 * e`` drives edge ``e`` along its geometry, arc ``2 * e + 1`` against it. A link from arc
``a`` to arc ``b`` costs the turn and the drive over ``b``, in whole milliseconds, so that every
solver adds up to the same figure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# Below this a bend is no turn; the value most route planners take lies between 30 and 45 degrees.
STRAIGHT_DEG = 40.0
_LOOK_M = 12.0


@dataclass(frozen=True, slots=True)
class TurnCosts:
    """Seconds added at a junction by manoeuvre.

    Attributes
    ----------
    left, right
        A turn of more than 40 degrees where there is a choice of streets.
    u_turn
        Turning back on the same street.
    signal
        Passing a traffic signal.
    """

    left: float = 0.0
    right: float = 0.0
    u_turn: float = 0.0
    signal: float = 0.0


@dataclass(frozen=True, eq=False)
class TurnGraph:
    """Arcs and the turns between them.

    Attributes
    ----------
    tail, head
        Arcs that a turn leaves and enters.
    cost_ms
        Turn and drive over ``head``.
    angle_deg
        Direction change of the turn, positive to the right, 180 for turning back.
    arc_ms, arc_m
        Time and length of each arc.
    main
        Arcs of the largest part in which every arc can be reached from every other.
    """

    tail: Ints
    head: Ints
    cost_ms: Ints
    angle_deg: Floats
    arc_ms: Ints
    arc_m: Floats
    main: NDArray[np.bool_]


def turn_graph(
    *,
    edge_u: NDArray[np.int32],
    edge_v: NDArray[np.int32],
    ahead: NDArray[np.bool_],
    back: NDArray[np.bool_],
    length_m: Floats,
    kmh: Floats,
    bearings: tuple[Floats, Floats],
    node_signal: NDArray[np.bool_],
    banned: NDArray[np.int32],
    costs: TurnCosts,
) -> TurnGraph:
    """Build the graph of turns.

    Parameters
    ----------
    edge_u, edge_v
        End nodes of each edge.
    ahead, back
        Whether the edge may be driven along and against its geometry.
    length_m, kmh
        Length and speed of each edge.
    bearings
        Degrees clockwise from north at which each edge leaves ``u`` and arrives at ``v``.
    node_signal
        Nodes with a traffic signal.
    banned
        Pairs of arcs that no car may turn between.
    costs
        Seconds by manoeuvre.

    Returns
    -------
    TurnGraph
        Turns sorted by tail, then head.
    """
    edges = len(edge_u)
    exists = np.stack([ahead, back], axis=1).ravel()
    starts = np.stack([edge_u, edge_v], axis=1).ravel().astype(np.int64)
    ends = np.stack([edge_v, edge_u], axis=1).ravel().astype(np.int64)
    leave = np.stack([bearings[0], bearings[1] + 180.0], axis=1).ravel()
    arrive = np.stack([bearings[1], bearings[0] + 180.0], axis=1).ravel()
    arc_m = np.repeat(length_m, 2)
    arc_ms = np.maximum(1, np.rint(arc_m / np.repeat(kmh, 2) * 3600.0)).astype(np.int64)
    tail, head = _pairs(starts, ends, exists, len(node_signal))
    if len(banned):
        code = tail * (2 * edges) + head
        forbidden = banned[:, 0].astype(np.int64) * (2 * edges) + banned[:, 1]
        allowed = ~np.isin(code, forbidden)
        tail, head = tail[allowed], head[allowed]
    angle = (leave[head] - arrive[tail] + 180.0) % 360.0 - 180.0
    back_again = (tail ^ 1) == head
    angle[back_again] = 180.0
    streets = np.bincount(edge_u, minlength=len(node_signal)) + np.bincount(
        edge_v, minlength=len(node_signal)
    )
    choice = streets[ends[tail]] > 2
    seconds = np.where(node_signal[ends[tail]], costs.signal, 0.0)
    seconds += np.where(choice & ~back_again & (angle > STRAIGHT_DEG), costs.right, 0.0)
    seconds += np.where(choice & ~back_again & (angle < -STRAIGHT_DEG), costs.left, 0.0)
    seconds += np.where(back_again, costs.u_turn, 0.0)
    cost_ms = arc_ms[head] + np.rint(seconds * 1000.0).astype(np.int64)
    main = _largest(tail, head, exists)
    return TurnGraph(tail, head, cost_ms, angle, arc_ms, arc_m, main)


def _pairs(starts: Ints, ends: Ints, exists: NDArray[np.bool_], nodes: int) -> tuple[Ints, Ints]:
    """Every arc with every arc that starts where it ends."""
    arcs = np.flatnonzero(exists)
    by_start = arcs[np.argsort(starts[arcs], kind="stable")]
    count = np.bincount(starts[arcs], minlength=nodes)
    first = np.concatenate([[0], np.cumsum(count)])
    repeats = count[ends[arcs]]
    tail = np.repeat(arcs, repeats)
    offset = np.arange(len(tail)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    head = by_start[np.repeat(first[ends[arcs]], repeats) + offset]
    return tail, head


def _largest(tail: Ints, head: Ints, exists: NDArray[np.bool_]) -> NDArray[np.bool_]:
    size = len(exists)
    links = csr_matrix((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(size, size))
    _, part = connected_components(links, directed=True, connection="strong")
    counts = np.bincount(part[exists])
    return np.asarray(exists & (part == int(np.argmax(counts))))


def edge_bearings(x: Floats, y: Floats, start: Ints) -> tuple[Floats, Floats]:
    """Bearings at both ends of each edge, taken over the first and last dozen metres.

    Parameters
    ----------
    x, y
        Projected coordinates of all edges, one after the other.
    start
        Offset of each edge's first point; one more than there are edges.

    Returns
    -------
    tuple of ndarray
        Degrees clockwise from north, leaving the first point and arriving at the last.
    """
    step = np.append(np.hypot(np.diff(x), np.diff(y)), 0.0)
    run = np.concatenate([[0.0], np.cumsum(step)[:-1]])
    first, last = start[:-1], start[1:] - 1
    length = run[last] - run[first]
    reach = np.minimum(_LOOK_M, length / 2.0)
    # np.interp over the running length finds the points at that distance on every edge at once.
    ahead_x, ahead_y = np.interp(run[first] + reach, run, x), np.interp(run[first] + reach, run, y)
    near_x, near_y = np.interp(run[last] - reach, run, x), np.interp(run[last] - reach, run, y)
    leave = np.degrees(np.arctan2(ahead_x - x[first], ahead_y - y[first]))
    arrive = np.degrees(np.arctan2(x[last] - near_x, y[last] - near_y))
    return leave, arrive
