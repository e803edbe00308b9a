"""``geoteam clients``, ``geoteam contacts`` and ``geoteam staff``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import click

from geoteam.cli.common import State, StepBar, json_option, pass_state, show, table
from geoteam.services import batch, visit_limits
from geoteam.services import clients as services
from geoteam.services.geocoding import geocode_residences
from geoteam.services.import_clients import FIELD_NAMES, REQUIRED
from geoteam.services.import_contacts import ContactLoader
from geoteam.services.import_no_contact import NoContactLoader
from geoteam.services.import_report import ImportReport
from geoteam.services.imports import (
    ColumnMapping,
    import_clients,
    import_contacts,
    import_staff,
    preview_mapping,
)
from geoteam.services.operator import operator
from geoteam.services.plans import publish_baseline
from geoteam.services.wording import counted

_F = TypeVar("_F", bound=Callable[..., Any])
_PATH = click.Path(path_type=Path)


@click.group()
def clients() -> None:
    """Clients: import, list, export."""


@click.group()
def contacts() -> None:
    """Contacts that took place or were tried: import."""


@click.group()
def staff() -> None:
    """Teams, officers, police partners, field offices: import."""


def _mapping(pairs: tuple[str, ...]) -> dict[str, str] | None:
    chosen: dict[str, str] = {}
    for pair in pairs:
        name, _, column = (part.strip() for part in pair.partition("="))
        if not name or not column:
            raise click.UsageError('write --column FIELD=COLUMN, such as --column name="Full Name"')
        if name in chosen:
            raise click.UsageError(f"--column says twice which column holds {name}")
        chosen[name] = column
    return chosen or None


def _report(report: ImportReport) -> list[str]:
    lines = [f"Read as {report.form}.", "Columns:"]
    lines += [f"  {field} = {column}" for field, column in report.mapping.columns.items()]
    lines += [report.sentence]
    for found, most in ((report.problems, 20), (report.warnings, 10)):
        lines += [f"  row {p.row}, {p.column}: {p.message}. {p.remedy}" for p in found[:most]]
        if len(found) > most:
            lines.append(f"  {len(found) - most:,} more; --json prints all")
    if report.problems_file:
        lines.append(f"The refused rows are in {report.problems_file}.")
    return lines


def _preview(mapping: ColumnMapping) -> list[str]:
    lacking = [name for name, required in mapping.missing.items() if required]
    if not lacking:
        return [*mapping.lines(), "Nothing was loaded. The file has every required field."]
    return [
        *mapping.lines(),
        "Nothing was loaded. Say which columns hold the required fields that are missing: "
        + " ".join(f'--column {name}="COLUMN"' for name in lacking),
    ]


def _preview_json(mapping: ColumnMapping) -> dict[str, Any]:
    return {
        "columns": dict(mapping.columns),
        "how": {name: mapping.how[name] for name in mapping.columns},
        "missing": [name for name, required in mapping.missing.items() if required],
        "missing_optional": [name for name, required in mapping.missing.items() if not required],
        "not_used": list(mapping.unused),
    }


def _as_json(report: ImportReport) -> dict[str, Any]:
    return {
        "noun": report.noun,
        "file": report.file,
        **report.summary(),
        "columns": dict(report.mapping.columns),
        "problems": [asdict(problem) for problem in report.problems],
        "warnings": [asdict(problem) for problem in report.warnings],
        "problems_file": report.problems_file,
    }


def _column(names: Sequence[str], required: Collection[str], example: str) -> Callable[[_F], _F]:
    listed = ", ".join(f"{name} (required)" if name in required else name for name in names)
    return click.option(
        "--column",
        "pairs",
        multiple=True,
        metavar="FIELD=COLUMN",
        help=f"Which column holds a field: {example}. May be repeated; columns not named are "
        f"recognised by their names. Fields: {listed}.",
    )


_CLIENT_COLUMN = _column(
    FIELD_NAMES, REQUIRED, 'ref="Case No", or two columns: name="Given Name+Surname"'
)
_CONTACT_COLUMN = _column(
    [one.name for one in ContactLoader.fields],
    [one.name for one in ContactLoader.fields if one.required],
    'client="Case No"',
)
_NO_CONTACT_COLUMN = _column(
    [one.name for one in NoContactLoader.fields],
    [one.name for one in NoContactLoader.fields if one.required],
    'client="Case No"',
)
_PARTIAL = click.option("--partial", is_flag=True, help="Load the good rows, write the bad ones.")


@clients.command("import")
@click.argument("file", type=_PATH)
@_CLIENT_COLUMN
@_PARTIAL
@click.option("--preview", is_flag=True, help="Show how the columns would be read; load nothing.")
@json_option
@pass_state
def import_(
    state: State, file: Path, pairs: tuple[str, ...], partial: bool, preview: bool, as_json: bool
) -> None:
    """Load clients from CSV or XLSX, and place their addresses; safe to run again.

    Example: geoteam clients import clients.xlsx --preview
    """
    if preview:
        read_as = preview_mapping(state.workspace, file, "clients", _mapping(pairs))
        show(_preview_json(read_as), lambda: _preview(read_as), as_json)
        return
    report = import_clients(
        state.workspace,
        state.actor,
        file,
        mapping=_mapping(pairs),
        partial=partial,
        progress=StepBar(),
    )
    placed = geocode_residences(state.workspace, state.actor)
    show(
        _as_json(report) | {"addresses": placed},
        lambda: [
            *_report(report),
            f"Addresses: {placed['accepted']:,} accepted, {placed['review']:,} for a person to "
            f"decide, {placed['unplaceable']:,} without a place.",
        ],
        as_json,
    )


@contacts.command("import")
@click.argument("file", type=_PATH)
@_CONTACT_COLUMN
@_PARTIAL
@json_option
@pass_state
def import_contacts_(
    state: State, file: Path, pairs: tuple[str, ...], partial: bool, as_json: bool
) -> None:
    """Load contacts from CSV or XLSX; safe to run again.

    Example: geoteam contacts import contacts.csv
    """
    report = import_contacts(
        state.workspace,
        state.actor,
        file,
        mapping=_mapping(pairs),
        partial=partial,
        progress=StepBar(),
    )
    show(_as_json(report), lambda: _report(report), as_json)


@staff.command("import")
@click.option("--teams", type=_PATH, required=True)
@click.option("--officers", type=_PATH, required=True)
@click.option("--police-partners", type=_PATH)
@click.option("--offices", type=_PATH)
@json_option
@pass_state
def import_staff_(
    state: State,
    teams: Path,
    officers: Path,
    police_partners: Path | None,
    offices: Path | None,
    as_json: bool,
) -> None:
    """Load teams, officers, police partners and offices; all of them or none.

    Example: geoteam staff import --teams teams.csv --officers officers.csv
    """
    done = import_staff(
        state.workspace,
        state.actor,
        teams=teams,
        officers=officers,
        police_partners=police_partners,
        offices=offices,
    )
    plan_id = publish_baseline(state.workspace, state.actor, done.units) if done.units else None
    show(
        {"files": [_as_json(report) for report in done.reports], "plan": plan_id},
        lambda: [
            *(line for report in done.reports for line in _report(report)),
            *(["Today's team areas are published."] if plan_id else []),
        ],
        as_json,
    )


@clients.command("list")
@click.option("--search", default="", help="Part of a name, id or address.")
@click.option("--team", default="")
@click.option("--officer", default="")
@click.option("--page", default=1, show_default=True)
@json_option
@pass_state
def list_(state: State, search: str, team: str, officer: str, page: int, as_json: bool) -> None:
    """List clients; the listing is audited.

    Example: geoteam clients list --team GS-01
    """
    found = services.list_clients(
        state.workspace,
        operator(state.actor),
        search=search,
        team=team,
        officer=officer,
        page=page,
    )
    columns = ["client_ref", "name", "level", "unit", "team", "officer", "decision"]
    show(
        {"rows": found.rows, "total": found.total},
        lambda: [*table(found.rows, columns, "No client fits."), f"{found.total:,} in all."],
        as_json,
    )


@clients.command()
@click.option("-o", "--output", type=_PATH, required=True)
@json_option
@pass_state
def export(state: State, output: Path, as_json: bool) -> None:
    """Write every active client with place and assignment; the export is audited.

    Example: geoteam clients export -o clients.csv
    """
    frame = services.export_clients(state.workspace, state.actor)
    batch.write_rows(batch.safe(frame), output)
    show(
        {"clients": len(frame)},
        lambda: [f"{counted(len(frame), 'client')} written to {output}."],
        as_json,
    )


@clients.group("no-contact")
def no_contact() -> None:
    """Clients who must not meet, and so are on no tour together: import, list."""


@no_contact.command("import")
@click.argument("file", type=_PATH)
@_NO_CONTACT_COLUMN
@_PARTIAL
@json_option
@pass_state
def import_no_contact_(
    state: State, file: Path, pairs: tuple[str, ...], partial: bool, as_json: bool
) -> None:
    """Load pairs of clients who must not meet from CSV or XLSX; safe to run again.

    Example: geoteam clients no-contact import no_contact.csv
    """
    report = visit_limits.import_no_contact(
        state.workspace, state.actor, file, mapping=_mapping(pairs), partial=partial
    )
    show(_as_json(report), lambda: _report(report), as_json)


@no_contact.command("list")
@json_option
@pass_state
def list_no_contact_(state: State, as_json: bool) -> None:
    """List pairs of clients who must not meet, and why; the listing is audited.

    Example: geoteam clients no-contact list
    """
    rows = visit_limits.list_no_contact(state.workspace, state.actor)
    show(
        {"pairs": rows},
        lambda: table(rows, ["client", "other", "why", "by", "at"], "No clients are kept apart."),
        as_json,
    )


COMMANDS = (clients, contacts, staff)
