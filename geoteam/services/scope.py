"""Whose records a user may reach: the first question of every service."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from geoteam.errors import DisclosureError
from geoteam.model import Role, User

# The operating system's user at the command line: may do what the workspace's owner may.
OPERATOR_PREFIX = "cli:"


def require_role(user: User, roles: Collection[Role], what: str) -> None:
    """Refuse a user whose role may not do something.

    Parameters
    ----------
    user
        Who asks.
    roles
        Roles that may.
    what
        What is asked, for the message.

    Raises
    ------
    DisclosureError
        When the role is not among them.
    """
    if user.role not in roles:
        raise DisclosureError(
            f"the role {user.role.value} may not {what}",
            remedy="Ask an administrator if your work needs it",
        )


def sees_team(user: User, team_ref: str) -> bool:
    """Tell whether a supervisor leads a team.

    Parameters
    ----------
    user
        Who asks.
    team_ref
        The team.

    Returns
    -------
    bool
        True for a supervisor of that team or of every team.
    """
    return user.role is Role.SUPERVISOR and (
        "*" in user.team_refs or (bool(team_ref) and team_ref in user.team_refs)
    )


def sees_client(user: User, *, officer_ref: str, team_ref: str) -> bool:
    """Tell whether a user may open a client's record.

    Parameters
    ----------
    user
        Who asks.
    officer_ref, team_ref
        Today's officer and team of the client; empty when unassigned.

    Returns
    -------
    bool
        Officers see their own clients; supervisors their teams' clients and, so that nobody is
        lost, clients who have no team yet. Nobody else sees a person.
    """
    if user.role is Role.OFFICER:
        return bool(user.officer_ref) and officer_ref == user.officer_ref
    return sees_team(user, team_ref) or (user.role is Role.SUPERVISOR and not team_ref)


def visible_refs(user: User, clients: pd.DataFrame) -> list[str]:
    """List the clients of a table whose records a user may open.

    Parameters
    ----------
    user
        Who asks.
    clients
        Index client_ref, with columns ``officer`` and ``team``.

    Returns
    -------
    list of str
        Their references, in the order of the table.
    """
    return [
        str(ref)
        for ref, officer, team in zip(
            clients.index, clients["officer"], clients["team"], strict=True
        )
        if sees_client(user, officer_ref=officer, team_ref=team)
    ]
