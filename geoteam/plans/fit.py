"""A plan drawn on other ground, fitted to our units; what does not fit is named."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from geoteam.areas import AreaIndex, crosswalk_by_area, dissolve
from geoteam.errors import BoundaryError
from geoteam.frames import rows_of

# Smaller pieces of ground than this are differences of digitisation.
_LEAST_M2 = 1.0
# Teams may claim this share of a unit twice before it is called an overlap, and as much of it may
# lie in no team before that is said.
_OVERLAP = _LITTLE = 0.01
# Shares that differ by less are the same.
_ALIKE = 1e-3


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

    Where a unit has address points, people decide: the best team is that of most points, and among
    teams with as many that of most ground. Where it has none, or none in a team, ground decides.
    What lies where teams overlap counts for each of them; where two hold all alike, none is chosen.
    A unit is a misfit when the best team holds less than ``clear`` of it, when points and ground
    name different teams, when teams overlap in it, or when no team is found.

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
        Index ``unit``, sorted; columns ``team`` ('' when none has any of it, or two hold it
        alike), ``share`` (0-1, of what ``by`` names), ``second`` and ``second_share`` (the next
        team; the shares of teams that overlap may be more than 1 together), ``by`` (``points`` or
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
    overlapping = by_area.sum(axis=1) > 1 + _OVERLAP
    by_points, count = _count_points(units, drawn, index, overlapping, crs, (lon, lat))
    people = by_points.sum(axis=1) > 0
    shares = np.where(people[:, None], by_points, by_area)
    rows = np.arange(len(index))
    order = np.lexsort((-by_area, -shares), axis=1)
    best, second = order[:, 0], order[:, min(1, len(names) - 1)]
    label = np.array([*names, ""], dtype=object)
    none = len(names)
    share, area_share = shares[rows, best], by_area[rows, best]
    second_share = shares[rows, second] if len(names) > 1 else np.zeros(len(index))
    alike = (second_share > share - _ALIKE) & (by_area[rows, second] > area_share - _ALIKE)
    tied = alike & (share > 0) & (len(names) > 1)
    table = pd.DataFrame(
        {
            "team": label[np.where((share > 0) & ~tied, best, none)],
            "share": share,
            "second": label[np.where(second_share > 0, second, none)],
            "second_share": second_share,
            "by": np.where(people, "points", "area"),
            "points": count,
            "area_share": area_share,
        },
        index=index,
    ).astype({"team": "str", "second": "str", "by": "str"})
    table["first"] = label[np.where(share > 0, best, none)]
    table["misfit"] = pd.Series(
        _misfits(table, shares, by_area, label, clear), index=index, dtype="str"
    )
    return table.drop(columns="first")


def _count_points(
    units: gpd.GeoDataFrame,
    drawn: gpd.GeoDataFrame,
    index: pd.Index,
    overlapping: NDArray[np.bool_],
    crs: str,
    at: tuple[ArrayLike, ArrayLike],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Share of each unit's address points in each team, and how many points it has."""
    lon, lat = (np.atleast_1d(np.asarray(one, dtype=np.float64)) for one in at)
    row = pd.Index(index).get_indexer(AreaIndex(units, crs).locate(lon, lat))
    lon, lat, row = lon[row >= 0], lat[row >= 0], row[row >= 0]
    count = np.bincount(row, minlength=len(index)).astype(np.int64)
    found = np.zeros((len(index), len(drawn)))
    within = AreaIndex(drawn, crs)
    names = pd.Index([str(name) for name in drawn.index])
    # A point that several teams claim is located in the first of them only: ask for each there.
    several = overlapping[row]
    team = names.get_indexer(pd.Index(within.locate(lon[~several], lat[~several])))
    np.add.at(found, (row[~several][team >= 0], team[team >= 0]), 1)
    for unit, claims in zip(
        row[several], within.near(lon[several], lat[several], 0.0), strict=True
    ):
        found[unit, names.get_indexer(pd.Index(claims))] += 1
    return found / np.maximum(count, 1)[:, None], count


def _shares(
    crosswalk: pd.DataFrame, column: str, units: pd.Index, teams: list[str]
) -> NDArray[np.float64]:
    """Spread a crosswalk out to units by teams; what is in no team or no unit is left out."""
    inside = crosswalk[(crosswalk["old"] != "") & (crosswalk["new"] != "")]
    wide = inside.pivot_table(index="old", columns="new", values=column, aggfunc="sum")
    return wide.reindex(index=units, columns=teams).fillna(0.0).to_numpy(dtype=np.float64)


def _misfits(
    table: pd.DataFrame,
    shares: NDArray[np.float64],
    by_area: NDArray[np.float64],
    label: NDArray[np.object_],
    clear: float,
) -> list[str]:
    """Say of each unit why it does not fit; '' where it does."""
    most_ground = label[by_area.argmax(axis=1)]
    claimed = by_area.sum(axis=1)
    nobody = 1 - shares.sum(axis=1)
    reasons = []
    for k, row in enumerate(rows_of(table)):
        of = "address points" if row["by"] == "points" else "ground"
        overlap = claimed[k] > 1 + _OVERLAP
        parts = []
        if not row["first"]:
            parts.append("no team has any of it")
        elif not row["team"]:
            both = " and ".join(sorted((row["first"], row["second"])))
            parts.append(f"{both} both hold {row['share']:.0%} of its {of}")
        elif row["share"] < clear or (overlap and row["second"]):
            rest = f", {row['second_share']:.0%} in {row['second']}" if row["second"] else ""
            rest += f", {nobody[k]:.0%} in no team" if nobody[k] > _LITTLE else ""
            parts.append(f"{row['share']:.0%} of its {of} in {row['team']}{rest}")
        if row["team"] and by_area[k].max() > row["area_share"] + _ALIKE:
            parts.append(f"most of its ground is in {most_ground[k]}")
        if overlap:
            parts.append(f"teams overlap on {claimed[k] - 1:.0%} of it")
        if row["team"] and row["points"] and row["by"] == "area":
            parts.append("none of its address points is in a team")
        reasons.append("; ".join(parts))
    return reasons
