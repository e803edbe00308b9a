"""The operator: whoever runs commands on the machine that holds the workspace."""

from __future__ import annotations

from geoteam.model import Role, User


def operator(actor: str, role: Role = Role.SUPERVISOR) -> User:
    """Return the operator as a user of a role, so that commands take the services' own checks.

    Parameters
    ----------
    actor
        Name for the audit log.
    role
        The role to act in; a supervisor of every team by default.

    Returns
    -------
    User
        A user without an account.
    """
    return User(0, actor, actor, role, team_refs=("*",))
