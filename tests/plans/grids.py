"""Problems on grids of squares one kilometre wide, and every plan there is of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoteam.plans.judge import check_solution, moved, spread
from geoteam.plans.problem import Problem


def grid(
    wide: int, high: int, teams: int, *, tolerance: float = 0.0, weight: Any = None, **more: Any
) -> Problem:
    """Units numbered row by row from the south-west; equal weights and targets by default."""
    count = wide * high
    load = np.ones(count) if weight is None else np.asarray(weight, dtype=np.float64)
    edges = [(i, i + 1) for i in range(count) if (i + 1) % wide]
    edges += [(i, i + wide) for i in range(count - wide)]
    given = {"target": np.full(teams, load.sum() / teams)} | more
    return Problem(
        units=tuple(f"U{i:02d}" for i in range(count)),
        weight=load,
        x_m=1000.0 * (np.arange(count) % wide),
        y_m=1000.0 * (np.arange(count) // wide),
        area_m2=np.full(count, 1e6),
        outline_m=np.full(count, 4000.0),
        edges=np.array(sorted(edges), dtype=np.int64).reshape(-1, 2),
        shared_m=np.full(len(edges), 1000.0),
        teams=tuple(f"T{k}" for k in range(teams)),
        tolerance=tolerance,
        **given,
    )


def every_plan(problem: Problem) -> Iterator[NDArray[np.int64]]:
    """Every plan that holds all rules, by trying all."""
    for teams in itertools.product(range(len(problem.teams)), repeat=len(problem.units)):
        plan = np.array(teams)
        if not check_solution(problem, plan):
            yield plan


def value(problem: Problem, plan: NDArray[np.int64]) -> float:
    """What the most compact plan minimises."""
    return spread(problem, plan) + problem.transfer_price * moved(problem, plan)
