"""Tours: visits due, a plan, the route; their files are in tour_files."""

from __future__ import annotations

from datetime import date
from typing import cast

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from geoteam.errors import GeoteamError, InputError
from geoteam.model import Role
from geoteam.server import forms
from geoteam.server.access import allow
from geoteam.server.context import user, workspace
from geoteam.server.headers import nonce
from geoteam.server.pages.tour_files import page
from geoteam.services import tours
from geoteam.services.phone_map import WARNING, phone_map_is_on
from geoteam.services.sheet_state import sheet_state
from geoteam.services.sheets import MOST, teams_to_print
from geoteam.services.tour_closures import closed_streets
from geoteam.services.tour_help import find_remedies
from geoteam.services.tour_pairing import MEETS, Meet
from geoteam.services.tour_replan import replan_rest

_STAFF = (Role.SUPERVISOR, Role.OFFICER)


@page.get("/tours")
@allow(*_STAFF, Role.POLICE)
def index() -> ResponseReturnValue:
    """List tours, and for officers and supervisors the visits that are due.

    Returns
    -------
    ResponseReturnValue
        The page.
    """
    on = forms.day(request.args, "on") or workspace().today()
    team, officer = forms.text(request.args, "team"), forms.text(request.args, "officer")
    return _index(on, user().officer_ref or officer, team)


def _index(on: date, officer: str, team: str = "", fault: GeoteamError | None = None) -> str:
    who, due = user(), None
    choices = tours.choices(workspace(), who, team) if who.role in _STAFF else None
    names = dict(one for _, own in choices.officers for one in own) if choices else {}
    if team and officer not in names:
        # The officer of another team, chosen before the team was.
        officer = ""
    if who.role in _STAFF and officer:
        due = tours.list_due(workspace(), who, on, officer)
    return render_template(
        "tours.html",
        on=on,
        officer=officer,
        officer_name=names.get(officer, ""),
        team=team,
        due=due.rows if due else None,
        on_tours=due.planned if due else 0,
        found=tours.list_tours(workspace(), who, team=team),
        to_print=teams_to_print(workspace(), who, on),
        most=MOST,
        choices=choices,
        fault=fault,
        typed=request.form,
    )


@page.post("/tours")
@allow(*_STAFF)
def plan() -> ResponseReturnValue:
    """Plan a tour.

    Returns
    -------
    ResponseReturnValue
        The way to the tour; the page with what was typed when no such tour can be made.
    """
    form = request.form
    on = forms.day(form, "on") or workspace().today()
    officer = user().officer_ref or forms.text(form, "officer", label="Officer", required=True)
    try:
        ref = tours.plan_tour(
            workspace(),
            user(),
            on=on,
            officer_ref=officer,
            police_partner_ref=forms.text(form, "partner"),
            departs=forms.text(form, "departs"),
            max_stops=_most(form),
            meet=_meet(form),
        )
    except InputError as fault:
        return _index(on, officer, forms.text(form, "team"), fault), 400
    flash("The tour is planned.", "good")
    return redirect(url_for("tours.show", ref=ref), 303)


def _meet(form: forms.Fields) -> Meet:
    return cast("Meet", forms.choice(form, "meet", MEETS, ""))


def _most(form: forms.Fields) -> int | None:
    """Read the most stops; an empty field means the city's usual number."""
    if not forms.text(form, "max_stops"):
        return None
    return forms.whole(form, "max_stops", 1, low=1, high=40)


@page.post("/tours/<ref>/cancel")
@allow(*_STAFF)
def cancel(ref: str) -> ResponseReturnValue:
    """Cancel a tour.

    Parameters
    ----------
    ref
        The tour's random reference.

    Returns
    -------
    ResponseReturnValue
        The way back to the tour.
    """
    why = forms.text(request.form, "why", label="The reason", required=True)
    tours.cancel_tour(workspace(), user(), ref, why)
    flash("The tour is cancelled. Its visits are due again.", "good")
    return redirect(url_for("tours.show", ref=ref), 303)


@page.post("/tours/<ref>/replan")
@allow(*_STAFF)
def replan(ref: str) -> ResponseReturnValue:
    """Plan what is still to come of a tour anew, as when a street on its route was closed.

    Parameters
    ----------
    ref
        The tour's random reference.

    Returns
    -------
    ResponseReturnValue
        The way back to the tour.
    """
    seen = forms.whole(request.form, "version", 0, low=0, high=10_000)
    version = replan_rest(workspace(), user(), ref, seen=seen)
    flash(f"The tour is planned anew: version {version}. Print its sheets again.", "good")
    return redirect(url_for("tours.show", ref=ref), 303)


@page.post("/tours/<ref>/remedies")
@allow(*_STAFF)
def remedies(ref: str) -> ResponseReturnValue:
    """Look for what would help visits that a tour leaves out; takes seconds.

    Parameters
    ----------
    ref
        The tour's random reference.

    Returns
    -------
    ResponseReturnValue
        The way back to the tour.
    """
    find_remedies(workspace(), user(), ref)
    return redirect(url_for("tours.show", ref=ref, _anchor="left"), 303)


@page.get("/tours/<ref>")
@allow(*_STAFF, Role.POLICE)
def show(ref: str) -> ResponseReturnValue:
    """Show one tour: route, stops, and what was left out and why.

    Parameters
    ----------
    ref
        The tour's random reference.

    Returns
    -------
    ResponseReturnValue
        The page.
    """
    view = tours.tour(workspace(), user(), ref)
    number = forms.whole(request.args, "sheet", 0, low=0, high=1_000_000)
    return render_template(
        "tour.html",
        tour=view,
        ref=ref,
        closed=closed_streets(workspace(), view.on),
        # Somebody scanned the code on a sheet: is it still true?
        sheet=sheet_state(workspace(), user(), ref, number) if number else None,
        usual_paper=workspace().profile.tours.paper,
        phone_map=WARNING if phone_map_is_on(workspace()) else "",
    )


@page.get("/tours/<ref>/map")
@allow(*_STAFF, Role.POLICE)
def frame(ref: str) -> ResponseReturnValue:
    """Draw the route.

    Parameters
    ----------
    ref
        The tour's random reference.

    Returns
    -------
    ResponseReturnValue
        A document made by folium.
    """
    return tours.tour_map(workspace(), user(), ref, nonce=nonce())


__all__ = ["page"]
