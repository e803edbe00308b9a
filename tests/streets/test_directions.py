"""Directions: every street and every turn of drives that can be followed on the drawing."""

from __future__ import annotations

import numpy as np
import pytest

from geoteam.crs import project
from geoteam.errors import UnreachableError
from geoteam.streets import StreetNetwork
from tests.streets.conftest import TURNS, lonlat


def texts(network: StreetNetwork, *points: tuple[float, float]) -> list[str]:
    (leg,) = network.path(lonlat(*points))
    return [step.text for step in leg.steps]


def test_left_then_right(plain_city: StreetNetwork) -> None:
    assert texts(plain_city, (50, -5), (90, 60)) == [
        "Head east on A STREET",
        "Turn left onto 2ND STREET",
        "Arrive on the left",
    ]
    assert texts(plain_city, (150, -5), (110, 60)) == [
        "Head west on A STREET",
        "Turn right onto 2ND STREET",
        "Arrive on the right",
    ]


def test_side_depends_on_the_way_one_comes(plain_city: StreetNetwork) -> None:
    assert texts(plain_city, (20, 0), (80, 10))[-1] == "Arrive on the left"
    assert texts(plain_city, (80, 0), (20, 10))[-1] == "Arrive on the right"
    assert texts(plain_city, (80, 0), (20, 0))[-1] == "Arrive"


def test_one_street_over_many_blocks_is_one_step(plain_city: StreetNetwork) -> None:
    (leg,) = plain_city.path(lonlat((50, 0), (150, 0)))
    assert [step.text for step in leg.steps] == ["Head east on A STREET", "Arrive"]
    assert leg.steps[0].length_m == pytest.approx(100, abs=0.1)
    assert leg.steps[0].duration_s == pytest.approx(10, abs=0.01)


def test_names_change_and_names_turn(make_network) -> None:
    network = make_network(
        {
            1: (0, 0),
            2: (200, 0),
            3: (400, 0),
            4: (600, 0),
            5: (600, 200),
            6: (700, 0),
            7: (200, 99),
        },
        [
            (1, 2, "EAST ROAD", {}),
            (2, 3, "WEST ROAD", {}),
            (3, 4, "WEST ROAD", {}),
            (4, 5, "WEST ROAD", {}),
            (4, 6, "OTHER ROAD", {}),
            (2, 7, "SIDE ROAD", {}),
        ],
    )
    assert texts(network, (50, 0), (600, 100)) == [
        "Head east on EAST ROAD",
        "Continue onto WEST ROAD",
        "Turn left to stay on WEST ROAD",
        "Arrive",
    ]


def test_u_turn_is_said(make_network) -> None:
    network = make_network(
        {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (100, 100)},
        [
            (1, 2, "WEST", {"osmid": 1}),
            (2, 3, "EAST", {"osmid": 2}),
            (2, 4, "NORTH", {"osmid": 3}),
        ],
        turn_s=TURNS,
        restrictions=(("no_left_turn", 1, 2, 3),),
    )
    assert texts(network, (50, 0), (100, 50)) == [
        "Head east on WEST",
        "Continue onto EAST",
        "Make a U-turn on EAST",
        "Turn right onto NORTH",
        "Arrive",
    ]


def test_unnamed_streets_and_ramps(make_network) -> None:
    network = make_network(
        {1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (200, 0), 5: (200, 100)},
        [
            (1, 2, "ROAD", {}),
            (2, 3, "", {}),
            (2, 4, "ROAD", {}),
            (4, 5, "", {"highway": "primary_link"}),
        ],
    )
    assert texts(network, (50, 0), (100, 50))[1] == "Turn left onto the unnamed street"
    assert texts(network, (50, 0), (200, 50))[1] == "Turn left onto the ramp"


def test_geometry_runs_from_stop_to_stop(city: StreetNetwork) -> None:
    legs = city.path(lonlat((50, 10), (110, 150), (150, 0)))
    assert len(legs) == 2
    for leg, start, end in zip(legs, [(50, 0), (100, 150)], [(100, 150), (150, 0)], strict=True):
        x, y = project(*np.array(leg.geometry.coords).T, "EPSG:26985")
        np.testing.assert_allclose([x[0] - 398_000, y[0] - 137_000], start, atol=0.01)
        np.testing.assert_allclose([x[-1] - 398_000, y[-1] - 137_000], end, atol=0.01)
        assert np.hypot(np.diff(x), np.diff(y)).sum() == pytest.approx(leg.length_m, abs=0.1)


def test_the_same_place_twice_is_an_empty_leg(city: StreetNetwork) -> None:
    (leg,) = city.path(lonlat((50, 0), (50, 0)))
    assert leg.duration_s == 0.0
    assert leg.length_m == pytest.approx(0.0, abs=1e-6)
    assert leg.geometry.is_valid or leg.geometry.length == 0.0


def test_stops_off_the_streets_are_named(city: StreetNetwork) -> None:
    with pytest.raises(UnreachableError, match=r"stop 2 is \d+ m from the nearest street"):
        city.path(lonlat((0, 0), (3000, 3000)))
    with pytest.raises(UnreachableError, match="stop 1 has no place"):
        city.path(np.array([[np.nan, np.nan], [-77.0, 38.9]]))


def test_fewer_than_two_stops_give_no_leg(city: StreetNetwork) -> None:
    assert city.path(lonlat((0, 0))) == []
