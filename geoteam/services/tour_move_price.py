"""What a move of a visit does, in figures and in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.services.tour_move_parts import Change, Figures, Move, Part, Price
from geoteam.services.tour_trip import Trip, driven_s
from geoteam.services.wording import counted
from geoteam.services.workspace import Workspace
from geoteam.store import staff

# A visit that begins so much sooner or later is worth a word.
_SHIFT = timedelta(minutes=10)
# Reasons that the end of the tour may be behind.
_BOUND = frozenset({"late_return", "no_window", "window_too_short"})
_GONE = "No visit is due there any more, or its address waits for review."


def why_not(workspace: Workspace, one: Mapping[str, Any], trip: Trip) -> str:
    """Say why a visit is left out, and what the tour must be back for.

    Parameters
    ----------
    workspace
        The workspace, for the time zone.
    one
        As of `geoteam.tours.TourPlan.left_out`.
    trip
        The tour.

    Returns
    -------
    str
        One sentence or two.
    """
    if not trip.bound or one["code"] not in _BOUND:
        return str(one["reason"])
    zone = workspace.profile.city.zone
    return f"{one['reason']} From {trip.ends.astimezone(zone):%H:%M} on {trip.bound}."


def price_of(
    workspace: Workspace,
    session: Session,
    parts: list[Part],
    names: Mapping[str, str],
    people: pd.Series,
    visits: pd.DataFrame,
    move: Move,
    person: Mapping[str, Any],
) -> Price:
    """Tell what a move does to its tours, once they are solved.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    parts
        The tours, the one that the visit leaves first.
    names
        Names of their officers, by the tour.
    people
        Names of the clients on them.
    visits
        The visits that they were solved from.
    move
        The move.
    person
        The client's row.

    Returns
    -------
    Price
        Minutes, points, who is left out, and what else is to be known.
    """
    zone = workspace.profile.city.zone
    changes = []
    for part in parts:
        left = [
            (one["client_ref"], why_not(workspace, one, part.trip)) for one in part.plan.left_out
        ]
        left += [(ref, _GONE) for ref in part.gone]
        behind = len(part.trip.done)
        plan, saved = part.plan, part.saved
        drive_s = plan.drive_s + driven_s(saved, behind)
        changes.append(
            Change(
                saved.ref,
                names[saved.ref],
                Figures(
                    len(saved.stops),
                    saved.departs_at.astimezone(zone),
                    saved.returns_at.astimezone(zone),
                    saved.drive_s,
                ),
                Figures(
                    behind + len(plan.stops),
                    (saved.departs_at if behind else plan.departs_at).astimezone(zone),
                    plan.returns_at.astimezone(zone),
                    drive_s,
                ),
                [
                    {"client_ref": ref, "name": str(people.get(ref, "")) or ref, "reason": why}
                    for ref, why in left
                ],
                _shifted(part, move),
            )
        )
    before = {stop.client_ref for part in parts for stop in part.saved.stops}
    after = {ref for part in parts for ref in part.plan.stops.index}
    worth = visits["priority"].astype(float)
    points = worth[worth.index.isin(after)].sum()
    points -= worth[worth.index.isin(before)].sum()
    return Price(
        changes=changes,
        points=float(points),
        notes=[*_notes(session, parts, names, move, person), *_told_shifts(changes)],
        versions={part.saved.ref: part.saved.version for part in parts},
    )


def _shifted(part: Part, move: Move) -> int:
    """Count the other visits that come at another place or time."""
    after = {str(ref): at for ref, at in part.plan.stops["starts_at"].items()}
    before = {stop.client_ref: stop.arrives_at for stop in part.saved.stops}
    both = [ref for ref in before if ref in after and ref != move.client_ref]
    then = [ref for ref in after if ref in both]
    return sum(
        then.index(ref) != place or abs(after[ref] - before[ref]) > _SHIFT
        for place, ref in enumerate(both)
    )


def _told_shifts(changes: list[Change]) -> list[str]:
    return [
        f"{counted(one.shifted, 'other visit comes', 'other visits come')} in another order on the "
        f"tour of {one.officer}, or more than {_SHIFT.total_seconds() / 60:.0f} minutes sooner or "
        "later."
        for one in changes
        if one.shifted
    ]


def _notes(
    session: Session,
    parts: list[Part],
    names: Mapping[str, str],
    move: Move,
    person: Mapping[str, Any],
) -> list[str]:
    found = []
    last = parts[-1]
    own = str(person["officer"] or "")
    if move.target and own != last.saved.officer_ref:
        officer = staff.get_officer(session, own)
        found.append(
            f"The visit is made by another officer, {names[last.saved.ref]}. The client's officer "
            f"stays {officer.name if officer else 'as it is'}."
        )
    found += [
        f"No visit is left on the tour of {names[part.saved.ref]}: cancel it, or add another."
        for part in parts
        if part.plan.stops.empty and not part.trip.done
    ]
    return found
