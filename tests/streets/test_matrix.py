"""Times and lengths: by hand on a small city, and hierarchy against Dijkstra on random ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoteam.errors import StreetsError
from geoteam.streets import StreetNetwork, cch, order, read_streets
from tests.streets.conftest import EDGES, NODES, TURNS, lonlat

needs_wheel = pytest.mark.skipif(not cch.available(), reason="routingkit-cch is not installed")
ENGINES = [pytest.param("scipy"), pytest.param("cch", marks=needs_wheel)]


def seconds(network: StreetNetwork, a, b, engine: str) -> float:
    table = network.matrix(lonlat(a), lonlat(b), lengths=engine == "scipy", engine=engine)
    return float(table.duration_s[0, 0])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        # Straight on: half a block, a block, half a block; no turn.
        ((50, 0), (150, 0), 10.0),
        # Right onto 2nd Street (driving west on A), or left when driving east.
        ((150, 0), (100, 50), 5 + 4 + 5),
        ((50, 0), (100, 50), 5 + 8 + 5),
        # The same place, and a place on the same street ahead or behind.
        ((50, 0), (50, 0), 0.0),
        ((20, 0), (80, 0), 6.0),
        ((80, 0), (20, 0), 6.0),
        # One-way: with it 4 s, against it round a block. 4 s to junction 6, right (4), 10 s, the
        # corner at 3 (no choice, no cost), 10 s, right at 2 (4), 10 s, right at 5 (4), 2 s.
        ((120, 100), (160, 100), 4.0),
        ((160, 100), (120, 100), 4 + 4 + 10 + 10 + 4 + 10 + 4 + 2),
    ],
)
def test_by_hand(city: StreetNetwork, engine, start, end, expected) -> None:
    assert seconds(city, start, end, engine) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("engine", ENGINES)
def test_turning_back_counts_where_it_is_the_only_way(make_network, engine) -> None:
    # A fork: from the west arm to the north arm one cannot turn at 2 (banned), so one goes on
    # to the end of the east arm, turns back and comes in from there.
    network = make_network(
        {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (100, 100)},
        [
            (1, 2, "WEST", {"osmid": 1}),
            (2, 3, "EAST", {"osmid": 2}),
            (2, 4, "NORTH", {"osmid": 3}),
        ],
        turn_s=TURNS,
        restrictions=(("no_left_turn", 1, 2, 3),),
    )
    # 5 s to the fork, 10 s east, 30 s U-turn, 10 s back, right turn 4 s, 5 s; turning back at
    # the fork itself would be back onto WEST and does not help.
    assert seconds(network, (50, 0), (100, 50), engine) == pytest.approx(64.0, abs=0.01)
    # The other way round nothing is banned.
    assert seconds(network, (100, 50), (50, 0), engine) == pytest.approx(14.0, abs=0.01)


def test_only_restriction_bans_the_others(make_network) -> None:
    network = make_network(
        {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (100, 100)},
        [
            (1, 2, "WEST", {"osmid": 1}),
            (2, 3, "EAST", {"osmid": 2}),
            (2, 4, "NORTH", {"osmid": 3}),
        ],
        turn_s=TURNS,
        restrictions=(("only_straight_on", 1, 2, 2),),
    )
    assert seconds(network, (50, 0), (100, 50), "scipy") == pytest.approx(64.0, abs=0.01)
    assert seconds(network, (50, 0), (150, 0), "scipy") == pytest.approx(10.0, abs=0.01)


def test_around_is_taken_when_faster_than_the_street_itself(make_network) -> None:
    # A slow winding lane between 1 and 2 and a fast street beside it.
    network = make_network(
        {1: (0, 0), 2: (1000, 0)},
        [
            (1, 2, "LANE", {"highway": "living_street", "via": [(500, 400)]}),
            (1, 2, "FAST", {"highway": "primary"}),
        ],
        speeds_kmh={"living_street": 5.0, "primary": 72.0},
    )
    lane = 2 * np.hypot(500, 400)
    start, end = (50, 40), (950, 360 / 9)
    rest = 2 * np.hypot(50, 40)
    expected = rest / (5 / 3.6) + 1000 / 20.0
    assert expected < (lane - rest) / (5 / 3.6)
    for engine in ("scipy", "cch") if cch.available() else ("scipy",):
        assert seconds(network, start, end, engine) == pytest.approx(expected, rel=1e-3)


def test_lengths_are_those_of_the_fastest_drive(city: StreetNetwork) -> None:
    table = city.matrix(lonlat((50, 0)), lonlat((150, 0), (100, 50), (150, 200)))
    # To the last it is 300 m with two turns (42 s), but round the corners of A, 3rd and C 40 s.
    np.testing.assert_allclose(table.length_m[0], [100.0, 100.0, 400.0], atol=0.1)
    np.testing.assert_allclose(table.duration_s[0], [10.0, 18.0, 40.0], atol=0.01)


def test_points_without_streets_get_no_times(city: StreetNetwork) -> None:
    here = lonlat((50, 0))
    points = np.vstack([here, lonlat((5000, 5000)), [[np.nan, np.nan]], [[np.inf, 0.0]]])
    for table in (city.matrix(points, points), city.matrix(points, points, lengths=False)):
        assert table.duration_s[0, 0] == 0.0
        assert np.isinf(table.duration_s[1:]).all()
        assert np.isinf(table.duration_s[:, 1:]).all()
        assert table.origins.near.tolist() == [True, False, False, False]


def test_empty_tables(city: StreetNetwork) -> None:
    assert city.matrix(np.empty((0, 2)), lonlat((0, 0))).duration_s.shape == (0, 1)
    assert city.matrix(lonlat((0, 0)), [], lengths=False).duration_s.shape == (1, 0)


def test_wrong_shapes_and_engines_are_refused(city: StreetNetwork, monkeypatch) -> None:
    with pytest.raises(StreetsError, match="n x 2"):
        city.matrix([[1.0, 2.0, 3.0]], lonlat((0, 0)))
    with pytest.raises(StreetsError, match="no lengths"):
        city.matrix(lonlat((0, 0)), lonlat((0, 0)), engine="cch")
    monkeypatch.setattr(cch, "available", lambda: False)
    with pytest.raises(StreetsError, match="not installed"):
        city.matrix(lonlat((0, 0)), lonlat((0, 0)), engine="cch", lengths=False)


def test_without_the_wheel_dijkstra_takes_over(make_network, monkeypatch) -> None:
    points = lonlat((50, 0), (100, 50), (150, 200), (160, 100))
    with_wheel = make_network(NODES, EDGES, turn_s=TURNS).matrix(points, points, lengths=False)

    def refuse(*_: object) -> None:
        raise AssertionError("the hierarchy must not be asked for")

    monkeypatch.setattr(cch, "available", lambda: False)
    monkeypatch.setattr(cch, "Hierarchy", refuse)
    network = make_network(NODES, EDGES, turn_s=TURNS)
    assert len(network.order) == 0
    table = network.matrix(points, points, lengths=False)
    np.testing.assert_array_equal(table.duration_s, with_wheel.duration_s)


@st.composite
def cities(draw: st.DrawFn) -> tuple[dict, list, tuple]:
    size = draw(st.integers(2, 9))
    nodes = {
        n: (
            100.0 * (n % 3) + draw(st.integers(0, 40)),
            100.0 * (n // 3) + draw(st.integers(0, 40)),
        )
        for n in range(size)
    }
    pick = st.integers(0, size - 1)
    edges = []
    for u, v, oneway, kind, bend in draw(
        st.lists(
            st.tuples(
                pick,
                pick,
                st.booleans(),
                st.sampled_from(["residential", "primary"]),
                st.integers(-60, 60),
            ),
            min_size=1,
            max_size=16,
        )
    ):
        options: dict = {"oneway": oneway, "highway": kind}
        if bend or u == v:
            (ax, ay), (bx, by) = nodes[u], nodes[v]
            options["via"] = [((ax + bx) / 2 + bend, (ay + by) / 2 + 30.0)]
            if u == v:
                options["via"].append((ax + bend + 7.0, ay - 35.0))
        edges.append((u, v, f"S{len(edges)}", options))
    bans = draw(st.lists(st.tuples(pick, pick, pick), max_size=3))
    kinds = draw(
        st.lists(st.sampled_from(["no_left_turn", "only_straight_on"]), min_size=3, max_size=3)
    )
    restrictions = tuple((kind, *ban) for kind, ban in zip(kinds, bans, strict=False))
    points = draw(
        st.lists(st.tuples(st.integers(-50, 350), st.integers(-50, 350)), min_size=1, max_size=5)
    )
    return nodes, edges, restrictions, points


@needs_wheel
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=cities(), by_cells=st.booleans())
def test_hierarchy_and_dijkstra_agree(
    make_network: Callable[..., StreetNetwork], drawn, by_cells: bool
) -> None:
    nodes, edges, restrictions, points = drawn
    # Cut even these small maps into cells, and use shared sweeps over them, or never do.
    with patch.multiple(order, _LEAF=1), patch.multiple(cch, _WORTH_IT=0 if by_cells else 1000):
        agree(
            make_network(
                nodes,
                edges,
                turn_s=TURNS,
                restrictions=restrictions,
                speeds_kmh={"residential": 30.0, "primary": 50.0},
            ),
            lonlat(*points),
        )


def agree(network: StreetNetwork, places: np.ndarray) -> None:
    one = network.matrix(places, places[:3], lengths=False, engine="cch").duration_s
    two = network.matrix(places, places[:3], engine="scipy")
    np.testing.assert_array_equal(one, two.duration_s)
    turned = network.matrix(places[:3], places, engine="scipy").duration_s
    np.testing.assert_array_equal(
        turned, network.matrix(places[:3], places, lengths=False, engine="cch").duration_s
    )
    # The nearest of many is the least of the table, both ways round.
    took, which = network.nearest_s(places, places[:3])
    np.testing.assert_array_equal(took, two.duration_s.min(axis=0))
    took, which = network.nearest_s(places[:3], places, towards=True)
    np.testing.assert_array_equal(took, two.duration_s.min(axis=1))
    for row, column in enumerate(which):
        if column >= 0:
            assert two.duration_s[row, column] == took[row]


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=cities())
def test_paths_say_what_the_table_says(make_network: Callable[..., StreetNetwork], drawn) -> None:
    nodes, edges, restrictions, points = drawn
    network = make_network(nodes, edges, turn_s=TURNS, restrictions=restrictions)
    places = lonlat(points[0], points[-1])
    table = network.matrix(places[:1], places[1:])
    if not np.isfinite(table.duration_s[0, 0]):
        return
    (leg,) = network.path(places)
    assert leg.duration_s == table.duration_s[0, 0]
    assert leg.length_m == pytest.approx(table.length_m[0, 0], abs=0.2)
    assert sum(step.duration_s for step in leg.steps) == pytest.approx(leg.duration_s, abs=0.01)
    assert leg.steps[-1].text.startswith("Arrive")


def test_plain_times_match_networkx(plain_city: StreetNetwork) -> None:
    """Between junctions and without turn costs, another library's Dijkstra must agree."""
    graph = nx.DiGraph()
    for u, v, _, options in EDGES:
        graph.add_edge(u, v, weight=10.0)
        if not options.get("oneway"):
            graph.add_edge(v, u, weight=10.0)
    nodes = range(1, 10)
    places = lonlat(*(NODES[n] for n in nodes))
    table = plain_city.matrix(places, places).duration_s
    lengths = dict(nx.all_pairs_dijkstra_path_length(graph))
    expected = [[lengths[u][v] for v in nodes] for u in nodes]
    np.testing.assert_allclose(table, expected, atol=0.02)


@pytest.mark.realdata
@pytest.mark.slow
@pytest.mark.parametrize("name", ["dc_tiger2018_drive", "osm_nw_dc_2016"])
@needs_wheel
def test_engines_agree_on_real_streets(dc_data: Path, name: str) -> None:
    graph = read_streets(dc_data / "roads" / f"{name}.osm.pbf")
    network = StreetNetwork.from_graph(
        graph, speeds_kmh={"default": 30.0, "primary": 45.0}, turn_s=TURNS, crs="EPSG:26985"
    )
    random = np.random.default_rng(7)
    points = np.column_stack(
        [random.uniform(-77.07, -76.99, 150), random.uniform(38.89, 38.96, 150)]
    )
    one = network.matrix(points, points[:90], lengths=False, engine="cch").duration_s
    two = network.matrix(points, points[:90], engine="scipy").duration_s
    np.testing.assert_array_equal(one, two)
    assert np.isfinite(one).mean() > 0.9
    many = np.repeat(points, 8, axis=0)  # enough origins for shared sweeps
    with patch.multiple(cch.Hierarchy, _fill=None):
        shared = network.matrix(many, points[:90], lengths=False, engine="cch").duration_s
    np.testing.assert_array_equal(shared, np.repeat(two, 8, axis=0))


def test_far_more_origins_than_destinations_go_to_dijkstra(city, monkeypatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the hierarchy must not be asked for")

    monkeypatch.setattr(cch.Hierarchy, "times", refuse)
    many = np.repeat(lonlat((50, 0)), 1001, axis=0)
    table = city.matrix(many, lonlat((150, 0)), lengths=False)
    np.testing.assert_allclose(table.duration_s, 10.0, atol=0.01)
    assert np.isnan(table.length_m).all()
