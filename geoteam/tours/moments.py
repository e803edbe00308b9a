"""Moments and windows: clock times become whole seconds after the departure, and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from geoteam.errors import TourError

Moment = str | time | datetime
# A window in whole seconds after the departure.
Span = tuple[int, int]
Windows = Sequence[tuple[Moment, Moment]]

DAY_S = 86_400


@dataclass(frozen=True)
class Clock:
    """Turns moments into seconds after a departure; elapsed seconds, also when clocks change.

    Attributes
    ----------
    departs
        The departure, with a time zone.
    """

    departs: datetime

    def __post_init__(self) -> None:
        if self.departs.tzinfo is None:
            raise TourError("the departure has no time zone", remedy="Use the city's time zone")

    def seconds(self, moment: datetime) -> int:
        """Count elapsed seconds from the departure.

        Parameters
        ----------
        moment
            A moment; without a time zone it is read in that of the departure.

        Returns
        -------
        int
            Whole seconds, negative before the departure.
        """
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self.departs.tzinfo)
        return int((moment.astimezone(UTC) - self.departs.astimezone(UTC)).total_seconds())

    def moment(self, seconds: int) -> datetime:
        """Tell the moment that many seconds after the departure.

        Parameters
        ----------
        seconds
            Elapsed seconds.

        Returns
        -------
        datetime
            The moment in the departure's time zone.
        """
        later = self.departs.astimezone(UTC) + timedelta(seconds=seconds)
        return later.astimezone(self.departs.tzinfo)

    def show(self, seconds: int) -> str:
        """Show the clock time that many seconds after the departure.

        Parameters
        ----------
        seconds
            Elapsed seconds.

        Returns
        -------
        str
            ``HH:MM``.
        """
        return self.moment(seconds).strftime("%H:%M")

    def end(self, latest: Moment, what: str) -> int:
        """Read a moment after the departure; a clock time is the next one.

        Parameters
        ----------
        latest
            A moment or a clock time.
        what
            Its name, for messages.

        Returns
        -------
        int
            Seconds after the departure.

        Raises
        ------
        TourError
            When it is no time, or not after the departure.
        """
        if not isinstance(latest, datetime):
            day = self.departs.date()
            seconds = self.seconds(_at(day, clock_time(latest, what)))
            if seconds <= 0:
                seconds = self.seconds(_at(day + timedelta(days=1), clock_time(latest, what)))
        else:
            seconds = self.seconds(latest)
        if seconds <= 0:
            raise TourError(f"the {what} is not after the departure", where=str(latest))
        return seconds

    def spans(self, windows: Any, horizon_s: int, what: str) -> list[Span]:
        """Read windows as spans that begin before a horizon and end after the departure.

        Parameters
        ----------
        windows
            Pairs of moments or clock times; clock times hold every day, and one that ends before
            it begins passes midnight. Empty or None: at any time.
        horizon_s
            Seconds after the departure; what opens later is dropped.
        what
            Whose windows, for messages.

        Returns
        -------
        list of tuple of int
            Spans in order, merged, none before 0; the last may reach beyond the horizon.

        Raises
        ------
        TourError
            When a window is not a pair of times, or closes before it opens.
        """
        if windows is None or isinstance(windows, float) or len(windows) == 0:
            return [(0, horizon_s + DAY_S)]
        found: list[Span] = []
        for window in windows:
            if isinstance(window, str) or len(window) != 2:
                raise TourError(f"a window is not a pair of times: {window!r}", where=what)
            found += self._pair(window[0], window[1], what)
        return merge((max(0, a), b) for a, b in found if a < horizon_s)

    def outside(
        self, windows: Any, stay: tuple[datetime, datetime], until: datetime, what: str
    ) -> list[tuple[datetime, datetime]]:
        """Take a stay out of windows.

        Parameters
        ----------
        windows
            As of `spans`.
        stay
            From and until.
        until
            What lies later is dropped.
        what
            Whose windows, for messages.

        Returns
        -------
        list of tuple of datetime
            What is left of the windows; nothing may be left.
        """
        (begins, ends), last = (self.seconds(one) for one in stay), self.seconds(until)
        around = merge([(0, min(begins, last)), (max(0, ends), last)])
        free = intersect(self.spans(windows, last, what), around)
        return [(self.moment(a), self.moment(b)) for a, b in free]

    def _pair(self, opens: Moment, closes: Moment, what: str) -> list[Span]:
        if isinstance(opens, datetime) and isinstance(closes, datetime):
            span = (self.seconds(opens), self.seconds(closes))
            if span[1] <= span[0]:
                raise TourError("a window closes before it opens", where=what)
            return [span]
        if isinstance(opens, datetime) or isinstance(closes, datetime):
            raise TourError("a window mixes a moment with a clock time", where=what)
        first, last = clock_time(opens, what), clock_time(closes, what)
        if first == last:
            raise TourError("a window closes when it opens", where=what)
        overnight = timedelta(days=1 if last < first else 0)
        days = [self.departs.date() + timedelta(days=step) for step in (-1, 0, 1)]
        return [
            (self.seconds(_at(day, first)), self.seconds(_at(day + overnight, last)))
            for day in days
        ]


def merge(spans: Iterable[Span]) -> list[Span]:
    """Put spans in order and join those that touch.

    Parameters
    ----------
    spans
        Spans in any order; empty ones are dropped.

    Returns
    -------
    list of tuple of int
        Disjoint spans in order.
    """
    result: list[Span] = []
    for opens, closes in sorted(span for span in spans if span[1] > span[0]):
        if result and opens <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], closes))
        else:
            result.append((opens, closes))
    return result


def intersect(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """Intersect two lists of spans.

    Parameters
    ----------
    one, other
        Disjoint spans in order.

    Returns
    -------
    list of tuple of int
        What lies in both.
    """
    return merge((max(a, c), min(b, d)) for a, b in one for c, d in other)


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock)


def clock_time(value: Any, what: str) -> time:
    """Read a clock time.

    Parameters
    ----------
    value
        A time, or ``HH:MM``.
    what
        Its name, for messages.

    Returns
    -------
    datetime.time
        Without a time zone.

    Raises
    ------
    TourError
        When it is none.
    """
    if isinstance(value, time):
        return value.replace(tzinfo=None)
    try:
        return time.fromisoformat(str(value).strip().zfill(5))
    except ValueError as error:
        raise TourError(
            f"{str(value)!r} is no clock time", where=what, remedy="Write HH:MM"
        ) from error
