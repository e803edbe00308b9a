"""Plans: the list, one plan, files in and out, new boundaries."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path, PurePosixPath

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from geoteam.areas.files import SUFFIXES
from geoteam.errors import DisclosureError, GeoteamError, ImportProblems, InputError
from geoteam.model import Role
from geoteam.server import forms
from geoteam.server.access import allow
from geoteam.server.context import user, workspace
from geoteam.server.faults import status_of
from geoteam.services import (
    plan_boundaries,
    plan_drafts,
    plan_files,
    plan_new,
    plan_print,
    plan_views,
)
from geoteam.services.wording import counted

page = Blueprint("plans", __name__)
_LAST = 2**31 - 1
_TABLES = (".csv", ".xlsx", ".parquet")
_EXPORTS = {"csv": "text/csv", "geojson": "application/geo+json", "gpkg": "application/x-sqlite3"}


@page.get("/plans")
@allow(Role.SUPERVISOR)
def index() -> ResponseReturnValue:
    """List the plans: in force, coming, proposed, drafts, old.

    Returns
    -------
    ResponseReturnValue
        The page.
    """
    return index_page()


def index_page(fault: GeoteamError | None = None, **more: object) -> str:
    """Draw the page that lists the plans.

    Parameters
    ----------
    fault
        Why what was asked for was not done.
    **more
        What else the template shows.

    Returns
    -------
    str
        The page, with what was typed.
    """
    return render_template(
        "plans.html",
        view=plan_views.plans_view(workspace(), user()),
        kinds=list(plan_new.unit_kinds(workspace()).items()),
        beginnings=list(plan_new.beginnings(workspace()).items()),
        fault=fault,
        loading=request.form if request.endpoint == "plans.load" else {},
        beginning=request.form if request.endpoint == "plan_editor.create" else {},
        **more,
    )


@page.post("/plans/import")
@allow(Role.SUPERVISOR)
def load() -> ResponseReturnValue:
    """Load a plan from a file as a draft.

    Returns
    -------
    ResponseReturnValue
        The way to the draft; the page with every fault of the file when nothing was loaded.
    """
    try:
        made = _load()
    except ImportProblems as fault:
        return index_page(fault, problems=fault.problems, place=_place(fault)), 400
    except InputError as fault:
        return index_page(fault, place=_place(fault)), 400
    if made.misfits:
        many = len(made.misfits)
        flash(
            f"{counted(many, 'unit')} {'does' if many == 1 else 'do'} not fit whole. A comment on "
            f"{'it' if many == 1 else 'each'} says why: see Comments in the editor.",
            "warn",
        )
    flash(f"The plan is loaded as a draft of {counted(made.units, 'unit')}.", "good")
    return redirect(url_for("plans.show", plan_id=made.plan_id), 303)


def _place(fault: InputError) -> str:
    """Say where a fault is; the folder is ours and passing."""
    return fault.where.rpartition("/")[2]


def _load() -> plan_files.ImportedPlan:
    name = forms.text(request.form, "name", label="The name", required=True)
    column = forms.text(request.form, "team_column") or "team"
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise InputError("no file was chosen", remedy="Choose a file")
    suffix = Path(sent.filename).suffix.lower()
    known = {*_TABLES, *SUFFIXES}
    if suffix not in known:
        raise InputError(
            f"a file that ends in {suffix or 'nothing'} cannot be read",
            remedy=f"Use one of: {', '.join(sorted(known))}",
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / _safe_name(sent.filename, suffix)
        sent.save(path)
        return plan_files.import_file(workspace(), user().username, path, name, team_column=column)


def _safe_name(name: str, suffix: str) -> str:
    """Keep the sender's name, for messages, without what could lead elsewhere."""
    stem = PurePosixPath(name.replace("\\", "/")).stem
    return (re.sub(r"[^\w -]", "_", stem)[:80] or "plan") + suffix


@page.get("/plans/<int:plan_id>")
@allow(Role.SUPERVISOR)
def show(plan_id: int) -> ResponseReturnValue:
    """Show a plan: its figures, its state, its history.

    Parameters
    ----------
    plan_id
        The plan.

    Returns
    -------
    ResponseReturnValue
        The page.
    """
    return plan_page(plan_id)


def plan_page(plan_id: int, fault: GeoteamError | None = None) -> str:
    """Draw the page of a plan.

    Parameters
    ----------
    plan_id
        The plan.
    fault
        Why what was asked for was not done.

    Returns
    -------
    str
        The page, with what was typed.
    """
    return render_template(
        "plan.html",
        plan=plan_views.plan_view(workspace(), user(), plan_id),
        today=workspace().today(),
        fault=fault,
        typed=request.form,
    )


@page.post("/plans/<int:plan_id>/rename")
@allow(Role.SUPERVISOR)
def rename(plan_id: int) -> ResponseReturnValue:
    """Give a draft another name.

    Parameters
    ----------
    plan_id
        The draft.

    Returns
    -------
    ResponseReturnValue
        The way back to the plan.
    """
    try:
        name = forms.text(request.form, "name", label="The name", required=True)
        plan_drafts.rename(workspace(), user(), plan_id, name)
    except (InputError, DisclosureError) as fault:
        return plan_page(plan_id, fault), status_of(fault)
    flash("The draft has its new name.", "good")
    return redirect(url_for("plans.show", plan_id=plan_id), 303)


@page.post("/plans/<int:plan_id>/delete")
@allow(Role.SUPERVISOR)
def delete(plan_id: int) -> ResponseReturnValue:
    """Delete a draft; one that was ever proposed stays among the earlier plans.

    Parameters
    ----------
    plan_id
        The draft.

    Returns
    -------
    ResponseReturnValue
        The way to the plans.
    """
    try:
        gone = plan_drafts.delete(workspace(), user(), plan_id)
    except (InputError, DisclosureError) as fault:
        return plan_page(plan_id, fault), status_of(fault)
    kept = "The draft was proposed once: it stays among the earlier plans, as taken back."
    flash("The draft is deleted." if gone else kept, "good")
    return redirect(url_for("plans.index"), 303)


@page.get("/plans/<int:plan_id>/export.<kind>")
@allow(Role.SUPERVISOR)
def export(plan_id: int, kind: str) -> ResponseReturnValue:
    """Send the units of a plan, or with ``areas=1`` its team areas, as a file.

    Parameters
    ----------
    plan_id
        The plan.
    kind
        ``csv``, ``geojson`` or ``gpkg``.

    Returns
    -------
    ResponseReturnValue
        The file.
    """
    if kind not in _EXPORTS:
        raise InputError(f"a plan is not written as {kind}", remedy="Use csv, geojson or gpkg")
    areas = request.args.get("areas") == "1"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"plan.{kind}"
        plan_files.export_plan(workspace(), path, plan_id, areas=areas)
        body = path.read_bytes()
    name = f"plan-{plan_id}{'-areas' if areas else ''}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, mimetype=_EXPORTS[kind], headers=headers)


@page.get("/plans/<int:plan_id>/summary.pdf")
@allow(Role.SUPERVISOR)
def summary(plan_id: int) -> ResponseReturnValue:
    """Print a plan on one page.

    Parameters
    ----------
    plan_id
        The plan.

    Returns
    -------
    ResponseReturnValue
        A PDF file.
    """
    body = plan_print.summary_pdf(workspace(), user(), plan_id)
    headers = {"Content-Disposition": f'attachment; filename="plan-{plan_id}.pdf"'}
    return Response(body, mimetype="application/pdf", headers=headers)


@page.post("/plans/carry-over")
@allow(Role.SUPERVISOR)
def carry_over() -> ResponseReturnValue:
    """Draft a plan on newer boundaries, moving as few clients as possible; by default the newest.

    Returns
    -------
    ResponseReturnValue
        The way to what came of it.
    """
    set_id = forms.whole(request.form, "set", 0, low=1, high=_LAST)
    plan_id = forms.whole(request.form, "plan", 0, low=0, high=_LAST) or None
    try:
        draft = plan_boundaries.propose_on_boundaries(workspace(), user(), set_id, plan_id=plan_id)
    except InputError as fault:
        return (plan_page(plan_id, fault) if plan_id else index_page(fault)), status_of(fault)
    return redirect(url_for("plans.carried", plan_id=draft), 303)


@page.get("/plans/<int:plan_id>/carried-over")
@allow(Role.SUPERVISOR)
def carried(plan_id: int) -> ResponseReturnValue:
    """Show what came of a plan that was carried over to other boundaries.

    Parameters
    ----------
    plan_id
        The draft.

    Returns
    -------
    ResponseReturnValue
        What became of the units, who moves, and what is proven.
    """
    found = plan_boundaries.carried_over(workspace(), user(), plan_id)
    return render_template("plan_boundaries.html", found=found)
