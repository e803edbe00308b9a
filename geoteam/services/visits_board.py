"""A board of the visits due: what was asked, the visits, and the counts of each day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

import pandas as pd

from geoteam.errors import InputError
from geoteam.services.visits_hours import Hours

AREAS = {"district": "District", "service_area": "Service area"}
OVERDUE = "overdue"
# The audit log names so many clients of a list; of a longer one it notes the length, as of others.
MOST_NAMED = 1_000
# Priority points from which a visit is called so; the rest are usual.
BANDS = {"urgent": 70, "high": 45, "usual": 0}


@dataclass(frozen=True, slots=True)
class DueOptions:
    """What a user asks for; '' is no filter.

    ``last`` is the last day; four weeks by default. ``by`` says which areas; ``day`` is a day as
    year-month-day or ``overdue``.
    """

    team: str = ""
    officer: str = ""
    by: str = "district"
    area: str = ""
    last: date | None = None
    day: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar: visits that fall due and are on no tour, and those on tours."""

    on: date
    due: int
    on_tours: int


@dataclass(frozen=True)
class DueBoard:
    """What is due from today to the last day.

    Attributes
    ----------
    first, last
        The days.
    visits
        The most urgent first: ``client_ref``, ``name``, ``level``, ``due_on``, ``overdue_days``,
        ``priority``, ``band``, ``reason``, ``note``, ``planned_on`` (None when on no tour),
        ``again``, ``required``, ``why`` and ``by`` (of a visit that was added), ``decision_id``
        (None without), ``officer``, ``officer_name``, ``team``, ``district``, ``area`` (of the
        kind asked for), ``lon``, ``lat`` and ``service_s``.
    waiting
        Due, but not to be planned: also ``blocked`` (why) and ``review_item`` (number of the
        address in the review queue, None when it does not wait there).
    excluded
        Due, but excluded by a supervisor: also ``excluded_until``.
    alone
        So many clients are due a visit that an officer makes alone, on no tour.
    hours
        Whether the hours suffice.
    areas
        Codes and names of the areas of the kind asked for.
    """

    first: date
    last: date
    visits: pd.DataFrame
    waiting: pd.DataFrame
    excluded: pd.DataFrame
    alone: int
    hours: Hours
    areas: dict[str, str] = field(repr=False)

    @property
    def open(self) -> pd.DataFrame:
        """The visits on no planned tour."""
        return self.visits[self.visits["planned_on"].isna()]

    @property
    def overdue(self) -> pd.DataFrame:
        """The backlog: visits on no planned tour that were due before the first day."""
        return self.open[self.open["due_on"] < self.first]

    def days(self) -> list[Day]:
        """Count the visits of each day; the backlog stands beside them."""
        due = self.open["due_on"].value_counts()
        planned = self.visits["planned_on"].dropna().value_counts()
        step = (self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))
        return [Day(on, int(due.get(on, 0)), int(planned.get(on, 0))) for on in step]

    def listed(self, day: str) -> pd.DataFrame:
        """Pick the visits of a day: due then on no tour, or on a tour then.

        Parameters
        ----------
        day
            Year-month-day, ``overdue``, or '' for all.

        Returns
        -------
        DataFrame
            Rows of ``visits``.
        """
        if not day:
            return self.visits
        if day == OVERDUE:
            return self.overdue
        on, planned = read_day(day), self.visits["planned_on"]
        return self.visits[(planned == on) | (planned.isna() & (self.visits["due_on"] == on))]


def named(refs: Iterable[str]) -> dict[str, list[str]]:
    """Name the clients of a list to the audit log.

    Parameters
    ----------
    refs
        The clients.

    Returns
    -------
    dict of str to list of str
        ``clients``, sorted; empty when they are more than ``MOST_NAMED``.
    """
    found = sorted(set(map(str, refs)))
    return {"clients": found} if len(found) <= MOST_NAMED else {}


def read_day(text: str) -> date:
    """Read a day of the board.

    Parameters
    ----------
    text
        Year-month-day.

    Returns
    -------
    date
        The day.

    Raises
    ------
    InputError
        When it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            "the day is no day", remedy="Write it as year-month-day, like 2026-03-01"
        ) from error
