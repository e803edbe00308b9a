"""OSM files: what is read, in which direction, and what is passed over."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import osmnx as ox
import pytest

from geoteam.errors import MissingFileError, StreetsError, UnreadableFileError
from geoteam.streets import StreetNetwork, read_streets
from geoteam.streets.tags import direction, is_drivable, speed_kmh

# A street of two ways (1-2-3 and 3-4) crossed by a bridge (5-6, no shared node), a one-way
# mapped against its direction (3-7), a footpath, a private drive, and a way cut by the extract.
OSM = """<?xml version="1.0"?><osm version="0.6" generator="hand">
<node id="1" lon="-77.000" lat="38.900"/><node id="2" lon="-76.999" lat="38.9002"/>
<node id="3" lon="-76.998" lat="38.900"><tag k="highway" v="traffic_signals"/></node>
<node id="4" lon="-76.997" lat="38.900"/>
<node id="5" lon="-76.999" lat="38.899"/><node id="6" lon="-76.999" lat="38.901"/>
<node id="7" lon="-76.998" lat="38.901"/>
<way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/>
 <tag k="highway" v="residential"/><tag k="name" v="H Street Northwest"/></way>
<way id="11"><nd ref="3"/><nd ref="4"/>
 <tag k="highway" v="residential"/><tag k="name" v="H Street Northwest"/></way>
<way id="12"><nd ref="5"/><nd ref="6"/>
 <tag k="highway" v="primary"/><tag k="bridge" v="yes"/><tag k="layer" v="1"/>
 <tag k="maxspeed" v="25 mph"/></way>
<way id="13"><nd ref="7"/><nd ref="3"/>
 <tag k="highway" v="residential"/><tag k="oneway" v="-1"/><tag k="name" v="7th Street"/></way>
<way id="14"><nd ref="1"/><nd ref="7"/><tag k="highway" v="footway"/></way>
<way id="15"><nd ref="4"/><nd ref="7"/>
 <tag k="highway" v="service"/><tag k="access" v="private"/></way>
<way id="16"><nd ref="4"/><nd ref="99"/><tag k="highway" v="residential"/></way>
<relation id="20"><member type="way" ref="10" role="from"/><member type="node" ref="3" role="via"/>
 <member type="way" ref="13" role="to"/>
 <tag k="type" v="restriction"/><tag k="restriction" v="no_left_turn"/></relation>
<relation id="21"><member type="way" ref="11" role="from"/><member type="node" ref="3" role="via"/>
 <member type="way" ref="13" role="to"/><tag k="type" v="restriction"/>
 <tag k="restriction" v="no_right_turn"/><tag k="hour_on" v="07:00"/></relation>
</osm>"""


@pytest.fixture
def osm_file(tmp_path: Path) -> Path:
    path = tmp_path / "small.osm"
    path.write_text(OSM)
    return path


def test_graph_is_in_osmnx_shape(osm_file: Path) -> None:
    graph = read_streets(osm_file)
    assert graph.graph["crs"] == "EPSG:4326"
    edges = {(u, v): data for u, v, data in graph.edges(data=True)}
    # 2 is no junction; the two ways of H Street stay apart only at 3; the bridge meets nothing.
    assert set(edges) == {(1, 3), (3, 1), (3, 4), (4, 3), (5, 6), (6, 5), (3, 7)}
    assert edges[1, 3]["name"] == "H Street Northwest"
    assert len(edges[1, 3]["geometry"].coords) == 3
    assert edges[3, 1]["geometry"].coords[0] == pytest.approx((-76.998, 38.9))
    assert edges[3, 7]["oneway"] is True
    assert edges[5, 6]["maxspeed"] == "25 mph"
    assert "name" not in edges[5, 6]
    assert graph.nodes[3]["highway"] == "traffic_signals"
    assert graph.graph["restrictions"] == (("no_left_turn", 10, 3, 13),)
    assert graph.graph["passed_over"] == {
        "way nodes without a place in the file": 1,
        "ways with fewer than two placed nodes": 1,
        "turn restrictions of certain hours only": 1,
    }
    # OSMnx itself accepts the graph.
    assert len(ox.graph_to_gdfs(graph, nodes=False)) == 7
    lengths = {key: data["length"] for key, data in edges.items()}
    recomputed = ox.distance.add_edge_lengths(graph)
    assert lengths[3, 4] == pytest.approx(recomputed.edges[3, 4, 0]["length"], abs=0.01)


def test_xml_gzip_and_graphml_give_the_same_network(osm_file: Path, tmp_path: Path) -> None:
    zipped = tmp_path / "small.osm.gz"
    zipped.write_bytes(gzip.compress(OSM.encode()))
    saved = tmp_path / "small.graphml"
    graph = read_streets(osm_file)
    ox.save_graphml(graph, saved)
    one, two, three = (
        StreetNetwork.from_graph(g, speeds_kmh={"default": 30}, crs="EPSG:26985")
        for g in (graph, read_streets(zipped), read_streets(saved))
    )
    for other in (two, three):
        np.testing.assert_array_equal(one.edge_u, other.edge_u)
        np.testing.assert_array_equal(one.edge_back, other.edge_back)
        np.testing.assert_allclose(one.edge_length_m, other.edge_length_m)
        np.testing.assert_allclose(one.edge_kmh, other.edge_kmh)
        assert one.names == other.names


def test_ways_that_go_on_become_one_edge(tmp_path: Path) -> None:
    path = tmp_path / "joined.osm"
    nodes = "".join(f'<node id="{n}" lon="{-77 + n / 1000}" lat="38.9"/>' for n in range(1, 6))
    way = '<way id="{}"><nd ref="{}"/><nd ref="{}"/><tag k="highway" v="{}"/></way>'
    path.write_text(
        f'<osm version="0.6">{nodes}'
        + way.format(1, 1, 2, "residential")
        + way.format(2, 3, 2, "residential")  # drawn the other way round
        + way.format(3, 3, 4, "primary")  # another class: 3 stays a node
        + way.format(4, 4, 5, "primary")
        + "</osm>"
    )
    graph = read_streets(path)
    assert {(u, v) for u, v in graph.edges() if u < v} == {(1, 3), (3, 5)}
    assert graph.edges[1, 3, 0]["osmid"] == [1, 2]


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [
        (b"", UnreadableFileError, "empty"),
        (b"this is no OSM file", UnreadableFileError, "cannot be read"),
        (OSM[:700].encode(), UnreadableFileError, "cannot be read"),
        (b'<osm version="0.6"></osm>', StreetsError, "no street"),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, content: bytes, error, says: str) -> None:
    path = tmp_path / "bad.osm"
    path.write_bytes(content)
    with pytest.raises(error, match=says):
        read_streets(path)


def test_missing_and_unknown_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError):
        read_streets(tmp_path / "none.osm.pbf")
    for name in ("streets.shp", "streets.graphml"):
        (tmp_path / name).write_text("x")
        with pytest.raises(UnreadableFileError):
            read_streets(tmp_path / name)


@pytest.mark.realdata
def test_truncated_pbf_is_refused(dc_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.osm.pbf"
    whole = (dc_data / "roads" / "osm_nw_dc_2016.osm.pbf").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableFileError):
        read_streets(path)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "residential"}, True),
        ({"highway": "footway"}, False),
        ({"highway": "residential", "access": "private"}, False),
        ({"highway": "residential", "access": "no", "motor_vehicle": "yes"}, True),
        ({"highway": "residential", "motor_vehicle": "no"}, False),
        ({"highway": "service"}, True),
        ({"highway": "service", "service": "alley"}, False),
        ({"highway": "residential", "area": "yes"}, False),
        ({}, False),
    ],
)
def test_drivable(tags: dict[str, str], expected: bool) -> None:
    assert is_drivable(tags) is expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"oneway": "yes"}, 1),
        ({"oneway": "-1"}, -1),
        ({"oneway": "no", "highway": "motorway"}, 0),
        ({"highway": "motorway"}, 1),
        ({"junction": "roundabout"}, 1),
        ({}, 0),
    ],
)
def test_direction(tags: dict[str, str], expected: int) -> None:
    assert direction(tags) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50", 50.0),
        ("25 mph", 40.2336),
        ("50;30", 30.0),
        ("signals", None),
        ("0", None),
        ("", None),
    ],
)
def test_speed(text: str, expected: float | None) -> None:
    assert speed_kmh(text) == (pytest.approx(expected) if expected else None)
