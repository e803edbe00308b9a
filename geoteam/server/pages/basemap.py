"""The basemap's tiles: one file, read in ranges."""

from __future__ import annotations

from flask import Blueprint, send_file
from flask.typing import ResponseReturnValue

from geoteam.server.access import EVERY_ROLE, allow
from geoteam.server.context import workspace

page = Blueprint("basemap", __name__)


@page.get("/basemap.pmtiles")
@allow(*EVERY_ROLE)
def pmtiles() -> ResponseReturnValue:
    """Send the part of the basemap that the browser asks for.

    Returns
    -------
    ResponseReturnValue
        The range asked for, or the whole file.
    """
    return send_file(
        workspace().artefact("basemap.pmtiles").resolve(),
        mimetype="application/vnd.pmtiles",
        conditional=True,
        max_age=3600,
    )
