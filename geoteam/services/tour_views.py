"""A planned tour as one reader may see it: on screen, on the map, on paper."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, Point

from geoteam.crs import WGS84
from geoteam.disclosure import visible_fields
from geoteam.disclosure.policy import TOUR
from geoteam.errors import DisclosureError, InputError, NotFoundError
from geoteam.geocoding import AddressGrammar, parse_address
from geoteam.maps import RouteLayer, city_map
from geoteam.model import Role, User
from geoteam.services.city import grammar_of
from geoteam.services.ground import ground_of
from geoteam.services.scope import sees_team
from geoteam.services.sheets import tour_sheet_pdf
from geoteam.services.workspace import Workspace
from geoteam.store import audit, staff, tours, venues
from geoteam.store import clients as client_store

COPIES = ("officer", "police")
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
        ``name``, ``address``, ``level``, ``reason``, ``access_notes`` that policy allows.
    left_out
        Visits that did not fit, with reason and remedy; empty for the police.
    wait_s
        Time without a visit, because a client is not yet at home.
    steps
        Directions of each leg.
    status
        ``planned``, ``under way``, ``done`` or ``cancelled``.
    advice
        What would spare a long wait, and other remarks on the plan; empty for the police.
    cancelled
        Who cancelled it, when and why (``by``, ``at``, ``why``); empty for the police.

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
    advice: list[str] = field(default_factory=list)
    cancelled: dict[str, Any] = field(default_factory=dict)


def list_tours(workspace: Workspace, user: User, on: date | None = None) -> list[dict[str, Any]]:
    """List the tours that a user may see; for the police without those cancelled.

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
        if sees_tour(user, row["officer"], row["team"], row["police_partner"])
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


def _open(
    workspace: Workspace, user: User, ref: str, action: str, reader: Role, *, printing: bool = False
) -> TourView:
    """Load a tour as a reader of some role may see it, and write the audit event."""
    with workspace.transaction() as session:
        saved = tours.get(session, ref)
        officer = staff.get_officer(session, saved.officer_ref)
        team_ref = officer.team_ref if officer else ""
        if not sees_tour(user, saved.officer_ref, team_ref, saved.police_partner_ref):
            raise NotFoundError("there is no such tour", remedy="See the list of tours")
        if printing and saved.status == CANCELLED:
            raise InputError(
                "the tour is cancelled and cannot be printed", remedy="Plan another tour"
            )
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
            wait_s=float(saved.summary.get("wait_s", 0.0)),
            stops=_stops(saved, people, reader, grammar_of(workspace.profile)),
            left_out=[] if reader is Role.POLICE else _left_out(saved, people),
            steps=[list(leg) for leg in saved.steps],
            route=saved.route,
            start_point=(office.lon, office.lat) if office else (float("nan"),) * 2,
            status=saved.status,
            advice=[str(one) for one in saved.summary.get("advice", ())],
            cancelled=dict(saved.summary.get(CANCELLED, {})),
        )
        if reader is Role.POLICE:
            view = replace(view, advice=[], cancelled={})
            if saved.status == CANCELLED:
                # Who is not visited is no business of the police.
                view = replace(view, stops=[], steps=[], route=None)
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
                    refs
                    if reader is not Role.POLICE
                    else {stop["client_ref"] for stop in view.stops}
                )
            },
        )
    return view


def _stops(
    saved: tours.SavedTour, people: pd.DataFrame, reader: Role, grammar: AddressGrammar
) -> list[dict[str, Any]]:
    rows = []
    for stop in saved.stops:
        person = people.loc[[stop.client_ref]].iloc[0]
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
    InputError
        When the tour is cancelled.
    """
    if copy not in COPIES:
        raise InputError("a sheet is for the officer or the police", remedy="Choose one of the two")
    if user.role is Role.POLICE and copy != "police":
        raise DisclosureError("the officer's sheet is not for the police", remedy="Use your copy")
    reader = Role.POLICE if copy == "police" else user.role
    view = _open(workspace, user, ref, "tour.print", reader, printing=True)
    return tour_sheet_pdf(workspace, view, copy, printed_for=user.name, url=url)
