"""Units split along a line and joined again: the plan gets boundaries of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy.orm import Session

from geoteam.errors import InputError
from geoteam.model import Role, User
from geoteam.plans.cut import cut, with_corners
from geoteam.services.plan_ground import noun
from geoteam.services.plan_rights import refuse_other_teams, refuse_settled
from geoteam.services.scope import require_role
from geoteam.services.workspace import Workspace
from geoteam.store import audit, boundaries, plan_edits
from geoteam.store.plan_edits import Changes, Edit
from geoteam.store.plans import SavedPlan


@dataclass(frozen=True, slots=True)
class Reshaped:
    """What a split or join came to: the plan's boundaries, what changed, the log's detail."""

    set_id: int
    changes: Changes
    detail: dict[str, Any]


def is_reshape(edit: Edit) -> bool:
    """Tell whether an edit split or joined units.

    Parameters
    ----------
    edit
        An edit of the log.

    Returns
    -------
    bool
        True when a unit came or went.
    """
    return any(None in pair for pair in edit.changes.values())


def split(
    workspace: Workspace,
    user: User,
    plan_id: int,
    unit: str,
    line: Sequence[Sequence[float]],
    *,
    key: str,
) -> dict[str, Any]:
    """Split a unit of a draft along a line.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor of the unit's team.
    plan_id
        The draft.
    unit
        The unit's code.
    line
        Corners, longitude and latitude in degrees.
    key
        The browser's name for the edit; the same one again splits nothing.

    Returns
    -------
    dict
        ``seq``, ``set`` (the plan's new boundaries) and ``pieces`` (codes, from west to east). The
        pieces belong to the unit's team.

    Raises
    ------
    DisclosureError
        When the user is no supervisor, or does not lead the unit's team.
    InputError
        When there is no such unit, or the line does not cross it.
    SettledError
        When the plan is no draft, or its boundaries are no longer in force.
    """
    require_role(user, {Role.SUPERVISOR}, "draw plans")
    if not 1 <= len(key) <= 80:
        raise InputError("an edit needs a key", remedy="Load the page again")
    with workspace.transaction() as session:
        plan = plan_edits.lock(session, plan_id)
        done = plan_edits.by_key(session, plan_id, [key]).get(key)
        if done is not None:
            return {
                "seq": plan.version,
                "set": plan.boundary_set_id,
                "pieces": done.detail.get("pieces", []),
            }
        refuse_settled(workspace, session, plan)
        seq = plan.version + 1
        made = _split(workspace, session, user, plan, unit, line, seq)
        plan_edits.append(
            session,
            plan_id,
            seq=seq,
            key=key,
            kind="split",
            by=user.username,
            at=workspace.now(),
            changes=made.changes,
            detail=made.detail,
        )
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action="plan.split",
            object_kind="plan",
            object_ref=str(plan_id),
            detail={"unit": unit, "pieces": len(made.detail["pieces"]), "seq": seq},
        )
    return {"seq": seq, "set": made.set_id, "pieces": made.detail["pieces"]}


def again(
    workspace: Workspace, session: Session, user: User, plan: SavedPlan, edit: Edit, seq: int
) -> Reshaped:
    """Do a split again that was taken back.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session of a writing transaction.
    user
        A supervisor of the unit's team.
    plan
        The locked plan.
    edit
        The split.
    seq
        Seq of the edit that is made now.

    Returns
    -------
    Reshaped
        The same pieces; nothing changed when they are there.

    Raises
    ------
    InputError
        When the edit is no split, or somebody else has split the unit or changed its team since.
    """
    line = edit.detail.get("line")
    if line is None:
        raise InputError("only a split can be done again", remedy="Load the plan again")
    unit, pieces = edit.detail["unit"], edit.detail["pieces"]
    now = plan_edits.teams_of(session, plan.id, [unit, *pieces])
    since = _Since(session, user, plan, edit, [unit, *pieces])
    if unit not in now:
        since.refuse_reshaped([unit])
        if set(pieces) <= set(now):
            return Reshaped(plan.boundary_set_id, {}, {})
    since.refuse_changed({code: team for code, team in now.items() if code == unit})
    return _split(workspace, session, user, plan, unit, line, seq)


def join(
    workspace: Workspace, session: Session, user: User, plan: SavedPlan, edit: Edit, seq: int
) -> Reshaped:
    """Take a split back: the pieces are one unit again.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session of a writing transaction.
    user
        A supervisor of the pieces' teams.
    plan
        The locked plan.
    edit
        The split.
    seq
        Seq of the edit that is made now.

    Returns
    -------
    Reshaped
        The unit belongs to the team of the largest piece; nothing changed when it is there.

    Raises
    ------
    InputError
        When the edit is no split, a piece was split further, or somebody else has given a piece to
        another team since.
    """
    if "shape" not in edit.detail:
        raise InputError("only a split can be taken back so", remedy="Load the plan again")
    unit, pieces = edit.detail["unit"], edit.detail["pieces"]
    if unit in plan_edits.teams_of(session, plan.id, [unit]):
        return Reshaped(plan.boundary_set_id, {}, {})
    teams = plan_edits.teams_of(session, plan.id, pieces)
    since = _Since(session, user, plan, edit, [unit, *pieces])
    since.refuse_reshaped([unit])
    gone = sorted(set(pieces) - set(teams))
    if gone:
        since.refuse_reshaped(gone)
        raise InputError(
            f"{since.named(gone[0])} was split further", remedy="Take that split back first"
        )
    since.refuse_changed(teams)
    refuse_other_teams(session, user, teams.values())
    frame = boundaries.load_set(session, plan.boundary_set_id)
    largest = max(pieces, key=lambda code: (frame.geometry[code].area, code))
    row = frame.loc[[largest], ["parent"]].assign(name=edit.detail["name"])
    row.index = pd.Index([unit], name="code", dtype="str")
    whole = gpd.GeoDataFrame(row, geometry=[shapely.from_wkb(edit.detail["shape"])], crs=frame.crs)
    set_id = _replace(workspace, session, plan, pieces, whole, {unit: teams[largest]}, seq)
    changes: Changes = {code: (team, None) for code, team in teams.items()}
    changes[unit] = (None, teams[largest])
    return Reshaped(set_id, changes, {})


class _Since:
    """What others have done to a unit and its pieces since it was split."""

    def __init__(
        self, session: Session, user: User, plan: SavedPlan, split: Edit, codes: Collection[str]
    ) -> None:
        self._user, self._split = user, split
        self._noun = _noun_of(session, plan)
        # Of each unit: its team when made last, what took it away last, who else moved it.
        self._given: dict[str, str | None] = {}
        self._gone: dict[str, Edit] = {}
        self._moved: dict[str, Edit] = {}
        for edit in plan_edits.since(session, plan.id, split.seq - 1):
            for code in edit.changes.keys() & set(codes):
                before, after = edit.changes[code]
                if before is None:
                    self._given[code] = after
                    self._moved.pop(code, None)
                elif after is None:
                    self._gone[code] = edit
                elif edit.by != user.username:
                    self._moved[code] = edit

    def named(self, code: str) -> str:
        """Name the unit or a piece of it."""
        unit = self._split.detail["unit"]
        name = self._split.detail["name"] or unit
        return _title(self._noun, f"{name}{code.removeprefix(unit)}")

    def refuse_reshaped(self, codes: Sequence[str]) -> None:
        """Refuse when a unit is there no more through somebody else."""
        for code in codes:
            edit = self._gone.get(code)
            if edit is not None and edit.by != self._user.username:
                raise InputError(
                    f"{edit.name} split or joined {self.named(code)}",
                    remedy="Ask them to take that back first",
                )

    def refuse_changed(self, teams: Mapping[str, str]) -> None:
        """Refuse when somebody else has given one of the units that are there to another team."""
        moved = sorted(code for code in self._moved if teams.get(code) != self._given.get(code))
        changed = [code for code in moved if code in teams]
        if not changed:
            return
        who = " and ".join(sorted({self._moved[code].name for code in changed}))
        what = " and ".join(self.named(code) for code in changed)
        raise InputError(
            f"{who} gave {what} to another team", remedy="Ask them to take that back first"
        )


def _noun_of(session: Session, plan: SavedPlan) -> str:
    found = boundaries.get_set(session, plan.boundary_set_id)
    return noun(boundaries.unit_kind(found.kind))


def _title(noun: str, label: str) -> str:
    """Name a unit as the editor does: "service area 201"; a label that says so stands alone."""
    return label if noun.lower() in label.lower() else f"{noun} {label}"


def _split(
    workspace: Workspace,
    session: Session,
    user: User,
    plan: SavedPlan,
    unit: str,
    line: Sequence[Sequence[float]],
    seq: int,
) -> Reshaped:
    team = plan_edits.teams_of(session, plan.id, [unit]).get(unit)
    if team is None:
        raise InputError(f"there is no unit {unit!r} in this plan", remedy="Load the plan again")
    refuse_other_teams(session, user, [team])
    frame = boundaries.load_set(session, plan.boundary_set_id)
    shape, name = frame.geometry[unit], str(frame["name"][unit])
    told = _title(_noun_of(session, plan), name or unit)
    shapes = cut(shape, line, crs=workspace.profile.city.crs, unit=told)
    letters = ascii_uppercase[: len(shapes)]
    codes = [f"{unit}-{letter}" for letter in letters]
    taken = sorted(set(codes) & set(frame.index))
    if taken:
        raise InputError(f"there is a unit {taken[0]} already", remedy="Split another unit")
    pieces = gpd.GeoDataFrame(
        {
            "name": [f"{name or unit}-{letter}" for letter in letters],
            "parent": str(frame["parent"][unit]),
        },
        geometry=shapes,
        crs=frame.crs,
        index=pd.Index(codes, name="code", dtype="str"),
    )
    near = frame.iloc[frame.sindex.query(shape, predicate="intersects")].drop(index=unit)
    near = near.set_geometry([with_corners(other, shapes) for other in near.geometry])
    changed = pd.concat([pieces, near[["name", "parent", "geometry"]]])
    new = dict.fromkeys(codes, team)
    set_id = _replace(workspace, session, plan, [unit, *near.index], changed, new, seq, [unit])
    changes: Changes = {unit: (team, None)} | dict.fromkeys(codes, (None, team))
    detail = {
        "unit": unit,
        "name": name,
        "pieces": codes,
        "line": [[float(x), float(y)] for x, y in line],
        "shape": shapely.to_wkb(shape, hex=True),
    }
    return Reshaped(set_id, changes, detail)


def _replace(
    workspace: Workspace,
    session: Session,
    plan: SavedPlan,
    without: Sequence[str],
    changed: gpd.GeoDataFrame,
    new: dict[str, str],
    seq: int,
    gone: Sequence[str] | None = None,
) -> int:
    """Give the plan boundaries in which some are replaced, and its units with them."""
    old = plan.boundary_set_id
    base = boundaries.base_of(session, boundaries.get_set(session, old))
    codes = (boundaries.codes(session, old) - set(without)) | set(changed.index)
    if base is not None and codes == boundaries.codes(session, base):
        # Every split is taken back: the plan is on the city's boundaries again.
        set_id = base
    else:
        set_id = boundaries.copy_set(
            session,
            old,
            plan_id=plan.id,
            seq=seq,
            without=without,
            changed=changed,
            at=workspace.now(),
        )
    plan_edits.replace_units(
        session, plan.id, gone=without if gone is None else gone, new=new, set_id=set_id
    )
    boundaries.empty_unused(session, old)
    return set_id
