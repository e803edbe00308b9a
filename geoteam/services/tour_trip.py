"""A saved tour with other visits: the people, their hours and what is done already stay.

Moving visits by hand, planning the rest on the road and saving a week that was looked at all ask
the same: which order of these visits is the best that both people, their shifts, their other
tours and every limit of a visit allow.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from geoteam.errors import InputError
from geoteam.services import duty
from geoteam.services.tour_closures import name_closures
from geoteam.services.tour_plans import (
    due_frame,
    start_of,
)
from geoteam.services.tour_times import break_owed, longest_drive_s
from geoteam.services.tour_ways import close_ways_back, driving_s
from geoteam.services.workspace import Workspace
from geoteam.store import staff, tours, venues, visit_limits
from geoteam.store.tour_versions import others_of
from geoteam.tours import TourPlan, replan_tour
from geoteam.tours.moments import DAY_S, Clock, intersect

# A tour of a later day may hold visits that fall due until then.
AHEAD_DAYS = 7
_STEP_S = 300


@dataclass(frozen=True, slots=True)
class Trip:
    """A tour that may be solved anew.

    Attributes
    ----------
    on
        Its day.
    officer_ref, partner_ref
        Who goes; the partner may be ''.
    officer
        Row of the store's officers.
    begins, ends
        Earliest departure and latest return.
    max_stops
        Most stops.
    done
        Stops that have begun, in order.
    break_taken
        The break that lies behind, as the store keeps it; empty when there is none.
    bound
        What sets the latest return, in words; '' for the city's hours.
    hours
        When visits may take place, in order; empty for the whole of the tour.
    off_duty
        Who would have to be on duty for the tour to take place, such as ``its officer is on
        duty``; '' when they are.
    via
        Longitude and latitude of the station where the police partner joins and leaves.
    driven_s
        Driving to the stops that are done.
    """

    on: date
    officer_ref: str
    partner_ref: str
    officer: pd.Series
    begins: datetime
    ends: datetime
    max_stops: int
    done: tuple[tours.SavedStop, ...] = ()
    break_taken: Mapping[str, Any] | None = None
    bound: str = ""
    hours: tuple[duty.Span, ...] = ()
    off_duty: str = ""
    via: tuple[float, float] | None = None
    driven_s: float = 0.0

    @property
    def start(self) -> tuple[float, float]:
        """Where it begins and ends.

        Returns
        -------
        tuple of float
            Longitude and latitude of the team's office.
        """
        return start_of(self.officer)


def trip_of(
    workspace: Workspace, session: Session, saved: tours.SavedTour, *, at: datetime | None = None
) -> Trip:
    """Tell what a saved tour must keep to when its visits change.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    saved
        The tour.
    at
        The moment; now when None.

    Returns
    -------
    Trip
        Its people, hours and what is done.

    Raises
    ------
    InputError
        When the tour is over, done or cancelled, or its officer has left.
    """
    if saved.status not in tours.STANDING:
        raise InputError(f"the tour is {saved.status} already", remedy="Choose another tour")
    officers = staff.officers(session, refs=[saved.officer_ref])
    if officers.empty:
        raise InputError("the tour's officer has left", remedy="Cancel the tour")
    zone, rules = workspace.profile.city.zone, workspace.profile.tours
    now = (at or workspace.now()).astimezone(zone)
    departs, returns = (one.astimezone(zone) for one in (saved.departs_at, saved.returns_at))
    if now >= returns and saved.status == "planned":
        raise InputError("the tour is over", remedy="Choose a tour that is still to come")
    done = tuple(one for one in saved.stops if one.arrives_at.astimezone(UTC) <= now)
    last = datetime.combine(saved.on, time.fromisoformat(rules.latest), zone)
    asked = [
        (datetime.fromisoformat(begins), datetime.fromisoformat(ends))
        for begins, ends in saved.summary.get("hours", ())
    ] or [(departs, max(last, returns))]
    begins = min(asked[0][0].astimezone(zone), departs)
    ends, bound = max(asked[-1][1].astimezone(zone), returns), ""
    own, theirs = _on_duty_then(workspace, session, saved)
    hours = duty.meet(asked, duty.meet(own, theirs))
    off = "" if duty.meet(hours, [(departs, returns)]) else "the two are on duty together"
    for person, spans in (("its officer", own), ("its police partner", theirs)):
        off = off if not off or duty.meet(spans, [(departs, returns)]) else f"{person} is on duty"
    for who, a, b in others_of(session, saved.ref):
        if b <= departs:
            begins = max(begins, b.astimezone(zone))
        elif a >= returns and a < ends:
            ends, bound = a.astimezone(zone), f"its {who} is on another tour"
    taken = saved.summary.get("break")
    if now > departs:
        begins = max([now, *(one.leaves_at.astimezone(zone) for one in done)])
    elif now > begins:
        begins = min(departs, now + timedelta(seconds=-now.timestamp() % _STEP_S))
    if taken is not None and datetime.fromisoformat(taken["ends"]) > begins:
        taken = None
    return Trip(
        on=saved.on,
        officer_ref=saved.officer_ref,
        partner_ref=saved.police_partner_ref,
        officer=officers.iloc[0],
        begins=begins,
        ends=ends,
        max_stops=int(saved.summary.get("max_stops", rules.max_stops)),
        done=done,
        break_taken=taken if now > departs else None,
        bound=bound,
        hours=tuple(hours),
        off_duty=off,
        via=_station(session, saved),
        driven_s=driven_s(saved, len(done)),
    )


def _station(session: Session, saved: tours.SavedTour) -> tuple[float, float] | None:
    if saved.meet_ref in ("", tours.FIRST_STOP):
        return None
    station = venues.get(session, saved.meet_ref)
    return (station.lon, station.lat) if station else None


def _on_duty_then(
    workspace: Workspace, session: Session, saved: tours.SavedTour
) -> tuple[list[duty.Span], list[duty.Span]]:
    """Tell when the officer and the police partner are on duty around the day of a tour."""
    officer, partner = saved.officer_ref, saved.police_partner_ref
    own = duty.on_duty(session, workspace.profile, saved.on, "officers", [officer])
    if not partner:
        return own.get(officer, []), own.get(officer, [])
    theirs = duty.on_duty(session, workspace.profile, saved.on, "partners", [partner])
    return own.get(officer, []), theirs.get(partner, [])


def visits_of(
    workspace: Workspace,
    session: Session,
    on: date,
    refs: Collection[str],
    but: Collection[str],
) -> pd.DataFrame:
    """Load the visits to some clients, as far as they are due and on no other tour.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    on
        The day.
    refs
        The clients, whoever their officer is.
    but
        Tours whose visits count as not planned.

    Returns
    -------
    DataFrame
        As of `due_frame`.
    """
    due, _ = due_frame(workspace, session, on, None, within_days=AHEAD_DAYS, but=but, refs=refs)
    return due


def solve(
    workspace: Workspace,
    session: Session,
    trip: Trip,
    visits: pd.DataFrame,
    *,
    firm: Collection[str] = (),
    promised: Mapping[str, datetime] | None = None,
    order: Sequence[str] = (),
) -> TourPlan:
    """Find the best order of visits on a tour.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    trip
        The tour.
    visits
        Rows of `visits_of`; visits done are passed over.
    firm
        Visits that go before the others.
    promised
        Visits that begin at a moment, before all others.
    order
        Clients whose visits keep this order among each other; the best order when empty.

    Returns
    -------
    TourPlan
        The stops still to come, and why each other visit is left out.
    """
    made = {stop.client_ref for stop in trip.done}
    coming = visits[~visits.index.isin(made)]
    coming = coming.assign(required=coming["required"].astype(bool) | coming.index.isin(firm))
    whole = pd.concat([_behind(trip, coming.columns), coming.astype(object)]).astype(
        {"lon": float, "lat": float, "service_s": float, "priority": float, "required": bool}
    )
    whole["two_officers"] = whole["two_officers"].fillna(False).astype(bool)
    whole["interpreter"] = whole["interpreter"].fillna("").astype(str)
    if trip.hours and not trip.off_duty:
        whole["windows"] = _on_duty(whole["windows"], trip)
    homes = whole[["lon", "lat"]].to_numpy(dtype=np.float64)
    matrix = driving_s(workspace, trip.on, trip.start, homes, trip.via)
    close_ways_back(matrix, list(whole.index), order)
    places = len({(stop.lon, stop.lat) for stop in trip.done})
    longest = longest_drive_s(workspace)
    plan = replan_tour(
        whole,
        trip.start,
        matrix=matrix,
        at=trip.begins,
        latest_return=trip.ends,
        done=[stop.client_ref for stop in trip.done],
        fixed=promised,
        max_stops=max(1, trip.max_stops - places),
        rest=None if trip.break_taken else break_owed(workspace),
        peaks=workspace.profile.tours.peaks,
        longest_drive_s=None if longest is None else longest - trip.driven_s,
        exclusive=visit_limits.no_contact_pairs(session, list(whole.index)),
        skills=_skills(session, trip),
        people=2 if trip.partner_ref else 1,
    )
    return name_closures(workspace, trip.on, plan, visits)


def _on_duty(windows: pd.Series, trip: Trip) -> pd.Series:
    """Cut hours at home to those when both are on duty; where none is, to a time after the tour."""
    clock = Clock(trip.begins)
    horizon_s = clock.seconds(trip.ends)
    duty_s = [(clock.seconds(begins), clock.seconds(ends)) for begins, ends in trip.hours]
    if any(begins <= 0 and ends >= horizon_s for begins, ends in duty_s):
        return windows
    never = [(horizon_s + DAY_S, horizon_s + DAY_S + 1)]
    cut = [intersect(clock.spans(own, horizon_s, "client"), duty_s) or never for own in windows]
    moments = [[(clock.moment(a), clock.moment(b)) for a, b in spans] for spans in cut]
    return pd.Series(moments, index=windows.index, dtype=object)


def _behind(trip: Trip, columns: pd.Index) -> pd.DataFrame:
    rows = [
        dict.fromkeys(columns) | {
            "lon": stop.lon, "lat": stop.lat, "service_s": 0.0, "windows": [], "priority": 0,
            "required": False,
        }
        for stop in trip.done
    ]  # fmt: skip
    index = pd.Index([stop.client_ref for stop in trip.done], name="client_ref", dtype=object)
    return pd.DataFrame(rows, index=index, columns=columns).astype(object)


def driven_s(saved: tours.SavedTour, done: int) -> float:
    """Sum the driving to the stops that are done.

    Parameters
    ----------
    saved
        The tour.
    done
        How many.

    Returns
    -------
    float
        Seconds.
    """
    return float(sum(step["duration_s"] for leg in saved.steps[:done] for step in leg))


def _skills(session: Session, trip: Trip) -> set[str]:
    found = duty.skills(session, "officers", [trip.officer_ref])
    spoken = set(found.get(trip.officer_ref, ()))
    if trip.partner_ref:
        found = duty.skills(session, "partners", [trip.partner_ref])
        spoken |= set(found.get(trip.partner_ref, ()))
    return spoken
