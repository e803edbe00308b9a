"""Whether each boundary of one level is the union of the boundaries that name it as parent."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoteam.areas.coverage import mean_width, place
from geoteam.areas.faults import Fault, Severity
from geoteam.areas.planar import to_metres
from geoteam.crs import measuring, require_wgs84

# Smaller differences are the width of a pen: two digitisations of one river bank.
_LEAST_M2 = 100.0
_ERROR_SHARE = 0.01


def hierarchy_faults(
    parents: gpd.GeoDataFrame, children: gpd.GeoDataFrame, *, crs: str, label: str = "parent"
) -> list[Fault]:
    """Compare each parent with the union of its children.

    Children are matched by their ``parent`` codes; where these name another level (none is among
    the parents' codes), each child counts for the parent that holds most of its ground. A
    difference counts from 100 m2 (warning) and from 1 % of the parent (error).

    Parameters
    ----------
    parents, children
        BOUNDARIES of two levels.
    crs
        The measuring CRS.
    label
        What a parent is called in messages.

    Returns
    -------
    list of Fault
        Kinds ``not_union_of_children`` (``code`` is the parent, ``other`` the child concerned
        most) and ``unknown_parent``.
    """
    above = _in_metres(parents, crs)
    below = _in_metres(children, crs)
    owner = _owners(above, below)
    faults = [
        Fault(
            "unknown_parent", str(code), str(below["parent"].loc[code]), 0.0,
            *place(below.geometry.loc[code], crs),
            f"{code} names {below['parent'].loc[code] or 'nobody'} as its parent, "
            "and there is no such boundary.",
            "error",
        )
        for code in below.index[~owner.isin(above.index)]
    ]  # fmt: skip
    for code, shape in above.geometry.items():
        mine = below[(owner == code).to_numpy()]
        union = shapely.union_all(mine.geometry.to_numpy())
        faults += _differences(str(code), shape, union, below, crs, label)
    return faults


def _in_metres(frame: gpd.GeoDataFrame, crs: str) -> gpd.GeoDataFrame:
    frame = require_wgs84(frame, "boundaries").sort_index()
    mended = shapely.make_valid(frame.geometry.to_numpy(), method="structure", keep_collapsed=False)
    metric = gpd.GeoSeries(to_metres(mended, crs), index=frame.index, crs=measuring(crs))
    return frame.set_geometry(metric)


def _owners(above: gpd.GeoDataFrame, below: gpd.GeoDataFrame) -> pd.Series:
    if "parent" in below.columns and below["parent"].isin(above.index).any():
        named: pd.Series = below["parent"].astype("str")
        return named
    i, j = shapely.STRtree(above.geometry.to_numpy()).query(
        below.geometry.to_numpy(), predicate="intersects"
    )
    common = shapely.area(
        shapely.intersection(below.geometry.to_numpy()[i], above.geometry.to_numpy()[j])
    )
    best = pd.DataFrame({"i": i, "j": j, "area": common}).sort_values("area").groupby("i").last()
    holders = zip(best.index.tolist(), best["j"].tolist(), strict=True)
    codes = {k: str(above.index[j]) for k, j in holders}
    return pd.Series([codes.get(k, "") for k in range(len(below))], index=below.index, dtype="str")


def _differences(
    code: str,
    shape: shapely.Geometry,
    union: shapely.Geometry,
    below: gpd.GeoDataFrame,
    crs: str,
    label: str,
) -> list[Fault]:
    faults = []
    for piece, words in (
        (shapely.difference(shape, union), "is not covered by the boundaries in it"),
        (shapely.difference(union, shape), "is covered by its boundaries but lies outside it"),
    ):
        size = float(piece.area)
        if size < _LEAST_M2:
            continue
        lon, lat = place(piece, crs)
        areas = shapely.area(shapely.intersection(below.geometry.to_numpy(), piece))
        other = str(below.index[int(np.argmax(areas))]) if areas.max(initial=0.0) > 1 else ""
        severity: Severity = "error" if size >= _ERROR_SHARE * shape.area else "warning"
        message = (
            f"{size:,.0f} m2 of {label} {code} {words}"
            f"{f' (mostly {other})' if other else ''}, {mean_width(piece):.1f} m wide on average, "
            f"near {lon:.6f}, {lat:.6f}."
        )
        faults.append(
            Fault("not_union_of_children", code, other, size, lon, lat, message, severity)
        )
    return faults
