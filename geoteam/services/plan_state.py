"""What a plan looks like now, what was done to it since, and who else is there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from geoteam.errors import NotFoundError, SettledError
from geoteam.model import Role, User
from geoteam.services import plan_comments as comments
from geoteam.services.plan_ground import plan_teams
from geoteam.services.plan_new import teams_in_force
from geoteam.services.plan_rights import outdated, refuse_settled
from geoteam.services.scope import require_role, sees_team
from geoteam.services.workspace import Workspace
from geoteam.store import audit, plan_comments, plan_edits, plans, users
from geoteam.store.plan_edits import Edit, Pulse
from geoteam.store.plans import SavedPlan

# Who was not heard from for this long has left.
_PRESENT = timedelta(seconds=30)
# Presence is written this often, not at every call.
_HEARD = timedelta(seconds=10)


def heading(workspace: Workspace, user: User, plan_id: int) -> SavedPlan:
    """Load what stands above the editor.

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
    SavedPlan
        The plan without its units.

    Raises
    ------
    DisclosureError
        When the user is no supervisor.
    NotFoundError
        When there is no such plan.
    """
    require_role(user, {Role.SUPERVISOR}, "draw plans")
    with workspace.reading() as session:
        return plans.get(session, plan_id)


def state(
    workspace: Workspace, user: User, plan_id: int, since: int = 0, *, editing: bool | None = None
) -> dict[str, Any]:
    """Tell what a plan looks like now, and what was done to it since a moment.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor.
    plan_id
        The plan.
    since
        Seq of the last edit that the browser knows; 0 when it knows nothing.
    editing
        Whether the user edits or looks on, to be shown to others; None to stay unseen.

    Returns
    -------
    dict
        ``seq``, ``status``, ``editable``, ``set``, ``edits`` after ``since``, ``comments``,
        ``run`` (id of the solver's run at work, None without one) and ``present`` (the others).
        With ``since`` 0 also ``of`` (position of each unit's team, -1
        for none), ``now`` (the same for the plan in force), ``teams`` (references, in the order of
        positions), ``leads`` (positions of the teams that the user leads),
        ``outdated`` and ``why`` (a sentence, '' when the plan can be edited).

    Raises
    ------
    DisclosureError
        When the user is no supervisor.
    NotFoundError
        When there is no such plan.
    """
    require_role(user, {Role.SUPERVISOR}, "see how plans are drawn")
    at = workspace.now()
    with workspace.reading() as session:
        plan = _pulse(session, plan_id, at - _PRESENT)
        edits = plan_edits.since(session, plan_id, since) if plan.seq > since else []
        said = plan_comments.listed(session, plan_id) if plan.comments else []
        found: dict[str, Any] = {
            "seq": plan.seq,
            "status": plan.status,
            "editable": plan.status == plans.DRAFT,
            "set": plan.set_id,
            "edits": [edit_shown(edit, user) for edit in edits],
            "comments": [comments.shown(one, user) for one in said],
            "run": plan.run,
            "present": [
                {"name": person.name, "editing": person.editing}
                for person in plan.present
                if person.username != user.username
            ],
        }
        if not since:
            found |= _whole(workspace, session, user, plans.get(session, plan_id))
    if editing is not None:
        mine = next((one for one in plan.present if one.username == user.username), None)
        if mine is None or mine.editing != editing or at - mine.seen_at > _HEARD:
            with workspace.transaction() as session:
                plan_edits.keep_presence(session, plan_id, user.username, at=at, editing=editing)
    return found


def drawing_on(session: Session, user: User, plan_id: int, at: datetime) -> list[str]:
    """Name the others who have a plan open to draw on it.

    Parameters
    ----------
    session
        Open session.
    user
        Who asks, and is not named.
    plan_id
        The plan.
    at
        The moment.

    Returns
    -------
    list of str
        Sorted.

    Raises
    ------
    NotFoundError
        When there is no such plan.
    """
    present = plan_edits.pulse(session, plan_id, at - _PRESENT).present
    return [one.name for one in present if one.editing and one.username != user.username]


def _pulse(session: Session, plan_id: int, after: datetime) -> Pulse:
    """Ask how far a plan is; who draws on one that is gone learns who deleted it."""
    try:
        return plan_edits.pulse(session, plan_id, after)
    except NotFoundError as error:
        gone, _ = audit.page(
            session, action="plan.delete", object_kind="plan", object_ref=str(plan_id), limit=1
        )
        if not gone:
            raise
        who = users.get(session, gone[0]["actor"])
        raise NotFoundError(
            f"{who.user.name if who else gone[0]['actor']} has deleted this plan",
            remedy="Save what is on the screen as a new plan",
        ) from error


def _whole(workspace: Workspace, session: Session, user: User, plan: SavedPlan) -> dict[str, Any]:
    of = plan_edits.teams_of(session, plan.id)
    now = teams_in_force(workspace, session, plan.boundary_set_id)
    teams = plan_teams(session, of, now)
    place = {team: k for k, team in enumerate(teams)}
    units = sorted(of)
    old = outdated(workspace, session, plan.boundary_set_id)
    why = ""
    try:
        refuse_settled(workspace, session, plan)
    except SettledError as error:
        why = str(error)
    return {
        "of": [place.get(of[unit], -1) for unit in units],
        "now": [place.get(now.get(unit, ""), -1) for unit in units],
        "teams": teams,
        "leads": [place[team] for team in teams if sees_team(user, team)],
        "outdated": old,
        "editable": not why,
        "why": why,
    }


def edit_shown(edit: Edit, user: User) -> dict[str, Any]:
    """Tell an edit as the editor shows it.

    Parameters
    ----------
    edit
        The edit.
    user
        Who looks at it.

    Returns
    -------
    dict
        ``seq``, ``key``, ``kind``, ``undoes``, ``changes``, ``by``, ``at`` and ``mine``.
    """
    return {
        "seq": edit.seq,
        "key": edit.key,
        "kind": edit.kind,
        "undoes": edit.undoes,
        "changes": edit.changes,
        "by": edit.name,
        "at": edit.at.isoformat(),
        "mine": edit.by == user.username,
    }
