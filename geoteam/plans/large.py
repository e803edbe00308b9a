"""Plans on hundreds to thousands of units: annealing from several starts, polish and a bound."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from geoteam.plans.judge import balance, check_solution, moved, parts, spread
from geoteam.plans.labels import keep_names
from geoteam.plans.large_bound import lower_bound
from geoteam.plans.large_polish import polish
from geoteam.plans.large_search import Annealing
from geoteam.plans.large_start import first_plan, held, mend, torn_locks
from geoteam.plans.problem import Problem, Progress, Solution

METHOD = "annealing from capacitated k-means, exact polish, Lagrangian bound"
_STARTS, _STARTS_FINE, _STARTS_QUICK = 13, 2, 4
# Moves proposed for each unit: in the first search, which is to have a plan soon, and after it.
_SOON, _LATER = 100, 450
_FEWEST, _MOST, _MOST_FINE = 40_000, 1_000_000, 400_000
# Temperatures as shares of a team's mean moment.
_HOT, _COLD = 2.0, 0.01
# After the first search from a start that is good already.
_TEPID = 0.3
# Where transfers count, from the present plan; where units are fine, they are light.
_WARM, _MILD, _ICE = 0.2, 0.01, 1e-4
# Units are fine when a team has so many; borders are then paid for, with this share of the moment.
_FINE = 50
_BORDER = 0.2
# Share of the time that may have passed when the bound ends.
_BOUND = 0.6
_PROVEN = 1e-4


@dataclass(eq=False)
class _Run:
    """Best so far, bound so far, and when to stop."""

    problem: Problem
    seconds: float
    progress: Progress | None
    begin: float = field(default_factory=time.monotonic)
    best: NDArray[np.int64] | None = None
    value: float = math.inf
    # What the search itself minimises: with borders where units are fine.
    rank: float = math.inf
    bound: float = 0.0
    nearest: float = math.inf
    border_price: float = 0.0
    halted: bool = False
    told: float = -math.inf

    @property
    def passed(self) -> float:
        return time.monotonic() - self.begin

    def stop(self, part: float = 1.0) -> bool:
        """Whether time or the caller ends the search; tells the caller twice a second."""
        passed = self.passed
        if self.progress is not None and not self.halted and passed - self.told > 0.5:
            self.told = passed
            self.halted = not self.progress(None if self.best is None else self.solution(), passed)
        return self.halted or passed >= self.seconds * part

    def offer(self, plan: NDArray[np.int64] | None, rank: float) -> None:
        """Keep a plan that is better and holds every rule."""
        if plan is None or rank >= self.rank or check_solution(self.problem, plan):
            return
        self.best, self.rank = keep_names(self.problem, plan), rank
        self.value = _objective(self.problem, self.best)
        if self.progress is not None and not self.halted:
            self.told = self.passed
            self.halted = not self.progress(self.solution(), self.told)

    def solution(self, note: str = "") -> Solution:
        """What is known now."""
        if self.best is None:
            return _nothing(self.problem, "stopped", self.passed, note)
        bound = min(self.bound, self.value)
        gap = (self.value - bound) / self.value if self.value > 0 else 0.0
        return Solution(
            assignment=self.best,
            objective=self.value,
            bound=bound,
            gap=gap,
            status="optimal" if gap <= _PROVEN else "feasible",
            seconds=self.passed,
            balance=balance(self.problem, self.best),
            method=METHOD,
            note=note,
        )


def solve_large(
    problem: Problem, *, seconds: float, seed: int, progress: Progress | None = None
) -> Solution:
    """Search a compact plan on hundreds to thousands of units, and bound how far it is from best.

    Several starts by capacitated k-means (:mod:`geoteam.plans.large_start`) are annealed over the
    borders of the teams (:mod:`geoteam.plans.large_search`); where teams are small, pairs and
    triples of them are solved exactly (:mod:`geoteam.plans.large_polish`). Where a limit or a price
    on transfers is set, the present plan is the start. The bound is that of the Hess model over
    all centres (:func:`geoteam.plans.large_bound.lower_bound`): it leaves out contiguity and
    transfers, so that the gap is no smaller than the true one.

    Where a team has fifty units or more, the search also pays for borders, so that they do not
    fray; ``objective`` and ``gap`` are of the problem's own objective.

    Parameters
    ----------
    problem
        The problem.
    seconds
        Wall time after which the best plan so far is given.
    seed
        The same seed gives the same plan whenever the work ends before the time does.
    progress
        Told the best plan so far, at least at every better one; False stops.

    Returns
    -------
    Solution
        ``infeasible`` only when proven (a unit or the locks of a team too heavy, locks that cannot
        be connected, more separate lands than teams); ``stopped`` without a plan, with the nearest
        tolerance reached in ``note``.
    """
    run = _Run(problem, seconds, progress)
    reason = _impossible(problem)
    if reason:
        return _nothing(problem, "infeasible", run.passed, reason)
    streams = np.random.default_rng(seed).spawn(_STARTS_FINE if _fine(problem) else _STARTS)
    for number, rng in enumerate(streams):
        if run.stop():
            break
        _search(run, rng, number)
        if number == 0:
            _raise_bound(run)
        if run.value - run.bound <= _PROVEN * run.value:
            break
    if run.best is not None and not run.stop() and not _fine(problem):
        better = polish(problem, run.best, stop=run.stop)
        run.offer(better, _objective(problem, better))
    return run.solution(_note(run))


def quick_plan(problem: Problem, *, seconds: float, seed: int) -> NDArray[np.int64] | None:
    """Search a plan to begin with, in a moment on tens of units.

    Parameters
    ----------
    problem
        The problem.
    seconds
        Wall time after which the search ends.
    seed
        The same seed gives the same plan whenever the work ends before the time does.

    Returns
    -------
    ndarray or None
        A plan that holds every rule; None when none was found.
    """
    run = _Run(problem, seconds, None)
    if _impossible(problem):
        return None
    for rng in np.random.default_rng(seed).spawn(_STARTS_QUICK):
        _search(run, rng, 0)
    return run.best


def _fine(problem: Problem) -> bool:
    return len(problem.units) >= _FINE * len(problem.teams)


def _objective(problem: Problem, plan: NDArray[np.int64]) -> float:
    return spread(problem, plan) + problem.transfer_price * moved(problem, plan)


def _raise_bound(run: _Run) -> None:
    value = run.value
    if run.best is not None:
        run.bound = lower_bound(run.problem, value, stop=lambda: run.stop(_BOUND))


def _search(run: _Run, rng: np.random.Generator, number: int) -> None:
    problem = run.problem
    stays = problem.present is not None and (
        problem.transfer_limit is not None or problem.transfer_price > 0
    )
    plan = None
    if stays and problem.present is not None:
        plan = mend(problem, problem.present)
    if plan is None:
        plan = first_plan(problem, rng, even=_fine(problem))
    if plan is None:
        return
    price = 0.0
    if _fine(problem):
        a, b = plan[problem.edges].T
        border = problem.shared_m[a != b].sum() / 1000.0
        price = _BORDER * spread(problem, plan) / max(border, 1e-9)
        # One price for all starts, or their ranks could not be compared.
        price = run.border_price = run.border_price or price
    annealing = Annealing(problem, plan, rng, border_price=price)
    fine = _fine(problem)
    many = (_LATER if number else _SOON) * len(problem.units)
    proposals = int(np.clip(many, _FEWEST, _MOST_FINE if fine else _MOST))
    hot, cold = (_MILD, _ICE) if fine else (_WARM if stays else _TEPID if number else _HOT, _COLD)
    found, rank = annealing.run(proposals, hot, cold, run.stop)
    run.nearest = min(run.nearest, annealing.nearest)
    run.offer(found, rank)


def _impossible(problem: Problem) -> str:
    """Why no plan can hold every rule; empty when that is not plain."""
    heavy = int(problem.weight.argmax())
    if problem.weight[heavy] > problem.most.max():
        return f"unit {problem.units[heavy]} alone is more than any team may have"
    lands, _ = parts(problem, np.zeros(len(problem.units), dtype=np.int64))
    if lands > len(problem.teams):
        return f"{lands} parts of the city share no side, more than there are teams"
    locks = held(problem)
    for team, name in enumerate(problem.teams):
        locked = [unit for unit, other in locks.items() if other == team]
        if problem.weight[locked].sum() > problem.most[team]:
            return f"the units locked to team {name} are more than it may have"
    torn = torn_locks(problem)
    if torn:
        return f"the locked units of team {problem.teams[torn[0]]} cannot be connected"
    return ""


def _note(run: _Run) -> str:
    if run.best is not None:
        return "" if run.bound else "no bound in this time"
    if math.isinf(run.nearest):
        return "no contiguous plan was found"
    return (
        f"no plan within {run.problem.tolerance:.1%} was found; the nearest reached "
        f"{run.nearest:.1%}"
    )


def _nothing(problem: Problem, status: str, seconds: float, note: str) -> Solution:
    return Solution(
        assignment=np.full(len(problem.units), -1, dtype=np.int64),
        objective=math.inf,
        bound=0.0 if status == "stopped" else math.inf,
        gap=1.0,
        status=status,
        seconds=seconds,
        balance=math.nan,
        method=METHOD,
        note=note,
    )
