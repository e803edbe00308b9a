"""The review queue: geocodes that wait for a person's decision."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from geoteam.store.bulk import frame_of
from geoteam.store.tables import ClientRow, GeocodeRow, ResidenceRow


def _pending() -> Any:
    return and_(
        GeocodeRow.decision == "review",
        GeocodeRow.valid_to.is_(None),
        ResidenceRow.valid_to.is_(None),
        ClientRow.active,
    )


def counts(session: Session) -> dict[str, int]:
    """Count the review queue by reason.

    Parameters
    ----------
    session
        Open session.

    Returns
    -------
    dict of str to int
        Reason to how many, most frequent first.
    """
    number = func.count()
    query = (
        select(GeocodeRow.reason, number)
        .join(ResidenceRow, ResidenceRow.id == GeocodeRow.residence_id)
        .join(ClientRow, ClientRow.id == ResidenceRow.client_id)
        .where(_pending())
        .group_by(GeocodeRow.reason)
        .order_by(number.desc(), GeocodeRow.reason)
    )
    return {reason: many for reason, many in session.execute(query)}  # noqa: C416  rows


def page(
    session: Session,
    *,
    reason: str = "",
    client_refs: Collection[str] | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[pd.DataFrame, int]:
    """List what waits for a person's decision.

    Parameters
    ----------
    session
        Open session.
    reason
        Only this reason; any when empty.
    client_refs
        Only these clients; None is everybody.
    limit, offset
        The part wanted.

    Returns
    -------
    tuple of DataFrame and int
        Index geocode_id; client_ref, residence_id, address, zip, kind, status, match_code, score,
        matched_address, reason, candidates, boundary_ambiguous, since; and how many wait in all.
    """
    query = (
        select(
            GeocodeRow.id.label("geocode_id"),
            ClientRow.ref.label("client_ref"),
            ResidenceRow.id.label("residence_id"),
            ResidenceRow.address,
            ResidenceRow.zip,
            GeocodeRow.kind,
            GeocodeRow.status,
            GeocodeRow.match_code,
            GeocodeRow.score,
            GeocodeRow.matched_address,
            GeocodeRow.reason,
            GeocodeRow.candidates,
            GeocodeRow.boundary_ambiguous,
            ResidenceRow.valid_from.label("since"),
        )
        .join(ResidenceRow, ResidenceRow.id == GeocodeRow.residence_id)
        .join(ClientRow, ClientRow.id == ResidenceRow.client_id)
        .where(_pending())
    )
    if reason:
        query = query.where(GeocodeRow.reason == reason)
    if client_refs is not None:
        query = query.where(ClientRow.ref.in_(sorted(client_refs)))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    text = dict.fromkeys(
        (
            "client_ref",
            "address",
            "zip",
            "kind",
            "status",
            "match_code",
            "matched_address",
            "reason",
        ),
        "str",
    )
    part = query.order_by(GeocodeRow.id).limit(limit).offset(offset)
    types = text | {"geocode_id": "int64", "residence_id": "int64", "score": "float64"}
    return frame_of(session, part, "geocode_id", types | {"boundary_ambiguous": "bool"}), total


def decision_counts(session: Session, on: date) -> dict[str, int]:
    """Count the residences of a day by what was decided about them.

    Parameters
    ----------
    session
        Open session.
    on
        The day.

    Returns
    -------
    dict of str to int
        ``accepted``, ``review`` and ``unplaceable`` to how many.
    """
    query = (
        select(GeocodeRow.decision, func.count())
        .join(ResidenceRow, ResidenceRow.id == GeocodeRow.residence_id)
        .join(ClientRow, ClientRow.id == ResidenceRow.client_id)
        .where(
            GeocodeRow.valid_to.is_(None),
            ClientRow.active,
            ResidenceRow.valid_from <= on,
            ResidenceRow.valid_to.is_(None) | (ResidenceRow.valid_to > on),
        )
        .group_by(GeocodeRow.decision)
    )
    counts = dict.fromkeys(("accepted", "review", "unplaceable"), 0)
    counts.update((decision, many) for decision, many in session.execute(query))
    return counts
