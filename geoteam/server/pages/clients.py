"""Clients: find one, and read the record with a stated purpose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from geoteam.errors import InputError
from geoteam.model import Role
from geoteam.server import forms
from geoteam.server.access import allow
from geoteam.server.context import open_client, open_search, seal_search, user, workspace
from geoteam.server.show import link_to
from geoteam.services import clients, visit_decisions, visit_limits
from geoteam.services.import_clients import VISIT_MINUTES
from geoteam.services.wording import told_day

page = Blueprint("clients", __name__)
_WHO = (Role.SUPERVISOR, Role.OFFICER)
_PURPOSE = "purpose"


@page.get("/clients")
@allow(*_WHO)
def index() -> ResponseReturnValue:
    """List the clients whom the user may see.

    Returns
    -------
    ResponseReturnValue
        One page of the list.
    """
    args = request.args
    search = open_search(forms.text(args, "q"))
    chosen = {"team": forms.text(args, "team"), "officer": forms.text(args, "officer")}
    number = forms.whole(args, "page", 1, low=1, high=100_000)
    found = clients.list_clients(
        workspace(),
        user(),
        search=search,
        team=chosen["team"],
        officer=chosen["officer"],
        page=number,
    )

    def link(number: int) -> str:
        return link_to("clients.index", {"q": seal_search(search), **chosen, "page": number})

    filters = clients.filters(workspace(), user())
    return render_template(
        "clients.html",
        found=found,
        search=search,
        chosen=chosen,
        link=link,
        filters=filters,
        team_names=dict(filters.teams),
    )


@page.post("/clients")
@allow(*_WHO)
def search() -> ResponseReturnValue:
    """Take search words out of a form, so that no name stands in an address.

    Returns
    -------
    ResponseReturnValue
        The way to the list, with the words sealed.
    """
    kept = {
        "q": seal_search(forms.text(request.form, "search", label="Search")),
        "team": forms.text(request.form, "team"),
        "officer": forms.text(request.form, "officer"),
    }
    return redirect(link_to("clients.index", kept), 303)


@page.get("/clients/<word>")
@allow(*_WHO)
def record(word: str) -> ResponseReturnValue:
    """Show a client's record, after asking what for.

    Parameters
    ----------
    word
        The sealed id of the client.

    Returns
    -------
    ResponseReturnValue
        The record, or the question.
    """
    return _record_page(word)


def _record_page(
    word: str, fault: InputError | None = None, typed: Mapping[str, str] | None = None
) -> str:
    ref = open_client(word)
    purpose = str(session.get(_PURPOSE, ""))
    if purpose not in clients.PURPOSES:
        return render_template("client_purpose.html", word=word, purposes=clients.PURPOSES)
    found = clients.client_record(workspace(), user(), ref, purpose)
    filters = clients.filters(workspace(), user())
    names = dict([*filters.teams, *filters.officers])
    for part in ("team", "officer"):
        found[part] = names.get(found[part], found[part])
    return render_template(
        "client.html",
        client=found,
        word=word,
        purpose=purpose,
        purposes=clients.PURPOSES,
        fault=fault,
        typed=typed or {},
        minutes=VISIT_MINUTES,
        decided=visit_decisions.decision_on(workspace(), user(), ref),
        tomorrow=workspace().today() + timedelta(days=1),
    )


@page.post("/clients/<word>")
@allow(*_WHO)
def purpose(word: str) -> ResponseReturnValue:
    """Take note of what for the user opens records, until they say otherwise.

    Parameters
    ----------
    word
        The sealed id of the client.

    Returns
    -------
    ResponseReturnValue
        The way to the record, or to the question again.
    """
    open_client(word)
    session.pop(_PURPOSE, None)
    if stated := forms.choice(request.form, "purpose", clients.PURPOSES, ""):
        session[_PURPOSE] = stated
    return redirect(url_for("clients.record", word=word), 303)


@page.post("/clients/<word>/limits")
@allow(*_WHO)
def limits(word: str) -> ResponseReturnValue:
    """Change what visits to a client must keep to.

    Parameters
    ----------
    word
        The sealed id of the client.

    Returns
    -------
    ResponseReturnValue
        The way to the record; the same page with what was typed when it cannot be kept.
    """
    form, (low, high) = request.form, VISIT_MINUTES
    try:
        wanted = visit_limits.Limits(
            announced="announced" in form,
            two_officers="two_officers" in form,
            interpreter=forms.text(form, "interpreter", label="Interpreter"),
            dog="dog" in form,
            service_minutes=forms.number(
                form, "service_minutes", low=low, high=high, label="Minutes", example="30"
            ),
            hours=forms.text(form, "hours", label="At home"),
        )
        visit_limits.change_limits(workspace(), user(), open_client(word), wanted)
    except InputError as fault:
        return _record_page(word, fault, form), 400
    return _to_visits(word)


@page.post("/clients/<word>/no-contact")
@allow(*_WHO)
def keep_apart(word: str) -> ResponseReturnValue:
    """Say that the client must not meet another one.

    Parameters
    ----------
    word
        The sealed id of the client.

    Returns
    -------
    ResponseReturnValue
        The way to the record; the same page with what was typed when it cannot be kept.
    """
    try:
        other = forms.text(request.form, "other", label="Id of the other client", required=True)
        why = forms.text(request.form, "why", label="Why", required=True)
        both = visit_limits.keep_apart(workspace(), user(), open_client(word), other, why)
    except InputError as fault:
        return _record_page(word, fault, request.form), 400
    if both:
        days = ", ".join(map(told_day, both))
        flash(f"A planned tour still visits both of them: {days}. Plan that tour anew.", "warn")
    return _to_visits(word)


@page.post("/clients/<word>/no-contact/remove")
@allow(*_WHO)
def let_meet(word: str) -> ResponseReturnValue:
    """Take back that the client must not meet another one.

    Parameters
    ----------
    word
        The sealed id of the client.

    Returns
    -------
    ResponseReturnValue
        The way to the record.
    """
    other = forms.text(request.form, "other", label="Id of the other client", required=True)
    visit_limits.let_meet(workspace(), user(), open_client(word), other)
    return _to_visits(word)


def _to_visits(word: str) -> ResponseReturnValue:
    return redirect(url_for("clients.record", word=word, _anchor="visits"), 303)
