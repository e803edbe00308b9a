"""The history of a plan: every step with who, when and why."""

from __future__ import annotations

from datetime import date

import pytest

from geoteam.errors import InputError, SettledError
from geoteam.services import accounts, plan_approval, plan_publish, plan_take_back, plans
from geoteam.services.plan_views import plan_view
from geoteam.services.workspace import Workspace
from geoteam.store import audit, plan_steps
from geoteam.store import plans as plan_store
from tests.made_city import BOSS
from tests.services.test_plan_publish import LATER, SECOND, at, draft

BACK = date(2026, 7, 15)


def told(workspace: Workspace, plan: int) -> list[str]:
    """Each step in words, oldest first."""
    lines = []
    for one in reversed(plan_view(workspace, BOSS, plan)["history"]):
        other = one["other"]["name"] if one["other"] else ""
        words = " ".join(part for part in (one["by"], one["what"], other) if part)
        lines.append(words + (f": {one['why']}" if one["why"] else ""))
    return lines


def test_every_step_before_the_first_day_is_told(fresh: Workspace) -> None:
    plan = draft(fresh)
    plan_approval.propose(fresh, BOSS, plan, LATER, "The east is empty")
    plan_approval.send_back(fresh, SECOND, plan, "Look at 102 again")
    plan_approval.propose(fresh, BOSS, plan, LATER, "102 is right")
    plan_approval.send_back(fresh, BOSS, plan, "Not yet")
    plan_approval.propose(fresh, BOSS, plan, LATER, "Now")
    plan_approval.approve(fresh, SECOND, plan)
    plan_take_back.take_back(fresh, SECOND, plan, "Two officers are on leave")
    boss, second = BOSS.username, SECOND.username
    assert told(fresh, plan) == [
        "test made the plan",
        f"{boss} proposed it from 1 Jul 2026: The east is empty",
        f"{second} sent it back: Look at 102 again",
        f"{boss} proposed it from 1 Jul 2026: 102 is right",
        f"{boss} took the proposal back: Not yet",
        f"{boss} proposed it from 1 Jul 2026: Now",
        f"{second} approved and published it from 1 Jul 2026",
        f"{second} took the published plan back before its first day: Two officers are on leave",
    ]


def test_a_plan_taken_back_while_in_force_tells_when_it_held_and_what_followed(
    lone: Workspace,
) -> None:
    plan = draft(lone)
    plan_publish.publish(lone, "test", plan, LATER, reason="The east is empty")
    assert told(lone, plan)[-1] == "test published it from 1 Jul 2026: The east is empty"
    later = at(lone, date(2026, 7, 10))
    made = plan_take_back.take_back(later, BOSS, plan, "It did not work", on=BACK)
    assert made is not None
    name = f"Back to {plans.BASELINE}"
    asked = f"{BOSS.username} asked to take it back from 15 Jul 2026, with {name}: It did not work"
    came = f"The plan came into force, in place of {plans.BASELINE}"
    assert told(later, plan)[2:] == [came, asked]
    shown = plan_view(later, BOSS, plan)
    assert shown["going_back"] == {
        "id": made.plan_id, "name": name, "status": "proposed", "since": BACK,
    }  # fmt: skip
    assert not shown["may_take_back"]
    with pytest.raises(SettledError, match="waits for approval already: Back to"):
        plan_take_back.take_back(later, SECOND, plan, "Again", on=BACK)
    plan_approval.approve(later, SECOND, made.plan_id)
    after = at(lone, BACK)
    assert told(after, plan)[2:] == [came, asked, f"The plan ended: its place took {name}"]
    assert told(after, made.plan_id)[0] == (
        f"{BOSS.username} made the plan, to take back East grows"
    )
    assert plan_view(after, BOSS, plan)["going_back"] is None


def test_a_taking_back_that_was_refused_may_be_asked_for_again(lone: Workspace) -> None:
    plan = draft(lone)
    plan_publish.publish(lone, "test", plan, LATER)
    later = at(lone, date(2026, 7, 10))
    made = plan_take_back.take_back(later, BOSS, plan, "It did not work", on=BACK)
    assert made is not None
    plan_approval.send_back(later, SECOND, made.plan_id, "It did")
    assert plan_view(later, BOSS, plan)["may_take_back"]
    assert plan_take_back.take_back(later, BOSS, plan, "It did not", on=BACK) is not None


def test_a_taking_back_from_a_day_that_cannot_be_leaves_nothing(lone: Workspace) -> None:
    plan = draft(lone)
    plan_publish.publish(lone, "test", plan, LATER)
    later = at(lone, date(2026, 7, 20))
    before = told(later, plan)
    with pytest.raises(InputError, match="which is past"):
        plan_take_back.take_back(later, BOSS, plan, "It did not work", on=BACK)
    assert told(later, plan) == before
    with later.reading() as session:
        assert plan_store.list_plans(session, plan_store.DRAFT) == []
        actions = [row["action"] for row in audit.page(session, limit=500)[0]]
    assert "plan.take_back" not in actions


def test_a_taking_back_that_came_to_nothing_names_no_plan_that_is_gone(lone: Workspace) -> None:
    """Earlier versions kept the step of a plan that was never proposed and could be deleted."""
    plan = draft(lone)
    plan_publish.publish(lone, "test", plan, LATER)
    later = at(lone, date(2026, 7, 10))
    with later.transaction() as session:
        plan_steps.add(
            session, plan, plan_steps.GO_BACK, by=BOSS.username, at=later.now(),
            why="It did not work", day=BACK, by_plan_id=None,
        )  # fmt: skip
    asked = f"{BOSS.username} asked to take it back from 15 Jul 2026: It did not work"
    assert told(later, plan)[-1] == asked


def test_names_stand_for_accounts(lone: Workspace) -> None:
    accounts.add_user(
        lone, "test", username=BOSS.username, name="Bea Boss", role=BOSS.role,
        password="correct horse battery staple", team_refs=("*",),
    )  # fmt: skip
    plan = draft(lone)
    plan_approval.propose(lone, BOSS, plan, LATER, "The east is empty")
    assert told(lone, plan)[-1].startswith("Bea Boss proposed it")
