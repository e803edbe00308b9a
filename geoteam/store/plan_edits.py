"""The log of a plan's edits: written with the units they change, never changed itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session

from geoteam.errors import NotFoundError
from geoteam.store.bulk import chunks, ids_by_ref
from geoteam.store.plan_tables import PlanEditRow, PlanPresenceRow, PlanRow, PlanUnitRow
from geoteam.store.plans import SavedPlan, get
from geoteam.store.tables import TeamRow, UserRow

# Unit -> team before and after; '' is no team, None a unit that is not there.
Changes = dict[str, tuple[str | None, str | None]]


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit as it was applied.

    ``by`` is a username, ``name`` what people call that user.
    """

    key: str
    kind: str
    changes: Changes
    undoes: str
    detail: dict[str, Any]
    seq: int
    by: str
    name: str
    at: datetime


def lock(session: Session, plan_id: int) -> SavedPlan:
    """Load a plan and keep everybody else from changing it until the transaction ends.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    plan_id
        The plan.

    Returns
    -------
    SavedPlan
        The plan without its units.

    Raises
    ------
    NotFoundError
        When there is no such plan.
    """
    session.execute(select(PlanRow.id).where(PlanRow.id == plan_id).with_for_update())
    return get(session, plan_id)


def append(
    session: Session,
    plan_id: int,
    *,
    seq: int,
    key: str,
    kind: str,
    by: str,
    at: datetime,
    changes: Changes,
    undoes: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write an edit to the log of a locked plan.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.
    seq
        One more than that of the edit before.
    key
        The browser's name for it.
    kind
        paint, undo, redo, split, join, solve or merge.
    by, at
        Who and when.
    changes
        What was changed.
    undoes
        Key of the edit that an undo or redo is about.
    detail
        What else belongs to it.
    """
    session.execute(
        insert(PlanEditRow),
        {
            "plan_id": plan_id,
            "seq": seq,
            "key": key,
            "kind": kind,
            "by": by,
            "at": at,
            "undoes": undoes,
            "changes": {unit: list(pair) for unit, pair in changes.items()},
            "detail": dict(detail or {}),
        },
    )
    session.execute(update(PlanRow).where(PlanRow.id == plan_id).values(version=seq))


def by_key(session: Session, plan_id: int, keys: Collection[str]) -> dict[str, Edit]:
    """Find edits by their keys.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.
    keys
        Keys.

    Returns
    -------
    dict of str to Edit
        Those that are in the log.
    """
    found: dict[str, Edit] = {}
    for part in chunks(sorted(set(keys))):
        query = _edits(plan_id).where(PlanEditRow.key.in_(part))
        found.update((edit.key, edit) for edit in map(_edit, session.execute(query)))
    return found


def since(session: Session, plan_id: int, seq: int) -> list[Edit]:
    """List the edits after one.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.
    seq
        Seq of the last edit that is known; 0 for all.

    Returns
    -------
    list of Edit
        In their order.
    """
    query = _edits(plan_id).where(PlanEditRow.seq > seq).order_by(PlanEditRow.seq)
    return [_edit(row) for row in session.execute(query)]


def last_changes(session: Session, plan_id: int, units: Collection[str]) -> dict[str, Edit]:
    """Find the newest edit of each of a few units.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.
    units
        Codes.

    Returns
    -------
    dict of str to Edit
        By unit; units that no edit changed are left out.
    """
    wanted, found = set(units), dict[str, Edit]()
    query = _edits(plan_id).order_by(PlanEditRow.seq.desc())
    for row in session.execute(query.execution_options(yield_per=100)):
        if not wanted:
            break
        edit = _edit(row)
        for unit in wanted & set(edit.changes):
            found[unit] = edit
        wanted -= set(edit.changes)
    return found


def _edits(plan_id: int) -> Any:
    columns = [getattr(PlanEditRow, name) for name in Edit.__slots__ if name != "name"]
    return (
        select(*columns, func.coalesce(UserRow.name, PlanEditRow.by).label("name"))
        .outerjoin(UserRow, UserRow.username == PlanEditRow.by)
        .where(PlanEditRow.plan_id == plan_id)
    )


def _edit(row: Any) -> Edit:
    values = dict(row._mapping)
    values["changes"] = {unit: tuple(pair) for unit, pair in values["changes"].items()}
    return Edit(**values)


def teams_of(
    session: Session, plan_id: int, units: Collection[str] | None = None
) -> dict[str, str]:
    """Load the teams of units as they are now.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.
    units
        Codes; every unit by default.

    Returns
    -------
    dict of str to str
        Unit to team reference, '' for none; codes that are no unit of the plan are left out.
    """
    query = (
        select(PlanUnitRow.unit, func.coalesce(TeamRow.ref, ""))
        .outerjoin(TeamRow, TeamRow.id == PlanUnitRow.team_id)
        .where(PlanUnitRow.plan_id == plan_id)
    )
    if units is None:
        return {unit: team for unit, team in session.execute(query)}  # noqa: C416  rows
    found: dict[str, str] = {}
    for part in chunks(sorted(set(units))):
        rows = session.execute(query.where(PlanUnitRow.unit.in_(part)))
        found.update({unit: team for unit, team in rows})  # noqa: C416  rows
    return found


def set_teams(session: Session, plan_id: int, teams: Mapping[str, str]) -> None:
    """Give units of a locked plan to teams.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.
    teams
        Unit to team reference, '' for none; units and teams that exist.
    """
    row_ids = ids_by_ref(session, TeamRow, teams.values())
    for ref in sorted(set(teams.values())):
        for part in chunks(sorted(unit for unit, team in teams.items() if team == ref)):
            session.execute(
                update(PlanUnitRow)
                .where(PlanUnitRow.plan_id == plan_id, PlanUnitRow.unit.in_(part))
                .values(team_id=row_ids[ref] if ref else None)
            )


def replace_units(
    session: Session, plan_id: int, *, gone: Iterable[str], new: Mapping[str, str], set_id: int
) -> None:
    """Move a locked plan to other boundaries that differ in a few units.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.
    gone
        Units that are no longer there.
    new
        Units that were not there, to team references, '' for none.
    set_id
        The boundary set that has the new units.
    """
    session.execute(
        delete(PlanUnitRow).where(
            PlanUnitRow.plan_id == plan_id, PlanUnitRow.unit.in_(sorted(gone))
        )
    )
    row_ids = ids_by_ref(session, TeamRow, new.values())
    session.execute(
        insert(PlanUnitRow),
        [
            {"plan_id": plan_id, "unit": unit, "team_id": row_ids.get(team)}
            for unit, team in new.items()
        ],
    )
    session.execute(update(PlanRow).where(PlanRow.id == plan_id).values(boundary_set_id=set_id))


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who has a plan open."""

    username: str
    name: str
    seen_at: datetime
    editing: bool


def present(session: Session, plan_id: int, after: datetime) -> list[Present]:
    """List who was heard from since a moment.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.
    after
        The moment.

    Returns
    -------
    list of Present
        By name.
    """
    row = PlanPresenceRow
    query = (
        select(row.username, UserRow.name, row.seen_at, row.editing)
        .join(UserRow, UserRow.username == row.username)
        .where(row.plan_id == plan_id, row.seen_at > after)
    )
    found = [Present(*values) for values in session.execute(query)]
    return sorted(found, key=lambda person: (person.name, person.username))


def keep_presence(
    session: Session, plan_id: int, username: str, *, at: datetime, editing: bool
) -> None:
    """Note that somebody has a plan open.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.
    username
        Who.
    at
        When.
    editing
        Whether to edit it, not only to look.
    """
    row = PlanPresenceRow
    if not session.scalar(select(exists().where(PlanRow.id == plan_id))):
        raise NotFoundError(f"there is no plan {plan_id}", remedy="See: geoteam plans list")
    # No upsert: the two databases write it differently.
    done: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(row)
        .where(row.plan_id == plan_id, row.username == username)
        .values(seen_at=at, editing=editing)
    )
    if not done.rowcount:
        session.execute(
            insert(row),
            {"plan_id": plan_id, "username": username, "seen_at": at, "editing": editing},
        )
