"""Plans drawn on other ground: four units in a row, 100 m each, with doors in the middle."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoteam.areas import read_boundaries
from geoteam.crs import unproject
from geoteam.errors import BoundaryError
from geoteam.plans.fit import fit_plan
from tests.plans.grounds import CRS, EAST_M, NORTH_M, frame_of

UNITS = frame_of(
    {name: shapely.box(100 * k, 0, 100 * k + 100, 100) for k, name in enumerate("abcd")}
)


def _areas(**spans: tuple[float, float]) -> gpd.GeoDataFrame:
    """Areas from one metre of the row to another."""
    return frame_of({name: shapely.box(west, 0, east, 100) for name, (west, east) in spans.items()})


def _doors(*at_m: float) -> dict[str, np.ndarray]:
    east = EAST_M + np.array(at_m, dtype=float)
    lon, lat = unproject(east, np.full(len(at_m), NORTH_M + 50.0), CRS)
    return {"lon": np.atleast_1d(lon), "lat": np.atleast_1d(lat)}


def test_team_areas_on_our_own_borders_fit_whole() -> None:
    areas = _areas(x=(0, 200), y=(200, 400))
    found = fit_plan(UNITS, areas, {"x": "T1", "y": "T2"}, crs=CRS, **_doors(50, 150, 250))
    assert found["team"].tolist() == ["T1", "T1", "T2", "T2"]
    assert found["share"].tolist() == pytest.approx([1.0] * 4, abs=1e-4)
    # The last unit has no door, so its ground decides.
    assert found["by"].tolist() == ["points"] * 3 + ["area"]
    assert found["points"].tolist() == [1, 1, 1, 0]
    assert (found["misfit"] == "").all()


def test_units_of_another_set_are_taken_together_by_team() -> None:
    # The border lies at 230 m: 30 of the 100 m of unit c go with T1.
    areas = _areas(p=(0, 90), q=(90, 230), r=(230, 400))
    teams = {"p": "T1", "q": "T1", "r": "T2"}
    found = fit_plan(UNITS, areas, teams, crs=CRS, **_doors())
    assert found["team"].tolist() == ["T1", "T1", "T2", "T2"]
    assert found["share"].tolist() == pytest.approx([1.0, 1.0, 0.7, 1.0], abs=1e-4)
    assert found.loc["c", ["second", "by"]].tolist() == ["T1", "area"]
    assert found.loc["c", "second_share"] == pytest.approx(0.3, abs=1e-4)
    assert found["misfit"].tolist() == ["", "", "70% of its ground in T2, 30% in T1", ""]


def test_people_decide_against_ground_and_it_is_said() -> None:
    areas = _areas(x=(0, 230), y=(230, 400))
    # Of four doors in c three are in the west, on 30 % of the ground.
    doors = _doors(205, 210, 220, 290)
    found = fit_plan(UNITS, areas, {"x": "T1", "y": "T2"}, crs=CRS, **doors)
    row = found.loc["c"]
    assert (row["team"], row["share"], row["second"], row["second_share"]) == (
        "T1",
        0.75,
        "T2",
        0.25,
    )
    assert row["area_share"] == pytest.approx(0.3, abs=1e-4)
    assert (
        row["misfit"] == "75% of its address points in T1, 25% in T2; most of its ground is in T2"
    )
    clear = fit_plan(UNITS, areas, {"x": "T1", "y": "T2"}, crs=CRS, clear=0.7, **doors)
    assert clear.loc["c", "misfit"] == "most of its ground is in T2"


def test_what_no_team_or_two_teams_claim_is_named() -> None:
    areas = _areas(x=(0, 150), y=(100, 260), z=(300, 400))
    teams = {"x": "T1", "y": "T2"}
    found = fit_plan(UNITS, areas, teams, crs=CRS, **_doors(290))
    assert found["team"].tolist() == ["T1", "T2", "T2", ""]
    assert found["misfit"].tolist() == [
        "",
        "100% of its ground in T2, 50% in T1; teams overlap on 50% of it",
        "60% of its ground in T2, 40% in no team; none of its address points is in a team",
        "no team has any of it",
    ]
    assert found.loc["d", ["share", "second", "second_share", "area_share"]].tolist() == [
        0,
        "",
        0,
        0,
    ]


@pytest.mark.parametrize("names", [("T1", "T2"), ("T2", "T1")])
def test_where_teams_overlap_each_of_them_counts(names: tuple[str, str]) -> None:
    whole, part = names
    # All of b lies in one team, and its west with two of three doors in the other one too.
    areas = _areas(x=(100, 400), y=(0, 160))
    found = fit_plan(UNITS, areas, {"x": whole, "y": part}, crs=CRS, **_doors(110, 150, 190))
    row = found.loc["b"]
    assert (row["team"], row["share"], row["second"]) == (whole, 1.0, part)
    assert row["second_share"] == pytest.approx(2 / 3)
    assert row["misfit"] == (
        f"100% of its address points in {whole}, 67% in {part}; teams overlap on 60% of it"
    )


def test_where_two_teams_hold_all_alike_none_is_chosen() -> None:
    areas = _areas(x=(0, 200), y=(100, 200), z=(200, 400))
    teams = {"x": "T1", "y": "T2", "z": "T2"}
    for doors in (_doors(150), _doors()):
        found = fit_plan(UNITS, areas, teams, crs=CRS, **doors)
        of = found.loc["b", "by"].replace("area", "ground").replace("points", "address points")
        assert found["team"].tolist() == ["T1", "", "T2", "T2"]
        assert found.loc["b", "misfit"] == (
            f"T1 and T2 both hold 100% of its {of}; teams overlap on 100% of it"
        )


def test_ground_decides_between_as_many_doors() -> None:
    areas = _areas(x=(0, 230), y=(230, 400))
    found = fit_plan(UNITS, areas, {"x": "T1", "y": "T2"}, crs=CRS, **_doors(210, 290))
    row = found.loc["c"]
    assert (row["team"], row["share"], row["second"], row["second_share"]) == ("T2", 0.5, "T1", 0.5)
    assert row["misfit"] == "50% of its address points in T2, 50% in T1"


def test_one_team_has_no_second() -> None:
    found = fit_plan(UNITS, _areas(x=(0, 450)), {"x": "T1"}, crs=CRS, **_doors(10))
    assert found["second"].tolist() == [""] * 4
    assert (found["misfit"] == "").all()


def test_areas_that_cannot_be_used_are_refused() -> None:
    bow = frame_of({"x": shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])})
    with pytest.raises(BoundaryError, match="area x crosses itself"):
        fit_plan(UNITS, bow, {"x": "T1"}, crs=CRS, **_doors())
    with pytest.raises(BoundaryError, match="no area has a team"):
        fit_plan(UNITS, _areas(x=(0, 450)), {"x": ""}, crs=CRS, **_doors())
    with pytest.raises(BoundaryError, match="no boundary q"):
        fit_plan(UNITS, _areas(x=(0, 450)), {"q": "T1"}, crs=CRS, **_doors())


@settings(max_examples=40)
@given(
    border_m=st.integers(1, 399).filter(lambda m: m % 10),
    doors=st.lists(st.integers(1, 399).filter(lambda m: m % 100), max_size=12),
)
def test_shares_are_shares_and_the_best_is_the_best(border_m: int, doors: list[int]) -> None:
    areas = _areas(x=(0, border_m), y=(border_m, 400))
    at = [door + 0.5 for door in doors]
    found = fit_plan(UNITS, areas, {"x": "T1", "y": "T2"}, crs=CRS, **_doors(*at))
    for k, row in enumerate(found.itertuples()):
        mine = [door for door in at if 100 * k < door < 100 * k + 100]
        west = np.clip(border_m - 100 * k, 0, 100) / 100
        if mine:
            west = sum(door < border_m for door in mine) / len(mine)
        want = {"T1": west, "T2": 1 - west}
        assert row.share == pytest.approx(max(want.values()), abs=1e-4)
        assert want[row.team] == pytest.approx(row.share, abs=1e-4)
        assert row.share + row.second_share == pytest.approx(1.0, abs=1e-4)
        assert bool(row.misfit) == (row.share < 0.9 or row.area_share < 0.5)


@pytest.mark.realdata
def test_real_districts_of_other_years_are_fitted_by_where_people_live(dc_data: Path) -> None:
    crs = "EPSG:26985"
    new, old = (
        read_boundaries(
            dc_data / "boundaries" / name,
            kind="service_area",
            fields={"code": "PSA", "parent": "DISTRICT"},
        )
        for name in ("psa_2019.geojson", "psa_2012_2018.geojson")
    )
    doors = pd.read_parquet(dc_data / "addresses" / "mar_address_points.parquet")
    at = {"lon": doors["lon"], "lat": doors["lat"]}
    same = fit_plan(new, new, new["parent"].to_dict(), crs=crs, **at)
    assert same["team"].to_dict() == new["parent"].to_dict()
    assert (same["misfit"] == "").all()
    found = fit_plan(new, old, old["parent"].to_dict(), crs=crs, **at)
    # The same by geopandas: the old district of each door, counted by new service area.
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x=at["lon"], y=at["lat"]), crs=4326)
    both = points.sjoin(new[["geometry"]].rename_axis("psa").reset_index()[["psa", "geometry"]])
    both = both.drop(columns="index_right").sjoin(old[["parent", "geometry"]])
    shares = pd.crosstab(both["psa"], both["parent"], normalize="index")
    assert found["team"].to_dict() == shares.idxmax(axis=1).to_dict()
    assert found["share"].to_numpy() == pytest.approx(shares.max(axis=1).to_numpy(), abs=0.01)
    misfits = found.index[found["misfit"] != ""].tolist()
    assert misfits == ["302", "306", "308", "409", "501", "607"]
    # Most people of 501 were in the first district, most of its ground in the fifth.
    assert found.loc["501", "misfit"].endswith("most of its ground is in 5")
