"""Comments pinned to the units of a plan."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from geoteam.errors import InputError
from geoteam.model import Role, User
from geoteam.services.names_said import names_client, plain
from geoteam.services.people import clients_frame, units_in_plan
from geoteam.services.plan_publish import note
from geoteam.services.scope import require_role, visible_refs
from geoteam.services.workspace import Workspace
from geoteam.store import plan_comments, plan_edits, plans
from geoteam.store.plan_comments import Comment
from geoteam.store.plans import SavedPlan

_LONGEST = 2000


def shown(comment: Comment, user: User) -> dict[str, Any]:
    """Tell a comment as the editor shows it.

    Parameters
    ----------
    comment
        The comment.
    user
        Who looks at it.

    Returns
    -------
    dict
        ``id``, ``unit``, ``text``, ``by``, ``at``, ``mine``, ``resolved_by`` and ``resolved_at``
        (None while it is open).
    """
    done = comment.resolved_at
    return {
        "id": comment.id,
        "unit": comment.unit,
        "text": comment.text,
        "by": comment.name,
        "at": comment.at.isoformat(),
        "mine": comment.by == user.username,
        "resolved_by": comment.resolved_by,
        "resolved_at": None if done is None else done.isoformat(),
    }


def listed(workspace: Workspace, user: User, plan_id: int) -> list[dict[str, Any]]:
    """List the comments of a plan.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor.
    plan_id
        The plan.

    Returns
    -------
    list of dict
        As `shown`, oldest first.

    Raises
    ------
    DisclosureError
        When the user is no supervisor.
    NotFoundError
        When there is no such plan.
    """
    require_role(user, {Role.SUPERVISOR}, "read comments on plans")
    with workspace.reading() as session:
        plans.get(session, plan_id)
        return [shown(one, user) for one in plan_comments.listed(session, plan_id)]


def add(workspace: Workspace, user: User, plan_id: int, unit: str, text: str) -> int:
    """Pin a comment to a unit, whatever the plan's status.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor.
    plan_id
        The plan.
    unit
        The unit's code.
    text
        What it says; names of clients do not belong here, and whoever sees the plan reads it. The
        full name of a client whom the user may see is refused, and the family name of one who lives
        in the unit.

    Returns
    -------
    int
        The comment's id.

    Raises
    ------
    DisclosureError
        When the user is no supervisor.
    InputError
        When there is no such unit, or the text is empty, too long or looks like the name of a
        client.
    NotFoundError
        When there is no such plan.
    """
    require_role(user, {Role.SUPERVISOR}, "comment on plans")
    words = text.strip()
    if not words or len(words) > _LONGEST:
        raise InputError(
            f"a comment has at most {_LONGEST} letters", remedy="Write something, or less"
        )
    with workspace.transaction() as session:
        plan = plans.get(session, plan_id)
        if unit not in plan_edits.teams_of(session, plan_id, [unit]):
            raise InputError(
                f"there is no unit {unit!r} in this plan", remedy="Load the plan again"
            )
        refused = _names_somebody(workspace, session, user, plan, unit, words)
        if refused:
            # The log says that it was tried, nothing of what was said or where.
            note(workspace, session, user.username, "plan.comment_refused", plan_id)
        else:
            at = workspace.now()
            made = plan_comments.add(session, plan_id, unit, words, by=user.username, at=at)
            note(
                workspace, session, user.username, "plan.comment", plan_id, comment=made, unit=unit
            )
    if refused:
        raise InputError(
            "this looks like a client's name",
            remedy="Write about the area, without names and references: whoever sees the plan "
            "reads it. A common word may be a family name here: use another one",
        )
    return made


def _names_somebody(
    workspace: Workspace, session: Session, user: User, plan: SavedPlan, unit: str, words: str
) -> bool:
    """Tell whether this looks like the name of a client whose record the user may open.

    To refuse those of others would tell who is a client, and where they live.
    """
    people = clients_frame(workspace, session, workspace.today())
    people = people.loc[visible_refs(user, people)]
    here = units_in_plan(workspace, plan, people) == unit
    codes = plans.units(session, plan.id)
    said = plain(words)
    return any(
        names_client(said, str(name), family=bool(near))
        or (ref not in codes and plain(str(ref)).casefold() in said.casefold())
        for ref, name, near in zip(people.index, people["name"], here, strict=True)
    )


def resolve(workspace: Workspace, user: User, plan_id: int, comment_id: int) -> None:
    """Mark a comment as dealt with.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor.
    plan_id
        The plan.
    comment_id
        The comment.

    Raises
    ------
    DisclosureError
        When the user is no supervisor.
    NotFoundError
        When the plan has no such comment.
    """
    require_role(user, {Role.SUPERVISOR}, "comment on plans")
    with workspace.transaction() as session:
        at = workspace.now()
        plan_comments.resolve(session, plan_id, comment_id, by=user.username, at=at)
        note(workspace, session, user.username, "plan.resolve", plan_id, comment=comment_id)
