"""Driving times that depend on the hour: never does who leaves later arrive earlier.

Within a peak the car is slower by the peak's factor. A drive is followed second by second through
the peaks (G. Ichoua, M. Gendreau and J.-Y. Potvin, "Vehicle dispatching with time-dependent travel
times", European Journal of Operational Research 144, 2003), not slowed as a whole by the hour at
which it begins. Road time runs as the car gets on: in it every drive takes as long as on free
streets, whenever it begins. So times are compared and added in road time, and turned back.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from geoteam.errors import TourError
from geoteam.tours.moments import Clock, clock_time

Seconds = NDArray[np.int64]
Times = NDArray[np.signedinteger] | NDArray[np.float64]
# Longer than any tour; stands for "no path" in whole seconds.
NEVER_S = 10_000_000
# From, until (clock times) and by how much driving takes longer.
Peaks = Sequence[tuple[str | time, str | time, float]]
MOST_FACTOR = 5.0
# Beyond anything that is asked for, on both sides.
_FAR = float(NEVER_S) * 10
# Fractions of a second that are no more than rounding.
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Travel:
    """Driving times between places, and the peaks that make them longer.

    Attributes
    ----------
    free
        Whole seconds on free streets between matrix rows; row 0 is the start.
    moments
        Where peaks begin and end, in seconds after the departure; empty without any.
    roads
        Road time at each of them.
    """

    free: Seconds
    moments: tuple[float, ...] = ()
    roads: tuple[float, ...] = ()

    @overload
    def road(self, moment: int) -> float: ...
    @overload
    def road(self, moment: Times) -> Times: ...
    def road(self, moment: Any) -> Any:
        """Turn moments into road time.

        Parameters
        ----------
        moment
            Whole seconds after the departure.

        Returns
        -------
        float or numpy.ndarray
            Road time in seconds; the moments themselves where there is no peak.
        """
        return _along(moment, self.moments, self.roads) if self.moments else moment

    @overload
    def moment(self, road: float) -> int: ...
    @overload
    def moment(self, road: Times) -> Times: ...
    def moment(self, road: Any) -> Any:
        """Turn road time into the first whole second by which it has passed.

        Parameters
        ----------
        road
            Road time in seconds.

        Returns
        -------
        int or numpy.ndarray
            Seconds after the departure.
        """
        if not self.moments:
            return road
        exact = _along(road, self.roads, self.moments) - _ROUNDING
        if isinstance(exact, np.ndarray):
            return np.ceil(exact).astype(np.int64)
        return math.ceil(exact)

    def arrive(self, leaves: int, leg_s: int) -> int:
        """Tell when a drive ends.

        Parameters
        ----------
        leaves
            When it begins.
        leg_s
            How long it takes on free streets.

        Returns
        -------
        int
            Whole seconds after the departure, rounded up.
        """
        return self.moment(self.road(leaves) + leg_s)

    def leave(self, arrives: int, leg_s: int) -> int:
        """Tell when a drive must begin at the latest.

        Parameters
        ----------
        arrives
            When it must have ended.
        leg_s
            How long it takes on free streets.

        Returns
        -------
        int
            The latest whole second from which `arrive` is in time.
        """
        if not self.moments:
            return arrives - leg_s
        exact: float = _along(self.road(arrives) - leg_s, self.roads, self.moments)
        return math.floor(exact + _ROUNDING)

    def usual(self, begins: int, ends: int) -> Seconds:
        """Return driving times as they are on the average of some hours.

        Parameters
        ----------
        begins, ends
            The hours.

        Returns
        -------
        numpy.ndarray
            Whole seconds between matrix rows, rounded up.
        """
        if not self.moments or ends <= begins:
            return self.free
        factor = (ends - begins) / (self.road(ends) - self.road(begins))
        usual = np.ceil(self.free * factor - _ROUNDING)
        return np.where(self.free < NEVER_S, usual, NEVER_S).astype(np.int64)


def read_peaks(peaks: Peaks, free: Seconds, clock: Clock) -> Travel:
    """Join driving times with the peaks of the days around a departure.

    Parameters
    ----------
    peaks
        From, until (clock times; they hold from Monday to Friday) and the factor, 1 to 5.
    free
        Whole seconds on free streets between matrix rows.
    clock
        The departure.

    Returns
    -------
    Travel
        The driving times.

    Raises
    ------
    TourError
        When a peak is not three such values, ends before it begins, or overlaps another.
    """
    known = sorted(_read(peak) for peak in peaks)
    for (_, before, _), (begins, _, _) in itertools.pairwise(known):
        if begins < before:
            raise TourError("two peaks overlap", where=f"{begins:%H:%M}", remedy="Join them")
    spans: list[tuple[int, int, float]] = []
    for begins, ends, factor in known:
        for a, b in clock.spans([(begins, ends)], 2 * NEVER_S, "peak"):
            if clock.moment(a).weekday() < 5:
                spans.append((a, b, factor))
    spans.sort()
    if not spans:
        return Travel(free)
    moments, roads = [-_FAR], [-_FAR]
    for a, b, factor in spans:
        for moment, slow in ((a, 1.0), (b, factor)):
            roads.append(roads[-1] + (moment - moments[-1]) / slow)
            moments.append(float(moment))
    roads.append(roads[-1] + _FAR)
    moments.append(moments[-1] + _FAR)
    return Travel(free, tuple(moments), tuple(roads))


def _read(peak: Any) -> tuple[time, time, float]:
    if isinstance(peak, str) or len(peak) != 3:
        raise TourError("a peak is not two clock times and a factor", where="peaks")
    begins, ends = (clock_time(one, "peaks") for one in peak[:2])
    factor = float(peak[2])
    if not 1 <= factor <= MOST_FACTOR:
        raise TourError(
            f"a peak makes driving {factor:g} times as long",
            where=f"peaks, {begins:%H:%M}",
            remedy=f"Write a factor from 1 to {MOST_FACTOR:g}",
        )
    if ends <= begins:
        raise TourError("a peak ends before it begins", where=f"peaks, {begins:%H:%M}")
    return begins, ends, factor


def _along(at: Any, known: Sequence[float], values: Sequence[float]) -> Any:
    """Read values off a line through known points, for one place or many."""
    if isinstance(at, np.ndarray):
        return np.interp(at, known, values)
    piece = min(max(bisect_right(known, at), 1), len(known) - 1)
    a, b = known[piece - 1], known[piece]
    return values[piece - 1] + (at - a) * (values[piece] - values[piece - 1]) / (b - a)
