"""The trade between compactness, balance and people, on grids checked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from geoteam.plans import choices as module
from geoteam.plans.choices import Choice, choices
from geoteam.plans.infeasible import Explanation
from geoteam.plans.judge import balance, check_solution, moved, polsby_popper, spread
from geoteam.plans.problem import Problem, Solution
from tests.plans.grids import grid

# Four by two; today's teams are the rows, the compact ones the halves.
ROWS = np.array([0, 0, 0, 0, 1, 1, 1, 1])


def offered(problem: Problem) -> tuple[list[Choice], Explanation | None]:
    offer = choices(problem, seconds=60)
    assert offer.missing == ()
    assert offer.lacks == ""
    return offer.choices, offer.why


def test_the_rows_keep_the_people_and_the_halves_are_compact() -> None:
    problem = grid(4, 2, 2, tolerance=0.2, present=ROWS, transfer_weight=np.ones(8))
    made, why = offered(problem)
    assert why is None
    by_key = {choice.key: choice for choice in made}
    assert set(by_key) == {"compact", "fewest_moves"}
    compact, fewest = by_key["compact"], by_key["fewest_moves"]
    # A square or an L of four about one of them: 1 + 1 + 2; a row of four about its second: 1 + 1 + 4.
    assert compact.spread_km2 == pytest.approx(2 * 4 / 8)
    assert fewest.spread_km2 == pytest.approx(2 * 6 / 8)
    # Halves move four, an L and its like two, and are as compact.
    assert (compact.transfers, fewest.transfers) == (2.0, 0.0)
    assert fewest.solution.assignment.tolist() == ROWS.tolist()
    # 4 pi times four squares by a border of ten sides, for the L and for the row.
    assert compact.polsby_popper == pytest.approx(4 * np.pi * 4 / 100)
    assert fewest.polsby_popper == pytest.approx(4 * np.pi * 4 / 100)
    assert "proven" in compact.note
    assert "moves fewer" in fewest.note


def test_a_choice_between_is_no_worse_than_both_in_anything() -> None:
    weight = np.array([5, 1, 1, 1, 1, 1, 1, 1, 5, 1, 1, 1], dtype=np.float64)
    problem = grid(
        4, 3, 3, tolerance=0.6, weight=weight, transfer_weight=weight,
        present=np.array([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]),
    )  # fmt: skip
    made, _ = offered(problem)
    assert 2 <= len(made) <= 4
    assert len({choice.label for choice in made}) == len(made)
    figures = []
    for choice in made:
        plan = choice.solution.assignment
        assert check_solution(problem, plan) == []
        assert choice.spread_km2 == pytest.approx(spread(problem, plan))
        assert choice.polsby_popper == pytest.approx(polsby_popper(problem, plan))
        figures.append((spread(problem, plan), balance(problem, plan), moved(problem, plan)))
    for one in figures:
        assert not any(
            other != one and all(a <= b for a, b in zip(other, one, strict=True))
            for other in figures
        )
    assert figures[0][0] == min(figure[0] for figure in figures)


def test_without_a_plan_of_today_compactness_is_traded_for_balance() -> None:
    # Two halves of three are 7 and 3 of five each; four against two can be 6 and 4.
    problem = grid(3, 2, 2, tolerance=0.5, weight=[5, 1, 1, 1, 1, 1])
    made, _ = offered(problem)
    assert [choice.key for choice in made] == ["compact", "balanced"]
    assert [round(choice.solution.balance, 9) for choice in made] == [0.4, 0.2]
    assert all(choice.transfers is None for choice in made)


def test_where_the_tolerance_cannot_be_met_the_offer_is_at_the_nearest() -> None:
    problem = grid(3, 1, 2, weight=[1, 2, 1], tolerance=0.05)
    made, why = offered(problem)
    assert why is not None
    assert why.tolerance == pytest.approx(0.5)
    assert [choice.solution.balance for choice in made] == [pytest.approx(0.5)]


def test_no_plan_is_no_choice() -> None:
    made, why = offered(grid(4, 1, 2, fixed={0: 0, 3: 0, 1: 1}, tolerance=0.9))
    assert made == []
    assert why is not None


def out_of_time(problem: Problem, **_: object) -> tuple[Solution, None]:
    none = np.full(len(problem.units), -1)
    return Solution(none, np.inf, 0.25, 1.0, "stopped", 0.0, np.nan, "exact", ""), None


def test_without_time_for_the_most_compact_the_others_are_offered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "solve_or_explain", out_of_time)
    problem = grid(4, 2, 2, tolerance=0.2, present=ROWS, transfer_weight=np.ones(8))
    offer = choices(problem, seconds=60)
    by_key = {choice.key: choice for choice in offer.choices}
    assert by_key["fewest_moves"].transfers == 0.0
    # The rows made compact are halves or Ls.
    assert by_key["compact"].spread_km2 == pytest.approx(1.0)
    assert offer.missing == ()


def test_what_was_not_found_in_the_time_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "solve_or_explain", out_of_time)
    offer = choices(grid(4, 2, 2, tolerance=0.2), seconds=60)
    assert offer.choices == []
    assert offer.missing == ("compact", "balanced")
    assert "Not found in the time: most compact, better balanced." in offer.lacks
