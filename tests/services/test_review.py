"""The review queue: one address at a time, decided by a person, once."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from geoteam.errors import DisclosureError, GeoteamError, InputError, NotFoundError
from geoteam.services import assignment, audit, geocoding, imports, review
from geoteam.services.people import clients_frame
from geoteam.services.workspace import Workspace
from tests.made_city import BOSS, LOOSE, O1, STRANGERS, WEST, client_row, write_csv
from tests.tiny_city import CLIENT_HEADER

WHY = "Seen the lease"


def _item(workspace: Workspace) -> int:
    (row,) = review.review_queue(workspace, BOSS).rows
    number: int = row["id"]
    return number


def _client(workspace: Workspace, ref: str = "C023") -> Any:
    with workspace.reading() as session:
        return clients_frame(workspace, session, workspace.today(), refs=[ref]).iloc[0]


def _actions(workspace: Workspace, size: int = 5) -> list[str]:
    return [row["action"] for row in audit.list_events(workspace, None, page_size=size).rows]


def test_the_tie_waits_with_both_candidates(city: Workspace) -> None:
    page = review.review_queue(city, BOSS)
    assert page.total == 1
    row = page.rows[0]
    assert row["client_ref"] == "C023"
    assert row["candidates"] == 2
    assert "NE and NW" in row["reason"]
    assert review.reason_counts(city, BOSS) == [("tie", review.REASONS["tie"], 1)]
    assert review.review_queue(city, BOSS, reason="tie").total == 1
    assert review.review_queue(city, BOSS, reason="doubtful").total == 0
    assert review.review_queue(city, BOSS, page=0).rows == page.rows
    item = review.review_item(city, BOSS, row["id"])
    assert item["waits"] is True
    assert [(c["address"], c["unit"]) for c in item["candidates"]] == [
        ("122 A STREET NE", "201"),
        ("122 A STREET NW", "101"),
    ]
    assert _actions(city, 1) == ["address.read"]


def test_the_map_shows_the_candidates_and_is_audited(city: Workspace) -> None:
    page = review.review_map(city, BOSS, _item(city))
    assert "122 A STREET NE" in page
    assert "122 A STREET NW" in page
    assert "Tess" not in page
    assert _actions(city, 1) == ["address.map"]


def test_the_queue_is_for_those_who_may_see_the_client(city: Workspace) -> None:
    item = _item(city)
    assert review.review_queue(city, WEST).total == 1
    assert review.review_queue(city, O1).total == 0
    for work in (review.review_item, review.review_map, review.undo_decision):
        for user in (O1, LOOSE):
            with pytest.raises(NotFoundError):
                work(city, user, item)
        for user in STRANGERS:
            with pytest.raises(DisclosureError):
                work(city, user, item)
    for user in STRANGERS:
        with pytest.raises(DisclosureError):
            review.review_queue(city, user)
        with pytest.raises(DisclosureError):
            review.decide_item(city, user, item, action="invalid", why=WHY)
    with pytest.raises(NotFoundError):
        review.review_item(city, BOSS, 10**6)


def test_a_chosen_candidate_counts(fresh: Workspace) -> None:
    item = _item(fresh)
    review.decide_item(fresh, WEST, item, action="candidate", candidate=1, why=f" {WHY} ")
    assert review.review_queue(fresh, BOSS).total == 0
    client = _client(fresh)
    assert client["matched_address"] == "122 A STREET NW"
    assert (client["decision"], client["unit"]) == ("accepted", "101")
    assert review.review_item(fresh, BOSS, item)["waits"] is False
    assignment.run_assignment(fresh, "test")
    assert _client(fresh)["team"] == "T1"
    assert "a person chose this candidate" in assignment.explain_client(fresh, BOSS, "C023")


def test_a_corrected_address_counts(fresh: Workspace) -> None:
    item = _item(fresh)
    for address, message in [("", "empty"), ("9 NOWHERE ROAD", "not certain either")]:
        with pytest.raises(InputError, match=message):
            review.decide_item(fresh, BOSS, item, action="address", address=address, why=WHY)
    with pytest.raises(InputError, match="not certain either"):
        review.decide_item(fresh, BOSS, item, action="address", address="122 A ST", why=WHY)
    assert review.review_queue(fresh, BOSS).total == 1
    review.decide_item(
        fresh, BOSS, item, action="address", address="262 e street nw apt 3", why=WHY
    )
    client = _client(fresh)
    assert client["matched_address"] == "262 E STREET NW"
    assert client["unit"] == "102"


@pytest.mark.parametrize("action", ["shelter", "no_fixed_address", "outside", "invalid"])
def test_a_residence_without_a_place(fresh: Workspace, action: str) -> None:
    review.decide_item(fresh, BOSS, _item(fresh), action=action, why=WHY)
    assert review.review_queue(fresh, BOSS).total == 0
    client = _client(fresh)
    assert client["decision"] == "unplaceable"
    assert not client["located"]
    assert client["unit"] == ""
    assert action.replace("_", " ") in assignment.explain_client(fresh, BOSS, "C023")


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"action": "guess"}, "no decision was chosen"),
        ({"action": "candidate"}, "not in the list"),
        ({"action": "candidate", "candidate": 2}, "not in the list"),
        ({"action": "candidate", "candidate": -1}, "not in the list"),
        ({"action": "invalid", "why": "  "}, "needs a reason"),
    ],
)
def test_half_a_decision_is_refused(city: Workspace, choice: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        review.decide_item(city, BOSS, _item(city), **({"why": WHY} | choice))
    assert review.review_queue(city, BOSS).total == 1


def test_a_decision_can_be_taken_back_once(fresh: Workspace) -> None:
    item = _item(fresh)
    with pytest.raises(NotFoundError, match="no person has decided"):
        review.undo_decision(fresh, BOSS, item)
    review.decide_item(fresh, BOSS, item, action="candidate", candidate=0, why=WHY)
    review.undo_decision(fresh, BOSS, item)
    again = _item(fresh)
    assert again != item
    assert not _client(fresh)["located"]
    for number in (item, again):
        with pytest.raises(NotFoundError, match="taken back already"):
            review.undo_decision(fresh, BOSS, number)
    assert _actions(fresh, 20).count("address.undo") == 1
    review.decide_item(fresh, BOSS, again, action="candidate", candidate=1, why=WHY)
    assert _client(fresh)["matched_address"] == "122 A STREET NW"


def test_an_undone_decision_is_not_reused_and_a_reused_one_can_be_undone(
    fresh: Workspace, tmp_path: Path
) -> None:
    review.decide_item(fresh, BOSS, _item(fresh), action="candidate", candidate=1, why=WHY)
    path = write_csv(
        tmp_path / "more.csv", CLIENT_HEADER, [client_row("C050", Home_Address="122 A STREET")]
    )
    imports.import_clients(fresh, "test", path)
    assert geocoding.geocode_residences(fresh, "test")["reused"] == 1
    assert _client(fresh, "C050")["located"]
    review.undo_decision(fresh, BOSS, int(_client(fresh, "C050")["geocode_id"]))
    assert not _client(fresh, "C050")["located"]
    assert _client(fresh)["located"]
    assert [row["client_ref"] for row in review.review_queue(fresh, BOSS).rows] == ["C050"]
    path = write_csv(
        tmp_path / "third.csv", CLIENT_HEADER, [client_row("C051", Home_Address="122 A STREET")]
    )
    imports.import_clients(fresh, "test", path)
    assert geocoding.geocode_residences(fresh, "test")["reused"] == 0


def test_the_second_reviewer_is_told(fresh: Workspace) -> None:
    item = _item(fresh)
    review.decide_item(fresh, BOSS, item, action="invalid", why=WHY)
    with pytest.raises(InputError, match="decided already") as caught:
        review.decide_item(fresh, WEST, item, action="candidate", candidate=0, why=WHY)
    assert "next one" in caught.value.remedy
    assert _client(fresh)["decision"] == "unplaceable"


def test_of_two_reviewers_at_the_same_moment_one_is_told(fresh: Workspace) -> None:
    item, start = _item(fresh), threading.Barrier(2)
    outcomes: list[str] = []

    def decide(candidate: int) -> None:
        start.wait()
        try:
            review.decide_item(fresh, BOSS, item, action="candidate", candidate=candidate, why=WHY)
            outcomes.append("done")
        except GeoteamError as error:
            outcomes.append(error.what)

    threads = [threading.Thread(target=decide, args=(k,)) for k in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["done", "this address was decided already"]
    assert _actions(fresh, 30).count("address.decide") == 1
    assert audit.verify(fresh) == []
