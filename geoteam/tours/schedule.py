"""The times of a tour whose order is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoteam.tours.moments import Span
from geoteam.tours.stops import Stop

Seconds = NDArray[np.int64]
# Longer than any tour; stands for "no path" in whole seconds.
NEVER_S = 10_000_000


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
    drive_s
        Driving, summed.
    late_s
        By how much the tour breaks a window or the latest return; 0 when it keeps all.
    late_at
        Position of the first stop whose window is missed; -1 when it is the return, or none.
    """

    departs_s: int
    arrives_s: tuple[int, ...]
    starts_s: tuple[int, ...]
    returns_s: int
    drive_s: int
    late_s: int
    late_at: int


def schedule(order: Sequence[int], stops: Sequence[Stop], drive: Seconds, bounds: Span) -> Schedule:
    """Time an order: as early as possible at every stop, then leave as late as that allows.

    With travel times that do not depend on the hour, being earlier at one stop never makes a
    later stop later, so the earliest times give the earliest return.

    Parameters
    ----------
    order
        Positions of the stops, in the order of the tour.
    stops
        All stops.
    drive
        Driving times in seconds between matrix rows; row 0 is the start.
    bounds
        Earliest departure and latest return.

    Returns
    -------
    Schedule
        The times; ``late_s`` says whether they are allowed.
    """
    now, here, driven = bounds[0], 0, 0
    starts: list[int] = []
    for place, position in enumerate(order):
        stop = stops[position]
        leg = int(drive[here, stop.row])
        begin = _earliest(stop, now + leg)
        if begin is None:
            last = stop.starts[-1][1] if stop.starts else -NEVER_S
            return Schedule(0, (), (), 0, 0, now + leg - last, place)
        starts.append(begin)
        now, here, driven = begin + stop.service_s, stop.row, driven + leg
    leg = int(drive[here, 0])
    returns, driven = now + leg, driven + leg
    late = max(0, returns - bounds[1])
    starts, departs = _later(order, stops, drive, starts) if order else (starts, bounds[0])
    arrives = []
    now, here = departs, 0
    for position, begin in zip(order, starts, strict=True):
        arrives.append(now + int(drive[here, stops[position].row]))
        now, here = begin + stops[position].service_s, stops[position].row
    return Schedule(departs, tuple(arrives), tuple(starts), returns, driven, late, -1)


def _earliest(stop: Stop, arrival: int) -> int | None:
    for opens, closes in stop.starts:
        if arrival <= closes:
            return max(arrival, opens)
    return None


def _later(
    order: Sequence[int], stops: Sequence[Stop], drive: Seconds, starts: list[int]
) -> tuple[list[int], int]:
    """Push the stops back against the first one that cannot move, to wait at the office instead."""
    pushed = list(starts)
    for place in range(len(order) - 2, -1, -1):
        stop, after = stops[order[place]], stops[order[place + 1]]
        must_leave = pushed[place + 1] - int(drive[stop.row, after.row])
        limit = must_leave - stop.service_s
        for opens, closes in stop.starts:
            if opens <= limit:
                pushed[place] = max(pushed[place], min(limit, closes))
    departs = pushed[0] - int(drive[0, stops[order[0]].row])
    # Having left late enough, each stop begins on arrival or when its window opens.
    now, here = departs, 0
    for place, position in enumerate(order):
        begin = _earliest(stops[position], now + int(drive[here, stops[position].row]))
        pushed[place] = pushed[place] if begin is None else begin
        now, here = pushed[place] + stops[position].service_s, stops[position].row
    return pushed, departs
