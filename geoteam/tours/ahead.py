"""Which visits the days ahead ask for: each as often as its level requires."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd

COLUMNS = ("client_ref", "due_on", "planned_on", "again")


def visits_ahead(
    due: pd.DataFrame, planned: pd.DataFrame, *, on: date, until: date
) -> pd.DataFrame:
    """List the visits that fall due up to a day, and those that planned tours make.

    A planned visit keeps the due date before it, early or late; the next one is due the level's
    interval later. A visit on no tour that is due on the first day or later is taken as made on its
    day, so that a client who is to be seen every week counts once a week. After an overdue visit on
    no tour none is counted: when it will be made is not known, and taking the whole backlog as made
    at once would let all its repeats fall due together. No visit falls due while the client's
    visits are excluded.

    Parameters
    ----------
    due
        Rows of `geoteam.tours.visits_due`, whenever they are due: index ``client_ref``;
        ``due_on``, ``interval_days`` and ``excluded_until``.
    planned
        ``client_ref`` and ``on`` (date) of the visits on planned tours.
    on
        The first day.
    until
        The last day.

    Returns
    -------
    DataFrame
        In the order of the clients, a client's visits one after the other: ``client_ref``,
        ``due_on`` (date; before the first day when overdue), ``planned_on`` (date of the tour,
        None when on none) and ``again`` (0 for the client's next visit, 1 for the one after it,
        and so on).
    """
    days: dict[str, list[date]] = {}
    for ref, day in zip(planned["client_ref"], planned["on"], strict=True):
        if day >= on:
            days.setdefault(str(ref), []).append(day)
    rows: list[dict[str, Any]] = []
    for ref, first, interval, excluded in zip(
        due.index, due["due_on"], due["interval_days"], due["excluded_until"], strict=True
    ):
        step = timedelta(days=max(1, int(interval))) if math.isfinite(interval) else None
        own = _of_client(first, step, excluded, sorted(days.get(str(ref), [])), on, until)
        rows.extend({"client_ref": ref, **row} for row in own)
    table = pd.DataFrame(rows, columns=pd.Index(COLUMNS))
    return table.astype({"again": "int64"})


def _of_client(
    first: date,
    step: timedelta | None,
    excluded: date | None,
    planned: Sequence[date],
    on: date,
    until: date,
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    following: date | None = first
    for day in planned:
        if following is None:
            break
        rows.append({"due_on": following, "planned_on": day, "again": len(rows)})
        following = None if step is None else day + step
    rows = [row for row in rows if row["planned_on"] <= until]
    if following is not None and excluded is not None:
        following = max(following, excluded)
    while following is not None and following <= until:
        rows.append({"due_on": following, "planned_on": None, "again": len(rows)})
        following = None if step is None or following < on else following + step
    return rows
