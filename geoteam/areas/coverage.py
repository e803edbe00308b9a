"""Ground that belongs to two boundaries or to none: overlaps, gaps, holes and slivers."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geoteam.areas.faults import Fault, Severity
from geoteam.areas.planar import to_metres
from geoteam.crs import unproject

LEAST_M2 = 0.1
ERROR_M2 = 100.0
SLIVER_M = 1.0
# Gaps open to the outside are found up to this width, where both sides run along them so far.
NOTCH_M = 4.0
_NOTCH_SIDE_M = 5.0
_SAME = 0.999


def coverage_faults(
    frame: gpd.GeoDataFrame, *, crs: str, label: str, tiles: bool = True
) -> list[Fault]:
    """Find ground covered twice or not at all.

    Parameters
    ----------
    frame
        Column ``code`` and valid polygons in EPSG:4326.
    crs
        The measuring CRS.
    label
        What a boundary is called in messages.
    tiles
        False when the boundaries need not cover all ground: gaps are warnings then.

    Returns
    -------
    list of Fault
        Kinds ``overlap``, ``duplicate_geometry``, ``gap``, ``hole`` and ``sliver``.
    """
    shapes = to_metres(frame.geometry.to_numpy(), crs)
    codes = [str(code) for code in frame["code"]]
    union = shapely.union_all(shapes)
    faults = []
    # Areas that add up to the union's leave nothing for two: no pair need be looked at.
    if shapely.area(shapes).sum() - union.area >= LEAST_M2:
        faults += _overlaps(shapes, codes, crs, label)
    faults += [
        _gap_fault(piece, owners, codes, crs, label, tiles)
        for piece, owners in uncovered(shapes, union)
    ]
    return faults


def uncovered(
    shapes: NDArray[np.object_], union: shapely.Geometry
) -> list[tuple[shapely.Geometry, list[int]]]:
    """Find the pieces of ground that lie between boundaries and belong to none.

    Pieces are the holes of the union, and narrow notches between two boundaries that are open to
    the outside (a morphological closing of the union by half the notch width finds these).

    Parameters
    ----------
    shapes
        Valid polygons in metres.
    union
        Their union.

    Returns
    -------
    list of tuple
        Each piece with the positions of the boundaries along it, the longest side first.
    """
    parts = shapely.get_parts(union)
    holes = [shapely.Polygon(ring) for part in parts for ring in part.interiors]
    solid = shapely.union_all([shapely.Polygon(part.exterior) for part in parts])
    half = NOTCH_M / 2
    closed = shapely.buffer(shapely.buffer(solid, half, quad_segs=4), -half, quad_segs=4)
    notches = shapely.get_parts(shapely.difference(closed, solid))
    tree = shapely.STRtree(shapes)
    found = []
    for piece, is_notch in [(h, False) for h in holes] + [(n, True) for n in notches]:
        if piece.geom_type != "Polygon" or piece.area < LEAST_M2:
            continue
        owners = _sides(piece, shapes, tree)
        # The closing also rounds off every inward corner; a notch has two long sides.
        if is_notch and sum(length >= _NOTCH_SIDE_M for _, length in owners) < 2:
            continue
        found.append((piece, [owner for owner, _ in owners]))
    return found


def _sides(
    piece: shapely.Geometry, shapes: NDArray[np.object_], tree: shapely.STRtree
) -> list[tuple[int, float]]:
    """Boundaries along a piece and the length of the contact, longest first."""
    near = tree.query(piece, predicate="dwithin", distance=0.01)
    rim = shapely.buffer(shapely.boundary(piece), 0.01, quad_segs=1, cap_style="flat")
    contact = [
        (int(k), float(shapely.length(shapely.intersection(shapely.boundary(shapes[k]), rim))))
        for k in near
    ]
    return sorted(contact, key=lambda pair: (-pair[1], pair[0]))


def _overlaps(shapes: NDArray[np.object_], codes: list[str], crs: str, label: str) -> list[Fault]:
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    first, second = first[first < second], second[first < second]
    common = shapely.intersection(shapes[first], shapes[second])
    area = shapely.area(common)
    faults = []
    for k in np.flatnonzero(area >= LEAST_M2):
        a, b = sorted((codes[first[k]], codes[second[k]]))
        smallest_share = area[k] / max(shapes[first[k]].area, shapes[second[k]].area)
        lon, lat = place(common[k], crs)
        size, width = float(area[k]), mean_width(common[k])
        if smallest_share > _SAME:
            kind, words = "duplicate_geometry", "have the same outline"
        elif width < SLIVER_M:
            kind, words = "sliver", f"overlap by a sliver {width:.2f} m wide"
        else:
            kind, words = "overlap", "overlap"
        severity: Severity = "error" if size >= ERROR_M2 else "warning"
        message = f"{label} {a} and {label} {b} {words}: {size:,.1f} m2 near {lon:.6f}, {lat:.6f}."
        faults.append(Fault(kind, a, b, size, lon, lat, message, severity))
    return faults


def _gap_fault(
    piece: shapely.Geometry, owners: list[int], codes: list[str], crs: str, label: str, tiles: bool
) -> Fault:
    lon, lat = place(piece, crs)
    size, width = float(piece.area), mean_width(piece)
    names = [codes[k] for k in owners]
    code, other = [*names, "", ""][:2]
    if len(set(names)) < 2:
        kind, words = "hole", f"{label} {code} has a hole that belongs to nobody"
    elif width < SLIVER_M:
        kind = "sliver"
        words = f"between {label} {code} and {label} {other} a sliver {width:.2f} m wide is free"
    else:
        kind, words = "gap", f"between {label} {code} and {label} {other} ground belongs to nobody"
    severity: Severity = "error" if tiles and size >= ERROR_M2 else "warning"
    message = f"{words[0].upper()}{words[1:]}: {size:,.1f} m2 near {lon:.6f}, {lat:.6f}."
    return Fault(kind, code, other if kind != "hole" else "", size, lon, lat, message, severity)


def mean_width(shape: shapely.Geometry) -> float:
    """Give the mean width of a long thin shape: twice its area by its perimeter.

    Parameters
    ----------
    shape
        A polygon in metres.

    Returns
    -------
    float
        Metres.
    """
    return float(2 * shape.area / shape.length) if shape.length else 0.0


def place(shape: shapely.Geometry, crs: str) -> tuple[float, float]:
    """Give a place inside the largest part of a shape.

    Parameters
    ----------
    shape
        Any shape in metres of the measuring CRS.
    crs
        The measuring CRS.

    Returns
    -------
    tuple of float
        Longitude and latitude, EPSG:4326.
    """
    parts = shapely.get_parts(shape)
    inner = shapely.point_on_surface(parts[int(np.argmax(shapely.area(parts)))])
    lon, lat = unproject(inner.x, inner.y, crs)
    return float(lon), float(lat)
