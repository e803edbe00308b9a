"""``geoteam map``."""

from __future__ import annotations

from pathlib import Path

import click

from geoteam.cli.common import State, json_option, pass_state, show
from geoteam.model import Role
from geoteam.services.figures import MapOptions
from geoteam.services.maps import BY, MEASURES, map_view
from geoteam.services.operator import operator
from geoteam.services.outputs import write_whole


@click.command("map")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True)
@click.option("--by", type=click.Choice(BY), default="service_area", show_default=True)
@click.option("--measure", type=click.Choice(MEASURES), default="clients", show_default=True)
@click.option("--grid", type=click.Choice(["hexagon", "square"]), default="hexagon")
@click.option("--grid-m", default=500, show_default=True, help="Size of the cells in metres.")
@click.option("--minutes", default=10, show_default=True, help="For coverage: longest drive.")
@click.option("--partner-kind", default="", help="For coverage: kind of partner.")
@click.option("--community", is_flag=True, help="As community users see it: small cells withheld.")
@click.option("--clients", is_flag=True, help="Show every client as a point; the map is audited.")
@json_option
@pass_state
def map_(
    state: State,
    output: Path,
    by: str,
    measure: str,
    grid: str,
    grid_m: int,
    minutes: int,
    partner_kind: str,
    community: bool,
    clients: bool,
    as_json: bool,
) -> None:
    """Write a map as one HTML file that needs no network.

    Example: geoteam map -o map.html --by district --measure coverage --community
    """
    if community and clients:
        raise click.UsageError("a community map shows no client")
    layers = ["district", "office", "station"]
    layers += ["partner"] if measure == "coverage" else []
    layers += ["client"] if clients else []
    options = MapOptions(
        by=by,
        measure=measure,
        grid="square" if grid == "square" else "hexagon",
        grid_m=grid_m,
        minutes=minutes,
        partner_kind=partner_kind,
        layers=tuple(layers),
    )
    user = operator(state.actor, Role.COMMUNITY if community else Role.SUPERVISOR)
    view = map_view(state.workspace, user, options, embed=True)
    body = view.html.encode()
    write_whole(output, lambda path: path.write_bytes(body))
    show(
        {"file": str(output), "title": view.title, "bytes": len(body), "notes": view.notes},
        lambda: [f"{output}: {view.title} ({len(body) / 1e6:.1f} MB).", *view.notes],
        as_json,
    )


COMMANDS = (map_,)
