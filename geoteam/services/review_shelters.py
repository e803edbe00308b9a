"""The shelters that a reviewer may choose from."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from geoteam.errors import InputError
from geoteam.services.workspace import Workspace
from geoteam.store import venues

# The client is in a shelter, and nobody knows in which.
UNKNOWN = "unknown"
_VENUE = "venue:"


def listed(workspace: Workspace, session: Session) -> list[dict[str, Any]]:
    """List the shelters of the city.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.

    Returns
    -------
    list of dict
        ``value`` (the choice as a form sends it), ``ref``, ``name``, ``address``, ``lon`` and
        ``lat`` in degrees (EPSG:4326), by name.
    """
    table = workspace.profile.venues
    if table is None or not table.shelter_categories:
        return []
    frame = venues.load(session, categories=table.shelter_categories)
    rows = zip(
        frame.index, frame["name"], frame["address"], frame.geometry.x, frame.geometry.y,
        strict=True,
    )  # fmt: skip
    found = [
        {
            "value": f"{_VENUE}{ref}",
            "ref": str(ref),
            "name": str(name),
            "address": str(address),
            "lon": float(lon),
            "lat": float(lat),
        }
        for ref, name, address, lon, lat in rows
    ]
    return sorted(found, key=lambda one: (one["name"], one["ref"]))


def chosen(workspace: Workspace, session: Session, value: str) -> dict[str, Any]:
    """Find the shelter that a form names.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    value
        The choice.

    Returns
    -------
    dict
        One of `listed`.

    Raises
    ------
    InputError
        When nothing, or no shelter of the city, is named.
    """
    for one in listed(workspace, session):
        if one["value"] == value:
            return one
    raise InputError(
        "which shelter was not said",
        remedy="Choose it in the list, say that it is another place, or that you do not know",
    )
