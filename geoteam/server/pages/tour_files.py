"""Tours on paper and as files; the blueprint is shared with ``tours``."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from geoteam.model import Role
from geoteam.server import forms
from geoteam.server.access import allow
from geoteam.server.context import user, workspace
from geoteam.services.phone_map import set_phone_map
from geoteam.services.sheets import PAPERS, Printing, print_tours, tours_to_print
from geoteam.services.tour_export import KINDS, export_tour

page = Blueprint("tours", __name__)
_STAFF = (Role.SUPERVISOR, Role.OFFICER)


@page.get("/tours/<ref>/sheet.pdf")
@allow(*_STAFF)
def sheet(ref: str) -> ResponseReturnValue:
    """Send the officer's printed sheet.

    Parameters
    ----------
    ref
        The tour's random reference.

    Returns
    -------
    ResponseReturnValue
        A PDF file.
    """
    return _pdf([ref], "officer", "tour-officer.pdf")


@page.get("/tours/<ref>/police-sheet.pdf")
@allow(*_STAFF, Role.POLICE)
def police_sheet(ref: str) -> ResponseReturnValue:
    """Send the police copy, which holds only what policy allows.

    Parameters
    ----------
    ref
        The tour's random reference.

    Returns
    -------
    ResponseReturnValue
        A PDF file.
    """
    return _pdf([ref], "police", "tour-police.pdf")


@page.get("/tours/sheets.pdf")
@allow(*_STAFF)
def sheets() -> ResponseReturnValue:
    """Send the officers' sheets of all tours of a day as one file.

    Returns
    -------
    ResponseReturnValue
        A PDF file.
    """
    return _day("officer")


@page.get("/tours/police-sheets.pdf")
@allow(*_STAFF, Role.POLICE)
def police_sheets() -> ResponseReturnValue:
    """Send the police copies of all tours of a day as one file.

    Returns
    -------
    ResponseReturnValue
        A PDF file.
    """
    return _day("police")


def _day(copy: str) -> Response:
    on = forms.day(request.args, "on") or workspace().today()
    team = forms.text(request.args, "team")
    refs = tours_to_print(workspace(), user(), on, team)
    return _pdf(refs, copy, f"tours-{on.isoformat()}-{copy}.pdf")


def _pdf(refs: list[str], copy: str, name: str) -> Response:
    printing = Printing(
        copy=copy,
        paper=forms.choice(request.args, "paper", ("", *PAPERS), ""),
        large=forms.choice(request.args, "size", ("usual", "large"), "usual") == "large",
        address=lambda ref: url_for("tours.show", ref=ref, _external=True),
    )
    body = print_tours(workspace(), user(), refs, printing)
    return _download(body, "application/pdf", name)


@page.get("/tours/<ref>/tour.<kind>")
@allow(*_STAFF, Role.POLICE)
def export(ref: str, kind: str) -> ResponseReturnValue:
    """Send a tour as a file for a phone, a map, a calendar or a spreadsheet.

    Parameters
    ----------
    ref
        The tour's random reference.
    kind
        gpx, geojson, ics or csv.

    Returns
    -------
    ResponseReturnValue
        The file.
    """
    body = export_tour(workspace(), user(), ref, kind)
    return _download(body, KINDS[kind], f"tour-{ref}.{kind}")


def _download(body: bytes, media_type: str, name: str) -> Response:
    # The name on the disk says nothing about who is visited.
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, content_type=media_type, headers=headers)


@page.post("/setup/phone-map")
@allow(Role.ADMINISTRATOR)
def phone_map() -> ResponseReturnValue:
    """Show links to the phone's map application on tours, or show them no more.

    Returns
    -------
    ResponseReturnValue
        The way back.
    """
    wanted = forms.text(request.form, "on", label="On or off", required=True)
    on = forms.choice({"on": wanted}, "on", ("yes", "no"), "yes") == "yes"
    set_phone_map(workspace(), user(), on=on)
    flash(
        "Tours have links to the phone's map application."
        if on
        else "Tours have no links to the phone's map application.",
        "good",
    )
    return redirect(url_for("setup.index"), 303)
