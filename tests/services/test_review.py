"""The review queue: one address at a time, decided by a person, once."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from geoteam.errors import (
    DisclosureError,
    GeoteamError,
    InputError,
    NotFoundError,
    UnconfirmedError,
)
from geoteam.geocoding import AddressGrammar
from geoteam.services import assigning, assignment, audit, geocoding, imports, review
from geoteam.services.people import clients_frame
from geoteam.services.review_reuse import CHOSEN, holds_for_all, is_reading
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
    assigning.run_assignment(fresh, "test")
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
    there = {"action": "address", "address": "262 e street nw apt 3", "why": WHY}
    for confirmed in ("", "122 A STREET NW"):
        with pytest.raises(UnconfirmedError, match="is 262 E STREET NW, in area 102") as caught:
            review.decide_item(fresh, BOSS, item, confirmed=confirmed, **there)
        assert "the nearest candidate is" in caught.value.what
    assert review.review_queue(fresh, BOSS).total == 1
    review.decide_item(fresh, BOSS, item, confirmed=" 262 e street nw apt 3 ", **there)
    client = _client(fresh)
    assert client["matched_address"] == "262 E STREET NW"
    assert client["unit"] == "102"


@pytest.mark.parametrize("action", ["shelter", "no_fixed_address", "outside", "invalid"])
def test_a_residence_without_a_place(fresh: Workspace, action: str) -> None:
    review.decide_item(fresh, BOSS, _item(fresh), action=action, shelter="unknown", why=WHY)
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
        ({"action": "invalid", "why": "x 12"}, "at least three letters"),
        ({"action": "shelter"}, "which shelter was not said"),
        ({"action": "shelter", "shelter": "venue:nowhere"}, "which shelter was not said"),
        ({"action": "shelter", "shelter": "candidate:9"}, "not in the list"),
        ({"action": "shelter", "shelter": "pin"}, "has no place"),
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


def _arrive(workspace: Workspace, folder: Path, ref: str, home: str, **changes: str) -> int:
    """Load one more client and place the address; return how many decisions were reused."""
    row = client_row(ref, Home_Address=home, **changes)
    imports.import_clients(
        workspace, "test", write_csv(folder / f"{ref}.csv", CLIENT_HEADER, [row])
    )
    return geocoding.geocode_residences(workspace, "test")["reused"]


def _item_of(workspace: Workspace, ref: str) -> int:
    rows = review.review_queue(workspace, BOSS).rows
    return next(row["id"] for row in rows if row["client_ref"] == ref)


TYPO = "182 CNTRL AVE NE"
RIGHT = "182 CENTRAL AVENUE NE"


def test_a_mended_spelling_holds_for_all_until_it_is_undone(
    fresh: Workspace, tmp_path: Path
) -> None:
    assert _arrive(fresh, tmp_path, "C050", TYPO) == 0
    item = _item_of(fresh, "C050")
    assert "also be used for other clients" in review.review_item(fresh, BOSS, item)["reuse"]
    review.decide_item(fresh, BOSS, item, action="address", address=RIGHT, why=WHY)
    assert _arrive(fresh, tmp_path, "C051", f" {TYPO.lower()} ") == 1
    assert _client(fresh, "C051")["matched_address"] == RIGHT
    review.undo_decision(fresh, BOSS, int(_client(fresh, "C051")["geocode_id"]))
    assert not _client(fresh, "C051")["located"]
    assert _client(fresh, "C050")["located"]
    assert _arrive(fresh, tmp_path, "C052", TYPO) == 0


def test_who_lives_elsewhere_says_nothing_of_others(fresh: Workspace, tmp_path: Path) -> None:
    _arrive(fresh, tmp_path, "C050", TYPO)
    review.decide_item(
        fresh,
        BOSS,
        _item_of(fresh, "C050"),
        action="address",
        address="262 E STREET NW",
        confirmed="262 E STREET NW",
        why=WHY,
    )
    assert _arrive(fresh, tmp_path, "C051", TYPO) == 0
    assert not _client(fresh, "C051")["located"]


@pytest.mark.parametrize("action", ["shelter", "no_fixed_address", "outside", "invalid"])
def test_a_client_without_a_place_takes_nobody_off_the_map(
    fresh: Workspace, tmp_path: Path, action: str
) -> None:
    _arrive(fresh, tmp_path, "C050", TYPO)
    item = _item_of(fresh, "C050")
    review.decide_item(fresh, BOSS, item, action=action, shelter="unknown", why=WHY)
    assert _arrive(fresh, tmp_path, "C051", TYPO) == 0
    assert _client(fresh, "C051")["decision"] == "review"


def test_a_tie_is_decided_for_one_client_and_kept_for_that_one(
    fresh: Workspace, tmp_path: Path
) -> None:
    item = _item(fresh)
    assert "this client only" in review.review_item(fresh, BOSS, item)["reuse"]
    review.decide_item(fresh, BOSS, item, action="candidate", candidate=1, why=WHY)
    assert _arrive(fresh, tmp_path, "C050", "122 A STREET") == 0
    assert not _client(fresh, "C050")["located"]
    # Even a correction of the same text: it says which of the two this client means.
    review.decide_item(
        fresh,
        BOSS,
        _item_of(fresh, "C050"),
        action="address",
        address="122 A STREET NE",
        why=WHY,
    )
    assert _arrive(fresh, tmp_path, "C051", "122 A STREET") == 0
    for ref, matched in (("C023", "122 A STREET NW"), ("C050", "122 A STREET NE")):
        away = {"Address_Since": "2026-03-01"}
        assert _arrive(fresh, tmp_path, ref, "262 E STREET NW", **away) == 0
        back = {"Address_Since": "2026-04-01"}
        assert _arrive(fresh, tmp_path, ref, "122 a street", **back) == 1
        assert _client(fresh, ref)["matched_address"] == matched
    review.undo_decision(fresh, BOSS, int(_client(fresh, "C050")["geocode_id"]))
    assert not _client(fresh, "C050")["located"]
    assert _client(fresh)["located"]


def test_undo_leaves_what_somebody_else_decided_since(fresh: Workspace, tmp_path: Path) -> None:
    for ref in ("C050", "C051"):
        _arrive(fresh, tmp_path, ref, TYPO)
    first, second = (_item_of(fresh, ref) for ref in ("C050", "C051"))
    for user, item in ((BOSS, first), (WEST, second)):
        review.decide_item(fresh, user, item, action="address", address=RIGHT, why=WHY)
    review.undo_decision(fresh, BOSS, first)
    assert _arrive(fresh, tmp_path, "C052", TYPO) == 1
    assert _client(fresh, "C052")["located"]


def test_a_reading_kept_for_all_is_asked_again_when_the_text_ties_now() -> None:
    grammar = AddressGrammar(("NE", "NW"))
    chosen = {"decision": "accepted", "reason": CHOSEN, "matched_address": "9 B STREET NE"}
    assert holds_for_all("M", False, "somewhere", chosen, grammar)
    assert not holds_for_all("T", False, "somewhere", chosen, grammar)
    assert not holds_for_all("M", True, "somewhere", chosen, grammar)
    # A candidate that is no match is taken for all only when the text says it.
    assert not holds_for_all("U", False, "8 B STREET NE", chosen, grammar)
    assert holds_for_all("U", False, "9 B STREET", chosen, grammar)
    assert not holds_for_all("M", False, "9 B ST", chosen | {"decision": "unplaceable"}, grammar)


@pytest.mark.parametrize(
    ("text", "address", "same"),
    [
        ("182 CNTRL AVE NE", "182 CENTRAL AVENUE NE", True),
        ("182 cntrl apt 3", "182 CENTRAL AVENUE NE", True),
        ("183 CNTRL AVE NE", "182 CENTRAL AVENUE NE", False),
        ("182 CNTRL AVE NW", "182 CENTRAL AVENUE NE", False),
        ("182 CNTRL STREET NE", "182 CENTRAL AVENUE NE", False),
        ("182 ELM AVE NE", "182 CENTRAL AVENUE NE", False),
        ("12 A STREET NE", "12 B STREET NE", False),
        ("12 16TH STREET NE", "12 18TH STREET NE", False),
        ("12 NORTH CAPITOL STREET", "12 SOUTH CAPITOL STREET", False),
        ("CENTRAL AVE NE", "182 CENTRAL AVENUE NE", False),
        ("", "182 CENTRAL AVENUE NE", False),
    ],
)
def test_what_is_a_reading_of_a_text(text: str, address: str, same: bool) -> None:
    assert is_reading(text, address, AddressGrammar(("NE", "NW"))) is same


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
