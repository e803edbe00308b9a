"""The hand-over list of a published plan: who sees which rows, why, and how it is printed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from geoteam.errors import DisclosureError, NotFoundError
from geoteam.maps import handover_sheet
from geoteam.model import Role, User
from geoteam.services import assigning, plan_handover, plan_print, plan_publish
from geoteam.services.workspace import Workspace
from tests.made_city import BOSS, O1, STRANGERS
from tests.services.test_plan_publish import IN_102, LATER, at, draft


def because(workspace: Workspace, plan: int) -> dict[str, str]:
    rows = plan_handover.handover(workspace, BOSS, plan)["clients"]
    return {row["client_ref"]: row["because"] for row in rows}


def test_why_an_officer_was_chosen_stays_on_the_list_when_assignments_are_run_again(
    fresh: Workspace,
) -> None:
    """By then every officer simply keeps the clients; nobody takes one back."""
    plan = draft(fresh)
    plan_publish.publish(fresh, "test", plan, LATER)
    told = because(fresh, plan)
    assert set(told) == set(IN_102)
    assert not any("takes the client back" in why for why in told.values())
    for day in (LATER - timedelta(days=3), LATER, LATER + timedelta(days=5)):
        later = at(fresh, day)
        for _ in range(2):
            assigning.run_assignment(later, "test")
        assert because(later, plan) == told


def test_officers_see_what_they_give_and_receive(lone: Workspace) -> None:
    plan = draft(lone)
    plan_publish.publish(lone, "test", plan, LATER)
    whole = plan_handover.handover(lone, BOSS, plan)
    mine = plan_handover.handover(lone, O1, plan)
    assert mine["clients"]
    assert all("O1" in (row["gives"], row["receives"]) for row in mine["clients"])
    assert len(mine["clients"]) < len(whole["clients"])
    taker = whole["clients"][0]["receives"]
    other = User(30, "other", "Other", Role.OFFICER, officer_ref=taker)
    assert whole["clients"][0] in plan_handover.handover(lone, other, plan)["clients"]
    ref = whole["clients"][0]["client_ref"]
    plan_handover.tick(lone, other, plan, ref, done=True)
    theirs = plan_handover.handover(lone, other, plan)["clients"]
    assert plan_handover.coming(lone, other) == [
        {"id": plan, "name": "East grows", "on": LATER, "clients": len(theirs), "done": 1}
    ]
    for user in STRANGERS:
        with pytest.raises(DisclosureError):
            plan_handover.handover(lone, user, plan)
    # Long after, only whose client it is looks.
    much_later = at(lone, LATER + timedelta(days=60))
    assert plan_handover.handover(much_later, O1, plan)["clients"] == []
    with pytest.raises(NotFoundError):
        plan_handover.handover(lone, BOSS, draft(lone))


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was printed of hand-over lists."""
    found: list[dict[str, Any]] = []

    def look(data: dict[str, Any]) -> bytes:
        found.append(data)
        return handover_sheet(data)

    monkeypatch.setattr(plan_print, "handover_sheet", look)
    return found


def test_a_heading_of_the_printed_list_counts_all_whom_an_officer_receives(
    lone: Workspace, printed: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = draft(lone)
    plan_publish.publish(lone, "test", plan, LATER)
    view = plan_handover.handover(lone, BOSS, plan)
    receiver = next(row["receives"] for row in view["clients"] if row["receives"])
    name = next(one["name"] for one in view["officers"] if one["ref"] == receiver)
    taken = [row for row in view["clients"] if row["receives"] == receiver]
    assert len(taken) > 1
    # One of them had nobody, the others come from an officer.
    taken[0]["gives"] = ""
    monkeypatch.setattr(plan_print, "handover", lambda *_args, **_kwargs: view)
    plan_print.handover_pdf(lone, BOSS, plan)
    (section,) = (part for part in printed[0]["sections"] if "receives" in part["title"])
    assert section["title"] == (
        f"{name} receives {len(taken)} clients: 1 had nobody, the others stand with who gives them"
    )
    assert len(section["rows"]) == 1


def test_ticks_are_printed_with_who_and_when(
    lone: Workspace, printed: list[dict[str, Any]]
) -> None:
    plan = draft(lone)
    plan_publish.publish(lone, "test", plan, LATER)
    plan_handover.tick(lone, BOSS, plan, "C007", done=True)
    assert plan_print.handover_pdf(lone, BOSS, plan).startswith(b"%PDF")
    rows = {row["ref"]: row for part in printed[0]["sections"] for row in part["rows"]}
    ticked = {ref: (row["done_by"], row["done_at"]) for ref, row in rows.items() if row["done_by"]}
    # NOW is noon in New York.
    assert ticked == {"C007": ("boss", "15 Jun 2026 12:00")}
    assert len(rows) > 1
    assert ("Clients on this list", f"{len(rows)}, 1 handed over") in printed[0]["facts"]
