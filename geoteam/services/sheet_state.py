"""Printed sheets against what is true now: what a sheet held, and what has changed since.

What a sheet held is noted in the audit log by references and one fingerprint, so that the log holds
no data of a person.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from geoteam.model import Role, User
from geoteam.services.tour_fits import misfits
from geoteam.services.tour_views import CANCELLED, SeenTour, look
from geoteam.services.workspace import Workspace
from geoteam.store import audit, tours
from geoteam.store import clients as client_store

PRINT = "tour.print"
_MISFIT = "It no longer fits what a client, or the car, allows; it is to be planned anew."
_OFF = "The tour is cancelled; no more visits are made on it."


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


def held_by(seen: SeenTour) -> dict[str, Any]:
    """Tell what a sheet holds without telling it.

    Parameters
    ----------
    seen
        The tour as it is printed.

    Returns
    -------
    dict
        ``stops`` and ``homes`` by reference, and ``content``, a fingerprint of the rest.
    """
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
            return SheetState(number, event["at"], [_OFF])
        was = event["detail"]
        reader = Role.POLICE if was.get("copy") == "police" else Role.SUPERVISOR
        now = held_by(look(workspace, session, user, ref, reader))
        saved = tours.get(session, ref)
        people = client_store.as_frame(
            session, saved.on, refs=[stop.client_ref for stop in saved.stops], active_only=False
        )
        fits = not misfits(workspace, session, saved, people)
    return SheetState(number, event["at"], _changes(was, now) + ([] if fits else [_MISFIT]))


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
