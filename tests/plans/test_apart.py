"""Work in a process of its own: told as it goes, stopped at any time, its errors brought home."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from geoteam.errors import GeoteamError, InputError
from geoteam.plans.apart import Cut, run_apart
from geoteam.plans.choices import Choice, choices
from geoteam.plans.problem import Solution
from geoteam.plans.solve import solve
from tests.plans.grids import grid

LONG = 600.0


def told_then_asleep(word: str, *, seconds: float, progress: Callable[[str], bool]) -> str:
    """Tell one thing, then work for very long on something that cannot be interrupted."""
    progress(word)
    time.sleep(LONG)
    return "done"


def refuses(*, seconds: float, progress: Callable[[str], bool]) -> None:
    """Refuse."""
    raise InputError("there is no such unit", remedy="Name another")


def dies(*, seconds: float, progress: Callable[[str], bool]) -> None:
    """End without a word."""
    raise SystemExit(3)


def test_the_result_comes_home_with_what_was_told_on_the_way() -> None:
    problem = grid(6, 1, 2)
    heard: list[Solution | None] = []
    found = run_apart(
        solve, problem, seconds=LONG, progress=lambda best, _: heard.append(best) is None
    )
    assert found.status == "optimal"
    assert found.assignment.tolist() == solve(problem, seconds=LONG).assignment.tolist()
    assert heard


def test_work_is_stopped_in_the_middle_of_a_call() -> None:
    heard: list[str] = []

    def hear(word: str) -> bool:
        heard.append(word)
        return len(heard) < 3

    assert run_apart(told_then_asleep, "first", seconds=LONG, progress=hear) is Cut.STOPPED
    # Told once, and asked again and again.
    assert heard == ["first"] * 3


def test_a_stop_from_the_keyboard_stops_the_work() -> None:
    def hear(word: str) -> bool:
        raise KeyboardInterrupt

    assert run_apart(told_then_asleep, "first", seconds=LONG, progress=hear) is Cut.STOPPED


def test_work_that_does_not_look_at_the_clock_is_stopped_when_its_time_is_over() -> None:
    heard: list[str] = []

    def hear(word: str) -> bool:
        heard.append(word)
        return True

    assert run_apart(told_then_asleep, "first", seconds=0.1, progress=hear) is Cut.OVER
    assert set(heard) == {"first"}


def test_errors_come_home_and_a_death_is_noticed() -> None:
    with pytest.raises(InputError, match="no such unit"):
        run_apart(refuses, seconds=LONG, progress=lambda *told: True)
    with pytest.raises(GeoteamError, match="ended before its work"):
        run_apart(dies, seconds=LONG, progress=lambda *told: True)


def test_choices_stop_where_they_are_and_keep_what_is_made() -> None:
    problem = grid(6, 1, 2, tolerance=0.5, weight=[1, 1, 1, 1, 1, 1])
    heard: list[list[Choice]] = []

    def hear(made: list[Choice], best: Solution | None, passed: float) -> bool:
        heard.append(made)
        return not made

    offer = choices(problem, seconds=60, progress=hear)
    assert offer.why is None
    assert offer.missing == ()
    assert [choice.key for choice in offer.choices] == ["compact"]
    assert heard[0] == []
    assert heard[-1][0].label == "Most compact"
