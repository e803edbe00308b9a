"""Limits of visits on a client's page: seen, changed, refused with what was typed."""

from __future__ import annotations

import html
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from geoteam.model import Role
from geoteam.server.context import seal_client
from geoteam.services.workspace import Workspace
from geoteam.store import visit_limits
from tests.server.served import send

SignedIn = Callable[[Role], FlaskClient]
LIMITS = {
    "hours": "Mon-Fri 5pm-8pm",
    "dog": "yes",
    "announced": "yes",
    "interpreter": "Spanish",
    "service_minutes": "30",
}


def _record(app: Flask, client: FlaskClient, ref: str) -> str:
    """Open a record for a purpose, and return its address."""
    with app.test_request_context():
        path = f"/clients/{seal_client(ref)}"
    send(client, path, path, purpose="tour")
    return path


def test_an_officer_sets_limits_of_the_own_client(
    app: Flask, signed_in: SignedIn, workspace: Workspace
) -> None:
    client = signed_in(Role.OFFICER)
    path = _record(app, client, "C007")
    assert "<dd>10:00-14:00</dd>" in client.get(path).text
    status, target = send(client, f"{path}/limits", path, **LIMITS)
    assert (status, target.endswith("#visits")) == (303, True)
    page = html.unescape(client.get(path).text)
    for text in ("Mon-Fri 17:00-20:00", "Spanish", "30 minutes", "Last changed by officer"):
        assert text in page
    with workspace.reading() as session:
        row = visit_limits.limits_frame(session, ["C007"]).loc["C007"]
    assert (row["dog"], row["two_officers"], row["announced"]) == (True, False, True)


def test_hours_that_cannot_be_read_stay_on_the_page(app: Flask, signed_in: SignedIn) -> None:
    client = signed_in(Role.SUPERVISOR)
    path = _record(app, client, "C007")
    status, page = send(client, f"{path}/limits", path, **LIMITS | {"hours": "late <b>"})
    assert status == 400
    assert "Hours at home: cannot be read as hours at home" in html.unescape(page)
    assert 'value="late &lt;b&gt;"' in page
    assert "<details open>" in page


def test_two_are_kept_apart_and_let_meet(app: Flask, signed_in: SignedIn) -> None:
    client = signed_in(Role.SUPERVISOR)
    path = _record(app, client, "C007")
    status, page = send(client, f"{path}/no-contact", path, other="C099", why="Witness")
    assert status == 400
    assert "There is no such client" in html.unescape(page)
    assert send(client, f"{path}/no-contact", path, other="C008", why="Witness")[0] == 303
    page = client.get(path).text
    assert "Witness" in page
    assert "Tess Person08" in page
    assert "C008" in page  # Only as the hidden field of the form.
    assert "/C008" not in page
    assert send(client, f"{path}/no-contact/remove", path, other="C008")[0] == 303
    assert "Witness" not in client.get(path).text
