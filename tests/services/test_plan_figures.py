"""The figures of saved plans: the tiny city counted by hand, on either database."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from geoteam.errors import NotFoundError
from geoteam.plans import PLAN_METRICS, TEAM_METRICS
from geoteam.services import assigning, boundaries, plan_figures, plans
from geoteam.services.workspace import Workspace
from geoteam.store import plans as plan_store
from tests.made_city import write_csv
from tests.services.test_boundaries import MOVED, _areas, _table

EAST_GROWS = [["101", "T1"], ["102", "T2"], ["201", "T2"], ["202", "T2"]]


def _draft(workspace: Workspace, folder: Path) -> int:
    path = write_csv(folder / "plan.csv", ["unit", "team"], EAST_GROWS)
    return plans.import_plan(workspace, "test", path, "East grows")


def test_todays_plan_moves_nobody(city: Workspace) -> None:
    found = plan_figures.plan_figures(city)
    assert found["name"] == plans.BASELINE
    # 24 clients, two of them of the mental health team; two of the others have no place.
    assert found["clients"] == 22
    teams = {row["team"]: row for row in found["teams"]}
    assert list(teams) == ["T1", "T2"]
    assert set(teams["T1"]) == {"team", *(metric.key for metric in TEAM_METRICS)}
    assert set(found["plan"]) == {metric.key for metric in PLAN_METRICS}
    # Two squares of 500 m on top of each other, and 1 km of border between the teams.
    assert teams["T1"]["area_m2"] == pytest.approx(500_000, rel=1e-4)
    assert teams["T1"]["outline_m"] == pytest.approx(3_000, rel=1e-4)
    assert found["plan"]["cut_border_m"] == pytest.approx(1_000, rel=1e-4)
    assert found["plan"]["cut_edges"] == 2
    assert found["plan"]["transfers"] == 0


def test_a_draft_says_who_would_change_team_and_officer(fresh: Workspace, tmp_path: Path) -> None:
    assigning.run_assignment(fresh, "test")
    found = plan_figures.plan_figures(fresh, _draft(fresh, tmp_path))
    # The six clients of 102 have their officers in the west.
    assert found["plan"]["transfers"] == 6
    assert found["plan"]["lost_officer"] == 6
    assert [row["clients"] for row in found["teams"]] == [5, 15]
    assert [row["units"] for row in found["teams"]] == [1, 3]


def test_without_a_plan_in_force_a_draft_can_still_be_measured(
    fresh: Workspace, tmp_path: Path
) -> None:
    draft = _draft(fresh, tmp_path)
    with fresh.transaction() as session:
        now = plan_store.in_force(session, fresh.today())
        assert now
        plan_store.withdraw(session, now.id)
    with pytest.raises(NotFoundError, match="no plan is in force"):
        plan_figures.plan_figures(fresh)
    found = plan_figures.plan_figures(fresh, draft)
    assert found["plan"]["transfers"] == 20
    with pytest.raises(NotFoundError):
        plan_figures.plan_figures(fresh, 99)


def test_a_plan_is_measured_on_the_boundaries_it_was_drawn_on(
    fresh: Workspace, tmp_path: Path
) -> None:
    draft = _draft(fresh, tmp_path)
    before = plan_figures.plan_figures(fresh, draft)
    path = _areas(tmp_path / "new.geojson", MOVED)
    boundaries.add_file(fresh, "test", path, _table("2026", valid_from=date(2026, 6, 1)))
    fresh.forget()
    assert fresh.areas("service_area").attrs["set"].version == "2026"
    after = plan_figures.plan_figures(fresh, draft)
    # The new 101 has lost its north to 102; the draft still gives the old 101 to the west.
    assert after == before
