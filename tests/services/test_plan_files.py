"""Plans as files: out and in again, and drawn on other ground; the tiny city by hand."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geoteam.errors import (
    BoundaryError,
    CrsError,
    ImportProblems,
    InputError,
    NotFoundError,
    UnreadableFileError,
    WorkspaceError,
)
from geoteam.services import plan_approval, plan_comments, plan_files, plans
from geoteam.services.workspace import Workspace
from tests.made_city import BOSS, counts, write_csv
from tests.tiny_city import CRS, _square

TODAYS = {"101": "T1", "102": "T1", "201": "T2", "202": "T2"}
WEST = (-100, -100, 500, 1000)
EAST = (400, -100, 500, 1000)
LAYERS = [".geojson", ".gpkg", ".shp"]


def _layer(
    path: Path, *rows: tuple[Any, tuple[float, float, float, float] | None], column: str = "team"
) -> Path:
    """Write areas: team and west, south, width, height in metres of the grid."""
    features = [
        {
            "type": "Feature",
            "properties": {column: team},
            "geometry": None if at is None else _square(*at),
        }
        for team, at in rows
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.mark.parametrize("suffix", LAYERS)
def test_units_come_back_as_they_went_out(fresh: Workspace, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"plan{suffix}"
    assert plan_files.export_plan(fresh, path) == {"units": 4, "unassigned": 0}
    layer = gpd.read_file(path)
    assert dict(zip(layer["unit"], layer["team"], strict=True)) == TODAYS
    assert layer["team_name"].tolist() == ["West Team"] * 2 + ["East Team"] * 2
    assert layer.crs.to_epsg() == 4326
    made = plan_files.import_file(fresh, "test", path, "Again")
    assert plans.units_of(fresh, made.plan_id) == TODAYS
    assert made.misfits == []
    # Nothing of the work in between is left beside the file.
    beside = {p.suffix for p in tmp_path.iterdir() if p.name.startswith((".", "plan."))}
    assert beside == ({".shp", ".shx", ".dbf", ".prj", ".cpg"} if suffix == ".shp" else {suffix})


@pytest.mark.parametrize("suffix", LAYERS)
def test_team_areas_come_back_as_units(fresh: Workspace, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"areas{suffix}"
    told = plan_files.export_plan(fresh, path, areas=True)
    assert told == {"units": 4, "unassigned": 0, "areas": 2}
    layer = gpd.read_file(path)
    assert layer["team"].tolist() == ["T1", "T2"]
    assert layer["units"].tolist() == [2, 2]
    assert layer.to_crs(CRS).area.tolist() == pytest.approx([500_000] * 2, rel=1e-4)
    made = plan_files.import_file(fresh, "test", path, "Again")
    assert plans.units_of(fresh, made.plan_id) == TODAYS


def test_tables_name_units(fresh: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    plan_files.export_plan(fresh, path)
    table = pd.read_csv(path, dtype=str)
    assert dict(zip(table["unit"], table["team"], strict=True)) == TODAYS
    table.rename(columns={"team": "Crew"}).to_csv(path, index=False)
    with pytest.raises(InputError, match="columns unit and team"):
        plan_files.import_file(fresh, "test", path, "Again")
    made = plan_files.import_file(fresh, "test", path, "Again", team_column="Crew")
    assert plans.units_of(fresh, made.plan_id) == TODAYS
    assert made.fit is None


def test_a_plan_on_other_borders_is_fitted_and_the_misfits_are_listed(
    fresh: Workspace, tmp_path: Path
) -> None:
    # The west keeps 101 and the south of 102, up to y = 520 m; the north of 102 goes east.
    path = _layer(
        tmp_path / "drawn.geojson",
        ("T1", (-100, -100, 500, 620)),
        ("T2", (-100, 520, 500, 380)),
        ("T2", EAST),
        column="crew",
    )
    made = plan_files.import_file(fresh, "test", path, "Drawn", team_column="crew")
    assert plans.units_of(fresh, made.plan_id) == TODAYS | {"102": "T2"}
    # Doors of 102: ten on each of five sides of verticals, three of them below 520 m; ten on the
    # north of C STREET, below it; twenty each on D and E STREET, above it. So 75 of 100.
    (misfit,) = made.misfits
    assert misfit == {
        "unit": "102",
        "team": "T2",
        "share": 0.75,
        "second": "T1",
        "second_share": 0.25,
        "by": "points",
        "points": 100,
        # 380 of 500 m.
        "area_share": pytest.approx(0.76, abs=1e-3),
        "misfit": "75% of its address points in T2, 25% in T1",
    }
    # Whoever draws or approves the plan reads it too.
    (comment,) = plan_comments.listed(fresh, BOSS, made.plan_id)
    assert (comment["unit"], comment["text"]) == (
        "102",
        "Fitted from a file, look at it: 75% of its address points in T2, 25% in T1.",
    )


def test_a_layer_in_the_citys_own_coordinates(fresh: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "areas.gpkg"
    drawn = [shapely.geometry.shape(_square(*at)) for at in (WEST, EAST)]
    layer = gpd.GeoDataFrame({"team": ["T1", "T2"]}, geometry=drawn, crs="EPSG:4326")
    layer.to_crs(CRS).to_file(path)
    made = plan_files.import_file(fresh, "test", path, "Metric")
    assert plans.units_of(fresh, made.plan_id) == TODAYS
    assert made.misfits == []


def test_every_row_that_cannot_be_used_is_named_and_nothing_is_saved(
    city: Workspace, tmp_path: Path
) -> None:
    before = counts(city)["plan"]
    path = _layer(
        tmp_path / "faulty.geojson",
        ("T1", WEST),
        ("", EAST),
        ("T9", EAST),
        ("TM", None),
        (None, EAST),
        ("T2", EAST),
    )
    features = json.loads(path.read_text())
    ring = features["features"][5]["geometry"]["coordinates"][0]
    ring[1], ring[2] = ring[2], ring[1]
    path.write_text(json.dumps(features))
    with pytest.raises(ImportProblems, match="Nothing was loaded") as refused:
        plan_files.import_file(city, "test", path, "Faulty")
    assert "--partial" not in str(refused.value)
    said = [(problem.row, problem.value, problem.message) for problem in refused.value.problems]
    assert said[:5] == [
        (2, "", "the row names no team"),
        (3, "T9", "no general team is so called"),
        # A specialised team has no area.
        (4, "TM", "no general team is so called"),
        (4, "TM", "the row has no polygon"),
        (5, "", "the row names no team"),
    ]
    assert said[5][:2] == (6, "T2")
    assert "Self-intersection" in said[5][2]
    assert refused.value.problems[1].remedy == "Teams: T1, T2"
    assert counts(city)["plan"] == before


FAULTY = [["101", "T1"], ["999", "T1"], ["102", "T9"], ["101", "T2"], ["102", "T2"], ["201", ""]]


def test_every_fault_of_a_table_is_named_and_nothing_is_saved(
    city: Workspace, tmp_path: Path
) -> None:
    before = counts(city)["plan"]
    path = write_csv(tmp_path / "faulty.csv", ["Unit", "Team"], FAULTY)
    with pytest.raises(ImportProblems, match="Nothing was loaded") as refused:
        plan_files.import_file(city, "test", path, "Faulty")
    assert [
        (one.row, one.column, one.value, one.message, one.remedy) for one in refused.value.problems
    ] == [
        (3, "Unit", "999", "there is no such unit", "Look at the code, or drop the row"),
        (4, "Team", "T9", "no general team is so called", "Teams: T1, T2"),
        (5, "Unit", "101", "the unit stands in row 2 already", "Keep one of the two rows"),
        (6, "Unit", "102", "the unit stands in row 4 already", "Keep one of the two rows"),
        (7, "Team", "", "the row names no team", "Name its team"),
        (0, "Unit", "202", "the file has no row for it", "Add a row"),
    ]
    assert counts(city)["plan"] == before


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        (["unit", "team", "Team"], ["101", "T1", "T2"], "the file has two columns 'team'"),
        (["unit", "crew"], ["101", "T1"], "the file has no column 'team'.*Columns: unit, crew"),
        (["unit", "team"], ["101", "T1", "T2"], "more cells than the header"),
        (["unit", "team"], ["101-A", "T1"], "a piece of a unit that another plan splits"),
    ],
)
def test_a_table_that_could_be_read_in_two_ways_is_refused(
    city: Workspace, tmp_path: Path, header: list[str], row: list[object], message: str
) -> None:
    path = write_csv(tmp_path / "twofold.csv", header, [row])
    with pytest.raises(InputError, match=message):
        plan_files.import_file(city, "test", path, "Twofold")


def test_what_the_driver_says_names_the_file_and_nothing_of_the_machine(
    city: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "mine.geojson"
    path.write_text('{"a": 1}')
    with pytest.raises(UnreadableFileError) as refused:
        plan_files.import_file(city, "test", path, "Broken")
    assert "mine.geojson cannot be read" in refused.value.what
    assert str(tmp_path) not in refused.value.what
    assert "DRIVER" not in refused.value.what


def test_a_layer_that_leaves_a_unit_out_or_lies_elsewhere_is_refused(
    city: Workspace, tmp_path: Path
) -> None:
    before = counts(city)["plan"]
    half = _layer(tmp_path / "half.geojson", ("T1", WEST))
    with pytest.raises(ImportProblems, match="the first is '201': no team has any") as refused:
        plan_files.import_file(city, "test", half, "Half")
    assert [one.value for one in refused.value.problems] == ["201", "202"]
    twice = _layer(tmp_path / "twice.geojson", ("T1", WEST), ("T2", WEST), ("T2", EAST))
    with pytest.raises(ImportProblems, match="T1 and T2 both hold 100% of its") as refused:
        plan_files.import_file(city, "test", twice, "Twice")
    assert [one.value for one in refused.value.problems] == ["101", "102"]
    away = _layer(tmp_path / "away.geojson", ("T1", (50_000, 0, 500, 500)))
    with pytest.raises(ImportProblems, match="4 problems"):
        plan_files.import_file(city, "test", away, "Away")
    with pytest.raises(BoundaryError, match=r"no column 'team'.*Columns: crew"):
        plan_files.import_file(
            city, "test", _layer(tmp_path / "x.geojson", ("T1", WEST), column="crew"), "X"
        )
    bare = tmp_path / "bare.shp"
    gpd.read_file(half).to_crs(CRS).to_file(bare)
    bare.with_suffix(".prj").unlink()
    with pytest.raises(CrsError, match="coordinate system"):
        plan_files.import_file(city, "test", bare, "Bare")
    assert counts(city)["plan"] == before


def test_an_export_that_cannot_be_is_refused(city: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot hold"):
        plan_files.export_plan(city, tmp_path / "plan.csv", areas=True)
    with pytest.raises(InputError, match="cannot be written as"):
        plan_files.export_plan(city, tmp_path / "plan.pdf")
    with pytest.raises(NotFoundError):
        plan_files.export_plan(city, tmp_path / "plan.gpkg", 99)
    for suffix in LAYERS:
        with pytest.raises(WorkspaceError, match="no such f"):
            plan_files.export_plan(city, tmp_path / "none" / f"plan{suffix}")
    assert not list(tmp_path.iterdir())


def test_units_without_a_team_are_in_no_area_and_counted(fresh: Workspace, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "plan.csv", ["unit", "team"], [list(row) for row in TODAYS.items()])
    draft = plans.import_plan(fresh, "test", path, "Draft")
    with fresh.engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE plan_unit SET team_id = NULL WHERE plan_id = {draft} AND unit = '202'"
        )
    told = plan_files.export_plan(fresh, tmp_path / "areas.gpkg", draft, areas=True)
    assert told == {"units": 4, "unassigned": 1, "areas": 2}
    assert gpd.read_file(tmp_path / "areas.gpkg")["units"].tolist() == [2, 1]


def test_the_list_tells_the_first_day_that_was_proposed(fresh: Workspace, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "plan.csv", ["unit", "team"], [list(row) for row in TODAYS.items()])
    draft = plans.import_plan(fresh, "test", path, "Draft")
    assert plans.list_plans(fresh)[0]["effective_from"] is None
    plan_approval.propose(fresh, BOSS, draft, date(2027, 1, 1), "Less driving")
    assert plans.list_plans(fresh)[0]["effective_from"] == date(2027, 1, 1)
