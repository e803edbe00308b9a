"""The states of a plan: proposed, sent back, published, taken back, and which holds when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from geoteam.errors import InputError, NotFoundError
from geoteam.store import boundaries, plan_steps, plans
from geoteam.store.plan_tables import PlanRow
from geoteam.store.plans import DRAFT, PROPOSED, PUBLISHED, SavedPlan


def _row(session: Session, plan_id: int, status: str, wanted: str) -> PlanRow:
    row = session.get(PlanRow, plan_id)
    if row is None:
        raise NotFoundError(f"there is no plan {plan_id}", remedy="See: geoteam plans list")
    if row.status != status:
        raise InputError(
            f"the plan is {plans.SAID[row.status]}, not {wanted}",
            where=f"plan {plan_id}",
            remedy="Look at the plan again: somebody may have decided on it meanwhile",
        )
    return row


def schedule(session: Session, on: date) -> list[SavedPlan]:
    """List the plans that hold on a day or on a later one.

    Parameters
    ----------
    session
        Open session.
    on
        The day.

    Returns
    -------
    list of SavedPlan
        By their first day; the first may begin after the day.
    """
    query = (
        select(PlanRow.id)
        .where(
            PlanRow.status == PUBLISHED,
            or_(PlanRow.effective_to.is_(None), PlanRow.effective_to > on),
        )
        .order_by(PlanRow.effective_from, PlanRow.id)
    )
    return [plans.get(session, plan_id) for plan_id in session.scalars(query)]


def first_free_day(session: Session, today: date, set_id: int) -> date:
    """Tell from which day on a plan can be published: after the first days of all others.

    Parameters
    ----------
    session
        Open session.
    today
        Today.
    set_id
        The plan's boundaries, which may hold later only.

    Returns
    -------
    date
        Today or later.
    """
    query = select(func.max(PlanRow.effective_from)).where(PlanRow.status == PUBLISHED)
    last = session.scalar(query)
    free = today if last is None else last + timedelta(days=1)
    return max(today, free, boundaries.get_set(session, set_id).valid_from)


def propose(
    session: Session, plan_id: int, *, effective_from: date, reason: str, by: str, at: datetime
) -> SavedPlan:
    """Hand a draft to another person for approval; it is not edited from then on.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The draft.
    effective_from
        First day on which it is to hold.
    reason
        Why.
    by, at
        Who proposes, and when.

    Returns
    -------
    SavedPlan
        The proposed plan.

    Raises
    ------
    NotFoundError
        When there is no such plan.
    InputError
        When it is no draft.
    """
    row = _row(session, plan_id, DRAFT, "a draft")
    row.status, row.proposed_from, row.reason = PROPOSED, effective_from, reason
    row.proposed_by, row.proposed_at = by, at
    row.withdrawn_by, row.withdrawn_at, row.withdrawn_why = "", None, ""
    plan_steps.add(
        session, plan_id, plan_steps.PROPOSE, by=by, at=at, why=reason, day=effective_from
    )
    return plans.get(session, plan_id)


def send_back(session: Session, plan_id: int, *, why: str, by: str, at: datetime) -> SavedPlan:
    """Make a proposed plan a draft again.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The proposed plan.
    why
        The reason, for those who draw it.
    by, at
        Who and when.

    Returns
    -------
    SavedPlan
        The draft, which keeps who sent it back and why.

    Raises
    ------
    NotFoundError
        When there is no such plan.
    InputError
        When it is not proposed.
    """
    row = _row(session, plan_id, PROPOSED, "proposed")
    row.status = DRAFT
    row.withdrawn_by, row.withdrawn_at, row.withdrawn_why = by, at, why
    plan_steps.add(session, plan_id, plan_steps.SEND_BACK, by=by, at=at, why=why)
    return plans.get(session, plan_id)


def publish(
    session: Session,
    plan_id: int,
    effective_from: date,
    *,
    reason: str,
    proposed_by: str,
    approved_by: str,
    at: datetime,
) -> SavedPlan:
    """Publish a draft or a proposed plan, and keep who did so and why.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.
    effective_from
        First day on which it holds.
    reason
        Why.
    proposed_by
        Who asked for it.
    approved_by
        Who approved it; '' where no second person did.
    at
        When.

    Returns
    -------
    SavedPlan
        The published plan.

    Raises
    ------
    NotFoundError
        When there is no such plan.
    InputError
        When it is neither, or another plan is already published from that day on or later.
    """
    plans.publish(session, plan_id, effective_from)
    row = _row(session, plan_id, PUBLISHED, "published")
    row.reason, row.proposed_by = reason, proposed_by
    row.proposed_at, row.proposed_from = row.proposed_at or at, effective_from
    row.approved_by, row.approved_at = approved_by, at
    row.withdrawn_by, row.withdrawn_at, row.withdrawn_why = "", None, ""
    plan_steps.add(
        session,
        plan_id,
        plan_steps.APPROVE if approved_by else plan_steps.PUBLISH_ALONE,
        by=approved_by or proposed_by,
        at=at,
        why="" if approved_by else reason,
        day=effective_from,
    )
    return plans.get(session, plan_id)


def take_back(
    session: Session,
    plan_id: int,
    *,
    why: str,
    by: str,
    at: datetime,
    concerned: Iterable[tuple[str, str]] = (),
) -> SavedPlan:
    """Withdraw the newest published plan before its day; the one before it goes on.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.
    why
        The reason.
    by, at
        Who and when.
    concerned
        Team and officer of each client on its hand-over list, before and after; kept so that they
        can be told.

    Returns
    -------
    SavedPlan
        The withdrawn plan.

    Raises
    ------
    NotFoundError
        When there is no such plan.
    InputError
        When it is not the newest published one.
    """
    plans.withdraw(session, plan_id)
    row = session.get_one(PlanRow, plan_id)
    row.withdrawn_by, row.withdrawn_at, row.withdrawn_why = by, at, why
    row.withdrawn_list = [list(pair) for pair in sorted(set(concerned))]
    plan_steps.add(
        session, plan_id, plan_steps.TAKE_BACK, by=by, at=at, why=why, day=row.effective_from
    )
    return plans.get(session, plan_id)


def concerned(session: Session, plan_id: int) -> list[tuple[str, str]] | None:
    """Tell whose clients were on the hand-over list of a plan that was taken back.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.

    Returns
    -------
    list of tuple or None
        Pairs of team and officer ('' for none); None where it was not kept.
    """
    kept = session.get_one(PlanRow, plan_id).withdrawn_list
    return None if kept is None else [(team, officer) for team, officer in kept]


def before(session: Session, plan: SavedPlan) -> SavedPlan | None:
    """Find the plan that was in force until a published plan began.

    Parameters
    ----------
    session
        Open session.
    plan
        A published plan.

    Returns
    -------
    SavedPlan or None
        None when it was the first.
    """
    found = session.scalars(
        select(PlanRow.id).where(
            PlanRow.status == PUBLISHED,
            PlanRow.effective_to == plan.effective_from,
            PlanRow.id != plan.id,
        )
    ).first()
    return None if found is None else plans.get(session, found)
