"""Taking a published plan back: before its day it goes, later a new plan goes back to the former.

Whatever is written for it is written in one transaction, so that nothing is left of what fails.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from geoteam.errors import DisclosureError, InputError, SettledError, WorkspaceBusyError
from geoteam.model import User
from geoteam.services.plan_approval import (
    need_every_team,
    need_reason,
    needs_approval,
    propose_within,
    publishes_alone,
)
from geoteam.services.plan_change import Dry, dry_run
from geoteam.services.plan_handover import concerned_by
from geoteam.services.plan_names import free_name
from geoteam.services.plan_publish import check_beginning, note, publish_within
from geoteam.services.scope import OPERATOR_PREFIX
from geoteam.services.workspace import Workspace
from geoteam.store import assignment_runs, assignments, plan_states, plan_steps, plans
from geoteam.store.plans import PROPOSED, PUBLISHED, SavedPlan


@dataclass(frozen=True, slots=True)
class GoesBack:
    """A plan that goes back to the one before.

    Attributes
    ----------
    plan_id
        The plan.
    counts
        As `publish` gives it, where it is published; None where it waits for a second person.
    """

    plan_id: int
    counts: dict[str, Any] | None


def must_ask(workspace: Workspace, user: User, plan: SavedPlan) -> bool:
    """Tell whether somebody else has to take a plan back before its day, as two published it.

    Parameters
    ----------
    workspace
        The workspace.
    user
        Who asks.
    plan
        A published plan.

    Returns
    -------
    bool
        True for who proposed it, where a second person is needed; never at the command line,
        which publishes alone. From its day on the plan that goes back is approved as any other.
    """
    if user.username.startswith(OPERATOR_PREFIX):
        return False
    coming = plan.effective_from is not None and plan.effective_from > workspace.today()
    return coming and plan.proposed_by == user.username and needs_approval(workspace)


def can_take_back(
    workspace: Workspace, user: User, plan_id: int, why: str, *, on: date | None = None
) -> bool:
    """Refuse at once what `take_back` would refuse, and tell whether the plan holds already.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor of every team.
    plan_id
        The newest published plan.
    why
        The reason.
    on
        As for `take_back`.

    Returns
    -------
    bool
        True where a new plan would go back to the one before; False where the plan would go.

    Raises
    ------
    NotFoundError
        When there is no such plan.
    DisclosureError
        When the user may not, or would decide alone on a plan of their own.
    InputError
        When it is not the newest published plan, there is none before it or its boundaries are no
        longer in force, the day is past or too early, or the reason is empty.
    """
    need_every_team(user)
    need_reason(why)
    with workspace.reading() as session:
        plan = plans.get(session, plan_id)
        _former(workspace, session, plan, _day(workspace, on))
    if must_ask(workspace, user, plan):
        raise DisclosureError(
            "you proposed this plan, and two people publish a plan: one cannot take it back alone",
            remedy="Ask another supervisor of every team to take it back",
        )
    return _holds(workspace, plan)


def take_back(
    workspace: Workspace, user: User, plan_id: int, why: str, *, on: date | None = None
) -> GoesBack | None:
    """Take a published plan back.

    Before its day it goes, with the assignments that it would have brought, and the plan until
    then stands. From its day on history stays: a new plan like the one before it follows, from a
    given day, and is proposed and approved as any other.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor of every team.
    plan_id
        The newest published plan.
    why
        The reason.
    on
        First day on which the former plan holds again, where this one holds already; by default
        tomorrow.

    Returns
    -------
    GoesBack or None
        The new plan, where one was made.

    Raises
    ------
    NotFoundError
        When there is no such plan.
    DisclosureError
        When the user may not, or would decide alone on a plan of their own.
    InputError
        When it is not the newest published plan, there is none before it or its boundaries are no
        longer in force, the day is past or too early, or the reason is empty.
    WorkspaceBusyError
        When somebody else assigned clients or published a plan meanwhile, or the plan came into
        force.
    """
    holds, day = can_take_back(workspace, user, plan_id, why, on=on), _day(workspace, on)
    dry = None
    if holds and publishes_alone(workspace, user):
        with workspace.reading() as session:
            former = _former(workspace, session, plans.get(session, plan_id), day)
        # The former plan from that day on is what the new one will be, which is not yet there.
        dry = dry_run(workspace, former.id, day)
    with workspace.transaction() as session:
        assignment_runs.wait_alone(session)
        plan = plans.get(session, plan_id)
        former = _former(workspace, session, plan, day)
        if _holds(workspace, plan) != holds:
            raise WorkspaceBusyError(
                "the plan came into force meanwhile",
                where=f"plan {plan_id}",
                remedy="Look at what taking it back changes now, and decide then",
            )
        if not holds:
            _drop(workspace, session, user, plan, why)
            return None
        made = _like(workspace, session, user, former)
        plan_steps.add(
            session, plan_id, plan_steps.GO_BACK,
            by=user.username, at=workspace.now(), why=why, day=day, by_plan_id=made.id,
        )  # fmt: skip
        note(workspace, session, user.username, "plan.take_back", plan_id, by_plan=made.id)
        if dry is None:
            propose_within(workspace, session, user, made.id, day, why)
            return GoesBack(made.id, None)
        counts = publish_within(
            workspace, session, user.username, _solved_for(made, dry), day, reason=why
        )
    return GoesBack(made.id, counts)


def _day(workspace: Workspace, on: date | None) -> date:
    return on or workspace.today() + timedelta(days=1)


def _holds(workspace: Workspace, plan: SavedPlan) -> bool:
    return plan.effective_from is not None and plan.effective_from <= workspace.today()


def _former(workspace: Workspace, session: Session, plan: SavedPlan, day: date) -> SavedPlan:
    """Find the plan before one, when that can be taken back; from a day on, where it holds."""
    where = f"plan {plan.id}"
    if plan.status != PUBLISHED or plan.effective_to is not None or plan.effective_from is None:
        raise SettledError("only the newest published plan can be taken back", where=where)
    former = plan_states.before(session, plan)
    if former is None:
        raise InputError(
            "there is no plan before this one",
            where=where,
            remedy="Draw another plan and publish it",
        )
    if not _holds(workspace, plan):
        return former
    if day <= plan.effective_from:
        raise InputError(
            f"the plan holds since {plan.effective_from.isoformat()}",
            where=where,
            remedy="Choose a later day for the former plan",
        )
    going = plan_steps.going_back(session, plan.id)
    if going is not None and (by := plans.get(session, going)).status == PROPOSED:
        raise SettledError(
            f"taking this plan back waits for approval already: {by.name}",
            where=where,
            remedy="Approve that plan, or send it back first",
        )
    check_beginning(workspace, session, former, day)
    return former


def _drop(workspace: Workspace, session: Session, user: User, plan: SavedPlan, why: str) -> None:
    """Take a plan back that is to come, with the assignments that it would have brought."""
    begins = plan.effective_from or workspace.today()
    plan_states.take_back(
        session,
        plan.id,
        why=why,
        by=user.username,
        at=workspace.now(),
        concerned=concerned_by(assignments.transfers(session, plan.id, begins)),
    )
    assignment_runs.drop_from(session, begins)
    note(workspace, session, user.username, "plan.take_back", plan.id)


def _like(workspace: Workspace, session: Session, user: User, former: SavedPlan) -> SavedPlan:
    """Make a draft that is like a plan before."""
    made = plans.create(
        session,
        name=free_name(session, f"Back to {former.name}"),
        boundary_set_id=former.boundary_set_id,
        units=plans.units(session, former.id),
        by=user.username,
        at=workspace.now(),
        based_on_id=former.id,
    )
    return plans.get(session, made)


def _solved_for(plan: SavedPlan, dry: Dry) -> Dry:
    """Give the outcome for a plan to another plan with the same units."""
    (first,) = dry.solved
    return replace(
        dry, plan=plan, solved=[replace(first, stretch=replace(first.stretch, plan=plan))]
    )
