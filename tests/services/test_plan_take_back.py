"""Taking back a plan that holds already: whole or nothing, and once only."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date, timedelta
from typing import Any

import pytest

from geoteam.errors import InputError, SettledError, WorkspaceBusyError
from geoteam.services import (
    assigning,
    plan_approval,
    plan_drafts,
    plan_impact,
    plan_publish,
    plan_take_back,
    plans,
)
from geoteam.services.plan_views import plan_view
from geoteam.services.workspace import Workspace
from geoteam.store import assignment_runs, audit, plan_states, plan_steps
from tests.made_city import BOSS, NOW, counts
from tests.services.test_plan_continuity import BACK
from tests.services.test_plan_publish import EAST, IN_102, LATER, SECOND, at, draft, held
from tests.tiny_city import TODAY

AFTER = date(2026, 7, 10)


def holding(workspace: Workspace, *, approval: bool) -> tuple[Workspace, int]:
    """The workspace on a day on which the plan that gave 102 to the east holds."""
    plan = draft(workspace)
    plan_publish.publish(workspace, "test", plan, LATER)
    plan_approval.set_approval(workspace, "test", on=approval)
    return at(workspace, AFTER), plan


def traces(workspace: Workspace) -> tuple[object, ...]:
    """All that taking back writes."""
    with workspace.reading() as session:
        steps = [plan_steps.of_plan(session, row["id"]) for row in plans.list_plans(workspace)]
        events = audit.head(session)
    return counts(workspace), plans.list_plans(workspace), steps, events


def test_a_run_of_somebody_else_meanwhile_leaves_nothing_of_it(
    lone: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    later, plan = holding(lone, approval=False)
    real, left = plan_take_back.dry_run, []

    def and_then_a_run(*args: Any) -> Any:
        dry = real(*args)
        assigning.run_assignment(at(lone, AFTER), "other", rebalance=True)
        left.append((traces(lone), held(lone, BACK)))
        return dry

    monkeypatch.setattr(plan_take_back, "dry_run", and_then_a_run)
    with pytest.raises(WorkspaceBusyError, match="somebody else assigned clients"):
        plan_take_back.take_back(later, BOSS, plan, "It did not work", on=BACK)
    ((before, officers),) = left
    assert traces(lone) == before
    assert {row["status"] for row in plans.list_plans(lone)} == {"published"}
    assert held(lone, BACK).equals(officers)
    monkeypatch.undo()
    assert plan_take_back.take_back(later, BOSS, plan, "It did not work", on=BACK)
    assert set(held(lone, BACK).loc[IN_102, "team"]) == {"T1"}


def test_a_proposal_that_fails_leaves_nothing_of_it(
    lone: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    later, plan = holding(lone, approval=True)
    before = traces(lone)
    real = plan_states.propose

    def full(*args: Any, **options: Any) -> None:
        real(*args, **options)
        raise WorkspaceBusyError("the disk is full")

    monkeypatch.setattr(plan_states, "propose", full)
    with pytest.raises(WorkspaceBusyError):
        plan_take_back.take_back(later, BOSS, plan, "It did not work", on=BACK)
    assert traces(lone) == before


_TAKE_BACK = """
import os, signal, sys
from datetime import UTC, date, datetime
from pathlib import Path
from geoteam.services import plan_take_back
from geoteam.services.workspace import Workspace
from geoteam.store import plan_states, plan_steps, plans
from tests.made_city import BOSS
real = {module}.{function}
def dies(*args, **options):
    real(*args, **options)
    os.kill(os.getpid(), signal.SIGKILL)
{module}.{function} = dies
now = datetime(2026, 7, 10, 16, tzinfo=UTC)
workspace = Workspace.open(Path(sys.argv[1]), sys.argv[2], clock=lambda: now)
plan_take_back.take_back(workspace, BOSS, int(sys.argv[3]), "No", on=date(2026, 7, 15))
"""


@pytest.mark.parametrize(
    ("approval", "module", "function"),
    [
        (False, "plans", "create"),
        (False, "plan_states", "publish"),
        (True, "plan_steps", "add"),
        (True, "plan_states", "propose"),
    ],
)
def test_a_kill_while_taking_back_leaves_nothing(
    fresh: Workspace, *, approval: bool, module: str, function: str
) -> None:
    later, plan = holding(fresh, approval=approval)
    before, officers = traces(fresh), held(fresh, BACK)
    url = fresh.engine.url.render_as_string(hide_password=False)
    code = _TAKE_BACK.format(module=module, function=function)
    done = subprocess.run(
        [sys.executable, "-c", code, str(fresh.folder), url, str(plan)],
        check=False, capture_output=True, timeout=120,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert traces(fresh) == before
    assert held(fresh, BACK).equals(officers)
    assert plan_take_back.take_back(later, BOSS, plan, "No", on=BACK)


def test_what_cannot_be_is_refused_before_anything_is_computed(
    lone: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    later, plan = holding(lone, approval=False)
    monkeypatch.setattr(plan_take_back, "dry_run", None)
    for day, said in ((AFTER - timedelta(days=1), "which is past"), (LATER, "holds since")):
        with pytest.raises(InputError, match=said):
            plan_take_back.take_back(later, BOSS, plan, "No", on=day)
    with pytest.raises(SettledError, match="only the newest published plan"):
        plan_take_back.take_back(later, BOSS, 1, "No", on=BACK)


def sent_back(workspace: Workspace, plan: int) -> int:
    """Ask to take a plan back, and be refused: a draft is left."""
    made = plan_take_back.take_back(workspace, BOSS, plan, "It did not work", on=BACK)
    assert made is not None
    plan_approval.send_back(workspace, SECOND, made.plan_id, "It did")
    return made.plan_id


def test_an_older_plan_that_goes_back_counts_while_it_waits_and_once_it_is_to_come(
    lone: Workspace,
) -> None:
    """Two were sent back; the first of them is proposed again and approved."""
    later, plan = holding(lone, approval=True)
    first, _ = sent_back(later, plan), sent_back(later, plan)
    assert plan_view(later, BOSS, plan)["may_take_back"]
    plan_approval.propose(later, BOSS, first, BACK, "It did not")
    shown = plan_view(later, BOSS, plan)
    assert (shown["going_back"]["id"], shown["may_take_back"]) == (first, False)
    with pytest.raises(SettledError, match="waits for approval already"):
        plan_take_back.take_back(later, SECOND, plan, "Again", on=BACK)
    plan_approval.approve(later, SECOND, first)
    shown = plan_view(later, BOSS, plan)
    assert (shown["going_back"]["id"], shown["going_back"]["status"]) == (first, "published")


def test_a_plan_that_goes_back_counts_though_another_one_is_proposed_after_it(
    lone: Workspace,
) -> None:
    later, plan = holding(lone, approval=True)
    first, second = sent_back(later, plan), sent_back(later, plan)
    plan_approval.propose(later, BOSS, first, BACK, "It did not")
    plan_approval.approve(later, SECOND, first)
    plan_approval.propose(later, BOSS, second, BACK + timedelta(days=9), "To be sure")
    assert plan_view(later, BOSS, plan)["going_back"]["id"] == first


def test_who_returns_is_told_also_for_a_day_before_another_plan_begins(lone: Workspace) -> None:
    """Between the plan that holds and one to come, a plan as before would undo the first."""
    later, _ = holding(lone, approval=False)
    coming = draft(lone, EAST | {"201": "T1"}, name="Coming")
    plan_publish.publish(later, "test", coming, BACK + timedelta(days=30))
    made = draft(lone, EAST | {"102": "T1"}, name="As before")
    told = plan_impact.plan_impact(later, BOSS, made, on=BACK)
    assert told["figures"]["back"]["moved"] == len(IN_102)
    # On a day after the next one it would undo nothing.
    told = plan_impact.plan_impact(later, BOSS, made, on=BACK + timedelta(days=40))
    assert told["figures"]["back"] is None


def test_a_second_plan_that_goes_back_has_a_number(lone: Workspace) -> None:
    later, plan = holding(lone, approval=True)
    sent_back(later, plan)
    second = sent_back(later, plan)
    third = sent_back(later, plan)
    named = {row["id"]: row["name"] for row in plans.list_plans(lone)}
    assert (named[second], named[third]) == (
        f"Back to {plans.BASELINE} (2)",
        f"Back to {plans.BASELINE} (3)",
    )
    plan_drafts.delete(later, BOSS, second)
    fourth = sent_back(later, plan)
    named = {row["id"]: row["name"] for row in plans.list_plans(lone)}
    assert named[fourth] == named[second]


def test_a_plan_that_comes_into_force_meanwhile_is_not_dropped(
    lone: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = draft(lone)
    plan_publish.publish(lone, "test", plan, LATER)
    before, officers = traces(lone), held(lone, LATER)
    # Whoever waits for somebody else's run waits past midnight.
    days = [LATER - timedelta(days=1)]
    late = Workspace(lone.folder, lone.engine, lambda: NOW + (days[-1] - TODAY))
    monkeypatch.setattr(assignment_runs, "wait_alone", lambda _: days.append(LATER))
    with pytest.raises(WorkspaceBusyError, match="came into force meanwhile"):
        plan_take_back.take_back(late, BOSS, plan, "No", on=BACK)
    assert traces(lone) == before
    assert held(lone, LATER).equals(officers)


def test_today_is_early_enough_where_the_plan_began_before(lone: Workspace) -> None:
    plan = draft(lone)
    plan_publish.publish(lone, "test", plan, TODAY)
    plan_approval.set_approval(lone, "test", on=False)
    tomorrow = at(lone, TODAY + timedelta(days=1))
    made = plan_take_back.take_back(tomorrow, BOSS, plan, "No", on=TODAY + timedelta(days=1))
    assert made is not None
    with lone.reading() as session:
        actions = [row["action"] for row in audit.page(session, limit=3)[0]]
    assert actions == ["plan.publish", "assignment.run", "plan.take_back"]
