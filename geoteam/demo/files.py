"""The files of the demo city that are neither streets nor people: boundaries and addresses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geoteam.crs import WGS84, unproject
from geoteam.demo.ground import BRANCH, CREEK, RIVER, Green, Ground
from geoteam.demo.lots import Lots
from geoteam.demo.osm import green_tags
from geoteam.demo.pieces import Pieces, dissolve_pieces
from geoteam.demo.places import Place, shift, to_degrees
from geoteam.demo.units import Scheme

_NTH = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh")
_HEAD = (
    '{"type": "FeatureCollection", "crs": {"type": "name", "properties": '
    '{"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}, "features": [\n'
)
Rows = list[dict[str, str]]


def _write_areas(
    path: Path, place: Place, shapes: Mapping[str, shapely.Geometry], rows: Rows
) -> None:
    """One feature a line, so that two versions compare line by line."""
    lines = []
    for row, shape in zip(rows, shapes.values(), strict=True):
        geometry = json.loads(shapely.to_geojson(to_degrees(shape, place)))
        lines.append(json.dumps({"type": "Feature", "properties": row, "geometry": geometry}))
    path.write_text(_HEAD + ",\n".join(lines) + "\n]}\n", encoding="utf-8")


def write_scheme(folder: Path, place: Place, pieces: Pieces, scheme: Scheme, year: int) -> None:
    """Write service areas, sectors and districts of one version.

    Parameters
    ----------
    folder
        The folder of boundaries.
    place
        Where the city lies.
    pieces
        What areas are made of.
    scheme
        Which piece belongs to which unit.
    year
        Goes into the file names.
    """
    parent = scheme.sector_of
    shapes = dissolve_pieces(pieces, scheme.unit)
    rows: Rows = [
        {"AREA": u, "NAME": f"Service Area {u}", "SECTOR": parent[u], "DISTRICT": parent[u][0]}
        for u in shapes
    ]
    _write_areas(folder / f"service_areas_{year}.geojson", place, shapes, rows)
    shapes = dissolve_pieces(pieces, scheme.sectors)
    rows = [{"SECTOR": s, "NAME": f"Sector {s}", "DISTRICT": s[0]} for s in shapes]
    _write_areas(folder / f"sectors_{year}.geojson", place, shapes, rows)
    shapes = dissolve_pieces(pieces, scheme.districts)
    rows = [{"DISTRICT": d, "NAME": f"{_NTH[int(d) - 1]} District"} for d in shapes]
    _write_areas(folder / f"districts_{year}.geojson", place, shapes, rows)


def write_zip_areas(folder: Path, place: Place, pieces: Pieces, zips: NDArray[np.object_]) -> None:
    """Write the ZIP areas.

    Parameters
    ----------
    folder
        The folder of boundaries.
    place
        Where the city lies.
    pieces
        What areas are made of.
    zips
        ZIP code of each piece.
    """
    shapes = dissolve_pieces(pieces, zips)
    rows = [{"ZIP": code, "NAME": f"ZIP {code}"} for code in shapes]
    _write_areas(folder / "zip.geojson", place, shapes, rows)


def write_land(folder: Path, place: Place, ground: Ground, greens: tuple[Green, ...]) -> None:
    """Write water, parks and closed areas for the base map.

    Parameters
    ----------
    folder
        The folder of boundaries.
    place
        Where the city lies.
    ground, greens
        What to write; NAME and KIND (``water``, ``park``, ``cemetery``, ``railway``, ...).
    """
    shapes = {RIVER: ground.river, BRANCH: ground.branch, CREEK: ground.creek.buffer(7)}
    shapes = {name: shape for name, shape in shapes.items() if not shape.is_empty}
    rows: Rows = [{"NAME": name, "KIND": "water"} for name in shapes]
    for green in greens:
        shapes[green.name] = green.shape
        tags = green_tags(green.kind)
        kind = "park" if tags.get("leisure") else next(iter(tags.values()))
        rows.append({"NAME": green.name, "KIND": kind})
    _write_areas(folder / "water_parks.geojson", place, shapes, rows)


def address_table(lots: Lots, zips: NDArray[np.object_], place: Place) -> pd.DataFrame:
    """Finish the address points.

    Parameters
    ----------
    lots
        Points in city metres.
    zips
        ZIP code of each point.
    place
        Where the city lies.

    Returns
    -------
    DataFrame
        With address, zip, lon and lat.
    """
    points = lots.points.copy()
    lon, lat = unproject(*shift(points[["x", "y"]].to_numpy(), place), place.crs)
    points["lon"], points["lat"] = np.round(lon, 7), np.round(lat, 7)
    points["number"] = points["number"].astype(str)
    points["address"] = points["number"] + " " + points["street"] + " " + points["quadrant"]
    points["zip"] = zips.astype(str)
    # As in real registers, the ZIP of some points is not known.
    points.loc[np.arange(len(points)) % 53 == 17, "zip"] = ""
    return points


def write_points(path: Path, points: pd.DataFrame) -> gpd.GeoDataFrame:
    """Write the address points.

    Parameters
    ----------
    path
        A Parquet file.
    points
        Address points.

    Returns
    -------
    GeoDataFrame
        The same points as an ADDRESSES frame.
    """
    columns = ["address_id", "address", "number", "street", "quadrant", "zip", "lon", "lat"]
    points[columns].to_parquet(path, index=False, compression="zstd")
    where = gpd.points_from_xy(points["lon"], points["lat"], crs=WGS84)
    return gpd.GeoDataFrame(points.set_index("address_id")[columns[1:6]], geometry=where)


def write_blocks(path: Path, blocks: pd.DataFrame, place: Place) -> gpd.GeoDataFrame:
    """Write the hundred-blocks.

    Parameters
    ----------
    path
        A CSV file.
    blocks
        Blocks in city metres.
    place
        Where the city lies.

    Returns
    -------
    GeoDataFrame
        The same blocks as a BLOCKS frame.
    """
    lon, lat = unproject(*shift(blocks[["x", "y"]].to_numpy(), place), place.crs)
    table = blocks[["street", "quadrant", "lo", "hi"]].assign(
        length_m=blocks["length_m"].round(1), lon=np.round(lon, 7), lat=np.round(lat, 7)
    )
    table.to_csv(path, index=False, lineterminator="\n")
    table.index = pd.Index([f"B{k}" for k in range(len(table))], name="block_id")
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(lon, lat, crs=WGS84))


def boundary_frame(
    pieces: Pieces, codes: NDArray[np.object_], parents: Mapping[str, str], place: Place
) -> gpd.GeoDataFrame:
    """Return areas as a BOUNDARIES frame.

    Parameters
    ----------
    pieces
        What areas are made of.
    codes
        Code of each piece.
    parents
        Code -> code one level up.
    place
        Where the city lies.

    Returns
    -------
    GeoDataFrame
        Indexed by code.
    """
    shapes = dissolve_pieces(pieces, codes)
    table = pd.DataFrame(
        {"name": list(shapes), "parent": [parents.get(code, "") for code in shapes]},
        index=pd.Index(list(shapes), name="code"),
    )
    geometry = [to_degrees(shape, place) for shape in shapes.values()]
    return gpd.GeoDataFrame(table, geometry=geometry, crs=WGS84)


def venue_frame(venues: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return venues as a VENUES frame.

    Parameters
    ----------
    venues
        venue_ref, category, name, address, lon, lat.

    Returns
    -------
    GeoDataFrame
        Indexed by venue_ref.
    """
    frame = venues.set_index("venue_ref")[["category", "name", "address"]].assign(partner_kind="")
    where = gpd.points_from_xy(venues["lon"], venues["lat"], crs=WGS84)
    return gpd.GeoDataFrame(frame, geometry=where)
