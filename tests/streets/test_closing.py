"""Streets closed by their names, in the city of three by three junctions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from geoteam.errors import StreetsError
from geoteam.streets import StreetNetwork, street_edges, street_named
from tests.streets.conftest import lonlat


def _named(city: StreetNetwork, edges: np.ndarray) -> set[tuple[int, int]]:
    ends = zip(city.node_id[city.edge_u[edges]], city.node_id[city.edge_v[edges]], strict=True)
    return {(int(min(pair)), int(max(pair))) for pair in ends}


def test_a_street_is_found_by_its_name_in_any_case(city: StreetNetwork) -> None:
    assert street_named(city, " b  street") == "B STREET"
    assert _named(city, street_edges(city, "b street")) == {(4, 5), (5, 6)}
    with pytest.raises(StreetsError, match=r"called 1STREET\. Did you mean 1ST STREET"):
        street_edges(city, "1STREET")


def test_a_part_lies_between_two_crossings(city: StreetNetwork) -> None:
    part = street_edges(city, "2ND STREET", ("a street", "B STREET"))
    assert _named(city, part) == {(2, 5)}
    whole = street_edges(city, "2ND STREET", ("C STREET", "A STREET"))
    assert _named(city, whole) == {(2, 5), (5, 8)}
    closed = city.closed(part)
    ways = lonlat((100, 10), (100, 90))
    # Without its part, 2ND STREET is reached by the streets beside it.
    at = closed.snap(ways)
    assert [closed.names[closed.edge_name[edge]] for edge in at.edge] == ["A STREET", "B STREET"]


def test_what_does_not_meet_or_lies_nowhere_is_refused(city: StreetNetwork) -> None:
    with pytest.raises(StreetsError, match=r"C STREET does not meet A STREET.*Streets that do"):
        street_edges(city, "A STREET", ("1ST STREET", "C STREET"))
    with pytest.raises(StreetsError, match="named twice"):
        street_edges(city, "A STREET", ("1ST STREET", "1st street"))
    with pytest.raises(StreetsError, match="no street is called"):
        street_edges(city, "A STREET", ("1ST STREET", ""))


def test_both_carriageways_of_a_divided_road_are_closed(
    make_network: Callable[..., StreetNetwork],
) -> None:
    nodes = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (0, 20), 5: (100, 20), 6: (200, 20)}
    oneway = {"oneway": True}
    edges = [
        (1, 2, "MAIN", oneway), (2, 3, "MAIN", oneway), (6, 5, "MAIN", oneway),
        (5, 4, "MAIN", oneway), (1, 4, "P", {}), (2, 5, "Q", {}), (3, 6, "R", {}),
    ]  # fmt: skip
    city = make_network(nodes, edges)
    assert _named(city, street_edges(city, "MAIN", ("P", "Q"))) == {(1, 2), (4, 5)}


def test_streets_that_meet_at_one_place_have_nothing_between(
    make_network: Callable[..., StreetNetwork],
) -> None:
    nodes = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (100, 100), 5: (100, -100)}
    edges = [(1, 2, "MAIN", {}), (2, 3, "MAIN", {}), (2, 4, "P", {}), (2, 5, "Q", {})]
    city = make_network(nodes, edges)
    with pytest.raises(StreetsError, match="no part of MAIN leads from P to Q"):
        street_edges(city, "MAIN", ("P", "Q"))
