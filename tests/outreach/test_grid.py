"""Grids: cells tile the plane, hold what lies in them, and keep their names."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from geoteam.crs import unproject
from geoteam.errors import CrsError, FrameError, InputError
from geoteam.outreach import cell_ids, grid
from geoteam.outreach.grid import cell_of, cell_polygons

CRS = "EPSG:26985"


def table(places_m: list[tuple[float, float]]) -> pd.DataFrame:
    x, y = np.array(places_m, dtype=float).reshape(-1, 2).T
    lon, lat = unproject(x, y, CRS)
    frame = pd.DataFrame({"lon": lon, "lat": lat, "points": 2.0, "officer": "O1"})
    frame.index = pd.Index([f"c{n}" for n in range(len(frame))], name="client_ref")
    return frame


def test_squares_by_hand() -> None:
    frame = grid(
        table([(398_100, 137_100), (398_400, 137_400), (398_600, 137_100)]),
        crs=CRS,
        size_m=500,
        shape="square",
    )
    assert frame.index.tolist() == ["s500:796:274", "s500:797:274"]
    assert frame["clients"].tolist() == [2, 1]
    assert frame["workload"].tolist() == [4.0, 2.0]
    assert frame.crs.to_epsg() == 4326
    first = frame.to_crs(CRS).geometry.iloc[0]
    np.testing.assert_allclose(first.bounds, [398_000, 137_000, 398_500, 137_500], atol=1e-3)


@pytest.mark.parametrize("shape", ["hexagon", "square"])
@given(
    places=st.lists(
        st.tuples(st.floats(380_000, 420_000), st.floats(120_000, 150_000)), min_size=1, max_size=20
    ),
    size=st.floats(50, 2000),
)
def test_every_point_is_in_its_cell(shape, places, size) -> None:
    x, y = np.array(places).T
    cells = cell_polygons(*cell_of(x, y, size, shape), size, shape)
    assert (shapely.distance(cells, shapely.points(x, y)) < 1e-6).all()
    area = size**2 * (np.sqrt(3) / 2 if shape == "hexagon" else 1.0)
    np.testing.assert_allclose(shapely.area(cells), area, rtol=1e-9)


@pytest.mark.parametrize("shape", ["hexagon", "square"])
def test_cells_tile_without_gap_or_overlap(shape: str) -> None:
    area = gpd.GeoDataFrame(geometry=[box(398_000, 137_000, 401_000, 140_000)], crs=CRS).to_crs(
        "EPSG:4326"
    )
    frame = grid(table([(399_000, 138_000)]), crs=CRS, size_m=500, shape=shape, areas=area)
    cells = frame.to_crs(CRS).geometry
    union = shapely.union_all(cells.to_numpy())
    assert union.area == pytest.approx(cells.area.sum(), rel=1e-6)
    assert shapely.buffer(union, 0.01).contains(area.to_crs(CRS).geometry.iloc[0])
    assert frame["clients"].sum() == 1
    # Whole cells: none is cut at the area's edge.
    assert cells.area.std() < 1.0


@pytest.mark.parametrize("shape", ["hexagon", "square"])
def test_cells_keep_their_names(shape: str) -> None:
    many = table([(398_100 + 97 * n, 137_000 + 311 * (n % 7)) for n in range(40)])
    whole = grid(many, crs=CRS, size_m=500, shape=shape)
    part = grid(many.iloc[5:12], crs=CRS, size_m=500, shape=shape)
    assert set(part.index) <= set(whole.index)
    shared = whole.loc[part.index]
    assert (shared.geometry.geom_equals_exact(part.geometry, 1e-9)).all()
    assert whole["clients"].sum() == 40
    assert cell_ids(many, crs=CRS, size_m=500, shape=shape).value_counts().to_dict() == (
        whole["clients"].to_dict()
    )


def test_empty_and_unplaced() -> None:
    empty = grid(table([]), crs=CRS)
    assert len(empty) == 0
    assert empty.crs.to_epsg() == 4326
    clients = table([(399_000, 138_000), (399_000, 138_000)])
    clients.iloc[0, 0] = np.nan
    frame = grid(clients, crs=CRS)
    assert frame["clients"].sum() == 1
    assert frame.attrs["outside"] == 1


def test_refusals() -> None:
    clients = table([(399_000, 138_000)])
    with pytest.raises(InputError, match="triangle"):
        grid(clients, crs=CRS, shape="triangle")
    for size in (0.0, -5.0, np.nan, np.inf):
        with pytest.raises(InputError, match="positive"):
            grid(clients, crs=CRS, size_m=size)
    with pytest.raises(CrsError):
        grid(clients, crs="EPSG:3857")
    with pytest.raises(FrameError, match="points"):
        grid(clients.drop(columns="points"), crs=CRS)
    area = gpd.GeoDataFrame(geometry=[box(-77.1, 38.8, -76.9, 39.0)], crs="EPSG:4326")
    with pytest.raises(InputError, match="too many"):
        grid(clients, crs=CRS, size_m=5, areas=area)
