"""The street graph: noded, connected, crossing water only by bridges."""

from __future__ import annotations

import networkx as nx
import numpy as np
import shapely
from shapely.geometry import LineString

from geoteam.demo import City
from geoteam.demo.network import make_network
from geoteam.demo.street import Street


def _surface(city: City) -> np.ndarray:
    edges = city.network.edges
    return edges[edges["kind"] != "expressway"]


def test_two_crossing_streets_get_a_node() -> None:
    along = Street(LineString([(0, 0), (400, 0)]), "A STREET", "primary", "q")
    across = Street(LineString([(200, -200), (200, 200)]), "1ST STREET", "primary", "p")
    network = make_network(1, [along, across])
    assert len(network.nodes) == 5
    assert len(network.edges) == 4
    assert [200.0, 0.0] in network.nodes.tolist()


def test_nodes_that_nearly_meet_are_drawn_together() -> None:
    streets = [
        Street(LineString([(0, 0), (400, 0)]), "A STREET", "primary", "q"),
        Street(LineString([(200, 0), (200, 300)]), "1ST STREET", "primary", "p"),
        Street(LineString([(208, 0), (208, -300)]), "2ND STREET", "primary", "p"),
    ]
    assert len(make_network(1, streets).nodes) == 5


def test_edges_run_between_their_nodes(city: City) -> None:
    edges, nodes = city.network.edges, city.network.nodes
    lines = edges["geometry"].to_numpy()
    start = shapely.get_coordinates(shapely.get_point(lines, 0))
    stop = shapely.get_coordinates(shapely.get_point(lines, -1))
    assert np.abs(start - nodes[edges["u"]]).max() < 0.02
    assert np.abs(stop - nodes[edges["v"]]).max() < 0.02


def test_surface_streets_cross_only_at_nodes(city: City) -> None:
    lines = _surface(city)["geometry"].to_numpy()
    one, _ = shapely.STRtree(lines).query(lines, predicate="crosses")
    assert not len(one), [lines[k].centroid.wkt for k in one[:3]]


def test_every_place_reaches_every_other(city: City) -> None:
    graph = nx.DiGraph()
    for u, v, oneway in city.network.edges[["u", "v", "oneway"]].itertuples(index=False):
        if oneway >= 0:
            graph.add_edge(u, v)
        if oneway <= 0:
            graph.add_edge(v, u)
    assert graph.number_of_nodes() == len(city.network.nodes)
    assert nx.is_strongly_connected(graph)


def test_only_bridges_cross_the_river(city: City) -> None:
    edges = city.network.edges
    wet = shapely.intersects(edges["geometry"].to_numpy(), city.ground.river.buffer(-2))
    crossing = edges[wet]
    assert set(crossing["kind"]) == {"bridge"}
    assert 1 <= crossing["name"].nunique() <= 6


def test_expressway_passes_under_without_a_node(city: City) -> None:
    edges = city.network.edges
    fast = edges[edges["highway"] == "motorway"]
    assert len(fast)
    surface = set(_surface(city)[["u", "v"]].to_numpy().ravel().tolist())
    assert not surface & set(fast[["u", "v"]].to_numpy().ravel().tolist())
    assert (fast["oneway"] == 1).all()


def test_there_are_classes_one_ways_and_dead_ends(city: City) -> None:
    edges = city.network.edges
    assert {"motorway", "primary", "secondary", "tertiary", "residential"} <= set(edges["highway"])
    assert (edges["oneway"] != 0).sum() > 50
    degree = np.bincount(np.r_[edges["u"], edges["v"]])
    assert (degree == 1).sum() > 10


def test_no_block_is_like_the_next(city: City) -> None:
    faces = shapely.get_parts(shapely.polygonize(_surface(city)["geometry"].to_numpy()))
    area = shapely.area(faces)
    assert len(faces) > 300
    assert area.std() / area.mean() > 0.5
