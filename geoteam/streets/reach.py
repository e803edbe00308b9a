"""What can be reached within some minutes, as polygons around the streets driven."""

from __future__ import annotations

from collections.abc import Sequence
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
    starts, ends = _driven(network, snap, limits[-1] * 60_000.0)
    shapes = []
    inner = shapely.Polygon()
    for limit in limits:
        shape = _around(network, starts, ends, limit * 60_000.0)
        inner = shapely.union(inner, shape)  # a filled hole must not come back at the next limit
        shapes.append(inner)
    frame = gpd.GeoDataFrame({"minutes": limits}, geometry=shapes, crs=measuring(network.crs))
    return frame.to_crs(WGS84)


def _driven(network: StreetNetwork, snap: Snap, limit_ms: float) -> tuple[Floats, Floats]:
    """Time at which each arc is entered, and the share of it at which the drive enters.

    Returned as (ms at entry, share at entry); the origin's own arcs are entered at the origin.
    """
    turns = network.turns
    here = positions(snap, turns)
    none = positions(_nothing(snap), turns)
    graph = dijkstra.point_graph(turns, here, none)
    cost = scipy_dijkstra(
        graph.links, indices=graph.origin_nodes[:1], limit=(limit_ms + 3_600_000.0) * (1 << 24)
    )[0]
    end_ms, _ = dijkstra.decode(cost[: graph.arcs], nudges=1)
    entry = end_ms - turns.arc_ms
    share = np.zeros(graph.arcs)
    entry[here.arc] = 0.0
    share[here.arc] = here.done_ms / turns.arc_ms[here.arc]
    return entry, share


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
    network: StreetNetwork, entry: Floats, share: Floats, limit_ms: float
) -> shapely.Polygon:
    reached = np.flatnonzero(entry <= limit_ms)
    until = share[reached] + (limit_ms - entry[reached]) / network.turns.arc_ms[reached]
    whole = (share[reached] == 0.0) & (until >= 1.0)
    pieces = [network.lines_m[np.unique(reached[whole] // 2)]]
    cut = []
    for arc, low, high in zip(
        reached[~whole], share[reached][~whole], np.minimum(until[~whole], 1.0), strict=True
    ):
        ends = (1.0 - high, 1.0 - low) if arc % 2 else (low, high)
        cut.append(substring(network.lines_m[arc // 2], *ends, normalized=True))
    pieces.append(np.array(cut, dtype=object))
    lines = np.concatenate(pieces)
    area = shapely.union_all(shapely.buffer(shapely.simplify(lines, 5.0), _BUFFER_M, quad_segs=4))
    return _filled(area)


def _filled(area: shapely.Geometry) -> shapely.Geometry:
    parts = []
    for part in shapely.get_parts(area):
        rings = [ring for ring in part.interiors if shapely.Polygon(ring).area > _HOLE_M2]
        parts.append(shapely.Polygon(part.exterior, rings))
    return shapely.union_all(parts)
