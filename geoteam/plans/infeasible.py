"""No plan: which rules fight, and the nearest tolerance that works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from geoteam.plans.judge import balance, check_solution, spread
from geoteam.plans.mip import Watch
from geoteam.plans.partition import least_tolerance
from geoteam.plans.problem import Problem, Solution

# Solves a problem within the time of the watch.
Decide = Callable[[Problem], Solution]
# No team can be so far off: the tolerance is as good as gone.
_ANY = 1e3
# Bisection ends when the proof and the plan are this close.
_CLOSE = 1e-3


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why there is no plan.

    Attributes
    ----------
    conflict
        Rules that cannot hold together, while any of them left out lets the others hold; always
        beside contiguity.
    tolerance
        Nearest tolerance at which a plan was found; None when none was.
    bound
        It is proven that no tolerance below this works.
    solution
        The most compact plan found at the nearest tolerance.
    without_limit
        Nearest tolerance that works where any number may change team; None where there is no such
        limit, or it was not found in time.
    """

    conflict: tuple[str, ...]
    tolerance: float | None
    bound: float
    solution: Solution | None
    without_limit: float | None = None


def explain(problem: Problem, watch: Watch, decide: Decide) -> Explanation:
    """Say which rules fight and find the nearest tolerance that works.

    The conflict is found by the deletion filter (Chinneck and Dravnieks 1991, *Locating minimal
    infeasible constraint sets in linear programs*).

    Parameters
    ----------
    problem
        One that has no plan.
    watch
        The time.
    decide
        Solves a problem.

    Returns
    -------
    Explanation
        With a plan at the nearest tolerance, if one was found in time.
    """
    conflict = _conflict(problem, decide)
    if not any(rule.startswith("the tolerance") for rule in conflict):
        return Explanation(conflict, None, problem.tolerance, None)
    if problem.transfer_limit is not None:
        free = least_tolerance(replace(problem, transfer_limit=None), watch)
        return replace(
            _bisect(problem, watch, decide, conflict),
            without_limit=None if free is None else free[0],
        )
    nearest = least_tolerance(problem, watch)
    if nearest is not None:
        tolerance, bound, _ = nearest
        return Explanation(
            conflict, tolerance, bound, decide(replace(problem, tolerance=tolerance))
        )
    return _bisect(problem, watch, decide, conflict)


def _conflict(problem: Problem, decide: Decide) -> tuple[str, ...]:
    looser: dict[str, Callable[[Problem], Problem]] = {}
    if problem.transfer_limit is not None:
        limit = f"the limit of {problem.transfer_limit:,.0f} transfers"
        looser[limit] = lambda one: replace(one, transfer_limit=None)
    if problem.fixed:
        looser["the locks"] = lambda one: replace(one, fixed={})
    if problem.seats:
        looser["the seats"] = lambda one: replace(one, seats={})
    looser[f"the tolerance of {problem.tolerance:.1%}"] = lambda one: replace(one, tolerance=_ANY)
    needed: list[str] = []
    last = next(reversed(looser))
    for rule, loosen in looser.items():
        without = loosen(problem)
        # The last one left is to blame without a trial.
        if (needed or rule != last) and decide(without).status == "infeasible":
            problem = without
        else:
            needed.append(rule)
    return tuple(needed)


def _bisect(
    problem: Problem, watch: Watch, decide: Decide, conflict: tuple[str, ...]
) -> Explanation:
    low, step = problem.tolerance, max(problem.tolerance, _CLOSE)
    best = _unchanged(problem)
    while watch.left > 0:
        high = _ANY if best is None else best.balance
        if high - low <= _CLOSE or (best is None and low + step > _ANY):
            break
        middle = min(low + step, (low + high) / 2)
        found = decide(replace(problem, tolerance=middle))
        if found.found:
            best = found
        elif found.status == "infeasible":
            low, step = middle, 2 * step
        else:
            break
    return Explanation(conflict, None if best is None else best.balance, low, best)


def _unchanged(problem: Problem) -> Solution | None:
    """Judge the present plan: at a tolerance wide enough nobody has to move."""
    plan = problem.present
    if plan is None or check_solution(replace(problem, tolerance=_ANY), plan):
        return None
    return Solution(
        plan, spread(problem, plan), 0.0, 1.0, "feasible", 0.0, balance(problem, plan),
        "the present plan",
    )  # fmt: skip
