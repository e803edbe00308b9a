"""The order in which arcs are contracted: nested dissection of the street map by small cuts.

A set of streets that cuts the map in two also cuts the graph of turns in two, at its own arcs; so
the cuts are sought in the map itself, where they are smaller and cheaper to find than in the graph
of turns (Buchhold, Wagner, Zeitz, Zündorf: Customizable Contraction Hierarchies with Turn Costs,
ATMOS 2020). Large parts are cut by inertial flow (Schild, Sommer: On Balanced Separators in Road
Networks, SEA 2015): the westmost and eastmost quarter, and three other directions, are held apart
by a minimum cut. Small parts are cut at the best straight line; within a few blocks the arc with
the fewest neighbours goes first.
"""

from __future__ import annotations

import heapq
from collections import deque

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components, maximum_flow

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# Eight directions, 22.5 degrees apart.
_DIRECTIONS = np.column_stack(
    [np.cos(np.arange(8) * np.pi / 8.0), np.sin(np.arange(8) * np.pi / 8.0)]
)
_HELD = 0.25
_SMALL = 60
_LEAF = 25
# No cell holds more than this part of all nodes.
_CELLS = 4


def dissection_order(
    u: Ints, v: Ints, x: Floats, y: Floats, tail: Ints, head: Ints
) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
    """Order the arcs of a street map for contraction, and divide the map into a few cells.

    Parameters
    ----------
    u, v
        End nodes of each edge.
    x, y
        Place of each node, in metres.
    tail, head
        Turns between arcs (2 * edge and 2 * edge + 1).

    Returns
    -------
    tuple of ndarray
        Arcs, first contracted first; and the cell of each node. Cells are what the largest cuts
        leave: few streets lead from one to another.
    """
    cuts, cell = _cuts(u, v, np.column_stack([x, y]))
    cuts = cuts[::-1]
    last = np.stack([2 * cuts, 2 * cuts + 1], axis=1).ravel()
    first = _fewest_neighbours(2 * len(u), tail, head, last)
    return np.concatenate([first, last]).astype(np.uint32), cell


def _cuts(u: Ints, v: Ints, xy: Floats) -> tuple[Ints, NDArray[np.int32]]:
    """Edges whose removal takes the map apart, the most important cut first; and the cells."""
    cell = np.full(len(xy), -1, dtype=np.int32)
    cells = 0
    local = np.empty(len(xy), dtype=np.int64)
    taken: list[Ints] = [np.empty(0, dtype=np.int64)]
    waiting = deque([(np.arange(len(xy)), np.arange(len(u)))])
    while waiting:
        nodes, edges = waiting.popleft()
        if len(nodes) * _CELLS <= len(xy) and cell[nodes[0]] < 0:
            cell[nodes] = cells
            cells += 1
        if len(nodes) <= _LEAF:
            continue
        local[nodes] = np.arange(len(nodes))
        a, b = local[u[edges]], local[v[edges]]
        part = _split(xy[nodes], a, b)
        crossing = part[a] != part[b]
        taken.append(edges[crossing])
        # Nodes and edges in order of their part, so that each part is one slice.
        by_part = np.argsort(part, kind="stable")
        inside = np.flatnonzero(~crossing)
        inside = inside[np.argsort(part[a[inside]], kind="stable")]
        numbers = np.arange(int(part.max()) + 2)
        node_at = np.searchsorted(part[by_part], numbers)
        edge_at = np.searchsorted(part[a[inside]], numbers)
        for k in numbers[:-1]:
            mine = nodes[by_part[node_at[k] : node_at[k + 1]]]
            waiting.append((mine, edges[inside[edge_at[k] : edge_at[k + 1]]]))
    return np.concatenate(taken), cell


def _fewest_neighbours(count: int, tail: Ints, head: Ints, last: Ints) -> Ints:
    """Order all arcs but the last ones, each time taking one with the fewest neighbours left."""
    near: list[set[int]] = [set() for _ in range(count)]
    for one, two in zip(tail.tolist(), head.tolist(), strict=True):
        if one != two:
            near[one].add(two)
            near[two].add(one)
    free = np.ones(count, dtype=np.bool_)
    free[last] = False
    heap = [(len(near[arc]), arc) for arc in np.flatnonzero(free).tolist()]
    heapq.heapify(heap)
    order: list[int] = []
    while heap:
        size, arc = heapq.heappop(heap)
        around = near[arc]
        if size != len(around):
            heapq.heappush(heap, (len(around), arc))
            continue
        order.append(arc)
        for other in around:
            near[other] |= around
            near[other] -= {other, arc}
    return np.array(order, dtype=np.int64)


def _split(xy: Floats, a: Ints, b: Ints) -> Ints:
    """Number the parts of a map: its components, or the two sides of a small cut."""
    size = len(xy)
    links = csr_matrix((np.ones(len(a), dtype=np.int32), (a, b)), shape=(size, size))
    count, component = connected_components(links, directed=False)
    if count > 1:
        return np.asarray(component, dtype=np.int64)
    side = _straight(xy, a, b) if size <= _SMALL else _by_flow(xy, a, b)
    return np.asarray(side, dtype=np.int64)


def _straight(xy: Floats, a: Ints, b: Ints) -> NDArray[np.bool_]:
    """Cut at the straight line that crosses the fewest edges for its balance."""
    size = len(xy)
    margin = max(1, int(size * _HELD))
    best, chosen = np.inf, np.zeros(size, dtype=np.bool_)
    for direction in _DIRECTIONS[::2]:
        place = np.empty(size, dtype=np.int64)
        place[np.argsort(xy @ direction, kind="stable")] = np.arange(size)
        low, high = np.minimum(place[a], place[b]), np.maximum(place[a], place[b])
        change = np.bincount(low + 1, minlength=size + 1) - np.bincount(
            high + 1, minlength=size + 1
        )
        crossed = np.cumsum(change)[margin : size - margin + 1]
        at = int(np.argmin(crossed))
        if crossed[at] < best:
            best, chosen = crossed[at], place < at + margin
    return chosen


def _by_flow(xy: Floats, a: Ints, b: Ints) -> NDArray[np.bool_]:
    size = len(xy)
    held = max(1, int(size * _HELD))
    best, chosen = np.inf, np.zeros(size, dtype=np.bool_)
    for direction in _DIRECTIONS:
        by_place = np.argsort(xy @ direction, kind="stable")
        label = np.empty(size, dtype=np.int64)
        label[by_place[:held]] = 0
        label[by_place[size - held :]] = 1
        label[by_place[held : size - held]] = np.arange(2, size - 2 * held + 2)
        one, two = label[a], label[b]
        apart = one != two
        one, two = one[apart], two[apart]
        shape = (size - 2 * held + 2, size - 2 * held + 2)
        ones = np.ones(2 * len(one), dtype=np.int32)
        room = csr_matrix(
            (ones, (np.concatenate([one, two]), np.concatenate([two, one]))), shape=shape
        )
        result = maximum_flow(room, 0, 1)
        left = room - result.flow
        left.eliminate_zeros()
        near = np.zeros(shape[0], dtype=np.bool_)
        near[breadth_first_order(left, 0, return_predecessors=False)] = True
        side = near[label]
        smaller = min(np.count_nonzero(side), np.count_nonzero(~side))
        # A slightly wider cut is worth it when it halves the map better.
        price = result.flow_value / np.sqrt(smaller)
        if price < best:
            best, chosen = price, side
    return chosen
