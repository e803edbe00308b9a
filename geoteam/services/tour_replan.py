"""Plan the rest of a tour that is under way; what is done stays, what is promised is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time

from sqlalchemy.orm import Session

from geoteam.disclosure.policy import TOUR
from geoteam.errors import InputError, SettledError
from geoteam.model import User
from geoteam.services.clients import reach_of
from geoteam.services.road_plan import plan_of
from geoteam.services.road_state import RoadState, reckon
from geoteam.services.road_words import of_tour
from geoteam.services.tour_crew import free_cars
from geoteam.services.tour_fits import misplaced_car
from geoteam.services.tour_trip import Trip, solve, trip_of, visits_of
from geoteam.services.tour_trip_save import replace_stops
from geoteam.services.workspace import Workspace
from geoteam.store import audit, outcomes, stops, tours
from geoteam.store.tour_versions import plan_alone


def replan_rest(
    workspace: Workspace,
    user: User,
    ref: str,
    *,
    at: str = "",
    fixed: Sequence[int] = (),
    seen: int = 0,
) -> int:
    """Plan the rest of a tour anew from a time of its day; saved as a new version of the tour.

    Done are the stops of which an outcome or an arrival was told, or, before any word from the
    road, those planned to have begun by then. They stay, in the order in which they were made.
    Promised stops keep their time. The others, and visits left out before, are planned from where
    the car stands then. Sheets printed before are out of date.

    Parameters
    ----------
    workspace
        The workspace.
    user
        The officer of the tour, or a supervisor of the team.
    ref
        The tour's reference.
    at
        Clock time ``HH:MM``; now when empty.
    fixed
        Numbers of stops that are promised for their planned time, beside those marked so before.
    seen
        The version that the user has seen; 0 for any.

    Returns
    -------
    int
        Number of the version; the tour as first planned is 1.

    Raises
    ------
    InputError
        When the tour is done or cancelled, the time is none of the tour's, there is no such stop,
        or its car was moved away and no other is free.
    SettledError
        When somebody else has changed the tour since.
    NotFoundError
        When there is no such tour, or none of the user's.
    """
    reach_of(user)
    with workspace.transaction() as session:
        plan_alone(session)
        tour_id = outcomes.lock(session, ref)
        saved = of_tour(session, user, ref)
        if seen and seen != saved.version:
            raise SettledError(
                "somebody else has changed the tour since you opened it",
                remedy="Look at what changed, then plan the rest again",
            )
        now = _moment(workspace, saved, at) if at else workspace.now()
        for number in fixed:
            stops.set_fixed(session, tour_id, _client_of(saved, number), fixed=True)
        saved = tours.get(session, ref)
        trip = trip_from_here(workspace, session, saved, now)
        made = [stop.client_ref for stop in trip.done]
        stops.put_first(session, tour_id, made)
        asked = {stop.client_ref for stop in saved.stops}
        asked |= {one["client_ref"] for one in saved.left_out}
        visits = visits_of(workspace, session, saved.on, asked - set(made), [ref])
        promised = {
            stop.client_ref: stop.arrives_at.astimezone(trip.begins.tzinfo)
            for stop in saved.stops
            if stop.fixed and stop.client_ref in visits.index and stop.arrives_at >= trip.begins
        }
        plan = solve(workspace, session, trip, visits, promised=promised)
        replace_stops(workspace, session, saved, trip, plan, visits, by=user.name)
        if not made:
            _another_car(workspace, session, saved)
        version = tours.get(session, ref).version
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action="tour.replan",
            object_kind="tour",
            object_ref=ref,
            purpose=TOUR,
            detail={"version": version, "done": len(made), "stops": len(plan.stops)},
        )
    return version


def _another_car(workspace: Workspace, session: Session, saved: tours.SavedTour) -> None:
    """Give a tour that has not left yet a car that stands where it begins."""
    if not misplaced_car(session, saved):
        return
    now = tours.get(session, saved.ref)
    hours = [(now.departs_at, now.returns_at)]
    day = tours.list_tours(session, on=saved.on)
    free = free_cars(workspace, session, saved.start_ref, hours, day)
    whole = [car for car in free if car.span == hours[0]]
    if not whole:
        raise InputError(
            f"{saved.car_name} {misplaced_car(session, saved)}, and no other car is free for the "
            "whole tour",
            remedy="Cancel another tour, move a car, or cancel this tour and plan it anew",
        )
    tours.put_car(session, saved.ref, whole[0].ref)


def _client_of(saved: tours.SavedTour, number: int) -> str:
    for stop in saved.stops:
        if stop.position == number:
            return stop.client_ref
    raise InputError(f"the tour has no stop {number}", remedy="See the stops of the tour")


def _moment(workspace: Workspace, saved: tours.SavedTour, at: str) -> datetime:
    try:
        clock = time.fromisoformat(at)
    except ValueError as error:
        raise InputError("the time is no time of day", remedy="Write it as 13:30") from error
    zone = workspace.profile.city.zone
    now = datetime.combine(saved.on, clock, zone)
    first, last = (one.astimezone(zone) for one in (saved.departs_at, saved.returns_at))
    if not first <= now < last:
        raise InputError(
            f"at {at} the tour is not under way: it takes from {first:%H:%M} to {last:%H:%M}",
            remedy="Name a time in between",
        )
    return now


def trip_from_here(
    workspace: Workspace, session: Session, saved: tours.SavedTour, now: datetime
) -> Trip:
    """Tell what a tour must keep to from here: by the words from the road, else as planned.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    saved
        The tour.
    now
        The moment.

    Returns
    -------
    Trip
        Done are the stops told of, in the order in which they were made.

    Raises
    ------
    InputError
        As of `trip_of`.
    """
    trip = trip_of(workspace, session, saved, at=now)
    told = outcomes.of_tours(session, [saved.ref])[saved.ref]
    words = outcomes.check_ins(session, [saved.ref])[saved.ref]
    if not told and not words:
        return trip
    state = reckon(plan_of(workspace, session, saved), told, words, now)
    if state.begun_at is None:
        return trip
    stops = {stop.client_ref: stop for stop in saved.stops}
    made = [ref for ref in (*state.done, state.at_client) if ref in stops]
    free = _free(state, stops.get(state.at_client), now).astimezone(trip.begins.tzinfo)
    pause = saved.summary.get("break")
    taken = pause if pause and datetime.fromisoformat(pause["ends"]) <= free else None
    return replace(trip, done=tuple(stops[ref] for ref in made), begins=free, break_taken=taken)


def _free(state: RoadState, here: tours.SavedStop | None, now: datetime) -> datetime:
    """Tell when the car is free: where a visit is under way, at its end."""
    if here is None:
        return now
    stay = here.leaves_at - here.arrives_at
    began = next(one.at for one in state.expected if one.client_ref == here.client_ref)
    return max(now, began + stay)
