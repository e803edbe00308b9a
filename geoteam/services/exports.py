"""What leaves the program as a file is noted in the audit log."""

from __future__ import annotations

from typing import Any

from geoteam.model import User
from geoteam.services.figures import MapOptions
from geoteam.services.workspace import Workspace
from geoteam.store import audit


def record_export(workspace: Workspace, user: User, options: MapOptions, rows: int) -> None:
    """Note that a user took the numbers of a map as a file.

    Parameters
    ----------
    workspace
        The workspace.
    user
        Who took it.
    options
        What the map showed; only what shapes the numbers is noted.
    rows
        How many rows the file has.
    """
    detail: dict[str, Any] = {
        "measure": options.measure,
        "by": options.by,
        "on": (options.on or workspace.today()).isoformat(),
        "rows": rows,
    }
    if options.by == "grid":
        detail |= {"grid": options.grid, "grid_m": options.grid_m}
    if options.measure == "coverage":
        detail |= {"minutes": options.minutes, "partner_kind": options.partner_kind or "any"}
    with workspace.transaction() as session:
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action="map.export",
            object_kind="map",
            object_ref="",
            purpose="export",
            detail=detail,
        )
