"""The nearest of several sources, by hand; the property test is in test_matrix."""

from __future__ import annotations

import numpy as np

from geoteam.streets import StreetNetwork
from tests.streets.conftest import lonlat


def test_nearest_source(plain_city: StreetNetwork) -> None:
    took, which = plain_city.nearest_s(lonlat((0, 0), (200, 200)), lonlat((50, 0), (150, 200)))
    np.testing.assert_allclose(took, [5.0, 5.0], atol=0.01)
    assert which.tolist() == [0, 1]


def test_direction_matters_on_one_way_streets(plain_city: StreetNetwork) -> None:
    source, target = lonlat((160, 100)), lonlat((120, 100))
    away, _ = plain_city.nearest_s(source, target)
    towards, _ = plain_city.nearest_s(source, target, towards=True)
    np.testing.assert_allclose(away, [36.0], atol=0.01)  # round the block
    np.testing.assert_allclose(towards, [4.0], atol=0.01)


def test_no_sources_or_places(plain_city: StreetNetwork) -> None:
    took, which = plain_city.nearest_s([], lonlat((0, 0)))
    assert np.isinf(took).all()
    assert which.tolist() == [-1]
    took, which = plain_city.nearest_s(lonlat((0, 0)), [[np.nan, np.nan]])
    assert np.isinf(took).all()
    assert which.tolist() == [-1]
    took, which = plain_city.nearest_s([[np.nan, np.nan]], lonlat((0, 0)), towards=True)
    assert which.tolist() == [-1]
