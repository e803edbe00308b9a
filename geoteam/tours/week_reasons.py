"""Why a visit is on no tour of a week."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd

from geoteam.tours.left_out import entry
from geoteam.tours.slots import Slot

_NEAR = (
    "tour_full",
    "late_return",
    "longest_drive",
    "no_break",
    "lower_priority",
    "window_missed",
    "no_contact",
)
_Reason = tuple[Slot, dict[str, Any]]


def nearer(known: _Reason | None, new: _Reason) -> _Reason:
    """Keep the reason of the tour that a visit came nearest to.

    Parameters
    ----------
    known
        The slot and the reason of the nearest so far; None for none.
    new
        Those of another tour.

    Returns
    -------
    tuple
        One of the two.
    """

    def rank(one: _Reason) -> int:
        code = one[1]["code"]
        return _NEAR.index(code) if code in _NEAR else len(_NEAR)

    return new if known is None or rank(new) < rank(known) else known


def why_on_none(
    visits: pd.DataFrame, row: int, reason: _Reason | None, tours: Sequence[Slot]
) -> dict[str, Any]:
    """Tell why a visit is on none of its officer's tours.

    Parameters
    ----------
    visits
        As of `geoteam.tours.plan_week`.
    row
        Row of the visit.
    reason
        As of `nearer`; None when its officer has no tour.
    tours
        Slots of the officer's tours.

    Returns
    -------
    dict
        As of `TourPlan.left_out`, with ``officer``.
    """
    officer = {"officer": str(visits["officer"].iloc[row])}
    if reason is None:
        why = "No police partner is left for its officer: all their time gains more with others."
        ref, priority = visits.index[row], visits["priority"].iloc[row]
        return entry(ref, ("no_slot", why, ""), priority) | officer
    slot, why_there = reason
    found = why_there | officer
    if found["code"] in ("no_location", "unreachable"):
        return found
    which = (
        "its officer's only tour" if len(tours) == 1 else f"any of its officer's {len(tours)} tours"
    )
    if found["code"].startswith("needs_"):
        return found | {"reason": found["reason"].replace("this tour", which)}
    if found["code"] == "no_window":
        home = _at_home(visits["windows"].iloc[row])
        hours = ", ".join(told_hours(one) for one in tours)
        are = "only tour is" if len(tours) == 1 else "tours are"
        return found | {
            "reason": f"Not at home at the time of any tour: at home {home}; its officer's {are} "
            f"{hours}."
        }
    return found | {
        "reason": f"Does not fit into {which}. Nearest was {_told_day(slot.on)}, from "
        f"{slot.departs:%H:%M}: {found['reason']}"
    }


def told_hours(slot: Slot) -> str:
    """Tell the day and hours of a slot.

    Parameters
    ----------
    slot
        The slot.

    Returns
    -------
    str
        Such as ``Tue 24 Nov 09:00–13:00``.
    """
    return f"{_told_day(slot.on)} {slot.departs:%H:%M}–{slot.latest_return:%H:%M}"


def _told_day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _at_home(windows: Collection[Any]) -> str:
    """Tell hours at home, those of several days that are alike together."""
    days: dict[str, list[str]] = {}
    for opens, closes in windows:
        if isinstance(opens, datetime):
            days.setdefault(f"{opens:%H:%M}–{closes:%H:%M}", []).append(f"{opens:%a}")
        else:
            days[f"{opens}–{closes}"] = ["every day"]
    told = [f"{', '.join(own)} {hours}" for hours, own in days.items()]
    return "; ".join(told) or "at any time"
