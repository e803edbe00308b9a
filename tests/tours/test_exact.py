"""Proven tours: by hand, against every order, and against a checker written from definitions."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoteam.tours import choose, verdict

from .checker import best_of_all, random_case, settled, solve, violations
from .day import DEPARTS, along_a_street, make_visits, plan

seeds = st.integers(0, 2**32 - 1)


def value(case, tour) -> tuple[float, ...]:
    """As of `best_of_all`."""
    firm = settled(case)[1]
    made = [int(str(ref)[1:]) + 1 for ref in tour.stops.index]
    away_s = (tour.returns_at - DEPARTS).total_seconds() if made else 0
    free = sum(case["matrix"][a, b] for a, b in itertools.pairwise([0, *made, 0]))
    must = sum(one - 1 in firm for one in made)
    return must, tour.priority, tour.summary["stops"], -(away_s / 60 + free)


@settings(max_examples=60)
@given(seeds, st.integers(1, 5))
def test_no_order_of_any_stops_is_better(seed: int, count: int) -> None:
    case = random_case(np.random.default_rng(seed), count)
    tour = solve(case)
    assert tour.summary["proven"]
    assert violations(case, tour) == []
    assert value(case, tour) == pytest.approx(best_of_all(case))


@pytest.mark.slow
def test_a_thousand_random_days_break_no_rule() -> None:
    rng = np.random.default_rng(2026)
    seen: Counter[str] = Counter()
    for number in range(1000):
        case = random_case(rng, int(rng.integers(1, 6)))
        tour = solve(case)
        assert violations(case, tour) == [], number
        assert value(case, tour) == pytest.approx(best_of_all(case)), number
        seen["break"] += tour.break_at is not None
        seen["peak"] += bool(case["peaks"]) and len(tour.stops) > 0
        seen.update({one["code"] for one in tour.left_out})
    for what in ("break", "peak", "no_contact", "needs_interpreter", "needs_two_officers"):
        assert seen[what] > 50, seen


@settings(max_examples=10)
@given(seeds)
def test_beyond_the_proof_the_rules_and_the_bound_hold(seed: int) -> None:
    rng = np.random.default_rng(seed)
    case = random_case(rng, 20) | {"max_stops": 4}
    tour = solve(case, iterations=100)
    assert violations(case, tour) == []
    if not tour.summary["proven"]:
        # A tour of the first 18 alone is one of those that the bound speaks of.
        some = case | {"visits": case["visits"][:18], "matrix": case["matrix"][:19, :19]}
        some["places"] = case["places"][:18]
        some["exclusive"] = [pair for pair in case["exclusive"] if max(pair) < 18]
        best = solve(some)
        assert best.priority <= tour.priority + tour.summary["more_points_at_most"]
        assert tour.summary["more_points_at_most"] >= 0
        assert verdict(tour.summary)


def test_less_driving_goes_before_an_early_visit() -> None:
    # c1 opens at 18:00 only. Seeing c0 (5 minutes away) and then c1 (5 more) drives 20 minutes;
    # any detour while waiting would be as early, and is not taken.
    visits = make_visits([{}, {"windows": [["18:00", "18:30"]]}])
    tour = plan(visits)
    assert (tour.drive_s, tour.returns_at.strftime("%H:%M")) == (20 * 60, "18:25")
    assert tour.summary["proven"]
    assert verdict(tour.summary) == "No better tour exists."


def test_of_equal_points_more_visits_are_made() -> None:
    visits = make_visits([{"priority": 10.0}, {"priority": 10.0}, {"priority": 20.0}])
    matrix = np.where(np.eye(4), 0, 600.0)
    tour = plan(visits, matrix, latest_return="18:00", max_stops=2)
    assert tour.priority == 30
    tight = plan(visits.assign(service_s=[300.0, 300.0, 900.0]), matrix, latest_return="17:45")
    assert tight.stops.index.tolist() != ["c2"]


def test_eighteen_are_proven_and_nineteen_bounded() -> None:
    matrix = along_a_street(19, 1.0)
    visits = make_visits([{"service_s": 60.0} for _ in range(19)])
    eighteen = plan(visits.iloc[:18], matrix[:19, :19], max_stops=30)
    assert eighteen.summary["proven"]
    assert eighteen.drive_s == 36 * 60
    nineteen = plan(visits, matrix, max_stops=30)
    assert not nineteen.summary["proven"]
    assert nineteen.summary["more_points_at_most"] == 0
    assert verdict(nineteen.summary).startswith("No tour makes more priority points")


def test_whole_points_only() -> None:
    with pytest.raises(Exception, match="whole points"):
        plan(make_visits([{"priority": 1.5}]))


@pytest.mark.parametrize(
    ("summary", "text"),
    [
        ({}, ""),
        (
            {"proven": False, "more_points_at_most": 1.0, "sooner_s_at_most": 0.0},
            "At most 1 more priority point is possible.",
        ),
        (
            {"proven": False, "more_points_at_most": 12.0, "sooner_s_at_most": 0.0},
            "At most 12 more priority points are possible.",
        ),
        (
            {"proven": False, "more_points_at_most": 0.0, "sooner_s_at_most": 30.0},
            "No tour makes more priority points or comes back earlier.",
        ),
        (
            {"proven": False, "more_points_at_most": 0.0, "sooner_s_at_most": 61.0},
            "No tour makes more priority points; one with as many could come back at most "
            "2 minutes earlier.",
        ),
    ],
)
def test_how_good_a_tour_is_stands_in_one_sentence(summary, text) -> None:
    assert verdict(summary) == text


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=seeds, count=st.integers(1, 6))
def test_where_nothing_is_proven_the_bounds_hold_against_the_best(
    monkeypatch: pytest.MonkeyPatch, seed: int, count: int
) -> None:
    case = random_case(np.random.default_rng(seed), count)
    best = solve(case)
    with monkeypatch.context() as patch:
        patch.setattr(choose, "best_order", lambda *_: None)
        found = solve(case, iterations=50)
    assert violations(case, found) == []
    assert not found.summary["proven"]
    assert best.priority <= found.priority + found.summary["more_points_at_most"]
    if best.priority >= found.priority and len(best.stops):
        soonest = found.returns_at - timedelta(seconds=found.summary["sooner_s_at_most"])
        assert soonest <= best.returns_at


def test_a_round_through_a_square_is_bounded_by_the_square() -> None:
    # The start and 19 places on a ring, a minute apart: nothing is shorter than the ring.
    at = np.arange(20)
    ring = np.minimum((at[:, None] - at) % 20, (at - at[:, None]) % 20) * 60.0
    tour = plan(make_visits([{"service_s": 60.0} for _ in range(19)]), ring, max_stops=30)
    assert tour.drive_s == 20 * 60
    assert tour.summary == tour.summary | {
        "proven": False,
        "more_points_at_most": 0.0,
        "sooner_s_at_most": 0.0,
    }


def test_who_opens_last_bounds_the_return() -> None:
    # The last place, 20 minutes out, opens at 19:00; 19 others are on the way.
    rows = [{"service_s": 60.0} for _ in range(19)]
    rows.append({"service_s": 60.0, "windows": [["19:00", "20:00"]]})
    tour = plan(make_visits(rows), along_a_street(20, 1.0), max_stops=30)
    assert tour.returns_at.strftime("%H:%M") == "19:21"
    assert tour.summary["sooner_s_at_most"] == 0
