"""Plans: unit -> team on one boundary set; one published plan is in force on a day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.orm import Session

from geoteam.errors import InputError, NotFoundError
from geoteam.store import settings
from geoteam.store.bulk import ids_by_ref
from geoteam.store.plan_tables import PlanRow, PlanUnitRow
from geoteam.store.tables import TeamRow

DRAFT, PROPOSED, PUBLISHED, WITHDRAWN = "draft", "proposed", "published", "withdrawn"
# The same in sentences: the plan is ...
SAID = {DRAFT: "a draft", PROPOSED: "proposed", PUBLISHED: "published", WITHDRAWN: "taken back"}
# The newest plan when one was last deleted.
LAST_ID = "plan.last_id"


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """One plan without its units; ``version`` is the seq of its last edit."""

    id: int
    name: str
    boundary_set_id: int
    status: str
    effective_from: date | None
    effective_to: date | None
    version: int
    created_by: str
    created_at: datetime
    reason: str
    based_on_id: int | None
    proposed_by: str
    proposed_at: datetime | None
    proposed_from: date | None
    approved_by: str
    approved_at: datetime | None
    withdrawn_by: str
    withdrawn_at: datetime | None
    withdrawn_why: str


@dataclass(frozen=True, slots=True)
class Holding:
    """How many units a team holds in a plan."""

    plan: SavedPlan
    team: str
    units: int


def _plan(row: PlanRow) -> SavedPlan:
    return SavedPlan(**{field.name: getattr(row, field.name) for field in fields(SavedPlan)})


def _row(session: Session, plan_id: int) -> PlanRow:
    row = session.get(PlanRow, plan_id)
    if row is None:
        raise NotFoundError(f"there is no plan {plan_id}", remedy="See: geoteam plans list")
    return row


def create(
    session: Session,
    *,
    name: str,
    boundary_set_id: int,
    units: Mapping[str, str],
    by: str,
    at: datetime,
    based_on_id: int | None = None,
) -> int:
    """Save a new draft.

    Parameters
    ----------
    session
        Open session.
    name
        For people.
    boundary_set_id
        The set that the units are codes of.
    units
        Unit to team reference; '' is an unassigned unit.
    by, at
        Who and when.
    based_on_id
        The plan that it is a copy of.

    Returns
    -------
    int
        The plan's id.

    Raises
    ------
    InputError
        When a team does not exist.
    """
    row = PlanRow(
        id=_unused_id(session),
        name=name,
        boundary_set_id=boundary_set_id,
        status=DRAFT,
        effective_from=None,
        effective_to=None,
        version=1,
        created_by=by,
        created_at=at,
        based_on_id=based_on_id,
    )
    session.add(row)
    session.flush()
    _write_units(session, row.id, units)
    return row.id


def _unused_id(session: Session) -> int | None:
    """Choose an id that no deleted plan had, where the database would use it again."""
    deleted = settings.get(session, LAST_ID)
    if deleted is None or session.get_bind().dialect.name == "postgresql":
        return None
    newest = session.scalar(select(func.max(PlanRow.id))) or 0
    return max(newest, int(deleted["id"])) + 1


def _write_units(session: Session, plan_id: int, units: Mapping[str, str]) -> None:
    teams = ids_by_ref(session, TeamRow, units.values())
    unknown = sorted({ref for ref in units.values() if ref and ref not in teams})
    if unknown:
        raise InputError(f"there is no team {unknown[0]!r}", where=f"plan {plan_id}")
    session.execute(delete(PlanUnitRow).where(PlanUnitRow.plan_id == plan_id))
    if units:
        session.execute(
            insert(PlanUnitRow),
            [
                {"plan_id": plan_id, "unit": unit, "team_id": teams.get(ref)}
                for unit, ref in units.items()
            ],
        )


def get(session: Session, plan_id: int) -> SavedPlan:
    """Load a plan.

    Parameters
    ----------
    session
        Open session.
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
    return _plan(_row(session, plan_id))


def units(session: Session, plan_id: int) -> dict[str, str]:
    """Load the units of a plan.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.

    Returns
    -------
    dict of str to str
        Unit to team reference ('' when unassigned), by unit.
    """
    query = (
        select(PlanUnitRow.unit, TeamRow.ref)
        .outerjoin(TeamRow, TeamRow.id == PlanUnitRow.team_id)
        .where(PlanUnitRow.plan_id == plan_id)
    )
    return dict(sorted((unit, ref or "") for unit, ref in session.execute(query)))


def team_names(session: Session, plan_id: int, wanted: Collection[str]) -> dict[str, str]:
    """Name the teams of a few units.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.
    wanted
        Codes of units.

    Returns
    -------
    dict of str to str
        Unit to the name of its team; units without a team are left out.
    """
    query = (
        select(PlanUnitRow.unit, TeamRow.name)
        .join(TeamRow, TeamRow.id == PlanUnitRow.team_id)
        .where(PlanUnitRow.plan_id == plan_id, PlanUnitRow.unit.in_(sorted(set(wanted))))
    )
    return dict(session.execute(query).all())


def holdings(session: Session, teams: Collection[str], on: date) -> list[Holding]:
    """List the plans that stand or are being made in which teams hold units.

    Parameters
    ----------
    session
        Open session.
    teams
        References.
    on
        Today: what no longer holds, or was taken back, is left out.

    Returns
    -------
    list of Holding
        By plan, the newest first, and team.
    """
    query = (
        select(PlanRow, TeamRow.ref, func.count())
        .join(PlanUnitRow, PlanUnitRow.plan_id == PlanRow.id)
        .join(TeamRow, TeamRow.id == PlanUnitRow.team_id)
        .where(TeamRow.ref.in_(sorted(teams)), PlanRow.status != WITHDRAWN)
        .where(or_(PlanRow.effective_to.is_(None), PlanRow.effective_to > on))
        .group_by(PlanRow.id, TeamRow.ref)
        .order_by(PlanRow.id.desc(), TeamRow.ref)
    )
    return [Holding(_plan(row), team, units) for row, team, units in session.execute(query)]


def list_plans(session: Session, status: str = "") -> list[SavedPlan]:
    """List the plans.

    Parameters
    ----------
    session
        Open session.
    status
        Only ``draft``, ``published`` or ``withdrawn`` ones; all when empty.

    Returns
    -------
    list of SavedPlan
        Newest first.
    """
    query = select(PlanRow).order_by(PlanRow.id.desc())
    if status:
        query = query.where(PlanRow.status == status)
    return [_plan(row) for row in session.scalars(query)]


def in_force(session: Session, on: date) -> SavedPlan | None:
    """Find the published plan of a day.

    Parameters
    ----------
    session
        Open session.
    on
        The day.

    Returns
    -------
    SavedPlan or None
        None when no plan is in force.
    """
    query = (
        select(PlanRow)
        .where(
            PlanRow.status == PUBLISHED,
            PlanRow.effective_from <= on,
            or_(PlanRow.effective_to.is_(None), PlanRow.effective_to > on),
        )
        .order_by(PlanRow.effective_from.desc(), PlanRow.id.desc())
    )
    row = session.scalars(query.limit(1)).first()
    return None if row is None else _plan(row)


def publish(session: Session, plan_id: int, effective_from: date) -> SavedPlan:
    """Publish a draft; the plan in force until then ends the day it begins.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The draft.
    effective_from
        First day on which it holds.

    Returns
    -------
    SavedPlan
        The published plan.

    Raises
    ------
    NotFoundError
        When there is no such plan.
    InputError
        When it is no draft, or another plan is already published from that day on or later.
    """
    row = _row(session, plan_id)
    if row.status not in (DRAFT, PROPOSED):
        raise InputError(f"the plan is {SAID[row.status]}, not a draft", where=f"plan {plan_id}")
    others = session.scalars(
        select(PlanRow).where(
            PlanRow.status == PUBLISHED,
            or_(PlanRow.effective_to.is_(None), PlanRow.effective_to > effective_from),
        )
    ).all()
    for other in others:
        if other.effective_from is not None and other.effective_from >= effective_from:
            raise InputError(
                f"plan {other.id} is already published from {other.effective_from.isoformat()}",
                where=f"plan {plan_id}",
                remedy="Withdraw that plan first, or choose a later day",
            )
        other.effective_to = effective_from
    row.status, row.effective_from, row.effective_to = PUBLISHED, effective_from, None
    session.flush()
    return _plan(row)


def withdraw(session: Session, plan_id: int) -> SavedPlan:
    """Take back the newest published plan; the one before it holds again.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.

    Returns
    -------
    SavedPlan
        The withdrawn plan.

    Raises
    ------
    NotFoundError
        When there is no such plan.
    InputError
        When it is not published, or another one follows it.
    """
    row = _row(session, plan_id)
    if row.status != PUBLISHED or row.effective_to is not None:
        raise InputError(
            "only the newest published plan can be taken back", where=f"plan {plan_id}"
        )
    row.status = WITHDRAWN
    before = session.scalars(
        select(PlanRow).where(
            PlanRow.status == PUBLISHED, PlanRow.effective_to == row.effective_from
        )
    ).first()
    if before is not None:
        before.effective_to = None
    session.flush()
    return _plan(row)
