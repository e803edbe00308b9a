"""A unit cut along a drawn line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geoteam.crs import project
from geoteam.errors import InputError

# Smaller pieces are what is left when a line runs along a border.
_LEAST_M2 = 25.0
# Degrees: a tenth of a millimetre.
_SNAP = 1e-9
_MOST = 26


def cut(
    shape: BaseGeometry, line: Sequence[Sequence[float]], *, crs: str, unit: str
) -> list[BaseGeometry]:
    """Cut a unit into the pieces that a line leaves of it.

    The line may cross the unit several times, and itself. Where an end lies inside the unit, that
    stretch parts nothing. Parts of the unit that the line does not reach go to the nearest piece.

    Parameters
    ----------
    shape
        The unit's polygon or polygons, EPSG:4326, valid.
    line
        Corners, longitude and latitude in degrees.
    crs
        The measuring CRS.
    unit
        What the unit is called, for messages.

    Returns
    -------
    list of BaseGeometry
        Two or more, from west to east. They cover the unit, without overlap.

    Raises
    ------
    InputError
        When the line is none, or does not part the unit, or parts it into too many pieces.
    """
    drawn = _line(line)
    parts = [part for part in shapely.get_parts(shape) if part.area > 0]
    crossed = [part for part in parts if drawn.intersects(part)]
    whole = [part for part in parts if not drawn.intersects(part)]
    pieces = [piece for part in crossed for piece in _pieces(part, drawn)]
    pieces = _without_slivers(pieces, crs)
    if len(pieces) <= max(1, len(crossed)):
        raise InputError(
            f"the line does not cross {unit}",
            remedy="Draw it from one side to another, beyond the border",
        )
    if len(pieces) > _MOST:
        raise InputError(
            f"the line cuts {unit} into {len(pieces)} pieces, more than {_MOST}",
            remedy="Draw a simpler line",
        )
    for part in whole:
        nearest = int(np.argmin(shapely.distance(np.array(pieces), part)))
        pieces[nearest] = shapely.union_all([pieces[nearest], part])
    return sorted(pieces, key=lambda piece: (piece.centroid.x, piece.centroid.y))


def _line(line: Sequence[Sequence[float]]) -> BaseGeometry:
    try:
        corners = np.asarray(line, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError("the line is no list of corners", remedy="Draw it again") from error
    if corners.ndim != 2 or corners.shape[1:] != (2,) or not np.isfinite(corners).all():
        raise InputError("the line is no list of corners", remedy="Draw it again")
    if len(np.unique(corners, axis=0)) < 2:
        raise InputError("a line has two corners or more", remedy="Draw it again")
    return shapely.linestrings(corners)


def _pieces(part: BaseGeometry, line: BaseGeometry) -> list[BaseGeometry]:
    """Faces of the border and the line together that lie inside."""
    net = shapely.union_all([part.boundary, line])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(net)))
    inside = shapely.contains(part, shapely.point_on_surface(faces))
    return list(faces[inside])


def _without_slivers(pieces: list[BaseGeometry], crs: str) -> list[BaseGeometry]:
    """Join what is too small to be meant to the piece it shares most border with."""
    kept = [piece for piece in pieces if _area_m2(piece, crs) >= _LEAST_M2]
    for piece in pieces:
        if _area_m2(piece, crs) >= _LEAST_M2 or not kept:
            continue
        side = shapely.length(shapely.intersection(np.array(kept), piece.boundary))
        best = int(np.argmax(side))
        kept[best] = shapely.union_all([kept[best], piece])
    return kept


def _area_m2(shape: BaseGeometry, crs: str) -> float:
    def metres(corners: np.ndarray) -> np.ndarray:
        return np.column_stack(project(corners[:, 0], corners[:, 1], crs))

    return float(shapely.area(shapely.transform(shape, metres)))


def with_corners(shape: BaseGeometry, pieces: Sequence[BaseGeometry]) -> BaseGeometry:
    """Give a neighbour of a cut unit the corners where the cut meets its border.

    Parameters
    ----------
    shape
        The neighbour, EPSG:4326.
    pieces
        The pieces of the unit.

    Returns
    -------
    BaseGeometry
        The same ground; its border has the pieces' corners.
    """
    corners = shapely.get_coordinates(np.array(pieces))
    near = shapely.dwithin(shapely.points(corners), shape.boundary, _SNAP)
    if not near.any():
        return shape
    snapped = shapely.snap(shape, shapely.multipoints(corners[near]), _SNAP)
    return snapped if snapped.is_valid else shape
