"""What is told about plans: those that wait for approval, and those that were taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from geoteam.model import Role, User
from geoteam.services.plan_approval import may_publish
from geoteam.services.plan_handover import HANDOVER_DAYS
from geoteam.services.scope import require_role, sees_client
from geoteam.services.workspace import Workspace
from geoteam.store import plan_states, plans
from geoteam.store.plans import PROPOSED, WITHDRAWN


def count_waiting(workspace: Workspace, user: User) -> int:
    """Count the plans that wait for a user's approval.

    Parameters
    ----------
    workspace
        The workspace.
    user
        Who asks.

    Returns
    -------
    int
        0 for who may approve none, and without plans that others proposed.
    """
    if not may_publish(user):
        return 0
    with workspace.reading() as session:
        proposed = plans.list_plans(session, PROPOSED)
    return sum(plan.proposed_by != user.username for plan in proposed)


def taken_back(workspace: Workspace, user: User) -> list[dict[str, Any]]:
    """List published plans that were taken back before their day, within the last month.

    They are told to those whose clients were on the hand-over list.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.

    Returns
    -------
    list of dict
        ``name``, ``on`` (the first day that it would have had) and ``at`` (when it was taken back),
        newest plan first.

    Raises
    ------
    DisclosureError
        For every other role.
    """
    require_role(user, [Role.SUPERVISOR, Role.OFFICER], "see hand-over lists")
    since = workspace.now() - timedelta(days=HANDOVER_DAYS)
    with workspace.reading() as session:
        return [
            {"name": plan.name, "on": plan.effective_from, "at": plan.withdrawn_at}
            for plan in plans.list_plans(session, WITHDRAWN)
            # A draft that was deleted never had a hand-over list.
            if plan.effective_from
            and plan.withdrawn_at
            and plan.withdrawn_at >= since
            and _concerns(user, plan_states.concerned(session, plan.id))
        ]


def _concerns(user: User, pairs: list[tuple[str, str]] | None) -> bool:
    """Tell whether a user gave or received a client; where nobody knows, everybody is told."""
    return pairs is None or any(
        sees_client(user, officer_ref=officer, team_ref=team) for team, officer in pairs
    )
