"""The objective of the officer choice, as numbers: costs, even shares and integer workload.

For one pool of officers J and its clients I, with workload p_i, capacity C_j and present officer
o(i), choose x_ij (client i with officer j) and u_i (client i left out)::

    first     minimise  sum_i  w_i u_i,                w_i = p_i (1 + p_i / max p)
    then      minimise  sum_ij c_ij x_ij + sum_jk b_k s_jk
    subject   sum_j x_ij + u_i = 1                     every client in exactly one place
              sum_i p_i x_ij   = sum_k s_jk            workload, cut into steps
              0 <= s_jk <= width_jk,  sum_k width_jk = C_j (1 + overload)
              x, u in {0, 1};  x_ij = 0 unless j is one of the client's nearest or o(i)

    c_ij = travel minutes from home i to the centre of caseload j
         + change_minutes when o(i) is in the pool and j is not o(i)

The first objective leaves nobody out while there is room, and where capacity is short those of
the lower levels wait (w_i grows faster than p_i). The steps begin at the even share
E_j = C_j sum p / sum C: what an officer carries below it is free, each point above costs more
(convex, so that the cheaper steps fill first). It is the generalised assignment problem; its
relaxation is a minimum-cost flow (Ahuja, Magnanti, Orlin: Network Flows, 1993, sections 9 and 14
for convex costs by parallel arcs).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Workload is counted in whole thousandths of a point, so that capacity holds exactly.
UNITS_PER_POINT = 1000


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts how much, in minutes of travel.

    Attributes
    ----------
    change_minutes
        A client who changes officer within the team weighs as much as this travel.
    step_shares
        Where the steps of the balance cost begin, as shares over the even share.
    step_minutes
        Cost of each workload point within each step.
    speed_kmh, detour
        Straight lines become minutes with these when no travel times are given.
    """

    change_minutes: float = 15.0
    step_shares: tuple[float, ...] = (0.0, 0.05, 0.15)
    step_minutes: tuple[float, ...] = (0.5, 1.5, 4.0)
    speed_kmh: float = 25.0
    detour: float = 1.3


@dataclass(frozen=True)
class Pool:
    """One pool: its clients, officers and costs, with arcs client -> officer as arrays.

    Attributes
    ----------
    units
        Workload of each client in thousandths of a point.
    capacity
        Capacity of each officer in the same units.
    client, officer, minutes
        Arc by arc: who may go to whom and at what cost; sorted by client, then officer.
    widths
        Steps of the balance cost in units, shape (officers, steps); each row sums to capacity.
    step_minutes
        Cost of a workload point in each step; the first is 0.
    """

    units: Integers
    capacity: Integers
    client: Integers
    officer: Integers
    minutes: Floats
    widths: Integers
    step_minutes: Floats

    @property
    def points(self) -> Floats:
        """Workload in points."""
        return np.asarray(self.units / UNITS_PER_POINT, dtype=np.float64)

    @property
    def left_out_weight(self) -> Floats:
        """Weight of leaving each client out."""
        # A client without workload must not be left out either.
        points = np.maximum(self.points, 1 / UNITS_PER_POINT)
        return np.asarray(points * (1.0 + points / max(points.max(initial=0.0), 1e-9)))

    def loads(self, chosen: Integers) -> Integers:
        """Workload of each officer in units when client i goes to ``chosen[i]`` (-1: nobody).

        Parameters
        ----------
        chosen
            Officer of each client.

        Returns
        -------
        ndarray of int
            One load for each officer.
        """
        load = np.zeros(len(self.capacity), dtype=np.int64)
        with_officer = chosen >= 0
        np.add.at(load, chosen[with_officer], self.units[with_officer])
        return load

    def balance_minutes(self, load: Integers) -> float:
        """Cost of the loads above the even share.

        Parameters
        ----------
        load
            Workload of each officer in units.

        Returns
        -------
        float
            Minutes.
        """
        starts = np.cumsum(self.widths, axis=1) - self.widths
        inside = np.clip(load[:, None] - starts, 0, self.widths)
        return float((inside * self.step_minutes).sum() / UNITS_PER_POINT)

    def total_minutes(self, chosen: Integers) -> float:
        """Second objective of a complete choice.

        Parameters
        ----------
        chosen
            Officer of each client, -1 for nobody.

        Returns
        -------
        float
            Minutes.
        """
        taken = chosen[self.client] == self.officer
        return float(self.minutes[taken].sum()) + self.balance_minutes(self.loads(chosen))


def to_units(points: Floats, *, up: bool) -> Integers:
    """Count workload in whole thousandths of a point.

    Parameters
    ----------
    points
        Workload or capacity.
    up
        Round up (workload) or down (capacity), so that capacity is never exceeded.

    Returns
    -------
    ndarray of int
        Thousandths of a point.
    """
    scaled = points * UNITS_PER_POINT
    rounded = np.ceil(scaled - 1e-6) if up else np.floor(scaled + 1e-6)
    return np.asarray(rounded, dtype=np.int64)


def balance_steps(units: Integers, capacity: Integers, weights: Weights) -> tuple[Integers, Floats]:
    """Cut each officer's capacity into the steps of the balance cost.

    Parameters
    ----------
    units, capacity
        Workload of the clients and capacity of the officers, in units.
    weights
        Where the steps begin and what they cost.

    Returns
    -------
    tuple of ndarray
        Widths, shape (officers, steps), and the cost of a point in each step.
    """
    share = min(1.0, float(units.sum()) / max(float(capacity.sum()), 1.0))
    # On whole multiples of what clients come in, or every even share would be out of reach.
    grain = max(int(np.gcd.reduce(units, initial=0)), 1)
    edges = [
        np.minimum(capacity, np.ceil(capacity * share * (1.0 + above) / grain) * grain)
        for above in weights.step_shares
    ]
    stacked = np.column_stack([np.zeros_like(capacity), *edges, capacity]).astype(np.int64)
    return np.diff(stacked, axis=1), np.array([0.0, *weights.step_minutes])
