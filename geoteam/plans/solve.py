"""The entry of the solver: the right model for the size, and an answer where there is no plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geoteam.plans.exact import solve_hess
from geoteam.plans.fewest import people_first, solve_fewest
from geoteam.plans.fewest_large import fewest_of_many
from geoteam.plans.infeasible import Explanation, explain
from geoteam.plans.labels import people_count
from geoteam.plans.large import quick_plan, solve_large
from geoteam.plans.mip import Watch
from geoteam.plans.partition import areas, solve_partition
from geoteam.plans.problem import Problem, Progress, Solution

# Above this the model of all pairs of units is too large.
MOST_UNITS = 120
# Where no plan is found at once: how much wider the tolerance is at first, and the share of the
# time for the way back.
_WIDER, _BEGIN = 0.05, 0.25


def solve(
    problem: Problem,
    *,
    seconds: float,
    seed: int = 0,
    progress: Progress | None = None,
    fewest: bool = False,
) -> Solution:
    """Find the most compact plan, or the one that moves the fewest, with a proof.

    Parameters
    ----------
    problem
        The problem.
    seconds
        Time to spend.
    seed
        Seed of the search on many units; the exact models draw nothing.
    progress
        Told the best plan so far, between the calls of the solver; False stops.
    fewest
        Whether to move the fewest rather than be the most compact.

    Returns
    -------
    Solution
        The best plan found, its bound and gap; without a plan, the status says whether it is proven
        that there is none.
    """
    return _solve(problem, Watch(seconds, progress), seed, fewest)


def solve_or_explain(
    problem: Problem,
    *,
    seconds: float,
    seed: int = 0,
    progress: Progress | None = None,
    fewest: bool = False,
) -> tuple[Solution, Explanation | None]:
    """Find the best plan; where none exists, say why and find the nearest that does.

    Parameters
    ----------
    problem
        The problem.
    seconds
        Time to spend on all of it.
    seed
        Seed of the search on many units.
    progress
        Told the best plan so far; False stops.
    fewest
        Whether to move the fewest rather than be the most compact.

    Returns
    -------
    tuple
        The solution; and the explanation when it is proven that there is no plan.
    """
    watch = Watch(seconds, progress)
    watch.tell(None)
    found = _solve(problem, watch, seed, fewest)
    if found.status != "infeasible":
        return found, None
    why = explain(problem, watch, lambda other: _solve(other, watch, seed, fewest))
    note = sentence(problem, why)
    return replace(found, seconds=watch.passed, note=note), why


def sentence(problem: Problem, why: Explanation) -> str:
    """Put an explanation into words.

    Parameters
    ----------
    problem
        The problem that has no plan.
    why
        The explanation.

    Returns
    -------
    str
        What fights, what works, and what else to try.
    """
    said = f"No plan holds {' and '.join(why.conflict)} with contiguous teams: this is proven."
    if not any(rule.startswith("the tolerance") for rule in why.conflict):
        return f"{said} Loosen {' or '.join(why.conflict)}."
    if why.without_limit is not None:
        said += f" Where more may change team, a tolerance of {why.without_limit:.2%} works."
    limit = problem.transfer_limit
    within = "" if limit is None else f"where at most {limit:,.0f} change team, "
    if why.tolerance is None:
        return (
            f"{said} It is proven that {within}none below {why.bound:.2%} does; one that does was"
            " not found in the time: give it more seconds."
        )
    least = f"{within}a tolerance of {why.tolerance:.2%} works"
    said += f" {least[0].upper()}{least[1:]}"
    said += (
        "; none below it does."
        if why.tolerance - why.bound < 1e-6
        else f"; it is proven that none below {why.bound:.2%} does, and more seconds may find a"
        " nearer one."
    )
    each = len(problem.units) / len(problem.teams)
    return (
        f"{said} There are {each:.1f} units a team: finer units (block groups, blocks) allow more."
    )


def _solve(problem: Problem, watch: Watch, seed: int, fewest: bool) -> Solution:
    if len(problem.units) > MOST_UNITS:
        search = fewest_of_many if fewest else solve_large
        return search(problem, seconds=watch.left, seed=seed, progress=watch.progress)
    if fewest:
        start = quick_plan(people_first(problem), seconds=watch.left, seed=seed)
        return solve_fewest(problem, watch, start)
    listed = areas(problem)
    if listed is not None:
        return solve_partition(problem, listed, watch)
    return solve_hess(problem, watch, _begin(problem, watch, seed))


def _begin(problem: Problem, watch: Watch, seed: int) -> NDArray[np.int64] | None:
    """Search a plan; where the tolerance is tight, one that is near a plan of a wider tolerance."""
    plan = quick_plan(problem, seconds=watch.left, seed=seed)
    if plan is not None or people_count(problem):
        return plan
    wider = replace(problem, tolerance=problem.tolerance + _WIDER)
    loose = quick_plan(wider, seconds=watch.left, seed=seed)
    if loose is None:
        return None
    near = replace(problem, present=loose, transfer_weight=problem.weight)

    def ask(_best: Solution | None, _passed: float) -> bool:
        watch.tell(None)
        return watch.left > 0

    found = solve_fewest(near, Watch(watch.left * _BEGIN, ask))
    return found.assignment if found.found else None
