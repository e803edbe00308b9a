"""Who must not meet, who needs an interpreter or two people; small enough to check by hand."""

from __future__ import annotations

import numpy as np
import pytest

from geoteam.errors import TourError

from .day import along_a_street, make_visits, plan

PAIR = [("c0", "c1")]


def codes(tour) -> dict[str, str]:
    return {one["client_ref"]: one["code"] for one in tour.left_out}


def test_of_two_who_must_not_meet_the_more_urgent_goes() -> None:
    visits = make_visits([{"priority": 10.0}, {"priority": 20.0}, {"priority": 5.0}])
    tour = plan(visits, exclusive=PAIR)
    assert sorted(tour.stops.index) == ["c1", "c2"]
    assert tour.summary["proven"]
    (left,) = tour.left_out
    assert left["code"] == "no_contact"
    assert "another client on this tour whom this client must not meet" in left["reason"]
    assert "c1" not in left["reason"]


def test_two_less_urgent_ones_outweigh_the_one_whom_both_shun() -> None:
    visits = make_visits([{"priority": 12.0}, {"priority": 20.0}, {"priority": 12.0}])
    tour = plan(visits, exclusive=[("c0", "c1"), ("c2", "c1")])
    assert sorted(tour.stops.index) == ["c0", "c2"]


def test_at_one_address_too() -> None:
    here = {"lon": -77.01, "lat": 38.9}
    visits = make_visits([here | {"priority": 9.0}, here, here | {"priority": 8.0}])
    tour = plan(visits, along_a_street(3) * 0, exclusive=PAIR)
    assert sorted(tour.stops.index) == ["c1", "c2"]
    assert codes(tour) == {"c0": "no_contact"}


def test_a_required_visit_goes_before_a_more_urgent_one_whom_it_shuns() -> None:
    visits = make_visits([{"priority": 1.0, "required": True}, {"priority": 90.0}])
    assert plan(visits, exclusive=PAIR).stops.index.tolist() == ["c0"]


def test_of_two_required_ones_the_more_urgent_stays_whatever_else_could_be_made() -> None:
    visits = make_visits(
        [
            {"priority": 20.0, "required": True, "windows": [["19:00", "19:30"]]},
            {"priority": 10.0, "required": True},
            {"priority": 30.0, "windows": [["19:00", "19:20"]]},
        ]
    )
    tour = plan(visits, exclusive=PAIR)
    assert "c0" in tour.stops.index
    assert codes(tour)["c1"] == "no_contact"


def test_whom_nobody_can_visit_today_keeps_nobody_off_the_tour() -> None:
    visits = make_visits([{"required": True, "windows": [["09:00", "10:00"]]}, {"required": True}])
    tour = plan(visits, exclusive=PAIR)
    assert tour.stops.index.tolist() == ["c1"]
    assert codes(tour) == {"c0": "no_window"}


def test_a_pair_with_somebody_who_is_not_asked_for_is_of_no_matter() -> None:
    assert plan(make_visits([{}]), exclusive=[("c0", "x"), ("y", "z")]).left_out == []


@pytest.mark.parametrize("seed", range(4))
def test_beyond_the_proof_nobody_meets_whom_they_must_not(seed: int) -> None:
    rng = np.random.default_rng(seed)
    visits = make_visits(
        [{"priority": float(p), "service_s": 300.0} for p in rng.integers(1, 40, 24)]
    )
    # A star, a triangle and a chain: no partition into groups can say all of it.
    pairs = [(0, 1), (0, 2), (0, 3), (4, 5), (5, 6), (4, 6), (7, 8), (8, 9), (9, 10)]
    exclusive = [(f"c{a}", f"c{b}") for a, b in pairs]
    at = rng.uniform(0, 600, (25, 2))
    matrix = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    tour = plan(visits, matrix, max_stops=24, exclusive=exclusive)
    made = set(tour.stops.index)
    assert not any({a, b} <= made for a, b in exclusive)
    assert not tour.summary["proven"]
    # Each priority alone: the best choice among those who shun each other fits into the time.
    best = max(
        sum(visits["priority"].iloc[one] for one in range(11) if chosen >> one & 1)
        for chosen in range(1 << 11)
        if not any(chosen >> a & 1 and chosen >> b & 1 for a, b in pairs)
    )
    best += visits["priority"].iloc[11:].sum()
    assert tour.priority <= best <= tour.priority + tour.summary["more_points_at_most"]
    assert tour.priority >= 0.95 * best


@pytest.mark.parametrize("skills", [["spanish"], ("Amharic", "SPANISH"), {" Spanish "}])
def test_an_interpreter_in_any_case(skills) -> None:
    visits = make_visits([{}]).assign(interpreter="Spanish")
    assert plan(visits, skills=skills).left_out == []


def test_nobody_who_speaks_it_says_which_language() -> None:
    visits = make_visits([{}, {}]).assign(interpreter=["Amharic", None])
    tour = plan(visits, skills=["Spanish"])
    assert codes(tour) == {"c0": "needs_interpreter"}
    assert "Amharic" in tour.left_out[0]["reason"]


def test_one_person_alone_does_not_go_where_two_must() -> None:
    visits = make_visits([{}, {}]).assign(two_officers=[True, False])
    assert plan(visits).left_out == []
    tour = plan(visits, people=1)
    assert codes(tour) == {"c0": "needs_two_officers"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"exclusive": [("c0",)]}, "pair of two"),
        ({"exclusive": ["c0"]}, "pair of two"),
        ({"exclusive": [("c0", "c0")]}, "pair of two"),
        ({"skills": "Spanish"}, "list of names"),
        ({"people": 0}, "one person"),
    ],
)
def test_bad_limits_are_refused(options, message) -> None:
    with pytest.raises(TourError, match=message):
        plan(make_visits([{}]), **options)
