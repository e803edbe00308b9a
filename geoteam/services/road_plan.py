"""How saved tours stand now: what the reckoning needs of them, and what it says."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from geoteam.services.home_hours import hours_on
from geoteam.services.road_state import Ahead, Plan, RoadState, reckon
from geoteam.services.workspace import Workspace
from geoteam.store import clients as client_store
from geoteam.store import outcomes, tours


def states_of(
    workspace: Workspace, session: Session, refs: Collection[str]
) -> dict[str, RoadState]:
    """Tell how some tours stand now.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    refs
        References; the caller has asked whether the reader may know of them.

    Returns
    -------
    dict of str to RoadState
        Every tour asked for.

    Raises
    ------
    NotFoundError
        When one does not exist.
    """
    now = workspace.now()
    told, words = outcomes.of_tours(session, refs), outcomes.check_ins(session, refs)
    found = {}
    for ref in refs:
        saved = tours.get(session, ref)
        over = saved.status not in tours.STANDING
        plan = plan_of(workspace, session, saved)
        found[ref] = reckon(plan, told[ref], words[ref], now, is_over=over)
    return found


def plan_of(workspace: Workspace, session: Session, saved: tours.SavedTour) -> Plan:
    """Take from a saved tour what its reckoning needs.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    saved
        The tour.

    Returns
    -------
    Plan
        Stops with drives and hours at home, the leg home, the break.
    """
    refs = {stop.client_ref for stop in saved.stops}
    people = client_store.as_frame(session, saved.on, refs=refs, active_only=False)
    hours = {str(ref): hours_on(own, saved.on) for ref, own in people["windows"].items()}
    drives = [sum(float(step["duration_s"]) for step in leg) for leg in saved.steps]
    drives += [0.0] * (len(saved.stops) + 1 - len(drives))
    reached = [*(stop.arrives_at for stop in saved.stops), saved.returns_at]
    slow = [
        drive_s * _peak(workspace, at - timedelta(seconds=drive_s))
        for drive_s, at in zip(drives, reached, strict=False)
    ]
    taken = saved.summary.get("break") or {}
    minutes = workspace.profile.tours.check_in_minutes
    zone = workspace.profile.city.zone
    return Plan(
        departs_at=saved.departs_at,
        returns_at=saved.returns_at,
        stops=tuple(
            Ahead(
                client_ref=stop.client_ref,
                arrives_at=stop.arrives_at,
                leaves_at=stop.leaves_at,
                drive_s=drive_s,
                windows=tuple(
                    (_at(saved.on, begin, zone), _at(saved.on, end, zone))
                    for begin, end in hours.get(stop.client_ref, ())
                ),
                fixed=stop.fixed,
            )
            for stop, drive_s in zip(saved.stops, slow, strict=False)
        ),
        home_s=slow[-1],
        pause=(datetime.fromisoformat(taken["begins"]), datetime.fromisoformat(taken["ends"]))
        if taken
        else None,
        pause_before=int(taken.get("before", 1)) - 1,
        check_in=timedelta(minutes=minutes) if minutes else None,
    )


def _peak(workspace: Workspace, at: datetime) -> float:
    """Tell how many times as long driving takes then, by the profile's peaks."""
    local = at.astimezone(workspace.profile.city.zone)
    if local.weekday() > 4:
        return 1.0
    for begin, end, factor in workspace.profile.tours.peaks:
        if begin <= local.time() < end:
            return float(factor)
    return 1.0


def _at(on: date, clock: str, zone: Any) -> datetime:
    return datetime.combine(on, time.fromisoformat(clock), zone)
