"""What would help visits that a saved tour leaves out: looked for once the tour is there."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.disclosure.policy import TOUR
from geoteam.errors import InputError, NotFoundError
from geoteam.model import User
from geoteam.services import duty
from geoteam.services.clients import reach_of
from geoteam.services.road_words import of_tour
from geoteam.services.tour_move_parts import Move
from geoteam.services.tour_plans import due_frame, left_out_of
from geoteam.services.tour_prices import work_out
from geoteam.services.tour_remedies import (
    Asked,
    as_required,
    besides,
    instead,
    made_with,
    told_remedies,
)
from geoteam.services.tour_times import Times, departure
from geoteam.services.tour_views import may_look
from geoteam.services.workspace import Workspace
from geoteam.store import audit, outcomes, staff, tours
from geoteam.store.tours import SavedTour
from geoteam.tours import Remedy

# Changes are tried for so long; one that has begun is ended.
_SECONDS = 6.0
# Other tours of the day that are tried, for so many of the most urgent visits.
_TOURS, _VISITS = 3, 6
# Police partners of a language that are tried.
_SPEAKERS = 2


class _Within:
    """Remedies that are tried until the time is up."""

    def __init__(self, remedies: Iterable[Remedy], seconds: float) -> None:
        self._remedies, self._ends = remedies, time.monotonic() + seconds
        self.is_cut = False

    def __iter__(self) -> Iterator[Remedy]:
        for remedy in self._remedies:
            self.is_cut = time.monotonic() > self._ends
            if self.is_cut:
                return
            yield remedy


def find_remedies(workspace: Workspace, user: User, ref: str) -> int:
    """Look for what would help visits that a tour leaves out, by planning with it.

    Nobody waits for it: what is found is kept with the tour, unless the tour has changed since.

    Parameters
    ----------
    workspace
        The workspace.
    user
        The officer, or a supervisor of the team.
    ref
        The tour's reference.

    Returns
    -------
    int
        For how many visits it looked.

    Raises
    ------
    DisclosureError
        When the user sees no clients.
    NotFoundError
        When there is no such tour, or none of the user's.
    """
    reach_of(user)
    with workspace.reading() as session:
        saved = of_tour(session, user, ref)
        if not may_look(workspace, saved):
            return 0
        tried = _Within(_changes(workspace, session, user, saved), _SECONDS)
        found = told_remedies(saved.left_out, tried, lambda: tried.is_cut)
    looked = sum(not one["remedy"] for one in saved.left_out)
    with workspace.transaction() as session:
        outcomes.lock(session, ref)
        if of_tour(session, user, ref).version != saved.version:
            return 0
        tours.put_left_out(session, ref, left_out_of(found))
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action="tour.remedies",
            object_kind="tour",
            object_ref=ref,
            purpose=TOUR,
            detail={"visits": looked, "helped": sum(bool(one["change"]) for one in found)},
        )
    return looked


def _changes(
    workspace: Workspace, session: Session, user: User, saved: SavedTour
) -> Iterator[Remedy]:
    """List what may help, the least trouble first; of a tour under way only other tours."""
    officer = staff.officers(session).loc[[saved.officer_ref]].iloc[0]
    usual = {"departs": "", "max_stops": workspace.profile.tours.max_stops}
    usual |= {"police_partner": "", "meet": ""}
    wish: dict[str, Any] = usual | saved.summary.get("asked", {})
    asked = Asked(
        workspace,
        session,
        saved.officer_ref,
        officer,
        wish["police_partner"],
        wish["meet"],
        wish["max_stops"],
        joint=bool(saved.police_partner_ref),
    )
    left_out = [one["client_ref"] for one in saved.left_out if not one["remedy"]]
    day = tours.list_tours(session, on=saved.on)
    beside = day[day.index != saved.ref]
    if saved.departs_at <= workspace.now():
        yield from _other_tours(workspace, session, user, saved, beside, left_out)
        yield from besides(asked, saved.on, saved.returns_at)
        return
    visits, _ = due_frame(workspace, session, saved.on, [saved.officer_ref], but=[saved.ref])
    times = departure(workspace, saved.on, wish["departs"])
    yield from instead(asked, saved.on, visits, times, beside)
    yield from _speakers(asked, saved, visits, times, beside)
    yield from _other_tours(workspace, session, user, saved, beside, left_out)
    yield from besides(asked, saved.on, saved.returns_at)
    open_ = [ref for ref in left_out if ref in visits.index]
    yield from as_required(asked, saved.on, visits, times, beside, open_)


def _speakers(
    asked: Asked, saved: SavedTour, visits: pd.DataFrame, times: Times, day: pd.DataFrame
) -> Iterator[Remedy]:
    """List police partners on duty who speak what visits need, also of other districts."""
    session, profile = asked.session, asked.workspace.profile
    needed = {
        str(visits.at[one["client_ref"], "interpreter"])
        for one in saved.left_out
        if one["code"] == "needs_interpreter" and one["client_ref"] in visits.index
    }
    skills = duty.skills(session, "partners")
    names = staff.police_partners(session)["name"]
    for language in sorted(needed):
        able = [ref for ref, known in skills.items() if language.casefold() in known]
        here = duty.on_duty(session, profile, saved.on, "partners", able)
        for ref in [ref for ref, spans in sorted(here.items()) if spans][:_SPEAKERS]:
            yield Remedy(
                f"Plan the tour anew with {names[ref]}, who speaks {language}.",
                {"police_partner": ref},
                partial(made_with, replace(asked, partner_ref=ref), saved.on, visits, times, day),
                frozenset({"needs_interpreter"}),
            )


def _other_tours(
    workspace: Workspace,
    session: Session,
    user: User,
    saved: SavedTour,
    beside: pd.DataFrame,
    left_out: Sequence[str],
) -> Iterator[Remedy]:
    """List moves to other tours of the team on that day; whoever loses a visit by it is no help."""
    officer = staff.get_officer(session, saved.officer_ref)
    team_ref = officer.team_ref if officer else ""
    coming = beside["status"].isin(tours.STANDING) & (beside["returns_at"] > workspace.now())
    mine = beside[coming & (beside["team"] == team_ref)]
    for other, name in mine["officer_name"].iloc[:_TOURS].items():
        for ref in left_out[:_VISITS]:
            yield Remedy(
                f"Move it to the tour of {name}, on the page of the day.",
                {"move_to": str(other)},
                partial(_moved, workspace, session, user, Move(ref, "", str(other))),
                refs=frozenset({ref}),
            )


def _moved(workspace: Workspace, session: Session, user: User, move: Move) -> list[str]:
    try:
        price = work_out(workspace, session, user, move).price
    except (InputError, NotFoundError):
        return []
    lost = any(change.left_out for change in price.changes)
    return [] if price.refused or lost else [move.client_ref]
