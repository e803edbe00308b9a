"""Accountability Tours: the visits that are due, and a tour planned from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from geoteam.disclosure.policy import TOUR
from geoteam.errors import InputError, NotFoundError
from geoteam.model import Role, User
from geoteam.services.clients import filters, reach_of
from geoteam.services.scope import sees_team
from geoteam.services.tour_cancel import cancel_tour
from geoteam.services.tour_plans import due_frame, save_plan, start_of
from geoteam.services.tour_times import Times, break_owed, departure, refuse_overlap, whose_overlap
from geoteam.services.tour_views import CANCELLED, TourView, list_tours, tour, tour_map
from geoteam.services.workspace import Workspace
from geoteam.store import audit, staff, tours, visit_limits
from geoteam.tours import TourPlan, waiting_advice
from geoteam.tours import plan_tour as solve_tour


@dataclass(frozen=True, slots=True)
class Choices:
    """Officers and police partners that a user may plan with, as (ref, label)."""

    officers: list[tuple[str, str]]
    partners: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class DueVisits:
    """Visits still to plan, most urgent first, and how many more a planned tour makes already."""

    rows: list[dict[str, Any]]
    planned: int


def choices(workspace: Workspace, user: User) -> Choices:
    """List whom a user may plan a tour for, and with which police partner.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.

    Returns
    -------
    Choices
        References with labels.
    """
    with workspace.reading() as session:
        partners = staff.police_partners(session)
    labels = [
        (str(ref), f"{row['name']}, district {row['district']}") for ref, row in partners.iterrows()
    ]
    return Choices(filters(workspace, user).officers, labels)


def _require_officer(session: Session, user: User, officer_ref: str) -> staff.Officer:
    reach_of(user)
    officer = staff.get_officer(session, officer_ref)
    own = user.role is Role.OFFICER and user.officer_ref == officer_ref
    allowed = officer is not None and (own or sees_team(user, officer.team_ref))
    if officer is None or not officer.active or not allowed:
        raise NotFoundError("there is no such officer in your teams", remedy="Choose from the list")
    return officer


def visits_due(
    workspace: Workspace, user: User, on: date, officer_ref: str
) -> list[dict[str, Any]]:
    """List the joint home visits that are due for an officer's clients.

    Parameters
    ----------
    workspace
        The workspace.
    user
        The officer, or a supervisor of the team.
    on
        The day of the tour.
    officer_ref
        The officer.

    Returns
    -------
    list of dict
        Most urgent first: ``client_ref``, ``name``, ``level``, ``due_on``, ``overdue_days``,
        ``priority`` and ``reason``. Visits on a planned tour are not among them.
    """
    return list_due(workspace, user, on, officer_ref).rows


def list_due(workspace: Workspace, user: User, on: date, officer_ref: str) -> DueVisits:
    """List the joint home visits that are due, and count those that a planned tour makes.

    A visit on a tour of that day or later is not due again; one on a tour before that day
    counts as made on the day of the tour.

    Parameters
    ----------
    workspace
        The workspace.
    user
        The officer, or a supervisor of the team.
    on
        The day of the tour.
    officer_ref
        The officer.

    Returns
    -------
    DueVisits
        Rows as of `visits_due`, and the count.
    """
    with workspace.transaction() as session:
        _require_officer(session, user, officer_ref)
        due, planned = due_frame(workspace, session, on, [officer_ref])
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action="tours.due",
            object_kind="officer",
            object_ref=officer_ref,
            purpose=TOUR,
            detail={"rows": len(due)},
        )
    columns = ["client_ref", "name", "level", "due_on", "overdue_days", "priority", "reason"]
    rows = due.reset_index()[columns].to_dict("records")
    return DueVisits([{str(key): value for key, value in row.items()} for row in rows], planned)


def plan_tour(
    workspace: Workspace,
    user: User,
    *,
    on: date,
    officer_ref: str,
    police_partner_ref: str = "",
    departs: str = "",
    max_stops: int | None = None,
) -> str:
    """Plan and save a tour: whom to visit, in which order, by which streets.

    Parameters
    ----------
    workspace
        The workspace.
    user
        The officer, or a supervisor of the team.
    on
        The day.
    officer_ref
        The CSO.
    police_partner_ref
        The police officer; by default the one of the district with most visits who has fewest
        tours that day.
    departs
        Clock time ``HH:MM``; by default the profile's earliest. Today not before now.
    max_stops
        Most stops; by default the profile's.

    Returns
    -------
    str
        The tour's reference.

    Raises
    ------
    InputError
        When no visit is due, the day is over, the departure is no time of day or too late, no
        stop is allowed, or the officer or the partner has a tour at that time.
    NotFoundError
        When the officer or partner does not exist or is not the user's.
    """
    rules = workspace.profile.tours
    if max_stops is not None and max_stops < 1:
        raise InputError("a tour has at least one stop", remedy="Allow one stop or more")
    times = departure(workspace, on, departs)
    with workspace.transaction() as session:
        _require_officer(session, user, officer_ref)
        visits, planned = due_frame(workspace, session, on, [officer_ref])
        if visits.empty:
            others = f" beyond the {planned} on a planned tour" if planned else ""
            raise InputError(
                f"no joint visit is due for this officer on that day{others}",
                remedy="Choose a later day or another officer",
            )
        _require_partner(session, police_partner_ref)
        row = staff.officers(session).loc[[officer_ref]].iloc[0]
        start = start_of(row)
        pairs = visit_limits.no_contact_pairs(session, visits.index)
        plan, advice = _solve(workspace, visits, pairs, start, times, max_stops or rules.max_stops)
        day = tours.list_tours(session, on=on)
        refuse_overlap(workspace, day, plan, "officer", officer_ref)
        partner = _partner(workspace, session, on, police_partner_ref, visits, day, plan)
        ref = save_plan(
            workspace, session, user, plan, on, officer_ref, partner, row, start, visits, advice
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


def _solve(
    workspace: Workspace,
    visits: pd.DataFrame,
    exclusive: list[tuple[str, str]],
    start: tuple[float, float],
    times: Times,
    max_stops: int,
) -> tuple[TourPlan, list[str]]:
    """Plan the tour, and tell what is to be known about its times."""
    points = np.vstack([start, visits[["lon", "lat"]].to_numpy()])
    duration_s = workspace.streets().matrix(points, points).duration_s

    def replan(rows: NDArray[np.int64], departs: datetime) -> TourPlan:
        at = [0, *(rows + 1)]
        return solve_tour(
            visits.iloc[rows],
            start,
            matrix=duration_s[np.ix_(at, at)],
            departs=departs,
            latest_return=times.latest,
            max_stops=max_stops,
            rest=break_owed(workspace),
            exclusive=exclusive,
        )

    plan = replan(np.arange(len(visits)), times.departs)
    return plan, [*times.notes, *waiting_advice(plan, visits, replan)]


def _require_partner(session: Session, wanted: str) -> None:
    if wanted and wanted not in staff.police_partners(session).index:
        raise NotFoundError("there is no such police partner", remedy="Choose from the list")


def _partner(
    workspace: Workspace,
    session: Session,
    on: date,
    wanted: str,
    visits: pd.DataFrame,
    day: pd.DataFrame,
    plan: TourPlan,
) -> str:
    """Choose who is free at the time of the plan; ``day`` holds the tours of the day."""
    if wanted:
        refuse_overlap(workspace, day, plan, "police_partner", wanted)
        return wanted
    partners = staff.police_partners(session)
    partners = partners[~partners.index.isin(whose_overlap(day, plan, "police_partner"))]
    districts = workspace.area_index("district", on).locate(
        visits["lon"].to_numpy(), visits["lat"].to_numpy()
    )
    named = [code for code in districts if code]
    if not named or partners.empty:
        return ""
    most = max(sorted(set(named)), key=named.count)
    fit = partners[partners["district"] == most]
    if fit.empty:
        return ""
    planned = day.loc[day["status"] != CANCELLED, "police_partner"].tolist()
    return min((str(ref) for ref in fit.index), key=lambda ref: (planned.count(ref), ref))


__all__ = [
    "Choices",
    "DueVisits",
    "TourView",
    "cancel_tour",
    "choices",
    "list_due",
    "list_tours",
    "plan_tour",
    "tour",
    "tour_map",
    "visits_due",
]
