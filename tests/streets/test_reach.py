"""Reach polygons: what they must contain, what they must not, and how they nest."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import Point

from geoteam.errors import StreetsError, UnreachableError
from geoteam.streets import StreetNetwork
from tests.streets.conftest import CRS, X0, Y0, lonlat


@pytest.fixture(scope="module")
def long_road(make_network) -> StreetNetwork:
    """Ten kilometres of road, 36 km/h, two-way up to 5 km and one-way eastwards beyond."""
    return make_network(
        {1: (0, 0), 2: (5000, 0), 3: (10_000, 0), 4: (10_000, 50), 5: (5000, 50)},
        [
            (1, 2, "ROAD", {}),
            (2, 3, "ROAD", {"oneway": True}),
            (3, 4, "END", {"oneway": True}),
            (4, 5, "BACK", {"oneway": True}),
            (5, 2, "END", {"oneway": True}),
        ],
    )


def test_ends_where_the_minutes_end(long_road: StreetNetwork) -> None:
    frame = long_road.reach(lonlat((2000, 0))[0], [1.0, 2.0])
    one, two = frame.to_crs(CRS).geometry
    assert frame.minutes.tolist() == [1.0, 2.0]
    # 600 m in a minute, and 80 m around.
    assert one.bounds[0] == pytest.approx(X0 + 2000 - 600 - 80, abs=2)
    assert one.bounds[2] == pytest.approx(X0 + 2000 + 600 + 80, abs=2)
    assert one.bounds[3] == pytest.approx(Y0 + 80, abs=2)
    assert two.bounds[2] == pytest.approx(X0 + 2000 + 1200 + 80, abs=2)
    assert two.buffer(0.5).contains(one)


def test_one_way_streets_are_not_driven_backwards(long_road: StreetNetwork) -> None:
    (area,) = long_road.reach(lonlat((7500, 0))[0], [2.0]).to_crs(CRS).geometry
    assert area.contains(Point(X0 + 8600, Y0))
    assert not area.contains(Point(X0 + 7300, Y0))


def test_small_blocks_are_filled(city: StreetNetwork) -> None:
    (area,) = city.reach(lonlat((100, 100))[0], [5.0]).to_crs(CRS).geometry
    assert area.geom_type == "Polygon"
    assert not area.interiors
    assert area.contains(Point(X0 + 50, Y0 + 50))


@pytest.mark.parametrize("minutes", [[], [0.0], [-1.0], [np.nan]])
def test_bad_minutes_are_refused(city: StreetNetwork, minutes: list[float]) -> None:
    with pytest.raises(StreetsError):
        city.reach(lonlat((0, 0))[0], minutes)


def test_origin_off_the_streets_is_refused(city: StreetNetwork) -> None:
    with pytest.raises(UnreachableError):
        city.reach(lonlat((4000, 0))[0], [5.0])
