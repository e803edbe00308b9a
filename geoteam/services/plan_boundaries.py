"""New police boundaries: the plan in force carried over so that the fewest clients change team."""

from __future__ import annotations

from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from geoteam.areas import AreaIndex, adjacency, crosswalk_by_area, crosswalk_by_points
from geoteam.errors import AddressReferenceError, InputError, NotFoundError
from geoteam.model import Role, User
from geoteam.plans.carry import Carried, carry_plan
from geoteam.plans.crosswalk import compare_units, new_units
from geoteam.services.people import clients_frame, units_in_plan
from geoteam.services.plan_figures import find_plan
from geoteam.services.plan_publish import note
from geoteam.services.scope import require_role, visible_refs
from geoteam.services.workspace import Workspace
from geoteam.store import boundaries, plan_states, plans
from geoteam.store.plans import SavedPlan


def coming_sets(workspace: Workspace) -> list[dict[str, Any]]:
    """List the boundary sets of plan units to which the newest plan has not been carried over.

    Parameters
    ----------
    workspace
        The workspace.

    Returns
    -------
    list of dict
        ``id``, ``version`` and ``valid_from`` of each, the next one first.
    """
    today = workspace.today()
    with workspace.reading() as session:
        published = plan_states.schedule(session, today)
        sets = boundaries.list_sets(session, workspace.profile.unit_kind)
    used = {plan.boundary_set_id for plan in published}
    since = max((sets[one].valid_from for one in used if one in sets), default=None)
    rows = [
        {"id": set_id, "version": one.version, "valid_from": one.valid_from}
        for set_id, one in sets.items()
        if published
        and set_id not in used
        and (since is None or one.valid_from > since)
        and (one.valid_to is None or one.valid_to > today)
    ]
    return sorted(rows, key=lambda row: (row["valid_from"], row["id"]))


def find_set(workspace: Workspace, wanted: str) -> int:
    """Find a boundary set of plan units by its version or by a day on which it is in force.

    Parameters
    ----------
    workspace
        The workspace.
    wanted
        Version, or a day as year-month-day.

    Returns
    -------
    int
        The set's id.

    Raises
    ------
    NotFoundError
        When there is no such set.
    """
    kind = workspace.profile.unit_kind
    with workspace.reading() as session:
        for set_id, one in boundaries.list_sets(session, kind).items():
            if one.version == wanted:
                return set_id
        try:
            found = boundaries.in_force(session, kind, date.fromisoformat(wanted))
        except ValueError:
            found = None
    if found is None:
        raise NotFoundError(
            f"there are no boundaries {wanted!r} of kind {kind}",
            remedy="See: geoteam boundaries list",
        )
    return found[0]


def propose_on_boundaries(
    workspace: Workspace,
    user: User,
    set_id: int,
    *,
    plan_id: int | None = None,
    name: str = "",
    seconds: float = 30.0,
) -> dict[str, Any]:
    """Draft the plan on other boundaries that moves the fewest clients.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor; rows of clients are those that the user may see.
    set_id
        The boundaries.
    plan_id
        The plan to carry over; by default the newest published one.
    name
        Name of the draft.
    seconds
        Time for the solver, where teams would be torn.

    Returns
    -------
    dict
        ``id`` of the draft, ``plan`` (name carried over), ``boundaries`` (version), ``units``
        (code, team and clients of each), ``moved`` clients who change team, ``bound`` (no
        contiguous plan moves fewer), ``proven``, ``mended`` (units given to another team than the
        one with most of their clients, so that teams hang together), ``became`` (unit, became,
        into, share), ``new`` codes, ``changed`` (clients whose unit has another code),
        ``clients`` (rows of those the user may see) and ``hidden``.

    Raises
    ------
    NotFoundError
        When there is no such plan or set.
    InputError
        When the plan is drawn on these boundaries already.
    DisclosureError
        When the user is no supervisor.
    """
    require_role(user, [Role.SUPERVISOR], "propose a plan")
    with workspace.reading() as session:
        plan = _to_carry(workspace, session, plan_id)
        if plan.boundary_set_id == set_id:
            raise InputError(
                "the plan is drawn on these boundaries already", where=f"plan {plan.id}"
            )
        clients = clients_frame(workspace, session, workspace.today())
        old_units = plans.units(session, plan.id)
    frames = workspace.areas_of(plan.boundary_set_id), workspace.areas_of(set_id)
    crs = workspace.profile.city.crs
    clients["old"] = units_in_plan(workspace, plan, clients)
    index = AreaIndex(frames[1], crs)
    clients["new"] = index.locate(clients["lon"].to_numpy(), clients["lat"].to_numpy())
    walk, by = _crosswalk(workspace, frames)
    units = [str(code) for code in sorted(frames[1].index)]
    teams = sorted(set(old_units.values()) - {""})
    held = _held(clients, old_units, units, teams)
    done = carry_plan(held, _lean(walk, by, old_units, units, teams), _edges(frames[1], units, crs),
                      seconds=seconds)  # fmt: skip
    version = frames[1].attrs["set"].version
    made = {unit: teams[k] for unit, k in zip(units, done.assignment.tolist(), strict=True)}
    with workspace.transaction() as session:
        draft = plans.create(
            session,
            name=name or f"{plan.name}, on the boundaries {version}",
            boundary_set_id=set_id,
            units=made,
            by=user.username,
            at=workspace.now(),
            based_on_id=plan.id,
        )
        changed = clients[(clients["old"] != "") & (clients["old"] != clients["new"])]
        seen = visible_refs(user, changed)
        note(
            workspace, session, user.username, "plan.carry_over", draft,
            plan=plan.id, boundaries=version, moved=done.moved, rows=len(seen),
        )  # fmt: skip
    return _told(draft, plan, version, made, done, held, units, walk, by) | {
        "changed": len(changed),
        "clients": [
            {"client_ref": ref, "before": str(changed.at[ref, "old"]),
             "after": str(changed.at[ref, "new"])}
            for ref in seen
        ],
        "hidden": len(changed) - len(seen),
    }  # fmt: skip


def _to_carry(workspace: Workspace, session: Session, plan_id: int | None) -> SavedPlan:
    """The plan asked for, else the newest that is published."""
    published = plan_states.schedule(session, workspace.today())
    if plan_id is None and published:
        return published[-1]
    return find_plan(workspace, session, plan_id)


def _crosswalk(
    workspace: Workspace, frames: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]
) -> tuple[pd.DataFrame, str]:
    """Compare the boundaries by address points, or by ground where there are none."""
    crs = workspace.profile.city.crs
    try:
        lon, lat = workspace.reference().points()
    except AddressReferenceError:
        return crosswalk_by_area(*frames, crs=crs), "area_m2"
    if not len(lon):
        return crosswalk_by_area(*frames, crs=crs), "area_m2"
    return crosswalk_by_points(*frames, lon, lat, crs=crs), "points"


def _held(
    clients: pd.DataFrame, old_units: dict[str, str], units: list[str], teams: list[str]
) -> NDArray[np.int64]:
    general = clients[clients["specialty"] == ""]
    team = pd.Index(teams).get_indexer(pd.Index([old_units.get(u, "") for u in general["old"]]))
    unit = pd.Index(units).get_indexer(pd.Index(general["new"]))
    held = np.zeros((len(units), len(teams)), dtype=np.int64)
    inside = (team >= 0) & (unit >= 0)
    np.add.at(held, (unit[inside], team[inside]), 1)
    return held


def _lean(
    walk: pd.DataFrame, by: str, old_units: dict[str, str], units: list[str], teams: list[str]
) -> NDArray[np.float64]:
    """Share of each new unit's address points, or ground, that each team has now."""
    team = pd.Index(teams).get_indexer(pd.Index([old_units.get(code, "") for code in walk["old"]]))
    unit = pd.Index(units).get_indexer(pd.Index(walk["new"]))
    lean = np.zeros((len(units), len(teams)))
    inside = (team >= 0) & (unit >= 0)
    np.add.at(lean, (unit[inside], team[inside]), walk[by].to_numpy(dtype=np.float64)[inside])
    whole = lean.sum(axis=1, keepdims=True)
    share: NDArray[np.float64] = lean / np.where(whole > 0, whole, 1.0)
    return share


def _edges(frame: gpd.GeoDataFrame, units: list[str], crs: str) -> NDArray[np.int64]:
    sides = adjacency(frame, crs=crs)
    place = pd.Index(units)
    ends = [place.get_indexer(pd.Index(sides[name].astype("str"))) for name in ("code", "other")]
    return np.column_stack(ends).astype(np.int64).reshape(-1, 2)


def _told(
    draft: int,
    plan: SavedPlan,
    version: str,
    made: dict[str, str],
    done: Carried,
    held: NDArray[np.int64],
    units: list[str],
    walk: pd.DataFrame,
    by: str,
) -> dict[str, Any]:
    became = compare_units(walk, weight=by).reset_index().to_dict("records")
    return {
        "id": draft,
        "plan": plan.name,
        "boundaries": version,
        "compared_by": "address points" if by == "points" else "ground",
        "units": [
            {"unit": unit, "team": made[unit], "clients": int(held[k].sum())}
            for k, unit in enumerate(units)
        ],
        "moved": done.moved,
        "bound": done.bound,
        "proven": done.proven,
        "mended": [units[k] for k in done.mended.tolist()],
        "became": became,
        "new": new_units(walk),
    }
