"""Move a visit by hand, from tour to tour, onto one or off it, and take the last move back."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy.orm import Session

from geoteam.disclosure.policy import TOUR
from geoteam.errors import InputError
from geoteam.model import User
from geoteam.services.clients import reach_of
from geoteam.services.tour_move_parts import Move, Part, Price
from geoteam.services.tour_prices import changed, require_tour, work_out
from geoteam.services.tour_replan import trip_from_here
from geoteam.services.tour_trip import Trip, solve, visits_of
from geoteam.services.tour_trip_save import replace_stops
from geoteam.services.workspace import Workspace
from geoteam.store import audit, outcomes, stops, tour_versions, tours
from geoteam.store.tours import SavedTour

MOVED = "moved"
_TAKEN_OUT = "taken_out"


def keep_move(workspace: Workspace, user: User, move: Move, versions: Mapping[str, int]) -> Price:
    """Move a visit; both tours are saved together, and sheets printed before are out of date.

    Parameters
    ----------
    workspace
        The workspace.
    user
        As of `price_move`.
    move
        The move.
    versions
        Versions of the tours as the user saw them, as of `Price`.

    Returns
    -------
    Price
        What it did.

    Raises
    ------
    ChangedError
        When somebody changed one of the tours meanwhile; it says who.
    InputError
        When the move is refused.
    NotFoundError
        When a tour or the client is none of the user's.
    """
    with workspace.transaction() as session:
        tour_versions.plan_alone(session)
        _hold(workspace, session, user, [move.source, move.target], versions)
        work = work_out(workspace, session, user, move)
        if work.price.refused:
            raise InputError(work.price.refused, remedy=work.price.remedy)
        now = workspace.now()
        moved = {
            "id": secrets.token_urlsafe(8),
            "by": user.username,
            "at": now.isoformat(),
            "versions": {part.saved.ref: part.saved.version + 1 for part in work.parts},
        }
        for part in work.parts:
            _put_done_first(session, part.trip, part.saved.ref)
            replace_stops(
                workspace,
                session,
                part.saved,
                part.trip,
                part.plan,
                work.visits,
                by=user.name,
                left_out=_left_out(part, move, user),
                note={MOVED: moved | {"left_out": list(part.saved.left_out)}},
            )
        _note(workspace, session, user, [part.saved.ref for part in work.parts], [move.client_ref])
    return work.price


def undo_move(workspace: Workspace, user: User, refs: Collection[str]) -> None:
    """Take the user's own last move back, as a move of its own.

    Parameters
    ----------
    workspace
        The workspace.
    user
        Who moved.
    refs
        The tours of the day that are looked at.

    Raises
    ------
    InputError
        When there is nothing to take back, or it fits no more.
    """
    reach_of(user)
    with workspace.transaction() as session:
        tour_versions.plan_alone(session)
        tour_versions.hold(session, refs)
        saved = {ref: tours.get(session, ref) for ref in refs}
        last = last_move(saved.values(), user)
        if last is None:
            raise InputError(
                "there is no move of yours that can be taken back",
                remedy="Move the visit by hand",
            )
        mine = [saved[ref] for ref in last["versions"]]
        for one in mine:
            require_tour(session, user, one)
        before = {one.ref: list(one.summary["earlier"][-1]["stops"]) for one in mine}
        wanted = {ref for stops in before.values() for ref in stops}
        visits = visits_of(workspace, session, mine[0].on, wanted, list(before))
        for one in mine:
            trip = trip_from_here(workspace, session, one, workspace.now())
            _put_done_first(session, trip, one.ref)
            order = [ref for ref in before[one.ref] if ref in visits.index]
            plan = solve(workspace, session, trip, visits.loc[order], firm=order, order=order)
            done = {stop.client_ref for stop in trip.done}
            if plan.left_out or len(order) + len(done - set(order)) < len(before[one.ref]):
                raise InputError(
                    "the tours as they were fit no more"
                    + (f": {plan.left_out[0]['reason']}" if plan.left_out else ""),
                    remedy="Move the visit by hand",
                )
            replace_stops(
                workspace,
                session,
                one,
                trip,
                plan,
                visits,
                by=user.name,
                left_out=one.summary[MOVED]["left_out"],
            )
        moved = {stop.client_ref for one in mine for stop in one.stops} ^ wanted
        _note(workspace, session, user, list(before), sorted(moved), undo=True)


def last_move(saved: Collection[SavedTour], user: User) -> Mapping[str, Any] | None:
    """Find the user's last move among tours, if nobody has changed them since.

    Parameters
    ----------
    saved
        Tours of a day.
    user
        Who moved.

    Returns
    -------
    Mapping or None
        ``at`` and ``versions`` of the tours that it changed; None when there is none.
    """
    now = {one.ref: one.version for one in saved}
    mine = [one.summary[MOVED] for one in saved if MOVED in one.summary]
    mine = [one for one in mine if one["by"] == user.username]
    last = max(mine, key=lambda one: str(one["at"]), default=None)
    if last is None or any(now.get(ref) != at for ref, at in last["versions"].items()):
        return None
    return dict(last)


def _put_done_first(session: Session, trip: Trip, ref: str) -> None:
    """On the road, stops may be made in another order than planned."""
    if trip.done:
        stops.put_first(session, outcomes.lock(session, ref), [one.client_ref for one in trip.done])


def _hold(
    workspace: Workspace,
    session: Session,
    user: User,
    refs: Collection[str],
    seen: Mapping[str, int],
) -> None:
    """Lock the tours, and refuse when one is no longer as it was seen."""
    wanted = [ref for ref in refs if ref]
    for ref, version in tour_versions.hold(session, wanted).items():
        if seen.get(ref) != version:
            saved = tours.get(session, ref)
            require_tour(session, user, saved)
            raise changed(workspace, saved)


def _left_out(part: Part, move: Move, user: User) -> list[dict[str, Any]]:
    """List what the tour leaves out now: what it left out before, and what the move displaces."""
    found = {
        one["client_ref"]: {key: one[key] for key in ("client_ref", "code", "reason", "remedy")}
        for one in (*part.saved.left_out, *part.plan.left_out)
    }
    for ref in (move.client_ref, *part.plan.stops.index):
        found.pop(ref, None)
    if part.saved.ref == move.source and not move.target:
        found[move.client_ref] = {
            "client_ref": move.client_ref,
            "code": _TAKEN_OUT,
            "reason": f"{user.name} took it off the tour.",
            "remedy": "Put it on a tour again.",
        }
    return list(found.values())


def _note(
    workspace: Workspace,
    session: Session,
    user: User,
    refs: list[str],
    clients: list[str],
    *,
    undo: bool = False,
) -> None:
    for ref in refs:
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action="tour.move",
            object_kind="tour",
            object_ref=ref,
            purpose=TOUR,
            detail={"clients": clients, "tours": refs, "undo": undo},
        )
