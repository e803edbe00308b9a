"""Community relations: need and coverage in cells, never a person."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from geoteam.model import Role
from geoteam.server import mapping
from geoteam.server.access import allow

page = Blueprint("community", __name__)
_DEFAULTS = {
    "by": "district",
    "measure": "coverage",
    "partner_kind": "service_provider",
    "minutes": "5",
}


@page.get("/community")
@allow(Role.COMMUNITY)
def show() -> ResponseReturnValue:
    """Show coverage by partners and density of need, small cells withheld.

    Returns
    -------
    ResponseReturnValue
        The page.
    """
    return mapping.page(
        "community.html", frame="community.frame", table="community.table", defaults=_DEFAULTS
    )


@page.get("/community/frame")
@allow(Role.COMMUNITY)
def frame() -> ResponseReturnValue:
    """Draw the map alone, for the frame of the page.

    Returns
    -------
    ResponseReturnValue
        A document made by folium.
    """
    return mapping.document(defaults=_DEFAULTS)


@page.get("/community/table.csv")
@allow(Role.COMMUNITY)
def table() -> ResponseReturnValue:
    """Send the numbers of the map as a file.

    Returns
    -------
    ResponseReturnValue
        CSV in UTF-8.
    """
    return mapping.csv(defaults=_DEFAULTS)
