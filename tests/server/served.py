"""A served tiny city: real files, real database, real accounts, Flask's own test client."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geoteam.model import Role
from geoteam.server import ServerConfig, create_app
from geoteam.server.context import seal_client
from geoteam.services import accounts, clients, review, tours
from geoteam.services.setup import init_city
from geoteam.services.workspace import Workspace
from tests.tiny_city import write_tiny_city

PASSWORD = "correct horse battery staple"
USERS = {
    Role.SUPERVISOR: {"team_refs": ("*",)},
    Role.OFFICER: {"officer_ref": "O1"},
    Role.POLICE: {"police_partner_ref": "P1"},
    Role.COMMUNITY: {},
    Role.ADMINISTRATOR: {},
    Role.AUDITOR: {},
}


# A name that runs wherever somebody forgets to escape it: in HTML and in script templates.
EVIL = "<script>alert(1)</script>${alert(2)}\"'><img src=x onerror=alert(3)>"
ATTACKER = [
    "C900", EVIL, "Intensive", "", "2025-01-01", "323 1ST STREET NW", "00101", "2025-01-01", "", "O1",
    EVIL, "", "",
]  # fmt: skip


class Clock:
    """A clock that tests may turn; it starts at the next noon of New York, or an hour later.

    The workspace was made before then, and tours can be planned for the rest of the day.
    """

    def __init__(self) -> None:
        now = datetime.now(UTC)
        noon = now.replace(hour=17, minute=0, second=0, microsecond=0)
        self.now = noon if noon > now else noon + timedelta(days=1)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **span: float) -> None:
        self.now += timedelta(**span)


def make_tiny(root: Path, database_url: str | None = None) -> Path:
    """Make a workspace of the tiny city with one account for each role."""
    profile = write_tiny_city(root / "data")
    with (root / "data" / "clients.csv").open("a", newline="") as file:
        csv.writer(file).writerow(ATTACKER)
    folder = root / "workspace"
    init_city(
        folder,
        profile_path=profile,
        data=root / "data",
        actor="test",
        database_url=database_url,
    )
    workspace = Workspace.open(folder, database_url, clock=Clock())
    for role, links in USERS.items():
        accounts.add_user(
            workspace,
            "test",
            username=role.value,
            name=f"{role.value.capitalize()} Test",
            role=role,
            password=PASSWORD,
            **links,
        )
    workspace.engine.dispose()
    return folder


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that tests copy and never write to."""
    return make_tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def workspace(made: Path, tmp_path: Path, clock: Clock) -> Iterator[Workspace]:
    """A workspace of its own for each test."""
    folder = tmp_path / "workspace"
    shutil.copytree(made, folder)
    opened = Workspace.open(folder, clock=clock)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def app(workspace: Workspace) -> Flask:
    made = create_app(ServerConfig(sign_ins_per_minute=1000), workspace)
    made.testing = True
    return made


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """Nobody signed in."""
    return app.test_client()


def find_places(app: Flask, workspace: Workspace) -> dict[str, str]:
    """What stands for the variable parts of routes: things that are officer O1's, where it can be."""
    _, officer = accounts.sign_in(workspace, "officer", PASSWORD)
    _, supervisor = accounts.sign_in(workspace, "supervisor", PASSWORD)
    client = clients.list_clients(workspace, officer).rows[0]["client_ref"]
    own = {row["id"] for row in review.review_queue(workspace, officer).rows}
    waiting = [row["id"] for row in review.review_queue(workspace, supervisor).rows]
    tour = tours.plan_tour(
        workspace,
        officer,
        on=workspace.today() + timedelta(days=1),
        officer_ref="O1",
        police_partner_ref="P1",
        max_stops=1,
    )
    with app.app_context():
        word = seal_client(client)
    return {
        "<word>": word,
        "<int:item>": str(next(item for item in waiting if item not in own)),
        "<ref>": tour,
        "<path:filename>": "build/app.css",
        "<int:plan_id>": "1",
        "<int:comment_id>": "1",
    }


@pytest.fixture
def places(app: Flask, workspace: Workspace) -> dict[str, str]:
    """What stands for the variable parts of routes."""
    return find_places(app, workspace)


def token_of(page: str) -> str:
    """The CSRF token of the first form of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, "the page has no form with a token"
    return found[1]


def enter(client: FlaskClient, username: str, password: str = PASSWORD) -> int:
    """Sign in through the form, and tell the status."""
    token = token_of(client.get("/sign-in").text)
    form = {"csrf_token": token, "username": username, "password": password}
    return client.post("/sign-in", data=form).status_code


def send(client: FlaskClient, path: str, page: str = "/", **fields: str) -> tuple[int, str]:
    """Post a form with the token of a page; follow no redirect."""
    token = token_of(client.get(page).text)
    answer = client.post(path, data={"csrf_token": token, **fields})
    return answer.status_code, answer.headers.get("Location") or answer.text


@pytest.fixture
def signed_in(app: Flask) -> Callable[[Role], FlaskClient]:
    """Make a browser in which a role is signed in."""

    def make(role: Role) -> FlaskClient:
        client = app.test_client()
        assert enter(client, role.value) == 303
        return client

    return make
