"""Few transfers on hundreds to thousands of units: searched, with a plain bound."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geoteam.plans.fewest import people_first
from geoteam.plans.judge import moved
from geoteam.plans.large import solve_large
from geoteam.plans.mip import PROVEN
from geoteam.plans.problem import Problem, Progress, Solution


def fewest_of_many(
    problem: Problem, *, seconds: float, seed: int, progress: Progress | None = None
) -> Solution:
    """Search a plan that moves few, by annealing with a price on transfers.

    Parameters
    ----------
    problem
        The problem, with the plan of today.
    seconds
        Wall time after which the best plan so far is given.
    seed
        The same seed gives the same plan whenever the work ends before the time does.
    progress
        Told the best plan so far; False stops.

    Returns
    -------
    Solution
        Its objective is the transfer weight that moves; its bound is ``least_moved``.
    """
    floor = least_moved(problem)

    def counted(found: Solution) -> Solution:
        if not found.found:
            return found
        people = moved(problem, found.assignment)
        gap = (people - floor) / people if people > floor else 0.0
        status = "optimal" if gap <= PROVEN else "feasible"
        return replace(found, objective=people, bound=min(floor, people), gap=gap, status=status)

    def told(best: Solution | None, passed: float) -> bool:
        return progress is None or progress(None if best is None else counted(best), passed)

    return counted(solve_large(people_first(problem), seconds=seconds, seed=seed, progress=told))


def least_moved(problem: Problem) -> float:
    r"""Bound the transfers from below by what each team must lose or gain, whatever the map.

    .. math::
        \max\Big(\sum_k \min\big\{t(S) : S \subseteq O_k,\ w(S) \ge w(O_k) - (1+\tau) W_k\big\},
        \ \sum_k \min\big\{t(S) : S \cap O_k = \emptyset,\ w(S) \ge (1-\tau) W_k - w(O_k)\big\}\Big)

    with :math:`O_k` the units of team :math:`k` today, each a knapsack whose items may be split.

    Parameters
    ----------
    problem
        The problem, with the plan of today.

    Returns
    -------
    float
        In transfer weight.
    """
    if problem.present is None or problem.transfer_weight is None:
        return 0.0
    people = np.where(problem.present >= 0, problem.transfer_weight, 0.0)
    lost = gained = 0.0
    for team in range(len(problem.teams)):
        own = problem.present == team
        load = float(problem.weight[own].sum())
        lost += _least(people[own], problem.weight[own], load - float(problem.most[team]))
        gained += _least(people[~own], problem.weight[~own], float(problem.least[team]) - load)
    return max(lost, gained)


def _least(people: NDArray[np.float64], weight: NDArray[np.float64], need: float) -> float:
    """Fewest people that so much weight brings along."""
    heavy = np.flatnonzero(weight > 0)
    order = heavy[np.argsort(people[heavy] / weight[heavy], kind="stable")]
    before = np.cumsum(weight[order]) - weight[order]
    part = np.clip((need - before) / weight[order], 0.0, 1.0)
    return float((people[order] * part).sum())
