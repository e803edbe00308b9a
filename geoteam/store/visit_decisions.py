"""A supervisor's word on a client's visits: one is to be made, or none for a while."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from geoteam.errors import NotFoundError
from geoteam.store.bulk import frame_of
from geoteam.store.tables import ClientRow, ContactRow
from geoteam.store.tour_tables import VisitDecisionRow

ADD, EXCLUDE = "add", "exclude"
_TYPES = dict.fromkeys(("client_ref", "kind", "why", "by"), "str") | {"decision_id": "int64"}


def standing(session: Session, on: date) -> pd.DataFrame:
    """Load the decisions that hold: not withdrawn, not over, the added visit not yet made.

    Parameters
    ----------
    session
        Open session.
    on
        The day; those that begin later are among them.

    Returns
    -------
    DataFrame
        Index ``decision_id``, by client, newest first: ``client_ref``, ``kind`` (``add`` or
        ``exclude``), ``valid_from`` (date), ``valid_to`` (date or None; the first day on which it
        no longer holds), ``why``, ``by`` and ``at``.
    """
    made = exists().where(
        ContactRow.client_id == VisitDecisionRow.client_id,
        ContactRow.kind == "field",
        ContactRow.outcome == "made",
        ContactRow.on >= VisitDecisionRow.valid_from,
        ContactRow.on <= on,
    )
    query = (
        select(
            VisitDecisionRow.id.label("decision_id"),
            ClientRow.ref.label("client_ref"),
            VisitDecisionRow.kind,
            VisitDecisionRow.valid_from,
            VisitDecisionRow.valid_to,
            VisitDecisionRow.why,
            VisitDecisionRow.by,
            VisitDecisionRow.at,
        )
        .join(ClientRow, ClientRow.id == VisitDecisionRow.client_id)
        .where(
            VisitDecisionRow.withdrawn_at.is_(None),
            or_(VisitDecisionRow.valid_to.is_(None), VisitDecisionRow.valid_to > on),
            or_(VisitDecisionRow.kind == EXCLUDE, ~made),
        )
        .order_by(ClientRow.ref, VisitDecisionRow.id.desc())
    )
    return frame_of(session, query, "decision_id", _TYPES)


def save(
    session: Session,
    client_ref: str,
    kind: str,
    *,
    valid_from: date,
    valid_to: date | None,
    why: str,
    by: str,
    at: datetime,
) -> int:
    """Keep a decision.

    Parameters
    ----------
    session
        Open session of a writing transaction; until its end nobody else decides on the client.
    client_ref
        The client.
    kind
        ``add`` or ``exclude``.
    valid_from
        First day.
    valid_to
        First day on which it no longer holds; None while it is open.
    why, by, at
        The reason, who decides and when.

    Returns
    -------
    int
        Number of the decision.

    Raises
    ------
    NotFoundError
        When there is no such client.
    """
    client_id = lock(session, client_ref)
    row = VisitDecisionRow(
        client_id=client_id,
        kind=kind,
        valid_from=valid_from,
        valid_to=valid_to,
        why=why,
        by=by,
        at=at,
    )
    session.add(row)
    session.flush()
    return row.id


def lock(session: Session, client_ref: str) -> int:
    """Let nobody else decide on a client until the transaction ends.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    client_ref
        The client.

    Returns
    -------
    int
        Row id of the client.

    Raises
    ------
    NotFoundError
        When there is no such client.
    """
    query = select(ClientRow.id).where(ClientRow.ref == client_ref).with_for_update()
    client_id = session.scalar(query)
    if client_id is None:
        raise NotFoundError("there is no such client", remedy="Check the id of the client")
    return client_id


def withdraw(session: Session, decision_id: int, *, by: str, at: datetime) -> None:
    """Withdraw a decision; it stays on record.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    decision_id
        Its number.
    by, at
        Who withdraws it and when.

    Raises
    ------
    NotFoundError
        When there is no such decision, or it was withdrawn already.
    """
    row = session.get(VisitDecisionRow, decision_id, with_for_update=True)
    if row is None or row.withdrawn_at is not None:
        raise NotFoundError(
            "there is no such decision on a visit, or it was withdrawn already",
            remedy="See the list of decisions",
        )
    row.withdrawn_by, row.withdrawn_at = by, at
    session.flush()
