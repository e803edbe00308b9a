"""No form is obeyed without this site's own token."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geoteam.model import Role
from tests.server.served import PASSWORD, enter, send, token_of
from tests.server.test_access import TABLE

FORMS = [route.partition(" ")[2] for route in TABLE if route.startswith("POST")]
READERS = {"/audit": Role.AUDITOR, "/setup": Role.ADMINISTRATOR}


@pytest.mark.parametrize("token", [None, "", "forged"])
def test_no_form_is_obeyed_without_its_token(
    signed_in: Callable[[Role], FlaskClient], places: dict[str, str], token: str | None
) -> None:
    clients = {role: signed_in(role) for role in (Role.SUPERVISOR, *READERS.values())}
    for form in FORMS:
        rule = form
        for part, value in places.items():
            rule = rule.replace(part, value)
        role = next((one for at, one in READERS.items() if rule.startswith(at)), Role.SUPERVISOR)
        answer = clients[role].post(rule, data={} if token is None else {"csrf_token": token})
        assert answer.status_code == 400, rule
        assert "did not come from this site" in answer.text


def test_the_token_of_another_session_does_not_do(signed_in: Callable[[Role], FlaskClient]) -> None:
    stolen = token_of(signed_in(Role.OFFICER).get("/").text)
    supervisor = signed_in(Role.SUPERVISOR)
    assert supervisor.post("/sign-out", data={"csrf_token": stolen}).status_code == 400


def test_signing_in_makes_a_new_session(app: Flask) -> None:
    client = app.test_client()
    token = token_of(client.get("/sign-in").text)
    before = client.get_cookie("geoteam")
    assert before
    assert enter(client, "officer") == 303
    after = client.get_cookie("geoteam")
    assert after
    assert after.value != before.value
    # The token that was good before signing in is not good after.
    assert client.post("/sign-out", data={"csrf_token": token}).status_code == 400


def test_signing_out_ends_the_session_on_the_server_too(
    app: Flask, signed_in: Callable[[Role], FlaskClient]
) -> None:
    client = signed_in(Role.OFFICER)
    kept = client.get_cookie("geoteam")
    assert kept
    assert send(client, "/sign-out")[0] == 303
    assert client.get("/").status_code == 303
    thief = app.test_client()
    thief.set_cookie("geoteam", kept.value)
    assert thief.get("/").status_code == 303


def test_the_password_is_nowhere_in_the_cookie(signed_in: Callable[[Role], FlaskClient]) -> None:
    cookie = signed_in(Role.OFFICER).get_cookie("geoteam")
    assert cookie
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert PASSWORD not in (cookie.decoded_value or "")
