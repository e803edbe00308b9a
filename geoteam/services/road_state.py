"""How a tour stands: what is done, when the rest will be, for whom it is too late, who is silent.

The phone reckons the same from the same numbers while it has no connection
(``web/src/road/reckon.ts``); both are tested on the same cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from geoteam.store.outcomes import CheckIn, Outcome

# Later than this, a tour is late; a promised time is kept when it is missed by less than half.
LATE = timedelta(minutes=10)
# Who is asked whether all is right has so long to answer.
ANSWER = timedelta(minutes=5)
# The most urgent first.
STANDINGS = ("help", "no word", "late", "on time", "not begun", "done")
_PROMISE = LATE / 2
# Said at a desk too: no sign that the tour is under way.
_QUIET = ("settled", "promised", "unpromised")


@dataclass(frozen=True, slots=True)
class Ahead:
    """A stop as planned.

    Attributes
    ----------
    client_ref
        Whom it visits.
    arrives_at, leaves_at
        As planned.
    drive_s
        Of the leg that leads to it.
    windows
        When the client is at home that day; empty for any time.
    fixed
        Promised for the planned time.
    """

    client_ref: str
    arrives_at: datetime
    leaves_at: datetime
    drive_s: float
    windows: tuple[tuple[datetime, datetime], ...] = ()
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A tour as planned: its stops in order, the leg home, and the break before a stop.

    Attributes
    ----------
    departs_at, returns_at
        As planned.
    stops
        In order.
    home_s
        Drive of the last leg.
    pause
        Begin and end of the break; None without one.
    pause_before
        Position, from 0, of the stop that the break precedes.
    check_in
        How long after the expected word one is asked for; None never.
    """

    departs_at: datetime
    returns_at: datetime
    stops: tuple[Ahead, ...]
    home_s: float = 0.0
    pause: tuple[datetime, datetime] | None = None
    pause_before: int = 0
    check_in: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """When a stop that is not done is expected to begin, and whether that is too late for it."""

    client_ref: str
    at: datetime
    missed: bool


@dataclass(frozen=True, slots=True)
class RoadState:
    """How a tour stands.

    Attributes
    ----------
    standing
        The most urgent of ``STANDINGS`` that fits.
    begun_at, last_word_at
        First and latest word from the road; None without one.
    done
        Clients with an outcome.
    at_client
        Where the officers are since `arrived`; '' on the way.
    expected
        The stops still to come, in order.
    back_at
        When the tour is expected to end; None when it is done or has not begun.
    late_s
        By how much the next stop will be later than planned.
    asks_at
        When the phone asks whether all is right; None when it does not.
    silent
        Asked, and not answered in time.
    help
        Somebody asked for help, and nobody has said since that all is right.
    """

    standing: str
    begun_at: datetime | None
    last_word_at: datetime | None
    done: tuple[str, ...]
    at_client: str
    expected: tuple[Expected, ...]
    back_at: datetime | None
    late_s: float
    asks_at: datetime | None
    silent: bool
    help: bool

    @property
    def missed(self) -> tuple[str, ...]:
        """Clients whose hours at home will be over, in order."""
        return tuple(one.client_ref for one in self.expected if one.missed)


def reckon(
    plan: Plan,
    outcomes: Sequence[Outcome],
    words: Sequence[CheckIn],
    now: datetime,
    *,
    is_over: bool = False,
) -> RoadState:
    """Tell how a tour stands.

    Parameters
    ----------
    plan
        As planned.
    outcomes
        In force, by time.
    words
        Signs of life, by time.
    now
        The moment.
    is_over
        Whether its status is done or cancelled.

    Returns
    -------
    RoadState
        How it stands.
    """
    told = {one.client_ref: one for one in outcomes}
    moments = [one.at for one in outcomes]
    moments = sorted([*moments, *(one.at for one in words if one.kind not in _QUIET)])
    begun_at, last = (moments[0], moments[-1]) if moments else (None, None)
    coming = [(i, stop) for i, stop in enumerate(plan.stops) if stop.client_ref not in told]
    arrived, left_at = _where(plan, told, words, begun_at)
    expected, back_at = _expect(plan, coming, arrived, left_at, now)
    over = is_over or any(one.kind == "ended" for one in words)
    helps = bool(open_calls(words))
    state = RoadState(
        standing="done" if over else "not begun",
        begun_at=begun_at,
        last_word_at=last,
        done=tuple(told),
        at_client=arrived[0] if arrived else "",
        expected=() if over else tuple(expected),
        back_at=None,
        late_s=0.0,
        asks_at=None,
        silent=False,
        help=helps,
    )
    if helps:
        state = replace(state, standing="help")
    if over or last is None:
        return state
    late_s = _late_s(plan, expected, back_at, arrived)
    asks_at = _asks_at(plan, coming, arrived, left_at, last)
    silent = asks_at is not None and now >= asks_at + ANSWER
    late = late_s >= LATE.total_seconds() or any(one.missed for one in expected)
    standing = "help" if helps else "no word" if silent else "late" if late else "on time"
    return replace(
        state, standing=standing, back_at=back_at, late_s=late_s, asks_at=asks_at, silent=silent
    )


def _where(
    plan: Plan,
    told: Mapping[str, Outcome],
    words: Sequence[CheckIn],
    begun_at: datetime | None,
) -> tuple[tuple[str, datetime] | None, datetime]:
    """Tell at whose door the officers are since when, and when they last drove off."""
    here: tuple[str, datetime] | None = None
    gone = [one.at for one in told.values()]
    for word in words:
        if word.kind == "arrived" and word.client_ref not in told:
            here = word.client_ref, word.at
        elif word.kind == "left":
            here = None
            gone.append(word.at)
    if here and here[0] not in {stop.client_ref for stop in plan.stops}:
        here = None
    begun = [one.at for one in words if one.kind == "begun"]
    return here, max([*gone, *begun], default=begun_at or plan.departs_at)


def _expect(
    plan: Plan,
    coming: Sequence[tuple[int, Ahead]],
    arrived: tuple[str, datetime] | None,
    left_at: datetime,
    now: datetime,
) -> tuple[list[Expected], datetime]:
    found = []
    free = left_at
    if arrived:
        # Where they are comes first, whatever the plan says.
        coming = sorted(coming, key=lambda one: one[1].client_ref != arrived[0])
    for place, stop in coming:
        if arrived and stop.client_ref == arrived[0]:
            begins, missed = arrived[1], False
            free = max(now, begins + _service(stop))
        else:
            if plan.pause and place >= plan.pause_before and now < plan.pause[1]:
                # Not taken yet, as far as is known.
                rests = max(free, plan.pause[0])
                free = max(free, rests + (plan.pause[1] - plan.pause[0]))
                plan = replace(plan, pause=None)
            reaches = max(free + timedelta(seconds=stop.drive_s), now)
            begins, missed = _begins(stop, reaches)
            free = begins + _service(stop)
        found.append(Expected(stop.client_ref, begins, missed))
    return found, max(now, free + timedelta(seconds=plan.home_s))


def _service(stop: Ahead) -> timedelta:
    return stop.leaves_at - stop.arrives_at


def _begins(stop: Ahead, reaches: datetime) -> tuple[datetime, bool]:
    """Tell when a visit begins for who reaches the door at a moment, and whether it is too late."""
    if stop.fixed:
        return max(reaches, stop.arrives_at), reaches > stop.arrives_at + _PROMISE
    for begin, end in sorted(stop.windows):
        if max(reaches, begin) + _service(stop) <= end:
            return max(reaches, begin), False
    return reaches, bool(stop.windows)


def _late_s(
    plan: Plan,
    expected: Sequence[Expected],
    back_at: datetime,
    arrived: tuple[str, datetime] | None,
) -> float:
    planned = {stop.client_ref: stop.arrives_at for stop in plan.stops}
    ahead = [one for one in expected if not arrived or one.client_ref != arrived[0]]
    late = ahead[0].at - planned[ahead[0].client_ref] if ahead else back_at - plan.returns_at
    return max(0.0, late.total_seconds())


def _asks_at(
    plan: Plan,
    coming: Sequence[tuple[int, Ahead]],
    arrived: tuple[str, datetime] | None,
    left_at: datetime,
    last: datetime,
) -> datetime | None:
    """Tell when a word has been overdue for so long that it is asked for."""
    if plan.check_in is None:
        return None
    if arrived:
        stay = next(_service(stop) for stop in plan.stops if stop.client_ref == arrived[0])
        due = arrived[1] + stay
    elif coming:
        stop = coming[0][1]
        due = max(left_at + timedelta(seconds=stop.drive_s), stop.arrives_at)
    else:
        due = max(left_at + timedelta(seconds=plan.home_s), plan.returns_at)
    return max(due, last) + plan.check_in


def open_calls(words: Sequence[CheckIn]) -> list[CheckIn]:
    """List the calls for help that are open: what settles one was said, and came in, after it.

    The clocks of two phones differ: one word alone may seem to be the later one.

    Parameters
    ----------
    words
        Signs of life, by time.

    Returns
    -------
    list of CheckIn
        By time.
    """
    answers = [one for one in words if one.kind in ("ok", "settled")]
    return [
        call
        for call in words
        if call.kind == "help"
        and not any(one.at >= call.at and one.received_at >= call.received_at for one in answers)
    ]
