"""Hours of a client, less those when somebody is visited next door whom the client must not meet."""

from __future__ import annotations

from datetime import timedelta

import pytest

from geoteam.tours.apart import hours_clear_of

from .day import DEPARTS, ZONE

TODAY = DEPARTS.date()
STAY = (DEPARTS, DEPARTS + timedelta(minutes=30))


def shown(windows, stay=STAY, days=(TODAY,)) -> list[str]:
    found = hours_clear_of(windows, stay, list(days), ZONE)
    return [f"{a:%d %H:%M}-{b:%d %H:%M}" for a, b in found]


@pytest.mark.parametrize(
    ("windows", "left"),
    [
        ([["16:00", "18:00"]], ["02 16:00-02 17:00", "02 17:30-02 18:00"]),
        ([["17:00", "18:00"]], ["02 17:30-02 18:00"]),
        ([["08:00", "09:00"]], ["02 08:00-02 09:00"]),
        ([], ["02 00:00-02 17:00", "02 17:30-03 00:00"]),
        ([["22:00", "06:00"]], ["02 00:00-02 06:00", "02 22:00-03 00:00"]),
        # No hours are left: not the same as any time.
        ([["17:05", "17:25"]], ["03 00:00-03 00:01"]),
    ],
)
def test_the_stay_is_taken_out(windows, left) -> None:
    assert shown(windows) == left


def test_other_days_keep_their_hours() -> None:
    days = [TODAY, TODAY + timedelta(days=1)]
    assert shown([["17:00", "18:00"]], days=days) == ["02 17:30-02 18:00", "03 17:00-03 18:00"]
    tomorrow = tuple(one + timedelta(days=1) for one in STAY)
    assert shown([["17:00", "18:00"]], tomorrow, days) == [
        "02 17:00-02 18:00",
        "03 17:30-03 18:00",
    ]
