"""Counts by area: by hand on four clients and two squares."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from geoteam.errors import CrsError, FrameError
from geoteam.outreach import density

CRS = "EPSG:26985"


@pytest.fixture
def areas() -> gpd.GeoDataFrame:
    squares = gpd.GeoSeries(
        [
            box(398_000, 137_000, 399_000, 138_000),
            box(399_000, 137_000, 401_000, 138_000),
            box(401_000, 137_000, 402_000, 138_000),
        ],
        crs=CRS,
    ).to_crs("EPSG:4326")
    frame = gpd.GeoDataFrame({"name": ["A", "B", "C"], "parent": ""}, geometry=squares)
    frame.index = pd.Index(["101", "102", "103"], name="code")
    return frame


@pytest.fixture
def clients() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "unit": ["101", "101", "102", "102", ""],
            "district": ["1", "1", "1", "1", ""],
            "points": [8.0, 4.0, 4.0, 2.0, 1.0],
            "officer": ["O1", "O2", "O1", "", "O1"],
        },
        index=pd.Index(list("abcde"), name="client_ref"),
    )


def test_by_unit(clients: pd.DataFrame, areas: gpd.GeoDataFrame) -> None:
    table = density(clients, areas, crs=CRS)
    assert table.index.tolist() == ["101", "102", "103"]
    assert table["clients"].tolist() == [2, 2, 0]
    assert table["workload"].tolist() == [12.0, 6.0, 0.0]
    assert table["officers"].tolist() == [2, 1, 0]
    # O1 holds 13 points, 8 of them in 101, 4 in 102, 1 nowhere; O2 holds 4, all in 101.
    np.testing.assert_allclose(table["officer_share"], [8 / 13 + 1, 4 / 13, 0.0])
    # 102's 2 points without officer are nobody's caseload: 4 / (4 / 13) is O1's 13.
    np.testing.assert_allclose(table["workload_per_officer"], [12 / (8 / 13 + 1), 13.0, np.nan])
    np.testing.assert_allclose(table["area_km2"], [1, 2, 1], rtol=1e-6)
    np.testing.assert_allclose(table["clients_per_km2"], [2, 1, 0], rtol=1e-6)
    assert table.attrs["outside"] == 1


def test_by_another_column(clients: pd.DataFrame, areas: gpd.GeoDataFrame) -> None:
    district = areas.dissolve()
    district.index = pd.Index(["1"], name="code")
    table = density(clients, district, crs=CRS, by="district")
    assert table.loc["1", ["clients", "workload", "officers"]].tolist() == [4, 18.0, 2]


def test_no_clients(clients: pd.DataFrame, areas: gpd.GeoDataFrame) -> None:
    table = density(clients.iloc[:0], areas, crs=CRS)
    assert table["clients"].tolist() == [0, 0, 0]
    assert table["workload_per_officer"].isna().all()


def test_clients_without_points_count_by_heads(
    clients: pd.DataFrame, areas: gpd.GeoDataFrame
) -> None:
    table = density(clients.assign(points=0.0), areas, crs=CRS)
    np.testing.assert_allclose(table["officer_share"], [1 / 3 + 1, 1 / 3, 0.0])


def test_refusals(clients: pd.DataFrame, areas: gpd.GeoDataFrame) -> None:
    with pytest.raises(FrameError, match="officer"):
        density(clients.drop(columns="officer"), areas, crs=CRS)
    with pytest.raises(CrsError):
        density(clients, areas, crs="EPSG:4326")
    with pytest.raises(CrsError):
        density(clients, areas.to_crs(CRS), crs=CRS)
