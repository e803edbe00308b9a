"""Annealing of a contiguous plan, one unit at a time over the borders of the teams."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from geoteam.plans.problem import Problem

# Proposals between two looks at the clock.
_BETWEEN = 2048
# An excess over the tolerance costs this many mean team moments for each share of the target.
_EXCESS = 12.0
# ... and so many times more at the end than at the beginning.
_HARDER = 10.0


class Annealing:
    """A plan that changes by moving single units over borders, never tearing a team.

    The state keeps, for each team, its load, the sums from which its centroid follows and its
    centre: the member nearest to the centroid. By the parallel-axis theorem the moment about any
    point is the moment about the centroid plus the mass times the squared distance to it, so the
    member nearest to the centroid is the best centre; it is sought among the neighbours of the
    present centre after every move. Kirkpatrick, Gelatt and Vecchi (1983), *Optimization by
    simulated annealing*; for areas: Macmillan (2001), *Redistricting in a GIS environment*.

    Parameters
    ----------
    problem
        The problem.
    assignment
        Team of each unit; every team connected, locks and seats held. Balance and the limit on
        transfers may be broken: the search pays for what is over.
    rng
        Where chance comes from.
    border_price
        km² for each km of border between teams that the search pays beside the objective. Where
        units are fine, the objective alone frays the borders: a dense block of little area may lie
        with any team at next to no moment.
    """

    def __init__(
        self,
        problem: Problem,
        assignment: NDArray[np.int64],
        rng: np.random.Generator,
        *,
        border_price: float = 0.0,
    ) -> None:
        count, teams = len(problem.units), len(problem.teams)
        self.problem = problem
        self.rng = rng
        self.team: list[int] = assignment.tolist()
        self.mass: list[float] = (problem.area_m2 / problem.area_m2.sum()).tolist()
        self.x: list[float] = ((problem.x_m - problem.x_m.mean()) / 1000.0).tolist()
        self.y: list[float] = ((problem.y_m - problem.y_m.mean()) / 1000.0).tolist()
        self.weight: list[float] = problem.weight.tolist()
        self.ends: list[list[int]] = problem.edges.tolist()
        self.dues: list[float] = (problem.shared_m / 1000.0 * border_price).tolist()
        self.tolls = border_price > 0
        self.sides: list[list[int]] = [[] for _ in range(count)]
        self.beside: list[list[int]] = [[] for _ in range(count)]
        for number, (i, j) in enumerate(self.ends):
            self.sides[i].append(number)
            self.sides[j].append(number)
            self.beside[i].append(j)
            self.beside[j].append(i)
        self.stays = [False] * count
        for unit in (*problem.fixed, *problem.seats.values()):
            self.stays[unit] = True
        self.target: list[float] = problem.target.tolist()
        self.now, self.people = _transfers(problem)
        # Least worst deviation of a team met on the way, where it is above the tolerance.
        self.nearest = math.inf
        self.limit = math.inf if problem.transfer_limit is None else problem.transfer_limit
        self._sum_up(teams)

    def _sum_up(self, teams: int) -> None:
        """Sums of the teams, their centres and the sides between teams, from the assignment."""
        self.load, self.heavy = [0.0] * teams, [0.0] * teams
        self.sum_x, self.sum_y = [0.0] * teams, [0.0] * teams
        self.members = [0] * teams
        self.moving = 0.0
        for unit, team in enumerate(self.team):
            self._add(unit, team, 1)
            if self.now[unit] >= 0 and self.now[unit] != team:
                self.moving += self.people[unit]
        self.over = [self._excess(team, self.load[team]) for team in range(teams)]
        self.centre = [-1] * teams
        self.cx, self.cy = [0.0] * teams, [0.0] * teams
        for team in range(teams):
            self._find_centre(team)
        self.cut = [
            number for number, (i, j) in enumerate(self.ends) if self.team[i] != self.team[j]
        ]
        self.place = {number: at for at, number in enumerate(self.cut)}

    def _add(self, unit: int, team: int, sign: int) -> None:
        mass = sign * self.mass[unit]
        self.heavy[team] += mass
        self.sum_x[team] += mass * self.x[unit]
        self.sum_y[team] += mass * self.y[unit]
        self.load[team] += sign * self.weight[unit]
        self.members[team] += sign

    def _excess(self, team: int, load: float) -> float:
        target = self.target[team]
        return max(0.0, abs(load - target) / target - self.problem.tolerance)

    def _find_centre(self, team: int) -> None:
        """Set the centre to the member nearest to the centroid, of all members."""
        x, y = self.sum_x[team] / self.heavy[team], self.sum_y[team] / self.heavy[team]
        self._set_centre(
            team,
            min(
                (unit for unit, own in enumerate(self.team) if own == team),
                key=lambda unit: (self.x[unit] - x) ** 2 + (self.y[unit] - y) ** 2,
            ),
        )

    def _set_centre(self, team: int, unit: int) -> None:
        self.centre[team] = unit
        self.cx[team], self.cy[team] = self.x[unit], self.y[unit]

    def _follow(self, team: int) -> None:
        """Walk the centre over neighbours towards the centroid."""
        x, y = self.sum_x[team] / self.heavy[team], self.sum_y[team] / self.heavy[team]
        at = self.centre[team]
        best = (self.x[at] - x) ** 2 + (self.y[at] - y) ** 2
        found = at
        while True:
            for unit in self.beside[at]:
                if self.team[unit] == team:
                    far = (self.x[unit] - x) ** 2 + (self.y[unit] - y) ** 2
                    if far < best:
                        best, found = far, unit
            if found == at:
                break
            at = found
        if at != self.centre[team]:
            self._set_centre(team, at)

    @property
    def balanced(self) -> bool:
        """Whether every team is within its tolerance and no more people move than may."""
        return max(self.over) <= 1e-12 and self.moving <= self.limit

    def value(self) -> float:
        """Compute the objective with the present centres.

        Returns
        -------
        float
            km².
        """
        total = self.problem.transfer_price * self.moving
        total += sum(self.dues[number] for number in self.cut)
        for unit, team in enumerate(self.team):
            across, along = self.x[unit] - self.cx[team], self.y[unit] - self.cy[team]
            total += self.mass[unit] * (across * across + along * along)
        return total

    def holds_together(self, unit: int) -> bool:
        """Say whether the team of a unit stays connected without it.

        Parameters
        ----------
        unit
            The unit that would leave.

        Returns
        -------
        bool
            False for the only member too.
        """
        team, own = self.team, self.team[unit]
        near = [other for other in self.beside[unit] if team[other] == own]
        if len(near) < 2:
            return bool(near)
        missing = set(near[1:])
        seen = {unit, near[0]}
        reached = [near[0]]
        for at in reached:
            for other in self.beside[at]:
                if team[other] == own and other not in seen:
                    seen.add(other)
                    reached.append(other)
                    missing.discard(other)
            if not missing:
                return True
        return False

    def move(self, unit: int, to: int) -> None:
        """Move a unit to a team beside it.

        Parameters
        ----------
        unit
            The unit.
        to
            The team that gets it.
        """
        own = self.team[unit]
        self.moving += self._more_moving(unit, own, to)
        self.team[unit] = to
        self._add(unit, own, -1)
        self._add(unit, to, 1)
        for team in (own, to):
            self.over[team] = self._excess(team, self.load[team])
            self._follow(team)
        for number in self.sides[unit]:
            i, j = self.ends[number]
            if self.team[i] != self.team[j]:
                if number not in self.place:
                    self.place[number] = len(self.cut)
                    self.cut.append(number)
            elif number in self.place:
                at, last = self.place.pop(number), self.cut.pop()
                if last != number:
                    self.cut[at] = last
                    self.place[last] = at

    def _more_moving(self, unit: int, own: int, to: int) -> float:
        now = self.now[unit]
        if now < 0:
            return 0.0
        return self.people[unit] * ((to != now) - (own != now))

    def run(
        self, proposals: int, hot: float, cold: float, stop: Callable[[], bool]
    ) -> tuple[NDArray[np.int64] | None, float]:
        """Anneal, and keep the best balanced plan on the way.

        Parameters
        ----------
        proposals
            How many moves to propose.
        hot, cold
            First and last temperature, as shares of a team's mean moment.
        stop
            Asked every few milliseconds; True ends the search.

        Returns
        -------
        tuple of ndarray and float
            The best balanced plan (None when there was none) and its objective in km².
        """
        scale = self.value() / len(self.target)
        current, best = self.value(), math.inf
        kept: list[int] | None = None
        for begin in range(0, proposals, _BETWEEN):
            if stop():
                break
            part = begin / proposals
            heat = scale * hot * (cold / hot) ** part
            dear = scale * _EXCESS * _HARDER**part
            threshold = -heat * np.log(self.rng.random(_BETWEEN))
            draws = zip(self.rng.random(_BETWEEN).tolist(), threshold.tolist(), strict=True)
            current = self.value()
            for draw, allowed in draws:
                if not self.cut:
                    break
                number = draw * 2 * len(self.cut)
                at = int(number)
                i, j = self.ends[self.cut[at >> 1]]
                unit, to = (i, self.team[j]) if at & 1 else (j, self.team[i])
                change = self._change(unit, to, dear)
                if change > allowed or not self.holds_together(unit):
                    continue
                self.move(unit, to)
                current += change
            self.nearest = min(self.nearest, max(self.over) + self.problem.tolerance)
            if self.balanced:
                now = self.value()
                if now < best:
                    best, kept = now, list(self.team)
        return (None if kept is None else np.array(kept, dtype=np.int64)), best

    def _change(self, unit: int, to: int, dear: float) -> float:
        """What a move adds to objective and excess before the centres follow; inf if barred."""
        own = self.team[unit]
        if self.stays[unit] or self.centre[own] == unit:
            return math.inf
        x, y, weight = self.x[unit], self.y[unit], self.weight[unit]
        ax, ay, bx, by = x - self.cx[own], y - self.cy[own], x - self.cx[to], y - self.cy[to]
        change = self.mass[unit] * (bx * bx + by * by - ax * ax - ay * ay)
        excess = self._excess(own, self.load[own] - weight) - self.over[own]
        excess += self._excess(to, self.load[to] + weight) - self.over[to]
        more = self._more_moving(unit, own, to)
        if self.tolls:
            for number in self.sides[unit]:
                i, j = self.ends[number]
                other = self.team[j if i == unit else i]
                if other == own:
                    change += self.dues[number]
                elif other == to:
                    change -= self.dues[number]
        if more:
            change += self.problem.transfer_price * more
            whole = self.moving + more
            if max(whole, self.moving) > self.limit:
                excess += (max(whole, self.limit) - max(self.moving, self.limit)) / self.target[to]
        return change + dear * excess


def _transfers(problem: Problem) -> tuple[list[int], list[float]]:
    """Team of each unit now, -1 where nobody would move, and who moves with it."""
    nobody = [-1] * len(problem.units)
    if problem.present is None or problem.transfer_weight is None:
        return nobody, [0.0] * len(problem.units)
    if problem.transfer_limit is None and not problem.transfer_price:
        return nobody, [0.0] * len(problem.units)
    return problem.present.tolist(), problem.transfer_weight.tolist()
