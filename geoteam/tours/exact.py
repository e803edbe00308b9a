"""The best tour, proven: a dynamic programme over subsets of the stops.

R. Bellman, "Dynamic programming treatment of the travelling salesman problem", Journal of the ACM
9, 1962; M. Held and R. M. Karp, Journal of SIAM 10, 1962; with time windows Dumas et al.,
Operations Research 43, 1995.

Who leaves later never arrives earlier, a visit begins at the first moment its windows allow, and a
break ends no later when it can begin earlier. So of two ways to have visited the same stops and
be ready to leave the same place, the earlier one can do all that the later one can, and is never
later from there on. The earliest moment for each (stops visited, last stop) therefore decides
which sets of stops fit, and with that the worth of the best tour (`_Reach`). It does not decide
the order: the least of return plus driving may come from a later moment with less driving. Among
the sets of the best worth, all pairs (moment, driving) of which neither is beaten by another are
kept (`_cheapest`), less those that a lower bound of the driving still to come rules out. Driving
counts as on free streets: then who is ready earlier after less driving is never worse off.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geoteam.tours.moments import Span
from geoteam.tours.schedule import Rest, schedule
from geoteam.tours.stops import Stop, clashes
from geoteam.tours.travel import NEVER_S, Travel

MOST_STOPS = 18
# Beyond this many partial tours of one length the proof is given up; about 300 MB.
_MOST_PARTIAL = 8_000_000
# The narrow search keeps the most promising so many.
_BEAM = 5_000
# A partial tour is one whole number: stops visited, last stop, break taken, moment, driving.
_TIME_BITS = 17
_PLACE_BITS = 6

_Ints = NDArray[np.int64]
_Times = NDArray[np.int32]
_Roads = NDArray[np.int32] | NDArray[np.float64]


def best_order(
    stops: Sequence[Stop],
    worth: Sequence[int],
    drive: Travel,
    bounds: Span,
    max_stops: int,
    rest: Rest | None = None,
) -> list[int] | None:
    """Find the tour of the greatest worth, and of those the least return plus driving.

    Driving counts as on free streets.

    Parameters
    ----------
    stops
        At most `MOST_STOPS` stops.
    worth
        Worth of each stop, as of `geoteam.tours.solver.worths`.
    drive
        Driving times; row 0 is the start.
    bounds
        Earliest departure and latest return.
    max_stops
        Most stops of a tour.
    rest
        The break that is owed.

    Returns
    -------
    list of int or None
        Positions of the stops in the order of a tour that no other beats; None when there are
        too many stops, or too many partial tours, to prove it.
    """
    if len(stops) > MOST_STOPS or bounds[1] - bounds[0] >= 1 << _TIME_BITS:
        return None
    if not stops:
        return []
    reach = _Reach(stops, worth, drive, bounds, max_stops, rest)
    if not reach.best.any():
        return []
    known = [reach.earliest_order(), reach.least_driving_order()]
    times = [schedule(order, stops, drive, bounds, rest) for order in known]
    costs = [one.returns_s + one.free_s if one.late_s == 0 else NEVER_S for one in times]
    at = int(np.argmin(costs))
    best, order = costs[at], known[at]
    # A narrow search first: the better the known tour, the fewer partial ones may still beat it.
    for beam in (_BEAM, None):
        found = _cheapest(reach, best, beam)
        if found is None:
            return None
        if found:
            better = schedule(found, stops, drive, bounds, rest)
            best, order = better.returns_s + better.free_s, found
    return order


class _Reach:
    """Which sets of stops fit into a tour, how early, and with how much driving still to come.

    A set is the bits of a whole number; ``ready[layer][set, last]`` is the earliest moment at
    which the car can leave ``last``, in road time, layer 1 having taken the break.
    """

    def __init__(
        self,
        stops: Sequence[Stop],
        worth: Sequence[int],
        drive: Travel,
        bounds: Span,
        max_stops: int,
        rest: Rest | None,
    ) -> None:
        rows = [stop.row for stop in stops]
        self.stops, self.rest, self.drive, self.count = stops, rest, drive, len(stops)
        self.begins, self.ends = bounds
        self.out: _Times = drive.free[0, rows].astype(np.int32)
        self.home: _Times = drive.free[rows, 0].astype(np.int32)
        self.between: _Times = drive.free[np.ix_(rows, rows)].astype(np.int32)
        # By way of other stops the start may be nearer than it is straight on.
        self.nearest_home = self.home
        for _ in rows:
            self.nearest_home = np.minimum(
                self.nearest_home, (self.between + self.nearest_home).min(axis=1)
            )
        sets = np.arange(1 << self.count)
        size = np.where(_apart(stops), np.bitwise_count(sets), -1)
        self.levels = [sets[size == k] for k in range(min(max_stops, self.count) + 1)]
        self.service = _sums([stop.service_s for stop in stops])
        self.ready = self._ready()
        self.returns = self._returns()
        value = np.where(self.returns <= self.ends, _sums(worth), -1)
        value[0] = 0
        self.best: NDArray[np.bool_] = (value == value.max()) & (sets > 0)
        self.useful = self._useful()
        self.least_service = self._least_service()
        self.left = self._driving_left()

    def serve(self, stop: int, arrives: NDArray[np.signedinteger]) -> _Ints:
        """Tell when a stop is left that is reached then; never when it is too late to return."""
        leaves = np.full(arrives.shape, NEVER_S, dtype=np.int64)
        one = self.stops[stop]
        for opens, closes in reversed(one.starts):
            leaves = np.where(arrives <= closes, np.maximum(arrives, opens) + one.service_s, leaves)
        return np.where(leaves + self.nearest_home[stop] <= self.ends, leaves, NEVER_S)

    def arrive(self, leaves: _Ints, leg_s: _Times | np.int32) -> NDArray[np.signedinteger]:
        """Tell when drives end that begin so long after the earliest departure."""
        road = self.drive.road(leaves + self.begins)
        return np.asarray(self.drive.moment(road + leg_s), dtype=np.int64)

    def pause(self, now: NDArray[np.signedinteger]) -> NDArray[np.signedinteger]:
        """Tell when a break ends that begins at the first moment it may."""
        if self.rest is None:
            return np.full_like(now, NEVER_S)
        done = np.maximum(now, self.rest.opens) + self.rest.length_s
        return np.where(now <= self.rest.latest, done, NEVER_S)

    def may_end(self, returns: NDArray[np.signedinteger]) -> NDArray[np.bool_]:
        """Tell whether a tour without a break may return then."""
        owed = self.rest is not None and self.rest.latest < self.ends
        return np.asarray(returns <= (self.rest.latest if owed and self.rest else self.ends))

    def _ready(self) -> tuple[_Roads, ...]:
        shape = (1 << self.count, self.count)
        # Whole seconds where there is no peak; so road time is.
        kind = np.float64 if self.drive.moments else np.int32
        ready = tuple(np.full(shape, NEVER_S, dtype=kind) for _ in range(2 if self.rest else 1))
        road, moment = self.drive.road, self.drive.moment
        start = np.array([self.begins])
        for level, sets in enumerate(self.levels[1:], start=1):
            for j in range(self.count):
                here = sets[sets >> j & 1 == 1]
                before = here ^ (1 << j)
                arrives = [
                    moment(
                        (road(first) + self.out[j]).repeat(len(here))
                        if level == 1
                        else (roads[before] + self.between[:, j]).min(axis=1)
                    )
                    for roads, first in zip(ready, (start, self.pause(start)), strict=False)
                ]
                leaves = self.serve(j, arrives[0])
                ready[0][here, j] = road(leaves)
                if self.rest is not None:
                    later = np.minimum(arrives[1], self.pause(arrives[0]))
                    rested = np.minimum(self.serve(j, later), self.pause(leaves))
                    ready[1][here, j] = road(rested)
        return ready

    def _returns(self) -> _Times:
        """Return the earliest return with each set of stops."""
        first, last = (
            self.drive.moment((roads + self.home).min(axis=1))
            for roads in (self.ready[0], self.ready[-1])
        )
        return np.asarray(np.where(self.may_end(first), first, last), dtype=np.int32)

    def _useful(self) -> NDArray[np.bool_]:
        """Mark the sets that are part of a set of the best worth."""
        useful = self.best.copy()
        for bit in range(self.count):
            pairs = useful.reshape(-1, 2, 1 << bit)
            pairs[:, 0] |= pairs[:, 1]
        return useful

    def _least_service(self) -> _Ints:
        """Return the least service, in all, of a set of the best worth around each set."""
        least = np.where(self.best, self.service, NEVER_S)
        for bit in range(self.count):
            pairs = least.reshape(-1, 2, 1 << bit)
            np.minimum(pairs[:, 0], pairs[:, 1], out=pairs[:, 0])
        return least

    def _driving_left(self) -> _Times:
        """Return the least driving from each last stop through a best set to the start."""
        left = np.full((1 << self.count, self.count), NEVER_S, dtype=np.int32)
        for sets in reversed(self.levels[1:]):
            here = sets[self.useful[sets]]
            least = np.where(self.best[here, None], self.home, np.int32(NEVER_S))
            for j in range(self.count):
                free = here >> j & 1 == 0
                further = left[here[free] | 1 << j, j]
                least[free] = np.minimum(least[free], further[:, None] + self.between[:, j])
            left[here] = least
        return left

    def earliest_order(self) -> list[int]:
        """Return the order of an earliest return, found from its end."""
        members = int(np.argmin(np.where(self.best, self.returns, NEVER_S)))
        last = self.ready[-1][members] + self.home
        if self.may_end(self.returns[[members]])[0]:
            last = np.minimum(last, self.ready[0][members] + self.home)
        order = [int(np.argmin(last))]
        while members := members ^ (1 << order[-1]):
            roads = np.minimum(self.ready[0][members], self.ready[-1][members])
            order.append(int(np.argmin(roads + self.between[:, order[-1]])))
        return order[::-1]

    def least_driving_order(self) -> list[int]:
        """Return the order of the least driving, whatever the hours."""
        singles = 1 << np.arange(self.count)
        order = [int(np.argmin(self.out + self.left[singles, np.arange(self.count)]))]
        members = 1 << order[0]
        while not (self.best[members] and self.left[members, order[-1]] == self.home[order[-1]]):
            free = [j for j in range(self.count) if not members >> j & 1]
            order.append(
                min(free, key=lambda j: self.between[order[-1], j] + self.left[members | 1 << j, j])
            )
            members |= 1 << order[-1]
        return order


def _apart(stops: Sequence[Stop]) -> NDArray[np.bool_]:
    """Tell of each set whether all its stops may be on one tour."""
    sets, apart = np.arange(1 << len(stops)), np.ones(1 << len(stops), dtype=bool)
    for one, other in np.argwhere(np.triu(clashes(stops))).tolist():
        both = 1 << one | 1 << other
        apart &= sets & both != both
    return apart


def _sums(values: Sequence[int]) -> _Ints:
    """Return the sum of the values of each set."""
    sums = np.zeros(1, dtype=np.int64)
    for value in values:
        sums = np.concatenate([sums, sums + int(value)])
    return sums


def _cheapest(reach: _Reach, known: int, beam: int | None) -> list[int] | None:
    """Return a best order cheaper than the one known, [] when none was found."""
    earliest = int(reach.returns[reach.best].min())
    levels: list[_Ints] = []
    best: tuple[int, int] = (known, -1)
    found = _pack(np.zeros(1, np.int64), 0, 0, np.zeros(1, np.int64), np.zeros(1, np.int64))
    if reach.rest is not None:
        rested = reach.pause(np.array([reach.begins])) - reach.begins
        rested = rested[rested < NEVER_S]
        zeros = np.zeros_like(rested)
        found = np.concatenate([found, _pack(zeros, 0, 1, rested, zeros)])
    for level in range(len(reach.levels)):
        levels.append(found)
        if level:
            best = min(best, _ending(reach, found, level))
        if level + 1 < len(reach.levels):
            found = np.concatenate(
                [_step(reach, found, level, j, best[0], earliest) for j in range(reach.count)]
            )
            if len(found) > _MOST_PARTIAL:
                return None
            found = _unbeaten(found)
            if beam is not None and len(found) > beam:
                found = np.sort(found[np.argpartition(_cost(reach, found, earliest), beam)[:beam]])
    return [] if best[1] < 0 else _back(reach, levels, best)


def _pack(sets: _Ints, last: int, layer: int | _Ints, moment: _Ints, driven: _Ints) -> _Ints:
    place = (sets << _PLACE_BITS) | (last << 1) | layer
    return np.asarray((place << 2 * _TIME_BITS) | (moment << _TIME_BITS) | driven)


def _parts(found: _Ints) -> tuple[_Ints, _Ints, _Ints, _Ints, _Ints]:
    """Return sets, last stops, layers, moments after the start and driving."""
    low = (1 << _TIME_BITS) - 1
    place = found >> 2 * _TIME_BITS
    last = place >> 1 & (1 << _PLACE_BITS - 1) - 1
    return place >> _PLACE_BITS, last, place & 1, found >> _TIME_BITS & low, found & low


def _step(
    reach: _Reach, found: _Ints, level: int, j: int, known: int, earliest: int
) -> NDArray[np.int64]:
    """Go on to one more stop, in every way that may still beat the known cost."""
    sets, last, layer, moment, driven = _parts(found)
    free = (sets >> j & 1 == 0) & reach.useful[sets | 1 << j]
    sets, last, layer, moment, driven = (one[free] for one in (sets, last, layer, moment, driven))
    leg = reach.between[last, j] if level else reach.out[j]
    sets, driven, arrives = sets | 1 << j, driven + leg, reach.arrive(moment, leg)
    ready = reach.serve(j, arrives)
    ways = [(ready, layer)]
    if reach.rest is not None:
        open_ = layer == 0
        ways += [
            (np.where(open_, reach.pause(ready), NEVER_S), np.ones_like(layer)),
            (np.where(open_, reach.serve(j, reach.pause(arrives)), NEVER_S), np.ones_like(layer)),
        ]
    results = []
    for times, taken in ways:
        may = times + reach.nearest_home[j] <= reach.ends
        new = _pack(sets[may], j, taken[may], times[may] - reach.begins, driven[may])
        results.append(new[_cost(reach, new, earliest) < known])
    return np.concatenate(results)


def _cost(reach: _Reach, found: _Ints, earliest: int) -> _Ints:
    """Return a lower bound of the cost of every tour that goes on from each partial one."""
    sets, last, _, moment, driven = _parts(found)
    left = reach.left[sets, last]
    service = reach.least_service[sets] - reach.service[sets]
    return driven + left + np.maximum(moment + reach.begins + service + left, earliest)


def _unbeaten(found: _Ints) -> _Ints:
    """Keep, for each place, the pairs of moment and driving that no other is as good as."""
    found = np.sort(found)
    if not len(found):
        return found
    place, driven = found >> 2 * _TIME_BITS, found & (1 << _TIME_BITS) - 1
    group = np.cumsum(np.diff(place, prepend=place[0]) != 0)
    # Sorted by moment; a lower offset for each place makes one running minimum serve them all.
    offset = driven - (group << _TIME_BITS)
    before = np.minimum.accumulate(offset)[:-1]
    return np.asarray(found[np.concatenate([[True], offset[1:] < before])])


def _ending(reach: _Reach, found: _Ints, level: int) -> tuple[int, int]:
    """Return the least cost of going home now, and from which partial tour."""
    sets, last, layer, moment, driven = _parts(found)
    returns = reach.arrive(moment, reach.home[last])
    may = reach.best[sets] & (returns <= reach.ends) & ((layer == 1) | reach.may_end(returns))
    if not may.any():
        return NEVER_S, -1
    cost = np.where(may, returns + driven + reach.home[last], NEVER_S)
    at = int(np.argmin(cost))
    return int(cost[at]), level << 40 | at


def _back(reach: _Reach, levels: list[_Ints], best: tuple[int, int]) -> list[int]:
    """Find the order of a finished tour from its end, level by level."""
    level, at = best[1] >> 40, best[1] & (1 << 40) - 1
    now, order = levels[level][at], []
    while level:
        last = int(_parts(np.array([now]))[1][0])
        order.append(last)
        level -= 1
        before = levels[level]
        members = int(now >> (2 * _TIME_BITS + _PLACE_BITS)) ^ (1 << last)
        first = np.searchsorted(before, members << (2 * _TIME_BITS + _PLACE_BITS))
        behind = np.searchsorted(before, (members + 1) << (2 * _TIME_BITS + _PLACE_BITS))
        for one in before[first:behind]:
            if now in _step(reach, np.array([one]), level, last, NEVER_S * 10, 0):
                now = one
                break
    return order[::-1]
