"""Paths and their directions, street by street."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra as scipy_dijkstra
from shapely import LineString

from geoteam.crs import unproject
from geoteam.errors import UnreachableError
from geoteam.streets import dijkstra
from geoteam.streets.positions import Positions, positions, same_arc
from geoteam.streets.snap import Snap
from geoteam.streets.turns import STRAIGHT_DEG

if TYPE_CHECKING:
    from geoteam.streets.network import StreetNetwork

_SLIGHT_DEG = 20.0
_SHARP_DEG = 120.0
_COMPASS = ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest")
_RAMPS = frozenset({"motorway_link", "trunk_link", "primary_link", "secondary_link"})


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction: what to do, on which street, how far and how long it goes on."""

    text: str
    street: str
    length_m: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class Leg:
    """A drive between two stops.

    Attributes
    ----------
    geometry
        The street path, EPSG:4326.
    duration_s, length_m
        Of the drive; the sums of its steps.
    steps
        Instructions in order; the last says on which side the stop is.
    """

    geometry: LineString
    duration_s: float
    length_m: float
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class _Drive:
    """Arcs in order, with the part of the first and last that is driven (0-1 along the arc)."""

    arcs: list[int]
    start: float
    end: float
    ms: int


def legs_along(network: StreetNetwork, snap: Snap) -> list[Leg]:
    """Find the fastest drives through snapped stops in their order and describe them.

    Parameters
    ----------
    network
        The streets.
    snap
        Snapped stops.

    Returns
    -------
    list of Leg
        Geometry, figures and directions from each stop to the next.

    Raises
    ------
    UnreachableError
        When a stop is not on the streets or no drive leads to the next.
    """
    for row in range(len(snap.near)):
        if not snap.near[row]:
            far = snap.distance_m[row]
            raise UnreachableError(
                f"stop {row + 1} is {far:.0f} m from the nearest street"
                if np.isfinite(far)
                else f"stop {row + 1} has no place",
                remedy="Correct the stop's place on the map",
            )
    # One graph for all legs: making it takes longer than driving a leg on it.
    every = positions(snap, network.turns)
    graph = dijkstra.point_graph(network.turns, every, every)
    return [_leg(network, graph, snap, start) for start in range(len(snap.near) - 1)]


def _leg(network: StreetNetwork, graph: dijkstra.PointGraph, snap: Snap, start: int) -> Leg:
    end = start + 1
    drive = _fastest(network, graph, snap, start)
    if drive is None:
        raise UnreachableError(f"no street leads from stop {start + 1} to stop {end + 1}")
    parts = _parts(network, drive)
    steps = _steps(network, drive, parts, int(snap.side[end]))
    line = _geometry(network, drive)
    return Leg(line, drive.ms / 1000.0, float(sum(step.length_m for step in steps)), steps)


def _row(snap: Snap, row: int) -> Snap:
    at = slice(row, row + 1)
    return Snap(
        snap.edge[at],
        snap.share[at],
        snap.lon[at],
        snap.lat[at],
        snap.distance_m[at],
        snap.side[at],
        snap.near[at],
    )


def _fastest(
    network: StreetNetwork, graph: dijkstra.PointGraph, snap: Snap, start: int
) -> _Drive | None:
    turns = network.turns
    one, two = (positions(_row(snap, row), turns) for row in (start, start + 1))
    goal = int(graph.destination_nodes[start + 1])
    cost, before = scipy_dijkstra(
        graph.links, indices=int(graph.origin_nodes[start]), return_predecessors=True
    )
    ms, metres = dijkstra.decode(cost[goal : goal + 1], nudges=2)
    _, _, direct_ms, direct_m = same_arc(one, two)
    if len(direct_ms):
        best = int(np.lexsort((direct_m, direct_ms))[0])
        if (direct_ms[best], direct_m[best]) <= (ms[0], metres[0]):
            return _direct(one, two, int(direct_ms[best]))
    if not np.isfinite(ms[0]):
        return None
    arcs: list[int] = []
    node = int(before[goal])
    while node < graph.arcs:
        arcs.append(node)
        node = int(before[node])
    arcs.reverse()
    last = _last_arc(network, arcs[-1], two)
    first = int(np.flatnonzero(one.arc == arcs[0])[0])
    arcs.append(int(two.arc[last]))
    whole_a, whole_b = turns.arc_m[arcs[0]], turns.arc_m[arcs[-1]]
    return _Drive(
        arcs,
        float(one.done_m[first] / whole_a) if whole_a else 0.0,
        float(two.done_m[last] / whole_b) if whole_b else 0.0,
        int(ms[0]),
    )


def _last_arc(network: StreetNetwork, arc: int, two: Positions) -> int:
    """Row of the destination's arc that the turn from ``arc`` enters at least cost."""
    turns = network.turns
    low, high = np.searchsorted(turns.tail, [arc, arc + 1])
    costs = {
        int(head): int(cost)
        for head, cost in zip(turns.head[low:high], turns.cost_ms[low:high], strict=True)
    }
    rows = [row for row, head in enumerate(two.arc) if int(head) in costs]
    return min(
        rows,
        key=lambda row: (costs[int(two.arc[row])] - int(two.left_ms[row]), two.done_m[row]),
    )


def _direct(one: Positions, two: Positions, ms: int) -> _Drive:
    pairs = [
        (int(a), float(one.done_m[i]), float(two.done_m[j]), float(one.done_m[i] + one.left_m[i]))
        for i, a in enumerate(one.arc)
        for j, b in enumerate(two.arc)
        if a == b and int(two.done_ms[j] - one.done_ms[i]) == ms
    ]
    arc, start, end, whole = min(pairs, key=lambda pair: abs(pair[2] - pair[1]))
    return _Drive([arc], start / whole if whole else 0.0, end / whole if whole else 0.0, ms)


def _parts(network: StreetNetwork, drive: _Drive) -> NDArray[np.float64]:
    """Share of each arc that is driven."""
    parts = np.ones(len(drive.arcs))
    parts[-1] = drive.end
    parts[0] -= drive.start
    if len(drive.arcs) == 1:
        parts[0] = max(0.0, drive.end - drive.start)
    return parts


def _geometry(network: StreetNetwork, drive: _Drive) -> LineString:
    coords: list[NDArray[np.float64]] = []
    last = len(drive.arcs) - 1
    for index, arc in enumerate(drive.arcs):
        line = network.lines_m[arc // 2]
        if arc % 2:
            line = shapely.reverse(line)
        low = drive.start if index == 0 else 0.0
        high = drive.end if index == last else 1.0
        piece = shapely.get_coordinates(_cut(line, low, max(low, high)))
        coords.append(piece if not coords else piece[1:])
    xy = np.concatenate(coords)
    lon, lat = unproject(xy[:, 0], xy[:, 1], network.crs)
    return LineString(np.column_stack([lon, lat]))


def _cut(line: LineString, low: float, high: float) -> LineString:
    if low <= 0.0 and high >= 1.0:
        return line
    coords = shapely.get_coordinates(line)
    run = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(coords, axis=0).T))])
    start, end = low * run[-1], high * run[-1]
    inner = coords[(run > start) & (run < end)]
    ends = [
        [np.interp(at, run, coords[:, 0]), np.interp(at, run, coords[:, 1])] for at in (start, end)
    ]
    return LineString(np.vstack([ends[0], inner, ends[1]]))


def _steps(
    network: StreetNetwork, drive: _Drive, parts: NDArray[np.float64], side: int
) -> tuple[Step, ...]:
    turns = network.turns
    arcs = np.array(drive.arcs)
    metres = turns.arc_m[arcs] * parts
    angles, costs = _between(network, arcs)
    seconds = turns.arc_ms[arcs] * parts
    seconds[1:] += costs - turns.arc_ms[arcs[1:]]
    begins = [
        0,
        *(i for i in range(1, len(arcs)) if _new_step(network, arcs, angles, i)),
        len(arcs),
    ]
    steps = []
    for first, end in pairwise(begins):
        street = next((n for n in (_name(network, a) for a in arcs[first:end]) if n), "")
        if first == 0:
            text = f"Head {_heading(network, drive)} on {_said(network, arcs[0], street)}"
        else:
            text = _turn_text(
                float(angles[first - 1]),
                _said(network, arcs[first], street),
                street == _name(network, arcs[first - 1]) and bool(street),
            )
        steps.append(
            Step(
                text, street, float(metres[first:end].sum()), float(seconds[first:end].sum()) / 1000
            )
        )
    # A point to the right of the edge is to the left of one who drives against it.
    where = side * (-1 if arcs[-1] % 2 else 1)
    arrive = {1: "Arrive on the right", -1: "Arrive on the left", 0: "Arrive"}[where]
    return (*steps, Step(arrive, _name(network, arcs[-1]), 0.0, 0.0))


def _between(
    network: StreetNetwork, arcs: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Angle and cost of each turn of a drive."""
    turns = network.turns
    rows = []
    for tail, head in pairwise(arcs):
        low, high = np.searchsorted(turns.tail, [tail, tail + 1])
        rows.append(low + int(np.flatnonzero(turns.head[low:high] == head)[0]))
    at = np.array(rows, dtype=np.int64)
    return turns.angle_deg[at], turns.cost_ms[at].astype(np.float64)


def _new_step(
    network: StreetNetwork, arcs: NDArray[np.int64], angles: NDArray[np.float64], index: int
) -> bool:
    """A new instruction where the name changes, or where one must turn though it does not."""
    before, after = _name(network, arcs[index - 1]), _name(network, arcs[index])
    if arcs[index] == arcs[index - 1] ^ 1:
        return True
    turns_off = abs(angles[index - 1]) > STRAIGHT_DEG
    if before != after:
        # A short unnamed link straight ahead is no news.
        return bool(after) or turns_off
    return bool(turns_off and _has_choice(network, arcs[index - 1]))


def _has_choice(network: StreetNetwork, arc: int) -> bool:
    low, high = np.searchsorted(network.turns.tail, [arc, arc + 1])
    return bool(np.count_nonzero(network.turns.head[low:high] != (arc ^ 1)) > 1)


def _name(network: StreetNetwork, arc: int) -> str:
    return network.names[int(network.edge_name[arc // 2])]


def _said(network: StreetNetwork, arc: int, street: str) -> str:
    if street:
        return street
    highway = network.highways[int(network.edge_highway[arc // 2])]
    return "the ramp" if highway in _RAMPS else "the unnamed street"


def _turn_text(angle: float, onto: str, same_street: bool) -> str:
    side = "right" if angle > 0 else "left"
    if angle >= 179.9:
        return f"Make a U-turn on {onto}"
    if abs(angle) <= _SLIGHT_DEG:
        return f"Continue onto {onto}"
    if abs(angle) <= STRAIGHT_DEG:
        return f"Bear {side} onto {onto}"
    if same_street:
        return f"Turn {side} to stay on {onto}"
    return f"Turn {'sharp ' if abs(angle) > _SHARP_DEG else ''}{side} onto {onto}"


def _heading(network: StreetNetwork, drive: _Drive) -> str:
    line = network.lines_m[drive.arcs[0] // 2]
    if drive.arcs[0] % 2:
        line = shapely.reverse(line)
    end = drive.end if len(drive.arcs) == 1 else 1.0
    coords = shapely.get_coordinates(_cut(line, drive.start, max(end, drive.start)))
    dx, dy = coords[-1] - coords[0]
    if dx == dy == 0.0:
        dx, dy = np.diff(shapely.get_coordinates(line)[[0, -1]], axis=0)[0]
    return _COMPASS[round(float(np.degrees(np.arctan2(dx, dy))) / 45.0) % 8]
