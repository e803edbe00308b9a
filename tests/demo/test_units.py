"""Boundaries: no gap, no overlap, exact unions, and a realignment."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoteam.demo import City
from geoteam.demo.pieces import Pieces, attach_rest, dissolve_pieces, land_parts
from geoteam.demo.seeds import stream
from geoteam.demo.units import split

CRS = "EPSG:26914"


def _board(side: int) -> Pieces:
    """A chessboard of squares of 500 m, each with ten addresses."""
    shapes = np.array(
        [shapely.box(500 * i, 500 * j, 500 * i + 500, 500 * j + 500) for i in range(side) for j in range(side)],
        dtype=object,
    )  # fmt: skip
    near: list[dict[int, tuple[float, float]]] = [{} for _ in shapes]
    for a, one in enumerate(shapes):
        for b, two in enumerate(shapes):
            length = one.intersection(two).length
            if a != b and length > 1:
                near[a][b] = (length, 120.0)
    return Pieces(shapes, np.full(len(shapes), 10.0), np.full(len(shapes), True), near)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_split_is_total_connected_and_balanced(count: int) -> None:
    board = _board(6)
    groups = split(board, np.arange(36), count, stream(1, "test"))
    assert sorted(np.concatenate(groups).tolist()) == list(range(36))
    assert all(len(land_parts(board, group)) == 1 for group in groups)
    assert max(map(len, groups)) <= 2.2 * min(map(len, groups))


def test_water_joins_the_unit_with_which_it_shares_most() -> None:
    board = _board(2)
    unit = np.array(["1", "2", "", "2"], dtype=object)
    # Square 2 touches square 0 and square 3; the first code of equals wins.
    assert attach_rest(board, unit).tolist() == ["1", "2", "1", "2"]


def _read(folder: Path, name: str, code: str) -> gpd.GeoDataFrame:
    frame = gpd.read_file(folder / "boundaries" / f"{name}.geojson").set_index(code)
    return frame.to_crs(CRS)


@pytest.mark.parametrize("year", [2024, 2019])
def test_units_tile_the_city(folder: Path, city: City, year: int) -> None:
    units = _read(folder, f"service_areas_{year}", "AREA")
    shapes = units.geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(
        gpd.read_file(folder / "boundaries" / f"service_areas_{year}.geojson").geometry.to_numpy()
    )
    whole = shapely.union_all(shapes)
    assert whole.geom_type == "Polygon"
    assert not len(whole.interiors)
    assert sum(shapely.area(shapes)) == pytest.approx(whole.area, rel=1e-9)
    assert whole.area == pytest.approx(city.ground.outline.area, rel=2e-3)


@pytest.mark.parametrize("year", [2024, 2019])
@pytest.mark.parametrize(
    ("name", "code", "child", "child_code"),
    [
        ("sectors", "SECTOR", "service_areas", "AREA"),
        ("districts", "DISTRICT", "sectors", "SECTOR"),
    ],
)
def test_parents_are_exact_unions(
    folder: Path, year: int, name: str, code: str, child: str, child_code: str
) -> None:
    parents = gpd.read_file(folder / "boundaries" / f"{name}_{year}.geojson").set_index(code)
    children = gpd.read_file(folder / "boundaries" / f"{child}_{year}.geojson").set_index(
        child_code
    )
    for parent, group in children.groupby(code):
        union = shapely.coverage_union_all(group.geometry.to_numpy())
        assert union.normalize().equals(parents.geometry[parent].normalize())


def test_codes_name_their_parents(folder: Path) -> None:
    units = _read(folder, "service_areas_2024", "AREA")
    assert len(units) == 16
    assert (units.index.str[0] == units["DISTRICT"]).all()
    assert (units["SECTOR"].str[0] == units["DISTRICT"]).all()
    assert units["SECTOR"].nunique() == 6
    assert units["DISTRICT"].nunique() == 2


def test_units_are_balanced_within_reason(city: City) -> None:
    loads = [city.pieces.weight[city.now.unit == code].sum() for code in city.now.sector_of]
    assert max(loads) < 4 * min(loads)


def test_a_tenth_of_addresses_changes_unit(city: City) -> None:
    changed = city.pieces.weight[city.now.unit != city.before.unit].sum() / city.pieces.weight.sum()
    assert 0.08 < changed < 0.2
    assert len(city.before.sector_of) == len(city.now.sector_of) - 1


def test_units_are_in_one_piece(city: City) -> None:
    for scheme in (city.now, city.before):
        for code, shape in dissolve_pieces(city.pieces, scheme.unit).items():
            assert shape.geom_type == "Polygon", code


def test_zip_areas_cover_everything(folder: Path, city: City) -> None:
    zips = _read(folder, "zip", "ZIP")
    assert zips.index.str.fullmatch(r"001\d\d").all()
    assert shapely.union_all(zips.geometry.to_numpy()).area == pytest.approx(
        city.ground.outline.area, rel=2e-3
    )
