"""Hours on duty: who works when, who speaks what, and the cars. No client is shown here."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from geoteam.errors import GeoteamError, InputError
from geoteam.server import forms
from geoteam.server.access import allow
from geoteam.server.context import user, workspace
from geoteam.services import cars as garage
from geoteam.services import duty_changes as changes
from geoteam.services import duty_people as people
from geoteam.services.duty_people import EDITORS, KINDS
from geoteam.services.tour_duty import tours_off_duty
from geoteam.store.duty import Kind

page = Blueprint("duty", __name__)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# So many stretches of a day are offered; one more than there are.
SPANS = 2


@page.get("/duty")
@allow(*EDITORS)
def index() -> ResponseReturnValue:
    """List officers and police partners with their hours, and the cars.

    Returns
    -------
    ResponseReturnValue
        The page.
    """
    return _index()


def _index(fault: GeoteamError | None = None) -> str:
    on = forms.day(request.args, "on") or workspace().today()
    rows = people.list_people(workspace(), user(), on)
    rules = workspace().profile.tours
    return render_template(
        "duty.html",
        on=on,
        groups=[
            ("Officers", "Team", [one for one in rows if one.kind == "officers"]),
            ("Police partners", "District", [one for one in rows if one.kind == "partners"]),
        ],
        usual=f"{rules.earliest}-{rules.latest}",
        cars=garage.list_cars(workspace(), user()),
        places=garage.car_places(workspace(), user()),
        fault=fault,
        typed=request.form,
    )


@page.get("/duty/person")
@allow(*EDITORS)
def person() -> ResponseReturnValue:
    """Show one person's week, and the days that are different.

    Returns
    -------
    ResponseReturnValue
        The page.
    """
    kind, ref = _whose(request.args)
    return _person(kind, ref)


def _person(kind: Kind, ref: str, fault: GeoteamError | None = None) -> str:
    rules = workspace().profile.tours
    return render_template(
        "duty_person.html",
        hours=people.person_hours(workspace(), user(), kind, ref),
        weekdays=WEEKDAYS,
        spans=SPANS,
        usual=f"{rules.earliest}-{rules.latest}",
        today=workspace().today(),
        fault=fault,
        typed=request.form,
    )


@page.post("/duty/week")
@allow(*EDITORS)
def week() -> ResponseReturnValue:
    """Put other hours in place of a person's week.

    Returns
    -------
    ResponseReturnValue
        The way back; the page with what was typed when the hours cannot be.
    """
    kind, ref = _whose(request.form)
    try:
        hours = {day: _hours(f"{day}-") for day in range(len(WEEKDAYS))}
        changes.set_week(workspace(), user(), kind, ref, hours)
    except InputError as fault:
        return _person(kind, ref, fault), 400
    return _kept(kind, ref, "The week is kept.")


@page.post("/duty/days")
@allow(*EDITORS)
def days() -> ResponseReturnValue:
    """Put hours of their own on some days, or none: off duty.

    Returns
    -------
    ResponseReturnValue
        The way back; the page with what was typed when the days cannot be.
    """
    kind, ref = _whose(request.form)
    form = request.form
    try:
        first = forms.day(form, "first")
        if first is None:
            raise InputError("the first day is empty", remedy="Choose a day")
        last = forms.day(form, "last") or first
        if forms.choice(form, "what", ("off", "hours", "week"), "off") == "week":
            changes.clear_days(workspace(), user(), kind, ref, first, last)
        else:
            off = forms.text(form, "what") in ("", "off")
            hours = [] if off else _hours("")
            if not (off or hours):
                raise InputError("no hours are given", remedy="Write them, or choose off duty")
            changes.set_days(workspace(), user(), kind, ref, first, last, hours)
    except InputError as fault:
        return _person(kind, ref, fault), 400
    return _kept(kind, ref, "The days are kept.")


@page.post("/duty/skills")
@allow(*EDITORS)
def skills() -> ResponseReturnValue:
    """Say which languages a person speaks, and where a police partner also joins tours.

    Returns
    -------
    ResponseReturnValue
        The way back.
    """
    kind, ref = _whose(request.form)
    languages = forms.text(request.form, "languages", label="Languages")
    more = request.form.getlist("district")
    changes.set_skills(workspace(), user(), kind, ref, languages, more)
    flash("Languages and districts are kept." if kind == "partners" else "Languages are kept.",
          "good")  # fmt: skip
    return _back(kind, ref)


@page.post("/duty/cars")
@allow(*EDITORS)
def cars() -> ResponseReturnValue:
    """Enter a car, or change the one with that id.

    Returns
    -------
    ResponseReturnValue
        The way back; the page with what was typed when the car cannot be.
    """
    form = request.form
    try:
        garage.set_car(
            workspace(),
            user(),
            ref=forms.text(form, "ref", label="Car id", required=True),
            name=forms.text(form, "name"),
            place_ref=forms.text(form, "place"),
            active=form.get("active") == "yes",
        )
    except InputError as fault:
        return _index(fault), 400
    flash("The car is kept.", "good")
    return redirect(url_for("duty.index", _anchor="cars"), 303)


def _whose(fields: forms.Fields) -> tuple[Kind, str]:
    kind = forms.choice(fields, "kind", tuple(KINDS), "officers")
    return cast("Kind", kind), forms.text(fields, "ref", label="Person", required=True)


def _hours(prefix: str) -> list[tuple[str, str]]:
    """Read beginnings and ends; a pair that is empty is none."""
    form, count = request.form, 0
    while f"begins-{prefix}{count}" in form:
        count += 1
    pairs = [
        (forms.text(form, f"begins-{prefix}{span}"), forms.text(form, f"ends-{prefix}{span}"))
        for span in range(count)
    ]
    return [pair for pair in pairs if any(pair)]


def _kept(kind: Kind, ref: str, said: str) -> ResponseReturnValue:
    """Say so, and which planned tours are outside the hours by now."""
    flash(said, "good")
    if days := tours_off_duty(workspace(), user(), kind, ref):
        told = ", ".join(f"{day.day} {day:%b}" for day in days)
        flash(
            f"Outside these hours are planned tours: {told}. Plan their rest anew, or cancel them.",
            "warn",
        )
    return _back(kind, ref)


def _back(kind: Kind, ref: str) -> ResponseReturnValue:
    return redirect(url_for("duty.person", kind=kind, ref=ref), 303)
