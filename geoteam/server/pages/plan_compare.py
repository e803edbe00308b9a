"""Two plans side by side."""

from __future__ import annotations

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from geoteam.model import Role
from geoteam.server import forms
from geoteam.server.access import allow
from geoteam.server.answers import refuse_in_json
from geoteam.server.context import user, workspace
from geoteam.services import plan_compare, plan_views

page = Blueprint("plan_compare", __name__)
api = Blueprint("plan_compare_data", __name__)
refuse_in_json(api)
_LAST = 2**31 - 1


@page.get("/plans/<int:plan_id>/compare")
@allow(Role.SUPERVISOR)
def show(plan_id: int) -> ResponseReturnValue:
    """Show a plan beside another.

    Parameters
    ----------
    plan_id
        The plan.

    Returns
    -------
    ResponseReturnValue
        The page; its script draws the maps and the table.
    """
    found = plan_compare.compare(workspace(), user(), plan_id, _other())
    return render_template(
        "plan_compare.html",
        plan=found["plan"],
        other=found["other"],
        apart=found["apart"],
        plans=plan_views.others(workspace(), plan_id),
    )


@api.get("/plans/<int:plan_id>/compare.json")
@allow(Role.SUPERVISOR)
def data(plan_id: int) -> ResponseReturnValue:
    """Send the teams of the units in a plan and in another.

    Parameters
    ----------
    plan_id
        The plan.

    Returns
    -------
    ResponseReturnValue
        JSON.
    """
    return jsonify(plan_compare.compare(workspace(), user(), plan_id, _other()))


def _other() -> int | None:
    return forms.whole(request.args, "with", 0, low=0, high=_LAST) or None
