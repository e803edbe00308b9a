"""Stops of a tour that is under way: promised times, and the order in which they were made."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from geoteam.store.bulk import ids_by_ref
from geoteam.store.tables import ClientRow, StopRow


def set_fixed(session: Session, tour_id: int, client_ref: str, *, fixed: bool) -> None:
    """Mark a stop as promised for its planned time, or no longer.

    Parameters
    ----------
    session
        Open session.
    tour_id
        From `geoteam.store.outcomes.lock`.
    client_ref
        The client of the stop; nothing happens when it is not on the tour any more.
    fixed
        Whether it is promised.
    """
    client_id = select(ClientRow.id).where(ClientRow.ref == client_ref).scalar_subquery()
    session.execute(
        update(StopRow)
        .where(StopRow.tour_id == tour_id, StopRow.client_id == client_id)
        .values(fixed=fixed)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()


def put_first(session: Session, tour_id: int, client_refs: Sequence[str]) -> None:
    """Put the stops of some clients before the others, in this order.

    Parameters
    ----------
    session
        Open session.
    tour_id
        From `geoteam.store.outcomes.lock`.
    client_refs
        Clients of the tour.
    """
    clients = ids_by_ref(session, ClientRow, client_refs)
    wanted = [clients[ref] for ref in client_refs]
    rows = session.scalars(
        select(StopRow).where(StopRow.tour_id == tour_id).order_by(StopRow.position)
    ).all()
    order = sorted(
        rows, key=lambda row: wanted.index(row.client_id) if row.client_id in wanted else len(rows)
    )
    # No two stops have one number at any time.
    for first in (len(rows) + 1, 1):
        for position, row in enumerate(order, start=first):
            row.position = position
        session.flush()
