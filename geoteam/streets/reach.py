"""What can be reached within some minutes, as polygons around the streets driven."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra as scipy_dijkstra
from shapely.ops import substring

from geoteam.crs import WGS84, measuring
from geoteam.errors import StreetsError, UnreachableError
from geoteam.streets import dijkstra
from geoteam.streets.positions import positions
from geoteam.streets.snap import Snap

if TYPE_CHECKING:
    from geoteam.streets.network import StreetNetwork

Floats = NDArray[np.float64]

# Half a wide block: houses between two parallel reached streets count as reached.
_BUFFER_M = 80.0
_HOLE_M2 = 150_000.0
_SIMPLIFY_M = 5.0


def reach_polygons(
    network: StreetNetwork, snap: Snap, minutes: Sequence[float]
) -> gpd.GeoDataFrame:
    """Draw reach polygons around one snapped origin.

    Parameters
    ----------
    network
        The streets.
    snap
        One point.
    minutes
        Limits.

    Returns
    -------
    GeoDataFrame
        Columns ``minutes`` and ``geometry``, EPSG:4326. A polygon is the union of the reached
        parts of streets, widened by 80 m; blocks and parks inside of less than 15 ha are filled.

    Raises
    ------
    UnreachableError
        When the origin is not on the streets.
    StreetsError
        When a limit is not positive and finite.
    """
    limits = sorted({float(limit) for limit in minutes})
    if not limits or not all(np.isfinite(limit) and limit > 0 for limit in limits):
        raise StreetsError("minutes must be positive numbers", remedy="Give for example 5, 10, 15")
    if not bool(snap.near[0]):
        raise UnreachableError("the origin is not near a street")
    stretches = _stretches(network, snap, limits[-1] * 60_000.0)
    shapes: list[shapely.Geometry] = []
    # Each limit adds to the one before: what is reached, and a hole once filled, stays.
    area, before = shapely.Polygon(), -np.inf
    for limit in (minute * 60_000.0 for minute in limits):
        added = _around(network, stretches, before, limit)
        area, before = _filled(shapely.union(area, added)), limit
        shapes.append(area)
    frame = gpd.GeoDataFrame({"minutes": limits}, geometry=shapes, crs=measuring(network.crs))
    return frame.to_crs(WGS84)


@dataclass(frozen=True, eq=False)
class _Stretches:
    """Stretches of street: the arc, the share of it where driving begins, and when (ms)."""

    arc: NDArray[np.int64]
    share: Floats
    ms: Floats

    def until(self, limit_ms: float, arc_ms: NDArray[np.int64]) -> Floats:
        """Share of the arc up to which it is driven within a limit (below share: not at all)."""
        return np.asarray(self.share + (limit_ms - self.ms) / arc_ms[self.arc])


def _stretches(network: StreetNetwork, snap: Snap, limit_ms: float) -> _Stretches:
    turns = network.turns
    here = positions(snap, turns)
    graph = dijkstra.point_graph(turns, here, positions(_nothing(snap), turns))
    longest = limit_ms + float(turns.arc_ms.max())
    cost = scipy_dijkstra(
        graph.links, indices=graph.origin_nodes[:1], limit=(longest + 1.0) * dijkstra.MS
    )[0]
    end_ms, _ = dijkstra.decode(cost[: graph.arcs], nudges=1)
    # Arcs are entered by turns; those of the origin also in their middle, at once.
    entered = np.full(graph.arcs, np.inf)
    np.minimum.at(
        entered, turns.head, end_ms[turns.tail] + turns.cost_ms - turns.arc_ms[turns.head]
    )
    arcs = np.flatnonzero(entered < limit_ms)
    return _Stretches(
        np.concatenate([here.arc, arcs]),
        np.concatenate([here.done_ms / turns.arc_ms[here.arc], np.zeros(len(arcs))]),
        np.concatenate([np.zeros(len(here.arc)), entered[arcs]]),
    )


def _nothing(snap: Snap) -> Snap:
    return Snap(
        snap.edge[:0],
        snap.share[:0],
        snap.lon[:0],
        snap.lat[:0],
        snap.distance_m[:0],
        snap.side[:0],
        snap.near[:0],
    )


def _around(
    network: StreetNetwork, stretches: _Stretches, before_ms: float, limit_ms: float
) -> shapely.Geometry:
    """Area around what is driven by a limit and was not yet driven whole before."""
    until = stretches.until(limit_ms, network.turns.arc_ms)
    earlier = stretches.until(before_ms, network.turns.arc_ms)
    new = (until >= stretches.share) & (earlier < 1.0)
    arcs, low, high = stretches.arc[new], stretches.share[new], np.minimum(until[new], 1.0)
    whole = (low == 0.0) & (high == 1.0)
    cut = [
        substring(
            network.lines_m[arc // 2],
            *((1.0 - end, 1.0 - start) if arc % 2 else (start, end)),
            normalized=True,
        )
        for arc, start, end in zip(arcs[~whole], low[~whole], high[~whole], strict=True)
    ]
    lines = np.concatenate(
        [network.lines_m[np.unique(arcs[whole] // 2)], np.array(cut, dtype=object)]
    )
    return shapely.union_all(
        shapely.buffer(shapely.simplify(lines, _SIMPLIFY_M), _BUFFER_M, quad_segs=4)
    )


def _filled(area: shapely.Geometry) -> shapely.Geometry:
    parts = []
    for part in shapely.get_parts(area):
        rings = [ring for ring in part.interiors if shapely.Polygon(ring).area > _HOLE_M2]
        parts.append(shapely.Polygon(part.exterior, rings))
    return shapely.union_all(parts)
