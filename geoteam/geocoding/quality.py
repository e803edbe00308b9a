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
# From one hundred-block of a street to the next it is no farther.
_STEP_M = 200.0
# So many other hundred-blocks of its street, the nearest, judge one that rests on few points.
_JUDGES = 4
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
    """Find points that lie far from the rest of their hundred-block, or from their street.

    A point that no block of the file and not two others of its hundred-block vouch for, or whose
    hundred-block lies at two places, is held against the line of its street, and against the
    nearest other hundred-blocks of that street: most, and two at least, must contradict it.

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
    middle_x, middle_y = (groups[name].transform("median") for name in ("x", "y"))
    off = ((points["x"] - middle_x) ** 2 + (points["y"] - middle_y) ** 2) ** 0.5
    size = groups["x"].transform("size").to_numpy()
    split = np.asarray(off.groupby([points["street"], hundred]).transform("max") > FAR_M)
    far = np.zeros(len(points), dtype=np.bool_)
    away = _away_m(points, lines, names)
    street_off = _off_streets(points, centre, np.asarray(groups["x"].transform("size") < 3) | split)
    # Where the street tells which of the two places is wrong, the middle of both tells nothing.
    wrong = pd.Series(street_off > 0).groupby([points["street"], hundred]).transform("any")
    settled = wrong.to_numpy() & split
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
            far[i] = count > 2 and distance > FAR_M and not settled[i]
        what = "the rest of its hundred-block"
        if not far[i] and known is None and count < 3 and line > FAR_M:
            far[i], distance, what = True, float(line), "the line of its street"
        if not far[i] and known is None and street_off[i] > 0:
            far[i], distance = True, float(street_off[i])
            what = "the nearest hundred-block of its street"
        if far[i]:
            message = f"lies {distance:.0f} m from {what}"
            problems.append(Problem("far_from_street", str(ref), "", lon, lat, distance, message))
    return far


_Hundreds = dict[int, tuple[float, float]]


def _off_streets(
    points: pd.DataFrame,
    centre: dict[tuple[int, int], tuple[float, float, float]],
    doubted: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Hold doubted points against the hundred-blocks of the block file or of other points."""
    middle = points.groupby([points["street"], points["number"] // 100])[["x", "y"]].median()
    streets: dict[int, _Hundreds] = {}
    known = dict(zip(middle.index, zip(middle["x"], middle["y"], strict=True), strict=True))
    for (street, hundred), place in (known | centre).items():
        streets.setdefault(street, {})[hundred] = place[0], place[1]
    owner, number, x, y = (points[name].tolist() for name in ("street", "number", "x", "y"))
    off = np.zeros(len(points))
    for i in np.flatnonzero(doubted).tolist():
        off[i] = _off_street(streets[owner[i]], number[i] // 100, x[i], y[i])
    return off


def _off_street(hundreds: _Hundreds, hundred: int, x: float, y: float) -> float:
    """Measure to the nearest other hundred-block; 0 when the others do not contradict a place."""
    others = sorted(set(hundreds) - {hundred}, key=lambda other: abs(other - hundred))[:_JUDGES]
    apart = [float(np.hypot(x - hundreds[o][0], y - hundreds[o][1])) for o in others]
    against = sum(
        distance > FAR_M + _STEP_M * (abs(other - hundred) - 1)
        for other, distance in zip(others, apart, strict=True)
    )
    return apart[0] if against > 1 and 2 * against > len(others) else 0.0


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


def outside_city(frame: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, where: str) -> list[Problem]:
    """Find places that lie in no area of the city; refuse a reference of another city.

    Parameters
    ----------
    frame
        Points in EPSG:4326.
    areas
        Areas that make up the city, EPSG:4326.
    where
        The file, for the message.

    Returns
    -------
    list of Problem
        One fault for each place outside.

    Raises
    ------
    AddressReferenceError
        When fewer than half of the points lie in an area.
    """
    tree = shapely.STRtree(areas.geometry.to_numpy())
    found = tree.query(frame.geometry.to_numpy(), predicate="intersects")[0]
    out = np.ones(len(frame), dtype=np.bool_)
    out[found] = False
    inside = int((~out).sum())
    share = inside / max(len(frame), 1)
    if share < 0.5:
        raise AddressReferenceError(
            f"{inside:,} of {len(frame):,} points lie in the city ({share:.0%}): "
            "this is a reference of another city",
            where=where,
            remedy="Check the file, the columns of longitude and latitude, and the boundaries",
        )
    strays = frame[out]
    message = "lies in no area of the city"
    return [
        Problem("outside_city", str(ref), "", lon, lat, 0.0, message)
        for ref, lon, lat in zip(strays.index, strays.geometry.x, strays.geometry.y, strict=True)
    ]
