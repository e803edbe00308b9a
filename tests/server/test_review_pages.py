"""The pages of the review queue: the way on, what is kept open, what a pin and many at once say."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geoteam.model import Role
from geoteam.services import accounts, review
from geoteam.services.workspace import Workspace
from tests.made_city import BOSS
from tests.server.served import PASSWORD, Clock, enter, send, token_of
from tests.tiny_city import lonlat

SignedIn = Callable[[Role], FlaskClient]


@pytest.fixture
def other(app: Flask, workspace: Workspace) -> FlaskClient:
    """A browser in which a second supervisor is signed in."""
    accounts.add_user(
        workspace, "test", username="ada", name="Ada Byron", role=Role.SUPERVISOR,
        password=PASSWORD, team_refs=("*",),
    )  # fmt: skip
    client = app.test_client()
    assert enter(client, "ada") == 303
    return client


def _next(client: FlaskClient) -> str:
    answer = client.get("/review/next")
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def _ask(client: FlaskClient, path: str, page: str, **fields: str) -> tuple[int, dict[str, object]]:
    token = token_of(client.get(page).text)
    answer = client.post(path, data={"csrf_token": token, **fields})
    return answer.status_code, answer.get_json()


def test_an_open_address_is_read_only_for_others(
    signed_in: SignedIn, other: FlaskClient, clock: Clock
) -> None:
    first = signed_in(Role.SUPERVISOR)
    path = _next(first)
    assert "Keep this decision" in first.get(path).text
    assert _next(other) != path
    held = other.get(path).text
    assert "Supervisor Test has this address open since" in held
    assert "Keep this decision" not in held
    assert "Next address" in held
    status, page = send(other, path, "/review", decision="invalid", why="called")
    assert status == 400
    assert "has this address open" in page
    assert ">Supervisor Test</span>" in other.get("/review").text
    assert _ask(other, f"{path}/keep", "/review") == (200, {"kept": False})
    clock.pass_(minutes=9)
    assert _ask(first, f"{path}/keep", "/review") == (200, {"kept": True})
    clock.pass_(minutes=9)
    assert "Keep this decision" not in other.get(path).text
    assert send(first, f"{path}/skip", "/review")[0] == 303
    assert "Keep this decision" in other.get(path).text


def test_a_pin_is_told_in_words(signed_in: SignedIn) -> None:
    client = signed_in(Role.SUPERVISOR)
    path = _next(client)
    lon, lat = lonlat(230.0, 100.0)
    place = {"lon": str(lon), "lat": str(lat), "radius_m": "30"}
    west = {"lon": str(lonlat(-20_000.0, 100.0)[0])}
    status, told = _ask(client, f"{path}/pin", path, **place)
    assert (status, told["outside"]) == (200, False)
    assert told["said"] == "In area 101. The nearest known address is 142 2ND STREET NW, 15 m away."
    assert _ask(client, f"{path}/pin", path, **place | west)[1]["outside"] is True
    for wrong in ({"lon": ""}, {"lat": "north"}, {"lat": "91"}, {"radius_m": "31"}):
        status, told = _ask(client, f"{path}/pin", path, **place | wrong)
        assert status == 400
        assert str(told["said"]).endswith(".")


def test_a_pin_is_refused_in_words_that_name_its_field(signed_in: SignedIn) -> None:
    client = signed_in(Role.SUPERVISOR)
    path = _next(client)
    place = {"lon": "abc", "lat": "38.9", "radius_m": "30"}
    told = _ask(client, f"{path}/pin", path, **place)[1]["said"]
    assert told == "Longitude must be a number from -180 to 180, such as -77.01."
    told = _ask(client, f"{path}/pin", path, **place | {"lon": "-77", "lat": "x"})[1]["said"]
    assert told == "Latitude must be a number from -90 to 90, such as 38.9."


def test_a_shelter_is_asked_for(signed_in: SignedIn) -> None:
    client = signed_in(Role.SUPERVISOR)
    path = _next(client)
    assert ">Harbor Shelter, 142 2ND STREET NW</option>" in client.get(path).text
    status, page = send(client, path, path, decision="shelter", why="called")
    assert status == 400
    assert "Which shelter was not said." in page
    offered = re.search(r'<option value="(venue:[^"]+)"', page)
    assert offered
    fields = {"decision": "shelter", "shelter": offered[1], "why": "called"}
    assert send(client, path, path, **fields)[0] == 303
    assert "HARBOR SHELTER" in client.get(path).text


def test_a_shelter_whose_pin_is_refused_keeps_what_was_typed(signed_in: SignedIn) -> None:
    client = signed_in(Role.SUPERVISOR)
    path = _next(client)
    lon, lat = (str(degrees) for degrees in lonlat(-20_000.0, 0.0))
    fields = {"decision": "shelter", "shelter": "pin", "lon": lon, "lat": lat, "why": "seen"}
    status, page = send(client, path, path, **fields)
    assert status == 400
    assert "outside every area" in page
    assert '<option value="pin" selected' in page
    assert "data-pin-outside hidden" not in page
    assert send(client, path, path, **fields, outside_too="yes")[0] == 303


def test_the_queue_says_what_it_holds(signed_in: SignedIn) -> None:
    page = signed_in(Role.SUPERVISOR).get("/review").text
    assert "keeps its present place until then" in page
    page = signed_in(Role.OFFICER).get("/review").text
    assert "Nothing waits for you" in page
    assert "so a supervisor decides that one" in page


def test_signing_out_gives_the_address_back(signed_in: SignedIn, other: FlaskClient) -> None:
    first = signed_in(Role.SUPERVISOR)
    path = _next(first)
    first.get(path)
    assert "Keep this decision" not in other.get(path).text
    assert send(first, "/sign-out", "/")[0] == 303
    assert "Keep this decision" in other.get(path).text


def test_a_refused_pin_keeps_what_was_typed(signed_in: SignedIn) -> None:
    client = signed_in(Role.SUPERVISOR)
    path = _next(client)
    lon, lat = (str(degrees) for degrees in lonlat(-20_000.0, 0.0))
    fields = {"decision": "pin", "lon": lon, "lat": lat, "radius_m": "100", "why": "seen"}
    status, page = send(client, path, path, **fields)
    assert status == 400
    assert "outside every area" in page
    assert re.search(rf'id="lon"[^>]*value="{lon}"', page)
    assert '<option value="100" selected' in page
    assert 'name="outside_too"' in page
    assert send(client, path, path, **fields, outside_too="yes")[0] == 303


def test_undo_leads_back_to_the_address(signed_in: SignedIn) -> None:
    client = signed_in(Role.SUPERVISOR)
    path = _next(client)
    status, after = send(client, path, path, decision="no_fixed_address", why="called")
    assert status == 303
    assert f"decided={path.rpartition('/')[2]}" in after
    status, back = send(client, f"{path}/undo", "/review")
    assert status == 303
    page = client.get(back).text
    assert "the address waits again" in page
    assert "Keep this decision" in page


def test_only_supervisors_are_offered_many_at_once(
    signed_in: SignedIn, workspace: Workspace
) -> None:
    assert "Accept many at once" in signed_in(Role.SUPERVISOR).get("/review").text
    assert "Accept many at once" not in signed_in(Role.OFFICER).get("/review").text
    page = signed_in(Role.SUPERVISOR).get("/review/bulk").text
    left_out = dict(review.preview_bulk(workspace, BOSS, review.BulkFilter()).left_out)
    assert sum(left_out.values()) == review.count_waiting(workspace, BOSS)
    assert "decided one by one" in page
    table = signed_in(Role.SUPERVISOR).get("/review/bulk.csv")
    assert table.mimetype == "text/csv"
    assert table.text.startswith("client,address,placed_at,area,may_also_be,team,score")
    for query in ("reason=tie", "score=101", "score=x"):
        assert signed_in(Role.SUPERVISOR).get(f"/review/bulk?{query}").status_code == 400


def test_a_typed_address_elsewhere_is_shown_before_it_is_kept(signed_in: SignedIn) -> None:
    client = signed_in(Role.SUPERVISOR)
    path = _next(client)
    typed = {"decision": "address", "address": "262 E STREET NW", "why": "called"}
    status, page = send(client, path, path, **typed)
    assert status == 400
    assert "262 E STREET NW, in area 102" in page
    assert 'name="confirmed" value="262 E STREET NW"' in page
    status, after = send(client, path, path, **typed, confirmed="262 E STREET NW")
    assert status == 303
    assert f"decided={path.rpartition('/')[2]}" in after
