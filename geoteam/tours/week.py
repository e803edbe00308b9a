"""A team's week: which officer goes with which police partner on which day, to whom, in what order.

An officer visits the officer's own clients. What is scarce are the police partners: each slot, a
stretch of a partner's day, is given to one officer at most, and where it gains the most priority
points. What a number of slots is worth to an officer is found by planning them (PyVRP); slots are
given one by one to the greatest gain and then moved while that gains more. Each tour is at last
planned exactly, with the visits still left out, until none of them fits any more.
"""

from __future__ import annotations

import time as clocks
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geoteam.errors import TourError
from geoteam.tours.apart import meeting
from geoteam.tours.exact import MOST_STOPS
from geoteam.tours.inputs import Break, Pairs, Rules
from geoteam.tours.left_out import SAME_DOOR, entry
from geoteam.tours.moments import Clock
from geoteam.tours.plan import TourPlan, plan_tour
from geoteam.tours.remedies import Remedy, offer_remedies
from geoteam.tours.slots import Slot, Team, check_slots, give_slots
from geoteam.tours.travel import Peaks
from geoteam.tours.week_reasons import nearer, told_hours, why_on_none

# Iterations of the search that fills the slots of an officer.
_FILL = 2_000
# So many hours of further tours are tried for an officer; who would come along is not known.
_MOST_TRIED, _FURTHER = 8, "?"


@dataclass(frozen=True, slots=True)
class WeekTour:
    """One tour of the week."""

    officer: str
    slot: Slot
    plan: TourPlan


@dataclass(frozen=True)
class WeekPlan:
    """The tours of a week, and the visits left out with their reasons.

    Attributes
    ----------
    tours
        In order of departure.
    left_out
        As of `TourPlan`, with ``officer``.
    priority
        Priority points of the visits made.
    visits
        How many visits are made.
    seconds
        Wall time of planning.
    """

    tours: list[WeekTour]
    left_out: list[dict[str, Any]] = field(default_factory=list)
    priority: float = 0.0
    visits: int = 0
    seconds: float = 0.0


def plan_week(
    visits: pd.DataFrame,
    start: tuple[float, float],
    *,
    matrix: NDArray[np.float64],
    slots: Sequence[Slot],
    busy: Mapping[str, Sequence[tuple[datetime, datetime]]] | None = None,
    cars: Sequence[Sequence[tuple[datetime, datetime]]] | None = None,
    max_stops: int = 12,
    rest: Break | None = None,
    exclusive: Pairs = (),
    skills: Mapping[str, Collection[str]] | None = None,
    partner_skills: Mapping[str, Collection[str]] | None = None,
    peaks: Peaks = (),
    longest_drive_s: float | None = None,
    seed: int = 0,
    progress: Callable[[float, WeekPlan], None] | None = None,
) -> WeekPlan:
    """Plan the tours of a team's officers for a week, or any number of days.

    As many priority points as can be found, visits that must be made before all others. An officer
    makes one tour a day at most.

    Parameters
    ----------
    visits
        As of `plan_tour`, with ``officer``, who alone makes the visit. Windows that are clock
        times hold every day.
    start
        Longitude and latitude of the office where all tours begin and end.
    matrix
        Travel seconds, row and column 0 being the start; NaN or infinite: no path.
    slots
        When police partners can come along; those of one partner do not overlap.
    busy
        When officers are not free.
    cars
        When each car is not free; None: there is always one.
    max_stops
        Most stops of a tour.
    rest
        The break that is owed on each day.
    exclusive
        Pairs of clients who must not be on one tour, nor at one address at one time.
    skills, partner_skills
        What officers, and police partners, speak, by their reference.
    peaks, longest_drive_s
        As of `plan_tour`.
    seed
        Seed of the search; the same input gives the same tours.
    progress
        Told after each officer how large a share of them is done, and their tours so far.

    Returns
    -------
    WeekPlan
        The tours; slots that gain nothing stay free.

    Raises
    ------
    TourError
        When a column is missing, or slots of one partner overlap.
    """
    began = clocks.perf_counter()
    if "officer" not in visits:
        raise TourError("column(s) missing: officer", where="visits")
    check_slots(slots)
    speak = (skills or {}, partner_skills or {})
    rules = Rules(max_stops, rest, exclusive, *speak, peaks, longest_drive_s)
    week = Team(visits, start, matrix, rules, seed)
    given = give_slots(week, slots, busy or {}, cars)
    made: list[WeekTour] = []
    left: list[dict[str, Any]] = []
    plan = _whole(made, left, began)
    for done, officer in enumerate(sorted(week.rows), start=1):
        tours, others = _fill(week, visits, officer, [slots[one] for one in given[officer]])
        made += tours
        left += [one | {"officer": officer} for one in others]
        plan = _whole(made, left, began)
        if progress is not None:
            progress(done / len(week.rows), plan)
    kept, others = _kept_apart(week, visits, plan.tours)
    free = _Free(busy or {}, cars)
    return _whole(kept, _with_further_tours(week, visits, kept, left + others, slots, free), began)


def _kept_apart(
    week: Team, visits: pd.DataFrame, tours: list[WeekTour]
) -> tuple[list[WeekTour], list[dict[str, Any]]]:
    """Let nobody be at a door while another tour is there with whom they must not meet."""
    tours, left = list(tours), []
    hours = dict(zip(visits.index, visits["windows"], strict=True))
    while met := meeting([one.plan for one in tours], week.rules.exclusive):
        # The less urgent gives way, and is visited before or after.
        (other, there), (place, ref) = sorted(
            met, key=lambda one: -tours[one[0]].plan.stops["priority"][one[1]]
        )
        tour, stay = tours[place], tours[other].plan.stops.loc[there].to_dict()
        span = (stay["arrives_at"], stay["leaves_at"])
        clock, until = Clock(tour.slot.departs), tour.slot.latest_return
        hours[ref] = clock.outside(hours[ref], span, until, f"client {ref}")
        free = visits.assign(windows=pd.Series(hours, dtype=object).reindex(visits.index))
        shut = set() if hours[ref] else set(np.flatnonzero(visits.index == ref).tolist())
        plan = _plan(week, free, tour.officer, tour.slot, _rows(visits, tour.plan) - shut)
        tours[place] = replace(tour, plan=plan)
        why = {one["client_ref"]: one for one in plan.left_out}
        why[ref] = entry(ref, SAME_DOOR, float(visits["priority"][ref]))
        lost = tour.plan.stops.index.difference(plan.stops.index)
        left += [why[str(one)] | {"officer": tour.officer} for one in lost]
    return [one for one in tours if len(one.plan.stops)], left


@dataclass(frozen=True, slots=True)
class _Free:
    """When officers, and cars, are not free."""

    busy: Mapping[str, Sequence[tuple[datetime, datetime]]]
    cars: Sequence[Sequence[tuple[datetime, datetime]]] | None

    def has(self, officer: str, slot: Slot, tours: Sequence[WeekTour]) -> bool:
        """Tell whether an officer who has no tour that day could make one, in a car."""
        if any(one.officer == officer and one.slot.on == slot.on for one in tours):
            return False
        if any(_meets(span, slot) for span in self.busy.get(officer, ())):
            return False
        if self.cars is None:
            return True
        idle = sum(not any(_meets(span, slot) for span in own) for own in self.cars)
        return idle > sum(_meets((one.slot.departs, one.slot.latest_return), slot) for one in tours)


def _meets(span: tuple[datetime, datetime], slot: Slot) -> bool:
    return span[0] < slot.latest_return and slot.departs < span[1]


def _with_further_tours(
    week: Team,
    visits: pd.DataFrame,
    tours: list[WeekTour],
    left: list[dict[str, Any]],
    slots: Sequence[Slot],
    free: _Free,
) -> list[dict[str, Any]]:
    """Offer tours with one more police partner, on days on which the officer has none."""
    hours = list(dict.fromkeys((one.departs, one.latest_return) for one in sorted(slots, key=_by)))
    found = []
    for officer in sorted({one["officer"] for one in left}):
        own = [one for one in left if one["officer"] == officer]
        rows = set(visits.index.get_indexer(pd.Index([one["client_ref"] for one in own])).tolist())
        more = [Slot(_FURTHER, *span) for span in hours]
        found += offer_remedies(
            own,
            [
                Remedy(
                    f"One more police partner on {told_hours(one)}, for a tour of its officer.",
                    {"departs": one.departs.isoformat(), "returns": one.latest_return.isoformat()},
                    partial(_made_in, week, visits, tours, officer, one, rows),
                )
                for one in [one for one in more if free.has(officer, one, tours)][:_MOST_TRIED]
            ],
        )
    return found


def _by(slot: Slot) -> tuple[datetime, datetime]:
    return slot.departs, slot.latest_return


def _made_in(
    week: Team,
    visits: pd.DataFrame,
    tours: Sequence[WeekTour],
    officer: str,
    slot: Slot,
    rows: set[int],
) -> set[str]:
    """List the visits of a further tour; none where one would meet somebody at a door."""
    plan = _plan(week, visits, officer, slot, rows)
    if meeting([*(one.plan for one in tours), plan], week.rules.exclusive):
        return set()
    return {str(ref) for ref in plan.stops.index}


def _whole(made: list[WeekTour], left: list[dict[str, Any]], began: float) -> WeekPlan:
    return WeekPlan(
        tours=sorted(made, key=lambda one: (one.slot.departs, one.officer)),
        left_out=sorted(left, key=lambda one: (-one["priority"], one["client_ref"])),
        priority=sum(one.plan.priority for one in made),
        visits=sum(one.plan.summary["visits"] for one in made),
        seconds=clocks.perf_counter() - began,
    )


def _fill(
    week: Team, visits: pd.DataFrame, officer: str, slots: list[Slot]
) -> tuple[list[WeekTour], list[dict[str, Any]]]:
    """Plan an officer's tours, and say why each other visit is on none of them."""
    rows, stops = week.rows[officer], week.stops[officer]
    slots = sorted(slots, key=lambda one: (one.departs, one.partner))
    members: list[set[int]] = [set() for _ in slots]
    for place, order in week.solve(officer, [one.hours for one in slots], _FILL):
        members[place] = {int(rows[row]) for one in order for row in stops[one].visits}
    plans = [
        _plan(week, visits, officer, slot, own) for slot, own in zip(slots, members, strict=True)
    ]
    reasons: dict[int, tuple[Slot, dict[str, Any]]] = {}
    left: list[int] = []
    changed = True
    while changed:
        on_tour = [_rows(visits, plan) for plan in plans]
        left = sorted(
            set(rows.tolist()).difference(*on_tour),
            key=lambda row: (-visits["priority"].iloc[row], row),
        )
        changed = False
        for place, slot in enumerate(slots):
            for some in _bundles(left, MOST_STOPS - len(on_tour[place])):
                tried = _plan(week, visits, officer, slot, on_tour[place] | set(some))
                if _value(tried) > _value(plans[place]):
                    plans[place], changed = tried, True
                    break
                refs = {one["client_ref"]: one for one in tried.left_out}
                for row in some:
                    if (why := refs.get(str(visits.index[row]))) is not None:
                        reasons[row] = nearer(reasons.get(row), (slot, why))
            if changed:
                break
    tours = [
        WeekTour(officer, slot, plan)
        for slot, plan in zip(slots, plans, strict=True)
        if len(plan.stops)
    ]
    own = [one.slot for one in tours]
    return tours, [why_on_none(visits, row, reasons.get(row), own) for row in left]


def _rows(visits: pd.DataFrame, plan: TourPlan) -> set[int]:
    return set(visits.index.get_indexer(plan.stops.index).tolist())


def _value(plan: TourPlan) -> tuple[int, float, int, float]:
    return_s = plan.returns_at.timestamp() if len(plan.stops) else 0.0
    return (
        int(plan.stops["required"].sum()),
        plan.priority,
        plan.summary["stops"],
        -return_s - plan.drive_s,
    )


def _bundles(left: list[int], room: int) -> list[list[int]]:
    """Split visits into as many at a time as a tour can be proven with."""
    size = max(1, min(room, 4))
    return [left[at : at + size] for at in range(0, len(left), size)]


def _plan(week: Team, visits: pd.DataFrame, officer: str, slot: Slot, rows: set[int]) -> TourPlan:
    some, rules = sorted(rows), week.rules
    skills, people = rules.crew(officer, slot.partner)
    at = [0, *(row + 1 for row in some)]
    return plan_tour(
        visits.iloc[some],
        week.start,
        matrix=week.matrix[np.ix_(at, at)],
        departs=slot.departs,
        latest_return=slot.latest_return,
        max_stops=rules.max_stops,
        rest=rules.rest,
        exclusive=rules.exclusive,
        skills=skills,
        people=people,
        peaks=rules.peaks,
        longest_drive_s=rules.longest_drive_s,
        seed=week.seed,
    )
