"""Accountability Tours: the visits that are due, and a tour planned from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import Any

from sqlalchemy.orm import Session

from geoteam.disclosure.policy import TOUR
from geoteam.errors import InputError, NotFoundError
from geoteam.model import Role, User
from geoteam.services.clients import filters, reach_of
from geoteam.services.scope import sees_team
from geoteam.services.tour_cancel import cancel_tour
from geoteam.services.tour_map import tour_map
from geoteam.services.tour_pairing import Meet, Pairing
from geoteam.services.tour_plans import due_frame, save_plan, start_of
from geoteam.services.tour_remedies import Asked, besides, instead, told_remedies
from geoteam.services.tour_times import Times, departure
from geoteam.services.tour_views import TourView, list_tours, tour
from geoteam.services.visits_board import named
from geoteam.services.workspace import Workspace
from geoteam.store import audit, staff, tours
from geoteam.store.tour_versions import plan_alone


@dataclass(frozen=True, slots=True)
class Choices:
    """Whom a user may plan with, as (ref, label).

    Attributes
    ----------
    teams
        The user's own first.
    officers
        Under the names of their teams.
    partners
        Under the names of their districts.
    """

    teams: list[tuple[str, str]]
    officers: list[tuple[str, list[tuple[str, str]]]]
    partners: list[tuple[str, list[tuple[str, str]]]]


@dataclass(frozen=True, slots=True)
class DueVisits:
    """Visits still to plan, most urgent first, and how many more a planned tour makes already."""

    rows: list[dict[str, Any]]
    planned: int


def choices(workspace: Workspace, user: User, team: str = "") -> Choices:
    """List whom a user may plan a tour for, and with which police partner.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.
    team
        Only officers of this one; '' for all of the user's.

    Returns
    -------
    Choices
        References with labels.
    """
    with workspace.reading() as session:
        partners = staff.police_partners(session)
    found = filters(workspace, user)
    districts: dict[str, list[tuple[str, str]]] = {}
    for ref, row in partners.sort_values(["district", "name"]).iterrows():
        own = districts.setdefault(f"District {row['district']}", [])
        own.append((str(ref), str(row["name"])))
    return Choices(found.teams, found.groups(team), list(districts.items()))


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
            detail={"rows": len(due)} | named(due.index),
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
    meet: Meet = "",
) -> str:
    """Plan and save a tour: whom to visit, in which order, by which streets.

    What would help visits that it leaves out is found by `geoteam.services.tour_help`.

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
        The police officer; by default one who is on duty with the officer and on no other tour,
        who speaks what the visits need, and in whose districts most of them are.
    departs
        Clock time ``HH:MM``; by default the profile's earliest. Today not before now.
    max_stops
        Most stops; by default the profile's.
    meet
        Where the police partner joins: ``start``, ``station`` or ``first stop``; by default the
        start or the station, whichever makes the better tour.

    Returns
    -------
    str
        The tour's reference.

    Raises
    ------
    InputError
        When no visit is due, the day is over, the departure is no time of day or too late, no
        stop is allowed, the officer or the partner is off duty or has a tour at that time, no
        car is free, or no visit fits.
    NotFoundError
        When the officer or partner does not exist or is not the user's.
    """
    rules = workspace.profile.tours
    if max_stops is not None and max_stops < 1:
        raise InputError("a tour has at least one stop", remedy="Allow one stop or more")
    times = departure(workspace, on, departs)
    with workspace.transaction() as session:
        plan_alone(session)
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
        day = tours.list_tours(session, on=on)
        most = max_stops or rules.max_stops
        asked = Asked(workspace, session, officer_ref, row, police_partner_ref, meet, most)
        pair = asked.pair(on, visits, times, day)
        plan = pair.plan
        if plan.stops.empty:
            tried = replace(asked, joint=bool(pair.partner_ref))
            may_help = chain(instead(tried, on, visits, times, day), besides(tried, on, None))
            (first,) = told_remedies(plan.left_out[:1], may_help)
            raise InputError(
                f"no visit of this officer fits on that day: {first['reason']}",
                remedy=first["remedy"],
            )
        ref = save_plan(
            workspace,
            session,
            user,
            plan,
            on,
            officer_ref,
            pair.partner_ref,
            row,
            start_of(row),
            visits,
            [*_later(pair, times, departs), *pair.advice],
            car_ref=pair.car_ref,
            meet_ref=pair.meet_ref,
            via=pair.via,
            notes=pair.notes,
            asked={
                "departs": departs,
                "max_stops": most,
                "police_partner": police_partner_ref,
                "meet": meet,
            },
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


def _later(pair: Pairing, times: Times, wanted: str) -> list[str]:
    """Tell of a tour that leaves later than it was asked for."""
    if not wanted:
        return []
    said, could, leaves = [], times.departs, pair.plan.departs_at
    if pair.plan.on_duty and pair.plan.on_duty[0][0] > could:
        could = pair.plan.on_duty[0][0]
        who = "officer, police partner" if pair.partner_ref else "officer"
        said.append(
            f"Planned from {could:%H:%M}, not from {times.departs:%H:%M}: {who} and car are not "
            "free together before."
        )
    if leaves > could:
        said.append(
            f"Leaves at {leaves:%H:%M}, not at {could:%H:%M}: sooner, it would not come back "
            "sooner."
        )
    return said


def _require_partner(session: Session, wanted: str) -> None:
    if wanted and wanted not in staff.police_partners(session).index:
        raise NotFoundError("there is no such police partner", remedy="Choose from the list")


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
