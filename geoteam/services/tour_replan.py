"""Plan the rest of a tour that is under way; what is done stays."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from geoteam.disclosure.policy import TOUR
from geoteam.errors import InputError, NotFoundError
from geoteam.model import User
from geoteam.services.clients import reach_of
from geoteam.services.tour_plans import (
    break_of,
    due_frame,
    left_out_of,
    route_by,
    start_of,
    stops_of,
)
from geoteam.services.tour_times import break_owed
from geoteam.services.tour_views import sees_tour
from geoteam.services.workspace import Workspace
from geoteam.store import audit, staff, tours, visit_limits
from geoteam.tours import TourPlan, replan_tour


def replan_rest(workspace: Workspace, user: User, ref: str, *, at: str) -> int:
    """Plan the rest of a tour anew from a time of its day; saved as a new version of the tour.

    Stops that have begun by then are done. The others, and visits left out before, are planned
    from where the car stands then. Sheets printed before are out of date.

    Parameters
    ----------
    workspace
        The workspace.
    user
        The officer of the tour, or a supervisor of the team.
    ref
        The tour's reference.
    at
        Clock time ``HH:MM``.

    Returns
    -------
    int
        Number of the version; the tour as first planned is 1.

    Raises
    ------
    InputError
        When the tour is done or cancelled, or the time is none of the tour's.
    NotFoundError
        When there is no such tour, or none of the user's.
    """
    reach_of(user)
    with workspace.transaction() as session:
        saved = tours.get(session, ref)
        officers = staff.officers(session)
        known = saved.officer_ref in officers.index
        officer = officers.loc[[saved.officer_ref]].iloc[0] if known else None
        team = "" if officer is None else str(officer["team"])
        if officer is None or not sees_tour(
            user, saved.officer_ref, team, saved.police_partner_ref
        ):
            raise NotFoundError("there is no such tour", remedy="See the list of tours")
        if saved.status not in tours.STANDING:
            raise InputError(f"the tour is {saved.status} already", remedy="See the list of tours")
        now = _moment(workspace, saved, at)
        done = [stop for stop in saved.stops if stop.arrives_at.astimezone(UTC) <= now]
        start = start_of(officer)
        visits = _visits(workspace, session, saved, done)
        free = max([now, *(stop.leaves_at for stop in done)]).astimezone(now.tzinfo)
        taken = saved.summary.get("break")
        if taken is not None and datetime.fromisoformat(taken["ends"]) > free:
            taken = None
        pairs = visit_limits.no_contact_pairs(session, visits.index)
        plan = _solve(workspace, saved, visits, done, pairs, start, free, rested=taken is not None)
        places = [[stop.lon, stop.lat] for stop in done]
        places += plan.stops[["lon", "lat"]].to_numpy().tolist()
        version = _save(
            workspace, session, user, saved, plan, visits, len(done), places, start, taken
        )
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action="tour.replan",
            object_kind="tour",
            object_ref=ref,
            purpose=TOUR,
            detail={"version": version, "done": len(done), "stops": len(plan.stops)},
        )
    return version


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


def _visits(
    workspace: Workspace, session: Session, saved: tours.SavedTour, done: list[tours.SavedStop]
) -> pd.DataFrame:
    """Return the visits done, in order, and those of the tour that are still due."""
    due, _ = due_frame(workspace, session, saved.on, [saved.officer_ref], but=[saved.ref])
    made = {stop.client_ref for stop in done}
    asked = {stop.client_ref for stop in saved.stops}
    asked |= {one["client_ref"] for one in saved.left_out}
    coming = due[due.index.isin(asked - made)]
    columns = [*coming.columns]
    rows = pd.DataFrame(
        [
            dict.fromkeys(columns) | {
                "lon": stop.lon, "lat": stop.lat, "service_s": 0.0, "windows": [], "priority": 0,
                "required": False,
            }
            for stop in done
        ],
        index=pd.Index([stop.client_ref for stop in done], name=coming.index.name),
        columns=columns,
    )  # fmt: skip
    return pd.concat([rows.astype(object), coming.astype(object)]).astype(
        {"lon": float, "lat": float, "service_s": float, "priority": float, "required": bool}
    )


def _solve(
    workspace: Workspace,
    saved: tours.SavedTour,
    visits: pd.DataFrame,
    done: list[tours.SavedStop],
    exclusive: list[tuple[str, str]],
    start: tuple[float, float],
    free: datetime,
    *,
    rested: bool,
) -> TourPlan:
    rules, zone = workspace.profile.tours, workspace.profile.city.zone
    points = np.vstack([start, visits[["lon", "lat"]].to_numpy()])
    places = len({(stop.lon, stop.lat) for stop in done})
    return replan_tour(
        visits,
        start,
        matrix=workspace.streets().matrix(points, points).duration_s,
        at=free,
        latest_return=datetime.combine(saved.on, time.fromisoformat(rules.latest), zone),
        done=[stop.client_ref for stop in done],
        max_stops=max(1, int(saved.summary.get("max_stops", rules.max_stops)) - places),
        rest=None if rested else break_owed(workspace),
        exclusive=exclusive,
    )


def _save(
    workspace: Workspace,
    session: Session,
    user: User,
    saved: tours.SavedTour,
    plan: TourPlan,
    visits: pd.DataFrame,
    done: int,
    places: list[Any],
    start: tuple[float, float],
    taken: dict[str, Any] | None,
) -> int:
    whole = route_by(workspace, [start, *places, start] if places else [])
    drive_s = sum(step["duration_s"] for leg in whole["steps"] for step in leg)
    home_s = sum(step["duration_s"] for step in whole["steps"][-1]) if whole["steps"] else 0.0
    returns_at = plan.returns_at
    if plan.stops.empty:
        returns_at = plan.departs_at + timedelta(seconds=round(home_s))
    earlier = [
        *saved.summary.get("earlier", []),
        {
            "until": workspace.now().isoformat(),
            "by": user.name,
            "stops": [stop.client_ref for stop in saved.stops],
        },
    ]
    pause = {"break": taken} if taken else break_of(plan)
    if pause and not taken:
        pause["break"]["before"] += done
    kept = {"max_stops": saved.summary.get("max_stops", plan.summary["max_stops"])}
    tours.replace_rest(
        session,
        saved.ref,
        keep=done,
        returns_at=returns_at,
        drive_s=drive_s,
        left_out=left_out_of(plan),
        summary=plan.summary | kept | {"wait_s": plan.wait_s, "earlier": earlier} | pause,
        stops=stops_of(plan, visits),
        **whole,
    )
    return len(earlier) + 1
