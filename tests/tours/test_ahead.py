"""Visits ahead: a month that can be followed on a calendar."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from geoteam.tours.ahead import visits_ahead

ON, UNTIL = date(2026, 6, 1), date(2026, 6, 28)


def _due(due_on: date, interval: float = 7.6, until: date | None = None) -> pd.DataFrame:
    row = {"due_on": due_on, "interval_days": interval, "excluded_until": until}
    return pd.DataFrame([row], index=pd.Index(["c0"], name="client_ref"))


def _ahead(due: pd.DataFrame, planned: tuple[int, ...] = ()) -> list[tuple[int, int | None]]:
    """Day of June due (May counts as 0 and less), and day of the tour."""
    days = [("c0", date(2026, 6, day)) for day in planned]
    found = visits_ahead(due, pd.DataFrame(days, columns=["client_ref", "on"]), on=ON, until=UNTIL)
    assert found["again"].tolist() == list(range(len(found)))
    return [
        ((due_on - ON).days + 1, day.day if day else None)
        for due_on, day in zip(found["due_on"], found["planned_on"], strict=True)
    ]


def test_who_is_to_be_seen_every_week_counts_once_a_week() -> None:
    assert _ahead(_due(date(2026, 6, 3))) == [(3, None), (10, None), (17, None), (24, None)]


def test_no_visit_is_counted_after_an_overdue_one_that_is_on_no_tour() -> None:
    assert _ahead(_due(date(2026, 5, 22))) == [(-9, None)]
    # Due on the first day is not overdue; once a tour makes the overdue visit, the next are known.
    assert _ahead(_due(ON)) == [(1, None), (8, None), (15, None), (22, None)]
    assert _ahead(_due(date(2026, 5, 22)), (4,)) == [(-9, 4), (11, None), (18, None), (25, None)]


def test_a_planned_visit_moves_the_next_one() -> None:
    assert _ahead(_due(date(2026, 5, 30)), (4, 20)) == [(-1, 4), (11, 20), (27, None)]
    # Early: due on the 20th, made on the 10th.
    assert _ahead(_due(date(2026, 6, 20), 15.2), (10,)) == [(20, 10), (25, None)]


def test_no_visit_falls_due_while_it_is_excluded() -> None:
    excluded = _due(date(2026, 5, 22), until=date(2026, 6, 20))
    assert _ahead(excluded) == [(20, None), (27, None)]
    # A tour that was planned before goes on being listed.
    assert _ahead(excluded, (4,)) == [(-9, 4), (20, None), (27, None)]


def test_a_visit_that_no_standard_requires_is_made_once() -> None:
    assert _ahead(_due(date(2026, 6, 3), float("nan"))) == [(3, None)]
    assert _ahead(_due(date(2026, 6, 3), float("nan")), (9,)) == [(3, 9)]


def test_nothing_is_due_in_an_empty_month() -> None:
    assert _ahead(_due(UNTIL + timedelta(days=1))) == []
    assert visits_ahead(
        _due(ON).iloc[:0], pd.DataFrame(columns=["client_ref", "on"]), on=ON, until=UNTIL
    ).empty


@given(
    st.integers(-40, 60),
    st.sampled_from([1.0, 7.6, 15.2, 30.4, 60.9]),
    st.sets(st.integers(1, 28), max_size=4),
)
def test_no_gap_is_longer_than_the_interval_once_the_first_visit_is_made(
    offset: int, interval: float, planned: set[int]
) -> None:
    found = _ahead(_due(ON + timedelta(days=offset), interval), tuple(planned))
    assert [day for _, day in found if day] == sorted(planned)
    step = int(interval)
    if any(due_on < 1 and not day for due_on, day in found):
        assert len(found) == 1
        return
    made = [day or due_on for due_on, day in found]
    after = [day for day in made if day > max(planned, default=0)]
    assert all(b - a == step for a, b in pairwise(after))
    if made:
        assert max(made) + step > 28
