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

Every answer of that model whose teams are torn is mended as well: each team keeps its weightiest
part, the other units join the cheapest team beside them, from the rims on, and then unit after unit
goes to a cheaper team beside it where no team is torn by that. The best of these plans is given
where the time ends before the proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import numpy as np
from numpy.typing import NDArray

from geoteam.plans.judge import scattered
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
    torn
        Teams that are in several parts within a connected part of the ground, checked apart from
        how the plan was found; empty as it should be.
    """

    assignment: NDArray[np.int64]
    moved: int
    bound: int
    proven: bool
    mended: NDArray[np.int64]
    torn: NDArray[np.int64]


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
        The plan; where the time ends before the proof, the best one found, with its bound.
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
    found, best = first, _mended(first, price, beside)
    bound, proven = float(price.min(axis=1).sum()), False
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
        if answer.values is None:
            break
        found = np.argmax(answer.values.reshape(count, teams), axis=1).astype(np.int64)
        best = min(best, _mended(found, price, beside), key=lambda plan: _sum(price, plan))
        if watch.left <= 0 or _sum(price, best) <= bound + 1e-6:
            break
    moved = int(_sum(cost, best))
    least = moved if proven else min(moved, max(0, int(np.ceil(bound - 0.5 - 1e-6))))
    other = np.flatnonzero(cost[np.arange(count), best] > cost.min(axis=1))
    torn = scattered(edges, best)
    return Carried(best, moved, least, least == moved and not len(torn), other, torn)


def _sum(price: NDArray[np.float64], plan: NDArray[np.int64]) -> float:
    return float(price[np.arange(len(plan)), plan].sum())


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
    """Make every team one part of each connected part of the ground, as cheaply as it is found."""
    plan = plan.copy()
    ground = components(beside, np.arange(len(plan)))
    # What it costs to give a unit away.
    units = np.arange(len(plan))
    others = price.copy()
    others[units, plan] = np.inf
    worth = others.min(axis=1) - price[units, plan]
    loose: set[int] = set()
    for team in range(price.shape[1]):
        for some in _parts(plan, beside, team, ground):
            keep = max(some, key=lambda part: (sum(worth[list(part)]), len(part), -min(part)))
            loose |= {unit for part in some if part is not keep for unit in part}
    # Each loose unit joins a team that it touches: no team gets a second part by that.
    heap = [
        (float(price[unit, plan[other]]), unit, int(plan[other]))
        for unit in sorted(loose)
        for other in beside[unit]
        if other not in loose
    ]
    heapify(heap)
    while heap:
        _, unit, team = heappop(heap)
        if unit not in loose:
            continue
        plan[unit] = team
        loose.discard(unit)
        for other in beside[unit]:
            if other in loose:
                heappush(heap, (float(price[other, team]), other, team))
    return _polished(plan, price, beside)


def _polished(
    plan: NDArray[np.int64], price: NDArray[np.float64], beside: list[list[int]]
) -> NDArray[np.int64]:
    """Give units to a cheaper team beside them as long as that tears no team."""
    better = True
    while better:
        better = False
        for unit in range(len(plan)):
            own = int(plan[unit])
            near = sorted(
                {int(plan[other]) for other in beside[unit]}, key=lambda k: price[unit, k]
            )
            if near and price[unit, near[0]] < price[unit, own] and _may_go(plan, beside, unit):
                plan[unit], better = near[0], True
    return plan


def _may_go(plan: NDArray[np.int64], beside: list[list[int]], unit: int) -> bool:
    """Whether the team of a unit hangs together without it."""
    own = {other for other in beside[unit] if plan[other] == plan[unit]}
    if len(own) < 2:
        return True
    members = np.flatnonzero(plan == plan[unit])
    return any(own <= part for part in components(beside, members[members != unit]))
