"""Taking back and handing over in the pages: what is told before, and to whom."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select, update

from geoteam.model import Role
from geoteam.services import plan_approval, plan_handover, plan_publish, plan_take_back
from geoteam.services.wording import told_day
from geoteam.services.workspace import Workspace
from geoteam.store.tables import AssignmentRow, AuditRow, OfficerRow
from tests.made_city import BOSS, O1
from tests.server.served import token_of
from tests.server.test_plan_pages import draft

SignIn = Callable[[Role], FlaskClient]


def test_what_has_nothing_to_do_with_a_plan_stands_apart(
    workspace: Workspace, signed_in: SignIn
) -> None:
    browser = signed_in(Role.SUPERVISOR)
    path = f"/plans/{draft(workspace)}/impact"
    page = browser.get(path).text
    assert page.index("Because of the plan") < page.index("Because officers are chosen anew")
    assert browser.get(f"{path}.json").json["figures"]["anew"] == {
        "officer": 0,
        "gained": 0,
        "lost": 0,
    }
    assert ",cause," in browser.get(f"{path}.csv").text.splitlines()[0]


def test_who_would_return_is_told_before_it_is_taken_back(
    workspace: Workspace, signed_in: SignIn
) -> None:
    with workspace.transaction() as session:
        held_since = workspace.today() - timedelta(days=30)
        session.execute(update(AssignmentRow).values(valid_from=held_since))
    plan = draft(workspace)
    plan_publish.publish(workspace, "test", plan, workspace.today())
    browser = signed_in(Role.SUPERVISOR)
    page = browser.get(f"/plans/{plan}").text
    assert "See who would return" in page
    page = browser.get(f"/plans/{plan}/return").text
    assert "Of the 7 clients" in page
    assert "return to their former officer</dt><dd>7</dd>" in page
    assert "Nothing is written yet." in page
    day = (workspace.today() + timedelta(days=1)).isoformat()
    assert f'name="from" value="{day}"' in page


def test_who_proposed_a_plan_cannot_take_it_back_alone(
    workspace: Workspace, signed_in: SignIn
) -> None:
    plan, day = draft(workspace), workspace.today() + timedelta(days=10)
    browser = signed_in(Role.SUPERVISOR)
    own = replace(BOSS, username=Role.SUPERVISOR.value)
    plan_approval.propose(workspace, own, plan, day, "Less")
    plan_approval.approve(workspace, BOSS, plan)
    page = browser.get(f"/plans/{plan}").text
    assert "only another supervisor of every team can take it back" in page
    assert f'action="/plans/{plan}/take-back"' not in page
    assert plan_take_back.take_back(workspace, BOSS, plan, "A mistake") is None
    page = browser.get(f"/plans/{plan}").text
    assert 'before its first day<span class="history-why">A mistake<' in page


def test_a_plan_that_is_not_published_has_no_hand_over_list(
    workspace: Workspace, signed_in: SignIn
) -> None:
    plan = draft(workspace)
    boss, officer = signed_in(Role.SUPERVISOR), signed_in(Role.OFFICER)
    for ending in ("", ".csv", ".pdf"):
        answer = boss.get(f"/plans/{plan}/handover{ending}")
        assert answer.status_code == 404
        assert "East grows is not published" in answer.text
        assert "geoteam plans" not in answer.text
        # Officers are not told whether there is such a plan.
        for other in (plan, 99):
            answer = officer.get(f"/plans/{other}/handover{ending}")
            assert answer.status_code == 403
            assert "East grows" not in answer.text


def test_a_client_handed_over_is_ticked_for_both_officers(
    workspace: Workspace, signed_in: SignIn
) -> None:
    plan = draft(workspace)
    plan_publish.publish(workspace, "test", plan, workspace.today())
    boss, officer = signed_in(Role.SUPERVISOR), signed_in(Role.OFFICER)
    path = f"/plans/{plan}/handover"
    page = officer.get(path).text
    assert "0 of " in page
    ref = re.search(r'name="client" value="([^"]+)"', page)
    assert ref
    form = {"csrf_token": token_of(page), "client": ref[1], "row": "1", "done": "1"}
    answer = officer.post(f"{path}/tick", data=form)
    assert answer.status_code == 303
    assert answer.location.endswith(f"{path}#row-1")
    for browser in (officer, boss):
        told = browser.get(path).text
        assert "1 of " in told
        assert "Not done" in told
    assert ",done_by,done_at" in boss.get(f"{path}.csv").text.splitlines()[0]
    officer.post(f"{path}/tick", data=form | {"done": "0"})
    assert "0 of " in boss.get(path).text
    answer = officer.post(f"{path}/tick", data=form | {"client": "nobody"})
    assert answer.status_code == 404
    with workspace.reading() as session:
        said = session.scalars(
            select(AuditRow.detail).where(AuditRow.action == "plan.handover_tick")
        ).all()
    assert said == [{"plan": plan, "done": True}, {"plan": plan, "done": False}]


def test_the_first_page_of_an_officer_tells_what_is_to_be_handed_over(
    workspace: Workspace, signed_in: SignIn
) -> None:
    officer = signed_in(Role.OFFICER)
    assert "Hand-over</h2>" not in officer.get("/").text
    plan = draft(workspace)
    plan_publish.publish(workspace, "test", plan, workspace.today())
    mine = plan_handover.coming(workspace, O1)[0]["clients"]
    page = officer.get("/").text
    assert f"<dt>to be handed over</dt><dd>{mine}</dd>" in page
    assert f"with a plan from {told_day(workspace.today())}:" in page
    rows = plan_handover.handover(workspace, O1, plan)["clients"]
    for row in rows:
        plan_handover.tick(workspace, O1, plan, row["client_ref"], done=True)
    assert "Hand-over</h2>" not in officer.get("/").text


def test_who_assigns_is_told_of_those_who_will_have_nobody(
    workspace: Workspace, signed_in: SignIn
) -> None:
    plan = draft(workspace)
    day = workspace.today() + timedelta(days=30)
    plan_publish.publish(workspace, "test", plan, day)
    with workspace.transaction() as session:
        east = OfficerRow.ref.in_(("O3", "O4"))
        session.execute(update(OfficerRow).where(east).values(full_time_share=0))
    browser = signed_in(Role.SUPERVISOR)
    form = {"csrf_token": token_of(browser.get("/assignment").text)}
    page = browser.post("/assignment", data=form, follow_redirects=True).text
    told = re.search(rf"From {told_day(day)}, when East grows begins, (\d+) clients with an", page)
    assert told
    assert "officer until then will have nobody." in page
    assert int(told[1]) > 1
