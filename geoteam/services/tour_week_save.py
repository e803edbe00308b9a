"""Save tours of a week that was looked at: all together, and only if nothing came between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.disclosure.policy import TOUR
from geoteam.errors import ChangedError, InputError
from geoteam.model import User
from geoteam.services import duty
from geoteam.services.tour_crew import free_cars
from geoteam.services.tour_plans import save_plan
from geoteam.services.tour_trip import Trip, solve, visits_of
from geoteam.services.workspace import Workspace
from geoteam.store import audit, staff, tours
from geoteam.store.duty import Kind
from geoteam.store.tour_versions import plan_alone
from geoteam.tours import TourPlan


def save_week(
    workspace: Workspace,
    session: Session,
    user: User,
    rows: Sequence[Mapping[str, Any]],
    left_out: Sequence[Mapping[str, Any]],
) -> list[str]:
    """Save tours as planned, if their people are still free and their visits still to be made.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session of a writing transaction.
    user
        Who saves them.
    rows
        Tours, as of `TeamWeek`.
    left_out
        As of `TeamWeek`; kept with the tours of each officer.

    Returns
    -------
    list of str
        The tours' references, in the order of the rows.

    Raises
    ------
    ChangedError
        When something came between; it says what, and nothing is to be saved.
    """
    plan_alone(session)
    officers = staff.officers(session)
    made: list[str] = []
    faults: list[str] = []
    days: dict[date, pd.DataFrame] = {}
    for on in sorted({row["on"] for row in rows}):
        wanted = {stop["client_ref"] for row in rows if row["on"] == on for stop in row["stops"]}
        days[on] = visits_of(workspace, session, on, wanted, [])
    for row in rows:
        who = f"{row['officer']} on {row['on']:%a} {row['on'].day} {row['on']:%b}"
        taken = _taken(session, row) or _off_duty(workspace, session, row)
        if row["officer_ref"] not in officers.index or taken:
            faults.append(f"{who}: {taken or 'the officer has left'}")
            continue
        officer = officers.loc[[row["officer_ref"]]].iloc[0]
        order = [str(stop["client_ref"]) for stop in row["stops"]]
        visits = days[row["on"]]
        visits = visits[visits.index.isin(order)]
        if len(visits) < len(order):
            faults.append(f"{who}: a visit is no longer due, or on another tour")
            continue
        trip = Trip(
            on=row["on"],
            officer_ref=row["officer_ref"],
            partner_ref=row["partner_ref"],
            officer=officer,
            begins=row["begins"],
            ends=row["ends"],
            max_stops=workspace.profile.tours.max_stops,
        )
        plan = solve(workspace, session, trip, visits.loc[order], firm=order, order=order)
        if plan.left_out:
            faults.append(f"{who}: its visits fit no more. {plan.left_out[0]['reason']}")
            continue
        own = [dict(one) for one in left_out if one["officer"] == row["officer_ref"]]
        plan = replace(plan, left_out=own)
        try:
            made.append(_save(workspace, session, user, trip, plan, visits))
        except InputError as no_car:
            faults.append(f"{who}: {no_car.what}")
    if faults:
        raise ChangedError(
            "nothing was saved, since something changed after the week was planned: "
            + "; ".join(faults),
            remedy="Choose the other tours, or plan the week again",
        )
    return made


def _taken(session: Session, row: Mapping[str, Any]) -> str:
    """Tell who has another tour at the time; '' when both are free."""
    day = tours.list_tours(session, on=row["on"])
    day = day[day["status"].isin(tours.STANDING)]
    begins, ends = row["departs_at"].astimezone(UTC), row["returns_at"].astimezone(UTC)
    for person, ref, who in (
        ("officer", row["officer_ref"], "the officer"),
        ("police_partner", row["partner_ref"], "the police partner"),
    ):
        own = day.loc[day[person] == ref, ["departs_at", "returns_at"]]
        if any(a < ends and begins < b for a, b in own.itertuples(index=False)):
            return f"{who} has another tour at that time by now"
    return ""


def _off_duty(workspace: Workspace, session: Session, row: Mapping[str, Any]) -> str:
    """Tell who is not on duty when a visit begins; '' when both are."""
    people: tuple[tuple[Kind, str, str], ...] = (
        ("officers", row["officer_ref"], "the officer"),
        ("partners", row["partner_ref"], "the police partner"),
    )
    for kind, ref, who in people:
        spans = duty.on_duty(session, workspace.profile, row["on"], kind, [ref]).get(ref, [])
        moments = [stop["starts_at"] for stop in row["stops"]]
        if ref and not all(any(a <= at < b for a, b in spans) for at in moments):
            return f"{who} is not on duty at that time by now"
    return ""


def _save(
    workspace: Workspace,
    session: Session,
    user: User,
    trip: Trip,
    plan: TourPlan,
    visits: pd.DataFrame,
) -> str:
    hours = [(plan.departs_at.astimezone(UTC), plan.returns_at.astimezone(UTC))]
    day = tours.list_tours(session, on=trip.on)
    office = str(trip.officer["office_ref"])
    cars = [one for one in free_cars(workspace, session, office, hours, day) if one.span in hours]
    if not cars:
        raise InputError("no car is free all that time")
    ref = save_plan(
        workspace,
        session,
        user,
        plan,
        trip.on,
        trip.officer_ref,
        trip.partner_ref,
        trip.officer,
        trip.start,
        visits,
        [],
        car_ref=cars[0].ref,
    )
    audit.append(
        session,
        at=workspace.now(),
        actor=user.username,
        action="tour.plan",
        object_kind="tour",
        object_ref=ref,
        purpose=TOUR,
        detail={"stops": len(plan.stops), "left_out": len(plan.left_out)},
    )
    return ref
