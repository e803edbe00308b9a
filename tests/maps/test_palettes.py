from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoteam.errors import MapError
from geoteam.maps import classify
from geoteam.maps.palettes import HUES, PATTERNS, area_fills, colour_of


def test_counts_have_a_class_for_zero_and_readable_limits() -> None:
    breaks = classify([0, 3, 14, 27, 60, 99, 140], classes=3)
    assert breaks[0].label == "0"
    assert breaks[-1].label.endswith("140")
    assert len({one.colour for one in breaks}) == len(breaks)


def test_shares_are_divided_by_fifths() -> None:
    assert [one.label for one in classify([0.1, 0.9], kind="share")] == [
        "0 – 20 %",
        "20 – 40 %",
        "40 – 60 %",
        "60 – 80 %",
        "80 – 100 %",
    ]


def test_one_figure_makes_one_class() -> None:
    breaks = classify([7, 7, 7])
    assert [one.label for one in breaks] == ["7"]
    assert colour_of(7, breaks) == breaks[0].colour


def test_only_zeros_make_one_class() -> None:
    assert [one.label for one in classify([0, 0])] == ["0"]
    assert [one.label for one in classify([0.0], kind="decimal")] == ["0.0"]


def test_no_figure_makes_no_class() -> None:
    assert classify([np.nan]) == []


@pytest.mark.parametrize("kind", ["count", "decimal"])
@given(values=st.lists(st.integers(0, 5000), min_size=1, max_size=80), classes=st.integers(2, 7))
def test_every_figure_lies_in_the_class_whose_colour_it_has(
    kind: str, values: list[int], classes: int
) -> None:
    breaks = classify(np.array(values, dtype=float), kind=kind, classes=classes)
    for one, other in pairwise(breaks):
        assert one.low < one.high <= other.low
    for value in values:
        home = [b for b in breaks if b.low <= value < b.high] or [breaks[-1]]
        assert home[0].low <= value <= home[0].high
        assert colour_of(value, breaks) == home[0].colour


def test_wrong_wishes_are_refused() -> None:
    with pytest.raises(MapError, match="palette"):
        classify([1], palette="rainbow")
    with pytest.raises(MapError, match="told apart"):
        classify([1], classes=12)
    with pytest.raises(MapError, match="negative"):
        classify([-1])


def test_forty_areas_have_forty_fills_and_neighbours_differ_in_hue() -> None:
    grid = [shapely.box(x, y, x + 1, y + 1) for x in range(8) for y in range(5)]
    fills = area_fills(grid)
    assert len(set(fills)) == 40 == len(HUES) * len(PATTERNS)
    same = [
        (a, b)
        for a in range(40)
        for b in range(a)
        if shapely.intersection(grid[a], grid[b]).length > 0 and fills[a][0] == fills[b][0]
    ]
    # With every one of the forty in use a few must touch; never more than one in twenty borders.
    assert len(same) <= 3


def test_few_areas_have_plain_fills() -> None:
    fills = area_fills([shapely.box(x, 0, x + 1, 1) for x in range(6)])
    assert {pattern for _, pattern in fills} == {"plain"}


def test_more_areas_than_can_be_told_apart_are_refused() -> None:
    with pytest.raises(MapError, match="told apart"):
        area_fills([shapely.box(x, 0, x + 1, 1) for x in range(41)])
