"""A tour on the road: what the phone shows and keeps, how it stands, and the board of the day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from geoteam.maps import draw_tour
from geoteam.model import Role, User
from geoteam.services.ground import streets_to_draw
from geoteam.services.home_hours import hours_on
from geoteam.services.phone_map import phone_map_is_on
from geoteam.services.road_state import ANSWER, LATE, STANDINGS, Ahead, Plan, RoadState, reckon
from geoteam.services.road_words import POLICE_WORDS, of_tour
from geoteam.services.scope import require_role, sees_team
from geoteam.services.tour_closures import closure_notes
from geoteam.services.tour_views import CANCELLED, SeenTour, look, note_reading
from geoteam.services.workspace import Workspace
from geoteam.store import clients as client_store
from geoteam.store import outcomes, tours

# Of a stop, as far as policy lets the reader see it.
_SHOWN = (
    "number", "client_ref", "name", "address", "level", "reason", "access_notes", "announced",
    "two_officers", "interpreter", "dog", "unsafe_on", "changed",
)  # fmt: skip
_MAP_SIZE = (900.0, 900.0)


def state_of(workspace: Workspace, session: Session, ref: str) -> RoadState:
    """Tell how a tour stands now.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    ref
        The tour's reference; the caller has asked whether the reader may know of it.

    Returns
    -------
    RoadState
        How it stands.

    Raises
    ------
    NotFoundError
        When there is no such tour.
    """
    return states_of(workspace, session, [ref])[ref]


def states_of(
    workspace: Workspace, session: Session, refs: Collection[str]
) -> dict[str, RoadState]:
    """Tell how some tours stand now.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    refs
        References; the caller has asked whether the reader may know of them.

    Returns
    -------
    dict of str to RoadState
        Every tour asked for.

    Raises
    ------
    NotFoundError
        When one does not exist.
    """
    now = workspace.now()
    told, words = outcomes.of_tours(session, refs), outcomes.check_ins(session, refs)
    found = {}
    for ref in refs:
        saved = tours.get(session, ref)
        over = saved.status not in tours.STANDING
        plan = plan_of(workspace, session, saved)
        found[ref] = reckon(plan, told[ref], words[ref], now, is_over=over)
    return found


def plan_of(workspace: Workspace, session: Session, saved: tours.SavedTour) -> Plan:
    """Take from a saved tour what its reckoning needs.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    saved
        The tour.

    Returns
    -------
    Plan
        Stops with drives and hours at home, the leg home, the break.
    """
    refs = {stop.client_ref for stop in saved.stops}
    people = client_store.as_frame(session, saved.on, refs=refs, active_only=False)
    hours = {str(ref): hours_on(own, saved.on) for ref, own in people["windows"].items()}
    drives = [sum(float(step["duration_s"]) for step in leg) for leg in saved.steps]
    drives += [0.0] * (len(saved.stops) + 1 - len(drives))
    reached = [*(stop.arrives_at for stop in saved.stops), saved.returns_at]
    slow = [
        drive_s * _peak(workspace, at - timedelta(seconds=drive_s))
        for drive_s, at in zip(drives, reached, strict=False)
    ]
    taken = saved.summary.get("break") or {}
    minutes = workspace.profile.tours.check_in_minutes
    zone = workspace.profile.city.zone
    return Plan(
        departs_at=saved.departs_at,
        returns_at=saved.returns_at,
        stops=tuple(
            Ahead(
                client_ref=stop.client_ref,
                arrives_at=stop.arrives_at,
                leaves_at=stop.leaves_at,
                drive_s=drive_s,
                windows=tuple(
                    (_at(saved.on, begin, zone), _at(saved.on, end, zone))
                    for begin, end in hours.get(stop.client_ref, ())
                ),
                fixed=stop.fixed,
            )
            for stop, drive_s in zip(saved.stops, slow, strict=False)
        ),
        home_s=slow[-1],
        pause=(datetime.fromisoformat(taken["begins"]), datetime.fromisoformat(taken["ends"]))
        if taken
        else None,
        pause_before=int(taken.get("before", 1)) - 1,
        check_in=timedelta(minutes=minutes) if minutes else None,
    )


def _peak(workspace: Workspace, at: datetime) -> float:
    """Tell how many times as long driving takes then, by the profile's peaks."""
    local = at.astimezone(workspace.profile.city.zone)
    if local.weekday() > 4:
        return 1.0
    for begin, end, factor in workspace.profile.tours.peaks:
        if begin <= local.time() < end:
            return float(factor)
    return 1.0


def _at(on: date, clock: str, zone: Any) -> datetime:
    return datetime.combine(on, time.fromisoformat(clock), zone)


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
        ``who`` (the user), ``version``, ``status``, ``closed`` (streets that the route
        uses), ``told`` (what came of each visit, without notes), ``words`` and ``at``.

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
    hidden = user.role is Role.POLICE and saved.status == CANCELLED
    told = [] if hidden else outcomes.of_tours(session, [ref])[ref]
    words = [] if hidden else outcomes.check_ins(session, [ref])[ref]
    return {
        "at": workspace.now(),
        # A phone on which somebody else has signed in must not show them under the first name.
        "who": user.username,
        "version": saved.version,
        "status": saved.status,
        "closed": [] if hidden else closure_notes(workspace, saved).route,
        "told": [
            {"key": one.key, "client": one.client_ref, "kind": one.kind, "at": one.at}
            # What the officer wrote is the agency's, and its reading is audited.
            | ({"note": one.note} if notes else {})
            for one in told
        ],
        "words": [
            {"key": one.key, "client": one.client_ref, "kind": one.kind, "at": one.at}
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


def board(workspace: Workspace, user: User) -> list[dict[str, Any]]:
    """List the tours of today that a supervisor answers for, the most urgent first.

    Those of yesterday are among them while they are under way, and every one that calls for help.

    It names officers and numbers of stops, no client.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor.

    Returns
    -------
    list of dict
        ``ref``, ``officer``, ``police_partner``, ``standing`` (of ``STANDINGS``), ``done``,
        ``stops``, ``at`` (number of the stop where they are, 0 on the way), ``next`` (its number,
        0 for none), ``next_at``, ``back_at``, ``departs_at``, ``late_s``, ``missed`` and
        ``unsafe`` (numbers of stops), ``last_word_at`` and ``help_at``.

    Raises
    ------
    DisclosureError
        For every other role.
    """
    require_role(user, [Role.SUPERVISOR], "see the tours under way")
    today = workspace.today()
    with workspace.reading() as session:
        days = [tours.list_tours(session, on=on) for on in (today, today - timedelta(days=1))]
        found = pd.concat(days)
        found = found.loc[[sees_team(user, team) for team in found["team"]]]
        states = states_of(workspace, session, [str(ref) for ref in found.index])
        found = found.loc[
            [
                # Who calls for help is seen, whatever has become of the tour.
                states[str(ref)].help
                # A tour may last over midnight.
                or status == "under way"
                or (on == today and status != CANCELLED)
                for ref, on, status in zip(found.index, found["on"], found["status"], strict=True)
            ]
        ]
        refs = [str(ref) for ref in found.index]
        told, words = outcomes.of_tours(session, refs), outcomes.check_ins(session, refs)
        rows = [
            _row(tours.get(session, ref), names, states[ref], told[ref], words[ref])
            for ref, names in zip(refs, found.to_dict("records"), strict=True)
        ]
    return sorted(rows, key=lambda row: (STANDINGS.index(row["standing"]), row["departs_at"]))


def _row(
    saved: tours.SavedTour,
    listed: Mapping[Any, Any],
    state: RoadState,
    told: list[outcomes.Outcome],
    words: list[outcomes.CheckIn],
) -> dict[str, Any]:
    number = {stop.client_ref: stop.position for stop in saved.stops}
    ahead = [one for one in state.expected if one.client_ref != state.at_client]
    calls = [one.at for one in words if one.kind == "help"]
    return {
        "ref": saved.ref,
        "officer": str(listed["officer_name"]),
        "police_partner": str(listed["police_partner_name"]),
        "standing": state.standing,
        "done": sum(ref in number for ref in state.done),
        "stops": len(saved.stops),
        "at": number.get(state.at_client, 0),
        "next": number[ahead[0].client_ref] if ahead else 0,
        "next_at": ahead[0].at if ahead else None,
        "back_at": state.back_at,
        "departs_at": saved.departs_at,
        "late_s": state.late_s,
        "missed": sorted(number[ref] for ref in state.missed),
        "unsafe": sorted(
            number[one.client_ref]
            for one in told
            if one.kind == "unsafe" and one.client_ref in number
        ),
        "last_word_at": state.last_word_at,
        "help_at": calls[-1] if state.help and calls else None,
    }


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
