"""Weeks of teams that are being planned, or wait to be saved or thrown away."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from geoteam.errors import NotFoundError
from geoteam.store.tour_tables import WeekJobRow

RUNNING, DONE, STOPPED, FAILED = "running", "done", "stopped", "failed"


@dataclass(frozen=True, slots=True)
class WeekJob:
    """One run; ``result`` is the week as far as it is planned."""

    id: str
    team_ref: str
    first: date
    by: str
    at: datetime
    state: str
    message: str
    result: dict[str, Any]


def _job(row: WeekJobRow) -> WeekJob:
    return WeekJob(
        row.id, row.team_ref, row.first, row.by, row.at, row.state, row.message, row.result
    )


def create(session: Session, team_ref: str, first: date, *, by: str, at: datetime) -> str:
    """Note that a run begins; what the team's last run found is thrown away.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    team_ref, first
        Whose week, and its first day.
    by, at
        Who and when.

    Returns
    -------
    str
        The run's id, which cannot be guessed.
    """
    session.execute(delete(WeekJobRow).where(WeekJobRow.team_ref == team_ref))
    row = WeekJobRow(
        id=secrets.token_urlsafe(12),
        team_ref=team_ref,
        first=first,
        by=by,
        at=at,
        state=RUNNING,
        message="",
        result={},
    )
    session.add(row)
    session.flush()
    return row.id


def get(session: Session, job_id: str) -> WeekJob:
    """Load a run.

    Parameters
    ----------
    session
        Open session.
    job_id
        The run.

    Returns
    -------
    WeekJob
        The run.

    Raises
    ------
    NotFoundError
        When there is no such run, or it was thrown away.
    """
    row = session.get(WeekJobRow, job_id)
    if row is None:
        raise NotFoundError(
            "this week was thrown away, or planned anew", remedy="Look at the team's week again"
        )
    return _job(row)


def of_team(session: Session, team_ref: str) -> WeekJob | None:
    """Find the run of a team.

    Parameters
    ----------
    session
        Open session.
    team_ref
        The team.

    Returns
    -------
    WeekJob or None
        Running or ended; None when there is none.
    """
    row = session.scalar(select(WeekJobRow).where(WeekJobRow.team_ref == team_ref))
    return None if row is None else _job(row)


def running(session: Session) -> list[WeekJob]:
    """List the runs that have not ended.

    Parameters
    ----------
    session
        Open session.

    Returns
    -------
    list of WeekJob
        The oldest first.
    """
    query = select(WeekJobRow).where(WeekJobRow.state == RUNNING).order_by(WeekJobRow.at)
    return [_job(row) for row in session.scalars(query)]


def tell(session: Session, job_id: str, result: Mapping[str, Any]) -> None:
    """Keep the week as far as it is planned; nothing when the run was ended meanwhile.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    job_id
        The run.
    result
        The week.
    """
    _change(session, job_id, result=dict(result))


def end(session: Session, job_id: str, state: str, *, message: str = "") -> None:
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
    """
    _change(session, job_id, state=state, message=message)


def _change(session: Session, job_id: str, **values: Any) -> None:
    still = (WeekJobRow.id == job_id) & (WeekJobRow.state == RUNNING)
    session.execute(update(WeekJobRow).where(still).values(**values))


def keep(session: Session, job_id: str, result: Mapping[str, Any]) -> None:
    """Replace what an ended run has found: some of its tours were saved.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    job_id
        The run.
    result
        The week.
    """
    session.execute(update(WeekJobRow).where(WeekJobRow.id == job_id).values(result=dict(result)))


def throw_away(session: Session, job_id: str) -> None:
    """Forget a run and what it found.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    job_id
        The run.
    """
    session.execute(delete(WeekJobRow).where(WeekJobRow.id == job_id))
