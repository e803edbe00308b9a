"""Clients: find one, and read the record with a stated purpose."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from geoteam.model import Role
from geoteam.server import forms
from geoteam.server.access import allow
from geoteam.server.context import open_client, open_search, seal_search, user, workspace
from geoteam.server.show import link_to
from geoteam.services import clients

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
        "client.html", client=found, word=word, purpose=purpose, purposes=clients.PURPOSES
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
