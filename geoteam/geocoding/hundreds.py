"""Hundred-blocks that no file tells: from the house numbers and the street's line.

A block with known numbers lies where its numbers are. A block without any is filled in only where
its street's own line runs: between two known blocks, or the next two beyond the last.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geoteam.crs import unproject
from geoteam.geocoding.streetlines import BESIDE_M, StreetLines
from geoteam.geocoding.streetnames import StreetNames

Floats = NDArray[np.float64]

FILE_SCORE = 100.0
# Known by its house numbers, and only by the numbers around it: never accepted unseen.
NUMBERS_SCORE = 92.0
FILLED_SCORE = 89.0
# Metres from one block of a street to the next.
_NEAREST_M, _FARTHEST_M = 30.0, 300.0
# Blocks missing between two known ones that are still filled in.
_GAP = 3
# Blocks filled in beyond the last known one.
_BEYOND = 2
# Of measured errors this share is covered; too few are not measured but guessed.
_SHARE, _ENOUGH, _GUESS_M = 0.97, 30, 135.0
_LEAST_M, _MOST_M = 30.0, 300.0


def _nodes(points: pd.DataFrame, blocks: pd.DataFrame) -> pd.DataFrame:
    """List the hundreds that are known, with a place and the number that stands there."""
    hundreds = points.assign(hundred=points["number"] // 100)
    groups = hundreds.groupby(["street", "hundred"])[["number", "x", "y"]].mean().reset_index()
    told = pd.DataFrame(
        {
            "street": blocks["street"],
            "hundred": blocks["low"] // 100,
            "number": (blocks["low"] // 100 * 100 + blocks["high"] + 1) / 2,
            "x": blocks["x"],
            "y": blocks["y"],
            "told": True,
        }
    )
    spans = blocks["high"] // 100 - blocks["low"] // 100 + 1
    covered = told.loc[told.index.repeat(spans)]
    covered = covered.assign(hundred=covered["hundred"] + covered.groupby(level=0).cumcount())
    both = covered.drop_duplicates(["street", "hundred"])
    table = pd.concat([both, groups.assign(told=False)])
    table = table.drop_duplicates(["street", "hundred"]).sort_values(["street", "hundred"])
    return table.reset_index(drop=True)


def _neighbour(table: pd.DataFrame, step: int) -> tuple[Floats, Floats, Floats]:
    """Return how far number, x and y of the next known block are; NaN where it is not near."""
    next_one = table[["street", "hundred", "number", "x", "y"]].shift(-step)
    hundreds = (next_one["hundred"] - table["hundred"]).abs()
    x, y = next_one["x"] - table["x"], next_one["y"] - table["y"]
    number = next_one["number"] - table["number"]
    good = (next_one["street"] == table["street"]) & (hundreds <= 2) & (number.abs() >= 20)
    good &= np.hypot(x, y) <= _FARTHEST_M * hundreds
    number, x, y = (values.where(good) for values in (number, x, y))
    return number.to_numpy(np.float64), x.to_numpy(np.float64), y.to_numpy(np.float64)


def _centres(table: pd.DataFrame) -> None:
    """Move each place along its street to where the middle of the hundred is."""
    number = table["number"].to_numpy(np.float64)
    left = table["hundred"].to_numpy(np.float64) * 100 + 50 - number
    left[table["told"].to_numpy(np.bool_)] = 0.0
    ahead, behind = _neighbour(table, 1), _neighbour(table, -1)
    first, second = [
        [np.where(left >= 0, a, b) for a, b in zip(*pair, strict=True)]
        for pair in ((ahead, behind), (behind, ahead))
    ]
    use = [np.where(np.isnan(f), s, f) for f, s in zip(first, second, strict=True)]
    share = np.nan_to_num(left / use[0])
    table["x"] += share * np.nan_to_num(use[1])
    table["y"] += share * np.nan_to_num(use[2])


def _filled(table: pd.DataFrame) -> pd.DataFrame:
    """List places for the blocks missing between known ones, and for the next beyond each end."""
    ahead = table.shift(-1)
    same = (ahead["street"] == table["street"]).to_numpy()
    gap = (ahead["hundred"] - table["hundred"]).where(same)
    step_x, step_y = (ahead["x"] - table["x"]) / gap, (ahead["y"] - table["y"]) / gap
    good = ((step_x**2 + step_y**2) ** 0.5).between(_NEAREST_M, _FARTHEST_M)
    rows = []
    for i in range(1, _GAP + 1):
        here = good & (gap > i) & (gap <= _GAP + 1)
        rows.append((table["street"], table["hundred"] + i, step_x * i, step_y * i, here))
    # Beyond the first and the last known one.
    start = good & (gap == 1) & (table["street"].shift(1) != table["street"])
    end = good & (gap == 1) & (ahead["street"].shift(-1) != table["street"])
    for i in range(1, _BEYOND + 1):
        rows.append((table["street"], table["hundred"] - i, -step_x * i, -step_y * i, start))
        onward = table["hundred"] + 1 + i
        rows.append((table["street"], onward, step_x * (1 + i), step_y * (1 + i), end))
    out: pd.DataFrame = pd.concat(
        [
            pd.DataFrame(
                {"street": street, "hundred": hundred, "x": table["x"] + x, "y": table["y"] + y}
            )[here.to_numpy() & (hundred >= 0).to_numpy()]
            for street, hundred, x, y, here in rows
        ],
        ignore_index=True,
    )
    return out


def derive_blocks(
    points: pd.DataFrame,
    blocks: pd.DataFrame,
    lines: StreetLines,
    names: StreetNames,
    grid: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Find the hundred-blocks that the block file does not have.

    Parameters
    ----------
    points
        Believed address points: ``street, number, x, y``.
    blocks
        Believed blocks of the file: ``street, low, high, x, y``.
    lines
        The street centrelines.
    names
        The street dictionary.
    grid
        Blocks that the cross streets tell, as `grid_blocks` returns them.

    Returns
    -------
    DataFrame
        ``street, low, high, x, y, score``, one row a block.
    """
    bases = names.table()[0]
    table = _nodes(points, blocks)
    table["hundred"] = table["hundred"].astype(np.int64)
    _centres(table)
    filled = _filled(table)
    if grid is not None:
        spanned = table[["street", "hundred"]].merge(grid, on=["street", "hundred"])
        untold = pd.concat([grid, spanned]).drop_duplicates(["street", "hundred"], keep=False)
        filled = pd.concat([untold, filled]).drop_duplicates(["street", "hundred"])
    known = table[~table["told"].astype(bool)]
    out = []
    for rows, within_m, score in ((known, BESIDE_M, NUMBERS_SCORE), (filled, 45.0, FILLED_SCORE)):
        named = bases[rows["street"].to_numpy(np.int64)].tolist()
        x, y, on_line = lines.snap(
            named, rows["x"].to_numpy(np.float64), rows["y"].to_numpy(np.float64), within_m
        )
        made = pd.DataFrame(
            {
                "street": rows["street"].to_numpy(np.int64),
                "low": rows["hundred"].to_numpy(np.int64) * 100,
                "x": x,
                "y": y,
                "score": score,
            }
        )
        out.append(made if score == NUMBERS_SCORE else made[on_line])
    merged: pd.DataFrame = pd.concat(out, ignore_index=True).drop_duplicates(["street", "low"])
    merged["high"] = merged["low"] + 99
    merged["low"] = merged["low"].clip(lower=1)
    return merged


def half_lengths(table: pd.DataFrame) -> Floats:
    """Return half the length of each block: as told, or from the distance of its neighbours.

    Parameters
    ----------
    table
        ``street, low, high, x, y, length_m, spread_m``, sorted by street and number.

    Returns
    -------
    ndarray
        Metres, with the spread of the centre added.
    """
    if table.empty:
        return np.empty(0)
    behind = _steps(table)
    ahead = behind.shift(-1)
    typical = float(behind.median()) if behind.notna().any() else 120.0
    wide = (table["high"] - table["low"] + 1).clip(lower=100) / 100
    guess = pd.concat([behind, ahead], axis=1).max(axis=1).fillna(typical) * wide
    length = table["length_m"].astype(float).fillna(guess).clip(lower=20)
    return np.asarray(length / 2 + table["spread_m"].astype(float).fillna(0), dtype=np.float64)


def _reach(points: pd.DataFrame, table: pd.DataFrame) -> Floats:
    """Measure from the centre of each block to the farthest of its known numbers."""
    spans = table["high"] // 100 - table["low"] // 100 + 1
    rows = table.index.repeat(spans)
    covered = table.loc[rows, ["street", "x", "y"]].assign(block=rows)
    covered["hundred"] = table["low"][rows] // 100 + covered.groupby("block").cumcount()
    numbers = points[["street", "x", "y"]].assign(hundred=points["number"] // 100)
    both = covered.merge(numbers, on=["street", "hundred"], suffixes=("", "_there"))
    away = ((both["x"] - both["x_there"]) ** 2 + (both["y"] - both["y_there"]) ** 2) ** 0.5
    farthest = away.groupby(both["block"]).max().reindex(table.index)
    return np.asarray(farthest.fillna(0.0), dtype=np.float64)


def _steps(table: pd.DataFrame) -> pd.Series:
    """Measure from the block before, where it is the hundred before on the same street."""
    step: pd.Series = (table["x"].diff() ** 2 + table["y"].diff() ** 2) ** 0.5
    hundreds = (table["low"] // 100) - (table["high"] // 100).shift(1)
    beside = (table["street"].diff() == 0) & (hundreds == 1) & (step < 2 * _FARTHEST_M)
    return step.where(beside)


def _add_ends(table: pd.DataFrame) -> None:
    """Add where each block begins and ends: half way to the blocks beside it."""
    near = _steps(table).notna()
    for name in ("x", "y"):
        low = ((table[name] + table[name].shift(1)) / 2).where(near)
        high = low.shift(-1)
        mirrored_low, mirrored_high = 2 * table[name] - high, 2 * table[name] - low
        table[f"{name}_low"] = low.fillna(mirrored_low).fillna(table[name])
        table[f"{name}_high"] = high.fillna(mirrored_high).fillna(table[name])


def all_blocks(
    points: pd.DataFrame,
    told: pd.DataFrame,
    lines: StreetLines,
    names: StreetNames,
    crs: str,
    grid: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """List the blocks of the block file and those that follow from house numbers and lines.

    Parameters
    ----------
    points, told, lines, names, grid
        As for `derive_blocks`.
    crs
        The measuring CRS.

    Returns
    -------
    DataFrame
        ``street, low, high, lon, lat, lon_low, lat_low, lon_high, lat_high, half_m, score, id``
        and the same places as ``x, y`` in the measuring CRS, sorted by street and number.
    """
    made = derive_blocks(points, told, lines, names, grid)
    made = made.assign(length_m=np.nan, spread_m=0.0, id="")
    table = pd.concat([told.assign(score=FILE_SCORE), made], ignore_index=True)
    table = table.sort_values(["street", "low", "high", "id"], ignore_index=True)
    table = table.astype({"x": float, "y": float, "street": np.int64})
    table["half_m"] = np.maximum(half_lengths(table), _reach(points, table))
    _add_ends(table)
    for end in ("", "_low", "_high"):
        lon, lat = unproject(table[f"x{end}"], table[f"y{end}"], crs)
        # The places of the file stay as they are, to the last digit.
        own = table["score"] == FILE_SCORE if not end else False
        table[f"lon{end}"] = np.where(own, table["lon"] if not end else lon, lon)
        table[f"lat{end}"] = np.where(own, table["lat"] if not end else lat, lat)
    return table


def number_shares(points: pd.DataFrame) -> Floats:
    """Tell how far along its hundred-block a number stands, by its last two digits.

    House numbers rarely fill their hundred, so that number 40 stands beyond the middle.

    Parameters
    ----------
    points
        ``number`` of the address points.

    Returns
    -------
    ndarray
        For each of the last two digits the share of numbers that are lower, 0 to 1.
    """
    last = np.sort(points["number"].to_numpy(np.int64) % 100)
    if len(last) < _ENOUGH:
        return np.arange(100) / 100
    digits = np.arange(100)
    both = [np.searchsorted(last, digits, side=side) for side in ("left", "right")]
    return np.asarray((both[0] + both[1]) / (2 * len(last)), dtype=np.float64)


def _on_blocks(points: pd.DataFrame, table: pd.DataFrame, shares: Floats) -> Floats:
    """Measure from each point to where its number would be placed on its block; NaN without one."""
    blocks = table.assign(hundred=table["low"] // 100).drop_duplicates(["street", "hundred"])
    rows = points[["street", "number", "x", "y"]].assign(hundred=points["number"] // 100)
    both = rows.merge(blocks, on=["street", "hundred"], how="left", suffixes=("", "_mid"))
    linear = (both["number"] - both["low"]) / (both["high"] - both["low"] + 1)
    measured = shares[both["number"].to_numpy(np.int64) % 100]
    whole = (both["score"] == FILE_SCORE) & (both["high"] - both["low"] < 100)
    share = linear.where(~whole, measured) * 2 - 1
    error = []
    for name in ("x", "y"):
        end = both[f"{name}_high"].where(share > 0, both[f"{name}_low"])
        middle = both[f"{name}_mid"]
        error.append(middle + share.abs() * (end - middle) - both[name])
    return np.asarray((error[0] ** 2 + error[1] ** 2) ** 0.5, dtype=np.float64)


def interpolation_errors(
    points: pd.DataFrame, told: pd.DataFrame, lines: StreetLines, names: StreetNames, crs: str
) -> Floats:
    """Measure how well numbers are interpolated, on points whose place is known.

    Parameters
    ----------
    points, told, lines, names, crs
        As for `all_blocks`; points sorted by street and number.

    Returns
    -------
    ndarray
        97th percentile of the distance in metres: between two known numbers of the same side of
        the street; between any two others; on a block of the file; and on a block known by its
        numbers, each half of the points judged by the other.
    """
    shares = number_shares(points)
    told_only = all_blocks(points.iloc[:0], told, lines, names, crs)
    errors = [_between(points, same_side=True), _between(points, same_side=False)]
    errors.append(_on_blocks(points, told_only, shares))
    odd = np.arange(len(points)) % 2 == 1
    halves = []
    for mine in (odd, ~odd):
        table = all_blocks(points[~mine], told.iloc[:0], lines, names, crs)
        halves.append(_on_blocks(points[mine], table[table["score"] == NUMBERS_SCORE], shares))
    errors.append(np.concatenate(halves))
    known = [error[np.isfinite(error)] for error in errors]
    return np.array(
        [
            np.clip(np.quantile(error, _SHARE), _LEAST_M, _MOST_M)
            if len(error) >= _ENOUGH
            else _GUESS_M
            for error in known
        ]
    )


def _between(points: pd.DataFrame, *, same_side: bool) -> Floats:
    """Measure each point from where its two neighbours in the hundred-block would put it."""
    table = points.assign(side=points["number"] % 2)
    if same_side:
        table = table.sort_values(["street", "side", "number"])
    street = table["street"].to_numpy()
    number = table["number"].to_numpy(np.float64)
    side = table["side"].to_numpy()
    xy = table[["x", "y"]].to_numpy()
    inner = (street[:-2] == street[2:]) & (number[:-2] < number[1:-1]) & (number[1:-1] < number[2:])
    inner &= number[2:] // 100 == number[:-2] // 100
    inner &= ((side[:-2] == side[1:-1]) & (side[1:-1] == side[2:])) == same_side
    share = (number[1:-1] - number[:-2])[inner] / (number[2:] - number[:-2])[inner]
    guess = xy[:-2][inner] + share[:, None] * (xy[2:] - xy[:-2])[inner]
    return np.asarray(np.hypot(*(guess - xy[1:-1][inner]).T))
