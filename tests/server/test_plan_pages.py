"""The pages of plans, from a file to a hand-over, through the server."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from geoteam.model import Role
from geoteam.services import accounts, boundaries, plans
from geoteam.services.workspace import Workspace
from tests.server.served import PASSWORD, Clock, enter, send, token_of
from tests.services.test_boundaries import MOVED, _areas, _table

SignIn = Callable[[Role], FlaskClient]
EAST = {"101": "T1", "102": "T2", "201": "T2", "202": "T2"}


def draft(workspace: Workspace) -> int:
    return plans.save_draft(workspace, "test", "East grows", EAST, where="here")


def test_proposed_looked_at_approved_handed_over(
    app: Flask, workspace: Workspace, signed_in: SignIn, clock: Clock
) -> None:
    one = signed_in(Role.SUPERVISOR)
    accounts.add_user(
        workspace, "test", username="second", name="Sue Second", role=Role.SUPERVISOR,
        password=PASSWORD, team_refs=("*",),
    )  # fmt: skip
    two = app.test_client()
    enter(two, "second")
    plan, day = draft(workspace), workspace.today() + timedelta(days=10)
    path = f"/plans/{plan}"
    status, _ = send(one, f"{path}/propose", path, **{"from": day.isoformat(), "reason": "Less"})
    assert status == 303
    assert "waits for approval" in one.get(path).text
    assert "waits for you" not in one.get("/plans").text
    assert "for your approval" not in one.get("/").text
    assert " to approve" not in one.get("/").text
    home = two.get("/").text
    assert "plan waits for your approval</dt><dd>1</dd>" in home
    assert '1<span class="visually-hidden"> to approve</span>' in home
    assert "waits for you" in two.get("/plans").text
    page = two.get(f"{path}/impact").text
    assert "Area 102 goes from West Team to East Team." in page
    told = two.get(f"{path}/impact.json").json
    table = two.get(f"{path}/impact.csv").text
    assert told["figures"]["team"] == len(told["clients"]) == table.count("goes from West Team")
    assert 'name="seen"' not in one.get(f"{path}/impact").text
    # Who proposed it cannot approve it, whatever is sent.
    assert send(one, f"{path}/approve", path, seen=told["digest"])[0] == 403
    status, body = send(two, f"{path}/approve", path, seen="an older look")
    assert status == 400
    assert "changed since you looked" in body
    assert send(two, f"{path}/approve", path, seen=told["digest"])[0] == 303
    assert "Sue Second" in one.get(path).text
    assert "Coming" in one.get("/plans").text
    listed = one.get(f"{path}/handover").text
    assert "Area 102 goes from West Team to East Team." in listed
    officer = signed_in(Role.OFFICER)
    assert "East grows" in officer.get("/handover").text
    mine = officer.get(f"{path}/handover").text
    assert "Officer 1" in mine
    assert officer.get(f"{path}/handover.pdf").data.startswith(b"%PDF")
    assert officer.get(path).status_code == 403
    status, _ = send(two, f"{path}/take-back", path, why="A mistake")
    assert status == 303
    assert "A mistake" in one.get("/plans").text
    for place in ("/", "/handover"):
        page = officer.get(place).text
        assert "A plan was taken back on" in page
        assert "the hand-over list of East grows" in page
    assert "to approve" not in two.get("/").text
    clock.pass_(days=31)
    late = signed_in(Role.OFFICER)
    assert "taken back" not in late.get("/").text
    assert "taken back" not in late.get("/handover").text


def test_what_was_typed_stays_when_it_is_refused(workspace: Workspace, signed_in: SignIn) -> None:
    browser = signed_in(Role.SUPERVISOR)
    path = f"/plans/{draft(workspace)}"
    status, body = send(
        browser, f"{path}/propose", path, **{"from": "2020-01-01", "reason": "Why&"}
    )
    assert status == 400
    assert "which is past" in body
    assert 'value="Why&amp;"' in body


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/plans/import", "/plans"),
        ("/plans/carry-over", "/plans"),
        *[
            (f"/plans/1/{step}", "/plans/1")
            for step in ("propose", "approve", "send-back", "rename", "delete")
        ],
    ],
)
def test_who_comes_back_to_the_address_of_a_form_finds_its_page(
    signed_in: SignIn, address: str, page: str
) -> None:
    browser = signed_in(Role.SUPERVISOR)
    answer = browser.get(address, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["Location"]) == (303, page)
    assert browser.get(page).status_code == 200
    assert browser.put(address).status_code == 405
    # A script is told that the address does not work that way.
    assert browser.get(address, headers={"Accept": "application/json"}).status_code == 405


def test_a_refused_carry_over_stays_on_the_page(workspace: Workspace, signed_in: SignIn) -> None:
    browser = signed_in(Role.SUPERVISOR)
    status, page = send(browser, "/plans/carry-over", "/plans", set="1", plan="1")
    assert status in {400, 409}
    assert "<h1>Today&#39;s team areas" in page
    assert "Nothing was kept." in page


def test_plans_of_one_name_are_told_apart_and_the_browser_learns_which_there_are(
    workspace: Workspace, signed_in: SignIn
) -> None:
    browser = signed_in(Role.SUPERVISOR)
    day = (workspace.today() + timedelta(days=10)).isoformat()
    made = [draft(workspace), draft(workspace)]
    for plan in made:
        path = f"/plans/{plan}"
        send(browser, f"{path}/propose", path, **{"from": day, "reason": "Less"})
    page = browser.get("/plans").text
    waiting = page.split('id="proposed"')[1].split("</section>")[0]
    assert re.findall(r"plan (\d+)</span>", waiting) == [str(plan) for plan in reversed(made)]
    assert len(re.findall(r"Supervisor Test, <time|Supervisor Test, \d", waiting)) == 2
    known = re.search(r'data-kept-edits="([^"]+)" data-plans="([^"]*)" hidden', page)
    assert known is not None
    assert sorted(map(int, known[2].split())) == [1, *made]


def test_a_draft_is_renamed_and_deleted_on_its_page(
    workspace: Workspace, signed_in: SignIn
) -> None:
    browser = signed_in(Role.SUPERVISOR)
    path = f"/plans/{draft(workspace)}"
    status, page = send(browser, f"{path}/rename", path, name=" ")
    assert status == 400
    assert "The name is empty" in page
    assert send(browser, f"{path}/rename", path, name="East & more") == (303, path)
    assert "<h1>East &amp; more" in browser.get(path).text
    assert send(browser, f"{path}/delete", path) == (303, "/plans")
    page = browser.get("/plans").text
    assert "The draft is deleted." in page
    assert "East &amp; more" not in page
    # The page of one that is no more leads to the others; a command is nothing for its readers.
    for gone in (path, f"{path}/edit", f"{path}/impact", f"{path}/compare"):
        answer = browser.get(gone)
        assert answer.status_code == 404
        assert 'href="/plans">Go to the plans</a>' in answer.text
        assert "geoteam plans" not in answer.text
    # What is in force has no such buttons, and takes no such wishes.
    assert "/delete" not in browser.get("/plans/1").text
    assert send(browser, "/plans/1/delete", "/plans/1")[0] == 409


def test_a_plan_is_carried_over_once_and_its_findings_can_be_read_again(
    workspace: Workspace, signed_in: SignIn, tmp_path: Path
) -> None:
    browser = signed_in(Role.SUPERVISOR)
    old = f"/plans/{draft(workspace)}"
    assert "Carry it over" not in browser.get(old).text
    boundaries.add_file(workspace, "test", _areas(tmp_path / "new.geojson", MOVED), _table())
    page = browser.get(old).text
    assert "this plan cannot begin then or later" in page
    status, body = send(browser, f"{old}/propose", old, **{"from": "2027-01-01", "reason": "x"})
    assert status == 400
    assert "no longer in force on 2027-01-01" in body
    asked = re.findall(r'name="(plan|set)" value="(\d+)"', page)
    answer = browser.post("/plans/carry-over", data=dict(asked) | {"csrf_token": token_of(page)})
    assert answer.status_code == 303
    path = answer.headers["Location"]
    drafts = len(plans.list_plans(workspace))
    for _ in range(2):
        page = browser.get(path).text
        assert "this is proven" in page
        assert "What became of the units" in page
    assert len(plans.list_plans(workspace)) == drafts
    assert path in browser.get(path.removesuffix("/carried-over")).text
    assert browser.get(f"{old}/carried-over").status_code == 404


def test_a_new_plan_is_not_called_as_another_draft(workspace: Workspace, signed_in: SignIn) -> None:
    draft(workspace)
    browser = signed_in(Role.SUPERVISOR)
    typed = {"name": "east grows", "copy_of": "nothing", "unit_kind": "district", "typed": "1"}
    status, body = send(browser, "/plans", "/plans", **typed)
    page = html.unescape(body)
    assert status == 400
    assert 'A draft or a proposed plan is called "east grows" already. Choose another name.' in page
    assert 'name="name" type="text" value="east grows"' in page
    assert re.search(r'value="nothing" selected', page)
    assert re.search(r'value="district" selected', page)
    # What the editor saves for somebody gets a number instead.
    del typed["typed"]
    assert send(browser, "/plans", "/plans", **typed)[0] == 303
    assert plans.list_plans(workspace)[0]["name"] == "east grows (2)"


def test_files_in_and_out(workspace: Workspace, signed_in: SignIn) -> None:
    browser = signed_in(Role.SUPERVISOR)
    token = token_of(browser.get("/plans").text)

    def load(name: str, text: str) -> TestResponse:
        sent = {
            "csrf_token": token,
            "name": f"From {name}",
            "file": (io.BytesIO(text.encode()), name),
        }
        return browser.post("/plans/import", data=sent, content_type="multipart/form-data")

    rows = "\n".join(f"{unit},{team}" for unit, team in EAST.items())
    answer = load("../../a.csv", f"unit,team\n{rows}\n")
    assert answer.status_code == 303
    path = answer.headers["Location"]
    assert browser.get(f"{path}/export.csv").text.replace("\r", "").endswith(f"{rows}\n")
    areas = json.loads(browser.get(f"{path}/export.geojson?areas=1").text)
    assert [one["properties"]["team"] for one in areas["features"]] == ["T1", "T2"]
    assert browser.get(f"{path}/summary.pdf").data.startswith(b"%PDF")
    many = load("a.csv", "unit,team\n101,T1\n101,T1\n102,T9\n999,T1\n201,\n")
    assert many.status_code == 400
    page = html.unescape(many.text)
    for said in (
        "Row 3, unit “101”: The unit stands in row 2 already.",
        "Row 4, team “T9”: No general team is so called. Teams: T1, T2.",
        "Row 5, unit “999”: There is no such unit.",
        "Row 6, team: The row names no team.",
        "Unit “202”: The file has no row for it.",
        "Where: a.csv",
        'id="plan-name" name="name" type="text" value="From a.csv"',
    ):
        assert said in page
    broken = load("../Mine, été.geojson", '{"a": 1}')
    assert broken.status_code == 400
    page = html.unescape(broken.text)
    assert "Mine_ été.geojson cannot be read" in page
    assert "/tmp" not in page
    assert "DRIVER" not in page
    assert load("a.exe", "x").status_code == 400


def test_who_was_responsible(signed_in: SignIn) -> None:
    browser = signed_in(Role.SUPERVISOR)
    status, body = send(browser, "/responsible", "/responsible", address="322 1ST STREET NW")
    assert (status, "West Team" in body) == (200, True)
    status, body = send(browser, "/responsible", "/responsible", address="122 A STREET")
    assert "Nobody can be named" in body
    assert "more than one place" in body


def test_approval_is_turned_off_in_setup(workspace: Workspace, signed_in: SignIn) -> None:
    assert send(signed_in(Role.ADMINISTRATOR), "/setup/plan-approval", "/setup", on="no")[0] == 303
    browser = signed_in(Role.SUPERVISOR)
    path = f"/plans/{draft(workspace)}"
    day = (workspace.today() + timedelta(days=1)).isoformat()
    assert send(browser, f"{path}/propose", path, **{"from": day, "reason": "x"})[0] == 303
    assert "coming" in browser.get(path).text
