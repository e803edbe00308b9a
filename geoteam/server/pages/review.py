"""The review queue: addresses that a person must decide."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from geoteam.errors import InputError, UnconfirmedError
from geoteam.model import Role
from geoteam.server import forms
from geoteam.server.access import allow
from geoteam.server.context import user, workspace
from geoteam.server.headers import nonce
from geoteam.server.show import link_to
from geoteam.server.wording import sentence
from geoteam.services import review

page = Blueprint("review", __name__)
_PAGE_SIZE = 25
_WHO = (Role.SUPERVISOR, Role.OFFICER)
_HIGHEST = 2_000_000_000


@page.get("/review")
@allow(*_WHO)
def index() -> ResponseReturnValue:
    """List what waits, by reason, and what was decided lately.

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
        all_reasons=review.REASONS,
        lately=review.decided_lately(workspace(), user()),
        link=link,
        next_url=link_to("review.next_item", {"reason": reason}),
        decided=_number("decided"),
    )


@page.get("/review/next")
@allow(*_WHO)
def next_item() -> ResponseReturnValue:
    """Give the next address that nobody else has open.

    Returns
    -------
    ResponseReturnValue
        The way to it, or to the queue when nothing is left.
    """
    return _go_on(_reason(request.args), after=_number("after"))


@page.get("/review/<int:item>")
@allow(*_WHO)
def show(item: int) -> ResponseReturnValue:
    """Show one address with its candidates, and keep it for the user.

    Parameters
    ----------
    item
        Number of the item.

    Returns
    -------
    ResponseReturnValue
        The page.
    """
    return _item_page(item, _reason(request.args), decided=_number("decided"))


@page.get("/review/<int:item>/map")
@allow(*_WHO)
def frame(item: int) -> ResponseReturnValue:
    """Draw the candidates of one address and the client's earlier addresses.

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
    return _go_on(reason, after=item, decided=item)


def _decide(item: int) -> None:
    form = request.form
    action, _, place = forms.text(form, "decision", label="The decision", required=True).partition(
        ":"
    )
    shelter = forms.text(form, "shelter") if action == "shelter" else ""
    review.decide_item(
        workspace(),
        user(),
        item,
        action=forms.choice({"decision": action}, "decision", review.ACTIONS, ""),
        candidate=forms.whole({"candidate": place}, "candidate", 0, low=0, high=99)
        if place
        else None,
        address=forms.text(form, "address", label="The right address"),
        pin=_pin(form) if "pin" in (action, shelter) else None,
        shelter=shelter,
        confirmed=forms.text(form, "confirmed"),
        why=forms.text(form, "why", label="Why", required=True),
    )


def _pin(form: forms.Fields) -> review.SetPin:
    return review.SetPin(
        lon=forms.number(form, "lon", low=-180, high=180, label="Longitude", example="-77.01"),
        lat=forms.number(form, "lat", low=-90, high=90, label="Latitude", example="38.9"),
        radius_m=forms.whole(form, "radius_m", 30, low=1, high=1000),
        outside_too=forms.text(form, "outside_too") == "yes",
    )


@page.post("/review/<int:item>/pin")
@allow(*_WHO)
def look_at_pin(item: int) -> ResponseReturnValue:
    """Tell which area a pin is in, and how far the nearest known address is.

    Parameters
    ----------
    item
        Number of the item.

    Returns
    -------
    ResponseReturnValue
        JSON: ``said`` in words, and ``outside``.
    """
    try:
        pin = _pin(request.form)
        told = review.look_at_pin(
            workspace(), user(), item, lon=pin.lon, lat=pin.lat, radius_m=pin.radius_m
        )
    except InputError as fault:
        said = f"{sentence(fault.what)} {sentence(fault.remedy)}".strip()
        return {"said": said, "outside": False}, 400
    return {"said": told.said, "outside": not told.unit}


@page.post("/review/<int:item>/keep")
@allow(*_WHO)
def keep(item: int) -> ResponseReturnValue:
    """Keep an address for the user who is at work on it.

    Parameters
    ----------
    item
        Number of the item.

    Returns
    -------
    ResponseReturnValue
        JSON: ``kept``, false when somebody else has it by now or it was decided.
    """
    return {"kept": review.keep_open(workspace(), user(), item) is not None}


@page.post("/review/<int:item>/skip")
@allow(*_WHO)
def skip(item: int) -> ResponseReturnValue:
    """Leave an address undecided and go on to the next one.

    Parameters
    ----------
    item
        Number of the item.

    Returns
    -------
    ResponseReturnValue
        The way to the next item, or to the queue.
    """
    review.leave(workspace(), user(), item)
    return _go_on(_reason(request.form), after=item)


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
    again = review.undo_decision(workspace(), user(), item)
    flash("The decision was taken back; the address waits again.", "good")
    return redirect(link_to("review.show", {"item": again, "reason": _reason(request.form)}), 303)


def _go_on(reason: str, *, after: int, decided: int = 0) -> ResponseReturnValue:
    told = {"reason": reason, "decided": decided or ""}
    item = review.claim_next(workspace(), user(), reason=reason, after=after)
    if item is None:
        return redirect(link_to("review.index", told), 303)
    return redirect(link_to("review.show", {"item": item, **told}), 303)


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
        causes=review.REASONS,
        radii=review.RADII_M,
        queue_url=link_to("review.index", {"reason": reason}),
        next_url=link_to("review.next_item", {"reason": reason, "after": item}),
        decided=decided,
        fault=fault,
        unconfirmed=isinstance(fault, UnconfirmedError),
        typed=typed,
    )


def _reason(fields: forms.Fields) -> str:
    return forms.choice(fields, "reason", tuple(review.REASONS), "")


def _number(name: str) -> int:
    return forms.whole(request.args, name, 0, low=1, high=_HIGHEST)
