"""The tables of points and blocks while a reference is built: read, numbered, sorted."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from geoteam.crs import project
from geoteam.errors import AddressReferenceError
from geoteam.frames import BLOCKS, check_frame
from geoteam.geocoding.hundreds import half_lengths
from geoteam.geocoding.quality import Problem
from geoteam.geocoding.streetnames import StreetNames
from geoteam.geocoding.suffixes import SUFFIXES

_TYPES = frozenset(SUFFIXES.values())
# A street without type is taken for the typed one of its name that has an address so near.
_SAME_STREET_M = 300.0


def _split_number(number: str) -> tuple[int, str]:
    digits = ""
    for character in number:
        if not character.isdigit():
            break
        digits += character
    if not digits or len(digits) > 6:
        return -1, ""
    return int(digits), number[len(digits) :].strip()


def read_points_table(
    addresses: gpd.GeoDataFrame, names: StreetNames, problems: list[Problem]
) -> pd.DataFrame:
    """Read the address points.

    Parameters
    ----------
    addresses
        Contract ``ADDRESSES``.
    names
        The street dictionary.
    problems
        Faults found are added here.

    Returns
    -------
    DataFrame
        ``base, quadrant, number, suffix, lon, lat, zip, id``, one row a point that can be read.

    Raises
    ------
    AddressReferenceError
        When none can be read.
    """
    lon = addresses.geometry.x.to_numpy()
    lat = addresses.geometry.y.to_numpy()
    rows = []
    columns = zip(
        addresses.index,
        addresses["number"],
        addresses["street"],
        addresses["quadrant"],
        addresses["zip"],
        lon,
        lat,
        strict=True,
    )
    for ref, number, street, quadrant, zip_code, x, y in columns:
        digits, suffix = _split_number(number)
        found = names.read(street, quadrant) if digits >= 0 else None
        if found is None or not (np.isfinite(x) and np.isfinite(y)):
            problems.append(
                Problem("unreadable", str(ref), "", x, y, 0.0, f"cannot be read: {number} {street}")
            )
            continue
        if "~" in str(ref):
            problems.append(
                Problem("repeated_id", str(ref), "", x, y, 0.0, "has the id of another row")
            )
        code = int(zip_code) if zip_code.isdigit() and len(zip_code) == 5 else 0
        rows.append((names.canonical(found[0]), found[1], digits, suffix, x, y, code, str(ref)))
    if not rows:
        raise AddressReferenceError(
            "no address of the reference can be read",
            where="addresses",
            remedy="Check the fields of [addresses.points] in the profile",
        )
    return pd.DataFrame(
        rows, columns=["base", "quadrant", "number", "suffix", "lon", "lat", "zip", "id"]
    )


def number_points(
    points: pd.DataFrame, names: StreetNames, problems: list[Problem]
) -> pd.DataFrame:
    """Number the streets of the points.

    Parameters
    ----------
    points
        As `read_points_table` returns them, with ``x, y`` in the measuring CRS.
    names
        The street dictionary; it learns the streets here.
    problems
        Streets whose type is missing are added here.

    Returns
    -------
    DataFrame
        The points with ``street``, sorted by street, number, suffix and id.
    """
    points = points.assign(base=points["base"].map(names.canonical))
    _add_types(points, problems)
    _part_letters(points)
    pairs = zip(points["base"], points["quadrant"], strict=True)
    points["street"] = [names.number(base, quadrant) for base, quadrant in pairs]
    return points.sort_values(["street", "number", "suffix", "id"], ignore_index=True)


def _add_types(points: pd.DataFrame, problems: list[Problem]) -> None:
    """Read an address of a street without type as one of the typed street that it lies on."""
    parts = points["base"].str.rpartition(" ")
    typed = parts[2].isin(_TYPES) & (parts[0] != "")
    name = parts[0].where(typed, "")
    siblings = points[name.isin(points.loc[~typed, "base"])].assign(name=name)
    for (name_alone, quadrant), near in siblings.groupby(["name", "quadrant"]):
        mine = (points["base"] == name_alone) & (points["quadrant"] == quadrant)
        for row in points.index[mine]:
            point = points.loc[row]
            away = np.hypot(near["x"] - point["x"], near["y"] - point["y"])
            best = away.idxmin()
            if away[best] > _SAME_STREET_M:
                continue
            points.loc[row, "base"] = near.loc[best, "base"]
            message = f"{name_alone} {quadrant} has no type; read as {near.loc[best, 'base']}"
            at = (float(point["lon"]), float(point["lat"]), float(away[best]))
            problems.append(
                Problem("type_missing", point["id"], str(near.loc[best, "id"]), *at, message)
            )


def _part_letters(points: pd.DataFrame) -> None:
    """Read ``3`` and ``B ELM LANE`` as number 3B where ELM LANE runs there."""
    parts = points["base"].str.partition(" ")
    lettered = (parts[0].str.len() == 1) & parts[0].str.isalpha() & (points["suffix"] == "")
    for row in points.index[lettered & parts[2].isin(points["base"])]:
        point = points.loc[row]
        same = (points["base"] == parts[2][row]) & (points["quadrant"] == point["quadrant"])
        away = np.hypot(points["x"][same] - point["x"], points["y"][same] - point["y"])
        if same.any() and away.min() <= _SAME_STREET_M:
            points.loc[row, ["base", "suffix"]] = parts[2][row], parts[0][row]


def read_blocks_table(
    blocks: gpd.GeoDataFrame | None, names: StreetNames, problems: list[Problem], crs: str
) -> pd.DataFrame:
    """Read the hundred-blocks of the block file.

    Parameters
    ----------
    blocks
        Contract ``BLOCKS``, or None.
    names
        The street dictionary.
    problems
        Faults found are added here.
    crs
        The measuring CRS.

    Returns
    -------
    DataFrame
        ``street, low, high, lon, lat, length_m, spread_m, id, x, y``, sorted by street and number.
    """
    columns = ["street", "low", "high", "lon", "lat", "length_m", "spread_m", "id"]
    rows = []
    if blocks is not None:
        check_frame(blocks, BLOCKS)
        spread = blocks["spread_m"] if "spread_m" in blocks else pd.Series(0.0, blocks.index)
        for ref, street, quadrant, low, high, length, wide, point in zip(
            blocks.index,
            blocks["street"],
            blocks["quadrant"],
            blocks["lo"],
            blocks["hi"],
            blocks["length_m"],
            spread,
            blocks.geometry,
            strict=True,
        ):
            found = names.add(street, quadrant)
            if found is None or low < 0:
                message = f"block cannot be read: {low} {street}"
                problems.append(Problem("unreadable", str(ref), "", point.x, point.y, 0.0, message))
                continue
            if high - low > 999:
                message = f"block runs from {low} to {high}; read as one hundred"
                problems.append(
                    Problem("block_range", str(ref), "", point.x, point.y, 0.0, message)
                )
                high = low - low % 100 + 99
            rows.append((found, low, high, point.x, point.y, length, wide, str(ref)))
    whole = dict.fromkeys(("street", "low", "high"), np.int64)
    real = dict.fromkeys(("lon", "lat", "length_m", "spread_m"), np.float64)
    table = pd.DataFrame(rows, columns=columns).astype({**whole, **real})
    table = table.sort_values(["street", "low", "high", "id"], ignore_index=True)
    table["x"], table["y"] = project(table["lon"], table["lat"], crs)
    table["half_m"] = half_lengths(table)
    return table
