"""How long a side two boundaries share: equal segments first, the rest by overlay."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray


def shared_sides(
    shapes: NDArray[np.object_], grid_m: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Measure the sides that pairs of polygons share.

    Corners are rounded to the grid. Where two neighbours have the same corners, which is nearly
    everywhere, their segments are equal and are found by sorting. What is left, such as T-junctions
    and different digitisations, is overlaid with snap rounding on the same grid (Hobby 1999,
    *Practical segment intersection with finite precision output*). A third polygon's sliver thinner
    than the grid parts two others.

    Parameters
    ----------
    shapes
        Polygons in metres.
    grid_m
        Corners this close are the same.

    Returns
    -------
    tuple of ndarray
        Positions ``first`` < ``second`` of pairs that meet, sorted, and the length of the side that
        they share, in metres; 0 where they only touch.
    """
    ends_m, ends, owner = _segments(shapes, grid_m)
    # Equal segments of two owners lie beside each other; a third one is left to the overlay.
    order = np.lexsort((owner, *ends.T))
    same = (ends[order][1:] == ends[order][:-1]).all(axis=1)
    run = np.concatenate(([0], np.cumsum(~same)))
    twice = (np.bincount(run) == 2)[run]
    one, two = order[twice][::2], order[twice][1::2]
    apart = owner[one] != owner[two]
    one, two = one[apart], two[apart]
    loose = np.ones(len(ends), dtype=bool)
    loose[one] = loose[two] = False
    sides = (ends[one, 2:] - ends[one, :2]) * grid_m
    far_first, far_second, far_m = _overlaid(ends_m[loose], owner[loose], grid_m)
    pairs = np.column_stack(
        (np.concatenate((owner[one], far_first)), np.concatenate((owner[two], far_second)))
    )
    found, place = np.unique(np.sort(pairs, axis=1), axis=0, return_inverse=True)
    length = np.bincount(
        place.ravel(),
        weights=np.concatenate((np.hypot(*sides.T), far_m)),
        minlength=len(found),
    )
    return found[:, 0], found[:, 1], length.astype(np.float64)


def _segments(
    shapes: NDArray[np.object_], grid_m: float
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Segments of all rings (x, y, x, y), on the grid with the lower end first, and whose."""
    parts, part_owner = shapely.get_parts(shapes, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    grid = np.rint(corners / grid_m).astype(np.int64)
    ends_m, ends = (np.column_stack((some[:-1], some[1:])) for some in (corners, grid))
    inside = ring[:-1] == ring[1:]
    ends_m, ends, owner = ends_m[inside], ends[inside], part_owner[ring_part[ring[:-1][inside]]]
    back = (ends[:, 0] > ends[:, 2]) | ((ends[:, 0] == ends[:, 2]) & (ends[:, 1] > ends[:, 3]))
    ends[back] = ends[back][:, [2, 3, 0, 1]]
    return ends_m, ends, owner.astype(np.int64)


def _overlaid(
    ends_m: NDArray[np.float64], owner: NDArray[np.int64], grid_m: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Overlay the segments that have no equal, owner by owner: pairs, and what they share."""
    lines = shapely.linestrings(ends_m.reshape(-1, 2, 2))
    a, b = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=grid_m)
    ahead = owner[a] < owner[b]
    a, b = a[ahead], b[ahead]
    # Of two that only meet at an end, or at a corner, nothing is shared.
    beside = _along(ends_m[a], ends_m[b]) > grid_m
    a, b = a[beside], b[beside]
    pairs, place = np.unique(np.column_stack((owner[a], owner[b])), axis=0, return_inverse=True)
    sides = [_gathered(lines, some, place.ravel()) for some in (a, b)]
    length = shapely.length(shapely.intersection(*sides, grid_size=grid_m))
    return pairs[:, 0], pairs[:, 1], length


def _along(one_m: NDArray[np.float64], other_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much of each segment lies beside another, seen at a right angle, in metres."""
    way = one_m[:, 2:] - one_m[:, :2]
    length = np.hypot(*way.T)
    scale = np.where(length > 0, length, 1.0)
    reach = [((some - one_m[:, :2]) * way).sum(axis=1) / scale
             for some in (other_m[:, :2], other_m[:, 2:])]  # fmt: skip
    along: NDArray[np.float64] = np.clip(np.maximum(*reach), 0, length) - np.clip(
        np.minimum(*reach), 0, length
    )
    return along


def _gathered(
    lines: NDArray[np.object_], some: NDArray[np.int64], place: NDArray[np.int64]
) -> NDArray[np.object_]:
    """Lines of each place, once."""
    once = np.unique(np.column_stack((place, some)), axis=0)
    gathered: NDArray[np.object_] = shapely.multilinestrings(lines[once[:, 1]], indices=once[:, 0])
    return gathered
