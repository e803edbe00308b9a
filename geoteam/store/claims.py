"""Claims: who has an address of the review queue open, so that nobody else is given it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from geoteam.store.tables import AddressClaimRow, UserRow

_CLAIM = AddressClaimRow.__table__


@dataclass(frozen=True, slots=True)
class Claim:
    """Who holds a residence's address, and until when unless they renew it."""

    username: str
    name: str
    until: datetime


def take(
    session: Session, residence_id: int, username: str, now: datetime, until: datetime
) -> bool:
    """Claim an address, or renew one's own claim; one that has run out is free.

    Of two that ask at the same moment one is served: the table holds one claim a residence.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    residence_id
        The residence.
    username
        Who asks.
    now, until
        The moment, and when the claim runs out unless it is renewed.

    Returns
    -------
    bool
        False when somebody else holds it.
    """
    postgres = session.get_bind().dialect.name == "postgresql"
    new: Any = (postgresql.insert if postgres else sqlite.insert)(_CLAIM).values(
        residence_id=residence_id, claimed_by=username, claimed_until=until
    )
    free = or_(_CLAIM.c.claimed_by == username, _CLAIM.c.claimed_until <= now)
    statement = new.on_conflict_do_update(
        index_elements=["residence_id"],
        set_={"claimed_by": username, "claimed_until": until},
        where=free,
    ).returning(_CLAIM.c.residence_id)
    return session.execute(statement).first() is not None


def holder(session: Session, residence_id: int, now: datetime) -> Claim | None:
    """Tell who holds an address.

    Parameters
    ----------
    session
        Open session.
    residence_id
        The residence.
    now
        The moment.

    Returns
    -------
    Claim or None
        None when nobody does.
    """
    query = (
        select(AddressClaimRow.claimed_by, UserRow.name, AddressClaimRow.claimed_until)
        .outerjoin(UserRow, UserRow.username == AddressClaimRow.claimed_by)
        .where(AddressClaimRow.residence_id == residence_id, AddressClaimRow.claimed_until > now)
    )
    row = session.execute(query).first()
    return None if row is None else Claim(row[0], row[1] or row[0], row[2])


def release(session: Session, residence_id: int, username: str) -> None:
    """Give an address back; somebody else's claim stays.

    Parameters
    ----------
    session
        Open session.
    residence_id
        The residence.
    username
        Who held it.
    """
    session.execute(
        delete(AddressClaimRow).where(
            AddressClaimRow.residence_id == residence_id, AddressClaimRow.claimed_by == username
        )
    )


def release_all(session: Session, username: str) -> None:
    """Give back every address that somebody holds.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    username
        Who held them.
    """
    session.execute(delete(AddressClaimRow).where(AddressClaimRow.claimed_by == username))
