"""The fewest transfers, against cases checked by hand and against trying every plan."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoteam.errors import InputError
from geoteam.plans.fewest import solve_fewest
from geoteam.plans.fewest_large import fewest_of_many, least_moved
from geoteam.plans.grow import grow, masks, members
from geoteam.plans.judge import check_solution, moved
from geoteam.plans.mip import Watch
from geoteam.plans.problem import Problem, Solution
from geoteam.plans.solve import solve, solve_or_explain
from tests.plans.grids import every_plan, grid


def by_proof(problem: Problem) -> Solution:
    return solve_fewest(problem, Watch(60))


def today(teams: list[int], clients: list[float]) -> dict[str, np.ndarray]:
    return {"present": np.array(teams), "transfer_weight": np.array(clients, dtype=np.float64)}


def test_the_unit_with_the_fewest_clients_crosses_the_border():
    # Four against two in a row: only unit 3 can go over. The teams could also change places,
    # which moves 16.
    problem = grid(6, 1, 2, **today([0, 0, 0, 0, 1, 1], [2, 2, 2, 7, 5, 5]))
    found = by_proof(problem)
    assert found.assignment.tolist() == [0, 0, 0, 1, 1, 1]
    assert (found.status, found.objective) == ("optimal", 7.0)
    assert found.bound == pytest.approx(7.0)


def test_a_team_may_lose_any_of_its_units_its_middle_too():
    # The heavy middle of team 0 goes: what was its anchor by any rule on today's plan.
    problem = grid(
        5, 1, 2, weight=[1, 1, 6, 1, 3], tolerance=0.5, target=np.array([2.0, 10.0]),
        **today([0, 0, 0, 0, 1], [1, 1, 6, 1, 3]),
    )  # fmt: skip
    found = by_proof(problem)
    assert found.assignment.tolist() == [0, 0, 1, 1, 1]
    assert found.objective == 7.0


def test_locks_seats_and_a_limit_hold():
    held = by_proof(grid(4, 1, 2, fixed={0: 1}, seats={0: 3}, **today([0, 0, 1, 1], [1] * 4)))
    assert held.assignment.tolist() == [1, 1, 0, 0]
    assert held.objective == 4.0
    limited = grid(6, 1, 2, transfer_limit=6.0, **today([0, 0, 0, 0, 1, 1], [2, 2, 2, 7, 5, 5]))
    assert by_proof(limited).status == "infeasible"


def test_no_plan_is_proven_and_the_nearest_tolerance_moves_the_fewest():
    problem = grid(3, 1, 2, weight=[1, 2, 1], tolerance=0.05, **today([0, 1, 1], [1, 2, 1]))
    assert by_proof(problem).status == "infeasible"
    found, why = solve_or_explain(problem, seconds=60, fewest=True)
    assert found.status == "infeasible"
    assert why is not None
    assert why.tolerance == pytest.approx(0.5)
    assert why.solution is not None
    assert why.solution.objective == 0.0


def test_nobody_to_keep_is_said():
    with pytest.raises(InputError, match="nobody has a team"):
        by_proof(grid(2, 1, 2, **today([0, 1], [0, 0])))
    with pytest.raises(InputError, match="present plan"):
        by_proof(grid(2, 1, 2))


def test_a_plan_at_hand_is_kept_where_there_is_no_time():
    problem = grid(4, 1, 2, tolerance=0.5, **today([0, 0, 0, 1], [1, 1, 1, 1]))
    start = np.array([0, 0, 1, 1])
    found = solve_fewest(problem, Watch(0), start)
    assert (found.status, found.assignment.tolist()) == ("feasible", start.tolist())
    assert (found.objective, found.bound) == (1.0, 0.0)
    heard: list[Solution | None] = []
    stopped = solve_fewest(
        problem, Watch(60, lambda best, _: heard.append(best) is not None), start
    )
    assert stopped.assignment.tolist() == start.tolist()


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    wide, high = draw(st.sampled_from([(3, 2), (4, 2), (3, 3), (7, 1)]))
    teams = draw(st.integers(2, 3 if wide * high < 9 else 2))
    count = wide * high
    weight = draw(st.lists(st.integers(0, 6), min_size=count, max_size=count).filter(any))
    now = draw(st.lists(st.integers(-1, teams - 1), min_size=count, max_size=count))
    clients = draw(
        st.lists(st.sampled_from([0.0, 1.0, 2.0, 2.5]), min_size=count, max_size=count)
        .filter(lambda some: any(c > 0 and t >= 0 for c, t in zip(some, now, strict=True)))
    )  # fmt: skip
    more = {}
    if draw(st.booleans()):
        more["fixed"] = draw(
            st.dictionaries(st.integers(0, count - 1), st.integers(0, teams - 1), max_size=2)
        )
    tolerance = draw(st.sampled_from([0.1, 0.3, 0.6]))
    return grid(
        wide, high, teams, weight=weight, tolerance=tolerance, **today(now, clients), **more
    )


@settings(max_examples=25)
@given(problem=problems())
def test_the_fewest_are_those_of_trying_every_plan(problem):
    best = min((moved(problem, plan) for plan in every_plan(problem)), default=None)
    found = by_proof(problem)
    through = solve(problem, seconds=60, fewest=True)
    if best is None:
        assert (found.status, through.status) == ("infeasible", "infeasible")
        return
    assert least_moved(problem) <= best + 1e-9
    for one in (found, through):
        assert one.status == "optimal"
        assert check_solution(problem, one.assignment) == []
        assert one.objective == pytest.approx(best)
        assert moved(problem, one.assignment) == pytest.approx(best)


@settings(max_examples=40)
@given(
    weight=st.lists(st.integers(0, 4), min_size=6, max_size=6),
    price=st.lists(st.integers(-3, 3), min_size=6, max_size=6),
    low=st.integers(0, 6),
    room=st.integers(0, 6),
    ceiling=st.integers(-6, 4),
)
def test_every_set_within_the_limits_is_grown_once(weight, price, low, room, ceiling):
    problem = grid(3, 2, 1)
    found = grow(
        masks(problem), weight, price, low=low, high=low + room, ceiling=ceiling,
        most=1000, looks=10_000,
    )  # fmt: skip
    wanted = []
    for size in range(1, 7):
        for some in combinations(range(6), size):
            inside = set(some)
            reached, queue = {some[0]}, [some[0]]
            for at in queue:
                for a, b in problem.edges.tolist():
                    for here, there in ((a, b), (b, a)):
                        if here == at and there in inside - reached:
                            reached.add(there)
                            queue.append(there)
            load, cost = sum(weight[i] for i in some), sum(price[i] for i in some)
            if reached == inside and low <= load <= low + room and cost <= ceiling:
                wanted.append(some)
    table = members(found.areas, 6)
    assert sorted(tuple(np.flatnonzero(row)) for row in table) == sorted(wanted)
    assert found.price == (table @ np.array(price)).tolist()
    assert found.complete


def test_many_units_move_few_above_a_plain_bound():
    present = np.repeat([0, 1], 65)
    problem = grid(
        13, 10, 2, weight=np.where(present == 0, 1.5, 1.0), tolerance=0.05,
        present=present, transfer_weight=np.ones(130),
    )  # fmt: skip
    # 97.5 against 65, of 81.25: to reach 85.3 at most, 12.2 of weight must go, nine units.
    assert least_moved(problem) == pytest.approx(12.1875 / 1.5, rel=1e-5)
    heard: list[Solution | None] = []
    found = fewest_of_many(
        problem, seconds=20, seed=1, progress=lambda best, _: heard.append(best) is None
    )
    assert check_solution(problem, found.assignment) == []
    assert 9 <= found.objective <= 12
    assert found.bound == pytest.approx(least_moved(problem))
    assert heard[-1] is not None
    assert heard[-1].objective == moved(problem, heard[-1].assignment)
    assert solve(problem, seconds=20, seed=1, fewest=True).objective <= 12
