"""Outlines as whole numbers: squares whose corners are known."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geoteam.plans import Layout
from geoteam.plans.borders import SCALE, Outlines
from tests.plans.grounds import CRS, frame_of, grid


def corners(line: list[int]) -> np.ndarray:
    """A line as it is drawn."""
    return np.cumsum(np.array(line).reshape(-1, 2), axis=0)


def test_rings_come_back_to_a_tenth_of_a_metre() -> None:
    frame = grid(3, 2)
    outlines = Outlines.from_frame(frame)
    for shape, rings in zip(frame.geometry, outlines.rings(6), strict=True):
        (ring,) = rings
        degrees = outlines.origin + corners(ring) / SCALE
        assert len(degrees) == 4
        assert np.abs(degrees - shapely.get_coordinates(shape)[:-1]).max() <= 0.5001 / SCALE


def test_parts_and_holes_are_rings_of_their_unit() -> None:
    hole = shapely.Polygon(
        shapely.box(0, 0, 90, 90).exterior, [shapely.box(30, 30, 60, 60).exterior.coords]
    )
    frame = frame_of({"a": shapely.MultiPolygon([hole, shapely.box(200, 0, 290, 90)]),
                      "b": shapely.box(30, 30, 60, 60)})  # fmt: skip
    outlines = Outlines.from_frame(frame)
    assert [len(rings) for rings in outlines.rings(2)] == [3, 1]
    # The hole's border is the border with the unit that fills it.
    (side,) = outlines.sides([[0, 1]])
    assert sum(len(line) for line in side) >= 10


def test_sides_are_the_borders_between_neighbours() -> None:
    frame = grid(3, 2)
    layout = Layout.from_frame(frame, crs=CRS)
    outlines = Outlines.from_frame(frame)
    sides = outlines.sides(layout.edges)
    assert len(sides) == len(layout.edges) == 7
    for (a, b), lines in zip(layout.edges, sides, strict=True):
        (line,) = lines
        ends = {tuple(corner) for corner in corners(line).tolist()}
        both = [
            {tuple(corner) for corner in corners(ring).tolist()}
            for unit in (a, b)
            for ring in outlines.rings(6)[unit]
        ]
        assert len(ends) == 2
        assert ends <= both[0] & both[1]


def test_a_side_of_several_corners_is_one_line() -> None:
    stairs = [(50, 0), (50, 30), (70, 30), (70, 60), (40, 60), (40, 100)]
    west = shapely.Polygon([(0, 0), *stairs, (0, 100)])
    east = shapely.Polygon([(100, 100), *reversed(stairs), (100, 0)])
    outlines = Outlines.from_frame(frame_of({"e": east, "w": west}))
    ((line,),) = outlines.sides([[0, 1]])
    assert len(line) == 2 * len(stairs)


def test_nothing_agrees_nothing_is_drawn() -> None:
    frame = frame_of({"a": shapely.box(0, 0, 10, 10), "b": shapely.box(50, 0, 60, 10)})
    assert Outlines.from_frame(frame).sides([[0, 1]]) == [[]]
    assert Outlines.from_frame(frame).sides(np.empty((0, 2))) == []


def test_slivers_smaller_than_the_grid_are_left_out() -> None:
    sliver = shapely.box(20, 0, 20.001, 0.001)
    frame = frame_of({"a": shapely.MultiPolygon([shapely.box(0, 0, 10, 10), sliver])})
    assert [len(rings) for rings in Outlines.from_frame(frame).rings(1)] == [1]


def test_districts_lie_on_the_grid_of_the_units() -> None:
    units, district = grid(2, 2), frame_of({"d": shapely.box(0, 0, 200, 200)})
    outlines = Outlines.from_frame(district, origin=Outlines.origin_of(units))
    assert outlines.origin == Outlines.from_frame(units).origin
    assert corners(outlines.rings(1)[0][0]).min() == pytest.approx(0, abs=2)
