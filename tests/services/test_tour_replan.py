"""The rest of a tour, planned anew while it is under way."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import text

from geoteam.errors import DisclosureError, InputError, NotFoundError, SettledError
from geoteam.model import User
from geoteam.services import audit, sheets, tours
from geoteam.services.road_words import take_words
from geoteam.services.sheet_state import sheet_state
from geoteam.services.tour_replan import replan_rest
from geoteam.services.workspace import Workspace
from geoteam.store import tours as store_tours
from tests.made_city import BOSS, O1, P1, WEST
from tests.tiny_city import TODAY


def _planned(workspace: Workspace) -> tuple[str, str]:
    """A tour with two stops or more, and its officer."""
    for officer in ("O1", "O2", "O3", "O4"):
        if len(tours.visits_due(workspace, BOSS, TODAY, officer)) > 1:
            return tours.plan_tour(workspace, BOSS, on=TODAY, officer_ref=officer), officer
    raise AssertionError("no officer has two visits due")


def test_done_stops_stay_and_the_rest_is_planned_from_then(fresh: Workspace) -> None:
    ref, _ = _planned(fresh)
    before = tours.tour(fresh, BOSS, ref)
    sheets.print_tours(fresh, BOSS, [ref], sheets.Printing())
    assert sheet_state(fresh, BOSS, ref, 1).changes == []
    gone = before.stops[-1]["client_ref"]
    with fresh.transaction() as session:
        session.execute(text("UPDATE client SET active = false WHERE ref = :ref"), {"ref": gone})
    at = before.stops[0]["leaves_at"].astimezone(fresh.profile.city.zone)
    assert replan_rest(fresh, BOSS, ref, at=f"{at:%H:%M}") == 2
    assert audit.list_events(fresh, None, page_size=1).rows[0]["action"] == "tour.replan"
    after = tours.tour(fresh, BOSS, ref)
    assert after.stops[0] == before.stops[0]
    made = {one["client_ref"] for one in after.stops}
    asked = {one["client_ref"] for one in before.stops}
    assert made | {one["client_ref"] for one in after.left_out} >= asked - {gone}
    assert gone not in made
    assert all(one["leaves_at"] > before.stops[0]["leaves_at"] for one in after.stops[1:])
    assert [one["number"] for one in after.stops] == [*range(1, len(after.stops) + 1)]
    assert len(after.steps) == len(after.stops) + 1
    assert "No longer visited" in sheet_state(fresh, BOSS, ref, 1).changes[0]
    assert replan_rest(fresh, BOSS, ref, at=f"{at:%H:%M}") == 3


def test_a_time_outside_the_tour_is_refused(fresh: Workspace) -> None:
    ref, _ = _planned(fresh)
    for at, message in (("03:00", "not under way"), ("noon", "no time of day")):
        with pytest.raises(InputError, match=message):
            replan_rest(fresh, BOSS, ref, at=at)
    tours.cancel_tour(fresh, BOSS, ref, "ill")
    with pytest.raises(InputError, match="cancelled"):
        replan_rest(fresh, BOSS, ref, at="12:00")


def test_nobody_replans_the_tour_of_others(fresh: Workspace) -> None:
    ref, officer = _planned(fresh)
    strangers = [P1] if officer in ("O1", "O2") else [P1, WEST, O1]
    for user in strangers:
        with pytest.raises((NotFoundError, DisclosureError)):
            replan_rest(fresh, user, ref, at="12:00")
    with pytest.raises(NotFoundError):
        replan_rest(fresh, BOSS, "none", at="12:00")


def _say(workspace: Workspace, user: User, ref: str, kind: str, client: str = "") -> None:
    at = workspace.now().isoformat()
    word = {"key": str(uuid.uuid4()), "kind": kind, "client": client, "at": at}
    assert take_words(workspace, user, ref, [word], at).refused == {}


def test_what_was_told_is_done_in_the_order_in_which_it_was_done(fresh: Workspace) -> None:
    ref, _ = _planned(fresh)
    before = tours.tour(fresh, BOSS, ref)
    first, second = (stop["client_ref"] for stop in before.stops[:2])
    _say(fresh, BOSS, ref, "begun")
    _say(fresh, BOSS, ref, "not_home", second)
    version = replan_rest(fresh, BOSS, ref)
    after = tours.tour(fresh, BOSS, ref)
    assert [stop["client_ref"] for stop in after.stops][:1] == [second]
    assert [stop["number"] for stop in after.stops] == [*range(1, len(after.stops) + 1)]
    assert first in {stop["client_ref"] for stop in after.stops[1:]} | {
        one["client_ref"] for one in after.left_out
    }
    assert all(stop["arrives_at"] >= fresh.now() for stop in after.stops[1:])
    # Where a visit is under way, the car is not free before its end.
    if len(after.stops) > 1:
        here = after.stops[1]["client_ref"]
        _say(fresh, BOSS, ref, "arrived", here)
        assert replan_rest(fresh, BOSS, ref) > version
        then = tours.tour(fresh, BOSS, ref).stops
        assert [stop["client_ref"] for stop in then[:2]] == [second, here]
        assert all(stop["arrives_at"] >= fresh.now() + timedelta(minutes=15) for stop in then[2:])


def test_a_promised_stop_keeps_its_time(fresh: Workspace) -> None:
    ref, _ = _planned(fresh)
    last = tours.tour(fresh, BOSS, ref).stops[-1]
    _say(fresh, BOSS, ref, "begun")
    replan_rest(fresh, BOSS, ref, fixed=[last["number"]])
    then = {stop["client_ref"]: stop["arrives_at"] for stop in tours.tour(fresh, BOSS, ref).stops}
    promised = then[last["client_ref"]]
    assert promised == last["arrives_at"]
    # It stays promised.
    replan_rest(fresh, BOSS, ref)
    again = {stop["client_ref"]: stop["arrives_at"] for stop in tours.tour(fresh, BOSS, ref).stops}
    assert again[last["client_ref"]] == promised
    with pytest.raises(InputError, match="no stop 99"):
        replan_rest(fresh, BOSS, ref, fixed=[99])


def test_who_did_not_see_the_last_change_is_told(fresh: Workspace) -> None:
    ref, _ = _planned(fresh)
    _say(fresh, BOSS, ref, "begun")
    with fresh.reading() as session:
        seen = store_tours.get(session, ref).version
    replan_rest(fresh, BOSS, ref, seen=seen)
    with pytest.raises(SettledError, match="somebody else"):
        replan_rest(fresh, BOSS, ref, seen=seen)


def test_what_is_said_of_the_people_stays_said(fresh: Workspace) -> None:
    ref, _ = _planned(fresh)
    with fresh.transaction() as session:
        saved = store_tours.get(session, ref)
        session.execute(
            text("UPDATE tour SET summary = :summary WHERE ref = :ref"),
            {"ref": ref, "summary": json.dumps(dict(saved.summary) | {"notes": ["Alone."]})},
        )
    at = tours.tour(fresh, BOSS, ref).stops[0]["leaves_at"].astimezone(fresh.profile.city.zone)
    replan_rest(fresh, BOSS, ref, at=f"{at:%H:%M}")
    assert tours.tour(fresh, BOSS, ref).advice[0] == "Alone."
