"""Geocodes: what was decided about a residence; a new one supersedes, nothing is overwritten."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import shapely
from shapely.geometry import Point
from sqlalchemy import and_, insert, select, update
from sqlalchemy.orm import Session

from geoteam.errors import NotFoundError
from geoteam.store.bulk import chunks, frame_of, records, rows_touched
from geoteam.store.proposals import PROPOSED, SETTLED, withdraw
from geoteam.store.tables import ClientRow, GeocodeRow, ResidenceRow

_COLUMNS = (
    "status",
    "match_code",
    "kind",
    "score",
    "uncertainty_m",
    "matched_address",
    "reference_id",
    "inferred",
    "reason",
    "candidates",
    "boundary_ambiguous",
    "decision",
)
# Columns that a frame may bring; where they are there, they win over the arguments.
_MARKS = ("decided_by", "decided_why", "reference", "service", "batch")


@dataclass(frozen=True, slots=True)
class Geocode:
    """One geocode with the residence and client it belongs to; lon/lat None without a point."""

    id: int
    residence_id: int
    client_ref: str
    address: str
    zip: str
    residence_kind: str
    status: str
    match_code: str
    kind: str
    score: float
    uncertainty_m: float | None
    lon: float | None
    lat: float | None
    matched_address: str
    reference_id: str
    inferred: bool
    reason: str
    candidates: tuple[dict[str, Any], ...]
    boundary_ambiguous: bool
    decision: str
    decided_by: str
    decided_why: str
    reference: str
    service: str
    batch: str
    valid_from: datetime
    valid_to: datetime | None


def without_geocode(session: Session) -> pd.DataFrame:
    """List present residences that have no geocode yet.

    Parameters
    ----------
    session
        Open session.

    Returns
    -------
    DataFrame
        Index residence_id; client_ref, kind, address, zip.
    """
    query = (
        select(
            ResidenceRow.id.label("residence_id"),
            ClientRow.ref.label("client_ref"),
            ResidenceRow.kind,
            ResidenceRow.address,
            ResidenceRow.zip,
        )
        .join(ClientRow, ClientRow.id == ResidenceRow.client_id)
        .outerjoin(
            GeocodeRow,
            and_(GeocodeRow.residence_id == ResidenceRow.id, GeocodeRow.valid_to.is_(None)),
        )
        .where(ResidenceRow.valid_to.is_(None), GeocodeRow.id.is_(None))
        .order_by(ResidenceRow.id)
    )
    text = dict.fromkeys(("client_ref", "kind", "address", "zip"), "str")
    return frame_of(session, query, "residence_id", text | {"residence_id": "int64"})


def supersede(session: Session, residence_ids: Iterable[int], at: datetime) -> int:
    """End the present geocodes of some residences, and withdraw what is proposed for them.

    Parameters
    ----------
    session
        Open session.
    residence_ids
        The residences.
    at
        The moment.

    Returns
    -------
    int
        How many geocodes ended.
    """
    ended, ids = 0, sorted(residence_ids)
    withdraw(session, ids)
    for part in chunks(ids):
        result = session.execute(
            update(GeocodeRow)
            .where(GeocodeRow.residence_id.in_(part), GeocodeRow.valid_to.is_(None))
            .values(valid_to=at)
            .execution_options(synchronize_session=False)
        )
        ended += rows_touched(result)
    session.expire_all()
    return ended


def save(
    session: Session,
    frame: pd.DataFrame,
    at: datetime,
    *,
    decided_by: str = "",
    decided_why: str = "",
    reference: str = "",
) -> int:
    """Save geocodes; the present ones of the same residences are superseded.

    Parameters
    ----------
    session
        Open session.
    frame
        Index residence_id; the columns of GEOCODES with boundary_ambiguous and decision
        (``accepted``, ``review`` or ``unplaceable``). Columns decided_by, decided_why, reference,
        service (an online service) and batch (a mark of decisions made together), where they are
        there, win over the arguments.
    at
        The moment.
    decided_by, decided_why
        The person who decided; empty for the geocoder itself.
    reference
        Fingerprint of the address reference they come from.

    Returns
    -------
    int
        How many were saved.
    """
    rows = _rows(frame, at, decided_by=decided_by, decided_why=decided_why, reference=reference)
    supersede(session, [row["residence_id"] for row in rows], at)
    for part in chunks(rows):
        session.execute(insert(GeocodeRow), list(part))
    return len(rows)


def _rows(frame: pd.DataFrame, at: datetime, **marks: str) -> list[dict[str, Any]]:
    names = [*_COLUMNS, *(name for name in _MARKS if name in frame.columns)]
    return [
        marks
        | row
        | {
            "residence_id": int(residence_id),
            "geometry": _point(lon, lat),
            "candidates": list(row["candidates"] or ()),
            "valid_from": at,
            "valid_to": None,
        }
        for residence_id, row, lon, lat in zip(
            frame.index.tolist(),
            records(frame, names),
            frame["lon"].tolist(),
            frame["lat"].tolist(),
            strict=True,
        )
    ]


def propose(session: Session, frame: pd.DataFrame, at: datetime, *, reference: str) -> int:
    """Keep what a newer reference says beside the present geocodes, which stay in force.

    Earlier proposals for the same residences are withdrawn.

    Parameters
    ----------
    session
        Open session.
    frame
        As for `save`; the candidates begin with the present place.
    at
        The moment.
    reference
        Fingerprint of the newer reference.

    Returns
    -------
    int
        How many wait for a person now.
    """
    rows = _rows(frame.assign(decision=PROPOSED), at, decided_by="", decided_why="",
                 reference=reference)  # fmt: skip
    withdraw(session, [row["residence_id"] for row in rows])
    for part in chunks([row | {"valid_to": at} for row in rows]):
        session.execute(insert(GeocodeRow), list(part))
    return len(rows)


def _point(lon: float | None, lat: float | None) -> Point | None:
    if lon is None or lat is None or not (math.isfinite(lon) and math.isfinite(lat)):
        return None
    return Point(lon, lat)


def _get(session: Session, row: GeocodeRow) -> Geocode:
    residence = session.get_one(ResidenceRow, row.residence_id)
    client = session.get_one(ClientRow, residence.client_id)
    return Geocode(
        id=row.id,
        residence_id=row.residence_id,
        client_ref=client.ref,
        address=residence.address,
        zip=residence.zip,
        residence_kind=residence.kind,
        status=row.status,
        match_code=row.match_code,
        kind=row.kind,
        score=row.score,
        uncertainty_m=row.uncertainty_m,
        lon=None if row.geometry is None else float(shapely.get_x(row.geometry)),
        lat=None if row.geometry is None else float(shapely.get_y(row.geometry)),
        matched_address=row.matched_address,
        reference_id=row.reference_id,
        inferred=row.inferred,
        reason=row.reason,
        candidates=tuple(row.candidates),
        boundary_ambiguous=row.boundary_ambiguous,
        decision=row.decision,
        decided_by=row.decided_by,
        decided_why=row.decided_why,
        reference=row.reference,
        service=row.service,
        batch=row.batch,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def get(session: Session, geocode_id: int, *, lock: bool = False) -> Geocode:
    """Load one geocode.

    Parameters
    ----------
    session
        Open session.
    geocode_id
        Its id.
    lock
        Let nobody else decide on it until the transaction ends.

    Returns
    -------
    Geocode
        The geocode with its residence and client.

    Raises
    ------
    NotFoundError
        When there is no such geocode.
    """
    row = session.get(GeocodeRow, geocode_id, with_for_update=lock, populate_existing=lock)
    if row is None:
        raise NotFoundError(f"there is no geocode {geocode_id}")
    return _get(session, row)


def history(session: Session, residence_id: int) -> list[Geocode]:
    """Load every geocode that a residence ever had.

    Parameters
    ----------
    session
        Open session.
    residence_id
        The residence.

    Returns
    -------
    list of Geocode
        Newest first, without proposals; the first one holds when its ``valid_to`` is None.
    """
    query = select(GeocodeRow).where(
        GeocodeRow.residence_id == residence_id,
        GeocodeRow.decision.not_in((PROPOSED, SETTLED)),
    )
    rows = session.scalars(query.order_by(GeocodeRow.id.desc())).all()
    return [_get(session, row) for row in rows]


def decided_at(session: Session, geocode_ids: Iterable[int]) -> dict[int, datetime]:
    """Tell when persons decided on addresses.

    Parameters
    ----------
    session
        Open session.
    geocode_ids
        Geocodes.

    Returns
    -------
    dict of int to datetime
        Those that a person accepted, to when.
    """
    found: dict[int, datetime] = {}
    for part in chunks(sorted(geocode_ids)):
        query = select(GeocodeRow.id, GeocodeRow.valid_from).where(
            GeocodeRow.id.in_(part), GeocodeRow.decided_by != "", GeocodeRow.decision == "accepted"
        )
        found.update(session.execute(query).all())
    return found
