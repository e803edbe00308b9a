"""Hundred-blocks from cross streets, on a made grid of streets 100 m apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geoteam.geocoding.grid import grid_blocks

# Streets 0 to 3 run east at y = 0, 100, 200, 300; streets 10 to 15 cross them at x = 0, 100, ...
BASES = np.array([f"{name} ROAD" for name in "ABCDEFGHIJKLMNOP"])


def crossings() -> pd.DataFrame:
    rows = [(a, 10 + i, 100.0 * i, 100.0 * a) for a in range(4) for i in range(6)]
    return pd.DataFrame(rows, columns=["a", "b", "x", "y"])


def houses(streets: list[int]) -> pd.DataFrame:
    """Every 20 m a house; street 10 + i begins hundred i + 1."""
    rows = [
        (street, 100 + x, float(x), 100.0 * street + 10)
        for street in streets
        for x in range(-70, 590, 20)
    ]
    return pd.DataFrame(rows, columns=["street", "number", "x", "y"])


def test_a_street_without_houses_has_the_hundreds_of_those_beside_it() -> None:
    found = grid_blocks(houses([0, 1, 2]), crossings(), BASES)
    mine = found[found["street"] == 3].set_index("hundred")
    assert mine.index.tolist() == [1, 2, 3, 4, 5]
    assert mine.loc[2, ["x", "y"]].tolist() == [150.0, 300.0]


def test_one_witness_is_not_enough() -> None:
    found = grid_blocks(houses([0]), crossings(), BASES)
    assert set(found["street"]) == {0}


def test_witnesses_that_differ_tell_nothing() -> None:
    other = houses([1]).assign(number=lambda table: table["number"] + 1000)
    found = grid_blocks(pd.concat([houses([0]), other]), crossings(), BASES)
    assert 3 not in set(found["street"])


def test_a_block_that_contradicts_the_streets_own_houses_is_left_out() -> None:
    """Street 3 has one house, of hundred 2, but five kilometres away."""
    stray = pd.DataFrame({"street": [3], "number": [250], "x": [5150.0], "y": [310.0]})
    found = grid_blocks(pd.concat([houses([0, 1, 2]), stray]), crossings(), BASES)
    assert 3 not in set(found["street"])


@pytest.mark.parametrize("habit", [True, False])
def test_numbered_cross_streets_count_only_in_a_city_with_that_habit(*, habit: bool) -> None:
    """Nine streets with houses, so that 36 crossings tell; street 9 is far from all."""
    rows = [(a, 10 + i, 100.0 * i, 100.0 * a) for a in range(9) for i in range(6)]
    rows += [(9, 10 + i, 100.0 * i, 9000.0) for i in range(6)]
    table = pd.DataFrame(rows, columns=["a", "b", "x", "y"])
    names = ["1ST", "2ND", "3RD", "4TH", "5TH", "6TH"]
    cross = names if habit else names[::-1]
    bases = np.array([f"ROAD {i}" for i in range(10)] + [f"{name} STREET" for name in cross])
    found = grid_blocks(houses(list(range(9))), table, bases)
    mine = found.loc[found["street"] == 9, "hundred"].tolist()
    assert mine == ([1, 2, 3, 4, 5] if habit else [])


def test_no_crossings_give_no_blocks() -> None:
    assert grid_blocks(houses([0]), crossings().iloc[:0], BASES).empty
