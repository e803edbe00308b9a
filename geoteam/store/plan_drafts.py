"""Drafts renamed, deleted, or kept as withdrawn."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete as delete_rows
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from geoteam.store import plan_steps, settings
from geoteam.store.plan_tables import PlanRow
from geoteam.store.plans import DRAFT, LAST_ID, PROPOSED, WITHDRAWN

# Any constant: PostgreSQL's advisory lock under which drafts are named.
_NAME_LOCK = 7_460_003


def wait_to_name(session: Session) -> None:
    """Wait until nobody else names a draft, and keep others waiting until the end.

    Parameters
    ----------
    session
        Open session of a transaction.
    """
    # A transaction on SQLite is alone from its first statement.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _NAME_LOCK})


def names(session: Session) -> dict[int, str]:
    """Name the drafts and the plans that wait for approval.

    Parameters
    ----------
    session
        Open session.

    Returns
    -------
    dict of int to str
        Plan's id to its name.
    """
    found = select(PlanRow.id, PlanRow.name).where(PlanRow.status.in_((DRAFT, PROPOSED)))
    return dict(session.execute(found).all())


def rename(session: Session, plan_id: int, name: str) -> None:
    """Give a plan another name.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.
    name
        The new name.
    """
    session.get_one(PlanRow, plan_id).name = name
    session.flush()


def delete(session: Session, plan_id: int, *, at: datetime) -> None:
    """Delete a plan with its units, edits, comments and runs; its id never names another one.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.
    at
        When.
    """
    last = session.scalar(select(func.max(PlanRow.id)))
    known = settings.get(session, LAST_ID) or {"id": 0}
    settings.put(session, LAST_ID, {"id": max(known["id"], last or 0)}, at)
    session.execute(update(PlanRow).where(PlanRow.based_on_id == plan_id).values(based_on_id=None))
    session.execute(delete_rows(PlanRow).where(PlanRow.id == plan_id))
    session.expire_all()


def withdraw(session: Session, plan_id: int, *, why: str, by: str, at: datetime) -> None:
    """Keep a draft as withdrawn: what was once proposed stays on record.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The draft.
    why
        The reason.
    by, at
        Who and when.
    """
    row = session.get_one(PlanRow, plan_id)
    row.status = WITHDRAWN
    row.withdrawn_by, row.withdrawn_at, row.withdrawn_why = by, at, why
    plan_steps.add(session, plan_id, plan_steps.DELETE, by=by, at=at, why=why)
