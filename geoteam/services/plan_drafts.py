"""Drafts renamed and deleted, by who made them or a supervisor of every team."""

from __future__ import annotations

from sqlalchemy.orm import Session

from geoteam.errors import SettledError
from geoteam.model import Role, User
from geoteam.services.plan_approval import refuse_foreign_draft
from geoteam.services.plan_names import typed_name
from geoteam.services.plan_publish import note
from geoteam.services.scope import require_role
from geoteam.services.workspace import Workspace
from geoteam.store import boundaries, plan_drafts, plan_edits
from geoteam.store.plans import DRAFT, SAID, SavedPlan


def rename(workspace: Workspace, user: User, plan_id: int, name: str) -> None:
    """Give a draft another name.

    Parameters
    ----------
    workspace
        The workspace.
    user
        Who made it, or a supervisor of every team.
    plan_id
        The draft.
    name
        The new name, at most 120 letters.

    Raises
    ------
    NotFoundError
        When there is no such plan.
    SettledError
        When it is no draft.
    DisclosureError
        When the user may not.
    InputError
        When the name is empty or too long, or another draft or proposed plan has it.
    """
    with workspace.transaction() as session:
        plan = _changeable(session, user, plan_id)
        plan_drafts.wait_to_name(session)
        named = typed_name(session, name, of=plan_id)
        plan_drafts.rename(session, plan_id, named)
        note(
            workspace, session, user.username, "plan.rename", plan_id, before=plan.name, name=named
        )


def delete(workspace: Workspace, user: User, plan_id: int) -> bool:
    """Delete a draft with its edits and comments; one that was ever proposed stays as withdrawn.

    Parameters
    ----------
    workspace
        The workspace.
    user
        Who made it, or a supervisor of every team.
    plan_id
        The draft.

    Returns
    -------
    bool
        True when it is gone, False when it stays among the earlier plans, as taken back.

    Raises
    ------
    NotFoundError
        When there is no such plan.
    SettledError
        When it is no draft.
    DisclosureError
        When the user may not.
    """
    with workspace.transaction() as session:
        plan = _changeable(session, user, plan_id)
        gone = not plan.proposed_by
        at = workspace.now()
        if gone:
            plan_drafts.delete(session, plan_id, at=at)
            boundaries.empty_unused(session, plan.boundary_set_id)
        else:
            plan_drafts.withdraw(
                session, plan_id, why="The draft was deleted", by=user.username, at=at
            )
        note(workspace, session, user.username, "plan.delete", plan_id, name=plan.name, gone=gone)
    return gone


def _changeable(session: Session, user: User, plan_id: int) -> SavedPlan:
    """Load a draft and keep it from others, when the user may change it."""
    require_role(user, [Role.SUPERVISOR], "change a draft")
    plan = plan_edits.lock(session, plan_id)
    if plan.status != DRAFT:
        raise SettledError(
            f"the plan is {SAID[plan.status]}: only a draft can be renamed or deleted",
            where=f"plan {plan_id}",
            remedy="Look at the plan again: somebody may have decided on it meanwhile",
        )
    refuse_foreign_draft(user, plan)
    return plan
