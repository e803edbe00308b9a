"""Choosing who goes on a tour, with which car, and where the police partner joins.

A shift of a police partner begins and ends at the station. Who comes to the field office drives
there first and back afterwards; who is met at the station is fetched and brought back, and the tour
is that much longer; who drives to the first home goes back from the last one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from geoteam.errors import InputError
from geoteam.services import duty
from geoteam.services.duty import Span
from geoteam.services.street_closures import streets_on
from geoteam.services.tour_closures import name_closures
from geoteam.services.tour_crew import (
    Car,
    Mate,
    find_mates,
    free_cars,
    officer_hours,
    tell,
    wanted_mate,
)
from geoteam.services.tour_plans import start_of
from geoteam.services.tour_times import Times, break_owed, longest_drive_s
from geoteam.services.workspace import Workspace
from geoteam.store import tours, visit_limits
from geoteam.tours import TourPlan, plan_tour, waiting_advice

# Where the police partner joins: the best of the first two, or as the planner says.
Meet = Literal["", "start", "station", "first stop"]
MEETS: tuple[Meet, ...] = ("", "start", "station", "first stop")
# So many pairings are planned and compared; fewer, and with shorter searches, where planning
# takes long.
_TRIED, _TRIED_LARGE, _LARGE = 4, 2, 18
_ITERATIONS, _ITERATIONS_ADVICE = 200, 50


@dataclass(frozen=True, slots=True)
class Pairing:
    """A tour with the people and the car that make it.

    Attributes
    ----------
    plan
        The tour.
    partner_ref, car_ref
        '' for none.
    meet_ref
        A station, `geoteam.store.tours.FIRST_STOP`, or '' where the tour begins.
    via
        Longitude and latitude of the station on the way; None without one.
    advice
        What is to be said about its times.
    notes
        What is to be said about its people and its car, whichever visits it makes.
    """

    plan: TourPlan
    partner_ref: str
    car_ref: str
    meet_ref: str
    via: tuple[float, float] | None
    advice: list[str]
    notes: list[str]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What every way of making the tour has in common."""

    workspace: Workspace
    on: date
    visits: pd.DataFrame
    start: tuple[float, float]
    hours: list[Span]
    times: Times
    max_stops: int
    exclusive: list[tuple[str, str]]
    spoken: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Way:
    """One way of making the tour."""

    mate: Mate
    car: Car
    meet: Meet
    # Seconds between the start and the visits, by way of the station where it is fetched there.
    matrix: NDArray[np.float64]
    partner: tuple[Span, ...]


def pair_up(
    workspace: Workspace,
    session: Session,
    *,
    on: date,
    officer_ref: str,
    officer: pd.Series,
    visits: pd.DataFrame,
    times: Times,
    max_stops: int,
    day: pd.DataFrame,
    partner_ref: str = "",
    meet: Meet = "",
    advised: bool = True,
) -> Pairing:
    """Plan a tour with the police partner, car and meeting place with which it makes the most.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    on
        The day.
    officer_ref
        The CSO.
    officer
        Row of the store's officers.
    visits
        Rows of `geoteam.services.tour_plans.due_frame`.
    times
        Earliest departure and latest return.
    max_stops
        Most stops.
    day
        Tours of the day, as of the store.
    partner_ref
        The police partner; '' chooses.
    meet
        Where the police partner joins; '' chooses between the start and the station.
    advised
        Whether it is tried what would spare a long wait.

    Returns
    -------
    Pairing
        The tour. Without a police partner the officer goes alone, and the advice says why.

    Raises
    ------
    InputError
        When the officer or the chosen partner is off duty, no car is free, or the partner has no
        station to meet at.
    """
    asked = _Asked(
        workspace,
        on,
        visits,
        start_of(officer),
        officer_hours(workspace, session, on, officer_ref, times),
        times,
        max_stops,
        visit_limits.no_contact_pairs(session, visits.index),
        frozenset(duty.skills(session, "officers", [officer_ref]).get(officer_ref, ())),
    )
    office = str(officer["office_ref"])
    cars = free_cars(workspace, session, office, asked.hours, day)
    if partner_ref:
        mates = [wanted_mate(workspace, session, on, asked.hours, partner_ref, office)]
        why = ""
    else:
        mates, why = find_mates(
            workspace, session, on, asked.hours, visits, asked.spoken, day, office
        )
    if meet == "station" and mates and not any(mate.station for mate in mates):
        raise InputError(
            "the police partner's station is not known, or the tour begins there",
            remedy="Meet at the start or at the first stop",
        )
    found = _best(asked, mates, cars, meet)
    if found is None and partner_ref:
        raise InputError(
            "officer, police partner and car are not free at one time, or cannot meet there",
            remedy="Choose another police partner, day, departure or meeting place",
        )
    if found is None or (found[1].plan.stops.empty and not partner_ref):
        if not why:
            why = "No police partner who is free has time for one of these visits."
        found = _best(asked, [Mate()], cars, "")
    if found is None:
        raise InputError("nobody can make this tour", remedy="Choose another day")
    way, pairing = found
    notes = [*([why] if why and not way.mate.ref else []), *_car_note(asked, way)]
    shortly = _planner(asked, way, _ITERATIONS_ADVICE)
    advice = waiting_advice(pairing.plan, visits, shortly) if advised else []
    plan = name_closures(workspace, on, pairing.plan, visits)
    return replace(pairing, plan=plan, advice=[*times.notes, *advice], notes=notes)


def _best(
    asked: _Asked, mates: Sequence[Mate], cars: Sequence[Car], meet: Meet
) -> tuple[_Way, Pairing] | None:
    """Plan with those who fit best, in every way that differs, and keep the best tour."""
    ground = _Ground(asked, mates)
    most = _TRIED if len(asked.visits) <= _LARGE else _TRIED_LARGE
    best: tuple[_Way, Pairing] | None = None
    for fit in sorted({mate.fit for mate in mates}, reverse=True):
        ways = ground.ways([mate for mate in mates if mate.fit == fit], cars, meet)
        for way in ways[:most]:
            plan = _planner(asked, way)(np.arange(len(asked.visits)), asked.times.departs)
            pairing = Pairing(
                plan,
                way.mate.ref,
                way.car.ref,
                {"station": way.mate.station_ref, "first stop": tours.FIRST_STOP}.get(way.meet, ""),
                way.mate.station if way.meet == "station" else None,
                [],
                [],
            )
            if best is None or _worth(way, plan) > _worth(best[0], best[1].plan):
                best = way, pairing
        if best is not None and len(best[1].plan.stops):
            break
    return best


def _worth(way: _Way, plan: TourPlan) -> tuple[float, ...]:
    stops = plan.stops
    return (
        float(stops["required"].sum()),
        plan.priority,
        len(stops),
        -way.mate.tours,
        -plan.returns_at.timestamp(),
        -plan.drive_s,
    )


def _planner(
    asked: _Asked, way: _Way, iterations: int = _ITERATIONS
) -> Callable[[NDArray[np.int64], datetime], TourPlan]:
    officer = duty.meet(asked.hours, [way.car.span])
    partner = list(way.partner)
    if way.meet == "first stop" and partner:
        # The officer alone drives to the first stop and back from the last: nobody is visited then.
        moment = timedelta(seconds=1)
        first, last = officer[0][0], officer[-1][1]
        partner = [(first, first + moment), *partner, (last - moment, last)]

    def plan(rows: NDArray[np.int64], departs: datetime) -> TourPlan:
        at = [0, *(rows + 1)]
        return plan_tour(
            asked.visits.iloc[rows],
            asked.start,
            matrix=way.matrix[np.ix_(at, at)],
            departs=departs,
            latest_return=asked.times.latest,
            max_stops=asked.max_stops,
            officer_shift=officer,
            partner_shift=partner or None,
            rest=break_owed(asked.workspace),
            peaks=asked.workspace.profile.tours.peaks,
            longest_drive_s=longest_drive_s(asked.workspace),
            exclusive=asked.exclusive,
            skills=asked.spoken | way.mate.spoken,
            people=2 if way.mate.ref else 1,
            iterations=iterations,
        )

    return plan


def _car_note(asked: _Asked, way: _Way) -> list[str]:
    whole = (asked.hours[0][0], asked.hours[-1][1])
    if way.car.span == whole:
        return []
    zone = asked.workspace.profile.city.zone
    return [f"{way.car.name} is free {tell([way.car.span], zone)}; no car is longer."]


class _Ground:
    """Driving times between the start, the visits and the stations."""

    def __init__(self, asked: _Asked, mates: Sequence[Mate]) -> None:
        self._asked = asked
        stations = list(dict.fromkeys(mate.station for mate in mates if mate.station))
        count = len(asked.visits) + 1
        self._rows = {station: count + place for place, station in enumerate(stations)}
        points = np.vstack([asked.start, asked.visits[["lon", "lat"]].to_numpy(), *stations])
        streets = streets_on(asked.workspace, asked.on)
        self._drive = streets.matrix(points, points, lengths=False).duration_s
        self._matrix = self._drive[:count, :count]

    def ways(self, mates: Sequence[Mate], cars: Sequence[Car], meet: Meet) -> list[_Way]:
        """List the ways that differ in more than who it is, those with the longest time first."""
        found: dict[tuple[object, ...], _Way] = {}
        for mate in mates:
            for where in self._meets(mate, meet):
                partner = self._partner_hours(mate, where)
                for car in cars:
                    hours = duty.meet(self._asked.hours, [car.span])
                    joint = duty.meet(hours, partner) if mate.ref else hours
                    if joint:
                        way = _Way(mate, car, where, self._through(mate, where), tuple(partner))
                        same = (tuple(joint), where, mate.station, mate.spoken, car.span)
                        found.setdefault(same, way)
        return sorted(found.values(), key=lambda way: -_joint_s(self._asked, way))

    def _meets(self, mate: Mate, meet: Meet) -> list[Meet]:
        if not mate.ref:
            return ["start"]
        if meet:
            return [meet] if meet != "station" or self._reaches(mate) else []
        both = (mate.from_station or mate.to_station) and self._reaches(mate)
        return ["start", "station"] if both else ["start"]

    def _reaches(self, mate: Mate) -> bool:
        row = self._rows[mate.station] if mate.station else 0
        both = (self._drive[0, row], self._drive[row, 0])
        return mate.station is not None and bool(np.isfinite(both).all())

    def _partner_hours(self, mate: Mate, meet: Meet) -> list[Span]:
        """Tell from when to when the partner is where the tour is, or can be fetched by it."""
        if not mate.ref or mate.station is None or not self._reaches(mate):
            return list(mate.spans)
        row, visits = self._rows[mate.station], slice(1, len(self._matrix))
        come, go = self._drive[row, 0], self._drive[0, row]
        if meet == "station":
            come, go = -go, -come
        lead, trail = (come if mate.from_station else 0.0), (go if mate.to_station else 0.0)
        if meet == "first stop":
            lead = _farthest(self._drive[row, visits]) if mate.from_station else 0.0
            trail = _farthest(self._drive[visits, row]) if mate.to_station else 0.0
        # Last night's shift is over, and so is the way from the station before it.
        first = self._asked.hours[0][0]
        spans = [span for span in mate.spans if span[1] > first] or list(mate.spans)
        spans[0] = (spans[0][0] + timedelta(seconds=math.ceil(lead)), spans[0][1])
        spans[-1] = (spans[-1][0], spans[-1][1] - timedelta(seconds=math.ceil(trail)))
        return duty.joined(spans)

    def _through(self, mate: Mate, meet: Meet) -> NDArray[np.float64]:
        """Lead the first leg and the last by way of the station where it is on the way."""
        if meet != "station" or mate.station is None:
            return self._matrix
        row, matrix = self._rows[mate.station], self._matrix.copy()
        visits = slice(1, len(matrix))
        matrix[0, visits] = self._drive[0, row] + self._drive[row, visits]
        matrix[visits, 0] = self._drive[visits, row] + self._drive[row, 0]
        return matrix


def _farthest(drive_s: NDArray[np.float64]) -> float:
    known = drive_s[np.isfinite(drive_s)]
    return float(known.max()) if len(known) else 0.0


def _joint_s(asked: _Asked, way: _Way) -> float:
    hours = duty.meet(asked.hours, [way.car.span])
    joint = duty.meet(hours, way.partner) if way.mate.ref else hours
    return sum((ends - begins).total_seconds() for begins, ends in joint)
