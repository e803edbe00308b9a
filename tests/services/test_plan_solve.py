"""Plans proposed at the command line: a stop is told apart from a time that is over."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

import pytest

from geoteam.plans.judge import check_solution
from geoteam.services import plan_solve
from geoteam.services.plan_problem import SolveOptions, problem_of
from geoteam.services.plan_solve import offer, solve_plan
from geoteam.services.workspace import Workspace


@pytest.mark.parametrize("ask", [solve_plan, offer])
def test_a_stop_late_in_the_time_is_told_as_a_stop(lone: Workspace, ask: object) -> None:
    # By then more seconds have passed than the solver was given: the process had to be made ready.
    def hesitate(best: Mapping[str, str] | None, gap: float, passed: float) -> bool:
        time.sleep(1.1)
        return False

    options = SolveOptions(tolerance=1.0, seconds=1.0)
    answer = (solve_plan if ask is solve_plan else offer)(lone, options, progress=hesitate)
    assert answer["note"] in (plan_solve.STOPPED, plan_solve.NOTHING)


def test_a_plan_at_the_very_edge_of_the_tolerance_holds_for_all_alike(lone: Workspace) -> None:
    # 40 and 20 of 30 each deviate by a third.
    problem = problem_of(lone, SolveOptions(weight="units", tolerance=1.0))
    plan = problem.present
    assert plan is not None
    weight = problem.weight.copy()
    weight[:] = [20.0, 20.0, 10.0, 10.0]
    edge = replace(problem, weight=weight, target=problem.target / 4 * 60, tolerance=1 / 3)
    for slack, holds in ((0.0, True), (0.9e-6, True), (2e-6, False)):
        tight = replace(edge, tolerance=1 / 3 - slack)
        assert tight.allows(1 / 3) is holds
        assert (check_solution(tight, plan) == []) is holds
