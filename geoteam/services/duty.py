"""Who is on duty when, and who speaks what: as planning asks for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from geoteam.profile import CityProfile
from geoteam.store import duty
from geoteam.store.duty import Kind, Shift

# Beginning and end of a time on duty, both in UTC, so that they can be subtracted.
Span = tuple[datetime, datetime]


def spans(
    session: Session,
    profile: CityProfile,
    on: date,
    kind: Kind,
    refs: Collection[str] | None = None,
) -> dict[str, list[Span]]:
    """Tell when people are on duty: the times that begin on a day.

    A day with hours of its own has only those; a person with hours for any day of the week is off
    on the others. Who has neither is on duty while the city's tours are made.

    Parameters
    ----------
    session
        Open session.
    profile
        The city profile, for its time zone and hours.
    on
        The day, in the city's time zone.
    kind
        Officers or police partners.
    refs
        Whose; None is everybody who has not left.

    Returns
    -------
    dict of str to list of tuple
        Everybody asked for; in order, in UTC. A shift over midnight ends on the next day. What is
        left of the day before's is not among them; see `on_duty`.
    """
    found = duty.shifts(session, kind, refs)
    return {ref: _spans_of(own, profile, on) for ref, own in found.items()}


def _spans_of(own: list[Shift], profile: CityProfile, on: date) -> list[Span]:
    rules = profile.tours
    usual = [Shift(on.weekday(), rules.earliest, rules.latest)]
    return day_spans(hours_of(own, on, usual), on, profile.city.zone)


def on_duty(
    session: Session,
    profile: CityProfile,
    on: date,
    kind: Kind,
    refs: Collection[str] | None = None,
) -> dict[str, list[Span]]:
    """Tell when people are on duty around a day, with the shift that began the night before.

    Parameters
    ----------
    session, profile, on, kind, refs
        As of `spans`.

    Returns
    -------
    dict of str to list of tuple
        As of `spans`; spans that touch are one, and those that end before the day are none.
    """
    days = (on - timedelta(days=1), on)
    midnight = datetime.combine(on, time(), profile.city.zone)
    found = duty.shifts(session, kind, refs)
    return {
        ref: [
            (begins, ends)
            for begins, ends in joined(
                span for day in days for span in _spans_of(own, profile, day)
            )
            if ends > midnight
        ]
        for ref, own in found.items()
    }


def skills(
    session: Session, kind: Kind, refs: Collection[str] | None = None
) -> dict[str, set[str]]:
    """Tell which languages people speak, and their other skills.

    Parameters
    ----------
    session
        Open session.
    kind
        Officers or police partners.
    refs
        Whose; None is everybody's.

    Returns
    -------
    dict of str to set of str
        Case folded; only people who have some.
    """
    found = duty.skills(session, kind, refs)
    return {ref: {name.casefold() for name in names} for ref, names in found.items()}


def hours_of(own: Iterable[Shift], on: date, usual: list[Shift]) -> list[Shift]:
    """Choose a person's hours of one day.

    Parameters
    ----------
    own
        All the person's hours.
    on
        The day.
    usual
        The hours of who has none for the week.

    Returns
    -------
    list of Shift
        Without those that say off duty.
    """
    own = list(own)
    found = [one for one in own if one.day == on]
    if not found:
        week = [one for one in own if one.weekly]
        found = [one for one in week if one.day == on.weekday()] if week else usual
    return [one for one in found if one.begins]


def day_spans(hours: Iterable[Shift], on: date, zone: ZoneInfo) -> list[Span]:
    """Turn clock times of a day into moments.

    A night on which the clocks change is an hour shorter or longer. A clock time that comes twice
    is the first; one that is skipped is as much later.

    Parameters
    ----------
    hours
        Clock times; an end not after its beginning lies on the next day.
    on
        The day that they begin on.
    zone
        The city's time zone.

    Returns
    -------
    list of tuple
        In order and disjoint, in UTC.
    """

    def moment(day: date, clock: str) -> datetime:
        return datetime.combine(day, time.fromisoformat(clock), zone).astimezone(UTC)

    return joined(
        (
            moment(on, one.begins),
            moment(on + timedelta(days=one.ends <= one.begins), one.ends),
        )
        for one in hours
    )


def joined(some: Iterable[Span]) -> list[Span]:
    """Put spans in order and join those that touch or overlap.

    Parameters
    ----------
    some
        Spans; those that end when they begin, or before, are dropped.

    Returns
    -------
    list of tuple
        Disjoint, in order.
    """
    found: list[Span] = []
    for begins, ends in sorted(one for one in some if one[0] < one[1]):
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((begins, ends))
    return found


def meet(one: Iterable[Span], other: Iterable[Span]) -> list[Span]:
    """Find the times that lie in both of two lists of spans.

    Parameters
    ----------
    one, other
        Spans.

    Returns
    -------
    list of tuple
        Disjoint, in order.
    """
    others = list(other)
    return joined((max(a, c), min(b, d)) for a, b in one for c, d in others)


def without(some: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """Cut times out of spans.

    Parameters
    ----------
    some
        Spans.
    taken
        What is cut out.

    Returns
    -------
    list of tuple
        Disjoint, in order; what touches nothing that is cut out stays as it is.
    """
    left = joined(some)
    for begins, ends in joined(taken):
        left = [
            part
            for a, b in left
            for part in ((a, min(b, begins)), (max(a, ends), b))
            if part[0] < part[1]
        ]
    return left
