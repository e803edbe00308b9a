"""What would spare a long wait: found by planning again, never acted on silently."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geoteam.tours.plan import TourPlan

# Waiting beyond this is worth advice.
LONG_WAIT_S = 3600.0
_STEP_S = 300

# Plans some of the visits (rows of the full table) from another departure, all else alike.
Replan = Callable[[NDArray[np.int64], datetime], TourPlan]


def waiting_advice(
    plan: TourPlan, visits: pd.DataFrame, replan: Replan, *, done: int = 0
) -> list[str]:
    """Tell before which stops a tour waits long, and what would spare it.

    The tour is planned again without the visits that cause the wait, and again with a departure
    later by the wait; each remedy is named only when that trial shows that it helps.

    Parameters
    ----------
    plan
        The tour as planned.
    visits
        The visits it was planned from.
    replan
        Plans rows of ``visits`` from a departure.
    done
        Visits made before, on a tour that is under way; the plan is of those still to come.

    Returns
    -------
    list of str
        One sentence or two for each stop; empty when the tour waits an hour or less in all.
    """
    if plan.wait_s <= LONG_WAIT_S:
        return []
    # Visits at one address share the stop and its wait; the list counts visits.
    stops = plan.stops.assign(number=done + np.arange(1, len(plan.stops) + 1))
    first = stops.drop_duplicates("stop")
    long = first[first["wait_s"] > LONG_WAIT_S]
    if long.empty:
        long = first.nlargest(1, "wait_s")
    waiting = set(stops.index[stops["stop"].isin(long["stop"])])
    kept = np.flatnonzero(~visits.index.isin(list(waiting)))
    without = replan(kept, plan.departs_at)
    lost = set(plan.stops.index) - set(without.stops.index) - waiting
    saved_s = _span_s(plan) - _span_s(without)
    spares = not lost and saved_s > LONG_WAIT_S
    drive = "drive on" if done else "depart"
    return [
        _sentence(row, spares, _later(plan, visits, row, replan, drive))
        for _, row in long.iterrows()
    ]


def _later(plan: TourPlan, visits: pd.DataFrame, row: pd.Series, replan: Replan, drive: str) -> str:
    """Say which departure spares the wait, and how many visits it would cost."""
    departs = _rounded_down(plan.departs_at + timedelta(seconds=row["wait_s"]))
    later = replan(np.arange(len(visits)), departs)
    if row.name not in later.stops.index or later.wait_s > LONG_WAIT_S:
        return ""
    lost = len(set(plan.stops.index) - set(later.stops.index))
    cost = f", which leaves out {lost} other visit{'' if lost == 1 else 's'}" if lost else ""
    # It may leave later still without coming back later.
    return f"{drive} at {_rounded_down(later.departs_at):%H:%M}{cost}"


def _rounded_down(moment: datetime) -> datetime:
    return moment - timedelta(seconds=moment.timestamp() % _STEP_S)


def _sentence(row: pd.Series, spares: bool, later: str) -> str:
    remedies = (["leave it for another tour"] if spares else []) + ([later] if later else [])
    remedy = ", or ".join(remedies) or "no other departure spares the wait"
    return (
        f"Stop {row['number']} can only be visited from {row['starts_at']:%H:%M}: {remedy}. "
        f"The wait before it is {row['wait_s'] / 60:.0f} minutes."
    )


def _span_s(plan: TourPlan) -> float:
    return (plan.returns_at - plan.departs_at).total_seconds()
