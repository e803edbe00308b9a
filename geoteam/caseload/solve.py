"""One pool solved: relaxation, then the integer step on what the relaxation split."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geoteam.caseload.exact import Effort, solve_exactly
from geoteam.caseload.flow import Relaxation, relax
from geoteam.caseload.objective import Integers, Pool
from geoteam.caseload.polish import polish

# Up to this many arcs the whole pool goes to the integer solver at once.
EXACT_ARCS = 240
EXACT = Effort(gap=1e-6, nodes=2_000)
REPAIR = Effort(gap=1e-3, nodes=50)
# A pool that is further than this from its bound is solved whole, unless it has too many arcs.
OPEN_GAP = 0.015
WHOLE_ARCS = 10_000
WHOLE = Effort(gap=1e-3, nodes=400)
# Clients that the repair may move besides the split ones, for each officer: round by round, as
# long as somebody is left out while there is room.
LOOSE_PER_OFFICER = (2, 8, 32)


@dataclass(frozen=True)
class PoolAnswer:
    """A pool's choice with its proof.

    Attributes
    ----------
    chosen
        Officer of each client, -1 when left out.
    objective_minutes
        Second objective of the choice.
    bound_minutes
        Lower bound of it for the clients who have an officer.
    split
        Clients that the relaxation split between officers.
    """

    chosen: Integers
    objective_minutes: float
    bound_minutes: float
    split: int


def solve_pool(pool: Pool) -> PoolAnswer:
    """Choose an officer for every client of a pool.

    Parameters
    ----------
    pool
        The pool with its two objectives (``geoteam.caseload.objective``).

    Returns
    -------
    PoolAnswer
        The choice. Small pools are optimal; large ones carry the flow's bound.
    """
    count = len(pool.units)
    nobody = np.full(count, -1, dtype=np.int64)
    if not count or not len(pool.capacity):
        return PoolAnswer(nobody, 0.0, 0.0, 0)
    if len(pool.client) <= EXACT_ARCS:
        answer = solve_exactly(pool, np.arange(count), nobody, EXACT)
        if answer is not None:
            objective = pool.total_minutes(answer.chosen)
            return PoolAnswer(answer.chosen, objective, min(answer.bound_minutes, objective), 0)
    flow = relax(pool)
    chosen, split = _repair(pool, flow)
    chosen = polish(pool, chosen)
    objective = pool.total_minutes(chosen)
    bound = flow.bound_minutes
    if flow.left_out.any() or (chosen < 0).any():
        bound = relax(without(pool, chosen < 0)).bound_minutes
    if objective - bound > OPEN_GAP * objective and len(pool.client) <= WHOLE_ARCS:
        whole = solve_exactly(pool, np.flatnonzero(chosen >= 0), chosen, WHOLE)
        if whole is not None:
            bound = max(bound, whole.bound_minutes)
            if pool.total_minutes(whole.chosen) < objective:
                chosen, objective = whole.chosen, pool.total_minutes(whole.chosen)
    return PoolAnswer(chosen, objective, min(bound, objective), split)


def _repair(pool: Pool, flow: Relaxation) -> tuple[Integers, int]:
    """Keep whole clients where the flow puts them; let the split ones and a few more move."""
    chosen = np.full(len(pool.units), -1, dtype=np.int64)
    whole = flow.share > 1 - 1e-9
    chosen[pool.client[whole]] = pool.officer[whole]
    split = chosen < 0
    best: Integers | None = None
    for loose in LOOSE_PER_OFFICER:
        free = np.flatnonzero(split | _loose(pool, chosen, loose))
        answer = solve_exactly(pool, free, chosen, REPAIR)
        if answer is None:
            continue
        best = answer.chosen
        if not (best < 0).any() or not _may_fit(pool, best):
            break
    return _fill(pool, chosen) if best is None else best, int(split.sum())


def _loose(pool: Pool, chosen: Integers, each: int) -> np.ndarray:
    """Mark, for each officer, the clients whose move would cost least."""
    held = chosen[pool.client] == pool.officer
    here = np.full(len(pool.units), np.inf)
    here[pool.client[held]] = pool.minutes[held]
    other = np.full(len(pool.units), np.inf)
    np.minimum.at(other, pool.client[~held], pool.minutes[~held])
    with np.errstate(invalid="ignore"):
        regret = np.where(np.isfinite(here), other - here, np.inf)
    order = np.lexsort((regret, chosen))
    rank = np.empty(len(order), dtype=np.int64)
    first = np.searchsorted(chosen[order], chosen[order], side="left")
    rank[order] = np.arange(len(order)) - first
    return np.asarray((rank < each) & (chosen >= 0))


def _may_fit(pool: Pool, chosen: Integers) -> bool:
    """Tell whether the room that is left, or that of somebody who may sooner wait, could do."""
    free = int((pool.capacity - pool.loads(chosen)).sum())
    out = chosen < 0
    if free >= int(pool.units[out].min()):
        return True
    lighter = ~out & (pool.left_out_weight < pool.left_out_weight[out].max())
    return bool(free + pool.units[lighter].sum() >= pool.units[out].min()) and bool(lighter.any())


def _fill(pool: Pool, chosen: Integers) -> Integers:
    """Last resort: put each open client, heaviest first, with the cheapest officer with room."""
    chosen = chosen.copy()
    room = pool.capacity - pool.loads(chosen)
    open_ = np.flatnonzero(chosen < 0)
    for client in open_[np.argsort(-pool.units[open_], kind="stable")]:
        arcs = np.flatnonzero(pool.client == client)
        arcs = arcs[room[pool.officer[arcs]] >= pool.units[client]]
        if len(arcs):
            best = pool.officer[arcs[np.argmin(pool.minutes[arcs])]]
            chosen[client] = best
            room[best] -= pool.units[client]
    return chosen


def without(pool: Pool, gone: np.ndarray) -> Pool:
    """Take clients out of a pool.

    Parameters
    ----------
    pool
        The pool.
    gone
        Which clients go, as booleans.

    Returns
    -------
    Pool
        The others, in their order.
    """
    kept = ~gone
    position = np.cumsum(kept) - 1
    arcs = kept[pool.client]
    return Pool(
        units=pool.units[kept],
        capacity=pool.capacity,
        client=position[pool.client[arcs]],
        officer=pool.officer[arcs],
        minutes=pool.minutes[arcs],
        widths=pool.widths,
        step_minutes=pool.step_minutes,
    )
