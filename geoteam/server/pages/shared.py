"""Police: the tours planned with them, as the police copy shows them."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from geoteam.model import Role
from geoteam.server.access import allow
from geoteam.server.context import user, workspace
from geoteam.services import tours

page = Blueprint("shared", __name__)


@page.get("/shared")
@allow(Role.POLICE)
def index() -> ResponseReturnValue:
    """List the police copies of the tours that are planned with the user.

    Returns
    -------
    ResponseReturnValue
        The page.
    """
    found = tours.list_tours(workspace(), user())
    return render_template("shared.html", found=found)
