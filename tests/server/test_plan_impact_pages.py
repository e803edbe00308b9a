"""What a plan would change, as its page says it."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import update

from geoteam.model import Role
from geoteam.services import plans
from geoteam.services.workspace import Workspace
from geoteam.store.tables import OfficerRow

EAST = {"101": "T1", "102": "T2", "201": "T2", "202": "T2"}


def test_who_changes_team_is_counted_with_an_officer_there_or_without(
    workspace: Workspace, signed_in: Callable[[Role], FlaskClient]
) -> None:
    """The clients of area 102 go to the east, where one officer left and one has no room."""
    with workspace.transaction() as session:
        session.execute(update(OfficerRow).where(OfficerRow.ref == "O3").values(active=False))
        session.execute(update(OfficerRow).where(OfficerRow.ref == "O4").values(full_time_share=0))
    plan = plans.save_draft(workspace, "test", "East grows", EAST, where="here")
    browser = signed_in(Role.SUPERVISOR)
    path = f"/plans/{plan}/impact"
    page = re.sub(r"<[^>]+>", " ", browser.get(path).text)
    told = browser.get(f"{path}.json").json
    moved = sum(row["given"] for row in told["teams"])
    assert told["figures"]["team"] < moved == told["figures"]["teams"]["changed"]
    assert re.search(rf"would get another team\s+{moved}\s", page)


def test_who_approves_reads_of_pieces_and_comments(
    workspace: Workspace, signed_in: Callable[[Role], FlaskClient]
) -> None:
    # 101 and 202 touch in a corner only; so do 102 and 201.
    crossed = {"101": "T1", "102": "T2", "201": "T2", "202": "T1"}
    doubts = {"101": "Look at it."}
    plan = plans.save_draft(workspace, "test", "Crossed", crossed, where="here", doubts=doubts)
    page = signed_in(Role.SUPERVISOR).get(f"/plans/{plan}/impact").text
    assert "West Team would be in 2 pieces, East Team would be in 2 pieces." in page
    assert "1 open comment</a> on the map of this plan." in page
    whole = plans.save_draft(workspace, "test", "Whole", EAST, where="here")
    page = signed_in(Role.SUPERVISOR).get(f"/plans/{whole}/impact").text
    assert "pieces" not in page
    assert "open comment" not in page
