"""Turning frames into the arrays of the reference, with every source checked on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geoteam.crs import project, require_wgs84
from geoteam.errors import FrameError
from geoteam.frames import ADDRESSES, BOUNDARIES, VENUES, check_frame
from geoteam.geocoding.clean import clean, tokens
from geoteam.geocoding.grammar import AddressGrammar
from geoteam.geocoding.grid import grid_blocks
from geoteam.geocoding.hundreds import all_blocks, interpolation_errors, number_shares
from geoteam.geocoding.quality import (
    Problem,
    far_from_neighbours,
    misplaced_blocks,
    twins,
    without_line,
)
from geoteam.geocoding.readings import number_points, read_blocks_table, read_points_table
from geoteam.geocoding.streetlines import StreetLines
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
    # Where the block begins and ends, and how sure its place is (`hundreds`).
    block_lon_low: Floats
    block_lat_low: Floats
    block_lon_high: Floats
    block_lat_high: Floats
    block_score: Floats
    # By the last two digits of a number: how far along its hundred-block it stands, 0 to 1.
    block_share: Floats
    block_half_m: Floats
    block_zips: Ints
    block_id: NDArray[np.str_]
    # Streets with a ZIP that their centrelines run through.
    line_street: Ints
    line_zips: Ints
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
    place_category: NDArray[np.str_]
    place_shelter: NDArray[np.bool_]
    # ZIP areas: centre and the distance of the farthest point of the area.
    zip_code: Ints
    zip_lon: Floats
    zip_lat: Floats
    zip_radius_m: Floats
    # Metres within which 97 of 100 interpolated points of this reference lie: between two known
    # numbers of one side of the street, between any two others, on a block of the block file, on a
    # block known only by its numbers.
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
        Upper case words without signs and without ``THE`` and ``AND``.
    """
    words = [w for w in tokens(clean(name)) if w[:1].isalnum() and w not in ("THE", "AND")]
    return " ".join(words)


def build_parts(
    addresses: gpd.GeoDataFrame,
    blocks: gpd.GeoDataFrame | None,
    intersections: gpd.GeoDataFrame | None,
    venues: gpd.GeoDataFrame | None,
    zips: gpd.GeoDataFrame | None,
    streets: gpd.GeoDataFrame | None,
    *,
    grammar: AddressGrammar,
    aliases: Mapping[str, str],
    crs: str,
    shelter_categories: tuple[str, ...],
) -> tuple[Parts, list[Problem]]:
    """Turn the sources into arrays.

    Parameters
    ----------
    addresses, blocks, intersections, venues, zips, streets
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
    points = read_points_table(addresses, names, problems)
    areas = ZipAreas(zips if zips is None else check_frame(zips, BOUNDARIES), points, crs)
    points["x"], points["y"] = project(points["lon"], points["lat"], crs)
    lines = StreetLines(streets, names, crs)
    lines.respell(points, problems)
    points = number_points(points, names, problems)
    told = read_blocks_table(blocks, names, problems, crs)
    off = misplaced_blocks(points, told, lines, names, problems)
    told = told[~off].reset_index(drop=True)
    far = far_from_neighbours(points, told, lines, names, problems)
    twins(points, problems)
    line_street, line_zips = lines.number(points, areas)
    without_line(points, lines, names, problems)
    crossings = _crossings(intersections, names, points, crs)
    grid = grid_blocks(points[~far], crossings, names.table()[0])
    block_table = all_blocks(points[~far], told, lines, names, crs, grid)
    error_m = interpolation_errors(points[~far], told, lines, names, crs)
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
        line_street=np.array(line_street, dtype=np.int64),
        line_zips=line_zips,
        block_street=block_table["street"].to_numpy(np.int64),
        block_low=block_table["low"].to_numpy(np.int64),
        block_high=block_table["high"].to_numpy(np.int64),
        block_lon=block_table["lon"].to_numpy(np.float64),
        block_lat=block_table["lat"].to_numpy(np.float64),
        block_lon_low=block_table["lon_low"].to_numpy(np.float64),
        block_lat_low=block_table["lat_low"].to_numpy(np.float64),
        block_lon_high=block_table["lon_high"].to_numpy(np.float64),
        block_lat_high=block_table["lat_high"].to_numpy(np.float64),
        block_score=block_table["score"].to_numpy(np.float64),
        block_share=number_shares(points[~far]),
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
        place_category=_texts(places["category"]),
        place_shelter=places["shelter"].to_numpy(np.bool_),
        zip_code=areas.codes,
        zip_lon=areas.lon,
        zip_lat=areas.lat,
        zip_radius_m=areas.radius_m,
        interpolation_m=error_m,
    )
    return parts, problems


def _texts(values: pd.Series) -> NDArray[np.str_]:
    return np.array(values.astype(str).to_list(), dtype=np.str_)


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
    table = table.drop_duplicates().sort_values(["a", "b", "lon", "lat"], ignore_index=True)
    table["x"], table["y"] = project(table["lon"], table["lat"], crs)
    return table.astype({"a": np.int64, "b": np.int64})


def _places(venues: gpd.GeoDataFrame | None, shelters: tuple[str, ...]) -> pd.DataFrame:
    columns = ["key", "name", "lon", "lat", "ref", "category", "shelter"]
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
            "category": venues["category"].astype(str).to_numpy(),
            "shelter": venues["category"].isin(shelters).to_numpy(),
        }
    )
    return table[table["key"] != ""].sort_values(["key", "ref"], ignore_index=True)
