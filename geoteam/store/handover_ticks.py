"""Ticks on the hand-over lists: who said of which client that the hand-over is done, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from geoteam.store.plan_tables import HandoverTickRow
from geoteam.store.tables import ClientRow, UserRow


@dataclass(frozen=True, slots=True)
class Tick:
    """One tick; ``name`` is of who set it, for people."""

    name: str
    at: datetime


def of_plan(session: Session, plan_id: int) -> dict[str, Tick]:
    """Load the ticks of a plan's list.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.

    Returns
    -------
    dict of str to Tick
        By client reference.
    """
    found = session.execute(
        select(ClientRow.ref, func.coalesce(UserRow.name, HandoverTickRow.by), HandoverTickRow.at)
        .join(ClientRow, ClientRow.id == HandoverTickRow.client_id)
        .outerjoin(UserRow, UserRow.username == HandoverTickRow.by)
        .where(HandoverTickRow.plan_id == plan_id)
    )
    return {ref: Tick(name, at) for ref, name, at in found}


def put(session: Session, plan_id: int, client_ref: str, *, by: str, at: datetime) -> None:
    """Tick a client; a tick that is there already stands as it is.

    Parameters
    ----------
    session
        Open session of a transaction.
    plan_id
        The plan.
    client_ref
        The client, who is on the plan's list.
    by
        Username.
    at
        When.
    """
    client_id = session.scalars(select(ClientRow.id).where(ClientRow.ref == client_ref)).one()
    if session.get(HandoverTickRow, (plan_id, client_id)) is None:
        session.add(HandoverTickRow(plan_id=plan_id, client_id=client_id, by=by, at=at))
        session.flush()


def take_off(session: Session, plan_id: int, client_ref: str) -> None:
    """Take a tick off again, if it is there.

    Parameters
    ----------
    session
        Open session of a transaction.
    plan_id
        The plan.
    client_ref
        The client.
    """
    client = select(ClientRow.id).where(ClientRow.ref == client_ref).scalar_subquery()
    session.execute(
        delete(HandoverTickRow).where(
            HandoverTickRow.plan_id == plan_id, HandoverTickRow.client_id == client
        )
    )
