"""The solver on Washington's 56 service areas of 2012-18, by the population of 2010."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from geoteam.areas import crosswalk_by_area, read_boundaries
from geoteam.plans.judge import balance, check_solution
from geoteam.plans.problem import Problem
from geoteam.plans.solve import solve

pytestmark = [pytest.mark.realdata, pytest.mark.slow]
CRS = "EPSG:26985"
# What a slow machine needs; none of these takes a fast one ten seconds.
PATIENCE = 300.0


def districts(folder: Path, tolerance: float) -> Problem:
    """Seven equal districts, beside today's."""
    areas = read_boundaries(
        folder / "psa_2012_2018.geojson",
        kind="service_area",
        fields={"code": "PSA", "parent": "DISTRICT"},
    )
    path = folder / "block_groups_2010.geojson"
    groups = read_boundaries(path, kind="block_group", fields={"code": "GEOID"})
    raw = gpd.read_file(path)
    people = raw.set_index(raw["GEOID"].astype(str))["POP2010"].astype(float)
    rows = crosswalk_by_area(groups, areas, crs=CRS)
    rows = rows[rows["new"] != ""]
    share = rows["area_m2"] / rows.groupby("old")["area_m2"].transform("sum")
    present = {code: str(parent)[:1] for code, parent in areas["parent"].items()}
    return Problem.from_frames(
        areas,
        (share * rows["old"].map(people)).groupby(rows["new"]).sum(),
        crs=CRS,
        teams=tuple(sorted(set(present.values()))),
        tolerance=tolerance,
        present=present,
    )


def test_seven_compact_districts_are_proven(dc_data: Path) -> None:
    problem = districts(dc_data / "boundaries", 0.05)
    assert (len(problem.units), len(problem.teams)) == (56, 7)
    assert problem.present is not None
    assert balance(problem, problem.present) == pytest.approx(0.607, abs=1e-3)
    found = solve(problem, seconds=PATIENCE)
    assert found.status == "optimal"
    assert check_solution(problem, found.assignment) == []


# One anchor unit a team would move nine areas at 5 %: with contiguity in general, eight do.
@pytest.mark.parametrize(("tolerance", "areas"), [(0.2, 4), (0.1, 7), (0.05, 8)])
def test_the_fewest_people_change_district(dc_data: Path, tolerance: float, areas: int) -> None:
    problem = districts(dc_data / "boundaries", tolerance)
    found = solve(problem, seconds=PATIENCE, fewest=True)
    assert found.status == "optimal"
    assert check_solution(problem, found.assignment) == []
    assert np.count_nonzero(found.assignment != problem.present) == areas
