"""A move of a visit by hand, what it does to tours, and the tours as they would be."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd

from geoteam.services.tour_trip import Trip
from geoteam.store.tours import SavedTour
from geoteam.tours import TourPlan


@dataclass(frozen=True, slots=True)
class Move:
    """What is to be done with one visit.

    Attributes
    ----------
    client_ref
        Whose visit.
    source, target
        Tours that it leaves and joins; '' is "not planned". The same tour twice changes its place.
    place
        Number among the target's visits that it is to have, from 1; None for the best.
    """

    client_ref: str
    source: str = ""
    target: str = ""
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """A tour in figures; times in the city's time zone."""

    visits: int
    departs_at: datetime
    returns_at: datetime
    drive_s: float

    @property
    def road_s(self) -> float:
        """Seconds from the departure to the return.

        Returns
        -------
        float
            0 without a visit.
        """
        return (self.returns_at - self.departs_at).total_seconds() if self.visits else 0.0


@dataclass(frozen=True, slots=True)
class Change:
    """What a move does to one tour.

    Attributes
    ----------
    ref, officer
        The tour, and the name of its officer.
    before, after
        The tour as it is, and as it would be.
    left_out
        Visits that it would lose: ``name``, ``client_ref`` and ``reason``.
    shifted
        How many other visits change their place among each other, or begin more than ten minutes
        sooner or later.
    """

    ref: str
    officer: str
    before: Figures
    after: Figures
    left_out: list[dict[str, Any]]
    shifted: int = 0


@dataclass(frozen=True, slots=True)
class Price:
    """What a move would do.

    Attributes
    ----------
    refused, remedy
        Why it cannot be, as checked, and what would help; '' when it can.
    changes
        The tours that it changes, the one that the visit leaves first.
    points
        Priority points that the day gains; negative when it loses some.
    notes
        What else is to be known, in sentences.
    versions
        The tours' versions that it was worked out for.
    """

    refused: str = ""
    remedy: str = ""
    changes: list[Change] = field(default_factory=list)
    points: float = 0.0
    notes: list[str] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """One tour of a move: as it is, and as it would be.

    Attributes
    ----------
    saved, trip
        The tour as it is, and what it must keep to.
    plan
        Its stops to come after the move.
    gone
        Clients on it to whom no visit can be planned any more.
    """

    saved: SavedTour
    trip: Trip
    plan: TourPlan
    gone: list[str]


@dataclass(frozen=True, slots=True)
class Work:
    """A move worked out: its price, and the tours as they would be."""

    price: Price
    parts: list[Part]
    visits: pd.DataFrame
