"""What a plan is worth by the definitions, and the independent check of one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from geoteam.plans.problem import SLACK, Problem

_M_PER_KM = 1000.0


def squared_km(problem: Problem, centres: NDArray[np.int64]) -> NDArray[np.float64]:
    """Compute what each unit adds to the objective when a unit is the centre of its team.

    Parameters
    ----------
    problem
        The problem.
    centres
        Units to try as centres, shape (c,).

    Returns
    -------
    ndarray
        Shape (units, c): share of the whole area times the squared distance in km.
    """
    across = (problem.x_m[:, None] - problem.x_m[centres]) / _M_PER_KM
    along = (problem.y_m[:, None] - problem.y_m[centres]) / _M_PER_KM
    share = problem.area_m2 / problem.area_m2.sum()
    moment: NDArray[np.float64] = share[:, None] * (across**2 + along**2)
    return moment


def spread(problem: Problem, assignment: NDArray[np.int64]) -> float:
    """Compute how far from compact a plan is: the first sum of the objective.

    Parameters
    ----------
    problem
        The problem.
    assignment
        Team of each unit.

    Returns
    -------
    float
        km²; lower is more compact.
    """
    total = 0.0
    for team in range(len(problem.teams)):
        members = np.flatnonzero(assignment == team)
        if len(members):
            total += float(squared_km(problem, members)[members].sum(axis=0).min())
    return total


def polsby_popper(problem: Problem, assignment: NDArray[np.int64]) -> float:
    """Compute the mean Polsby-Popper score of the team areas.

    Parameters
    ----------
    problem
        The problem.
    assignment
        Team of each unit.

    Returns
    -------
    float
        0-1; 1 is a circle. As the plan metric of that name, of a plan in which every team has a
        unit.
    """
    teams = len(problem.teams)
    area = np.bincount(assignment, weights=problem.area_m2, minlength=teams)
    outline = np.bincount(assignment, weights=problem.outline_m, minlength=teams)
    a, b = problem.edges.T
    own = assignment[a] == assignment[b]
    outline -= 2 * np.bincount(assignment[a][own], weights=problem.shared_m[own], minlength=teams)
    return float(np.mean(4 * np.pi * area / outline**2))


def moved(problem: Problem, assignment: NDArray[np.int64]) -> float:
    """Sum the transfer weight of the units that change team.

    Parameters
    ----------
    problem
        The problem.
    assignment
        Team of each unit.

    Returns
    -------
    float
        Zero without a present plan. A unit that has no team now moves nobody.
    """
    if problem.present is None or problem.transfer_weight is None:
        return 0.0
    changes = (problem.present >= 0) & (problem.present != assignment)
    return float(problem.transfer_weight[changes].sum())


def balance(problem: Problem, assignment: NDArray[np.int64]) -> float:
    """Find the worst deviation of a team from its target.

    Parameters
    ----------
    problem
        The problem.
    assignment
        Team of each unit.

    Returns
    -------
    float
        As a share of the target.
    """
    load = np.bincount(assignment, weights=problem.weight, minlength=len(problem.teams))
    return float(np.max(np.abs(load - problem.target) / problem.target))


def parts(problem: Problem, assignment: NDArray[np.int64]) -> tuple[int, NDArray[np.int64]]:
    """Label the connected parts of the team areas.

    Parameters
    ----------
    problem
        The problem.
    assignment
        Team of each unit.

    Returns
    -------
    tuple of int and ndarray
        How many parts there are, and the part of each unit.
    """
    return _joined(problem.edges[_inner(problem.edges, assignment)], len(problem.units))


def scattered(edges: NDArray[np.int64], assignment: NDArray[np.int64]) -> NDArray[np.int64]:
    """List the teams that are in several parts within a connected part of the ground.

    Parameters
    ----------
    edges
        Neighbours that share a side, shape (m, 2).
    assignment
        Team of each unit; -1 is no team.

    Returns
    -------
    ndarray
        Teams, sorted.
    """
    _, ground = _joined(edges, len(assignment))
    _, label = _joined(edges[_inner(edges, assignment)], len(assignment))
    found = np.unique(np.column_stack((assignment, ground, label)), axis=0)
    places, times = np.unique(found[:, :2], axis=0, return_counts=True)
    teams: NDArray[np.int64] = np.unique(places[(times > 1) & (places[:, 0] >= 0), 0])
    return teams


def _inner(edges: NDArray[np.int64], assignment: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which neighbours are in the same team."""
    same: NDArray[np.bool_] = assignment[edges[:, 0]] == assignment[edges[:, 1]]
    return same


def _joined(edges: NDArray[np.int64], count: int) -> tuple[int, NDArray[np.int64]]:
    """Connected parts: how many, and that of each unit."""
    graph = csr_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(count, count))
    parts, label = connected_components(graph, directed=False)
    return int(parts), label.astype(np.int64)


def check_solution(problem: Problem, assignment: NDArray[np.int64]) -> list[str]:
    """Check a plan against every rule of the problem, apart from how it was found.

    Parameters
    ----------
    problem
        The problem.
    assignment
        Team of each unit.

    Returns
    -------
    list of str
        What is broken; empty when every rule holds.
    """
    wanted = np.asarray(assignment)
    if (
        wanted.shape != (len(problem.units),)
        or not ((wanted >= 0) & (wanted < len(problem.teams))).all()
    ):
        return ["not every unit has a team"]
    faults = []
    _, label = parts(problem, wanted)
    load = np.bincount(wanted, weights=problem.weight, minlength=len(problem.teams))
    for team, name in enumerate(problem.teams):
        pieces = len(np.unique(label[wanted == team]))
        if pieces != 1:
            faults.append(f"team {name} has {pieces} parts")
        share = load[team] / problem.target[team] - 1.0
        if not problem.allows(abs(share)):
            faults.append(f"team {name} is {share:+.2%} from its target")
    for unit, team in problem.fixed.items():
        if wanted[unit] != team:
            faults.append(f"unit {problem.units[unit]} is locked to team {problem.teams[team]}")
    for team, unit in problem.seats.items():
        if wanted[unit] != team:
            faults.append(f"unit {problem.units[unit]} is the seat of team {problem.teams[team]}")
    limit = problem.transfer_limit
    if limit is not None and moved(problem, wanted) > limit * (1 + SLACK):
        faults.append(f"{moved(problem, wanted):,.0f} would move, more than {limit:,.0f}")
    return faults
