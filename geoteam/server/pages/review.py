"""The review queue: addresses that a person must decide."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from geoteam.errors import InputError
from geoteam.model import Role
from geoteam.server import forms
from geoteam.server.access import allow
from geoteam.server.context import user, workspace
from geoteam.server.headers import nonce
from geoteam.server.show import link_to
from geoteam.services import review

page = Blueprint("review", __name__)
_PAGE_SIZE = 25
_WHO = (Role.SUPERVISOR, Role.OFFICER)


@page.get("/review")
@allow(*_WHO)
def index() -> ResponseReturnValue:
    """List what waits, by reason.

    Returns
    -------
    ResponseReturnValue
        One page of the queue.
    """
    reason = _reason(request.args)
    found = review.review_queue(
        workspace(),
        user(),
        reason=reason,
        page_size=_PAGE_SIZE,
        page=forms.whole(request.args, "page", 1, low=1, high=100_000),
    )

    def link(number: int) -> str:
        return link_to("review.index", {"reason": reason, "page": number})

    return render_template(
        "review.html",
        found=found,
        reason=reason,
        reasons=review.reason_counts(workspace(), user()),
        link=link,
        decided=_decided(),
    )


@page.get("/review/<int:item>")
@allow(*_WHO)
def show(item: int) -> ResponseReturnValue:
    """Show one address with its candidates.

    Parameters
    ----------
    item
        Number of the item.

    Returns
    -------
    ResponseReturnValue
        The page.
    """
    return _item_page(item, _reason(request.args), decided=_decided())


@page.get("/review/<int:item>/map")
@allow(*_WHO)
def frame(item: int) -> ResponseReturnValue:
    """Draw the candidates of one address.

    Parameters
    ----------
    item
        Number of the item.

    Returns
    -------
    ResponseReturnValue
        A document made by folium.
    """
    return review.review_map(workspace(), user(), item, nonce=nonce())


@page.post("/review/<int:item>")
@allow(*_WHO)
def decide(item: int) -> ResponseReturnValue:
    """Keep the user's decision and go on to the next item.

    Parameters
    ----------
    item
        Number of the item.

    Returns
    -------
    ResponseReturnValue
        The way to the next item of the same reason, or to the queue; the same page with what was
        typed when the decision cannot be kept.
    """
    reason = _reason(request.form)
    try:
        _decide(item)
    except InputError as fault:
        return _item_page(item, reason, fault=fault, typed=request.form), 400
    waiting = review.review_queue(workspace(), user(), reason=reason, page_size=1).rows
    following = {"item": waiting[0]["id"]} if waiting else {}
    endpoint = "review.show" if waiting else "review.index"
    return redirect(link_to(endpoint, {**following, "reason": reason, "decided": item}), 303)


def _decide(item: int) -> None:
    form = request.form
    action, _, place = forms.text(form, "decision", label="The decision", required=True).partition(
        ":"
    )
    review.decide_item(
        workspace(),
        user(),
        item,
        action=forms.choice({"decision": action}, "decision", review.ACTIONS, ""),
        candidate=forms.whole({"candidate": place}, "candidate", 0, low=0, high=99)
        if place
        else None,
        address=forms.text(form, "address", label="The right address"),
        why=forms.text(form, "why", label="Why", required=True),
    )


def _item_page(
    item: int,
    reason: str,
    *,
    fault: InputError | None = None,
    typed: Mapping[str, str] = {},
    decided: int = 0,
) -> str:
    return render_template(
        "review_item.html",
        item=review.review_item(workspace(), user(), item),
        reason=reason,
        queue_url=link_to("review.index", {"reason": reason}),
        decided=decided,
        fault=fault,
        typed=typed,
    )


@page.post("/review/<int:item>/undo")
@allow(*_WHO)
def undo(item: int) -> ResponseReturnValue:
    """Take a decision back.

    Parameters
    ----------
    item
        Number of the item.

    Returns
    -------
    ResponseReturnValue
        The way to the item, which waits again.
    """
    review.undo_decision(workspace(), user(), item)
    flash("The decision was taken back; the address waits again.", "good")
    return redirect(url_for("review.index"), 303)


def _reason(fields: forms.Fields) -> str:
    return forms.choice(fields, "reason", tuple(review.REASONS), "")


def _decided() -> int:
    return forms.whole(request.args, "decided", 0, low=1, high=2_000_000_000)
