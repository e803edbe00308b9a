"""``geoteam network``."""

from __future__ import annotations

from typing import Any

import click

from geoteam.cli.common import State, json_option, pass_state, show, table
from geoteam.frames import rows_of
from geoteam.services.figures import MapOptions
from geoteam.services.maps import map_view
from geoteam.services.operator import operator


@click.group()
def network() -> None:
    """Community Justice Advisory Networks: coverage, gaps."""


def _rows(state: State, minutes: int, partner_kind: str, by: str) -> list[dict[str, Any]]:
    options = MapOptions(by=by, measure="coverage", minutes=minutes, partner_kind=partner_kind)
    view = map_view(state.workspace, operator(state.actor), options)
    return rows_of(view.table.reset_index())


_MINUTES = click.option("--minutes", default=10, show_default=True, help="Longest drive.")
_KIND = click.option("--partner-kind", default="", help="Kind of partner; any by default.")
_BY = click.option(
    "--by", type=click.Choice(["district", "service_area"]), default="district", show_default=True
)


@network.command()
@_MINUTES
@_KIND
@_BY
@json_option
@pass_state
def coverage(state: State, minutes: int, partner_kind: str, by: str, as_json: bool) -> None:
    """Tell the share of caseload within some minutes of a partner.

    Example: geoteam network coverage --minutes 10 --partner-kind faith
    """
    rows = _rows(state, minutes, partner_kind, by)
    columns = [by, "clients", "covered", "share", "median_minutes"]
    show(rows, lambda: table(rows, columns, "No area."), as_json)


@network.command()
@_MINUTES
@_KIND
@_BY
@json_option
@pass_state
def gaps(state: State, minutes: int, partner_kind: str, by: str, as_json: bool) -> None:
    """List the areas by clients out of reach of a partner, most first.

    Example: geoteam network gaps --partner-kind service_provider
    """
    rows = _rows(state, minutes, partner_kind, by)
    for row in rows:
        row["uncovered"] = row["clients"] - row["covered"]
    rows = sorted((r for r in rows if r["uncovered"]), key=lambda r: -r["uncovered"])
    columns = [by, "clients", "uncovered", "share", "median_minutes"]
    show(rows, lambda: table(rows, columns, "Every client is within reach."), as_json)


COMMANDS = (network,)
