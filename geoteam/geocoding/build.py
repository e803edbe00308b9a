"""Turning frames into the arrays of the reference, with every source checked on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geoteam.crs import project, require_wgs84
from geoteam.errors import AddressReferenceError, FrameError
from geoteam.frames import ADDRESSES, BLOCKS, BOUNDARIES, VENUES, check_frame
from geoteam.geocoding.clean import clean, tokens
from geoteam.geocoding.grammar import AddressGrammar
from geoteam.geocoding.quality import (
    Problem,
    far_from_neighbours,
    interpolation_error,
    misplaced_blocks,
    twins,
)
from geoteam.geocoding.streetnames import StreetNames
from geoteam.geocoding.zips import ZipAreas

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Parts:
    """The arrays of a reference; every group is sorted by street and number."""

    # Streets: spelled-out name without quadrant, and quadrant.
    street_base: NDArray[np.str_]
    street_quadrant: NDArray[np.str_]
    # Aliases: other spelled-out name -> name.
    alias_from: NDArray[np.str_]
    alias_to: NDArray[np.str_]
    # Address points.
    point_street: Ints
    point_number: Ints
    point_suffix: NDArray[np.str_]
    point_lon: Floats
    point_lat: Floats
    point_zips: Ints
    point_id: NDArray[np.str_]
    point_far: NDArray[np.bool_]
    # Hundred-blocks.
    block_street: Ints
    block_low: Ints
    block_high: Ints
    block_lon: Floats
    block_lat: Floats
    block_half_m: Floats
    block_zips: Ints
    block_id: NDArray[np.str_]
    # Crossings: the two streets, smaller first.
    crossing_a: Ints
    crossing_b: Ints
    crossing_lon: Floats
    crossing_lat: Floats
    crossing_zips: Ints
    # Places.
    place_key: NDArray[np.str_]
    place_name: NDArray[np.str_]
    place_lon: Floats
    place_lat: Floats
    place_ref: NDArray[np.str_]
    place_shelter: NDArray[np.bool_]
    # ZIP areas: centre and the distance of the farthest point of the area.
    zip_code: Ints
    zip_lon: Floats
    zip_lat: Floats
    zip_radius_m: Floats
    # Metres within which 98 of 100 interpolated points of this reference lie.
    interpolation_m: Floats


def place_key(name: str) -> str:
    """Bring a place's name to the form in which names are compared.

    Parameters
    ----------
    name
        Any name.

    Returns
    -------
    str
        Upper case words without signs and without ``THE``.
    """
    words = [w for w in tokens(clean(name)) if w[:1].isalnum() and w != "THE"]
    return " ".join(words)


def _split_number(number: str) -> tuple[int, str]:
    digits = ""
    for character in number:
        if not character.isdigit():
            break
        digits += character
    if not digits or len(digits) > 6:
        return -1, ""
    return int(digits), number[len(digits) :].strip()


def build_parts(
    addresses: gpd.GeoDataFrame,
    blocks: gpd.GeoDataFrame | None,
    intersections: gpd.GeoDataFrame | None,
    venues: gpd.GeoDataFrame | None,
    zips: gpd.GeoDataFrame | None,
    *,
    grammar: AddressGrammar,
    aliases: Mapping[str, str],
    crs: str,
    shelter_categories: tuple[str, ...],
) -> tuple[Parts, list[Problem]]:
    """Turn the sources into arrays.

    Parameters
    ----------
    addresses, blocks, intersections, venues, zips
        As for `ReferenceIndex.build`.
    grammar
        The city's address habits.
    aliases
        Other street names -> names of the reference.
    crs
        The measuring CRS.
    shelter_categories
        Categories of `venues` that are shelters.

    Returns
    -------
    tuple
        The arrays, and the faults found in the sources.

    Raises
    ------
    AddressReferenceError
        When no address can be read.
    """
    check_frame(addresses, ADDRESSES)
    names = StreetNames(grammar, aliases)
    problems: list[Problem] = []
    points = _points(addresses, names, problems)
    areas = ZipAreas(zips if zips is None else check_frame(zips, BOUNDARIES), points, crs)
    points = points.sort_values(["street", "number", "suffix", "id"], ignore_index=True)
    points["x"], points["y"] = project(points["lon"], points["lat"], crs)
    block_table = _blocks(blocks, names, problems, crs)
    off = misplaced_blocks(points, block_table, problems)
    block_table = block_table[~off].reset_index(drop=True)
    far = far_from_neighbours(points, block_table, problems)
    twins(points, problems)
    crossings = _crossings(intersections, names, points, crs)
    places = _places(venues, shelter_categories)
    bases, quadrants = names.table()
    alias_from, alias_to = names.alias_table()
    parts = Parts(
        street_base=bases,
        street_quadrant=quadrants,
        alias_from=alias_from,
        alias_to=alias_to,
        point_street=points["street"].to_numpy(np.int64),
        point_number=points["number"].to_numpy(np.int64),
        point_suffix=_texts(points["suffix"]),
        point_lon=points["lon"].to_numpy(np.float64),
        point_lat=points["lat"].to_numpy(np.float64),
        point_zips=areas.near(points["lon"], points["lat"], 150.0, points["zip"]),
        point_id=_texts(points["id"]),
        point_far=far,
        block_street=block_table["street"].to_numpy(np.int64),
        block_low=block_table["low"].to_numpy(np.int64),
        block_high=block_table["high"].to_numpy(np.int64),
        block_lon=block_table["lon"].to_numpy(np.float64),
        block_lat=block_table["lat"].to_numpy(np.float64),
        block_half_m=block_table["half_m"].to_numpy(np.float64),
        block_zips=areas.near(block_table["lon"], block_table["lat"], 200.0),
        block_id=_texts(block_table["id"]),
        crossing_a=crossings["a"].to_numpy(np.int64),
        crossing_b=crossings["b"].to_numpy(np.int64),
        crossing_lon=crossings["lon"].to_numpy(np.float64),
        crossing_lat=crossings["lat"].to_numpy(np.float64),
        crossing_zips=areas.near(crossings["lon"], crossings["lat"], 150.0),
        place_key=_texts(places["key"]),
        place_name=_texts(places["name"]),
        place_lon=places["lon"].to_numpy(np.float64),
        place_lat=places["lat"].to_numpy(np.float64),
        place_ref=_texts(places["ref"]),
        place_shelter=places["shelter"].to_numpy(np.bool_),
        zip_code=areas.codes,
        zip_lon=areas.lon,
        zip_lat=areas.lat,
        zip_radius_m=areas.radius_m,
        interpolation_m=np.array([interpolation_error(points)]),
    )
    return parts, problems


def _texts(values: pd.Series) -> NDArray[np.str_]:
    return np.array(values.astype(str).to_list(), dtype=np.str_)


def _points(
    addresses: gpd.GeoDataFrame, names: StreetNames, problems: list[Problem]
) -> pd.DataFrame:
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
        found = names.add(street, quadrant) if digits >= 0 else None
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
        rows.append((found, digits, suffix, x, y, code, str(ref)))
    if not rows:
        raise AddressReferenceError(
            "no address of the reference can be read",
            where="addresses",
            remedy="Check the fields of [addresses.points] in the profile",
        )
    return pd.DataFrame(rows, columns=["street", "number", "suffix", "lon", "lat", "zip", "id"])


def _blocks(
    blocks: gpd.GeoDataFrame | None, names: StreetNames, problems: list[Problem], crs: str
) -> pd.DataFrame:
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
    table = pd.DataFrame(rows, columns=columns).sort_values(
        ["street", "low", "high", "id"], ignore_index=True
    )
    table["x"], table["y"] = project(table["lon"].astype(float), table["lat"].astype(float), crs)
    table["half_m"] = _half_lengths(table)
    return table


def _half_lengths(table: pd.DataFrame) -> Floats:
    """Half the length of each block: as told, or from the distance of neighbouring centres."""
    if table.empty:
        return np.empty(0)
    step = (table["x"].diff() ** 2 + table["y"].diff() ** 2) ** 0.5
    hundreds = (table["low"] // 100).diff()
    usable = (table["street"].diff() == 0) & (hundreds == 1) & (step < 600)
    behind = step.where(usable)
    ahead = behind.shift(-1)
    typical = float(behind.median()) if usable.any() else 120.0
    wide = (table["high"] - table["low"] + 1).clip(lower=100) / 100
    guess = pd.concat([behind, ahead], axis=1).max(axis=1).fillna(typical) * wide
    length = table["length_m"].astype(float).fillna(guess).clip(lower=20)
    return np.asarray(length / 2 + table["spread_m"].astype(float).fillna(0), dtype=np.float64)


def _crossings(
    intersections: gpd.GeoDataFrame | None, names: StreetNames, points: pd.DataFrame, crs: str
) -> pd.DataFrame:
    rows: list[tuple[int, int, float, float]] = []
    if intersections is not None:
        require_wgs84(intersections, "intersections")
        for name in ("street", "street2"):
            if name not in intersections:
                raise FrameError(f"intersections: column missing: {name}")
        lon, lat = intersections.geometry.x.to_numpy(), intersections.geometry.y.to_numpy()
        x, y = project(lon, lat, crs)
        sides = []
        for name, quadrant in (("street", "quadrant"), ("street2", "quadrant2")):
            given = (
                intersections[quadrant].fillna("").astype(str)
                if quadrant in intersections
                else [""] * len(intersections)
            )
            read = [names.read(str(s), q) for s, q in zip(intersections[name], given, strict=True)]
            sides.append(names.settle(read, x, y, points))
        for a, b, east, north in zip(*sides, lon, lat, strict=True):
            if a is not None and b is not None and a != b:
                rows.append((min(a, b), max(a, b), east, north))
    table = pd.DataFrame(rows, columns=["a", "b", "lon", "lat"])
    return table.drop_duplicates().sort_values(["a", "b", "lon", "lat"], ignore_index=True)


def _places(venues: gpd.GeoDataFrame | None, shelters: tuple[str, ...]) -> pd.DataFrame:
    columns = ["key", "name", "lon", "lat", "ref", "shelter"]
    if venues is None:
        return pd.DataFrame(columns=columns)
    check_frame(venues, VENUES)
    table = pd.DataFrame(
        {
            "key": [place_key(name) for name in venues["name"]],
            "name": venues["name"].to_numpy(),
            "lon": venues.geometry.x.to_numpy(),
            "lat": venues.geometry.y.to_numpy(),
            "ref": venues.index.astype(str),
            "shelter": venues["category"].isin(shelters).to_numpy(),
        }
    )
    return table[table["key"] != ""].sort_values(["key", "ref"], ignore_index=True)
