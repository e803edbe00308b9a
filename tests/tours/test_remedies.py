"""What is offered for visits left out: tried by planning with it, and only then said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geoteam.tours import Remedy, offer_remedies

from .day import DEPARTS, make_visits, plan

CHANGES: list[dict[str, Any]] = [
    {"departs": DEPARTS - timedelta(minutes=30)},
    {"max_stops": 4},
    {"latest_return": "20:45"},
    {"people": 2},
]


def _remedies(visits: pd.DataFrame, options: dict[str, Any], tried: list[int]) -> list[Remedy]:
    def made(number: int) -> list[str]:
        tried.append(number)
        return plan(visits, **{**options, **CHANGES[number]}).stops.index.tolist()

    return [
        Remedy(f"Change {number}", change, lambda number=number: made(number))
        for number, change in enumerate(CHANGES)
    ]


@st.composite
def days(draw: st.DrawFn) -> tuple[pd.DataFrame, dict[str, Any]]:
    count = draw(st.integers(2, 6))
    number = st.integers(0, 170)
    rows = []
    for _ in range(count):
        begins = draw(number)
        window = [DEPARTS + timedelta(minutes=begins + m) for m in (0, draw(st.integers(10, 90)))]
        rows.append({
            "priority": float(draw(st.integers(1, 20))),
            "windows": [window] if draw(st.booleans()) else [],
            "lon": -77.0 + 0.01 * draw(st.integers(1, 4)),
        })  # fmt: skip
    visits = make_visits(rows).assign(
        two_officers=[draw(st.booleans()) for _ in rows],
        required=[draw(st.booleans()) for _ in rows],
    )
    at = np.array([0, *(100 * (visits["lon"] + 77)).round()]) * draw(st.integers(2, 30)) * 60
    options = {"matrix": np.abs(at[:, None] - at[None, :]), "max_stops": 3, "people": 1}
    return visits, options


@settings(max_examples=60)
@given(days())
def test_with_every_change_that_is_offered_the_visit_is_made(case: Any) -> None:
    visits, options = case
    tour = plan(visits, **options)
    found = offer_remedies(tour.left_out, _remedies(visits, options, []))
    assert [one["client_ref"] for one in found] == [one["client_ref"] for one in tour.left_out]
    for one in found:
        made = [plan(visits, **{**options, **change}).stops.index for change in CHANGES]
        helps = [number for number, on_tour in enumerate(made) if one["client_ref"] in on_tour]
        # The first that helps; and none where none does.
        assert one["remedy"] == (f"Change {helps[0]}" if helps else "")
        assert one.get("change") == (CHANGES[helps[0]] if helps else None)


def _never() -> list[str]:
    raise AssertionError("planned with a change that helps nobody")


def test_a_change_is_planned_with_once_and_only_for_those_whom_it_may_help() -> None:
    visits = make_visits([{"priority": float(n)} for n in (9, 8, 7, 6, 5)])
    options = {"max_stops": 3}
    tour, tried = plan(visits, **options), []
    found = offer_remedies(tour.left_out, _remedies(visits, options, tried))
    # An earlier departure makes none more; with one more stop one of two; then nothing more helps.
    assert [one["remedy"] for one in found] == ["Change 1", ""]
    assert tried == [0, 1, 2, 3]
    other = Remedy("No", {}, _never, codes=frozenset({"late_return"}))
    nobody = Remedy("No", {}, _never, refs=frozenset({"c9"}))
    assert offer_remedies(tour.left_out, [other, nobody])[0]["remedy"] == ""
    kept = [tour.left_out[0] | {"remedy": "Settle the address."}]
    assert offer_remedies(kept, _remedies(visits, options, [])) == kept
