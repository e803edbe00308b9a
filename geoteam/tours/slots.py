"""Slots of police partners, and which officer gains the most from each."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geoteam.errors import TourError
from geoteam.tours.inputs import Rules, read_needs, read_pairs
from geoteam.tours.left_out import why_unfit
from geoteam.tours.moments import DAY_S, Clock, Span
from geoteam.tours.solver import choose_tours
from geoteam.tours.stops import Stop, make_stops
from geoteam.tours.travel import read_peaks

# Iterations of the search that weighs slots.
_WEIGH = 100
# A stop that must be made is worth more than all the others that a tour may hold.
_REQUIRED = 1e5


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch of a police partner's day for one tour.

    Attributes
    ----------
    partner
        The police partner.
    departs, latest_return
        Earliest departure and latest return, in the city's time zone.
    """

    partner: str
    departs: datetime
    latest_return: datetime

    @property
    def on(self) -> date:
        """The day of the tour.

        Returns
        -------
        date
            Of the departure.
        """
        return self.departs.date()

    @property
    def hours(self) -> Span:
        """Clock times in seconds after midnight.

        Returns
        -------
        tuple of int
            Earliest departure and latest return.
        """
        begins = datetime.combine(self.on, time(0))
        clock = [one.replace(tzinfo=None) - begins for one in (self.departs, self.latest_return)]
        return int(clock[0].total_seconds()), int(clock[1].total_seconds())


class Team:
    """The visits of each officer as stops, and what a number of slots is worth to them."""

    def __init__(
        self,
        visits: pd.DataFrame,
        start: tuple[float, float],
        matrix: NDArray[np.float64],
        rules: Rules,
        seed: int,
    ) -> None:
        self.start, self.matrix, self.rules, self.seed = start, matrix, rules, seed
        long = np.where(np.isfinite(matrix), np.ceil(matrix), DAY_S * 10).astype(np.int64)
        # A Monday, for the hours of any day.
        self.drive = read_peaks(rules.peaks, long, Clock(datetime(2001, 1, 1, tzinfo=UTC)))
        self.rows: dict[str, NDArray[np.int64]] = {
            str(officer): np.asarray(rows, dtype=np.int64)
            for officer, rows in visits.groupby("officer").indices.items()
        }
        pairs = read_pairs(rules.exclusive, visits.index)
        self.stops = {
            officer: self._stops(visits, rows, pairs) for officer, rows in self.rows.items()
        }
        self._days = {
            officer: [_days_of(visits["windows"].iloc[rows[list(one.visits)]]) for one in stops]
            for (officer, stops), rows in zip(self.stops.items(), self.rows.values(), strict=True)
        }
        needs = read_needs(visits)
        self._needs = {
            officer: [[needs[row] for row in rows[list(one.visits)]] for one in stops]
            for (officer, stops), rows in zip(self.stops.items(), self.rows.values(), strict=True)
        }
        self._known: dict[tuple[str, tuple[Span, ...], frozenset[int]], float] = {}

    def _stops(
        self, visits: pd.DataFrame, rows: NDArray[np.int64], pairs: list[tuple[int, int]]
    ) -> list[Stop]:
        own = visits.iloc[rows].reset_index(drop=True)
        midnight = Clock(datetime(2001, 1, 1, tzinfo=UTC))
        spans = [
            midnight.spans(_any_day(windows), DAY_S, f"client of row {row}")
            for row, windows in zip(rows, own["windows"], strict=True)
        ]
        located = np.isfinite(own[["lon", "lat"]].to_numpy(dtype=np.float64)).all(axis=1)
        free = np.flatnonzero(located).tolist()
        place = {int(row): at for at, row in enumerate(rows)}
        shun = [(place[a], place[b]) for a, b in pairs if a in place and b in place]
        found = make_stops(own, free, spans, [(0, 2 * DAY_S)], 3600, shun)
        # Rows of the whole matrix, so that one matrix serves all officers.
        return [replace(stop, row=int(rows[stop.row - 1]) + 1) for stop in found if stop.starts]

    def beyond(self, officer: str, slots: Iterable[Slot]) -> frozenset[int]:
        """Tell which stops can be made in none of some slots.

        Nobody is at home on those days, or nobody on those tours speaks the language.

        Parameters
        ----------
        officer
            Whose visits.
        slots
            The slots.

        Returns
        -------
        frozenset of int
            Positions of the stops.
        """
        crews = [(one.on, self.rules.crew(officer, one.partner)) for one in slots]
        stops = zip(self._days[officer], self._needs[officer], strict=True)
        return frozenset(
            place
            for place, (own, needs) in enumerate(stops)
            if not any(
                (own is None or on in own) and not any(why_unfit(one, *crew) for one in needs)
                for on, crew in crews
            )
        )

    def solve(
        self,
        officer: str,
        hours: Sequence[Span],
        iterations: int,
        without: frozenset[int] = frozenset(),
    ) -> list[tuple[int, list[int]]]:
        """Plan tours within some hours, with time for the break but not its place.

        Parameters
        ----------
        officer
            Whose visits.
        hours
            Hours of each tour.
        iterations
            Of the search.
        without
            Positions of stops that are left out.

        Returns
        -------
        list of tuple
            Place among the hours and positions of the stops, as of `choose_tours`.
        """
        if not hours:
            return []
        usual = self.drive.usual(min(hours)[0], max(ends for _, ends in hours))
        shifts = [(begins, ends - self._break_s(begins, ends)) for begins, ends in hours]
        places = [place for place in range(len(self.stops[officer])) if place not in without]
        found = choose_tours(
            [self.stops[officer][place] for place in places],
            usual,
            shifts,
            self.rules.max_stops,
            self.seed,
            None,
            iterations,
        )
        return [(tour, [places[one] for one in order]) for tour, order in found]

    def _break_s(self, begins: int, ends: int) -> int:
        rest = self.rules.rest
        if rest is None:
            return 0
        midnight = Clock(datetime(2001, 1, 1, tzinfo=UTC))
        length_s = int(rest.minutes * 60)
        ((opens, closes), *_) = midnight.spans([(rest.opens, rest.closes)], DAY_S, "break")
        return length_s if begins < opens + length_s and ends > closes - length_s else 0

    def worth(self, officer: str, slots: Sequence[Slot]) -> float:
        """Weigh slots: the priority points that an officer can make in them.

        Parameters
        ----------
        officer
            Whose visits.
        slots
            One for each tour.

        Returns
        -------
        float
            Points, as a short search finds them; a stop that must be made goes before all others.
        """
        beyond = self.beyond(officer, slots)
        key = (officer, tuple(sorted(one.hours for one in slots)), beyond)
        if key not in self._known:
            stops = self.stops[officer]
            tours = self.solve(officer, key[1], _WEIGH, beyond)
            self._known[key] = sum(
                stops[one].priority + _REQUIRED * stops[one].required
                for _, order in tours
                for one in order
            )
        return self._known[key]


def give_slots(
    team: Team,
    slots: Sequence[Slot],
    busy: Mapping[str, Sequence[tuple[datetime, datetime]]],
    cars: Sequence[Sequence[tuple[datetime, datetime]]] | None = None,
) -> dict[str, list[int]]:
    """Give each slot to the officer to whom it is worth the most.

    Parameters
    ----------
    team
        The officers and their visits.
    slots
        The slots.
    busy
        When officers are not free.
    cars
        When each car is not free; a slot that is given keeps one. None: there is always one.

    Returns
    -------
    dict
        Places of the slots of each officer.
    """
    garage = None if cars is None else [list(own) for own in cars]
    given: dict[str, list[int]] = {officer: [] for officer in team.rows}
    free = set(range(len(slots)))

    def may(officer: str, slot: int, without: int | None = None) -> bool:
        one = slots[slot]
        days = {slots[other].on for other in given[officer] if other != without}
        return one.on not in days and not any(
            begins < one.latest_return and one.departs < ends
            for begins, ends in busy.get(officer, ())
        )

    def own(officer: str, *more: int, without: int | None = None) -> list[Slot]:
        kept = [one for one in given[officer] if one != without]
        return [slots[one] for one in [*kept, *more]]

    def gain(officer: str, slot: int) -> float:
        return team.worth(officer, own(officer, slot)) - team.worth(officer, own(officer))

    while free:
        # The day that fewest others could use first, of slots with the same hours.
        tried = [
            (gain(officer, slot), -len(given[officer]), officer, slot)
            for officer in sorted(given)
            for slot in _one_of_each(
                team,
                officer,
                slots,
                sorted(one for one in free if may(officer, one) and _car(garage, slots[one])),
                given,
            )
        ]
        best = max(tried, default=(0.0, 0, "", 0), key=lambda one: (one[0], one[1]))
        if best[0] <= 0:
            break
        given[best[2]].append(best[3])
        free.discard(best[3])
        _take_car(garage, slots[best[3]])
    while (move := _better(team, slots, given, may, own)) is not None:
        slot, giver, taker = move
        given[giver].remove(slot)
        given[taker].append(slot)
    return given


_Garage = list[list[tuple[datetime, datetime]]] | None


def _free_cars(garage: _Garage, slot: Slot) -> list[list[tuple[datetime, datetime]]]:
    return [
        own
        for own in garage or []
        if not any(begins < slot.latest_return and slot.departs < ends for begins, ends in own)
    ]


def _car(garage: _Garage, slot: Slot) -> bool:
    return garage is None or bool(_free_cars(garage, slot))


def _take_car(garage: _Garage, slot: Slot) -> None:
    for own in _free_cars(garage, slot)[:1]:
        own.append((slot.departs, slot.latest_return))


def _one_of_each(
    team: Team,
    officer: str,
    slots: Sequence[Slot],
    some: list[int],
    given: Mapping[str, list[int]],
) -> list[int]:
    """Return one slot of each kind for an officer, on the day with the fewest tours so far.

    Of one kind are those with the same hours, in which the same stops can be made.
    """
    taken = Counter(slots[one].on for own in given.values() for one in own)
    kinds: dict[tuple[Span, frozenset[int]], int] = {}
    for one in sorted(some, key=lambda one: (taken[slots[one].on], slots[one].departs, one)):
        kinds.setdefault((slots[one].hours, team.beyond(officer, [slots[one]])), one)
    return list(kinds.values())


def _better(
    team: Team, slots: Sequence[Slot], given: dict[str, list[int]], may: Any, own: Any
) -> tuple[int, str, str] | None:
    """Find a slot that is worth more to another officer."""
    seen: set[tuple[Any, ...]] = set()
    for giver in sorted(given):
        for slot in given[giver]:
            lost = team.worth(giver, own(giver)) - team.worth(giver, own(giver, without=slot))
            for taker in sorted(given):
                beyond = (team.beyond(one, [slots[slot]]) for one in (giver, taker))
                kind = (giver, taker, slots[slot].hours, *beyond)
                if taker == giver or kind in seen or not may(taker, slot):
                    continue
                seen.add(kind)
                won = team.worth(taker, own(taker, slot)) - team.worth(taker, own(taker))
                if won > lost:
                    return slot, giver, taker
    return None


def _any_day(windows: Any) -> Any:
    """Take hours of one day for hours of every day: the tours themselves know better."""
    if windows is None or isinstance(windows, float):
        return windows
    return [
        [one.time() if isinstance(one, datetime) else one for one in window] for window in windows
    ]


def _days_of(windows: Iterable[Any]) -> set[date] | None:
    """Return the days on which everybody is at home at some time; None is every day."""
    found: set[date] | None = None
    for own in windows:
        if own is None or isinstance(own, float) or not len(own):
            continue
        if all(isinstance(opens, datetime) for opens, _ in own):
            days = {opens.date() for opens, _ in own}
            found = days if found is None else found & days
    return found


def check_slots(slots: Sequence[Slot]) -> None:
    """Refuse slots that cannot be.

    Parameters
    ----------
    slots
        The slots.

    Raises
    ------
    TourError
        When a slot ends before it begins, or two of one partner overlap.
    """
    by_partner: dict[str, list[Slot]] = {}
    for slot in slots:
        if slot.latest_return <= slot.departs:
            raise TourError("a slot ends before it begins", where=slot.partner)
        by_partner.setdefault(slot.partner, []).append(slot)
    for partner, own in by_partner.items():
        own.sort(key=lambda one: one.departs)
        if any(b.departs < a.latest_return for a, b in itertools.pairwise(own)):
            raise TourError("two slots of a police partner overlap", where=partner)
