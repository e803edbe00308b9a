"""First plans for many units: capacitated k-means by min-cost flow, made contiguous."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from geoteam.plans.problem import Problem

_ROUNDS = 12
# Teams that a unit may go to in the flow: its nearest.
_NEAREST = 8
# Flow runs in whole numbers: parts of the whole weight, and km² times this.
_PARTS = 1_000_000
_COST = 1_000
# What a place may cost at most, below the cost of no room; a light unit weighs so many means.
_FAR, _LIGHT = 5_000.0, 1e-3
# Cost of a part over a team's room, above any distance between two places of one city.
_NO_ROOM = 10_000_000


def first_plan(
    problem: Problem, rng: np.random.Generator, *, even: bool = False
) -> NDArray[np.int64] | None:
    """Make a contiguous plan that is near balance.

    Capacitated k-means: units go to centres by a min-cost flow that respects the room of every
    team (Bradley, Bennett and Demiriz, 2000, *Constrained k-means clustering*) and costs the spread
    of the ground, centres go to the centroids of their ground, and so on. A unit whose flow is
    split goes where most of it goes. Then every team keeps its part with its locks, or its
    heaviest, and the rest goes to teams beside it.

    Parameters
    ----------
    problem
        The problem.
    rng
        Where chance comes from.
    even
        Whether the flow costs the spread of the weight instead, and centres are those of the
        weight: borders are then rounder where units are fine.

    Returns
    -------
    ndarray or None
        Team of each unit: every team connected, locks and seats held, balance not promised. None
        when none was found.
    """
    return mend(problem, _flow_plan(problem, rng, even))


def held(problem: Problem) -> dict[int, int]:
    """List the units that cannot change team.

    Parameters
    ----------
    problem
        The problem.

    Returns
    -------
    dict of int to int
        Unit -> team: the locks and the seats.
    """
    return {**problem.fixed, **{unit: team for team, unit in problem.seats.items()}}


def torn_locks(problem: Problem) -> list[int]:
    """List the teams whose locked units no plan can connect.

    Parameters
    ----------
    problem
        The problem.

    Returns
    -------
    list of int
        Teams with locked units that are parted by other teams' locks or lie in parts of the city
        that share no side.
    """
    return [team for team in range(len(problem.teams)) if _core(problem, team, {}) is None]


def mend(problem: Problem, assignment: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Make a plan contiguous, with the locks and seats held.

    Parameters
    ----------
    problem
        The problem.
    assignment
        Team of each unit; -1 for none.

    Returns
    -------
    ndarray or None
        Team of each unit; None when a team would stay torn or empty.
    """
    plan = assignment.copy()
    taken: dict[int, int] = {}
    for team in sorted(set(held(problem).values())):
        core = _core(problem, team, taken)
        if core is None:
            return None
        taken.update(dict.fromkeys(core, team))
    for unit, team in taken.items():
        plan[unit] = team
    _keep_main_parts(problem, plan, taken)
    beside = neighbours(problem)
    if not _fill_empty(problem, plan, beside, taken):
        return None
    waiting = [unit for unit in range(len(plan)) if plan[unit] < 0]
    while waiting:
        later = []
        for unit in waiting:
            around = [int(plan[other]) for other in beside[unit] if plan[other] >= 0]
            if around:
                plan[unit] = max(sorted(set(around)), key=around.count)
            else:
                later.append(unit)
        if len(later) == len(waiting):
            return None
        waiting = later
    return plan


def neighbours(problem: Problem) -> list[list[int]]:
    """List the neighbours of each unit.

    Parameters
    ----------
    problem
        The problem.

    Returns
    -------
    list of list of int
        For each unit those that share a side with it.
    """
    beside: list[list[int]] = [[] for _ in problem.units]
    for i, j in problem.edges.tolist():
        beside[i].append(j)
        beside[j].append(i)
    return beside


def _graph(problem: Problem, usable: NDArray[np.bool_]) -> csr_array:
    i, j = problem.edges[usable[problem.edges].all(axis=1)].T
    return csr_array((np.ones(len(i)), (i, j)), shape=(len(problem.units),) * 2)


def _core(problem: Problem, team: int, taken: Mapping[int, int]) -> set[int] | None:
    """Locked units of a team and the shortest ways between them, apart from others' units."""
    locks = held(problem)
    own = sorted(unit for unit, other in locks.items() if other == team)
    if not own:
        return set()
    usable = np.ones(len(problem.units), dtype=bool)
    usable[[unit for unit, other in {**taken, **locks}.items() if other != team]] = False
    order, before = breadth_first_order(_graph(problem, usable), own[0], directed=False)
    if not set(own) <= set(order.tolist()):
        return None
    core = {own[0]}
    for unit in own[1:]:
        at = unit
        while at not in core:
            core.add(at)
            at = int(before[at])
    return core


def _keep_main_parts(problem: Problem, plan: NDArray[np.int64], taken: Mapping[int, int]) -> None:
    """Take from each team all parts but the one of its locks, or its heaviest."""
    a, b = problem.edges.T
    same = (plan[a] == plan[b]) & (plan[a] >= 0)
    graph = csr_array((np.ones(int(same.sum())), (a[same], b[same])), shape=(len(plan),) * 2)
    _, part = connected_components(graph, directed=False)
    weight = np.bincount(part, weights=problem.weight)
    size = np.bincount(part)
    anchor = {team: unit for unit, team in taken.items()}
    for team in range(len(problem.teams)):
        members = np.flatnonzero(plan == team)
        if not len(members):
            continue
        found = np.unique(part[members])
        main = (
            part[anchor[team]]
            if team in anchor
            else max(found.tolist(), key=lambda one: (weight[one], size[one]))
        )
        plan[members[part[members] != main]] = -1


def _fill_empty(
    problem: Problem,
    plan: NDArray[np.int64],
    beside: list[list[int]],
    taken: Mapping[int, int],
) -> bool:
    """Give every team without a unit one that nobody has, or one at the edge of a large team."""
    for team in range(len(problem.teams)):
        if (plan == team).any():
            continue
        free = [unit for unit in np.flatnonzero(plan < 0).tolist() if unit not in taken]
        if not free:
            size = np.bincount(plan[plan >= 0], minlength=len(problem.teams))
            free = [
                unit
                for unit in np.argsort(-size[plan], kind="stable").tolist()
                if unit not in taken and _can_leave(plan, beside, unit)
            ]
        if not free:
            return False
        plan[free[0]] = team
    return True


def _can_leave(plan: NDArray[np.int64], beside: list[list[int]], unit: int) -> bool:
    own = [other for other in np.flatnonzero(plan == plan[unit]).tolist() if other != unit]
    if not own:
        return False
    inside, reached = set(own), [own[0]]
    inside.discard(own[0])
    for at in reached:
        for other in beside[at]:
            if other in inside:
                inside.discard(other)
                reached.append(other)
    return not inside


def _flow_plan(problem: Problem, rng: np.random.Generator, even: bool) -> NDArray[np.int64]:
    place = np.column_stack((problem.x_m, problem.y_m)) / 1000.0
    _, land = connected_components(_graph(problem, np.ones(len(place), dtype=bool)), directed=False)
    locks = held(problem)
    seeds = _seeds(problem, place, land, locks, rng)
    centres, where = place[seeds], land[seeds]
    plan = np.full(len(place), -1, dtype=np.int64)
    # A part of the weight costs as much ground as lies under it: the flow minimises the spread.
    mass = problem.weight if even else problem.area_m2
    ground = mass / np.maximum(problem.weight, _LIGHT * problem.weight.mean())
    ground /= np.median(ground)
    for _ in range(_ROUNDS):
        apart = ((place[:, None] - centres) ** 2).sum(axis=2) * ground[:, None]
        np.clip(apart, 0.0, _FAR, out=apart)
        apart[land[:, None] != where] += 1e6
        for unit, team in locks.items():
            apart[unit, team] = -1.0
        before, plan = plan, _flow(problem, apart, locks)
        if (plan == before).all():
            break
        for team in range(len(centres)):
            members = plan == team
            if mass[members].sum() > 0:
                centres[team] = np.average(place[members], axis=0, weights=mass[members])
    return plan


def _seeds(
    problem: Problem,
    place: NDArray[np.float64],
    land: NDArray[np.int64],
    locks: Mapping[int, int],
    rng: np.random.Generator,
) -> list[int]:
    """First centres: a locked unit, or k-means++ by weight, shared out among separate lands."""
    seeds = [-1] * len(problem.teams)
    for unit, team in locks.items():
        seeds[team] = unit
    weight = np.bincount(land, weights=problem.weight)
    teams = np.zeros(len(weight))
    for unit in seeds:
        if unit >= 0:
            teams[land[unit]] += 1
    near = np.full(len(place), np.inf)
    for unit in seeds:
        if unit >= 0:
            near = np.minimum(near, ((place - place[unit]) ** 2).sum(axis=1))
    for team, unit in enumerate(seeds):
        if unit >= 0:
            continue
        # The land with most weight for each team it has; one without a team first.
        into = int(np.argmax(np.where(teams == 0, np.inf, weight / np.maximum(teams, 1))))
        chance = np.where(np.isinf(near), 1.0, near) * (problem.weight + 1e-9) * (land == into)
        if chance.sum() <= 0:
            chance = (land == into).astype(float)
        seeds[team] = int(rng.choice(len(place), p=chance / chance.sum()))
        teams[into] += 1
        near = np.minimum(near, ((place - place[seeds[team]]) ** 2).sum(axis=1))
    return seeds


def _flow(
    problem: Problem, apart: NDArray[np.float64], locks: Mapping[int, int]
) -> NDArray[np.int64]:
    """Team of each unit where the weighted sum of distances is least and nobody has too much."""
    count, teams = apart.shape
    width = min(_NEAREST, teams)
    near = np.argpartition(apart, width - 1, axis=1)[:, :width]
    near = np.take_along_axis(near, np.argsort(np.take_along_axis(apart, near, 1), axis=1), 1)
    whole = problem.weight.sum()
    supply = np.maximum(1, np.rint(problem.weight / whole * _PARTS)).astype(np.int64)
    room = np.rint(problem.target / whole * supply.sum() * 1.005).astype(np.int64) + 1
    open_to = np.ones((count, width), dtype=bool)
    open_to[list(locks), 1:] = False
    cost = np.rint(np.clip(np.take_along_axis(apart, near, 1), 0, 1e6) * _COST).astype(np.int64)
    flow = min_cost_flow.SimpleMinCostFlow()
    sink = count + teams
    flow.add_arcs_with_capacity_and_unit_cost(
        np.repeat(np.arange(count), width),
        count + near.ravel(),
        np.where(open_to, supply[:, None], 0).ravel(),
        cost.ravel(),
    )
    ends = count + np.arange(teams)
    for space, price in ((room, 0), (np.full(teams, supply.sum()), _NO_ROOM)):
        flow.add_arcs_with_capacity_and_unit_cost(
            ends, np.full(teams, sink), space, np.full(teams, price, dtype=np.int64)
        )
    flow.set_nodes_supplies(np.append(np.arange(count), sink), np.append(supply, -supply.sum()))
    if flow.solve() != flow.OPTIMAL:
        return near[:, 0].astype(np.int64)
    share = flow.flows(np.arange(count * width)).reshape(count, width)
    return np.take_along_axis(near, share.argmax(axis=1)[:, None], 1)[:, 0].astype(np.int64)
