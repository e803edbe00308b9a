"""The exact solver against grids checked by hand, and against trying every plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoteam.plans import solve as solver
from geoteam.plans.exact import HessModel, solve_hess
from geoteam.plans.infeasible import explain
from geoteam.plans.judge import check_solution, moved, spread
from geoteam.plans.labels import keep_names
from geoteam.plans.mip import Watch
from geoteam.plans.partition import areas, least_tolerance, solve_partition
from geoteam.plans.problem import Problem, Solution
from geoteam.plans.solve import MOST_UNITS, sentence, solve, solve_or_explain
from tests.plans.grids import every_plan, grid, value


def by_list(problem: Problem) -> Solution:
    listed = areas(problem)
    assert listed is not None
    return solve_partition(problem, listed, Watch(60))


def by_hess(problem: Problem) -> Solution:
    return solve_hess(problem, Watch(60))


ENGINES = pytest.mark.parametrize("engine", [by_list, by_hess])


def test_every_area_of_a_square_of_four_is_listed():
    # Four single units, four pairs (not the two diagonals), four of three, one of four.
    listed = areas(grid(2, 2, 1, tolerance=1.0))
    assert listed is not None
    assert sorted(listed.sum(axis=1)) == [1] * 4 + [2] * 4 + [3] * 4 + [4]
    assert areas(grid(2, 2, 1, tolerance=1.0), most=12) is None


@ENGINES
def test_a_strip_of_six_is_cut_into_three_in_a_row(engine):
    found = engine(grid(6, 1, 2))
    # In each half the middle unit is the centre: two units one kilometre off, of six: 1/3 each.
    assert found.status == "optimal"
    assert found.objective == pytest.approx(4 / 6)
    assert found.bound == pytest.approx(4 / 6)
    assert found.balance == pytest.approx(0.0, abs=1e-9)
    assert sorted(map(tuple, (np.flatnonzero(found.assignment == k) for k in (0, 1)))) == [
        (0, 1, 2),
        (3, 4, 5),
    ]


@ENGINES
def test_balance_by_weight_may_need_areas_of_unequal_size(engine):
    found = engine(grid(4, 1, 2, weight=[3, 1, 1, 1]))
    assert len(set(found.assignment[1:])) == 1
    assert found.assignment[0] != found.assignment[1]


@ENGINES
def test_no_plan_is_proven_where_the_weights_part_the_teams(engine):
    # The two light ends would have to be one team.
    found = engine(grid(3, 1, 2, weight=[1, 2, 1]))
    assert (found.status, found.found) == ("infeasible", False)


@ENGINES
def test_locks_and_seats_hold(engine):
    found = engine(grid(4, 1, 2, fixed={0: 1}, seats={0: 3}))
    assert found.assignment.tolist() == [1, 1, 0, 0]
    torn = engine(grid(4, 1, 2, fixed={0: 0, 3: 0}))
    assert torn.status == "infeasible"


@ENGINES
def test_teams_with_more_officers_carry_more(engine):
    found = engine(grid(4, 1, 2, target=np.array([3.0, 1.0])))
    assert np.bincount(found.assignment).tolist() == [3, 1]


@ENGINES
def test_a_limit_and_a_price_keep_people_where_they_are(engine):
    # Two rows of three: today the rows are the teams; by columns is as compact, but moves people.
    present = np.array([0, 0, 0, 1, 1, 1])
    clients = np.array([5.0, 1.0, 1.0, 1.0, 1.0, 5.0])
    more = {"present": present, "transfer_weight": clients}
    held = engine(grid(3, 2, 2, transfer_limit=0.0, **more))
    assert held.assignment.tolist() == present.tolist()
    priced = engine(grid(3, 2, 2, transfer_price=1.0, **more))
    assert priced.assignment.tolist() == present.tolist()
    assert priced.objective == pytest.approx(spread(grid(3, 2, 2), present))


def test_contiguity_is_cut_where_a_point_breaks_it():
    problem = grid(4, 1, 2, tolerance=0.5)
    model = HessModel(problem)
    values = np.zeros(model.rows.width)
    values[[model.pair[0, 0], model.pair[2, 0], model.pair[1, 1], model.pair[3, 1]]] = 1
    # Unit 2 needs unit 1 to be with 0, and unit 3 needs unit 2 to be with 1.
    assert model.cut(values) == 2
    row = model.rows.matrix()[[-1]].toarray()[0]
    assert row[model.pair[3, 1]] == 1
    assert row[model.pair[2, 1]] == -1
    assert model.rows.high[-1] == 0
    connected = np.zeros(model.rows.width)
    connected[[model.pair[0, 0], model.pair[1, 0], model.pair[2, 2], model.pair[3, 2]]] = 1
    assert model.cut(connected) == 0


@ENGINES
def test_a_plan_at_the_very_edge_of_the_tolerance_is_found(engine):
    # Each team carries just what it may, 3 and 6 at least and 11 at most: there is no other plan.
    # HiGHS 1.12 and later call the model infeasible after their reductions.
    problem = grid(
        3, 2, 3,
        weight=[2, 3, 3, 1, 5, 6],
        tolerance=0.1,
        target=np.array([10 / 3, 10.0, 20 / 3]),
        fixed={0: 1},
        present=np.array([0, 0, 1, 1, 0, 2]),
        transfer_weight=np.array([2.0, 3.0, 3.0, 1.0, 5.0, 6.0]),
        transfer_price=0.05,
    )  # fmt: skip
    found = engine(problem)
    assert found.status == "optimal"
    assert found.assignment.tolist() == [1, 1, 0, 1, 1, 2]


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    wide, high = draw(st.sampled_from([(3, 2), (4, 2), (3, 3), (5, 1), (7, 1)]))
    teams = draw(st.integers(2, 3 if wide * high < 9 else 2))
    count = wide * high
    weight = draw(st.lists(st.integers(0, 6), min_size=count, max_size=count).filter(any))
    more = {}
    if draw(st.booleans()):
        share = np.array(draw(st.lists(st.integers(1, 3), min_size=teams, max_size=teams)))
        more["target"] = share / share.sum() * sum(weight)
    if draw(st.booleans()):
        more["fixed"] = draw(
            st.dictionaries(st.integers(0, count - 1), st.integers(0, teams - 1), max_size=2)
        )
    if draw(st.booleans()):
        more["present"] = np.array(
            draw(st.lists(st.integers(-1, teams - 1), min_size=count, max_size=count))
        )
        more["transfer_weight"] = np.array(weight, dtype=np.float64)
        more["transfer_limit"] = draw(st.sampled_from([None, 3.0, 10.0]))
        more["transfer_price"] = draw(st.sampled_from([0.0, 0.05]))
    tolerance = draw(st.sampled_from([0.1, 0.3, 0.6]))
    return grid(wide, high, teams, weight=weight, tolerance=tolerance, **more)


@ENGINES
@settings(max_examples=30)
@given(problem=problems())
def test_the_optimum_is_that_of_trying_every_plan(engine, problem):
    best = min((value(problem, plan) for plan in every_plan(problem)), default=None)
    found = engine(problem)
    if best is None:
        assert found.status == "infeasible"
        return
    assert found.status == "optimal"
    assert check_solution(problem, found.assignment) == []
    assert found.objective == pytest.approx(best, rel=1e-5)
    assert value(problem, found.assignment) == pytest.approx(found.objective)


@settings(max_examples=30)
@given(problem=problems())
def test_the_least_tolerance_is_that_of_trying_every_plan(problem):
    problem = replace(problem, tolerance=0.0)
    wide = replace(problem, tolerance=1e3)
    offs = [np.abs(np.bincount(plan, problem.weight, len(problem.teams)) / problem.target - 1).max()
            for plan in every_plan(wide)]  # fmt: skip
    found = least_tolerance(problem, Watch(60))
    if not offs:
        assert found is None
        return
    assert found is not None
    tolerance, bound, plan = found
    assert tolerance == pytest.approx(min(offs), abs=2e-5)
    assert bound <= tolerance
    assert check_solution(replace(problem, tolerance=tolerance), plan) == []


def test_what_fights_is_named_with_the_nearest_tolerance():
    # 1, 2, 1 in a row: the best split is 1 against 3, half off the target of two.
    problem = grid(3, 1, 2, weight=[1, 2, 1], tolerance=0.05)
    found, why = solve_or_explain(problem, seconds=60)
    assert found.status == "infeasible"
    assert why is not None
    assert why.conflict == ("the tolerance of 5.0%",)
    assert why.tolerance == pytest.approx(0.5)
    assert why.bound == pytest.approx(0.5)
    assert why.solution is not None
    assert check_solution(replace(problem, tolerance=0.5), why.solution.assignment) == []
    assert "proven" in found.note
    assert "finer units" in found.note


def test_the_present_plan_is_the_nearest_that_works_where_nobody_may_move():
    # 3, 1, 1, 1 in a row, today split in the middle: 4 against 2, a third off three each.
    present = np.array([0, 0, 1, 1])
    problem = grid(
        4,
        1,
        2,
        weight=[3, 1, 1, 1],
        tolerance=0.1,
        present=present,
        transfer_weight=np.ones(4),
        transfer_limit=0,
    )
    found, why = solve_or_explain(problem, seconds=60)
    assert found.status == "infeasible"
    assert why is not None
    assert why.solution is not None
    assert why.solution.assignment.tolist() == present.tolist()
    assert why.tolerance == pytest.approx(1 / 3)
    # With the limit gone the first is alone: 3 against 3.
    assert why.without_limit == pytest.approx(0, abs=1e-4)
    # The time is over when it is known that there is no plan: the present one is at hand.
    late = explain(problem, Watch(0.0), lambda other: replace(found, status="stopped"))
    assert late.tolerance == pytest.approx(1 / 3)
    assert "more seconds may find a nearer one" in sentence(problem, late)
    nothing = replace(late, tolerance=None, solution=None)
    assert "not found in the time: give it more seconds" in sentence(problem, nothing)
    free = replace(nothing, without_limit=0.2)
    assert "Where more may change team, a tolerance of 20.00% works." in sentence(problem, free)


def test_locks_that_tear_a_team_are_to_blame_not_the_tolerance():
    problem = grid(4, 1, 2, fixed={0: 0, 3: 0, 1: 1}, tolerance=0.9)
    _, why = solve_or_explain(problem, seconds=60)
    assert why is not None
    assert why.conflict == ("the locks",)
    assert why.tolerance is None


def test_the_same_problem_has_the_same_answer():
    problem = grid(4, 4, 4, weight=np.arange(16) % 5 + 1, tolerance=0.2)
    first, second = solve(problem, seconds=60), solve(problem, seconds=60)
    assert first.assignment.tolist() == second.assignment.tolist()


def test_progress_hears_the_best_plan_and_can_stop():
    problem = grid(6, 2, 2, tolerance=0.2)
    heard: list[Solution | None] = []

    def listen(best: Solution | None, seconds: float) -> bool:
        heard.append(best)
        return True

    solve_hess(problem, Watch(60, listen))
    assert heard[0] is None
    assert heard[-1] is not None
    assert solve_hess(problem, Watch(60, lambda best, seconds: False)).status == "stopped"
    kept = solve_hess(problem, Watch(60, lambda best, seconds: best is None))
    assert kept.found
    assert check_solution(problem, kept.assignment) == []
    assert kept.bound <= kept.objective


def test_no_time_is_no_proof():
    assert solve(grid(3, 1, 2, weight=[1, 2, 1]), seconds=0).status == "stopped"


def test_many_units_are_searched_with_a_bound():
    problem = grid(13, 10, 2, tolerance=0.05)
    assert len(problem.units) > MOST_UNITS
    found = solve(problem, seconds=5, seed=1)
    assert check_solution(problem, found.assignment) == []
    assert 0 < found.bound <= found.objective


def test_the_check_names_every_breach():
    problem = grid(4, 1, 2, fixed={0: 1}, seats={1: 3}, tolerance=0.1)
    faults = check_solution(problem, np.array([0, 1, 0, 0]))
    assert faults == [
        "team T0 has 2 parts",
        "team T0 is +50.00% from its target",
        "team T1 is -50.00% from its target",
        "unit U00 is locked to team T1",
        "unit U03 is the seat of team T1",
    ]
    assert check_solution(problem, np.array([0, 1])) == ["not every unit has a team"]


def test_a_unit_without_a_team_today_moves_nobody():
    problem = grid(4, 1, 2, present=np.array([0, -1, 1, 1]), transfer_weight=np.ones(4))
    assert moved(problem, np.array([0, 0, 0, 1])) == 1.0


def test_a_tight_tolerance_begins_near_a_plan_of_a_wider_one(monkeypatch):
    tried = []

    def found_only_where_it_is_wide(problem, *, seconds, seed):
        tried.append(problem.tolerance)
        return None if problem.tolerance < 0.01 else np.repeat([0, 1], [5, 3])

    monkeypatch.setattr(solver, "quick_plan", found_only_where_it_is_wide)
    plan = solver._begin(grid(8, 1, 2), Watch(60), 0)
    assert tried == [0.0, 0.05]
    assert plan is not None
    assert plan.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


def test_areas_are_named_after_todays_teams_wherever_their_targets_allow():
    present = np.array([2, 2, 1, 1, 0, 0])
    given = {"target": np.array([2.0, 2.1, 1.9]), "present": present, "transfer_weight": np.ones(6)}
    plan = np.array([0, 0, 1, 1, 2, 2])
    wide = grid(6, 1, 3, tolerance=0.1, **given)
    assert keep_names(wide, plan).tolist() == present.tolist()
    # At 1 % no area is the size that another team wants.
    assert keep_names(grid(6, 1, 3, tolerance=0.01, **given), plan).tolist() == plan.tolist()
    # The seat of T0 lies in the first area, and a unit of the second is locked to T1.
    bound = grid(6, 1, 3, tolerance=0.1, seats={0: 1}, fixed={2: 1}, **given)
    assert keep_names(bound, plan).tolist() == plan.tolist()
