r"""A plan carried over to other units so that the fewest clients change team.

With :math:`x_{ik} = 1` when unit :math:`i` goes to team :math:`k`, and :math:`h_{ik}` the clients
of unit :math:`i` whom team :math:`k` has now, minimise the clients who change team

.. math::
    \sum_i \sum_k \Bigl(\sum_l h_{il} - h_{ik}\Bigr) x_{ik},
    \qquad \sum_k x_{ik} = 1, \qquad G[\{i : x_{ik} = 1\}] \text{ connected}.

Connected means within each connected part of the ground: an island is no fault of a plan. Rows that
forbid a team to be in two parts are added as they are broken (Fischetti et al. 2017, *Thinning out
Steiner trees*): of a unit in each part and the units that separate them, :math:`x_a + x_b - \sum_S
x_s \le 1`. Among plans that move equally few, units stay with the team that has most of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoteam.plans.labels import components, separator
from geoteam.plans.mip import Rows, Watch, minimise


@dataclass(frozen=True, eq=False)
class Carried:
    """A plan on the new units.

    Attributes
    ----------
    assignment
        Team of each unit.
    moved
        Clients who change team.
    bound
        No contiguous plan moves fewer.
    proven
        Whether the plan moves as few as any contiguous plan.
    mended
        Units that are with another team than the one with most of their clients, for contiguity.
    """

    assignment: NDArray[np.int64]
    moved: int
    bound: int
    proven: bool
    mended: NDArray[np.int64]


def carry_plan(
    held: NDArray[np.int64],
    lean: NDArray[np.float64],
    edges: NDArray[np.int64],
    *,
    seconds: float = 30.0,
) -> Carried:
    """Give each unit to a team so that the fewest clients change team and teams are contiguous.

    Parameters
    ----------
    held
        Clients of each unit by the team that has them now, shape (units, teams).
    lean
        How far each unit belongs to each team where clients do not tell, 0-1; same shape.
    edges
        Neighbours that share a side, shape (m, 2).
    seconds
        Time to spend.

    Returns
    -------
    Carried
        The plan; where the time ends before the proof, it is contiguous and its bound is told.
    """
    count, teams = held.shape
    cost = (held.sum(axis=1, keepdims=True) - held).astype(np.float64)
    # All leanings together weigh less than one client.
    price = cost + (1.0 - lean) * (0.5 / max(count, 1))
    first = np.argmin(price, axis=1).astype(np.int64)
    beside = _beside(count, edges)
    rows = Rows(count * teams)
    for unit in range(count):
        rows.add(np.arange(unit * teams, (unit + 1) * teams), np.ones(teams), 1.0, 1.0)
    watch = Watch(seconds)
    best, bound, proven = _mended(first, price, beside), float(price.min(axis=1).sum()), False
    found = first
    while True:
        cuts = _broken(found, beside, teams)
        if not cuts:
            best, proven = found, True
            break
        for team, a, b, between in cuts:
            columns = [a * teams + team, b * teams + team, *(s * teams + team for s in between)]
            values = [1.0, 1.0, *([-1.0] * len(between))]
            rows.add(columns, values, -np.inf, 1.0)
        answer = minimise(price.ravel(), rows, seconds=watch.left)
        bound = max(bound, answer.bound)
        if answer.values is None or watch.left <= 0:
            break
        found = np.argmax(answer.values.reshape(count, teams), axis=1).astype(np.int64)
    units = np.arange(count)
    moved = int(cost[units, best].sum())
    least = moved if proven else min(moved, max(0, int(np.ceil(bound - 0.5 - 1e-6))))
    other = np.flatnonzero(cost[units, best] > cost.min(axis=1))
    return Carried(best, moved, least, proven or least == moved, other)


def _beside(count: int, edges: NDArray[np.int64]) -> list[list[int]]:
    beside: list[list[int]] = [[] for _ in range(count)]
    for a, b in edges.tolist():
        beside[a].append(b)
        beside[b].append(a)
    return [sorted(some) for some in beside]


def _parts(
    plan: NDArray[np.int64], beside: list[list[int]], team: int, ground: list[set[int]]
) -> list[list[set[int]]]:
    """List a team's parts in each connected part of the ground, the largest first."""
    found = components(beside, np.flatnonzero(plan == team))
    grouped = [[part for part in found if part <= whole] for whole in ground]
    return [sorted(some, key=lambda part: (-len(part), min(part))) for some in grouped if some]


def _broken(
    plan: NDArray[np.int64], beside: list[list[int]], teams: int
) -> list[tuple[int, int, int, list[int]]]:
    """List what is not connected: team, a unit of each part, and the units that separate them."""
    ground = components(beside, np.arange(len(plan)))
    cuts = []
    for team in range(teams):
        for largest, *others in _parts(plan, beside, team, ground):
            root = min(largest)
            cuts += [(team, min(part), root, separator(beside, part, root)) for part in others]
    return cuts


def _mended(
    plan: NDArray[np.int64], price: NDArray[np.float64], beside: list[list[int]]
) -> NDArray[np.int64]:
    """Move the smaller parts of torn teams, unit by unit, to the cheapest team beside them."""
    plan = plan.copy()
    ground = components(beside, np.arange(len(plan)))
    for _ in range(len(plan)):
        torn = [
            part
            for team in range(price.shape[1])
            for _, *others in _parts(plan, beside, team, ground)
            for part in others
        ]
        if not torn:
            break
        for part in torn:
            for unit in sorted(part):
                near = {int(plan[other]) for other in beside[unit]} - {int(plan[unit])}
                if near:
                    plan[unit] = min(near, key=lambda team: (price[unit, team], team))
    return plan
