"""Plans as pages show them: the list, one plan with its figures and its history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from geoteam.model import Role, User
from geoteam.services.plan_approval import (
    may_change_draft,
    may_publish,
    needs_approval,
)
from geoteam.services.plan_boundaries import was_carried
from geoteam.services.plan_change import Names
from geoteam.services.plan_figures import plan_figures
from geoteam.services.plan_history import history, named
from geoteam.services.plan_sets import coming_sets, newer_set
from geoteam.services.plan_state import drawing_on
from geoteam.services.plan_take_back import must_ask
from geoteam.services.scope import require_role
from geoteam.services.workspace import Workspace
from geoteam.store import boundaries, plan_comments, plan_states, plan_steps, plans, users
from geoteam.store.plans import DRAFT, PROPOSED, PUBLISHED, WITHDRAWN, SavedPlan

# What a plan is today, by its group in the list.
_STATES = {
    "now": "in force",
    "coming": "coming",
    "proposed": "waits for approval",
    "drafts": "draft",
    "old": "no longer in force",
}


def plans_view(workspace: Workspace, user: User) -> dict[str, Any]:
    """List the plans by what they are today.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor.

    Returns
    -------
    dict
        ``now``, ``coming``, ``proposed``, ``drafts`` and ``old``: lists of rows; ``sets``: newer
        boundaries to carry the plan over to.

    Raises
    ------
    DisclosureError
        When the user is no supervisor.
    """
    require_role(user, [Role.SUPERVISOR], "see plans")
    today = workspace.today()
    groups: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("now", "coming", "proposed", "drafts", "old")
    }
    with workspace.reading() as session:
        names = _people(session)
        listed = plans.list_plans(session)
        versions = _versions(session, listed)
        for plan in listed:
            groups[_group(plan, today)].append(_row(plan, names, versions, user))
    return groups | {"sets": coming_sets(workspace)}


def _group(plan: SavedPlan, today: date) -> str:
    if plan.status == DRAFT:
        return "drafts"
    if plan.status == PROPOSED:
        return "proposed"
    if plan.status == WITHDRAWN or plan.effective_from is None:
        return "old"
    if plan.effective_from > today:
        return "coming"
    return "now" if plan.effective_to is None or plan.effective_to > today else "old"


def _row(
    plan: SavedPlan, names: Mapping[str, str], versions: Mapping[int, str], user: User
) -> dict[str, Any]:
    return {
        "id": plan.id,
        "name": plan.name,
        "status": plan.status,
        "boundaries": versions.get(plan.boundary_set_id, ""),
        "since": plan.effective_from or plan.proposed_from,
        "was_published": plan.effective_from is not None,
        "until": plan.effective_to,
        "created_by": named(plan.created_by, names),
        "created_at": plan.created_at,
        "proposed_by": named(plan.proposed_by, names),
        "proposed_at": plan.proposed_at,
        "approved_by": named(plan.approved_by, names),
        "approved_at": plan.approved_at,
        "reason": plan.reason,
        "withdrawn_by": named(plan.withdrawn_by, names),
        "withdrawn_at": plan.withdrawn_at,
        "withdrawn_why": plan.withdrawn_why,
        "waits_for_me": plan.status == PROPOSED
        and may_publish(user)
        and plan.proposed_by != user.username,
        "mine": plan.proposed_by == user.username,
    }


def _versions(session: Session, of: Iterable[SavedPlan]) -> dict[int, str]:
    """Name the boundaries of plans; where units were split, those that they were split from."""
    names = {key: one.version for key, one in boundaries.list_sets(session).items()}
    for set_id in {plan.boundary_set_id for plan in of} - set(names):
        base = boundaries.base_of(session, boundaries.get_set(session, set_id))
        names[set_id] = f"{names[base]} with split units" if base in names else "split units"
    return names


def _people(session: Session) -> dict[str, str]:
    return {one.user.username: one.user.name for one in users.list_accounts(session)}


def plan_view(workspace: Workspace, user: User, plan_id: int) -> dict[str, Any]:
    """Show one plan, whatever its boundaries.

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
    dict
        The row of the list with ``group``, ``figures`` (of the registry), ``names`` of teams,
        ``comments`` (how many are open), ``history``, ``others`` (plans to compare with),
        ``first_day`` (on which a plan could begin), and what the user may do: ``may_propose``,
        ``may_approve``, ``may_send_back``, ``may_take_back`` (``take_back_alone``: or only another
        supervisor, before its day); ``approval``: whether a second person is needed; ``before``:
        the plan until then; ``newer``: boundaries that take the place of its own, while it is a
        draft or proposed; ``carried``: whether it was carried over from other boundaries;
        ``going_back``: the plan that takes this one back while it waits or is to come (``id``,
        ``name``, ``status``, ``since``), or None;
        ``may_change_draft``: whether the user may rename or delete it; ``drawing``: names of others
        who have it open in the editor to draw.

    Raises
    ------
    NotFoundError
        When there is no such plan.
    DisclosureError
        When the user is no supervisor.
    """
    require_role(user, [Role.SUPERVISOR], "see plans")
    today = workspace.today()
    approval = needs_approval(workspace)
    with workspace.reading() as session:
        plan = plans.get(session, plan_id)
        people = _people(session)
        versions = _versions(session, [plan])
        names = Names.load(session)
        comments = plan_comments.listed(session, plan_id)
        told = history(workspace, session, plan, people)
        back = _going_back(session, plan, today)
        listed = plans.list_plans(session)
        first_day = plan_states.first_free_day(session, today, plan.boundary_set_id)
        before = plan_states.before(session, plan) if plan.status == PUBLISHED else None
        unsettled = plan.status in (DRAFT, PROPOSED)
        newer = newer_set(workspace, session, plan) if unsettled else None
        carried = was_carried(session, plan_id)
        drawing = drawing_on(session, user, plan_id, workspace.now())
    row = _row(plan, people, versions, user)
    last = plan.status == PUBLISHED and plan.effective_to is None and before is not None
    waits = plan.status == PROPOSED
    return row | {
        "group": _group(plan, today),
        "figures": plan_figures(workspace, plan_id),
        "teams": names.teams,
        "comments": sum(one.resolved_at is None for one in comments),
        "history": told,
        "going_back": back,
        "others": _others(listed, plan_id, today),
        "first_day": first_day,
        "newer": newer,
        "carried": carried,
        "drawing": drawing,
        "before": None if before is None else {"id": before.id, "name": before.name},
        "approval": approval,
        "may_propose": may_change_draft(user, plan) and (approval or may_publish(user)),
        "may_approve": row["waits_for_me"],
        "may_send_back": waits and (may_publish(user) or row["mine"]),
        "may_change_draft": may_change_draft(user, plan),
        "may_take_back": last and back is None and may_publish(user),
        "take_back_alone": not must_ask(workspace, user, plan),
    }


def _going_back(session: Session, plan: SavedPlan, today: date) -> dict[str, Any] | None:
    """Tell of the plan that takes a plan back while it waits for approval or for its day."""
    found = plan_steps.going_back(session, plan.id)
    if plan.status != PUBLISHED or found is None:
        return None
    by = plans.get(session, found)
    if by.status != PROPOSED and _group(by, today) != "coming":
        return None
    since = by.effective_from or by.proposed_from
    return {"id": by.id, "name": by.name, "status": by.status, "since": since}


def others(workspace: Workspace, plan_id: int) -> list[tuple[int, str]]:
    """List the plans to compare one with.

    Parameters
    ----------
    workspace
        The workspace.
    plan_id
        The plan.

    Returns
    -------
    list of tuple
        Id, and name with what the plan is today; the one in force first, those taken back or
        deleted last.
    """
    with workspace.reading() as session:
        return _others(plans.list_plans(session), plan_id, workspace.today())


def _others(listed: list[SavedPlan], plan_id: int, today: date) -> list[tuple[int, str]]:
    found = [one for one in listed if one.id != plan_id]
    found.sort(key=lambda one: (_group(one, today) != "now", one.status == WITHDRAWN))
    return [(one.id, f"{one.name} ({_state(one, today)})") for one in found]


def _state(plan: SavedPlan, today: date) -> str:
    if plan.status == WITHDRAWN:
        return "deleted" if plan.effective_from is None else "taken back"
    return _STATES[_group(plan, today)]
