"""What a plan comes to: the registry's metrics for saved plans."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import geopandas as gpd
import pandas as pd
from sqlalchemy.orm import Session

from geoteam.errors import NotFoundError
from geoteam.plans import (
    PLAN_METRICS,
    TEAM_METRICS,
    Layout,
    Load,
    Tally,
    plan_metrics,
    team_metrics,
)
from geoteam.services.people import clients_frame, units_in_plan
from geoteam.services.workspace import Workspace
from geoteam.store import plans, staff
from geoteam.store.plans import SavedPlan


def definitions() -> list[dict[str, Any]]:
    """List the metrics of the registry.

    Returns
    -------
    list of dict
        ``of`` (team or plan), ``key``, ``version``, ``title``, ``unit``, ``formula``, ``source``,
        ``better`` and ``live`` (followed while a plan is drawn).
    """
    rows = []
    for of, metrics in (("team", TEAM_METRICS), ("plan", PLAN_METRICS)):
        for metric in metrics:
            row = asdict(metric)
            del row["compute"]
            rows.append({"of": of} | row)
    return rows


def find_plan(workspace: Workspace, session: Session, plan_id: int | None) -> SavedPlan:
    """Find a plan.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    plan_id
        The plan; the one in force by default.

    Returns
    -------
    SavedPlan
        The plan without its units.

    Raises
    ------
    NotFoundError
        When there is no such plan, or none is in force.
    """
    if plan_id is not None:
        return plans.get(session, plan_id)
    plan = plans.in_force(session, workspace.today())
    if plan is None:
        raise NotFoundError("no plan is in force", remedy="See: geoteam plans list")
    return plan


def plan_figures(workspace: Workspace, plan_id: int | None = None) -> dict[str, Any]:
    """Compute every metric of the registry for a plan, with the clients of today.

    Clients are looked up in the plan's own boundaries, which need not be those in force.

    Parameters
    ----------
    workspace
        The workspace.
    plan_id
        The plan; the one in force by default.

    Returns
    -------
    dict
        ``id``, ``name``, ``clients`` (all under general supervision, those without a usable place
        too), ``unplaced`` (how many of them are in no unit, and so in no figure), ``plan``: key ->
        value, and ``teams``: one row each, with the key ``team``. Where no
        plan is in force, everybody changes team.

    Raises
    ------
    NotFoundError
        When there is no such plan, or none is in force.
    """
    crs = workspace.profile.city.crs
    with workspace.reading() as session:
        plan = find_plan(workspace, session, plan_id)
        areas = plan_areas(workspace, session, plan)
        units = plans.units(session, plan.id)
        clients = general_clients(workspace, session)
        clients["unit"] = units_in_plan(workspace, plan, clients)
        known = staff.teams(session)
        shares = area_officers(session)
    teams = sorted(set(known.index[known["specialty"] == ""]) | (set(units.values()) - {""}))
    layout = Layout.from_frame(areas, crs=crs)
    wanted = pd.Index([units.get(code, "") for code in layout.units])
    load = Load.from_clients(clients, units=layout.units, teams=teams)
    tally = Tally(
        layout,
        load,
        teams=teams,
        officers=shares.reindex(teams).fillna(0.0).to_numpy(),
        assignment=pd.Index(teams).get_indexer(wanted),
    )
    return {
        "id": plan.id,
        "name": plan.name,
        "clients": len(clients),
        "unplaced": len(clients) - int(load.clients.sum()),
        "plan": plan_metrics(tally),
        "teams": team_metrics(tally).reset_index().to_dict("records"),
    }


def area_officers(session: Session) -> pd.Series[float]:
    """Sum the officers of each team that may hold areas; those of the whole city are for others.

    Parameters
    ----------
    session
        Open session.

    Returns
    -------
    Series
        Team -> full-time shares; teams without any are left out.
    """
    citywide = [team for team, specialty in staff.specialties(session).items() if specialty]
    shares = staff.officers(session).groupby("team")["full_time_share"].sum()
    return shares.drop(citywide, errors="ignore")


def plan_areas(workspace: Workspace, session: Session, plan: SavedPlan) -> gpd.GeoDataFrame:
    """Load the boundaries that a plan was drawn on, in force or not.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    plan
        The plan.

    Returns
    -------
    GeoDataFrame
        BOUNDARIES.
    """
    return workspace.areas_of(plan.boundary_set_id)


def general_clients(workspace: Workspace, session: Session) -> pd.DataFrame:
    """Load clients under general supervision with the teams of their area and officer now.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.

    Returns
    -------
    DataFrame
        ``clients_frame`` with ``area_team`` and ``officer_team``, '' for none.
    """
    clients = clients_frame(workspace, session, workspace.today())
    general = clients[clients["specialty"] == ""].copy()
    now = plans.in_force(session, workspace.today())
    of_unit = {} if now is None else plans.units(session, now.id)
    of_officer = staff.officers(session)["team"].to_dict()
    units = general["unit"] if now is None else units_in_plan(workspace, now, general)
    general["area_team"] = [of_unit.get(unit, "") for unit in units]
    general["officer_team"] = [of_officer.get(officer, "") for officer in general["officer"]]
    return general
