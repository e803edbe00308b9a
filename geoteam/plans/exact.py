r"""The most compact plan, proven: Hess's assignment model with contiguity by cuts.

:math:`x_{ij} = 1` when unit :math:`i` is in the team whose centre is unit :math:`j`, and
:math:`y_{jc} = 1` when that team is of kind :math:`c` (teams that cannot be told apart,
:math:`N_c` of them, so that equal teams make no symmetric plans):

.. math::
    \min \sum_{ij} m_i d_{ij}^2 x_{ij} \quad & \text{with} \quad \sum_j x_{ij} = 1, \quad
    x_{ij} \le x_{jj} = \sum_c y_{jc}, \quad \sum_j y_{jc} = N_c, \\
    & \sum_c (1 - \tau) W_c\, y_{jc} \le \sum_i w_i x_{ij} \le \sum_c (1 + \tau) W_c\, y_{jc}, \\
    & x_{aj} \le \sum_{s \in S} x_{sj} \quad \text{for every } S \text{ that parts } a
    \text{ from } j.

A lock or seat of unit :math:`i` for team :math:`k` is :math:`x_{ij} \ge y_{jk}`. A unit that stays
with its team has :math:`s_{ij} \le x_{ij},\ s_{ij} \le y_{j,k(i)}`.

The last family is too large to write down; it is added where a plan breaks it (Oehrlein and
Haunert 2017, *A cutting-plane method for contiguity-constrained spatial aggregation*; Validi,
Buchanan and Lykhovyd 2022, *Imposing contiguity constraints in political districting models*).
Variables whose reduced cost in the linear relaxation lifts the bound over a plan at hand are left
out. Sources of the model: Hess et al. (1965); see ``Problem``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack
from scipy.sparse.csgraph import dijkstra

from geoteam.plans.judge import moved, spread, squared_km
from geoteam.plans.labels import (
    bound_units,
    components,
    kinds,
    neighbours,
    people_count,
    separator,
)
from geoteam.plans.mip import PROVEN, Answer, Rows, Watch, minimise, solution
from geoteam.plans.problem import Problem, Solution

METHOD = "Hess assignment model with contiguity cuts"
# The search among the likely centres may stop this close to its best.
_ROUGH = 0.02


class HessModel:
    """The variables and rows of one problem.

    Parameters
    ----------
    problem
        The problem.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.people = people_count(problem)
        self.teams = kinds(problem, people=self.people)
        self.beside = neighbours(problem)
        count = len(problem.units)
        self.unit, self.centre = np.nonzero(_together(problem))
        pairs = len(self.unit)
        self.pair = np.full((count, count), -1)
        self.pair[self.unit, self.centre] = np.arange(pairs)
        # y of centre j and kind c; with one kind it is x of j and j.
        own = np.diag(self.pair)
        self.serves = own[:, None]
        width = pairs
        if len(self.teams) > 1:
            self.serves = width + np.arange(count * len(self.teams)).reshape(count, -1)
            width += self.serves.size
        self.stays = np.empty(0, dtype=np.int64)
        if self.people and problem.present is not None:
            self.stays = np.flatnonzero(problem.present[self.unit] >= 0)
        self.rows = Rows(width + len(self.stays))
        self.cost = np.zeros(self.rows.width)
        self.cost[:pairs] = squared_km(problem, np.arange(count))[self.unit, self.centre]
        self.constant = 0.0
        self._add_teams()
        self._add_links(width)

    def _add_teams(self) -> None:
        problem, own = self.problem, np.diag(self.pair)
        lead = [group[0] for group in self.teams]
        for i in range(len(problem.units)):
            mine = self.pair[i][self.pair[i] >= 0]
            self.rows.add(mine, np.ones(len(mine)), 1.0, 1.0)
        for number, group in enumerate(self.teams):
            column = self.serves[:, number]
            self.rows.add(column, np.ones(len(column)), len(group), len(group))
        # Loads are counted in mean targets.
        unit = problem.target.mean()
        for j in range(len(problem.units)):
            members = np.flatnonzero(self.pair[:, j] >= 0)
            columns = np.concatenate((self.pair[members, j], self.serves[j]))
            load = problem.weight[members] / unit
            for limit, low, high in (
                (problem.least[lead] / unit, 0.0, np.inf),
                (problem.most[lead] / unit, -np.inf, 0.0),
            ):
                if len(self.teams) > 1:
                    self.rows.add(columns, np.concatenate((load, -limit)), low, high)
                else:
                    self.rows.add(self.pair[members, j], load - limit * (members == j), low, high)
            for i in members[members != j]:
                self.rows.add(np.array([self.pair[i, j], own[j]]), [1.0, -1.0], -np.inf, 0.0)
            if len(self.teams) > 1:
                ones = np.append(np.ones(len(self.teams)), -1.0)
                self.rows.add(np.append(self.serves[j], own[j]), ones, 0.0, 0.0)

    def _add_links(self, width: int) -> None:
        problem = self.problem
        kind_of = {team: number for number, group in enumerate(self.teams) for team in group}
        if len(self.teams) > 1:
            for team, units in bound_units(problem).items():
                for i in units:
                    for j in range(len(problem.units)):
                        served = self.serves[j, kind_of[team]]
                        if self.pair[i, j] >= 0:
                            self.rows.add(
                                np.array([self.pair[i, j], served]), [1.0, -1.0], 0.0, np.inf
                            )
                        else:
                            self.rows.add(np.array([served]), [1.0], 0.0, 0.0)
        if problem.present is None or problem.transfer_weight is None or not self.people:
            return
        moves = problem.transfer_weight * (problem.present >= 0)
        self.constant = problem.transfer_price * float(moves.sum())
        stay = width + np.arange(len(self.stays))
        for column, pair in zip(stay, self.stays, strict=True):
            i, j = self.unit[pair], self.centre[pair]
            self.rows.add(np.array([column, pair]), [1.0, -1.0], -np.inf, 0.0)
            served = self.serves[j, kind_of[int(problem.present[i])]]
            self.rows.add(np.array([column, served]), [1.0, -1.0], -np.inf, 0.0)
        weight = moves[self.unit[self.stays]]
        self.cost[stay] = -problem.transfer_price * weight
        if problem.transfer_limit is not None:
            whole = float(moves.sum())
            share = whole or 1.0
            least = (whole - problem.transfer_limit) / share
            self.rows.add(stay, weight / share, least - PROVEN / 10, np.inf)

    def assignment(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """Read the plan out of a point of the model.

        Parameters
        ----------
        values
            One number a variable.

        Returns
        -------
        ndarray
            Team of each unit.
        """
        chosen = values[: len(self.unit)] > 0.5
        centre = np.zeros(len(self.problem.units), dtype=np.int64)
        centre[self.unit[chosen]] = self.centre[chosen]
        waiting = [list(group) for group in self.teams]
        team = {}
        for j in np.unique(centre):
            kind = int(np.argmax(values[self.serves[j]]))
            team[int(j)] = waiting[kind].pop(0)
        return np.array([team[int(j)] for j in centre], dtype=np.int64)

    def cut(self, values: NDArray[np.float64]) -> int:
        """Add the cuts that a point of whole numbers breaks.

        Parameters
        ----------
        values
            One number a variable.

        Returns
        -------
        int
            How many were added; zero when every team is contiguous.
        """
        chosen = values[: len(self.unit)] > 0.5
        added = 0
        for j in np.unique(self.centre[chosen]):
            members = self.unit[chosen & (self.centre == j)]
            for part in components(self.beside, members):
                if int(j) in part:
                    continue
                between = self.pair[separator(self.beside, part, int(j)), j]
                between = between[between >= 0]
                for a in sorted(part):
                    columns = np.append(between, self.pair[a, j])
                    ones = np.append(-np.ones(len(between)), 1.0)
                    self.rows.add(columns, ones, -np.inf, 0.0)
                    added += 1
        return added

    def relaxed(self) -> tuple[float, NDArray[np.float64], NDArray[np.float64]] | None:
        """Solve the linear relaxation.

        Returns
        -------
        tuple or None
            Its value, point and reduced costs; None when it has no point.
        """
        matrix = self.rows.matrix()
        low, high = np.array(self.rows.low), np.array(self.rows.high)
        same = low == high
        over, under = np.isfinite(high) & ~same, np.isfinite(low) & ~same
        # Without reductions beforehand where those call it infeasible: see `minimise`.
        for presolve in (True, False):
            found = linprog(
                self.cost,
                A_ub=vstack([matrix[over], -matrix[under]]),
                b_ub=np.concatenate((high[over], -low[under])),
                A_eq=matrix[same],
                b_eq=high[same],
                bounds=(0.0, 1.0),
                method="highs-ds",
                options={"presolve": presolve},
            )
            if found.status != 2:
                break
        else:
            return None
        return float(found.fun), found.x, found.lower.marginals


def solve_hess(problem: Problem, watch: Watch, start: NDArray[np.int64] | None = None) -> Solution:
    """Find the most compact plan, or prove that there is none.

    Parameters
    ----------
    problem
        The problem.
    watch
        The time.
    start
        A plan that holds every rule, to be kept where no better one is found in time.

    Returns
    -------
    Solution
        With the best plan found and the best bound proven.
    """
    best = None
    if start is not None:
        best = _worth(problem, start, 0.0, watch)
        watch.tell(best)
    model = HessModel(problem)
    root = model.relaxed()
    if root is None:
        return _answer(model, None, np.inf, watch, infeasible=True)
    floor, point, reduced = root
    watch.tell(best)
    likely = np.flatnonzero(point[np.diag(model.pair)] > PROVEN)
    near = np.ones(model.rows.width, dtype=bool)
    near[: len(model.unit)] = np.isin(model.centre, likely)
    first = _contiguous(model, watch, near, gap=_ROUGH).values
    if first is not None:
        rough = _answer(model, first, floor, watch)
        best = rough if best is None or rough.objective <= best.objective else best
    keep = np.ones(model.rows.width, dtype=bool)
    if best is not None:
        watch.tell(best)
        # A variable at zero that cannot be one in any plan as good as this.
        room = (best.objective - model.constant) * (1 + PROVEN) - floor + PROVEN * abs(floor)
        keep = reduced <= room
    answer = _contiguous(model, watch, keep)
    bound = max(floor, answer.bound)
    if answer.values is not None:
        found = _answer(model, answer.values, bound, watch)
        if best is None or found.objective <= best.objective:
            best = found
    if best is None:
        return _answer(model, None, bound, watch, infeasible=answer.infeasible)
    plan = best.assignment
    if answer.infeasible:
        bound = best.objective
    best = solution(
        problem, plan, best.objective, bound + model.constant, seconds=watch.passed, method=METHOD
    )
    watch.tell(best)
    return best


def _contiguous(
    model: HessModel, watch: Watch, keep: NDArray[np.bool_], gap: float = PROVEN / 10
) -> Answer:
    """Solve, cut, and solve again until every team is contiguous or the time is over."""
    bound = -np.inf
    while True:
        answer = minimise(model.cost, model.rows, seconds=watch.left, keep=keep, gap=gap)
        bound = max(bound, answer.bound)
        if answer.values is None or not model.cut(answer.values):
            return Answer(answer.values, bound, answer.infeasible)


def _answer(
    model: HessModel,
    values: NDArray[np.float64] | None,
    bound: float,
    watch: Watch,
    *,
    infeasible: bool = False,
) -> Solution:
    plan = None if values is None else model.assignment(values)
    return _worth(model.problem, plan, bound + model.constant, watch, infeasible=infeasible)


def _worth(
    problem: Problem,
    plan: NDArray[np.int64] | None,
    bound: float,
    watch: Watch,
    *,
    infeasible: bool = False,
) -> Solution:
    reached = np.inf
    if plan is not None:
        reached = spread(problem, plan) + problem.transfer_price * moved(problem, plan)
    return solution(
        problem, plan, reached, bound, infeasible=infeasible, seconds=watch.passed, method=METHOD
    )


def _together(problem: Problem) -> NDArray[np.bool_]:
    """Tell which units may share a team: the lightest path between them is not too heavy."""
    count = len(problem.units)
    a, b = problem.edges.T
    # Each step pays for the unit it enters; HiGHS never sees the pairs that are left out.
    heads = np.concatenate((b, a))
    ends = (np.concatenate((a, b)), heads)
    floor = problem.weight.sum() * PROVEN**2
    steps = csr_array((np.maximum(problem.weight[heads], floor), ends), shape=(count, count))
    path = dijkstra(steps) + problem.weight[:, None]
    near: NDArray[np.bool_] = path <= problem.most.max() + floor * count
    for i, team in problem.fixed.items():
        for j, other in problem.fixed.items():
            near[i, j] &= team == other
    np.fill_diagonal(near, True)
    return near
