"""Checks of the reference itself: what its points say of one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geoteam.errors import AddressReferenceError

if TYPE_CHECKING:
    from geoteam.geocoding.streetlines import StreetLines
    from geoteam.geocoding.streetnames import StreetNames

# A point this far from every neighbour of its own hundred-block is not believed.
FAR_M = 600.0
# Two points of one address farther apart than this are two places.
SAME_PLACE_M = 60.0


class Problem(NamedTuple):
    """One fault of the reference."""

    kind: str
    reference_id: str
    other: str
    lon: float
    lat: float
    distance_m: float
    message: str


def _away_m(table: pd.DataFrame, lines: StreetLines, names: StreetNames) -> NDArray[np.float64]:
    bases = names.table()[0][table["street"].to_numpy(np.int64)] if len(table) else []
    x, y = table["x"].to_numpy(np.float64), table["y"].to_numpy(np.float64)
    return lines.away_m(list(bases), x, y)


def misplaced_blocks(
    points: pd.DataFrame,
    blocks: pd.DataFrame,
    lines: StreetLines,
    names: StreetNames,
    problems: list[Problem],
) -> NDArray[np.bool_]:
    """Find blocks whose centre contradicts two or more points that agree with one another.

    Where no points tell, a block far from the line of its street is not believed either.

    Parameters
    ----------
    points
        ``street, number, x, y``.
    blocks
        ``street, low, x, y, half_m, lon, lat, id``.
    lines
        The street centrelines.
    names
        The street dictionary.
    problems
        Faults found are added here.

    Returns
    -------
    ndarray of bool
        True for blocks that are not believed.
    """
    groups = points.assign(hundred=points["number"] // 100).groupby(["street", "hundred"])
    middle = groups.agg(x=("x", "median"), y=("y", "median"), size=("x", "size"))
    wide = sum((groups[c].max() - groups[c].min() for c in ("x", "y")), start=0.0 * middle["x"])
    known = middle[(middle["size"] > 1) & (wide < FAR_M)]
    agreed = dict(zip(known.index, zip(known["x"], known["y"], strict=True), strict=True))
    off = np.zeros(len(blocks), dtype=np.bool_)
    away = _away_m(blocks, lines, names)
    columns = zip(*(blocks[c] for c in ("street", "low", "x", "y", "half_m")), away, strict=True)
    for i, (street, low, x, y, half, from_line) in enumerate(columns):
        there = agreed.get((street, low // 100))
        distance, what = float(from_line), "the line of its street"
        if there is not None:
            distance, what = float(np.hypot(x - there[0], y - there[1])), "its addresses"
        off[i] = distance > FAR_M + half
        if off[i]:
            row = blocks.iloc[i]
            message = f"the block's centre lies {distance:.0f} m from {what}"
            problems.append(
                Problem(
                    "misplaced_block",
                    str(row["id"]),
                    "",
                    float(row["lon"]),
                    float(row["lat"]),
                    distance,
                    message,
                )
            )
    return off


def far_from_neighbours(
    points: pd.DataFrame,
    blocks: pd.DataFrame,
    lines: StreetLines,
    names: StreetNames,
    problems: list[Problem],
) -> NDArray[np.bool_]:
    """Find points that lie far from the rest of their hundred-block, or from their street's line.

    Parameters
    ----------
    points
        ``street, number, x, y, lon, lat, id``, sorted.
    blocks
        ``street, low, high, x, y, half_m``.
    lines
        The street centrelines.
    names
        The street dictionary.
    problems
        Faults found are added here.

    Returns
    -------
    ndarray of bool
        True for points that are not believed.
    """
    centre = {
        (street, low // 100): (x, y, half)
        for street, low, x, y, half in zip(
            blocks["street"], blocks["low"], blocks["x"], blocks["y"], blocks["half_m"], strict=True
        )
    }
    hundred = points["number"] // 100
    groups = points.groupby([points["street"], hundred])
    x, y = points["x"].to_numpy(np.float64), points["y"].to_numpy(np.float64)
    off = np.hypot(x - groups["x"].transform("median"), y - groups["y"].transform("median"))
    size = groups["x"].transform("size").to_numpy()
    far = np.zeros(len(points), dtype=np.bool_)
    away = _away_m(points, lines, names)
    table = zip(
        points["street"],
        hundred,
        x,
        y,
        off,
        size,
        points["lon"],
        points["lat"],
        points["id"],
        away,
        strict=True,
    )
    for i, (street, block, east, north, spread, count, lon, lat, ref, line) in enumerate(table):
        known = centre.get((street, block))
        if known is not None:
            distance = float(np.hypot(east - known[0], north - known[1]))
            far[i] = distance > FAR_M + known[2]
        else:
            distance = float(spread)
            far[i] = count > 2 and distance > FAR_M
        what = "the rest of its hundred-block"
        if not far[i] and known is None and count < 3 and line > FAR_M:
            far[i], distance, what = True, float(line), "the line of its street"
        if far[i]:
            message = f"lies {distance:.0f} m from {what}"
            problems.append(Problem("far_from_street", str(ref), "", lon, lat, distance, message))
    return far


def without_line(
    points: pd.DataFrame, lines: StreetLines, names: StreetNames, problems: list[Problem]
) -> None:
    """Find streets with addresses that the centrelines do not have.

    Parameters
    ----------
    points
        ``street, x, y, lon, lat, id``.
    lines
        The street centrelines; without any, nothing is said.
    names
        The street dictionary.
    problems
        Faults found are added here, one a street.
    """
    if not len(lines):
        return
    lost = points[np.isnan(_away_m(points, lines, names))]
    bases, quadrants = names.table()
    for street in np.unique(lost["street"].to_numpy(np.int64)).tolist():
        group = lost[lost["street"] == street]
        first = group.iloc[0]
        label = f"{bases[street]} {quadrants[street]}".strip()
        count = len(group)
        message = f"{label} has {count} {'address' if count == 1 else 'addresses'} but no line"
        at = (float(first["lon"]), float(first["lat"]), 0.0)
        problems.append(Problem("no_line", label, str(first["id"]), *at, message))


def twins(points: pd.DataFrame, problems: list[Problem]) -> None:
    """Find addresses that stand more than once.

    Parameters
    ----------
    points
        ``street, number, suffix, x, y, lon, lat, id``, sorted.
    problems
        Faults found are added here.
    """
    keys = ["street", "number", "suffix"]
    for _, group in points[points.duplicated(keys, keep=False)].groupby(keys):
        first = group.iloc[0]
        for _, other in group.iloc[1:].iterrows():
            distance = float(np.hypot(other["x"] - first["x"], other["y"] - first["y"]))
            two = distance > SAME_PLACE_M
            problems.append(
                Problem(
                    "two_places" if two else "duplicate_address",
                    str(other["id"]),
                    str(first["id"]),
                    float(other["lon"]),
                    float(other["lat"]),
                    distance,
                    f"has the address of {first['id']}, {distance:.0f} m away",
                )
            )


def refuse_other_city(frame: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, where: str) -> None:
    """Refuse a reference whose points lie somewhere else than the city's areas.

    Parameters
    ----------
    frame
        Points in EPSG:4326.
    areas
        Areas that make up the city, EPSG:4326.
    where
        The file, for the message.

    Raises
    ------
    AddressReferenceError
        When fewer than half of the points lie in an area.
    """
    tree = shapely.STRtree(areas.geometry.to_numpy())
    inside = len(np.unique(tree.query(frame.geometry.to_numpy(), predicate="intersects")[0]))
    share = inside / max(len(frame), 1)
    if share < 0.5:
        raise AddressReferenceError(
            f"{inside:,} of {len(frame):,} points lie in the city ({share:.0%}): "
            "this is a reference of another city",
            where=where,
            remedy="Check the file, the columns of longitude and latitude, and the boundaries",
        )
