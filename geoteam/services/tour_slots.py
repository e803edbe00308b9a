"""When police partners, officers and cars are there for the tours of some days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from geoteam.errors import InputError
from geoteam.services import duty
from geoteam.services.duty import Span
from geoteam.services.street_closures import streets_on
from geoteam.services.workspace import Workspace
from geoteam.store import duty as store
from geoteam.store import staff, venues
from geoteam.tours import Slot

_STEP_S = 300
# A stretch longer than this serves two officers; no tour is shorter than the other.
_LONG, _SHORT = timedelta(hours=5), timedelta(hours=1)


def partner_slots(
    workspace: Workspace,
    session: Session,
    days: Sequence[date],
    standing: pd.DataFrame,
    visits: pd.DataFrame,
    start: tuple[float, float],
    officers: Mapping[date, Sequence[Span]],
) -> list[Slot]:
    """Part the time of police partners into stretches of one tour each.

    Those count who join tours in a district with a visit, while they are on duty and on no planned
    tour, less the way from the station to the field office and back. A long time is parted where a
    shift of an officer begins or ends, else in the middle.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    days
        The days.
    standing
        Planned tours of the days, as of the store.
    visits
        The visits due.
    start
        Longitude and latitude of the field office.
    officers
        When officers of the team are on duty on each day.

    Returns
    -------
    list of Slot
        Those of one police partner do not overlap.

    Raises
    ------
    InputError
        When there is none, with what would help.
    """
    codes = workspace.area_index("district", days[0]).locate(
        visits["lon"].to_numpy(), visits["lat"].to_numpy()
    )
    named = sorted({code for code in codes if code})
    partners = staff.police_partners(session)
    there = [
        not {row["district"], *row["more_districts"].split()}.isdisjoint(named)
        for _, row in partners.iterrows()
    ]
    partners = partners.loc[there]
    refs = [str(ref) for ref in partners.index]
    has_shifts = {ref for ref, own in store.shifts(session, "partners", refs).items() if own}
    slots = []
    for day in days:
        ways = _ways(workspace, session, day, partners["station_ref"], start)
        window = hours_of_day(workspace, day)
        on_duty = duty.on_duty(session, workspace.profile, day, "partners", refs)
        for ref in refs:
            spans = _shortened(on_duty[ref], ways[ref]) if ref in has_shifts else on_duty[ref]
            own = standing[standing["police_partner"] == ref]
            free = duty.without(duty.meet(spans, [window]), taken(own))
            for stretch in free:
                slots += [
                    Slot(ref, *(one.astimezone(workspace.profile.city.zone) for one in part))
                    for part in _parted(stretch, officers[day])
                ]
    if not slots:
        where = f"district{'' if len(named) == 1 else 's'} {', '.join(named)}"
        raise InputError(
            f"no police partner who joins tours in {where} can come along in that week",
            remedy="Choose another week, or give police partners other hours or districts",
        )
    return slots


def hours_of_day(workspace: Workspace, on: date) -> Span:
    """Tell the hours of a day in which tours are made, from now on.

    Parameters
    ----------
    workspace
        The workspace.
    on
        The day.

    Returns
    -------
    tuple
        Beginning and end; an end before the beginning when they are over.
    """
    rules, zone = workspace.profile.tours, workspace.profile.city.zone
    begins, ends = (
        datetime.combine(on, time.fromisoformat(clock), zone)
        for clock in (rules.earliest, rules.latest)
    )
    now = workspace.now().astimezone(zone)
    return max(begins, now + timedelta(seconds=-now.timestamp() % _STEP_S)), ends


def taken(found: pd.DataFrame) -> list[Span]:
    """List the times of tours.

    Parameters
    ----------
    found
        Tours, as of the store.

    Returns
    -------
    list of tuple
        Departure and return.
    """
    return list(zip(found["departs_at"], found["returns_at"], strict=True))


def _ways(
    workspace: Workspace,
    session: Session,
    on: date,
    stations: pd.Series,
    start: tuple[float, float],
) -> dict[str, tuple[timedelta, timedelta]]:
    """Tell how long each partner drives from the station to the office, and back."""
    found = {ref: venues.get(session, ref) for ref in set(stations) if ref}
    places = {ref: (one.lon, one.lat) for ref, one in found.items() if one}
    points = np.vstack([start, *places.values()])
    drive = streets_on(workspace, on).matrix(points, points, lengths=False).duration_s
    drive = np.ceil(np.where(np.isfinite(drive), drive, 0.0))
    rows = {ref: place for place, ref in enumerate(places, start=1)}
    return {
        str(ref): (
            timedelta(seconds=float(drive[rows.get(station, 0), 0])),
            timedelta(seconds=float(drive[0, rows.get(station, 0)])),
        )
        for ref, station in stations.items()
    }


def _shortened(spans: Sequence[Span], way: tuple[timedelta, timedelta]) -> list[Span]:
    return duty.joined((begins + way[0], ends - way[1]) for begins, ends in spans)


def _parted(stretch: Span, officers: Sequence[Span]) -> list[Span]:
    begins, ends = stretch
    if ends - begins < _SHORT:
        return []
    if ends - begins <= _LONG:
        return [stretch]
    middle = begins + (ends - begins) / 2
    # The middle of the stretch, or the end of a shift that is not far from it.
    edges = {edge for span in officers for edge in span}
    quarter = (ends - begins) / 4
    near = [edge for edge in edges if abs(edge - middle) <= quarter]
    cut = min(near, key=lambda edge: (abs(edge - middle), edge), default=middle)
    return [(begins, cut), (cut, ends)]


def officer_absences(
    workspace: Workspace,
    session: Session,
    days: Sequence[date],
    refs: Sequence[str],
    standing: pd.DataFrame,
) -> tuple[dict[str, list[Span]], dict[date, list[Span]]]:
    """Tell when officers can make no tour: off duty, or on a planned one.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    days
        The days.
    refs
        The officers.
    standing
        Planned tours of the days, as of the store.

    Returns
    -------
    tuple
        By officer when they cannot; by day when each is on duty.
    """
    busy = {ref: taken(standing[standing["officer"] == ref]) for ref in refs}
    there: dict[date, list[Span]] = {}
    for day in days:
        on_duty = duty.on_duty(session, workspace.profile, day, "officers", refs)
        begins, ends = hours_of_day(workspace, day)
        there[day] = [span for spans in on_duty.values() for span in spans]
        for ref in refs:
            busy[ref] += duty.without([(begins, ends)], on_duty[ref])
    return busy, there


def car_absences(
    session: Session, place_ref: str, standing: pd.DataFrame
) -> list[list[Span]] | None:
    """Tell when the cars of a field office are on planned tours.

    Parameters
    ----------
    session
        Open session.
    place_ref
        The field office.
    standing
        Planned tours of the days, as of the store.

    Returns
    -------
    list or None
        One list for each car; None where the agency keeps no cars.

    Raises
    ------
    InputError
        When no car stands there.
    """
    known = store.cars(session)
    if known.empty:
        return None
    here = known[known["place_ref"] == place_ref]
    if here.empty:
        raise InputError(
            "no car stands at the team's field office", remedy="Enter a car for it under Hours"
        )
    return [taken(standing[standing["car"] == ref]) for ref in here.index]
