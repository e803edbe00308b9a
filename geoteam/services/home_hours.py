"""Hours in which a client is at home: read from words, told in words, and those of a day.

They are kept as windows: begin and end as clock times, and the days of the week when not every
day, such as ``["17:00", "20:00", "mon tue"]``. Curfew and hours at work are told the same way: a
client with work until five is at home from then on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo

from geoteam.services.import_values import BadValue, clock, text

Windows = Sequence[Sequence[str]]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_GROUPS = {
    "weekdays": DAYS[:5],
    "weekday": DAYS[:5],
    "weekends": DAYS[5:],
    "weekend": DAYS[5:],
    "daily": DAYS,
    "every day": DAYS,
    "": DAYS,
}
_NAMES = {
    "monday": "mon", "tuesday": "tue", "tues": "tue", "wednesday": "wed", "thursday": "thu",
    "thur": "thu", "thurs": "thu", "friday": "fri", "saturday": "sat", "sunday": "sun",
} | dict(zip(DAYS, DAYS, strict=True))  # fmt: skip
_TIME = r"\d{1,2}(?::\d{2})?\s*(?:[ap]\.?m?\.?)?"
_PART = re.compile(rf"(?P<days>[a-z ,-]*?)\s*(?P<begin>{_TIME})\s*(?:-|to)\s*(?P<end>{_TIME})")
_EXAMPLE = "Mon-Fri 17:00-20:00; Sat 10:00-14:00"
_LONGEST = 300


def read_hours(cell: object) -> list[list[str]]:
    """Read the hours at home.

    Parameters
    ----------
    cell
        Such as ``Mon-Fri 17:00-20:00; Sat 10:00-14:00``; without days, every day.

    Returns
    -------
    list of list of str
        Windows, by their first day and their beginning.

    Raises
    ------
    BadValue
        When they cannot be read, or end before they begin.
    """
    found = []
    for part in text(_LONGEST)(cell).casefold().replace("–", "-").split(";"):
        if not part.strip():
            continue
        match = _PART.fullmatch(part.strip())
        if match is None:
            raise BadValue("cannot be read as hours at home", f"Write them as {_EXAMPLE}")
        begin, end = clock(match["begin"]), clock(match["end"])
        if begin >= end:
            raise BadValue(
                "end before they begin", "For hours past midnight write two parts, up to 23:59"
            )
        days = read_days(match["days"])
        found.append([begin, end] if len(days) == len(DAYS) else [begin, end, " ".join(days)])
    return sorted(found, key=lambda one: (DAYS.index(_days_of(one)[0]), one))


def read_days(words: str) -> list[str]:
    """Read days of the week.

    Parameters
    ----------
    words
        Such as ``mon-fri``, ``tue, thu`` or ``weekends``, in lower case; '' is every day.

    Returns
    -------
    list of str
        Of `DAYS`, in order.

    Raises
    ------
    BadValue
        When a word is no day.
    """
    plain = " ".join(words.replace(",", " ").split())
    if plain in _GROUPS:
        return list(_GROUPS[plain])
    chosen: set[str] = set()
    for word in re.sub(r"\s*-\s*", "-", plain).replace(" and ", " ").split():
        ends = [_NAMES.get(name, "") for name in word.split("-")]
        if not all(ends) or len(ends) > 2:
            raise BadValue(f"'{word}' is not a day of the week", "Write days as Mon-Fri or Mon,Wed")
        first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
        # From Saturday to Monday passes the end of the week.
        span = (last - first) % len(DAYS) + 1
        chosen |= {DAYS[(first + step) % len(DAYS)] for step in range(span)}
    return [day for day in DAYS if day in chosen]


def _days_of(window: Sequence[str]) -> list[str]:
    return window[2].split() if len(window) > 2 else list(DAYS)


def tell_hours(windows: Windows) -> str:
    """Tell hours at home so that `read_hours` reads them again.

    Parameters
    ----------
    windows
        As kept.

    Returns
    -------
    str
        Such as ``Mon-Fri 17:00-20:00; Sat 10:00-14:00``; '' for none.
    """
    return "; ".join(
        f"{_tell_days(one)} {one[0]}-{one[1]}" if len(one) > 2 else f"{one[0]}-{one[1]}"
        for one in windows
    )


def _tell_days(window: Sequence[str]) -> str:
    places = [DAYS.index(day) for day in _days_of(window)]
    runs: list[list[int]] = []
    for place in places:
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return ", ".join(
        f"{DAYS[run[0]]}-{DAYS[run[-1]]}".title()
        if len(run) > 2
        else ", ".join(DAYS[place].title() for place in run)
        for run in runs
    )


def too_short(windows: Windows, minutes: float) -> BadValue | None:
    """Tell whether a visit has no room in some of the hours at home.

    Parameters
    ----------
    windows
        As kept.
    minutes
        How long the visit takes.

    Returns
    -------
    BadValue or None
        What is wrong, and what to do; None where each visit has room, or there are no hours.
    """
    ends = [[int(at[:2]) * 60 + int(at[3:]) for at in one[:2]] for one in windows]
    shortest = min((end - begin for begin, end in ends), default=None)
    if shortest is None or shortest >= minutes:
        return None
    leaves = "1 minute" if shortest == 1 else f"{shortest} minutes"
    return BadValue(
        f"leaves {leaves}, and a visit takes {minutes:.0f}",
        "Correct the hours, or the minutes of the visit",
    )


def hours_on(windows: Windows, on: date) -> list[list[str]]:
    """Pick the hours at home of one day.

    Parameters
    ----------
    windows
        As kept.
    on
        The day.

    Returns
    -------
    list of list of str
        Begin and end; empty also when there are hours on other days only.
    """
    return [[one[0], one[1]] for one in windows if DAYS[on.weekday()] in _days_of(one)]


def moments_at_home(
    windows: Windows, first: date, last: date, zone: tzinfo
) -> list[tuple[str, str] | tuple[datetime, datetime]]:
    """Turn hours at home into what planning takes.

    Parameters
    ----------
    windows
        As kept.
    first, last
        The days that are planned.
    zone
        The city's time zone.

    Returns
    -------
    list of tuple
        Clock times for hours of every day, moments for hours of some days. Who is at home on other
        days only gets the next such hours, so that the visit is left out as not at home and not
        taken for one at any time.
    """
    found: list[tuple[str, str] | tuple[datetime, datetime]] = [
        (one[0], one[1]) for one in windows if len(one) == 2
    ]
    days = (last - first).days + 1
    for step in range(days + len(DAYS)):
        if step >= days and found:
            break
        on = first + timedelta(days=step)
        found += [
            (
                datetime.combine(on, time.fromisoformat(begin), zone),
                datetime.combine(on, time.fromisoformat(end), zone),
            )
            for begin, end in hours_on([one for one in windows if len(one) > 2], on)
        ]
    return found
