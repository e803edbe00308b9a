"""The calls of the plan editor: who may, what is refused and how."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from geoteam.model import Role, User
from geoteam.services import accounts, plan_edits, plan_new, plan_publish
from geoteam.services.plan_sent import read_edits
from geoteam.services.workspace import Workspace
from tests.server.served import PASSWORD, enter, send, token_of
from tests.tiny_city import lonlat

BOSS = User(1, "supervisor", "Supervisor Test", Role.SUPERVISOR, team_refs=("*",))


@pytest.fixture
def plan(workspace: Workspace) -> int:
    """A draft like today's plan."""
    return plan_new.new_plan(workspace, BOSS, "Draft", "service_area", 1)


@pytest.fixture
def boss(signed_in: Callable[[Role], FlaskClient]) -> FlaskClient:
    """A supervisor of every team."""
    return signed_in(Role.SUPERVISOR)


def post(client: FlaskClient, path: str, value: object) -> TestResponse:
    """Send JSON as the editor's script does."""
    headers = {"X-CSRFToken": token_of(client.get("/").text)}
    return client.post(path, json=value, headers=headers)


def paint(key: str, **changes: tuple[str, str]) -> dict[str, Any]:
    """An edit; units are named ``u101``."""
    return {"key": key, "kind": "paint", "changes": {u[1:]: pair for u, pair in changes.items()}}


def test_a_stroke_from_the_page_to_the_database_and_back(boss: FlaskClient, plan: int) -> None:
    ground = boss.get(f"/plans/{plan}/ground.json")
    assert ground.json["units"] == ["101", "102", "201", "202"]
    assert [team["ref"] for team in ground.json["teams"]] == ["T1", "T2"]
    assert sum(ground.json["clients"]) == 21
    # The browser has it already.
    etag = {"If-None-Match": ground.headers["ETag"]}
    assert boss.get(f"/plans/{plan}/ground.json", headers=etag).status_code == 304
    state = boss.get(f"/plans/{plan}/state.json?since=0&editing=1").json
    assert state["of"] == [0, 0, 1, 1]
    told = post(
        boss,
        f"/plans/{plan}/edits",
        {"base": state["seq"], "edits": [paint("a", u102=("T1", "T2"))]},
    )
    assert told.status_code == 200
    assert told.json["accepted"] == ["a"]
    after = boss.get(f"/plans/{plan}/state.json?since={state['seq']}").json
    assert after["edits"][0]["changes"] == {"102": ["T1", "T2"]}
    assert after["edits"][0]["by"] == "Supervisor Test"
    assert boss.get(f"/plans/{plan}/edit").status_code == 200


def test_the_ground_names_nobody(boss: FlaskClient, plan: int) -> None:
    text = boss.get(f"/plans/{plan}/ground.json").text
    for word in ("Person", "C001", "STREET NW", "Officer"):
        assert word not in text


def test_a_draft_is_made_from_a_form(boss: FlaskClient) -> None:
    status, where = send(boss, "/plans", name="New", unit_kind="district", copy_of="1")
    assert (status, where) == (303, "/plans/2/edit")
    assert boss.get("/plans/2/state.json").json["of"] == [0, 1]
    page = boss.get("/plans/2/edit").text
    assert 'data-zone="America/New_York"' in page
    assert 'data-finer="Police service areas"' in page
    send(boss, "/plans", name="Fine", unit_kind="service_area")
    assert 'data-finer=""' in boss.get("/plans/3/edit").text
    assert send(boss, "/plans", name="", unit_kind="district")[0] == 400
    assert send(boss, "/plans", name="A", copy_of="99")[0] == 404


def test_a_new_plan_begins_as_the_plan_in_force_unless_told_otherwise(
    boss: FlaskClient, workspace: Workspace, plan: int
) -> None:
    def offered() -> list[tuple[str, str]]:
        form = boss.get("/plans").text.split('name="copy_of"')[1].split("</select>")[0]
        return re.findall(r'<option value="([^"]*)"(?: selected)?>([^<]*)<', form)

    def made(**form: str) -> list[int]:
        where = send(boss, "/plans", name="New", **form)[1]
        return list(boss.get(where.replace("/edit", "/state.json")).json["of"])

    nothing = ("nothing", "Nothing (every unit without a team)")
    first, *others, last = offered()
    assert first[1] == "Today&#39;s team areas (in force)"
    assert [value for value, _ in others] == [str(plan)]
    assert last == nothing
    units = made(unit_kind="service_area", copy_of=first[0])
    assert units == [0, 0, 1, 1]
    # Also onto other units, and when the field is not sent.
    assert made(unit_kind="district", copy_of=first[0]) == [0, 1]
    assert made(unit_kind="district") == [0, 1]
    assert made(unit_kind="service_area", copy_of=last[0]) == [-1, -1, -1, -1]
    # Another plan takes the place of the first.
    plan_edits.apply_edits(workspace, BOSS, plan, 1, read_edits([paint("o", u102=("T1", "T2"))]))
    plan_publish.publish(workspace, "test", plan, workspace.today(), reason="Less")
    values = [value for value, _ in offered()]
    assert values[0] == str(plan)
    assert len(set(values)) == len(values)
    assert made(unit_kind="service_area") == [0, 1, 1, 1]


def test_refusals_say_what_is_wrong_and_what_to_do(boss: FlaskClient, plan: int) -> None:
    edits = f"/plans/{plan}/edits"
    miss = {"unit": "101", "key": "s", "line": [lonlat(-900, 0), lonlat(-900, 400)]}
    cases = [
        (edits, {"base": 1, "edits": [paint("a", u999=("T1", "T2"))]}, 422, "no unit '999'"),
        (edits, {"base": 1, "edits": [paint("a", u101=("T1", "T9"))]}, 422, "no team 'T9'"),
        (edits, {"base": "1", "edits": []}, 422, "base is no whole number"),
        (edits, {"base": 1}, 422, "an edit cannot be read"),
        (edits, [], 422, "no JSON object"),
        ("/plans/1/edits", {"base": 1, "edits": [paint("a", u101=("T1", "T2"))]}, 409, "published"),
        ("/plans/99/edits", {"base": 1, "edits": []}, 404, "no plan 99"),
        (f"/plans/{plan}/split", miss, 422, "the line does not cross service area 101"),
        (f"/plans/{plan}/split", miss | {"line": "x"}, 422, "no list of corners"),
        (f"/plans/{plan}/split", miss | {"unit": 101}, 422, "unit is no text"),
        (f"/plans/{plan}/comments", {"unit": "101", "text": ""}, 422, "a comment has"),
        (f"/plans/{plan}/comments/9/resolve", {}, 404, "no such comment"),
        (f"/plans/{plan}/fork", {"name": "", "edits": []}, 422, "a plan has a name"),
    ]
    for path, value, status, words in cases:
        answer = post(boss, path, value)
        assert answer.status_code == status, (path, value, answer.text)
        assert words in answer.json["error"], answer.json
        assert answer.json["remedy"], answer.json
    assert boss.get(f"/plans/{plan}/state.json").json["edits"] == []


def test_conflicts_are_told_and_forked(boss: FlaskClient, workspace: Workspace, plan: int) -> None:
    plan_edits.apply_edits(workspace, BOSS, plan, 1, read_edits([paint("o", u101=("T1", ""))]))
    mine = paint("m", u101=("T1", "T2"))
    told = post(boss, f"/plans/{plan}/edits", {"base": 1, "edits": [mine]}).json
    assert [(c["unit"], c["wanted"], c["now"]) for c in told["conflicts"]] == [("101", "T2", "")]
    made = post(boss, f"/plans/{plan}/fork", {"name": "Mine", "edits": [mine]}).json["id"]
    assert boss.get(f"/plans/{made}/state.json").json["of"] == [1, 0, 1, 1]
    assert "Left out" not in boss.get(f"/plans/{made}/edit").text
    gone = mine | {"changes": mine["changes"] | {"102": ["T1", "T9"]}}
    told = post(boss, f"/plans/{plan}/fork", {"name": "Mine", "edits": [gone]}).json
    assert told["left_out"] == {"102": "there is no team 'T9' any more"}
    assert boss.get(f"/plans/{told['id']}/state.json").json["of"] == [1, 0, 1, 1]
    assert "Left out: 102, because there is no team" in boss.get(f"/plans/{told['id']}/edit").text


def test_a_unit_is_split_commented_and_joined(boss: FlaskClient, plan: int) -> None:
    line = [lonlat(100, -200), lonlat(100, 500)]
    made = post(boss, f"/plans/{plan}/split", {"unit": "101", "key": "s", "line": line}).json
    assert made["pieces"] == ["101-A", "101-B"]
    assert boss.get(f"/plans/{plan}/ground.json").json["set"] == made["set"]
    said = post(boss, f"/plans/{plan}/comments", {"unit": "101-B", "text": "Here?"}).json
    number = said["comments"][0]["id"]
    done = post(boss, f"/plans/{plan}/comments/{number}/resolve", {}).json
    assert done["comments"][0]["resolved_by"] == "Supervisor Test"
    undo = {"key": "u", "kind": "undo", "undoes": "s"}
    told = post(boss, f"/plans/{plan}/edits", {"base": made["seq"], "edits": [undo]}).json
    assert told["set"] != made["set"]
    assert boss.get(f"/plans/{plan}/ground.json").json["units"] == ["101", "102", "201", "202"]


def test_a_script_without_the_token_or_a_session_is_refused_in_json(
    boss: FlaskClient, browser: FlaskClient, plan: int
) -> None:
    forged = boss.post(f"/plans/{plan}/edits", json={"base": 1, "edits": []})
    assert forged.status_code == 400
    assert "did not come from this site" in forged.json["error"]
    for headers in ({}, {"Sec-Fetch-Dest": "empty"}):
        answer = browser.post(f"/plans/{plan}/edits", json={}, headers=headers)
        assert answer.status_code == 401
        assert "session has ended" in answer.json["error"]
    asked = browser.get(f"/plans/{plan}/state.json", headers={"Sec-Fetch-Dest": "empty"})
    assert asked.status_code == 401


def test_other_roles_are_refused_in_json(
    signed_in: Callable[[Role], FlaskClient], plan: int
) -> None:
    for role in Role:
        if role is not Role.SUPERVISOR:
            answer = signed_in(role).get(f"/plans/{plan}/ground.json")
            assert answer.status_code == 403
            assert json.loads(answer.text)["error"] == "your role does not include this"


def test_a_supervisor_of_one_team_is_told_whose_units_these_are(
    app: Any, workspace: Workspace, plan: int
) -> None:
    accounts.add_user(
        workspace, "test", username="west", name="Wes West", role=Role.SUPERVISOR,
        password=PASSWORD, team_refs=["T1"],
    )  # fmt: skip
    client = app.test_client()
    assert enter(client, "west") == 303
    value = {"base": 1, "edits": [paint("a", u201=("T2", "T1"))]}
    answer = post(client, f"/plans/{plan}/edits", value)
    assert answer.status_code == 403
    assert answer.json["error"] == "you do not lead East Team (T2)"
