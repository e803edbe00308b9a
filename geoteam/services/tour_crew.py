"""Who and what could go on a tour: officers on duty, police partners and cars that are free."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.errors import InputError
from geoteam.services import duty
from geoteam.services.duty import Span
from geoteam.services.tour_times import Times
from geoteam.services.wording import counted, told_weekday
from geoteam.services.workspace import Workspace
from geoteam.store import duty as store
from geoteam.store import staff, tours, venues

# So many days are searched for the next one on duty.
_AHEAD_DAYS = 14


@dataclass(frozen=True, slots=True)
class Mate:
    """A police partner and a time in which they could come along.

    Attributes
    ----------
    ref
        Who; '' for nobody.
    spans
        On duty and on no other tour, in order.
    from_station, to_station
        Whether the time begins, and ends, at the police station: that of a shift does, if no other
        tour comes before or after it.
    station_ref, station
        The police station and its longitude and latitude; None where it is not known, or is where
        the tour begins.
    spoken
        What they speak.
    fit
        Visits that need what only they speak, and visits in their districts.
    tours
        How many other tours they have that day.
    """

    ref: str = ""
    spans: tuple[Span, ...] = ()
    from_station: bool = False
    to_station: bool = False
    station_ref: str = ""
    station: tuple[float, float] | None = None
    spoken: frozenset[str] = frozenset()
    fit: tuple[int, int] = (0, 0)
    tours: int = 0


@dataclass(frozen=True, slots=True)
class Car:
    """A car and a time in which it is free; without ``ref`` the agency keeps no cars."""

    ref: str
    name: str
    span: Span


def officer_hours(
    workspace: Workspace, session: Session, on: date, officer_ref: str, times: Times
) -> list[Span]:
    """Tell when an officer can be on a tour.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    on
        The day.
    officer_ref
        Who.
    times
        Earliest departure and latest return.

    Returns
    -------
    list of tuple
        In order, in UTC.

    Raises
    ------
    InputError
        When the officer is off duty, with the next day on duty.
    """
    zone = workspace.profile.city.zone
    own = duty.on_duty(session, workspace.profile, on, "officers", [officer_ref])[officer_ref]
    found = duty.meet(own, [(times.departs, times.latest)])
    if found:
        return found
    said = f"is on duty {tell(own, zone)}" if _of_day(own, on, zone) else "is off duty"
    later = (on + timedelta(days=step) for step in range(1, _AHEAD_DAYS + 1))
    free = next((day for day in later if _begins_on(workspace, session, day, officer_ref)), None)
    when = told_weekday(free) if free else ""
    raise InputError(
        f"the officer {said} on {told_weekday(on)}, and the tour would take place between "
        f"{times.departs:%H:%M} and {times.latest:%H:%M}",
        remedy=(f"Choose {when}, the next day on duty" if when else "Choose another officer")
        + ", or change the officer's hours",
    )


def _begins_on(workspace: Workspace, session: Session, on: date, officer_ref: str) -> bool:
    return bool(duty.spans(session, workspace.profile, on, "officers", [officer_ref])[officer_ref])


def _of_day(own: Iterable[Span], on: date, zone: ZoneInfo) -> bool:
    return any(begins.astimezone(zone).date() == on for begins, _ in own)


def tell(spans: Sequence[Span], zone: ZoneInfo) -> str:
    """Tell times of a day.

    Parameters
    ----------
    spans
        Beginnings and ends.
    zone
        The city's time zone.

    Returns
    -------
    str
        Such as ``from 08:00 to 12:00 and from 13:00 to 16:00``.
    """
    return " and ".join(
        f"from {begins.astimezone(zone):%H:%M} to {ends.astimezone(zone):%H:%M}"
        for begins, ends in spans
    )


def find_mates(
    workspace: Workspace,
    session: Session,
    on: date,
    hours: Sequence[Span],
    visits: pd.DataFrame,
    spoken: Iterable[str],
    day: pd.DataFrame,
    start_ref: str,
) -> tuple[list[Mate], str]:
    """List the police partners who could come along, who fits best first.

    Somebody fits who speaks what the visits need and the officer does not, and then in whose
    districts most of the visits are.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    on
        The day.
    hours
        When the officer can be on the tour.
    visits
        The visits due.
    spoken
        What the officer speaks.
    day
        Tours of the day, as of the store.
    start_ref
        Where the tour begins.

    Returns
    -------
    tuple
        A police partner for each time between other tours; and why there is none, in words.
    """
    partners = staff.police_partners(session)
    index = workspace.area_index("district", on)
    codes = index.locate(visits["lon"].to_numpy(), visits["lat"].to_numpy())
    needs = visits["interpreter"].str.casefold()
    lacking = [need for need in needs if need and need not in set(spoken)]
    skills = duty.skills(session, "partners")
    here = {
        str(ref): sum(code in _districts(row) for code in codes if code)
        for ref, row in partners.iterrows()
    }
    here = {ref: count for ref, count in here.items() if count}
    on_duty = duty.on_duty(session, workspace.profile, on, "partners", list(here))
    shifts = store.shifts(session, "partners", list(here))
    found: list[Mate] = []
    for ref, spans in on_duty.items():
        own = day[(day["police_partner"] == ref) & day["status"].isin(tours.STANDING)]
        knows = frozenset(skills.get(ref, ()))
        fit = (sum(need in knows for need in lacking), here[ref])
        station_ref = str(partners.at[ref, "station_ref"])
        found += [
            _completed(session, mate, station_ref, start_ref, knows, fit, len(own))
            for mate in _stretches(ref, spans, _taken(own), bool(shifts[ref]))
            if duty.meet(mate.spans, hours)
        ]
    found.sort(key=lambda one: (-one.fit[0], -one.fit[1], one.tours, one.ref))
    named = sorted({code for code in codes if code})
    return found, "" if found else _why_none(workspace, on_duty, hours, named, on)


def _districts(row: pd.Series) -> set[str]:
    return {row["district"], *row["more_districts"].split()}


def _taken(found: pd.DataFrame) -> list[Span]:
    return list(zip(found["departs_at"], found["returns_at"], strict=True))


def _stretches(
    ref: str, spans: Sequence[Span], taken: Sequence[Span], has_shifts: bool
) -> list[Mate]:
    """Part somebody's time on duty at other tours, not at gaps in the shift."""
    if not spans:
        return []
    begun, over = {a for a, _ in taken}, {b for _, b in taken}
    return [
        Mate(ref, tuple(own), has_shifts and gap[0] not in over, has_shifts and gap[1] not in begun)
        for gap in duty.without([(spans[0][0], spans[-1][1])], taken)
        if (own := duty.meet(spans, [gap]))
    ]


def _completed(
    session: Session,
    mate: Mate,
    station_ref: str,
    start_ref: str,
    spoken: frozenset[str],
    fit: tuple[int, int],
    tours_that_day: int,
) -> Mate:
    venue = venues.get(session, station_ref) if station_ref not in ("", start_ref) else None
    return Mate(
        mate.ref,
        mate.spans,
        mate.from_station,
        mate.to_station,
        station_ref if venue else "",
        (venue.lon, venue.lat) if venue else None,
        spoken,
        fit,
        tours_that_day,
    )


def _why_none(
    workspace: Workspace,
    on_duty: dict[str, list[Span]],
    hours: Sequence[Span],
    named: Sequence[str],
    on: date,
) -> str:
    zone = workspace.profile.city.zone
    where = f"district{'' if len(named) == 1 else 's'} {', '.join(named)}"
    if not on_duty:
        return (
            f"No police partner joins tours in {where}, where these visits are. Give one of them "
            "this district too, or choose a police partner yourself."
        )
    when = tell([(hours[0][0], hours[-1][1])], zone)
    free = any(duty.meet(spans, hours) for spans in on_duty.values())
    many = counted(len(on_duty), "police partner", "police partners")
    why = "is on another tour" if free else "is on duty"
    none = "Nobody who" if not free else "Everybody who"
    shown = sorted({tell(spans, zone) for spans in on_duty.values() if _of_day(spans, on, zone)})
    known = f" On that day they are on duty {'; '.join(shown)}." if shown and not free else ""
    return (
        f"{none} joins tours in {where} ({many}) {why} {when}.{known} Another day or departure "
        "helps, or other hours."
    )


def wanted_mate(
    workspace: Workspace,
    session: Session,
    on: date,
    hours: Sequence[Span],
    ref: str,
    start_ref: str,
) -> Mate:
    """Tell when a police partner who was chosen could come along, other tours aside.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    on
        The day.
    hours
        When the officer can be on the tour.
    ref
        Who was chosen.
    start_ref
        Where the tour begins.

    Returns
    -------
    Mate
        The police partner.

    Raises
    ------
    InputError
        When the two are not on duty at the same time.
    """
    spans = duty.on_duty(session, workspace.profile, on, "partners", [ref])[ref]
    if not duty.meet(spans, hours):
        zone = workspace.profile.city.zone
        there = _of_day(spans, on, zone)
        said = f"is on duty {tell(spans, zone)}" if there else "is off duty"
        raise InputError(
            f"the police partner {said} on {told_weekday(on)}; the officer can make the tour "
            f"{tell(hours, zone)}",
            remedy="Choose another police partner, day or departure, or change their hours",
        )
    station = staff.police_partners(session).at[ref, "station_ref"]
    spoken = frozenset(duty.skills(session, "partners", [ref]).get(ref, ()))
    has_shifts = bool(store.shifts(session, "partners", [ref])[ref])
    (mate,) = _stretches(ref, spans, [], has_shifts)
    return _completed(session, mate, str(station), start_ref, spoken, (0, 0), 0)


def free_cars(
    workspace: Workspace,
    session: Session,
    place_ref: str,
    hours: Sequence[Span],
    day: pd.DataFrame,
) -> list[Car]:
    """List the cars that are free at a place, those that are free the longest first.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    place_ref
        The venue where they stand.
    hours
        When the officer can be on the tour.
    day
        Tours of the day, as of the store.

    Returns
    -------
    list of Car
        One whose time lies within that of another is not named. Where the agency keeps no cars at
        all, one without a reference.

    Raises
    ------
    InputError
        When no car stands there, or none is free.
    """
    whole = (hours[0][0], hours[-1][1])
    known = store.cars(session)
    if known.empty:
        return [Car("", "", whole)]
    office = venues.get(session, place_ref)
    here = known[known["place_ref"] == place_ref]
    place = office.name if office else "the field office"
    if here.empty:
        raise InputError(f"no car stands at {place}", remedy="Enter a car for it under Duty")
    free: list[Car] = []
    for ref, row in here.iterrows():
        own = day[(day["car"] == ref) & day["status"].isin(tours.STANDING)]
        gaps = duty.without([whole], _taken(own))
        free += [Car(str(ref), row["name"], gap) for gap in gaps]
    if not free:
        raise InputError(
            f"no car is free at {place} {tell([whole], workspace.profile.city.zone)}: "
            f"{counted(len(here), 'car')}, on other tours all that time",
            remedy="Choose another day, cancel a tour, or enter another car under Duty",
        )
    free.sort(key=lambda one: (-_length_s(one.span), one.span[0], one.ref))
    kept: list[Car] = []
    for car in free:
        if not any(a.span[0] <= car.span[0] and car.span[1] <= a.span[1] for a in kept):
            kept.append(car)
    return kept


def _length_s(span: tuple[datetime, datetime]) -> float:
    return (span[1] - span[0]).total_seconds()
