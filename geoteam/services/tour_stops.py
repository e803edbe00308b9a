"""The stops of a tour as one reader may see them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.disclosure import visible_fields
from geoteam.disclosure.policy import TOUR
from geoteam.geocoding import AddressGrammar, parse_address
from geoteam.model import MatchCode, Role
from geoteam.services.home_hours import hours_on
from geoteam.services.wording import told_day
from geoteam.services.workspace import Workspace
from geoteam.store import outcomes, tours

# Degrees, about 10 cm.
_SAME_PLACE = 1e-6
# A visit called unsafe is told for so long.
_UNSAFE = timedelta(days=365)
_MOVED = "Has moved since the tour was planned: ask before going."
_DOUBT = "The address has been changed or put in doubt since: ask before going."
_ROUGH = "No house number is known: find out which door before going."
# Matched to no door: to a block, a crossing, a street or a ZIP area.
_NO_DOOR = {
    MatchCode.STREET_MID_BLOCK,
    MatchCode.STREET_INT,
    MatchCode.STREET_NAME,
    MatchCode.POSTAL,
}
# Why is not told: the police and whoever finds the sheet read it too.
_OFF = "Not to be visited any more: ask before going."


def stops_seen(
    saved: tours.SavedTour,
    people: pd.DataFrame,
    limits: pd.DataFrame,
    off: Collection[str],
    unsafe: Mapping[str, datetime],
    reader: Role,
    grammar: AddressGrammar,
) -> list[dict[str, Any]]:
    """Tell of each stop what a reader may know.

    Parameters
    ----------
    saved
        The tour.
    people
        Its clients on its day, as of the store's frame of clients.
    limits
        Limits of visits to them, as of the store.
    off
        Clients who are not to be visited on its day.
    unsafe
        Client to when a visit was last reported unsafe, on the city's clock.
    reader
        The role for whose eyes it is.
    grammar
        The city's addresses.

    Returns
    -------
    list of dict
        As of `TourView.stops`, in order.
    """
    rows = []
    homes = people["residence_id"].dropna().to_dict()
    columns = ["name", "matched_address", "match_code", "level", "access_notes", "windows"]
    persons, asked = people[[*columns, "lon", "lat"]].to_dict("index"), limits.to_dict("index")
    for stop in saved.stops:
        person, kept = persons[stop.client_ref], asked[stop.client_ref]
        moved = homes.get(stop.client_ref) != stop.residence_id
        record = {
            "client_ref": stop.client_ref,
            "name": person["name"],
            # The place of the stop is the old home's, and so must its address be.
            "address": _door("" if moved else person["matched_address"], stop.address, grammar),
            "level": person["level"],
            "reason": stop.reason,
            "access_notes": person["access_notes"],
            "windows": hours_on(person["windows"], saved.on),
            "announced": bool(kept["announced"]),
            "two_officers": bool(kept["two_officers"]),
            "interpreter": str(kept["interpreter"]),
            "dog": bool(kept["dog"]),
            "lon": stop.lon,
            "lat": stop.lat,
            "arrives_at": stop.arrives_at,
            "leaves_at": stop.leaves_at,
        }
        if stop.client_ref in unsafe:
            record["unsafe_on"] = unsafe[stop.client_ref]
        shown = visible_fields(record, reader, purpose=TOUR)
        changed = _MOVED if moved else _since(saved, stop, person, off)
        rows.append({"number": stop.position, "changed": changed} | shown)
    return rows


def _since(
    saved: tours.SavedTour, stop: tours.SavedStop, person: Mapping[Any, Any], off: Collection[str]
) -> str:
    """Tell why to ask first, while the tour is still to be made; '' for nothing."""
    if saved.status not in tours.STANDING:
        return ""
    if stop.client_ref in off:
        return _OFF
    # A place in doubt has no longitude, and so is not near.
    away = max(abs(person["lon"] - stop.lon), abs(person["lat"] - stop.lat))
    if not away < _SAME_PLACE:
        return _DOUBT
    return _ROUGH if person["match_code"] in _NO_DOOR else ""


def unsafe_lately(
    workspace: Workspace, session: Session, refs: Collection[str]
) -> dict[str, datetime]:
    """Find clients at whose door a visit was reported unsafe within a year.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    refs
        The clients.

    Returns
    -------
    dict of str to datetime
        Client to when it last was, on the city's clock; nobody else.
    """
    found = outcomes.unsafe_since(session, refs, workspace.now() - _UNSAFE)
    return {ref: one.at.astimezone(workspace.profile.city.zone) for ref, one in found.items()}


def told_limits(stop: Mapping[str, Any]) -> list[str]:
    """Tell in a few words what a visit must keep to.

    Parameters
    ----------
    stop
        A stop as a reader may see it.

    Returns
    -------
    list of str
        Such as ``Call ahead`` and ``Interpreter: Spanish``; empty when nothing is asked for.
    """
    unsafe = stop.get("unsafe_on")
    said = [
        (f"Caution: reported unsafe on {told_day(unsafe)}" if unsafe else "", unsafe),
        ("Call ahead", stop.get("announced")),
        ("Dog", stop.get("dog")),
        ("Two officers", stop.get("two_officers")),
        (f"Interpreter: {stop.get('interpreter')}", stop.get("interpreter")),
    ]
    return [text for text, holds in said if holds]


def _door(matched: str, typed: str, grammar: AddressGrammar) -> str:
    """Return the address of the door: as matched, with the apartment that was typed."""
    unit = parse_address(typed, grammar).unit
    return f"{matched or typed}, {unit}" if unit and matched else matched or typed
