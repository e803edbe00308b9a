"""Lists of tours, and of the visits on them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geoteam.store.bulk import frame_of
from geoteam.store.tables import (
    CarRow,
    ClientRow,
    OfficerRow,
    PolicePartnerRow,
    StopRow,
    TeamRow,
    TourRow,
)

# Tours that will take place or are taking place.
STANDING = ("planned", "under way")


def list_tours(
    session: Session,
    *,
    on: date | None = None,
    officer_ref: str = "",
    police_partner_ref: str = "",
    limit: int = 200,
) -> pd.DataFrame:
    """List tours.

    Parameters
    ----------
    session
        Open session.
    on
        Only this day; any when None.
    officer_ref, police_partner_ref
        Only theirs; anybody's when empty.
    limit
        At most so many.

    Returns
    -------
    DataFrame
        Index tour_ref; on, officer, officer_name, team, police_partner, police_partner_name,
        district, car, departs_at, returns_at, drive_s, length_m, status, stops; newest day first.
    """
    stops = (
        select(StopRow.tour_id, func.count().label("stops")).group_by(StopRow.tour_id).subquery()
    )
    query = (
        select(
            TourRow.ref.label("tour_ref"),
            TourRow.on,
            OfficerRow.ref.label("officer"),
            OfficerRow.name.label("officer_name"),
            TeamRow.ref.label("team"),
            PolicePartnerRow.ref.label("police_partner"),
            PolicePartnerRow.name.label("police_partner_name"),
            PolicePartnerRow.district,
            CarRow.ref.label("car"),
            TourRow.departs_at,
            TourRow.returns_at,
            TourRow.drive_s,
            TourRow.length_m,
            TourRow.status,
            func.coalesce(stops.c.stops, 0).label("stops"),
        )
        .join(OfficerRow, OfficerRow.id == TourRow.officer_id)
        .join(TeamRow, TeamRow.id == OfficerRow.team_id)
        .outerjoin(PolicePartnerRow, PolicePartnerRow.id == TourRow.police_partner_id)
        .outerjoin(CarRow, CarRow.id == TourRow.car_id)
        .outerjoin(stops, stops.c.tour_id == TourRow.id)
        .order_by(TourRow.on.desc(), TourRow.departs_at, TourRow.id)
        .limit(limit)
    )
    if on is not None:
        query = query.where(TourRow.on == on)
    if officer_ref:
        query = query.where(OfficerRow.ref == officer_ref)
    if police_partner_ref:
        query = query.where(PolicePartnerRow.ref == police_partner_ref)
    text = (
        "tour_ref",
        "officer",
        "officer_name",
        "team",
        "police_partner",
        "police_partner_name",
        "district",
        "car",
        "status",
    )
    types = dict.fromkeys(text, "str") | {"drive_s": "float64", "length_m": "float64"}
    return frame_of(session, query, "tour_ref", types | {"stops": "int64"})


def visits_planned(session: Session, *, since: date, but: Collection[str] = ()) -> pd.DataFrame:
    """List the visits on tours that are planned or under way.

    Parameters
    ----------
    session
        Open session.
    since
        First day.
    but
        References of tours that do not count.

    Returns
    -------
    DataFrame
        ``client_ref`` and ``on`` (the day of the tour), one row for each stop.
    """
    query = (
        select(ClientRow.ref.label("client_ref"), TourRow.on)
        .select_from(StopRow)
        .join(TourRow, TourRow.id == StopRow.tour_id)
        .join(ClientRow, ClientRow.id == StopRow.client_id)
        .where(TourRow.on >= since, TourRow.status.in_(STANDING), TourRow.ref.not_in(but))
        .order_by(TourRow.on, ClientRow.ref)
    )
    rows = [(str(ref), on) for ref, on in session.execute(query)]
    return pd.DataFrame(rows, columns=pd.Index(["client_ref", "on"]))


def holding(session: Session, one: str, other: str, since: date) -> list[date]:
    """List the days of tours planned or under way on which two clients are both visited.

    Parameters
    ----------
    session
        Open session.
    one, other
        The clients.
    since
        First day.

    Returns
    -------
    list of date
        In order, one for each tour.
    """
    query = (
        select(TourRow.on)
        .join(StopRow, StopRow.tour_id == TourRow.id)
        .join(ClientRow, ClientRow.id == StopRow.client_id)
        .where(ClientRow.ref.in_((one, other)), TourRow.on >= since, TourRow.status.in_(STANDING))
        .group_by(TourRow.id, TourRow.on)
        .having(func.count(ClientRow.id.distinct()) == 2)
        .order_by(TourRow.on)
    )
    return list(session.scalars(query))


def stays(
    session: Session, refs: Collection[str], first: date, last: date, but: Collection[str] = ()
) -> pd.DataFrame:
    """List when tours that are planned or under way are at the doors of some clients.

    Parameters
    ----------
    session
        Open session.
    refs
        The clients.
    first, last
        Days.
    but
        References of tours that do not count.

    Returns
    -------
    DataFrame
        ``client_ref``, ``lon``, ``lat``, ``arrives_at`` and ``leaves_at``, one row for each stop.
    """
    query = (
        select(ClientRow.ref, StopRow.geometry, StopRow.arrives_at, StopRow.leaves_at)
        .join(TourRow, TourRow.id == StopRow.tour_id)
        .join(ClientRow, ClientRow.id == StopRow.client_id)
        .where(TourRow.on.between(first, last), TourRow.status.in_(STANDING))
        .where(TourRow.ref.not_in(but), ClientRow.ref.in_(refs))
        .order_by(StopRow.arrives_at, ClientRow.ref)
    )
    rows = [(ref, at.x, at.y, begins, ends) for ref, at, begins, ends in session.execute(query)]
    columns = ["client_ref", "lon", "lat", "arrives_at", "leaves_at"]
    return pd.DataFrame(rows, columns=pd.Index(columns))
