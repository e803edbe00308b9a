"""Only a projected CRS in metres measures; data is EPSG:4326; nothing is reprojected silently."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from geoteam.crs import WGS84, measuring, project, require_wgs84, to_measuring, unproject
from geoteam.errors import CrsError

DC = "EPSG:26985"


@pytest.mark.parametrize(
    ("crs", "what"),
    [
        ("EPSG:4326", "cannot measure"),
        ("EPSG:4269", "cannot measure"),
        ("EPSG:3857", "cannot measure"),
        ("EPSG:2248", "US survey foot"),
        ("nonsense", "no coordinate system"),
        ("", "no coordinate system"),
    ],
)
def test_what_cannot_measure_is_refused(crs: str, what: str) -> None:
    with pytest.raises(CrsError, match=what) as caught:
        measuring(crs)
    assert caught.value.remedy


def test_a_local_crs_in_metres_measures() -> None:
    assert measuring(DC).to_epsg() == 26985
    assert measuring("EPSG:32618").is_projected


def test_a_known_point_of_the_city() -> None:
    # The origin of Maryland's state plane: 400 km east at 77 degrees west.
    x_m, y_m = project(-77.0, 37.0 + 40 / 60, DC)
    assert float(x_m) == pytest.approx(400_000.0, abs=1e-3)
    assert float(y_m) == pytest.approx(0.0, abs=1e-3)


@given(
    lon=st.lists(st.floats(-77.2, -76.8), min_size=1, max_size=5),
    lat=st.floats(38.7, 39.1),
)
def test_there_and_back_is_the_same_point(lon: list[float], lat: float) -> None:
    lats = np.full(len(lon), lat)
    x_m, y_m = project(lon, lats, DC)
    back_lon, back_lat = unproject(x_m, y_m, DC)
    assert back_lon == pytest.approx(lon, abs=1e-9)
    assert back_lat == pytest.approx(lats, abs=1e-9)


def test_nan_stays_nan() -> None:
    x_m, y_m = project([np.nan, -77.0], [38.9, np.nan], DC)
    assert not np.isfinite(x_m[0])
    assert not np.isfinite(y_m[1])


def test_frames_are_never_reprojected_silently() -> None:
    frame = gpd.GeoDataFrame({"n": [1]}, geometry=[Point(-77.0, 38.9)], crs=WGS84)
    assert require_wgs84(frame, "it") is frame
    with pytest.raises(CrsError, match="it has no coordinate system"):
        require_wgs84(frame.set_crs(None, allow_override=True), "it")
    with pytest.raises(CrsError, match="it is in NAD83 / Maryland, not in EPSG:4326"):
        require_wgs84(frame.to_crs(DC), "it")
    assert require_wgs84(frame.set_crs("OGC:CRS84", allow_override=True), "it") is not None
    metres = to_measuring(frame, DC)
    assert metres.crs.to_epsg() == 26985
    assert frame.crs.to_epsg() == 4326
    with pytest.raises(CrsError):
        to_measuring(metres, DC)
    with pytest.raises(CrsError):
        to_measuring(frame, "EPSG:3857")
