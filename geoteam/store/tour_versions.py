"""What changing a tour must ask first: its version, and the other tours of its people and car."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import or_, select, text
from sqlalchemy.orm import Session

from geoteam.store.tables import TourRow
from geoteam.store.tours import STANDING

# Any constant: PostgreSQL's advisory lock under which visits are put on tours.
_PLANNING_LOCK = 7_460_003


def plan_alone(session: Session) -> None:
    """Let nobody else put visits on tours until the transaction ends; to be asked for first.

    Else two who plan at once would each see the visit, the police partner and the car as free. On
    SQLite writers queue anyway.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _PLANNING_LOCK})


def hold(session: Session, refs: Collection[str]) -> dict[str, int]:
    """Let no other transaction change some tours until this one ends.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    refs
        The tours' references; unknown ones are passed over.

    Returns
    -------
    dict
        Reference to the version as it is now.
    """
    query = select(TourRow.ref, TourRow.version).where(TourRow.ref.in_(refs))
    rows = session.execute(query.order_by(TourRow.id).with_for_update())
    return {str(ref): int(version) for ref, version in rows}


def others_of(session: Session, ref: str) -> list[tuple[str, datetime, datetime]]:
    """List the other tours of a tour's officer, police partner and car around its day.

    Parameters
    ----------
    session
        Open session.
    ref
        The tour's reference.

    Returns
    -------
    list of tuple
        Who or what they share (``officer``, ``police partner`` or ``car``), departure and return.
    """
    shared = (
        ("officer", TourRow.officer_id),
        ("police partner", TourRow.police_partner_id),
        ("car", TourRow.car_id),
    )
    columns = [column for _, column in shared]
    own = session.execute(select(TourRow.on, *columns).where(TourRow.ref == ref)).one_or_none()
    if own is None:
        return []
    on, *mine = own
    day = timedelta(days=1)
    query = select(TourRow.departs_at, TourRow.returns_at, *columns).where(
        TourRow.ref != ref,
        TourRow.on.between(on - day, on + day),
        TourRow.status.in_(STANDING),
        # Nobody shares a car, or a police partner, with a tour that has none.
        or_(*(column == one for column, one in zip(columns, mine, strict=True) if one is not None)),
    )
    return [
        (who, departs, returns)
        for departs, returns, *theirs in session.execute(query)
        for (who, _), one, other in zip(shared, mine, theirs, strict=True)
        if one is not None and one == other
    ]
