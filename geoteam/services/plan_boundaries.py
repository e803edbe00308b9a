"""New police boundaries: the plan in force carried over so that the fewest clients change team."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from geoteam.areas import AreaIndex, crosswalk_by_area, crosswalk_by_points
from geoteam.disclosure import visible_fields
from geoteam.errors import AddressReferenceError, InputError, NotFoundError
from geoteam.model import Role, User
from geoteam.plans.carry import carry_plan
from geoteam.plans.crosswalk import compare_units, new_units
from geoteam.plans.judge import scattered
from geoteam.services.people import clients_frame, units_in_plan
from geoteam.services.plan_figures import find_plan
from geoteam.services.plan_ground import plan_layout
from geoteam.services.plan_names import free_name
from geoteam.services.plan_publish import note
from geoteam.services.scope import require_role, visible_refs
from geoteam.services.workspace import Workspace
from geoteam.store import boundaries, plan_edits, plan_jobs, plan_states, plans, staff
from geoteam.store.plans import SavedPlan

# What a run of the solver asked for that made a draft on other boundaries.
_CARRY = "carry_over"


def propose_on_boundaries(
    workspace: Workspace,
    user: User,
    set_id: int,
    *,
    plan_id: int | None = None,
    name: str = "",
    seconds: float = 30.0,
) -> int:
    """Draft the plan on other boundaries that moves the fewest clients.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor.
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
    int
        The draft; `carried_over` tells what came of it.

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
        raise InputError("the plan is drawn on these boundaries already", where=f"plan {plan.id}")
    case = _Case.load(workspace, plan, set_id)
    done = carry_plan(case.held, case.lean(), case.edges, seconds=seconds)
    with workspace.transaction() as session:
        version = boundaries.get_set(session, set_id).version
        draft = plans.create(
            session,
            name=free_name(session, name or f"{plan.name}, on the boundaries {version}"),
            boundary_set_id=set_id,
            units={
                unit: case.teams[team]
                for unit, team in zip(case.units, done.assignment.tolist(), strict=True)
            },
            by=user.username,
            at=workspace.now(),
            based_on_id=plan.id,
        )
        asked = {"objective": _CARRY, "from": plan.id, "seconds": seconds}
        run = plan_jobs.create(session, draft, by=user.username, at=workspace.now(), request=asked)
        proof = {
            "moved": done.moved,
            "bound": done.bound,
            "proven": done.proven,
            "mended": [case.units[unit] for unit in done.mended.tolist()],
        }
        plan_jobs.end(session, run, plan_jobs.DONE, result=proof)
        note(
            workspace, session, user.username, "plan.carry_over", draft,
            plan=plan.id, boundaries=version, moved=done.moved,
        )  # fmt: skip
    return draft


def was_carried(session: Session, plan_id: int) -> bool:
    """Tell whether a plan was carried over from other boundaries.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.

    Returns
    -------
    bool
        True when `carried_over` can be asked.
    """
    return plan_jobs.newest(session, plan_id, _CARRY) is not None


def carried_over(workspace: Workspace, user: User, plan_id: int) -> dict[str, Any]:
    """Say what came of a plan that was carried over, with the clients and the draft of now.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor; rows of clients are those that the user may see.
    plan_id
        A plan that `propose_on_boundaries` made.

    Returns
    -------
    dict
        ``id``, ``plan`` (name carried over), ``boundaries`` (version), ``units`` (code,
        team and clients of each), ``moved`` clients who change team, ``torn`` (names of teams that
        are in several parts within a connected part of the ground), ``became`` (unit, became,
        into, share), ``new`` codes, ``changed`` (clients whose unit has another code),
        ``clients`` (rows of those the user may see), ``hidden`` and ``team_names``. As it was
        drawn: ``drawn_at``, ``drawn_moved``, ``bound`` (no contiguous plan moves fewer),
        ``proven`` and ``mended``
        (units given to another team than the one with most of their clients); ``as_drawn``:
        whether it still is that plan, with as many who move.

    Raises
    ------
    NotFoundError
        When there is no such plan, or it was not carried over.
    DisclosureError
        When the user is no supervisor.
    """
    require_role(user, [Role.SUPERVISOR], "see plans")
    with workspace.reading() as session:
        draft = plans.get(session, plan_id)
        run = plan_jobs.newest(session, plan_id, _CARRY)
        if run is None:
            raise NotFoundError(
                "the plan was not carried over from other boundaries", where=f"plan {plan_id}"
            )
        plan = plans.get(session, run.request["from"])
        made = plans.units(session, plan_id)
        edited = bool(plan_edits.since(session, plan_id, 0))
        names = staff.teams(session)["name"]
    case = _Case.load(workspace, plan, draft.boundary_set_id)
    moved, torn = case.moved(made), case.torn(made)
    changed = case.clients[
        (case.clients["old"] != "") & (case.clients["old"] != case.clients["new"])
    ]
    seen = visible_refs(user, changed)
    named = "name" in visible_fields({"name": ""}, user.role)
    with workspace.transaction() as session:
        note(workspace, session, user.username, "plan.carried_over", plan_id, rows=len(seen))
    proof = run.result
    return case.told(made) | {
        "id": plan_id,
        "plan": plan.name,
        "moved": moved,
        "torn": [str(names.get(team, team)) for team in torn],
        "drawn_at": run.at,
        "drawn_moved": proof["moved"],
        "as_drawn": not edited and moved == proof["moved"],
        "bound": proof["bound"],
        "proven": proof["proven"],
        "mended": proof["mended"],
        "changed": len(changed),
        "clients": [
            {"client_ref": ref, "name": str(changed.at[ref, "name"]) if named else "",
             "before": str(changed.at[ref, "old"]), "after": str(changed.at[ref, "new"])}
            for ref in seen
        ],
        "team_names": {str(team): str(name) for team, name in names.items()},
        "hidden": len(changed) - len(seen),
    }  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Case:
    """A plan against other boundaries, with the clients of today."""

    old_units: dict[str, str]
    version: str
    units: list[str]
    teams: list[str]
    clients: pd.DataFrame
    edges: NDArray[np.int64]
    walk: pd.DataFrame
    by: str

    @classmethod
    def load(cls, workspace: Workspace, plan: SavedPlan, set_id: int) -> _Case:
        """Compare the boundaries of a plan with others, and place the clients in both."""
        with workspace.reading() as session:
            clients = clients_frame(workspace, session, workspace.today())
            old_units = plans.units(session, plan.id)
        frames = workspace.areas_of(plan.boundary_set_id), workspace.areas_of(set_id)
        crs = workspace.profile.city.crs
        clients["old"] = units_in_plan(workspace, plan, clients)
        index = AreaIndex(frames[1], crs)
        clients["new"] = index.locate(clients["lon"].to_numpy(), clients["lat"].to_numpy())
        layout = plan_layout(workspace, frames[1])
        walk, by = _crosswalk(workspace, frames)
        return cls(
            old_units=old_units,
            version=frames[1].attrs["set"].version,
            units=list(layout.units),
            teams=sorted(set(old_units.values()) - {""}),
            clients=clients,
            edges=layout.edges,
            walk=walk,
            by=by,
        )

    @cached_property
    def held(self) -> NDArray[np.int64]:
        """Clients of each new unit by the team that has them now."""
        general = self.clients[self.clients["specialty"] == ""]
        before = [self.old_units.get(unit, "") for unit in general["old"]]
        team = pd.Index(self.teams).get_indexer(pd.Index(before))
        unit = pd.Index(self.units).get_indexer(pd.Index(general["new"]))
        held = np.zeros((len(self.units), len(self.teams)), dtype=np.int64)
        inside = (team >= 0) & (unit >= 0)
        np.add.at(held, (unit[inside], team[inside]), 1)
        return held

    def lean(self) -> NDArray[np.float64]:
        """Share of each new unit's address points, or ground, that each team has now."""
        before = [self.old_units.get(code, "") for code in self.walk["old"]]
        team = pd.Index(self.teams).get_indexer(pd.Index(before))
        unit = pd.Index(self.units).get_indexer(pd.Index(self.walk["new"]))
        lean = np.zeros((len(self.units), len(self.teams)))
        inside = (team >= 0) & (unit >= 0)
        weight = self.walk[self.by].to_numpy(dtype=np.float64)
        np.add.at(lean, (unit[inside], team[inside]), weight[inside])
        whole = lean.sum(axis=1, keepdims=True)
        share: NDArray[np.float64] = lean / np.where(whole > 0, whole, 1.0)
        return share

    def moved(self, made: dict[str, str]) -> int:
        """Clients who have another team under a plan on the new units, or none."""
        team = pd.Index(self.teams).get_indexer(pd.Index([made[unit] for unit in self.units]))
        stay = self.held[np.arange(len(team)), team][team >= 0]
        return int(self.held.sum() - stay.sum())

    def torn(self, made: dict[str, str]) -> list[str]:
        """Teams that are in several parts within a connected part of the ground."""
        names = sorted(set(made.values()) - {""})
        team = pd.Index(names).get_indexer(pd.Index([made[unit] for unit in self.units]))
        return [names[place] for place in scattered(self.edges, team.astype(np.int64)).tolist()]

    def told(self, made: dict[str, str]) -> dict[str, Any]:
        """What became of the units."""
        return {
            "boundaries": self.version,
            "compared_by": "address points" if self.by == "points" else "ground",
            "units": [
                {"unit": unit, "team": made[unit], "clients": int(self.held[place].sum())}
                for place, unit in enumerate(self.units)
            ],
            "became": compare_units(self.walk, weight=self.by).reset_index().to_dict("records"),
            "new": new_units(self.walk),
        }


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
