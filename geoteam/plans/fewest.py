r"""The fewest transfers that bring the teams back into balance, proven.

With :math:`P_k` the connected sets of units whose weight team :math:`k` may carry, :math:`t_i` the
transfer weight of unit :math:`i`, :math:`k(i)` its team today, and :math:`z_{pk} = 1` when set
:math:`p` is the area of team :math:`k`,

.. math::
    \min \sum_k \sum_{p \in P_k} \Big( \sum_{i \in p,\ k(i) \ne k,\ k(i) \ne -1} t_i \Big) z_{pk}
    \quad \text{with} \quad
    \sum_k \sum_{p \in P_k,\ p \ni i} z_{pk} = 1 \ \forall i, \qquad
    \sum_{p \in P_k} z_{pk} = 1 \ \forall k.

Contiguity is general: no unit is named as the anchor of its team. There are millions of sets, so
the linear relaxation is solved by column generation: with :math:`u_i, v_k` the prices of the two
families of rows, every set of :math:`P_k` with

.. math:: \sum_{i \in p} (t_i [k(i) \ne k] - u_i) < v_k

is sought by growing sets from unit to unit within that limit (:func:`geoteam.plans.grow.grow`).
When there is none, the value :math:`L` of the relaxation bounds every plan, and a plan that moves
no more than :math:`L + \theta` is made of sets at most :math:`\theta` above :math:`v_k`. All of
those are listed and the best tiling of them is chosen, with :math:`\theta` doubled until the best
is within it: then it is proven.

Garfinkel and Nemhauser (1970), *Optimal political districting by implicit enumeration techniques*;
Mehrotra, Johnson and Nemhauser (1998), *An optimization based heuristic for political districting*;
Baldacci, Christofides and Mingozzi (2008), *An exact algorithm for the vehicle routing problem
based on the set partitioning formulation*, for the listing within the gap.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, hstack

from geoteam.errors import InputError
from geoteam.plans.grow import Grown, grow, masks, members
from geoteam.plans.judge import moved, spread
from geoteam.plans.labels import bound_units, kinds
from geoteam.plans.mip import PROVEN, Watch, minimise, solution
from geoteam.plans.partition import Listed, assignment_of, rows_of
from geoteam.plans.problem import Problem, Solution

METHOD = "fewest transfers, by areas that pay"
# Everybody who could move, in the units of the model.
_ALL = 1000.0
# A set is worth adding when it is this far below its team's price.
_PAYS = 1e-6
# Sets kept of each search, sets at which a search ends, and the sets that it looks at.
_ADDED, _SEARCHED, _LOOKS = 200, 2_000, 20_000
_MOST_LOOKS = 2_000_000
# The list of the proof.
_LISTED, _LISTED_LOOKS = 100_000, 4_000_000
_FIRST_THETA = 0.01
# A little less than one person.
_ONE = 0.999
# Price of a unit or team left over; raised where it pays to leave one.
_LEFT_OVER, _DEARER, _DEAREST = 2.0, 2.0, 1e5


def people_first(problem: Problem) -> Problem:
    """Price transfers so high that a search for a compact plan seeks one that moves few.

    Parameters
    ----------
    problem
        The problem, with the plan of today.

    Returns
    -------
    Problem
        The same, with a price; to move a mean team costs what two mean teams are spread.
    """
    if problem.present is None or problem.transfer_weight is None:
        return problem
    people = float(problem.transfer_weight[problem.present >= 0].sum())
    now = spread(problem, problem.present)
    return replace(problem, transfer_price=2.0 * (now or 1.0) / (people or 1.0))


class _Master:
    """The sets at hand, and the relaxation over them."""

    def __init__(self, problem: Problem) -> None:
        if problem.present is None or problem.transfer_weight is None:
            raise InputError(
                "the fewest transfers need a present plan", remedy="Name one to compare with"
            )
        self.problem = problem
        here = problem.present >= 0
        whole = float(problem.transfer_weight[here].sum())
        if whole <= 0:
            raise InputError(
                "nobody has a team now, so that nobody can keep it", remedy="Count units instead"
            )
        self.scale = _ALL / whole
        self.teams = kinds(problem, people=True)
        self.lead = [group[0] for group in self.teams]
        people = problem.transfer_weight * self.scale
        self.price = np.array(
            [np.where(here & (problem.present != team), people, 0.0) for team in self.lead]
        )
        self._masks = masks(problem)
        self._weight = problem.weight.tolist()
        self._seen: set[tuple[int, int]] = set()
        self.areas: list[int] = []
        self.kind: list[int] = []
        self.left_over = _LEFT_OVER * _ALL / len(problem.units)
        self.over = 0.0
        self.unit_price = np.zeros(len(problem.units))
        self.team_price = np.zeros(len(self.teams))

    def add(self, kind: int, area: int) -> bool:
        """Take a set; False when it is at hand already."""
        if (kind, area) in self._seen:
            return False
        self._seen.add((kind, area))
        self.areas.append(area)
        self.kind.append(kind)
        return True

    def start(self, plan: NDArray[np.int64]) -> None:
        """Take the areas of a plan."""
        for kind, group in enumerate(self.teams):
            for team in group:
                self.add(kind, sum(1 << int(unit) for unit in np.flatnonzero(plan == team)))

    def relax(self) -> float:
        """Solve the relaxation over the sets at hand, and keep its prices."""
        units, kind = len(self.problem.units), np.array(self.kind, dtype=np.int64)
        table = members(self.areas, units)
        cost = (table * self.price[kind]).sum(axis=1)
        belongs = np.arange(len(self.teams))[:, None] == kind
        rows = csr_array(np.vstack((table.T, belongs)).astype(np.float64))
        spare = eye_array(units + len(self.teams))
        found = linprog(
            np.concatenate((cost, np.full(2 * spare.shape[0], self.left_over))),
            A_eq=hstack((rows, spare, -spare)),
            b_eq=np.concatenate((np.ones(units), [float(len(group)) for group in self.teams])),
            bounds=(0.0, None),
            method="highs-ds",
        )
        self.over = float(found.x[len(cost) :].sum())
        self.unit_price, self.team_price = np.split(found.eqlin.marginals, [units])
        return float(found.fun)

    def search(self, kind: int, above: float, *, most: int, looks: int) -> Grown:
        """List the sets of a kind of team that are no more than ``above`` over its price."""
        problem, team = self.problem, self.lead[kind]
        price = self.price[kind] - self.unit_price
        limit = float(self.team_price[kind]) + above
        # What must be in is so cheap that no set without it is below the limit; and the reverse.
        far = 10.0 * (np.abs(price).sum() + abs(limit) + 1.0)
        shift = 0.0
        for other, units in bound_units(problem).items():
            if other == team:
                shift = float((price[units] + far).sum())
            price[units] = -far if other == team else far
        found = grow(
            self._masks, self._weight, price.tolist(),
            low=float(problem.least[team]), high=float(problem.most[team]),
            ceiling=limit - shift, most=most, looks=looks,
        )  # fmt: skip
        return replace(found, price=[value + shift for value in found.price])


def solve_fewest(
    problem: Problem, watch: Watch, start: NDArray[np.int64] | None = None
) -> Solution:
    """Find the plan that moves the fewest, or prove that there is none.

    Parameters
    ----------
    problem
        The problem, with the plan of today; its price of transfers plays no part.
    watch
        The time.
    start
        A plan that holds every rule, to be kept where no better one is found in time.

    Returns
    -------
    Solution
        Its objective is the transfer weight that moves.
    """
    # Who moves is counted, not limited: the limit is held against the count at the end.
    master = _Master(replace(problem, transfer_limit=None))
    best = start
    if best is not None:
        master.start(best)
        watch.tell(_answer(problem, best, 0.0, watch))
    floor = _converge(master, watch)
    if floor is None:
        return _answer(problem, best, 0.0, watch)
    bound, found = (floor, None) if np.isinf(floor) else _prove(master, floor, best, watch)
    best = best if found is None else found
    if np.isinf(bound):
        return _answer(problem, None, bound, watch)
    answer = _answer(problem, best, bound / master.scale, watch)
    watch.tell(answer if answer.found else None)
    return answer


def _converge(master: _Master, watch: Watch) -> float | None:
    """Solve the relaxation over all sets: its value, infinite without a plan, None without time."""
    looks = _LOOKS
    while watch.left > 0:
        value = master.relax()
        fresh, complete, short = 0, True, 0.0
        for kind, group in enumerate(master.teams):
            found = master.search(kind, -_PAYS, most=_SEARCHED, looks=looks)
            complete &= found.complete
            order = sorted(range(len(found.areas)), key=found.price.__getitem__)
            fresh += sum(master.add(kind, found.areas[number]) for number in order[:_ADDED])
            least = min(found.price, default=0.0) - float(master.team_price[kind])
            short += len(group) * (min(least, 0.0) if found.areas else -_PAYS)
        if fresh:
            watch.tell(None)
        elif not complete:
            looks *= 4
            if looks > _MOST_LOOKS:
                return None
        elif master.over <= _PAYS:
            return max(0.0, value + short)
        elif value + short > _ALL * (1 + PROVEN):
            return np.inf
        else:
            master.left_over *= _DEARER
            if master.left_over > _DEAREST:
                return None
    return None


def _prove(
    master: _Master, floor: float, best: NDArray[np.int64] | None, watch: Watch
) -> tuple[float, NDArray[np.int64] | None]:
    """List all sets that the best plan may be made of: what is proven, and the plan."""
    problem, people = master.problem, master.problem.transfer_weight
    assert people is not None
    whole = np.array_equal(people, np.rint(people))
    # Where people are counted in ones, a plan that moves fewer moves at least one fewer.
    step = _ONE * master.scale if whole else 0.0
    bound, theta, reached = floor, max(_FIRST_THETA * floor, _PAYS), np.inf
    if best is not None:
        reached = moved(problem, best) * master.scale
    while watch.left > 0 and reached - bound > max(step * (1 + PROVEN), PROVEN * bound):
        theta = min(theta, max(0.0, reached - floor - step))
        every, kind, complete = [], [], True
        for number in range(len(master.teams)):
            found = master.search(number, theta + _PAYS, most=_LISTED, looks=_LISTED_LOOKS)
            complete &= found.complete
            every += found.areas
            kind += [number] * len(found.areas)
        if not complete:
            break
        table, of = members(every, len(problem.units)), np.array(kind, dtype=np.int64)
        cost = (table * master.price[of]).sum(axis=1)
        listed = Listed(table, of, master.teams, cost)
        answer = minimise(cost, rows_of(problem, listed), seconds=watch.left)
        if answer.values is not None:
            plan = assignment_of(problem, listed, answer.values)
            if moved(problem, plan) * master.scale < reached:
                best, reached = plan, moved(problem, plan) * master.scale
                watch.tell(_answer(problem, plan, bound / master.scale, watch))
        if not answer.infeasible and answer.values is None:
            break
        bound = max(bound, min(floor + theta, answer.bound, reached))
        if bound > _ALL * (1 + PROVEN):
            return np.inf, None
        theta *= 2
    if whole and reached - bound <= step * (1 + PROVEN):
        bound = reached
    return bound, best


def _answer(
    problem: Problem, plan: NDArray[np.int64] | None, bound: float, watch: Watch
) -> Solution:
    limit = problem.transfer_limit
    over = limit is not None and bound > limit * (1 + PROVEN)
    if plan is not None and limit is not None and moved(problem, plan) > limit * (1 + PROVEN):
        plan = None
    return solution(
        problem, plan, np.inf if plan is None else moved(problem, plan), bound,
        infeasible=over or bool(np.isinf(bound)), seconds=watch.passed, method=METHOD,
    )  # fmt: skip
