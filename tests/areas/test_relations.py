from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import box

from geoteam.areas import (
    adjacency,
    crosswalk_by_area,
    crosswalk_by_points,
    dissolve,
    read_boundaries,
)
from geoteam.errors import BoundaryError

from .conftest import CRS, boundaries, squares

HEIGHT_M, WIDTH_M = 1110.1, 867.6


def test_neighbours_share_a_side_not_a_corner(city: gpd.GeoDataFrame) -> None:
    pairs = adjacency(city, crs=CRS)
    assert list(zip(pairs["code"], pairs["other"], strict=True)) == [
        ("101", "102"), ("101", "103"), ("102", "104"), ("103", "104"),
    ]  # fmt: skip
    assert pairs["shared_m"].to_numpy() == pytest.approx(
        [HEIGHT_M, WIDTH_M, WIDTH_M, HEIGHT_M], rel=1e-3
    )


def test_a_vertex_on_one_side_only_does_not_part_neighbours() -> None:
    # 102's west side has vertices that 101's east side lacks; in metres they are off the line.
    shapes = {**squares(), "102": shapely.segmentize(squares()["102"], 0.0007)}
    pairs = adjacency(boundaries(shapes), crs=CRS)
    assert pairs.loc[0, "shared_m"] == pytest.approx(HEIGHT_M, rel=1e-3)
    assert len(pairs) == 4


def test_areas_far_apart_have_no_neighbour() -> None:
    pairs = adjacency(boundaries({"a": squares()["101"], "b": squares()["104"]}), crs=CRS)
    assert pairs.empty
    assert list(pairs.columns) == ["code", "other", "shared_m"]


def test_crosswalk_by_area(city: gpd.GeoDataFrame) -> None:
    # 101 gives its eastern quarter to 102; the south of 103 is given up.
    new = boundaries({
        "101": box(-77.02, 38.90, -77.0125, 38.91),
        "102": box(-77.0125, 38.90, -77.00, 38.91),
        "103": box(-77.02, 38.912, -77.01, 38.92),
        "104": squares()["104"],
    })  # fmt: skip
    walk = crosswalk_by_area(city, new, crs=CRS)
    shares = {
        (o, n): s for o, n, s in zip(walk["old"], walk["new"], walk["share_of_old"], strict=True)
    }
    assert shares == {
        ("101", "101"): pytest.approx(0.75, abs=1e-3),
        ("101", "102"): pytest.approx(0.25, abs=1e-3),
        ("102", "102"): pytest.approx(1),
        ("103", ""): pytest.approx(0.2, abs=1e-3),
        ("103", "103"): pytest.approx(0.8, abs=1e-3),
        ("104", "104"): pytest.approx(1),
    }
    assert walk.groupby("old")["share_of_old"].sum().to_numpy() == pytest.approx([1] * 4)


def test_crosswalk_by_points(city: gpd.GeoDataFrame) -> None:
    new = boundaries({**squares(), "101": box(-77.02, 38.90, -77.0125, 38.91),
                      "102": box(-77.0125, 38.90, -77.00, 38.91)})  # fmt: skip
    lon = [-77.015, -77.014, -77.016, -77.011, -77.005, -80.0]
    walk = crosswalk_by_points(city, new, lon, [38.905] * 6, crs=CRS)
    assert walk.to_dict("records") == [
        {"old": "101", "new": "101", "points": 3, "share_of_old": 0.75},
        {"old": "101", "new": "102", "points": 1, "share_of_old": 0.25},
        {"old": "102", "new": "102", "points": 1, "share_of_old": 1.0},
    ]


def test_dissolve_merges_units_into_areas(city: gpd.GeoDataFrame) -> None:
    areas = dissolve(city, {"101": "A", "102": "A", "103": "B", "104": ""})
    assert areas.index.tolist() == ["A", "B"]
    assert areas["units"].tolist() == [2, 1]
    assert areas.geometry["A"].equals(box(-77.02, 38.90, -77.00, 38.91))
    assert areas.crs.to_epsg() == 4326
    with pytest.raises(BoundaryError, match="no boundary 999"):
        dissolve(city, {"999": "A"})
    assert dissolve(city, {}).empty


@pytest.mark.realdata
def test_two_versions_of_the_police_service_areas(dc_data: Path) -> None:
    fields = {"code": "PSA", "parent": "SECTOR"}
    old, new = (
        read_boundaries(
            dc_data / f"boundaries/{name}.geojson", kind="x", fields=fields, city_crs=CRS
        )
        for name in ("psa_2012_2018", "psa_2019")
    )
    points = pd.read_parquet(dc_data / "addresses/mar_address_points.parquet")
    walk = crosswalk_by_points(old, new, points["lon"], points["lat"], crs=CRS)
    assert walk["points"].sum() == len(points)
    changed = walk.loc[walk["old"] != walk["new"], "points"].sum() / len(points)
    # 15 % by the join that came with the points, 16 % by the polygons at hand.
    assert 0.15 <= changed <= 0.17
    area = crosswalk_by_area(old, new, crs=CRS)
    assert area.groupby("old")["share_of_old"].sum().between(0.999, 1.0001).all()
    assert set(walk["new"]) == set(new.index)

    pairs = adjacency(new, crs=CRS)
    assert (pairs["code"] < pairs["other"]).all()
    assert len(pairs) == 142
    # Every side of every area is shared or is the rim: perimeters add up.
    metric = new.to_crs(CRS)
    rim = metric.geometry.union_all().length
    assert 2 * pairs["shared_m"].sum() + rim == pytest.approx(metric.length.sum(), rel=1e-3)
    assert np.isfinite(pairs["shared_m"]).all()
