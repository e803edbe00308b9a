"""The history of a plan: made, edited, proposed, published, in force, ended, taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

from geoteam.services.scope import OPERATOR_PREFIX
from geoteam.services.wording import told_day
from geoteam.services.workspace import Workspace
from geoteam.store import plan_edits, plan_states, plan_steps, plans
from geoteam.store.plan_steps import Step
from geoteam.store.plans import PUBLISHED, SavedPlan

_KINDS = {
    "paint": "moved units",
    "undo": "took edits back",
    "redo": "brought edits back",
    "split": "split a unit",
    "join": "joined a unit again",
    "solve": "took a proposal of the solver",
    "merge": "merged edits",
}


def named(username: str, people: Mapping[str, str]) -> str:
    """Name who did something; at the command line the operating system's user.

    Parameters
    ----------
    username
        The account, or the operator; '' for nobody.
    people
        Name of each account.

    Returns
    -------
    str
        The name; where none is known, the account.
    """
    told = username.removeprefix(OPERATOR_PREFIX)
    return people.get(username, username if told == username else f"{told} (command line)")


def history(
    workspace: Workspace, session: Session, plan: SavedPlan, people: Mapping[str, str]
) -> list[dict[str, Any]]:
    """List what happened to a plan; like edits in a row count as one.

    Parameters
    ----------
    workspace
        The workspace, for its days.
    session
        Open session.
    plan
        The plan.
    people
        Name of each account.

    Returns
    -------
    list of dict
        Newest first: ``at``, ``by`` (a name, '' for what nobody does), ``what``, ``why`` ('' for
        none), ``other`` (id and name of the plan that it is about, or None), ``day`` (of what
        happened by itself on a day, else None).
    """
    told = [_made(session, plan, people)]
    told += _edits(session, plan, people)
    told += [_step(session, step, people) for step in plan_steps.of_plan(session, plan.id)]
    told += _in_force(workspace, session, plan)
    # Sorted, then turned: what came later stands first, also within one moment.
    told.sort(key=lambda one: one["at"])
    return told[::-1]


def _told(at: datetime, by: str, what: str, why: str = "", other: Any = None) -> dict[str, Any]:
    found = None if other is None else {"id": other.id, "name": other.name}
    return {"at": at, "by": by, "what": what, "why": why, "other": found, "day": None}


def _made(session: Session, plan: SavedPlan, people: Mapping[str, str]) -> dict[str, Any]:
    back = plan_steps.goes_back(session, plan.id)
    by = named(plan.created_by, people)
    if back is None:
        return _told(plan.created_at, by, "made the plan")
    undone = plans.get(session, back.plan_id)
    return _told(plan.created_at, by, "made the plan, to take back", other=undone)


def _edits(session: Session, plan: SavedPlan, people: Mapping[str, str]) -> list[dict[str, Any]]:
    told = []
    edits = plan_edits.since(session, plan.id, 0)
    for (by, kind), some in groupby(edits, key=lambda edit: (edit.by, edit.kind)):
        mine = list(some)
        number = len({unit for edit in mine for unit in edit.changes})
        what = f"{_KINDS.get(kind, kind)} ({number} unit{'' if number == 1 else 's'})"
        told.append(_told(mine[-1].at, named(by, people), what))
    return told


def _step(session: Session, step: Step, people: Mapping[str, str]) -> dict[str, Any]:
    day = "" if step.day is None else told_day(step.day)
    other = None if step.by_plan_id is None else plans.get(session, step.by_plan_id)
    what = {
        plan_steps.PROPOSE: f"proposed it from {day}",
        plan_steps.APPROVE: f"approved and published it from {day}",
        plan_steps.PUBLISH_ALONE: f"published it from {day}",
        plan_steps.SEND_BACK: "sent it back",
        plan_steps.TAKE_BACK: "took the published plan back before its first day",
        # Its plan may be gone: a draft that was never proposed is deleted whole.
        plan_steps.GO_BACK: f"asked to take it back from {day}" + (", with" if other else ""),
        plan_steps.DELETE: "deleted the draft",
    }[step.kind]
    if step.kind == plan_steps.SEND_BACK and step.by == _last_proposer(session, step):
        what = "took the proposal back"
    return _told(step.at, named(step.by, people), what, step.why, other)


def _last_proposer(session: Session, sent_back: Step) -> str:
    steps = plan_steps.of_plan(session, sent_back.plan_id)
    earlier = [one for one in steps[: steps.index(sent_back)] if one.kind == plan_steps.PROPOSE]
    return earlier[-1].by if earlier else ""


def _in_force(workspace: Workspace, session: Session, plan: SavedPlan) -> list[dict[str, Any]]:
    """Tell from when to when a plan held, as far as these days have come."""
    if plan.status != PUBLISHED or plan.effective_from is None:
        return []
    told = []
    former, after = plan_states.before(session, plan), None
    if plan.effective_to is not None:
        after = plans.in_force(session, plan.effective_to)
    for day, what, joined, other in (
        (plan.effective_from, "The plan came into force", ", in place of", former),
        (plan.effective_to, "The plan ended", ": its place took", after),
    ):
        if day is not None and day <= workspace.today():
            # A plan that was published for a day already begun held from then on.
            at = max(_start(workspace, day), plan.approved_at or plan.created_at)
            what += joined if other else ""
            told.append(_told(at, "", what, other=other) | {"day": day})
    return told


def _start(workspace: Workspace, day: date) -> datetime:
    return datetime.combine(day, time(), workspace.profile.city.zone)
