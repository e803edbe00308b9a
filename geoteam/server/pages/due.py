"""What is due: a calendar, a map, the list and the hours; a supervisor's word on visits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from geoteam.model import Role
from geoteam.server import forms
from geoteam.server.access import allow
from geoteam.server.context import open_search, seal_search, user, workspace
from geoteam.server.headers import nonce
from geoteam.server.show import client_url, link_to, may
from geoteam.server.tables import csv_answer
from geoteam.services import visit_decisions, visits_due, visits_map
from geoteam.services.paging import Page
from geoteam.services.visits_board import AREAS, DueBoard, DueOptions
from geoteam.services.wording import told_day

page = Blueprint("due", __name__)
_WHO = (Role.SUPERVISOR, Role.OFFICER)
_VIEWS = {"calendar": "Calendar", "map": "Map", "list": "List", "hours": "Staff and hours"}
_PAGE_SIZE = 200
_FILE_COLUMNS = (
    "client_ref", "name", "level", "officer_name", "team", "district", "due_on", "overdue_days",
    "priority", "state", "on", "reason", "note", "added_or_excluded_because",
)  # fmt: skip


@page.get("/tours/due")
@allow(*_WHO)
def index() -> ResponseReturnValue:
    """Show what is due, in one of four views.

    Returns
    -------
    ResponseReturnValue
        The page.
    """
    view = forms.choice(request.args, "view", _VIEWS, "calendar")
    kept, options, offered = _asked(view)
    names = [own for _, own in offered.officers]
    board = visits_due.due_board(workspace(), user(), options)
    search = open_search(forms.text(request.args, "q")) if may("due.find") else ""
    listed = board.listed(options.day)
    number = forms.whole(request.args, "page", 1, low=1, high=100_000)
    part = listed.iloc[(number - 1) * _PAGE_SIZE : number * _PAGE_SIZE]

    def link(**changes: Any) -> str:
        return link_to("due.index", {"view": view, **kept, **changes})

    return render_template(
        "due.html",
        view=view,
        views=_VIEWS,
        kinds=list(AREAS.items()),
        spans=[(str(days), f"{days // 7} weeks" if days > 7 else "1 week")
               for days in visits_due.DAYS_AHEAD],
        options=options,
        days=kept["days"],
        offered=offered,
        officer_name=next(
            (own[options.officer] for own in map(dict, names) if options.officer in own), ""
        ),
        board=board,
        weeks=_weeks(board) if view == "calendar" else [],
        areas=visits_map.area_table(board, options.day).reset_index().to_dict("records")
        if view == "map" else [],
        rows=part.to_dict("records"),
        found=Page([], len(listed), number, _PAGE_SIZE),
        waiting=_records(board.waiting),
        excluded=_records(board.excluded),
        link=link,
        here=link(day=options.day),
        search=search,
        people=visit_decisions.find_clients(workspace(), user(), search) if search else None,
        find_url=link_to("due.find", {"view": view, **kept}),
        frame_url=link_to("due.frame", kept),
        table_url=link_to("due.table", kept),
        tomorrow=board.first + timedelta(days=1),
    )  # fmt: skip


@page.get("/tours/due/map")
@allow(*_WHO)
def frame() -> ResponseReturnValue:
    """Draw the map alone, for the frame of the page.

    Returns
    -------
    ResponseReturnValue
        A document made by folium.
    """
    _, options, _ = _asked("map")
    drawn = visits_map.due_map(workspace(), user(), options, nonce=nonce(), client_url=client_url)
    return Response(drawn, mimetype="text/html")


@page.get("/tours/due/visits.csv")
@allow(*_WHO)
def table() -> ResponseReturnValue:
    """Send the list as a file; the taking is audited.

    Returns
    -------
    ResponseReturnValue
        CSV in UTF-8.
    """
    _, options, _ = _asked("list")
    board = visits_due.due_board(workspace(), user(), options, action="tours.due.export")
    rows = [_file_row(row) for row in board.listed(options.day).to_dict("records")]
    if not options.day:
        rows += [_file_row(row, "cannot be planned", row["blocked"])
                 for row in _records(board.waiting)]  # fmt: skip
        rows += [_file_row(row, "excluded", on=row["excluded_until"])
                 for row in _records(board.excluded)]  # fmt: skip
    return csv_answer(rows, _FILE_COLUMNS, "visits-due.csv")


@page.post("/tours/due/find")
@allow(Role.SUPERVISOR)
def find() -> ResponseReturnValue:
    """Take a client's name or id out of a form, so that neither stands in an address.

    Returns
    -------
    ResponseReturnValue
        The way to the page, with the words sealed.
    """
    words = seal_search(forms.text(request.form, "search", label="Name or id"))
    view = forms.choice(request.args, "view", _VIEWS, "calendar")
    kept, _, _ = _asked(view)
    asked = {"view": view, **kept, "q": words, "_anchor": "decide"}
    return redirect(link_to("due.index", asked), 303)


@page.post("/tours/due/add")
@allow(Role.SUPERVISOR)
def add() -> ResponseReturnValue:
    """Have a client visited, due or not.

    Returns
    -------
    ResponseReturnValue
        The way back.
    """
    client = forms.text(request.form, "client_ref", label="The client's id", required=True)
    why = forms.text(request.form, "why", label="The reason", required=True)
    visit_decisions.add_visit(workspace(), user(), client, why)
    flash("The visit is added. It stays until it is made or you withdraw it.", "good")
    return _back()


@page.post("/tours/due/exclude")
@allow(Role.SUPERVISOR)
def exclude() -> ResponseReturnValue:
    """Have a client not visited before a day.

    Returns
    -------
    ResponseReturnValue
        The way back.
    """
    client = forms.text(request.form, "client_ref", label="The client's id", required=True)
    forms.text(request.form, "until", label="The day of the next visit", required=True)
    until = forms.day(request.form, "until") or workspace().today()
    why = forms.text(request.form, "why", label="The reason", required=True)
    days = visit_decisions.exclude_visits(workspace(), user(), client, until=until, why=why)
    flash(f"The client's visits are excluded until {told_day(until)}.", "good")
    if days:
        tours = ", ".join(map(told_day, days))
        flash(f"A planned tour still visits this client: {tours}. Plan that tour anew.", "warn")
    return _back()


@page.post("/tours/due/withdraw")
@allow(Role.SUPERVISOR)
def withdraw() -> ResponseReturnValue:
    """Withdraw a decision on a client's visits.

    Returns
    -------
    ResponseReturnValue
        The way back.
    """
    forms.text(request.form, "decision", label="The decision", required=True)
    number = forms.whole(request.form, "decision", 0, low=1, high=999_999_999)
    visit_decisions.withdraw(workspace(), user(), number)
    flash("The decision is withdrawn.", "good")
    return _back()


def _back() -> ResponseReturnValue:
    target = forms.local_path(request.form.get("back", ""))
    return redirect(target if target != "/" else url_for("due.index"), 303)


def _asked(view: str) -> tuple[dict[str, str], DueOptions, visits_due.Offered]:
    """Read the filters; an officer or area that the other filters leave no room for is dropped."""
    args = request.args
    by = forms.choice(args, "by", AREAS, "district")
    days = forms.whole(args, "days", visits_due.DAYS_AHEAD[2], low=1, high=visits_due.LONGEST)
    team, officer, area = (forms.text(args, name) for name in ("team", "officer", "area"))
    offered = visits_due.offered(workspace(), user(), by, team)
    kept = {
        "team": team,
        "officer": officer if any(officer in dict(own) for _, own in offered.officers) else "",
        "by": by,
        "area": area if area in dict(offered.areas) else "",
        "days": str(days),
        "day": forms.text(args, "day"),
    }
    options = DueOptions(
        team=team,
        officer=kept["officer"],
        by=by,
        area=kept["area"],
        last=workspace().today() + timedelta(days=days - 1),
        day=kept["day"],
    )
    return kept, options, offered


def _weeks(board: DueBoard) -> list[list[dict[str, Any]]]:
    """Lay the days out in whole weeks from Monday; days outside the span have no counts."""
    known = {one.on: one for one in board.days()}
    most = max((one.due for one in known.values()), default=0)
    monday = board.first - timedelta(days=board.first.weekday())
    ends = board.last + timedelta(days=6 - board.last.weekday())
    cells = []
    for step in range((ends - monday).days + 1):
        on = monday + timedelta(days=step)
        one = known.get(on)
        shade = -(-4 * one.due // most) if one and most else 0
        cells.append({"on": on, "counts": one, "shade": shade})
    return [cells[start : start + 7] for start in range(0, len(cells), 7)]


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()}
            for row in frame.reset_index().to_dict("records")]  # fmt: skip


def _file_row(
    row: Mapping[Any, Any], state: str = "", reason: str = "", on: date | None = None
) -> dict[str, Any]:
    planned = row.get("planned_on")
    found = dict(row) | {"added_or_excluded_because": row["why"]}
    if state:
        return found | {"state": state, "on": on, "reason": reason or row["reason"]}
    return found | {"state": "on a tour" if planned else "to plan", "on": planned}
