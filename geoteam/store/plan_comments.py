"""Comments pinned to the units of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session, aliased

from geoteam.errors import NotFoundError
from geoteam.store.plan_tables import PlanCommentRow
from geoteam.store.tables import UserRow


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment; ``by`` is a username, ``name`` and ``resolved_by`` are for people."""

    id: int
    unit: str
    text: str
    by: str
    name: str
    at: datetime
    resolved_by: str
    resolved_at: datetime | None


_row, _resolver = PlanCommentRow, aliased(UserRow)
_LISTED = (
    select(
        _row.id,
        _row.unit,
        _row.text,
        _row.by,
        func.coalesce(UserRow.name, _row.by),
        _row.at,
        func.coalesce(_resolver.name, _row.resolved_by),
        _row.resolved_at,
    )
    .outerjoin(UserRow, UserRow.username == _row.by)
    .outerjoin(_resolver, _resolver.username == _row.resolved_by)
    .where(_row.plan_id == bindparam("plan_id"))
    .order_by(_row.id)
)


def add(session: Session, plan_id: int, unit: str, words: str, *, by: str, at: datetime) -> int:
    """Save a comment.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.
    unit
        The unit that it is pinned to.
    words
        What it says.
    by, at
        Who and when.

    Returns
    -------
    int
        The comment's id.
    """
    row = PlanCommentRow(
        plan_id=plan_id, unit=unit, text=words, by=by, at=at, resolved_by="", resolved_at=None
    )
    session.add(row)
    session.flush()
    return row.id


def resolve(session: Session, plan_id: int, comment_id: int, *, by: str, at: datetime) -> None:
    """Mark a comment as dealt with; one that is stays as it was.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.
    comment_id
        The comment.
    by, at
        Who and when.

    Raises
    ------
    NotFoundError
        When the plan has no such comment.
    """
    row = PlanCommentRow
    here = (row.plan_id == plan_id, row.id == comment_id)
    if session.scalar(select(row.id).where(*here)) is None:
        raise NotFoundError("there is no such comment on this plan", remedy="Load the plan again")
    session.execute(
        update(row).where(*here, row.resolved_at.is_(None)).values(resolved_by=by, resolved_at=at)
    )


def listed(session: Session, plan_id: int) -> list[Comment]:
    """List the comments of a plan.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.

    Returns
    -------
    list of Comment
        Oldest first.
    """
    return [Comment(*values) for values in session.execute(_LISTED, {"plan_id": plan_id})]
