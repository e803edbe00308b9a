"""Venues: stations, field offices, shelters, partners."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import geopandas as gpd
from sqlalchemy import select
from sqlalchemy.orm import Session

from geoteam.frames import VENUES, check_frame
from geoteam.store.bulk import Upsert, frame_of, geo_frame, records, upsert
from geoteam.store.tables import VenueRow


@dataclass(frozen=True, slots=True)
class Venue:
    """One venue; coordinates in EPSG:4326."""

    ref: str
    category: str
    name: str
    address: str
    partner_kind: str
    lon: float
    lat: float


def save(session: Session, frame: gpd.GeoDataFrame) -> Upsert:
    """Save venues by reference; those not in the frame stay.

    Parameters
    ----------
    session
        Open session.
    frame
        VENUES.

    Returns
    -------
    Upsert
        What was done.
    """
    check_frame(frame, VENUES)
    rows = records(frame, ["category", "name", "address", "partner_kind"])
    return upsert(
        session,
        VenueRow,
        [
            {"ref": ref, **row, "geometry": geometry}
            for ref, row, geometry in zip(
                frame.index.tolist(), rows, frame.geometry.tolist(), strict=True
            )
        ],
    )


def load(
    session: Session, *, categories: Collection[str] = (), partners_only: bool = False
) -> gpd.GeoDataFrame:
    """Load venues.

    Parameters
    ----------
    session
        Open session.
    categories
        Only these; all when empty.
    partners_only
        Only venues that are partners of a network.

    Returns
    -------
    GeoDataFrame
        VENUES, by reference.
    """
    query = select(
        VenueRow.ref.label("venue_ref"),
        VenueRow.category,
        VenueRow.name,
        VenueRow.address,
        VenueRow.partner_kind,
        VenueRow.geometry,
    )
    if categories:
        query = query.where(VenueRow.category.in_(sorted(categories)))
    if partners_only:
        query = query.where(VenueRow.partner_kind != "")
    text = dict.fromkeys(("venue_ref", "category", "name", "address", "partner_kind"), "str")
    return geo_frame(frame_of(session, query, "venue_ref", text).sort_index())


def get(session: Session, ref: str) -> Venue | None:
    """Find one venue.

    Parameters
    ----------
    session
        Open session.
    ref
        Its reference.

    Returns
    -------
    Venue or None
        None when there is no such venue.
    """
    row = session.scalar(select(VenueRow).where(VenueRow.ref == ref))
    if row is None:
        return None
    point = row.geometry
    return Venue(row.ref, row.category, row.name, row.address, row.partner_kind, point.x, point.y)
