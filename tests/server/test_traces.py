"""What the pages write to the audit log, and what they do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from geoteam.model import Role
from geoteam.services import audit, maps
from geoteam.services.exports import record_export
from geoteam.services.workspace import Workspace
from geoteam.store import audit as store
from tests.made_city import BOSS
from tests.server.served import EVIL

SignedIn = Callable[[Role], FlaskClient]


def _newest(workspace: Workspace) -> dict[str, Any]:
    row: dict[str, Any] = audit.list_events(workspace, None, page_size=1).rows[0]
    return row


@pytest.mark.parametrize(
    ("role", "path"),
    [(Role.SUPERVISOR, "/map/table.csv"), (Role.COMMUNITY, "/community/table.csv")],
)
def test_taking_the_numbers_as_a_file_is_audited(
    signed_in: SignedIn, workspace: Workspace, role: Role, path: str
) -> None:
    answer = signed_in(role).get(f"{path}?by=district&measure=coverage&minutes=15&partner_kind=")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    event = _newest(workspace)
    assert (event["action"], event["actor"]) == ("map.export", role.value)
    assert event["detail"] == {
        "measure": "coverage",
        "by": "district",
        "on": workspace.today().isoformat(),
        "rows": len(answer.text.splitlines()) - 1,
        "minutes": 15,
        "partner_kind": "any" if role is Role.SUPERVISOR else event["detail"]["partner_kind"],
    }
    assert audit.verify(workspace) == []


def test_a_file_of_cells_names_the_grid(workspace: Workspace, signed_in: SignedIn) -> None:
    signed_in(Role.OFFICER).get("/map/table.csv?by=grid&grid=square&grid_m=1000")
    detail = _newest(workspace)["detail"]
    assert (detail["grid"], detail["grid_m"], detail["measure"]) == ("square", 1000, "clients")


@pytest.mark.parametrize("role", Role)
def test_opening_home_reads_nobody(signed_in: SignedIn, workspace: Workspace, role: Role) -> None:
    client = signed_in(role)
    before = _newest(workspace)["seq"]
    assert client.get("/").status_code == 200
    assert _newest(workspace)["seq"] == before


def test_the_log_shows_each_detail_and_runs_none(signed_in: SignedIn, workspace: Workspace) -> None:
    client = signed_in(Role.AUDITOR)
    record_export(workspace, BOSS, maps.MapOptions(partner_kind=EVIL, measure="coverage"), 4)
    with workspace.transaction() as session:
        store.append(
            session, at=workspace.now(), actor="test", action="x.y", object_kind="thing",
            object_ref="", detail={"listed": ["a_1", "b"], "yes": True, "inner": {"k": 2}},
        )  # fmt: skip
    page = client.get("/audit").text
    assert '<span class="muted">Rows:</span> 4' in page
    assert "alert(1)" in page
    assert "<script>alert" not in page
    assert '<span class="muted">Yes:</span> yes' in page
    assert '<span class="muted">Inner:</span> K 2' in page
    # An event without detail has a dash.
    assert 'class="small detail"><div>–</div>' in page
