"""The longest driving of a tour: by hand along a street, and against every order."""

from __future__ import annotations

import itertools
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoteam.tours import replan_tour

from .day import DEPARTS, START, along_a_street, make_visits, plan


def test_a_home_too_far_is_left_out_with_the_driving_it_takes() -> None:
    # At 5, 10 and 15 minutes: the last alone takes 30 of driving.
    tour = plan(make_visits([{}, {}, {"priority": 100.0}]), longest_drive_s=1200)
    assert sorted(tour.stops.index) == ["c0", "c1"]
    assert tour.drive_s == 1200
    (left,) = tour.left_out
    assert (left["client_ref"], left["code"]) == ("c2", "longest_drive")
    assert "30 minutes of driving, and at most 20 minutes" in left["reason"]


def test_the_rule_that_does_not_bind_leaves_the_proof() -> None:
    tour = plan(make_visits([{}, {}, {}]), longest_drive_s=1800)
    assert len(tour.stops) == 3
    assert tour.summary["proven"]


def test_what_spares_the_most_driving_for_its_priority_is_given_up() -> None:
    # Two ways out of the start, 10 minutes each way: only one of them in 30 minutes.
    matrix = np.array([[0, 600, 600], [600, 0, 1200], [600, 1200, 0]], dtype=float)
    visits = make_visits([{"priority": 20.0}, {"priority": 30.0}])
    tour = plan(visits, matrix, longest_drive_s=1800)
    assert list(tour.stops.index) == ["c1"]
    assert not tour.summary["proven"]
    assert tour.summary["more_points_at_most"] == 20
    (left,) = tour.left_out
    assert left["code"] == "longest_drive"
    assert left["reason"] == "No place in the tour keeps the driving within 30 minutes."


def test_a_required_visit_is_given_up_last() -> None:
    matrix = np.array([[0, 600, 600], [600, 0, 1200], [600, 1200, 0]], dtype=float)
    visits = make_visits([{"required": True}, {"priority": 90.0}])
    assert list(plan(visits, matrix, longest_drive_s=1800).stops.index) == ["c0"]


def test_the_rest_of_a_tour_has_what_is_left_of_the_driving() -> None:
    visits = make_visits([{}, {}, {}])
    rest = replan_tour(
        visits,
        START,
        matrix=along_a_street(3),
        at=DEPARTS + timedelta(minutes=20),
        latest_return="20:00",
        done=["c0"],
        longest_drive_s=900,
    )
    # From 5 minutes out to 10 and home takes 15; to 15 and home takes 25.
    assert list(rest.stops.index) == ["c1"]


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000), longest=st.integers(5, 60))
def test_no_tour_within_the_rule_beats_what_is_said(seed: int, longest: int) -> None:
    rng = np.random.default_rng(seed)
    at = rng.integers(0, 20, (6, 2))
    matrix = np.ceil(np.hypot(*(at[:, None] - at[None]).T)).T * 60.0
    visits = make_visits([{"priority": float(one)} for one in rng.integers(1, 40, 5)])
    tour = plan(visits, matrix, longest_drive_s=longest * 60, max_stops=4)
    made = [visits.index.get_loc(ref) + 1 for ref in tour.stops.index]

    def driving(order: list[int]) -> float:
        return sum(matrix[a, b] for a, b in itertools.pairwise([0, *order, 0]))

    assert driving(made) <= longest * 60
    # Two hours and more are left for driving beside four visits of 15 minutes: nothing else binds.
    worths = visits["priority"].to_numpy()
    best = max(
        sum(worths[one - 1] for one in order)
        for count in range(5)
        for order in itertools.permutations(range(1, 6), count)
        if driving(list(order)) <= longest * 60
    )
    more = 0 if tour.summary["proven"] else tour.summary["more_points_at_most"]
    assert tour.priority <= best <= tour.priority + more


@pytest.mark.parametrize("longest_s", [0, 60])
def test_no_driving_no_tour(longest_s: int) -> None:
    tour = plan(make_visits([{}]), longest_drive_s=longest_s)
    assert tour.stops.empty
    assert tour.left_out[0]["code"] == "longest_drive"
