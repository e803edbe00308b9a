"""One team's clients and officers, from frames to a solved pool."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geoteam.caseload.centres import find_centres, straight_minutes
from geoteam.caseload.objective import (
    Floats,
    Integers,
    Pool,
    Weights,
    balance_steps,
    to_units,
)
from geoteam.caseload.solve import PoolAnswer, solve_pool, without


@dataclass(frozen=True)
class PoolResult:
    """A solved pool with what its reasons need.

    Attributes
    ----------
    clients, officers
        Rows of the frames, in the order of the arrays.
    answer
        The choice, its objective and bound.
    minutes
        Travel minutes from each client to each caseload centre, shape (clients, officers).
    considered
        How many officers were considered for each client.
    present
        Present officer of each client as a position, -1 when not in this pool.
    capacity
        Capacity of each officer in points, overload included.
    load
        Workload of each officer in points, after.
    """

    clients: pd.DataFrame
    officers: pd.DataFrame
    answer: PoolAnswer
    minutes: Floats
    considered: Integers
    present: Integers
    capacity: Floats
    load: Floats


def assign_pool(
    clients: pd.DataFrame,
    officers: pd.DataFrame,
    travel: Callable[[Floats, Floats], Floats] | None,
    nearest: int,
    overload: float,
    weights: Weights,
) -> PoolResult:
    """Choose officers for the clients of one pool.

    Parameters
    ----------
    clients, officers
        Rows of CLIENTS and OFFICERS, sorted by index.
    travel
        Seconds between places, or None for straight lines.
    nearest
        Officers considered for each client.
    overload
        Share by which capacity may be exceeded.
    weights
        What counts how much.

    Returns
    -------
    PoolResult
        The choice and what its reasons need.
    """
    places = clients[["lon", "lat"]].to_numpy(dtype=np.float64, copy=True)
    places[~clients["located"].to_numpy(dtype=bool)] = np.nan
    units = to_units(clients["points"].to_numpy(dtype=np.float64), up=True)
    points = clients["points"].to_numpy(dtype=np.float64)
    capacity_points = officers["capacity_points"].to_numpy(dtype=np.float64) * (1.0 + overload)
    capacity = to_units(capacity_points, up=False)
    # Clients come in whole multiples of this, so what lies beyond can hold nobody.
    grain = max(int(np.gcd.reduce(units)), 1)
    usable = capacity // grain * grain
    present = officers.index.get_indexer(pd.Index(clients["officer"])).astype(np.int64)
    bound = _bound(clients, units, usable, present)
    widths, step_minutes = balance_steps(units, usable, weights)

    def make(minutes: Floats, keep: int) -> Pool:
        client, officer = _candidates(minutes, present, keep, bound)
        change = (present[client] >= 0) & (present[client] != officer)
        cost = minutes[client, officer] + weights.change_minutes * change
        return Pool(units, usable, client, officer, cost, widths, step_minutes)

    offices = officers[["lon", "lat"]].to_numpy(dtype=np.float64)
    centres = find_centres(
        places, points, present, offices, weights, lambda minutes: make(minutes, nearest)
    )
    minutes = _minutes(places, centres, travel, weights)
    pool = make(minutes, nearest)
    answer = _solve_around(pool, bound, present)
    if (answer.chosen < 0).any() and nearest < len(officers):
        pool = make(minutes, len(officers))
        answer = _solve_around(pool, bound, present)
    load = np.zeros(len(officers))
    served = answer.chosen >= 0
    np.add.at(load, answer.chosen[served], points[served])
    return PoolResult(
        clients=clients,
        officers=officers,
        answer=answer,
        minutes=minutes,
        considered=np.bincount(pool.client, minlength=len(clients)).astype(np.int64),
        present=present,
        capacity=capacity_points,
        load=load,
    )


def _bound(
    clients: pd.DataFrame, units: Integers, capacity: Integers, present: Integers
) -> NDArray[np.bool_]:
    """Tell who stays with the present officer whatever it costs (``bond`` of ``assign``)."""
    if "bond" not in clients:
        return np.zeros(len(clients), dtype=bool)
    bond = clients["bond"].to_numpy()
    bound = np.asarray((bond == "always") & (present >= 0))
    load = np.bincount(present[bound], weights=units[bound], minlength=len(capacity))
    asks = np.flatnonzero((bond == "room") & (present >= 0))
    # Where room is short, the higher levels go first, as everywhere.
    for row in asks[np.argsort(-units[asks], kind="stable")]:
        if load[present[row]] + units[row] <= capacity[present[row]]:
            bound[row] = True
            load[present[row]] += units[row]
    return bound


def _solve_around(pool: Pool, bound: NDArray[np.bool_], present: Integers) -> PoolAnswer:
    """Solve a pool for those who are free, in the room that the others leave."""
    if not bound.any():
        return solve_pool(pool)
    chosen = np.where(bound, present, -1)
    load = pool.loads(chosen)[:, None]
    # The room that is taken is the cheapest: the steps fill from the first on.
    ends = np.cumsum(pool.widths, axis=1)
    widths = np.clip(ends - load, 0, pool.widths)
    free = without(replace(pool, capacity=widths.sum(axis=1), widths=widths), bound)
    answer = solve_pool(free)
    chosen[~bound] = answer.chosen
    objective = pool.total_minutes(chosen)
    gap = answer.objective_minutes - answer.bound_minutes
    return PoolAnswer(chosen, objective, objective - gap, answer.split)


def _candidates(
    minutes: Floats, present: Integers, nearest: int, bound: NDArray[np.bool_]
) -> tuple[Integers, Integers]:
    count, officers = minutes.shape
    allowed = np.ones((count, officers), dtype=bool)
    if nearest < officers:
        order = np.argsort(minutes, axis=1, kind="stable")[:, :nearest]
        allowed[:] = False
        np.put_along_axis(allowed, order, True, axis=1)
        known = np.flatnonzero(present >= 0)
        allowed[known, present[known]] = True
    allowed[bound] = False
    allowed[bound, present[bound]] = True
    client, officer = np.nonzero(allowed)
    return client.astype(np.int64), officer.astype(np.int64)


def _minutes(
    places: Floats,
    centres: Floats,
    travel: Callable[[Floats, Floats], Floats] | None,
    weights: Weights,
) -> Floats:
    straight = straight_minutes(places, centres, weights)
    placed = np.flatnonzero(np.isfinite(places).all(axis=1))
    if travel is None or not len(placed) or not len(centres):
        return straight
    found = np.asarray(travel(places[placed], centres), dtype=np.float64) / 60.0
    # Where the streets join nothing, the straight line stands in: it only ranks officers.
    straight[placed] = np.where(np.isfinite(found), found, straight[placed])
    return straight
