"""What a newer reference may change by itself, and what a person must decide."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from geoteam.caseload import choose_teams
from geoteam.crs import project
from geoteam.model import MatchCode
from geoteam.services.people import units_in_plan
from geoteam.services.workspace import Workspace
from geoteam.store import plans, proposals, staff

UNCHANGED, RENEWED, SAVED, PROPOSED = "unchanged", "reason renewed", "saved", "proposed"
_SAME = ("status", "match_code", "kind", "boundary_ambiguous", "decision")
# From the most exact to the least; what is not named gives no place.
_EXACTNESS = (
    MatchCode.POINT_ADDRESS,
    MatchCode.PLACE,
    MatchCode.STREET_ADDRESS,
    MatchCode.STREET_INT,
    MatchCode.STREET_MID_BLOCK,
    MatchCode.POSTAL,
)
_RANK = {code.value: rank for rank, code in enumerate(_EXACTNESS)}
_NO_PLACE = {"review": "waits for a person's decision", "unplaceable": "no place on the map"}


def compare(
    workspace: Workspace, session: Session, present: pd.DataFrame, placed: pd.DataFrame
) -> pd.DataFrame:
    """Judge what becomes of each geocode that a newer reference has looked at.

    ``unchanged``: the same address at the same place within the new circle of uncertainty, matched
    no better than before, or a person's decision that the reference does not contradict.
    ``saved``: a place that is at least as exact (match code and uncertainty), no farther from the
    present one than the larger of the two uncertainties, with the same unit, the same team and no
    other unit within its circle; or an address without a place in force, which is treated as any
    new one. ``reason renewed``: it had no place and has none, but the reason or the candidates are
    others. ``proposed``: everything else, and a place that contradicts a person's decision unless
    a person has settled that before.

    Parameters
    ----------
    workspace
        The workspace, for the boundaries in force.
    session
        Open session.
    present
        As of ``store.stale.load``.
    placed
        What the present reference says, on the same index, with people's decisions reused.

    Returns
    -------
    DataFrame
        On the same index: client_ref, done, old_place, new_place, moved_m (NaN unless both have a
        place), old_unit, new_unit, old_team, new_team and reason.
    """
    had, has = (_used(frame) for frame in (present, placed))
    moved_m = _metres(present, placed, workspace.profile.city.crs)
    moved_m[~(had & has)] = np.nan
    old_unit, new_unit = _units(workspace, present, had), _units(workspace, placed, has)
    old_team = _teams(workspace, session, present, present, had, old_unit)
    new_team = _teams(workspace, session, present, placed, has, new_unit)
    radii = np.vstack([present["uncertainty_m"], placed["uncertainty_m"]]).astype(float)
    elsewhere = (moved_m > np.fmax(*radii)) | (old_unit != new_unit)
    vaguer = had & has & ((radii[1] > radii[0]) | (_rank(placed) > _rank(present)))
    crossing = had & has & ~_within(_reach(workspace, placed, has), _reach(workspace, present, had))
    # A vaguer answer round the place says nothing new; a sharper one must be the very same.
    same = _equal(present, placed, "matched_address") & (old_unit == new_unit)
    alike = np.where(
        had & has,
        same & (moved_m <= radii[1]) & (vaguer | _equal(present, placed, *_SAME)),
        ~had & ~has & _equal(present, placed, *_SAME) & _same_candidates(present, placed),
    )
    person = (present["decided_by"] != "").to_numpy()
    against = has & (~had | elsewhere)
    settled = _settled(session, present, placed, person & against, workspace.profile.city.crs)
    # What an online service found, the reference need not know.
    alike |= (present["service"] != "").to_numpy() & had & ~has
    # Without a place before and after, only what is said of the address is new.
    renewed = ~had & ~has
    asks = had & (~has | elsewhere | vaguer | crossing | (old_team != new_team))
    done = np.select(
        [person & against & ~settled, person | alike, asks, renewed],
        [PROPOSED, UNCHANGED, PROPOSED, RENEWED],
        SAVED,
    )
    frame = pd.DataFrame(
        {
            "client_ref": present["client_ref"],
            "done": pd.array(done.tolist(), dtype="str"),
            "old_place": _places(present, had),
            "new_place": _places(placed, has),
            "moved_m": np.round(moved_m, 1),
            "old_unit": pd.array(old_unit.tolist(), dtype="str"),
            "new_unit": pd.array(new_unit.tolist(), dtype="str"),
            "old_team": pd.array(old_team.tolist(), dtype="str"),
            "new_team": pd.array(new_team.tolist(), dtype="str"),
        },
        index=present.index,
    )
    reasons = [
        _reason(row, str(new), bool(by), worse, more)
        for (_, row), new, by, worse, more in zip(
            frame.iterrows(), placed["reason"], person, vaguer, crossing, strict=True
        )
    ]
    frame["reason"] = pd.array(reasons, dtype="str")
    return frame


def _used(frame: pd.DataFrame) -> NDArray[np.bool_]:
    return ((frame["decision"] == "accepted") & frame["lon"].notna()).to_numpy()


def _metres(one: pd.DataFrame, other: pd.DataFrame, crs: str) -> NDArray[np.float64]:
    x, y = project(one["lon"].to_numpy(), one["lat"].to_numpy(), crs)
    x2, y2 = project(other["lon"].to_numpy(), other["lat"].to_numpy(), crs)
    return np.asarray(np.hypot(x - x2, y - y2), dtype=np.float64)


def _units(
    workspace: Workspace, frame: pd.DataFrame, used: NDArray[np.bool_]
) -> NDArray[np.object_]:
    index = workspace.area_index(workspace.profile.unit_kind)
    lon, lat = (frame[name].where(used).to_numpy(dtype=float) for name in ("lon", "lat"))
    return np.asarray(index.locate(lon, lat), dtype=object)


def _rank(frame: pd.DataFrame) -> NDArray[np.int64]:
    ranks = [_RANK.get(str(code), len(_RANK)) for code in frame["match_code"]]
    return np.array(ranks, dtype=np.int64)


def _reach(
    workspace: Workspace, frame: pd.DataFrame, used: NDArray[np.bool_]
) -> list[frozenset[str]]:
    """List the units that each circle of uncertainty touches."""
    index = workspace.area_index(workspace.profile.unit_kind)
    lon, lat = (frame[name].where(used).to_numpy(dtype=float) for name in ("lon", "lat"))
    radius_m = frame["uncertainty_m"].where(used).fillna(0.0).to_numpy(dtype=float)
    reach = [frozenset((str(code),)) for code in index.locate(lon, lat)]
    # Nearness costs a hundred times more than lying in, so only few are asked.
    crossing = np.flatnonzero(index.ambiguous(lon, lat, radius_m))
    near = index.near(lon[crossing], lat[crossing], radius_m[crossing])
    for k, codes in zip(crossing, near, strict=True):
        reach[k] |= frozenset(codes)
    return reach


def _within(inner: list[frozenset[str]], outer: list[frozenset[str]]) -> NDArray[np.bool_]:
    return np.array([one <= other for one, other in zip(inner, outer, strict=True)], dtype=bool)


def _teams(
    workspace: Workspace,
    session: Session,
    people: pd.DataFrame,
    geocodes: pd.DataFrame,
    used: NDArray[np.bool_],
    unit: NDArray[np.object_],
) -> NDArray[np.object_]:
    """Name the team that the plan in force gives each client at a place; '' for none."""
    plan = plans.in_force(session, workspace.today())
    if plan is not None:
        placed = geocodes[["lon", "lat"]].where(pd.Series(used, index=geocodes.index))
        unit = units_in_plan(workspace, plan, placed.astype("float64")).to_numpy(dtype=object)
    clients = pd.DataFrame(
        {
            "specialty": "",
            "needs": people["needs"],
            "located": used,
            "boundary_ambiguous": geocodes["boundary_ambiguous"],
            "unit": unit,
        },
        index=people.index,
    )
    choices = choose_teams(
        clients,
        staff.officers(session),
        plans.units(session, plan.id) if plan else {},
        workspace.profile.caseload,
    )
    pools = (choice.pool for choice in choices)
    names = [f"{special} (citywide)" if special else team for special, team in pools]
    return np.array(names, dtype=object)


def _equal(present: pd.DataFrame, placed: pd.DataFrame, *names: str) -> NDArray[np.bool_]:
    same = np.ones(len(present), dtype=bool)
    for name in names:
        same &= present[name].to_numpy() == placed[name].to_numpy()
    return same


def _same_candidates(present: pd.DataFrame, placed: pd.DataFrame) -> NDArray[np.bool_]:
    pairs = zip(present["candidates"], placed["candidates"], strict=True)
    return np.array([_addresses(old) == _addresses(new) for old, new in pairs], dtype=bool)


def _addresses(candidates: list[dict[str, Any]]) -> list[str]:
    return [str(one["address"]) for one in candidates]


def _settled(
    session: Session,
    present: pd.DataFrame,
    placed: pd.DataFrame,
    asked: NDArray[np.bool_],
    crs: str,
) -> NDArray[np.bool_]:
    """Tell where a person has already decided on a proposal of the same place."""
    ids = present.index.to_numpy()
    known = proposals.settled_places(session, ids[asked].tolist())
    told = np.zeros(len(present), dtype=bool)
    for k in np.flatnonzero(asked & np.isin(ids, list(known))):
        row = placed.iloc[k]
        places = np.array(known[int(ids[k])])
        x, y = project(places[:, 0], places[:, 1], crs)
        x0, y0 = project(np.array([row["lon"]]), np.array([row["lat"]]), crs)
        told[k] = bool((np.hypot(x - x0, y - y0) <= row["uncertainty_m"]).any())
    return told


def _places(frame: pd.DataFrame, used: NDArray[np.bool_]) -> list[str]:
    rows = zip(frame["matched_address"], frame["match_code"], frame["decision"], used, strict=True)
    return [
        f"{address or 'a pin set by hand'} ({code})"
        if there
        else _NO_PLACE.get(str(decision), str(decision))
        for address, code, decision, there in rows
    ]


def _reason(row: pd.Series, said: str, person: bool, vaguer: bool, crossing: bool) -> str:
    """Say what the newer reference changes, before what it says of the address."""
    if row["done"] == UNCHANGED:
        return f"{'What is known more exactly stays. ' if vaguer else ''}{said}"
    moved = f"{row['moved_m']:.0f} m away" if np.isfinite(row["moved_m"]) else ""
    if moved and row["old_unit"] != row["new_unit"]:
        old, new = (row[name] or "no area" for name in ("old_unit", "new_unit"))
        moved += f", in {new} instead of {old}"
    elif crossing:
        moved += ", where another area is within its uncertainty"
    if moved and row["old_team"] != row["new_team"]:
        moved += f" (team {row['new_team'] or 'none'} instead of {row['old_team'] or 'none'})"
    if person:
        end = (
            f"places it {moved} from where a person put it"
            if moved
            else ("knows a place where a person decided that there is none")
        )
    elif moved:
        end = f"places it {moved}{', and less exactly' if vaguer else ''}"
    elif row["done"] == PROPOSED:
        end = "no longer settles where it is"
    else:
        end = "was asked again"
    return f"A newer reference {end}. {said}".strip()
