"""The summary of a plan on one page: its transfer numbers, and how they are spoken of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from geoteam.services import plan_impact, plan_print, plan_publish, plans
from geoteam.services.workspace import Workspace
from geoteam.store.tables import OfficerRow
from tests.made_city import BOSS
from tests.services.test_plan_publish import LATER, at, draft, held
from tests.tiny_city import TODAY

Print = Callable[[Workspace, int], dict[str, Any]]


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> Print:
    """Print a plan, and return what goes on the page; the moves as label -> number."""
    sheets: list[dict[str, Any]] = []
    monkeypatch.setattr(plan_print, "plan_summary_sheet", lambda data, _: sheets.append(data))

    def summary(workspace: Workspace, plan: int) -> dict[str, Any]:
        plan_print.summary_pdf(workspace, BOSS, plan)
        moves = {label: told for _, pairs in sheets[-1]["moves"] for label, told in pairs}
        return sheets[-1] | {"moves": moves, "facts": dict(sheets[-1]["facts"])}

    return summary


def test_the_summary_prints_the_figures_of_the_page(lone: Workspace, printed: Print) -> None:
    """An officer of the east left and another has no room: the east takes nobody, and loses some."""
    with lone.transaction() as session:
        session.execute(update(OfficerRow).where(OfficerRow.ref == "O3").values(active=False))
        session.execute(update(OfficerRow).where(OfficerRow.ref == "O4").values(full_time_share=0))
    plan = draft(lone)
    found = plan_impact.plan_impact(lone, BOSS, plan, on=LATER)
    told, counts = found["figures"], found["figures"]["officers"]
    teams = told["teams"]
    assert counts["lost"] > 0
    # Of the six who change team some have no officer there: all six change team.
    assert teams["changed"] == 6 > told["team"]
    before = printed(lone, plan)
    plan_publish.publish(lone, "test", plan, LATER)
    after = printed(lone, plan)
    assert before["facts"]["Drawn by"].startswith("test")
    assert before["facts"]["In no team's figures, as no place is known"] == "2 clients"
    share = f" ({told['continuity']:.1%})"
    for label, number in (
        ("{} get another team", f"{teams['changed']:,}"),
        ("{} get a team for the first time", f"{teams['new']:,}"),
        ("{} get another officer", f"{counts['changed']:,}"),
        ("of these, within their team", f"{told['officer']:,}"),
        ("{} keep their officer", f"{counts['kept']:,}{share}"),
        ("{} get an officer, had none before", f"{counts['new']:,}"),
        ("{} have no officer any more", f"{counts['lost']:,}"),
    ):
        assert before["moves"][label.format("would")] == number
        assert after["moves"][label.format("will")] == number
    gives = {row["name"]: [str(row["given"]), str(row["received"])] for row in found["teams"]}
    for sheet in (before, after):
        assert sheet["columns"][-2:] == ("Gives", "Receives")
        assert {row[0]: row[-2:] for row in sheet["teams"]}.items() <= gives.items()


def test_a_plan_to_come_is_spoken_of_in_the_future(lone: Workspace, printed: Print) -> None:
    """All six clients of area 102 go from the west to the east, and so to another officer."""
    plan = draft(lone)
    supposed = printed(lone, plan)
    assert supposed["status"] == "Draft"
    assert supposed["moves_title"].startswith("Clients who would move if it held from ")
    plan_publish.publish(lone, "test", plan, LATER)
    coming = printed(lone, plan)
    assert coming["status"] == "Published, to come"
    place = f", in place of {plans.BASELINE}"
    assert coming["moves_title"] == f"Clients who will move on 1 Jul 2026{place}"
    assert coming["moves"]["will get another team"] == "6"
    assert coming["moves"]["will get another officer"] == "6"
    assert coming["moves"]["of these, within their team"] == "0"
    assert not any(word in " ".join(coming["moves"]) for word in ("got", "changed", "moved"))
    begun = printed(at(lone, LATER), plan)
    assert begun["status"] == "In force"
    assert begun["moves_title"] == f"Clients who moved on 1 Jul 2026{place}"
    assert begun["moves"]["got another officer"] == "6"
    kept = held(lone, TODAY)["officer"]
    whole = int((kept != "").sum())
    assert begun["moves"]["kept their officer"] == f"{whole - 6} ({(whole - 6) / whole:.1%})"
    assert [row[-2:] for row in begun["teams"]] == [["6", "0"], ["0", "6"]]


def test_a_plan_that_ended_says_so_and_until_when(lone: Workspace, printed: Print) -> None:
    first = printed(lone, 1)
    assert first["status"] == "In force"
    assert "Until" not in first["facts"]
    # There is nobody of whom the first of all plans took a client.
    assert (first["moves_title"], first["moves"]) == ("No plan was before it: nobody moved.", {})
    plan_publish.publish(lone, "test", draft(lone), LATER)
    assert printed(at(lone, LATER - timedelta(days=1)), 1)["status"] == "In force"
    ended = printed(at(lone, LATER), 1)
    assert ended["status"] == "No longer in force"
    assert ended["facts"]["Until"] == "1 Jul 2026"


def test_who_keeps_is_left_out_where_no_day_before_is_known(
    lone: Workspace, printed: Print
) -> None:
    """The plan begins on the day of the very first assignment."""
    plan = draft(lone)
    plan_publish.publish(lone, "test", plan, TODAY)
    sheet = printed(lone, plan)
    assert sheet["status"] == "In force"
    assert sheet["moves"]["got another officer"] == "6"
    assert "kept their officer" not in sheet["moves"]
