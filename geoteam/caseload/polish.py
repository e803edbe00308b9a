"""Exchanges between two officers that lower the cost: one client over, or one for another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoteam.caseload.objective import UNITS_PER_POINT, Floats, Integers, Pool

# Passes over all pairs; each pass takes every gain that does not touch the same officer twice.
PASSES = 200
# With more sizes of workload than this only single clients go over.
MOST_SIZES = 32
_GAIN = 1e-7


def polish(pool: Pool, chosen: Integers) -> Integers:
    """Exchange clients between officers as long as the second objective falls.

    For every pair of officers and pair of workload sizes the best exchange is the sum of the two
    cheapest moves and the change of balance, so a pass looks at all exchanges without listing
    them (the shift and swap neighbourhood of the generalised assignment problem; Yagiura, Ibaraki
    and Glover, INFORMS Journal on Computing 16(2), 2004).

    Parameters
    ----------
    pool
        The pool.
    chosen
        Officer of each client, -1 for nobody; whoever is left out stays so.

    Returns
    -------
    ndarray of int
        A choice that is no worse and holds capacity; same clients left out.
    """
    search = _Search(pool, chosen)
    for _ in range(PASSES):
        if not search.improve():
            break
    return search.chosen


class _Search:
    """Costs as a table, clients by size of workload; size 0 of the lists is nobody."""

    def __init__(self, pool: Pool, chosen: Integers) -> None:
        self.pool, self.chosen = pool, chosen.copy()
        self.cost = np.full((len(pool.units), len(pool.capacity)), np.inf)
        self.cost[pool.client, pool.officer] = pool.minutes
        sizes, self.size_of = np.unique(pool.units, return_inverse=True)
        self.sizes = np.concatenate([[0], sizes])
        self.size_of += 1
        self.load = pool.loads(chosen)
        self.edges = np.cumsum(pool.widths, axis=1)
        prices = pool.widths * pool.step_minutes / UNITS_PER_POINT
        self.price_to = np.cumsum(prices, axis=1)

    def improve(self) -> bool:
        cheapest, who = self._moves()
        given = range(len(self.sizes))
        taken = given if len(self.sizes) <= MOST_SIZES else (0,)
        rows = []
        for out in given:
            for back in taken:
                if out == 0:
                    continue
                gain = cheapest[out] + cheapest[back].T + self._balance(out, back)
                pairs = np.argwhere(gain < -_GAIN)
                rows += [(float(gain[a, b]), int(a), int(b), out, back) for a, b in pairs]
        touched: set[int] = set()
        for _, a, b, out, back in sorted(rows):
            if a in touched or b in touched:
                continue
            touched |= {a, b}
            self._move(who[out, a, b], b)
            if back:
                self._move(who[back, b, a], a)
        return bool(touched)

    def _moves(self) -> tuple[Floats, Integers]:
        """Cheapest move of a client of each size from each officer to each other, and whose."""
        officers = len(self.load)
        cheapest = np.full((len(self.sizes), officers, officers), np.inf)
        who = np.full(cheapest.shape, -1, dtype=np.int64)
        cheapest[0] = 0.0
        held = np.flatnonzero(self.chosen >= 0)
        here = self.cost[held, self.chosen[held]]
        extra = self.cost[held] - here[:, None]
        group = self.size_of[held] * officers + self.chosen[held]
        order = np.argsort(group, kind="stable")
        starts = np.flatnonzero(np.diff(group[order], prepend=-1))
        for members in np.split(order, starts[1:]) if len(order) else []:
            best = members[np.argmin(extra[members], axis=0)]
            size, officer = divmod(int(group[members[0]]), officers)
            cheapest[size, officer] = extra[best, np.arange(officers)]
            who[size, officer] = held[best]
        for size in range(len(self.sizes)):
            np.fill_diagonal(cheapest[size], np.inf)
        return cheapest, who

    def _balance(self, out: int, back: int) -> Floats:
        """Change of the balance cost when ``out`` goes from row to column and ``back`` returns."""
        step = int(self.sizes[out] - self.sizes[back])
        now = self._price(self.load)
        fewer, more = self._price(self.load - step) - now, self._price(self.load + step) - now
        return np.asarray(fewer[:, None] + more[None, :])

    def _price(self, load: Integers) -> Floats:
        allowed = (load >= 0) & (load <= self.pool.capacity)
        step = np.minimum((load[:, None] > self.edges).sum(axis=1), self.edges.shape[1] - 1)
        rows: NDArray[np.int64] = np.arange(len(load))
        over = (load - self.edges[rows, step]) * self.pool.step_minutes[step] / UNITS_PER_POINT
        return np.where(allowed, self.price_to[rows, step] + over, np.inf)

    def _move(self, client: int, officer: int) -> None:
        before = self.chosen[client]
        self.load[before] -= self.pool.units[client]
        self.load[officer] += self.pool.units[client]
        self.chosen[client] = officer
