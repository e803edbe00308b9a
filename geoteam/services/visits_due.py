"""What is due in the days ahead, by team, officer and area, and whether the hours suffice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from geoteam.disclosure.policy import TOUR
from geoteam.errors import InputError, NotFoundError
from geoteam.model import User
from geoteam.services.clients import filters, reach_of
from geoteam.services.people import clients_frame
from geoteam.services.visit_decisions import homes_frame
from geoteam.services.visits_board import BANDS, OVERDUE, DueBoard, DueOptions, named, read_day
from geoteam.services.visits_hours import reckon_hours
from geoteam.services.workspace import Workspace
from geoteam.store import audit, contacts, staff, tours, visit_decisions, visit_limits
from geoteam.store.visits_ahead import latest_notes
from geoteam.tours import visits_due
from geoteam.tours.ahead import visits_ahead

DAYS_AHEAD = (7, 14, 28, 56)
LONGEST = 92
# Notes from the road are shown for so long.
_NOTE_DAYS = 180
_NO_OFFICER = "No officer is assigned to the client yet."
_EVER = 4000


@dataclass(frozen=True, slots=True)
class Offered:
    """What a user may choose from, each as (value, label); the officers under names of teams."""

    teams: list[tuple[str, str]]
    officers: list[tuple[str, list[tuple[str, str]]]]
    areas: list[tuple[str, str]]


def offered(workspace: Workspace, user: User, by: str, team: str = "") -> Offered:
    """List the teams, officers and areas that a user may choose from.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.
    by
        Kind of area.
    team
        Only officers of this team; '' for all of the user's.

    Returns
    -------
    Offered
        References with labels.
    """
    found = filters(workspace, user)
    areas = [
        (code, f"{code}, {name}" if name != code else code)
        for code, name in _areas(workspace, by).items()
    ]
    return Offered(found.teams, found.groups(team), areas)


def due_board(
    workspace: Workspace, user: User, options: DueOptions, *, action: str = "tours.due"
) -> DueBoard:
    """Find what is due from today on; the reading is audited.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor, for the clients of their teams, or an officer, for their own.
    options
        What is asked for.
    action
        What the audit log calls it.

    Returns
    -------
    DueBoard
        The visits and the hours.

    Raises
    ------
    InputError
        When the last day is over or too far away, or the area is none.
    NotFoundError
        When the team or the officer is none of the user's.
    """
    first = workspace.today()
    last = options.last or first + timedelta(days=DAYS_AHEAD[2] - 1)
    if not first <= last < first + timedelta(days=LONGEST):
        raise InputError(
            "the last day is over, or more than three months away",
            remedy=f"Choose a day up to {(first + timedelta(days=LONGEST - 1)).isoformat()}",
        )
    if options.day not in ("", OVERDUE):
        read_day(options.day)
    areas = _areas(workspace, options.by)
    if options.area and options.area not in areas:
        raise InputError("there is no such area", remedy="Choose one of the list")
    chosen = _chosen(workspace, user, options)
    with workspace.transaction() as session:
        board = _board(workspace, session, chosen, options, (first, last), areas)
        shown = board.listed(options.day)
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action=action,
            object_kind="officer" if options.officer else "team" if options.team else "clients",
            object_ref=options.officer or options.team,
            purpose=TOUR,
            detail=named([*shown["client_ref"], *board.waiting.index, *board.excluded.index])
            | {
                "rows": len(shown),
                "waiting": len(board.waiting),
                "excluded": len(board.excluded),
                "until": last.isoformat(),
            },
        )
    return board


def _areas(workspace: Workspace, by: str) -> dict[str, str]:
    names = workspace.areas(by)["name"].sort_index()
    return {str(code): str(name) for code, name in names.items()}


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Whose clients are asked for, as the store's filters take it."""

    officers: list[str] | None
    teams: list[str] | None
    names: dict[str, str]


def _chosen(workspace: Workspace, user: User, options: DueOptions) -> _Chosen:
    reach, known = reach_of(user), filters(workspace, user)
    names = dict(known.officers)
    if options.team and options.team not in dict(known.teams):
        raise NotFoundError("there is no such team of yours", remedy="Use your team's id")
    if options.officer and options.officer not in names:
        raise NotFoundError("there is no such officer in your teams", remedy="Choose from the list")
    return _Chosen(
        [options.officer] if options.officer else reach.officers,
        [options.team] if options.team else reach.teams,
        names,
    )


def _board(
    workspace: Workspace,
    session: Session,
    chosen: _Chosen,
    options: DueOptions,
    days: tuple[date, date],
    areas: dict[str, str],
) -> DueBoard:
    first, last = days
    found = _all_due(workspace, session, chosen, first)
    found["area"] = found["district"] if options.by == "district" else _located(
        workspace, options.by, found
    )  # fmt: skip
    found = found[(found["area"] == options.area) | (not options.area)]
    soon = found["due_on"] <= last
    joint, usable, kept = found["joint"], found["usable"], found["excluded_until"].notna()
    alone = int((~joint & soon).sum())
    waiting, excluded = found[joint & ~usable & soon], found[joint & usable & kept & soon]
    visits = _ahead(session, found[joint & usable], first, last)
    officers = staff.officers(session)
    refs = [
        str(ref)
        for ref, team in officers["team"].items()
        if (chosen.officers is None or ref in chosen.officers)
        and (chosen.teams is None or team in chosen.teams)
    ]
    to_plan = visits[visits["planned_on"].isna()]
    hours = reckon_hours(workspace, session, to_plan, first, last, refs)
    return DueBoard(first, last, visits, waiting, excluded, alone, hours, areas)


def _all_due(workspace: Workspace, session: Session, chosen: _Chosen, today: date) -> pd.DataFrame:
    """Every visit that will fall due some day, with all that is known of the client."""
    clients = clients_frame(workspace, session, today, officers=chosen.officers, teams=chosen.teams)
    whole = chosen.officers is None and chosen.teams is None
    history = contacts.load(session, due_on=today, client_refs=None if whole else clients.index)
    standards = workspace.profile.contact_standards
    homes = homes_frame(session, clients, today)
    due = visits_due(homes, history, standards, on=today, within_days=_EVER)
    columns = ["name", "officer", "team", "lon", "lat", "geocode_id", "decision"]
    found = due.join(clients[columns])
    ownerless = found["usable"] & (found["officer"] == "")
    found.loc[ownerless, "blocked"] = _NO_OFFICER
    found.loc[ownerless, "usable"] = False
    waits = (found["decision"] == "review").to_numpy()
    numbers = found.pop("geocode_id")
    found["review_item"] = pd.Series(
        [int(one) if wait else None for one, wait in zip(numbers, waits, strict=True)],
        index=found.index,
        dtype=object,
    )
    found["officer_name"] = [chosen.names.get(ref, ref) for ref in found["officer"]]
    found["district"] = _located(workspace, "district", found)
    minutes = visit_limits.limits_frame(session, found.index)["service_minutes"]
    found["service_s"] = minutes.fillna(workspace.profile.tours.service_minutes) * 60.0
    notes = latest_notes(session, today - timedelta(days=_NOTE_DAYS))
    found["note"] = [notes.get(str(ref), "") for ref in found.index]
    found["band"] = _bands(found["priority"])
    return _with_decisions(session, found, today)


def _with_decisions(session: Session, found: pd.DataFrame, today: date) -> pd.DataFrame:
    decided = visit_decisions.standing(session, today).reset_index().set_index("client_ref")
    for name, empty in (("why", ""), ("by", ""), ("decision_id", None)):
        known = decided[name].to_dict()
        found[name] = pd.Series(
            [known.get(ref, empty) for ref in found.index], index=found.index, dtype=object
        )
    return found


def _located(workspace: Workspace, kind: str, frame: pd.DataFrame) -> pd.Series:
    codes = workspace.area_index(kind).locate(frame["lon"].to_numpy(), frame["lat"].to_numpy())
    return pd.Series(codes, index=frame.index, dtype="str")


def _bands(points: pd.Series) -> Sequence[str]:
    names, lowest = list(BANDS), list(BANDS.values())
    return [str(name) for name in np.select([points >= low for low in lowest], names, names[-1])]


def _ahead(session: Session, due: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    """Lay the visits out over the days, those on tours among them."""
    planned = tours.visits_planned(session, since=first)
    ahead = visits_ahead(due, planned, on=first, until=last)
    columns = due.columns.difference(["due_on", "excluded_until", "usable", "blocked"])
    visits = ahead.join(due[columns], on="client_ref")
    later = (visits["again"] > 0).to_numpy()
    again = [
        f"{level}: again {int(interval)} days after the visit before."
        for level, interval in zip(
            visits["level"][later], visits["interval_days"][later], strict=True
        )
    ]
    visits.loc[later, "reason"] = again
    visits.loc[later, ["note", "why", "by"]] = ""
    visits.loc[later, "required"] = False
    visits.loc[later, "decision_id"] = None
    # A visit after the next one is as urgent as its level alone makes it.
    visits.loc[later, "band"] = "usual"
    visits["overdue_days"] = [(first - due_on).days for due_on in visits["due_on"]]
    order = visits.assign(later=later, on_tour=visits["planned_on"].notna())
    order = order.sort_values(
        ["later", "on_tour", "priority", "due_on", "client_ref"],
        ascending=[True, True, False, True, True],
    )
    return visits.loc[order.index].reset_index(drop=True)
