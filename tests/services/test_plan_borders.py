"""Who lives too near a border to name a team: the plan's own borders count, and only its own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, update

from geoteam.services import boundaries, plan_impact
from geoteam.services.assigning import run_assignment
from geoteam.services.people import clients_frame
from geoteam.services.workspace import Workspace
from geoteam.store import assignments
from geoteam.store import boundaries as boundary_store
from geoteam.store import plans as plan_store
from geoteam.store.tables import ClientRow, GeocodeRow, ResidenceRow
from tests.made_city import BOSS, NOW
from tests.services.test_boundaries import MOVED, _areas, _table
from tests.tiny_city import TODAY

BANDS = {"101": "T2", "102": "T1", "201": "T2", "202": "T2"}


def matched(workspace: Workspace, ref: str, **values: object) -> None:
    """Change how the address of a client was matched."""
    lives = (
        select(ResidenceRow.id)
        .join(ClientRow, ClientRow.id == ResidenceRow.client_id)
        .where(ClientRow.ref == ref)
    )
    with workspace.transaction() as session:
        session.execute(
            update(GeocodeRow).where(GeocodeRow.residence_id.in_(lives)).values(**values)
        )


def finer(workspace: Workspace, folder: Path, teams: dict[str, str]) -> int:
    """A plan with a border 250 m from the south, where the police have none."""
    shapes = MOVED | {"101": (-100, -100, 500, 250), "201": (400, -100, 500, 250)}
    path = _areas(folder / "fine.geojson", shapes)
    table = _table(version="fine", kind="sector", valid_from=date(2026, 6, 1))
    boundaries.add_file(workspace, "test", path, table)
    with workspace.transaction() as session:
        set_id = next(iter(boundary_store.list_sets(session, "sector")))
        return plan_store.create(
            session, name="Bands", boundary_set_id=set_id, units=teams, by="t", at=NOW
        )


def impact_of(workspace: Workspace, plan: int, ref: str) -> str:
    rows = plan_impact.plan_impact(workspace, BOSS, plan)["clients"]
    return next((row["why"] for row in rows if row["client_ref"] == ref), "")


@pytest.mark.parametrize(
    ("how", "doubtful"),
    [
        ({"match_code": "StreetMidBlock", "uncertainty_m": 150.0}, True),
        ({"match_code": "StreetMidBlock", "uncertainty_m": 10.0}, False),
        ({"match_code": "StreetMidBlock", "uncertainty_m": 150.0, "decided_by": "boss"}, False),
        ({"match_code": "PointAddress", "uncertainty_m": 150.0}, False),
    ],
)
def test_the_borders_of_the_plan_count(
    fresh: Workspace, tmp_path: Path, how: dict[str, object], doubtful: bool
) -> None:
    """C005 lives within 150 m of the border that only the plan has."""
    matched(fresh, "C005", **how)
    plan = finer(fresh, tmp_path, BANDS)
    near = "too close to the border of two teams' areas"
    assert (near in impact_of(fresh, plan, "C005")) == doubtful


def test_a_border_within_a_team_leaves_nobody_in_doubt(fresh: Workspace, tmp_path: Path) -> None:
    matched(fresh, "C005", match_code="StreetMidBlock", uncertainty_m=150.0)
    plan = finer(fresh, tmp_path, BANDS | {"101": "T1"})
    assert "too close" not in impact_of(fresh, plan, "C005")


def test_a_known_point_near_a_border_has_a_team(fresh: Workspace) -> None:
    """An exact address is accepted, waits in no queue, and so must not be left without a team."""
    matched(fresh, "C005", match_code="PointAddress", boundary_ambiguous=True)
    run_assignment(fresh, "test")
    with fresh.reading() as session:
        assert assignments.on_day(session, TODAY).at["C005", "team"] == "T1"
        # Nor is it left off the tours.
        assert not clients_frame(fresh, session, TODAY).at["C005", "boundary_ambiguous"]
