"""The break of a tour that waits at a stop before it drives on."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from geoteam.services.tour_trip_save import break_while_waiting
from geoteam.tours import Break

REST = Break(30, "11:30", "13:30")
ZONE = ZoneInfo("America/New_York")


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-06-15 {clock}").replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("waits", "expected"),
    [
        (("09:05", "12:55"), ("11:30", "12:00")),
        (("12:10", "12:55"), ("12:10", "12:40")),
        (("12:30", "12:55"), None),
        (("09:05", "11:45"), None),
        (("13:10", "15:00"), None),
    ],
)
def test_the_break_lies_in_the_wait_or_is_not_told(waits, expected) -> None:
    found = break_while_waiting(REST, at(waits[0]), at(waits[1]), 3)
    if expected is None:
        assert found == {}
    else:
        begins, ends = (at(clock).isoformat() for clock in expected)
        assert found == {"break": {"begins": begins, "ends": ends, "before": 3}}


def test_where_none_is_owed_none_is_told() -> None:
    assert break_while_waiting(None, at("09:00"), at("15:00"), 2) == {}
