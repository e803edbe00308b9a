"""How boundaries relate: neighbours, the same ground in two versions, units merged to areas."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from geoteam.areas.index import AreaIndex
from geoteam.areas.planar import to_metres
from geoteam.areas.sides import shared_sides
from geoteam.crs import require_wgs84
from geoteam.errors import BoundaryError

# Vertices of two digitisations of one street differ by centimetres at most.
_SNAP_M = 0.1
# Shorter contacts are corners, not sides.
_SIDE_M = 1.0


def adjacency(frame: gpd.GeoDataFrame, *, crs: str) -> pd.DataFrame:
    """List the pairs of boundaries that share a side (rook contiguity).

    Sides are compared after snapping to 10 cm, so that a vertex on one side only does not part
    neighbours. Contacts of one metre or less are corners and do not count.

    Parameters
    ----------
    frame
        BOUNDARIES, valid.
    crs
        The measuring CRS.

    Returns
    -------
    DataFrame
        Columns ``code``, ``other`` (``code`` < ``other``) and ``shared_m`` in metres; one row a
        pair, sorted.
    """
    frame = require_wgs84(frame, "boundaries").sort_index()
    codes = _codes(frame)
    shapes = to_metres(frame.geometry.to_numpy(), crs)
    first, second, length = shared_sides(shapes, _SNAP_M)
    real = length > _SIDE_M
    return pd.DataFrame(
        {
            "code": pd.Series(codes[first[real]], dtype="str"),
            "other": pd.Series(codes[second[real]], dtype="str"),
            "shared_m": length[real],
        }
    )


def crosswalk_by_area(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, *, crs: str, least_m2: float = 100.0
) -> pd.DataFrame:
    """Say how much ground of each old boundary lies in each new one.

    Parameters
    ----------
    old, new
        BOUNDARIES of two versions, valid.
    crs
        The measuring CRS.
    least_m2
        Smaller pieces are differences of digitisation and are left out.

    Returns
    -------
    DataFrame
        Columns ``old``, ``new``, ``area_m2`` and ``share_of_old`` (0-1, of the old boundary's
        whole area); sorted by codes. Ground of an old boundary in no new one is the row whose
        ``new`` is ``""``.
    """
    a = require_wgs84(old, "old boundaries").sort_index()
    b = require_wgs84(new, "new boundaries").sort_index()
    before, after = (to_metres(frame.geometry.to_numpy(), crs) for frame in (a, b))
    i, j = shapely.STRtree(after).query(before, predicate="intersects")
    area = shapely.area(shapely.intersection(before[i], after[j]))
    whole = shapely.area(before)
    rest = whole - np.bincount(i, weights=area, minlength=len(before))
    rows = pd.DataFrame(
        {
            "old": np.concatenate((_codes(a)[i], _codes(a))),
            "new": np.concatenate((_codes(b)[j], np.full(len(before), "", dtype=object))),
            "area_m2": np.concatenate((area, rest)),
            "share_of_old": np.concatenate((area / whole[i], rest / whole)),
        }
    )
    rows = rows[rows["area_m2"] >= least_m2].astype({"old": "str", "new": "str"})
    return rows.sort_values(["old", "new"], ignore_index=True)


def crosswalk_by_points(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, lon: ArrayLike, lat: ArrayLike, *, crs: str
) -> pd.DataFrame:
    """Say how many points of each old boundary lie in each new one.

    Parameters
    ----------
    old, new
        BOUNDARIES of two versions, valid.
    lon, lat
        Points, usually address points, in EPSG:4326; shape (n,).
    crs
        The measuring CRS.

    Returns
    -------
    DataFrame
        Columns ``old``, ``new``, ``points`` and ``share_of_old`` (0-1, of the old boundary's
        points); sorted by codes. ``""`` is outside; points outside both are left out.
    """
    pairs = pd.DataFrame(
        {
            "old": pd.Series(AreaIndex(old, crs).locate(lon, lat), dtype="str"),
            "new": pd.Series(AreaIndex(new, crs).locate(lon, lat), dtype="str"),
        }
    )
    pairs = pairs[(pairs["old"] != "") | (pairs["new"] != "")]
    rows = pairs.value_counts(["old", "new"]).rename("points").reset_index()
    rows["share_of_old"] = rows["points"] / rows.groupby("old")["points"].transform("sum")
    return rows.sort_values(["old", "new"], ignore_index=True)


def dissolve(frame: gpd.GeoDataFrame, groups: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Merge boundaries into areas, such as units into team areas.

    Parameters
    ----------
    frame
        BOUNDARIES, valid.
    groups
        Code -> group. Boundaries without a group, or with ``""``, belong to no area.

    Returns
    -------
    GeoDataFrame
        Index ``group`` (sorted), column ``units`` (how many were merged), EPSG:4326.

    Raises
    ------
    BoundaryError
        When ``groups`` names a code that the frame does not have.
    """
    require_wgs84(frame, "boundaries")
    unknown = sorted(set(groups) - {str(code) for code in frame.index})
    if unknown:
        raise BoundaryError(f"there is no boundary {', '.join(unknown[:5])}")
    group = pd.Series([groups.get(str(code), "") for code in frame.index], dtype="str")
    shapes = frame.geometry.to_numpy()
    names = sorted(set(group) - {""})
    members = [np.flatnonzero(group.to_numpy() == name) for name in names]
    return gpd.GeoDataFrame(
        {"units": np.array([len(some) for some in members], dtype=np.int64)},
        geometry=[shapely.union_all(shapes[some]) for some in members],
        index=pd.Index(names, name="group", dtype="str"),
        crs=frame.crs,
    )


def _codes(frame: gpd.GeoDataFrame) -> NDArray[np.object_]:
    return np.array([str(code) for code in frame.index], dtype=object)
