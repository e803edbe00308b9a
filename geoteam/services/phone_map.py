"""Whether tours have links that open the next stop in the phone's own map application.

Such a link hands the coordinates of a client's home to a program that geoteam does not guard, and
most of these send them on to their maker; so it is off unless an administrator turns it on.
"""

from __future__ import annotations

from geoteam.model import Role, User
from geoteam.services.scope import require_role
from geoteam.services.workspace import Workspace
from geoteam.store import audit, settings

WARNING = (
    "The coordinates of the stop, and nothing else, go to the map application of the phone, whose "
    "maker may keep them. They are the coordinates of a client's home."
)
_KEY = "phone_map"


def phone_map_is_on(workspace: Workspace) -> bool:
    """Tell whether the links are shown.

    Parameters
    ----------
    workspace
        The workspace.

    Returns
    -------
    bool
        False until an administrator turns them on.
    """
    with workspace.reading() as session:
        return bool((settings.get(session, _KEY) or {}).get("on"))


def set_phone_map(workspace: Workspace, user: User, *, on: bool) -> None:
    """Show the links, or show them no more; audited.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An administrator.
    on
        Whether they are shown.

    Raises
    ------
    DisclosureError
        When the user is no administrator.
    """
    require_role(user, [Role.ADMINISTRATOR], "let a phone's map application know of stops")
    now = workspace.now()
    with workspace.transaction() as session:
        value = {"on": on, "by": user.username, "at": now.isoformat()}
        settings.put(session, _KEY, value, now)
        audit.append(
            session,
            at=now,
            actor=user.username,
            action="service.enable" if on else "service.disable",
            object_kind="service",
            object_ref=_KEY,
        )
