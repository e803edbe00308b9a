"""Accepting many addresses of the review queue at once: a look, a reason, one way back."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from geoteam.errors import InputError
from geoteam.model import Role
from geoteam.server import forms
from geoteam.server.access import allow
from geoteam.server.context import user, workspace
from geoteam.server.pages.review import page as page
from geoteam.services import review

_SHOWN = 25


@page.get("/review/bulk")
@allow(Role.SUPERVISOR)
def bulk() -> ResponseReturnValue:
    """Show what accepting many addresses at once would do.

    Returns
    -------
    ResponseReturnValue
        The page.
    """
    return _page(_filter(request.args))


@page.post("/review/bulk")
@allow(Role.SUPERVISOR)
def accept_bulk() -> ResponseReturnValue:
    """Accept the only candidate of every address of a filter.

    Returns
    -------
    ResponseReturnValue
        The way to the page, which offers to take all back; the page with what was typed when
        nothing can be kept.
    """
    wanted = _filter(request.form)
    try:
        _, many = review.accept_all(
            workspace(),
            user(),
            wanted,
            mark=forms.text(request.form, "mark"),
            why=forms.text(request.form, "why", label="Why", required=True),
        )
    except InputError as fault:
        return _page(wanted, fault=fault), 400
    flash(
        f"{many} addresses were accepted together. They can be taken back together below.", "good"
    )
    return redirect(url_for("review.bulk"), 303)


@page.post("/review/bulk/<batch>/undo")
@allow(Role.SUPERVISOR)
def undo_bulk(batch: str) -> ResponseReturnValue:
    """Take back all that was accepted together and still holds.

    Parameters
    ----------
    batch
        Mark of the decisions.

    Returns
    -------
    ResponseReturnValue
        The way to the page.
    """
    many = review.undo_batch(workspace(), user(), batch)
    flash(f"{many} decisions were taken back; the addresses wait again.", "good")
    return redirect(url_for("review.bulk"), 303)


def _page(wanted: review.BulkFilter, *, fault: InputError | None = None) -> str:
    found = review.preview_bulk(workspace(), user(), wanted)
    return render_template(
        "review_bulk.html",
        found=found,
        wanted=wanted,
        shown=found.rows[:_SHOWN],
        causes=[(name, review.REASONS[name]) for name in review.BULK_CAUSES],
        reasons=review.REASONS,
        areas=[(code, code) for code in found.areas],
        batches=review.batches(workspace(), user()),
        fault=fault,
        why=request.form.get("why", ""),
    )


def _filter(fields: forms.Fields) -> review.BulkFilter:
    return review.BulkFilter(
        cause=forms.choice(fields, "reason", review.BULK_CAUSES, ""),
        score=forms.whole(fields, "score", review.LEAST_SCORE, low=0, high=100),
        area=forms.text(fields, "area"),
    )
