"""What would let visits be made that a tour leaves out: each change is planned with as asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.errors import InputError
from geoteam.services import duty
from geoteam.services.tour_pairing import Meet, Pairing, pair_up
from geoteam.services.tour_plans import due_frame
from geoteam.services.tour_times import Times, departure, refuse_overlap, rounded_up
from geoteam.services.wording import told_weekday
from geoteam.services.workspace import Workspace
from geoteam.store import tours
from geoteam.tours import Remedy, offer_remedies
from geoteam.tours.due import POINTS_ADDED

# So many of the officer's next days on duty are tried, of this many days.
_DAYS, _AHEAD_DAYS = 4, 14
# So many visits are tried as visits that must be made.
_MUST = 6
# A second tour is tried from this much time on.
_SECOND = timedelta(minutes=30)
_NONE = (
    "Nothing that was tried helps: neither another departure, other people, other tours of the day "
    f"nor the officer's next {_DAYS} days on duty."
)
_CUT = "Nothing was found in the time there was; not everything was tried."
_SOONER = frozenset({
    "late_return", "window_missed", "no_window", "window_too_short", "lower_priority", "no_break",
    "longest_drive", "needs_two_officers", "needs_interpreter",
})  # fmt: skip
_MUST_HELPS = frozenset({
    "tour_full", "late_return", "window_missed", "lower_priority", "longest_drive", "no_break",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A tour as it was asked for.

    Attributes
    ----------
    workspace, session
        The workspace, and its open session.
    officer_ref, officer
        The CSO, and the row of the store's officers.
    partner_ref, meet
        As asked for; '' where it was left open.
    max_stops
        Most stops.
    joint
        No other tour is offered without a police partner.
    """

    workspace: Workspace
    session: Session
    officer_ref: str
    officer: pd.Series
    partner_ref: str
    meet: Meet
    max_stops: int
    joint: bool = False

    def pair(
        self,
        on: date,
        visits: pd.DataFrame,
        times: Times,
        day: pd.DataFrame,
        *,
        advised: bool = True,
    ) -> Pairing:
        """Plan the tour.

        Parameters
        ----------
        on
            The day.
        visits
            Rows of `due_frame`.
        times
            Earliest departure and latest return.
        day
            Tours of the day, as of the store.
        advised
            Whether advice on waiting is found.

        Returns
        -------
        Pairing
            The tour.

        Raises
        ------
        InputError
            As of `pair_up`, or when one of the two is on another tour then.
        """
        found = pair_up(
            self.workspace,
            self.session,
            on=on,
            officer_ref=self.officer_ref,
            officer=self.officer,
            visits=visits,
            times=times,
            max_stops=self.max_stops,
            day=day,
            partner_ref=self.partner_ref,
            meet=self.meet,
            advised=advised,
        )
        if len(found.plan.stops):
            refuse_overlap(self.workspace, day, found.plan, "officer", self.officer_ref)
            refuse_overlap(self.workspace, day, found.plan, "police_partner", found.partner_ref)
        return found


def instead(
    asked: Asked, on: date, visits: pd.DataFrame, times: Times, day: pd.DataFrame
) -> Iterator[Remedy]:
    """List changes of a tour itself: other people, an earlier departure, one more stop.

    Parameters
    ----------
    asked
        The tour as it was asked for.
    on
        Its day.
    visits, times, day
        What it was planned from.

    Yields
    ------
    Remedy
        Those that can be asked for, the smallest change first.
    """
    if asked.partner_ref:
        yield Remedy(
            "Plan the tour anew, and leave open who comes along.",
            {"police_partner": ""},
            partial(made_with, replace(asked, partner_ref=""), on, visits, times, day),
        )
    soonest = _soonest(asked, on)
    hour_before = max(soonest, times.departs - timedelta(hours=1))
    for departs in dict.fromkeys((hour_before, soonest)):
        if departs < times.departs:
            yield Remedy(
                f"Plan the tour anew, with departure from {departs:%H:%M}.",
                {"departs": f"{departs:%H:%M}"},
                partial(made_with, asked, on, visits, replace(times, departs=departs), day),
                _SOONER,
            )
    more = asked.max_stops + 1
    yield Remedy(
        f"Plan the tour anew, with up to {more} stops.",
        {"max_stops": more},
        partial(made_with, replace(asked, max_stops=more), on, visits, times, day),
        frozenset({"tour_full"}),
    )


def besides(asked: Asked, on: date, returns_at: datetime | None) -> Iterator[Remedy]:
    """List tours that could be planned beside one that is saved: later that day, on other days.

    With whoever comes along then.

    Parameters
    ----------
    asked
        The tour as it was asked for.
    on
        Its day.
    returns_at
        When it is back; None when there is no such tour.

    Yields
    ------
    Remedy
        The soonest first.
    """
    workspace, asked = asked.workspace, replace(asked, partner_ref="", meet="")
    if returns_at is not None:
        again = rounded_up(returns_at.astimezone(workspace.profile.city.zone))
        clock = f"{again:%H:%M}"
        times = _times(workspace, on, clock) if again.date() == on else None
        if times is not None and times.latest - times.departs >= _SECOND:
            yield Remedy(
                f"Plan a second tour on that day, from {clock}.",
                {"on": on.isoformat(), "departs": clock},
                partial(_made_on, asked, on, times),
            )
    for day in _on_duty(asked, on):
        if (times := _times(workspace, day, "")) is not None:
            yield Remedy(
                f"Plan a tour on {told_weekday(day)}.",
                {"on": day.isoformat()},
                partial(_made_on, asked, day, times),
            )


def as_required(
    asked: Asked,
    on: date,
    visits: pd.DataFrame,
    times: Times,
    day: pd.DataFrame,
    left_out: Collection[str],
) -> Iterator[Remedy]:
    """List visits that a supervisor could add, so that they go before those not required.

    Parameters
    ----------
    asked
        The tour as it was asked for.
    on
        Its day.
    visits, times, day
        What it was planned from.
    left_out
        Clients whose visits it leaves out, the most urgent first.

    Yields
    ------
    Remedy
        One for each of the most urgent.
    """
    for ref in [one for one in left_out if not visits.at[one, "required"]][:_MUST]:
        first = visits.assign(
            required=visits["required"] | (visits.index == ref),
            priority=visits["priority"] + POINTS_ADDED * (visits.index == ref),
        )
        yield Remedy(
            "Have a supervisor add it as a visit that must be made, and plan the tour anew.",
            {"required": ref},
            partial(made_with, asked, on, first, times, day),
            _MUST_HELPS,
            frozenset({ref}),
        )


def told_remedies(
    left_out: Sequence[Mapping[str, Any]],
    remedies: Iterable[Remedy],
    is_cut: Callable[[], bool] = lambda: False,
) -> list[dict[str, Any]]:
    """Offer what was found to help, and say so where nothing was.

    Parameters
    ----------
    left_out
        Visits that a tour leaves out.
    remedies
        What is tried, in this order.
    is_cut
        Tells afterwards whether some were not tried.

    Returns
    -------
    list of dict
        As of `geoteam.tours.offer_remedies`; a remedy in words for each.
    """
    found = offer_remedies(left_out, remedies)
    none = _CUT if is_cut() else _NONE
    return [one | {"remedy": one["remedy"] or none} for one in found]


def made_with(
    asked: Asked, on: date, visits: pd.DataFrame, times: Times, day: pd.DataFrame
) -> Collection[str]:
    """Plan a tour and tell whom it visits.

    Parameters
    ----------
    asked
        The tour as it would be asked for.
    on
        Its day.
    visits, times, day
        What it is planned from.

    Returns
    -------
    Collection of str
        Clients; none when there can be no such tour, or no joint one where it is to be one.
    """
    try:
        found = asked.pair(on, visits, times, day, advised=False)
    except InputError:
        return []
    return [] if asked.joint and not found.partner_ref else list(found.plan.stops.index)


def _made_on(asked: Asked, on: date, times: Times) -> Collection[str]:
    workspace, session = asked.workspace, asked.session
    visits, _ = due_frame(workspace, session, on, [asked.officer_ref])
    if visits.empty:
        return []
    return made_with(asked, on, visits, times, tours.list_tours(session, on=on))


def _times(workspace: Workspace, on: date, departs: str) -> Times | None:
    try:
        return departure(workspace, on, departs)
    except InputError:
        return None


def _soonest(asked: Asked, on: date) -> datetime:
    """Tell when the officer's day begins, not before now."""
    workspace = asked.workspace
    own = duty.spans(asked.session, workspace.profile, on, "officers", [asked.officer_ref])
    zone = workspace.profile.city.zone
    begins = [span[0].astimezone(zone) for span in own[asked.officer_ref]]
    now = workspace.now().astimezone(zone)
    return max(rounded_up(now), min(begins, default=datetime.max.replace(tzinfo=zone)))


def _on_duty(asked: Asked, on: date) -> Iterator[date]:
    """List the officer's next days on duty."""
    found = 0
    for step in range(1, _AHEAD_DAYS + 1):
        day = on + timedelta(days=step)
        ref, profile = asked.officer_ref, asked.workspace.profile
        if found < _DAYS and duty.spans(asked.session, profile, day, "officers", [ref])[ref]:
            found += 1
            yield day
