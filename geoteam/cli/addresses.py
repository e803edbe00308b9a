"""``geoteam addresses`` and ``geoteam geocode``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from geoteam.cli.calibrate import calibrate
from geoteam.cli.common import RowBar, State, json_option, pass_state, show, table
from geoteam.cli.stale import look_up_again
from geoteam.services import batch
from geoteam.services.geocode_file import geocode_file
from geoteam.services.loading import load_addresses
from geoteam.services.stale import count_stale
from geoteam.services.wording import counted, told_time

_PATH = click.Path(path_type=Path)
# Faults that fit a screen.
_SHOWN = 10
_FAULT = ["kind", "reference_id", "other", "lon", "lat", "distance_m", "message"]
_COUNTS = {
    "addresses": "addresses",
    "streets": "streets",
    "blocks": "blocks of the block file",
    "derived_blocks": "blocks from the addresses",
    "intersections": "intersections",
    "places": "places",
    "zips": "ZIP areas",
    "problems": "faults found in the sources",
}
_Command = TypeVar("_Command", bound=Callable[..., Any])


@click.group()
def addresses() -> None:
    """The address reference: build, describe, take addresses apart."""


@addresses.command()
@click.option("--data", type=_PATH, required=True, help="Folder of the profile's files.")
@click.option(
    "--smaller", is_flag=True, help="Also take a file with less than half of its former rows."
)
@json_option
@pass_state
def add(state: State, data: Path, smaller: bool, as_json: bool) -> None:
    """Build the reference anew from the files that the profile names.

    A file that has lost more than half of its rows is refused: it is likely cut off.

    Example: geoteam addresses add --data ../shared/data/dc
    """
    info = load_addresses(state.workspace, data, smaller=smaller)
    waiting = count_stale(state.workspace)
    hint = (
        f"{counted(waiting, 'address of a client was', 'addresses of clients were')} placed by "
        "another reference. "
        "See what would change: geoteam geocode --stale --preview"
    )
    show(
        info | {"stale": waiting},
        lambda: [*_described(state, info), *([hint] * bool(waiting))],
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
    first: list[dict[str, Any]] = [
        {str(name): cell for name, cell in row.items()}
        for row in problems.head(_SHOWN).to_dict("records")
    ]
    show(
        value | {"faults": problems.to_dict("records")},
        lambda: [
            *_described(state, value),
            *table(first, _FAULT, "No fault was found."),
            *([f"{len(problems) - _SHOWN:,} more; --json prints all"] * (len(problems) > _SHOWN)),
        ],
        as_json,
    )


def _described(state: State, info: dict[str, Any]) -> list[str]:
    """Put into words what a reference holds."""
    kinds = [f"{kind.replace('_', ' ')} {count:,}" for kind, count in info["problem_kinds"].items()]
    lines = [f"{label}: {info[name]:,}" for name, label in _COUNTS.items()]
    lines[-1] += f" ({', '.join(kinds)})" if kinds else ""
    built = datetime.fromisoformat(info["built_at"]) if info["built_at"] else None
    return [
        *lines,
        f"uncertainty of an interpolated address: {info['interpolation_m']:.0f} m",
        f"quadrants: {', '.join(info['quadrants']) or 'none'}",
        *(
            f"source: {one['name']}, {counted(one['rows'], 'row')}"
            + (f", {one['date']}" if one["date"] else "")
            for one in info["sources"]
        ),
        *([f"built: {told_time(built, state.workspace)}"] if built else []),
        f"fingerprint: {info['fingerprint']}",
    ]


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
    show({"rows": rows}, lambda: [f"{counted(rows, 'row')}."], as_json)


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
        f"{counted(done['rows'], 'row')}: {done['accepted']:,} accepted, {done['review']:,} for a "
        f"person to decide, {done['unplaceable']:,} without a place.",
        f"It took {done['seconds']:,.1f} s, {counted(done['rows_per_second'], 'row')} a second.",
        *(f"Note: {hint}" for hint in done["hints"]),
    ]


addresses.add_command(calibrate)
COMMANDS = (addresses, geocode)
