"""Geocodes that another reference made than the present one, or that it has not looked at yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import shapely
from sqlalchemy import Select, and_, func, select, update
from sqlalchemy.orm import Session

from geoteam.store.bulk import chunks, frame_of
from geoteam.store.tables import ClientRow, GeocodeRow, ResidenceRow

_TEXT = ("status", "match_code", "kind", "matched_address", "reference_id", "reason", "decision",
         "decided_by", "service")  # fmt: skip
_OTHER = ("score", "uncertainty_m", "candidates", "boundary_ambiguous")


def _stale(query: Select[Any], reference: str) -> Select[Any]:
    return (
        query.select_from(GeocodeRow)
        .join(
            ResidenceRow,
            and_(ResidenceRow.id == GeocodeRow.residence_id, ResidenceRow.valid_to.is_(None)),
        )
        .join(ClientRow, and_(ClientRow.id == ResidenceRow.client_id, ClientRow.active))
        .where(GeocodeRow.valid_to.is_(None), GeocodeRow.reference != reference)
    )


def count(session: Session, reference: str) -> int:
    """Count the present geocodes of present residences that another reference made.

    Parameters
    ----------
    session
        Open session.
    reference
        Fingerprint of the present reference.

    Returns
    -------
    int
        How many; of active clients only.
    """
    return session.scalar(_stale(select(func.count()), reference)) or 0


def load(session: Session, reference: str, *, lock: bool = False) -> pd.DataFrame:
    """Load the present geocodes of present residences that another reference made.

    Parameters
    ----------
    session
        Open session.
    reference
        Fingerprint of the present reference.
    lock
        Let nobody else decide on them until the transaction ends.

    Returns
    -------
    DataFrame
        Index residence_id; geocode_id, client_ref, needs (list), residence_kind, address, zip, and
        of the geocode: status, match_code, kind, matched_address, reference_id, reason, decision,
        decided_by, service, score, uncertainty_m, candidates, boundary_ambiguous, lon, lat (NaN
        without a point). Of active clients only.
    """
    query = _stale(
        select(
            ResidenceRow.id.label("residence_id"),
            GeocodeRow.id.label("geocode_id"),
            ClientRow.ref.label("client_ref"),
            ClientRow.needs,
            ResidenceRow.kind.label("residence_kind"),
            ResidenceRow.address,
            ResidenceRow.zip,
            GeocodeRow.geometry.label("place"),
            *(getattr(GeocodeRow, name) for name in (*_TEXT, *_OTHER)),
        ),
        reference,
    ).order_by(ResidenceRow.id)
    if lock:
        query = query.with_for_update(of=GeocodeRow)
    text = dict.fromkeys(("client_ref", "residence_kind", "address", "zip", *_TEXT), "str")
    numbers = dict.fromkeys(("score", "uncertainty_m"), "float64")
    whole = dict.fromkeys(("residence_id", "geocode_id"), "int64")
    frame = frame_of(
        session, query, "residence_id", text | numbers | whole | {"boundary_ambiguous": "bool"}
    )
    places = frame.pop("place").to_numpy()
    frame["lon"], frame["lat"] = shapely.get_x(places), shapely.get_y(places)
    return frame


def stamp(session: Session, geocode_ids: Sequence[int], reference: str) -> None:
    """Note that a reference has looked at geocodes; nothing else of them changes.

    Parameters
    ----------
    session
        Open session.
    geocode_ids
        Which.
    reference
        Fingerprint of the reference.
    """
    for part in chunks(geocode_ids):
        session.execute(
            update(GeocodeRow)
            .where(GeocodeRow.id.in_(part))
            .values(reference=reference)
            .execution_options(synchronize_session=False)
        )
    session.expire_all()
