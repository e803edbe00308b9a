"""Addresses in review that an online service has not been asked yet."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import pandas as pd
from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from geoteam.model import AddressKind, ResidenceKind
from geoteam.store.bulk import chunks, frame_of
from geoteam.store.tables import AddressClaimRow, ClientRow, GeocodeRow, ResidenceRow


def waiting(session: Session, service: str, at: datetime) -> pd.DataFrame:
    """List present residences of active clients whose address waits for a person.

    Only addresses: no shelters, nobody without a fixed address, nothing outside the city. An
    address that the service was asked before is not among them, nor one that somebody has open.

    Parameters
    ----------
    session
        Open session.
    service
        Name of the service.
    at
        The moment.

    Returns
    -------
    DataFrame
        Index residence_id; geocode_id, address, zip.
    """
    asked = aliased(GeocodeRow)
    query = (
        select(
            ResidenceRow.id.label("residence_id"),
            GeocodeRow.id.label("geocode_id"),
            ResidenceRow.address,
            ResidenceRow.zip,
        )
        .join(GeocodeRow, GeocodeRow.residence_id == ResidenceRow.id)
        .join(ClientRow, ClientRow.id == ResidenceRow.client_id)
        .where(
            GeocodeRow.decision == "review",
            GeocodeRow.valid_to.is_(None),
            GeocodeRow.kind == AddressKind.ADDRESS.value,
            ResidenceRow.valid_to.is_(None),
            ResidenceRow.kind == ResidenceKind.ADDRESS.value,
            ClientRow.active,
            ~exists().where(asked.residence_id == ResidenceRow.id, asked.service == service),
            ~exists().where(
                AddressClaimRow.residence_id == ResidenceRow.id, AddressClaimRow.claimed_until > at
            ),
        )
        .order_by(ResidenceRow.id)
    )
    types = {"residence_id": "int64", "geocode_id": "int64", "address": "str", "zip": "str"}
    return frame_of(session, query, "residence_id", types)


def still_waiting(session: Session, geocode_ids: Collection[int]) -> set[int]:
    """Tell which geocodes nobody has decided on meanwhile, and hold them until the end.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    geocode_ids
        The geocodes.

    Returns
    -------
    set of int
        Those still in review and in force.
    """
    held: set[int] = set()
    for part in chunks(sorted(geocode_ids)):
        query = select(GeocodeRow.id).where(
            GeocodeRow.id.in_(part), GeocodeRow.decision == "review", GeocodeRow.valid_to.is_(None)
        )
        held.update(session.scalars(query.with_for_update()))
    return held
