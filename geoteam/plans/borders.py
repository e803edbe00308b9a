"""The outlines of units as whole numbers, small enough to send and quick enough to draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geoteam.crs import require_wgs84

# A millionth of a degree is at most 11 cm.
SCALE = 1e6
_Ints = NDArray[np.int64]
# A line as whole numbers: the first corner, then the step to each next one.
Line = list[int]


@dataclass(frozen=True, eq=False)
class Outlines:
    """Rings of units on a grid of whole numbers.

    Attributes
    ----------
    origin
        Longitude and latitude of the grid's corner, degrees in EPSG:4326.
    corner
        Every corner of every ring, the first not repeated at the end; shape (n, 2), in units of
        ``1 / SCALE`` degrees from ``origin``.
    ring
        Ring of each corner, ascending.
    owner
        Unit of each ring, ascending.
    """

    origin: tuple[float, float]
    corner: _Ints
    ring: _Ints
    owner: _Ints

    @classmethod
    def from_frame(
        cls, frame: gpd.GeoDataFrame, *, origin: tuple[float, float] | None = None
    ) -> Outlines:
        """Read the rings of boundaries: of every part, holes too.

        Parameters
        ----------
        frame
            BOUNDARIES, EPSG:4326.
        origin
            The grid's corner; by default the south-west of the boundaries.

        Returns
        -------
        Outlines
            Units sorted by code, as in ``Layout``.
        """
        shapes = require_wgs84(frame, "units").sort_index().geometry.to_numpy()
        origin = origin or cls.origin_of(frame)
        parts, unit = shapely.get_parts(shapes, return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        degrees, ring = shapely.get_coordinates(rings, return_index=True)
        corner = np.rint((degrees - origin) * SCALE).astype(np.int64)
        # A ring ends where it began; corners that fall together on the grid are one.
        following = np.append(ring[1:], -1)
        kept = (ring == following) & (corner != np.roll(corner, -1, axis=0)).any(axis=1)
        kept &= np.isin(ring, ring[kept][np.bincount(ring[kept], minlength=1)[ring[kept]] >= 3])
        return cls(origin, corner[kept], ring[kept], unit[part])

    @staticmethod
    def origin_of(frame: gpd.GeoDataFrame) -> tuple[float, float]:
        """Place the corner of a grid.

        Parameters
        ----------
        frame
            BOUNDARIES, EPSG:4326.

        Returns
        -------
        tuple of float and float
            Longitude and latitude, on the grid, of the south-west.
        """
        west, south = np.floor(shapely.total_bounds(frame.geometry.to_numpy())[:2] * SCALE) / SCALE
        return float(west), float(south)

    def rings(self, count: int) -> list[list[Line]]:
        """Give the rings of each unit.

        Parameters
        ----------
        count
            Units.

        Returns
        -------
        list of list of list of int
            By unit, then ring: x and y of the first corner, then the steps to the others.
        """
        found: list[list[Line]] = [[] for _ in range(count)]
        starts = np.flatnonzero(np.diff(self.ring, prepend=-1))
        owner = self.owner[self.ring[starts]]
        for unit, line in zip(owner.tolist(), _lines(self.corner, starts), strict=True):
            found[unit].append(line)
        return found

    def sides(self, edges: ArrayLike) -> list[list[Line]]:
        """Give the border between neighbours, where corners of the two agree.

        Parameters
        ----------
        edges
            Pairs of units, shape (m, 2), the first below the second.

        Returns
        -------
        list of list of list of int
            By edge, then line: as in `rings`. Empty where no two corners agree.
        """
        pairs = np.asarray(edges, dtype=np.int64).reshape(-1, 2)
        found: list[list[Line]] = [[] for _ in range(len(pairs))]
        mine, edge = self._shared(pairs)
        if not len(mine):
            return found
        # Steps of one border that follow each other in the first unit's ring are one line.
        joined = (np.diff(mine) == 1) & (np.diff(edge) == 0) & (np.diff(self.ring[mine]) == 0)
        first = np.flatnonzero(np.append(True, ~joined))
        last = np.append(first[1:], len(mine)) - 1
        after = self._after()
        corner = np.insert(self.corner[mine], last + 1, self.corner[after[mine[last]]], axis=0)
        starts = first + np.arange(len(first))
        for k, line in zip(edge[first].tolist(), _lines(corner, starts), strict=True):
            found[k].append(line)
        return found

    def _after(self) -> _Ints:
        """Which corner follows each one in its ring."""
        starts = np.flatnonzero(np.diff(self.ring, prepend=-1))
        after = np.arange(1, len(self.ring) + 1)
        after[np.append(starts[1:], len(self.ring)) - 1] = starts
        return after

    def _shared(self, pairs: _Ints) -> tuple[_Ints, _Ints]:
        """Steps of a ring that the neighbour's ring takes too, from the first unit; their edge."""
        here, there = self.corner, self.corner[self._after()]
        size = int(self.corner.max(initial=0)) + 1
        one, other = here @ (size, 1), there @ (size, 1)
        low, high = np.minimum(one, other), np.maximum(one, other)
        order = np.lexsort((self.owner[self.ring], high, low))
        low, high, unit = low[order], high[order], self.owner[self.ring[order]]
        twin = np.flatnonzero(
            (low[1:] == low[:-1]) & (high[1:] == high[:-1]) & (unit[1:] != unit[:-1])
        )
        count = int(self.owner.max(initial=0)) + 1
        wanted = pairs @ (count, 1)
        by_pair = np.argsort(wanted)
        key = unit[twin] * count + unit[twin + 1]
        place = np.searchsorted(wanted[by_pair], key).clip(max=max(len(wanted) - 1, 0))
        known = wanted[by_pair][place] == key if len(wanted) else np.zeros(len(key), dtype=bool)
        mine, edge = order[twin][known], by_pair[place[known]]
        along = np.lexsort((mine, edge))
        return mine[along], edge[along]


def _lines(corner: _Ints, starts: Sequence[int] | _Ints) -> list[Line]:
    """Cut corners into lines, each its first corner and then steps."""
    step = np.diff(corner, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    step[starts] = corner[starts]
    flat = step.ravel().tolist()
    cuts = (2 * np.append(starts, len(corner))).tolist()
    return [flat[a:b] for a, b in pairwise(cuts)]
