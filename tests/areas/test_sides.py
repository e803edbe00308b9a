"""Sides that polygons share: found by equal segments, held against the overlay of whole outlines."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely import box

from geoteam.areas import read_boundaries
from geoteam.areas.planar import to_metres
from geoteam.areas.sides import shared_sides

GRID_M = 0.1


def found(*shapes: shapely.Geometry) -> dict[tuple[int, int], float]:
    """Pairs that share more than a corner."""
    first, second, length = shared_sides(np.array(shapes, dtype=object), GRID_M)
    rows = zip(first.tolist(), second.tolist(), length.tolist(), strict=True)
    return {(a, b): metres for a, b, metres in rows if metres > 1.0}


def overlaid(shapes: NDArray[np.object_]) -> dict[tuple[int, int], float]:
    """The same by overlay of the whole outlines, pair by pair."""
    first, second = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=GRID_M)
    first, second = first[first < second], second[first < second]
    sides = shapely.boundary(shapes)
    shared = shapely.intersection(sides[first], sides[second], grid_size=GRID_M)
    rows = zip(first.tolist(), second.tolist(), shapely.length(shared).tolist(), strict=True)
    return {(a, b): metres for a, b, metres in rows if metres > 1.0}


def test_equal_segments_and_corners() -> None:
    four = [box(x, y, x + 10, y + 20) for x in (0, 10) for y in (0, 20)]
    assert found(*four) == {(0, 1): 10, (0, 2): 20, (1, 3): 20, (2, 3): 10}


def test_a_t_junction_has_its_corner_on_one_side_only() -> None:
    # One long side against two short ones; and one that is a hand's breadth off.
    assert found(box(0, 0, 10, 40), box(10, 0, 20, 15), box(10, 15, 20, 40)) == {
        (0, 1): 15, (0, 2): 25, (1, 2): 10,
    }  # fmt: skip
    assert found(box(0, 0, 10, 40), box(10.04, 0, 20, 15)) == {(0, 1): pytest.approx(15, abs=0.1)}
    assert found(box(0, 0, 10, 40), box(10.3, 0, 20, 15)) == {}


def test_a_hole_filled_a_part_far_off_and_a_side_of_three() -> None:
    ring = box(0, 0, 30, 30) - box(10, 10, 20, 20)
    two = shapely.union_all([box(10, 10, 20, 20), box(30, 0, 40, 12)])
    assert found(ring, two) == {(0, 1): 52}
    # A third one lies upon the first, as in a faulty file: its sides count with both.
    assert found(box(0, 0, 10, 10), box(10, 0, 20, 10), box(0, 0, 10, 10))[0, 1] == 10


@settings(max_examples=40)
@given(
    st.lists(st.integers(2, 30), min_size=1, max_size=4),
    st.lists(st.lists(st.integers(2, 30), min_size=1, max_size=4), min_size=2, max_size=4),
    st.floats(0.0, 3.0),
)
def test_bricks_are_measured_as_by_overlay(
    heights: list[int], rows: list[list[int]], turn: float
) -> None:
    """Walls of bricks, whose joints do not meet, turned by any angle."""
    bricks = []
    for level, row in enumerate(rows):
        low = sum(heights[k % len(heights)] for k in range(level))
        ends = np.concatenate(([0], np.cumsum(row)))
        high = low + heights[level % len(heights)]
        bricks += [box(a, low, b, high) for a, b in pairwise(ends)]
    c, s = np.cos(turn), np.sin(turn)
    shapes = shapely.transform(np.array(bricks), lambda xy: xy @ np.array([[c, s], [-s, c]]))
    mine, theirs = found(*shapes), overlaid(shapes)
    for pair in mine.keys() | theirs.keys():
        # A side of hardly more than a metre may fall on either side of the limit.
        assert mine.get(pair, 1.0) == pytest.approx(theirs.get(pair, 1.0), abs=0.3)


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "code"), [("psa_2019", "PSA"), ("block_groups_2010", "GEOID"), ("smd_2013", "SMD_ID")]
)
def test_real_boundaries_are_measured_as_by_overlay(dc_data: Path, name: str, code: str) -> None:
    frame = read_boundaries(
        dc_data / "boundaries" / f"{name}.geojson", kind="tract", fields={"code": code}
    )
    shapes = to_metres(frame.geometry.to_numpy(), "EPSG:26985")
    mine, theirs = found(*shapes), overlaid(shapes)
    assert mine.keys() == theirs.keys()
    off = sorted(abs(mine[pair] - theirs[pair]) for pair in mine)
    # In one place three service areas lie within 10 cm; whole outlines count 33 m of it twice.
    assert off[-2] < 0.3
    assert off[-1] < 34
