"""Whether a tour still fits what its clients, its people and its car allow since it was planned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.services import duty
from geoteam.services.home_hours import hours_on
from geoteam.services.workspace import Workspace
from geoteam.store import duty as duty_store
from geoteam.store import tours, venues, visit_limits
from geoteam.store.tours import SavedStop, SavedTour

_APART = "Two clients on this tour must not meet: plan the rest anew, or take one off."
_ANEW = "Plan the rest anew."
_CAR_ANEW = "Plan the rest anew, with another car."


def misfits(
    workspace: Workspace, session: Session, saved: SavedTour, people: pd.DataFrame
) -> list[str]:
    """Tell what a tour to come does no longer fit; nobody is named.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    saved
        The tour.
    people
        Its clients, with their ``windows``.

    Returns
    -------
    list of str
        One sentence for each stop that is still to come, and for the car; empty for a tour that is
        done or cancelled.
    """
    if saved.status not in tours.STANDING:
        return []
    refs = [stop.client_ref for stop in saved.stops]
    told = [_APART] if visit_limits.no_contact_pairs(session, refs) else []
    limits = visit_limits.limits_frame(session, refs)
    spoken = _spoken(session, saved)
    usual = float(workspace.profile.tours.service_minutes)
    minutes = {ref: usual if pd.isna(own) else float(own)
               for ref, own in limits["service_minutes"].items()}  # fmt: skip
    together: dict[tuple[object, ...], float] = {}
    for stop in saved.stops:
        together[_key(stop)] = together.get(_key(stop), 0.0) + minutes[stop.client_ref]
    for stop in saved.stops:
        if stop.arrives_at <= workspace.now() or stop.client_ref not in people.index:
            continue
        limit = {str(name): value for name, value in limits.loc[stop.client_ref].items()}
        whys = [
            _not_at_home(workspace, saved, stop, people.at[stop.client_ref, "windows"]),
            _too_short(stop, together[_key(stop)]),
            *_unfit(limit, spoken, bool(saved.police_partner_ref)),
        ]
        told += [f"Stop {stop.position} {why} {_ANEW}" for why in whys if why]
    return [*told, *_car_gone(session, saved)]


def misplaced_car(session: Session, saved: SavedTour) -> str:
    """Tell where the car of a tour stands now, if not where the tour begins.

    Parameters
    ----------
    session
        Open session.
    saved
        The tour.

    Returns
    -------
    str
        A clause; '' where the car is as it was, and for a tour without one.
    """
    if not saved.car_ref:
        return ""
    cars = duty_store.cars(session)
    if saved.car_ref not in cars.index:
        return "is no longer in use"
    place_ref = str(cars.at[saved.car_ref, "place_ref"])
    if place_ref == saved.start_ref:
        return ""
    place = venues.get(session, place_ref)
    return f"stands at {place.name if place else 'another office'} now"


def _car_gone(session: Session, saved: SavedTour) -> list[str]:
    why = misplaced_car(session, saved)
    return [f"{saved.car_name} {why}. {_CAR_ANEW}"] if why else []


def _key(stop: SavedStop) -> tuple[object, ...]:
    return stop.lon, stop.lat, stop.arrives_at


def _not_at_home(workspace: Workspace, saved: SavedTour, stop: SavedStop, windows: Any) -> str:
    """Tell that a stop is not within the hours at home."""
    if not windows:
        return ""
    zone = workspace.profile.city.zone
    begins, ends = (_clock(one, zone) for one in (stop.arrives_at, stop.leaves_at))
    hours = hours_on(windows, saved.on)
    if any(opens <= begins and ends <= closes for opens, closes in hours):
        return ""
    told = " and ".join(f"{opens}–{closes}" for opens, closes in hours)
    home = f"at home {told} that day" if told else "not at home that day"
    return f"is from {begins} to {ends}, and the client is {home}, as is known now."


def _clock(moment: datetime, zone: Any) -> str:
    return f"{moment.astimezone(zone):%H:%M}"


def _too_short(stop: SavedStop, minutes: float) -> str:
    planned = (stop.leaves_at - stop.arrives_at).total_seconds() / 60
    if planned + 0.5 >= minutes:
        return ""
    return f"needs {minutes:.0f} minutes now, and {planned:.0f} are planned."


def _unfit(limit: Mapping[str, Any], spoken: set[str], joint: bool) -> list[str]:
    found = []
    if limit["two_officers"] and not joint:
        found.append("must be made by two people now, and the officer goes alone.")
    language = str(limit["interpreter"])
    if language and language.casefold() not in spoken:
        found.append(f"needs an interpreter for {language} now: nobody on this tour speaks it.")
    return found


def _spoken(session: Session, saved: SavedTour) -> set[str]:
    own = duty.skills(session, "officers", [saved.officer_ref]).get(saved.officer_ref, ())
    ref = saved.police_partner_ref
    theirs = duty.skills(session, "partners", [ref]).get(ref, ()) if ref else ()
    return {*own, *theirs}
