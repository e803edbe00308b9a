"""Reasons in plain English."""

from __future__ import annotations

import numpy as np

from geoteam.caseload import assign, explain

from .city import CASELOAD, make_clients, make_officers


def told(clients, officers, plan=None) -> list[str]:
    answer = assign(clients, officers, plan or {"101": "A"}, profile_caseload=CASELOAD)
    return [explain(reason) for reason in answer.assignments["reason"]]


def test_the_whole_chain_is_told() -> None:
    (text,) = told(make_clients([{"officer": "ann"}]), make_officers([{"ref": "ann"}, {}]))
    assert text == (
        "Area: 101.\n\n"
        "Team: A, to which the plan gives area 101.\n\n"
        "Officer: ann is the present officer and keeps the client. 2 of 2 officers were "
        "considered. With this client (2 points) the officer carries 2 of 10 points."
    )


def test_a_specialised_client_is_told_so() -> None:
    officers = make_officers([{"ref": "gus", "team": "G", "specialty": "gps"}])
    (text,) = told(make_clients([{"specialty": "gps"}]), officers)
    assert "GPS monitoring caseload, which is citywide" in text
    (text,) = told(make_clients([{"specialty": "gps"}]), make_officers([{}]))
    assert "no team has officers for it, so the team of area 101 takes over" in text


def test_a_shortage_says_how_many_officers_are_needed() -> None:
    texts = told(make_clients([{"points": 8.0}, {"points": 8.0}]), make_officers([{}]))
    assert any("no capacity in team A" in text and "0.6 more officers" in text for text in texts)


def test_a_client_too_large_for_anybody_says_so() -> None:
    officers = make_officers([{"capacity_points": 3.0}, {"capacity_points": 3.0}])
    (text,) = told(make_clients([{"points": 4.0}]), officers)
    assert "in one piece" in text


def test_every_way_of_being_left_out_has_words() -> None:
    clients = make_clients(
        [
            {"located": False, "lon": np.nan, "lat": np.nan},
            {"boundary_ambiguous": True},
            {"unit": ""},
            {"unit": "900"},
            {"unit": "102"},
        ]
    )
    texts = told(clients, make_officers([{}]), {"101": "A", "102": "B"})
    words = ["no usable location", "not certain enough", "no area", "no team", "no officer"]
    for text, word in zip(texts, words, strict=True):
        assert "Not assigned." in text
        assert word in text


def test_a_change_of_officer_is_accounted_for() -> None:
    clients = make_clients([{"officer": "bea"}, {"officer": "gone"}])
    officers = make_officers([{}, {"ref": "bea", "team": "B"}])
    first, second = told(clients, officers)
    assert "bea, belongs to team B" in first
    assert "gone, is no longer among the officers" in second


def test_a_full_nearest_officer_is_named() -> None:
    # Eight clients at one place, officers with room for four each; the far ones hear why.
    clients = make_clients(
        [{"points": 1.0, "lon": -77.0, "officer": "o0"} for _ in range(4)]
        + [{"points": 1.0, "lon": -77.0}, {"points": 1.0, "lon": -76.9, "officer": "o1"}]
    )
    officers = make_officers([{"capacity_points": 4.0}, {"capacity_points": 4.0}])
    text = told(clients, officers)[4]
    assert "The nearest caseload, o0's" in text
    assert "4 of 4 points" in text
