"""Limits of visits on a client's record: seen, changed, imported, exported."""

from __future__ import annotations

from pathlib import Path

import pytest

from geoteam.errors import DisclosureError, ImportProblems, InputError, NotFoundError
from geoteam.services import audit, clients, tours
from geoteam.services.batch import safe, write_rows
from geoteam.services.imports import import_clients
from geoteam.services.visit_limits import (
    Limits,
    change_limits,
    import_no_contact,
    keep_apart,
    let_meet,
    list_no_contact,
)
from geoteam.services.workspace import Workspace
from geoteam.store import clients as client_store
from tests.made_city import BOSS, LOOSE, NOBODY, O1, STRANGERS, WEST, write_csv
from tests.services.test_road import planned
from tests.tiny_city import TODAY

WANTED = Limits(
    announced=True,
    two_officers=True,
    interpreter="  Sign  language ",
    dog=True,
    service_minutes=40,
    hours="weekdays 5pm-8pm",
)


def _actions(workspace: Workspace, count: int) -> list[str]:
    return [row["action"] for row in audit.list_events(workspace, None, page_size=count).rows]


def test_limits_are_changed_once_and_told(fresh: Workspace) -> None:
    assert change_limits(fresh, WEST, "C005", WANTED)
    assert not change_limits(fresh, BOSS, "C005", WANTED)
    assert _actions(fresh, 1) == ["client.visit_limits"]
    found = clients.client_record(fresh, BOSS, "C005", "tour")
    assert found["windows"] == "Mon-Fri 17:00-20:00"
    assert (found["announced"], found["two_officers"], found["dog"]) == (True, True, True)
    assert (found["interpreter"], found["service_minutes"]) == ("Sign language", 40)
    assert (found["limits_changed_by"], found["limits_changed_at"]) == ("west", fresh.now())
    # Only the hours: who and when are kept, and the rest stays.
    other = Limits(True, True, "Sign language", True, 40, "")
    assert change_limits(fresh, BOSS, "C005", other)
    found = clients.client_record(fresh, BOSS, "C005", "tour")
    assert (found["windows"], found["dog"], found["limits_changed_by"]) == ("", True, "boss")


@pytest.mark.parametrize(
    ("limits", "said"),
    [(Limits(hours="late"), "hours at home"), (Limits(service_minutes=1), "5 to 240 minutes")],
)
def test_limits_that_cannot_be_are_refused(city: Workspace, limits: Limits, said: str) -> None:
    with pytest.raises(InputError, match=said):
        change_limits(city, BOSS, "C005", limits)


def test_only_who_supervises_a_client_changes_limits(city: Workspace) -> None:
    for user in (NOBODY, LOOSE):
        with pytest.raises(NotFoundError):
            change_limits(city, user, "C005", WANTED)
    for user in STRANGERS:
        with pytest.raises(DisclosureError):
            change_limits(city, user, "C005", WANTED)
        with pytest.raises(DisclosureError):
            keep_apart(city, user, "C005", "C006", "why")
    with pytest.raises(NotFoundError):
        keep_apart(city, WEST, "C013", "C005", "why")


def test_two_clients_are_kept_apart_and_let_meet(fresh: Workspace) -> None:
    assert keep_apart(fresh, BOSS, "C005", "C013", "Witness in the case") == []
    (pair,) = clients.client_record(fresh, BOSS, "C005", "tour")["no_contact"]
    assert (pair["client_ref"], pair["no_contact_why"], pair["by"]) == (
        "C013", "Witness in the case", "boss",
    )  # fmt: skip
    assert pair["name"]
    detail = audit.list_events(fresh, None, page_size=1).rows[0]["detail"]
    assert detail["clients"] == ["C013"]
    # Who may not open the other's record learns the id, not the name.
    (pair,) = clients.client_record(fresh, WEST, "C005", "tour")["no_contact"]
    assert pair["name"] == ""
    (other,) = clients.client_record(fresh, BOSS, "C013", "tour")["no_contact"]
    assert other["client_ref"] == "C005"
    # What two records say, who sees one of them does not take back.
    for other in ("C013", "C999"):
        with pytest.raises(NotFoundError, match="none of yours"):
            let_meet(fresh, WEST, "C005", other)
    assert clients.client_record(fresh, BOSS, "C005", "tour")["no_contact"]
    let_meet(fresh, BOSS, "C013", "C005")
    assert clients.client_record(fresh, BOSS, "C005", "tour")["no_contact"] == []
    assert _actions(fresh, 2)[1] == "client.no_contact.remove"
    with pytest.raises(NotFoundError, match="not kept apart"):
        let_meet(fresh, BOSS, "C013", "C005")


def test_nobody_names_a_client_of_somebody_else(city: Workspace) -> None:
    with city.reading() as session:
        people = client_store.as_frame(session, TODAY)
    own = people.index[people["officer"] == "O1"][0]
    others = people.index[(people["officer"] != "O1") & (people["team"] == "T1")][0]
    for user, ref, other in ((O1, own, others), (WEST, own, "C013")):
        said = []
        for asked in (other, "C999"):
            with pytest.raises(InputError, match="no such client") as caught:
                keep_apart(city, user, ref, asked, "Witness")
            said.append(str(caught.value))
        assert said[0] == said[1]
    assert list_no_contact(city, "cli:test") == []


def test_who_keeps_two_apart_is_told_of_tours_that_visit_both(fresh: Workspace) -> None:
    ref, _, (one, other, *_) = planned(fresh)
    assert keep_apart(fresh, BOSS, one, other, "Witness") == [TODAY]
    tours.cancel_tour(fresh, BOSS, ref, "storm")
    assert keep_apart(fresh, BOSS, other, one, "Witness") == []


@pytest.mark.parametrize(
    ("other", "why"), [("C005", "Himself"), ("C999", "Nobody"), ("C006", " "), ("C006", "x" * 501)]
)
def test_no_pair_without_two_clients_and_a_reason(city: Workspace, other: str, why: str) -> None:
    with pytest.raises(InputError):
        keep_apart(city, BOSS, "C005", other, why)


def test_pairs_come_from_a_file_and_again_change_nothing(fresh: Workspace, tmp_path: Path) -> None:
    header = ["Client ID", "No contact with", "Reason"]
    rows = [["C005", "C006", "Co-defendants"], ["C013", "C001", "Order of the court"]]
    path = write_csv(tmp_path / "pairs.csv", header, rows)
    assert import_no_contact(fresh, "cli:test", path).added == 2
    again = import_no_contact(fresh, "cli:test", path)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    assert _actions(fresh, 1) == ["no_contact_pairs.import"]
    told = list_no_contact(fresh, "cli:test")
    assert [(one["client"], one["other"]) for one in told] == [("C001", "C013"), ("C005", "C006")]
    assert _actions(fresh, 1) == ["clients.no_contact.list"]


def test_each_bad_pair_is_named_by_its_row(city: Workspace, tmp_path: Path) -> None:
    rows = [
        ["C005", "C006", "Co-defendants"],
        ["C005", "C005", "Himself"],
        ["C006", "C005", "Again"],
        ["C005", "C999", "Nobody"],
        ["C001", "C002", ""],
    ]
    path = write_csv(tmp_path / "pairs.csv", ["client", "other", "why"], rows)
    with pytest.raises(ImportProblems) as caught:
        import_no_contact(city, "cli:test", path)
    assert [(p.row, p.column, p.message) for p in caught.value.problems] == [
        (3, "other", "is the same client"),
        (4, "other", "stands with this client in row 2 too"),
        (5, "other", "is no client here"),
        (6, "why", "is empty"),
    ]
    assert list_no_contact(city, "cli:test") == []


def test_an_export_loads_again_with_its_limits(fresh: Workspace, tmp_path: Path) -> None:
    change_limits(fresh, BOSS, "C005", WANTED)
    frame = clients.export_clients(fresh, "cli:test")
    own = frame.set_index("client_ref").loc["C005"]
    assert own["home_hours"] == "Mon-Fri 17:00-20:00"
    assert (own["dog"], own["service_minutes"]) == ("yes", "40")
    assert str(own["intake_on"]) == "2025-05-07"
    write_rows(safe(frame.drop(columns="officer")), tmp_path / "out.csv")
    change_limits(fresh, BOSS, "C005", Limits())
    report = import_clients(fresh, "cli:test", tmp_path / "out.csv")
    assert (report.changed, report.unchanged) == (1, len(frame) - 1)
    again = clients.export_clients(fresh, "cli:test").set_index("client_ref").loc["C005"]
    assert again.to_dict() == own.to_dict()


def test_hours_without_room_for_a_visit_are_refused(fresh: Workspace) -> None:
    usual = fresh.profile.tours.service_minutes
    short = Limits(hours="Mon-Fri 17:00-20:00; Sat 10:00-10:05")
    with pytest.raises(InputError, match="part of the hours at home leaves 5 minutes, and a visit "
                                         f"takes {usual:.0f}"):  # fmt: skip
        change_limits(fresh, BOSS, "C005", short)
    long = Limits(hours="Mon-Fri 17:00-18:00", service_minutes=61)
    with pytest.raises(InputError, match="leaves 60 minutes, and a visit takes 61"):
        change_limits(fresh, BOSS, "C005", long)
    assert change_limits(fresh, BOSS, "C005", Limits(hours="Mon 17:00-17:45", service_minutes=45))
