"""The street network: frozen arrays, and what can be asked of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import networkx as nx
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geoteam.crs import WGS84, measuring, project, unproject
from geoteam.errors import StreetsError
from geoteam.streets import cch, dijkstra, storage
from geoteam.streets.build import graph_arrays
from geoteam.streets.directions import Leg, leg_between
from geoteam.streets.junctions import street_intersections
from geoteam.streets.order import dissection_order
from geoteam.streets.positions import Positions, positions
from geoteam.streets.reach import reach_polygons
from geoteam.streets.snap import NO_DOORS, Snap, SnapIndex, snap_index
from geoteam.streets.turns import TurnCosts, TurnGraph, edge_bearings, turn_graph

Floats = NDArray[np.float64]
Engine = Literal["auto", "cch", "scipy"]


@dataclass(frozen=True, eq=False)
class Matrix:
    """Fastest drives between points.

    Attributes
    ----------
    duration_s
        Seconds, one row an origin and one column a destination; infinite where no drive leads.
    length_m
        Metres of the same drives; of equally fast drives, the shortest.
    origins, destinations
        Where the points were put on the streets; points that are not ``near`` have no times.
    """

    duration_s: Floats
    length_m: Floats
    origins: Snap
    destinations: Snap


@dataclass(frozen=True, eq=False)
class StreetNetwork:
    """Streets of a city as arrays; make one with ``from_graph`` or ``load``.

    Attributes
    ----------
    node_id, node_lon, node_lat, node_signal
        Junctions: source id, place in EPSG:4326, whether a traffic signal stands there.
    edge_u, edge_v
        First and last node of each edge.
    edge_ahead, edge_back
        Whether a car may drive it from first to last node, and back.
    edge_length_m, edge_kmh
        Length in the measuring CRS, and speed.
    edge_name, edge_highway
        Rows of ``names`` and ``highways``.
    geom_lon, geom_lat, geom_start
        Shapes one after the other in EPSG:4326, and each shape's first point (one row more).
    names, highways
        Street names ("" is unnamed) and highway classes.
    banned
        Pairs of arcs (2 * edge, + 1 against it) that turn restrictions forbid.
    turn_costs
        Seconds by manoeuvre.
    crs
        The measuring CRS.
    notes
        What the reader should know of the network, in plain English.
    order, node_cell
        Contraction order of the hierarchy, and the few cells it divides the map into; empty
        where the wheel was missing when the network was built.
    """

    node_id: NDArray[np.int64]
    node_lon: Floats
    node_lat: Floats
    node_signal: NDArray[np.bool_]
    edge_u: NDArray[np.int32]
    edge_v: NDArray[np.int32]
    edge_ahead: NDArray[np.bool_]
    edge_back: NDArray[np.bool_]
    edge_length_m: Floats
    edge_kmh: Floats
    edge_name: NDArray[np.int32]
    edge_highway: NDArray[np.int32]
    geom_lon: Floats
    geom_lat: Floats
    geom_start: NDArray[np.int64]
    names: tuple[str, ...]
    highways: tuple[str, ...]
    banned: NDArray[np.int32]
    turn_costs: TurnCosts
    crs: str
    notes: tuple[str, ...] = ()
    order: NDArray[np.uint32] = field(default_factory=lambda: np.empty(0, dtype=np.uint32))
    node_cell: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, dtype=np.int32))

    def __post_init__(self) -> None:
        measuring(self.crs)
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    @classmethod
    def from_graph(
        cls,
        graph: nx.MultiDiGraph,
        *,
        speeds_kmh: Mapping[str, float],
        turn_s: Mapping[str, float] | None = None,
        crs: str,
    ) -> StreetNetwork:
        """Build a network from a graph in OSMnx's shape.

        Parameters
        ----------
        graph
            Of ``read_streets``, ``download_streets`` or OSMnx; EPSG:4326.
        speeds_kmh
            Free-flow speed by highway class, ``default`` for the rest; a lower posted
            ``maxspeed`` wins.
        turn_s
            Seconds by manoeuvre: ``left``, ``right``, ``u_turn``, ``signal``; 0 when not named.
        crs
            The measuring CRS.

        Returns
        -------
        StreetNetwork
            The network, with its contraction order where the wheel is installed.

        Raises
        ------
        StreetsError
            When the graph is empty, projected, or lies outside the CRS's area.
        """
        measuring(crs)
        costs = TurnCosts(**{key: float(value) for key, value in (turn_s or {}).items()})
        network = cls(**graph_arrays(graph, speeds_kmh, crs), turn_costs=costs, crs=crs)
        notes = network._findings(graph.graph.get("passed_over", {}))
        order, cell = network._contraction_order()
        return network._with(notes=notes, order=order, node_cell=cell)

    def _with(self, **changes: Any) -> StreetNetwork:
        kept = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return StreetNetwork(**{**kept, **changes})

    def _findings(self, passed_over: Mapping[str, int]) -> tuple[str, ...]:
        notes = []
        exists = np.stack([self.edge_ahead, self.edge_back], axis=1).ravel()
        cut_off = (exists & ~self.turns.main).reshape(-1, 2)
        islands = cut_off.any(axis=1) & ~self.turns.main.reshape(-1, 2).any(axis=1)
        if islands.any():
            km = float(self.edge_length_m[islands].sum()) / 1000.0
            notes.append(
                f"{int(islands.sum())} streets ({km:.1f} km) cannot be driven to and from the "
                "rest of the network; no point is put on them."
            )
        notes += [f"{count} {what} were passed over." for what, count in passed_over.items()]
        return tuple(notes)

    def _contraction_order(self) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
        if not cch.available():
            return np.empty(0, dtype=np.uint32), np.empty(0, dtype=np.int32)
        x, y = project(self.node_lon, self.node_lat, self.crs)
        u, v = self.edge_u.astype(np.int64), self.edge_v.astype(np.int64)
        return dissection_order(u, v, x, y, self.turns.tail, self.turns.head)

    @cached_property
    def _xy(self) -> tuple[Floats, Floats]:
        return project(self.geom_lon, self.geom_lat, self.crs)

    @cached_property
    def turns(self) -> TurnGraph:
        """The graph of turns, made from the arrays."""
        return turn_graph(
            edge_u=self.edge_u,
            edge_v=self.edge_v,
            ahead=self.edge_ahead,
            back=self.edge_back,
            length_m=self.edge_length_m,
            kmh=self.edge_kmh,
            bearings=edge_bearings(*self._xy, self.geom_start),
            node_signal=self.node_signal,
            banned=self.banned,
            costs=self.turn_costs,
        )

    @cached_property
    def lines_m(self) -> NDArray[np.object_]:
        """Shapes of the edges as lines in the measuring CRS."""
        x, y = self._xy
        return self._lines(x, y)

    @cached_property
    def _snapping(self) -> SnapIndex:
        usable = np.asarray(self.turns.main.reshape(-1, 2).any(axis=1))
        doors = ~np.isin(np.array(self.highways)[self.edge_highway], list(NO_DOORS))
        open_doors = np.asarray(usable & doors)
        return snap_index(self.lines_m, open_doors if open_doors.any() else usable)

    @cached_property
    def _hierarchy(self) -> cch.Hierarchy:
        order, cell = self.order, self.node_cell
        if not len(order):
            order, cell = self._contraction_order()
        u, v = cell[self.edge_u], cell[self.edge_v]
        return cch.Hierarchy(
            self.turns,
            order,
            leaves=np.stack([u, v], axis=1).ravel(),
            enters=np.stack([v, u], axis=1).ravel(),
        )

    def _lines(self, x: Floats, y: Floats) -> NDArray[np.object_]:
        rows = np.repeat(np.arange(len(self.edge_u)), np.diff(self.geom_start))
        return np.asarray(shapely.linestrings(x, y, indices=rows))

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
        points = as_points(lonlat)
        count = len(points)
        edge = np.full(count, -1, dtype=np.int64)
        share, px, py = (np.full(count, np.nan) for _ in range(3))
        distance = np.full(count, np.inf)
        side = np.zeros(count, dtype=np.int8)
        x, y = project(points[:, 0], points[:, 1], self.crs)
        placed = np.isfinite(x) & np.isfinite(y)
        if placed.any():
            edge[placed], share[placed], px[placed], py[placed] = self._snapping.nearest(
                x[placed], y[placed]
            )
            distance[placed] = np.hypot(px - x, py - y)[placed]
            side[placed] = self._sides(edge[placed], share[placed], x[placed], y[placed])
        lon, lat = unproject(px, py, self.crs)
        lon, lat = np.where(placed, lon, np.nan), np.where(placed, lat, np.nan)
        return Snap(edge, share, lon, lat, distance, side, distance <= limit_m)

    def _sides(
        self, edge: NDArray[np.int64], share: Floats, x: Floats, y: Floats
    ) -> NDArray[np.int8]:
        lines = self.lines_m[edge]
        along = share * self.edge_length_m[edge]
        before = shapely.line_interpolate_point(lines, np.maximum(along - 1.0, 0.0))
        after = shapely.line_interpolate_point(lines, along + 1.0)
        ax, ay = shapely.get_x(before), shapely.get_y(before)
        cross = (shapely.get_x(after) - ax) * (y - ay) - (shapely.get_y(after) - ay) * (x - ax)
        return np.where(np.abs(cross) < 1e-6, 0, -np.sign(cross)).astype(np.int8)

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
            installed, and SciPy's Dijkstra otherwise; both give the same seconds.
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
        one, two = self._on_arcs(start), self._on_arcs(end)
        if engine == "cch" and (lengths or not cch.available()):
            raise StreetsError(
                "the hierarchy gives no lengths"
                if lengths
                else "the wheel routingkit-cch is not installed",
                remedy="Use engine='auto'",
            )
        if engine == "scipy" or lengths or not cch.available():
            ms, metres = dijkstra.times(self.turns, one, two)
        else:
            ms, metres = self._hierarchy.times(one, two), np.full((len(start), len(end)), np.nan)
        return Matrix(ms / 1000.0, metres if lengths else np.full_like(ms, np.nan), start, end)

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
        stops = as_points(points)
        snap = self.snap(stops, limit_m=limit_m)
        return [leg_between(self, snap, index, index + 1) for index in range(len(stops) - 1)]

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
        oneway = np.where(self.edge_ahead & self.edge_back, 0, np.where(self.edge_ahead, 1, -1))
        return gpd.GeoDataFrame(
            {
                "name": np.array(self.names, dtype=object)[self.edge_name],
                "highway": np.array(self.highways, dtype=object)[self.edge_highway],
                "oneway": oneway,
                "speed_kmh": self.edge_kmh,
                "length_m": self.edge_length_m,
            },
            geometry=self._lines(self.geom_lon, self.geom_lat),
            crs=WGS84,
        ).astype({"name": "str", "highway": "str"})

    def save(self, path: Path) -> None:
        """Write the network to one ``.npz`` file, all or nothing.

        Parameters
        ----------
        path
            The file; its folder must exist.
        """
        storage.save({name: getattr(self, name) for name in self.__dataclass_fields__}, path)

    @classmethod
    def load(cls, path: Path) -> StreetNetwork:
        """Read a network that ``save`` wrote.

        Parameters
        ----------
        path
            The file.

        Returns
        -------
        StreetNetwork
            The network.

        Raises
        ------
        MissingFileError
            When the file is not there.
        StreetsError
            When it is damaged or of another version.
        """
        return cls(**storage.load(path))


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
