"""Who may see which client, and what the audit log keeps of it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from geoteam.errors import DisclosureError, NotFoundError
from geoteam.model import Role, User
from geoteam.services import audit, clients
from geoteam.services.operator import operator
from geoteam.services.people import clients_frame
from geoteam.services.scope import sees_client, sees_team, visible_refs
from geoteam.services.workspace import Workspace
from tests.made_city import AUDITOR, BOSS, LOOSE, NOBODY, O1, STRANGERS, WEST

EVERYBODY = [f"C{k:03d}" for k in range(1, 25)]
TEAM_T1 = [ref for ref in EVERYBODY[:12] if ref != "C004"]


def _refs(workspace: Workspace, user: User, **filters: Any) -> list[str]:
    page = clients.list_clients(workspace, user, **filters)
    assert page.total == len(page.rows)
    return sorted(row["client_ref"] for row in page.rows)


def _own(workspace: Workspace, officer: str) -> list[str]:
    with workspace.reading() as session:
        frame = clients_frame(workspace, session, workspace.today())
    return sorted(frame.index[frame["officer"] == officer])


def _last(workspace: Workspace) -> dict[str, Any]:
    return audit.list_events(workspace, None, page_size=1).rows[0]


def test_an_officer_lists_their_own_clients_only(city: Workspace) -> None:
    own = _own(city, "O1")
    assert own
    assert len(own) < 12
    assert _refs(city, O1) == own
    assert _refs(city, O1, officer="O2") == []
    assert _refs(city, O1, team="T2") == []
    assert _refs(city, LOOSE) == []


def test_a_supervisor_lists_their_teams_and_those_without_a_team(city: Workspace) -> None:
    assert _refs(city, BOSS) == EVERYBODY
    assert _refs(city, WEST) == sorted([*TEAM_T1, "C023", "C024"])
    assert _refs(city, WEST, team="T1") == TEAM_T1
    assert _refs(city, WEST, team="T2") == []
    assert _refs(city, WEST, officer="O3") == []
    assert _refs(city, WEST, officer="O1") == _own(city, "O1")
    assert _refs(city, NOBODY) == ["C023", "C024"]
    assert _refs(city, BOSS, team="TM") == ["C004", "C016"]


@pytest.mark.parametrize("user", STRANGERS, ids=lambda user: user.role.value)
def test_nobody_else_lists_reads_or_filters_clients(city: Workspace, user: User) -> None:
    before = _last(city)["seq"]
    with pytest.raises(DisclosureError, match=user.role.value):
        clients.list_clients(city, user)
    with pytest.raises(DisclosureError):
        clients.client_record(city, user, "C001", "supervision")
    with pytest.raises(DisclosureError):
        clients.filters(city, user)
    assert _last(city)["seq"] == before


def test_search_and_pages(city: Workspace) -> None:
    assert _refs(city, BOSS, search="person07") == ["C007"]
    assert _refs(city, BOSS, search="C019") == ["C019"]
    assert "C001" in _refs(city, BOSS, search="122 1st")
    assert _refs(city, BOSS, search="%") == []
    first = clients.list_clients(city, BOSS, page=1, page_size=10)
    third = clients.list_clients(city, BOSS, page=3, page_size=10)
    assert (len(first.rows), len(third.rows), first.total) == (10, 4, 24)
    assert clients.list_clients(city, BOSS, page=0, page_size=10).rows == first.rows
    assert clients.list_clients(city, BOSS, page=99).rows == []


def test_filters_offer_what_the_user_leads(city: Workspace) -> None:
    assert clients.filters(city, BOSS).teams == [
        ("T1", "West Team"), ("T2", "East Team"), ("TM", "Mental Health Team")
    ]  # fmt: skip
    west = clients.filters(city, WEST)
    assert west.teams == [("T1", "West Team")]
    assert [ref for ref, _ in west.officers] == ["O1", "O2"]
    assert [ref for ref, _ in clients.filters(city, O1).officers] == ["O1"]
    assert clients.filters(city, LOOSE).officers == []


def test_officers_stand_by_name_under_their_teams_the_users_own_first(fresh: Workspace) -> None:
    with fresh.transaction() as session:
        session.execute(text("UPDATE officer SET name = 'zoe' WHERE ref = 'O1'"))
        session.execute(text("UPDATE officer SET name = 'Adam' WHERE ref = 'O4'"))
    both = User(9, "both", "Bo Both", Role.SUPERVISOR, team_refs=("T2", "*"))
    found = clients.filters(fresh, both)
    assert [ref for ref, _ in found.teams] == ["T2", "T1", "TM"]
    assert found.groups() == [
        ("East Team", [("O4", "Adam"), ("O3", "Officer 3")]),
        ("West Team", [("O2", "Officer 2"), ("O1", "zoe")]),
        ("Mental Health Team", [("O5", "Officer 5")]),
    ]
    assert [ref for ref, _ in found.officers] == ["O4", "O3", "O2", "O1", "O5"]
    assert found.groups("T1") == [("West Team", [("O2", "Officer 2"), ("O1", "zoe")])]


def test_a_record_shows_what_policy_allows_and_is_audited(city: Workspace) -> None:
    record = clients.client_record(city, BOSS, "C004", "oversight")
    assert record["name"] == "Tess Person04"
    assert record["level"] == "Minimum"
    assert record["needs"] == ["mental_health"]
    assert record["unit"] == "101"
    assert record["team"] == "TM"
    assert "mental health" in record["explanation"]
    assert [home["matched_address"] for home in record["residences"]] == ["182 B STREET NW"]
    event = _last(city)
    assert event["action"] == "client.read"
    assert (event["actor"], event["object_ref"], event["purpose"]) == ("boss", "C004", "oversight")
    assert "Tess" not in str(event)
    assert "182 B" not in str(event)
    assert set(event["detail"]["fields"]) == {
        field for field in record if field in event["detail"]["fields"]
    }


def test_what_policy_withholds_is_named_and_empty(
    city: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def two_fields(record: dict[str, Any], role: Role) -> dict[str, Any]:
        return {name: record[name] for name in ("client_ref", "level")}

    monkeypatch.setattr(clients, "visible_fields", two_fields)
    record = clients.client_record(city, BOSS, "C001", "supervision")
    assert record["level"] == "Intensive"
    assert record["name"] is None
    assert record["needs"] is None
    assert record["withheld"] == [
        "access_notes", "announced", "dog", "intake_on", "interpreter", "name", "needs",
        "no_contact", "officer", "service_minutes", "team", "two_officers", "unit", "windows",
    ]  # fmt: skip
    assert _last(city)["detail"]["fields"] == ["client_ref", "level"]


def test_a_record_needs_a_purpose_and_a_reader_in_scope(city: Workspace) -> None:
    for purpose in ("", "curiosity"):
        with pytest.raises(DisclosureError, match="purpose"):
            clients.client_record(city, BOSS, "C001", purpose)
    foreign = next(ref for ref in EVERYBODY[12:22] if ref != "C016")
    for user, ref in [(WEST, foreign), (O1, foreign), (LOOSE, "C001"), (BOSS, "C999")]:
        with pytest.raises(NotFoundError, match="no such client"):
            clients.client_record(city, user, ref, "supervision")
    own = _own(city, "O1")[0]
    assert clients.client_record(city, O1, own, "supervision")["client_ref"] == own


def test_every_reading_writes_one_event(city: Workspace) -> None:
    before = _last(city)["seq"]
    clients.list_clients(city, O1, search="Tess")
    listed = _last(city)
    clients.client_record(city, O1, _own(city, "O1")[0], "tour")
    frame = clients.export_clients(city, "cli:test")
    exported = _last(city)
    assert exported["seq"] == before + 3
    assert listed["action"] == "clients.list"
    assert listed["detail"]["searched"] is True
    assert "Tess" not in str(listed)
    assert exported["action"] == "clients.export"
    assert exported["detail"] == {"rows": 24}
    assert list(frame["client_ref"]) == EVERYBODY
    assert audit.verify(city) == []


def test_only_auditors_read_the_log(city: Workspace) -> None:
    clients.list_clients(city, O1)
    page = audit.list_events(city, AUDITOR, actor="o1", action="clients", page=0)
    assert page.page == 1
    assert {row["actor"] for row in page.rows} == {"o1"}
    assert all(row["action"].startswith("clients") for row in page.rows)
    seqs = [row["seq"] for row in page.rows]
    assert seqs == sorted(seqs, reverse=True)
    for user in (BOSS, O1, *STRANGERS[:3]):
        with pytest.raises(DisclosureError, match="audit log"):
            audit.list_events(city, user)


def test_scope_by_hand() -> None:
    assert sees_team(BOSS, "T9")
    assert sees_team(WEST, "T1")
    assert not sees_team(WEST, "T2")
    assert not sees_team(WEST, "")
    assert sees_client(WEST, officer_ref="", team_ref="")
    assert not sees_client(LOOSE, officer_ref="", team_ref="")
    assert not sees_client(O1, officer_ref="O2", team_ref="T1")
    for user in STRANGERS:
        assert not sees_client(user, officer_ref="O1", team_ref="T1")
        assert not sees_client(user, officer_ref="", team_ref="")
    assert operator("cli:me").team_refs == ("*",)


def test_visible_refs_keep_the_order(city: Workspace) -> None:
    with city.reading() as session:
        frame = clients_frame(city, session, city.today()).iloc[::-1]
    assert visible_refs(BOSS, frame) == EVERYBODY[::-1]
    assert visible_refs(WEST, frame) == sorted([*TEAM_T1, "C023", "C024"], reverse=True)
    assert visible_refs(AUDITOR, frame) == []
