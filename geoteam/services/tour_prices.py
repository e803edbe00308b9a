"""What moving a visit by hand would do: minutes, points, who is left out, or why it cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.errors import ChangedError, InputError, NotFoundError
from geoteam.model import User
from geoteam.services.clients import reach_of
from geoteam.services.scope import sees_client
from geoteam.services.tour_move_parts import Move, Part, Price, Work
from geoteam.services.tour_move_price import price_of, why_not
from geoteam.services.tour_replan import trip_from_here
from geoteam.services.tour_trip import Trip, solve, visits_of
from geoteam.services.tour_views import sees_tour
from geoteam.services.workspace import Workspace
from geoteam.store import clients as client_store
from geoteam.store import staff, tours
from geoteam.store.tours import SavedTour

_ELSEWHERE = "Choose another tour, or another day"


def price_move(
    workspace: Workspace, user: User, move: Move, seen: Mapping[str, int] | None = None
) -> Price:
    """Tell what a move would do; nothing is changed.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor of the teams of both tours, or the officer of both.
    move
        The move.
    seen
        Versions of the tours as the user saw them; None for as they are.

    Returns
    -------
    Price
        Minutes, points and who is left out; or the refusal.

    Raises
    ------
    NotFoundError
        When a tour or the client is none of the user's.
    ChangedError
        When a tour is no longer as it was seen, or the visit no longer where the move takes it
        from.
    """
    with workspace.reading() as session:
        for ref in filter(None, (move.source, move.target)):
            saved = tours.get(session, ref)
            require_tour(session, user, saved)
            if seen is not None and seen.get(ref) != saved.version:
                raise changed(workspace, saved)
        return work_out(workspace, session, user, move).price


def work_out(workspace: Workspace, session: Session, user: User, move: Move) -> Work:
    """Work a move out; nothing is changed.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    user
        Who moves.
    move
        The move.

    Returns
    -------
    Work
        With the tours of the move, the one that the visit leaves first; none when it is refused
        before they are solved.

    Raises
    ------
    NotFoundError
        When a tour or the client is none of the user's.
    ChangedError
        When the visit is no longer where the move takes it from.
    """
    reach_of(user)
    saved = [tours.get(session, ref) for ref in dict.fromkeys((move.source, move.target)) if ref]
    if not saved:
        raise InputError("the visit is on no tour and stays so", remedy="Choose a tour")
    names = {one.ref: require_tour(session, user, one).name for one in saved}
    if len({one.on for one in saved}) > 1:
        raise InputError("the tours are on different days", remedy="Choose a tour of that day")
    refs = {stop.client_ref for one in saved for stop in one.stops} | {move.client_ref}
    people = client_store.as_frame(session, workspace.today(), refs=refs, active_only=False)
    person = _person(user, people, move.client_ref)
    if move.source and move.client_ref not in {stop.client_ref for stop in saved[0].stops}:
        raise changed(workspace, saved[0])
    versions = {one.ref: one.version for one in saved}
    try:
        trips = [trip_from_here(workspace, session, one, workspace.now()) for one in saved]
    except InputError as error:
        return Work(Price(error.what, error.remedy, versions=versions), [], pd.DataFrame())
    if any(stop.client_ref == move.client_ref for trip in trips for stop in trip.done):
        why = "the visit has begun already"
        return Work(Price(why, "Choose a visit to come", versions=versions), [], pd.DataFrame())
    visits = visits_of(workspace, session, saved[0].on, refs, list(versions))
    if move.target and move.client_ref not in visits.index:
        why = "no joint visit to this client can be planned on that day: none is due, it is on "
        why += "another tour, it was excluded, or the address waits for review"
        return Work(Price(why, "Load the page again", versions=versions), [], visits)
    if move.target and trips[-1].off_duty:
        why = f"nobody can be moved there unless {trips[-1].off_duty} at the time of the tour"
        remedy = "Choose another tour, or change the hours on duty"
        return Work(Price(why, remedy, versions=versions), [], visits)
    parts = [
        _part(workspace, session, one, trip, visits, move)
        for one, trip in zip(saved, trips, strict=True)
    ]
    last = parts[-1]
    if move.target:
        mine = [one for one in last.plan.left_out if one["client_ref"] == move.client_ref]
        if mine:
            why, remedy = (
                why_not(workspace, mine[0], last.trip),
                "Choose another tour, or another day",
            )
            return Work(Price(why, remedy, versions=versions), parts, visits)
    return Work(
        price_of(workspace, session, parts, names, people["name"], visits, move, person),
        parts,
        visits,
    )


def _person(user: User, people: pd.DataFrame, client_ref: str) -> Mapping[str, Any]:
    known = people[people.index == client_ref]
    if known.empty or not sees_client(
        user, officer_ref=known["officer"].iloc[0], team_ref=known["team"].iloc[0]
    ):
        raise NotFoundError("there is no such client of yours", remedy="Load the page again")
    return {str(key): value for key, value in known.iloc[0].items()}


def _part(
    workspace: Workspace,
    session: Session,
    saved: SavedTour,
    trip: Trip,
    visits: pd.DataFrame,
    move: Move,
) -> Part:
    """Solve one of the tours without the visit, or with it."""
    made = {stop.client_ref for stop in trip.done}
    own = [
        stop.client_ref
        for stop in saved.stops
        if stop.client_ref not in made and stop.client_ref != move.client_ref
    ]
    asked = [ref for ref in own if ref in visits.index]
    promised = {
        stop.client_ref: stop.arrives_at
        for stop in saved.stops
        if stop.fixed and stop.client_ref in asked
    }
    order: list[str] = []
    firm: set[str] = set()
    if saved.ref == move.target:
        firm = {move.client_ref}
        if move.place is not None:
            order = list(asked)
            order.insert(max(0, move.place - 1 - len(made)), move.client_ref)
        asked = [*asked, move.client_ref]
    plan = solve(
        workspace, session, trip, visits.loc[asked], firm=firm, promised=promised, order=order
    )
    return Part(saved, trip, plan, [ref for ref in own if ref not in visits.index])


def changed(workspace: Workspace, saved: SavedTour) -> ChangedError:
    """Tell who changed a tour meanwhile, and when.

    Parameters
    ----------
    workspace
        The workspace.
    saved
        The tour as it is now.

    Returns
    -------
    ChangedError
        To be raised.
    """
    last = dict(saved.summary.get(saved.status) or {})
    earlier = saved.summary.get("earlier") or [{}]
    by = last.get("by") or earlier[-1].get("by") or "somebody"
    moment = last.get("at") or earlier[-1].get("until")
    zone = workspace.profile.city.zone
    when = f" at {datetime.fromisoformat(moment).astimezone(zone):%H:%M}" if moment else ""
    return ChangedError(
        f"{by} changed one of these tours{when}, after you had opened it; nothing was moved",
        remedy="The page now shows how it is; look, and move again if that is still right",
    )


def require_tour(session: Session, user: User, saved: SavedTour) -> staff.Officer:
    """Refuse a tour that is none of the user's.

    Parameters
    ----------
    session
        Open session.
    user
        Who asks.
    saved
        The tour.

    Returns
    -------
    Officer
        Who makes it.

    Raises
    ------
    NotFoundError
        When the user may not know of it.
    """
    officer = staff.get_officer(session, saved.officer_ref)
    team = officer.team_ref if officer else ""
    if officer is None or not sees_tour(user, saved.officer_ref, team, ""):
        raise NotFoundError("there is no such tour", remedy="See the list of tours")
    return officer
