"""Two plans side by side, on the units of the first."""

from __future__ import annotations

from typing import Any

from geoteam.errors import NotFoundError
from geoteam.model import Role, User
from geoteam.services.plan_new import carried
from geoteam.services.scope import require_role
from geoteam.services.workspace import Workspace
from geoteam.store import audit, boundaries, plan_edits, plans


def compare(
    workspace: Workspace, user: User, plan_id: int, other_id: int | None = None
) -> dict[str, Any]:
    """Put two plans side by side.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor.
    plan_id
        The plan, on whose units both are compared.
    other_id
        The plan to compare it with; by default the one in force.

    Returns
    -------
    dict
        ``plan`` and ``other``: each with ``id``, ``name``, ``status`` and ``units`` (unit -> team,
        '' for none); ``apart``: '' where both are drawn on the same units, ``split`` where one
        splits some of them, ``other`` where their boundaries differ. Unless it is '', a unit has
        the team of the other plan that most of its address points, or most of its ground, are with.

    Raises
    ------
    DisclosureError
        When the user is no supervisor.
    NotFoundError
        When there is no such plan, or none is in force.
    InputError
        When the other plan must be carried over and there are no address points.
    """
    require_role(user, {Role.SUPERVISOR}, "compare plans")
    with workspace.transaction() as session:
        plan = plans.get(session, plan_id)
        other = (
            plans.in_force(session, workspace.today())
            if other_id is None
            else plans.get(session, other_id)
        )
        if other is None:
            raise NotFoundError("no plan is in force", remedy="Choose a plan to compare with")
        bases = {
            boundaries.base_of(session, boundaries.get_set(session, one.boundary_set_id))
            for one in (plan, other)
        }
        units, others = (plan_edits.teams_of(session, one.id) for one in (plan, other))
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action="plan.compare",
            object_kind="plan",
            object_ref=str(plan_id),
            detail={"with": other.id},
        )
    apart = ""
    if plan.boundary_set_id != other.boundary_set_id:
        apart = "split" if len(bases) == 1 else "other"
        others = carried(workspace, others, other.boundary_set_id, plan.boundary_set_id)
    return {
        "plan": {"id": plan.id, "name": plan.name, "status": plan.status, "units": units},
        "other": {"id": other.id, "name": other.name, "status": other.status, "units": others},
        "apart": apart,
    }
