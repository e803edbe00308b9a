"""A team's week of tours: who goes with whom on which day, to which homes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from geoteam.disclosure.policy import TOUR
from geoteam.errors import InputError, NotFoundError
from geoteam.model import User
from geoteam.services import duty
from geoteam.services.clients import reach_of
from geoteam.services.duty import Span
from geoteam.services.scope import sees_team
from geoteam.services.street_closures import streets_on
from geoteam.services.tour_closures import named_in
from geoteam.services.tour_plans import due_frame, start_of
from geoteam.services.tour_slots import car_absences, officer_absences, partner_slots
from geoteam.services.tour_times import break_owed, longest_drive_s
from geoteam.services.tour_week_save import save_week
from geoteam.services.workspace import Workspace
from geoteam.store import audit, staff, tours, visit_limits
from geoteam.tours import Slot, WeekPlan, plan_week

DAYS = 5
# More visits than this are not planned at once; the most urgent go first.
_MOST_VISITS = 1_000
_NOTHING = (
    "No further tour of its officer in this week was found to help, one a day. Not tried: another "
    "police partner on a day that has a tour."
)


@dataclass(frozen=True, slots=True)
class TeamWeek:
    """A week as planned.

    Attributes
    ----------
    tours
        ``ref`` ('' when not saved), ``on``, ``departs_at``, ``returns_at``, ``officer``,
        ``police_partner`` (names), ``officer_ref``, ``partner_ref``, ``begins`` and ``ends`` (the
        hours it had to keep to), ``drive_s``, ``priority`` and ``stops`` (``client_ref`` and
        ``starts_at``).
    left_out
        ``client_ref``, ``officer``, ``code``, ``reason``, ``remedy``, ``priority`` and
        ``required``; those that must be made first.
    due
        Visits due in the week and on no planned tour.
    planned
        Visits that a planned tour makes already.
    priority
        Priority points of the visits made.
    seconds
        Wall time of planning.
    """

    tours: list[dict[str, Any]]
    left_out: list[dict[str, Any]]
    due: int
    planned: int
    priority: float
    seconds: float


def plan_team_week(
    workspace: Workspace,
    user: User,
    *,
    team_ref: str,
    first: date,
    save: bool = False,
    progress: Callable[[float, TeamWeek], None] | None = None,
) -> TeamWeek:
    """Plan five working days of tours for a team; saved as tours when asked.

    Each officer makes one tour a day at most, of the officer's own clients. A police partner
    gives half a shift to one officer. Those come along who join tours in the districts where the
    visits are, when they and the officer are on duty and on no planned tour and, where the agency
    keeps cars, one of the field office is free.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor of the team.
    team_ref
        The team.
    first
        The first day; the week is the five working days from then on.
    save
        Save the tours.
    progress
        Told from time to time how large a share is done, and the week so far.

    Returns
    -------
    TeamWeek
        Tours, and visits left out with reasons.

    Raises
    ------
    InputError
        When the first day is over, the team has no office or no car, no visit is due, or no police
        partner can come along.
    NotFoundError
        When the team is none of the user's.
    """
    check_week(workspace, user, team_ref, first)
    with workspace.reading() as session:
        officers = staff.officers(session)
        officers = officers[officers["team"] == team_ref]
        if officers.empty:
            raise NotFoundError("there is no such team of yours", remedy="Use your team's id")
        start = start_of(officers.iloc[0])
        days = _working_days(first)
        refs = [str(ref) for ref in officers.index]
        visits, planned = due_frame(
            workspace, session, first, refs, within_days=(days[-1] - first).days
        )
        if visits.empty:
            raise InputError("no joint visit of this team is due in that week")
        visits = visits.head(_MOST_VISITS)
        standing = _standing(session, days)
        busy, there = officer_absences(workspace, session, days, refs, standing)
        slots = partner_slots(workspace, session, days, standing, visits, start, there)
        cars = car_absences(session, str(officers["office_ref"].iloc[0]), standing)
        pairs = visit_limits.no_contact_pairs(session, visits.index)
        speak = duty.skills(session, "officers", refs), duty.skills(session, "partners")
        partners = staff.police_partners(session)

    def told(week: WeekPlan) -> TeamWeek:
        return TeamWeek(
            tours=_rows(week, officers["name"], partners["name"]),
            left_out=_told_left_out(week.left_out, visits["required"]),
            due=len(visits),
            planned=planned,
            priority=week.priority,
            seconds=week.seconds,
        )

    def tell(share: float, week: WeekPlan) -> None:
        if progress is not None:
            progress(share, told(week))

    found = told(_solve(workspace, visits, pairs, speak, start, slots, busy, cars, tell))
    with workspace.transaction() as session:
        if save:
            saved = save_week(workspace, session, user, found.tours, found.left_out)
            for row, ref in zip(found.tours, saved, strict=True):
                row["ref"] = ref
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action="tours.week",
            object_kind="team",
            object_ref=team_ref,
            purpose=TOUR,
            detail={"rows": len(visits), "tours": len(found.tours), "saved": save},
        )
    return found


def check_week(workspace: Workspace, user: User, team_ref: str, first: date) -> None:
    """Refuse a week that cannot be planned, or not by this user.

    Parameters
    ----------
    workspace
        The workspace.
    user
        Who asks.
    team_ref
        The team.
    first
        The first day.

    Raises
    ------
    InputError
        When the first day is over.
    NotFoundError
        When the team is none of the user's.
    """
    reach_of(user)
    if first < workspace.today():
        raise InputError("the first day is over", remedy="Choose today or a later day")
    if not sees_team(user, team_ref):
        raise NotFoundError("there is no such team of yours", remedy="Use your team's id")


def _working_days(first: date) -> list[date]:
    days = [first + timedelta(days=step) for step in range(DAYS + 4)]
    return [day for day in days if day.weekday() < 5][:DAYS]


def _standing(session: Session, days: Sequence[date]) -> pd.DataFrame:
    """Return the planned tours of the days, of everybody."""
    found = pd.concat([tours.list_tours(session, on=day) for day in days])
    return found[found["status"].isin(tours.STANDING)]


def _solve(
    workspace: Workspace,
    visits: pd.DataFrame,
    exclusive: list[tuple[str, str]],
    speak: tuple[dict[str, set[str]], dict[str, set[str]]],
    start: tuple[float, float],
    slots: list[Slot],
    busy: dict[str, list[Span]],
    cars: list[list[Span]] | None,
    progress: Callable[[float, WeekPlan], None],
) -> WeekPlan:
    # One table of drives for the week: what is closed on one of its days is not driven on any.
    days = {slot.departs.date() for slot in slots}
    points = np.vstack([start, visits[["lon", "lat"]].to_numpy()])
    week = plan_week(
        visits,
        start,
        matrix=streets_on(workspace, *days).matrix(points, points, lengths=False).duration_s,
        slots=slots,
        busy=busy,
        cars=cars,
        max_stops=workspace.profile.tours.max_stops,
        rest=break_owed(workspace),
        peaks=workspace.profile.tours.peaks,
        longest_drive_s=longest_drive_s(workspace),
        exclusive=exclusive,
        skills=speak[0],
        partner_skills=speak[1],
        progress=progress,
    )
    return replace(week, left_out=named_in(workspace, days, week.left_out, visits))


def _told_left_out(left_out: list[dict[str, Any]], required: pd.Series) -> list[dict[str, Any]]:
    """Let visits that must be made stand apart, and say where nothing was found to help."""
    rows = [
        one
        | {"required": bool(required[one["client_ref"]]), "remedy": one["remedy"] or _NOTHING}
        | ({"reason": f"Must be made. {one['reason']}"} if required[one["client_ref"]] else {})
        for one in left_out
    ]
    return sorted(rows, key=lambda one: not one["required"])


def _rows(week: WeekPlan, officers: pd.Series, partners: pd.Series) -> list[dict[str, Any]]:
    return [
        {
            "ref": "",
            "on": one.slot.on,
            "begins": one.slot.departs,
            "ends": one.slot.latest_return,
            "departs_at": one.plan.departs_at,
            "returns_at": one.plan.returns_at,
            "drive_s": one.plan.drive_s,
            "officer": str(officers[one.officer]),
            "officer_ref": one.officer,
            "police_partner": str(partners[one.slot.partner]),
            "partner_ref": one.slot.partner,
            "priority": one.plan.priority,
            "stops": [
                {"client_ref": str(client), "starts_at": begins}
                for client, begins in one.plan.stops["starts_at"].items()
            ],
        }
        for one in week.tours
    ]
