"""Hours on duty, languages and districts as a supervisor sees and sets them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.errors import InputError, NotFoundError
from geoteam.model import Role, User
from geoteam.services import duty
from geoteam.services.home_hours import DAYS, tell_hours
from geoteam.services.import_staff import languages_of
from geoteam.services.scope import require_role, sees_team
from geoteam.services.workspace import Workspace
from geoteam.store import audit, boundaries, staff
from geoteam.store import duty as store
from geoteam.store.duty import Kind, Shift

EDITORS = (Role.SUPERVISOR, Role.ADMINISTRATOR)
KINDS: Mapping[Kind, str] = {"officers": "officer", "partners": "police_partner"}
# So many days can be entered at once.
MOST_DAYS = 62
Hours = Sequence[tuple[str, str]]


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
        table = _require(session, user, kind, ref)
        (person,) = _people(workspace, session, kind, table, workspace.today())
        shifts = store.shifts(session, kind, [ref])[ref]
        districts = _districts(workspace, session) if kind == "partners" else []
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


def _require(session: Session, user: User, kind: Kind, ref: str) -> pd.DataFrame:
    table = _table(session, user, kind)
    if ref not in table.index:
        raise NotFoundError("there is no such person in your teams", remedy="Choose from the list")
    return table.loc[[ref]]


def _districts(workspace: Workspace, session: Session) -> list[str]:
    found = boundaries.in_force(session, "district", workspace.today())
    return sorted(boundaries.codes(session, found[0])) if found else []


def set_week(
    workspace: Workspace, user: User, kind: Kind, ref: str, week: Mapping[int, Hours]
) -> None:
    """Put hours in place of a person's week; with none at all the city's hours hold.

    Parameters
    ----------
    workspace, user, kind, ref
        As of `person_hours`.
    week
        Weekday (0 is Monday) to beginnings and ends, each ``HH:MM``.

    Raises
    ------
    InputError
        When an hour is no time of day, or hours of a day overlap.
    NotFoundError
        As of `person_hours`.
    """
    new = [one for day, hours in week.items() for one in _checked(day, hours)]
    _change(workspace, user, kind, ref, new, "duty.week", week=True)


def set_days(
    workspace: Workspace, user: User, kind: Kind, ref: str, first: date, last: date, hours: Hours
) -> None:
    """Put hours of their own on some days; with none the person is off duty.

    Parameters
    ----------
    workspace, user, kind, ref
        As of `person_hours`.
    first, last
        The days, both included.
    hours
        Beginnings and ends, each ``HH:MM``.

    Raises
    ------
    InputError
        When the days are over, out of order or too many, or as of `set_week`.
    NotFoundError
        As of `person_hours`.
    """
    days = _days(workspace, first, last)
    new = [one for day in days for one in (_checked(day, hours) or [Shift(day, "", "")])]
    _change(workspace, user, kind, ref, new, "duty.days", days=days)


def clear_days(
    workspace: Workspace, user: User, kind: Kind, ref: str, first: date, last: date
) -> None:
    """Let the hours of the week hold on some days again.

    Parameters
    ----------
    workspace, user, kind, ref, first, last
        As of `set_days`.

    Raises
    ------
    InputError, NotFoundError
        As of `set_days`.
    """
    days = _days(workspace, first, last)
    _change(workspace, user, kind, ref, [], "duty.days", days=days)


def _days(workspace: Workspace, first: date, last: date) -> list[date]:
    if first < workspace.today():
        raise InputError("the first day is over", remedy="Choose today or a later day")
    if last < first:
        raise InputError(
            "the last day is before the first", remedy="Choose a later one, or leave it empty"
        )
    count = (last - first).days + 1
    if count > MOST_DAYS:
        raise InputError(
            f"these are {count} days, and {MOST_DAYS} is the most", remedy="Enter a part of them"
        )
    return [first + timedelta(days=step) for step in range(count)]


def _checked(day: store.Day, hours: Hours) -> list[Shift]:
    whose = DAYS[day].capitalize() if isinstance(day, int) else day.isoformat()
    try:
        read = [[f"{time.fromisoformat(at):%H:%M}" for at in pair] for pair in hours]
    except ValueError as error:
        raise InputError(
            f"{whose}: hours need a beginning and an end",
            remedy="Write both, such as 08:00 and 16:00",
        ) from error
    found = [Shift(day, begins, ends) for begins, ends in sorted(read)]
    for one, other in itertools.pairwise(found):
        if one.ends <= one.begins or other.begins < one.ends:
            raise InputError(
                f"{whose}: {one.begins}-{one.ends} and {other.begins}-{other.ends} overlap",
                remedy="Join them, or correct one",
            )
    return found


def _change(
    workspace: Workspace,
    user: User,
    kind: Kind,
    ref: str,
    new: Sequence[Shift],
    action: str,
    *,
    week: bool = False,
    days: Sequence[date] = (),
) -> None:
    require_role(user, EDITORS, "change hours on duty")
    with workspace.transaction() as session:
        _require(session, user, kind, ref)
        store.replace_shifts(session, kind, ref, new, week=week, days=days)
        _note(
            workspace,
            session,
            user,
            action,
            KINDS[kind],
            ref,
            {"rows": len(new)}
            | ({"from": days[0].isoformat(), "to": days[-1].isoformat()} if days else {}),
        )


def _note(
    workspace: Workspace,
    session: Session,
    user: User,
    action: str,
    kind: str,
    ref: str,
    detail: Mapping[str, object],
) -> None:
    audit.append(
        session,
        at=workspace.now(),
        actor=user.username,
        action=action,
        object_kind=kind,
        object_ref=ref,
        detail=dict(detail),
    )


def set_skills(
    workspace: Workspace,
    user: User,
    kind: Kind,
    ref: str,
    languages: str,
    more_districts: Sequence[str] = (),
) -> None:
    """Say which languages a person speaks, and where else a police partner joins tours.

    Parameters
    ----------
    workspace, user, kind, ref
        As of `person_hours`.
    languages
        Names with a comma between.
    more_districts
        Codes of districts beside a police partner's own.

    Raises
    ------
    InputError
        When a district is none.
    NotFoundError
        As of `person_hours`.
    """
    require_role(user, EDITORS, "change hours on duty")
    with workspace.transaction() as session:
        _require(session, user, kind, ref)
        known = _districts(workspace, session)
        if wrong := sorted(set(more_districts) - set(known)):
            raise InputError(
                f"{wrong[0]} is no district here", remedy=f"Choose of: {', '.join(known)}"
            )
        names = languages_of(languages)
        store.save_skills(session, kind, {ref: names})
        if kind == "partners":
            staff.save_more_districts(session, ref, more_districts)
        detail = {"languages": names, "more_districts": sorted(more_districts)}
        _note(workspace, session, user, "duty.skills", KINDS[kind], ref, detail)
