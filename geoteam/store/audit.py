"""The audit log: append-only and hash-chained, so that any later change is found.

Each event's hash is SHA-256 over the canonical JSON of all its fields and the hash before it. The
end of the chain is kept apart (``audit_head``), and a service keeps an anchor outside the database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geoteam.store.tables import AuditHeadRow, AuditRow

GENESIS = "0" * 64
# Any constant: PostgreSQL's advisory lock under which the chain grows.
_CHAIN_LOCK = 7_460_002


@dataclass(frozen=True, slots=True)
class AuditFault:
    """One place where the chain does not hold."""

    seq: int
    message: str


@dataclass(frozen=True, slots=True)
class AuditAnchor:
    """An event that was seen to be in the chain: its number and hash."""

    seq: int
    hash: str


def append(
    session: Session,
    *,
    at: datetime,
    actor: str,
    action: str,
    object_kind: str,
    object_ref: str,
    purpose: str = "",
    detail: Mapping[str, Any] | None = None,
) -> AuditRow:
    """Add one event to the end of the chain.

    Writers queue: PostgreSQL by an advisory lock until the end of the transaction, SQLite because
    a transaction holds the write lock from its beginning.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    at
        The moment.
    actor
        Username, or ``cli:NAME`` for the operating system's user.
    action
        Verb, such as ``client.read``.
    object_kind, object_ref
        What it was done to; never a person's name or address.
    purpose
        Why, as the reader said.
    detail
        Counts, field names, references; never the data itself.

    Returns
    -------
    AuditRow
        The event as stored.
    """
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})
    head = session.get(AuditHeadRow, 1, populate_existing=True)
    if head is None:
        head = AuditHeadRow(id=1, seq=0, hash=GENESIS)
        session.add(head)
    row = AuditRow(
        seq=head.seq + 1,
        at=at.astimezone(UTC),
        actor=_clean(actor),
        action=action,
        object_kind=object_kind,
        object_ref=_clean(object_ref),
        purpose=_clean(purpose),
        # A round trip, so that what is hashed now is what is read later.
        detail=json.loads(_canonical(dict(detail or {}))),
        previous_hash=head.hash,
    )
    row.hash = event_hash(row)
    session.add(row)
    head.seq, head.hash = row.seq, row.hash
    session.flush()
    return row


def last_at(
    session: Session, actor: str, action: str, object_kind: str, object_ref: str
) -> datetime | None:
    """Tell when somebody last did something to an object.

    Parameters
    ----------
    session
        Open session.
    actor
        Username.
    action
        Verb, such as ``client.read``.
    object_kind, object_ref
        What it was done to.

    Returns
    -------
    datetime or None
        None when never.
    """
    query = select(AuditRow.at).where(
        AuditRow.object_kind == object_kind,
        AuditRow.object_ref == object_ref,
        AuditRow.actor == actor,
        AuditRow.action == action,
    )
    return session.scalar(query.order_by(AuditRow.seq.desc()).limit(1))


def _clean(value: str) -> str:
    # PostgreSQL's text cannot hold a NUL, nor UTF-8 a lone surrogate.
    return value.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_days)


def _days(value: Any) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"the audit log cannot hold a {type(value).__name__}")


def event_hash(row: AuditRow) -> str:
    """Compute the hash that an event must have.

    Parameters
    ----------
    row
        The event, with the hash before it.

    Returns
    -------
    str
        SHA-256, hexadecimal.
    """
    fields = {
        "seq": row.seq,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": row.actor,
        "action": row.action,
        "object_kind": row.object_kind,
        "object_ref": row.object_ref,
        "purpose": row.purpose,
        "detail": row.detail,
        "previous_hash": row.previous_hash,
    }
    return hashlib.sha256(_canonical(fields).encode("ascii")).hexdigest()


def head(session: Session) -> AuditAnchor:
    """Return the end of the chain.

    Parameters
    ----------
    session
        Open session.

    Returns
    -------
    AuditAnchor
        The newest event; number 0 when there is none.
    """
    row = session.get(AuditHeadRow, 1)
    return AuditAnchor(0, GENESIS) if row is None else AuditAnchor(row.seq, row.hash)


def verify(session: Session, *, anchor: AuditAnchor | None = None) -> list[AuditFault]:
    """Walk the whole chain and find every break.

    An edited, deleted, inserted or reordered event breaks the chain where it stands; events cut
    from the end contradict the stored head. Somebody who owns the database and rewrites the whole
    chain with its head is found only by an anchor kept elsewhere.

    Parameters
    ----------
    session
        Open session.
    anchor
        An event noted earlier, outside the database.

    Returns
    -------
    list of AuditFault
        Empty when the chain holds.
    """
    faults: list[AuditFault] = []
    seq, previous = 0, GENESIS
    anchored = anchor is None or anchor.seq == 0
    for row in _rows(session):
        if row.seq != seq + 1:
            faults.append(AuditFault(seq + 1, f"events {seq + 1} to {row.seq - 1} are missing"))
        elif row.previous_hash != previous:
            faults.append(AuditFault(row.seq, "the event does not follow the one before it"))
        if row.hash != event_hash(row):
            faults.append(AuditFault(row.seq, "the event was changed after it was written"))
        if anchor is not None and row.seq == anchor.seq:
            anchored = True
            if row.hash != anchor.hash:
                faults.append(AuditFault(row.seq, "the event is not the one noted at that number"))
        seq, previous = row.seq, row.hash
    end = head(session)
    if end.seq > seq:
        faults.append(AuditFault(seq + 1, f"events {seq + 1} to {end.seq} were cut off the end"))
    elif (end.seq, end.hash) != (seq, previous):
        faults.append(AuditFault(seq, "the end of the log is not the end that was recorded"))
    if not anchored and anchor is not None:
        faults.append(AuditFault(anchor.seq, "the event noted at that number is missing"))
    return faults


def _rows(session: Session) -> Iterator[AuditRow]:
    query = select(AuditRow).order_by(AuditRow.seq).execution_options(yield_per=2000)
    for row in session.scalars(query):
        yield row
        session.expunge(row)


def page(
    session: Session,
    *,
    actor: str = "",
    action: str = "",
    object_kind: str = "",
    object_ref: str = "",
    limit: int = 50,
    offset: int = 0,
) -> tuple[list[dict[str, Any]], int]:
    """List events, newest first.

    Parameters
    ----------
    session
        Open session.
    actor, object_kind, object_ref
        Only these; any when empty.
    action
        Only actions that are this one or begin with it (``client`` finds ``client.read``).
    limit, offset
        The part wanted.

    Returns
    -------
    tuple of list of dict and int
        seq, at, actor, action, object_kind, object_ref, purpose, detail of each; and how many
        there are in all.
    """
    wheres = []
    if actor:
        wheres.append(AuditRow.actor == actor)
    if action:
        wheres.append(AuditRow.action.startswith(action, autoescape=True))
    if object_kind:
        wheres.append(AuditRow.object_kind == object_kind)
    if object_ref:
        wheres.append(AuditRow.object_ref == object_ref)
    total = session.scalar(select(func.count()).select_from(AuditRow).where(*wheres)) or 0
    names = ("seq", "at", "actor", "action", "object_kind", "object_ref", "purpose", "detail")
    query = select(*(getattr(AuditRow, name) for name in names)).where(*wheres)
    rows = session.execute(query.order_by(AuditRow.seq.desc()).limit(limit).offset(offset))
    return [dict(zip(names, row, strict=True)) for row in rows], total
