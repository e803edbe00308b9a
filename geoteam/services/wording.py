"""Numbers and times as people read them."""

from __future__ import annotations

from datetime import date, datetime

from geoteam.services.workspace import Workspace


def counted(count: int, one: str, many: str = "") -> str:
    """Write a number with its noun.

    Parameters
    ----------
    count
        How many.
    one
        The noun for one, and what follows it: ``row`` or ``row has``.
    many
        The same for any other number; by default with an ``s`` at the end.

    Returns
    -------
    str
        Such as ``1 row`` or ``2,000 rows``.
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def told_time(at: datetime, workspace: Workspace) -> str:
    """Write a time in the city's zone.

    Parameters
    ----------
    at
        The time, with its zone.
    workspace
        The workspace, for the city.

    Returns
    -------
    str
        Such as ``2026-11-22 09:30 EST``.
    """
    return f"{at.astimezone(workspace.profile.city.zone):%Y-%m-%d %H:%M %Z}"


def told_weekday(day: date) -> str:
    """Write a day that is near, with its day of the week.

    Parameters
    ----------
    day
        The day.

    Returns
    -------
    str
        Such as ``Tue 24 Nov``.
    """
    return f"{day:%a} {day.day} {day:%b}"


def told_day(day: date) -> str:
    """Write a day.

    Parameters
    ----------
    day
        The day.

    Returns
    -------
    str
        Such as ``2 Nov 2026``.
    """
    return f"{day.day} {day:%b %Y}"
