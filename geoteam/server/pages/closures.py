"""Closed streets: which, on which days and why. No client is shown here."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from geoteam.errors import GeoteamError, InputError
from geoteam.server import forms
from geoteam.server.access import allow
from geoteam.server.context import user, workspace
from geoteam.services import street_closures as closures
from geoteam.services.street_closures import EDITORS

page = Blueprint("closures", __name__)


@page.get("/streets")
@allow(*EDITORS)
def index() -> ResponseReturnValue:
    """List the streets that are closed today or later.

    Returns
    -------
    ResponseReturnValue
        The page.
    """
    return _index()


def _index(fault: GeoteamError | None = None) -> str:
    return render_template(
        "closures.html",
        rows=[
            (one, closures.is_on_map(workspace(), one))
            for one in closures.list_closures(workspace(), user())
        ],
        names=closures.street_names(workspace(), user()),
        today=workspace().today(),
        fault=fault,
        typed=request.form,
    )


@page.post("/streets/close")
@allow(*EDITORS)
def close() -> ResponseReturnValue:
    """Close a street, or a part of it, on some days.

    Returns
    -------
    ResponseReturnValue
        The way back; the page with what was typed when the closure cannot be.
    """
    form = request.form
    try:
        ends = forms.text(form, "between"), forms.text(form, "and")
        if any(ends) and not all(ends):
            raise InputError(
                "one end of the part is missing",
                remedy="Name the streets at both ends, or none for the whole street",
            )
        closure = closures.close_street(
            workspace(),
            user(),
            street=forms.text(form, "street", label="Street", required=True),
            between=ends if any(ends) else None,
            first=forms.day(form, "first"),
            last=forms.day(form, "last"),
            why=forms.text(form, "why"),
        )
    except InputError as fault:
        return _index(fault), 400
    flash(f"{closure.place} is closed.", "good")
    return redirect(url_for("closures.index"), 303)


@page.post("/streets/open")
@allow(*EDITORS)
def reopen() -> ResponseReturnValue:
    """Open a closed street again.

    Returns
    -------
    ResponseReturnValue
        The way back.
    """
    ref = forms.text(request.form, "closure", label="Closure", required=True)
    closure = closures.open_street(workspace(), user(), ref)
    flash(f"{closure.place} is open.", "good")
    return redirect(url_for("closures.index"), 303)
