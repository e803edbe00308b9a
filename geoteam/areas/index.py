"""Point in area: which boundary holds each of many points, exactly and fast."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from geoteam.areas.planar import to_metres
from geoteam.crs import measuring, project, require_wgs84
from geoteam.errors import BoundaryError, InputError

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]

# Cells along the longer side of the grid, and the smallest cell in degrees (about 1 cm).
_CELLS = 1024
_SMALLEST = 1e-7
# How far beyond its cell, in cells, an edge is felt: far more than rounding, far less than a cell.
_PAD = 1e-4
_EDGE = -1


class AreaIndex:
    """Answers point-in-area, ambiguity and nearness for one set of boundaries.

    A grid is laid over the extent. A cell that no edge touches lies wholly in one boundary or in
    none, and so does every cell joined to it through such cells; one exact test per such region
    fills a table. A point in a filled cell is a table lookup; only points in cells that an edge
    touches are tested against the polygons, with GEOS's robust ``intersects``. The answers are
    those of the exact test for every point, in degrees, without projection.

    Parameters
    ----------
    frame
        Boundaries in EPSG:4326, index ``code``; the polygons are valid.
    crs
        The measuring CRS, for distances.

    Raises
    ------
    BoundaryError
        When there are no boundaries, or one is empty or invalid.
    CrsError
        When the frame is not in EPSG:4326 or ``crs`` cannot measure.
    """

    def __init__(self, frame: gpd.GeoDataFrame, crs: str) -> None:
        measuring(crs)
        require_wgs84(frame, "boundaries")
        if frame.empty:
            raise BoundaryError("there are no boundaries to look points up in")
        frame = frame.sort_index()
        shapes = frame.geometry.to_numpy().copy()
        self._codes = np.array([str(code) for code in frame.index] + [""], dtype=object)
        bad = ~shapely.is_valid(shapes) | shapely.is_empty(shapes)
        if bad.any():
            raise BoundaryError(
                f"boundary {self._codes[:-1][bad][0]} is empty or its ring crosses itself",
                remedy="Run `geoteam boundaries check`, then repair the file",
            )
        self._crs = crs
        self._shapes = shapes
        shapely.prepare(self._shapes)
        self._boxes = shapely.bounds(shapes)
        # Made on first use, and set in one go: several threads may ask at once.
        self._metric: tuple[NDArray[np.object_], _Floats] | None = None
        self._lay_grid()

    def locate(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.object_]:
        """Say which boundary each point lies in.

        Parameters
        ----------
        lon, lat
            Degrees in EPSG:4326, shape (n,). NaN and infinite values are allowed.

        Returns
        -------
        ndarray of str
            Codes, shape (n,): ``""`` outside or without a finite coordinate; on a shared edge
            (or in an overlap) the code that sorts first.
        """
        x, y = _pair(lon, lat)
        return self._codes[self._ranks(x, y)]

    def ambiguous(
        self, lon: ArrayLike, lat: ArrayLike, uncertainty_m: ArrayLike
    ) -> NDArray[np.bool_]:
        """Say whether the circle of uncertainty around each point reaches another boundary.

        Parameters
        ----------
        lon, lat
            Degrees in EPSG:4326, shape (n,).
        uncertainty_m
            Radius in metres, one for all or shape (n,). A radius that is not known (NaN) is
            ambiguous wherever there is a point.

        Returns
        -------
        ndarray of bool
            Shape (n,). True when a boundary other than the point's own lies within the radius;
            a point outside every boundary is ambiguous when any lies within the radius. The
            outer edge of the city, beyond which nothing is known, makes no point ambiguous.
            False without a finite coordinate.

        Raises
        ------
        InputError
            When a radius is negative.
        """
        x, y = _pair(lon, lat)
        radius = _radii(uncertainty_m, len(x))
        there = np.isfinite(x) & np.isfinite(y)
        answer = there & np.isnan(radius)
        ranks = self._ranks(x, y)
        point, unit = self._within(x, y, np.nan_to_num(radius, nan=-1.0))
        answer[point[unit != ranks[point]]] = True
        return answer

    def near(self, lon: ArrayLike, lat: ArrayLike, radius_m: ArrayLike) -> list[list[str]]:
        """List the boundaries within a radius of each point.

        Parameters
        ----------
        lon, lat
            Degrees in EPSG:4326, shape (n,).
        radius_m
            Metres, one for all or shape (n,).

        Returns
        -------
        list of list of str
            Codes, sorted; the point's own is among them.

        Raises
        ------
        InputError
            When a radius is negative.
        """
        x, y = _pair(lon, lat)
        radius = _radii(radius_m, len(x))
        answer: list[list[str]] = [[] for _ in range(len(x))]
        point, unit = self._within(x, y, np.nan_to_num(radius, nan=-1.0))
        for i, k in zip(point.tolist(), unit.tolist(), strict=True):
            answer[i].append(self._codes[k])
        return answer

    def _lay_grid(self) -> None:
        west, south = self._boxes[:, :2].min(axis=0)
        east, north = self._boxes[:, 2:].max(axis=0)
        self._west, self._south = west, south
        self._cell = max((east - west) / _CELLS, (north - south) / _CELLS, _SMALLEST)
        self._columns = int((east - west) / self._cell) + 1
        self._rows = int((north - south) / self._cell) + 1
        touched = np.zeros((self._rows, self._columns), dtype=bool)
        _mark_edges(touched, (self._edges() - (west, south)) / self._cell)
        regions, count = ndimage.label(~touched)
        flat = regions.ravel()
        # The first cell of each region speaks for it.
        first = np.full(count + 1, -1, dtype=np.int64)
        order = np.flatnonzero(flat)[::-1]
        first[flat[order]] = order
        row, column = np.divmod(first[1:], self._columns)
        filled = self._test(west + (column + 0.5) * self._cell, south + (row + 0.5) * self._cell)
        table = np.concatenate(([_EDGE], filled))
        self._table: NDArray[np.int32] = table[flat].astype(np.int32)

    def _edges(self) -> _Floats:
        """Segments of all rings as rows (x0, y0), (x1, y1): shape (n, 2, 2)."""
        rings = shapely.get_rings(shapely.get_parts(self._shapes))
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        joined = ring[1:] == ring[:-1]
        return np.stack((xy[:-1][joined], xy[1:][joined]), axis=1)

    def _ranks(self, x: _Floats, y: _Floats) -> _Ints:
        """Rank of each point's code; the last rank is outside."""
        outside = len(self._shapes)
        # Two passes over the coordinates, not a mask each: this line is what 1M points wait for.
        column = np.floor((x - self._west) / self._cell)
        row = np.floor((y - self._south) / self._cell)
        inside = (column >= -1) & (column <= self._columns) & (row >= -1) & (row <= self._rows)
        # The pad puts a point that rounding moved over the rim into the rim's own cell.
        column = np.clip(np.where(inside, column, 0), 0, self._columns - 1).astype(np.int64)
        row = np.clip(np.where(inside, row, 0), 0, self._rows - 1).astype(np.int64)
        ranks = np.where(inside, self._table[row * self._columns + column], outside)
        close = np.flatnonzero(ranks == _EDGE)
        if len(close):
            ranks[close] = self._test(x[close], y[close])
        return ranks.astype(np.int64)

    def _test(self, x: _Floats, y: _Floats) -> _Ints:
        """Test points against the polygons; the lowest rank that meets each wins."""
        ranks = np.full(len(x), len(self._shapes), dtype=np.int64)
        order = np.argsort(x, kind="stable")
        sorted_x = x[order]
        for rank, (shape, box) in enumerate(zip(self._shapes, self._boxes, strict=True)):
            low, high = np.searchsorted(sorted_x, box[[0, 2]], side="left")
            high = int(np.searchsorted(sorted_x, box[2], side="right"))
            some = order[int(low) : high]
            some = some[(y[some] >= box[1]) & (y[some] <= box[3]) & (ranks[some] > rank)]
            if len(some):
                hit = shapely.intersects_xy(shape, x[some], y[some])
                ranks[some[hit]] = rank
        return ranks

    def _within(self, x: _Floats, y: _Floats, radius: _Floats) -> tuple[_Ints, _Ints]:
        """Pairs (point, rank) no farther apart than the point's radius, in metres."""
        if self._metric is None:
            metric = to_metres(self._shapes, self._crs)
            shapely.prepare(metric)
            self._metric = metric, shapely.bounds(metric)
        east, north = (np.full(len(x), np.nan) for _ in range(2))
        there = np.flatnonzero(np.isfinite(x) & np.isfinite(y) & (radius >= 0))
        east[there], north[there] = project(x[there], y[there], self._crs)
        there = there[np.isfinite(east[there]) & np.isfinite(north[there])]
        there = there[np.argsort(east[there], kind="stable")]
        widest = float(radius[there].max(initial=0.0))
        points: list[_Ints] = []
        units: list[_Ints] = []
        for rank, (shape, box) in enumerate(zip(*self._metric, strict=True)):
            low = int(np.searchsorted(east[there], box[0] - widest, side="left"))
            high = int(np.searchsorted(east[there], box[2] + widest, side="right"))
            some = there[low:high]
            r = radius[some]
            some = some[
                (east[some] >= box[0] - r)
                & (east[some] <= box[2] + r)
                & (north[some] >= box[1] - r)
                & (north[some] <= box[3] + r)
            ]
            circle = shapely.points(east[some], north[some])
            hit = some[shapely.dwithin(shape, circle, radius[some])]
            points.append(hit)
            units.append(np.full(len(hit), rank, dtype=np.int64))
        return np.concatenate(points), np.concatenate(units)


def _pair(lon: ArrayLike, lat: ArrayLike) -> tuple[_Floats, _Floats]:
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if x.ndim != 1 or x.shape != y.shape:
        raise InputError(f"longitudes {x.shape} and latitudes {y.shape} are not two equal columns")
    return x, y


def _radii(radius_m: ArrayLike, count: int) -> _Floats:
    radius = np.broadcast_to(np.asarray(radius_m, dtype=np.float64), (count,))
    if (radius < 0).any():
        raise InputError("a radius is negative", remedy="Give metres, 0 or more")
    return radius


def _mark_edges(touched: NDArray[np.bool_], edges: _Floats) -> None:
    """Mark every cell that an edge (in cell units) touches, and no more than its neighbours."""
    length = np.abs(edges[:, 1] - edges[:, 0]).max(axis=1)
    pieces = np.maximum(np.ceil(length), 1).astype(np.int64)
    owner = np.repeat(np.arange(len(edges)), pieces)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    start, run = edges[owner, 0], edges[owner, 1] - edges[owner, 0]
    a = start + run * (step / pieces[owner])[:, None]
    b = start + run * ((step + 1) / pieces[owner])[:, None]
    low = np.floor(np.minimum(a, b) - _PAD).astype(np.int64)
    high = np.floor(np.maximum(a, b) + _PAD).astype(np.int64)
    rows, columns = touched.shape
    # A piece is at most one cell long, so its box spans at most three cells a side.
    for down in range(3):
        for across in range(3):
            column = np.clip(np.minimum(low[:, 0] + across, high[:, 0]), 0, columns - 1)
            row = np.clip(np.minimum(low[:, 1] + down, high[:, 1]), 0, rows - 1)
            touched[row, column] = True
