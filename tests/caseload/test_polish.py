"""Exchanges never make a choice worse, and find what one exchange can gain."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoteam.caseload import polish as module
from geoteam.caseload import solve
from geoteam.caseload.polish import polish
from geoteam.caseload.solve import solve_pool

from .test_solve import make_pool, pools


@settings(max_examples=100)
@given(pools, st.randoms(use_true_random=False))
def test_a_choice_never_gets_worse(pool, random) -> None:
    room = pool.capacity.copy()
    chosen = np.full(len(pool.units), -1)
    for client in range(len(pool.units)):
        open_ = [o for o in pool.officer[pool.client == client] if room[o] >= pool.units[client]]
        if open_:
            chosen[client] = random.choice(open_)
            room[chosen[client]] -= pool.units[client]
    better = polish(pool, chosen)
    assert pool.total_minutes(better) <= pool.total_minutes(chosen) + 1e-9
    assert (pool.loads(better) <= pool.capacity).all()
    assert ((better < 0) == (chosen < 0)).all()


def test_two_clients_on_the_wrong_sides_change_places() -> None:
    # Both officers are full, so neither client can move alone.
    pool = make_pool([2000, 2000], [2000, 2000], [[9, 1], [1, 9]])
    assert polish(pool, np.array([0, 1])).tolist() == [1, 0]


def test_with_very_many_sizes_single_clients_still_move() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST_SIZES", 1)
        pool = make_pool([2000, 2000], [4000, 4000], [[9, 1], [1, 9]])
        assert polish(pool, np.array([0, 1])).tolist() == [1, 0]


def test_a_pool_far_from_its_bound_is_solved_whole() -> None:
    rng = np.random.default_rng(3)
    pool = make_pool(rng.choice([1000, 2000, 4000, 8000], 40), [45000] * 4, rng.uniform(0, 30, 160))
    answers = []
    for open_gap in (1.0, 0.0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(solve, "EXACT_ARCS", 0)
            patch.setattr(solve, "OPEN_GAP", open_gap)
            answers.append(solve_pool(pool))
    quick, whole = answers
    assert whole.objective_minutes <= quick.objective_minutes
    assert whole.bound_minutes >= quick.bound_minutes
    assert whole.objective_minutes <= whole.bound_minutes * 1.0011
