"""A team's day: all tours on one map, and visits moved between them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from geoteam.errors import InputError
from geoteam.model import Role
from geoteam.server import forms
from geoteam.server.access import allow
from geoteam.server.answers import refuse_in_json, sent, whole, words
from geoteam.server.context import user, workspace
from geoteam.services import tour_day, tour_moves, tour_prices
from geoteam.services.ground import BASEMAP_URL
from geoteam.services.tour_day import TeamDay
from geoteam.services.tour_move_parts import Change, Move, Price

_STAFF = (Role.SUPERVISOR, Role.OFFICER)
page = Blueprint("tour_day", __name__)
api = Blueprint("tour_moves", __name__)
refuse_in_json(api)


@page.get("/tours/day")
@allow(*_STAFF)
def show() -> ResponseReturnValue:
    """Show a team's day.

    Returns
    -------
    ResponseReturnValue
        The page.
    """
    on = forms.day(request.args, "on") or workspace().today()
    day = tour_day.team_day(workspace(), user(), on=on, team=forms.text(request.args, "team"))
    return render_template(
        "tour_day.html",
        day=day,
        drawn=_drawn(day),
        closed=[[_line(part.coords) for part in one.lines.geoms] for one in day.closed],
        basemap=BASEMAP_URL,
        zone=_zone(),
    )


@api.get("/tours/day/state.json")
@allow(*_STAFF)
def state() -> ResponseReturnValue:
    """Tell how the tours of a day stand, without anybody's data: versions and lateness.

    Returns
    -------
    ResponseReturnValue
        JSON.
    """
    on = forms.day(request.args, "on") or workspace().today()
    team = forms.text(request.args, "team")
    return jsonify(tours=tour_day.day_state(workspace(), user(), on=on, team=team))


@api.post("/tours/day/price")
@allow(*_STAFF)
def price() -> ResponseReturnValue:
    """Tell what a move would do; nothing is changed.

    Returns
    -------
    ResponseReturnValue
        JSON.
    """
    value = sent()
    seen = _versions(value)
    return jsonify(_told(tour_prices.price_move(workspace(), user(), _move(value), seen)))


@api.post("/tours/day/moves")
@allow(*_STAFF)
def move() -> ResponseReturnValue:
    """Move a visit.

    Returns
    -------
    ResponseReturnValue
        JSON: what it did.
    """
    value = sent()
    return jsonify(_told(tour_moves.keep_move(workspace(), user(), _move(value), _versions(value))))


@api.post("/tours/day/undo")
@allow(*_STAFF)
def undo() -> ResponseReturnValue:
    """Take the last move of one's own back.

    Returns
    -------
    ResponseReturnValue
        JSON.
    """
    value = sent()
    refs = value.get("tours")
    if not isinstance(refs, list) or not all(isinstance(ref, str) for ref in refs):
        raise InputError("the tours are missing", remedy="Load the page again")
    tour_moves.undo_move(workspace(), user(), refs)
    return jsonify(done=True)


def _versions(value: dict[str, Any]) -> dict[str, int]:
    """Read the tours' versions as the page showed them."""
    versions = value.get("versions")
    if not isinstance(versions, dict) or not all(isinstance(v, int) for v in versions.values()):
        raise InputError("the versions are missing", remedy="Load the page again")
    return versions


def _move(value: dict[str, Any]) -> Move:
    client = words(value, "client")
    if not client:
        raise InputError("the visit is missing", remedy="Load the page again")
    place = whole(value, "place")
    return Move(client, words(value, "source"), words(value, "target"), place or None)


def _told(price: Price) -> dict[str, Any]:
    return {
        "refused": price.refused,
        "remedy": price.remedy,
        "points": price.points,
        "notes": price.notes,
        "versions": price.versions,
        "changes": [_change(one) for one in price.changes],
    }


def _change(one: Change) -> dict[str, Any]:
    both = (one.before, one.after)
    return {
        "ref": one.ref,
        "visits": [figures.visits for figures in both],
        "departs": [f"{figures.departs_at:%H:%M}" for figures in both],
        "returns": [f"{figures.returns_at:%H:%M}" for figures in both],
        "road_min": [round(figures.road_s / 60) for figures in both],
        "drive_min": [round(figures.drive_s / 60) for figures in both],
        "shifted": one.shifted,
        "left_out": [{"name": row["name"], "reason": row["reason"]} for row in one.left_out],
    }


def _zone() -> Any:
    return workspace().profile.city.zone


def _line(coords: Iterable[tuple[float, ...]]) -> list[list[float]]:
    """Turn a line around, as the map takes it: latitude first."""
    return [[round(lat, 5), round(lon, 5)] for lon, lat in coords]


def _drawn(day: TeamDay) -> list[dict[str, Any]]:
    """Give what the map draws of each tour: its route, its start and its stops."""
    zone = _zone()
    return [
        {
            "ref": one.view.ref,
            "letter": one.letter,
            "colour": at % 12,
            "officer": one.view.officer,
            "start": [*one.view.start_point[::-1], one.view.start],
            "route": _line(one.view.route.coords if one.view.route is not None else ()),
            "stops": [
                {
                    "client": stop.get("client_ref", ""),
                    "number": stop["number"],
                    "at": [stop["lat"], stop["lon"]],
                    "title": f"{one.letter}{stop['number']}, "
                    f"{stop['arrives_at'].astimezone(zone):%H:%M}, {stop.get('address', '')}",
                }
                for stop in one.view.stops
            ],
        }
        for at, one in enumerate(day.tours)
    ]
