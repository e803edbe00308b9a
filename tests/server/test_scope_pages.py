"""What supervisors of some teams and the police are told and offered."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geoteam.errors import DisclosureError
from geoteam.model import Role
from geoteam.server.context import seal_client
from geoteam.server.wording import load_badge, load_tone
from geoteam.services import accounts, assignment, review
from geoteam.services.workspace import Workspace
from tests.made_city import BOSS, NOBODY, O1, STRANGERS, WEST
from tests.server.served import PASSWORD, enter, send

SignedIn = Callable[[Role], FlaskClient]


@pytest.fixture
def west(app: Flask, workspace: Workspace) -> FlaskClient:
    """A browser in which a supervisor of one team is signed in."""
    accounts.add_user(
        workspace, "test", username="west", name="Wes West", role=Role.SUPERVISOR,
        password=PASSWORD, team_refs=("T1",),
    )  # fmt: skip
    client = app.test_client()
    assert enter(client, "west") == 303
    return client


def test_home_says_what_is_counted(west: FlaskClient, signed_in: SignedIn) -> None:
    page = west.get("/").text
    for text in ("in your teams", "waiting, in your teams", "without an officer, in your teams"):
        assert f">{text} or without a team yet</dt>" in page
    assert "in your teams or" not in signed_in(Role.SUPERVISOR).get("/").text


def test_home_counts_the_queue_that_the_list_shows(west: FlaskClient, workspace: Workspace) -> None:
    for user in (BOSS, WEST, NOBODY, O1):
        assert review.count_waiting(workspace, user) == review.review_queue(workspace, user).total
    for user in STRANGERS:
        with pytest.raises(DisclosureError):
            review.count_waiting(workspace, user)


def test_only_a_supervisor_of_every_team_assigns_anew(
    west: FlaskClient, signed_in: SignedIn, workspace: Workspace
) -> None:
    assert "Assign anew" in signed_in(Role.SUPERVISOR).get("/assignment").text
    page = west.get("/assignment").text
    assert "Workload by team" in page
    assert "Assign anew" not in page
    status, refused = send(west, "/assignment", "/")
    assert status == 403
    assert "every team" in refused
    for user in (WEST, NOBODY, O1, *STRANGERS):
        assert not assignment.may_assign_anew(user)
        with pytest.raises(DisclosureError):
            assignment.assign_anew(workspace, user)
    assert assignment.may_assign_anew(BOSS)


def test_the_fullest_come_first_with_a_word_for_it(
    signed_in: SignedIn, workspace: Workspace
) -> None:
    view = assignment.overview(workspace, BOSS)
    for rows in (view["teams"], view["officers"]):
        uses = [row["use"] for row in rows]
        assert uses == sorted(uses, reverse=True)
        assert len(set(uses)) > 1
    page = signed_in(Role.SUPERVISOR).get("/assignment").text
    shown = [int(one) for one in re.findall(r'class="load-share">(\d+) %', page)]
    assert shown == [round(100 * r["use"]) for r in (*view["teams"], *view["officers"])]
    assert page.count(">half or less<") == sum(one <= 50 for one in shown)


@pytest.mark.parametrize(
    ("use", "tone", "word"),
    [
        (1.3, "over", ">over<"), (1.004, "full", ">full<"), (0.996, "full", ">full<"),
        (0.99, "", ""), (0.51, "", ""), (0.5, "low", ">half or less<"), (0.0, "low", "half"),
        (float("nan"), "", ""), (None, "", ""), (float("inf"), "over", ">over<"),
    ],
)  # fmt: skip
def test_how_full_somebody_is_has_a_word(use: float | None, tone: str, word: str) -> None:
    assert load_tone(use) == tone
    assert word in load_badge(use)
    assert bool(load_badge(use)) == bool(word)


def test_the_police_have_one_list_of_the_tours_planned_with_them(
    signed_in: SignedIn, places: dict[str, str]
) -> None:
    client = signed_in(Role.POLICE)
    page = client.get("/shared").text
    assert "planned with you" in page
    assert "district" not in page.partition("<main")[2]
    nav = page.partition('aria-label="Main"')[2].partition("</nav>")[0]
    assert re.findall(r">(\w+)</a>", nav) == ["Home", "Shared"]
    tour = client.get(f"/tours/{places['<ref>']}").text
    assert re.search(r'href="/shared"[^>]*aria-current="page"', tour)
    assert "planned with you" in client.get("/").text


def test_a_heading_says_what_it_means(signed_in: SignedIn) -> None:
    page = signed_in(Role.SUPERVISOR).get("/map?measure=workload_per_officer").text
    meaning = "average monthly contacts of the officers who work in the area, all areas counted"
    assert f'title="{meaning}">Average officer&#39;s workload</th>' in page
    assert f"Average officer&#39;s workload: {meaning}." in page


def test_a_record_that_is_not_there_leads_to_the_list(app: Flask, signed_in: SignedIn) -> None:
    with app.test_request_context():
        missing = f"/clients/{seal_client('C777')}"
    client = signed_in(Role.SUPERVISOR)
    send(client, missing, purpose="supervision")
    for path in ("/clients/nothing", missing):
        answer = client.get(path)
        assert answer.status_code == 404
        assert 'href="/clients">Find the client in the list</a>' in answer.text
    assert "Find the client" not in client.get("/nothing").text
