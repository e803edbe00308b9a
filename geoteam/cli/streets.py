"""``geoteam streets``."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from geoteam.cli.common import State, StepBar, json_option, pass_state, show, table
from geoteam.services.loading import download_network, load_basemap, load_streets
from geoteam.services.operator import operator
from geoteam.services.street_closures import close_street, list_closures, open_street

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def streets() -> None:
    """The street network: build, describe; streets closed on some days."""


@streets.command()
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the profile's files.")
@click.option("--download", is_flag=True, help="Take the profile's place from OpenStreetMap.")
@json_option
@pass_state
def build(state: State, data: Path | None, download: bool, as_json: bool) -> None:
    """Build the network, and the basemap with it, anew.

    Example: geoteam streets build --data ../shared/data/dc
    """
    if download == (data is not None):
        raise click.UsageError("give either --data DIR or --download")
    progress = StepBar()
    progress("building the street network")
    workspace = state.workspace
    segments = download_network(workspace) if data is None else load_streets(workspace, data)
    progress("drawing the basemap")
    load_basemap(workspace, data)
    show({"segments": segments}, lambda: [f"{segments:,} street segments."], as_json)


@streets.command()
@json_option
@pass_state
def info(state: State, as_json: bool) -> None:
    """Tell what the network holds.

    Example: geoteam streets info
    """
    network = state.workspace.streets()
    value = {"segments": len(network.edge_u), "notes": list(network.notes)}
    show(value, lambda: [f"{value['segments']:,} street segments", *network.notes], as_json)


@streets.command()
@click.argument("street")
@click.option("--between", metavar="STREET", help="One end of the part that is closed.")
@click.option("--and", "and_", metavar="STREET", help="The other end.")
@click.option("--from", "first", type=_DAY, help="First day; today by default.")
@click.option("--until", "last", type=_DAY, help="Last day; the first by default.")
@click.option("--why", required=True, help="Why; kept in the audit log.")
@json_option
@pass_state
def close(
    state: State,
    street: str,
    between: str | None,
    and_: str | None,
    first: datetime | None,
    last: datetime | None,
    why: str,
    as_json: bool,
) -> None:
    """Close a street, or a part of it: tours planned for these days keep off it.

    Example: geoteam streets close "H STREET NE" --between "8TH STREET NE" --and "10TH STREET NE"
    --why "water main"
    """
    if (between is None) != (and_ is None):
        raise click.UsageError("give both --between and --and, or neither")
    closure = close_street(
        state.workspace,
        operator(state.actor),
        street=street,
        between=(between, and_) if between and and_ else None,
        first=first.date() if first else None,
        last=last.date() if last else None,
        why=why,
    )
    told = f"{closure.place} is closed from {closure.first} until {closure.last}."
    lines = [told, f"Open it again with: geoteam streets open {closure.ref}"]
    show(asdict(closure), lambda: lines, as_json)


@streets.command()
@json_option
@pass_state
def closures(state: State, as_json: bool) -> None:
    """List the streets that are closed today or later.

    Example: geoteam streets closures
    """
    found = list_closures(state.workspace, operator(state.actor))
    rows = [asdict(one) | {"street": one.place} for one in found]
    columns = ["ref", "street", "first", "last", "why", "by"]
    show([asdict(one) for one in found], lambda: table(rows, columns, "None."), as_json)


@streets.command("open")
@click.argument("ref")
@json_option
@pass_state
def open_(state: State, ref: str, as_json: bool) -> None:
    """Open a closed street again, by the id that the list of closures tells.

    Example: geoteam streets open 3fa2c1
    """
    closure = open_street(state.workspace, operator(state.actor), ref)
    show(asdict(closure), lambda: [f"{closure.place} is open."], as_json)


COMMANDS = (streets,)
