"""Online geocoding services: listed, turned on and turned off.

Nothing is sent unless an administrator has read what leaves the machine and to whom. That is kept
with who and when, and holds only as long as the receiver is the same.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from geoteam.errors import InputError, ServiceOffError
from geoteam.geocoding.services import CATALOGUE, ServiceInfo, info_of
from geoteam.model import Role, User
from geoteam.services.scope import require_role
from geoteam.services.workspace import Workspace
from geoteam.store import audit, settings

_PREFIX = "online:"


def list_services(
    workspace: Workspace, environ: Mapping[str, str] = os.environ
) -> list[dict[str, Any]]:
    """List the services, each with its warning and whether it is on.

    Parameters
    ----------
    workspace
        The workspace.
    environ
        The environment.

    Returns
    -------
    list of dict
        ``name``, ``title``, ``on``, ``by``, ``at``, ``missing`` (what it needs before it can be
        turned on; '' for nothing) and ``warning`` (what would leave the machine).
    """
    with workspace.reading() as session:
        kept = settings.under(session, _PREFIX)
    rows = []
    for info in CATALOGUE:
        warning, missing = info.warning(environ), ""
        try:
            info.require(environ)
        except InputError as error:
            missing = f"{error.what}. {error.remedy}."
        setting = kept.get(_PREFIX + info.name, {})
        on = bool(setting.get("on")) and not missing and setting.get("warning") == warning
        since = (setting["by"], setting["at"]) if on else ("", "")
        rows.append(
            {"name": info.name, "title": info.title, "on": on, "by": since[0], "at": since[1],
             "missing": missing, "warning": warning}
        )  # fmt: skip
    return rows


def enable(
    workspace: Workspace,
    user: User,
    name: str,
    *,
    warning: str,
    environ: Mapping[str, str] = os.environ,
) -> None:
    """Turn a service on.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An administrator.
    name
        The service.
    warning
        The warning that the administrator has read.
    environ
        The environment.

    Raises
    ------
    InputError
        When its key or address is missing, or the warning is another one by now.
    """
    require_role(user, [Role.ADMINISTRATOR], "turn an online service on")
    info = info_of(name)
    if warning != _ready(info, environ):
        raise InputError(
            f"what {info.title} is told, or who gets it, was not read as it is now",
            remedy="Read it again, and turn the service on then",
        )
    _switch(workspace, user, name, on=True, warning=warning)


def disable(workspace: Workspace, user: User, name: str) -> None:
    """Turn a service off.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An administrator.
    name
        The service.
    """
    require_role(user, [Role.ADMINISTRATOR], "turn an online service off")
    _switch(workspace, user, info_of(name).name, on=False, warning="")


def _switch(workspace: Workspace, user: User, name: str, *, on: bool, warning: str) -> None:
    now = workspace.now()
    value = {"on": on, "by": user.username, "at": now.isoformat(), "warning": warning}
    with workspace.transaction() as session:
        settings.put(session, _PREFIX + name, value, now)
        audit.append(
            session,
            at=now,
            actor=user.username,
            action="service.enable" if on else "service.disable",
            object_kind="service",
            object_ref=name,
        )


def _ready(info: ServiceInfo, environ: Mapping[str, str]) -> str:
    info.require(environ)
    return info.warning(environ)


def require_on(workspace: Workspace, name: str, environ: Mapping[str, str]) -> ServiceInfo:
    """Refuse a service that nobody has turned on for its present receiver.

    Parameters
    ----------
    workspace
        The workspace.
    name
        The service.
    environ
        The environment.

    Returns
    -------
    ServiceInfo
        The service.

    Raises
    ------
    InputError
        When its key or address is missing.
    ServiceOffError
        When it is off.
    """
    info = info_of(name)
    _ready(info, environ)
    (row,) = (row for row in list_services(workspace, environ) if row["name"] == info.name)
    if not row["on"]:
        raise ServiceOffError(
            f"{info.title} is off, or was turned on for another receiver",
            remedy=f"An administrator turns it on with: geoteam services enable {info.name}",
        )
    return info
