"""The city in full: the counts that others rely on."""

from __future__ import annotations

import pytest

from geoteam.demo import make_city

from .conftest import SEED


@pytest.mark.slow
def test_the_full_city_has_the_promised_size() -> None:
    city = make_city(SEED)
    assert len(city.now.sector_of) == 57
    assert len(city.before.sector_of) == 56
    assert len(set(city.now.sector_of.values())) == 21
    assert {code[0] for code in city.now.sector_of} == set("1234567")
    assert 8_000 < len(city.network.nodes) < 14_000
    assert 36_000 < len(city.lots.points) < 46_000
    loads = [city.pieces.weight[city.now.unit == code].sum() for code in city.now.sector_of]
    assert max(loads) < 4 * min(loads)
    changed = city.pieces.weight[city.now.unit != city.before.unit].sum() / sum(loads)
    assert 0.1 < changed < 0.15
