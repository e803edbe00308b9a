"""Checks of the reference itself: what its points say of one another."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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


def misplaced_blocks(
    points: pd.DataFrame, blocks: pd.DataFrame, problems: list[Problem]
) -> NDArray[np.bool_]:
    """Find blocks whose centre contradicts two or more points that agree with one another.

    Parameters
    ----------
    points
        ``street, number, x, y``.
    blocks
        ``street, low, x, y, half_m, lon, lat, id``.
    problems
        Faults found are added here.

    Returns
    -------
    ndarray of bool
        True for blocks that are not believed.
    """
    groups = points.assign(hundred=points["number"] // 100).groupby(["street", "hundred"])
    middle = groups.agg(x=("x", "median"), y=("y", "median"), size=("x", "size"))
    wide = groups["x"].agg(np.ptp) + groups["y"].agg(np.ptp)
    known = middle[(middle["size"] > 1) & (wide < FAR_M)]
    agreed = dict(zip(known.index, zip(known["x"], known["y"], strict=True), strict=True))
    off = np.zeros(len(blocks), dtype=np.bool_)
    columns = zip(*(blocks[c] for c in ("street", "low", "x", "y", "half_m")), strict=True)
    for i, (street, low, x, y, half) in enumerate(columns):
        there = agreed.get((street, low // 100))
        if there is None:
            continue
        distance = float(np.hypot(x - there[0], y - there[1]))
        off[i] = distance > FAR_M + half
        if off[i]:
            row = blocks.iloc[i]
            message = f"the block's centre lies {distance:.0f} m from its addresses"
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
    points: pd.DataFrame, blocks: pd.DataFrame, problems: list[Problem]
) -> NDArray[np.bool_]:
    """Find points that lie far from the rest of their hundred-block.

    Parameters
    ----------
    points
        ``street, number, x, y, lon, lat, id``, sorted.
    blocks
        ``street, low, high, x, y, half_m``.
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
        strict=True,
    )
    for i, (street, block, east, north, spread, count, lon, lat, ref) in enumerate(table):
        known = centre.get((street, block))
        if known is not None:
            distance = float(np.hypot(east - known[0], north - known[1]))
            far[i] = distance > FAR_M + known[2]
        else:
            distance = float(spread)
            far[i] = count > 2 and distance > FAR_M
        if far[i]:
            message = f"lies {distance:.0f} m from the rest of its hundred-block"
            problems.append(Problem("far_from_street", str(ref), "", lon, lat, distance, message))
    return far


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


def interpolation_error(points: pd.DataFrame) -> float:
    """Measure how well numbers are interpolated: each point from its two neighbours.

    Parameters
    ----------
    points
        ``street, number, x, y``, sorted by street and number.

    Returns
    -------
    float
        98th percentile of the distance in metres; 135 when there is too little to measure.
    """
    street = points["street"].to_numpy()
    number = points["number"].to_numpy(np.float64)
    xy = points[["x", "y"]].to_numpy()
    inner = (street[:-2] == street[2:]) & (number[:-2] < number[1:-1]) & (number[1:-1] < number[2:])
    inner &= number[2:] // 100 == number[:-2] // 100
    if inner.sum() < 30:
        return 135.0
    share = (number[1:-1] - number[:-2])[inner] / (number[2:] - number[:-2])[inner]
    guess = xy[:-2][inner] + share[:, None] * (xy[2:] - xy[:-2])[inner]
    error = np.hypot(*(guess - xy[1:-1][inner]).T)
    return float(np.clip(np.quantile(error, 0.98), 30.0, 300.0))
