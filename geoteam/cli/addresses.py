"""``geoteam addresses`` and ``geoteam geocode``."""

from __future__ import annotations

from pathlib import Path

import click

from geoteam.cli.common import State, json_option, pass_state, show
from geoteam.services import batch
from geoteam.services.loading import load_addresses

_PATH = click.Path(path_type=Path)


@click.group()
def addresses() -> None:
    """The address reference: build, describe, take addresses apart."""


@addresses.command()
@click.option("--data", type=_PATH, required=True, help="Folder of the profile's files.")
@json_option
@pass_state
def add(state: State, data: Path, as_json: bool) -> None:
    """Build the reference anew from the files that the profile names.

    Example: geoteam addresses add --data ../shared/data/dc
    """
    info = load_addresses(state.workspace, data)
    show(info, lambda: [f"{name}: {value}" for name, value in info.items()], as_json)


@addresses.command()
@json_option
@pass_state
def info(state: State, as_json: bool) -> None:
    """Tell what the reference holds, and the faults found in its sources.

    Example: geoteam addresses info
    """
    reference = state.workspace.reference()
    value = reference.info()
    problems = reference.problems
    show(
        value | {"faults": problems.to_dict("records")},
        lambda: [
            *(f"{name}: {text}" for name, text in value.items()),
            *(problems.head(20).to_string(index=False).splitlines() if len(problems) else []),
        ],
        as_json,
    )


@addresses.command()
@click.argument("file", type=_PATH)
@click.option("-o", "--output", type=_PATH, required=True)
@click.option("--address", required=True, help="Column with the address.")
@json_option
@pass_state
def parse(state: State, file: Path, output: Path, address: str, as_json: bool) -> None:
    """Take the addresses of a table apart; all rows and columns are kept.

    Example: geoteam addresses parse in.csv -o out.csv --address Address
    """
    rows = batch.parse_file(state.workspace, file, output, address=address)
    show({"rows": rows}, lambda: [f"{rows:,} rows."], as_json)


@click.command()
@click.argument("file", type=_PATH)
@click.option("-o", "--output", type=_PATH, required=True)
@click.option("--address", required=True, help="Column with the address.")
@click.option("--zip", "zip_column", default="", help="Column with the ZIP code.")
@json_option
@pass_state
def geocode(
    state: State, file: Path, output: Path, address: str, zip_column: str, as_json: bool
) -> None:
    """Place the addresses of a table on this machine; all rows and columns are kept.

    Example: geoteam geocode in.csv -o out.csv --address Address --zip ZIP
    """
    done = batch.geocode_file(state.workspace, file, output, address=address, zip_column=zip_column)
    show(
        done,
        lambda: [
            f"{done['rows']:,} rows: {done['accepted']:,} accepted, {done['review']:,} for a "
            f"person to decide, {done['unplaceable']:,} without a place."
        ],
        as_json,
    )


COMMANDS = (addresses, geocode)
