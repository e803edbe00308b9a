"""A plan carried to other units: rows of units small enough to try every plan."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geoteam.plans.carry import carry_plan
from geoteam.plans.judge import scattered
from geoteam.plans.labels import components

LINE = np.array([[0, 1], [1, 2], [2, 3], [3, 4]])


def pieces(plan: np.ndarray, edges: np.ndarray, count: int) -> int:
    beside: list[list[int]] = [[] for _ in range(count)]
    for a, b in edges.tolist():
        beside[a].append(b)
        beside[b].append(a)
    return max(len(components(beside, np.flatnonzero(plan == team))) for team in set(plan.tolist()))


def test_units_follow_their_clients() -> None:
    held = np.array([[5, 0], [4, 1], [3, 2], [0, 5], [1, 4]])
    done = carry_plan(held, np.zeros(held.shape), LINE)
    assert done.assignment.tolist() == [0, 0, 0, 1, 1]
    assert (done.moved, done.bound, done.proven) == (4, 4, True)
    assert not len(done.mended)


def test_a_torn_team_is_mended_at_the_least_cost() -> None:
    # Unit 2 holds one client of the other team: giving it back moves 3, bridging 1 and 3 moves 8.
    held = np.array([[5, 0], [4, 0], [0, 3], [4, 0], [0, 5]])
    done = carry_plan(held, np.zeros(held.shape), LINE)
    assert done.assignment.tolist() == [0, 0, 0, 0, 1]
    assert (done.moved, done.bound, done.proven) == (3, 3, True)
    assert done.mended.tolist() == [2]


def test_a_unit_without_clients_leans() -> None:
    held = np.array([[5, 0], [0, 0], [0, 5]])
    lean = np.array([[1.0, 0.0], [0.2, 0.8], [0.0, 1.0]])
    assert carry_plan(held, lean, LINE[:2]).assignment.tolist() == [0, 1, 1]


def test_an_island_is_no_fault() -> None:
    held = np.array([[5, 0], [0, 5], [5, 0]])
    done = carry_plan(held, np.zeros(held.shape), np.array([[0, 1]]))
    assert done.assignment.tolist() == [0, 1, 0]
    assert done.moved == 0


def test_without_time_the_plan_is_contiguous_and_bounded() -> None:
    held = np.array([[5, 0], [4, 0], [0, 3], [4, 0], [0, 5]])
    done = carry_plan(held, np.zeros(held.shape), LINE, seconds=0)
    assert pieces(done.assignment, LINE, 5) == 1
    # Not 4, by giving unit 3 away, which lies nearer to the smaller part.
    assert (done.bound, done.moved) == (0, 3)


def grid(side: int) -> np.ndarray:
    cells = np.arange(side * side).reshape(side, side)
    across = np.column_stack((cells[:, :-1].ravel(), cells[:, 1:].ravel()))
    return np.vstack((across, np.column_stack((cells[:-1].ravel(), cells[1:].ravel()))))


@settings(max_examples=60)
@given(arrays(np.int64, (36, 4), elements=st.integers(0, 9)))
def test_without_time_no_team_of_a_grid_is_torn(held: np.ndarray) -> None:
    done = carry_plan(held, np.zeros(held.shape), grid(6), seconds=0)
    assert pieces(done.assignment, grid(6), 36) == 1
    assert not len(done.torn)
    assert done.bound <= done.moved


def test_a_torn_team_is_told_island_by_island() -> None:
    # Two islands: 0-1-2 and 3-4. Team 0 is in two parts on the first; team 1 is on both.
    edges = np.array([[0, 1], [1, 2], [3, 4]])
    assert scattered(edges, np.array([0, 1, 0, 1, 1])).tolist() == [0]
    assert scattered(edges, np.array([0, 0, 1, 1, 0])).tolist() == []
    assert scattered(edges, np.array([-1, 0, -1, 0, 0])).tolist() == []


@settings(max_examples=25)
@given(st.lists(st.lists(st.integers(0, 6), min_size=3, max_size=3), min_size=5, max_size=6))
def test_no_contiguous_plan_moves_fewer(rows: list[list[int]]) -> None:
    held = np.array(rows)
    count = len(rows)
    edges = np.array([[k, k + 1] for k in range(count - 1)] + [[0, count - 1]])
    done = carry_plan(held, np.zeros(held.shape), edges)
    cost = held.sum(axis=1, keepdims=True) - held
    best = min(
        int(cost[np.arange(count), plan].sum())
        for plan in product(range(3), repeat=count)
        if pieces(np.array(plan), edges, count) == 1
    )
    assert done.proven
    assert done.moved == best == pytest.approx(done.bound)
    assert pieces(done.assignment, edges, count) == 1
