"""Clients and officers as the domain rooms want them: located, weighed, with their unit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.caseload import full_caseload_points, specialty_of, workload_points
from geoteam.model import MatchCode
from geoteam.services.workspace import Workspace
from geoteam.store import clients as client_store
from geoteam.store import staff
from geoteam.store.plans import SavedPlan


def clients_frame(
    workspace: Workspace,
    session: Session,
    on: date,
    *,
    officers: Collection[str] | None = None,
    teams: Collection[str] | None = None,
    refs: Collection[str] | None = None,
) -> pd.DataFrame:
    """Load active clients with workload points, specialty and the unit they live in.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    on
        The day: residence, assignment and boundaries of that day.
    officers, teams, refs
        Only clients of these officers or teams, or with these references; None is everybody.

    Returns
    -------
    DataFrame
        CLIENTS with the columns of ``store.clients.as_frame``; ``unit`` is where the accepted point
        lies in the boundaries in force (``assigned_unit`` is that of the assignment), and
        ``boundary_ambiguous`` is false for the very point of an address: that is sure enough.
    """
    profile = workspace.profile
    frame = client_store.as_frame(session, on, officers=officers, teams=teams, refs=refs)
    frame["points"] = workload_points(frame["level"], profile.contact_standards)
    frame["specialty"] = pd.Series(
        [specialty_of(needs, profile.caseload.citywide) for needs in frame["needs"]],
        index=frame.index,
        dtype="str",
    )
    index = workspace.area_index(profile.unit_kind, on)
    frame["assigned_unit"] = frame["unit"]
    codes = index.locate(frame["lon"].to_numpy(), frame["lat"].to_numpy())
    frame["unit"] = pd.Series(codes, index=frame.index, dtype="str")
    frame["boundary_ambiguous"] &= ~_sure(frame)
    return frame


def _sure(clients: pd.DataFrame) -> pd.Series:
    """Tell where the place itself is accepted, however near a border: a known point."""
    return clients["located"] & (clients["match_code"] == MatchCode.POINT_ADDRESS.value)


def units_in_plan(workspace: Workspace, plan: SavedPlan, clients: pd.DataFrame) -> pd.Series:
    """Look up the unit of a plan that each client lives in.

    Parameters
    ----------
    workspace
        The workspace.
    plan
        The plan; its units are those of its own boundary set, in force or not.
    clients
        Columns ``lon`` and ``lat``, EPSG:4326; NaN without a usable place.

    Returns
    -------
    Series
        On the same index: the unit's code, '' in none.
    """
    index = workspace.index_of(plan.boundary_set_id)
    codes = index.locate(clients["lon"].to_numpy(), clients["lat"].to_numpy())
    return pd.Series(codes, index=clients.index, dtype="str", name="unit")


def doubtful_in_plan(
    workspace: Workspace, plan: SavedPlan, teams: Mapping[str, str], clients: pd.DataFrame
) -> pd.Series:
    """Tell of which clients the place is too uncertain to say in which team's area they live.

    Parameters
    ----------
    workspace
        The workspace.
    plan
        The plan; borders are those of its own boundary set.
    teams
        Unit -> team of the plan: a border within a team's area leaves nobody in doubt.
    clients
        CLIENTS of ``clients_frame``.

    Returns
    -------
    Series
        Flags on the same index. Known points, and places that a person decided on, are never in
        doubt.
    """
    asked = clients[clients["located"] & ~_sure(clients) & (clients["decided_by"] == "")]
    index = workspace.index_of(plan.boundary_set_id)
    place = asked["lon"].to_numpy(), asked["lat"].to_numpy()
    near = index.near(*place, asked["uncertainty_m"].fillna(0.0).to_numpy())
    several = [len({teams.get(code, "") for code in codes}) > 1 for codes in near]
    flags = pd.Series(several, index=asked.index, dtype="bool")
    return flags.reindex(clients.index, fill_value=False).rename("doubtful")


def officers_frame(session: Session, workspace: Workspace, clients: pd.DataFrame) -> pd.DataFrame:
    """Load active officers with their capacity in workload points.

    Parameters
    ----------
    session
        Open session.
    workspace
        The workspace.
    clients
        All active clients (``clients_frame``), whose mean points set a full caseload.

    Returns
    -------
    DataFrame
        OFFICERS, with name and full_time_share.
    """
    frame = staff.officers(session)
    general, specialised = full_caseload_points(
        clients["points"], clients["specialty"], workspace.profile.caseload
    )
    full = frame["specialty"].map(lambda name: specialised if name else general).astype("float64")
    frame["capacity_points"] = full * frame["full_time_share"]
    return frame
