"""Writing assignments: runs under the plan in force and under those that follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import bindparam, delete, insert, or_, select, text, update
from sqlalchemy.orm import Session

from geoteam.errors import NotFoundError
from geoteam.store.assignments import query
from geoteam.store.bulk import chunks, ids_by_ref, records
from geoteam.store.tables import AssignmentRow, AssignmentRunRow, ClientRow, OfficerRow, TeamRow

# What a reason says of how the officer was chosen.
_CHOICE = ("officer_why", "present_why")


@dataclass(frozen=True, slots=True)
class Run:
    """What writing a run did; ``changed`` counts new, moved and ended assignments."""

    id: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class Later:
    """What holds from a later day on, under the plan that comes into force then.

    ``rows`` are as for `save_run`, and of the same clients.
    """

    on: date
    plan_id: int
    rows: pd.DataFrame
    summary: Mapping[str, Any]


def save_run(
    session: Session,
    rows: pd.DataFrame,
    *,
    on: date,
    plan_id: int | None,
    at: datetime,
    by: str,
    summary: Mapping[str, Any],
    later: Sequence[Later] = (),
) -> Run:
    """Write the outcome of a run: all that was to hold from its day on is replaced.

    An assignment whose unit, team and officer stay keeps its dates; the one that holds on the day
    takes the new reason, those of later days keep the one that was told. What was written for days
    to come and does not stand goes: it never held. Clients that the run does not name lose theirs.

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
    later
        What holds under the plans that follow, by day.

    Returns
    -------
    Run
        The run's id and what changed on its day.

    Raises
    ------
    NotFoundError
        When a client, team or officer does not exist.
    """
    stretches = [_Stretch.of(one.rows, one.on) for one in later]
    for one, stretch in zip(later, stretches, strict=True):
        stretch.run_id = _add_run(session, one.plan_id, at, by, one.summary)
    first = _Stretch.of(rows, on)
    # The newest run is the one of its own day.
    first.run_id = _add_run(session, plan_id, at, by, summary)
    wanted = _timelines([first, *stretches])
    clients = _known(session, ClientRow, wanted, "client")
    entries = [entry for line in wanted.values() for entry in line]
    teams = _known(session, TeamRow, (entry.team for entry in entries), "team")
    officers = _known(session, OfficerRow, (entry.officer for entry in entries), "officer")
    change = _compare(session, wanted, on, first.run_id)
    change.write(session)
    opened = [
        {
            "run_id": entry.run_id,
            "client_id": clients[ref],
            "unit": entry.unit,
            "team_id": teams.get(entry.team),
            "officer_id": officers.get(entry.officer),
            "reason": entry.reason,
            "valid_from": entry.start,
            "valid_to": end,
        }
        for ref, entry, end in change.opened
    ]
    for part in chunks(opened):
        session.execute(insert(AssignmentRow), list(part))
    return Run(first.run_id, change.changed, change.unchanged)


def _add_run(
    session: Session, plan_id: int | None, at: datetime, by: str, summary: Mapping[str, Any]
) -> int:
    run = AssignmentRunRow(plan_id=plan_id, at=at, by=by, summary=dict(summary))
    session.add(run)
    session.flush()
    return run.id


@dataclass(slots=True)
class _Stretch:
    """The rows of one plan and the first day on which they hold."""

    start: date
    rows: dict[str, dict[str, Any]]
    run_id: int = 0

    @classmethod
    def of(cls, frame: pd.DataFrame, start: date) -> _Stretch:
        cells = records(frame, ["unit", "team", "officer", "reason"])
        return cls(start, dict(zip([str(ref) for ref in frame.index], cells, strict=True)))


@dataclass(frozen=True, slots=True)
class _Entry:
    """One assignment as it should be; it holds until the client's next one begins."""

    start: date
    run_id: int
    unit: str
    team: str
    officer: str
    reason: dict[str, Any]

    @property
    def place(self) -> tuple[str, str, str]:
        return self.unit, self.team, self.officer


def _timelines(stretches: Sequence[_Stretch]) -> dict[str, list[_Entry]]:
    """List the assignments of each client, joining those that go on under the next plan."""
    lines: dict[str, list[_Entry]] = {}
    for stretch in stretches:
        for ref, row in stretch.rows.items():
            entry = _Entry(stretch.start, stretch.run_id, **row)
            line = lines.setdefault(ref, [])
            if not line or line[-1].place != entry.place:
                line.append(entry)
    return lines


@dataclass(slots=True)
class _Change:
    """What has to be written so that the table says what is wanted."""

    gone: list[int] = field(default_factory=list)
    ends: dict[date | None, list[int]] = field(default_factory=dict)
    reasons: list[dict[str, Any]] = field(default_factory=list)
    opened: list[tuple[str, _Entry, date | None]] = field(default_factory=list)
    changed: int = 0
    unchanged: int = 0

    def write(self, session: Session) -> None:
        for part in chunks(self.gone):
            session.execute(_quietly(delete(AssignmentRow).where(AssignmentRow.id.in_(part))))
        # Rows that end come before rows that are opened again: a client has one open row.
        for day in sorted(self.ends, key=lambda day: day is None):
            _end(session, self.ends[day], day)
        _set_reasons(session, self.reasons)


def _compare(
    session: Session, wanted: Mapping[str, list[_Entry]], on: date, run_id: int
) -> _Change:
    change = _Change()
    there: dict[str, list[Any]] = {}
    found = query().where(or_(AssignmentRow.valid_to.is_(None), AssignmentRow.valid_to > on))
    for old in session.execute(found):
        there.setdefault(old.client_ref, []).append(old)
    for ref in there.keys() | wanted.keys():
        line = wanted.get(ref, [])
        ends = [entry.start for entry in line[1:]] + [None]
        kept = set()
        for old in there.get(ref, ()):
            held = old.valid_from <= on
            place = (old.unit, old.team or "", old.officer or "")
            at = next(
                (
                    k
                    for k, entry in enumerate(line)
                    if entry.place == place
                    and (entry.start == on if held else entry.start == old.valid_from)
                ),
                None,
            )
            if at is None and held:
                change.ends.setdefault(on, []).append(old.assignment_id)
                change.changed += not line
            elif at is None:
                change.gone.append(old.assignment_id)
            else:
                kept.add(at)
                if old.valid_to != ends[at]:
                    change.ends.setdefault(ends[at], []).append(old.assignment_id)
                why = _goes_on(line[at].reason, old.reason)
                if held and why != old.reason:
                    change.reasons.append({"row_id": old.assignment_id, "why": why, "run": run_id})
        change.opened += [(ref, line[k], ends[k]) for k in range(len(line)) if k not in kept]
        change.unchanged += bool(line) and 0 in kept
        change.changed += bool(line) and 0 not in kept
    return change


def _goes_on(reason: Mapping[str, Any], began: Mapping[str, Any]) -> dict[str, Any]:
    """Give an assignment that goes on its new reason; why it began stays, for the hand-over."""
    first = began.get("began") or {name: began[name] for name in _CHOICE if name in began}
    changed = any(reason.get(name) != why for name, why in first.items())
    return {**reason, "began": first} if changed else dict(reason)


def _known(session: Session, table: Any, refs: Any, noun: str) -> dict[str, int]:
    wanted = {ref for ref in refs if ref}
    found = ids_by_ref(session, table, wanted)
    missing = sorted(wanted - set(found))
    if missing:
        raise NotFoundError(f"there is no {noun} {missing[0]!r}")
    return found


def _end(session: Session, ids: list[int], day: date | None) -> None:
    for part in chunks(ids):
        rows = update(AssignmentRow).where(AssignmentRow.id.in_(part)).values(valid_to=day)
        session.execute(_quietly(rows))


def _quietly(statement: Any) -> Any:
    return statement.execution_options(synchronize_session=False)


def _set_reasons(session: Session, rows: list[dict[str, Any]]) -> None:
    if rows:
        table = AssignmentRow.__table__
        session.connection().execute(
            update(table)
            .where(table.c.id == bindparam("row_id"))
            .values(reason=bindparam("why"), run_id=bindparam("run")),
            rows,
        )


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


def wait_alone(session: Session) -> None:
    """Wait until nobody else writes assignments, and keep others waiting until the end.

    Parameters
    ----------
    session
        Open session of a transaction.
    """
    # A transaction on SQLite is alone from its first statement.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE assignment_run IN SHARE ROW EXCLUSIVE MODE"))


def drop_from(session: Session, on: date) -> None:
    """Drop the assignments that were to begin on a day to come; those before them go on.

    Parameters
    ----------
    session
        Open session.
    on
        The day, on which the newest plan was to come into force.
    """
    session.execute(_quietly(delete(AssignmentRow).where(AssignmentRow.valid_from >= on)))
    ended = update(AssignmentRow).where(AssignmentRow.valid_to == on).values(valid_to=None)
    session.execute(_quietly(ended))
