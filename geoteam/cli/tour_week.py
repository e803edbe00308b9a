"""``geoteam tours week``."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import click

from geoteam.cli.common import State, json_option, pass_state, show, table
from geoteam.services.operator import operator
from geoteam.services.tour_week import TeamWeek, plan_team_week


@click.command()
@click.option("--team", required=True, help="The team's id.")
@click.option(
    "--from",
    "first",
    type=click.DateTime(["%Y-%m-%d"]),
    help="First day; today by default. Five working days are planned.",
)
@click.option("--save", is_flag=True, help="Save the tours.")
@json_option
@pass_state
def week(state: State, team: str, first: datetime | None, save: bool, as_json: bool) -> None:
    """Plan a team's week: who goes with which police partner, when and where.

    Example: geoteam tours week --team T01 --from 2026-12-07
    """
    found = plan_team_week(
        state.workspace,
        operator(state.actor),
        team_ref=team,
        first=first.date() if first else state.workspace.today(),
        save=save,
    )
    show(asdict(found), lambda: _lines(state, found, save), as_json)


def _lines(state: State, found: TeamWeek, saved: bool) -> list[str]:
    zone = state.workspace.profile.city.zone
    made = sum(len(one["stops"]) for one in found.tours)
    rows = [
        {
            "day": f"{one['on']:%a} {one['on']:%Y-%m-%d}",
            "departs": f"{one['departs_at'].astimezone(zone):%H:%M}",
            "back": f"{one['returns_at'].astimezone(zone):%H:%M}",
            "officer": one["officer"],
            "police_partner": one["police_partner"],
            "visits": len(one["stops"]),
            "points": f"{one['priority']:g}",
            "ref": one["ref"],
        }
        for one in found.tours
    ]
    columns = ["day", "departs", "back", "officer", "police_partner", "visits", "points"]
    left = ["client_ref", "officer", "reason", "remedy"]
    end = "The tours are saved." if saved else "Nothing is saved yet: add --save."
    return [
        f"{made} of {found.due} {'visit' if found.due == 1 else 'visits'} due, "
        f"{len(rows)} {'tour' if len(rows) == 1 else 'tours'}.",
        *table(rows, [*columns, "ref"] if saved else columns, "No tour can be made."),
        *table(found.left_out, left, "Nobody is left out."),
        *([end] if rows else []),
    ]
