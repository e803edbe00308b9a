"""Exact times and lengths by SciPy's Dijkstra: the fallback, and the test oracle.

Points become nodes of their own: an origin leads to the arcs that pass it at the cost of what is
left of them, and each turn into a destination's arc also leads to the destination at the cost of
the turn and the part driven. A drive that stays on one arc is compared afterwards. Costs are
whole numbers, milliseconds * 2**24 + centimetres: of the fastest drives the shortest is taken, and
one figure carries both (sums stay below 2**53 up to six days and 167 km).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from geoteam.streets.positions import Positions, same_arc
from geoteam.streets.turns import TurnGraph

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# One millisecond in combined costs; below it, centimetres.
MS = 1 << 24
# SciPy may take a stored zero for a missing link: every link into or out of a point costs one more.
_NUDGE = 1
_ROWS_AT_ONCE = 128


@dataclass(frozen=True, eq=False)
class PointGraph:
    """The graph of turns with points added: arcs first, then origins, then destinations."""

    links: csr_matrix
    arcs: int
    origins: int
    destinations: int

    @property
    def origin_nodes(self) -> Ints:
        """Nodes of the origins."""
        return np.arange(self.arcs, self.arcs + self.origins)

    @property
    def destination_nodes(self) -> Ints:
        """Nodes of the destinations."""
        start = self.arcs + self.origins
        return np.arange(start, start + self.destinations)


def point_graph(turns: TurnGraph, origins: Positions, destinations: Positions) -> PointGraph:
    """Add origins and destinations to the graph of turns.

    Parameters
    ----------
    turns
        The graph of turns.
    origins, destinations
        Where the points are.

    Returns
    -------
    PointGraph
        The larger graph, costs as said above.
    """
    arcs = len(turns.arc_ms)
    size = arcs + origins.count + destinations.count
    arc_cm = np.rint(turns.arc_m * 100.0).astype(np.int64)
    own = turns.cost_ms * MS + arc_cm[turns.head]
    out = origins.left_ms * MS + _centimetres(origins.left_m) + _NUDGE
    row, turn = _turns_into(turns, destinations.arc)
    into = (
        (turns.cost_ms[turn] - destinations.left_ms[row]) * MS
        + _centimetres(destinations.done_m[row])
        + _NUDGE
    )
    tail = np.concatenate([turns.tail, arcs + origins.point, turns.tail[turn]])
    head = np.concatenate([turns.head, origins.arc, arcs + origins.count + destinations.point[row]])
    cost = np.concatenate([own, out, into])
    # Two links between the same nodes (a loop street): SciPy would add them up, so keep the best.
    order = np.lexsort((cost, head, tail))
    tail, head, cost = tail[order], head[order], cost[order]
    first = np.ones(len(tail), dtype=np.bool_)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    links = csr_matrix(
        (cost[first].astype(np.float64), (tail[first], head[first])), shape=(size, size)
    )
    return PointGraph(links, arcs, origins.count, destinations.count)


def _centimetres(metres: Floats) -> Ints:
    return np.rint(metres * 100.0).astype(np.int64)


def _turns_into(turns: TurnGraph, arcs: Ints) -> tuple[Ints, Ints]:
    """Pairs (row of ``arcs``, turn that enters that arc)."""
    order = np.argsort(turns.head, kind="stable")
    heads = turns.head[order]
    low = np.searchsorted(heads, arcs, side="left")
    count = np.searchsorted(heads, arcs, side="right") - low
    row = np.repeat(np.arange(len(arcs)), count)
    offset = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return row, order[np.repeat(low, count) + offset]


def decode(cost: Floats, nudges: int) -> tuple[Floats, Floats]:
    """Split combined costs into milliseconds and metres.

    Parameters
    ----------
    cost
        Combined costs, infinite where there is no way.
    nudges
        Links into or out of points on the way.

    Returns
    -------
    tuple of ndarray
        Milliseconds and metres, infinite where there is no way.
    """
    reached = np.isfinite(cost)
    whole = np.where(reached, cost, 0.0).astype(np.int64) - nudges * _NUDGE
    ms = np.where(reached, whole // MS, np.inf)
    metres = np.where(reached, (whole % MS) / 100.0, np.inf)
    return ms, metres


def times(turns: TurnGraph, origins: Positions, destinations: Positions) -> tuple[Floats, Floats]:
    """Compute the fastest drives between all origins and all destinations.

    Parameters
    ----------
    turns
        The graph of turns.
    origins, destinations
        Where the points are.

    Returns
    -------
    tuple of ndarray
        Milliseconds and metres, one row an origin; infinite where no drive leads.
    """
    graph = point_graph(turns, origins, destinations)
    if origins.count <= destinations.count:
        cost = _rows(graph.links, graph.origin_nodes, graph.destination_nodes)
    else:
        # Fewer destinations: run from them over the reversed streets.
        cost = _rows(graph.links.T.tocsr(), graph.destination_nodes, graph.origin_nodes).T
    ms, metres = decode(cost, nudges=2)
    add_direct(ms, metres, origins, destinations)
    return ms, metres


def _rows(links: csr_matrix, sources: Ints, targets: Ints) -> Floats:
    found = np.empty((len(sources), len(targets)), dtype=np.float64)
    for start in range(0, len(sources), _ROWS_AT_ONCE):
        part = sources[start : start + _ROWS_AT_ONCE]
        found[start : start + len(part)] = dijkstra(links, indices=part)[:, targets]
    return found


def add_direct(
    ms: Floats, metres: Floats | None, origins: Positions, destinations: Positions
) -> None:
    """Lower the figures of pairs that a drive along one arc joins faster (in place).

    Parameters
    ----------
    ms, metres
        Matrices to lower; ``metres`` may be left out.
    origins, destinations
        Where the points are.
    """
    start, end, direct_ms, direct_m = same_arc(origins, destinations)
    order = np.lexsort((direct_m, direct_ms))[::-1]  # the best is written last
    for i, j, time, length in zip(
        start[order], end[order], direct_ms[order], direct_m[order], strict=True
    ):
        if time < ms[i, j] or (time == ms[i, j] and metres is not None and length < metres[i, j]):
            ms[i, j] = time
            if metres is not None:
                metres[i, j] = length


def nearest(
    turns: TurnGraph, sources: Positions, targets: Positions, *, towards: bool
) -> tuple[Floats, Ints]:
    """Find the nearest source of each target, by one Dijkstra from all sources together.

    Parameters
    ----------
    turns
        The graph of turns.
    sources, targets
        Where the points are.
    towards
        True: the drive leads from the target to the source.

    Returns
    -------
    tuple of ndarray
        Milliseconds (infinite where none is reached) and the source's index (-1).
    """
    if towards:
        graph = point_graph(turns, targets, sources)
        links, start, end = graph.links.T.tocsr(), graph.destination_nodes, graph.origin_nodes
    else:
        graph = point_graph(turns, sources, targets)
        links, start, end = graph.links, graph.origin_nodes, graph.destination_nodes
    if not len(start) or not len(end):
        return np.full(len(end), np.inf), np.full(len(end), -1, dtype=np.int64)
    cost, _, origin = dijkstra(links, indices=start, min_only=True, return_predecessors=True)
    ms, _ = decode(cost[end], nudges=2)
    which = np.where(np.isfinite(ms), origin[end] - start[0], -1).astype(np.int64)
    pairs = same_arc(targets, sources) if towards else same_arc(sources, targets)
    source, target = (pairs[1], pairs[0]) if towards else (pairs[0], pairs[1])
    best = ms.copy()
    np.minimum.at(best, target, pairs[2])
    # Among direct drives of the same time the first source wins.
    hit = pairs[2] == best[target]
    improved = hit & (pairs[2] < ms[target])
    first = np.full(len(ms), len(start), dtype=np.int64)
    np.minimum.at(first, target[improved], source[improved])
    which = np.where(best < ms, first, which)
    return best, which
