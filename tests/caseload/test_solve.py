"""The officer choice against every possible choice."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geoteam.caseload import solve
from geoteam.caseload.flow import relax
from geoteam.caseload.objective import Pool, Weights, balance_steps, to_units
from geoteam.caseload.solve import solve_pool


def make_pool(units, capacity, minutes, allowed=None) -> Pool:
    units, capacity = np.array(units, dtype=np.int64), np.array(capacity, dtype=np.int64)
    minutes = np.array(minutes, dtype=float).reshape(len(units), len(capacity))
    mask = np.ones(minutes.shape, dtype=bool) if allowed is None else np.array(allowed)
    client, officer = np.nonzero(mask)
    widths, steps = balance_steps(units, capacity, Weights())
    return Pool(units, capacity, client, officer, minutes[client, officer], widths, steps)


def every_choice(pool: Pool) -> tuple[float, float]:
    """Best (weight left out, minutes) over all choices, from the definition."""
    options = [
        [-1, *pool.officer[pool.client == client].tolist()] for client in range(len(pool.units))
    ]
    cost = {(c, o): m for c, o, m in zip(pool.client, pool.officer, pool.minutes, strict=True)}
    best = (np.inf, np.inf)
    for choice in itertools.product(*options):
        load = [0] * len(pool.capacity)
        for client, officer in enumerate(choice):
            if officer >= 0:
                load[officer] += int(pool.units[client])
        if any(held > room for held, room in zip(load, pool.capacity, strict=True)):
            continue
        left = sum(pool.left_out_weight[c] for c, o in enumerate(choice) if o < 0)
        minutes = sum(cost[c, o] for c, o in enumerate(choice) if o >= 0)
        for officer, held in enumerate(load):
            for width, price in zip(pool.widths[officer], pool.step_minutes, strict=True):
                step = min(held, int(width))
                minutes += price * step / 1000
                held -= step
        best = min(best, (round(left, 6), round(minutes, 6)))
    return best


pools = st.integers(1, 5).flatmap(
    lambda clients: st.integers(1, 3).flatmap(
        lambda officers: st.builds(
            make_pool,
            st.lists(
                st.sampled_from([0, 1000, 2000, 4000, 8000]), min_size=clients, max_size=clients
            ),
            st.lists(
                st.integers(0, 14).map(lambda n: n * 1000), min_size=officers, max_size=officers
            ),
            st.lists(st.integers(0, 40), min_size=clients * officers, max_size=clients * officers),
            st.lists(
                st.lists(st.booleans(), min_size=officers, max_size=officers),
                min_size=clients,
                max_size=clients,
            ),
        )
    )
)


@settings(max_examples=150)
@given(pools)
def test_the_choice_is_the_best_of_all(pool: Pool) -> None:
    answer = solve_pool(pool)
    left = round(float(pool.left_out_weight[answer.chosen < 0].sum()), 6)
    assert (left, answer.objective_minutes) == pytest.approx(every_choice(pool), abs=1e-4)
    assert (pool.loads(answer.chosen) <= pool.capacity).all()
    assert answer.bound_minutes <= answer.objective_minutes


@settings(max_examples=80)
@given(pools)
def test_flow_bounds_every_complete_choice(pool: Pool) -> None:
    left, minutes = every_choice(pool)
    if left == 0 and len(pool.client):
        assert relax(pool).bound_minutes <= minutes + 1e-6


@settings(max_examples=80)
# The flow splits a heavier client where a lighter one may sooner wait.
@example(make_pool([0, 2000, 2000, 8000, 1000], [12000], [0, 0, 9, 0, 0]))
@given(pools)
def test_flow_and_repair_hold_capacity_and_leave_nobody_out_needlessly(pool: Pool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solve, "EXACT_ARCS", -1)
        answer = solve_pool(pool)
    least, minutes = every_choice(pool)
    left = float(pool.left_out_weight[answer.chosen < 0].sum())
    assert (pool.loads(answer.chosen) <= pool.capacity).all()
    assert left == pytest.approx(least, abs=1e-5)
    assert answer.objective_minutes >= minutes - 1e-4
    assert answer.bound_minutes <= answer.objective_minutes


def test_rounding_leaves_nobody_out() -> None:
    # Three clients of 2 points fill two officers of 3 points by halves in the flow; whole, one
    # must wait. With room for 4 nobody need.
    tight = make_pool([2000] * 3, [3000, 3000], [0] * 6)
    roomy = make_pool([2000] * 3, [4000, 3000], [0] * 6)
    assert (solve_pool(tight).chosen < 0).sum() == 1
    assert (solve_pool(roomy).chosen < 0).sum() == 0


def test_where_room_is_short_the_lower_level_waits() -> None:
    pool = make_pool([8000, 4000, 4000], [8000], [30, 0, 0])
    assert solve_pool(pool).chosen.tolist() == [0, -1, -1]


def test_work_is_shared_when_nothing_else_counts() -> None:
    pool = make_pool([1000] * 8, [8000, 8000], [0] * 16)
    assert pool.loads(solve_pool(pool).chosen).tolist() == [4000, 4000]


def test_a_pool_without_clients_or_officers_is_empty() -> None:
    assert solve_pool(make_pool([], [5000], [])).chosen.tolist() == []
    assert solve_pool(make_pool([1000], [], [])).chosen.tolist() == [-1]


def test_the_flow_leaves_nobody_out_while_there_is_room() -> None:
    flow = relax(make_pool([2000] * 3, [3000, 3000], [1, 2, 3, 4, 5, 6]))
    assert flow.left_out.tolist() == [0, 0, 0]
    assert flow.share.reshape(3, 2).sum(axis=1).tolist() == [1, 1, 1]


def test_workload_is_rounded_against_capacity() -> None:
    assert to_units(np.array([2.0001, 2.0]), up=True).tolist() == [2001, 2000]
    assert to_units(np.array([2.0009, 2.0]), up=False).tolist() == [2000, 2000]
    # 0.1 + 0.2 is 0.30000000000000004 in a computer, and 300 thousandths here.
    assert to_units(np.array([0.1 + 0.2]), up=True).tolist() == [300]
