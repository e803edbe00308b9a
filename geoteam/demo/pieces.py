"""The pieces of which areas are made.

The major streets, the shores, the middle of the rivers and the city limit cut the city into
pieces. Whatever is built from them shares its edges vertex by vertex.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geoteam.demo.ground import Ground
from geoteam.demo.network import Network

Ids = NDArray[np.int64]
# Pieces with more than this many times the mean number of addresses are cut up further.
HEAVY = 6.0


@dataclass(frozen=True)
class Pieces:
    """What areas are made of.

    Attributes
    ----------
    shapes
        Polygons that tile the outline.
    weight
        Address points in each.
    dry
        False for water and crumbs, which only join an area at the end.
    near
        Neighbours: for each piece, other piece -> (shared length in metres, cost of growing across)
    """

    shapes: NDArray[np.object_]
    weight: NDArray[np.float64]
    dry: NDArray[np.bool_]
    near: list[dict[int, tuple[float, float]]]


def _shared(shapes: NDArray[np.object_]) -> pd.DataFrame:
    """Segments that two pieces share."""
    rings, ring_owner = shapely.get_rings(shapes, return_index=True)
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    owner = ring_owner[ring]
    same = ring[1:] == ring[:-1]
    a, b = coords[:-1][same], coords[1:][same]
    swap = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
    a[swap], b[swap] = b[swap], a[swap].copy()
    frame = pd.DataFrame(
        {"x0": a[:, 0], "y0": a[:, 1], "x1": b[:, 0], "y1": b[:, 1], "owner": owner[:-1][same]}
    )
    both = frame.merge(frame, on=["x0", "y0", "x1", "y1"])
    both = both[both["owner_x"] < both["owner_y"]]
    both["length"] = np.hypot(both["x1"] - both["x0"], both["y1"] - both["y0"])
    return both


def make_pieces(
    ground: Ground, network: Network, x: NDArray[np.float64], y: NDArray[np.float64]
) -> Pieces:
    """Cut the city into pieces along major streets and water.

    Parameters
    ----------
    ground, network
        The city.
    x, y
        Address points in city metres.

    Returns
    -------
    Pieces
        Polygons, weights and neighbours.
    """
    shapes = _cut_up(ground, network, x, y)
    weight = _count(shapes, x, y)
    wet = ground.water.buffer(1.0)
    shapely.prepare(wet)
    dry = ~shapely.contains(wet, shapely.point_on_surface(shapes))
    dry &= (shapely.area(shapes) > 12_000) | (weight > 6)
    return Pieces(shapes, weight, dry, _neighbours(shapes, ground))


def _faces(lines: list[shapely.Geometry]) -> NDArray[np.object_]:
    noded = shapely.union_all(lines, grid_size=0.05)
    shapes = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    return np.asarray(shapes[np.lexsort(shapely.get_coordinates(shapely.centroid(shapes)).T)])


def _cut_up(
    ground: Ground, network: Network, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.object_]:
    edges = network.edges[network.edges["kind"] != "expressway"]
    major = edges["highway"].isin(["primary", "secondary", "tertiary"]) | (edges["kind"] == "shore")
    lines = [*edges.loc[major, "geometry"], ground.river.boundary, ground.branch.boundary]
    lines += [ground.river_middle, ground.branch_middle, ground.creek, ground.outline.exterior]
    shapes = _faces(lines)
    weight = _count(shapes, x, y)
    crowded = shapes[weight > HEAVY * weight[weight > 0].mean()]
    # Where no bigger street runs through, small ones do.
    small = edges.loc[~major, "geometry"].to_numpy()
    inside, _ = shapely.STRtree(crowded).query(small, predicate="intersects")
    return _faces([*lines, *small[np.unique(inside)]]) if len(inside) else shapes


def piece_of(
    shapes: NDArray[np.object_], x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Find the piece of each point; on a shared edge the first one.

    Parameters
    ----------
    shapes
        Polygons that tile the outline.
    x, y
        Points in city metres.

    Returns
    -------
    ndarray
        Piece numbers.
    """
    point, shape = shapely.STRtree(shapes).query(shapely.points(x, y), predicate="intersects")
    where = np.full(len(x), len(shapes), dtype=np.int64)
    np.minimum.at(where, point, shape)
    return where


def _count(
    shapes: NDArray[np.object_], x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    return np.bincount(piece_of(shapes, x, y), minlength=len(shapes)).astype(np.float64)


def _neighbours(
    shapes: NDArray[np.object_], ground: Ground
) -> list[dict[int, tuple[float, float]]]:
    shared = _shared(shapes)
    middle = shapely.points((shared["x0"] + shared["x1"]) / 2, (shared["y0"] + shared["y1"]) / 2)
    # Areas rather end at the creek than at a street.
    shared["cost"] = np.where(shapely.distance(ground.creek, middle) < 0.6, 2500.0, 120.0)
    pairs = shared.groupby(["owner_x", "owner_y"], as_index=False).agg(
        length=("length", "sum"), cost=("cost", "mean")
    )
    centre = shapely.get_coordinates(shapely.centroid(shapes))
    gap = centre[pairs["owner_x"].to_numpy()] - centre[pairs["owner_y"].to_numpy()]
    pairs["cost"] += np.hypot(*gap.T) + np.where(pairs["length"] < 60, 400.0, 0.0)
    near: list[dict[int, tuple[float, float]]] = [{} for _ in shapes]
    for a, b, length, cost in pairs.itertuples(index=False):
        near[a][b] = near[b][a] = (length, cost)
    return near


def land_parts(pieces: Pieces, ids: Ids) -> list[Ids]:
    """Sort pieces into connected parts.

    Parameters
    ----------
    pieces
        All pieces.
    ids
        Some of them.

    Returns
    -------
    list of ndarray
        Piece numbers of each part, the heaviest part first.
    """
    place = {int(piece): k for k, piece in enumerate(ids)}
    pairs = [(place[a], place[b]) for a in place for b in pieces.near[a] if b in place]
    rows, cols = np.array(pairs).T if pairs else (np.array([], int), np.array([], int))
    graph = coo_matrix((np.ones(len(rows)), (rows, cols)), shape=(len(ids),) * 2)
    _, label = connected_components(graph, directed=False)
    parts = [ids[label == k] for k in range(label.max() + 1)]
    return sorted(parts, key=lambda part: -float(pieces.weight[part].sum()))


def attach_rest(pieces: Pieces, unit: NDArray[np.object_]) -> NDArray[np.object_]:
    """Give water and crumbs to the unit with which they share most edge.

    Parameters
    ----------
    pieces
        The pieces.
    unit
        Unit of each piece, empty where none yet.

    Returns
    -------
    ndarray of str
        A unit for every piece.
    """
    unit = unit.copy()
    while True:
        shares: list[tuple[float, int, str]] = []
        for piece in np.flatnonzero(unit == "").tolist():
            edge: dict[str, float] = {}
            for other, (length, _) in pieces.near[piece].items():
                if unit[other]:
                    edge[unit[other]] = edge.get(unit[other], 0.0) + length
            if edge:
                code = max(sorted(edge), key=lambda c: edge[c])
                shares.append((edge[code], int(piece), code))
        if not shares:
            return unit
        for _, piece, code in shares:
            unit[piece] = code


def dissolve_pieces(pieces: Pieces, codes: NDArray[np.object_]) -> dict[str, shapely.Geometry]:
    """Join pieces by code, keeping every vertex of the edges.

    Parameters
    ----------
    pieces
        The pieces.
    codes
        Code of each piece.

    Returns
    -------
    dict
        Code -> polygon, in the order of the codes.
    """
    return {
        code: shapely.coverage_union_all(pieces.shapes[codes == code])
        for code in sorted({str(code) for code in codes})
    }
