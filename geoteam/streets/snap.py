"""From a point to the nearest place on a street."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

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

    def nearest(self, x: Floats, y: Floats) -> tuple[NDArray[np.int64], Floats, Floats, Floats]:
        """Find the nearest place on a line for each finite point.

        Parameters
        ----------
        x, y
            Metres of the measuring CRS; all finite.

        Returns
        -------
        tuple of ndarray
            Edge, share of its length (0-1), and the place's x and y.
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
        return self.edges[rows], share, shapely.get_x(places), shapely.get_y(places)


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
