"""The second person: plans are proposed, approved or sent back, and taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from geoteam.errors import DisclosureError, InputError, SettledError
from geoteam.model import Role, User
from geoteam.services.plan_handover import concerned_by
from geoteam.services.plan_publish import (
    check_publishable,
    note,
    publish,
    refuse_outdated,
    refuse_twice,
)
from geoteam.services.scope import OPERATOR_PREFIX, require_role
from geoteam.services.workspace import Workspace
from geoteam.store import (
    assignment_runs,
    assignments,
    audit,
    plan_edits,
    plan_states,
    plan_steps,
    plans,
    settings,
)
from geoteam.store.plans import DRAFT, PROPOSED, PUBLISHED, SAID, SavedPlan

# Whether users of the pages need a second person to publish a plan.
APPROVAL_SETTING = "plans.approval"


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
    _need_reason(reason)
    if not needs_approval(workspace) or user.username.startswith(OPERATOR_PREFIX):
        _need_every_team(user)
        return publish(workspace, user.username, plan_id, effective_from, reason=reason)
    with workspace.transaction() as session:
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
    return None


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
        When clients or the plan changed since it was looked at.
    """
    _need_every_team(user)
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
        proposed_by=plan.proposed_by,
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
    _need_reason(why)
    with workspace.transaction() as session:
        if plans.get(session, plan_id).proposed_by != user.username:
            _need_every_team(user)
        plan_states.send_back(session, plan_id, why=why, by=user.username, at=workspace.now())
        note(workspace, session, user.username, "plan.send_back", plan_id)


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


def holds_already(workspace: Workspace, plan_id: int) -> bool:
    """Tell whether a plan is in force today.

    Parameters
    ----------
    workspace
        The workspace.
    plan_id
        The plan.

    Returns
    -------
    bool
        True from its first day until another one begins.

    Raises
    ------
    NotFoundError
        When there is no such plan.
    """
    with workspace.reading() as session:
        plan = plans.get(session, plan_id)
        now = plans.in_force(session, workspace.today())
    return now is not None and now.id == plan.id


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
    DisclosureError
        When the user may not, or would decide alone on a plan of their own.
    InputError
        When it is not the newest published plan, there is none before it or its boundaries are no
        longer in force, or the reason is empty.
    """
    _need_every_team(user)
    _need_reason(why)
    today = workspace.today()
    day = on or today + timedelta(days=1)
    with workspace.reading() as session:
        plan = plans.get(session, plan_id)
    if must_ask(workspace, user, plan):
        raise DisclosureError(
            "you proposed this plan, and two people publish a plan: one cannot take it back alone",
            remedy="Ask another supervisor of every team to take it back",
        )
    with workspace.transaction() as session:
        assignment_runs.wait_alone(session)
        plan = plans.get(session, plan_id)
        if plan.status != PUBLISHED or plan.effective_to is not None or plan.effective_from is None:
            raise SettledError(
                "only the newest published plan can be taken back", where=f"plan {plan_id}"
            )
        former = plan_states.before(session, plan)
        if former is None:
            raise InputError(
                "there is no plan before this one",
                where=f"plan {plan_id}",
                remedy="Draw another plan and publish it",
            )
        if plan.effective_from <= today and day <= plan.effective_from:
            raise InputError(
                f"the plan holds since {plan.effective_from.isoformat()}",
                where=f"plan {plan_id}",
                remedy="Choose a later day for the former plan",
            )
        if plan.effective_from <= today:
            refuse_twice(session, plan)
            refuse_outdated(session, former, day)
        else:
            moved = assignments.transfers(session, plan_id, plan.effective_from)
            plan_states.take_back(
                session,
                plan_id,
                why=why,
                by=user.username,
                at=workspace.now(),
                concerned=concerned_by(moved),
            )
            assignment_runs.drop_from(session, plan.effective_from)
            note(workspace, session, user.username, "plan.take_back", plan_id)
            return None
        made = plans.create(
            session,
            name=f"Back to {former.name}",
            boundary_set_id=former.boundary_set_id,
            units=plans.units(session, former.id),
            by=user.username,
            at=workspace.now(),
            based_on_id=former.id,
        )
        # Now, so that nothing is left of what is refused.
        check_publishable(workspace, session, plans.get(session, made), day)
        plan_steps.add(
            session, plan_id, plan_steps.GO_BACK,
            by=user.username, at=workspace.now(), why=why, day=day, by_plan_id=made,
        )  # fmt: skip
        note(workspace, session, user.username, "plan.take_back", plan_id, by_plan=made)
    return GoesBack(made, propose(workspace, user, made, day, why))


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise InputError("the reason is empty", remedy="Say in a few words why")


def _need_every_team(user: User) -> None:
    if not may_publish(user):
        raise DisclosureError(
            "a plan concerns the clients of every team",
            remedy="Ask a supervisor of every team",
        )
