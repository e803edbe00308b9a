"""``geoteam clients``, ``geoteam contacts`` and ``geoteam staff``."""

from __future__ import annotations

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
from geoteam.services import batch, visit_limits
from geoteam.services import clients as services
from geoteam.services.geocoding import geocode_residences
from geoteam.services.import_clients import FIELD_NAMES, REQUIRED
from geoteam.services.import_contacts import ContactLoader
from geoteam.services.import_no_contact import NoContactLoader
from geoteam.services.imports import (
    import_clients,
    import_contacts,
    import_staff,
    preview_mapping,
)
from geoteam.services.operator import operator
from geoteam.services.plans import publish_baseline
from geoteam.services.wording import counted

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


_CLIENT_COLUMN = column_option(
    FIELD_NAMES, REQUIRED, 'ref="Case No", or two columns: name="Given Name+Surname"'
)
_CONTACT_COLUMN = column_option(
    [one.name for one in ContactLoader.fields],
    [one.name for one in ContactLoader.fields if one.required],
    'client="Case No"',
)
_NO_CONTACT_COLUMN = column_option(
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

    Hours at home may differ by day: "Mon-Fri 17:00-20:00; Sat 10:00-14:00". Limits of visits
    (announced, two_officers, dog: yes or no) stay as they are where a file lacks the column.

    Example: geoteam clients import clients.xlsx --preview
    """
    if preview:
        read_as = preview_mapping(state.workspace, file, "clients", mapping_of(pairs))
        show(preview_json(read_as), lambda: preview_lines(read_as), as_json)
        return
    report = import_clients(
        state.workspace,
        state.actor,
        file,
        mapping=mapping_of(pairs),
        partial=partial,
        progress=StepBar(),
    )
    placed = geocode_residences(state.workspace, state.actor)
    show(
        report_json(report) | {"addresses": placed},
        lambda: [
            *report_lines(report),
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
        mapping=mapping_of(pairs),
        partial=partial,
        progress=StepBar(),
    )
    show(report_json(report), lambda: report_lines(report), as_json)


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
        {"files": [report_json(report) for report in done.reports], "plan": plan_id},
        lambda: [
            *(line for report in done.reports for line in report_lines(report)),
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
        state.workspace, state.actor, file, mapping=mapping_of(pairs), partial=partial
    )
    show(report_json(report), lambda: report_lines(report), as_json)


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
        lambda: table(
            [row | {"on": f"{row['at']:%Y-%m-%d}"} for row in rows],
            ["client", "other", "why", "by", "on"],
            "No clients are kept apart.",
        ),
        as_json,
    )


COMMANDS = (clients, contacts, staff)
