"""From a point to the nearest place on a street."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geoteam.crs import project, unproject
from geoteam.errors import StreetsError

Floats = NDArray[np.float64]

# Nobody lives on a motorway or a ramp: they carry traffic, but no point snaps to them.
NO_DOORS = frozenset({"motorway", "motorway_link", "trunk_link"})


@dataclass(frozen=True, eq=False)
class Snap:
    """Places on streets, one for each point.

    Attributes
    ----------
    edge
        Row of the edge in the network; -1 where the point is no finite place.
    share
        Share of the edge's length from its first node, 0-1.
    lon, lat
        The place on the street, EPSG:4326 (NaN where there is none).
    distance_m
        From the point to the street, metres (infinite where there is none).
    side
        1 when the point lies to the right of the edge's geometry, -1 to the left, 0 on it.
    near
        False for points farther than the limit: no time is given for them.
    """

    edge: NDArray[np.int64]
    share: Floats
    lon: Floats
    lat: Floats
    distance_m: Floats
    side: NDArray[np.int8]
    near: NDArray[np.bool_]

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.edge)


@dataclass(frozen=True, eq=False)
class SnapIndex:
    """Lines in the measuring CRS in an STRtree, and the edge that each belongs to."""

    tree: shapely.STRtree
    lines: NDArray[np.object_]
    edges: NDArray[np.int64]

    def nearest(
        self, x: Floats, y: Floats
    ) -> tuple[NDArray[np.object_], NDArray[np.int64], Floats, Floats, Floats]:
        """Find the nearest place on a line for each finite point.

        Parameters
        ----------
        x, y
            Metres of the measuring CRS; all finite.

        Returns
        -------
        tuple of ndarray
            Line, edge, share of its length (0-1), and the place's x and y.
        """
        points = shapely.points(x, y)
        found = self.tree.query_nearest(points, all_matches=True)
        # At a junction several edges are equally near: the first edge wins, whatever the tree does.
        rows = np.full(len(points), np.iinfo(np.int64).max)
        np.minimum.at(rows, found[0], found[1])
        lines = self.lines[rows]
        share = shapely.line_locate_point(lines, points, normalized=True)
        share = np.clip(np.nan_to_num(share), 0.0, 1.0)
        places = shapely.line_interpolate_point(lines, share, normalized=True)
        return lines, self.edges[rows], share, shapely.get_x(places), shapely.get_y(places)


def snap_index(lines: NDArray[np.object_], usable: NDArray[np.bool_]) -> SnapIndex:
    """Index the lines that points may snap to.

    Parameters
    ----------
    lines
        All edges in the measuring CRS.
    usable
        Edges that may be snapped to.

    Returns
    -------
    SnapIndex
        The index.
    """
    edges = np.flatnonzero(usable)
    return SnapIndex(shapely.STRtree(lines[edges]), lines[edges], edges)


def snap_points(index: SnapIndex, points: Floats, crs: str, limit_m: float) -> Snap:
    """Put points on the nearest line.

    Parameters
    ----------
    index
        The lines.
    points
        Shape (n, 2), EPSG:4326.
    crs
        The measuring CRS of the lines.
    limit_m
        Points farther than this are not ``near``.

    Returns
    -------
    Snap
        The place of each point.
    """
    count = len(points)
    edge = np.full(count, -1, dtype=np.int64)
    share, px, py = (np.full(count, np.nan) for _ in range(3))
    distance = np.full(count, np.inf)
    side = np.zeros(count, dtype=np.int8)
    x, y = project(points[:, 0], points[:, 1], crs)
    placed = np.isfinite(x) & np.isfinite(y)
    if placed.any():
        lines, edge[placed], share[placed], px[placed], py[placed] = index.nearest(
            x[placed], y[placed]
        )
        distance[placed] = np.hypot(px - x, py - y)[placed]
        side[placed] = _sides(lines, share[placed], x[placed], y[placed])
    lon, lat = unproject(px, py, crs)
    lon, lat = np.where(placed, lon, np.nan), np.where(placed, lat, np.nan)
    return Snap(edge, share, lon, lat, distance, side, distance <= limit_m)


def _sides(lines: NDArray[np.object_], share: Floats, x: Floats, y: Floats) -> NDArray[np.int8]:
    """Side of each point, judged by the metre of line before and after its place."""
    along = share * shapely.length(lines)
    before = shapely.line_interpolate_point(lines, np.maximum(along - 1.0, 0.0))
    after = shapely.line_interpolate_point(lines, along + 1.0)
    ax, ay = shapely.get_x(before), shapely.get_y(before)
    cross = (shapely.get_x(after) - ax) * (y - ay) - (shapely.get_y(after) - ay) * (x - ax)
    return np.where(np.abs(cross) < 1e-6, 0, -np.sign(cross)).astype(np.int8)


def as_points(lonlat: ArrayLike) -> Floats:
    """Check an array of points.

    Parameters
    ----------
    lonlat
        Longitudes and latitudes.

    Returns
    -------
    ndarray
        Shape (n, 2), float64.

    Raises
    ------
    StreetsError
        When it has another shape.
    """
    points = np.asarray(lonlat, dtype=np.float64)
    if points.size == 0:
        return points.reshape(0, 2)
    if points.ndim != 2 or points.shape[1] != 2:
        raise StreetsError(
            f"points must be an n x 2 array of longitude and latitude, not {points.shape}"
        )
    return points
