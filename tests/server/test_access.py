"""One table says who may call what; the tests walk every route for every role against it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geoteam.model import Role
from geoteam.server.access import allow, check_declarations
from geoteam.server.app import route_table
from tests.server.served import Clock

WHO = ("anonymous", *(role.value for role in Role))
assert WHO == (
    "anonymous", "supervisor", "officer", "police", "community", "administrator", "auditor",
)  # fmt: skip

# Route -> status for: anonymous, supervisor, officer, police, community, administrator, auditor.
# Every form is sent empty: 400 means that the role got through to the form's own checks.
TABLE = {
    "GET /handover": "303 200 200 403 403 403 403",
    "GET /plans": "303 200 403 403 403 403 403",
    "POST /plans/carry-over": "401 404 403 403 403 403 403",
    "POST /plans/import": "401 400 403 403 403 403 403",
    "GET /plans/<int:plan_id>": "303 200 403 403 403 403 403",
    "POST /plans/<int:plan_id>/approve": "401 400 403 403 403 403 403",
    "GET /plans/<int:plan_id>/carried-over": "303 404 403 403 403 403 403",
    "POST /plans/<int:plan_id>/delete": "401 409 403 403 403 403 403",
    "GET /plans/<int:plan_id>/export.<kind>": "303 400 403 403 403 403 403",
    "GET /plans/<int:plan_id>/handover": "303 200 200 403 403 403 403",
    "POST /plans/<int:plan_id>/handover/tick": "401 400 400 403 403 403 403",
    "GET /plans/<int:plan_id>/handover.csv": "303 200 200 403 403 403 403",
    "GET /plans/<int:plan_id>/handover.pdf": "303 200 200 403 403 403 403",
    "GET /plans/<int:plan_id>/impact": "303 303 403 403 403 403 403",
    "GET /plans/<int:plan_id>/impact.csv": "303 400 403 403 403 403 403",
    "GET /plans/<int:plan_id>/impact.json": "303 400 403 403 403 403 403",
    "POST /plans/<int:plan_id>/propose": "401 400 403 403 403 403 403",
    "POST /plans/<int:plan_id>/rename": "401 400 403 403 403 403 403",
    "POST /plans/<int:plan_id>/send-back": "401 400 403 403 403 403 403",
    "GET /plans/<int:plan_id>/summary.pdf": "303 200 403 403 403 403 403",
    "GET /plans/<int:plan_id>/return": "303 303 403 403 403 403 403",
    "POST /plans/<int:plan_id>/take-back": "401 400 403 403 403 403 403",
    "GET /responsible": "303 200 200 403 403 403 403",
    "POST /responsible": "401 400 400 403 403 403 403",
    "POST /setup/plan-approval": "401 403 403 403 403 400 403",
    "GET /": "303 200 200 200 200 200 200",
    "GET /assignment": "303 200 403 403 403 403 403",
    "POST /assignment": "401 303 403 403 403 403 403",
    "GET /audit": "303 403 403 403 403 403 200",
    "POST /audit/verify": "401 403 403 403 403 403 200",
    "GET /basemap.pmtiles": "303 200 200 200 200 200 200",
    "GET /clients": "303 200 200 403 403 403 403",
    "POST /clients": "401 303 303 403 403 403 403",
    "GET /clients/<word>": "303 200 200 403 403 403 403",
    "POST /clients/<word>": "401 303 303 403 403 403 403",
    "POST /clients/<word>/limits": "401 303 303 403 403 403 403",
    "POST /clients/<word>/no-contact": "401 400 400 403 403 403 403",
    "POST /clients/<word>/no-contact/remove": "401 400 400 403 403 403 403",
    "GET /community": "303 403 403 403 200 403 403",
    "GET /community/frame": "303 403 403 403 200 403 403",
    "GET /community/table.csv": "303 403 403 403 200 403 403",
    "GET /health": "200 200 200 200 200 200 200",
    "GET /map": "303 200 200 403 200 403 403",
    "GET /map/frame": "303 200 200 403 200 403 403",
    "GET /map/table.csv": "303 200 200 403 200 403 403",
    "POST /plans": "401 400 403 403 403 403 403",
    "POST /plans/<int:plan_id>/comments": "401 422 403 403 403 403 403",
    "POST /plans/<int:plan_id>/comments/<int:comment_id>/resolve": "401 404 403 403 403 403 403",
    "GET /plans/<int:plan_id>/compare": "303 200 403 403 403 403 403",
    "GET /plans/<int:plan_id>/compare.json": "303 200 403 403 403 403 403",
    "GET /plans/<int:plan_id>/edit": "303 200 403 403 403 403 403",
    "POST /plans/<int:plan_id>/edits": "401 422 403 403 403 403 403",
    "POST /plans/<int:plan_id>/fork": "401 422 403 403 403 403 403",
    "GET /plans/<int:plan_id>/ground.json": "303 200 403 403 403 403 403",
    "POST /plans/<int:plan_id>/solve": "401 422 403 403 403 403 403",
    "GET /plans/<int:plan_id>/solve.json": "303 200 403 403 403 403 403",
    "POST /plans/<int:plan_id>/split": "401 422 403 403 403 403 403",
    "GET /plans/<int:plan_id>/state.json": "303 200 403 403 403 403 403",
    "GET /plans/jobs/<job>.json": "303 404 403 403 403 403 403",
    "POST /plans/jobs/<job>/discard": "401 404 403 403 403 403 403",
    "POST /plans/jobs/<job>/stop": "401 404 403 403 403 403 403",
    "GET /review": "303 200 200 403 403 403 403",
    "GET /review/<int:item>": "303 200 404 403 403 403 403",
    "POST /review/<int:item>": "401 400 404 403 403 403 403",
    "GET /review/<int:item>/map": "303 200 404 403 403 403 403",
    "POST /review/<int:item>/keep": "401 200 404 403 403 403 403",
    "POST /review/<int:item>/pin": "401 400 404 403 403 403 403",
    "POST /review/<int:item>/skip": "401 303 404 403 403 403 403",
    "POST /review/<int:item>/undo": "401 404 404 403 403 403 403",
    "GET /review/bulk": "303 200 403 403 403 403 403",
    "GET /review/bulk.csv": "303 200 403 403 403 403 403",
    "POST /review/bulk": "401 400 403 403 403 403 403",
    "POST /review/bulk/<batch>/undo": "401 404 403 403 403 403 403",
    "GET /review/next": "303 303 303 403 403 403 403",
    "GET /duty": "303 200 403 403 403 200 403",
    "GET /duty/person": "303 400 403 403 403 400 403",
    "POST /duty/cars": "401 400 403 403 403 400 403",
    "POST /duty/days": "401 400 403 403 403 400 403",
    "POST /duty/skills": "401 400 403 403 403 400 403",
    "POST /duty/week": "401 400 403 403 403 400 403",
    "GET /streets": "303 200 403 403 403 200 403",
    "POST /streets/close": "401 400 403 403 403 400 403",
    "POST /streets/open": "401 400 403 403 403 400 403",
    "GET /setup": "303 403 403 403 403 200 403",
    "POST /setup/services/disable": "401 403 403 403 403 400 403",
    "POST /setup/services/enable": "401 403 403 403 403 400 403",
    "POST /setup/users": "401 403 403 403 403 400 403",
    "POST /setup/users/disable": "401 403 403 403 403 400 403",
    "POST /setup/users/enable": "401 403 403 403 403 400 403",
    "POST /setup/users/password": "401 403 403 403 403 400 403",
    "GET /shared": "303 403 403 200 403 403 403",
    "GET /sign-in": "200 303 303 303 303 303 303",
    "POST /sign-in": "401 401 401 401 401 401 401",
    "POST /sign-out": "401 303 303 303 303 303 303",
    "GET /static/<path:filename>": "200 200 200 200 200 200 200",
    "GET /road": "303 200 403 403 403 403 403",
    "GET /road/sw.js": "200 200 200 200 200 200 200",
    "GET /road/<ref>": "303 200 200 200 403 403 403",
    "GET /road/<ref>/now.json": "303 200 200 200 403 403 403",
    "GET /road/<ref>/tour.json": "303 200 200 200 403 403 403",
    "POST /road/<ref>/replan": "401 422 422 403 403 403 403",
    "POST /road/<ref>/settle": "401 303 403 403 403 403 403",
    "POST /road/<ref>/words": "401 422 422 422 403 403 403",
    "GET /tours": "303 200 200 200 403 403 403",
    "GET /tours/due": "303 200 200 403 403 403 403",
    "GET /tours/due/map": "303 200 200 403 403 403 403",
    "GET /tours/due/visits.csv": "303 200 200 403 403 403 403",
    "POST /tours/due/add": "401 400 403 403 403 403 403",
    "POST /tours/due/exclude": "401 400 403 403 403 403 403",
    "POST /tours/due/find": "401 303 403 403 403 403 403",
    "POST /tours/due/withdraw": "401 400 403 403 403 403 403",
    "POST /tours": "401 400 303 403 403 403 403",
    "GET /tours/day": "303 200 200 403 403 403 403",
    "POST /tours/day/moves": "401 422 422 403 403 403 403",
    "POST /tours/day/price": "401 422 422 403 403 403 403",
    "GET /tours/day/state.json": "303 200 200 403 403 403 403",
    "POST /tours/day/undo": "401 422 422 403 403 403 403",
    "GET /tours/week": "303 200 403 403 403 403 403",
    "POST /tours/week": "401 400 403 403 403 403 403",
    "GET /tours/week/<job>.json": "303 404 403 403 403 403 403",
    "POST /tours/week/<job>/accept": "401 404 403 403 403 403 403",
    "POST /tours/week/<job>/stop": "401 404 403 403 403 403 403",
    "POST /tours/week/<job>/throw-away": "401 404 403 403 403 403 403",
    "GET /tours/<ref>": "303 200 200 200 403 403 403",
    "POST /tours/<ref>/cancel": "401 400 400 403 403 403 403",
    "POST /tours/<ref>/remedies": "401 303 303 403 403 403 403",
    "POST /tours/<ref>/replan": "401 303 303 403 403 403 403",
    "GET /tours/<ref>/map": "303 200 200 200 403 403 403",
    "GET /tours/<ref>/police-sheet.pdf": "303 200 200 200 403 403 403",
    "GET /tours/police-sheets.pdf": "303 400 200 400 403 403 403",
    "GET /tours/sheets.pdf": "303 400 200 403 403 403 403",
    "GET /tours/<ref>/tour.<kind>": "303 400 400 400 403 403 403",
    "POST /setup/phone-map": "401 403 403 403 403 400 403",
    "GET /tours/<ref>/sheet.pdf": "303 200 200 403 403 403 403",
}


def expected(who: str) -> dict[str, int]:
    column = WHO.index(who)
    return {route: int(statuses.split()[column]) for route, statuses in TABLE.items()}


def test_the_table_names_every_route_and_no_other() -> None:
    routes = {
        f"{method} {rule}"
        for rule, methods, _, _ in route_table()
        for method in methods.split(", ")
    }
    assert routes == set(TABLE)


def walk(client: FlaskClient, places: dict[str, str]) -> dict[str, int]:
    """Call every route and tell what it answered."""
    found = {}
    # Signing out comes last, or the rest would be anonymous.
    for route in sorted(TABLE, key=lambda route: route == "POST /sign-out"):
        method, _, rule = route.partition(" ")
        for part, value in places.items():
            rule = rule.replace(part, value)
        found[route] = client.open(rule, method=method).status_code
    return found


@pytest.mark.parametrize("who", WHO)
def test_every_route_answers_every_role_as_the_table_says(
    app: Flask, signed_in: Callable[[Role], FlaskClient], places: dict[str, str], who: str
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client() if who == "anonymous" else signed_in(Role(who))
    assert walk(client, places) == expected(who)


@pytest.mark.parametrize("who", WHO)
def test_other_methods_are_refused(
    app: Flask, signed_in: Callable[[Role], FlaskClient], places: dict[str, str], who: str
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client() if who == "anonymous" else signed_in(Role(who))
    for rule in {route.partition(" ")[2] for route in TABLE}:
        for part, value in places.items():
            rule = rule.replace(part, value)
        for method in ("PUT", "DELETE", "PATCH", "TRACE"):
            assert client.open(rule, method=method).status_code == 405, (method, rule)


@pytest.mark.parametrize("who", WHO)
def test_head_and_options_open_no_door_that_get_closes(
    app: Flask, signed_in: Callable[[Role], FlaskClient], places: dict[str, str], who: str
) -> None:
    client = app.test_client() if who == "anonymous" else signed_in(Role(who))
    for route, status in expected(who).items():
        method, _, rule = route.partition(" ")
        if method != "GET" or status not in {303, 403} or rule == "/sign-in":
            continue
        if rule == "/review/next" and who in {"supervisor", "officer"}:
            # For them it is open, and leads on to an address.
            continue
        leads_on = ("/plans/<int:plan_id>/impact", "/plans/<int:plan_id>/return")
        if rule in leads_on and who == "supervisor":
            # Of a published plan to the hand-over list; of one that cannot be taken back, to it.
            continue
        for part, value in places.items():
            rule = rule.replace(part, value)
        assert client.head(rule).status_code == status, rule
        assert client.options(rule).status_code != 200, rule


def test_a_route_without_a_declaration_stops_the_start() -> None:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/open", "open", lambda: "")
    with pytest.raises(RuntimeError, match="open"):
        check_declarations(app)


def test_a_declaration_names_somebody() -> None:
    with pytest.raises(ValueError, match="nobody"):
        allow()


def test_a_route_added_later_is_refused(
    app: Flask, signed_in: Callable[[Role], FlaskClient]
) -> None:
    app.add_url_rule("/late", "late", lambda: "secret")
    assert signed_in(Role.SUPERVISOR).get("/late").status_code == 403
    assert app.test_client().get("/late").status_code == 403


def test_a_closed_account_is_out_at_once(
    signed_in: Callable[[Role], FlaskClient],
) -> None:
    from tests.server.served import send

    officer = signed_in(Role.OFFICER)
    assert officer.get("/tours").status_code == 200
    status, _ = send(
        signed_in(Role.ADMINISTRATOR), "/setup/users/disable", "/setup", username="officer"
    )
    assert status == 303
    assert officer.get("/tours").status_code == 303


def test_an_idle_session_ends(signed_in: Callable[[Role], FlaskClient], clock: Clock) -> None:
    officer = signed_in(Role.OFFICER)
    clock.pass_(minutes=29)
    assert officer.get("/tours").status_code == 200
    clock.pass_(minutes=31)
    assert officer.get("/tours").status_code == 303


def test_a_session_ends_after_a_working_day(
    signed_in: Callable[[Role], FlaskClient], clock: Clock
) -> None:
    officer = signed_in(Role.OFFICER)
    for _ in range(40):
        clock.pass_(minutes=17)
        officer.get("/tours")
    assert officer.get("/tours").status_code == 200
    for _ in range(4):
        clock.pass_(minutes=17)
        officer.get("/tours")
    assert officer.get("/tours").status_code == 303
