"""Print tours: what one reader may see of them, set as sheets by the maps room.

Every print is an event of the audit log that also says what the sheet held, by references and one
fingerprint: by it a sheet that is scanned later is told from what is true then.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from geoteam.errors import DisclosureError, InputError
from geoteam.maps import merge_streets, tour_sheets
from geoteam.model import Role, User
from geoteam.services.tour_views import (
    CANCELLED,
    SeenTour,
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
PRINT = "tour.print"
_OFF = "The tour is cancelled; nobody is visited on it."
_MOVED = "Has moved since the tour was planned: ask before going."


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


@dataclass(frozen=True, slots=True)
class SheetState:
    """What a printed sheet says, against what is true now.

    Attributes
    ----------
    number
        Number of the copy.
    printed_at
        When it was printed; None when no such copy of the tour was ever printed.
    changes
        Why it is out of date, one sentence each; none names a person. Empty when it is not.
    """

    number: int
    printed_at: datetime | None
    changes: list[str]


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
    with workspace.reading() as session:
        day = tours.list_tours(session, on=on)
    return [
        str(ref)
        for ref, row in day.iterrows()
        if row["status"] != CANCELLED
        and (not team_ref or row["team"] == team_ref)
        and sees_tour(user, row["officer"], row["team"], row["police_partner"])
    ]


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
    streets = workspace.once(
        ("sheet-streets", workspace.streets_stamp()),
        lambda: merge_streets(workspace.streets().edges_frame()),
    )
    return tour_sheets(
        [_sheet(workspace, view, number, user, printing) for view, number in prints],
        crs=city.crs,
        streets=streets,
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
    seen = look(workspace, session, user, ref, reader)
    if seen.view.status == CANCELLED:
        raise InputError("the tour is cancelled and cannot be printed", remedy="Plan another tour")
    detail = _held(seen) | {"copy": printing.copy, "paper": _paper(workspace, printing)}
    note_reading(workspace, session, user, seen, PRINT, detail)
    # The log grows under a lock, so that no two copies have one number.
    _, number = audit.page(session, action=PRINT, object_kind="tour", object_ref=ref, limit=1)
    return seen.view, number


def _held(seen: SeenTour) -> dict[str, Any]:
    """Tell what a sheet holds without telling it: references, and a fingerprint of the rest."""
    view = seen.view
    content = [
        view.departs_at, view.returns_at, view.officer, view.police_partner, view.start, view.stops,
    ]  # fmt: skip
    text = json.dumps(content, sort_keys=True, default=_plain)
    return {
        "stops": [stop["client_ref"] for stop in view.stops],
        "homes": seen.homes,
        "content": hashlib.sha256(text.encode()).hexdigest()[:16],
    }


def _plain(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def sheet_state(workspace: Workspace, user: User, ref: str, number: int) -> SheetState:
    """Tell whether a printed sheet is out of date, and why.

    Parameters
    ----------
    workspace
        The workspace.
    user
        Who scanned it.
    ref
        The tour's reference.
    number
        Number of the copy.

    Returns
    -------
    SheetState
        What has changed since.

    Raises
    ------
    NotFoundError
        When the user may know of no such tour.
    """
    with workspace.reading() as session:
        seen = look(workspace, session, user, ref, user.role)
        _, total = audit.page(session, action=PRINT, object_kind="tour", object_ref=ref, limit=1)
        if not 1 <= number <= total:
            return SheetState(number, None, [])
        (event,), _ = audit.page(
            session,
            action=PRINT,
            object_kind="tour",
            object_ref=ref,
            limit=1,
            offset=total - number,
        )
        if seen.view.status == CANCELLED:
            return SheetState(
                number, event["at"], ["The tour is cancelled; nobody is visited on it."]
            )
        was = event["detail"]
        reader = Role.POLICE if was.get("copy") == "police" else Role.SUPERVISOR
        now = _held(look(workspace, session, user, ref, reader))
    return SheetState(number, event["at"], _changes(was, now))


def _changes(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    if "content" not in was:
        return ["It was printed before sheets could be compared; print it again."]
    found = []
    gone = [ref for ref in was["stops"] if ref not in now["stops"]]
    added = [ref for ref in now["stops"] if ref not in was["stops"]]
    if gone:
        places = ", ".join(str(was["stops"].index(ref) + 1) for ref in gone)
        found.append(f"No longer visited: stop {places} of the sheet.")
    if added:
        found.append(f"{len(added)} more to visit than on the sheet.")
    stay = [ref for ref in was["stops"] if ref in now["stops"]]
    if stay != [ref for ref in now["stops"] if ref in stay]:
        found.append("The order of the stops has changed.")
    for ref in stay:
        place = was["stops"].index(ref) + 1
        then, today = was["homes"].get(ref), now["homes"].get(ref)
        if then is None or today is None or then == today:
            continue
        moved = then[0] != today[0]
        found.append(
            f"The client of stop {place} has another address."
            if moved
            else f"The place of stop {place} was decided anew."
        )
    if not found and was["content"] != now["content"]:
        found.append("Times, names, notes or hours on it have changed.")
    return found


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
            ("Police partner", view.police_partner),
            ("Starts from", view.start),
            ("Departs", f"{departs:%H:%M}"),
            ("Back by", f"{returns:%H:%M}"),
            (
                "Drive",
                f"{view.length_m / 1000:.1f} km ({view.length_m / 1609.344:.1f} mi), "
                f"{view.drive_s / 60:.0f} minutes",
            ),
            ("Break", _break(workspace, view)),
            ("Printed for", whose or "the police partner of this tour"),
            ("Printed", told_time(workspace.now(), workspace)),
            ("Printed by", user.name),
        ],
        "start": start,
        "stops": [_stop(workspace, stop) for stop in view.stops],
        "directions": _directions(view),
        "left_out": [
            {"who": one.get("name"), "reason": one.get("reason"), "remedy": one.get("remedy")}
            for one in view.left_out
        ],
        "legs": [] if view.route is None else [view.route],
    }


def _break(workspace: Workspace, view: TourView) -> str:
    if not view.pause:
        return ""
    zone = workspace.profile.city.zone
    begins, ends = (view.pause[name].astimezone(zone) for name in ("begins", "ends"))
    return f"{begins:%H:%M} to {ends:%H:%M}"


def _stop(workspace: Workspace, stop: Mapping[str, Any]) -> dict[str, Any]:
    zone = workspace.profile.city.zone
    return {
        "number": stop["number"],
        "lon": stop["lon"],
        "lat": stop["lat"],
        "arrive": f"{stop['arrives_at'].astimezone(zone):%H:%M}",
        "leave": f"{stop['leaves_at'].astimezone(zone):%H:%M}",
        "window": ", ".join(f"{begin}–{end}" for begin, end in stop.get("windows", ())),
        "who": stop.get("name"),
        "address": stop.get("address"),
        "changed": "Has moved since the tour was planned: ask before going."
        if stop["moved"]
        else "",
        "notes": stop.get("access_notes"),
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
