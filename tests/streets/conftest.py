"""A city small enough to check by hand, drawn in metres around a corner of Washington."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import networkx as nx
import numpy as np
import pytest
from numpy.typing import NDArray
from shapely import LineString

from geoteam.crs import unproject
from geoteam.streets import StreetNetwork

CRS = "EPSG:26985"
X0, Y0 = 398_000.0, 137_000.0

Edge = tuple[int, int, str, dict[str, object]]


def lonlat(*places_m: tuple[float, float]) -> NDArray[np.float64]:
    """Places in metres east and north of the city's corner, as longitudes and latitudes."""
    xy = np.array(places_m, dtype=np.float64).reshape(-1, 2)
    lon, lat = unproject(X0 + xy[:, 0], Y0 + xy[:, 1], CRS)
    return np.column_stack([lon, lat])


def street_graph(
    nodes: dict[int, tuple[float, float]],
    edges: Iterable[Edge],
    restrictions: tuple[tuple[str, int, int, int], ...] = (),
) -> nx.MultiDiGraph:
    """A graph in OSMnx's shape: (u, v, name, options); options: oneway, via, highway, osmid."""
    graph = nx.MultiDiGraph(crs="EPSG:4326", restrictions=restrictions)
    for node, place in nodes.items():
        ((x, y),) = lonlat(place)
        graph.add_node(node, x=x, y=y)
    for number, (u, v, name, options) in enumerate(edges):
        places = [nodes[u], *options.get("via", []), nodes[v]]
        line = LineString(lonlat(*places))
        data = {
            "osmid": options.get("osmid", number),
            "name": name,
            "highway": options.get("highway", "residential"),
        }
        graph.add_edge(u, v, **data, oneway=bool(options.get("oneway")), geometry=line)
        if not options.get("oneway"):
            graph.add_edge(v, u, **data, oneway=False, geometry=line.reverse())
    return graph


# Three by three junctions, 100 m apart, 36 km/h: a block takes 10 s.
#
#   7 --C-- 8 --C-- 9
#   |       |       |
#   4 --B-- 5 -->-- 6      B is one-way eastwards from 5 to 6
#   |       |       |
#   1 --A-- 2 --A-- 3      and an island 10 -- 11 far to the east
#  1st     2nd     3rd
NODES = {1 + c + 3 * r: (100.0 * c, 100.0 * r) for r in range(3) for c in range(3)}
NODES |= {10: (600.0, 0.0), 11: (700.0, 0.0)}
EDGES: list[Edge] = [
    (1, 2, "A STREET", {}),
    (2, 3, "A STREET", {}),
    (4, 5, "B STREET", {}),
    (5, 6, "B STREET", {"oneway": True}),
    (7, 8, "C STREET", {}),
    (8, 9, "C STREET", {}),
    (1, 4, "1ST STREET", {}),
    (4, 7, "1ST STREET", {}),
    (2, 5, "2ND STREET", {}),
    (5, 8, "2ND STREET", {}),
    (3, 6, "3RD STREET", {}),
    (6, 9, "3RD STREET", {}),
    (10, 11, "ISLAND WAY", {}),
]
SPEEDS = {"residential": 36.0, "default": 36.0}
TURNS = {"left": 8.0, "right": 4.0, "u_turn": 30.0}


@pytest.fixture(scope="session")
def make_network() -> Callable[..., StreetNetwork]:
    """Build a network from ``street_graph`` arguments."""

    def make(
        nodes: dict[int, tuple[float, float]],
        edges: Iterable[Edge],
        *,
        turn_s: dict[str, float] | None = None,
        speeds_kmh: dict[str, float] | None = None,
        restrictions: tuple[tuple[str, int, int, int], ...] = (),
    ) -> StreetNetwork:
        return StreetNetwork.from_graph(
            street_graph(nodes, edges, restrictions),
            speeds_kmh=speeds_kmh or SPEEDS,
            turn_s=turn_s or {},
            crs=CRS,
        )

    return make


@pytest.fixture(scope="session")
def city(make_network: Callable[..., StreetNetwork]) -> StreetNetwork:
    """The city drawn above, with turn costs."""
    return make_network(NODES, EDGES, turn_s=TURNS)


@pytest.fixture(scope="session")
def plain_city(make_network: Callable[..., StreetNetwork]) -> StreetNetwork:
    """The same city where turning costs nothing."""
    return make_network(NODES, EDGES)
