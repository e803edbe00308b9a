"""ZIP codes: their areas, and which of them a place can have."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from geoteam.crs import project, to_measuring, unproject

# A place can have its own ZIP and those of the areas that begin close by.
_KEPT = 4


class ZipAreas:
    """ZIP areas, from polygons and from the ZIPs that address points carry.

    Parameters
    ----------
    zips
        Polygons with the ZIP as index, or None.
    points
        Address points with ``lon``, ``lat`` and ``zip`` (0 when unknown).
    crs
        The measuring CRS.
    """

    def __init__(self, zips: gpd.GeoDataFrame | None, points: pd.DataFrame, crs: str) -> None:
        self._crs = crs
        known = points[points["zip"] > 0]
        x, y = project(known["lon"], known["lat"], crs)
        self._point_zip = known["zip"].to_numpy(np.int64)
        self._points = cKDTree(np.column_stack([x, y])) if len(known) else None
        self._tree: shapely.STRtree | None = None
        self._polygon_zip = np.empty(0, dtype=np.int64)
        if zips is not None and len(zips):
            usable = zips[zips.index.astype(str).str.fullmatch(r"\d{5}")]
            polygons = to_measuring(usable, crs).geometry.to_numpy()
            self._polygon_zip = usable.index.astype(np.int64).to_numpy()
            self._tree = shapely.STRtree(polygons)
            centre = shapely.centroid(polygons)
            self.codes = self._polygon_zip
            self.radius_m = shapely.hausdorff_distance(centre, polygons)
            centres = np.column_stack([shapely.get_x(centre), shapely.get_y(centre)])
        else:
            self.codes, centres, self.radius_m = self._from_points(np.column_stack([x, y]))
        self.lon, self.lat = unproject(centres[:, 0], centres[:, 1], crs)

    def _from_points(
        self, xy: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        codes = np.unique(self._point_zip)
        centres = np.empty((len(codes), 2))
        radius = np.empty(len(codes))
        for i, code in enumerate(codes):
            mine = xy[self._point_zip == code]
            centres[i] = np.median(mine, axis=0)
            radius[i] = np.quantile(np.hypot(*(mine - centres[i]).T), 0.99)
        return codes, centres, radius

    def near(
        self, lon: ArrayLike, lat: ArrayLike, within_m: float, own: pd.Series | None = None
    ) -> NDArray[np.int64]:
        """List the ZIPs that places can have.

        Parameters
        ----------
        lon, lat
            Degrees in EPSG:4326.
        within_m
            ZIP areas this near count too.
        own
            ZIP that each place carries itself; 0 when unknown.

        Returns
        -------
        ndarray
            Shape (n, 4), int; 0 fills up.
        """
        x, y = project(np.asarray(lon, np.float64), np.asarray(lat, np.float64), self._crs)
        found: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
        rows = np.arange(len(x))
        if own is not None:
            found.append((rows, own.to_numpy(np.int64)))
        if self._tree is not None and len(x):
            at, area = self._tree.query(
                shapely.points(x, y), predicate="dwithin", distance=within_m
            )
            found.append((at, self._polygon_zip[area]))
        elif self._points is not None and len(x):
            count = min(8, len(self._point_zip))
            distance, near = self._points.query(np.column_stack([x, y]), k=count)
            ok = distance.reshape(len(x), count) <= 2 * within_m
            picked = np.where(ok, self._point_zip[near.reshape(len(x), count)], 0)
            found.extend((rows, picked[:, i]) for i in range(count))
        out = np.zeros((len(x), _KEPT), dtype=np.int64)
        filled = np.zeros(len(x), dtype=np.int64)
        for at, code in found:
            for i, value in zip(at.tolist(), code.tolist(), strict=True):
                if value and filled[i] < _KEPT and value not in out[i, : filled[i]]:
                    out[i, filled[i]] = value
                    filled[i] += 1
        return out
