"""Teams that cannot be told apart, and neighbours of units."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from geoteam.plans.problem import Problem


def kinds(problem: Problem, *, people: bool) -> list[list[int]]:
    """Group the teams that may change names without any difference.

    A lock, a seat and, where transfers count, units of today give a team a face of its own.

    Parameters
    ----------
    problem
        The problem.
    people
        Whether transfers count.

    Returns
    -------
    list of list of int
        Teams of each kind, in order.
    """
    faces = set(problem.fixed.values()) | set(problem.seats)
    if people and problem.present is not None:
        faces |= {int(team) for team in problem.present if team >= 0}
    groups: dict[tuple[float, int], list[int]] = {}
    for team in range(len(problem.teams)):
        groups.setdefault((float(problem.target[team]), team if team in faces else -1), []).append(
            team
        )
    return list(groups.values())


def keep_names(problem: Problem, assignment: NDArray[np.int64]) -> NDArray[np.int64]:
    """Name the areas of a plan after today's teams so that the fewest move.

    Parameters
    ----------
    problem
        The problem.
    assignment
        Team of each unit.

    Returns
    -------
    ndarray
        The same areas, each the area of a team whose target it meets, with that team's locks and
        seat and nobody else's, by the assignment problem (Crouse 2016, *On implementing 2D
        rectangular assignment algorithms*).
    """
    if problem.present is None or problem.transfer_weight is None:
        return assignment
    teams = range(len(problem.teams))
    stays = np.zeros((len(teams), len(teams)))
    mine = (problem.present >= 0) & (assignment >= 0)
    pairs = assignment[mine], problem.present[mine]
    np.add.at(stays, pairs, problem.transfer_weight[mine])
    load = np.bincount(assignment[assignment >= 0], weights=problem.weight[assignment >= 0],
                       minlength=len(teams))[:, None]  # fmt: skip
    may = (load >= problem.least) & (load <= problem.most)
    for team, units in bound_units(problem).items():
        here = np.isin(teams, assignment[units])
        may[:, team] &= here
        may[here] &= np.arange(len(teams)) == team
    may |= np.eye(len(teams), dtype=bool)
    _, named = linear_sum_assignment(np.where(may, stays, -stays.sum() - 1.0), maximize=True)
    return np.where(assignment >= 0, named[assignment], -1)


def bound_units(problem: Problem) -> dict[int, list[int]]:
    """List the units that each team must have.

    Parameters
    ----------
    problem
        The problem.

    Returns
    -------
    dict of int to list of int
        Team -> units locked to it or its seat.
    """
    must: dict[int, set[int]] = {}
    for unit, team in problem.fixed.items():
        must.setdefault(team, set()).add(unit)
    for team, unit in problem.seats.items():
        must.setdefault(team, set()).add(unit)
    return {team: sorted(units) for team, units in must.items()}


def people_count(problem: Problem) -> bool:
    """Tell whether transfers play a part in a compact plan.

    Parameters
    ----------
    problem
        The problem.

    Returns
    -------
    bool
        True with a limit or a price.
    """
    if problem.present is None:
        return False
    return problem.transfer_limit is not None or problem.transfer_price > 0


def neighbours(problem: Problem) -> list[list[int]]:
    """List the neighbours of each unit.

    Parameters
    ----------
    problem
        The problem.

    Returns
    -------
    list of list of int
        Sorted.
    """
    beside: list[list[int]] = [[] for _ in problem.units]
    for a, b in problem.edges.tolist():
        beside[a].append(b)
        beside[b].append(a)
    return [sorted(some) for some in beside]


def separator(beside: list[list[int]], part: set[int], root: int) -> list[int]:
    """Find a least set of units that parts a connected part from a root.

    Parameters
    ----------
    beside
        Neighbours of each unit.
    part
        A connected part without the root; no unit of it is beside the root.
    root
        The unit to part it from.

    Returns
    -------
    list of int
        Units beside the part that are reached from the root without crossing its rim: no one of
        them can be left out (Fischetti et al. 2017, *Thinning out Steiner trees*). Empty where
        nothing joins the two.
    """
    rim = {unit for member in part for unit in beside[member]} - part
    reached = {root}
    queue = [root]
    touched = {root} & rim
    while queue:
        for unit in beside[queue.pop()]:
            if unit in rim:
                touched.add(unit)
            elif unit not in reached:
                reached.add(unit)
                queue.append(unit)
    return sorted(touched)


def components(beside: list[list[int]], members: NDArray[np.int64]) -> list[set[int]]:
    """Split units into connected parts.

    Parameters
    ----------
    beside
        Neighbours of each unit.
    members
        The units.

    Returns
    -------
    list of set of int
        In order of their lowest unit.
    """
    left = {int(unit) for unit in members}
    found = []
    for start in sorted(left):
        if start not in left:
            continue
        left.discard(start)
        part, queue = {start}, [start]
        while queue:
            for unit in beside[queue.pop()]:
                if unit in left:
                    left.discard(unit)
                    part.add(unit)
                    queue.append(unit)
        found.append(part)
    return found
