"""Tours with their stops, kept as planned."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shapely.geometry import LineString, Point
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from geoteam.errors import NotFoundError
from geoteam.store.bulk import ids_by_ref
from geoteam.store.tables import (
    CarRow,
    ClientRow,
    OfficerRow,
    PolicePartnerRow,
    ResidenceRow,
    StopRow,
    TourRow,
)
from geoteam.store.tour_lists import STANDING as STANDING
from geoteam.store.tour_lists import list_tours as list_tours
from geoteam.store.tour_lists import visits_planned as visits_planned

# Meeting place of a police partner who drives to the first home.
FIRST_STOP = "first stop"


@dataclass(frozen=True, slots=True)
class SavedStop:
    """One stop; coordinates in EPSG:4326."""

    position: int
    client_ref: str
    residence_id: int
    address: str
    arrives_at: datetime
    leaves_at: datetime
    reason: str
    lon: float
    lat: float
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class SavedTour:
    """One tour; ``ref`` is random and stands on the sheet. The route is in EPSG:4326."""

    ref: str
    on: date
    officer_ref: str
    police_partner_ref: str
    start_ref: str
    departs_at: datetime
    returns_at: datetime
    drive_s: float
    length_m: float
    route: LineString | None
    steps: tuple[Any, ...]
    left_out: tuple[Any, ...]
    summary: Mapping[str, Any]
    status: str
    created_by: str
    created_at: datetime
    stops: tuple[SavedStop, ...]
    version: int = 1
    meet_ref: str = ""
    car_name: str = ""
    car_ref: str = ""


def new_ref() -> str:
    """Make a reference that cannot be guessed and can be read aloud.

    Returns
    -------
    str
        Twelve characters of 31 kinds (59 bits).
    """
    return "".join(secrets.choice("23456789abcdefghjkmnpqrstuvwxyz") for _ in range(12))


def save(
    session: Session,
    *,
    ref: str,
    on: date,
    officer_ref: str,
    police_partner_ref: str,
    start_ref: str,
    departs_at: datetime,
    returns_at: datetime,
    drive_s: float,
    length_m: float,
    route: LineString | None,
    steps: Sequence[Any],
    left_out: Sequence[Any],
    summary: Mapping[str, Any],
    by: str,
    at: datetime,
    stops: Sequence[Mapping[str, Any]],
    car_ref: str = "",
    meet_ref: str = "",
) -> str:
    """Save a tour with its stops.

    Parameters
    ----------
    session
        Open session.
    ref
        From `new_ref`.
    on
        The day.
    officer_ref, police_partner_ref
        Who drives; the partner may be ''.
    start_ref
        Venue where the tour begins and ends.
    departs_at, returns_at
        Moments, timezone-aware.
    drive_s, length_m
        Time behind the wheel and length of the route.
    route
        LineString in EPSG:4326.
    steps, left_out, summary
        Anything JSON can hold.
    by, at
        Who planned it and when.
    stops
        In order; each with client_ref, residence_id, arrives_at, leaves_at, reason, lon and lat.
    car_ref
        The car; '' where the agency keeps no cars.
    meet_ref
        Where the police partner joins: a station, `FIRST_STOP`, or '' where the tour begins.

    Returns
    -------
    str
        The reference.

    Raises
    ------
    NotFoundError
        When the officer, the police partner, the car or a client does not exist.
    """
    officers = ids_by_ref(session, OfficerRow, [officer_ref])
    partners = ids_by_ref(session, PolicePartnerRow, [police_partner_ref])
    if officer_ref not in officers:
        raise NotFoundError(f"there is no officer {officer_ref!r}")
    if police_partner_ref and police_partner_ref not in partners:
        raise NotFoundError(f"there is no police partner {police_partner_ref!r}")
    cars = ids_by_ref(session, CarRow, [car_ref])
    if car_ref and car_ref not in cars:
        raise NotFoundError(f"there is no car {car_ref!r}")
    row = TourRow(
        ref=ref,
        on=on,
        officer_id=officers[officer_ref],
        police_partner_id=partners.get(police_partner_ref),
        start_ref=start_ref,
        departs_at=departs_at,
        returns_at=returns_at,
        drive_s=float(drive_s),
        length_m=float(length_m),
        route=route,
        steps=list(steps),
        left_out=list(left_out),
        summary=dict(summary),
        created_by=by,
        created_at=at,
        car_id=cars.get(car_ref),
        meet_ref=meet_ref,
    )
    session.add(row)
    session.flush()
    _insert(session, row.id, stops, 1)
    return ref


def _insert(session: Session, tour_id: int, stops: Sequence[Mapping[str, Any]], first: int) -> None:
    clients = ids_by_ref(session, ClientRow, [stop["client_ref"] for stop in stops])
    rows = []
    for position, stop in enumerate(stops, start=first):
        if stop["client_ref"] not in clients:
            raise NotFoundError(f"there is no client {stop['client_ref']!r}")
        rows.append(
            {
                "tour_id": tour_id,
                "position": position,
                "client_id": clients[stop["client_ref"]],
                "residence_id": int(stop["residence_id"]),
                "arrives_at": stop["arrives_at"],
                "leaves_at": stop["leaves_at"],
                "reason": stop["reason"],
                "fixed": bool(stop.get("fixed", False)),
                "geometry": Point(float(stop["lon"]), float(stop["lat"])),
            }
        )
    if rows:
        session.execute(insert(StopRow), rows)


def replace_rest(
    session: Session,
    ref: str,
    *,
    keep: int,
    returns_at: datetime,
    drive_s: float,
    length_m: float,
    route: LineString | None,
    steps: Sequence[Any],
    left_out: Sequence[Any],
    summary: Mapping[str, Any],
    stops: Sequence[Mapping[str, Any]],
    departs_at: datetime | None = None,
) -> None:
    """Replace the stops of a tour that are still to come; the tour has a new version.

    Parameters
    ----------
    session
        Open session.
    ref
        The tour's reference.
    keep
        So many stops stay as they are.
    returns_at, drive_s, length_m, route, steps, left_out, summary
        Of the whole tour, as of `save`.
    stops
        The stops after those kept, as of `save`.
    departs_at
        When it leaves; None leaves that as it is.

    Raises
    ------
    NotFoundError
        When there is no such tour, or a client does not exist.
    """
    row = session.scalar(select(TourRow).where(TourRow.ref == ref))
    if row is None:
        raise NotFoundError("there is no such tour", remedy="See the list of tours")
    row.returns_at, row.drive_s, row.length_m = returns_at, float(drive_s), float(length_m)
    row.route, row.steps, row.left_out = route, list(steps), list(left_out)
    row.summary, row.version = dict(summary), row.version + 1
    if departs_at is not None:
        row.departs_at = departs_at
    session.execute(delete(StopRow).where(StopRow.tour_id == row.id, StopRow.position > keep))
    _insert(session, row.id, stops, keep + 1)
    session.flush()


def put_left_out(session: Session, ref: str, left_out: Sequence[Mapping[str, Any]]) -> None:
    """Keep other words on the visits that a tour leaves out; its version stays.

    Parameters
    ----------
    session
        Open session.
    ref
        The tour's reference.
    left_out
        As of `save`.
    """
    session.execute(update(TourRow).where(TourRow.ref == ref).values(left_out=list(left_out)))
    session.flush()


def put_car(session: Session, ref: str, car_ref: str) -> None:
    """Give a tour another car.

    Parameters
    ----------
    session
        Open session.
    ref
        The tour's reference.
    car_ref
        The car.
    """
    car_id = ids_by_ref(session, CarRow, [car_ref])[car_ref]
    session.execute(update(TourRow).where(TourRow.ref == ref).values(car_id=car_id))
    session.flush()


def get(session: Session, ref: str) -> SavedTour:
    """Load one tour with its stops.

    Parameters
    ----------
    session
        Open session.
    ref
        Its reference.

    Returns
    -------
    SavedTour
        The tour; stops in order.

    Raises
    ------
    NotFoundError
        When there is no such tour.
    """
    found = session.execute(
        select(TourRow, OfficerRow.ref, PolicePartnerRow.ref, CarRow.name, CarRow.ref)
        .join(OfficerRow, OfficerRow.id == TourRow.officer_id)
        .outerjoin(PolicePartnerRow, PolicePartnerRow.id == TourRow.police_partner_id)
        .outerjoin(CarRow, CarRow.id == TourRow.car_id)
        .where(TourRow.ref == ref)
    ).one_or_none()
    if found is None:
        raise NotFoundError("there is no such tour", remedy="See the list of tours")
    row, officer_ref, partner_ref, car_name, car_ref = found
    return SavedTour(
        ref=row.ref,
        on=row.on,
        officer_ref=officer_ref,
        police_partner_ref=partner_ref or "",
        start_ref=row.start_ref,
        departs_at=row.departs_at,
        returns_at=row.returns_at,
        drive_s=row.drive_s,
        length_m=row.length_m,
        route=row.route,
        steps=tuple(row.steps),
        left_out=tuple(row.left_out),
        summary=row.summary,
        status=row.status,
        created_by=row.created_by,
        created_at=row.created_at,
        stops=_stops(session, row.id),
        version=row.version,
        meet_ref=row.meet_ref,
        car_name=car_name or "",
        car_ref=car_ref or "",
    )


def _stops(session: Session, tour_id: int) -> tuple[SavedStop, ...]:
    query = (
        select(StopRow, ClientRow.ref, ResidenceRow.address)
        .join(ClientRow, ClientRow.id == StopRow.client_id)
        .join(ResidenceRow, ResidenceRow.id == StopRow.residence_id)
        .where(StopRow.tour_id == tour_id)
        .order_by(StopRow.position)
    )
    return tuple(
        SavedStop(
            position=stop.position,
            client_ref=client_ref,
            residence_id=stop.residence_id,
            address=address,
            arrives_at=stop.arrives_at,
            leaves_at=stop.leaves_at,
            reason=stop.reason,
            lon=stop.geometry.x,
            lat=stop.geometry.y,
            fixed=stop.fixed,
        )
        for stop, client_ref, address in session.execute(query)
    )


def set_status(
    session: Session, ref: str, status: str, *, note: Mapping[str, Any] | None = None
) -> None:
    """Change the status of a tour.

    Parameters
    ----------
    session
        Open session.
    ref
        Its reference.
    status
        ``planned``, ``under way``, ``done`` or ``cancelled``.
    note
        Who changed it, when and why; kept in the summary under the name of the status.

    Raises
    ------
    NotFoundError
        When there is no such tour.
    """
    row = session.scalar(select(TourRow).where(TourRow.ref == ref))
    if row is None:
        raise NotFoundError("there is no such tour", remedy="See the list of tours")
    row.status, row.version = status, row.version + 1
    if note is not None:
        row.summary = dict(row.summary) | {status: dict(note)}
    session.flush()
