"""Coverage: by hand on a straight road, and against the full table."""

from __future__ import annotations

import numpy as np
import pytest

from geoteam.errors import InputError
from geoteam.outreach import coverage, minutes_to_partner
from geoteam.streets import StreetNetwork
from tests.streets.conftest import CRS, lonlat, street_graph


@pytest.fixture(scope="module")
def road() -> StreetNetwork:
    """A road of 10 km at 60 km/h: a kilometre a minute; the last 5 km run one-way eastwards."""
    graph = street_graph(
        {1: (0, 0), 2: (5000, 0), 3: (10_000, 0), 4: (10_000, 400), 5: (5000, 400)},
        [
            (1, 2, "ROAD", {}),
            (2, 3, "ROAD", {"oneway": True}),
            (3, 4, "EAST", {"oneway": True}),
            (4, 5, "BACK", {"oneway": True}),
            (5, 2, "WEST", {"oneway": True}),
        ],
    )
    return StreetNetwork.from_graph(graph, speeds_kmh={"default": 60.0}, crs=CRS)


def test_share_by_group(road: StreetNetwork) -> None:
    clients = lonlat((0, 0), (1000, 0), (4000, 0), (8000, 0))
    table = coverage(road, clients, lonlat((0, 0)), minutes=2.0, groups=["1", "1", "2", "2"])
    assert table.index.tolist() == ["1", "2"]
    assert table["clients"].tolist() == [2, 2]
    assert table["covered"].tolist() == [2, 0]
    assert table["share"].tolist() == [1.0, 0.0]
    # From 8 km one drives on to 10, back and then west: 2 + 0.4 + 5 + 0.4 + 5.
    np.testing.assert_allclose(table["median_minutes"], [0.5, (4 + 12.8) / 2], atol=0.01)


def test_the_drive_leads_from_the_client_to_the_partner(road: StreetNetwork) -> None:
    partner, client = lonlat((8000, 0)), lonlat((7000, 0))
    took, which = minutes_to_partner(road, client, partner)
    np.testing.assert_allclose(took, [1.0], atol=0.01)
    assert which.tolist() == [0]
    took, _ = minutes_to_partner(road, partner, client)
    assert took[0] > 5


def test_the_limit_itself_is_covered(road: StreetNetwork) -> None:
    exact = minutes_to_partner(road, lonlat((3000, 0)), lonlat((0, 0)))[0][0]
    for limit, covered in ((exact, 1), (exact - 0.001, 0)):
        table = coverage(road, lonlat((3000, 0)), lonlat((0, 0)), minutes=limit, groups=["1"])
        assert table.loc["1", "covered"] == covered


def test_no_partners_no_clients_no_place(road: StreetNetwork) -> None:
    clients = np.vstack([lonlat((0, 0)), [[np.nan, np.nan]]])
    table = coverage(road, clients, [], minutes=5, groups=["1", "1"], all_groups=["1", "2"])
    assert table.loc["1", ["clients", "covered", "share", "unlocated"]].tolist() == [1, 0, 0.0, 1]
    assert np.isinf(table.loc["1", "median_minutes"])
    assert table.loc["2", "clients"] == 0
    assert np.isnan(table.loc["2", "share"])
    empty = coverage(road, [], lonlat((0, 0)), minutes=5, groups=[])
    assert len(empty) == 0


def test_refusals(road: StreetNetwork) -> None:
    for minutes in (0, -1, np.nan, np.inf):
        with pytest.raises(InputError, match="minutes"):
            coverage(road, lonlat((0, 0)), lonlat((0, 0)), minutes=minutes, groups=["1"])
    with pytest.raises(InputError, match="groups"):
        coverage(road, lonlat((0, 0)), lonlat((0, 0)), minutes=5, groups=[])
