"""Streets along water and parks, and the expressway on the river bank."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Point
from shapely.ops import substring

from geoteam.demo.ground import Area, Green, Ground
from geoteam.demo.names import local_name
from geoteam.demo.network import Network, open_where_stuck
from geoteam.demo.street import Street, lines_of

SHORE_M, BRANCH_SHORE_M = 105.0, 48.0
EXPRESSWAY = "RIVERSIDE EXPRESSWAY"
# Distance of the two carriageways and of the ramps from the river.
_INNER_M, _OUTER_M, _RAMP_M = 30.0, 52.0, 76.0


def river_strip(ground: Ground) -> Area:
    """Return the river with the bank that no street but the expressway uses.

    Parameters
    ----------
    ground
        The land.

    Returns
    -------
    Polygon or MultiPolygon
        In city metres.
    """
    return ground.river.buffer(SHORE_M + 40).buffer(-40).simplify(2)


def branch_strip(ground: Ground) -> Area:
    """Return the branch with its banks.

    Parameters
    ----------
    ground
        The land.

    Returns
    -------
    Polygon or MultiPolygon
        In city metres.
    """
    return ground.branch.buffer(BRANCH_SHORE_M).simplify(2)


def shore_streets(
    ground: Ground, dry: Area, taken: set[str], rng: np.random.Generator
) -> list[Street]:
    """Draw the streets that follow water and the valley.

    Parameters
    ----------
    ground
        The land.
    dry
        Land with streets.
    taken
        Names in use; grows.
    rng
        Random stream.

    Returns
    -------
    list of Street
        Closing the fabric off towards the water.
    """
    inside = ground.outline.buffer(-1)
    river, branch = river_strip(ground), branch_strip(ground)
    kinds = (
        (river.boundary.intersection(inside).difference(branch), 900, "tertiary",
         ["WATER STREET", "SHORE ROAD", "STRAND ROAD", "LANDING ROAD"]),
        (branch.boundary.intersection(inside).difference(river), 600, "residential",
         ["TOWPATH ROAD", "MEADOWBANK ROAD", "WHARF LANE"]),
        (ground.valley.boundary.intersection(dry), 400, "residential",
         ["BEECHES DRIVE", "VALLEY VIEW ROAD", "SALLOW TERRACE", "RAVINE ROAD", "OVERLOOK DRIVE"]),
    )  # fmt: skip
    streets = []
    for lines, shortest, highway, names in kinds:
        for part in lines_of(lines):
            if part.length > shortest:
                name = names.pop(0) if names else f"{local_name(rng, taken)} BANK"
                streets.append(Street(part, name, highway, "len", kind="shore", ruler=part))
    return streets


def park_streets(greens: Iterable[Green], land: Area) -> list[Street]:
    """Draw the streets round parks, where no street of the grid runs.

    Parameters
    ----------
    greens
        Parks and closed areas.
    land
        Land with streets.

    Returns
    -------
    list of Street
        One a park.
    """
    streets = []
    for green in greens:
        if green.kind in ("valley", "rail_yard", "bank") or green.shape.geom_type != "Polygon":
            continue
        line = green.shape.exterior.intersection(land)
        if line.length > 100:
            name = f"{green.name.upper().rsplit(' ', 1)[0]} PARK ROAD"
            ring = green.shape.exterior
            streets.append(Street(line, name, "residential", "len", kind="edge", ruler=ring))
    return streets


def _bank(ground: Ground, gap_m: float) -> LineString:
    """Line along the river on the side of the centre, from the west to the east."""
    lines = lines_of(
        ground.river.buffer(gap_m + 60).buffer(-60).boundary.intersection(ground.outline.buffer(-1))
    )
    near = [line for line in lines if line.length > 0.5 * lines[0].length]
    line = min(near, key=lambda candidate: candidate.distance(Point(0, 0)))
    return line if line.coords[0][0] < line.coords[-1][0] else line.reverse()


class _Builder:
    """Adds nodes and edges to a network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.nodes = [tuple(xy) for xy in network.nodes.tolist()]
        self.rows: list[dict[str, object]] = []

    def node(self, x: float, y: float) -> int:
        self.nodes.append((round(x, 2), round(y, 2)))
        return len(self.nodes) - 1

    def edge(self, line: LineString, u: int, v: int, name: str, highway: str) -> None:
        middle = list(line.coords)[1:-1]
        whole = LineString([self.nodes[u], *middle, self.nodes[v]]).simplify(1.0)
        self.rows.append(
            {"u": u, "v": v, "name": name, "highway": highway, "rule": "", "kind": "expressway",
             "base": 1, "oneway": 1, "street": -1, "geometry": whole}
        )  # fmt: skip

    def finish(self) -> Network:
        edges = pd.concat([self.network.edges, pd.DataFrame(self.rows)], ignore_index=True)
        nodes = np.asarray(self.nodes, dtype=np.float64)
        return Network(nodes, open_where_stuck(edges, len(nodes)))


def _junctions(network: Network, shore: LineString) -> list[int]:
    """Surface nodes by which the expressway is reached: bridge heads, and both its ends."""
    edges = network.edges
    heads = edges[(edges["kind"] == "bridge") & edges["highway"].isin(["primary", "secondary"])]
    both = np.unique(np.r_[heads["u"], heads["v"]])
    near = shapely.distance(shapely.points(network.nodes[both]), shore) < 30
    found = [int(n) for n in both[near]]
    on_shore = np.flatnonzero(shapely.distance(shapely.points(network.nodes), shore) < 30)
    along = shapely.line_locate_point(shore, shapely.points(network.nodes[on_shore]))
    ends = (500.0, shore.length - 500.0)
    found += [int(on_shore[np.argmin(np.abs(along - end))]) for end in ends]
    where = {n: shore.project(Point(network.nodes[n])) for n in found}
    kept: list[int] = []
    for n in sorted(where, key=lambda n: where[n]):
        if not kept or where[n] - where[kept[-1]] > 900:
            kept.append(n)
    return kept


def add_expressway(network: Network, ground: Ground) -> Network:
    """Add a two-carriageway expressway on the river bank, under the bridges, with ramps.

    Parameters
    ----------
    network
        The surface streets.
    ground
        The land.

    Returns
    -------
    Network
        With the expressway; it crosses surface streets without a node.
    """
    eastbound, westbound, ramp, shore = (
        _bank(ground, gap) for gap in (_INNER_M, _OUTER_M, _RAMP_M, SHORE_M)
    )
    junctions = _junctions(network, shore)
    if len(junctions) < 2:
        return network
    builder = _Builder(network)
    for road, direction in ((eastbound, 1), (westbound.reverse(), -1)):
        ramp_line = ramp if direction > 0 else ramp.reverse()
        order = junctions if direction > 0 else junctions[::-1]
        _carriageway(builder, road, ramp_line, order)
    return builder.finish()


def _carriageway(builder: _Builder, road: LineString, ramp: LineString, order: list[int]) -> None:
    stops: list[tuple[float, int]] = []
    for place, junction in enumerate(order):
        x, y = builder.nodes[junction]
        here = road.project(Point(x, y))
        if place > 0:
            stops.append((here - 260, _ramp_node(builder, road, here - 260)))
            _ramp(builder, ramp, stops[-1][1], junction)
        if place < len(order) - 1:
            stops.append((here + 260, _ramp_node(builder, road, here + 260)))
            _ramp(builder, ramp, junction, stops[-1][1])
    for (start, u), (stop, v) in pairwise(stops):
        builder.edge(substring(road, start, stop), u, v, EXPRESSWAY, "motorway")


def _ramp_node(builder: _Builder, road: LineString, at: float) -> int:
    point = road.interpolate(float(np.clip(at, 0, road.length)))
    return builder.node(point.x, point.y)


def _ramp(builder: _Builder, ramp: LineString, u: int, v: int) -> None:
    start, stop = (ramp.project(Point(builder.nodes[n])) for n in (u, v))
    line = substring(ramp, start + 0.35 * (stop - start), stop - 0.35 * (stop - start))
    coords: list[NDArray[np.float64]] = [np.asarray(builder.nodes[u])]
    coords += [np.asarray(xy) for xy in line.coords]
    coords.append(np.asarray(builder.nodes[v]))
    builder.edge(LineString(coords), u, v, "", "motorway_link")
