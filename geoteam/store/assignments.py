"""Assignments: a client's area, team and officer for a span of days, with the reason as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from geoteam.errors import NotFoundError
from geoteam.store.bulk import chunks, frame_of, ids_by_ref, records
from geoteam.store.tables import AssignmentRow, AssignmentRunRow, ClientRow, OfficerRow, TeamRow


@dataclass(frozen=True, slots=True)
class Run:
    """What writing a run did; ``changed`` counts new, moved and ended assignments."""

    id: int
    changed: int
    unchanged: int


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


def _query() -> Any:
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


def save_run(
    session: Session,
    rows: pd.DataFrame,
    *,
    on: date,
    plan_id: int | None,
    at: datetime,
    by: str,
    summary: Mapping[str, Any],
) -> Run:
    """Write the outcome of a run: rows that differ are closed and opened anew, the rest stay.

    An assignment whose unit, team and officer stay keeps its dates and takes the new reason.
    Clients that the run does not name lose theirs.

    Parameters
    ----------
    session
        Open session.
    rows
        Index client_ref; unit, team, officer ('' when none) and reason (dict).
    on
        First day on which the new assignments hold.
    plan_id
        The plan that was applied.
    at, by
        When and by whom.
    summary
        What was solved and how well; anything JSON can hold.

    Returns
    -------
    Run
        The run's id and what changed.

    Raises
    ------
    NotFoundError
        When a client, team or officer does not exist.
    """
    run = AssignmentRunRow(plan_id=plan_id, at=at, by=by, summary=dict(summary))
    session.add(run)
    session.flush()
    refs = [str(ref) for ref in rows.index.tolist()]
    new = dict(zip(refs, records(rows, ["unit", "team", "officer", "reason"]), strict=True))
    clients = _known(session, ClientRow, refs, "client")
    teams = _known(session, TeamRow, (row["team"] for row in new.values()), "team")
    officers = _known(session, OfficerRow, (row["officer"] for row in new.values()), "officer")

    ended: list[int] = []
    reasons: list[dict[str, Any]] = []
    same: set[str] = set()
    lost = 0
    for old in session.execute(_query().where(AssignmentRow.valid_to.is_(None))):
        row = new.get(old.client_ref)
        if row is None or (row["unit"], row["team"], row["officer"]) != (
            old.unit,
            old.team or "",
            old.officer or "",
        ):
            ended.append(old.assignment_id)
            lost += row is None
            continue
        same.add(old.client_ref)
        if row["reason"] != old.reason:
            reasons.append({"row_id": old.assignment_id, "why": row["reason"], "run": run.id})
    _close(session, ended, on)
    _set_reasons(session, reasons)
    opened = [
        {
            "run_id": run.id,
            "client_id": clients[ref],
            "unit": row["unit"],
            "team_id": teams.get(row["team"]),
            "officer_id": officers.get(row["officer"]),
            "reason": row["reason"],
            "valid_from": on,
            "valid_to": None,
        }
        for ref, row in new.items()
        if ref not in same
    ]
    for part in chunks(opened):
        session.execute(insert(AssignmentRow), list(part))
    return Run(run.id, len(opened) + lost, len(same))


def _known(session: Session, table: Any, refs: Any, noun: str) -> dict[str, int]:
    wanted = {ref for ref in refs if ref}
    found = ids_by_ref(session, table, wanted)
    missing = sorted(wanted - set(found))
    if missing:
        raise NotFoundError(f"there is no {noun} {missing[0]!r}")
    return found


def _close(session: Session, ids: list[int], effective: date) -> None:
    for part in chunks(ids):
        session.execute(
            update(AssignmentRow)
            .where(AssignmentRow.id.in_(part))
            .values(valid_to=effective)
            .execution_options(synchronize_session=False)
        )


def _set_reasons(session: Session, rows: list[dict[str, Any]]) -> None:
    if rows:
        table = AssignmentRow.__table__
        session.connection().execute(
            update(table)  # type: ignore[arg-type]
            .where(table.c.id == bindparam("row_id"))
            .values(reason=bindparam("why"), run_id=bindparam("run")),
            rows,
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
    query = _query().where(*_holds(on))
    types = dict.fromkeys(("client_ref", "unit", "team", "officer"), "str")
    return frame_of(session, query, "client_ref", types | {"assignment_id": "int64"}).sort_index()


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
    query = _query().where(ClientRow.ref == client_ref, *_holds(on))
    row = session.execute(query).first()
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
    query = _query().where(ClientRow.ref == client_ref).order_by(AssignmentRow.id.desc())
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
        for row in session.execute(query)
    ]


def last_run(session: Session) -> dict[str, Any] | None:
    """Load the newest run.

    Parameters
    ----------
    session
        Open session.

    Returns
    -------
    dict or None
        id, plan_id, at, by, summary; None before the first run.
    """
    row = session.scalars(
        select(AssignmentRunRow).order_by(AssignmentRunRow.id.desc()).limit(1)
    ).first()
    if row is None:
        return None
    return {
        "id": row.id,
        "plan_id": row.plan_id,
        "at": row.at,
        "by": row.by,
        "summary": row.summary,
    }
