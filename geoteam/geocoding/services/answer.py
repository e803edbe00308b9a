"""What every online service is asked, and how every one answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from geoteam.model import MatchCode

# Metres within which 95 of 100 addresses lie that are interpolated on street ranges in a city
# (Cayo and Talbot 2003, International Journal of Health Geographics 2:10).
INTERPOLATED_M = 152.0
BUILDING_M = 30.0


@dataclass(frozen=True, slots=True)
class Question:
    """All that a service learns of an address: no person, no apartment, no number of ours."""

    street: str
    city: str = ""
    state: str = ""
    zip: str = ""

    @property
    def line(self) -> str:
        """The address on one line."""
        tail = " ".join(part for part in (self.state, self.zip) if part)
        return ", ".join(part for part in (self.street, self.city, tail) if part)


class Outcome(StrEnum):
    """What a service said."""

    FOUND = "found"
    NOTHING = "nothing"
    TIE = "tie"


@dataclass(frozen=True, slots=True)
class Found:
    """One place that a service offers.

    Attributes
    ----------
    address
        In the service's own words, ``NUMBER STREET, CITY, STATE ZIP``.
    lon, lat
        Degrees in EPSG:4326.
    match_code
        What kind of place it is.
    uncertainty_m
        Radius around it, metres.
    reference_id
        The service's own id.
    doubt
        Why the place cannot count, where the service itself says so.
    """

    address: str
    lon: float
    lat: float
    match_code: MatchCode
    uncertainty_m: float
    reference_id: str = ""
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said to one question; a tie need not name its places."""

    question: Question
    outcome: Outcome
    found: tuple[Found, ...] = ()


def answer_of(question: Question, found: Sequence[Found]) -> Answer:
    """Make the answer of a service that lists places.

    Parameters
    ----------
    question
        What was asked.
    found
        The places, best first.

    Returns
    -------
    Answer
        ``nothing`` when the list is empty.
    """
    return Answer(question, Outcome.FOUND if found else Outcome.NOTHING, tuple(found))


class OnlineService(Protocol):
    """A geocoding service on another machine."""

    @property
    def name(self) -> str:
        """Its name in commands and settings."""

    @property
    def chunk(self) -> int:
        """The most questions that one call of `ask` takes."""

    def ask(self, questions: Sequence[Question]) -> Iterator[Answer]:
        """Ask, and give each answer as soon as it is there.

        Parameters
        ----------
        questions
            At most `chunk`, all different.

        Yields
        ------
        Answer
            One for each question, in any order; what was given before an error stays good.

        Raises
        ------
        ServiceError
            When the service does not answer; the message holds no address.
        """
