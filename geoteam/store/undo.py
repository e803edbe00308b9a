"""Taking decisions back: what held before holds again, as a new row; nothing is overwritten."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.orm import Session

from geoteam.store.bulk import chunks
from geoteam.store.proposals import PROPOSED, SETTLED
from geoteam.store.tables import ClientRow, GeocodeRow, ResidenceRow

# What makes two geocodes of a residence the same state.
_STATE = (
    "status", "match_code", "kind", "score", "matched_address", "reason", "decision",
    "decided_by", "decided_why", "batch", "geometry",
)  # fmt: skip


def take_back(session: Session, residence_ids: Collection[int], at: datetime) -> set[int]:
    """Undo what is in force: what held before holds again, and a settled proposal waits again.

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
    set of int
        The residences for which something held before; the others are left as they are.
    """
    restored: set[int] = set()
    for part in chunks(sorted(residence_ids)):
        query = select(GeocodeRow).where(GeocodeRow.residence_id.in_(part)).order_by(GeocodeRow.id)
        rows: dict[int, list[GeocodeRow]] = {}
        for row in session.scalars(query.execution_options(populate_existing=True)):
            rows.setdefault(row.residence_id, []).append(row)
        pairs = [pair for one in rows.values() if (pair := _last_two(one))]
        _swap(session, pairs, at)
        restored |= {present.residence_id for present, _ in pairs}
        _reopen(session, [_proposal(rows[one.residence_id], one) for one, _ in pairs])
    session.expire_all()
    return restored


def _last_two(rows: Sequence[GeocodeRow]) -> tuple[GeocodeRow, GeocodeRow] | None:
    """Return what is in force and what held before, what was taken back since left out."""
    held: list[GeocodeRow] = []
    for row in rows:
        if row.decision in (PROPOSED, SETTLED):
            continue
        if len(held) > 1 and _state(held[-2]) == _state(row):
            # An undo brought the earlier state back.
            held[-2:] = [row]
        else:
            held.append(row)
    return (held[-1], held[-2]) if len(held) > 1 else None


def _state(row: GeocodeRow) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in _STATE)


def _swap(session: Session, pairs: Sequence[tuple[GeocodeRow, GeocodeRow]], at: datetime) -> None:
    table = GeocodeRow.__table__
    present, earlier = [one.id for one, _ in pairs], [one.id for _, one in pairs]
    session.execute(update(table).where(table.c.id.in_(present)).values(valid_to=at))
    names = [c.name for c in table.columns if c.name not in ("id", "valid_from", "valid_to")]
    moment = literal(at, table.c.valid_from.type)
    copies = select(*(table.c[name] for name in names), moment).where(table.c.id.in_(earlier))
    session.execute(insert(table).from_select([*names, "valid_from"], copies.order_by(table.c.id)))


def _proposal(rows: Sequence[GeocodeRow], decided: GeocodeRow) -> int | None:
    """Find the proposal that a decision settled: it was made on the same candidates."""
    settled = [
        row.id
        for row in rows
        # With a reason, it was withdrawn and not decided on.
        if (row.decision, row.decided_why) == (SETTLED, "")
        and list(row.candidates) == list(decided.candidates)
    ]
    return max(settled, default=None)


def _reopen(session: Session, proposals: Sequence[int | None]) -> None:
    ids = [one for one in proposals if one is not None]
    session.execute(update(GeocodeRow).where(GeocodeRow.id.in_(ids)).values(decision=PROPOSED))


def batches(session: Session, decided_by: str = "", limit: int = 5) -> list[dict[str, Any]]:
    """List the latest decisions that were made together and still hold.

    Parameters
    ----------
    session
        Open session.
    decided_by
        Only this person's; everybody's when empty.
    limit
        How many at most.

    Returns
    -------
    list of dict
        ``batch``, ``many``, ``decided_by``, ``decided_why`` and ``decided_at``, latest first.
    """
    at, many = func.min(GeocodeRow.valid_from), func.count()
    who = (GeocodeRow.batch, GeocodeRow.decided_by, GeocodeRow.decided_why)
    query = select(*who, at, many).where(GeocodeRow.batch != "", GeocodeRow.valid_to.is_(None))
    if decided_by:
        query = query.where(GeocodeRow.decided_by == decided_by)
    rows = session.execute(query.group_by(*who).order_by(at.desc()).limit(limit))
    names = ("batch", "decided_by", "decided_why", "decided_at", "many")
    return [dict(zip(names, row, strict=True)) for row in rows]


def batch_members(session: Session, batch: str) -> list[tuple[int, str, str]]:
    """List what was decided under a mark and still holds.

    Parameters
    ----------
    session
        Open session.
    batch
        The mark.

    Returns
    -------
    list of tuple
        Residence, reference of its client, and who decided.
    """
    query = (
        select(GeocodeRow.residence_id, ClientRow.ref, GeocodeRow.decided_by)
        .join(ResidenceRow, ResidenceRow.id == GeocodeRow.residence_id)
        .join(ClientRow, ClientRow.id == ResidenceRow.client_id)
        .where(GeocodeRow.batch == batch, GeocodeRow.valid_to.is_(None))
        .order_by(GeocodeRow.id)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]
