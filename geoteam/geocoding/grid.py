"""Hundred-blocks from cross streets: a grid city begins a new hundred where a known street crosses.

Where houses stand on both sides of a crossing, their numbers tell which hundred begins there. The
nearest such crossings of the same cross street tell it for a street whose houses are not known.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]

# Houses so near to a crossing tell its numbers; so many of them are asked.
_BESIDE_M, _HOUSES = 150.0, 8
# Other crossings of the cross street so near are witnesses: two at least agree, none names another
# hundred, and fewer say that none begins.
_WITNESS_M, _WITNESSES = 1500.0, 5
# In a city that numbers blocks by the cross street, 18TH STREET begins hundred 18: so many of its
# crossings say so.
_NUMBERED, _SHARE, _ENOUGH = re.compile(r"(\d+)(?:ST|ND|RD|TH) STREET"), 0.9, 30
# From one hundred to the next it is no farther.
_STEP_M = 200.0
# Ends of one block.
_SHORTEST_M, _LONGEST_M = 40.0, 300.0
# Midpoints of one block found in several ways lie so near to one another.
_SAME_BLOCK_M = 100.0
# No two streets are near each other in the third dimension.
_APART_M = 1e6


def _by_street(table: pd.DataFrame, street: str) -> Floats:
    """Return places with the street as a third dimension, so that only its own are near."""
    columns = table["x"], table["y"], table[street] * _APART_M
    return np.column_stack(columns).astype(np.float64)


def _hundreds(ends: pd.DataFrame, points: pd.DataFrame) -> Floats:
    """Find which hundred begins at a crossing, by the houses of the street around it.

    Returns
    -------
    ndarray
        The hundred; 0 where none begins, NaN where the houses do not tell.
    """
    tree = cKDTree(_by_street(points, "street"))
    distance, near = tree.query(
        _by_street(ends, "street"), k=_HOUSES, distance_upper_bound=_BESIDE_M
    )
    known = np.isfinite(distance)
    near = np.where(known, near, 0)
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    number = np.where(known, points["number"].to_numpy(np.float64)[near], 0.0)
    offset = points[["x", "y"]].to_numpy()[near] - ends[["x", "y"]].to_numpy()[:, None]
    offset[~known] = 0.0
    rise = np.where(known, number - number.sum(axis=1, keepdims=True) / count, 0.0)
    # The direction in which numbers grow.
    ahead = (rise[..., None] * (offset - offset.sum(axis=1, keepdims=True) / count[..., None])).sum(
        axis=1, keepdims=True
    )
    along = (offset * ahead).sum(axis=2)
    rows = np.arange(len(ends))
    behind = np.where(known & (along < 0), along, -np.inf)
    before = np.where(known & (along > 0), along, np.inf)
    last, first = behind.argmax(axis=1), before.argmin(axis=1)
    both = np.isfinite(behind[rows, last]) & np.isfinite(before[rows, first])
    low, high = number[rows, last] // 100, number[rows, first] // 100
    told = np.where(high == low, 0.0, np.where(high == low + 1, high, np.nan))
    return np.where(both, told, np.nan)


def _from_witnesses(ends: pd.DataFrame) -> Floats:
    """Find which hundred begins at a crossing, by other crossings of the cross street."""
    told = ends[ends["hundred"].notna()]
    out = np.full(len(ends), np.nan)
    open_ = np.flatnonzero(ends["hundred"].isna())
    if len(told) < _WITNESSES or not len(open_):
        return out
    tree = cKDTree(_by_street(told, "other"))
    distance, near = tree.query(
        _by_street(ends.iloc[open_], "other"), k=_WITNESSES, distance_upper_bound=_WITNESS_M
    )
    known = np.isfinite(distance)
    said = told["hundred"].to_numpy()[np.where(known, near, 0)]
    least = np.where(known & (said > 0), said, np.inf).min(axis=1)
    most = np.where(known, said, -np.inf).max(axis=1)
    agree, against = (known & (said > 0)).sum(axis=1), (known & (said == 0)).sum(axis=1)
    agreed = (agree > 1) & (least == most) & (agree > against)
    out[open_] = np.where(agreed, most, np.nan)
    return out


def _from_numbers(ends: pd.DataFrame, bases: NDArray[np.str_]) -> Floats:
    """Find which hundred begins at a numbered cross street, where the city has that habit."""
    numbers = [_NUMBERED.fullmatch(base) for base in bases.tolist()]
    own = np.array([int(found[1]) if found else np.nan for found in numbers], dtype=np.float64)
    number = own[ends["other"].to_numpy(np.int64)]
    told = ends["hundred"].to_numpy(np.float64)
    judged = (told > 0) & np.isfinite(number)
    habit = judged.sum() >= _ENOUGH and float((told == number)[judged].mean()) >= _SHARE
    return number if habit else np.full(len(ends), np.nan)


def _fitting(blocks: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """Keep the blocks that lie as near to the next known hundred of their street as they must."""
    known = points.assign(at=points["number"] // 100).groupby(["street", "at"])[["x", "y"]].median()
    both = blocks.reset_index().merge(known.reset_index(), on="street", suffixes=("", "_known"))
    both["gap"] = (both["at"] - both["hundred"]).abs()
    near = both.sort_values("gap").drop_duplicates("index").set_index("index")
    away = np.hypot(near["x"] - near["x_known"], near["y"] - near["y_known"])
    return blocks.drop(index=near.index[away > _STEP_M * (near["gap"] + 1)])


def grid_blocks(
    points: pd.DataFrame, crossings: pd.DataFrame, bases: NDArray[np.str_]
) -> pd.DataFrame:
    """Find hundred-blocks between crossings at which their hundreds begin and end.

    Parameters
    ----------
    points
        Believed address points: ``street, number, x, y``.
    crossings
        Where streets ``a`` and ``b`` meet: ``x, y`` in the measuring CRS.
    bases
        Names of all streets.

    Returns
    -------
    DataFrame
        ``street, hundred, x, y``, one row a block.
    """
    sides = [
        crossings[[mine, other, "x", "y"]].set_axis(["street", "other", "x", "y"], axis=1)
        for mine, other in (("a", "b"), ("b", "a"))
    ]
    ends: pd.DataFrame = pd.concat(sides, ignore_index=True)
    if ends.empty or points.empty:
        return ends.assign(hundred=0)[["street", "hundred", "x", "y"]]
    ends["hundred"] = _hundreds(ends, points)
    guesses = [pd.Series(_from_witnesses(ends)), pd.Series(_from_numbers(ends, bases))]
    for guess in guesses:
        ends["hundred"] = ends["hundred"].fillna(guess)
    ends = ends.loc[ends["hundred"] > 0, ["street", "hundred", "x", "y"]]
    found = []
    # Some blocks are two hundreds long; they count where no shorter one is found.
    for long in (1, 2):
        pairs = ends.assign(end=ends["hundred"] + long).merge(
            ends, left_on=["street", "end"], right_on=["street", "hundred"], suffixes=("", "_end")
        )
        length = np.hypot(pairs["x"] - pairs["x_end"], pairs["y"] - pairs["y_end"])
        pairs = pairs[(length >= _SHORTEST_M) & (length <= _LONGEST_M)]
        middle = pairs.assign(
            x=(pairs["x"] + pairs["x_end"]) / 2, y=(pairs["y"] + pairs["y_end"]) / 2
        )
        for step in range(long):
            groups = middle.assign(hundred=middle["hundred"] + step).groupby(["street", "hundred"])
            wide = (groups[["x", "y"]].max() - groups[["x", "y"]].min()).max(axis=1)
            found.append(groups[["x", "y"]].mean()[wide <= _SAME_BLOCK_M].reset_index())
    blocks: pd.DataFrame = pd.concat(found, ignore_index=True)
    blocks = blocks.drop_duplicates(["street", "hundred"], ignore_index=True)
    return _fitting(blocks, points).astype({"street": np.int64, "hundred": np.int64})
