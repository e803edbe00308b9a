"""The second person: plans are proposed, approved or sent back."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from geoteam.errors import DisclosureError, InputError, SettledError
from geoteam.model import Role, User
from geoteam.services.plan_publish import (
    check_publishable,
    note,
    publish,
)
from geoteam.services.scope import OPERATOR_PREFIX, require_role
from geoteam.services.workspace import Workspace
from geoteam.store import (
    audit,
    plan_edits,
    plan_states,
    plans,
    settings,
)
from geoteam.store.plans import DRAFT, PROPOSED, SAID, SavedPlan

# Whether users of the pages need a second person to publish a plan.
APPROVAL_SETTING = "plans.approval"


def needs_approval(workspace: Workspace) -> bool:
    """Tell whether a plan is published only when a second person approves it.

    Parameters
    ----------
    workspace
        The workspace.

    Returns
    -------
    bool
        True unless it was turned off.
    """
    with workspace.reading() as session:
        value = settings.get(session, APPROVAL_SETTING)
    return value is None or bool(value["on"])


def publishes_alone(workspace: Workspace, user: User) -> bool:
    """Tell whether a user needs nobody else to publish a plan.

    Parameters
    ----------
    workspace
        The workspace.
    user
        Who asks.

    Returns
    -------
    bool
        True at the command line, and where approval was turned off.
    """
    return user.username.startswith(OPERATOR_PREFIX) or not needs_approval(workspace)


def set_approval(workspace: Workspace, actor: str, *, on: bool) -> None:
    """Turn the second person's approval on or off.

    Parameters
    ----------
    workspace
        The workspace.
    actor
        Who the audit log names.
    on
        Whether it is needed.
    """
    with workspace.transaction() as session:
        settings.put(session, APPROVAL_SETTING, {"on": on}, workspace.now())
        audit.append(
            session,
            at=workspace.now(),
            actor=actor,
            action="plan.approval",
            object_kind="setting",
            object_ref=APPROVAL_SETTING,
            detail={"on": on},
        )


def may_publish(user: User) -> bool:
    """Tell whether a user may publish or approve plans, which concern the clients of every team.

    Parameters
    ----------
    user
        Who asks.

    Returns
    -------
    bool
        True for a supervisor of every team.
    """
    return user.role is Role.SUPERVISOR and "*" in user.team_refs


def may_change_draft(user: User, plan: SavedPlan) -> bool:
    """Tell whether a user may rename, delete or propose a plan.

    Parameters
    ----------
    user
        Who asks.
    plan
        The plan.

    Returns
    -------
    bool
        True for a draft and who made it, or a supervisor of every team.
    """
    return plan.status == DRAFT and (may_publish(user) or plan.created_by == user.username)


def refuse_foreign_draft(user: User, plan: SavedPlan) -> None:
    """Refuse to decide on a draft that another supervisor made.

    Parameters
    ----------
    user
        Who asks.
    plan
        A draft.

    Raises
    ------
    DisclosureError
        Saying whom to ask.
    """
    if not may_change_draft(user, plan):
        raise DisclosureError(
            "another supervisor made this draft",
            where=f"plan {plan.id}",
            remedy="Ask who made it, or a supervisor of every team",
        )


def propose(
    workspace: Workspace, user: User, plan_id: int, effective_from: date, reason: str
) -> dict[str, Any] | None:
    """Ask for a plan to be published; without the need for approval it is published at once.

    Parameters
    ----------
    workspace
        The workspace.
    user
        Who made the draft, or a supervisor of every team.
    plan_id
        The draft.
    effective_from
        First day on which it is to hold.
    reason
        Why.

    Returns
    -------
    dict or None
        As `publish` gives it, when it is published; None when it waits for a second person.

    Raises
    ------
    DisclosureError
        When the user may not.
    InputError
        When the plan or the day cannot be used, or the reason is empty.
    """
    require_role(user, [Role.SUPERVISOR], "propose a plan")
    need_reason(reason)
    if publishes_alone(workspace, user):
        need_every_team(user)
        return publish(workspace, user.username, plan_id, effective_from, reason=reason)
    with workspace.transaction() as session:
        propose_within(workspace, session, user, plan_id, effective_from, reason)
    return None


def propose_within(
    workspace: Workspace,
    session: Session,
    user: User,
    plan_id: int,
    effective_from: date,
    reason: str,
) -> None:
    """Ask a second person to publish a plan, in the caller's transaction.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session of a transaction.
    user
        Who made the draft, or a supervisor of every team.
    plan_id
        The draft.
    effective_from
        First day on which it is to hold.
    reason
        Why.

    Raises
    ------
    DisclosureError
        When the user may not.
    InputError
        When the plan or the day cannot be used.
    """
    plan = plan_edits.lock(session, plan_id)
    if plan.status == DRAFT:
        refuse_foreign_draft(user, plan)
    check_publishable(workspace, session, plan, effective_from)
    plan_states.propose(
        session,
        plan_id,
        effective_from=effective_from,
        reason=reason,
        by=user.username,
        at=workspace.now(),
    )
    note(workspace, session, user.username, "plan.propose", plan_id, effective=effective_from)


def approve(workspace: Workspace, user: User, plan_id: int, *, seen: str = "") -> dict[str, Any]:
    """Publish a plan that somebody else proposed.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor of every team, not the one who proposed it.
    plan_id
        The proposed plan.
    seen
        Digest of the impact that was looked at.

    Returns
    -------
    dict
        As `publish` gives it.

    Raises
    ------
    DisclosureError
        When the user may not.
    SettledError
        When the plan does not wait for approval.
    WorkspaceBusyError
        When clients or the plan changed since it was looked at, or it was sent back and proposed
        anew.
    """
    need_every_team(user)
    with workspace.reading() as session:
        plan = plans.get(session, plan_id)
    if plan.status != PROPOSED or plan.proposed_from is None:
        raise SettledError(
            f"the plan is {SAID[plan.status]}: it does not wait for approval",
            where=f"plan {plan_id}",
        )
    if plan.proposed_by == user.username:
        raise DisclosureError(
            "nobody approves a plan of their own",
            where=f"plan {plan_id}",
            remedy="Ask another supervisor of every team",
        )
    return publish(
        workspace,
        user.username,
        plan_id,
        plan.proposed_from,
        approves=plan,
        seen=seen,
    )


def send_back(workspace: Workspace, user: User, plan_id: int, why: str) -> None:
    """Make a proposed plan a draft again, by the approver or by who proposed it.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor of every team, or who proposed it.
    plan_id
        The proposed plan.
    why
        The reason, which the draft then shows.

    Raises
    ------
    DisclosureError
        When the user may not.
    InputError
        When the plan does not wait for approval, or the reason is empty.
    """
    require_role(user, [Role.SUPERVISOR], "send a plan back")
    need_reason(why)
    with workspace.transaction() as session:
        if plans.get(session, plan_id).proposed_by != user.username:
            need_every_team(user)
        plan_states.send_back(session, plan_id, why=why, by=user.username, at=workspace.now())
        note(workspace, session, user.username, "plan.send_back", plan_id)


def need_reason(reason: str) -> None:
    """Refuse to decide without a reason.

    Parameters
    ----------
    reason
        Why.

    Raises
    ------
    InputError
        When it is empty.
    """
    if not reason.strip():
        raise InputError("the reason is empty", remedy="Say in a few words why")


def need_every_team(user: User) -> None:
    """Refuse who does not lead every team.

    Parameters
    ----------
    user
        Who asks.

    Raises
    ------
    DisclosureError
        Saying whom to ask.
    """
    if not may_publish(user):
        raise DisclosureError(
            "a plan concerns the clients of every team",
            remedy="Ask a supervisor of every team",
        )
