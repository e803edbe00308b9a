"""Runs of the solver for a plan: what was asked, how far it is, what came of it."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from geoteam.errors import NotFoundError
from geoteam.store.plan_tables import PlanJobRow, PlanRow

RUNNING, DONE, STOPPED, FAILED = "running", "done", "stopped", "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """One run; ``progress`` is the best plan so far, ``result`` what came of it in the end."""

    id: str
    plan_id: int
    by: str
    at: datetime
    request: dict[str, Any]
    state: str
    message: str
    progress: dict[str, Any]
    result: dict[str, Any]


def _job(row: PlanJobRow) -> Job:
    return Job(
        row.id,
        row.plan_id,
        row.by,
        row.at,
        row.request,
        row.state,
        row.message,
        row.progress,
        row.result,
    )


def create(
    session: Session, plan_id: int, *, by: str, at: datetime, request: Mapping[str, Any]
) -> str:
    """Note that a run begins.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    plan_id
        The plan.
    by, at
        Who and when.
    request
        What is asked for.

    Returns
    -------
    str
        The job's id, which cannot be guessed.
    """
    row = PlanJobRow(
        id=secrets.token_urlsafe(12),
        plan_id=plan_id,
        by=by,
        at=at,
        request=dict(request),
        state=RUNNING,
        message="",
        progress={},
        result={},
    )
    session.add(row)
    session.flush()
    return row.id


def get(session: Session, job_id: str) -> Job:
    """Load a run.

    Parameters
    ----------
    session
        Open session.
    job_id
        The run.

    Returns
    -------
    Job
        The run.

    Raises
    ------
    NotFoundError
        When there is no such run.
    """
    row = session.get(PlanJobRow, job_id)
    if row is None:
        raise NotFoundError("there is no such run of the solver", remedy="Start it again")
    return _job(row)


def hold(session: Session, plan_id: int) -> None:
    """Let no other transaction begin a run for a plan until this one ends.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    plan_id
        The plan.
    """
    session.execute(select(PlanRow.id).where(PlanRow.id == plan_id).with_for_update())


def running(session: Session, plan_id: int | None = None) -> list[Job]:
    """List the runs that have not ended.

    Parameters
    ----------
    session
        Open session.
    plan_id
        Only those of a plan.

    Returns
    -------
    list of Job
        The oldest first.
    """
    query = select(PlanJobRow).where(PlanJobRow.state == RUNNING).order_by(PlanJobRow.at)
    if plan_id is not None:
        query = query.where(PlanJobRow.plan_id == plan_id)
    return [_job(row) for row in session.scalars(query)]


def newest(session: Session, plan_id: int, objective: str) -> Job | None:
    """Find the newest run of a plan that asked for one thing and is done.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.
    objective
        What it asked for.

    Returns
    -------
    Job or None
        The run; None when there is none.
    """
    query = select(PlanJobRow).where(PlanJobRow.plan_id == plan_id, PlanJobRow.state == DONE)
    found = map(_job, session.scalars(query.order_by(PlanJobRow.at.desc())))
    return next((job for job in found if job.request.get("objective") == objective), None)


def last(session: Session, plan_id: int, *, by: str, objectives: Collection[str]) -> str | None:
    """Find somebody's last run of a plan.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.
    by
        Who asked for it.
    objectives
        It asked for one of these.

    Returns
    -------
    str or None
        Its id; None when there is none.
    """
    query = select(PlanJobRow).where(PlanJobRow.plan_id == plan_id, PlanJobRow.by == by)
    found = map(_job, session.scalars(query.order_by(PlanJobRow.at.desc())))
    return next((job.id for job in found if job.request.get("objective") in objectives), None)


def discard(
    session: Session, plan_id: int, *, by: str, objectives: Collection[str], until: datetime
) -> None:
    """Delete somebody's runs of a plan that have ended.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    plan_id
        The plan.
    by
        Who asked for them.
    objectives
        They asked for one of these.
    until
        None that was asked for later.
    """
    query = select(PlanJobRow).where(
        PlanJobRow.plan_id == plan_id,
        PlanJobRow.by == by,
        PlanJobRow.at <= until,
        PlanJobRow.state != RUNNING,
    )
    gone = [row.id for row in session.scalars(query) if row.request.get("objective") in objectives]
    session.execute(delete(PlanJobRow).where(PlanJobRow.id.in_(gone)))


def tell(session: Session, job_id: str, progress: Mapping[str, Any]) -> bool:
    """Keep the best plan so far.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    job_id
        The run.
    progress
        The best plan and its figures.

    Returns
    -------
    bool
        False when the run was ended meanwhile, and nothing was kept.
    """
    return _change(session, job_id, progress=dict(progress))


def end(
    session: Session,
    job_id: str,
    state: str,
    *,
    message: str = "",
    result: Mapping[str, Any] | None = None,
) -> bool:
    """End a run, once.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    job_id
        The run.
    state
        ``done``, ``stopped`` or ``failed``.
    message
        What a person should know.
    result
        What came of it.

    Returns
    -------
    bool
        False when it had ended before, and nothing was changed.
    """
    return _change(session, job_id, state=state, message=message, result=dict(result or {}))


def _change(session: Session, job_id: str, **values: Any) -> bool:
    still = (PlanJobRow.id == job_id) & (PlanJobRow.state == RUNNING)
    changed = session.execute(
        update(PlanJobRow).where(still).values(**values).returning(PlanJobRow.id)
    )
    return changed.first() is not None
