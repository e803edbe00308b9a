"""Accepting many addresses of the review queue at once: a look, a reason, one way back."""

from __future__ import annotations

from collections.abc import Collection

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from geoteam.errors import InputError
from geoteam.model import Role
from geoteam.server import forms
from geoteam.server.access import allow
from geoteam.server.context import user, workspace
from geoteam.server.pages.review import page as page
from geoteam.server.show import link_to
from geoteam.services import review

# More rows than these make a page slow; the file holds all of them.
_SHOWN = 3000


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


@page.get("/review/bulk.csv")
@allow(Role.SUPERVISOR)
def bulk_csv() -> ResponseReturnValue:
    """Send what accepting many addresses at once would do as a file; the taking is audited.

    Returns
    -------
    ResponseReturnValue
        CSV in UTF-8.
    """
    table = review.bulk_table(workspace(), user(), _filter(request.args), review.REASONS)
    headers = {"Content-Disposition": 'attachment; filename="to-accept.csv"'}
    return Response(table.to_csv(index=False), mimetype="text/csv", headers=headers)


@page.post("/review/bulk")
@allow(Role.SUPERVISOR)
def accept_bulk() -> ResponseReturnValue:
    """Accept the only candidate of every ticked address of a filter.

    Returns
    -------
    ResponseReturnValue
        The way to the page, which offers to take all back; the page with what was typed when
        nothing can be kept.
    """
    wanted = _filter(request.form)
    ticked = {int(text) for text in request.form.getlist("item") if text.isdecimal()}
    try:
        _, many = review.accept_all(
            workspace(),
            user(),
            wanted,
            mark=forms.text(request.form, "mark"),
            items=ticked,
            why=forms.text(request.form, "why", label="Why", required=True),
        )
    except InputError as fault:
        return _page(wanted, fault=fault, ticked=ticked), 400
    flash(f"{_addresses(many)} accepted together. All can be taken back together below.", "good")
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
    flash(f"{_addresses(many)} taken back and waiting again.", "good")
    return redirect(url_for("review.bulk"), 303)


def _addresses(many: int) -> str:
    return f"{many:,} {'address' if many == 1 else 'addresses'}"


def _page(
    wanted: review.BulkFilter,
    *,
    fault: InputError | None = None,
    ticked: Collection[int] | None = None,
) -> str:
    found = review.preview_bulk(workspace(), user(), wanted)
    shown = found.rows[:_SHOWN]
    return render_template(
        "review_bulk.html",
        found=found,
        wanted=wanted,
        shown=shown,
        ticked={row["id"] for row in shown} if ticked is None else ticked,
        csv_url=link_to(
            "review.bulk_csv",
            {
                "reason": wanted.cause,
                "score": wanted.score,
                "area": wanted.area,
                "unsure": "yes" if wanted.unsure else "",
            },
        ),
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
        unsure=forms.text(fields, "unsure") == "yes",
    )
