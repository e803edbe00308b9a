"""The boundary sets that plans are drawn on: those to come, and those that take their place."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from geoteam.errors import NotFoundError
from geoteam.services.workspace import Workspace
from geoteam.store import boundaries, plan_states, plans
from geoteam.store.plans import SavedPlan


def coming_sets(workspace: Workspace) -> list[dict[str, Any]]:
    """List the boundary sets of plan units to which the newest plan has not been carried over.

    Parameters
    ----------
    workspace
        The workspace.

    Returns
    -------
    list of dict
        ``id``, ``version`` and ``valid_from`` of each, the next one first; ``drafts``: ``id`` and
        ``name`` of the plans on them that are drafts or wait for approval.
    """
    today = workspace.today()
    with workspace.reading() as session:
        published = plan_states.schedule(session, today)
        sets = boundaries.list_sets(session, workspace.profile.unit_kind)
        drawn = plans.list_plans(session, plans.DRAFT) + plans.list_plans(session, plans.PROPOSED)
    used = {plan.boundary_set_id for plan in published}
    since = max((sets[one].valid_from for one in used if one in sets), default=None)
    rows = [
        {
            "id": set_id,
            "version": one.version,
            "valid_from": one.valid_from,
            "drafts": [
                {"id": plan.id, "name": plan.name}
                for plan in drawn
                if plan.boundary_set_id == set_id
            ],
        }
        for set_id, one in sets.items()
        if published
        and set_id not in used
        and (since is None or one.valid_from > since)
        and (one.valid_to is None or one.valid_to > today)
    ]
    return sorted(rows, key=lambda row: (row["valid_from"], row["id"]))


def find_set(workspace: Workspace, wanted: str, plan_id: int | None = None) -> int:
    """Find a boundary set of plan units by its version or by a day on which it is in force.

    Parameters
    ----------
    workspace
        The workspace.
    wanted
        Version, or a day as year-month-day.
    plan_id
        A plan that is drawn on boundaries of this kind; by default the usual kind.

    Returns
    -------
    int
        The set's id.

    Raises
    ------
    NotFoundError
        When there is no such plan or set.
    """
    kind: str = workspace.profile.unit_kind
    with workspace.reading() as session:
        if plan_id is not None:
            own = boundaries.get_set(session, plans.get(session, plan_id).boundary_set_id)
            kind = boundaries.unit_kind(own.kind)
        for set_id, one in boundaries.list_sets(session, kind).items():
            if one.version == wanted:
                return set_id
        try:
            found = boundaries.in_force(session, kind, date.fromisoformat(wanted))
        except ValueError:
            found = None
    if found is None:
        raise NotFoundError(
            f"there are no boundaries {wanted!r} of kind {kind}",
            remedy="See: geoteam boundaries list",
        )
    return found[0]


def newer_set(workspace: Workspace, session: Session, plan: SavedPlan) -> dict[str, Any] | None:
    """Find the boundaries that take the place of those a plan is drawn on.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    plan
        The plan.

    Returns
    -------
    dict or None
        ``id``, ``version`` and ``valid_from`` of those that hold today, else of the next ones (None
        and '' where none are loaded); ``outdated``: whether the plan's own hold no more. None when
        nothing takes their place.
    """
    today = workspace.today()
    own = boundaries.get_set(session, plan.boundary_set_id)
    later = [
        (one.valid_from > today, abs((one.valid_from - today).days), set_id, one)
        for set_id, one in boundaries.list_sets(session, boundaries.unit_kind(own.kind)).items()
        if one.valid_from > own.valid_from and (one.valid_to is None or one.valid_to > today)
    ]
    outdated = boundaries.outdated(session, plan.boundary_set_id, today)
    if later:
        _, _, set_id, one = min(later, key=lambda row: row[:3])
        told = {"id": set_id, "version": one.version, "valid_from": one.valid_from}
        return told | {"outdated": outdated}
    if outdated:
        return {"id": None, "version": "", "valid_from": None, "outdated": True}
    return None
