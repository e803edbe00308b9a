"""The street network: what can be asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoteam.streets import dijkstra
from geoteam.streets.arrays import StreetArrays
from geoteam.streets.directions import Leg, legs_along
from geoteam.streets.junctions import street_intersections
from geoteam.streets.matrix import Engine, Matrix, travel_matrix
from geoteam.streets.positions import Positions, positions
from geoteam.streets.reach import reach_polygons
from geoteam.streets.snap import Snap, as_points, snap_points
from geoteam.streets.tables import street_table

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StreetNetwork(StreetArrays):
    """Streets of a city; make one with ``from_graph`` or ``load``.

    The attributes are those of ``StreetArrays``.
    """

    def snap(self, lonlat: ArrayLike, *, limit_m: float = 300.0) -> Snap:
        """Put points on the nearest street.

        Parameters
        ----------
        lonlat
            Points, shape (n, 2), longitude first.
        limit_m
            Points farther than this from any street are not ``near`` and get no times.

        Returns
        -------
        Snap
            The place on the street of each point; motorways and ramps are left out, and so are
            streets cut off from the rest.

        Raises
        ------
        StreetsError
            When the array is not n x 2.
        """
        return snap_points(self.snapping, as_points(lonlat), self.crs, limit_m)

    def matrix(
        self,
        origins: ArrayLike,
        destinations: ArrayLike,
        *,
        lengths: bool = True,
        engine: Engine = "auto",
        limit_m: float = 300.0,
    ) -> Matrix:
        """Compute the fastest drives between all origins and all destinations.

        Parameters
        ----------
        origins, destinations
            Points, shape (n, 2) and (m, 2), longitude first.
        lengths
            False leaves ``length_m`` NaN and lets the hierarchy compute large tables several
            times faster; the seconds are the same.
        engine
            ``auto`` takes the hierarchy for tables without lengths where its wheel is
            installed and origins are not far more than destinations, and SciPy's Dijkstra
            otherwise; both give the same seconds.
        limit_m
            Points farther than this from any street get no times.

        Returns
        -------
        Matrix
            Seconds and metres from street place to street place, turns included; infinite where
            no drive leads.

        Raises
        ------
        StreetsError
            When an array is not n x 2, or ``cch`` is asked for where it cannot serve.
        """
        start, end = self.snap(origins, limit_m=limit_m), self.snap(destinations, limit_m=limit_m)
        return travel_matrix(self, start, end, lengths=lengths, engine=engine)

    def _on_arcs(self, snap: Snap) -> Positions:
        return positions(snap, self.turns)

    def path(self, points: ArrayLike, *, limit_m: float = 300.0) -> list[Leg]:
        """Find the fastest drive through points in their order.

        Parameters
        ----------
        points
            Stops, shape (k, 2), longitude first.
        limit_m
            Points farther than this from any street are refused.

        Returns
        -------
        list of Leg
            One leg for each pair of consecutive stops.

        Raises
        ------
        UnreachableError
            When a stop is not on the streets, or no drive leads to the next.
        """
        return legs_along(self, self.snap(points, limit_m=limit_m))

    def nearest_s(
        self,
        sources: ArrayLike,
        targets: ArrayLike,
        *,
        towards: bool = False,
        limit_m: float = 300.0,
    ) -> tuple[Floats, NDArray[np.int64]]:
        """Find each target's nearest source by driving time.

        Parameters
        ----------
        sources, targets
            Points, shape (n, 2) and (m, 2), longitude first.
        towards
            False: driving from the source to the target; True: from the target to the source.
        limit_m
            Points farther than this from any street get no times.

        Returns
        -------
        tuple of ndarray
            Seconds (m,), infinite where no source is reached, and the source's row (m,), -1 there.
        """
        one = self._on_arcs(self.snap(sources, limit_m=limit_m))
        two = self._on_arcs(self.snap(targets, limit_m=limit_m))
        ms, which = dijkstra.nearest(self.turns, one, two, towards=towards)
        return ms / 1000.0, which

    def reach(
        self, origin: ArrayLike, minutes: Sequence[float], *, limit_m: float = 300.0
    ) -> gpd.GeoDataFrame:
        """Draw what can be reached by car within some minutes.

        Parameters
        ----------
        origin
            Longitude and latitude.
        minutes
            Limits; each gives one polygon, and larger ones contain smaller ones.
        limit_m
            An origin farther than this from any street is refused.

        Returns
        -------
        GeoDataFrame
            Columns ``minutes`` and ``geometry`` (polygons, EPSG:4326), by rising minutes.

        Raises
        ------
        UnreachableError
            When the origin is not on the streets.
        """
        return reach_polygons(self, self.snap(np.atleast_2d(origin), limit_m=limit_m), minutes)

    def intersections(self) -> gpd.GeoDataFrame:
        """List the places where two named streets meet.

        Returns
        -------
        GeoDataFrame
            Columns ``street``, ``street2`` (names as in the source, both orders are not
            repeated: ``street`` sorts first) and ``geometry`` (points, EPSG:4326). Streets that
            meet at several nodes close together (divided roads) give one point.
        """
        return street_intersections(self)

    def edges_frame(self) -> gpd.GeoDataFrame:
        """Return the streets as a table, for base maps and exports.

        Returns
        -------
        GeoDataFrame
            Columns ``name``, ``highway``, ``oneway`` (0 both ways, 1 along, -1 against the
            line), ``speed_kmh``, ``length_m`` and ``geometry`` (lines, EPSG:4326).
        """
        return street_table(self)
