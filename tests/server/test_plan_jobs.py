"""The solver over the wire: what is refused and how, and that a run is followed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geoteam.model import Role
from geoteam.services import plan_jobs, plans
from geoteam.services.workspace import Workspace
from tests.server.served import token_of

UNITS = {"101": "T1", "102": "T1", "201": "T2", "202": "T2"}


@pytest.fixture
def boss(app: Flask, signed_in: Callable[[Role], FlaskClient]) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    return signed_in(Role.SUPERVISOR)


@pytest.fixture
def draft(workspace: Workspace) -> int:
    return plans.save_draft(workspace, "test", "A draft", dict(UNITS), where="a test")


@pytest.fixture
def asleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that never begins to solve."""
    monkeypatch.setattr(plan_jobs, "COMMAND", ("-c", "import time; time.sleep(60)"))


@pytest.mark.usefixtures("asleep")
def test_a_run_is_started_followed_found_and_stopped(boss: FlaskClient, draft: int) -> None:
    job = boss.post(f"/plans/{draft}/solve", json={"seconds": 5}).json["job"]
    assert boss.get(f"/plans/{draft}/solve.json").json == {"job": job}
    found = boss.get(f"/plans/jobs/{job}.json").json
    assert (found["state"], found["best"], found["limit"]) == ("running", None, 5)
    again = boss.post(f"/plans/{draft}/solve", json={})
    assert again.status_code == 409
    assert set(again.json) == {"error", "remedy"}
    assert boss.post(f"/plans/jobs/{job}/stop", json={}).json["state"] == "stopped"
    # Opened again, the plan offers what came of it, until that is thrown away.
    assert boss.get(f"/plans/{draft}/solve.json").json == {"job": job}
    assert boss.post(f"/plans/jobs/{job}/discard", json={}).json == {}
    assert boss.get(f"/plans/{draft}/solve.json").json == {"job": None}
    assert boss.post(f"/plans/jobs/{job}/discard", json={}).status_code == 404


def test_what_cannot_be_used_is_said_in_json(boss: FlaskClient, draft: int) -> None:
    for path, asked, status in (
        (f"/plans/{draft}/solve", {"tolerance": "wide"}, 422),
        (f"/plans/{draft}/solve", {"locks": ["T1"]}, 422),
        (f"/plans/{draft}/solve", ["T1"], 422),
        ("/plans/1/solve", {}, 409),
        ("/plans/99/solve", {}, 404),
        ("/plans/jobs/none/stop", {}, 404),
    ):
        answer = boss.post(path, json=asked)
        assert answer.status_code == status, (path, asked, answer.text)
        assert answer.json["error"]
        assert answer.json["remedy"] or status in {404, 422}
    assert boss.get("/plans/jobs/none.json").status_code == 404


def test_a_run_is_not_started_from_another_site(
    signed_in: Callable[[Role], FlaskClient], draft: int
) -> None:
    client = signed_in(Role.SUPERVISOR)
    assert client.post(f"/plans/{draft}/solve", json={}).status_code == 400
    token = token_of(client.get("/").text)
    answer = client.post(
        f"/plans/{draft}/solve", json={"seconds": 0}, headers={"X-CSRFToken": token}
    )
    assert answer.status_code == 422


def test_the_comparison_names_both_plans(boss: FlaskClient, draft: int) -> None:
    page = boss.get(f"/plans/{draft}/compare").text
    assert "(in force)</option>" in page
    assert "A draft" in page
    assert plans.BASELINE.replace("'", "&#39;") in page
    assert boss.get(f"/plans/{draft}/compare.json").json["apart"] == ""
    assert boss.get(f"/plans/{draft}/compare?with=99").status_code == 404
