"""When a tour may leave, and whose tours it would run into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

import pandas as pd

from geoteam.errors import InputError
from geoteam.services.wording import told_day
from geoteam.services.workspace import Workspace
from geoteam.store.tours import STANDING
from geoteam.tours import Break, TourPlan

Person = Literal["officer", "police_partner"]
_STEP_S = 300


@dataclass(frozen=True, slots=True)
class Times:
    """Earliest departure and latest return, with what is to be said about them."""

    departs: datetime
    latest: datetime
    notes: list[str]


def departure(workspace: Workspace, on: date, wanted: str) -> Times:
    """Decide when a tour leaves at the earliest; today not before now, rounded up to 5 minutes.

    Parameters
    ----------
    workspace
        The workspace, for the profile's hours and the clock.
    on
        The day.
    wanted
        Clock time ``HH:MM``; '' for the profile's earliest.

    Returns
    -------
    Times
        In the city's time zone.

    Raises
    ------
    InputError
        When it is no time of day, the day is over, or nothing is left of the day's hours.
    """
    rules, zone = workspace.profile.tours, workspace.profile.city.zone
    departs = datetime.combine(on, _clock(wanted or rules.earliest), zone)
    latest = datetime.combine(on, _clock(rules.latest), zone)
    today, now = workspace.today(), workspace.now().astimezone(zone)
    if on < today:
        raise InputError(
            f"{told_day(on)} is over; today is {told_day(today)}",
            remedy="Choose today or a later day",
        )
    if departs >= latest:
        raise InputError(
            f"a departure at {departs:%H:%M} is too late: tours end at {latest:%H:%M}",
            remedy=f"Depart before {latest:%H:%M}",
        )
    notes = []
    soonest = rounded_up(now)
    if soonest > departs:
        if soonest >= latest:
            raise InputError(
                f"it is {now:%H:%M}, and tours end at {latest:%H:%M}", remedy="Choose another day"
            )
        if wanted:
            notes.append(f"{departs:%H:%M} is over: planned from {soonest:%H:%M}.")
        departs = soonest
    return Times(departs, latest, notes)


def break_owed(workspace: Workspace) -> Break | None:
    """Return the break of a day as the profile has it.

    Parameters
    ----------
    workspace
        The workspace.

    Returns
    -------
    Break or None
        None where the profile asks for none.
    """
    rules = workspace.profile.tours
    return Break(rules.break_minutes, *rules.break_between) if rules.break_minutes else None


def longest_drive_s(workspace: Workspace) -> float | None:
    """Return the longest driving of a tour as the profile has it.

    Parameters
    ----------
    workspace
        The workspace.

    Returns
    -------
    float or None
        Seconds; None where a tour may drive as long as it likes.
    """
    return workspace.profile.tours.longest_drive_minutes * 60 or None


def refuse_overlap(
    workspace: Workspace, day: pd.DataFrame, plan: TourPlan, person: Person, ref: str
) -> None:
    """Refuse a plan while somebody is on another tour.

    Parameters
    ----------
    workspace
        The workspace, for the time zone.
    day
        Tours of the day, as of the store.
    plan
        The plan.
    person
        Whose tours.
    ref
        Who is to go.

    Raises
    ------
    InputError
        When a planned tour of theirs overlaps the plan in time.
    """
    found = _overlapping(day, plan)
    found = found[found[person] == ref]
    if found.empty:
        return
    zone = workspace.profile.city.zone
    begins, ends = (found[name].iloc[0].astimezone(zone) for name in ("departs_at", "returns_at"))
    another = " or another police partner" if person == "police_partner" else ""
    raise InputError(
        f"the {person.replace('_', ' ')} is on a planned tour from {begins:%H:%M} to {ends:%H:%M}; "
        f"this one would take from {plan.departs_at:%H:%M} to {plan.returns_at:%H:%M}",
        remedy=f"Cancel that tour, or choose another departure{another}",
    )


def _overlapping(day: pd.DataFrame, plan: TourPlan) -> pd.DataFrame:
    departs, returns = plan.departs_at.astimezone(UTC), plan.returns_at.astimezone(UTC)
    standing = day[day["status"].isin(STANDING)]
    meets = [
        begins.astimezone(UTC) < returns and departs < ends.astimezone(UTC)
        for begins, ends in zip(standing["departs_at"], standing["returns_at"], strict=True)
    ]
    return standing[pd.Series(meets, index=standing.index, dtype="bool")]


def rounded_up(moment: datetime) -> datetime:
    """Round up to five minutes.

    Parameters
    ----------
    moment
        Any moment.

    Returns
    -------
    datetime
        Not before it.
    """
    return moment + timedelta(seconds=-moment.timestamp() % _STEP_S)


def _clock(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise InputError("the departure is no time of day", remedy="Write it as 09:30") from error
