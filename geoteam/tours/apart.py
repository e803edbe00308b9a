"""Who must not meet, on different tours: never at one address at one time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from geoteam.tours.inputs import Pairs
from geoteam.tours.moments import Clock
from geoteam.tours.plan import TourPlan
from geoteam.tours.stops import same_place

_NEVER = timedelta(minutes=1)

# Place among the tours and client.
Visit = tuple[int, str]


def meeting(plans: Sequence[TourPlan], exclusive: Pairs) -> tuple[Visit, Visit] | None:
    """Find two clients who must not meet and are visited at one address at one time.

    Parameters
    ----------
    plans
        The tours.
    exclusive
        Pairs of clients.

    Returns
    -------
    tuple or None
        The first two found, each with the place of its tour; None when nobody meets.
    """
    on_tour: dict[str, tuple[int, Any]] = {
        str(ref): (place, row)
        for place, plan in enumerate(plans)
        for ref, row in plan.stops.iterrows()
    }
    for one, other in exclusive:
        if one not in on_tour or other not in on_tour:
            continue
        (here, a), (there, b) = on_tour[one], on_tour[other]
        at_once = a["arrives_at"] < b["leaves_at"] and b["arrives_at"] < a["leaves_at"]
        if at_once and same_place(a["lon"], a["lat"]) == same_place(b["lon"], b["lat"]):
            return (here, one), (there, other)
    return None


def hours_clear_of(
    windows: Any, stay: tuple[datetime, datetime], days: Sequence[date], zone: tzinfo
) -> list[tuple[datetime, datetime]]:
    """Take a stay at the same address out of a client's hours.

    Parameters
    ----------
    windows
        As of `geoteam.tours.plan_tour`.
    stay
        From and until when somebody is visited there whom the client must not meet.
    days
        The days that are planned.
    zone
        The city's time zone.

    Returns
    -------
    list of tuple of datetime
        The hours on these days; where none is left, a minute after the last of them, for no hours
        would mean any time.
    """
    found: list[tuple[datetime, datetime]] = []
    ends = datetime.combine(days[0], time(0), zone)
    for day in days:
        begins, ends = (
            datetime.combine(one, time(0), zone) for one in (day, day + timedelta(days=1))
        )
        found += Clock(begins).outside(windows, stay, ends, "the client's hours")
    return found or [(ends, ends + _NEVER)]
