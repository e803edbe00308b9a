"""Building, snapping, saving, tables of edges and intersections."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from geoteam.crs import project
from geoteam.errors import CrsError, MissingFileError, StreetsError
from geoteam.streets import StreetNetwork
from tests.streets.conftest import CRS, EDGES, NODES, SPEEDS, lonlat, street_graph


def test_arrays(city: StreetNetwork) -> None:
    assert len(city.edge_u) == len(EDGES)
    assert int(np.count_nonzero(city.edge_back)) == len(EDGES) - 1
    np.testing.assert_allclose(city.edge_length_m, 100.0, atol=1e-6)
    with pytest.raises(ValueError, match="read-only"):
        city.edge_kmh[0] = 5.0
    assert city.notes == (
        "1 street (0.1 km) cannot be driven to and from the rest of the network; "
        "no point is put there.",
    )


def test_snap_on_an_edge(city: StreetNetwork) -> None:
    snap = city.snap(lonlat((30, 20), (30, -20), (130, 95)))
    np.testing.assert_allclose(snap.distance_m, [20, 20, 5], atol=1e-3)
    x, y = project(snap.lon, snap.lat, CRS)
    np.testing.assert_allclose(x - 398_000, [30, 30, 130], atol=1e-3)
    np.testing.assert_allclose(y - 137_000, [0, 0, 100], atol=1e-3)
    assert snap.edge[0] == snap.edge[1]
    assert snap.side[0] == -snap.side[1] != 0


def test_islands_and_motorways_take_no_points(city: StreetNetwork, make_network) -> None:
    snap = city.snap(lonlat((650, 0)), limit_m=1000)
    assert snap.distance_m[0] == pytest.approx(450, abs=0.01)
    network = make_network(NODES, [*EDGES, (1, 9, "SKYWAY", {"highway": "motorway"})])
    at = network.snap(lonlat((45, 50)))
    assert network.names[network.edge_name[at.edge[0]]] != "SKYWAY"


def test_far_points_are_flagged(city: StreetNetwork) -> None:
    points = np.vstack([lonlat((0, -299), (0, -301)), [[np.nan, 38.9]]])
    snap = city.snap(points)
    assert snap.near.tolist() == [True, False, False]
    assert snap.edge[2] == -1
    assert np.isinf(snap.distance_m[2])


def test_intersections(city: StreetNetwork) -> None:
    found = city.intersections()
    assert len(found) == 9
    assert ("2ND STREET", "B STREET") in set(zip(found.street, found.street2, strict=True))
    assert (found.street < found.street2).all()
    assert found.crs.to_epsg() == 4326


def test_divided_streets_meet_once(make_network) -> None:
    network = make_network(
        {1: (0, 0), 2: (0, 20), 3: (100, 0), 4: (100, 20), 5: (0, 200)},
        [
            (1, 3, "AVENUE", {}),
            (2, 4, "AVENUE", {}),
            (1, 2, "CROSS", {}),
            (2, 5, "CROSS", {}),
            (3, 4, "OTHER", {}),
        ],
    )
    pairs = network.intersections()
    assert pairs[["street", "street2"]].value_counts().to_dict() == {
        ("AVENUE", "CROSS"): 1,
        ("AVENUE", "OTHER"): 1,
    }


def test_edges_frame(city: StreetNetwork) -> None:
    frame = city.edges_frame()
    assert isinstance(frame.dtypes["name"], pd.StringDtype)
    row = frame[(frame.name == "B STREET") & (frame.oneway == 1)]
    assert len(row) == 1
    assert (frame.geometry.geom_type == "LineString").all()
    assert frame.speed_kmh.eq(36.0).all()


def test_save_and_load(city: StreetNetwork, tmp_path: Path) -> None:
    path = tmp_path / "streets.npz"
    city.save(path)
    again = StreetNetwork.load(path)
    for field in dataclasses.fields(city):
        one, two = getattr(city, field.name), getattr(again, field.name)
        if isinstance(one, np.ndarray):
            np.testing.assert_array_equal(one, two)
            assert one.dtype == two.dtype
        else:
            assert one == two
    assert [file.name for file in tmp_path.iterdir()] == ["streets.npz"]


def test_bad_index_files_are_refused(city: StreetNetwork, tmp_path: Path) -> None:
    with pytest.raises(MissingFileError):
        StreetNetwork.load(tmp_path / "none.npz")
    path = tmp_path / "streets.npz"
    city.save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StreetsError, match="damaged"):
        StreetNetwork.load(path)
    np.savez(path, a=np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(StreetsError, match="damaged"):
        StreetNetwork.load(path)


def test_a_failed_save_leaves_the_old_file(
    city: StreetNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "streets.npz"
    city.save(path)
    before = path.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space"):
        city.save(path)
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_graphs_that_cannot_be_used(make_network) -> None:
    good = street_graph(NODES, EDGES)
    with pytest.raises(CrsError):
        StreetNetwork.from_graph(good, speeds_kmh=SPEEDS, crs="EPSG:4326")
    with pytest.raises(StreetsError, match="no edges"):
        StreetNetwork.from_graph(nx.MultiDiGraph(crs="EPSG:4326"), speeds_kmh=SPEEDS, crs=CRS)
    projected = good.copy()
    projected.graph["crs"] = "EPSG:26985"
    with pytest.raises(StreetsError, match="not in EPSG:4326"):
        StreetNetwork.from_graph(projected, speeds_kmh=SPEEDS, crs=CRS)
    good.nodes[1]["x"] = float("nan")
    with pytest.raises(StreetsError, match="not numbers"):
        StreetNetwork.from_graph(good, speeds_kmh=SPEEDS, crs=CRS)


def test_the_lower_of_class_speed_and_maxspeed_counts() -> None:
    graph = street_graph(NODES, EDGES[:2])
    for _, _, data in graph.edges(data=True):
        data["maxspeed"] = ["20", "30"]
    network = StreetNetwork.from_graph(graph, speeds_kmh={"default": 36.0}, crs=CRS)
    assert set(network.edge_kmh) == {20.0}


@pytest.mark.realdata
@pytest.mark.slow
def test_real_streets(dc_data: Path, tmp_path: Path) -> None:
    from geoteam.streets import read_streets

    graph = read_streets(dc_data / "roads" / "dc_tiger2018_drive.osm.pbf")
    network = StreetNetwork.from_graph(graph, speeds_kmh={"default": 30.0}, crs=CRS)
    # SOURCES.md: the strong part holds 99.0 % of the length.
    usable = network.turns.main.reshape(-1, 2).any(axis=1)
    share = network.edge_length_m[usable].sum() / network.edge_length_m.sum()
    assert share == pytest.approx(0.990, abs=0.005)
    addresses = pd.read_parquet(dc_data / "addresses" / "mar_address_points.parquet")
    snap = network.snap(addresses[["lon", "lat"]].to_numpy())
    # SOURCES.md: median 21 m to a street that is no highway, 99 % under 66 m.
    assert np.median(snap.distance_m) == pytest.approx(21.0, abs=1.0)
    assert np.quantile(snap.distance_m, 0.99) < 70.0
    assert snap.near.all()


def test_closed_streets(city: StreetNetwork) -> None:
    there = lonlat((90, 100)), lonlat((110, 100))
    assert city.matrix(*there).duration_s[0, 0] == pytest.approx(2.0, abs=0.01)
    b_street = city.snap(there[1]).edge
    closed = city.closed(b_street)
    at = closed.snap(there[1])
    assert closed.names[closed.edge_name[at.edge[0]]] == "2ND STREET"
    np.testing.assert_array_equal(
        closed.matrix(*there, lengths=False).duration_s, closed.matrix(*there).duration_s
    )
    assert city.edge_ahead[b_street].all()
    with pytest.raises(StreetsError, match="no such street"):
        city.closed([99])
