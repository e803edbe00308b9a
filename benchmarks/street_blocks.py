"""Made street blocks: every block group cut into cells, its people shared out by area and chance.

No file of the city's census blocks is at hand. Cells of random points, evened out by two rounds of
Lloyd, are as ragged and as unequal as blocks are; the outline and the people of each block group
are its own.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

# Smaller cuttings at the edge of a block group go to the cell beside them.
_SLIVER_M2 = 400.0


def street_blocks(
    groups: gpd.GeoDataFrame, people: np.ndarray, *, count: int, crs: str, seed: int = 2010
) -> tuple[gpd.GeoDataFrame, np.ndarray]:
    """Cut block groups into about ``count`` blocks; give the blocks and their people."""
    random = np.random.default_rng(seed)
    metres = groups.geometry.to_crs(crs).to_numpy()
    area = shapely.area(metres)
    # Between many small and few large: by the root of the area.
    wanted = np.maximum(1, np.rint(np.sqrt(area) * count / np.sqrt(area).sum())).astype(int)
    shapes, weight, codes = [], [], []
    for code, shape, cells, persons in zip(groups.index, metres, wanted, people, strict=True):
        pieces = _cut(shape, int(cells), random)
        share = shapely.area(pieces) * random.gamma(2.0, 0.5, len(pieces))
        shapes.extend(pieces)
        weight.extend(persons * share / share.sum())
        codes.extend(f"{code}-{number:03d}" for number in range(len(pieces)))
    frame = gpd.GeoDataFrame(geometry=shapes, index=codes, crs=crs).to_crs("EPSG:4326")
    frame.index = frame.index.astype("str").rename("code")
    return frame, np.array(weight)


def _cut(shape: shapely.Geometry, cells: int, random: np.random.Generator) -> np.ndarray:
    if cells == 1:
        return np.array([shape])
    sites = _inside(shape, cells, random)
    for _ in range(2):
        pieces = _voronoi(shape, sites)
        sites = shapely.get_coordinates(shapely.point_on_surface(pieces))
    return _whole(_voronoi(shape, sites))


def _inside(shape: shapely.Geometry, count: int, random: np.random.Generator) -> np.ndarray:
    west, south, east, north = shape.bounds
    found = np.empty((0, 2))
    while len(found) < count:
        tried = random.uniform((west, south), (east, north), (4 * count, 2))
        found = np.concatenate((found, tried[shapely.contains_xy(shape, tried)]))
    return found[:count]


def _voronoi(shape: shapely.Geometry, sites: np.ndarray) -> np.ndarray:
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(sites), extend_to=shape))
    pieces = shapely.intersection(cells, shape)
    return pieces[shapely.area(pieces) > 0]


def _whole(pieces: np.ndarray) -> np.ndarray:
    """One polygon a piece; cuttings joined to the piece they share most side with."""
    parts = shapely.get_parts(pieces)
    parts = parts[shapely.get_type_id(parts) == 3]
    area = shapely.area(parts)
    keep = area >= _SLIVER_M2
    keep[np.argmax(area)] = True
    kept = list(parts[keep])
    for part in parts[~keep]:
        side = shapely.length(shapely.intersection(np.array(kept), part))
        best = int(np.argmax(side))
        joined = shapely.union_all([kept[best], part])
        if joined.geom_type == "Polygon":
            kept[best] = joined
    return np.array(kept)
