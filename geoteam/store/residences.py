"""Residences: where clients live, with dates; a move closes the old and opens the new."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, exists, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from geoteam.store.bulk import chunks
from geoteam.store.tables import ClientRow, ResidenceRow


@dataclass(frozen=True, slots=True)
class Residence:
    """One residence; ``valid_to`` is the first day on which the client no longer lives there."""

    id: int
    client_id: int
    kind: str
    address: str
    zip: str
    valid_from: date
    valid_to: date | None


def of_clients(session: Session, client_ids: Iterable[int]) -> dict[int, list[Residence]]:
    """Load all residences of some clients, past ones too.

    Parameters
    ----------
    session
        Open session.
    client_ids
        Row ids of clients.

    Returns
    -------
    dict of int to list of Residence
        By client, oldest first.
    """
    found: dict[int, list[Residence]] = {}
    table = ResidenceRow.__table__.c
    for part in chunks(sorted(client_ids)):
        query = (
            select(
                table.id,
                table.client_id,
                table.kind,
                table.address,
                table.zip,
                table.valid_from,
                table.valid_to,
            )
            .where(table.client_id.in_(part))
            .order_by(table.valid_from, table.id)
        )
        for row in session.execute(query):
            found.setdefault(row.client_id, []).append(Residence(*row))
    return found


def moves(session: Session, on: date, refs: Collection[str] | None = None) -> dict[str, date]:
    """Tell who moved to the home of a day from another one.

    Parameters
    ----------
    session
        Open session.
    on
        The day.
    refs
        Only these clients; None is everybody.

    Returns
    -------
    dict of str to date
        Client reference to the first day at the home of that day; nobody whose first known home
        it is.
    """
    now, before = aliased(ResidenceRow), aliased(ResidenceRow)
    earlier = exists().where(
        before.client_id == now.client_id,
        before.valid_from < now.valid_from,
        # One that ends on its first day was only a mistake.
        before.valid_to > before.valid_from,
    )
    query = (
        select(ClientRow.ref, now.valid_from)
        .join(now, now.client_id == ClientRow.id)
        .where(now.valid_from <= on, or_(now.valid_to.is_(None), now.valid_to > on), earlier)
    )
    if refs is not None:
        query = query.where(ClientRow.ref.in_(sorted(refs)))
    return dict(session.execute(query).all())


def close(session: Session, ends: Mapping[int, date]) -> None:
    """End residences.

    Parameters
    ----------
    session
        Open session.
    ends
        Residence id to the first day on which it no longer holds.
    """
    if not ends:
        return
    table = ResidenceRow.__table__
    session.connection().execute(
        update(table).where(table.c.id == bindparam("row_id")).values(valid_to=bindparam("ends")),
        [{"row_id": row_id, "ends": ends_on} for row_id, ends_on in ends.items()],
    )


def correct_start(session: Session, starts: Mapping[int, date]) -> None:
    """Mend the first day of residences.

    Parameters
    ----------
    session
        Open session.
    starts
        Residence id to the right first day.
    """
    if not starts:
        return
    table = ResidenceRow.__table__
    session.connection().execute(
        update(table)
        .where(table.c.id == bindparam("row_id"))
        .values(valid_from=bindparam("starts")),
        [{"row_id": row_id, "starts": starts_on} for row_id, starts_on in starts.items()],
    )


def add(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    """Open residences.

    Parameters
    ----------
    session
        Open session.
    rows
        Each with client_id, kind, address, zip, valid_from and valid_to (None while it holds).
    """
    for part in chunks(rows):
        session.execute(insert(ResidenceRow), [dict(row) for row in part])
