"""What the plan editor draws on and counts: units, borders, people by unit, teams."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from geoteam.areas import AreaIndex
from geoteam.maps.palettes import PATTERNS, fills_apart
from geoteam.model import Role, User
from geoteam.plans import Layout, Load
from geoteam.plans.borders import SCALE, Outlines
from geoteam.services.ground import BASEMAP_URL
from geoteam.services.plan_figures import area_officers, general_clients
from geoteam.services.plan_new import teams_in_force
from geoteam.services.plan_publish import note
from geoteam.services.scope import require_role
from geoteam.services.workspace import Workspace
from geoteam.store import audit, boundaries, plan_edits, plans, staff, venues
from geoteam.store.plans import SavedPlan

# The people of a unit are counted anew this often.
_KEPT_S = 30
# One event stands for all that a user loads of a plan in this time.
_OPENED, _OPENED_ONCE = "plan.open", timedelta(hours=1)
_NOUNS = {"smd": "single-member district", "zip": "ZIP area"}


@dataclass(frozen=True, slots=True)
class GroundFile:
    """JSON to send, and what it is known by."""

    body: bytes
    digest: str


def ground(workspace: Workspace, user: User, plan_id: int) -> GroundFile:
    """Describe the ground of a plan for the editor: nothing in it names a person.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor.
    plan_id
        The plan.

    Returns
    -------
    GroundFile
        A JSON object. Positions in ``units`` and ``teams`` name units and teams everywhere.
        ``fills`` holds hue and texture (a position in ``palettes.PATTERNS``) of each team.
        ``shapes`` holds each unit's rings, ``sides`` the lines between the two units of each edge:
        x and y of the first corner and then the step to each next one, in ``1 / scale`` degrees
        from ``origin``; a ring does not repeat its first corner. Lengths and areas in metres.

    Raises
    ------
    DisclosureError
        When the user is no supervisor.
    NotFoundError
        When there is no such plan.
    """
    require_role(user, {Role.SUPERVISOR}, "draw plans")
    with workspace.reading() as session:
        plan = plans.get(session, plan_id)
    _note_opened(workspace, user, plan_id)
    frame = workspace.areas_of(plan.boundary_set_id)
    layout = plan_layout(workspace, frame)
    drawn = workspace.once(("drawn", plan.boundary_set_id), lambda: _drawn(frame, layout))
    with workspace.reading() as session:
        looks = team_fills(workspace, session, plan)
        teams = list(looks)
        people = workspace.latest(
            ("people", plan.boundary_set_id),
            (workspace.now().timestamp() // _KEPT_S, teams, staff.specialties(session)),
            lambda: _people(workspace, session, frame, layout, teams),
        )
    named = {"plan": plan.id, "name": plan.name, "address": BASEMAP_URL}
    named["districts"] = _districts(workspace, frame)
    named["fills"] = [(hue, PATTERNS.index(pattern)) for hue, pattern in looks.values()]
    # Three objects become one: what follows from boundaries alone is made once.
    body = f"{_json(named)[:-1]},{people[1:-1]},{drawn[1:]}".encode()
    return GroundFile(body, hashlib.sha256(body).hexdigest()[:32])


def _note_opened(workspace: Workspace, user: User, plan_id: int) -> None:
    """Write to the audit log that a user opened a plan, once an hour."""
    now = workspace.now()
    with workspace.reading() as session:
        last = audit.last_at(session, user.username, _OPENED, "plan", str(plan_id))
    if last is None or now - last >= _OPENED_ONCE:
        with workspace.transaction() as session:
            note(workspace, session, user.username, _OPENED, plan_id)


def plan_layout(workspace: Workspace, frame: gpd.GeoDataFrame) -> Layout:
    """Measure the boundaries of a plan, once.

    Parameters
    ----------
    workspace
        The workspace.
    frame
        From ``workspace.areas_of``.

    Returns
    -------
    Layout
        Units sorted by code.
    """
    crs = workspace.profile.city.crs
    return workspace.once(
        ("layout", frame.attrs["set_id"]), lambda: Layout.from_frame(frame, crs=crs)
    )


def plan_teams(session: Session, *units: Mapping[str, str]) -> list[str]:
    """List the teams that a plan is drawn with: every general one, and those that hold a unit.

    Parameters
    ----------
    session
        Open session.
    *units
        Unit -> team of the plan, and of others that are shown with it.

    Returns
    -------
    list of str
        References, sorted.
    """
    known = staff.specialties(session)
    held = {team for plan in units for team in plan.values() if team}
    return sorted({team for team, specialty in known.items() if not specialty} | held)


def team_fills(
    workspace: Workspace, session: Session, plan: SavedPlan
) -> dict[str, tuple[str, str]]:
    """Choose the fill of each team, for the editor, for maps and for paper.

    They follow from the plan in force, which drawing does not change: a team keeps its fill
    through every draft.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    plan
        The plan that is shown.

    Returns
    -------
    dict of str to tuple
        Team -> hue and pattern (see ``palettes``), for every team that the plan is drawn with, in
        their order.
    """
    set_id = plan.boundary_set_id
    now = teams_in_force(workspace, session, set_id)
    teams = plan_teams(session, plan_edits.teams_of(session, plan.id), now)
    layout = plan_layout(workspace, workspace.areas_of(set_id))
    of = np.array([teams.index(now[u]) if now.get(u) else -1 for u in layout.units], dtype=int)
    near: list[set[int]] = [set() for _ in teams]
    for one, other in of[layout.edges]:
        if one != other and min(one, other) >= 0:
            near[one].add(int(other))
            near[other].add(int(one))
    return dict(zip(teams, fills_apart(near), strict=True))


def noun(kind: str) -> str:
    """Name one unit of a kind, for people.

    Parameters
    ----------
    kind
        Kind of boundaries.

    Returns
    -------
    str
        Such as "service area".
    """
    return _NOUNS.get(kind, kind.replace("_", " "))


def _drawn(frame: gpd.GeoDataFrame, layout: Layout) -> str:
    outlines = Outlines.from_frame(frame)
    units = frame.sort_index()
    kind = boundaries.unit_kind(frame.attrs["set"].kind)
    value = {
        "set": frame.attrs["set_id"],
        "unit_kind": kind,
        "noun": noun(kind),
        "units": list(layout.units),
        "labels": [
            name or code for code, name in zip(layout.units, units["name"].tolist(), strict=True)
        ],
        "parents": units["parent"].tolist(),
        "origin": outlines.origin,
        "scale": SCALE,
        "shapes": outlines.rings(len(layout.units)),
        "area_m2": _rounded(layout.area_m2),
        "outline_m": _rounded(layout.outline_m),
        "edges": layout.edges.ravel().tolist(),
        "shared_m": _rounded(layout.shared_m),
        "sides": outlines.sides(layout.edges),
        "rim": layout.rim.astype(int).tolist(),
        "hull": {
            "x_m": _rounded(layout.hull_x_m),
            "y_m": _rounded(layout.hull_y_m),
            "unit": layout.hull_unit.tolist(),
        },
    }
    return _json(value)


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"))


def _rounded(values: NDArray[np.float64]) -> list[float]:
    """To a millimetre."""
    rounded: list[float] = np.round(values, 3).tolist()
    return rounded


def _people(
    workspace: Workspace,
    session: Session,
    frame: gpd.GeoDataFrame,
    layout: Layout,
    teams: list[str],
) -> str:
    clients = general_clients(workspace, session)
    index = workspace.once(
        ("index", frame.attrs["set_id"]), lambda: AreaIndex(frame, workspace.profile.city.crs)
    )
    codes = index.locate(clients["lon"].to_numpy(), clients["lat"].to_numpy())
    clients["unit"] = pd.Series(codes, index=clients.index, dtype="str")
    load = Load.from_clients(clients, units=layout.units, teams=teams)
    return _json(
        {
            "clients": load.clients.tolist(),
            "unplaced": len(clients) - int(load.clients.sum()),
            "workload": np.round(load.workload, 6).tolist(),
            "by_team": _sparse(load.by_team),
            "by_officer": _sparse(load.by_officer),
            "teams": _teams(session, teams),
        }
    )


def _sparse(table: NDArray[np.int64]) -> list[list[int]]:
    unit, team = np.nonzero(table)
    rows: list[list[int]] = np.column_stack((unit, team, table[unit, team])).tolist()
    return rows


def _teams(session: Session, refs: list[str]) -> list[dict[str, Any]]:
    known = staff.teams(session)
    shares = area_officers(session)
    offices = venues.load(session).geometry
    found = []
    for ref in refs:
        citywide = bool(known["specialty"].get(ref, ""))
        name = str(known["name"].get(ref, ref))
        office = offices.get(known["office_ref"].get(ref, ""))
        found.append(
            {
                "ref": ref,
                "name": f"{name} (citywide)" if citywide else name,
                "officers": float(shares.get(ref, 0.0)),
                "citywide": citywide,
                "office": None if office is None else [office.x, office.y],
            }
        )
    return found


def _districts(workspace: Workspace, frame: gpd.GeoDataFrame) -> dict[str, Any]:
    """The districts in force, on the grid of the units; none where the city has none."""
    with workspace.reading() as session:
        found = boundaries.in_force(session, "district", workspace.today())
    if found is None:
        return {}
    districts = workspace.areas_of(found[0]).sort_index()

    def draw() -> dict[str, Any]:
        lines = Outlines.from_frame(districts, origin=Outlines.origin_of(frame))
        return dict(zip(districts.index.tolist(), lines.rings(len(districts)), strict=True))

    return workspace.once(("districts", found[0], frame.attrs["set_id"]), draw)
