"""Saving a tour with other stops: what is done stays, and the tour has a new version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from geoteam.services.tour_plans import break_of, left_out_of, paced, route_by, stops_of
from geoteam.services.tour_times import break_owed
from geoteam.services.tour_trip import Trip, driven_s, solve
from geoteam.services.workspace import Workspace
from geoteam.store import tours
from geoteam.tours import Break, TourPlan, waiting_advice

# What stays true of a tour with other stops; ``notes`` are of its people and its car.
_KEPT = ("max_stops", "hours", "notes", "asked")


def break_while_waiting(
    rest: Break | None, begins: datetime, departs: datetime, before: int
) -> dict[str, Any]:
    """Tell of the break of a tour under way that waits where it stands before it drives on.

    Parameters
    ----------
    rest
        The break that is owed.
    begins, departs
        From when to when the car waits, in the city's time zone.
    before
        Number of the stop that it drives to.

    Returns
    -------
    dict
        As of `break_of`; empty when the break does not lie in the wait.
    """
    if rest is None:
        return {}
    opens, closes = (
        datetime.combine(begins.date(), time.fromisoformat(str(clock)), begins.tzinfo)
        for clock in (rest.opens, rest.closes)
    )
    start = max(begins, opens)
    ends = start + timedelta(minutes=rest.minutes)
    if ends > min(departs, closes):
        return {}
    return {"break": {"begins": start.isoformat(), "ends": ends.isoformat(), "before": before}}


def replace_stops(
    workspace: Workspace,
    session: Session,
    saved: tours.SavedTour,
    trip: Trip,
    plan: TourPlan,
    visits: pd.DataFrame,
    *,
    by: str,
    left_out: Sequence[Mapping[str, Any]] | None = None,
    note: Mapping[str, Any] | None = None,
) -> None:
    """Save other stops for a tour, as its next version; sheets printed before are out of date.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session of a writing transaction.
    saved
        The tour as it was.
    trip
        The same, as of `trip_of`.
    plan
        The stops to come, as of `solve`.
    visits
        Rows that it was solved from.
    by
        Name of who changes it.
    left_out
        What is left out; the plan's own when None.
    note
        Kept in the summary, with what was said of the tour before.
    """
    done = [[stop.lon, stop.lat] for stop in trip.done]
    places = [*done, *plan.stops[["lon", "lat"]].to_numpy().tolist()]
    way = [trip.start, *places, trip.start] if places else []
    route = paced(workspace, route_by(workspace, saved.on, way, trip.via), plan)
    home_s = sum(step["duration_s"] for step in route["steps"][-1]) if route["steps"] else 0.0
    returns_at = plan.returns_at
    if plan.stops.empty:
        returns_at = plan.departs_at + timedelta(seconds=round(home_s))
    earlier = [
        *saved.summary.get("earlier", []),
        {
            "until": workspace.now().isoformat(),
            "by": by,
            "stops": [stop.client_ref for stop in saved.stops],
        },
    ]
    promised = {(stop.client_ref, stop.arrives_at) for stop in saved.stops if stop.fixed}
    taken = trip.break_taken
    pause = {"break": dict(taken)} if taken else break_of(plan)
    if pause and not taken:
        pause["break"]["before"] += len(done)
    if not pause and done and len(plan.stops):
        zone = workspace.profile.city.zone
        pause = break_while_waiting(
            break_owed(workspace), trip.begins.astimezone(zone), plan.departs_at, len(done) + 1
        )
    kept = {key: saved.summary[key] for key in _KEPT if key in saved.summary}
    tours.replace_rest(
        session,
        saved.ref,
        keep=len(done),
        departs_at=saved.departs_at if done else plan.departs_at,
        returns_at=returns_at,
        drive_s=plan.drive_s + driven_s(saved, len(done)),
        left_out=left_out_of(plan.left_out) if left_out is None else list(left_out),
        summary=plan.summary
        | kept
        | {"priority": plan.priority, "wait_s": plan.wait_s, "earlier": earlier}
        | {"advice": _advice(workspace, session, saved, trip, plan, visits)}
        | pause
        | dict(note or {}),
        stops=[
            row | {"fixed": (row["client_ref"], row["arrives_at"]) in promised}
            for row in stops_of(plan, visits)
        ],
        **route,
    )


def _advice(
    workspace: Workspace,
    session: Session,
    saved: tours.SavedTour,
    trip: Trip,
    plan: TourPlan,
    visits: pd.DataFrame,
) -> list[str]:
    """Say of the tour with its new stops what was said of its people, and where it waits long."""
    own = visits.loc[plan.stops.index]
    promised = {
        stop.client_ref: stop.arrives_at
        for stop in saved.stops
        if stop.fixed and stop.client_ref in own.index
    }

    def again(rows: NDArray[np.int64], departs: datetime) -> TourPlan:
        some = own.iloc[rows]
        kept = {ref: at for ref, at in promised.items() if ref in some.index}
        return solve(workspace, session, replace(trip, begins=departs), some, promised=kept)

    waits = waiting_advice(plan, own, again, done=len(trip.done))
    return [*map(str, saved.summary.get("notes", ())), *waits]
