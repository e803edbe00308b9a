"""A team's week: planned in the background, looked at, saved whole or in part."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from geoteam.errors import InputError
from geoteam.model import Role
from geoteam.server import forms
from geoteam.server.access import allow
from geoteam.server.context import user, workspace
from geoteam.services import week_jobs

page = Blueprint("tour_week", __name__)
_MOST_CHOSEN = 500


@page.get("/tours/week")
@allow(Role.SUPERVISOR)
def show() -> ResponseReturnValue:
    """Show a team's week as far as it is planned.

    Returns
    -------
    ResponseReturnValue
        The page.
    """
    week = week_jobs.team_week(workspace(), user(), team=forms.text(request.args, "team"))
    days: dict[date, list[tuple[int, dict[str, object]]]] = {}
    for at, row in enumerate(week.tours):
        days.setdefault(row["on"], []).append((at, row))
    first = forms.day(request.args, "from") or week.first or _next_monday()
    return render_template("tour_week.html", week=week, days=days, first=first)


@page.post("/tours/week")
@allow(Role.SUPERVISOR)
def start() -> ResponseReturnValue:
    """Start planning a week.

    Returns
    -------
    ResponseReturnValue
        The way to the page.
    """
    team = forms.text(request.form, "team", label="Team", required=True)
    first = forms.day(request.form, "from") or workspace().today()
    week_jobs.start_week(workspace(), user(), team, first)
    return redirect(url_for("tour_week.show", team=team), 303)


@page.get("/tours/week/<job>.json")
@allow(Role.SUPERVISOR)
def follow(job: str) -> ResponseReturnValue:
    """Tell how far planning is.

    Parameters
    ----------
    job
        The run.

    Returns
    -------
    ResponseReturnValue
        JSON.
    """
    return jsonify(week_jobs.week_progress(workspace(), user(), job))


@page.post("/tours/week/<job>/stop")
@allow(Role.SUPERVISOR)
def stop(job: str) -> ResponseReturnValue:
    """Stop planning and keep the tours found so far.

    Parameters
    ----------
    job
        The run.

    Returns
    -------
    ResponseReturnValue
        The way back to the page.
    """
    week_jobs.stop_week(workspace(), user(), job)
    return _back()


@page.post("/tours/week/<job>/accept")
@allow(Role.SUPERVISOR)
def accept(job: str) -> ResponseReturnValue:
    """Save the chosen tours.

    Parameters
    ----------
    job
        The run.

    Returns
    -------
    ResponseReturnValue
        The way back to the page.
    """
    chosen = request.form.getlist("tour")[:_MOST_CHOSEN]
    if not all(at.isdecimal() for at in chosen):
        raise InputError("the tours are no numbers", remedy="Load the page again")
    count = week_jobs.accept_week(workspace(), user(), job, [int(at) for at in chosen])
    flash(f"{count} {'tour is' if count == 1 else 'tours are'} saved.", "good")
    return _back()


@page.post("/tours/week/<job>/throw-away")
@allow(Role.SUPERVISOR)
def throw_away(job: str) -> ResponseReturnValue:
    """Forget a week that was planned.

    Parameters
    ----------
    job
        The run.

    Returns
    -------
    ResponseReturnValue
        The way back to the page.
    """
    week_jobs.throw_week_away(workspace(), user(), job)
    flash("The planned week is thrown away. Tours that were saved stay.", "good")
    return _back()


def _back() -> ResponseReturnValue:
    team = forms.text(request.form, "team")
    return redirect(url_for("tour_week.show", team=team or None), 303)


def _next_monday() -> date:
    today = workspace().today()
    return today + timedelta(days=(7 - today.weekday()) % 7)
