"""The map, the table beside it, and the table as a file."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from geoteam.model import Role
from geoteam.server import mapping
from geoteam.server.access import allow

page = Blueprint("map", __name__)
_WHO = (Role.SUPERVISOR, Role.OFFICER, Role.COMMUNITY)


@page.get("/map")
@allow(*_WHO)
def show() -> ResponseReturnValue:
    """Show the filters, the map and its numbers.

    Returns
    -------
    ResponseReturnValue
        The page.
    """
    return mapping.page("map.html", frame="map.frame", table="map.table")


@page.get("/map/frame")
@allow(*_WHO)
def frame() -> ResponseReturnValue:
    """Draw the map alone, for the frame of the page.

    Returns
    -------
    ResponseReturnValue
        A document made by folium.
    """
    return mapping.document()


@page.get("/map/table.csv")
@allow(*_WHO)
def table() -> ResponseReturnValue:
    """Send the numbers of the map as a file.

    Returns
    -------
    ResponseReturnValue
        CSV in UTF-8.
    """
    return mapping.csv()
