"""``geoteam tours due`` and what a supervisor decides on visits."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import click
import pandas as pd

from geoteam.cli.common import State, json_option, pass_state, show, table
from geoteam.services import tours as services
from geoteam.services import visit_decisions
from geoteam.services.operator import operator
from geoteam.services.visits_board import DueBoard, DueOptions
from geoteam.services.visits_due import due_board
from geoteam.services.visits_hours import Fit

_DAY = click.DateTime(["%Y-%m-%d"])
_VISIT = (
    "client_ref", "level", "officer", "district", "due_on", "overdue_days", "priority",
    "planned_on", "again", "required", "reason",
)  # fmt: skip
_WAITING = ("client_ref", "level", "officer", "due_on", "priority", "blocked")
_EXCLUDED = ("client_ref", "level", "officer", "due_on", "excluded_until", "why", "by")


@click.command()
@click.option("--officer", default="", help="The officer's id: visits of one day, to plan.")
@click.option("--team", default="", help="The team's id: the days ahead, backlog and hours.")
@click.option("--date", "on", type=_DAY, help="With --officer: day of the tour; today by default.")
@click.option("--until", type=_DAY, help="With --team: last day; four weeks from today by default.")
@json_option
@pass_state
def due(
    state: State,
    officer: str,
    team: str,
    on: datetime | None,
    until: datetime | None,
    as_json: bool,
) -> None:
    """List the joint home visits that are due for an officer's clients, or for a team's.

    Example: geoteam tours due --team T01 --until 2026-12-31
    """
    if bool(officer) == bool(team) or (on and team) or (until and officer):
        raise click.UsageError("Name --officer (and --date), or --team (and --until).")
    if team:
        options = DueOptions(team=team, last=until.date() if until else None)
        board = due_board(state.workspace, operator(state.actor), options)
        show(_value(board), lambda: _lines(board), as_json)
        return
    day = on.date() if on else state.workspace.today()
    found = services.list_due(state.workspace, operator(state.actor), day, officer)
    columns = ["client_ref", "level", "due_on", "overdue_days", "priority", "reason"]
    show(
        found.rows,
        lambda: [
            *table(found.rows, columns, "No visit is due."),
            *([_already(found.planned)] if found.planned else []),
        ],
        as_json,
    )


def _already(count: int) -> str:
    return f"{_counted(count, 'visit')} {'is' if count == 1 else 'are'} on a planned tour already."


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _value(board: DueBoard) -> dict[str, Any]:
    return {
        "first": board.first,
        "last": board.last,
        "overdue": len(board.overdue),
        "days": [asdict(day) for day in board.days()],
        "visits": _rows(board.visits, _VISIT),
        "waiting": _rows(board.waiting, _WAITING),
        "excluded": _rows(board.excluded, _EXCLUDED),
        "alone": board.alone,
        "hours": asdict(board.hours),
    }


def _rows(frame: pd.DataFrame, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    plain = frame if "client_ref" in frame else frame.reset_index()
    return [
        dict(zip(columns, row, strict=True))
        for row in zip(*(plain[name].tolist() for name in columns), strict=True)
    ]


def _lines(board: DueBoard) -> list[str]:
    days = [
        {"day": f"{one.on:%a} {one.on:%Y-%m-%d}", "due": one.due, "on_tours": one.on_tours}
        for one in board.days()
        if one.due or one.on_tours
    ]
    overdue = _rows(board.overdue, _VISIT)
    waiting, excluded = _rows(board.waiting, _WAITING), _rows(board.excluded, _EXCLUDED)
    hours = [
        _fit(what, one)
        for what, fits in (
            ("district", board.hours.districts),
            ("team", board.hours.teams),
            ("officer", board.hours.officers),
        )
        for one in fits
    ]
    return [
        f"{board.first.isoformat()} to {board.last.isoformat()}: "
        f"{_counted(len(board.open), 'visit')} to plan, {len(overdue)} of them overdue; "
        f"{len(board.visits) - len(board.open)} on planned tours.",
        *board.hours.verdicts,
        "",
        *table(days, ["day", "due", "on_tours"], "No day has a visit."),
        "",
        "Backlog:" if overdue else "No visit is overdue.",
        *(table(overdue, ["client_ref", "officer", "due_on", "overdue_days", "priority", "reason"],
                "") if overdue else []),
        *(["", "Cannot be planned yet:", *table(waiting, list(_WAITING), "")] if waiting else []),
        *(["", "Excluded:", *table(excluded, list(_EXCLUDED), "")] if excluded else []),
        "",
        "Hours:",
        *table(hours, ["of", "name", "visits", "needed", "counted", "enough"], "No hours needed."),
        *board.hours.basis,
    ]  # fmt: skip


def _fit(what: str, one: Fit) -> dict[str, Any]:
    return {
        "of": what,
        "name": one.name,
        "visits": one.visits,
        "needed": f"{one.need_min / 60:.1f}",
        "counted": f"{one.counted_min / 60:.1f}",
        "enough": f"short by {one.short_min / 60:.1f}" if one.short_min else "enough",
    }


@click.command()
@click.argument("client")
@click.option("--why", required=True, help="The reason; kept with the decision.")
@json_option
@pass_state
def add(state: State, client: str, why: str, as_json: bool) -> None:
    """Have a client visited, due or not, until the visit is made or this is withdrawn.

    Example: geoteam tours add C100001 --why "Asked for by the court"
    """
    number = visit_decisions.add_visit(state.workspace, operator(state.actor), client, why)
    show(
        {"decision": number, "client": client},
        lambda: [f"The visit to {client} is added (decision {number})."],
        as_json,
    )


@click.command()
@click.argument("client")
@click.option("--until", type=_DAY, required=True, help="First day of visits again.")
@click.option("--why", required=True, help="The reason; kept with the decision.")
@json_option
@pass_state
def exclude(state: State, client: str, until: datetime, why: str, as_json: bool) -> None:
    """Have a client not visited before a day.

    Example: geoteam tours exclude C100001 --until 2026-12-15 --why "In hospital"
    """
    day = until.date()
    days = visit_decisions.exclude_visits(
        state.workspace, operator(state.actor), client, until=day, why=why
    )
    show(
        {"client": client, "until": day, "tours_on": days},
        lambda: [f"{client} is not visited before {day.isoformat()}.", *_still(days)],
        as_json,
    )


def _still(days: list[date]) -> list[str]:
    named = ", ".join(day.isoformat() for day in days)
    return [f"A planned tour still visits the client: {named}. Plan it anew."] if days else []


@click.command()
@json_option
@pass_state
def decisions(state: State, as_json: bool) -> None:
    """List the visits that supervisors added or excluded.

    Example: geoteam tours decisions
    """
    rows = visit_decisions.list_decisions(state.workspace, operator(state.actor))
    columns = ["decision_id", "client_ref", "kind", "valid_from", "valid_to", "why", "by"]
    show(rows, lambda: table(rows, columns, "No visit is added or excluded."), as_json)


@click.command()
@click.argument("decision", type=int)
@json_option
@pass_state
def withdraw(state: State, decision: int, as_json: bool) -> None:
    """Withdraw a decision on a client's visits.

    Example: geoteam tours withdraw 12
    """
    client = visit_decisions.withdraw(state.workspace, operator(state.actor), decision)
    show(
        {"decision": decision, "client": client},
        lambda: [f"Decision {decision} on {client} is withdrawn."],
        as_json,
    )


COMMANDS = (due, add, exclude, decisions, withdraw)
