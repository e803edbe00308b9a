"""The log of a plan's edits: written with the units they change, never changed itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from geoteam.errors import NotFoundError
from geoteam.store.bulk import chunks, ids_by_ref, rows_touched
from geoteam.store.plan_jobs import RUNNING
from geoteam.store.plan_tables import (
    PlanCommentRow,
    PlanEditRow,
    PlanJobRow,
    PlanPresenceRow,
    PlanRow,
    PlanUnitRow,
)
from geoteam.store.plans import SavedPlan, get
from geoteam.store.tables import TeamRow, UserRow

_plan, _unit, _log, _seen, _job = (
    row.__table__.c for row in (PlanRow, PlanUnitRow, PlanEditRow, PlanPresenceRow, PlanJobRow)
)
_team, _user = TeamRow.__table__.c, UserRow.__table__.c
_OF_PLAN: BindParameter[int] = bindparam("plan_id")
# Unit -> team before and after; '' is no team, None a unit that is not there.
Changes = dict[str, tuple[str | None, str | None]]


# Statements that are called often are built once.
_TEAMS = (
    select(_unit.unit, func.coalesce(_team.ref, ""))
    .select_from(PlanUnitRow.__table__.outerjoin(TeamRow.__table__, _team.id == _unit.team_id))
    .where(_unit.plan_id == _OF_PLAN)
)
_SOME_TEAMS = _TEAMS.where(_unit.unit.in_(bindparam("units", expanding=True)))


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


_EDITS = (
    select(
        *(_log[name] for name in Edit.__slots__ if name != "name"),
        func.coalesce(_user.name, _log.by).label("name"),
    )
    .select_from(PlanEditRow.__table__.outerjoin(UserRow.__table__, _user.username == _log.by))
    .where(_log.plan_id == _OF_PLAN)
)
_SINCE = _EDITS.where(_log.seq > bindparam("since")).order_by(_log.seq)
_BY_KEY = _EDITS.where(_log.key.in_(bindparam("keys", expanding=True)))
_NEWEST = _EDITS.order_by(_log.seq.desc())


_LOCKED = select(PlanRow).where(PlanRow.id == _OF_PLAN).with_for_update()
_APPEND = insert(PlanEditRow.__table__)
_FOLLOW = update(PlanRow.__table__).where(_plan.id == _OF_PLAN).values(version=bindparam("new_seq"))
_MOVE = (
    update(PlanUnitRow.__table__)
    .where(
        _unit.plan_id == bindparam("in_plan"), _unit.unit.in_(bindparam("units", expanding=True))
    )
    .values(team_id=bindparam("new_team"))
)


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
    session.scalar(_LOCKED, {"plan_id": plan_id})
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
        _APPEND,
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
    session.execute(_FOLLOW, {"plan_id": plan_id, "new_seq": seq})


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
        rows = session.execute(_BY_KEY, {"plan_id": plan_id, "keys": part})
        found.update((edit.key, edit) for edit in map(_edit, rows))
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
    return [_edit(row) for row in session.execute(_SINCE, {"plan_id": plan_id, "since": seq})]


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
    newest = session.execute(_NEWEST, {"plan_id": plan_id}, execution_options={"yield_per": 100})
    for row in newest:
        if not wanted:
            break
        edit = _edit(row)
        for unit in wanted & set(edit.changes):
            found[unit] = edit
        wanted -= set(edit.changes)
    return found


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
    given = {"plan_id": plan_id}
    if units is None:
        return dict(session.execute(_TEAMS, given).all())
    found: dict[str, str] = {}
    for part in chunks(sorted(set(units))):
        rows = session.execute(_SOME_TEAMS, given | {"units": part})
        found.update(rows.all())
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
            given = {"in_plan": plan_id, "units": part}
            session.execute(_MOVE, given | {"new_team": row_ids[ref] if ref else None})


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


@dataclass(frozen=True, slots=True)
class Pulse:
    """What is asked about a plan again and again."""

    seq: int
    status: str
    set_id: int
    comments: int
    run: str | None
    present: list[Present]


_PULSE = (
    select(
        _plan.version,
        _plan.status,
        _plan.boundary_set_id,
        select(func.count())
        .select_from(PlanCommentRow.__table__)
        .where(PlanCommentRow.__table__.c.plan_id == _plan.id)
        .scalar_subquery(),
        select(func.min(_job.id))
        .where(_job.plan_id == _plan.id, _job.state == RUNNING)
        .scalar_subquery(),
        _seen.username,
        _user.name,
        _seen.seen_at,
        _seen.editing,
    )
    .select_from(
        PlanRow.__table__.outerjoin(
            PlanPresenceRow.__table__.join(UserRow.__table__, _user.username == _seen.username),
            (_seen.plan_id == _plan.id) & (_seen.seen_at > bindparam("after")),
        )
    )
    .where(_plan.id == _OF_PLAN)
)


def pulse(session: Session, plan_id: int, after: datetime) -> Pulse:
    """Tell in one query how far a plan is, and who was heard from since a moment.

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
    Pulse
        Seq of the last edit, status, boundary set, number of comments, the run of the solver at
        work, and who is there, by name.

    Raises
    ------
    NotFoundError
        When there is no such plan.
    """
    rows = session.execute(_PULSE, {"plan_id": plan_id, "after": after}).all()
    if not rows:
        raise NotFoundError(f"there is no plan {plan_id}", remedy="See: geoteam plans list")
    people = [Present(*row[5:]) for row in rows if row[5] is not None]
    people.sort(key=lambda person: (person.name, person.username))
    return Pulse(*rows[0][:5], people)


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
    # No upsert: the two databases write it differently.
    done = session.execute(
        update(row)
        .where(row.plan_id == plan_id, row.username == username)
        .values(seen_at=at, editing=editing)
    )
    if not rows_touched(done):
        session.execute(
            insert(row),
            {"plan_id": plan_id, "username": username, "seen_at": at, "editing": editing},
        )
