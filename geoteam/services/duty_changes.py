"""Changing who is on duty when, and what people speak; every change is audited."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta

from sqlalchemy.orm import Session

from geoteam.errors import InputError
from geoteam.model import User
from geoteam.services.duty_people import EDITORS, KINDS, district_codes, require_person
from geoteam.services.home_hours import DAYS
from geoteam.services.import_staff import languages_of
from geoteam.services.scope import require_role
from geoteam.services.workspace import Workspace
from geoteam.store import audit, staff
from geoteam.store import duty as store
from geoteam.store.duty import Kind, Shift

# So many days can be entered at once.
MOST_DAYS = 62
Hours = Sequence[tuple[str, str]]


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
        require_person(session, user, kind, ref)
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
        require_person(session, user, kind, ref)
        known = district_codes(workspace, session)
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
