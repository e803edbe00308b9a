"""Taking back what was accepted together."""

from __future__ import annotations

from typing import Any

from geoteam.errors import NotFoundError
from geoteam.model import Role, User
from geoteam.services.review_bulk import ACCEPT_MANY
from geoteam.services.review_items import note
from geoteam.services.scope import require_role
from geoteam.services.workspace import Workspace
from geoteam.store import decisions, undo


def batches(workspace: Workspace, user: User) -> list[dict[str, Any]]:
    """List the latest decisions made together that the user may take back; no record is read.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor.

    Returns
    -------
    list of dict
        ``batch``, ``many`` (those that still hold), ``decided_by``, ``decided_why`` and
        ``decided_at``, latest first.
    """
    require_role(user, (Role.SUPERVISOR,), ACCEPT_MANY)
    everybody = "*" in user.team_refs
    with workspace.reading() as session:
        return undo.batches(session, "" if everybody else user.username)


def undo_batch(workspace: Workspace, user: User, batch: str) -> int:
    """Take back all that was accepted together and still holds.

    Parameters
    ----------
    workspace
        The workspace.
    user
        The supervisor who decided, or one of every team.
    batch
        The mark.

    Returns
    -------
    int
        How many wait again; what was decided anew since stays.

    Raises
    ------
    NotFoundError
        When there is nothing to take back, or nothing that the user may.
    DisclosureError
        For every other role.
    """
    require_role(user, (Role.SUPERVISOR,), "take many decisions back at once")
    with workspace.transaction() as session:
        members = undo.batch_members(session, batch) if batch else []
        theirs = [one for one in members if "*" in user.team_refs or one[2] == user.username]
        if not theirs:
            raise NotFoundError(
                "there is nothing to take back under this mark", remedy="See: Review"
            )
        undo.take_back(session, [residence_id for residence_id, _, _ in theirs], workspace.now())
        decisions.forget_batch(session, batch)
        for _, client_ref, _ in theirs:
            note(workspace, session, user, "address.undo", client_ref, batch=batch)
    return len(theirs)
