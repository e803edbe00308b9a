"""Assignment: the last run, the workload, who has no officer, and a new run."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from geoteam.model import Role
from geoteam.server import forms
from geoteam.server.access import allow
from geoteam.server.context import user, workspace
from geoteam.services import assignment, clients
from geoteam.services.wording import counted, told_day

page = Blueprint("assignment", __name__)


@page.get("/assignment")
@allow(Role.SUPERVISOR)
def show() -> ResponseReturnValue:
    """Show how the caseload is shared out.

    Returns
    -------
    ResponseReturnValue
        The page.
    """
    return render_template(
        "assignment.html",
        view=assignment.overview(workspace(), user()),
        teams=dict(clients.filters(workspace(), user()).teams),
        may_run=assignment.may_assign_anew(user()),
    )


@page.post("/assignment")
@allow(Role.SUPERVISOR)
def run() -> ResponseReturnValue:
    """Assign the whole caseload anew; for supervisors of every team.

    Returns
    -------
    ResponseReturnValue
        The way to the result.
    """
    done = assignment.assign_anew(
        workspace(), user(), rebalance=bool(forms.text(request.form, "rebalance"))
    )
    flash(
        "Nothing had changed since the last run, which stands."
        if done.get("repeated")
        else "The caseload was assigned anew.",
        "good",
    )
    for one in done.get("to_come", []):
        if one["lost"]:
            day = told_day(date.fromisoformat(one["on"]))
            who = counted(one["lost"], "client")
            flash(
                f"From {day}, when {one['plan']} begins, {who} with an officer until then will "
                "have nobody.",
                "warn",
            )
    return redirect(url_for("assignment.show"), 303)
