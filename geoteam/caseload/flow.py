"""The relaxation: a minimum-cost flow that may split a client between officers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.graph.python import min_cost_flow

from geoteam.caseload.objective import UNITS_PER_POINT, Floats, Integers, Pool
from geoteam.errors import AssignmentError

# Costs are whole numbers for the flow; this many of them make a minute.
_PER_MINUTE = 10_000_000


@dataclass(frozen=True)
class Relaxation:
    """An optimal flow.

    Attributes
    ----------
    share
        Of each arc of the pool, the share of the client that flows through it (0-1).
    left_out
        Share of each client that finds no room.
    bound_minutes
        Lower bound of the second objective; proven only when nothing is left out.
    """

    share: Floats
    left_out: Floats
    bound_minutes: float


def relax(pool: Pool) -> Relaxation:
    """Solve the relaxation of a pool with OR-Tools' cost-scaling push-relabel method.

    Workload flows from each client through at most one arc for each allowed officer, then through
    the officer's steps, to the sink; a slack arc from each client carries what finds no room.
    Costs are rounded down, so that the optimum stays a lower bound.

    Parameters
    ----------
    pool
        The pool. Clients without workload do not flow: their share is 0 everywhere.

    Returns
    -------
    Relaxation
        The flow and its bound.

    Raises
    ------
    AssignmentError
        When the solver does not reach the optimum (numbers out of range).
    """
    count, officers = len(pool.units), len(pool.capacity)
    sink = count + officers
    units = pool.units[pool.client]
    fits = (units > 0) & (units <= pool.capacity[pool.officer])
    per_unit = np.zeros(len(units), dtype=np.int64)
    per_unit[fits] = np.floor(pool.minutes[fits] * _PER_MINUTE / units[fits])
    step_cost = np.floor(pool.step_minutes * _PER_MINUTE / UNITS_PER_POINT).astype(np.int64)
    # Dearer, for each unit, than any chain of moves that would make room.
    slack = (2 * officers + 2) * (int(per_unit.max(initial=0)) + int(step_cost.max()) + 1)
    heavy = pool.units / max(int(pool.units.max(initial=1)), 1)

    solver = min_cost_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        pool.client[fits], pool.officer[fits] + count, units[fits], per_unit[fits]
    )
    steps = pool.widths.shape[1]
    solver.add_arcs_with_capacity_and_unit_cost(
        np.repeat(np.arange(officers) + count, steps),
        np.full(officers * steps, sink),
        pool.widths.ravel(),
        np.tile(step_cost, officers),
    )
    left = solver.add_arcs_with_capacity_and_unit_cost(
        np.arange(count), np.full(count, sink), pool.units, (slack * (1.0 + heavy)).astype(np.int64)
    )
    solver.set_nodes_supplies(np.arange(count), pool.units)
    solver.set_node_supply(sink, -int(pool.units.sum()))
    if solver.solve() != solver.OPTIMAL:
        raise AssignmentError("the flow of this team has no optimum", remedy="Check the workload")

    flow = np.zeros(len(units))
    flow[fits] = solver.flows(arcs)
    load = np.bincount(pool.officer, weights=flow, minlength=officers).astype(np.int64)
    cost = float((flow * per_unit).sum()) + _step_cost(pool, load, step_cost)
    whole = np.maximum(pool.units, 1)
    return Relaxation(
        share=flow / np.maximum(units, 1),
        left_out=np.asarray(solver.flows(left) / whole, dtype=np.float64),
        bound_minutes=cost / _PER_MINUTE,
    )


def _step_cost(pool: Pool, load: Integers, step_cost: Integers) -> float:
    starts = np.cumsum(pool.widths, axis=1) - pool.widths
    return float((np.clip(load[:, None] - starts, 0, pool.widths) * step_cost).sum())
