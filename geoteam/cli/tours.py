"""``geoteam tours``."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import click

from geoteam.cli import tour_due
from geoteam.cli.common import State, json_option, pass_state, show, table
from geoteam.cli.tour_files import export, sheet
from geoteam.cli.tour_week import week
from geoteam.services import tours as services
from geoteam.services.operator import operator
from geoteam.services.tour_help import find_remedies
from geoteam.services.tour_pairing import Meet
from geoteam.services.tour_replan import replan_rest

METRES_PER_MILE = 1609.344
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def tours() -> None:
    """Accountability Tours: visits due, plan, list, cancel, sheet, export."""


def _day(state: State, value: datetime | None) -> date:
    return value.date() if value else state.workspace.today()


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


@tours.command()
@click.option("--officer", required=True, help="The officer's id.")
@click.option("--date", "on", type=_DAY, help="Day of the tour; today by default.")
@click.option(
    "--police-partner",
    default="",
    help="Their id; by default one on duty, by languages, districts and free time.",
)
@click.option(
    "--meet",
    type=click.Choice(["start", "station", "first stop"]),
    help="Where the police partner joins; by default the better of the start and the station.",
)
@click.option("--departs", default="", help="Clock time, such as 09:00.")
@click.option("--max-stops", type=int, help="Most stops; the profile's by default.")
@json_option
@pass_state
def plan(
    state: State,
    officer: str,
    on: datetime | None,
    police_partner: str,
    meet: Meet | None,
    departs: str,
    max_stops: int | None,
    as_json: bool,
) -> None:
    """Plan and save a tour: whom to visit, in which order, by which streets.

    Example: geoteam tours plan --date 2026-12-01 --officer CSO1001 --json
    """
    user = operator(state.actor)
    ref = services.plan_tour(
        state.workspace,
        user,
        on=_day(state, on),
        officer_ref=officer,
        police_partner_ref=police_partner,
        departs=departs,
        max_stops=max_stops,
        meet=meet or "",
    )
    _look(state, ref)
    view = services.tour(state.workspace, user, ref)
    zone = state.workspace.profile.city.zone
    stops: list[dict[str, Any]] = [
        {
            "stop": stop["number"],
            "arrives": f"{stop['arrives_at'].astimezone(zone):%H:%M}",
            "client": stop["client_ref"],
            "address": stop["address"],
        }
        for stop in view.stops
    ]
    if view.pause:
        begins, ends = (view.pause[name].astimezone(zone) for name in ("begins", "ends"))
        line = {"stop": "", "arrives": f"{begins:%H:%M}", "client": "break"}
        stops.insert(view.pause["before"] - 1, line | {"address": f"until {ends:%H:%M}"})
    show(
        _value(view),
        lambda: [
            f"Tour {ref}: {_counted(len(view.stops), 'stop')}, {view.drive_s / 60:.0f} minutes of "
            f"driving, {view.length_m / 1000:.1f} km ({view.length_m / METRES_PER_MILE:.1f} "
            f"miles){_waiting(view.wait_s)}, from {view.departs_at.astimezone(zone):%H:%M}, "
            f"back at {view.returns_at.astimezone(zone):%H:%M}.",
            _who(view),
            *([view.verdict] if view.verdict else []),
            *view.advice,
            *view.closures.told,
            *table(stops, ["stop", "arrives", "client", "address"], "No stop."),
            *table(view.left_out, ["client_ref", "reason", "remedy"], "Nobody is left out."),
        ],
        as_json,
    )


def _look(state: State, ref: str) -> None:
    """Look for what would help visits left out; the tour is saved already."""
    user = operator(state.actor)
    if services.tour(state.workspace, user, ref).may_look:
        find_remedies(state.workspace, user, ref)


def _value(view: services.TourView) -> dict[str, Any]:
    return asdict(view) | {"route": view.route.wkt if view.route is not None else None}


def _who(view: services.TourView) -> str:
    if not view.police_partner:
        return f"{view.officer} goes alone{', in ' + view.car if view.car else ''}."
    car = f" in {view.car}" if view.car else ""
    return f"{view.officer} and {view.police_partner}{car}; they meet at {view.meeting}."


def _waiting(wait_s: float) -> str:
    minutes = round(wait_s / 60)
    return f", {_counted(minutes, 'minute')} waiting between visits" if minutes else ""


@tours.command("list")
@click.option("--date", "on", type=_DAY, help="Only this day.")
@json_option
@pass_state
def listed(state: State, on: datetime | None, as_json: bool) -> None:
    """List tours, also those cancelled.

    Example: geoteam tours list --date 2026-12-01
    """
    rows = services.list_tours(
        state.workspace, operator(state.actor), on.date() if on is not None else None
    )
    zone = state.workspace.profile.city.zone
    columns = ["ref", "on", "departs", "officer", "police_partner", "stops", "status"]
    shown = [row | {"departs": f"{row['departs_at'].astimezone(zone):%H:%M}"} for row in rows]
    show(rows, lambda: table(shown, columns, "No tour is planned."), as_json)


@tours.command()
@click.argument("ref")
@click.option(
    "--at",
    default="",
    help="Clock time, now by default; before any word from the road, stops begun by then are done.",
)
@click.option(
    "--fixed",
    type=int,
    multiple=True,
    help="Number of a stop that is promised for its planned time; may be given again.",
)
@json_option
@pass_state
def replan(state: State, ref: str, at: str, fixed: tuple[int, ...], as_json: bool) -> None:
    """Plan the rest of a tour anew; sheets printed before are out of date.

    Example: geoteam tours replan REF --at 13:30 --fixed 4
    """
    user = operator(state.actor)
    version = replan_rest(state.workspace, user, ref, at=at, fixed=fixed)
    _look(state, ref)
    view = services.tour(state.workspace, user, ref)
    zone = state.workspace.profile.city.zone
    show(
        _value(view),
        lambda: [
            f"Tour {ref}, version {version}: {_counted(len(view.stops), 'stop')}, back at "
            f"{view.returns_at.astimezone(zone):%H:%M}.",
            *([view.verdict] if view.verdict else []),
            *view.advice,
            *view.closures.told,
            *table(view.left_out, ["client_ref", "reason", "remedy"], "Nobody is left out."),
        ],
        as_json,
    )


@tours.command()
@click.argument("ref")
@click.option("--why", required=True, help="The reason; kept with the tour and audited.")
@json_option
@pass_state
def cancel(state: State, ref: str, why: str, as_json: bool) -> None:
    """Cancel a planned tour; its visits are due again.

    Example: geoteam tours cancel REF --why "The officer is ill"
    """
    services.cancel_tour(state.workspace, operator(state.actor), ref, why)
    show({"ref": ref, "status": "cancelled"}, lambda: [f"Tour {ref} is cancelled."], as_json)


for command in tour_due.COMMANDS:
    tours.add_command(command)
tours.add_command(export)
tours.add_command(sheet)
tours.add_command(week)

COMMANDS = (tours,)
