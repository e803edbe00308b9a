"""Review as teams do it: nobody in another's way, pins, moved places, many at once, and back."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from geoteam.errors import DisclosureError, InputError, NotFoundError
from geoteam.services import audit, review
from geoteam.services.workspace import Workspace
from geoteam.store import decisions
from tests.made_city import BOSS, LOOSE, NOBODY, O1, STRANGERS, WEST
from tests.services.reviewing import DOUBTFUL, WHY, arrive, ids, later, person, propose, waiting
from tests.tiny_city import lonlat


def test_an_open_address_is_nobody_elses(fresh: Workspace, tmp_path: Path) -> None:
    arrive(fresh, tmp_path, {"C050": DOUBTFUL, "C051": DOUBTFUL})
    first = review.claim_next(fresh, BOSS)
    assert first == waiting(fresh)["C023"]
    assert review.review_item(fresh, BOSS, first)["held"] is None
    held = review.review_item(fresh, WEST, first)["held"]
    assert held["name"] == "boss"
    assert held["since"] == fresh.now()
    assert held["until"] == fresh.now() + review.CLAIM
    with pytest.raises(InputError, match="boss has this address open"):
        review.decide_item(fresh, WEST, first, action="invalid", why=WHY)
    assert review.keep_open(fresh, WEST, first) is None
    second = review.claim_next(fresh, WEST)
    assert second == waiting(fresh)["C050"]
    assert {row["held_by"] for row in review.review_queue(fresh, WEST).rows} == {"boss", "west", ""}
    # What is decided is free of its claim, and so is what was left.
    review.decide_item(fresh, BOSS, first, action="candidate", candidate=0, why=WHY)
    assert review.keep_open(fresh, BOSS, first) is None
    review.leave(fresh, WEST, second)
    assert review.claim_next(fresh, BOSS) == second


def test_a_claim_that_nobody_renews_runs_out(
    fresh: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = review.claim_next(fresh, BOSS)
    assert item
    assert review.claim_next(fresh, WEST) is None
    later(fresh, monkeypatch, minutes=6)
    assert review.keep_open(fresh, BOSS, item) == fresh.now() + review.CLAIM
    later(fresh, monkeypatch, minutes=9)
    assert review.claim_next(fresh, WEST) is None
    later(fresh, monkeypatch, minutes=1)
    assert review.claim_next(fresh, WEST) == item
    assert review.keep_open(fresh, BOSS, item) is None


def test_the_next_one_is_of_the_reason_and_after_the_last(fresh: Workspace, tmp_path: Path) -> None:
    arrive(fresh, tmp_path, {"C050": DOUBTFUL, "C051": DOUBTFUL})
    items = waiting(fresh)
    assert review.claim_next(fresh, BOSS, reason="doubtful") == items["C050"]
    assert review.claim_next(fresh, BOSS, reason="doubtful", after=items["C050"]) == items["C051"]
    assert review.claim_next(fresh, BOSS, reason="moved") is None
    assert review.claim_next(fresh, BOSS, after=max(items.values())) == items["C023"]
    assert review.claim_next(fresh, O1) is None
    for user in STRANGERS:
        with pytest.raises(DisclosureError):
            review.claim_next(fresh, user)


def test_reviewers_at_the_same_moment_get_different_addresses(
    fresh: Workspace, tmp_path: Path
) -> None:
    arrive(fresh, tmp_path, {f"C05{k}": DOUBTFUL for k in range(5)})
    start, given = threading.Barrier(2), []

    def work(user: Any) -> None:
        start.wait()
        after = 0
        for _ in range(3):
            after = review.claim_next(fresh, user, after=after) or 0
            given.append(after)

    threads = [threading.Thread(target=work, args=(user,)) for user in (BOSS, WEST)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(given) == sorted(waiting(fresh).values())


def test_each_cause_is_counted_where_it_is_listed(fresh: Workspace, tmp_path: Path) -> None:
    arrive(fresh, tmp_path, {"C050": DOUBTFUL, "C051": "9 NOWHERE ROAD NE"})
    propose(fresh)
    causes = {row["client_ref"]: row["cause"] for row in review.review_queue(fresh, BOSS).rows}
    assert causes == {"C023": "tie", "C050": "doubtful", "C051": "no_match", "C001": "moved"}
    counted = {name: many for name, _, many in review.reason_counts(fresh, BOSS)}
    assert counted == dict.fromkeys(causes.values(), 1)
    for name in causes.values():
        assert review.review_queue(fresh, BOSS, reason=name).total == 1
    for user in (BOSS, WEST, NOBODY, O1, LOOSE):
        listed = review.review_queue(fresh, user)
        assert listed.total == len(listed.rows) == review.count_waiting(fresh, user)
    assert review.count_waiting(fresh, LOOSE) == 0


def test_a_pin_tells_where_it_is(city: Workspace) -> None:
    item = waiting(city)["C023"]
    # 15 m beside a door of 2ND STREET NW, well inside area 101.
    lon, lat = lonlat(230.0, 100.0)
    pin = review.look_at_pin(city, BOSS, item, lon=lon, lat=lat, radius_m=30)
    assert (pin.unit, pin.near, pin.nearest) == ("101", ("101",), "142 2ND STREET NW")
    assert pin.distance_m == pytest.approx(15.0, abs=0.5)
    assert "In area 101" in pin.said
    # 20 m from the border between 101 and 201: with 30 m it may be either.
    lon, lat = lonlat(380.0, 120.0)
    near = review.look_at_pin(city, BOSS, item, lon=lon, lat=lat, radius_m=30)
    assert near.near == ("101", "201")
    assert "may be 201" in near.said
    exact = review.look_at_pin(city, BOSS, item, lon=lon, lat=lat, radius_m=10)
    assert exact.near == ("101",)
    lon, lat = lonlat(3000.0, 0.0)
    away = review.look_at_pin(city, BOSS, item, lon=lon, lat=lat, radius_m=30)
    assert away.unit == ""
    assert "Outside every area" in away.said
    assert "km away" in away.said
    assert audit.list_events(city, None, page_size=1).rows[0]["action"] == "address.pin"
    for bad in ({"lon": None}, {"lat": 91.0}, {"lon": float("nan")}, {"radius_m": 7}):
        with pytest.raises(InputError):
            review.look_at_pin(city, BOSS, item, **({"lon": lon, "lat": lat, "radius_m": 30} | bad))
    with pytest.raises(NotFoundError):
        review.look_at_pin(city, O1, item, lon=lon, lat=lat, radius_m=30)


def test_a_pin_holds_for_its_client_alone(fresh: Workspace, tmp_path: Path) -> None:
    arrive(fresh, tmp_path, {"C050": DOUBTFUL})
    lon, lat = lonlat(230.0, 100.0)
    pin = review.SetPin(lon, lat, 100)
    review.decide_item(fresh, BOSS, waiting(fresh)["C050"], action="pin", pin=pin, why=WHY)
    client = person(fresh, "C050")
    assert (client["unit"], client["uncertainty_m"]) == ("101", 100.0)
    assert (client["lon"], client["lat"]) == (pytest.approx(lon), pytest.approx(lat))
    assert client["matched_address"] == "pin near 142 2ND STREET NW"
    arrive(fresh, tmp_path, {"C051": DOUBTFUL})
    assert not person(fresh, "C051")["located"]


def test_a_pin_outside_every_area_is_confirmed(fresh: Workspace) -> None:
    item = waiting(fresh)["C023"]
    lon, lat = lonlat(3000.0, 0.0)
    with pytest.raises(InputError, match="outside every area"):
        review.decide_item(fresh, BOSS, item, action="pin", pin=review.SetPin(lon, lat), why=WHY)
    with pytest.raises(InputError, match="has no place"):
        review.decide_item(fresh, BOSS, item, action="pin", why=WHY)
    sure = review.SetPin(lon, lat, outside_too=True)
    review.decide_item(fresh, BOSS, item, action="pin", pin=sure, why=WHY)
    assert (person(fresh)["decision"], person(fresh)["unit"]) == ("accepted", "")


def test_earlier_addresses_are_shown_with_their_dates(fresh: Workspace, tmp_path: Path) -> None:
    before = person(fresh, "C001")["matched_address"]
    arrive(fresh, tmp_path, {"C001": DOUBTFUL}, Address_Since="2026-03-01", ZIP="")
    item = review.review_item(fresh, BOSS, waiting(fresh)["C001"])
    (known,) = item["known"]
    assert (known["matched_address"], known["letter"]) == (before, "A")
    assert str(known["valid_to"]) == "2026-03-01"
    page = review.review_map(fresh, BOSS, item["id"])
    assert f"A. {before}" in page
    assert "Earlier addresses" in page
    assert review.review_item(fresh, BOSS, waiting(fresh)["C023"])["known"] == []


def test_a_moved_place_stays_until_somebody_decides(fresh: Workspace) -> None:
    places = propose(fresh)
    item = waiting(fresh)["C001"]
    seen = review.review_item(fresh, BOSS, item)
    assert seen["cause"] == "moved"
    assert [one["label"] for one in seen["candidates"]] == ["Present place", "New place"]
    assert [one["unit"] for one in seen["candidates"]] == ["101", "201"]
    assert [one["team"] for one in seen["candidates"]] == ["West Team", "East Team"]
    assert "this client only" in seen["reuse"]
    assert person(fresh, "C001")["lon"] == places["here"]["lon"]
    review.decide_item(fresh, BOSS, item, action="candidate", candidate=1, why=WHY)
    assert person(fresh, "C001")["lon"] == places["there"]["lon"]
    assert review.count_waiting(fresh, BOSS) == 1
    assert review.review_item(fresh, BOSS, item)["waits"] is False
    # Back: the present place holds again and the proposal waits again, once more and for good.
    assert review.undo_decision(fresh, BOSS, item) == item
    assert person(fresh, "C001")["lon"] == places["here"]["lon"]
    review.decide_item(fresh, BOSS, item, action="candidate", candidate=0, why=WHY)
    assert person(fresh, "C001")["lon"] == places["here"]["lon"]
    assert review.undo_decision(fresh, BOSS, item) == item
    with pytest.raises(NotFoundError, match="taken back already"):
        review.undo_decision(fresh, BOSS, item)


def test_undo_goes_back_through_what_was_undone(fresh: Workspace) -> None:
    """A decision on a decision, taken back one after the other, ends where it began."""
    first = waiting(fresh)["C023"]
    review.decide_item(fresh, BOSS, first, action="candidate", candidate=0, why=WHY)
    chosen = person(fresh)["lon"]
    propose(fresh, "C023")
    moved = waiting(fresh)["C023"]
    review.decide_item(fresh, BOSS, moved, action="shelter", shelter="unknown", why=WHY)
    assert not person(fresh)["located"]
    review.undo_decision(fresh, BOSS, moved)
    assert person(fresh)["lon"] == chosen
    assert review.undo_decision(fresh, BOSS, moved) == moved
    assert not person(fresh)["located"]
    seen = review.review_item(fresh, BOSS, int(person(fresh)["geocode_id"]))
    assert seen["waits"]
    assert seen["cause"] == "tie"


def _wanted(**changes: Any) -> review.BulkFilter:
    return review.BulkFilter(**({"score": 0} | changes))


def _crowd(workspace: Workspace, folder: Path) -> None:
    homes = {
        "C050": DOUBTFUL,
        "C051": "122 CENTRAL AVENUE",
        "C052": "382 1ST STREET",
        "C053": "9 X RD NE",
    }
    arrive(workspace, folder, homes)
    propose(workspace)


def test_a_preview_says_what_and_what_not(fresh: Workspace, tmp_path: Path) -> None:
    _crowd(fresh, tmp_path)
    seen = review.preview_bulk(fresh, BOSS, _wanted())
    assert [row["client_ref"] for row in seen.rows] == ["C050", "C051", "C052", "C001"]
    assert [row["candidate"] for row in seen.rows][-1] == "142 4TH STREET NE"
    assert seen.units == [("201", 3), ("102", 1)]
    assert seen.left_out == [("ties, and addresses without a match, are decided one by one", 2)]
    east = review.preview_bulk(fresh, BOSS, _wanted(area="102"))
    assert [row["client_ref"] for row in east.rows] == ["C052"]
    assert ("it is in another area", 3) in east.left_out
    assert east.areas == ["102", "201"]
    best = review.preview_bulk(fresh, BOSS, _wanted(score=100, cause="doubtful"))
    assert best.rows == []
    assert best.left_out == [("its score is below the one asked for", 3)]
    review.claim_next(fresh, WEST, reason="doubtful")
    held = review.preview_bulk(fresh, BOSS, _wanted(cause="doubtful"))
    assert ("somebody has it open", 1) in held.left_out
    for user in (O1, *STRANGERS):
        with pytest.raises(DisclosureError):
            review.preview_bulk(fresh, user, _wanted())


def test_many_are_accepted_together_and_taken_back_together(
    fresh: Workspace, tmp_path: Path
) -> None:
    _crowd(fresh, tmp_path)
    before = {ref: person(fresh, ref)["decision"] for ref in ("C001", "C050", "C051", "C052")}
    present = person(fresh, "C001")["lon"]
    seen = review.preview_bulk(fresh, BOSS, _wanted())
    batch, many = review.accept_all(
        fresh, BOSS, _wanted(), mark=seen.mark, items=ids(seen), why=WHY
    )
    assert many == 4
    assert person(fresh, "C050")["matched_address"] == "182 CENTRAL AVENUE NE"
    assert person(fresh, "C001")["lon"] != present
    assert review.count_waiting(fresh, BOSS) == 2
    events = [row["action"] for row in audit.list_events(fresh, None, page_size=50).rows]
    assert events.count("address.decide") == 4
    # For each client alone.
    arrive(fresh, tmp_path, {"C060": DOUBTFUL})
    assert not person(fresh, "C060")["located"]
    (one,) = review.batches(fresh, BOSS)
    assert (one["batch"], one["many"], one["decided_why"]) == (batch, 4, WHY)
    # One of them was decided anew since: it stays.
    item = int(person(fresh, "C051")["geocode_id"])
    again = review.undo_decision(fresh, BOSS, item)
    review.decide_item(fresh, BOSS, again, action="shelter", shelter="unknown", why="called")
    with pytest.raises(NotFoundError):
        review.undo_batch(fresh, WEST, batch)
    assert review.undo_batch(fresh, BOSS, batch) == 3
    assert {ref: person(fresh, ref)["decision"] for ref in before} == before | {
        "C051": "unplaceable"
    }
    assert person(fresh, "C001")["lon"] == present
    with fresh.reading() as session:
        assert decisions.find(session, [decisions.key(DOUBTFUL, "", "C050")]) == {}
    assert {"C001", "C050", "C052"} <= set(waiting(fresh))
    assert review.batches(fresh, BOSS) == []
    for mark in (batch, "", "other"):
        with pytest.raises(NotFoundError):
            review.undo_batch(fresh, BOSS, mark)
    assert audit.verify(fresh) == []


def test_what_changed_since_the_look_is_not_accepted(fresh: Workspace, tmp_path: Path) -> None:
    _crowd(fresh, tmp_path)
    seen = review.preview_bulk(fresh, BOSS, _wanted())
    mark, rows = seen.mark, ids(seen)
    with pytest.raises(InputError, match="needs a reason"):
        review.accept_all(fresh, BOSS, _wanted(), mark=mark, items=rows, why=" ")
    with pytest.raises(InputError, match="has changed"):
        review.accept_all(fresh, BOSS, _wanted(cause="doubtful"), mark=mark, items=rows, why=WHY)
    review.decide_item(fresh, BOSS, waiting(fresh)["C050"], action="outside", why=WHY)
    with pytest.raises(InputError, match="has changed"):
        review.accept_all(fresh, BOSS, _wanted(), mark=mark, items=rows, why=WHY)
    with pytest.raises(InputError, match="nothing to accept"):
        review.accept_all(fresh, BOSS, _wanted(area="nowhere"), mark=mark, items=rows, why=WHY)
    with pytest.raises(DisclosureError):
        review.accept_all(fresh, O1, _wanted(), mark=mark, items=rows, why=WHY)
    assert review.count_waiting(fresh, BOSS) == 5


def test_late_decisions_are_listed_for_those_who_see_the_client(fresh: Workspace) -> None:
    assert review.decided_lately(fresh, BOSS) == []
    review.decide_item(
        fresh, BOSS, waiting(fresh)["C023"], action="shelter", shelter="unknown", why=WHY
    )
    (row,) = review.decided_lately(fresh, WEST)
    assert (row["client_ref"], row["decided_by"], row["decided_why"]) == ("C023", "boss", WHY)
    assert review.decided_lately(fresh, O1) == []
    history = review.review_item(fresh, BOSS, row["id"])["history"]
    assert [one["decision"] for one in history] == ["unplaceable", "review"]
