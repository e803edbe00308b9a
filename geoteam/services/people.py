"""Clients and officers as the domain rooms want them: located, weighed, with their unit."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.caseload import full_caseload_points, specialty_of, workload_points
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
        lies in the boundaries in force (``assigned_unit`` is that of the assignment).
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
    return frame


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
