"""Who is on duty when, which languages they speak, and the cars that tours are made with."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import pandas as pd
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from geoteam.errors import NotFoundError
from geoteam.store.bulk import Upsert, frame_of, ids_by_ref, upsert
from geoteam.store.tables import CarRow, OfficerRow, PolicePartnerRow
from geoteam.store.tour_tables import ShiftRow, SkillRow

Kind = Literal["officers", "partners"]
# A day of every week, 0 being Monday, or one day of the calendar.
Day = int | date


@dataclass(frozen=True, slots=True)
class Shift:
    """Hours of a person, every week or on one day.

    Attributes
    ----------
    day
        Weekday (0 is Monday), or the one day that it holds on instead of the week's hours.
    begins, ends
        Clock times ``HH:MM``; an end not after its beginning lies on the next day. Both '': off
        duty, on one day only.
    """

    day: Day
    begins: str
    ends: str

    @property
    def weekly(self) -> bool:
        """Whether it holds every week."""
        return isinstance(self.day, int)


def _tables(kind: Kind) -> tuple[type[OfficerRow] | type[PolicePartnerRow], str]:
    return (OfficerRow, "officer_id") if kind == "officers" else (
        PolicePartnerRow, "police_partner_id"
    )  # fmt: skip


def _owner(table: type[ShiftRow] | type[SkillRow], column: str) -> InstrumentedAttribute[Any]:
    owner: InstrumentedAttribute[Any] = getattr(table, column)
    return owner


def shifts(
    session: Session, kind: Kind, refs: Collection[str] | None = None
) -> dict[str, list[Shift]]:
    """Load the hours of people.

    Parameters
    ----------
    session
        Open session.
    kind
        Officers or police partners.
    refs
        Whose; None is everybody who has not left.

    Returns
    -------
    dict of str to list of Shift
        Everybody asked for who exists, also without hours: the week first, each day in order.
    """
    people, column = _tables(kind)
    query = select(
        people.ref, ShiftRow.weekday, ShiftRow.on, ShiftRow.begins, ShiftRow.ends
    ).outerjoin(ShiftRow, _owner(ShiftRow, column) == people.id)
    query = query.where(people.active) if refs is None else query.where(people.ref.in_(refs))
    found: dict[str, list[Shift]] = {}
    for ref, weekday, on, begins, ends in session.execute(query):
        own = found.setdefault(ref, [])
        day = on if weekday is None else weekday
        if day is not None:
            own.append(Shift(day, begins, ends))
    for own in found.values():
        own.sort(key=lambda one: (not one.weekly, one.day, one.begins))
    return dict(sorted(found.items()))


def replace_shifts(
    session: Session,
    kind: Kind,
    ref: str,
    new: Sequence[Shift],
    *,
    week: bool = False,
    days: Collection[date] = (),
) -> None:
    """Put hours in place of a person's week, or of those of some days.

    Parameters
    ----------
    session
        Open session.
    kind
        An officer or a police partner.
    ref
        Who.
    new
        The hours that hold from now on.
    week
        Whether the whole week is replaced.
    days
        Days whose own hours are replaced.

    Raises
    ------
    NotFoundError
        When there is no such person.
    """
    column, row_id = _person(session, kind, ref)
    mine = _owner(ShiftRow, column) == row_id
    if week:
        session.execute(delete(ShiftRow).where(mine, ShiftRow.on.is_(None)))
    if days:
        session.execute(delete(ShiftRow).where(mine, ShiftRow.on.in_(days)))
    if new:
        session.execute(
            insert(ShiftRow),
            [
                {
                    "officer_id": None,
                    "police_partner_id": None,
                    column: row_id,
                    "weekday": one.day if one.weekly else None,
                    "on": None if one.weekly else one.day,
                    "begins": one.begins,
                    "ends": one.ends,
                }
                for one in new
            ],
        )


def _person(session: Session, kind: Kind, ref: str) -> tuple[str, int]:
    people, column = _tables(kind)
    found = ids_by_ref(session, people, [ref])
    if ref not in found:
        raise NotFoundError("there is no such person", remedy="Choose from the list")
    return column, found[ref]


def skills(
    session: Session, kind: Kind, refs: Collection[str] | None = None
) -> dict[str, list[str]]:
    """Load the languages and other skills of people.

    Parameters
    ----------
    session
        Open session.
    kind
        Officers or police partners.
    refs
        Whose; None is everybody's.

    Returns
    -------
    dict of str to list of str
        As written, in order; only people who have some.
    """
    people, column = _tables(kind)
    query = select(people.ref, SkillRow.name).join(SkillRow, _owner(SkillRow, column) == people.id)
    if refs is not None:
        query = query.where(people.ref.in_(refs))
    found: dict[str, list[str]] = {}
    for ref, name in session.execute(query.order_by(people.ref, SkillRow.name)):
        found.setdefault(ref, []).append(name)
    return found


def save_skills(session: Session, kind: Kind, names: Mapping[str, Sequence[str]]) -> list[str]:
    """Put skills in place of those that people have.

    Parameters
    ----------
    session
        Open session.
    kind
        Officers or police partners.
    names
        Who, to the skills that hold from now on; nobody else is touched.

    Returns
    -------
    list of str
        Whose skills are others now.

    Raises
    ------
    NotFoundError
        When there is no such person.
    """
    people, column = _tables(kind)
    ids = ids_by_ref(session, people, names)
    if missing := sorted(set(names) - set(ids)):
        raise NotFoundError("there is no such person", where=missing[0])
    known = skills(session, kind, list(names))
    other = [ref for ref in names if sorted(set(names[ref])) != sorted(known.get(ref, ()))]
    owner = _owner(SkillRow, column)
    session.execute(delete(SkillRow).where(owner.in_([ids[ref] for ref in other])))
    rows = [
        {"officer_id": None, "police_partner_id": None, column: ids[ref], "name": name}
        for ref in other
        for name in sorted(set(names[ref]))
    ]
    if rows:
        session.execute(insert(SkillRow), rows)
    return other


def cars(session: Session, *, active_only: bool = True) -> pd.DataFrame:
    """Load the cars.

    Parameters
    ----------
    session
        Open session.
    active_only
        Leave out those that are out of use.

    Returns
    -------
    DataFrame
        Index car_ref; car_id, name, place_ref (the venue where it stands), active.
    """
    query = select(
        CarRow.ref.label("car_ref"),
        CarRow.id.label("car_id"),
        CarRow.name,
        CarRow.place_ref,
        CarRow.active,
    )
    if active_only:
        query = query.where(CarRow.active)
    types = dict.fromkeys(("car_ref", "name", "place_ref"), "str")
    return frame_of(
        session, query, "car_ref", types | {"car_id": "int64", "active": "bool"}
    ).sort_index()


def save_cars(session: Session, rows: Sequence[Mapping[str, Any]]) -> Upsert:
    """Save cars by reference.

    Parameters
    ----------
    session
        Open session.
    rows
        Each with ref, name, place_ref and active.

    Returns
    -------
    Upsert
        What was done.
    """
    return upsert(session, CarRow, rows)
