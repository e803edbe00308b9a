"""What plans are measured on, whatever the plan: the units' ground and the people in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geoteam.areas import adjacency
from geoteam.crs import to_measuring

# A side is free when more of it than this belongs to no neighbour; less is digitisation.
_FREE_M = 5.0
_FREE_SHARE = 0.02


@dataclass(frozen=True, eq=False)
class Layout:
    """Units as arrays: areas, outlines and shared sides.

    Attributes
    ----------
    units
        Codes, sorted.
    area_m2, outline_m
        Area and perimeter of each unit.
    edges
        Neighbours that share a side (rook), shape (m, 2), the first below the second.
    shared_m
        Length of the side of each edge.
    hull_x_m, hull_y_m
        Corners of the units' convex hulls in the measuring CRS.
    hull_unit
        Unit of each corner.
    """

    units: tuple[str, ...]
    area_m2: NDArray[np.float64]
    outline_m: NDArray[np.float64]
    edges: NDArray[np.int64]
    shared_m: NDArray[np.float64]
    hull_x_m: NDArray[np.float64]
    hull_y_m: NDArray[np.float64]
    hull_unit: NDArray[np.int64]

    @classmethod
    def from_frame(cls, frame: gpd.GeoDataFrame, *, crs: str) -> Layout:
        """Measure boundaries.

        Parameters
        ----------
        frame
            BOUNDARIES, EPSG:4326, valid.
        crs
            The measuring CRS.

        Returns
        -------
        Layout
            Units sorted by code.
        """
        frame = frame.sort_index()
        place = pd.Series(np.arange(len(frame)), index=frame.index.astype("str"))
        sides = adjacency(frame, crs=crs)
        ends = [place.reindex(sides[name]).to_numpy(dtype=np.int64) for name in ("code", "other")]
        shapes = to_measuring(frame, crs).geometry.to_numpy()
        corners, owner = shapely.get_coordinates(shapely.convex_hull(shapes), return_index=True)
        return cls(
            units=tuple(place.index),
            area_m2=shapely.area(shapes),
            outline_m=shapely.length(shapes),
            edges=np.column_stack(ends).reshape(-1, 2),
            shared_m=sides["shared_m"].to_numpy(dtype=np.float64),
            hull_x_m=corners[:, 0],
            hull_y_m=corners[:, 1],
            hull_unit=owner.astype(np.int64),
        )

    @cached_property
    def rim(self) -> NDArray[np.bool_]:
        """Which units lie at the edge of the ground, where there is no unit beyond."""
        kept = np.bincount(
            self.edges.ravel(), weights=np.repeat(self.shared_m, 2), minlength=len(self.units)
        )
        rim: NDArray[np.bool_] = self.outline_m - kept > np.maximum(
            _FREE_M, _FREE_SHARE * self.outline_m
        )
        return rim

    def neighbours(self, unit: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """List the neighbours of a unit.

        Parameters
        ----------
        unit
            Position of the unit.

        Returns
        -------
        tuple of ndarray
            Their positions, and the length of the side shared with each.
        """
        starts, other, side_m = self._sides
        here = slice(starts[unit], starts[unit + 1])
        return other[here], side_m[here]

    @cached_property
    def _sides(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Every edge from both its ends, sorted by unit, so that one unit's are a slice."""
        unit = self.edges.T.ravel()
        order = np.argsort(unit, kind="stable")
        starts = np.searchsorted(unit[order], np.arange(len(self.units) + 1))
        return starts, self.edges[:, ::-1].T.ravel()[order], np.tile(self.shared_m, 2)[order]


@dataclass(frozen=True, eq=False)
class Load:
    """The people in each unit, and to which team each belongs now.

    Attributes
    ----------
    clients
        Clients of each unit.
    workload
        Their workload points.
    by_team
        Clients of each unit by the team whose area they live in now, shape (units, teams).
    by_officer
        Clients of each unit by the team of their present officer, shape (units, teams).
    """

    clients: NDArray[np.int64]
    workload: NDArray[np.float64]
    by_team: NDArray[np.int64]
    by_officer: NDArray[np.int64]

    @classmethod
    def from_clients(
        cls, clients: pd.DataFrame, *, units: Sequence[str], teams: Sequence[str]
    ) -> Load:
        """Count clients by unit.

        Parameters
        ----------
        clients
            One row a client: ``unit`` ('' without a usable place), ``points``, ``area_team`` (the
            team whose area the client lives in now) and ``officer_team`` (that of the present
            officer); '' for none.
        units
            Unit codes.
        teams
            Team refs.

        Returns
        -------
        Load
            Clients in no unit are left out; a team that is not in ``teams`` counts as none.
        """
        unit = pd.Index(units).get_indexer(pd.Index(clients["unit"]))
        inside = unit >= 0
        unit, points = unit[inside], clients["points"].to_numpy(dtype=np.float64)[inside]

        def counts(column: str) -> NDArray[np.int64]:
            team = pd.Index(teams).get_indexer(pd.Index(clients[column]))[inside]
            table = np.zeros((len(units), len(teams)), dtype=np.int64)
            np.add.at(table, (unit[team >= 0], team[team >= 0]), 1)
            return table

        return cls(
            clients=np.bincount(unit, minlength=len(units)).astype(np.int64),
            workload=np.bincount(unit, weights=points, minlength=len(units)).astype(np.float64),
            by_team=counts("area_team"),
            by_officer=counts("officer_team"),
        )
