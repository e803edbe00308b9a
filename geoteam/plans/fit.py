"""A plan drawn on other ground, fitted to our units; what does not fit is named."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from geoteam.areas import crosswalk_by_area, crosswalk_by_points, dissolve
from geoteam.errors import BoundaryError

# Smaller pieces of ground than this are differences of digitisation.
_LEAST_M2 = 1.0
# Teams may claim this share of a unit twice before it is called an overlap.
_OVERLAP = 0.01


def fit_plan(
    units: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    teams: Mapping[str, str],
    *,
    crs: str,
    lon: ArrayLike,
    lat: ArrayLike,
    clear: float = 0.9,
) -> pd.DataFrame:
    """Give each unit to the team that holds most of its address points, or else of its ground.

    Where a unit has address points, people decide: the best team is that of most points. Where it
    has none, or none in a team, ground decides. A unit is a misfit when the best team holds less
    than ``clear`` of it, when points and ground name different teams, when teams overlap in it,
    or when no team has any of it.

    Parameters
    ----------
    units
        BOUNDARIES to fit to, EPSG:4326, valid.
    areas
        Areas the plan was drawn with, such as team areas or units of another boundary set;
        EPSG:4326, valid, index the code of each.
    teams
        Code of an area -> team; areas without one, or with '', belong to no team.
    crs
        The measuring CRS.
    lon, lat
        Address points, degrees in EPSG:4326; may be empty.
    clear
        Least share of a unit, 0-1, at which it belongs to its team beyond doubt.

    Returns
    -------
    DataFrame
        Index ``unit``, sorted; columns ``team`` ('' when none has any of it), ``share`` (0-1, of
        what ``by`` names), ``second`` and ``second_share`` (the next team), ``by`` (``points`` or
        ``area``), ``points`` (address points of the unit), ``area_share`` (of the unit's ground
        in the best team) and ``misfit`` (why it does not fit, as a sentence; '' where it fits).

    Raises
    ------
    BoundaryError
        When an area is invalid, or ``teams`` names one that is not there.
    """
    bad = ~shapely.is_valid(areas.geometry.to_numpy())
    if bad.any():
        raise BoundaryError(f"the ring of area {areas.index[bad][0]} crosses itself")
    drawn = dissolve(areas, teams)
    names = [str(name) for name in drawn.index]
    index = pd.Index(sorted(str(code) for code in units.index), name="unit", dtype="str")
    if not names:
        raise BoundaryError("no area has a team")
    ground = crosswalk_by_area(units, drawn, crs=crs, least_m2=_LEAST_M2)
    by_area = _shares(ground, "share_of_old", index, names)
    doors = crosswalk_by_points(units, drawn, lon, lat, crs=crs)
    by_points = _shares(doors, "share_of_old", index, names)
    count = doors.groupby("old")["points"].sum().reindex(index, fill_value=0).to_numpy()
    people = by_points.sum(axis=1) > 0
    shares = np.where(people[:, None], by_points, by_area)
    rows = np.arange(len(index))
    order = np.argsort(-shares, axis=1, kind="stable")
    best, second = order[:, 0], order[:, min(1, len(names) - 1)]
    label = np.array([*names, ""], dtype=object)
    none = len(names)
    share = shares[rows, best]
    second_share = shares[rows, second] if len(names) > 1 else np.zeros(len(index))
    table = pd.DataFrame(
        {
            "team": label[np.where(share > 0, best, none)],
            "share": share,
            "second": label[np.where(second_share > 0, second, none)],
            "second_share": second_share,
            "by": np.where(people, "points", "area"),
            "points": count.astype(np.int64),
            "area_share": by_area[rows, best],
        },
        index=index,
    ).astype({"team": "str", "second": "str", "by": "str"})
    table["misfit"] = pd.Series(_misfits(table, by_area, label, clear), index=index, dtype="str")
    return table


def _shares(
    crosswalk: pd.DataFrame, column: str, units: pd.Index, teams: list[str]
) -> NDArray[np.float64]:
    """Spread a crosswalk out to units by teams; what is in no team or no unit is left out."""
    inside = crosswalk[(crosswalk["old"] != "") & (crosswalk["new"] != "")]
    wide = inside.pivot_table(index="old", columns="new", values=column, aggfunc="sum")
    return wide.reindex(index=units, columns=teams).fillna(0.0).to_numpy(dtype=np.float64)


def _misfits(
    table: pd.DataFrame, by_area: NDArray[np.float64], label: NDArray[np.object_], clear: float
) -> list[str]:
    most_ground = label[by_area.argmax(axis=1)]
    claimed = by_area.sum(axis=1)
    reasons = []
    for k in range(len(table)):
        team, share, second, second_share, by, points = (
            table[name].iloc[k]
            for name in ("team", "share", "second", "second_share", "by", "points")
        )
        parts = []
        if not team:
            parts.append("no team has any of it")
        elif share < clear:
            of = "address points" if by == "points" else "ground"
            rest = f", {second_share:.0%} in {second}" if second else ""
            parts.append(f"{share:.0%} of its {of} in {team}{rest}")
        if team and claimed[k] > 0 and most_ground[k] != team:
            parts.append(f"most of its ground is in {most_ground[k]}")
        if claimed[k] > 1 + _OVERLAP:
            parts.append(f"teams overlap on {claimed[k] - 1:.0%} of it")
        if team and points and by == "area":
            parts.append("none of its address points is in a team")
        reasons.append("; ".join(parts))
    return reasons
