"""A planned tour as one reader may see it: on screen, on the map, on paper."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

import pandas as pd
from shapely import LineString
from sqlalchemy.orm import Session

from geoteam.disclosure.policy import TOUR
from geoteam.errors import NotFoundError
from geoteam.model import Role, User
from geoteam.services.city import grammar_of
from geoteam.services.home_hours import tell_hours
from geoteam.services.scope import sees_team
from geoteam.services.tour_closures import Notes, closure_notes
from geoteam.services.tour_duty import off_duty_since
from geoteam.services.tour_fits import misfits
from geoteam.services.tour_stops import stops_seen, unsafe_lately
from geoteam.services.workspace import Workspace
from geoteam.store import audit, staff, tours, venues, visit_decisions, visit_limits
from geoteam.store import clients as client_store
from geoteam.tours import verdict

CANCELLED = "cancelled"


@dataclass(frozen=True)
class TourView:
    """A tour as one reader may see it.

    Attributes
    ----------
    officer, police_partner, start
        Names.
    stops
        ``number``, ``arrives_at``, ``leaves_at``, ``lon``, ``lat`` and those of ``client_ref``,
        ``name``, ``address``, ``level``, ``reason``, ``access_notes``, ``windows`` (of that day),
        ``announced``, ``two_officers``, ``interpreter``, ``dog``, ``unsafe_on`` that policy allows;
        and ``changed``, why to ask before going ('' for no reason): the client moved, the address
        is in doubt or has no house number, or no visit is to be made any more.
    left_out
        Visits that did not fit, with reason and remedy; empty for the police.
    may_look
        Whether help for them is still to be looked for; never for the police.
    wait_s
        Time without a visit, because a client is not yet at home.
    steps
        Directions of each leg.
    status
        ``planned``, ``under way``, ``done`` or ``cancelled``.
    warnings
        What was said since it was planned and speaks against it; empty for the police.
    advice
        The warnings, what would spare a long wait, and other remarks on the plan; empty for the
        police.
    verdict
        How good the tour is, in a sentence; empty for the police.
    proven
        Whether no better tour exists; None where that is not known, and for the police.
    pause
        The break: ``begins``, ``ends`` (moments) and ``before`` (number of the stop it precedes,
        one more than the last for the way back); empty when none is owed.
    version
        1 as first planned; one more each time the rest was planned anew.
    cancelled
        Who cancelled it, when and why (``by``, ``at``, ``why``); empty for the police.
    closures
        What streets closed on its day mean for it.
    car, meeting
        Name of the car, and of the place where the police partner joins; '' for none.

    The police see no stop, no route and no directions of a cancelled tour.
    """

    ref: str
    on: date
    officer: str
    police_partner: str
    start: str
    departs_at: datetime
    returns_at: datetime
    drive_s: float
    length_m: float
    wait_s: float
    stops: list[dict[str, Any]]
    left_out: list[dict[str, Any]]
    steps: list[list[dict[str, Any]]]
    route: LineString | None
    start_point: tuple[float, float]
    status: str = "planned"
    warnings: list[str] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)
    verdict: str = ""
    proven: bool | None = None
    pause: dict[str, Any] = field(default_factory=dict)
    version: int = 1
    cancelled: dict[str, Any] = field(default_factory=dict)
    car: str = ""
    meeting: str = ""
    closures: Notes = field(default_factory=Notes)
    may_look: bool = False


def list_tours(
    workspace: Workspace, user: User, on: date | None = None, team: str = ""
) -> list[dict[str, Any]]:
    """List the tours that a user may see; for the police without those cancelled.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer, a supervisor or a police partner.
    on
        Only this day; any when None.
    team
        Only tours of this team's officers; '' for any.

    Returns
    -------
    list of dict
        ``ref``, ``on``, ``departs_at``, ``officer``, ``police_partner``, ``stops``, ``status``.
    """
    with workspace.reading() as session:
        frame = tours.list_tours(session, on=on)
    return [
        {
            "ref": str(ref),
            "on": row["on"],
            "departs_at": row["departs_at"],
            "officer": row["officer_name"],
            "police_partner": row["police_partner_name"],
            "stops": int(row["stops"]),
            "status": row["status"],
        }
        for ref, row in frame.iterrows()
        if team in ("", row["team"])
        and sees_tour(user, row["officer"], row["team"], row["police_partner"])
        # What is shared with the police is what they are to do.
        and not (user.role is Role.POLICE and row["status"] == CANCELLED)
    ]


def sees_tour(user: User, officer_ref: str, team_ref: str, partner_ref: str) -> bool:
    """Tell whether a user may know of a tour.

    Parameters
    ----------
    user
        Who asks.
    officer_ref, team_ref, partner_ref
        The tour's officer, the officer's team and the police partner ('' for none).

    Returns
    -------
    bool
        True for the tour's officer and police partner, and for supervisors of the team.
    """
    if user.role is Role.OFFICER:
        return bool(user.officer_ref) and officer_ref == user.officer_ref
    if user.role is Role.POLICE:
        return bool(user.police_partner_ref) and partner_ref == user.police_partner_ref
    return sees_team(user, team_ref)


def tour(workspace: Workspace, user: User, ref: str, *, action: str = "tour.read") -> TourView:
    """Open one tour; the reading is audited, and a reading by the police is a disclosure.

    Parameters
    ----------
    workspace
        The workspace.
    user
        The officer, a supervisor of the team, or the police partner of the tour.
    ref
        The tour's reference.
    action
        What the audit log calls it.

    Returns
    -------
    TourView
        What policy lets this reader see.

    Raises
    ------
    NotFoundError
        When there is no such tour, or none that the user may know of.
    """
    with workspace.transaction() as session:
        seen = look(workspace, session, user, ref, user.role)
        note_reading(workspace, session, user, seen, action)
    return seen.view


@dataclass(frozen=True, slots=True)
class SeenTour:
    """A tour as loaded for a reader, and what the audit log needs to know of it.

    Attributes
    ----------
    view
        What the reader sees.
    reader
        The role it was loaded for.
    refs
        The clients whose data it holds, by reference.
    homes
        Client to the numbers of the residence and of the geocode in force on the tour's day; 0
        where there is none.
    """

    view: TourView
    reader: Role
    refs: list[str]
    homes: dict[str, list[int]]


def look(workspace: Workspace, session: Session, user: User, ref: str, reader: Role) -> SeenTour:
    """Load a tour as a reader of some role may see it; the caller writes the audit event.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    user
        Who asks.
    ref
        The tour's reference.
    reader
        The role for whose eyes it is.

    Returns
    -------
    SeenTour
        The tour.

    Raises
    ------
    NotFoundError
        When there is no such tour, or none that the user may know of.
    """
    saved = tours.get(session, ref)
    officer = staff.get_officer(session, saved.officer_ref)
    team_ref = officer.team_ref if officer else ""
    if not sees_tour(user, saved.officer_ref, team_ref, saved.police_partner_ref):
        raise NotFoundError("there is no such tour", remedy="See the list of tours")
    partner = staff.get_police_partner(session, saved.police_partner_ref)
    office = venues.get(session, saved.start_ref)
    refs = {stop.client_ref for stop in saved.stops} | {o["client_ref"] for o in saved.left_out}
    people = client_store.as_frame(session, saved.on, refs=refs, active_only=False)
    limits = visit_limits.limits_frame(session, people.index)
    off = _not_to_visit(session, saved, people.index)
    unsafe = unsafe_lately(workspace, session, people.index)
    warnings = misfits(workspace, session, saved, people)
    warnings += off_duty_since(workspace, session, saved)
    view = TourView(
        ref=saved.ref,
        on=saved.on,
        officer=officer.name if officer else saved.officer_ref,
        police_partner=partner.name if partner else "",
        start=office.name if office else "",
        departs_at=saved.departs_at,
        returns_at=saved.returns_at,
        drive_s=saved.drive_s,
        length_m=saved.length_m,
        wait_s=float(saved.summary.get("wait_s", 0.0)),
        stops=stops_seen(saved, people, limits, off, unsafe, reader, grammar_of(workspace.profile)),
        left_out=[] if reader is Role.POLICE else _left_out(saved, people),
        may_look=reader is not Role.POLICE and may_look(workspace, saved),
        steps=[list(leg) for leg in saved.steps],
        route=saved.route,
        start_point=(office.lon, office.lat) if office else (float("nan"),) * 2,
        status=saved.status,
        warnings=warnings,
        advice=[*warnings, *map(str, saved.summary.get("advice", ()))],
        verdict=verdict(saved.summary),
        proven=saved.summary.get("proven"),
        pause=_pause(saved),
        version=1 + len(saved.summary.get("earlier", ())),
        cancelled=dict(saved.summary.get(CANCELLED, {})),
        car=saved.car_name,
        meeting=_meeting(session, saved, office.name if office else ""),
        closures=closure_notes(workspace, saved),
    )
    if reader is Role.POLICE:
        view = replace(view, warnings=[], advice=[], verdict="", proven=None, cancelled={})
        if saved.status == CANCELLED:
            # Who is not visited is no business of the police.
            view = replace(view, stops=[], steps=[], route=None, pause={})
        refs = {stop["client_ref"] for stop in view.stops}
    homes = people[["residence_id", "geocode_id"]].fillna(0).astype("int64").T.to_dict("list")
    return SeenTour(
        view=view,
        reader=reader,
        refs=sorted(refs),
        homes={stop.client_ref: homes[stop.client_ref] for stop in saved.stops},
    )


def _not_to_visit(session: Session, saved: tours.SavedTour, refs: Collection[str]) -> set[str]:
    """List who is supervised no longer, or is excluded from visits on the tour's day."""
    active = client_store.active(session, refs)
    decided = visit_decisions.standing(session, saved.on)
    excluded = decided.loc[decided["kind"] == visit_decisions.EXCLUDE, "client_ref"]
    return {str(ref) for ref in refs if ref not in active} | set(excluded)


def _meeting(session: Session, saved: tours.SavedTour, start: str) -> str:
    if not saved.police_partner_ref:
        return ""
    if saved.meet_ref in ("", tours.FIRST_STOP):
        return f"the {saved.meet_ref}" if saved.meet_ref else start or "the start"
    station = venues.get(session, saved.meet_ref)
    return station.name if station else saved.meet_ref


def note_reading(
    workspace: Workspace,
    session: Session,
    user: User,
    seen: SeenTour,
    action: str,
    detail: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Write that somebody read, printed or took a tour; for the police it is a disclosure.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session of a writing transaction.
    user
        Who.
    seen
        The tour.
    action
        Verb, such as ``tour.read``.
    detail
        What is noted beside the clients.
    """
    audit.append(
        session,
        at=workspace.now(),
        actor=user.username,
        action=f"{action}.police" if seen.reader is Role.POLICE else action,
        object_kind="tour",
        object_ref=seen.view.ref,
        purpose=TOUR,
        detail={"clients": seen.refs} | dict(detail),
    )


def _pause(saved: tours.SavedTour) -> dict[str, Any]:
    taken = dict(saved.summary.get("break", {}))
    return taken | {
        name: datetime.fromisoformat(taken[name]) for name in ("begins", "ends") if name in taken
    }


def may_look(workspace: Workspace, saved: tours.SavedTour) -> bool:
    """Tell whether help for visits that a tour leaves out is still to be looked for.

    Parameters
    ----------
    workspace
        The workspace.
    saved
        The tour.

    Returns
    -------
    bool
        False for one that is cancelled or over, or when it was looked for before.
    """
    coming = saved.status in tours.STANDING and saved.returns_at > workspace.now()
    return coming and any(not one["remedy"] for one in saved.left_out)


def _left_out(saved: tours.SavedTour, people: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        dict(one)
        | {
            "name": people["name"].get(one["client_ref"], ""),
            "remedy": (one["remedy"] + _hours_of(one, people)).strip(),
        }
        for one in saved.left_out
    ]


def _hours_of(one: Mapping[str, Any], people: pd.DataFrame) -> str:
    """Tell when a client is at home who was not on the day of the tour."""
    if one["code"] != "no_window" or one["client_ref"] not in people.index:
        return ""
    windows = people["windows"][one["client_ref"]]
    hours = tell_hours(windows).replace("-", "–")
    return f" At home: {hours}." if hours else ""
