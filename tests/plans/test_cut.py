"""Units cut along a line: squares that can be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoteam.crs import unproject
from geoteam.errors import InputError
from geoteam.plans.cut import cut, with_corners
from tests.plans.grounds import CRS, EAST_M, NORTH_M, frame_of, grid


def lonlat(*corners: tuple[float, float]) -> list[list[float]]:
    """Corners in metres as a line in degrees."""
    x, y = np.array(corners, dtype=float).T
    return np.column_stack(unproject(EAST_M + x, NORTH_M + y, CRS)).tolist()


def areas(pieces: list[shapely.Geometry]) -> list[float]:
    """Square metres, near enough."""
    frame = frame_of({"a": shapely.box(0, 0, 1, 1)}).set_geometry([pieces[0]])
    return [round(frame.set_geometry([p]).to_crs(CRS).area.iloc[0], 1) for p in pieces]


SQUARE = frame_of({"u": shapely.box(0, 0, 100, 100)}).geometry["u"]
RING = frame_of(
    {"u": shapely.Polygon(shapely.box(0, 0, 100, 100).exterior,
                          [shapely.box(40, 40, 60, 60).exterior.coords])}
).geometry["u"]  # fmt: skip
TWO = frame_of(
    {"u": shapely.MultiPolygon([shapely.box(0, 0, 100, 100), shapely.box(150, 0, 160, 100)])}
).geometry["u"]


def test_a_line_across_leaves_two_pieces_from_west_to_east() -> None:
    pieces = cut(SQUARE, lonlat((30, -10), (30, 110)), crs=CRS, unit="u")
    assert areas(pieces) == pytest.approx([3000, 7000], rel=1e-3)
    assert shapely.equals_exact(
        shapely.normalize(shapely.union_all(pieces).simplify(1e-12)),
        shapely.normalize(SQUARE),
        1e-12,
    )


def test_a_line_may_cross_several_times_and_itself() -> None:
    zigzag = lonlat((-10, 20), (110, 20), (110, 50), (-10, 50), (-10, 80), (110, 80))
    assert len(cut(SQUARE, zigzag, crs=CRS, unit="u")) == 4
    loop = lonlat((50, -10), (50, 60), (80, 60), (80, 30), (20, 30), (20, -10))
    assert sorted(areas(cut(SQUARE, loop, crs=CRS, unit="u"))) == pytest.approx(
        [900, 900, 8200], rel=1e-3
    )


def test_holes_and_parts_that_the_line_does_not_reach() -> None:
    pieces = cut(RING, lonlat((50, -10), (50, 110)), crs=CRS, unit="u")
    assert areas(pieces) == pytest.approx([4800, 4800], rel=1e-3)
    far = cut(TWO, lonlat((50, -10), (50, 110)), crs=CRS, unit="u")
    # The island beside goes with the piece that is nearest.
    assert areas(far) == pytest.approx([5000, 6000], rel=1e-3)


@pytest.mark.parametrize(
    "line",
    [
        lonlat((-10, -10), (-10, 110)),
        lonlat((0, -10), (0, 110)),
        lonlat((-10, 0), (0, 0), (0, 100), (-10, 100)),
        lonlat((50, 100), (50, 200)),
        lonlat((-50, 50), (50, -50)),
        lonlat((20, 20), (80, 80)),
        lonlat((-10, 50), (50, 50)),
    ],
    ids=["beside", "along", "along two", "ends on it", "touches a corner", "inside", "ends inside"],
)
def test_a_line_that_misses_or_only_touches_is_refused(line: list[list[float]]) -> None:
    with pytest.raises(InputError, match="the line does not cross u"):
        cut(SQUARE, line, crs=CRS, unit="u")


@pytest.mark.parametrize(
    "line",
    ["x", None, [], [[1]], [[1, 2, 3]], [[1, 2]], [[1, 2], [1, 2]], [[1, "a"]],
     [[1, float("nan")], [2, 3]], [[1, 2], [3]]],
)  # fmt: skip
def test_what_is_no_line_is_refused(line: object) -> None:
    with pytest.raises(InputError):
        cut(SQUARE, line, crs=CRS, unit="u")


def test_too_many_pieces_are_refused() -> None:
    comb = [(x, y) for k in range(0, 90, 3) for x, y in ((k + 1, -10 if k % 2 else 110),
                                                         (k + 3, -10 if k % 2 else 110))]  # fmt: skip
    with pytest.raises(InputError, match="more than 26"):
        cut(SQUARE, lonlat(*comb), crs=CRS, unit="u")


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.floats(-50, 150, width=32), st.floats(-50, 150, width=32)),
        min_size=2,
        max_size=6,
        unique=True,
    )
)
def test_pieces_cover_the_unit_and_do_not_overlap(corners: list[tuple[float, float]]) -> None:
    try:
        pieces = cut(SQUARE, lonlat(*corners), crs=CRS, unit="u")
    except InputError:
        return
    assert all(piece.is_valid for piece in pieces)
    assert sum(piece.area for piece in pieces) == pytest.approx(SQUARE.area, rel=1e-9)
    assert shapely.union_all(pieces).area == pytest.approx(SQUARE.area, rel=1e-9)


def test_a_neighbour_gets_the_corners_of_the_cut() -> None:
    frame = grid(2, 1)
    pieces = cut(frame.geometry["00"], lonlat((-10, 40), (110, 40)), crs=CRS, unit="00")
    other = frame.geometry["01"]
    grown = with_corners(other, pieces)
    assert len(grown.exterior.coords) == len(other.exterior.coords) + 1
    assert grown.area == pytest.approx(other.area, rel=1e-9)
    far = frame_of({"far": shapely.box(500, 500, 600, 600)}).geometry["far"]
    assert with_corners(far, pieces) is far
