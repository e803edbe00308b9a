"""What no plan can be below: the Lagrangian bound of the Hess model, over all centres."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2

from geoteam.plans.large_start import held
from geoteam.plans.problem import Problem

# Up to so many units the multipliers are sought on the units themselves.
_WHOLE = 900
# Beyond, on so many groups of units.
_GROUPS = 250
_STEPS = 800
_PATIENCE = 20
_SHRINK = 0.7
_FIRM = 0.7
# While the multipliers climb, a centre looks at the units nearest to it: as many as so many teams
# have on average.
_REACH = 5
# Centres that are looked at together.
_PIECE = 256
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class _Class:
    """Teams with the same limits, and what their locked units add at each centre."""

    least: float
    most: float
    count: int
    forced: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Reach:
    """Units that each centre looks at, a row a centre, with their cost there and their weight."""

    unit: NDArray[np.int64]
    cost: NDArray[np.float64]
    weight: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Model:
    """Centres, and the free units that are taken to them (places in km)."""

    centres: NDArray[np.float64]
    place: NDArray[np.float64]
    mass: NDArray[np.float64]
    weight: NDArray[np.float64]
    classes: list[_Class]
    # Whether teams may lie on one centre: so they nearly may where centres are close together.
    together: bool = False

    def reach(self, width: int) -> _Reach:
        """Let each centre look at so many units, the nearest."""
        apart = _apart(self.centres, self.place)
        unit = np.argsort(apart, axis=1, kind="stable")[:, :width]
        cost = np.take_along_axis(apart, unit, 1) * self.mass[unit]
        return _Reach(unit, cost, self.weight[unit])

    def value(self, price: NDArray[np.float64], reach: _Reach) -> tuple[float, NDArray[np.float64]]:
        """Value of the dual and its slope: one minus how often each unit is taken."""
        reduced = reach.cost - price[reach.unit]
        small = 1e-12 * self.weight.sum()
        order = np.argsort(reduced / np.maximum(reach.weight, small), axis=1)
        reduced = np.take_along_axis(reduced, order, 1)
        weight = np.take_along_axis(reach.weight, order, 1)
        before = np.cumsum(weight, axis=1) - weight
        divisor = np.maximum(weight, small)
        total, slope = float(price.sum()), np.ones(len(price))
        for one in self.classes:
            part = np.where(
                reduced < 0,
                np.clip((one.most - before) / divisor, 0.0, 1.0),
                # What does not pay is taken as far as the least weight asks for it.
                np.clip((one.least - before) / divisor, 0.0, 1.0) * (weight > 0),
            )
            worth = (reduced * part).sum(axis=1) + one.forced
            taken = 1 if self.together else one.count
            best = np.argsort(worth, kind="stable")[:taken]
            each = one.count / taken
            total += each * float(worth[best].sum())
            for centre in best.tolist():
                slope[reach.unit[centre, order[centre]]] -= each * part[centre]
        return total, slope

    def below(self, price: NDArray[np.float64], stop: Callable[[], bool]) -> float:
        """Value of the dual without the least weights: a little lower, for very many units."""
        worth = [np.empty(len(self.centres)) for _ in self.classes]
        small = 1e-12 * self.weight.sum()
        for at in range(0, len(self.centres), _PIECE):
            if stop():
                return 0.0
            reduced = _apart(self.centres[at : at + _PIECE], self.place) * self.mass - price
            for row, values in enumerate(reduced):
                pays = np.flatnonzero(values < 0)
                values, weight = values[pays], self.weight[pays]
                order = np.argsort(values / np.maximum(weight, small))
                values, weight = values[order], weight[order]
                before = np.cumsum(weight) - weight
                for one, found in zip(self.classes, worth, strict=True):
                    part = np.clip((one.most - before) / np.maximum(weight, small), 0.0, 1.0)
                    found[at + row] = (values * part).sum()
        total = float(price.sum())
        for one, found in zip(self.classes, worth, strict=True):
            total += float(np.sort(found + one.forced)[: one.count].sum())
        return total


def lower_bound(problem: Problem, value: float, *, stop: Callable[[], bool]) -> float:
    r"""Bound the objective of every plan from below.

    The Hess model without contiguity, without transfers and with units that may be split:

    .. math::
        \min \sum_{ij} m_i d_{ij}^2 x_{ij}, \quad \sum_j x_{ij} = 1, \quad
        W^- y_j \le \sum_i w_i x_{ij} \le W^+ y_j, \quad \sum_j y_j = K, \quad 0 \le x \le 1

    over **all** units as centres, with a class of :math:`y` for each target and each team with
    locks. With multipliers :math:`u_i` on the first constraint the minimum falls apart into one
    continuous knapsack a centre (Dantzig, 1957), of which the best :math:`K` are taken; the value
    bounds the model, and so every plan, at any :math:`u`. The multipliers climb by Polyak's
    subgradient steps (Held, Wolfe and Crowder, 1974), at which a centre looks at the units around
    it only; the bound is then computed with all. For thousands of units they climb on groups
    of units and are then handed down to the units, where the bound is computed anew: it is the
    units' own, only less sharp.

    Parameters
    ----------
    problem
        The problem.
    value
        Objective of the best plan known, which sets the steps.
    stop
        Asked at every step; True ends the search with the best bound so far.

    Returns
    -------
    float
        km²; zero when there was no time.
    """
    share = problem.area_m2 / problem.area_m2.sum()
    place = np.column_stack((problem.x_m, problem.y_m)) / 1000.0
    free = np.ones(len(place), dtype=bool)
    free[list(held(problem))] = False
    if not free.any():
        return 0.0
    units = _Model(
        place, place[free], share[free], problem.weight[free], _classes(problem, share, place)
    )
    if len(place) <= _WHOLE:
        price = _climb(units, value, stop)
        return max(0.0, units.value(price, units.reach(len(price)))[0] * (1.0 - _ROUNDING))
    group, groups, inner = _grouped(problem, share, units)
    price = _climb(groups, value - inner.sum(), stop)
    handed = units.mass / groups.mass[group] * (price + inner)[group]
    return max(0.0, units.below(handed, stop) * (1.0 - _ROUNDING))


def _climb(model: _Model, value: float, stop: Callable[[], bool]) -> NDArray[np.float64]:
    """Seek the multipliers at which the value of the dual is best."""
    teams = sum(one.count for one in model.classes)
    reach = model.reach(min(len(model.place), _REACH * math.ceil(len(model.place) / teams)))
    # Steps as long as a unit is large, in area and in weight.
    size = np.sqrt(model.mass * (model.weight + 0.05 * model.weight.mean()))
    size /= size.mean()
    price: NDArray[np.float64] = model.mass / model.mass.sum() * value
    best, kept, pace, waited = 0.0, price, 1.0, 0
    way = np.zeros(len(price))
    for step in range(_STEPS):
        if stop() or best >= value * (1.0 - 1e-6) or pace < 0.02:
            break
        reached, slope = model.value(price, reach)
        if reached > best + 1e-5 * value:
            best, kept, waited = reached, price, 0
        else:
            waited += 1
            if waited >= _PATIENCE:
                pace, waited, price = pace * _SHRINK, 0, kept
        way = slope if step == 0 else _FIRM * slope + (1.0 - _FIRM) * way
        length = float(((size * way) ** 2).sum())
        if length <= 1e-18:
            break
        price = price + pace * max(value - reached, 0.0) / length * size**2 * way
    return kept


def _classes(
    problem: Problem, share: NDArray[np.float64], centres: NDArray[np.float64]
) -> list[_Class]:
    """A class for each team with locked units, and one for each target of the others."""
    place = np.column_stack((problem.x_m, problem.y_m)) / 1000.0
    locks = held(problem)
    found = []
    for team in sorted(set(locks.values())):
        own = [unit for unit, other in locks.items() if other == team]
        load = problem.weight[own].sum()
        forced = _apart(centres, place[own]) @ share[own]
        least, most = problem.least[team] - load, problem.most[team] - load
        found.append(_Class(max(0.0, least), max(0.0, most), 1, forced))
    free = np.array(sorted(set(range(len(problem.teams))) - set(locks.values())), dtype=np.int64)
    for target in np.unique(problem.target[free]):
        alike = free[problem.target[free] == target]
        least, most = problem.least[alike[0]], problem.most[alike[0]]
        found.append(_Class(least, most, len(alike), np.zeros(len(centres))))
    return found


def _grouped(
    problem: Problem, share: NDArray[np.float64], units: _Model
) -> tuple[NDArray[np.int64], _Model, NDArray[np.float64]]:
    """Group of each free unit, the model of the groups, and the moment inside each group."""
    _, label = kmeans2(units.place, _GROUPS, minit="++", rng=np.random.default_rng(0))
    _, group = np.unique(label, return_inverse=True)
    mass: NDArray[np.float64] = np.bincount(group, weights=units.mass).astype(np.float64)
    weight: NDArray[np.float64] = np.bincount(group, weights=units.weight).astype(np.float64)
    place = np.column_stack(
        [np.bincount(group, weights=units.mass * units.place[:, axis]) / mass for axis in (0, 1)]
    )
    apart = ((units.place - place[group]) ** 2).sum(axis=1)
    inner = np.bincount(group, weights=units.mass * apart).astype(np.float64)
    model = _Model(place, place, mass, weight, _classes(problem, share, place), together=True)
    return group.astype(np.int64), model, inner


def _apart(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared distances in km²."""
    squared: NDArray[np.float64] = ((one[:, None] - other) ** 2).sum(axis=2)
    return squared
