r"""Few units a team: list every area that a team could have, then choose a set that tiles.

With :math:`P` the connected sets of units whose weight a team may carry, and :math:`z_{pc} = 1`
when set :math:`p` is an area of a team of kind :math:`c` (teams that cannot be told apart,
:math:`N_c` of them),

.. math::
    \min \sum_{p,c} c_{pc} z_{pc} \quad \text{with} \quad
    \sum_{c,\, p \ni i} z_{pc} = 1 \ \forall i, \qquad \sum_p z_{pc} = N_c \ \forall c.

Contiguity, balance, locks and seats decide which :math:`z` exist, so this bound is far tighter than
that of a model on units: Garfinkel and Nemhauser (1970), *Optimal political districting by implicit
enumeration techniques*; Mehrotra, Johnson and Nemhauser (1998).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geoteam.plans.grow import grow, masks, members
from geoteam.plans.judge import moved, spread, squared_km
from geoteam.plans.labels import bound_units, kinds, people_count
from geoteam.plans.mip import Rows, Watch, minimise, solution
from geoteam.plans.problem import Problem, Solution

METHOD = "every possible area listed, the best tiling chosen"
# More areas than this are left to the other models.
MOST_AREAS = 3_000
# Sets looked at before giving up: several are lighter than any team for one that is not.
_MOST_LOOKED_AT = 60_000
# The first step above the tolerance that cannot be met, and how it grows.
_FIRST_STEP, _GROWTH = 0.02, 1.5


def areas(problem: Problem, most: int = MOST_AREAS) -> NDArray[np.bool_] | None:
    """List every connected set of units whose weight some team may carry.

    Parameters
    ----------
    problem
        The problem.
    most
        Give up above this number.

    Returns
    -------
    ndarray or None
        Shape (areas, units); None when there are too many.
    """
    nothing = [0.0] * len(problem.units)
    found = grow(
        masks(problem), problem.weight.tolist(), nothing,
        low=float(problem.least.min()), high=float(problem.most.max()), ceiling=0.0,
        most=most, looks=_MOST_LOOKED_AT,
    )  # fmt: skip
    return members(found.areas, len(problem.units)) if found.complete else None


@dataclass(frozen=True, eq=False)
class Listed:
    """Areas a team of each kind may have, one row a pair of area and kind.

    Attributes
    ----------
    members
        Units of each area.
    kind
        Kind of each.
    teams
        Teams of each kind.
    moves
        Transfer weight that comes into the area from other teams.
    """

    members: NDArray[np.bool_]
    kind: NDArray[np.int64]
    teams: list[list[int]]
    moves: NDArray[np.float64]


def _listed(problem: Problem, found: NDArray[np.bool_], *, people: bool) -> Listed:
    teams = kinds(problem, people=people)
    must = bound_units(problem)
    load = found @ problem.weight
    rows: list[NDArray[np.int64]] = []
    kind: list[NDArray[np.int64]] = []
    moves: list[NDArray[np.float64]] = []
    here = problem.present if people else None
    for number, group in enumerate(teams):
        team = group[0]
        fits = (load >= problem.least[team]) & (load <= problem.most[team])
        for other, units in must.items():
            inside = found[:, units]
            fits &= inside.all(axis=1) if other == team else ~inside.any(axis=1)
        chosen = np.flatnonzero(fits)
        rows.append(chosen)
        kind.append(np.full(len(chosen), number))
        if here is None or problem.transfer_weight is None:
            moves.append(np.zeros(len(chosen)))
        else:
            foreign = np.where((here >= 0) & (here != team), problem.transfer_weight, 0.0)
            moves.append(np.asarray(found[chosen] @ foreign, dtype=np.float64))
    return Listed(
        found[np.concatenate(rows)],
        np.concatenate(kind),
        teams,
        np.concatenate(moves),
    )


def rows_of(problem: Problem, listed: Listed, extra: int = 0) -> Rows:
    """Write the rows of the tiling: each unit once, each team its area, the limit on transfers.

    Parameters
    ----------
    problem
        The problem.
    listed
        The areas.
    extra
        Variables behind those of the areas.

    Returns
    -------
    Rows
        One variable an area, and the extra ones.
    """
    count = len(listed.kind)
    rows = Rows(count + extra)
    for unit in range(len(problem.units)):
        inside = np.flatnonzero(listed.members[:, unit])
        rows.add(inside, np.ones(len(inside)), 1.0, 1.0)
    for number, group in enumerate(listed.teams):
        mine = np.flatnonzero(listed.kind == number)
        rows.add(mine, np.ones(len(mine)), len(group), len(group))
    if problem.transfer_limit is not None:
        rows.add(np.arange(count), listed.moves, -np.inf, problem.transfer_limit)
    return rows


def assignment_of(
    problem: Problem, listed: Listed, values: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Read the plan out of a choice of areas.

    Parameters
    ----------
    problem
        The problem.
    listed
        The areas.
    values
        Near one for each area that is chosen.

    Returns
    -------
    ndarray
        Team of each unit.
    """
    assignment = np.full(len(problem.units), -1, dtype=np.int64)
    waiting = [list(group) for group in listed.teams]
    for row in np.flatnonzero(values[: len(listed.kind)] > 0.5):
        assignment[listed.members[row]] = waiting[listed.kind[row]].pop(0)
    return assignment


def solve_partition(problem: Problem, found: NDArray[np.bool_], watch: Watch) -> Solution:
    """Choose the best tiling of the areas listed.

    Parameters
    ----------
    problem
        The problem.
    found
        Every possible area, by ``areas``.
    watch
        The time.

    Returns
    -------
    Solution
        Proven, unless the time ran out.
    """
    listed = _listed(problem, found, people=people_count(problem))
    cost = listed.moves * problem.transfer_price
    for row, inside in enumerate(listed.members):
        units = np.flatnonzero(inside)
        cost[row] += squared_km(problem, units)[units].sum(axis=0).min()
    answer = minimise(cost, rows_of(problem, listed), seconds=watch.left)
    if answer.values is None:
        return solution(
            problem, None, np.inf, answer.bound, infeasible=answer.infeasible,
            seconds=watch.passed, method=METHOD,
        )  # fmt: skip
    plan = assignment_of(problem, listed, answer.values)
    reached = spread(problem, plan) + problem.transfer_price * moved(problem, plan)
    best = solution(problem, plan, reached, answer.bound, seconds=watch.passed, method=METHOD)
    watch.tell(best)
    return best


def least_tolerance(
    problem: Problem, watch: Watch
) -> tuple[float, float, NDArray[np.int64]] | None:
    """Find the smallest tolerance at which there is a plan, by making it a variable.

    Every unit :math:`i` lies in one area, so :math:`t \\ge \\sum_{p \\ni i} |w_p - W| / W \\, z_p`.

    Parameters
    ----------
    problem
        The problem; its tolerance is the least that is tried.
    watch
        The time.

    Returns
    -------
    tuple or None
        The tolerance, what is proven that no tolerance is below, and a plan at it. None when there
        are too many areas, none tiles at any tolerance, or the time ran out.
    """
    people = people_count(problem)
    proven, step = problem.tolerance, _FIRST_STEP
    while watch.left > 0:
        wider = replace(problem, tolerance=problem.tolerance + step)
        found = areas(wider)
        if found is None or step > 1e3:
            return None
        listed = _listed(wider, found, people=people)
        count = len(listed.kind)
        target = wider.target[[group[0] for group in listed.teams]][listed.kind]
        off = np.abs(listed.members @ wider.weight / target - 1.0)
        rows = rows_of(wider, listed, extra=1)
        for unit in range(len(problem.units)):
            inside = np.flatnonzero(listed.members[:, unit])
            # The last variable is the share of the widest tolerance.
            share = off[inside] / wider.tolerance
            rows.add(np.append(inside, count), np.append(share, -1.0), -np.inf, 0.0)
        cost = np.zeros(count + 1)
        cost[count] = 1.0
        whole = np.append(np.ones(count, dtype=bool), False)
        answer = minimise(cost, rows, seconds=watch.left, whole=whole)
        if answer.values is not None:
            plan = assignment_of(wider, listed, answer.values)
            reached = float(off[answer.values[:count] > 0.5].max())
            bound = min(max(proven, answer.bound * wider.tolerance), reached)
            return reached, bound, plan
        if not answer.infeasible:
            return None
        proven, step = wider.tolerance, step * _GROWTH
    return None
