"""Assignments: a client's area, team and officer for a span of days, with the reason as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from geoteam.store.bulk import frame_of
from geoteam.store.tables import AssignmentRow, AssignmentRunRow, ClientRow, OfficerRow, TeamRow


@dataclass(frozen=True, slots=True)
class SavedAssignment:
    """One assignment; empty text where there is no unit, team or officer."""

    client_ref: str
    unit: str
    team: str
    officer: str
    reason: Mapping[str, Any]
    valid_from: date
    valid_to: date | None


def query() -> Any:
    """Start a query for assignments with the references that people know.

    Returns
    -------
    Select
        client_ref, assignment_id, unit, team, officer, reason, valid_from, valid_to.
    """
    return (
        select(
            ClientRow.ref.label("client_ref"),
            AssignmentRow.id.label("assignment_id"),
            AssignmentRow.unit,
            TeamRow.ref.label("team"),
            OfficerRow.ref.label("officer"),
            AssignmentRow.reason,
            AssignmentRow.valid_from,
            AssignmentRow.valid_to,
        )
        .join(ClientRow, ClientRow.id == AssignmentRow.client_id)
        .outerjoin(TeamRow, TeamRow.id == AssignmentRow.team_id)
        .outerjoin(OfficerRow, OfficerRow.id == AssignmentRow.officer_id)
    )


def on_day(session: Session, on: date) -> pd.DataFrame:
    """Load the assignments of a day.

    Parameters
    ----------
    session
        Open session.
    on
        The day.

    Returns
    -------
    DataFrame
        Index client_ref, sorted; assignment_id, unit, team, officer ('' when none), reason,
        valid_from, valid_to.
    """
    found = query().where(*_holds(on))
    types = dict.fromkeys(("client_ref", "unit", "team", "officer"), "str")
    return frame_of(session, found, "client_ref", types | {"assignment_id": "int64"}).sort_index()


def statuses(session: Session, on: date) -> pd.Series:
    """Tell for each client whether the assignment of a day found an officer.

    Parameters
    ----------
    session
        Open session.
    on
        The day.

    Returns
    -------
    Series
        Index client_ref; the status that the reason holds: ``assigned`` or why not.
    """
    frame = on_day(session, on)
    found = [str(reason.get("status", "")) for reason in frame["reason"]]
    return pd.Series(found, index=frame.index, dtype="str", name="status")


def reason_of(session: Session, client_ref: str, on: date) -> dict[str, Any] | None:
    """Load the reason of a client's assignment on a day.

    Parameters
    ----------
    session
        Open session.
    client_ref
        The client.
    on
        The day.

    Returns
    -------
    dict or None
        None when the client had no assignment.
    """
    row = session.execute(query().where(ClientRow.ref == client_ref, *_holds(on))).first()
    return None if row is None else dict(row.reason)


def _holds(on: date) -> tuple[Any, ...]:
    return (
        AssignmentRow.valid_from <= on,
        or_(AssignmentRow.valid_to.is_(None), AssignmentRow.valid_to > on),
    )


def of_client(session: Session, client_ref: str) -> list[SavedAssignment]:
    """Load every assignment that a client ever had.

    Parameters
    ----------
    session
        Open session.
    client_ref
        The client.

    Returns
    -------
    list of SavedAssignment
        Newest first.
    """
    found = query().where(ClientRow.ref == client_ref).order_by(AssignmentRow.id.desc())
    return [
        SavedAssignment(
            row.client_ref,
            row.unit,
            row.team or "",
            row.officer or "",
            row.reason,
            row.valid_from,
            row.valid_to,
        )
        for row in session.execute(found)
    ]


def transfers(session: Session, plan_id: int, on: date) -> pd.DataFrame:
    """Load what a published plan changed on the day on which it came into force.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.
    on
        Its first day.

    Returns
    -------
    DataFrame
        Index client_ref, sorted: clients whose team or officer changed that day, who had an
        assignment under the plan before. ``before_unit``, ``before_team``, ``before_officer``,
        ``after_unit``, ``after_team``, ``after_officer`` ('' when none) and ``reason`` of the new
        one.
    """
    both = _across(session, plan_id, on)
    changed = (both["before_team"] != both["after_team"]) | (
        both["before_officer"] != both["after_officer"]
    )
    return both[changed].sort_index()


def kept(session: Session, plan_id: int, on: date) -> int | None:
    """Count the clients who kept their officer on the day on which a plan came into force.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.
    on
        Its first day.

    Returns
    -------
    int or None
        How many had an officer before and have the same one on that day; None where no assignment
        is kept of the day before.
    """
    if on_day(session, on - timedelta(days=1)).empty:
        return None
    both, held = _across(session, plan_id, on), on_day(session, on)
    same = (both["before_officer"] == both["after_officer"]) & (both["after_officer"] != "")
    # Whom the plan does not concern has one assignment, which goes on.
    went_on = (held["valid_from"] < on) & (held["officer"] != "")
    return int(same.sum()) + int(went_on.sum())


def _across(session: Session, plan_id: int, on: date) -> pd.DataFrame:
    """Load what held before and after of each client with a new assignment on a plan's day."""
    ended = (
        select(func.max(AssignmentRow.id))
        .join(AssignmentRunRow, AssignmentRunRow.id == AssignmentRow.run_id)
        .where(
            AssignmentRow.valid_to == on,
            or_(AssignmentRunRow.plan_id.is_(None), AssignmentRunRow.plan_id != plan_id),
        )
        .group_by(AssignmentRow.client_id)
    )
    types = dict.fromkeys(("client_ref", "unit", "team", "officer"), "str")
    parts = ["unit", "team", "officer"]
    old = frame_of(session, query().where(AssignmentRow.id.in_(ended)), "client_ref", types)
    begun = query().where(AssignmentRow.valid_from == on, *_holds(on))
    new = frame_of(session, begun, "client_ref", types)
    both = old[parts].add_prefix("before_").join(new[parts].add_prefix("after_"), how="inner")
    # A later run says why the officer stays; here counts why the officer was chosen.
    began = [reason | reason.get("began", {}) for reason in new["reason"].reindex(both.index)]
    both["reason"] = pd.Series(began, index=both.index, dtype="object")
    return both
