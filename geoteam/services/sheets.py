"""Print tours: what one reader may see of them, set as sheets by the maps room.

Every print is an event of the audit log with a number, by which a sheet that is scanned later is
told from what is true then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from geoteam.errors import DisclosureError, InputError, NotFoundError
from geoteam.maps import tour_sheets
from geoteam.model import Role, User
from geoteam.services.ground import streets_to_draw
from geoteam.services.sheet_state import PRINT, held_by
from geoteam.services.tour_stops import told_limits
from geoteam.services.tour_views import (
    CANCELLED,
    TourView,
    look,
    note_reading,
    sees_tour,
)
from geoteam.services.wording import told_time
from geoteam.services.workspace import Workspace
from geoteam.store import audit, tours

COPIES = ("officer", "police")
PAPERS = ("letter", "a4")
# Tours in one file.
MOST = 50


@dataclass(frozen=True, slots=True)
class Printing:
    """How tours are printed.

    Attributes
    ----------
    copy
        ``officer``, or ``police`` with only what policy allows.
    paper
        ``letter`` or ``a4``; '' for the city's usual paper.
    large
        Whether in large print.
    address
        Turns a tour's reference into the address that opens it, for the code on the sheet; None
        for a sheet without a code.
    """

    copy: str = "officer"
    paper: str = ""
    large: bool = False
    address: Callable[[str], str] | None = None


def tours_to_print(workspace: Workspace, user: User, on: date, team_ref: str = "") -> list[str]:
    """List the tours of a day that a user may print.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer, a supervisor or a police partner.
    on
        The day.
    team_ref
        Only tours of this team's officers; any when ''.

    Returns
    -------
    list of str
        References, by departure.
    """
    found = _of_day(workspace, user, on)
    return [ref for ref, team in found.items() if not team_ref or team == team_ref]


def teams_to_print(workspace: Workspace, user: User, on: date) -> dict[str, int]:
    """Count the tours of a day that a user may print, by team.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer, a supervisor or a police partner.
    on
        The day.

    Returns
    -------
    dict of str to int
        Team to number of tours, by team; for the police all under ''.
    """
    return dict(sorted(Counter(_of_day(workspace, user, on).values()).items()))


def _of_day(workspace: Workspace, user: User, on: date) -> dict[str, str]:
    """Return the team of each tour of a day that a user may print, by departure."""
    with workspace.reading() as session:
        day = tours.list_tours(session, on=on)
    return {
        # The name of a special team tells of a need, and so is not for the police.
        str(ref): "" if user.role is Role.POLICE else str(row["team"])
        for ref, row in day.iterrows()
        if row["status"] != CANCELLED
        and sees_tour(user, row["officer"], row["team"], row["police_partner"])
    }


def print_tours(workspace: Workspace, user: User, refs: Sequence[str], printing: Printing) -> bytes:
    """Print tours as one file; each print is audited and numbered.

    Parameters
    ----------
    workspace
        The workspace.
    user
        Who prints; the police may print only their own copy.
    refs
        References of the tours, in order.
    printing
        Which copy, and how.

    Returns
    -------
    bytes
        A PDF file.

    Raises
    ------
    DisclosureError
        When the police ask for the officer's sheet.
    InputError
        When a tour is cancelled, or there is none, or there are more than fifty.
    NotFoundError
        When the user may know of no such tour.
    """
    _require_printing(user, printing)
    if not 0 < len(refs) <= MOST:
        raise InputError(
            f"one file holds 1 to {MOST} tours, not {len(refs)}",
            remedy="Choose a day with tours" if not refs else "Print one team after the other",
        )
    reader = Role.POLICE if printing.copy == "police" else user.role
    with workspace.transaction() as session:
        prints = [_note_print(workspace, session, user, ref, reader, printing) for ref in refs]
    city = workspace.profile.city
    return tour_sheets(
        [_sheet(workspace, view, number, user, printing) for view, number in prints],
        crs=city.crs,
        streets=streets_to_draw(workspace),
        areas=workspace.landscape(),
        paper="a4" if _paper(workspace, printing) == "a4" else "letter",
        large=printing.large,
    )


def _require_printing(user: User, printing: Printing) -> None:
    if printing.copy not in COPIES:
        raise InputError("a sheet is for the officer or the police", remedy="Choose one of the two")
    if printing.paper not in ("", *PAPERS):
        raise InputError("sheets are printed on letter or A4", remedy="Choose one of the two")
    if user.role is Role.POLICE and printing.copy != "police":
        raise DisclosureError("the officer's sheet is not for the police", remedy="Use your copy")


def _paper(workspace: Workspace, printing: Printing) -> str:
    return printing.paper or workspace.profile.tours.paper


def _note_print(
    workspace: Workspace,
    session: Session,
    user: User,
    ref: str,
    reader: Role,
    printing: Printing,
) -> tuple[TourView, int]:
    """Load a tour for printing, note the print, and count the copies up to it."""
    where = f"the tour {ref}"
    try:
        seen = look(workspace, session, user, ref, reader)
    except NotFoundError as error:
        # One file may be of many tours.
        raise NotFoundError(error.what, where=where, remedy=error.remedy) from error
    if seen.view.status == CANCELLED:
        raise InputError(
            "the tour is cancelled and cannot be printed",
            where=where,
            remedy="Leave it out, or plan another tour",
        )
    detail = held_by(seen) | {"copy": printing.copy, "paper": _paper(workspace, printing)}
    note_reading(workspace, session, user, seen, PRINT, detail)
    # The log grows under a lock, so that no two copies have one number.
    _, number = audit.page(session, action=PRINT, object_kind="tour", object_ref=ref, limit=1)
    return seen.view, number


def _sheet(
    workspace: Workspace, view: TourView, number: int, user: User, printing: Printing
) -> dict[str, Any]:
    zone = workspace.profile.city.zone
    departs, returns = (t.astimezone(zone) for t in (view.departs_at, view.returns_at))
    whose = view.police_partner if printing.copy == "police" else view.officer
    start = None
    if np.isfinite(view.start_point).all():
        start = {"lon": view.start_point[0], "lat": view.start_point[1]}
    # The code names the copy, so that the page can tell what has changed since.
    url = f"{printing.address(view.ref)}?sheet={number}" if printing.address else ""
    return {
        "ref": view.ref,
        "copy": printing.copy,
        "number": str(number),
        "date": f"{view.on:%A} {view.on.day} {view.on:%B %Y}",
        "officer": view.officer,
        "url": url,
        "facts": [
            ("Officer", view.officer),
            ("Police partner", _joins(view)),
            ("Starts from", ", ".join(part for part in (view.start, view.car) if part)),
            ("Departs", f"{departs:%H:%M}"),
            ("Back by", f"{returns:%H:%M}"),
            (
                "Drive",
                f"{view.length_m / 1000:.1f} km ({view.length_m / 1609.344:.1f} mi), "
                f"{view.drive_s / 60:.0f} minutes",
            ),
            ("Break", _break(_pause(workspace, view))),
            ("Closed streets", " ".join(view.closures.told)),
            ("Printed for", whose or "the police partner of this tour"),
            ("Printed", told_time(workspace.now(), workspace)),
            ("Printed by", user.name),
        ],
        "start": start,
        "stops": [_stop(workspace, stop) for stop in view.stops],
        "pause": _pause(workspace, view),
        "directions": _directions(view),
        "left_out": [
            {"who": one.get("name"), "reason": _why_left(one), "remedy": one.get("remedy")}
            for one in view.left_out
        ],
        "legs": [] if view.route is None else [view.route],
    }


def _joins(view: TourView) -> str:
    return f"{view.police_partner}, joins at {view.meeting}" if view.police_partner else ""


def _pause(workspace: Workspace, view: TourView) -> dict[str, Any] | None:
    if not view.pause:
        return None
    zone = workspace.profile.city.zone
    begins, ends = (f"{view.pause[name].astimezone(zone):%H:%M}" for name in ("begins", "ends"))
    return {"begins": begins, "ends": ends, "before": int(view.pause["before"])}


def _break(pause: Mapping[str, Any] | None) -> str:
    return f"{pause['begins']} to {pause['ends']}" if pause else ""


def _why_left(one: Mapping[str, Any]) -> Any:
    # Who must not meet whom is not for paper.
    return "The tour's page says why." if one.get("code") == "no_contact" else one.get("reason")


def _stop(workspace: Workspace, stop: Mapping[str, Any]) -> dict[str, Any]:
    zone = workspace.profile.city.zone
    limits = told_limits(stop)
    notes = str(stop.get("access_notes") or "")
    if notes.strip(" .").casefold() in {one.casefold() for one in limits}:
        # It says no more than a limit does.
        notes = ""
    return {
        "number": stop["number"],
        "lon": stop["lon"],
        "lat": stop["lat"],
        "arrive": f"{stop['arrives_at'].astimezone(zone):%H:%M}",
        "leave": f"{stop['leaves_at'].astimezone(zone):%H:%M}",
        "window": ", ".join(f"{begin}–{end}" for begin, end in stop.get("windows", ())),
        "who": stop.get("name"),
        "address": stop.get("address"),
        "changed": stop["changed"],
        "limits": ". ".join(limits),
        # A note that says no more than a limit is not printed twice.
        "notes": ""
        if notes.strip(" .").casefold() in {one.casefold() for one in limits}
        else notes,
        "extra": [("Level", stop.get("level")), ("Why", stop.get("reason"))],
    }


def _directions(view: TourView) -> list[dict[str, Any]]:
    last = len(view.steps) - 1
    return [
        {
            "to": f"Back to {view.start or 'the start'}" if leg == last else f"To stop {leg + 1}",
            "steps": [(step["text"], _far(float(step["length_m"]))) for step in steps],
        }
        for leg, steps in enumerate(view.steps)
    ]


def _far(length_m: float) -> str:
    if length_m < 1:
        return ""
    metres = f"{length_m:.0f} m" if length_m < 1000 else f"{length_m / 1000:.1f} km"
    return f"{metres} ({length_m / 1609.344:.1f} mi)" if length_m >= 161 else metres
