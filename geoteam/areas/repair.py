"""Mending boundaries on request; every change is listed with how far and how much."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geoteam.areas.coverage import LEAST_M2, uncovered
from geoteam.areas.faults import Repair
from geoteam.areas.planar import to_metres
from geoteam.crs import WGS84, measuring
from geoteam.errors import BoundaryError
from geoteam.frames import BOUNDARIES, check_frame

_Shapes = NDArray[np.object_]

# About a millimetre: a gap found in metres is grown so far before the union is cut off in degrees.
_GROW_DEG = 1e-8
_SAME = 0.999


def repair_boundaries(
    frame: gpd.GeoDataFrame, *, crs: str, max_area_m2: float = 10_000.0
) -> tuple[gpd.GeoDataFrame, list[Repair]]:
    """Untangle rings, share out overlaps and fill gaps.

    Rings that cross themselves become valid polygons over the ground that they enclose (GEOS
    ``make_valid``, method "structure"). Ground in two boundaries stays with the code that sorts
    first, as point-in-area has it. Ground between boundaries goes to the one with the longest
    side along it. A gap larger than ``max_area_m2`` may be meant: it is left, and listed.

    Parameters
    ----------
    frame
        BOUNDARIES; rings may be invalid.
    crs
        The measuring CRS.
    max_area_m2
        Larger overlaps are refused and larger gaps left, in square metres.

    Returns
    -------
    tuple
        The mended BOUNDARIES (rows without a fault are untouched), and what was done.

    Raises
    ------
    BoundaryError
        When a boundary encloses no ground, two are the same, or an overlap is too large to be
        a slip of the pen.
    FrameError
        When codes are missing or stand twice, or a row has no polygon.
    """
    check_frame(frame, BOUNDARIES)
    frame = frame.sort_index()
    codes = [str(code) for code in frame.index]
    shapes: _Shapes = frame.geometry.to_numpy().copy()
    repairs: list[Repair] = []
    _untangle(shapes, codes, crs, repairs)
    _share_out(shapes, codes, crs, max_area_m2, repairs)
    _fill(shapes, codes, crs, max_area_m2, repairs)
    mended = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    mended.attrs = dict(frame.attrs)
    return mended, repairs


def _change(code: str, what: str, old: shapely.Geometry, new: shapely.Geometry, crs: str) -> Repair:
    before, after = to_metres(np.array([old, new], dtype=object), crs)
    moved = shapely.hausdorff_distance(shapely.boundary(before), shapely.boundary(after))
    return Repair(code, what, float(moved), float(after.area - before.area))


def _untangle(shapes: _Shapes, codes: list[str], crs: str, repairs: list[Repair]) -> None:
    for k in np.flatnonzero(~shapely.is_valid(shapes)).tolist():
        valid = shapely.make_valid(shapes[k], method="structure", keep_collapsed=False)
        if shapely.area(valid) == 0:
            raise BoundaryError(
                f"boundary {codes[k]} encloses no ground", remedy="Draw it again or leave it out"
            )
        repairs.append(_change(codes[k], "untangled its outline", shapes[k], valid, crs))
        shapes[k] = valid


def _share_out(
    shapes: _Shapes, codes: list[str], crs: str, max_area_m2: float, repairs: list[Repair]
) -> None:
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    order = np.lexsort((second, first))
    for i, j in zip(first[order].tolist(), second[order].tolist(), strict=True):
        if i >= j:
            continue
        common = shapely.intersection(shapes[i], shapes[j])
        if common.area == 0:
            continue
        size, a, b = shapely.area(
            to_metres(np.array([common, shapes[i], shapes[j]], dtype=object), crs)
        )
        if size > _SAME * max(a, b):
            raise BoundaryError(
                f"boundaries {codes[i]} and {codes[j]} have the same outline",
                remedy="Take one of them out of the file",
            )
        if size > max_area_m2:
            raise BoundaryError(
                f"boundaries {codes[i]} and {codes[j]} overlap by {size:,.0f} m2, too much to be "
                "a slip",
                remedy="Decide in a GIS whose ground it is",
            )
        if size < LEAST_M2 / 1e6:
            continue
        rest = _polygons(shapely.difference(shapes[j], shapes[i]))
        if rest.is_empty:
            raise BoundaryError(f"boundary {codes[j]} lies wholly in {codes[i]}")
        what = f"gave {size:,.1f} m2 that it shared to {codes[i]}"
        repairs.append(_change(codes[j], what, shapes[j], rest, crs))
        shapes[j] = rest


def _fill(
    shapes: _Shapes, codes: list[str], crs: str, max_area_m2: float, repairs: list[Repair]
) -> None:
    metric = to_metres(shapes, crs)
    pieces = uncovered(metric, shapely.union_all(metric))
    if not pieces:
        return
    union = shapely.union_all(shapes)
    in_degrees = gpd.GeoSeries([p for p, _ in pieces], crs=measuring(crs)).to_crs(WGS84)
    grown = shapely.buffer(in_degrees.to_numpy(), _GROW_DEG, join_style="mitre")
    for (piece, owners), region in zip(pieces, grown, strict=True):
        if not owners:
            continue
        k = owners[0]
        if piece.area > max_area_m2:
            what = f"left {piece.area:,.0f} m2 of free ground beside it: too large to be a slip"
            repairs.append(Repair(codes[k], what, 0.0, 0.0))
            continue
        free = _polygons(shapely.difference(region, union))
        whole = _polygons(shapely.union_all([shapes[k], free]))
        what = f"took {piece.area:,.1f} m2 that belonged to nobody"
        repairs.append(_change(codes[k], what, shapes[k], whole, crs))
        shapes[k] = whole


def _polygons(shape: shapely.Geometry) -> shapely.Geometry:
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    parts = [p for p in shapely.get_parts(shape) if p.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts)
