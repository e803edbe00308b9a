"""``geoteam addresses`` and ``geoteam geocode``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from geoteam.cli.calibrate import calibrate
from geoteam.cli.common import RowBar, State, json_option, pass_state, show
from geoteam.cli.stale import look_up_again
from geoteam.services import batch
from geoteam.services.geocode_file import geocode_file
from geoteam.services.loading import load_addresses
from geoteam.services.stale import count_stale

_PATH = click.Path(path_type=Path)
_Command = TypeVar("_Command", bound=Callable[..., Any])


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
    waiting = count_stale(state.workspace)
    hint = (
        f"{waiting:,} addresses of clients were placed by another reference. "
        "See what would change: geoteam geocode --stale --preview"
    )
    show(
        info | {"stale": waiting},
        lambda: [*(f"{name}: {value}" for name, value in info.items()), *([hint] * bool(waiting))],
        as_json,
    )


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


def _address(*, required: bool) -> Callable[[_Command], _Command]:
    return click.option(
        "--address",
        "columns",
        required=required,
        multiple=True,
        help="Column with the address; repeat it for number, street, quadrant in columns of their "
        "own.",
    )


@addresses.command()
@click.argument("file", type=_PATH)
@click.option("-o", "--output", type=_PATH, required=True)
@_address(required=True)
@json_option
@pass_state
def parse(state: State, file: Path, output: Path, columns: tuple[str, ...], as_json: bool) -> None:
    """Take the addresses of a table apart; all rows and columns are kept.

    Example: geoteam addresses parse in.csv -o out.csv --address Address
    """
    rows = batch.parse_file(state.workspace, file, output, addresses=columns, progress=RowBar())
    show({"rows": rows}, lambda: [f"{rows:,} rows."], as_json)


@click.command()
@click.argument("file", type=_PATH, required=False)
@click.option(
    "-o",
    "--output",
    type=_PATH,
    help="Table to write: every row of FILE with its place; with --stale, every address that "
    "was looked up again, where it is, where it would be and what becomes of it. Needed with FILE.",
)
@_address(required=False)
@click.option("--zip", "zip_column", default="", help="Column with the ZIP code.")
@click.option("--processes", type=int, help="How many work at a time; by default every core.")
@click.option("--report", type=_PATH, help="HTML page of the counts; no row is in it.")
@click.option("--stale", is_flag=True, help="Look clients' addresses up again; give no FILE.")
@click.option(
    "--preview",
    is_flag=True,
    help="With --stale: tell what would become of each address; change nothing.",
)
@json_option
@pass_state
def geocode(
    state: State,
    file: Path | None,
    output: Path | None,
    columns: tuple[str, ...],
    zip_column: str,
    processes: int | None,
    report: Path | None,
    stale: bool,
    preview: bool,
    as_json: bool,
) -> None:
    """Place the addresses of a table on this machine; all rows and columns are kept.

    When it is stopped, the same command goes on where it was.

    With --stale, addresses of clients that another reference placed are looked up again. What would
    move a home farther than its uncertainty or to another area or team, place it less exactly, take
    its place away or overrule a person waits in the review queue.

    Example: geoteam geocode in.csv -o out.csv --address Address --zip ZIP --report out.html
    """
    if stale:
        if file or columns or zip_column or report:
            raise click.UsageError("--stale takes the addresses of clients: give no FILE for it.")
        look_up_again(state, output, preview, as_json)
        return
    if preview:
        raise click.UsageError("--preview goes with --stale.")
    if file is None or output is None or not columns:
        raise click.UsageError("FILE, -o and --address are needed, or --stale.")
    done = geocode_file(
        state.workspace,
        file,
        output,
        addresses=columns,
        zip_column=zip_column,
        processes=processes,
        report=report,
        actor=state.actor,
        progress=RowBar(),
        say=lambda text: click.echo(text, err=True),
    )
    show(done, lambda: _geocoded(done), as_json)


def _geocoded(done: dict[str, Any]) -> list[str]:
    return [
        f"{done['rows']:,} rows: {done['accepted']:,} accepted, {done['review']:,} for a "
        f"person to decide, {done['unplaceable']:,} without a place.",
        f"{done['seconds']:,.1f} s, {done['rows_per_second']:,} rows/s.",
        *(f"Note: {hint}" for hint in done["hints"]),
    ]


addresses.add_command(calibrate)
COMMANDS = (addresses, geocode)
