"""Hours at home: read, told, and those of a day."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoteam.services.home_hours import (
    DAYS,
    hours_on,
    moments_at_home,
    read_hours,
    tell_hours,
    too_short,
)
from geoteam.services.import_values import BadValue

MONDAY = date(2026, 6, 15)
ZONE = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("17:00-20:00", "17:00-20:00"),
        ("Mon–Fri 17:00 – 20:00; Saturday 10am to 2pm",
         "Mon-Fri 17:00-20:00; Sat 10:00-14:00"),
        ("weekends 8:00-12:00", "Sat, Sun 08:00-12:00"),
        ("Tue, Thu and Fri 5pm-8:30pm;", "Tue, Thu, Fri 17:00-20:30"),
        ("Sat-Mon 09:00-10:00", "Mon, Sat, Sun 09:00-10:00"),
        ("daily 06:00-07:00", "06:00-07:00"),
        ("Mon-Sun 06:00-07:00", "06:00-07:00"),
        (" ", ""),
    ],
)  # fmt: skip
def test_hours_are_read_and_told(written: str, told: str) -> None:
    assert tell_hours(read_hours(written)) == told
    assert read_hours(told) == read_hours(written)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("evenings", "cannot be read as hours at home"),
        ("Mon 17:00", "cannot be read as hours at home"),
        ("Mon 17-20", "no time of day"),
        ("Monkday 17:00-20:00", "'monkday' is not a day of the week"),
        ("Mon 20:00-17:00", "end before they begin"),
        ("Mon 25:00-26:00", "no time of day"),
    ],
)
def test_what_is_no_hours_is_refused_in_words(written: str, message: str) -> None:
    with pytest.raises(BadValue) as refused:
        read_hours(written)
    assert message in refused.value.message
    assert refused.value.remedy


@given(
    st.lists(
        st.tuples(
            st.integers(0, 1438), st.integers(1, 600), st.sets(st.sampled_from(DAYS), min_size=1)
        ),
        max_size=4,
    )
)
def test_what_is_told_is_read_again(made: list[tuple[int, int, set[str]]]) -> None:
    windows = []
    for begin, length, days in made:
        end = min(begin + length, 1439)
        pair = [f"{at // 60:02d}:{at % 60:02d}" for at in (begin, end)]
        own = " ".join(day for day in DAYS if day in days)
        windows.append(pair if len(days) == 7 else [*pair, own])
    kept = read_hours(tell_hours(windows))
    assert sorted(kept) == sorted(windows)
    assert read_hours(tell_hours(kept)) == kept


def test_a_day_has_its_own_hours() -> None:
    windows = read_hours("Mon 17:00-20:00; Tue 08:00-09:00; 06:00-06:30")
    assert hours_on(windows, MONDAY) == [["06:00", "06:30"], ["17:00", "20:00"]]
    # Clock times hold every day; those of Monday are moments.
    assert moments_at_home(windows, MONDAY, MONDAY, ZONE) == [
        ("06:00", "06:30"),
        (datetime(2026, 6, 15, 17, tzinfo=ZONE), datetime(2026, 6, 15, 20, tzinfo=ZONE)),
    ]
    week = moments_at_home(windows, MONDAY, date(2026, 6, 19), ZONE)
    assert [one[0] for one in week[1:]] == [
        datetime(2026, 6, 15, 17, tzinfo=ZONE), datetime(2026, 6, 16, 8, tzinfo=ZONE),
    ]  # fmt: skip


def test_the_shortest_hours_are_measured() -> None:
    hours = read_hours("Mon-Fri 17:00-20:00; Sat 09:50-10:05")
    assert too_short(hours, 15) is None
    assert too_short([], 15) is None
    short = too_short(hours, 16)
    assert short is not None
    assert short.message == "leaves 15 minutes, and a visit takes 16"


def test_hours_on_other_days_are_not_any_time() -> None:
    windows = read_hours("Sat 10:00-14:00")
    assert hours_on(windows, MONDAY) == []
    assert moments_at_home(windows, MONDAY, MONDAY, ZONE) == [
        (datetime(2026, 6, 20, 10, tzinfo=ZONE), datetime(2026, 6, 20, 14, tzinfo=ZONE))
    ]
    assert moments_at_home([], MONDAY, MONDAY, ZONE) == []
