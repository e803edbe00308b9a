"""Decisions on visits: who may decide what, and what planning makes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from geoteam.errors import DisclosureError, InputError, NotFoundError
from geoteam.services import audit, tours
from geoteam.services import visit_decisions as services
from geoteam.services.workspace import Workspace
from geoteam.store import assignments, contacts
from tests.made_city import BOSS, LOOSE, O1, STRANGERS, WEST
from tests.tiny_city import TODAY

LATER = TODAY + timedelta(days=10)


def _officer_of(workspace: Workspace, ref: str) -> str:
    with workspace.reading() as session:
        return str(assignments.on_day(session, TODAY)["officer"][ref])


def _due(workspace: Workspace, officer: str) -> dict[str, dict]:
    return {row["client_ref"]: row for row in tours.visits_due(workspace, BOSS, TODAY, officer)}


def _seen_today(workspace: Workspace, ref: str) -> None:
    row = {"client_ref": ref, "on": TODAY, "kind": "field", "outcome": "made", "officer_ref": ""}
    with workspace.transaction() as session:
        contacts.save(session, [row])


def test_an_added_visit_is_due_and_must_be_made(fresh: Workspace) -> None:
    # C001 was seen six days ago and is due tomorrow.
    officer = _officer_of(fresh, "C001")
    assert "C001" not in _due(fresh, officer)
    number = services.add_visit(fresh, WEST, "C001", "  asked for  by the court ")
    event = audit.list_events(fresh, None, page_size=1).rows[0]
    assert (event["action"], event["object_ref"], event["actor"]) == ("visit.add", "C001", "west")
    # The reason is kept with the decision, not in the log.
    assert event["detail"] == {"decision": number}
    row = _due(fresh, officer)["C001"]
    assert row["reason"].startswith("Added by a supervisor for 15 Jun 2026. Intensive: ")
    assert row["priority"] == 40 + 30
    ref = tours.plan_tour(fresh, BOSS, on=TODAY, officer_ref=officer, max_stops=1)
    assert [stop["client_ref"] for stop in tours.tour(fresh, BOSS, ref).stops] == ["C001"]
    (told,) = services.list_decisions(fresh, BOSS)
    assert (told["why"], told["by"], told["kind"]) == ("asked for by the court", "Wes West", "add")
    _seen_today(fresh, "C001")
    assert services.list_decisions(fresh, BOSS) == []


def test_excluded_visits_are_planned_no_more_until_the_day(fresh: Workspace) -> None:
    officer = _officer_of(fresh, "C009")
    before = _due(fresh, officer)
    assert "C009" in before
    assert services.exclude_visits(fresh, BOSS, "C009", until=LATER, why="in hospital") == []
    assert set(_due(fresh, officer)) == set(before) - {"C009"}
    then = tours.visits_due(fresh, BOSS, LATER, officer)
    assert "C009" in {row["client_ref"] for row in then}
    (told,) = services.list_decisions(fresh, BOSS)
    assert services.withdraw(fresh, WEST, told["decision_id"]) == "C009"
    assert _due(fresh, officer).keys() == before.keys()
    with pytest.raises(NotFoundError, match="no such decision"):
        services.withdraw(fresh, BOSS, told["decision_id"])


def test_a_tour_that_visits_an_excluded_client_is_named(lone: Workspace) -> None:
    officer = _officer_of(lone, "C009")
    tomorrow = TODAY + timedelta(days=1)
    ref = tours.plan_tour(lone, BOSS, on=tomorrow, officer_ref=officer)
    client = tours.tour(lone, BOSS, ref).stops[0]["client_ref"]
    assert services.exclude_visits(lone, BOSS, client, until=LATER, why="ill") == [tomorrow]


def test_who_was_seen_today_is_to_be_seen_again_from_tomorrow(lone: Workspace) -> None:
    _seen_today(lone, "C009")
    services.add_visit(lone, BOSS, "C009", "once more")
    (told,) = services.list_decisions(lone, BOSS)
    assert told["valid_from"] == TODAY + timedelta(days=1)


def test_only_supervisors_of_the_client_decide_and_one_decision_holds(lone: Workspace) -> None:
    for user in (O1, LOOSE, *STRANGERS):
        with pytest.raises(DisclosureError):
            services.add_visit(lone, user, "C009", "because")
        with pytest.raises(DisclosureError):
            services.exclude_visits(lone, user, "C009", until=LATER, why="because")
        with pytest.raises(DisclosureError):
            services.withdraw(lone, user, 1)
    for user in STRANGERS:
        with pytest.raises(DisclosureError):
            services.list_decisions(lone, user)
    # C017 lives in the east.
    for ref in ("C017", "C999"):
        with pytest.raises(NotFoundError, match="no such client"):
            services.add_visit(lone, WEST, ref, "because")
    number = services.add_visit(lone, BOSS, "C017", "because")
    with pytest.raises(NotFoundError, match="no such decision"):
        services.withdraw(lone, WEST, number)
    assert services.list_decisions(lone, WEST) == []
    with pytest.raises(InputError, match="a visit was added for this client already"):
        services.exclude_visits(lone, BOSS, "C017", until=LATER, why="because")
    officer = _officer_of(lone, "C009")
    services.exclude_visits(lone, BOSS, "C009", until=LATER, why="because")
    with pytest.raises(InputError, match="visits are excluded for this client already"):
        services.add_visit(lone, BOSS, "C009", "because")
    told = services.list_decisions(lone, O1)
    assert [row["client_ref"] for row in told] == (["C009"] if officer == "O1" else [])


def test_bad_decisions_are_refused(lone: Workspace) -> None:
    for why in ("", "  ", "x y"[:2]):
        with pytest.raises(InputError, match=r"the reason is (missing|too short)"):
            services.add_visit(lone, BOSS, "C009", why)
    for days in (-1, 0, 367):
        with pytest.raises(InputError, match="within a year"):
            services.exclude_visits(
                lone, BOSS, "C009", until=TODAY + timedelta(days=days), why="because"
            )
    assert services.list_decisions(lone, BOSS) == []
