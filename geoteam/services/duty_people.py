"""Hours on duty, languages and districts as a supervisor sees and sets them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.errors import NotFoundError
from geoteam.model import Role, User
from geoteam.services import duty
from geoteam.services.home_hours import DAYS, tell_hours
from geoteam.services.scope import require_role, sees_team
from geoteam.services.workspace import Workspace
from geoteam.store import boundaries, staff
from geoteam.store import duty as store
from geoteam.store.duty import Kind, Shift

EDITORS = (Role.SUPERVISOR, Role.ADMINISTRATOR)
KINDS: Mapping[Kind, str] = {"officers": "officer", "partners": "police_partner"}


@dataclass(frozen=True, slots=True)
class Person:
    """An officer or police partner, with hours.

    Attributes
    ----------
    kind, ref, name
        Who.
    belongs
        The team, or the district.
    week
        The hours of every week in words; '' where the city's hours hold.
    on_day
        The hours of the day asked for, in words; '' when off duty.
    languages
        As entered.
    more_districts
        Codes of other districts that a police partner joins tours in.
    """

    kind: Kind
    ref: str
    name: str
    belongs: str
    week: str
    on_day: str
    languages: tuple[str, ...] = ()
    more_districts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonHours:
    """One person to be changed.

    Attributes
    ----------
    person
        Who.
    week
        For each day from Monday on, beginnings and ends.
    days
        Days of their own from today on, with beginnings and ends; none when off duty.
    districts
        Codes of the districts that a police partner may also join tours in.
    """

    person: Person
    week: list[list[tuple[str, str]]]
    days: list[tuple[date, list[tuple[str, str]]]]
    districts: list[str]


def list_people(workspace: Workspace, user: User, on: date) -> list[Person]:
    """List whose hours a user may see and change.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor or an administrator.
    on
        The day whose hours are told.

    Returns
    -------
    list of Person
        Officers of the user's teams by team, then police partners by district.
    """
    require_role(user, EDITORS, "see hours on duty")
    with workspace.reading() as session:
        return [
            one
            for kind in KINDS
            for one in _people(workspace, session, kind, _table(session, user, kind), on)
        ]


def _table(session: Session, user: User, kind: Kind) -> pd.DataFrame:
    if kind == "partners":
        frame = staff.police_partners(session)
        return frame.assign(belongs=frame["district"]).sort_values(["belongs", "name"])
    frame = staff.officers(session)
    if user.role is Role.SUPERVISOR:
        frame = frame.loc[[sees_team(user, team) for team in frame["team"]]]
    return frame.assign(belongs=frame["team"], more_districts="").sort_values(["belongs", "name"])


def _people(
    workspace: Workspace, session: Session, kind: Kind, table: pd.DataFrame, on: date
) -> list[Person]:
    refs = [str(ref) for ref in table.index]
    shifts, zone = store.shifts(session, kind, refs), workspace.profile.city.zone
    spoken = store.skills(session, kind, refs)
    spans = duty.spans(session, workspace.profile, on, kind, refs)
    return [
        Person(
            kind,
            str(ref),
            row["name"],
            row["belongs"],
            tell_week(shifts[str(ref)]),
            ", ".join(
                f"{begins.astimezone(zone):%H:%M}-{ends.astimezone(zone):%H:%M}"
                for begins, ends in spans[str(ref)]
            ),
            tuple(spoken.get(str(ref), ())),
            tuple(row["more_districts"].split()),
        )
        for ref, row in table.iterrows()
    ]


def tell_week(shifts: Sequence[Shift]) -> str:
    """Tell the hours of every week in words.

    Parameters
    ----------
    shifts
        All hours of a person.

    Returns
    -------
    str
        Such as ``Mon-Fri 08:00-16:00``; '' when there are none.
    """
    days: dict[tuple[str, str], list[str]] = {}
    for one in shifts:
        if isinstance(one.day, int):
            days.setdefault((one.begins, one.ends), []).append(DAYS[one.day])
    return tell_hours([[*hours, " ".join(own)] for hours, own in days.items()])


def person_hours(workspace: Workspace, user: User, kind: Kind, ref: str) -> PersonHours:
    """Open a person's hours.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An administrator; a supervisor of the officer's team; any supervisor for a police partner.
    kind, ref
        Who.

    Returns
    -------
    PersonHours
        The hours; days that are over are left out.

    Raises
    ------
    NotFoundError
        When there is no such person, or none of the user's.
    """
    require_role(user, EDITORS, "see hours on duty")
    with workspace.reading() as session:
        table = require_person(session, user, kind, ref)
        (person,) = _people(workspace, session, kind, table, workspace.today())
        shifts = store.shifts(session, kind, [ref])[ref]
        districts = district_codes(workspace, session) if kind == "partners" else []
    week: list[list[tuple[str, str]]] = [[] for _ in DAYS]
    days: dict[date, list[tuple[str, str]]] = {}
    for one in shifts:
        if isinstance(one.day, int):
            week[one.day].append((one.begins, one.ends))
        elif one.day >= workspace.today():
            own = days.setdefault(one.day, [])
            own += [(one.begins, one.ends)] if one.begins else []
    return PersonHours(
        person, week, sorted(days.items()), [code for code in districts if code != person.belongs]
    )


def require_person(session: Session, user: User, kind: Kind, ref: str) -> pd.DataFrame:
    """Load a person of the user's teams.

    Parameters
    ----------
    session
        Open session.
    user
        Who asks.
    kind
        An officer or a police partner.
    ref
        The person.

    Returns
    -------
    DataFrame
        One row, as of the store.

    Raises
    ------
    NotFoundError
        When there is no such person, or none of the user's.
    """
    table = _table(session, user, kind)
    if ref not in table.index:
        raise NotFoundError("there is no such person in your teams", remedy="Choose from the list")
    return table.loc[[ref]]


def district_codes(workspace: Workspace, session: Session) -> list[str]:
    """List the districts in force.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.

    Returns
    -------
    list of str
        Their codes; empty when none are loaded.
    """
    found = boundaries.in_force(session, "district", workspace.today())
    return sorted(boundaries.codes(session, found[0])) if found else []
