"""The arrays of a street network, where they come from and where they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import networkx as nx
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geoteam.crs import measuring, project
from geoteam.errors import StreetsError
from geoteam.streets import cch, storage
from geoteam.streets.build import graph_arrays
from geoteam.streets.order import dissection_order
from geoteam.streets.snap import NO_DOORS, SnapIndex, snap_index
from geoteam.streets.tables import findings
from geoteam.streets.turns import TurnCosts, TurnGraph, edge_bearings, turn_graph

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StreetArrays:
    """Streets of a city as arrays, and what follows from them.

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
    ) -> Self:
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
        notes = findings(network.turns, network.edge_length_m, graph.graph.get("passed_over", {}))
        order, cell = network._contraction_order()
        return network._with(notes=notes, order=order, node_cell=cell)

    def _with(self, **changes: Any) -> Self:
        kept = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return type(self)(**{**kept, **changes})

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
        return self.lines(x, y)

    @cached_property
    def snapping(self) -> SnapIndex:
        """Index of the streets that points may go to."""
        usable = np.asarray(self.turns.main.reshape(-1, 2).any(axis=1))
        doors = ~np.isin(np.array(self.highways)[self.edge_highway], list(NO_DOORS))
        open_doors = np.asarray(usable & doors)
        return snap_index(self.lines_m, open_doors if open_doors.any() else usable)

    @cached_property
    def hierarchy(self) -> cch.Hierarchy:
        """The contraction hierarchy, made when first asked for; needs the wheel."""
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

    def lines(self, x: Floats, y: Floats) -> NDArray[np.object_]:
        """Draw the edges with the coordinates of another CRS.

        Parameters
        ----------
        x, y
            Coordinates of all points of ``geom_lon`` and ``geom_lat``.

        Returns
        -------
        ndarray
            One line an edge.
        """
        rows = np.repeat(np.arange(len(self.edge_u)), np.diff(self.geom_start))
        return np.asarray(shapely.linestrings(x, y, indices=rows))

    def save(self, path: Path) -> None:
        """Write the network to one ``.npz`` file, all or nothing.

        Parameters
        ----------
        path
            The file; its folder must exist.
        """
        storage.save({name: getattr(self, name) for name in self.__dataclass_fields__}, path)

    @classmethod
    def load(cls, path: Path) -> Self:
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

    def closed(self, edges: ArrayLike) -> Self:
        """Return the same city with some streets closed.

        Parameters
        ----------
        edges
            Rows of edges that no car may drive, for example ``snap(points).edge``.

        Returns
        -------
        StreetNetwork
            A network of its own; the order of contraction is kept, so that its hierarchy only
            needs new weights. Points no longer go to closed streets, nor to streets that the
            closure cuts off.

        Raises
        ------
        StreetsError
            When an edge does not exist.
        """
        rows = np.asarray(edges, dtype=np.int64).ravel()
        if ((rows < 0) | (rows >= len(self.edge_u))).any():
            raise StreetsError(f"there is no such street; edges run to {len(self.edge_u) - 1}")
        ahead, back = self.edge_ahead.copy(), self.edge_back.copy()
        ahead[rows] = back[rows] = False
        return self._with(edge_ahead=ahead, edge_back=back)
