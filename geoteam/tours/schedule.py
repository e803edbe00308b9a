"""The times of a tour whose order is known."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from geoteam.tours.moments import Span
from geoteam.tours.stops import Stop
from geoteam.tours.travel import NEVER_S, Travel

# Where the tour fails, when it is not at a stop: the return is late, or there is no time to rest.
RETURN, REST = -1, -2


@dataclass(frozen=True)
class Rest:
    """A break that both people owe, without driving or a visit.

    It is kept when it lies within its span before the departure, during the tour or after the
    return.

    Attributes
    ----------
    opens
        Earliest beginning, in seconds after the earliest departure.
    latest
        Latest beginning.
    length_s
        Its length.
    """

    opens: int
    latest: int
    length_s: int

    def ends(self, now: int) -> int | None:
        """Tell when a break ends that is taken as soon as it may.

        Parameters
        ----------
        now
            From when on there is time.

        Returns
        -------
        int or None
            Its end; None when it is too late for it.
        """
        return max(now, self.opens) + self.length_s if now <= self.latest else None


@dataclass(frozen=True)
class Schedule:
    """Times in seconds after the departure.

    Attributes
    ----------
    departs_s
        When the car leaves: as late as it can without coming back later.
    arrives_s
        Arrival at each stop.
    starts_s
        Beginning of the service at each stop.
    returns_s
        Back at the start.
    drives_s
        Driving on each leg, the way back included.
    free_s
        What all of it would take on free streets.
    late_s
        By how much the tour breaks a window, its break or the latest return; 0 when it keeps all.
    late_at
        Position of the first stop whose window is missed; `RETURN` when it is the return, or
        nothing; `REST` when no time is left for the break.
    rest_s
        When the break begins; None when none is owed during the tour.
    rest_leg
        On which leg the break is taken, before or after its drive; the first leg is 0.
    """

    departs_s: int
    arrives_s: tuple[int, ...]
    starts_s: tuple[int, ...]
    returns_s: int
    drives_s: tuple[int, ...]
    free_s: int
    late_s: int
    late_at: int
    rest_s: int | None = None
    rest_leg: int = 0

    @property
    def drive_s(self) -> int:
        """Driving, summed.

        Returns
        -------
        int
            Seconds.
        """
        return sum(self.drives_s)


# A place of the break: before the drive of a leg, or after it; legs from 0.
_Place = tuple[int, bool]


def schedule(
    order: Sequence[int],
    stops: Sequence[Stop],
    drive: Travel,
    bounds: Span,
    rest: Rest | None = None,
) -> Schedule:
    """Time an order: as early as possible at every stop, then leave as late as that allows.

    Who leaves later never arrives earlier, so being earlier at one stop never makes a later stop
    later, and the earliest times give the earliest return. The break is taken where it delays the
    return least.

    Parameters
    ----------
    order
        Positions of the stops, in the order of the tour.
    stops
        All stops.
    drive
        Driving times; row 0 is the start.
    bounds
        Earliest departure and latest return.
    rest
        The break that is owed.

    Returns
    -------
    Schedule
        The times; ``late_s`` says whether they are allowed.
    """
    legs = _Legs(order, stops, drive)
    failed, place = _place(order, stops, legs, bounds, rest)
    if failed:
        return Schedule(0, (), (), 0, (), 0, *failed)
    starts, rests, returns = _run(order, stops, legs, bounds[0], rest, place)
    late = max(0, returns - bounds[1])
    early = rest.ends(bounds[0]) if rest and place and order else None
    if early is not None:
        # Taken before the departure it is no part of the tour, if that makes nobody late.
        rested = schedule(order, stops, drive, (early, bounds[1]))
        if rested.late_s <= late and rested.late_at == RETURN and rested.returns_s <= returns:
            return rested
    departs = bounds[0]
    if order:
        departs = _later(order, stops, legs, starts, rest, place)
        # Having left late enough, each stop begins on arrival or when its window opens. A break
        # before the departure is no part of the tour.
        before = place == (0, False)
        starts, rests, _ = _run(order, stops, legs, departs, rest, None if before else place)
    leaves = [departs, *(a + stops[one].service_s for one, a in zip(order, starts, strict=True))]
    if rest and rests is not None and place and not place[1]:
        leaves[place[0]] = rests + rest.length_s
    arrives = [legs.end(at, leave) for at, leave in enumerate(leaves)]
    return Schedule(
        departs,
        tuple(arrives[:-1]),
        tuple(starts),
        returns,
        tuple(there - leave for leave, there in zip(leaves, arrives, strict=True)),
        sum(legs.free),
        late,
        RETURN,
        rests,
        place[0] if place else 0,
    )


class _Legs:
    """The drives of an order, the way back included."""

    def __init__(self, order: Sequence[int], stops: Sequence[Stop], drive: Travel) -> None:
        rows = [0, *(stops[position].row for position in order), 0]
        self.drive, self.free = drive, [int(drive.free[a, b]) for a, b in itertools.pairwise(rows)]

    def end(self, at: int, leaves: int) -> int:
        """Tell when a leg ends that begins then."""
        return self.drive.arrive(leaves, self.free[at])

    def begin(self, at: int, arrives: int) -> int:
        """Tell when a leg must begin at the latest to end then."""
        return self.drive.leave(arrives, self.free[at])


def _place(
    order: Sequence[int],
    stops: Sequence[Stop],
    legs: _Legs,
    bounds: Span,
    rest: Rest | None,
) -> tuple[tuple[int, int] | None, _Place | None]:
    """Find where the break delays least; or by how much the tour fails, and at which stop.

    Followed side by side: the earliest moment without the break so far, and with it.
    """
    fresh: int | None = bounds[0]
    rested = rest.ends(bounds[0]) if rest else None
    place = (0, False)
    for at, position in enumerate(order):
        stop, arrivals = stops[position], []
        if rested is not None:
            arrivals.append((legs.end(at, rested), place))
        there = None if fresh is None else legs.end(at, fresh)
        if rest and there is not None and (done := rest.ends(there)) is not None:
            arrivals.append((done, (at, True)))
        tried = [*arrivals] if there is None else [*arrivals, (there, place)]
        begin = None if there is None else _earliest(stop, there)
        fresh = None if begin is None else begin + stop.service_s
        rested = None
        # Of equal beginnings the first place: a break before the departure is no part of the tour.
        begins = [(_earliest(stop, arrival), where) for arrival, where in arrivals]
        possible = [(begin, where) for begin, where in begins if begin is not None]
        if possible:
            begin, place = min(possible)
            rested = begin + stop.service_s
        done = rest.ends(fresh) if rest and fresh is not None else None
        if done is not None and (rested is None or done < rested):
            rested, place = done, (at + 1, False)
        if fresh is None and rested is None:
            last = stop.starts[-1][1] if stop.starts else -NEVER_S
            return (min(tried)[0] - last, at), None
    back = None if fresh is None else legs.end(len(order), fresh)
    if rest is None or (back is not None and back <= rest.latest):
        return None, None
    if rested is None:
        return ((back or 0) - rest.latest, REST), None
    return None, place


def _run(
    order: Sequence[int],
    stops: Sequence[Stop],
    legs: _Legs,
    departs: int,
    rest: Rest | None,
    place: _Place | None,
) -> tuple[list[int], int | None, int]:
    """Return the beginning at each stop and of the break, and the return, as early as can be."""
    now, rests, starts = departs, None, []
    for at in range(len(order) + 1):
        if rest and place == (at, False):
            rests = max(now, rest.opens)
            now = rests + rest.length_s
        now = legs.end(at, now)
        if at == len(order):
            break
        if rest and place == (at, True):
            rests = max(now, rest.opens)
            now = rests + rest.length_s
        begin = _earliest(stops[order[at]], now)
        assert begin is not None  # The place was found by keeping every window.
        starts.append(begin)
        now = begin + stops[order[at]].service_s
    return starts, rests, now


def _earliest(stop: Stop, arrival: int) -> int | None:
    for opens, closes in stop.starts:
        if arrival <= closes:
            return max(arrival, opens)
    return None


def _later(
    order: Sequence[int],
    stops: Sequence[Stop],
    legs: _Legs,
    starts: list[int],
    rest: Rest | None,
    place: _Place | None,
) -> int:
    """Return the latest departure: stops pushed back against the first one that cannot move."""
    limit = starts[-1]
    for at in range(len(order) - 1, -1, -1):
        stop = stops[order[at]]
        begin = starts[at]
        if at < len(order) - 1:
            limit -= stop.service_s
            for opens, closes in stop.starts:
                if opens <= limit:
                    begin = max(begin, min(limit, closes))
        limit = begin
        if rest and place == (at, True):
            limit = min(rest.latest, limit - rest.length_s)
        limit = legs.begin(at, limit)
        if rest and place == (at, False) and at:
            limit = min(rest.latest, limit - rest.length_s)
    return limit
