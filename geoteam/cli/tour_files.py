"""``geoteam tours sheet`` and ``geoteam tours export``: tours on paper and as files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from geoteam.cli.common import State, json_option, pass_state, show
from geoteam.services.operator import operator
from geoteam.services.outputs import write_whole
from geoteam.services.sheets import COPIES, PAPERS, Printing, print_tours, tours_to_print
from geoteam.services.tour_export import KINDS, export_tour

_OUTPUT = click.option("-o", "--output", type=click.Path(path_type=Path), required=True)


@click.command()
@click.argument("refs", nargs=-1)
@_OUTPUT
@click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), help="All tours of a day, instead of REFS."
)
@click.option("--team", default="", help="With --on: only this team's tours.")
@click.option("--copy", type=click.Choice(COPIES), default="officer", show_default=True)
@click.option("--paper", type=click.Choice(PAPERS), help="The city profile's by default.")
@click.option("--large", is_flag=True, help="Large print, 14 points.")
@click.option("--server", default="", help="Address of geoteam's server, for the code on a sheet.")
@json_option
@pass_state
def sheet(
    state: State,
    refs: tuple[str, ...],
    output: Path,
    on: datetime | None,
    team: str,
    copy: str,
    paper: str | None,
    large: bool,
    server: str,
    as_json: bool,
) -> None:
    """Print tours as one PDF: the officers' sheets or the police copies; printing is audited.

    Example: geoteam tours sheet --on 2026-12-01 --team T1 -o day.pdf
    """
    if bool(refs) == (on is not None) or (team and on is None):
        raise click.UsageError("name tours, or a day with --on (and --team)")
    user = operator(state.actor)
    if on is not None:
        refs = tuple(tours_to_print(state.workspace, user, on.date(), team))
    base = server.rstrip("/")
    printing = Printing(
        copy=copy,
        paper=paper or "",
        large=large,
        address=(lambda ref: f"{base}/tours/{ref}") if base else None,
    )
    body = print_tours(state.workspace, user, refs, printing)
    write_whole(output, lambda path: path.write_bytes(body))
    what = f"the {copy}'s copy" if len(refs) == 1 else f"the {copy}'s copies of {len(refs)} tours"
    show(
        {"file": str(output), "copy": copy, "tours": len(refs), "bytes": len(body)},
        lambda: [f"{output} is {what}."],
        as_json,
    )


@click.command()
@click.argument("ref")
@_OUTPUT
@json_option
@pass_state
def export(state: State, ref: str, output: Path, as_json: bool) -> None:
    """Write a tour as .gpx, .geojson, .ics (calendar) or .csv; audited.

    Only the table (.csv) says who is visited; the others go into phones and calendars that
    geoteam does not guard.

    Example: geoteam tours export REF -o tour.gpx
    """
    kind = output.suffix.lower().lstrip(".")
    if kind not in KINDS:
        raise click.UsageError(f"the file must end in {', '.join('.' + one for one in KINDS)}")
    body = export_tour(state.workspace, operator(state.actor), ref, kind)
    write_whole(output, lambda path: path.write_bytes(body))
    show(
        {"file": str(output), "kind": kind, "bytes": len(body)},
        lambda: [f"{output} is the tour."],
        as_json,
    )
