"""The contraction order: every arc once, cuts last, and cells with few streets between them."""

from __future__ import annotations

import numpy as np
import pytest

from geoteam.streets import StreetNetwork, cch
from geoteam.streets.order import dissection_order
from tests.streets.conftest import CRS, street_graph

needs_wheel = pytest.mark.skipif(not cch.available(), reason="routingkit-cch is not installed")


@pytest.fixture(scope="module")
def two_towns() -> StreetNetwork:
    """Two towns of ten by ten junctions, joined by one bridge."""
    nodes, edges = {}, []
    for town in range(2):
        for c in range(10):
            for r in range(10):
                here = 100 * town + 10 * r + c
                nodes[here] = (100.0 * c + 2000.0 * town, 100.0 * r)
                if c:
                    edges.append((here - 1, here, f"ROW {r}", {}))
                if r:
                    edges.append((here - 10, here, f"COLUMN {c}", {}))
    edges.append((49, 140, "BRIDGE", {}))
    return StreetNetwork.from_graph(street_graph(nodes, edges), speeds_kmh={"default": 30}, crs=CRS)


def test_every_arc_once_and_the_bridge_last(two_towns: StreetNetwork) -> None:
    turns = two_towns.turns
    u, v = two_towns.edge_u.astype(int), two_towns.edge_v.astype(int)
    order, cell = dissection_order(
        u, v, two_towns.node_lon, two_towns.node_lat, turns.tail, turns.head
    )
    assert sorted(order.tolist()) == list(range(2 * len(u)))
    bridge = two_towns.names.index("BRIDGE")
    edge = int(np.flatnonzero(two_towns.edge_name == bridge)[0])
    assert set(order[-2:].tolist()) == {2 * edge, 2 * edge + 1}
    assert (cell >= 0).all()
    # No cell lies in both towns.
    town = two_towns.node_id // 100
    for number in np.unique(cell):
        assert len(np.unique(town[cell == number])) == 1
    assert np.bincount(cell).max() * 4 <= len(cell)


def test_the_order_is_the_same_each_time(two_towns: StreetNetwork) -> None:
    again, _ = two_towns._contraction_order()
    if cch.available():
        np.testing.assert_array_equal(two_towns.order, again)


@needs_wheel
def test_shared_sweeps_between_towns(two_towns: StreetNetwork) -> None:
    random = np.random.default_rng(3)
    picked = random.integers(0, len(two_towns.node_lon), 400)
    points = np.column_stack([two_towns.node_lon, two_towns.node_lat])[picked]
    points = points + random.uniform(-4e-4, 4e-4, points.shape)
    exits = len(two_towns.hierarchy._exits)
    assert 2 * exits < 400  # so that the shared sweeps are what is tested
    one = two_towns.matrix(points, points[:50], lengths=False, engine="cch").duration_s
    two = two_towns.matrix(points, points[:50], engine="scipy").duration_s
    np.testing.assert_array_equal(one, two)
