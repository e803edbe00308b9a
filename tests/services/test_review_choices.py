"""What a reviewer may choose: a pin that was moved, a shelter with its place, many but no guesses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import geoteam.geocoding as geocoding_room
from geoteam.errors import DisclosureError, InputError
from geoteam.services import accounts, audit, review
from geoteam.services.review_bulk import DOUBTS
from geoteam.services.workspace import Workspace
from tests.made_city import BOSS, O1, STRANGERS, WEST
from tests.services.reviewing import DOUBTFUL, WHY, arrive, ids, person, propose, waiting
from tests.tiny_city import lonlat

SHELTER = "HARBOR SHELTER"
# What a newer reference says that knows the address no more.
LOST: dict[str, Any] = {
    "status": "U", "match_code": "none", "score": 0.0, "lon": float("nan"), "lat": float("nan"),
    "uncertainty_m": float("nan"), "matched_address": "", "reference_id": "",
}  # fmt: skip
M = 1 / 111_320


def _pin(workspace: Workspace, item: int, lon: float, lat: float, **more: Any) -> None:
    choice = {"action": "pin"} | more
    review.decide_item(workspace, BOSS, item, pin=review.SetPin(lon, lat, 10), why=WHY, **choice)


def _shelter(workspace: Workspace, item: int, shelter: str, **more: Any) -> None:
    review.decide_item(workspace, BOSS, item, action="shelter", shelter=shelter, why=WHY, **more)


def test_a_pin_that_nobody_moved_is_refused(fresh: Workspace) -> None:
    item = waiting(fresh)["C023"]
    first = review.review_item(fresh, BOSS, item)["candidates"][0]
    lon, lat = first["lon"], first["lat"]
    # The page rounds to six digits, which is a tenth of a metre.
    for at in ((lon, lat), (round(lon, 6), round(lat, 6)), (lon, lat + 0.9 * M)):
        for action, shelter in (("pin", ""), ("shelter", "pin")):
            with pytest.raises(InputError, match="stands where it began"):
                _pin(fresh, item, *at, action=action, shelter=shelter)
    assert waiting(fresh)["C023"] == item
    _pin(fresh, item, lon, lat + 5 * M)
    assert person(fresh)["lat"] == pytest.approx(lat + 5 * M)


def test_a_pin_far_from_the_city_is_refused_whatever_is_ticked(fresh: Workspace) -> None:
    item = waiting(fresh)["C023"]
    lon, lat = lonlat(100.0, 100.0)
    km = 1000 * M
    for at, message in [
        ((lat, lon), "longitude and latitude look swapped"),
        ((lon, lat + 60 * km), "more than 50 km from the city"),
        ((-lon, lat), "more than 50 km from the city"),
        ((0.0, 0.0), "more than 50 km from the city"),
    ]:
        with pytest.raises(InputError, match=message):
            review.decide_item(
                fresh, BOSS, item, action="pin", pin=review.SetPin(*at, 10, True), why=WHY
            )
    assert waiting(fresh)["C023"] == item
    review.decide_item(
        fresh, BOSS, item, action="pin", pin=review.SetPin(lon, lat + 40 * km, 10, True), why=WHY
    )


def test_without_candidates_a_pin_begins_at_the_last_home(fresh: Workspace, tmp_path: Path) -> None:
    before = person(fresh, "C001")
    nowhere = "9 NOWHERE ROAD NE"
    arrive(fresh, tmp_path, {"C001": nowhere}, Address_Since="2026-03-01", ZIP="")
    arrive(fresh, tmp_path, {"C060": nowhere}, ZIP="")
    item = waiting(fresh)["C001"]
    assert review.review_item(fresh, BOSS, item)["candidates"] == []
    with pytest.raises(InputError, match="stands where it began"):
        _pin(fresh, item, before["lon"], before["lat"])
    _pin(fresh, item, before["lon"], before["lat"] + 10 * M)
    # Who has no earlier home either has a pin in the middle of the city.
    page = review.review_map(fresh, BOSS, waiting(fresh)["C060"])
    lat, lon = (
        float(x) for x in page.rpartition("geoteam.pin(")[2].split("[")[1].split("]")[0].split(",")
    )
    with pytest.raises(InputError, match="stands where it began"):
        _pin(fresh, waiting(fresh)["C060"], lon, lat)


def test_a_shelter_is_a_place_of_the_city(fresh: Workspace) -> None:
    item = waiting(fresh)["C023"]
    (offered,) = review.review_item(fresh, BOSS, item)["shelters"]
    assert (offered["name"], offered["address"]) == ("Harbor Shelter", "142 2ND STREET NW")
    _shelter(fresh, item, offered["value"])
    assert person(fresh)["unit"] == "101"
    seen = review.review_item(fresh, BOSS, item)
    assert (seen["decision"], seen["matched_address"]) == ("accepted", SHELTER)
    assert seen["decided_as"] == "a person decided: a shelter, at this place"


@pytest.mark.parametrize(
    ("shelter", "unit"), [("candidate:1", "101"), ("address", "102"), ("pin", "201")]
)
def test_a_shelter_may_be_another_place(fresh: Workspace, shelter: str, unit: str) -> None:
    item = waiting(fresh)["C023"]
    pin = review.SetPin(*lonlat(600.0, 100.0), 10)
    far = "262 E STREET NW"
    _shelter(fresh, item, shelter, address=far, pin=pin, confirmed=far)
    found = person(fresh)
    assert (found["unit"], bool(found["located"])) == (unit, True)
    assert "a shelter" in review.review_item(fresh, BOSS, item)["decided_as"]


def test_a_shelter_keeps_the_present_place(fresh: Workspace) -> None:
    places = propose(fresh)
    _shelter(fresh, waiting(fresh)["C001"], "candidate:0")
    found = person(fresh, "C001")
    assert (found["lon"], bool(found["located"])) == (places["here"]["lon"], True)


def test_what_is_a_shelter_for_one_is_not_for_all(fresh: Workspace, tmp_path: Path) -> None:
    arrive(fresh, tmp_path, {"C050": DOUBTFUL})
    _shelter(fresh, waiting(fresh)["C050"], "candidate:0")
    arrive(fresh, tmp_path, {"C051": DOUBTFUL})
    assert not person(fresh, "C051")["located"]


def test_a_place_that_is_lost_is_not_called_moved(fresh: Workspace) -> None:
    present = person(fresh, "C001")["lon"]
    propose(fresh, "C001", **LOST)
    item = waiting(fresh)["C001"]
    counted = {name: (words, many) for name, words, many in review.reason_counts(fresh, BOSS)}
    assert counted["lost"] == ("A newer reference no longer finds it", 1)
    assert "moved" not in counted
    seen = review.review_item(fresh, BOSS, item)
    assert seen["cause"] == "lost"
    assert [one["label"] for one in seen["candidates"]] == ["Present place", "Possible place"]
    assert review.claim_next(fresh, BOSS, reason="lost") == item
    assert "C001" not in [row["client_ref"] for row in _preview(fresh).rows]
    review.decide_item(fresh, BOSS, item, action="candidate", candidate=0, why=WHY)
    assert person(fresh, "C001")["lon"] == present


def test_the_map_tells_the_present_place_from_the_new_one(fresh: Workspace) -> None:
    propose(fresh)
    page = review.review_map(fresh, BOSS, waiting(fresh)["C001"])
    assert "Candidates" not in page
    for text in ("Present place", "New place", "gt-pin-start", "gt-pin-stop"):
        assert text in page


def test_a_tie_of_one_is_doubtful_and_decided_singly(fresh: Workspace) -> None:
    propose(fresh, "C002", status="T")
    propose(fresh, "C003", status="M")
    rows = {row["client_ref"]: row for row in review.review_queue(fresh, BOSS).rows}
    assert rows["C023"]["cause"] == "tie"
    assert [row["client_ref"] for row in _preview(fresh).rows] == ["C003"]


def _preview(workspace: Workspace, **changes: Any) -> review.BulkPreview:
    return review.preview_bulk(workspace, BOSS, review.BulkFilter(**({"score": 0} | changes)))


def test_an_area_that_is_not_sure_is_accepted_on_purpose_only(fresh: Workspace) -> None:
    # 20 m beside the border between 101 and 201, known to 30 m.
    lon, lat = lonlat(380.0, 120.0)
    there = {"address": "9 EDGE STREET NW", "lon": lon, "lat": lat, "score": 100.0,
             "match_code": "Place", "reference_id": "x", "uncertainty_m": 30.0}  # fmt: skip
    propose(fresh, "C001")
    propose(fresh, "C002", candidates=[there])
    sure = _preview(fresh)
    assert [row["client_ref"] for row in sure.rows] == ["C001"]
    assert sure.unsure == 1
    assert ("its area is not sure", 1) in sure.left_out
    both = _preview(fresh, unsure=True)
    assert [(row["client_ref"], row["unit"], row["near"], row["team"]) for row in both.rows] == [
        ("C001", "201", [], "East Team"),
        ("C002", "101", ["201"], "West Team"),
    ]
    assert ("its area is not sure", 1) not in both.left_out
    # What was seen with the tick is not accepted without it.
    with pytest.raises(InputError, match="has changed"):
        review.accept_all(
            fresh, BOSS, review.BulkFilter(score=0), mark=both.mark, items=ids(both), why=WHY
        )
    table = review.bulk_table(fresh, BOSS, review.BulkFilter(score=0, unsure=True), review.REASONS)
    assert table.iloc[1].to_dict() == {
        "client": "C002", "address": person(fresh, "C002")["address"],
        "placed_at": "9 EDGE STREET NW", "area": "101", "may_also_be": "201",
        "team": "West Team", "score": 100, "waits_because": review.REASONS["moved"],
        "reason": "the newer reference has it in the east",
    }  # fmt: skip
    assert audit.list_events(fresh, None, page_size=1).rows[0]["action"] == "address.export"
    for user in (O1, *STRANGERS):
        with pytest.raises(DisclosureError):
            review.bulk_table(fresh, user, review.BulkFilter(), review.REASONS)


@pytest.mark.parametrize("doubt", DOUBTS)
def test_a_doubt_about_the_place_itself_is_never_accepted_unseen(
    fresh: Workspace, doubt: str
) -> None:
    propose(fresh, "C001", reason=f"The reference's own point {doubt}.")
    propose(fresh, "C002")
    item = waiting(fresh)["C001"]
    seen = _preview(fresh)
    assert [row["client_ref"] for row in seen.rows] == ["C002"]
    assert seen.rows[0]["reason"] == "the newer reference has it in the east"
    assert ("the place itself is in doubt: look at each of them", 1) in seen.left_out
    with pytest.raises(InputError, match="has changed"):
        review.accept_all(
            fresh, BOSS, review.BulkFilter(score=0), mark=seen.mark, items=[item], why=WHY
        )


@pytest.mark.parametrize("doubt", DOUBTS)
def test_the_geocoder_says_its_doubts_in_these_words(doubt: str) -> None:
    sources = Path(str(geocoding_room.__file__)).parent.glob("*.py")
    assert any(doubt in source.read_text() for source in sources)


def test_only_what_is_ticked_is_accepted(fresh: Workspace) -> None:
    for ref in ("C001", "C002"):
        propose(fresh, ref)
    seen, wanted = _preview(fresh), review.BulkFilter(score=0)
    with pytest.raises(InputError, match="no address is ticked"):
        review.accept_all(fresh, BOSS, wanted, mark=seen.mark, items=[], why=WHY)
    first, second = (waiting(fresh)[ref] for ref in ("C001", "C002"))
    _, many = review.accept_all(fresh, BOSS, wanted, mark=seen.mark, items=[second], why=WHY)
    assert many == 1
    assert first in waiting(fresh).values()
    assert second not in waiting(fresh).values()


def test_the_file_of_what_would_be_accepted_runs_nothing(fresh: Workspace) -> None:
    lon, lat = lonlat(600.0, 100.0)
    there = {"address": "=1+1", "lon": lon, "lat": lat, "score": 100.0, "match_code": "Place"}
    propose(fresh, candidates=[there])
    table = review.bulk_table(fresh, BOSS, review.BulkFilter(score=0), review.REASONS)
    assert table["placed_at"].tolist() == ["'=1+1"]


def test_an_empty_table_has_its_columns(city: Workspace) -> None:
    table = review.bulk_table(city, BOSS, review.BulkFilter(score=100), review.REASONS)
    assert (len(table), table.columns[0]) == (0, "client")


def test_signing_out_gives_open_addresses_back(fresh: Workspace) -> None:
    accounts.add_user(
        fresh, "test", username=BOSS.username, name=BOSS.name, role=BOSS.role,
        password="correct horse battery staple", team_refs=BOSS.team_refs,
    )  # fmt: skip
    token, boss = accounts.sign_in(fresh, BOSS.username, "correct horse battery staple")
    item = review.claim_next(fresh, boss)
    assert review.claim_next(fresh, WEST) is None
    accounts.sign_out(fresh, token)
    assert review.claim_next(fresh, WEST) == item
