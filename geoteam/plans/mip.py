"""Rows of a linear model, the call of the solver, and the watch over its time.

The solver is HiGHS (Huangfu and Hall 2018, *Parallelizing the dual revised simplex method*), in
SciPy.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from geoteam.plans.judge import balance
from geoteam.plans.labels import keep_names
from geoteam.plans.problem import Problem, Progress, Solution

# Costs are scaled to this, so that the solver's absolute tolerances are far below them.
_SCALE = 1e3
# Two objectives this close, as a share, are the same.
PROVEN = 1e-6


class Watch:
    """Time that is left, and who is told the best plan so far.

    Parameters
    ----------
    seconds
        Time to spend.
    progress
        Told the best plan so far; False stops.
    """

    def __init__(self, seconds: float, progress: Progress | None = None) -> None:
        self._began = time.monotonic()
        self._seconds = seconds
        self.progress = progress
        self.stopped = False

    @property
    def passed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._began

    @property
    def left(self) -> float:
        """Seconds left; zero once stopped."""
        return 0.0 if self.stopped else max(0.0, self._seconds - self.passed)

    def tell(self, best: Solution | None) -> None:
        """Report the best plan so far.

        Parameters
        ----------
        best
            The plan; None while there is none.
        """
        if self.progress is not None and not self.progress(best, self.passed):
            self.stopped = True


class Rows:
    """Rows of a model, added one or many at a time.

    Parameters
    ----------
    width
        How many variables the model has.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self._columns: list[NDArray[np.int64]] = []
        self._values: list[NDArray[np.float64]] = []
        self._lengths: list[int] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def add(
        self,
        columns: Sequence[int] | NDArray[np.integer[Any]],
        values: Sequence[float] | NDArray[np.float64],
        low: float,
        high: float,
    ) -> None:
        """Add one row.

        Parameters
        ----------
        columns
            Variables.
        values
            Their coefficients.
        low, high
            What the sum lies between.
        """
        self._columns.append(np.asarray(columns, dtype=np.int64))
        self._values.append(np.asarray(values, dtype=np.float64))
        self._lengths.append(len(self._columns[-1]))
        self.low.append(low)
        self.high.append(high)

    def matrix(self) -> csr_array:
        """Return the rows as a sparse matrix.

        Returns
        -------
        csr_array
            Shape (rows, variables).
        """
        starts = np.concatenate(([0], np.cumsum(self._lengths))).astype(np.int64)
        none: list[NDArray[np.float64]] = [np.empty(0)]
        values = np.concatenate(none + self._values)
        columns = np.concatenate([np.empty(0, dtype=np.int64), *self._columns])
        return csr_array((values, columns, starts), shape=(len(self._lengths), self.width))


@dataclass(frozen=True, eq=False)
class Answer:
    """What the solver found: ``values`` is None without a point; ``infeasible`` is proven."""

    values: NDArray[np.float64] | None
    bound: float
    infeasible: bool


def minimise(
    cost: NDArray[np.float64],
    rows: Rows,
    *,
    seconds: float,
    keep: NDArray[np.bool_] | None = None,
    whole: NDArray[np.bool_] | None = None,
    gap: float = PROVEN / 10,
) -> Answer:
    """Minimise a linear cost over variables between 0 and 1.

    Parameters
    ----------
    cost
        One number a variable.
    rows
        The rows.
    seconds
        Time to spend.
    keep
        Variables that may be above zero; all by default.
    whole
        Variables that are whole numbers; all by default.
    gap
        Share of the objective at which the solver may stop.

    Returns
    -------
    Answer
        The point found, and a bound that no point is below.
    """
    width = rows.width
    if seconds <= 0:
        return Answer(None, -np.inf, infeasible=False)
    columns = np.arange(width) if keep is None else np.flatnonzero(keep)
    if not len(columns):
        barred = max(rows.low, default=0.0) > 0 or min(rows.high, default=0.0) < 0
        return Answer(None if barred else np.zeros(width), np.inf if barred else 0.0, barred)
    largest = float(np.abs(cost).max(initial=0.0))
    scale = _SCALE / largest if largest else 1.0
    integral = np.ones(width) if whole is None else whole.astype(np.float64)
    limits = LinearConstraint(rows.matrix()[:, columns], rows.low, rows.high)
    begun = time.perf_counter()

    def ask(*, presolve: bool) -> Any:
        return milp(
            cost[columns] * scale,
            constraints=limits,
            integrality=integral[columns],
            bounds=Bounds(0.0, 1.0),
            options={
                "time_limit": max(0.1, seconds - (time.perf_counter() - begun)),
                "mip_rel_gap": gap,
                "presolve": presolve,
            },
        )

    found = ask(presolve=True)
    if found.status == 2:
        # Its reductions beforehand have called models infeasible that are not (HiGHS issue 3090).
        found = ask(presolve=False)
    if found.status == 2:
        return Answer(None, np.inf, infeasible=True)
    bound = -np.inf if found.mip_dual_bound is None else found.mip_dual_bound / scale
    if found.x is None:
        return Answer(None, bound, infeasible=False)
    values = np.zeros(width)
    values[columns] = found.x
    return Answer(values, bound, infeasible=False)


def solution(
    problem: Problem,
    assignment: NDArray[np.int64] | None,
    objective: float,
    bound: float,
    *,
    infeasible: bool = False,
    seconds: float,
    method: str,
) -> Solution:
    """Put an answer into the words of a ``Solution``.

    Parameters
    ----------
    problem
        The problem.
    assignment
        Team of each unit; None without a plan.
    objective, bound
        What was reached, and what nothing is below.
    infeasible
        Whether it is proven that there is no plan.
    seconds
        Wall time.
    method
        How it was found.

    Returns
    -------
    Solution
        With gap and status.
    """
    if assignment is None:
        nothing = np.full(len(problem.units), -1, dtype=np.int64)
        status = "infeasible" if infeasible else "stopped"
        return Solution(nothing, np.inf, bound, 1.0, status, seconds, np.nan, method)
    assignment = keep_names(problem, assignment)
    below = min(max(bound, 0.0), objective)
    gap = (objective - below) / objective if objective > 0 else 0.0
    status = "optimal" if gap <= PROVEN else "feasible"
    worst = balance(problem, assignment)
    return Solution(assignment, objective, below, gap, status, seconds, worst, method)
