"""Boundary sets: polygons of one kind with the days in which they are in force.

A plan that splits units has a set of its own: a copy of the city's, of a kind that is never in
force, so that nothing but the plan finds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import geopandas as gpd
from sqlalchemy import BindParameter, bindparam, delete, exists, insert, literal, or_, select
from sqlalchemy.orm import Session, aliased

from geoteam.errors import NotFoundError
from geoteam.frames import BOUNDARIES, check_frame
from geoteam.model import BoundarySet
from geoteam.store.bulk import frame_of, geo_frame, records
from geoteam.store.plan_tables import PlanRow
from geoteam.store.tables import BoundaryRow, BoundarySetRow

_OWN = "split_"
_OF = ", plan "
_own, _newer = BoundarySetRow, aliased(BoundarySetRow)
_DAY: BindParameter[date] = bindparam("day")
_OUTDATED = select(
    or_(
        _own.valid_to <= _DAY,
        exists().where(
            or_(_newer.kind == _own.kind, literal(_OWN) + _newer.kind == _own.kind),
            _newer.valid_from > _own.valid_from,
            _newer.valid_from <= _DAY,
            or_(_newer.valid_to.is_(None), _newer.valid_to > _DAY),
        ),
    )
).where(_own.id == bindparam("set_id"))


def save_set(
    session: Session, boundary_set: BoundarySet, frame: gpd.GeoDataFrame, at: datetime
) -> tuple[int, bool]:
    """Save a boundary set; the same kind and version again replaces its polygons.

    Parameters
    ----------
    session
        Open session.
    boundary_set
        Kind, version and dates.
    frame
        BOUNDARIES.
    at
        The moment of loading.

    Returns
    -------
    tuple of int and bool
        The set's id (the same one when it is replaced, so plans keep theirs), and whether anything
        is new or different.
    """
    check_frame(frame, BOUNDARIES)
    row = session.scalar(
        select(BoundarySetRow).where(
            BoundarySetRow.kind == boundary_set.kind,
            BoundarySetRow.version == boundary_set.version,
        )
    )
    if row is not None and _set_of(row) == boundary_set and _same(load_set(session, row.id), frame):
        return row.id, False
    if row is None:
        row = BoundarySetRow(kind=boundary_set.kind, version=boundary_set.version)
        session.add(row)
    row.valid_from, row.valid_to = boundary_set.valid_from, boundary_set.valid_to
    row.source, row.credit, row.loaded_at = boundary_set.source, boundary_set.credit, at
    session.flush()
    session.execute(delete(BoundaryRow).where(BoundaryRow.set_id == row.id))
    _insert(session, row.id, frame)
    return row.id, True


def _insert(session: Session, set_id: int, frame: gpd.GeoDataFrame) -> None:
    codes = frame.index.tolist()
    rows = records(frame, ["name", "parent"])
    session.execute(
        insert(BoundaryRow),
        [
            values | {"set_id": set_id, "code": code, "geometry": geometry}
            for values, code, geometry in zip(rows, codes, frame.geometry.tolist(), strict=True)
        ],
    )


def _same(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> bool:
    ordered = new.sort_index()
    return (
        old.index.tolist() == ordered.index.tolist()
        and all(old[c].tolist() == ordered[c].tolist() for c in ("name", "parent"))
        and old.geometry.tolist() == ordered.geometry.tolist()
    )


def _set_of(row: BoundarySetRow) -> BoundarySet:
    return BoundarySet(
        kind=row.kind,
        version=row.version,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        source=row.source,
        credit=row.credit,
    )


def list_sets(session: Session, kind: str = "") -> dict[int, BoundarySet]:
    """List the boundary sets.

    Parameters
    ----------
    session
        Open session.
    kind
        Only this kind; when empty every kind but the sets of single plans.

    Returns
    -------
    dict of int to BoundarySet
        By id, ordered by kind, newest first.
    """
    query = select(BoundarySetRow).order_by(BoundarySetRow.kind, BoundarySetRow.valid_from.desc())
    if kind:
        query = query.where(BoundarySetRow.kind == kind)
    else:
        query = query.where(~BoundarySetRow.kind.startswith(_OWN, autoescape=True))
    return {row.id: _set_of(row) for row in session.scalars(query)}


def get_set(session: Session, set_id: int) -> BoundarySet:
    """Load a boundary set without its polygons.

    Parameters
    ----------
    session
        Open session.
    set_id
        The set's id.

    Returns
    -------
    BoundarySet
        Kind, version and dates.

    Raises
    ------
    NotFoundError
        When there is no such set.
    """
    row = session.get(BoundarySetRow, set_id)
    if row is None:
        raise NotFoundError(
            f"there is no boundary set {set_id}", remedy="See: geoteam boundaries list"
        )
    return _set_of(row)


def in_force(session: Session, kind: str, on: date) -> tuple[int, BoundarySet] | None:
    """Find the set of a kind that is in force on a day.

    Parameters
    ----------
    session
        Open session.
    kind
        Boundary kind.
    on
        The day.

    Returns
    -------
    tuple of int and BoundarySet, or None
        The id and the set; the newest where two overlap.
    """
    for set_id, boundary_set in list_sets(session, kind).items():
        if boundary_set.in_force(on):
            return set_id, boundary_set
    return None


def load_set(session: Session, set_id: int) -> gpd.GeoDataFrame:
    """Load the polygons of a set.

    Parameters
    ----------
    session
        Open session.
    set_id
        The set's id.

    Returns
    -------
    GeoDataFrame
        BOUNDARIES, by code.

    Raises
    ------
    NotFoundError
        When there is no such set.
    """
    get_set(session, set_id)
    query = select(
        BoundaryRow.code, BoundaryRow.name, BoundaryRow.parent, BoundaryRow.geometry
    ).where(BoundaryRow.set_id == set_id)
    frame = frame_of(session, query, "code", {"code": "str", "name": "str", "parent": "str"})
    # Sorted here, not by the database: a collation would not agree with Python's order.
    return geo_frame(frame.sort_index())


def codes(session: Session, set_id: int) -> frozenset[str]:
    """List the codes of a set.

    Parameters
    ----------
    session
        Open session.
    set_id
        The set's id.

    Returns
    -------
    frozenset of str
        The codes, without loading a polygon.
    """
    return frozenset(session.scalars(select(BoundaryRow.code).where(BoundaryRow.set_id == set_id)))


def unit_kind(kind: str) -> str:
    """Name the kind of boundaries behind a plan's own ones.

    Parameters
    ----------
    kind
        Kind of a boundary set.

    Returns
    -------
    str
        The same kind, or that of the city's set that was copied.
    """
    return kind.removeprefix(_OWN)


def outdated(session: Session, set_id: int, on: date) -> bool:
    """Tell whether newer boundaries of the same kind are in force than a plan's.

    Parameters
    ----------
    session
        Open session.
    set_id
        The plan's boundary set.
    on
        The day.

    Returns
    -------
    bool
        True also when the set's own days are over; False for one that will be in force later.
    """
    return bool(session.scalar(_OUTDATED, {"set_id": set_id, "day": on}))


def base_of(session: Session, own: BoundarySet) -> int | None:
    """Find the city's boundary set that a plan's own one was copied from.

    Parameters
    ----------
    session
        Open session.
    own
        A plan's own set, or one of the city.

    Returns
    -------
    int or None
        Its id; None when it is no longer there.
    """
    return session.scalar(
        select(BoundarySetRow.id).where(
            BoundarySetRow.kind == unit_kind(own.kind),
            BoundarySetRow.version == own.version.partition(_OF)[0],
        )
    )


def copy_set(
    session: Session,
    old: int,
    *,
    plan_id: int,
    seq: int,
    without: Sequence[str],
    changed: gpd.GeoDataFrame,
    at: datetime,
) -> int:
    """Copy a boundary set for one plan, with some boundaries replaced.

    Parameters
    ----------
    session
        Open session.
    old
        The set.
    plan_id
        The plan.
    seq
        Seq of the edit for which the copy is made.
    without
        Codes that are not copied.
    changed
        BOUNDARIES that stand in their place.
    at
        The moment.

    Returns
    -------
    int
        The new set's id.
    """
    check_frame(changed, BOUNDARIES)
    source = get_set(session, old)
    row = BoundarySetRow(
        kind=_OWN + unit_kind(source.kind),
        version=f"{source.version.partition(_OF)[0]}{_OF}{plan_id}, edit {seq}",
        valid_from=source.valid_from,
        valid_to=source.valid_to,
        source=source.source,
        credit=source.credit,
        loaded_at=at,
    )
    session.add(row)
    session.flush()
    names = ("code", "name", "parent", "geometry")
    kept = select(literal(row.id), *(getattr(BoundaryRow, name) for name in names)).where(
        BoundaryRow.set_id == old, BoundaryRow.code.not_in(without)
    )
    session.execute(insert(BoundaryRow).from_select(["set_id", *names], kept))
    _insert(session, row.id, changed)
    return row.id


def empty_unused(session: Session, set_id: int) -> None:
    """Drop the polygons of a plan's own set that no plan is drawn on any more.

    The set itself stays, so that its id never names another one.

    Parameters
    ----------
    session
        Open session.
    set_id
        The set; one of the city stays as it is.
    """
    own = unit_kind(get_set(session, set_id).kind) != get_set(session, set_id).kind
    used = session.scalar(select(exists().where(PlanRow.boundary_set_id == set_id)))
    if own and not used:
        session.execute(delete(BoundaryRow).where(BoundaryRow.set_id == set_id))


def close_set(session: Session, set_id: int, valid_to: date) -> None:
    """Say from which day on a set is no longer in force.

    Parameters
    ----------
    session
        Open session.
    set_id
        The set's id.
    valid_to
        First day on which it does not hold.

    Raises
    ------
    NotFoundError
        When there is no such set.
    """
    row = session.get(BoundarySetRow, set_id)
    if row is None:
        raise NotFoundError(f"there is no boundary set {set_id}")
    row.valid_to = valid_to
    session.flush()
