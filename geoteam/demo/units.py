"""Districts, sectors, service areas and ZIP areas, grown from pieces.

Areas of one kind share their edges vertex by vertex, and sectors and districts are exact unions.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geoteam.demo.pieces import Ids, Pieces, attach_rest, land_parts
from geoteam.demo.seeds import stream


def _grow(
    pieces: Pieces, ids: Ids, seeds: Sequence[int], head_start: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Dijkstra from all seeds at once: every piece goes to the seed that is cheapest to reach."""
    free = set(ids.tolist())
    owner: dict[int, int] = {}
    heap = [(float(head_start[k]), k, seed) for k, seed in enumerate(seeds)]
    heapq.heapify(heap)
    while heap:
        cost, k, piece = heapq.heappop(heap)
        if piece not in free:
            continue
        free.remove(piece)
        owner[piece] = k
        for other, (_, step) in pieces.near[piece].items():
            if other in free:
                heapq.heappush(heap, (cost + step, k, other))
    return np.array([owner[piece] for piece in ids.tolist()])


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
        owner = _grow(pieces, ids, seeds, head)
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
    """Seats by weight, Webster's way."""
    shares = np.asarray(weights, dtype=float)
    seats = np.full(len(shares), least)
    while seats.sum() < total:
        seats[np.argmax(shares / (seats + 0.5))] += 1
    return [int(s) for s in seats]


@dataclass(frozen=True)
class Scheme:
    """One version of the boundaries.

    Attributes
    ----------
    unit
        Unit of each piece.
    sector_of
        Unit -> sector; the first letter of a sector is its district.
    """

    unit: NDArray[np.object_]
    sector_of: dict[str, str]

    @property
    def sectors(self) -> NDArray[np.object_]:
        """Sector of each piece."""
        return np.array([self.sector_of[unit] for unit in self.unit], dtype=object)

    @property
    def districts(self) -> NDArray[np.object_]:
        """District of each piece."""
        return np.array([self.sector_of[unit][0] for unit in self.unit], dtype=object)


def _order(groups: list[Ids], pieces: Pieces, key: str) -> list[Ids]:
    centres = shapely.get_coordinates(shapely.centroid(pieces.shapes))
    area = shapely.area(pieces.shapes)

    def middle(ids: Ids) -> tuple[float, float]:
        x, y = np.average(centres[ids], axis=0, weights=area[ids])
        return float(x), float(y)

    if key == "turn":
        nearest = min(range(len(groups)), key=lambda k: np.hypot(*middle(groups[k])))
        rest = [g for k, g in enumerate(groups) if k != nearest]
        return [
            groups[nearest],
            *sorted(rest, key=lambda g: -((np.arctan2(*middle(g)[::-1]) - 3.3) % (2 * np.pi))),
        ]
    return sorted(groups, key=lambda g: (-round(middle(g)[1] / 900), middle(g)[0]))


def _share_out(pieces: Pieces, ids: Ids, count: int, rng: np.random.Generator) -> list[Ids]:
    """Split pieces that may lie on several banks; a small bank goes with its nearest neighbour."""
    parts = land_parts(pieces, ids)
    least = 0.4 * pieces.weight[ids].sum() / count
    big = [part for part in parts if pieces.weight[part].sum() > least][:count]
    seats = _apportion([pieces.weight[part].sum() for part in big], count)
    groups = [
        group
        for part, seat in zip(big, seats, strict=True)
        for group in split(pieces, part, seat, rng)
    ]
    for part in parts[len(big) :]:
        here = shapely.union_all(pieces.shapes[part])
        gaps = [shapely.distance(here, pieces.shapes[group]).min() for group in groups]
        k = int(np.argmin(gaps))
        groups[k] = np.concatenate([groups[k], part])
    return groups


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
    groups = _share_out(pieces, np.flatnonzero(pieces.dry), districts, rng)
    groups = _order(groups, pieces, "turn")
    unit = np.full(len(pieces.shapes), "", dtype=object)
    sector_of: dict[str, str] = {}
    each = sectors // districts
    counts = _apportion([pieces.weight[g].sum() ** 0.5 for g in groups], units, least=each)
    for number, (group, count) in enumerate(zip(groups, counts, strict=True), start=1):
        found = _order(_share_out(pieces, group, each, rng), pieces, "rows")
        inner = _apportion([pieces.weight[g].sum() for g in found], count)
        code = 0
        for letter, sector, many in zip("ABCDEF", found, inner, strict=False):
            for ids in _order(_share_out(pieces, sector, many, rng), pieces, "rows"):
                code += 1
                unit[ids] = f"{number}{code:02d}"
                sector_of[f"{number}{code:02d}"] = f"{number}{letter}"
    return Scheme(attach_rest(pieces, _straighten(pieces, unit)), sector_of)


def _edges_with(pieces: Pieces, unit: NDArray[np.object_], piece: int) -> dict[str, float]:
    shared: dict[str, float] = {}
    for other, (length, _) in pieces.near[piece].items():
        if unit[other]:
            shared[str(unit[other])] = shared.get(str(unit[other]), 0.0) + length
    return shared


def _may_leave(pieces: Pieces, unit: NDArray[np.object_], piece: int, least: float) -> bool:
    own = np.flatnonzero(unit == unit[piece])
    rest = own[own != piece]
    if not len(rest) or pieces.weight[rest].sum() < least:
        return False
    return len(land_parts(pieces, rest)) <= len(land_parts(pieces, own))


def _straighten(pieces: Pieces, unit: NDArray[np.object_]) -> NDArray[np.object_]:
    """Move pieces that stick out into a neighbour, so that edges run straight."""
    unit = unit.copy()
    mean = pieces.weight.sum() / len(set(unit) - {""})
    for _ in range(4):
        moved = 0
        for piece in np.flatnonzero(pieces.dry).tolist():
            shared = _edges_with(pieces, unit, piece)
            own = shared.pop(str(unit[piece]), 0.0)
            best = max(sorted(shared), key=lambda code: shared[code], default="")
            if not best or shared[best] < 1.2 * own:
                continue
            load = pieces.weight[unit == best].sum() + pieces.weight[piece]
            if load < 1.7 * mean and _may_leave(pieces, unit, piece, 0.5 * mean):
                unit[piece] = best
                moved += 1
        if not moved:
            break
    return unit


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
    unit = np.where(pieces.dry, scheme.unit, "").astype(object)
    total = pieces.weight.sum()
    new = sorted(scheme.sector_of)[-1 - 2 * (len(scheme.sector_of) // 8)]
    shared: dict[str, float] = {}
    for piece in np.flatnonzero(unit == new).tolist():
        for code, length in _edges_with(pieces, unit, piece).items():
            shared[code] = shared.get(code, 0.0) + length
    shared.pop(new)
    heir = max(sorted(shared), key=lambda code: (code[0] == new[0], shared[code]))
    unit[unit == new] = heir
    sector_of = {u: s for u, s in scheme.sector_of.items() if u != new}
    least = 0.45 * total / len(sector_of)
    order = np.concatenate([rng.permutation(np.flatnonzero(pieces.dry)) for _ in range(6)])
    for piece in order.tolist():
        if pieces.weight[(unit != scheme.unit) & pieces.dry].sum() >= share * total:
            break
        edges = _edges_with(pieces, unit, piece)
        around, here = sum(edges.values()), str(unit[piece])
        # Across a district's edge only now and then.
        others = [
            code for code in sorted(edges)
            if code != here and edges[code] > 0.3 * around
            and (code[0] == here[0] or rng.uniform() < 0.2)
        ]  # fmt: skip
        if others and here == scheme.unit[piece] and _may_leave(pieces, unit, piece, least):
            unit[piece] = others[int(rng.integers(len(others)))]
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
        How many.
    prefix
        First three digits.

    Returns
    -------
    ndarray of str
        ZIP code of each piece.
    """
    rng = stream(seed, "zip")
    groups = _order(_share_out(pieces, np.flatnonzero(pieces.dry), count, rng), pieces, "rows")
    zips = np.full(len(pieces.shapes), "", dtype=object)
    for code, ids in enumerate(groups, start=1):
        zips[ids] = f"{prefix}{code:02d}"
    return attach_rest(pieces, _straighten(pieces, zips))
