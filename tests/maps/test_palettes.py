from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoteam.errors import MapError
from geoteam.maps import classify, palettes
from geoteam.maps.palettes import HUES, PATTERNS, area_fills, colour_of, fills_apart


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


def test_every_area_has_another_fill_and_neighbours_differ_in_hue() -> None:
    grid = [shapely.box(x, y, x + 1, y + 1) for x in range(8) for y in range(6)]
    fills = area_fills(grid)
    assert len(set(fills)) == 48 == len(HUES) * len(PATTERNS)
    same = [
        (a, b)
        for a in range(48)
        for b in range(a)
        if shapely.intersection(grid[a], grid[b]).length > 0 and fills[a][0] == fills[b][0]
    ]
    # With every one of the 48 in use a few may touch; never more than one in twenty borders.
    assert len(same) <= 4


@pytest.mark.parametrize("sight", range(4))
def test_any_two_hues_are_told_apart_whatever_the_sight(sight: int) -> None:
    distances = palettes._distances()
    assert distances.shape == (12, 12)
    assert np.allclose(np.diag(distances), 0.0)
    assert (distances + np.eye(12)).min() > 0.07
    # OKLab of white is (1, 0, 0), for every eye.
    white = np.cbrt(palettes._SIGHT[sight] @ np.ones(3) @ palettes._CONES.T) @ palettes._OKLAB.T
    assert np.allclose(white, [1.0, 0.0, 0.0], atol=0.01)


def test_neighbours_have_hues_far_from_each_other() -> None:
    grid = [shapely.box(x, y, x + 1, y + 1) for x in range(5) for y in range(4)]
    near = [{int(b) for b in range(20) if b != a and grid[a].touches(grid[b])} for a in range(20)]
    hues = [HUES.index(hue) for hue, _ in fills_apart(near)]
    for area, others in enumerate(near):
        assert all(palettes._distances()[hues[area], hues[other]] > 0.07 for other in others)


def test_more_teams_than_fills_take_them_again() -> None:
    fills = fills_apart([set() for _ in range(60)])
    assert len(set(fills[:48])) == 48
    assert len(set(fills)) == 48


def test_the_day_map_has_the_same_hues() -> None:
    source = Path(__file__).parents[2] / "web/src/editor/colours.ts"
    listed = source.read_text("utf8").partition("PALETTE")[2].partition("];")[0]
    assert tuple(re.findall(r"#[0-9a-f]{6}", listed)) == HUES


def test_few_areas_have_plain_fills() -> None:
    fills = area_fills([shapely.box(x, 0, x + 1, 1) for x in range(6)])
    assert {pattern for _, pattern in fills} == {"plain"}


def test_more_areas_than_can_be_told_apart_are_refused() -> None:
    with pytest.raises(MapError, match="told apart"):
        area_fills([shapely.box(x, 0, x + 1, 1) for x in range(49)])
