"""Clients handed over from officer to officer, and who was responsible for an address when."""

from __future__ import annotations

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from geoteam.errors import InputError
from geoteam.model import Role
from geoteam.server import forms
from geoteam.server.access import allow
from geoteam.server.context import user, workspace
from geoteam.server.pages.plan_work import page as page
from geoteam.server.tables import csv_answer
from geoteam.services import plan_handover, plan_news, plan_print
from geoteam.services import responsible as lookup

_WHO = (Role.SUPERVISOR, Role.OFFICER)
_COLUMNS = (
    "client_ref", "name", "address", "level", "before_unit", "after_unit", "before_team",
    "after_team", "before_officer", "after_officer", "why", "done_by", "done_at",
)  # fmt: skip


@page.get("/handover")
@allow(*_WHO)
def handovers() -> ResponseReturnValue:
    """List the plans under which the user gives or receives clients.

    Returns
    -------
    ResponseReturnValue
        The page.
    """
    return render_template(
        "handovers.html",
        found=plan_handover.coming(workspace(), user()),
        gone=plan_news.taken_back(workspace(), user()),
    )


@page.get("/plans/<int:plan_id>/handover")
@allow(*_WHO)
def handover_list(plan_id: int) -> ResponseReturnValue:
    """Show who hands which client to whom under a published plan.

    Parameters
    ----------
    plan_id
        The plan.

    Returns
    -------
    ResponseReturnValue
        The page.
    """
    officer = forms.text(request.args, "officer")
    return render_template(
        "plan_handover.html",
        found=plan_handover.handover(workspace(), user(), plan_id),
        officer=user().officer_ref or officer,
        asked=officer,
        opened=forms.text(request.args, "open"),
    )


@page.post("/plans/<int:plan_id>/handover/tick")
@allow(*_WHO)
def handover_tick(plan_id: int) -> ResponseReturnValue:
    """Say of a client on the hand-over list that it is done, or that it is not.

    Parameters
    ----------
    plan_id
        The plan.

    Returns
    -------
    ResponseReturnValue
        The way back to the row.
    """
    ref = forms.text(request.form, "client", label="The client", required=True)
    done = forms.text(request.form, "done") == "1"
    plan_handover.tick(workspace(), user(), plan_id, ref, done=done)
    row = forms.whole(request.form, "row", 1, low=1, high=10**6)
    officer, opened = (forms.text(request.form, name) or None for name in ("officer", "open"))
    back = url_for(
        "plans.handover_list", plan_id=plan_id, officer=officer, open=opened, _anchor=f"row-{row}"
    )
    return redirect(back, 303)


@page.get("/plans/<int:plan_id>/handover.csv")
@allow(*_WHO)
def handover_csv(plan_id: int) -> ResponseReturnValue:
    """Send the hand-over list as a file.

    Parameters
    ----------
    plan_id
        The plan.

    Returns
    -------
    ResponseReturnValue
        CSV in UTF-8.
    """
    officer = forms.text(request.args, "officer")
    found = plan_handover.handover(workspace(), user(), plan_id, officer=officer, purpose="export")
    return csv_answer(found["clients"], _COLUMNS, f"handover-{plan_id}.csv")


@page.get("/plans/<int:plan_id>/handover.pdf")
@allow(*_WHO)
def handover_pdf(plan_id: int) -> ResponseReturnValue:
    """Print the hand-over list.

    Parameters
    ----------
    plan_id
        The plan.

    Returns
    -------
    ResponseReturnValue
        A PDF file.
    """
    officer = forms.text(request.args, "officer")
    body = plan_print.handover_pdf(workspace(), user(), plan_id, officer=officer)
    headers = {"Content-Disposition": f'attachment; filename="handover-{plan_id}.pdf"'}
    return Response(body, mimetype="application/pdf", headers=headers)


@page.get("/responsible")
@allow(*_WHO)
def responsible() -> ResponseReturnValue:
    """Ask who was responsible for an address on a day.

    Returns
    -------
    ResponseReturnValue
        The form.
    """
    return render_template("responsible.html", today=workspace().today(), typed={}, found=None)


@page.post("/responsible")
@allow(*_WHO)
def look_up() -> ResponseReturnValue:
    """Say who was responsible for an address on a day; the address never stands in an address bar.

    Returns
    -------
    ResponseReturnValue
        The form with the answer.
    """
    today = workspace().today()
    found, fault = None, None
    try:
        found = lookup.responsible(
            workspace(),
            user(),
            forms.text(request.form, "address", label="The address", required=True),
            forms.day(request.form, "on") or today,
            zip_code=forms.text(request.form, "zip"),
        )
    except InputError as error:
        fault = error
    body = render_template(
        "responsible.html", today=today, typed=request.form, found=found, fault=fault
    )
    return body, 400 if fault else 200
