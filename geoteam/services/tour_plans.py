"""What planning a tour and planning a week share: the visits due, and the saved tour."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from shapely import LineString
from sqlalchemy.orm import Session

from geoteam.errors import InputError
from geoteam.model import User
from geoteam.services.home_hours import moments_at_home
from geoteam.services.people import clients_frame
from geoteam.services.street_closures import streets_on
from geoteam.services.tour_meetings import keep_clear
from geoteam.services.visit_decisions import homes_frame
from geoteam.services.workspace import Workspace
from geoteam.store import contacts, tours, visit_limits
from geoteam.tours import TourPlan
from geoteam.tours import visits_due as due_visits

_JOINS = " at the police station: the police partner joins"
_LEAVES = " at the police station: the police partner leaves"


def due_frame(
    workspace: Workspace,
    session: Session,
    on: date,
    officer_refs: Sequence[str] | None,
    *,
    within_days: int = 0,
    but: Collection[str] = (),
    refs: Collection[str] | None = None,
) -> tuple[pd.DataFrame, int]:
    """Join the visits due on joint tours with what a tour needs to know of the client.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    on
        The day.
    officer_refs
        Whose clients; None is every officer's.
    within_days
        Also visits that fall due up to this many days later.
    but
        Tours whose visits count as not planned.
    refs
        Only these clients.

    Returns
    -------
    tuple
        Rows of `geoteam.tours.visits_due` that are usable, not excluded (on the first day) and on
        no planned tour, with ``name``, ``lon``, ``lat``, ``windows`` (of these days, less those
        when a tour is at the address with whom the client must not meet),
        ``residence_id``, ``officer``, ``service_s``, ``announced``, ``two_officers``,
        ``interpreter`` and ``dog``; and how many a planned tour makes.
    """
    today = workspace.today()
    clients = clients_frame(workspace, session, today, officers=officer_refs, refs=refs)
    clients = clients[clients["officer"] != ""]
    history = contacts.load(session, due_on=on, client_refs=clients.index)
    homes = homes_frame(session, clients, today)
    standards = workspace.profile.contact_standards
    due = due_visits(homes, history, standards, on=on, within_days=within_days)
    # A place in doubt belongs in the review queue, not on a tour.
    due = due[due["joint"].astype(bool) & due["usable"].astype(bool)]
    due = due[due["excluded_until"].isna()].drop(columns="excluded_until")
    coming = tours.visits_planned(session, since=min(on, today), but=but)
    coming = coming[coming["client_ref"].isin(due.index)]
    # As if the tours planned until then had been made; their sentences would not be true.
    theirs = homes[homes.index.isin(coming["client_ref"])]
    made = pd.concat([history, coming.assign(kind="field", outcome="made")], ignore_index=True)
    again = due_visits(theirs, made, standards, on=on, within_days=within_days).index
    later = coming.loc[coming["on"] >= on, "client_ref"]
    settled = {*theirs.index.difference(again), *later}
    free = due[~due.index.isin(settled)]
    columns = ["name", "lon", "lat", "windows", "residence_id", "officer"]
    free = _with_limits(workspace, session, free.join(clients[columns]), on, within_days)
    days = (on, on + timedelta(days=within_days))
    return keep_clear(workspace, session, free, days, but), len(due) - len(free)


def _with_limits(
    workspace: Workspace, session: Session, visits: pd.DataFrame, on: date, within_days: int
) -> pd.DataFrame:
    """Add what visits must keep to; the hours at home are those of the days planned."""
    last, zone = on + timedelta(days=within_days), workspace.profile.city.zone
    hours = [moments_at_home(own, on, last, zone) for own in visits["windows"]]
    limits = visit_limits.limits_frame(session, visits.index)
    minutes = limits.pop("service_minutes").fillna(workspace.profile.tours.service_minutes)
    return visits.assign(
        windows=pd.Series(hours, index=visits.index, dtype=object), service_s=minutes * 60.0
    ).join(limits.drop(columns=["changed_by", "changed_at"]))


def start_of(officer: pd.Series) -> tuple[float, float]:
    """Return where an officer's tours begin and end.

    Parameters
    ----------
    officer
        A row of the store's officers.

    Returns
    -------
    tuple of float
        Longitude and latitude of the team's office.

    Raises
    ------
    InputError
        When the team has no office with a place.
    """
    if pd.isna(officer["lon"]):
        raise InputError(
            "the officer's team has no field office to start from",
            remedy="Add the office to the venues and to the team",
        )
    return float(officer["lon"]), float(officer["lat"])


def break_of(plan: TourPlan) -> dict[str, Any]:
    """Tell of the break, as the store keeps it.

    Parameters
    ----------
    plan
        The tour.

    Returns
    -------
    dict
        Empty when none is owed during the tour.
    """
    if plan.break_at is None:
        return {}
    begins, ends = (moment.isoformat() for moment in plan.break_at)
    return {"break": {"begins": begins, "ends": ends, "before": plan.break_before}}


def save_plan(
    workspace: Workspace,
    session: Session,
    user: User,
    plan: TourPlan,
    on: date,
    officer_ref: str,
    partner: str,
    officer: pd.Series,
    start: tuple[float, float],
    visits: pd.DataFrame,
    advice: list[str],
    car_ref: str = "",
    meet_ref: str = "",
    via: tuple[float, float] | None = None,
    notes: Sequence[str] = (),
    asked: Mapping[str, Any] | None = None,
) -> str:
    """Save a tour as planned, with its route and directions.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session of a writing transaction.
    user
        Who plans.
    plan
        The tour.
    on
        Its day.
    officer_ref, partner
        Who goes; the partner may be ''.
    officer
        Row of the store's officers.
    start
        Longitude and latitude of the office.
    visits
        Rows of `due_frame` that it was planned from.
    advice
        What is to be said about the plan.
    car_ref, meet_ref
        The car, and where the police partner joins, as of `geoteam.store.tours.save`.
    via
        Longitude and latitude of the station on the way out and back; None without one.
    notes
        What else is to be said, whichever visits it makes.
    asked
        What was asked for, by name; kept for those who look for something better.

    Returns
    -------
    str
        The tour's reference.
    """
    places = plan.stops[["lon", "lat"]].to_numpy()
    way = [start, *places, start] if len(places) else []
    return tours.save(
        session,
        ref=tours.new_ref(),
        on=on,
        officer_ref=officer_ref,
        police_partner_ref=partner,
        start_ref=str(officer["office_ref"]),
        departs_at=plan.departs_at,
        returns_at=plan.returns_at,
        drive_s=plan.drive_s,
        **paced(workspace, route_by(workspace, on, way, via), plan),
        car_ref=car_ref,
        meet_ref=meet_ref,
        left_out=left_out_of(plan.left_out),
        summary=plan.summary
        | {"priority": plan.priority, "wait_s": plan.wait_s, "advice": [*notes, *advice]}
        | {"notes": list(notes)}
        | ({"asked": dict(asked)} if asked else {})
        # When it might take place: with other visits it may leave earlier or return later.
        | {"hours": [[begins.isoformat(), ends.isoformat()] for begins, ends in plan.on_duty]}
        | break_of(plan),
        by=user.username,
        at=workspace.now(),
        stops=stops_of(plan, visits),
    )


def route_by(
    workspace: Workspace,
    on: date,
    places: Sequence[Any],
    via: tuple[float, float] | None = None,
) -> dict[str, Any]:
    """Find the streets between places, as the store keeps them.

    Parameters
    ----------
    workspace
        The workspace.
    on
        The day; streets that are closed then are not driven.
    places
        Longitudes and latitudes, in order.
    via
        Where the first leg fetches the police partner and the last one brings them back.

    Returns
    -------
    dict
        ``length_m``, ``route`` and ``steps``.
    """
    if via is not None and len(places):
        places = [places[0], via, *places[1:-1], via, places[-1]]
    legs = streets_on(workspace, on).path(np.vstack(places)) if len(places) else []
    line = [xy for leg in legs for xy in leg.geometry.coords]
    steps: list[list[dict[str, Any]]] = [
        [
            {
                "text": s.text,
                "street": s.street,
                "length_m": s.length_m,
                "duration_s": s.duration_s,
            }
            for s in leg.steps
        ]
        for leg in legs
    ]
    if via is not None and steps:
        steps[0][-1]["text"] += _JOINS
        steps[-2][-1]["text"] += _LEAVES
        steps = [[*steps[0], *steps[1]], *steps[2:-2], [*steps[-2], *steps[-1]]]
    return {
        "length_m": float(sum(leg.length_m for leg in legs)),
        "route": LineString(line) if len(line) > 1 else None,
        "steps": steps,
    }


def paced(workspace: Workspace, route: dict[str, Any], plan: TourPlan) -> dict[str, Any]:
    """Let the steps of a route take as long as the plan says, where streets have peaks.

    Parameters
    ----------
    workspace
        The workspace.
    route
        As of `route_by`; its last legs are those of the plan.
    plan
        The tour.

    Returns
    -------
    dict
        The route.
    """
    if not workspace.profile.tours.peaks or plan.stops.empty:
        return route
    # Visits at one address share their drive; the rest of all driving is the way back.
    drives = plan.stops["drive_s"].where(~plan.stops["stop"].duplicated(), 0.0).tolist()
    drives.append(plan.drive_s - sum(drives))
    steps = [[dict(step) for step in leg] for leg in route["steps"]]
    for leg, drive_s in zip(steps[-len(drives) :], drives, strict=True):
        free_s = sum(step["duration_s"] for step in leg)
        for step in leg:
            step["duration_s"] *= drive_s / free_s if free_s else 1.0
    return route | {"steps": steps}


def left_out_of(left_out: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """List the visits left out, as the store keeps them.

    Parameters
    ----------
    left_out
        Of a tour, with what `geoteam.tours.offer_remedies` found.

    Returns
    -------
    list of dict
        ``client_ref``, ``code``, ``reason``, ``remedy`` and ``change`` (what to ask for instead, by
        name; empty where nothing was found to help).
    """
    return [
        {key: one[key] for key in ("client_ref", "code", "reason", "remedy")}
        | {"change": dict(one.get("change", {}))}
        for one in left_out
    ]


def stops_of(plan: TourPlan, visits: pd.DataFrame) -> list[dict[str, Any]]:
    """List the stops, as the store keeps them.

    Parameters
    ----------
    plan
        The tour.
    visits
        Rows of `due_frame` that it was planned from.

    Returns
    -------
    list of dict
        As of `geoteam.store.tours.save`.
    """
    homes = dict(zip(visits.index, visits["residence_id"].tolist(), strict=True))
    return [
        {
            "client_ref": str(client_ref),
            "residence_id": int(homes[client_ref]),
            # Who comes early waits: the visit, and the client's part in it, begins then.
            "arrives_at": row["starts_at"],
            "leaves_at": row["leaves_at"],
            "reason": visits.at[client_ref, "reason"],
            "lon": row["lon"],
            "lat": row["lat"],
        }
        for client_ref, row in plan.stops.iterrows()
    ]
