"""Accountability Tours: the visits that are due, a planned tour, and its two sheets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, Point
from sqlalchemy.orm import Session

from geoteam.crs import WGS84
from geoteam.disclosure import visible_fields
from geoteam.disclosure.policy import TOUR
from geoteam.errors import DisclosureError, InputError, NotFoundError
from geoteam.geocoding import AddressGrammar, parse_address
from geoteam.maps import RouteLayer, city_map
from geoteam.maps import tour_sheet as draw_sheet
from geoteam.model import Role, User
from geoteam.services.city import grammar_of
from geoteam.services.clients import filters, reach_of
from geoteam.services.ground import ground_of
from geoteam.services.people import clients_frame
from geoteam.services.scope import sees_team
from geoteam.services.workspace import Workspace
from geoteam.store import audit, contacts, staff, tours, venues
from geoteam.store import clients as client_store
from geoteam.tours import TourPlan
from geoteam.tours import plan_tour as solve_tour
from geoteam.tours import visits_due as due_visits

COPIES = ("officer", "police")


@dataclass(frozen=True, slots=True)
class Choices:
    """Officers and police partners that a user may plan with, as (ref, label)."""

    officers: list[tuple[str, str]]
    partners: list[tuple[str, str]]


@dataclass(frozen=True)
class TourView:
    """A tour as one reader may see it.

    Attributes
    ----------
    officer, police_partner, start
        Names.
    stops
        ``number``, ``arrives_at``, ``leaves_at``, ``lon``, ``lat`` and those of ``client_ref``,
        ``name``, ``address``, ``level``, ``reason``, ``access_notes`` that policy allows.
    left_out
        Visits that did not fit, with reason and remedy; empty for the police.
    steps
        Directions of each leg.
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
    stops: list[dict[str, Any]]
    left_out: list[dict[str, Any]]
    steps: list[list[dict[str, Any]]]
    route: LineString | None
    start_point: tuple[float, float]


def choices(workspace: Workspace, user: User) -> Choices:
    """List whom a user may plan a tour for, and with which police partner.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.

    Returns
    -------
    Choices
        References with labels.
    """
    with workspace.reading() as session:
        partners = staff.police_partners(session)
    labels = [
        (str(ref), f"{row['name']}, district {row['district']}") for ref, row in partners.iterrows()
    ]
    return Choices(filters(workspace, user).officers, labels)


def _require_officer(session: Session, user: User, officer_ref: str) -> staff.Officer:
    reach_of(user)
    officer = staff.get_officer(session, officer_ref)
    own = user.role is Role.OFFICER and user.officer_ref == officer_ref
    if officer is None or not (own or sees_team(user, officer.team_ref)):
        raise NotFoundError("there is no such officer in your teams", remedy="Choose from the list")
    return officer


def visits_due(
    workspace: Workspace, user: User, on: date, officer_ref: str
) -> list[dict[str, Any]]:
    """List the joint home visits that are due for an officer's clients.

    Parameters
    ----------
    workspace
        The workspace.
    user
        The officer, or a supervisor of the team.
    on
        The day of the tour.
    officer_ref
        The officer.

    Returns
    -------
    list of dict
        Most urgent first: ``client_ref``, ``name``, ``level``, ``due_on``, ``overdue_days``,
        ``priority`` and ``reason``.
    """
    with workspace.transaction() as session:
        _require_officer(session, user, officer_ref)
        due = _due(workspace, session, on, officer_ref)
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action="tours.due",
            object_kind="officer",
            object_ref=officer_ref,
            purpose=TOUR,
            detail={"rows": len(due)},
        )
    columns = ["client_ref", "name", "level", "due_on", "overdue_days", "priority", "reason"]
    return due.reset_index()[columns].to_dict("records")


def _due(workspace: Workspace, session: Session, on: date, officer_ref: str) -> pd.DataFrame:
    """Join the visits due on joint tours with what a tour needs to know of the client."""
    clients = clients_frame(workspace, session, workspace.today(), officers=[officer_ref])
    history = contacts.load(session, client_refs=clients.index)
    due = due_visits(clients, history, workspace.profile.contact_standards, on=on)
    due = due[due["joint"]]
    columns = ["name", "lon", "lat", "windows", "residence_id"]
    return due.join(clients[columns])


def plan_tour(
    workspace: Workspace,
    user: User,
    *,
    on: date,
    officer_ref: str,
    police_partner_ref: str = "",
    departs: str = "",
    max_stops: int | None = None,
) -> str:
    """Plan and save a tour: whom to visit, in which order, by which streets.

    Parameters
    ----------
    workspace
        The workspace.
    user
        The officer, or a supervisor of the team.
    on
        The day.
    officer_ref
        The CSO.
    police_partner_ref
        The police officer; by default the one of the district with most visits who has fewest
        tours that day.
    departs
        Clock time ``HH:MM``; by default the profile's earliest.
    max_stops
        Most stops; by default the profile's.

    Returns
    -------
    str
        The tour's reference.

    Raises
    ------
    InputError
        When no visit is due, or the departure is no time of day.
    NotFoundError
        When the officer or partner does not exist or is not the user's.
    """
    rules = workspace.profile.tours
    leaves = datetime.combine(on, _clock(departs or rules.earliest), workspace.profile.city.zone)
    with workspace.transaction() as session:
        _require_officer(session, user, officer_ref)
        visits = _due(workspace, session, on, officer_ref)
        if visits.empty:
            raise InputError(
                "no joint visit is due for this officer on that day",
                remedy="Choose a later day or another officer",
            )
        visits = visits.assign(service_s=rules.service_minutes * 60.0, required=False)
        partner = _partner(workspace, session, on, police_partner_ref, visits)
        row = staff.officers(session).loc[officer_ref]
        start = _start(row)
        points = np.vstack([start, visits[["lon", "lat"]].to_numpy()])
        network = workspace.streets()
        plan = solve_tour(
            visits,
            start,
            matrix=network.matrix(points, points),
            departs=leaves,
            latest_return=rules.latest,
            max_stops=max_stops or rules.max_stops,
        )
        ref = _save(workspace, session, user, plan, on, officer_ref, partner, row, start, visits)
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action="tour.plan",
            object_kind="tour",
            object_ref=ref,
            purpose=TOUR,
            detail={"stops": len(plan.stops), "left_out": len(plan.left_out)},
        )
    return ref


def _clock(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise InputError("the departure is no time of day", remedy="Write it as 09:30") from error


def _start(officer: pd.Series) -> tuple[float, float]:
    if pd.isna(officer["lon"]):
        raise InputError(
            "the officer's team has no field office to start from",
            remedy="Add the office to the venues and to the team",
        )
    return float(officer["lon"]), float(officer["lat"])


def _partner(
    workspace: Workspace, session: Session, on: date, wanted: str, visits: pd.DataFrame
) -> str:
    partners = staff.police_partners(session)
    if wanted:
        if wanted not in partners.index:
            raise NotFoundError("there is no such police partner", remedy="Choose from the list")
        return wanted
    districts = workspace.area_index("district", on).locate(
        visits["lon"].to_numpy(), visits["lat"].to_numpy()
    )
    named = [code for code in districts if code]
    if not named or partners.empty:
        return ""
    most = max(sorted(set(named)), key=named.count)
    fit = partners[partners["district"] == most]
    if fit.empty:
        return ""
    planned = tours.list_tours(session, on=on)["police_partner"].tolist()
    return min(fit.index, key=lambda ref: (planned.count(ref), ref))


def _save(
    workspace: Workspace,
    session: Session,
    user: User,
    plan: TourPlan,
    on: date,
    officer_ref: str,
    partner: str,
    officer: pd.Series,
    start: tuple[float, float],
    visits: pd.DataFrame,
) -> str:
    stops = plan.stops
    places = stops[["lon", "lat"]].to_numpy()
    legs = workspace.streets().path(np.vstack([start, places, start])) if len(stops) else []
    line = [xy for leg in legs for xy in leg.geometry.coords]
    return tours.save(
        session,
        ref=tours.new_ref(),
        on=on,
        officer_ref=officer_ref,
        police_partner_ref=partner,
        start_ref=str(officer["office_ref"]),
        departs_at=plan.departs_at,
        returns_at=plan.returns_at,
        drive_s=plan.drive_s,
        length_m=float(sum(leg.length_m for leg in legs)),
        route=LineString(line) if len(line) > 1 else None,
        steps=[
            [
                {
                    "text": s.text,
                    "street": s.street,
                    "length_m": s.length_m,
                    "duration_s": s.duration_s,
                }
                for s in leg.steps
            ]
            for leg in legs
        ],
        left_out=[
            {key: one[key] for key in ("client_ref", "code", "reason", "remedy")}
            for one in plan.left_out
        ],
        summary=plan.summary | {"priority": plan.priority, "wait_s": plan.wait_s},
        by=user.username,
        at=workspace.now(),
        stops=[
            {
                "client_ref": str(client_ref),
                "residence_id": int(visits.at[client_ref, "residence_id"]),
                "arrives_at": row["arrives_at"],
                "leaves_at": row["leaves_at"],
                "reason": visits.at[client_ref, "reason"],
                "lon": row["lon"],
                "lat": row["lat"],
            }
            for client_ref, row in stops.iterrows()
        ],
    )


def list_tours(workspace: Workspace, user: User, on: date | None = None) -> list[dict[str, Any]]:
    """List the tours that a user may see.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer, a supervisor or a police partner.
    on
        Only this day; any when None.

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
        if _sees_tour(user, row["officer"], row["team"], row["police_partner"])
    ]


def _sees_tour(user: User, officer_ref: str, team_ref: str, partner_ref: str) -> bool:
    if user.role is Role.OFFICER:
        return bool(user.officer_ref) and officer_ref == user.officer_ref
    if user.role is Role.POLICE:
        return bool(user.police_partner_ref) and partner_ref == user.police_partner_ref
    return sees_team(user, team_ref)


def tour(workspace: Workspace, user: User, ref: str) -> TourView:
    """Open one tour; the reading is audited, and a reading by the police is a disclosure.

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
    TourView
        What policy lets this reader see.

    Raises
    ------
    NotFoundError
        When there is no such tour, or none that the user may know of.
    """
    return _open(workspace, user, ref, "tour.read", user.role)


def _open(workspace: Workspace, user: User, ref: str, action: str, reader: Role) -> TourView:
    """Load a tour as a reader of some role may see it, and write the audit event."""
    with workspace.transaction() as session:
        saved = tours.get(session, ref)
        officer = staff.get_officer(session, saved.officer_ref)
        team_ref = officer.team_ref if officer else ""
        if not _sees_tour(user, saved.officer_ref, team_ref, saved.police_partner_ref):
            raise NotFoundError("there is no such tour", remedy="See the list of tours")
        partner = staff.get_police_partner(session, saved.police_partner_ref)
        office = venues.get(session, saved.start_ref)
        refs = {stop.client_ref for stop in saved.stops} | {o["client_ref"] for o in saved.left_out}
        people = client_store.as_frame(session, saved.on, refs=refs, active_only=False)
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
            stops=_stops(saved, people, reader, grammar_of(workspace.profile)),
            left_out=[] if reader is Role.POLICE else _left_out(saved, people),
            steps=[list(leg) for leg in saved.steps],
            route=saved.route,
            start_point=(office.lon, office.lat) if office else (float("nan"),) * 2,
        )
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action=f"{action}.police" if reader is Role.POLICE else action,
            object_kind="tour",
            object_ref=ref,
            purpose=TOUR,
            detail={
                "clients": sorted(
                    refs if reader is not Role.POLICE else {stop.client_ref for stop in saved.stops}
                )
            },
        )
    return view


def _stops(
    saved: tours.SavedTour, people: pd.DataFrame, reader: Role, grammar: AddressGrammar
) -> list[dict[str, Any]]:
    rows = []
    for stop in saved.stops:
        person = people.loc[stop.client_ref]
        record = {
            "client_ref": stop.client_ref,
            "name": person["name"],
            "address": _door(person["matched_address"], stop.address, grammar),
            "level": person["level"],
            "reason": stop.reason,
            "access_notes": person["access_notes"],
            "windows": [list(pair) for pair in person["windows"]],
            "lon": stop.lon,
            "lat": stop.lat,
            "arrives_at": stop.arrives_at,
            "leaves_at": stop.leaves_at,
        }
        shown = visible_fields(record, reader, purpose=TOUR)
        rows.append({"number": stop.position} | shown)
    return rows


def _door(matched: str, typed: str, grammar: AddressGrammar) -> str:
    """Return the address of the door: as matched, with the apartment that was typed."""
    unit = parse_address(typed, grammar).unit
    return f"{matched or typed}, {unit}" if unit and matched else matched or typed


def _left_out(saved: tours.SavedTour, people: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        dict(one) | {"name": people["name"].get(one["client_ref"], "")} for one in saved.left_out
    ]


def tour_map(workspace: Workspace, user: User, ref: str, *, nonce: str = "") -> str:
    """Draw a tour's route and numbered stops.

    Parameters
    ----------
    workspace
        The workspace.
    user
        Who may see the tour.
    ref
        The tour's reference.
    nonce
        Nonce of the content security policy.

    Returns
    -------
    str
        A document made by folium.
    """
    view = _open(workspace, user, ref, "tour.map", user.role)
    zone = workspace.profile.city.zone
    start = {
        "number": 0,
        "title": view.start or "Start",
        "arrives": f"{view.departs_at.astimezone(zone):%H:%M}",
        "geometry": Point(*view.start_point),
    }
    rows = [start] + [
        {
            "number": stop["number"],
            "title": stop.get("address", ""),
            "arrives": f"{stop['arrives_at'].astimezone(zone):%H:%M}",
            "geometry": Point(stop["lon"], stop["lat"]),
        }
        for stop in view.stops
    ]
    stops = gpd.GeoDataFrame(rows, geometry="geometry", crs=WGS84)
    ground = ground_of(workspace)
    layer = RouteLayer(
        name="Tour",
        legs=[view.route] if view.route is not None else [],
        stops=stops,
        details={"arrives": "Arrives"},
    )
    return city_map(
        [ground.units(show=False), layer],
        title="Tour",
        nonce=nonce,
        bounds=_around(stops, view.route),
        basemap_url=ground.basemap_url,
        attribution=ground.attribution,
    )


def _around(stops: gpd.GeoDataFrame, route: LineString | None) -> tuple[float, float, float, float]:
    boxes = [stops.total_bounds] + ([np.array(route.bounds)] if route is not None else [])
    low, high = np.min([b[:2] for b in boxes], axis=0), np.max([b[2:] for b in boxes], axis=0)
    margin = np.maximum((high - low) * 0.06, 0.001)
    west, south, east, north = (float(v) for v in (*(low - margin), *(high + margin)))
    return west, south, east, north


def tour_sheet(workspace: Workspace, user: User, ref: str, copy: str, *, url: str = "") -> bytes:
    """Print a tour: the officer's sheet, or the police copy with only what policy allows.

    Parameters
    ----------
    workspace
        The workspace.
    user
        Who prints; the police may print only their own copy.
    ref
        The tour's reference.
    copy
        ``officer`` or ``police``.
    url
        Address that opens the tour on a phone, for the code on the sheet.

    Returns
    -------
    bytes
        A PDF file.

    Raises
    ------
    DisclosureError
        When the police ask for the officer's sheet.
    """
    if copy not in COPIES:
        raise InputError("a sheet is for the officer or the police", remedy="Choose one of the two")
    if user.role is Role.POLICE and copy != "police":
        raise DisclosureError("the officer's sheet is not for the police", remedy="Use your copy")
    reader = Role.POLICE if copy == "police" else user.role
    view = _open(workspace, user, ref, "tour.print", reader)
    zone = workspace.profile.city.zone
    facts = [("Officer", view.officer), ("Police partner", view.police_partner)]
    facts += [
        ("Starts and ends at", view.start),
        ("Departs", f"{view.departs_at.astimezone(zone):%H:%M}"),
        ("Returns", f"{view.returns_at.astimezone(zone):%H:%M}"),
        ("Driving", f"{view.drive_s / 60:.0f} min, {view.length_m / 1000:.1f} km"),
        ("Printed for", f"{user.name}, {workspace.now().astimezone(zone):%Y-%m-%d %H:%M}"),
    ]
    lon, lat = view.start_point
    return draw_sheet(
        {
            "ref": view.ref,
            "date": f"{view.on:%A, %B} {view.on.day}, {view.on.year}",
            "facts": facts,
            "start": {"lon": lon, "lat": lat} if view.start else None,
            "stops": [_sheet_stop(stop, zone) for stop in view.stops],
            "left_out": [
                {"who": one["name"], "reason": one["reason"], "remedy": one["remedy"]}
                for one in view.left_out
            ],
            "legs": [view.route] if view.route is not None else [],
        },
        copy="police" if copy == "police" else "officer",
        crs=workspace.profile.city.crs,
        streets=workspace.streets().edges_frame(),
    )


def _sheet_stop(stop: dict[str, Any], zone: tzinfo) -> dict[str, Any]:
    windows = [" to ".join(pair) for pair in stop.get("windows", [])]
    level = stop.get("level", "")
    return {
        "number": stop["number"],
        "lon": stop["lon"],
        "lat": stop["lat"],
        "arrive": f"{stop['arrives_at'].astimezone(zone):%H:%M}",
        "leave": f"{stop['leaves_at'].astimezone(zone):%H:%M}",
        "window": ", ".join(windows),
        "who": stop.get("name", ""),
        "address": stop.get("address", ""),
        "notes": stop.get("access_notes", ""),
        "extra": [("Level", level), ("Due", stop.get("reason", ""))],
    }
