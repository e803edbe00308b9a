"""What was typed stays on the page when a form is refused."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geoteam.model import Role
from geoteam.server.context import seal_client
from geoteam.services import accounts, clients, review
from geoteam.services.workspace import Workspace
from tests.server.served import PASSWORD, send

SignedIn = Callable[[Role], FlaskClient]
TYPED = '5 <Elm> "Street"'


def _field(page: str, name: str) -> str:
    found = re.search(rf'<input id="{name}"[^>]*?value="([^"]*)"', page)
    assert found, name
    return html.unescape(found[1])


def _alert(page: str) -> str:
    found = re.search(
        r'<div class="alert alert-bad"[^>]*role="alert"[^>]*autofocus>(.*?)</div>', page
    )
    assert found, "no alert takes the focus"
    return html.unescape(found[1])


def _waiting(client: FlaskClient) -> str:
    return str(re.findall(r'href="(/review/\d+)"', client.get("/review").text)[0])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"decision": "address", "address": TYPED, "why": "a letter"}, "not certain either"),
        ({"decision": "address", "address": TYPED, "why": ""}, "Why is empty"),
        ({"decision": "outside", "address": TYPED, "why": " "}, "Why is empty"),
    ],
)
def test_a_refused_decision_keeps_what_was_typed(
    signed_in: SignedIn, fields: dict[str, str], message: str
) -> None:
    client = signed_in(Role.SUPERVISOR)
    path = _waiting(client)
    status, page = send(client, path, path, reason="tie", **fields)
    assert status == 400
    assert message in _alert(page)
    assert _field(page, "address") == TYPED
    assert _field(page, "why") == fields["why"]
    chosen = re.findall(r'name="decision" value="([^"]+)" checked', page)
    assert chosen == [fields["decision"]]
    assert 'name="reason" value="tie"' in page
    assert _waiting(client) == path


def test_a_decided_item_says_what_by_whom_when_and_why(signed_in: SignedIn) -> None:
    client = signed_in(Role.SUPERVISOR)
    path = _waiting(client)
    assert send(client, path, path, decision="no_fixed_address", why="Called <them>")[0] == 303
    page = client.get(path).text
    for text in (
        "A person decided: no fixed address.",
        "<dd>supervisor</dd>",
        "Called &lt;them&gt;",
    ):
        assert text in page
    assert "Take the decision back" in page
    # A late second decision is refused on the page that tells of the first.
    status, late = send(client, path, "/review", decision="outside", why="called")
    assert status == 400
    assert "decided already" in _alert(late)
    assert "Called &lt;them&gt;" in late
    assert send(client, f"{path}/undo", "/review")[0] == 303
    again = client.get(path).text
    assert "waits again" in again
    assert "Take the decision back" not in again
    assert _waiting(client) in again


def test_a_record_leads_to_its_place_in_the_queue(
    app: Flask, signed_in: SignedIn, workspace: Workspace
) -> None:
    _, boss = accounts.sign_in(workspace, "supervisor", PASSWORD)
    item = review.review_queue(workspace, boss).rows[0]
    client = signed_in(Role.SUPERVISOR)
    with app.test_request_context():
        path = f"/clients/{seal_client(item['client_ref'])}"
    send(client, path, purpose="address")
    assert f'href="/review/{item["id"]}"' in client.get(path).text
    homes = clients.client_record(workspace, boss, item["client_ref"], "address")["residences"]
    assert [home["review_item"] for home in homes] == [item["id"]]
    send(client, f"/review/{item['id']}", "/review", decision="outside", why="moved")
    homes = clients.client_record(workspace, boss, item["client_ref"], "address")["residences"]
    assert [home["review_item"] for home in homes] == [None]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"role": "officer", "officer": "O999"}, "There is no officer 'O999'"),
        ({"role": "police", "partner": "P999"}, "There is no police partner 'P999'"),
        ({"role": "supervisor", "teams": "T1 T999"}, "There is no team 'T999'"),
        ({"role": "auditor", "username": "officer"}, "already an account"),
        ({"role": "officer"}, "needs an officer"),
        ({"role": "king"}, "not on offer"),
    ],
)
def test_a_refused_account_keeps_what_was_typed(
    signed_in: SignedIn, workspace: Workspace, fields: dict[str, str], message: str
) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    typed = {"username": "new.one", "name": 'Ann "X" <b>', **fields}
    status, page = send(client, "/setup/users", "/setup", **typed)
    assert status == 400
    assert message in _alert(page)
    assert "There is no such page" not in page
    for name, value in typed.items():
        if name != "role":
            assert _field(page, name) == value
    if fields["role"] != "king":
        assert f'value="{fields["role"]}" selected' in page
    assert 'id="password"' not in page
    assert "new.one" not in {row["username"] for row in accounts.list_users(workspace)}
