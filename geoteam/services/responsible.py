"""Who was responsible for an address on a day: by our own rules, and never a guess."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from geoteam.areas import AreaIndex
from geoteam.errors import InputError, NotFoundError
from geoteam.geocoding import decide, geocode
from geoteam.model import MatchStatus, Role, User
from geoteam.services.plan_change import Names
from geoteam.services.scope import require_role
from geoteam.services.wording import told_day
from geoteam.services.workspace import Workspace
from geoteam.store import assignments, audit, boundaries, plans
from geoteam.store.plans import SavedPlan

_SAID = {
    "tie": "The address can mean more than one place. Add the ZIP or the quadrant.",
    "tie_with_zip": "The address and the ZIP do not settle one place. Correct or complete them.",
    "unmatched": "The address was not found, so nobody can be named.",
    "uncertain": "The address was found, but not surely enough to name an area.",
    "no_boundaries": "No police boundaries were in force on that day.",
    "outside": "The address lies in no area of the boundaries of that day.",
    "ambiguous": "The address lies so near a border that it may belong to more than one team.",
    "no_plan": "No plan was in force on that day, so no team can be named.",
    "no_team": "The plan of that day gave the area to no team.",
    "found": "",
}
_OF_ADDRESS = ("tie", "unmatched", "uncertain")


def responsible(
    workspace: Workspace, user: User, address: str, on: date, *, zip_code: str = ""
) -> dict[str, Any]:
    """Find the team that was responsible for an address on a day.

    The address is placed by the same rules as those of clients. The area is that of the police
    boundaries in force on the day; the team is that of the plan in force then, in the plan's own
    units.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor or an officer.
    address
        The address, as written.
    on
        The day, past, present or to come.
    zip_code
        ZIP, where known.

    Returns
    -------
    dict
        ``status``: ``found``, or why nobody is named (``tie``, ``unmatched``, ``uncertain``,
        ``no_boundaries``, ``outside``, ``ambiguous``, ``no_plan``, ``no_team``); ``message`` in
        words; ``on``, ``matched`` (address found), ``candidates`` (of a tie), ``area`` (all that it
        may be, joined by "or"), ``boundaries``, ``unit``, ``plan``, ``team``, ``team_name``,
        ``teams`` (all that it may be, where ambiguous) and ``officers`` (names of those who had
        clients of the team that day).

    Raises
    ------
    InputError
        When the address is empty.
    DisclosureError
        For every other role.
    """
    require_role(user, [Role.SUPERVISOR, Role.OFFICER], "look up who was responsible")
    if not address.strip():
        raise InputError("the address is empty", remedy="Write a street address")
    found = geocode(
        pd.Series([address.strip()], dtype="str"),
        workspace.reference(),
        zips=pd.Series([zip_code.strip()], dtype="str"),
    )
    told: dict[str, Any] = {
        "on": on, "matched": "", "candidates": [], "area": "", "boundaries": "", "unit": "",
        "plan": "", "team": "", "team_name": "", "teams": [], "officers": [],
    }  # fmt: skip
    with workspace.transaction() as session:
        told["status"] = _look_up(workspace, session, found, on, told)
        told["message"] = _message(told["status"], zip_code.strip(), str(found.at[0, "reason"]))
        told["message"] += _since(workspace, session, told["status"])
        # What was asked about stays out of the log: it may be where somebody lives.
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action="responsible.look_up",
            object_kind="address",
            object_ref="",
            purpose="look up",
            detail={"on": on.isoformat(), "status": told["status"], "team": told["team"]},
        )
    return told


def _message(status: str, zip_code: str, reason: str) -> str:
    """Say why nobody is named; why an address names no place is the geocoder's to say."""
    said = _SAID["tie_with_zip" if status == "tie" and zip_code else status]
    return f"{said} {reason}" if status in _OF_ADDRESS and reason else said


def _look_up(
    workspace: Workspace, session: Session, found: pd.DataFrame, on: date, told: dict[str, Any]
) -> str:
    row = found.iloc[0]
    if row["status"] == MatchStatus.TIE.value:
        told["candidates"] = [str(one["address"]) for one in row["candidates"]]
        return "tie"
    if row["status"] != MatchStatus.MATCHED.value or row["lon"] != row["lon"]:
        return "unmatched"
    rule = workspace.profile.geocoding
    sure = decide(
        found,
        np.zeros(1, dtype=np.bool_),
        accept_score=rule.accept_score,
        accept_area_score=rule.accept_area_score,
    )
    told["matched"] = str(row["matched_address"])
    if sure.at[0, "decision"] != "accepted":
        return "uncertain"
    plan = plans.in_force(session, on)
    area = _area(workspace, row, on, told)
    if plan is None:
        return area or "no_plan"
    return _team(workspace, session, plan, row, on, told) or "found"


def _area(workspace: Workspace, row: pd.Series, on: date, told: dict[str, Any]) -> str:
    """Name the police area of the day; says why there is none."""
    try:
        frame = workspace.areas(workspace.profile.unit_kind, on)
    except NotFoundError:
        return "no_boundaries"
    told["boundaries"] = frame.attrs["set"].version
    index = workspace.index_of(frame.attrs["set_id"])
    at = np.array([row["lon"]]), np.array([row["lat"]])
    within = str(index.locate(*at)[0])
    # A place that is known roughly may lie in each of the areas that its circle reaches.
    told["area"] = " or ".join(sorted({within, *_reached(index, row)} - {""}))
    return "" if within else "outside"


def _reached(index: AreaIndex, row: pd.Series) -> list[str]:
    """List the areas that a place known roughly may lie in; none for the point of an address."""
    # The very point of an address is sure enough, as it is for clients.
    if row["match_code"] == "PointAddress" or pd.isna(row["uncertainty_m"]):
        return []
    at = np.array([row["lon"]]), np.array([row["lat"]])
    return [str(code) for code in index.near(*at, np.array([float(row["uncertainty_m"])]))[0]]


def _since(workspace: Workspace, session: Session, status: str) -> str:
    """Tell from which day on there is a record, where a day lies outside it."""
    days: list[date | None] = []
    if status == "no_boundaries":
        kind = workspace.profile.unit_kind
        sets = boundaries.list_sets(session).values()
        days = [one.valid_from for one in sets if one.kind == kind]
    elif status == "no_plan":
        days = [one.effective_from for one in plans.list_plans(session, plans.PUBLISHED)]
    first = min((day for day in days if day), default=None)
    return "" if first is None else f" The first on record begins on {told_day(first)}."


def _team(
    workspace: Workspace,
    session: Session,
    plan: SavedPlan,
    row: pd.Series,
    on: date,
    told: dict[str, Any],
) -> str:
    names = Names.load(session)
    units = plans.units(session, plan.id)
    index = workspace.index_of(plan.boundary_set_id)
    at = np.array([row["lon"]]), np.array([row["lat"]])
    unit = str(index.locate(*at)[0])
    told |= {"plan": plan.name, "unit": unit}
    if not told["boundaries"]:
        told["boundaries"] = boundaries.get_set(session, plan.boundary_set_id).version
    if not unit:
        return "outside"
    near = {units.get(code, "") for code in [unit, *_reached(index, row)]}
    if len(near) > 1:
        told["teams"] = sorted(names.team(team) for team in near if team)
        return "ambiguous"
    team = units.get(unit, "")
    if not team:
        return "no_team"
    told |= {"team": team, "team_name": names.team(team)}
    held = assignments.on_day(session, on)
    refs = sorted(set(held.loc[held["team"] == team, "officer"]) - {""})
    told["officers"] = sorted(names.officer(ref) for ref in refs)
    return ""
