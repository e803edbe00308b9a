"""The phone's page of a tour and the supervisor's board, over HTTP."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geoteam.model import Role
from geoteam.services import accounts, tours
from geoteam.services.road_words import take_words
from geoteam.services.workspace import Workspace
from tests.server.served import PASSWORD, Clock, send

SignedIn = Callable[[Role], FlaskClient]


@pytest.fixture
def tour(workspace: Workspace) -> str:
    """A tour of today, of the officer and the police partner who have accounts."""
    _, officer = accounts.sign_in(workspace, "officer", PASSWORD)
    return tours.plan_tour(
        workspace, officer, on=workspace.today(), officer_ref="O1", police_partner_ref="P1"
    )


def said(clock: Clock, kind: str, client: str = "", **more: object) -> dict[str, object]:
    at = clock.now.isoformat()
    return {"key": str(uuid.uuid4()), "kind": kind, "client": client, "at": at, **more}


def say(
    client: FlaskClient, clock: Clock, tour: str, who: str, *words: dict[str, object]
) -> tuple[int, Any]:
    """Send words as the page's script does."""
    body = {"who": who, "sent_at": clock.now.isoformat(), "words": list(words)}
    answer = client.post(f"/road/{tour}/words", json=body)
    return answer.status_code, answer.json


@pytest.fixture
def easy(app: Flask) -> None:
    """Forms without tokens: forgery is tested elsewhere."""
    app.config["WTF_CSRF_ENABLED"] = False


def test_only_the_phones_page_may_ask_where_it_is(signed_in: SignedIn, tour: str) -> None:
    officer = signed_in(Role.OFFICER)
    policy = officer.get(f"/road/{tour}").headers["Permissions-Policy"]
    assert "geolocation=(self)" in policy
    assert "geolocation=()" in officer.get(f"/tours/{tour}").headers["Permissions-Policy"]


def test_the_page_holds_no_person_and_no_server_cache_keeps_the_tour(
    signed_in: SignedIn, tour: str
) -> None:
    officer = signed_in(Role.OFFICER)
    kept = officer.get(f"/road/{tour}/tour.json")
    stop = kept.json["stops"][0]
    page = officer.get(f"/road/{tour}").text
    assert stop["address"] not in page
    assert stop["client_ref"] not in page
    assert kept.headers["Cache-Control"] == "no-store"


def test_the_worker_serves_its_own_folder_and_needs_nobody(browser: FlaskClient) -> None:
    answer = browser.get("/road/sw.js")
    assert answer.mimetype == "text/javascript"
    assert "Service-Worker-Allowed" not in answer.headers
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_nobody_speaks_in_anothers_name(
    signed_in: SignedIn, clock: Clock, tour: str, easy: None
) -> None:
    police = signed_in(Role.POLICE)
    status, told = say(police, clock, tour, "officer", said(clock, "ok"))
    assert (status, told["error"]) == (403, "your role does not include this")
    assert police.get(f"/road/{tour}/now.json").json["words"] == []


def test_what_is_said_is_told_to_each_as_policy_allows(
    signed_in: SignedIn, clock: Clock, tour: str, easy: None
) -> None:
    officer, police = signed_in(Role.OFFICER), signed_in(Role.POLICE)
    first = officer.get(f"/road/{tour}/tour.json").json["stops"][0]["client_ref"]
    word = said(clock, "refused", first, note="He shouted")
    for _ in range(2):
        status, told = say(officer, clock, tour, "officer", word)
        assert (status, told["taken"], told["refused"]) == (200, [word["key"]], {})
    (one,) = told["now"]["told"]
    # Notes come with the tour, whose reading is audited, and not with what is asked all the time.
    assert (one["kind"], "note" in one) == ("refused", False)
    assert told["now"]["who"] == "officer"
    (one,) = officer.get(f"/road/{tour}/tour.json").json["now"]["told"]
    assert (one["kind"], one["note"]) == ("refused", "He shouted")
    (seen,) = police.get(f"/road/{tour}/now.json").json["told"]
    assert (seen["kind"], "note" in seen) == ("refused", False)
    status, told = say(police, clock, tour, "police", said(clock, "made", first))
    assert (status, told["taken"], len(told["refused"])) == (200, [], 1)


def test_the_rest_is_planned_anew_by_who_saw_the_last_change(
    signed_in: SignedIn, clock: Clock, tour: str, easy: None
) -> None:
    officer = signed_in(Role.OFFICER)
    kept = officer.get(f"/road/{tour}/tour.json").json
    first = kept["stops"][0]["client_ref"]
    _, told = say(officer, clock, tour, "officer", said(clock, "made", first))
    seen = told["now"]["version"]
    done = officer.post(f"/road/{tour}/replan", json={"version": seen})
    assert done.status_code == 200
    assert done.json["stops"][0]["client_ref"] == first
    again = officer.post(f"/road/{tour}/replan", json={"version": seen})
    assert again.status_code == 409
    assert "somebody else" in again.json["error"]


def test_help_and_silence_stand_on_top_of_the_board_until_settled(
    signed_in: SignedIn, clock: Clock, tour: str, workspace: Workspace
) -> None:
    boss = signed_in(Role.SUPERVISOR)
    assert "data-alarm" not in boss.get("/road").text
    _, officer = accounts.sign_in(workspace, "officer", PASSWORD)
    at = clock.now.isoformat()
    take_words(workspace, officer, tour, [said(clock, "begun"), said(clock, "help")], at)
    page = boss.get("/road").text
    assert "Officer Test asked for help" in page
    assert send(boss, f"/road/{tour}/settle", "/road")[0] == 303
    assert "asked for help" not in boss.get("/road").text
    for _ in range(8):
        # A board that is looked at keeps its session open.
        clock.pass_(minutes=20)
        page = boss.get("/road").text
    assert "No word from" in page


def test_a_call_from_a_tour_of_tomorrow_stands_on_the_board_with_its_day(
    signed_in: SignedIn, clock: Clock, workspace: Workspace
) -> None:
    boss = signed_in(Role.SUPERVISOR)
    _, officer = accounts.sign_in(workspace, "officer", PASSWORD)
    day = workspace.today() + timedelta(days=1)
    ref = tours.plan_tour(workspace, officer, on=day, officer_ref="O1")
    assert ref not in boss.get("/road").text
    at = clock.now.isoformat()
    take_words(workspace, officer, ref, [said(clock, "help")], at)
    page = boss.get("/road").text
    assert "Officer Test asked for help" in page
    (alarm,) = page.split("data-alarm")[1:]
    told = alarm.split("</p>")[0]
    assert f"The tour is of {day.day} {day:%b %Y}." in told
    assert "On the way" not in told
