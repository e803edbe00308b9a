"""Publishing: a plan takes effect from a day on, with the assignments that it brings.

A plan and the assignments that it brings are written in one transaction, so that whatever happens
there are both or neither.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from geoteam.errors import InputError, SettledError, WorkspaceBusyError
from geoteam.services.assigning import refuse_stale, write_solved
from geoteam.services.plan_change import Dry, back_of, dry_run
from geoteam.services.plan_rights import refuse_unusable
from geoteam.services.workspace import Workspace
from geoteam.store import audit, boundaries, plan_edits, plan_states, plans
from geoteam.store.plans import DRAFT, PROPOSED, PUBLISHED, SAID, SavedPlan


def publish(
    workspace: Workspace,
    actor: str,
    plan_id: int,
    effective_from: date,
    *,
    reason: str = "",
    approves: SavedPlan | None = None,
    seen: str = "",
) -> dict[str, Any]:
    """Publish a plan from a day on, and write the assignments that it brings.

    Parameters
    ----------
    workspace
        The workspace.
    actor
        Who publishes; the audit log names them.
    plan_id
        A draft or a proposed plan.
    effective_from
        First day on which it holds: today or later. The first plan of a workspace may begin
        earlier.
    reason
        Why.
    approves
        The plan as somebody else proposed it, where that is approved; nothing is written when it
        is another by now.
    seen
        Digest of the impact that was looked at; nothing is written when it is another by now.

    Returns
    -------
    dict
        Counts of the assignment: ``clients``, ``assigned``, ``kept``, ``changed``, ``new`` (had no
        officer), ``lost``; ``back``: as `back_of` tells who returns.

    Raises
    ------
    NotFoundError
        When there is no such plan.
    InputError
        When the plan or the day cannot be used.
    WorkspaceBusyError
        When somebody else assigned clients, published a plan or changed this one meanwhile.
    """
    plan = can_publish(workspace, plan_id, effective_from)
    _refuse_changed(plan, approves or plan)
    dry = dry_run(workspace, plan_id, effective_from)
    if seen and seen != dry.digest:
        raise WorkspaceBusyError(
            "clients, officers or the proposal changed since you looked at what the plan does",
            where=f"plan {plan_id}",
            remedy="Look at it again, and decide then",
        )
    with workspace.transaction() as session:
        _refuse_changed(plan_edits.lock(session, plan_id), plan)
        return publish_within(
            workspace,
            session,
            actor,
            dry,
            effective_from,
            reason=reason or plan.reason,
            proposed_by=approves.proposed_by if approves else "",
        )


def can_publish(workspace: Workspace, plan_id: int, effective_from: date) -> SavedPlan:
    """Refuse at once what `publish` would refuse whatever the assignment.

    Parameters
    ----------
    workspace
        The workspace.
    plan_id
        The plan.
    effective_from
        Its first day.

    Returns
    -------
    SavedPlan
        The plan.

    Raises
    ------
    NotFoundError
        When there is no such plan.
    InputError
        When the plan or the day cannot be used.
    """
    with workspace.reading() as session:
        plan = plans.get(session, plan_id)
        check_publishable(workspace, session, plan, effective_from)
    return plan


def _refuse_changed(now: SavedPlan, known: SavedPlan) -> None:
    """Refuse a plan that is not as it was: edited, renamed, sent back or proposed anew."""
    if now != known:
        raise WorkspaceBusyError(
            "somebody else changed the plan meanwhile",
            where=f"plan {known.id}",
            remedy="Look at it again, and decide then",
        )


def publish_within(
    workspace: Workspace,
    session: Session,
    actor: str,
    dry: Dry,
    effective_from: date,
    *,
    reason: str,
    proposed_by: str = "",
) -> dict[str, Any]:
    """Publish a plan that was solved, in the caller's transaction.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session of a transaction.
    actor
        Who publishes; the audit log names them.
    dry
        The plan, solved.
    effective_from
        First day on which it holds.
    reason
        Why.
    proposed_by
        Who asked for it, where somebody else approves.

    Returns
    -------
    dict
        As `publish` gives it.

    Raises
    ------
    WorkspaceBusyError
        When somebody else assigned clients or published a plan since it was solved.
    """
    refuse_stale(workspace, session, dry.case)
    plan_states.publish(
        session,
        dry.plan.id,
        effective_from,
        reason=reason,
        proposed_by=proposed_by or actor,
        approved_by=actor if proposed_by else "",
        at=workspace.now(),
    )
    if len(dry.case.clients):
        write_solved(workspace, session, actor, dry.case, dry.solved)
    note(workspace, session, actor, "plan.publish", dry.plan.id, effective=effective_from)
    return {
        key: dry.solved[0].summary[key]
        for key in ("clients", "assigned", "kept", "changed", "new", "lost")
    } | {"back": back_of(dry)}


def check_publishable(workspace: Workspace, session: Session, plan: SavedPlan, day: date) -> None:
    """Refuse a plan that cannot be published, or not from a day on.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    plan
        The plan.
    day
        Its first day.

    Raises
    ------
    SettledError
        When it is no draft and not proposed.
    InputError
        When a unit has no team or one that may hold none, the day is past or not after those of the
        published plans, or the plan's boundaries are no longer in force on it.
    """
    where = f"plan {plan.id}"
    if plan.status not in (DRAFT, PROPOSED):
        raise SettledError(
            f"the plan is {SAID[plan.status]}, not a draft",
            where=where,
            remedy="Copy it to a new draft",
        )
    check_beginning(workspace, session, plan, day)
    refuse_unusable(session, plan.id)


def check_beginning(workspace: Workspace, session: Session, plan: SavedPlan, day: date) -> None:
    """Refuse a plan whose units could not begin on a day, whatever its state.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    plan
        The plan.
    day
        Its first day.

    Raises
    ------
    InputError
        When a unit has no team, the day is past or not after those of the published plans, or the
        plan's boundaries are no longer in force on it.
    """
    where = f"plan {plan.id}"
    refuse_outdated(session, plan, day)
    idle = sorted(unit for unit, team in plans.units(session, plan.id).items() if not team)
    if idle:
        named = ", ".join(idle[:10]) + (" ..." if len(idle) > 10 else "")
        raise InputError(
            f"{len(idle)} unit{'s have' if len(idle) > 1 else ' has'} no team: {named}",
            where=where,
            remedy="Give every unit a team, and publish then",
        )
    held = plans.list_plans(session, PUBLISHED)
    if held and day < workspace.today():
        raise InputError(
            f"a plan cannot begin on {day.isoformat()}, which is past",
            where=where,
            remedy="Choose today or a later day",
        )
    last = max((one.effective_from for one in held if one.effective_from), default=None)
    if last is not None and day <= last:
        raise InputError(
            f"another plan is published from {last.isoformat()}",
            where=where,
            remedy="Choose a later day, or take that plan back first",
        )


def refuse_outdated(session: Session, plan: SavedPlan, day: date) -> None:
    """Refuse a first day on which a plan's boundaries are no longer in force.

    Parameters
    ----------
    session
        Open session.
    plan
        The plan.
    day
        Its first day.

    Raises
    ------
    InputError
        Saying how to carry the plan over.
    """
    if boundaries.outdated(session, plan.boundary_set_id, day):
        raise InputError(
            f"the plan is drawn on boundaries that are no longer in force on {day.isoformat()}",
            where=f"plan {plan.id}",
            remedy="Carry it over to the new ones: with the button on its page, or with: geoteam "
            f"plans propose --plan {plan.id} --boundaries {day.isoformat()}",
        )


def note(
    workspace: Workspace, session: Session, actor: str, action: str, plan_id: int, **detail: Any
) -> None:
    """Write an event about a plan to the audit log.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session of a transaction.
    actor
        Who.
    action
        What was done.
    plan_id
        The plan.
    **detail
        What else; nothing about a person.
    """
    told = {key: str(v) if isinstance(v, date) else v for key, v in detail.items()}
    audit.append(
        session,
        at=workspace.now(),
        actor=actor,
        action=action,
        object_kind="plan",
        object_ref=str(plan_id),
        detail=told,
    )
