"""What a tour is planned from: read once, and refused with a name where it cannot be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geoteam.errors import TourError
from geoteam.tours.moments import Moment, Windows
from geoteam.tours.travel import NEVER_S, Peaks, Seconds

Shift = Windows | tuple[Moment, Moment] | None
# Pairs of client references that must not be on one tour.
Pairs = Sequence[tuple[str, str]]
_COLUMNS = ("lon", "lat", "service_s", "windows", "priority", "required")


@dataclass(frozen=True, slots=True)
class Break:
    """A break that both people owe, together and without driving.

    Attributes
    ----------
    minutes
        Its length.
    opens, closes
        It lies between these moments or clock times: during the tour, or before or after it.
    """

    minutes: float
    opens: Moment
    closes: Moment


class TravelMatrix(Protocol):
    """Travel times and lengths between places, as ``geoteam.streets`` gives them."""

    @property
    def duration_s(self) -> NDArray[np.float64]:
        """Seconds, infinite where there is no path."""

    @property
    def length_m(self) -> NDArray[np.float64]:
        """Metres along the path."""


def read_matrix(
    matrix: TravelMatrix | NDArray[np.float64], count: int
) -> tuple[Seconds, NDArray[np.float64] | None]:
    """Read travel times as whole seconds, rounded up.

    Parameters
    ----------
    matrix
        Travel seconds, or an object with ``duration_s`` and ``length_m``.
    count
        How many visits there are.

    Returns
    -------
    tuple
        Seconds, `NEVER_S` where there is no path; metres, or None.

    Raises
    ------
    TourError
        When it has another shape than (count + 1, count + 1), or a negative time.
    """
    if isinstance(matrix, np.ndarray):
        duration, length = matrix, None
    else:
        duration, length = matrix.duration_s, matrix.length_m
    if duration.shape != (count + 1, count + 1):
        raise TourError(
            f"the matrix is {duration.shape}, not ({count + 1}, {count + 1})",
            remedy="Give the start first, then the visits in their order",
        )
    if (duration < 0).any():
        raise TourError("the matrix has negative travel times")
    seconds = np.where(np.isfinite(duration), np.ceil(duration), NEVER_S)
    return np.minimum(seconds, NEVER_S).astype(np.int64), length


def shift_windows(shift: Shift) -> Any:
    """Read one pair of times, or several, as a list of pairs.

    Parameters
    ----------
    shift
        When somebody is on duty; None: always.

    Returns
    -------
    list or None
        Windows, as of `geoteam.tours.moments.Clock.spans`.
    """
    if shift is None or len(shift) == 0:
        return None
    one = len(shift) == 2 and all(isinstance(end, Moment) for end in shift)
    return [shift] if one else list(shift)


def check_visits(visits: pd.DataFrame, max_stops: int) -> None:
    """Refuse visits that cannot be planned.

    Parameters
    ----------
    visits
        As of `geoteam.tours.plan_tour`.
    max_stops
        Most stops.

    Raises
    ------
    TourError
        When a column is missing, a client stands twice, a number is none or negative, the
        priority is not in whole points, or no stop is allowed.
    """
    missing = [name for name in _COLUMNS if name not in visits.columns]
    if missing:
        raise TourError(f"column(s) missing: {', '.join(missing)}", where="visits")
    if not visits.index.is_unique:
        raise TourError("a client stands twice among the visits", where="visits")
    if max_stops < 1:
        raise TourError("a tour needs room for one stop or more", where=f"max_stops={max_stops}")
    for name in ("service_s", "priority"):
        values = visits[name].to_numpy(dtype=np.float64)
        if not (np.isfinite(values) & (values >= 0)).all():
            raise TourError(f"{name} is negative or not a number", where="visits")
    if (visits["priority"] % 1 != 0).any():
        raise TourError("priority is not in whole points", where="visits", remedy="Round it")


def read_pairs(exclusive: Pairs, refs: Iterable[Any]) -> list[tuple[int, int]]:
    """Read pairs of clients as pairs of rows.

    Parameters
    ----------
    exclusive
        Pairs of client references; one that names somebody else is of no matter here.
    refs
        The clients, in the order of the visits.

    Returns
    -------
    list of tuple of int
        Each pair once, the lower row first.

    Raises
    ------
    TourError
        When something is no pair of two different clients.
    """
    rows = {str(ref): row for row, ref in enumerate(refs)}
    found: set[tuple[int, int]] = set()
    for pair in exclusive:
        if isinstance(pair, str) or len(pair) != 2 or str(pair[0]) == str(pair[1]):
            raise TourError("clients who must not meet are not a pair of two", where="exclusive")
        one, other = (rows.get(str(ref)) for ref in pair)
        if one is not None and other is not None:
            found.add((min(one, other), max(one, other)))
    return sorted(found)


def read_skills(skills: Collection[str], people: int) -> frozenset[str]:
    """Read what the people on a tour speak or know.

    Parameters
    ----------
    skills
        Names in any case.
    people
        How many go.

    Returns
    -------
    frozenset of str
        Casefolded names.

    Raises
    ------
    TourError
        When ``skills`` is one string, or nobody goes.
    """
    if isinstance(skills, str):
        raise TourError("skills are a list of names, not one text", where="skills")
    if people < 1:
        raise TourError("a tour needs one person or more", where=f"people={people}")
    return frozenset(name.strip().casefold() for name in skills)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a visit needs of the people who make it.

    Attributes
    ----------
    language
        Of the interpreter; '' when none is needed.
    two_officers
        Two people must go.
    """

    language: str
    two_officers: bool


def read_needs(visits: pd.DataFrame) -> list[Needs]:
    """Read what each visit needs of the people who make it.

    Parameters
    ----------
    visits
        Perhaps with ``interpreter`` and ``two_officers``; nothing is needed where they are empty.

    Returns
    -------
    list of Needs
        In the order of the visits.
    """
    nothing = [None] * len(visits)
    languages = visits.get("interpreter", nothing)
    two = visits.get("two_officers", nothing)
    return [
        Needs("" if pd.isna(one) else str(one).strip(), not pd.isna(both) and bool(both))
        for one, both in zip(languages, two, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Rules:
    """What bounds every tour of a week.

    Attributes
    ----------
    max_stops
        Most stops of a tour.
    rest
        The break that is owed on each day.
    exclusive
        Pairs of clients who must not be on one tour.
    skills, partner_skills
        What officers, and police partners, speak, by their reference.
    peaks, longest_drive_s
        As of `geoteam.tours.plan_tour`.
    """

    max_stops: int
    rest: Break | None
    exclusive: Pairs
    skills: Mapping[str, Collection[str]]
    partner_skills: Mapping[str, Collection[str]]
    peaks: Peaks
    longest_drive_s: float | None = None

    def crew(self, officer: str, partner: str) -> tuple[frozenset[str], int]:
        """Tell what the people on a tour speak, and how many they are.

        Parameters
        ----------
        officer
            The officer.
        partner
            The police partner; '' when the officer goes alone.

        Returns
        -------
        tuple
            Casefolded names of skills, and 1 or 2.
        """
        spoken = [*self.skills.get(officer, ()), *self.partner_skills.get(partner, ())]
        people = 2 if partner else 1
        return read_skills(spoken, people), people
