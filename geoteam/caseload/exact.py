"""The integer step: some clients are free, the rest stay, and HiGHS finds the best for the free."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, sparse

from geoteam.caseload.objective import UNITS_PER_POINT, Floats, Integers, Pool


@dataclass(frozen=True, slots=True)
class Effort:
    """When branch-and-bound stops; never by time, so that the same input gives the same answer.

    Attributes
    ----------
    gap
        Share of the optimum that may be left open.
    nodes
        Most nodes.
    """

    gap: float = 1e-6
    nodes: int = 2_000


@dataclass(frozen=True)
class IntegerAnswer:
    """A choice for every client of the pool.

    Attributes
    ----------
    chosen
        Officer of each client, -1 when left out.
    bound_minutes
        Lower bound of the second objective over the free clients, the others staying.
    """

    chosen: Integers
    bound_minutes: float


def solve_exactly(
    pool: Pool, free: Integers, fixed: Integers, effort: Effort
) -> IntegerAnswer | None:
    """Choose officers for the free clients by mixed-integer programming.

    Parameters
    ----------
    pool
        The pool with its two objectives (``geoteam.caseload.objective``).
    free
        Positions of the clients to choose for.
    fixed
        Officer of each client; those of the free ones are ignored.
    effort
        When to stop.

    Returns
    -------
    IntegerAnswer or None
        The best choice found; None when the solver found none within its node limit.
    """
    model = _Model(pool, free, fixed, effort)
    room = pool.capacity.sum() - model.base.sum() - pool.units[free].sum()
    weight = pool.left_out_weight[free]
    if room >= 0:
        answer = model.solve(model.cost, left_out_limit=0.0)
        if answer is not None:
            return answer
    first = model.solve(np.concatenate([np.zeros(len(model.cost) - len(free)), weight]))
    if first is None:
        return None
    least = float(weight[first.chosen[free] < 0].sum())
    second = model.solve(model.cost, left_out_limit=least * (1 + 1e-9) + 1e-9)
    return second if second is not None else first


class _Model:
    """Columns: the free clients' arcs, the officers' steps, then one slack for each free client."""

    def __init__(self, pool: Pool, free: Integers, fixed: Integers, effort: Effort) -> None:
        self.effort = effort
        self.pool, self.free, self.fixed = pool, free, fixed.copy()
        self.fixed[free] = -1
        self.base = pool.loads(self.fixed)
        row_of = np.full(len(pool.units), -1)
        row_of[free] = np.arange(len(free))
        fits = pool.units[pool.client] <= (pool.capacity - self.base)[pool.officer]
        self.arcs = np.flatnonzero((row_of[pool.client] >= 0) & fits)
        rows, officer = row_of[pool.client[self.arcs]], pool.officer[self.arcs]
        self.steps = pool.widths.size
        arcs, count, officers = len(self.arcs), len(free), len(pool.capacity)
        step_officer = np.repeat(np.arange(officers), pool.widths.shape[1])
        points = pool.points[pool.client[self.arcs]]
        steps = np.arange(self.steps)
        self.matrix = sparse.csr_array(
            (
                np.concatenate([np.ones(arcs + count), points, -np.ones(self.steps)]),
                (
                    np.concatenate([rows, np.arange(count), count + officer, count + step_officer]),
                    np.concatenate(
                        [
                            np.arange(arcs),
                            arcs + self.steps + np.arange(count),
                            np.arange(arcs),
                            arcs + steps,
                        ]
                    ),
                ),
            ),
            shape=(count + officers, arcs + self.steps + count),
        )
        self.right = np.concatenate([np.ones(count), -self.base / UNITS_PER_POINT])
        self.cost = np.concatenate(
            [pool.minutes[self.arcs], np.tile(pool.step_minutes, officers), np.zeros(count)]
        )
        self.upper = np.concatenate(
            [np.ones(arcs), pool.widths.ravel() / UNITS_PER_POINT, np.ones(count)]
        )
        self.whole = np.ones(len(self.cost))
        self.whole[arcs : arcs + self.steps] = 0

    def solve(self, cost: Floats, left_out_limit: float | None = None) -> IntegerAnswer | None:
        count, columns = len(self.free), len(self.cost)
        constraints = [optimize.LinearConstraint(self.matrix, self.right, self.right)]
        upper = self.upper
        if left_out_limit == 0.0:
            upper = np.concatenate([self.upper[: columns - count], np.zeros(count)])
        elif left_out_limit is not None:
            weight = np.zeros((1, columns))
            weight[0, columns - count :] = self.pool.left_out_weight[self.free]
            constraints.append(optimize.LinearConstraint(weight, -np.inf, left_out_limit))
        result = optimize.milp(
            cost,
            integrality=self.whole,
            bounds=optimize.Bounds(0, upper),
            constraints=constraints,
            options={"mip_rel_gap": self.effort.gap, "node_limit": self.effort.nodes},
        )
        if result.x is None:
            return None
        taken = self.arcs[result.x[: len(self.arcs)] > 0.5]
        chosen = self.fixed.copy()
        chosen[self.pool.client[taken]] = self.pool.officer[taken]
        stay = self.fixed[self.pool.client] == self.pool.officer
        bound = float(result.mip_dual_bound) + float(self.pool.minutes[stay].sum())
        return IntegerAnswer(chosen, bound)
