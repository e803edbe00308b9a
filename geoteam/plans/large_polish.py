"""Exact polish of a plan: two or three neighbouring teams at a time, at their centres."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from geoteam.plans.judge import moved, spread, squared_km
from geoteam.plans.large_start import held, neighbours
from geoteam.plans.problem import Problem

# More units than this take the solver more than a moment.
_UNITS = 120
_CUT_ROUNDS = 12
# Work limit of one model; in nodes, so that the answer does not depend on the machine's speed.
_NODES = 2_000
_WORTH = 1e-9


def polish(
    problem: Problem, assignment: NDArray[np.int64], *, stop: Callable[[], bool]
) -> NDArray[np.int64]:
    """Solve pairs and triples of neighbouring teams exactly, until none gets better.

    Each is the Hess assignment model with the centres where they are, balance and locks, by HiGHS;
    a team that comes out torn gets separating cuts (a unit of a part without the centre needs a
    unit around that part) until it holds together.

    Parameters
    ----------
    problem
        The problem.
    assignment
        A plan that holds every rule.
    stop
        Asked before every model; True ends with the best so far.

    Returns
    -------
    ndarray
        A plan that holds every rule, no worse.
    """
    plan = assignment.copy()
    beside = neighbours(problem)
    tried: set[tuple[int, ...]] = set()
    while True:
        groups = [group for group in _groups(problem, plan) if group not in tried]
        if not groups or stop():
            return plan
        group = groups[0]
        tried.add(group)
        better = _solve(problem, plan, group, beside)
        if better is not None and _value(problem, better) < _value(problem, plan) - _WORTH:
            plan = better
            # What touches a changed team may get better again; itself too, at its new centres.
            tried = {other for other in tried if not set(other) & set(group)}


def _value(problem: Problem, plan: NDArray[np.int64]) -> float:
    return spread(problem, plan) + problem.transfer_price * moved(problem, plan)


def _groups(problem: Problem, plan: NDArray[np.int64]) -> list[tuple[int, ...]]:
    """Triples of teams that all touch, then pairs; small enough to solve."""
    a, b = plan[problem.edges].T
    touch = {(int(min(i, j)), int(max(i, j))) for i, j in zip(a, b, strict=True) if i != j}
    size = np.bincount(plan, minlength=len(problem.teams))
    triples = [
        (i, j, k)
        for i, j in sorted(touch)
        for k in range(j + 1, len(problem.teams))
        if (i, k) in touch and (j, k) in touch
    ]
    return [group for group in (*triples, *sorted(touch)) if size[list(group)].sum() <= _UNITS]


def _centre(problem: Problem, members: NDArray[np.int64]) -> int:
    return int(members[squared_km(problem, members)[members].sum(axis=0).argmin()])


def _solve(
    problem: Problem,
    plan: NDArray[np.int64],
    group: tuple[int, ...],
    beside: list[list[int]],
) -> NDArray[np.int64] | None:
    units = np.flatnonzero(np.isin(plan, group))
    centres = np.array([_centre(problem, np.flatnonzero(plan == team)) for team in group])
    cost, rest = _costs(problem, plan, units, centres, group)
    count, teams = cost.shape
    lower, upper = np.zeros((count, teams)), np.ones((count, teams))
    place = {int(unit): row for row, unit in enumerate(units)}
    column = {team: at for at, team in enumerate(group)}
    for unit, team in (*held(problem).items(), *zip(centres.tolist(), group, strict=True)):
        if unit in place:
            upper[place[unit]] = 0.0
            lower[place[unit], column[team]] = upper[place[unit], column[team]] = 1.0
    rules = _rules(problem, units, group, cost.shape, rest, plan)
    for _ in range(_CUT_ROUNDS):
        answer = milp(
            cost.ravel(),
            integrality=np.ones(count * teams),
            bounds=Bounds(lower.ravel(), upper.ravel()),
            constraints=rules,
            options={"node_limit": _NODES, "mip_rel_gap": 1e-6},
        )
        if answer.x is None:
            return None
        choice = answer.x.reshape(count, teams).argmax(axis=1)
        cuts = _separating(choice, units, centres, beside, place, cost.shape)
        if not cuts:
            found = plan.copy()
            found[units] = np.array(group)[choice]
            return found
        rules = [*rules, LinearConstraint(np.array(cuts), lb=0.0)]
    return None


def _costs(
    problem: Problem,
    plan: NDArray[np.int64],
    units: NDArray[np.int64],
    centres: NDArray[np.int64],
    group: tuple[int, ...],
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """Cost of each unit in each team, and the people who would move with it."""
    cost = squared_km(problem, centres)[units]
    if problem.present is None or problem.transfer_weight is None:
        return cost, None
    now = problem.present[units]
    changes = (now[:, None] >= 0) & (now[:, None] != np.array(group))
    people = np.where(changes, problem.transfer_weight[units][:, None], 0.0)
    return cost + problem.transfer_price * people, people


def _rules(
    problem: Problem,
    units: NDArray[np.int64],
    group: tuple[int, ...],
    shape: tuple[int, int],
    people: NDArray[np.float64] | None,
    plan: NDArray[np.int64],
) -> list[LinearConstraint]:
    count, teams = shape
    once = np.kron(np.eye(count), np.ones(teams))
    load = np.kron(problem.weight[units], np.eye(teams))
    chosen = list(group)
    rules = [
        LinearConstraint(csr_array(once), 1.0, 1.0),
        LinearConstraint(load, problem.least[chosen], problem.most[chosen]),
    ]
    if people is not None and problem.transfer_limit is not None:
        here = people[np.arange(count), [group.index(team) for team in plan[units].tolist()]]
        left = problem.transfer_limit - moved(problem, plan) + here.sum()
        rules.append(LinearConstraint(people.ravel()[None, :], ub=left))
    return rules


def _separating(
    choice: NDArray[np.int64],
    units: NDArray[np.int64],
    centres: NDArray[np.int64],
    beside: list[list[int]],
    place: dict[int, int],
    shape: tuple[int, int],
) -> list[NDArray[np.float64]]:
    """A cut for each part of a team without its centre."""
    pairs = [
        (row, place[other])
        for row, unit in enumerate(units.tolist())
        for other in beside[unit]
        if other in place and choice[row] == choice[place[other]]
    ]
    i, j = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    graph = csr_array((np.ones(len(i)), (i, j)), shape=(len(units),) * 2)
    number, part = connected_components(graph, directed=False)
    main = {int(part[place[centre]]) for centre in centres.tolist()}
    cuts = []
    for one in sorted(set(range(number)) - main):
        inside = np.flatnonzero(part == one)
        team = int(choice[inside[0]])
        around = {place[o] for row in inside for o in beside[int(units[row])] if o in place}
        cut = np.zeros(shape)
        cut[sorted(around - set(inside.tolist())), team] = len(inside)
        cut[inside, team] = -1.0
        cuts.append(cut.ravel())
    return cuts
