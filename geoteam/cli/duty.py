"""``geoteam shifts`` and ``geoteam cars``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from geoteam.cli.common import State, StepBar, json_option, pass_state, show, table
from geoteam.cli.loading import (
    column_option,
    mapping_of,
    preview_json,
    preview_lines,
    report_json,
    report_lines,
)
from geoteam.services.cars import list_cars
from geoteam.services.duty_people import list_people
from geoteam.services.import_cars import CarLoader, import_cars
from geoteam.services.import_duty import ShiftLoader, import_shifts
from geoteam.services.import_mapping import Field
from geoteam.services.import_report import ImportReport
from geoteam.services.imports import preview_mapping
from geoteam.services.operator import operator

_PATH = click.Path(path_type=Path)
_PREVIEW = click.option(
    "--preview", is_flag=True, help="Show how the columns would be read; load nothing."
)


@click.group()
def shifts() -> None:
    """Hours on duty of officers and police partners: import, list."""


@click.group()
def cars() -> None:
    """Cars that tours are made with: import, list."""


def _names(fields: Sequence[Field]) -> tuple[list[str], list[str]]:
    return [one.name for one in fields], [one.name for one in fields if one.required]


def _load(
    state: State,
    file: Path,
    noun: str,
    pairs: tuple[str, ...],
    preview: bool,
    as_json: bool,
    load: Callable[..., ImportReport],
) -> None:
    mapping = mapping_of(pairs)
    if preview:
        read_as = preview_mapping(state.workspace, file, noun, mapping)
        show(preview_json(read_as), lambda: preview_lines(read_as), as_json)
        return
    report = load(state.workspace, state.actor, file, mapping=mapping, progress=StepBar())
    show(report_json(report), lambda: report_lines(report), as_json)


@shifts.command("import")
@click.argument("file", type=_PATH)
@column_option(*_names(ShiftLoader.fields), 'person="Badge No"')
@_PREVIEW
@json_option
@pass_state
def import_shifts_(
    state: State, file: Path, pairs: tuple[str, ...], preview: bool, as_json: bool
) -> None:
    """Load hours on duty from CSV or XLSX; safe to run again.

    A row says who (the officer's or police partner's id), on which days of every week (Mon-Fri) or
    on which date, and from when to when; an end not after the beginning is on the next day. On a
    date, begins may be "off". The rows with days are a person's whole week.

    Example: geoteam shifts import shifts.csv
    """
    _load(state, file, "shifts", pairs, preview, as_json, import_shifts)


@shifts.command("list")
@click.option(
    "--date",
    "on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day whose hours are told; today by default.",
)
@json_option
@pass_state
def list_shifts(state: State, on: datetime | None, as_json: bool) -> None:
    """List who is on duty when.

    Example: geoteam shifts list --date 2026-12-01
    """
    day = on.date() if on else state.workspace.today()
    people = list_people(state.workspace, operator(state.actor), day)
    rows = [
        asdict(one) | {"week": one.week or "the city's hours", "on_day": one.on_day or "off duty"}
        for one in people
    ]
    columns = ["ref", "name", "belongs", "on_day", "week"]
    show([asdict(one) for one in people], lambda: table(rows, columns, "Nobody."), as_json)


@cars.command("import")
@click.argument("file", type=_PATH)
@column_option(*_names(CarLoader.fields), 'ref="Vehicle No"')
@_PREVIEW
@json_option
@pass_state
def import_cars_(
    state: State, file: Path, pairs: tuple[str, ...], preview: bool, as_json: bool
) -> None:
    """Load cars from CSV or XLSX; safe to run again.

    Once there are cars, every tour needs one that stands at its field office and is free.

    Example: geoteam cars import cars.csv
    """
    _load(state, file, "cars", pairs, preview, as_json, import_cars)


@cars.command("list")
@json_option
@pass_state
def list_cars_(state: State, as_json: bool) -> None:
    """List the cars and where they stand.

    Example: geoteam cars list
    """
    rows = [asdict(one) for one in list_cars(state.workspace, operator(state.actor))]
    columns = ["ref", "name", "place", "active"]
    empty = "No car is entered: tours are planned without asking for one."
    show(rows, lambda: table(rows, columns, empty), as_json)


COMMANDS = (shifts, cars)
