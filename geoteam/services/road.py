"""A tour on the road: what the phone shows and keeps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from geoteam.maps import draw_tour
from geoteam.model import Role, User
from geoteam.services.ground import streets_to_draw
from geoteam.services.phone_map import phone_map_is_on
from geoteam.services.road_plan import plan_of
from geoteam.services.road_state import ANSWER, LATE, Ahead
from geoteam.services.road_words import POLICE_WORDS, name_of, of_tour, opens_at
from geoteam.services.tour_closures import closure_notes
from geoteam.services.tour_views import CANCELLED, SeenTour, look, note_reading
from geoteam.services.workspace import Workspace
from geoteam.store import outcomes, tours

# Of a stop, as far as policy lets the reader see it.
_SHOWN = (
    "number", "client_ref", "name", "address", "level", "reason", "access_notes", "announced",
    "two_officers", "interpreter", "dog", "unsafe_on", "changed",
)  # fmt: skip
_MAP_SIZE = (900.0, 900.0)


def open_road(workspace: Workspace, user: User, ref: str) -> dict[str, Any]:
    """Open a tour on the road: all that the phone keeps for the day; the reading is audited.

    Parameters
    ----------
    workspace
        The workspace.
    user
        The officer, a supervisor of the team, or the police partner of the tour.
    ref
        The tour's reference.

    Returns
    -------
    dict
        What JSON can hold: the tour, its stops with what policy lets this reader see, directions,
        a map, what was said so far, and what `road_now` tells.

    Raises
    ------
    NotFoundError
        When there is no such tour, or none of the user's.
    """
    with workspace.transaction() as session:
        seen = look(workspace, session, user, ref, user.role)
        saved = tours.get(session, ref)
        plan = plan_of(workspace, session, saved)
        note_reading(workspace, session, user, seen, "tour.road")
        now = _now(workspace, session, user, saved, notes=user.role is not Role.POLICE)
    view, minutes = seen.view, workspace.profile.tours.check_in_minutes
    stops = [
        _stop(stop, ahead, leg)
        for stop, ahead, leg in zip(view.stops, plan.stops, [*view.steps, *[[]] * 99], strict=False)
    ]
    points = phone_map_is_on(workspace)
    for row, stop in zip(stops, view.stops, strict=True):
        row |= {"lon": stop["lon"], "lat": stop["lat"]} if points else {}
    found: dict[str, Any] = _plain(
        {
            "ref": ref,
            "on": view.on,
            "officer": view.officer,
            "police_partner": view.police_partner,
            "start": view.start,
            "opens_at": opens_at(saved, workspace.profile.city.zone),
            "departs_at": plan.departs_at,
            "returns_at": plan.returns_at,
            "stops": stops,
            "home": {"drive_s": plan.home_s, "steps": _steps(view.steps[-1:])},
            "pause": plan.pause if view.stops else None,
            "detours": view.closures.stops,
            "pause_before": plan.pause_before,
            "check_in_s": minutes * 60,
            "answer_s": ANSWER.total_seconds(),
            "late_s": LATE.total_seconds(),
            "zone": workspace.profile.city.zone.key,
            "kept_until": _kept_until(workspace, saved),
            "may": list(POLICE_WORDS) if user.role is Role.POLICE else ["all"],
            "map": _map(workspace, seen),
            "now": now,
        }
    )
    return found


def _stop(stop: Mapping[str, Any], ahead: Ahead, leg: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: stop[name] for name in _SHOWN if stop.get(name)} | {
        "client_ref": ahead.client_ref,
        "arrives_at": ahead.arrives_at,
        "leaves_at": ahead.leaves_at,
        "drive_s": ahead.drive_s,
        "windows": ahead.windows,
        "fixed": ahead.fixed,
        "steps": _steps([leg]),
    }


def _steps(legs: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [
        {"text": step["text"], "length_m": round(float(step["length_m"]))}
        for leg in legs
        for step in leg
    ]


def _map(workspace: Workspace, seen: SeenTour) -> str:
    view = seen.view
    start = view.start_point if np.isfinite(view.start_point).all() else None
    if not view.stops:
        return ""
    drawn = draw_tour(
        stops=[(str(stop["number"]), stop["lon"], stop["lat"]) for stop in view.stops],
        start=start,
        legs=[] if view.route is None else [view.route],
        streets=streets_to_draw(workspace),
        areas=workspace.landscape(),
        crs=workspace.profile.city.crs,
        size=_MAP_SIZE,
    )
    # A picture in a page has no fonts of its own.
    return drawn.replace('font-family="Public Sans"', 'font-family="Public Sans, sans-serif"', 1)


def _kept_until(workspace: Workspace, saved: tours.SavedTour) -> datetime:
    zone = workspace.profile.city.zone
    last = max(saved.on, saved.returns_at.astimezone(zone).date())
    return datetime.combine(last + timedelta(days=1), time(), zone)


def road_now(workspace: Workspace, user: User, ref: str) -> dict[str, Any]:
    """Tell what may have changed since the phone opened a tour; no person's data beyond keys.

    Parameters
    ----------
    workspace
        The workspace.
    user
        As of `open_road`.
    ref
        The tour's reference.

    Returns
    -------
    dict
        ``who`` (the user), ``version``, ``status``, ``cancelled`` (``by``, ``at`` and ``why``;
        empty for the police), ``closed`` (streets that the route uses), ``told`` (what came of
        each visit, without notes), ``words`` (a call for help by somebody else with ``by``, their
        name) and ``at``.

    Raises
    ------
    NotFoundError
        When there is no such tour, or none of the user's.
    """
    with workspace.reading() as session:
        saved = of_tour(session, user, ref)
        return dict(_plain(_now(workspace, session, user, saved, notes=False)))


def _now(
    workspace: Workspace, session: Session, user: User, saved: tours.SavedTour, *, notes: bool
) -> dict[str, Any]:
    ref = saved.ref
    off, police = saved.status == CANCELLED, user.role is Role.POLICE
    hidden = police and off
    told = [] if hidden else outcomes.of_tours(session, [ref])[ref]
    words = [] if hidden else outcomes.check_ins(session, [ref])[ref]
    return {
        "at": workspace.now(),
        # A phone on which somebody else has signed in must not show them under the first name.
        "who": user.username,
        "version": saved.version,
        "status": saved.status,
        "cancelled": dict(saved.summary.get(CANCELLED, {})) if off and not police else {},
        "closed": [] if hidden else closure_notes(workspace, saved).route,
        "told": [
            {"key": one.key, "client": one.client_ref, "kind": one.kind, "at": one.at}
            # What the officer wrote is the agency's, and its reading is audited.
            | ({"note": one.note} if notes else {})
            for one in told
        ],
        "words": [
            {"key": one.key, "client": one.client_ref, "kind": one.kind, "at": one.at}
            | (
                {"by": name_of(session, one.by)}
                if one.kind == "help" and one.by != user.username
                else {}
            )
            for one in words
        ],
    }


def _plain(value: Any) -> Any:
    """Turn moments and days into text, all the way down."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def check_road(workspace: Workspace, user: User, ref: str) -> None:
    """Ask whether a user may open a tour on the road; nothing of it is read.

    Parameters
    ----------
    workspace
        The workspace.
    user
        As of `open_road`.
    ref
        The tour's reference.

    Raises
    ------
    NotFoundError
        When there is no such tour, or none of the user's.
    """
    with workspace.reading() as session:
        of_tour(session, user, ref)
