from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geoteam.server import ServerConfig, create_app
from geoteam.services.workspace import Workspace
from tests.server.served import PASSWORD, Clock, enter, token_of


def _try(client: FlaskClient, username: str, password: str) -> tuple[int, str]:
    token = token_of(client.get("/sign-in").text)
    form = {"csrf_token": token, "username": username, "password": password, "next": "/tours"}
    answer = client.post("/sign-in", data=form)
    return answer.status_code, answer.text


def test_the_right_password_leads_on(browser: FlaskClient) -> None:
    token = token_of(browser.get("/sign-in?next=/tours").text)
    form = {"csrf_token": token, "username": "officer", "password": PASSWORD, "next": "/tours"}
    answer = browser.post("/sign-in", data=form)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/tours"
    assert browser.get("/sign-in").headers["Location"] == "/"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_signing_in_never_leads_to_another_site(browser: FlaskClient, target: str) -> None:
    token = token_of(browser.get("/sign-in", query_string={"next": target}).text)
    form = {"csrf_token": token, "username": "officer", "password": PASSWORD, "next": target}
    assert browser.post("/sign-in", data=form).headers["Location"] == "/"


def test_a_refusal_does_not_say_what_was_wrong(browser: FlaskClient) -> None:
    wrong = _try(browser, "officer", "wrong")
    nobody = _try(browser, "nobody", "wrong")
    assert wrong[0] == nobody[0] == 401

    def message(page: str) -> str:
        return page.partition('role="alert"')[2].partition("</div>")[0]

    assert message(wrong[1])
    assert message(wrong[1]) == message(nobody[1])


def test_many_wrong_tries_lock_the_account_for_a_while(browser: FlaskClient, clock: Clock) -> None:
    for _ in range(12):
        assert _try(browser, "officer", "wrong")[0] == 401
    assert _try(browser, "officer", PASSWORD)[0] == 401
    # Another account is not locked by it.
    assert enter(browser, "auditor") == 303
    clock.pass_(hours=24)
    again = browser.application.test_client()
    assert enter(again, "officer") == 303


def test_tries_from_one_network_address_are_braked(workspace: Workspace) -> None:
    app: Flask = create_app(ServerConfig(sign_ins_per_minute=3), workspace)
    client = app.test_client()
    for _ in range(3):
        assert _try(client, "nobody", "wrong")[0] == 401
    token = token_of(client.get("/sign-in").text)
    answer = client.post("/sign-in", data={"csrf_token": token, "username": "officer"})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert "Wait a minute" in answer.text


def test_a_page_asked_for_before_signing_in_comes_after_it(browser: FlaskClient) -> None:
    answer = browser.get("/tours?on=2026-06-15")
    assert answer.headers["Location"] == "/sign-in?next=/tours"


def test_a_frame_shows_no_sign_in_form(browser: FlaskClient) -> None:
    answer = browser.get("/map/frame", headers={"Sec-Fetch-Dest": "iframe"})
    assert answer.status_code == 401


def test_hostile_input_is_refused_not_raised(browser: FlaskClient) -> None:
    for username in ("", "\x00", "a" * 100_000, "'; drop table user_account; --", "😀", "\ud83d"):
        token = token_of(browser.get("/sign-in").text)
        body = {
            "csrf_token": token,
            "username": username.encode("utf-8", "replace").decode(),
            "password": username.encode("utf-8", "replace").decode(),
        }
        assert browser.post("/sign-in", data=body).status_code == 401


@pytest.mark.parametrize(("proxies", "second"), [(0, 429), (1, 401)])
def test_only_a_trusted_proxy_is_believed(workspace: Workspace, proxies: int, second: int) -> None:
    config = ServerConfig(sign_ins_per_minute=1, trusted_proxies=proxies)
    client = create_app(config, workspace).test_client()
    form = {"username": "nobody", "password": "wrong"}
    found = []
    for address in ("198.51.100.1", "198.51.100.2"):
        token = token_of(client.get("/sign-in").text)
        answer = client.post(
            "/sign-in", data={"csrf_token": token, **form}, headers={"X-Forwarded-For": address}
        )
        found.append(answer.status_code)
    assert found == [401, second]
