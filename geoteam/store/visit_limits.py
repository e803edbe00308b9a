"""What visits to clients must keep to, and which clients must not meet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

import pandas as pd
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, aliased

from geoteam.errors import InputError
from geoteam.store.bulk import Upsert, chunks, ids_by_ref
from geoteam.store.tables import ClientRow
from geoteam.store.tour_tables import NoContactRow, VisitLimitsRow

# Limits of a client for whom none are kept.
NONE: Mapping[str, Any] = MappingProxyType(
    {
        "announced": False,
        "two_officers": False,
        "interpreter": "",
        "dog": False,
        "service_minutes": None,
    }
)


@dataclass(frozen=True, slots=True)
class NoContact:
    """Two clients who must not meet, and who said so when."""

    client_ref: str
    other_ref: str
    why: str
    by: str
    at: datetime


def limits_frame(session: Session, refs: Collection[str]) -> pd.DataFrame:
    """Load the limits of visits to clients.

    Parameters
    ----------
    session
        Open session.
    refs
        The clients.

    Returns
    -------
    DataFrame
        A row for each of ``refs``, in their order; index ``client_ref``. ``announced``,
        ``two_officers`` and ``dog`` (bool), ``interpreter`` ('' for none), ``service_minutes``
        (NaN: the profile's), ``changed_by`` ('' when never set) and ``changed_at`` (or None).
    """
    row = VisitLimitsRow
    kept: dict[str, dict[str, Any]] = {}
    for part in chunks(sorted(set(refs))):
        query = (
            select(ClientRow.ref, row.__table__)
            .join(row, row.client_id == ClientRow.id)
            .where(ClientRow.ref.in_(part))
        )
        kept |= {one["ref"]: dict(one) for one in session.execute(query).mappings()}
    blank = {**NONE, "changed_by": "", "changed_at": None}
    index = pd.Index(list(refs), name="client_ref", dtype="str")
    rows = [{name: kept.get(ref, blank)[name] for name in blank} for ref in index]
    frame = pd.DataFrame(rows, index=index, columns=pd.Index(list(blank)))
    types = dict.fromkeys(("announced", "two_officers", "dog"), "bool")
    types |= {"interpreter": "str", "service_minutes": "float64", "changed_by": "str"}
    return frame.astype(types | {"changed_at": "object"})


def save(
    session: Session,
    rows: Sequence[Mapping[str, Any]],
    *,
    by: str,
    at: datetime,
) -> set[str]:
    """Save limits of visits; only what differs is written.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    rows
        Each with ``client_ref`` and some of ``announced``, ``two_officers``, ``interpreter``,
        ``dog`` and ``service_minutes``; what a row does not have stays as it is.
    by, at
        Who changes them, and when.

    Returns
    -------
    set of str
        The clients whose limits are other than before.
    """
    ids = ids_by_ref(session, ClientRow, (row["client_ref"] for row in rows))
    names = list(NONE)
    columns = VisitLimitsRow.__table__.c
    changed: set[str] = set()
    for part in chunks(rows, 2000):
        query = select(columns.client_id, *(columns[name] for name in names))
        wanted = columns.client_id.in_([ids[row["client_ref"]] for row in part])
        known = {one.client_id: one for one in session.execute(query.where(wanted))}
        new: list[dict[str, Any]] = []
        old: list[dict[str, Any]] = []
        for row in part:
            client_id = ids[row["client_ref"]]
            had = known.get(client_id)
            before = dict(NONE) if had is None else {name: getattr(had, name) for name in names}
            after = {name: row.get(name, before[name]) for name in names}
            if after == before:
                continue
            changed.add(row["client_ref"])
            stamped = after | {"client_id": client_id, "changed_by": by, "changed_at": at}
            (new if had is None else old).append(stamped)
        if new:
            session.execute(insert(VisitLimitsRow), new)
        if old:
            session.execute(update(VisitLimitsRow), old)
    return changed


def touch(session: Session, ref: str, *, by: str, at: datetime) -> None:
    """Keep who changed what visits to a client must keep to, besides the limits kept here.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    ref
        The client.
    by, at
        Who, and when.
    """
    client_id = ids_by_ref(session, ClientRow, [ref])[ref]
    session.merge(VisitLimitsRow(client_id=client_id, changed_by=by, changed_at=at))
    session.flush()


def no_contact_pairs(session: Session, refs: Collection[str]) -> list[tuple[str, str]]:
    """List the pairs among some clients who must not be on one tour.

    Parameters
    ----------
    session
        Open session.
    refs
        The clients.

    Returns
    -------
    list of tuple of str
        References, in order within a pair and over the pairs.
    """
    known = set(refs)
    pairs = ((one.client_ref, one.other_ref) for one in no_contact(session))
    return sorted(pair for pair in pairs if known.issuperset(pair))


def no_contact(session: Session, ref: str = "") -> list[NoContact]:
    """List pairs of clients who must not meet.

    Parameters
    ----------
    session
        Open session.
    ref
        Only those with this client, who then stands first; all when ''.

    Returns
    -------
    list of NoContact
        By reference of the first and of the other client.
    """
    one, other = aliased(ClientRow), aliased(ClientRow)
    query = (
        select(one.ref, other.ref, NoContactRow.why, NoContactRow.by, NoContactRow.at)
        .join(one, one.id == NoContactRow.client_id)
        .join(other, other.id == NoContactRow.other_id)
    )
    if ref:
        query = query.where((one.ref == ref) | (other.ref == ref))
    found = []
    for first, second, why, by, at in session.execute(query):
        low, high = sorted((first, second))
        pair = (high, low) if ref and high == ref else (low, high)
        found.append(NoContact(*pair, why, by, at))
    return sorted(found, key=lambda pair: (pair.client_ref, pair.other_ref))


def save_no_contact(
    session: Session, rows: Sequence[tuple[str, str, str]], *, by: str, at: datetime
) -> Upsert:
    """Save pairs of clients who must not meet; a pair that is there gets the new reason.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    rows
        Two references in any order, and why; a pair stands once.
    by, at
        Who says so, and when.

    Returns
    -------
    Upsert
        What was done.

    Raises
    ------
    InputError
        When a client does not exist, or is to stay away from themselves.
    """
    ids = ids_by_ref(session, ClientRow, (ref for row in rows for ref in row[:2]))
    wanted: dict[tuple[int, int], str] = {}
    for one, other, why in rows:
        if one not in ids or other not in ids:
            raise InputError("there is no such client", remedy="Check the ids of both clients")
        if one == other:
            raise InputError(
                "a client cannot be kept from themselves", remedy="Give the id of another client"
            )
        low, high = sorted((ids[one], ids[other]))
        wanted[low, high] = why
    known = {
        (row.client_id, row.other_id): row
        for part in chunks(sorted({low for low, _ in wanted}))
        for row in session.execute(
            select(
                NoContactRow.id, NoContactRow.client_id, NoContactRow.other_id, NoContactRow.why
            ).where(NoContactRow.client_id.in_(part))
        )
    }
    stamp = {"by": by, "at": at}
    new = [
        {"client_id": pair[0], "other_id": pair[1], "why": why} | stamp
        for pair, why in wanted.items()
        if pair not in known
    ]
    old = [
        {"id": known[pair].id, "why": why} | stamp
        for pair, why in wanted.items()
        if pair in known and known[pair].why != why
    ]
    if new:
        session.execute(insert(NoContactRow), new)
    if old:
        session.execute(update(NoContactRow), old)
    return Upsert(len(new), len(old), len(wanted) - len(new) - len(old))


def remove_no_contact(session: Session, one: str, other: str) -> bool:
    """Let two clients meet again.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    one, other
        References in any order.

    Returns
    -------
    bool
        Whether they were kept apart before.
    """
    ids = sorted(ids_by_ref(session, ClientRow, (one, other)).values())
    if len(ids) != 2:
        return False
    row = session.scalar(
        select(NoContactRow).where(
            NoContactRow.client_id == ids[0], NoContactRow.other_id == ids[1]
        )
    )
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True
