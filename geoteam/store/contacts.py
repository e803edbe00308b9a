"""Contacts that took place or were tried."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Select, func, insert, or_, select, tuple_
from sqlalchemy.orm import Session

from geoteam.errors import NotFoundError
from geoteam.store.bulk import Upsert, chunks, frame_of, ids_by_ref
from geoteam.store.tables import ClientRow, ContactRow, OfficerRow

KINDS = ("office", "field", "phone")
OUTCOMES = ("made", "not_home", "refused", "moved", "unsafe")


def save(session: Session, rows: Sequence[Mapping[str, Any]]) -> Upsert:
    """Save contacts; one with the same client, day, kind and outcome is already there.

    Parameters
    ----------
    session
        Open session.
    rows
        Each with client_ref, on, kind, outcome and officer_ref ('' when unknown).

    Returns
    -------
    Upsert
        What was done; nothing is ever changed.

    Raises
    ------
    NotFoundError
        When a client does not exist.
    """
    done = Upsert()
    for part in chunks(rows, 2000):
        done += _save_chunk(session, part)
    return done


def _save_chunk(session: Session, rows: Sequence[Mapping[str, Any]]) -> Upsert:
    clients = ids_by_ref(session, ClientRow, (row["client_ref"] for row in rows))
    officers = ids_by_ref(session, OfficerRow, (row["officer_ref"] for row in rows))
    wanted: dict[tuple[int, date, str, str], int | None] = {}
    for row in rows:
        if row["client_ref"] not in clients:
            raise NotFoundError(f"there is no client {row['client_ref']!r}")
        key = (clients[row["client_ref"]], row["on"], row["kind"], row["outcome"])
        wanted.setdefault(key, officers.get(row["officer_ref"]))
    columns = (ContactRow.client_id, ContactRow.on, ContactRow.kind, ContactRow.outcome)
    days = {key[:2] for key in wanted}
    present = {
        (row[0], row[1], row[2], row[3])
        for row in session.execute(
            select(*columns).where(tuple_(ContactRow.client_id, ContactRow.on).in_(sorted(days)))
        )
    }
    new = [
        {"client_id": key[0], "on": key[1], "kind": key[2], "outcome": key[3], "officer_id": who}
        for key, who in wanted.items()
        if key not in present
    ]
    if new:
        session.execute(insert(ContactRow), new)
    return Upsert(added=len(new), unchanged=len(rows) - len(new))


def load(
    session: Session,
    *,
    due_on: date | None = None,
    client_refs: Collection[str] | None = None,
) -> pd.DataFrame:
    """Load contacts.

    Parameters
    ----------
    session
        Open session.
    due_on
        Only what the visits due on that day follow from: each client's last home contact made,
        with that whole day, and what failed since; all contacts when None.
    client_refs
        Only those of these clients; None is everybody.

    Returns
    -------
    DataFrame
        Index contact_id; client_ref, on (date), kind, outcome, officer ('' when unknown), by day.
    """
    query = (
        select(
            ContactRow.id.label("contact_id"),
            ClientRow.ref.label("client_ref"),
            ContactRow.on,
            ContactRow.kind,
            ContactRow.outcome,
            OfficerRow.ref.label("officer"),
        )
        .join(ClientRow, ClientRow.id == ContactRow.client_id)
        .outerjoin(OfficerRow, OfficerRow.id == ContactRow.officer_id)
        .order_by(ContactRow.on, ContactRow.id)
    )
    if due_on is not None:
        query = _since_last_seen(query, due_on, client_refs)
    if client_refs is not None:
        query = query.where(ClientRow.ref.in_(sorted(client_refs)))
    text = dict.fromkeys(("client_ref", "kind", "outcome", "officer"), "str")
    return frame_of(session, query, "contact_id", text | {"contact_id": "int64"})


def _since_last_seen(
    query: Select[*tuple[Any, ...]], on: date, refs: Collection[str] | None
) -> Select[*tuple[Any, ...]]:
    seen = select(ContactRow.client_id, func.max(ContactRow.on).label("made_on")).where(
        ContactRow.kind == "field", ContactRow.outcome == "made", ContactRow.on <= on
    )
    if refs is not None:
        own = select(ClientRow.id).where(ClientRow.ref.in_(sorted(refs)))
        seen = seen.where(ContactRow.client_id.in_(own))
    last = seen.group_by(ContactRow.client_id).subquery()
    return query.outerjoin(last, last.c.client_id == ContactRow.client_id).where(
        ContactRow.on <= on,
        or_(last.c.made_on.is_(None), ContactRow.on >= last.c.made_on),
        or_(ContactRow.kind == "field", ContactRow.outcome != "made"),
    )
