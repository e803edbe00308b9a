"""Districts, sectors, service areas and ZIP areas, drawn along streets and water.

The major streets, the shores, the middle of the rivers and the city limit cut the city into
pieces. Areas are grown from pieces, so that areas of one kind share their edges vertex by vertex,
and sectors and districts are exact unions.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geoteam.demo.ground import Ground
from geoteam.demo.network import Network
from geoteam.demo.seeds import stream

Ids = NDArray[np.int64]


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
        Neighbours: for each piece, other piece -> (shared length in metres, cost of crossing).
    """

    shapes: NDArray[np.object_]
    weight: NDArray[np.float64]
    dry: NDArray[np.bool_]
    near: list[dict[int, tuple[float, float]]]


def _shared(shapes: NDArray[np.object_]) -> pd.DataFrame:
    coords, owner = shapely.get_coordinates(shapely.boundary(shapes), return_index=True)
    rings = shapely.get_rings(shapes, return_index=True)
    coords, ring = shapely.get_coordinates(rings[0], return_index=True)
    owner = rings[1][ring]
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
    edges = network.edges
    major = edges["highway"].isin(["primary", "secondary", "tertiary"]) | edges["kind"].isin(
        ["shore"]
    )
    lines = list(edges.loc[major, "geometry"])
    lines += [
        ground.river.boundary,
        ground.branch.boundary,
        ground.river_middle,
        ground.branch_middle,
        ground.outline.exterior,
        ground.creek,
    ]
    noded = shapely.union_all(lines, grid_size=0.05)
    shapes = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    shapes = shapes[np.lexsort(shapely.get_coordinates(shapely.centroid(shapes)).T)]
    tree = shapely.STRtree(shapes)
    point, shape = tree.query(shapely.points(x, y), predicate="intersects")
    first = pd.DataFrame({"point": point, "shape": shape}).drop_duplicates("point")
    weight = np.bincount(first["shape"], minlength=len(shapes)).astype(float)
    inside = shapely.point_on_surface(shapes)
    wet = ground.water.buffer(1.0)
    shapely.prepare(wet)
    dry = ~shapely.contains(wet, inside) & ((shapely.area(shapes) > 12_000) | (weight > 6))
    shared = _shared(shapes)
    middle = shapely.points((shared["x0"] + shared["x1"]) / 2, (shared["y0"] + shared["y1"]) / 2)
    cost = np.where(shapely.distance(ground.creek, middle) < 0.6, 2500.0, 120.0)
    shared["cost"] = cost
    near: list[dict[int, tuple[float, float]]] = [{} for _ in shapes]
    grouped = shared.groupby(["owner_x", "owner_y"], as_index=False).agg(
        length=("length", "sum"), cost=("cost", "mean")
    )
    for a, b, length, price in grouped.itertuples(index=False):
        near[a][b] = near[b][a] = (length, price)
    return Pieces(shapes, weight, dry, near)


def _parts(pieces: Pieces, ids: Ids) -> list[Ids]:
    """Connected parts of some dry pieces, the heaviest first."""
    place = {int(piece): k for k, piece in enumerate(ids)}
    pairs = [(place[a], place[b]) for a in place for b in pieces.near[a] if b in place]
    rows, cols = np.array(pairs).T if pairs else (np.array([], int), np.array([], int))
    graph = coo_matrix((np.ones(len(rows)), (rows, cols)), shape=(len(ids),) * 2)
    _, label = connected_components(graph, directed=False)
    parts = [ids[label == k] for k in range(label.max() + 1)]
    return sorted(parts, key=lambda part: -float(pieces.weight[part].sum()))


def _grow(
    pieces: Pieces,
    ids: Ids,
    seeds: Sequence[int],
    head_start: NDArray[np.float64],
    centres: NDArray[np.float64],
) -> NDArray[np.int64]:
    allowed = set(ids.tolist())
    owner: dict[int, int] = {}
    heap = [(float(head_start[k]), k, seed) for k, seed in enumerate(seeds)]
    heapq.heapify(heap)
    while heap:
        cost, k, piece = heapq.heappop(heap)
        if piece in owner:
            continue
        owner[piece] = k
        for other, (length, price) in pieces.near[piece].items():
            if other in allowed and other not in owner:
                step = (
                    float(np.hypot(*(centres[piece] - centres[other])))
                    + price
                    + (400 if length < 60 else 0)
                )
                heapq.heappush(heap, (cost + step, k, other))
    return np.array([owner[int(piece)] for piece in ids])


def split(pieces: Pieces, ids: Ids, count: int, rng: np.random.Generator) -> list[Ids]:
    """Split connected pieces into connected, roughly balanced groups.

    Seeds move to the middle of their group and heavy groups start later, as in Lloyd's algorithm
    with additive weights.

    Parameters
    ----------
    pieces
        The pieces.
    ids
        Which pieces to split; connected.
    count
        How many groups.
    rng
        Random stream.

    Returns
    -------
    list of ndarray
        Piece numbers of each group.
    """
    if count <= 1 or len(ids) <= count:
        return [ids] if count <= 1 else [ids[k : k + 1] for k in range(len(ids))]
    centres = shapely.get_coordinates(shapely.centroid(pieces.shapes))
    weight = pieces.weight[ids] + 0.15 * pieces.weight[ids].mean() + 0.5
    seeds = [int(ids[np.argmax(np.hypot(*(centres[ids] - centres[ids].mean(axis=0)).T))])]
    while len(seeds) < count:
        gap = np.min([np.hypot(*(centres[ids] - centres[s]).T) for s in seeds], axis=0)
        seeds.append(int(ids[np.argmax(gap * weight**0.3)]))
    head = np.zeros(count)
    best, best_spread = np.zeros(len(ids), dtype=int), np.inf
    for turn in range(28):
        owner = _grow(pieces, ids, seeds, head, centres)
        load = np.bincount(owner, weight, minlength=count)
        spread = load.max() / load.mean() + load.mean() / max(load.min(), 1.0)
        if spread < best_spread:
            best, best_spread = owner, spread
        for k in range(count):
            own = ids[owner == k]
            if len(own):
                middle = np.average(centres[own], axis=0, weights=weight[owner == k])
                seeds[k] = int(own[np.argmin(np.hypot(*(centres[own] - middle).T))])
        reach = np.sqrt(shapely.area(pieces.shapes[ids]).sum() / count)
        head = head + 0.22 * reach * (load / load.mean() - 1) * (0.93**turn)
        head -= head.min()
    return [ids[best == k] for k in range(count)]


def _apportion(weights: Sequence[float], total: int, least: int = 1) -> list[int]:
    shares = np.asarray(weights, dtype=float)
    seats = np.full(len(shares), least)
    while seats.sum() < total:
        seats[np.argmax(shares / (seats + 0.5))] += 1
    return [int(s) for s in seats]


@dataclass(frozen=True)
class Scheme:
    """One version of the boundaries: for each piece its unit; for each unit its sector."""

    unit: NDArray[np.object_]
    sector_of: dict[str, str]


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
        for piece in np.flatnonzero(unit == ""):
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


def _order(groups: list[Ids], pieces: Pieces, key: str) -> list[Ids]:
    def middle(ids: Ids) -> tuple[float, float]:
        x, y = shapely.centroid(shapely.union_all(pieces.shapes[ids])).coords[0]
        return (x, y)

    if key == "turn":
        nearest = min(range(len(groups)), key=lambda k: np.hypot(*middle(groups[k])))
        rest = [g for k, g in enumerate(groups) if k != nearest]
        return [
            groups[nearest],
            *sorted(rest, key=lambda g: -((np.arctan2(*middle(g)[::-1]) - 3.3) % (2 * np.pi))),
        ]
    return sorted(groups, key=lambda g: (-round(middle(g)[1] / 900), middle(g)[0]))


def make_scheme(seed: int, pieces: Pieces, districts: int, sectors: int, units: int) -> Scheme:
    """Draw districts, in them sectors, in them units.

    Parameters
    ----------
    seed
        The seed of the city.
    pieces
        What to build from.
    districts, sectors, units
        How many of each, in the whole city.

    Returns
    -------
    Scheme
        Codes such as district ``3``, sector ``3B``, unit ``305``.
    """
    rng = stream(seed, "units")
    dry = np.flatnonzero(pieces.dry)
    parts = _parts(pieces, dry)
    big = [
        part for part in parts if pieces.weight[part].sum() > 0.4 * pieces.weight.sum() / districts
    ]
    seats = _apportion([pieces.weight[p].sum() for p in big], districts)
    groups = [
        g for part, seat in zip(big, seats, strict=True) for g in split(pieces, part, seat, rng)
    ]
    groups = _order(groups, pieces, "turn")
    unit = np.full(len(pieces.shapes), "", dtype=object)
    sector_of: dict[str, str] = {}
    each = sectors // districts
    counts = _apportion([pieces.weight[g].sum() ** 0.5 for g in groups], units, least=each)
    for number, (group, count) in enumerate(zip(groups, counts, strict=True), start=1):
        found = _order(split(pieces, group, each, rng), pieces, "rows")
        inner = _apportion([pieces.weight[g].sum() for g in found], count)
        code = 0
        for letter, (sector, many) in zip("ABCDEF", zip(found, inner, strict=True), strict=False):
            for ids in _order(split(pieces, sector, many, rng), pieces, "rows"):
                code += 1
                unit[ids] = f"{number}{code:02d}"
                sector_of[f"{number}{code:02d}"] = f"{number}{letter}"
    return Scheme(attach_rest(pieces, unit), sector_of)


def _whole(pieces: Pieces, ids: Ids) -> bool:
    return len(ids) > 0 and len(_parts(pieces, ids)) == 1


def earlier_scheme(seed: int, pieces: Pieces, scheme: Scheme, share: float) -> Scheme:
    """Undo a realignment: one unit fewer, and other edges, so that a share of addresses differs.

    Parameters
    ----------
    seed
        The seed of the city.
    pieces
        The pieces.
    scheme
        The boundaries in force.
    share
        Share of address points whose unit differs, about.

    Returns
    -------
    Scheme
        The earlier boundaries.
    """
    rng = stream(seed, "realignment")
    unit = np.where(pieces.dry, scheme.unit, "")
    total = pieces.weight.sum()
    last = sorted(scheme.sector_of)[-1 - 2 * (len(scheme.sector_of) // 8)]
    sector_of = {u: s for u, s in scheme.sector_of.items() if u != last}
    touching = {
        unit[b]: 0.0
        for a in np.flatnonzero(unit == last)
        for b in pieces.near[a]
        if unit[b] not in ("", last)
    }
    for a in np.flatnonzero(unit == last):
        for b, (length, _) in pieces.near[a].items():
            if unit[b] in touching:
                touching[unit[b]] += length
    heir = max(sorted(touching), key=lambda c: (c[0] == last[0], touching[c]))
    unit[unit == last] = heir
    for _ in range(6000):
        if pieces.weight[(unit != scheme.unit) & pieces.dry].sum() >= share * total:
            break
        piece = int(rng.choice(np.flatnonzero(unit != "")))
        here = unit[piece]
        others = sorted(
            {
                unit[b]
                for b, (length, _) in pieces.near[piece].items()
                if unit[b] not in ("", here) and length > 150
            }
        )
        others = [o for o in others if o[0] == here[0] or rng.uniform() < 0.25]
        if not others or unit[piece] != scheme.unit[piece]:
            continue
        there = others[int(rng.integers(len(others)))]
        rest = np.flatnonzero(unit == here)
        rest = rest[rest != piece]
        if pieces.weight[rest].sum() > 0.4 * total / len(sector_of) and _whole(pieces, rest):
            unit[piece] = there
    return Scheme(attach_rest(pieces, unit), sector_of)


def make_zip_areas(seed: int, pieces: Pieces, count: int, prefix: str) -> NDArray[np.object_]:
    """Draw ZIP areas that follow neither districts nor units.

    Parameters
    ----------
    seed
        The seed of the city.
    pieces
        The pieces.
    count
        About how many.
    prefix
        First three digits.

    Returns
    -------
    ndarray of str
        ZIP code of each piece.
    """
    rng = stream(seed, "zip")
    parts = _parts(pieces, np.flatnonzero(pieces.dry))
    big = [p for p in parts if pieces.weight[p].sum() > 0.3 * pieces.weight.sum() / count]
    seats = _apportion([pieces.weight[p].sum() for p in big], count)
    zips = np.full(len(pieces.shapes), "", dtype=object)
    code = 1
    for part, seat in zip(big, seats, strict=True):
        for ids in _order(split(pieces, part, seat, rng), pieces, "rows"):
            zips[ids] = f"{prefix}{code:02d}"
            code += 1
    return attach_rest(pieces, zips)


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
        str(code): shapely.coverage_union_all(pieces.shapes[codes == code])
        for code in sorted(set(codes))
    }
