from __future__ import annotations

import itertools
import math
import xml.etree.ElementTree as ET

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoteam.crs import project, unproject
from geoteam.errors import MapError
from geoteam.maps import merge_streets
from geoteam.maps.paper import MAP_SIZE
from geoteam.maps.sheet_map import _DISC, _RIM, _START, _spread, draw_tour, frame_around
from tests.maps.cases import ATTACKS, CRS, streets

WIDTH, HEIGHT = MAP_SIZE
SVG = "{http://www.w3.org/2000/svg}"


def drawn(**changes: object) -> ET.Element:
    given_: dict[str, object] = {
        "stops": [("1", -74.995, 39.005), ("2", -74.985, 39.004)],
        "start": (-74.999, 39.005),
        "legs": [shapely.LineString([(-74.999, 39.005), (-74.985, 39.005)])],
        "streets": merge_streets(streets()),
        "areas": None,
        "crs": CRS,
    }
    return ET.fromstring(draw_tour(**(given_ | changes)))


def texts(svg: ET.Element) -> list[str]:
    return ["".join(one.itertext()) for one in svg.iter(f"{SVG}text")]


def test_the_drawing_has_stops_street_names_scale_and_north() -> None:
    told = texts(drawn())
    assert {"1", "2", "S", "N", "Main Street"} <= set(told)
    assert any(text.endswith(" mi)") for text in told)


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    frame = frame_around([(-75.0, 39.0), (-74.98, 39.01)], CRS)
    (x0, x1), (y0, y1) = project([-75.0, -74.98], [39.0, 39.01], CRS)
    a, b = (frame.place(shapely.Point(lon, lat)) for lon, lat in ((-75.0, 39.0), (-74.98, 39.01)))
    on_paper = a.distance(b)
    assert on_paper * frame.metres_per_unit == pytest.approx(math.hypot(x1 - x0, y1 - y0), rel=1e-9)
    svg = draw_tour(
        stops=[("1", -75.0, 39.0), ("2", -74.98, 39.01)],
        start=None,
        legs=[],
        streets=None,
        areas=None,
        crs=CRS,
    )
    assert "500 m (0.31 mi)" in svg
    assert f"H{500 / frame.metres_per_unit:.1f}" in svg


@given(st.lists(st.tuples(st.floats(-75.1, -74.9), st.floats(38.9, 39.1)), min_size=1, max_size=25))
@settings(max_examples=40)
def test_every_point_is_inside_the_drawing(places: list[tuple[float, float]]) -> None:
    frame = frame_around(places, CRS)
    for lon, lat in places:
        at = frame.place(shapely.Point(lon, lat))
        assert 0 < at.x < WIDTH
        assert 0 < at.y < HEIGHT


def test_stops_at_one_door_are_drawn_apart() -> None:
    pins = [pin for _, pin in _spread([shapely.Point(500, 500)] * 6, None, MAP_SIZE)]
    assert all(a.distance(b) >= 1.95 * _DISC for a, b in itertools.combinations(pins, 2))


def test_stops_that_stand_apart_are_drawn_where_they_are() -> None:
    places = [shapely.Point(130, 130), shapely.Point(900, 700)]
    assert all(true.distance(pin) < 0.1 for true, pin in _spread(places, None, MAP_SIZE))


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_street_name_stays_text(attack: str) -> None:
    calm, svg = drawn(), drawn(streets=merge_streets(streets()).assign(name=attack))
    kinds = {one.tag for one in calm.iter()}
    assert {one.tag for one in svg.iter()} <= kinds


def test_without_streets_or_start_there_is_still_a_map() -> None:
    told = texts(drawn(streets=None, start=None, legs=[]))
    assert "S" not in told
    assert {"1", "2"} <= set(told)


def test_a_tour_without_any_place_is_refused() -> None:
    with pytest.raises(MapError, match="no map"):
        drawn(stops=[], start=None, legs=[])


@given(
    st.lists(
        st.tuples(st.floats(130, WIDTH - 130), st.floats(130, HEIGHT - 130)),
        min_size=1,
        max_size=40,
    ),
    st.floats(0, 60),
)
@settings(max_examples=40)
def test_no_mark_covers_another_the_start_the_scale_or_the_arrow(
    places: list[tuple[float, float]], near: float
) -> None:
    start = shapely.Point(places[0][0] + near, places[0][1])
    pins = [pin for _, pin in _spread([shapely.Point(at) for at in places], start, MAP_SIZE)]
    assert all(a.distance(b) >= 2 * _DISC for a, b in itertools.combinations(pins, 2))
    assert all(pin.distance(start) >= _DISC + _START - 5 for pin in pins)
    for pin in pins:
        assert pin.distance(shapely.box(0, HEIGHT - 90, 560, HEIGHT)) >= _DISC
        assert pin.distance(shapely.box(WIDTH - 105, 0, WIDTH, 150)) >= _DISC or pin.y >= _RIM


def test_the_frame_knows_what_part_of_the_world_it_shows() -> None:
    frame = frame_around([(-75.0, 39.0), (-74.98, 39.01)], CRS)
    west, south, east, north = frame.around(MAP_SIZE)
    for x, y in ((0, 0), (WIDTH, 0), (0, HEIGHT), (WIDTH, HEIGHT)):
        lon, lat = unproject(frame.west_m + x * frame.metres_per_unit,
                             frame.north_m - y * frame.metres_per_unit, CRS)  # fmt: skip
        assert west <= lon <= east
        assert south <= lat <= north
