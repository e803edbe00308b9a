"""Areas that a team could have: connected sets of units, listed one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoteam.plans.labels import neighbours
from geoteam.plans.problem import Problem


@dataclass(frozen=True, eq=False)
class Grown:
    """Areas found.

    Attributes
    ----------
    areas
        Each a number whose bit ``i`` tells whether unit ``i`` is in it.
    price
        Sum of the prices of each area's units.
    complete
        Whether these are all; False when the search gave up.
    """

    areas: list[int]
    price: list[float]
    complete: bool


def masks(problem: Problem) -> list[int]:
    """Write the neighbours of each unit as bits.

    Parameters
    ----------
    problem
        The problem.

    Returns
    -------
    list of int
        Bit ``j`` of number ``i`` is set when units ``i`` and ``j`` share a side.
    """
    return [sum(1 << unit for unit in some) for some in neighbours(problem)]


def members(areas: Sequence[int], units: int) -> NDArray[np.bool_]:
    """Spread areas written as bits over a table.

    Parameters
    ----------
    areas
        Areas as bits.
    units
        How many units there are.

    Returns
    -------
    ndarray
        Shape (areas, units).
    """
    width = (units + 7) // 8
    raw = b"".join(area.to_bytes(width, "little") for area in areas)
    table = np.frombuffer(raw, dtype=np.uint8).reshape(len(areas), width)
    return np.unpackbits(table, axis=1, count=units, bitorder="little").astype(bool)


def grow(
    beside: Sequence[int],
    weight: Sequence[float],
    price: Sequence[float],
    *,
    low: float,
    high: float,
    ceiling: float,
    most: int,
    looks: int,
) -> Grown:
    r"""List the connected sets :math:`S` of units within limits of weight and price.

    .. math::
        \text{low} \le \sum_{i \in S} w_i \le \text{high}, \qquad
        \sum_{i \in S} p_i \le \text{ceiling}

    Every set is grown from its cheapest unit by units beside it, and every unit is either in or
    barred for good, so that none is met twice (Garfinkel and Nemhauser 1970, *Optimal political
    districting by implicit enumeration techniques*). A branch ends when the price of what is in is
    above the ceiling, even with every unit below zero that is not barred yet, or with the room for
    weight filled at the best rate.

    Parameters
    ----------
    beside
        Neighbours of each unit, by ``masks``.
    weight
        Weight of each unit, zero or more.
    price
        Price of each unit, of any sign.
    low, high
        Limits of the weight.
    ceiling
        Limit of the price.
    most
        Give up after so many areas.
    looks
        Give up after so many sets looked at.

    Returns
    -------
    Grown
        The areas, in the order met.
    """
    gain = [min(0.0, value) for value in price]
    hope = sum(gain)
    # What each unit of weight brings at best, and what the units without weight bring.
    rate = max((-g / w for g, w in zip(gain, weight, strict=True) if w > 0), default=0.0)
    free = sum(g for g, w in zip(gain, weight, strict=True) if w <= 0)
    areas: list[int] = []
    paid: list[float] = []
    barred, looked = 0, 0
    for start in sorted(range(len(weight)), key=price.__getitem__):
        if hope > ceiling:
            break
        barred |= 1 << start
        hope -= gain[start]
        if weight[start] > high:
            continue
        # Members, their weight and price, units beside them, units barred, least price to come.
        first = beside[start] & ~barred
        stack = [(1 << start, weight[start], price[start], first, barred, price[start] + hope)]
        while stack:
            area, load, cost, rim, out, least = stack.pop()
            looked += 1
            if load >= low and cost <= ceiling:
                areas.append(area)
                paid.append(cost)
            if len(areas) > most or looked > looks:
                return Grown(areas, paid, complete=False)
            if cost + free - rate * (high - load) > ceiling:
                continue
            while rim and least <= ceiling:
                bit = rim & -rim
                unit = bit.bit_length() - 1
                rim ^= bit
                out |= bit
                # Without the unit nothing is gained by it; with it its price is paid.
                least -= gain[unit]
                if load + weight[unit] <= high and least + price[unit] <= ceiling:
                    wider = (rim | beside[unit]) & ~out
                    stack.append(
                        (
                            area | bit,
                            load + weight[unit],
                            cost + price[unit],
                            wider,
                            out,
                            least + price[unit],
                        )
                    )
    return Grown(areas, paid, complete=True)
