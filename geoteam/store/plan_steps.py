"""What was decided about a plan, step by step: proposed, sent back, approved, taken back."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from geoteam.store.plan_tables import PlanRow, PlanStepRow
from geoteam.store.plans import PROPOSED, PUBLISHED

PROPOSE, SEND_BACK, APPROVE, PUBLISH_ALONE = "proposed", "sent_back", "approved", "published"
# Taken back before its first day; from that day on another plan goes back to the one before it.
TAKE_BACK, GO_BACK, DELETE = "taken_back", "goes_back", "deleted"


@dataclass(frozen=True, slots=True)
class Step:
    """One step; ``day`` is the first day it is about, ``by_plan_id`` the plan that goes back."""

    plan_id: int
    kind: str
    by: str
    at: datetime
    why: str
    day: date | None
    by_plan_id: int | None


def add(
    session: Session,
    plan_id: int,
    kind: str,
    *,
    by: str,
    at: datetime,
    why: str = "",
    day: date | None = None,
    by_plan_id: int | None = None,
) -> None:
    """Keep a step.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.
    kind
        What was done.
    by, at
        Who and when.
    why
        The reason.
    day
        The first day that it is about.
    by_plan_id
        The plan that goes back to the one before.
    """
    session.add(
        PlanStepRow(
            plan_id=plan_id, kind=kind, by=by, at=at, why=why, day=day, by_plan_id=by_plan_id
        )
    )
    session.flush()


def of_plan(session: Session, plan_id: int) -> list[Step]:
    """List the steps of a plan.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.

    Returns
    -------
    list of Step
        Oldest first.
    """
    found = session.scalars(
        select(PlanStepRow).where(PlanStepRow.plan_id == plan_id).order_by(PlanStepRow.id)
    )
    return [_step(row) for row in found]


def goes_back(session: Session, plan_id: int) -> Step | None:
    """Find out which plan another one was made to take back.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan that may go back.

    Returns
    -------
    Step or None
        The step of the plan that it takes back; None where it takes none back.
    """
    found = session.scalars(select(PlanStepRow).where(PlanStepRow.by_plan_id == plan_id)).first()
    return None if found is None else _step(found)


def going_back(session: Session, plan_id: int) -> int | None:
    """Find the plan that takes another one back, or waits for approval to do so.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan that may be taken back.

    Returns
    -------
    int or None
        A published one, else the newest that waits for approval; a draft that was sent back takes
        nothing back, whatever came after it.
    """
    return session.scalars(
        select(PlanStepRow.by_plan_id)
        .join(PlanRow, PlanRow.id == PlanStepRow.by_plan_id)
        .where(PlanStepRow.plan_id == plan_id, PlanRow.status.in_((PROPOSED, PUBLISHED)))
        .order_by(PlanRow.status == PROPOSED, PlanStepRow.id.desc())
    ).first()


def _step(row: PlanStepRow) -> Step:
    return Step(**{field.name: getattr(row, field.name) for field in fields(Step)})
