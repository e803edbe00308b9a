"""What a person's choice on an address means, as the geocode that will hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.errors import InputError, UnconfirmedError
from geoteam.model import AddressKind, MatchCode, MatchStatus
from geoteam.services.city import grammar_of
from geoteam.services.geocoding import place
from geoteam.services.review_items import is_proposal
from geoteam.services.review_pin import metres_between, pin_at
from geoteam.services.review_places import known_of, lay_over, radius_of, start_of
from geoteam.services.review_reuse import CHOSEN, CORRECTED, is_reading
from geoteam.services.review_shelters import UNKNOWN
from geoteam.services.review_shelters import chosen as chosen_shelter
from geoteam.services.workspace import Workspace
from geoteam.store import geocodes

ACTIONS = ("candidate", "address", "pin", "shelter", "no_fixed_address", "outside", "invalid")
_WITHOUT_PLACE = {
    "shelter": AddressKind.SHELTER,
    "no_fixed_address": AddressKind.NO_FIXED_ADDRESS,
    "outside": AddressKind.OUTSIDE,
    "invalid": AddressKind.INVALID,
}
_KEPT = "a person kept the present place"
_MOVED = "a person took the place of the newer reference"
_PINNED = "a person set the pin"
_SHELTERED: Mapping[str, Any] = {
    "kind": AddressKind.SHELTER.value,
    "reason": "a person decided: a shelter, at this place",
}
_SHELTER_UNKNOWN = "a person decided: a shelter, not known which"
# A pin this near where it began was not set by anybody.
_UNMOVED_M = 1.0
# A typed address farther than this from every candidate is shown before it is kept.
_FAR_M = 1_000.0
_FOUND: Mapping[str, Any] = {
    "status": MatchStatus.MATCHED.value,
    "kind": AddressKind.ADDRESS.value,
    "inferred": False,
    "decision": "accepted",
    "score": 100.0,
    "boundary_ambiguous": False,
}


@dataclass(frozen=True, slots=True)
class SetPin:
    """A pin that a person set.

    Attributes
    ----------
    lon, lat
        Degrees, EPSG:4326; None when not given.
    radius_m
        How exactly the place is known, one of ``review_pin.RADII_M``.
    outside_too
        It counts even outside every area.
    """

    lon: float | None
    lat: float | None
    radius_m: int = 30
    outside_too: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose.

    Attributes
    ----------
    action
        One of ``ACTIONS``.
    candidate
        Position of the chosen candidate, from 0, for the action ``candidate``.
    address
        The right address, for the action ``address``.
    pin
        For the action ``pin``.
    shelter
        Which one, for the action ``shelter``: ``venue:`` and its reference, ``candidate:`` and a
        position, ``address``, ``pin``, or ``unknown`` for a shelter that nobody knows.
    confirmed
        The right address as it was typed when its place was shown; '' when it was not.
    """

    action: str
    candidate: int | None = None
    address: str = ""
    pin: SetPin | None = None
    shelter: str = ""
    confirmed: str = ""

    @property
    def placed_by(self) -> Choice:
        """The choice of the place alone: for a shelter that is no venue, where it stands."""
        action, _, position = self.shelter.partition(":")
        if self.action != "shelter" or action not in ("candidate", "address", "pin"):
            return self
        return replace(self, action=action, candidate=int(position) if position.isdigit() else None)


def result_of(
    workspace: Workspace, session: Session, found: geocodes.Geocode, choice: Choice
) -> dict[str, Any]:
    """Turn a choice into the columns of a geocode.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    found
        The item.
    choice
        What was chosen.

    Returns
    -------
    dict
        Columns of GEOCODES but the candidates, with ``decision`` and ``boundary_ambiguous``.

    Raises
    ------
    InputError
        When the choice is incomplete, a pin was not moved or is outside every area, or a corrected
        address is not certain either.
    UnconfirmedError
        When a typed address lies in no candidate's area or far from all of them, and was not
        confirmed.
    """
    where = choice.placed_by
    if where.action == "candidate":
        result = _candidate(found, where.candidate)
    elif where.action == "address":
        result = {**_FOUND, **_corrected(workspace, where.address)}
        if where.confirmed.strip() != where.address.strip():
            _show_if_far(workspace, session, found, result)
    elif where.action == "pin":
        result = _pinned(workspace, session, found, where.pin or SetPin(None, None))
    elif where.action == "shelter" and where.shelter != UNKNOWN:
        result = _venue(chosen_shelter(workspace, session, where.shelter))
    else:
        return _nowhere(where.action)
    return {**result, **(_SHELTERED if choice.action == "shelter" else {})}


def candidate_result(chosen: Mapping[str, Any], reason: str = CHOSEN) -> dict[str, Any]:
    """Turn a candidate into the columns of a geocode.

    Parameters
    ----------
    chosen
        The candidate.
    reason
        What the geocode will say of itself.

    Returns
    -------
    dict
        As `result_of`.
    """
    code = str(chosen["match_code"])
    return {
        **_FOUND,
        "match_code": code,
        "lon": float(chosen["lon"]),
        "lat": float(chosen["lat"]),
        "uncertainty_m": radius_of(chosen),
        "matched_address": chosen["address"],
        "reference_id": str(chosen.get("reference_id", "")),
        "reason": reason,
    }


def _candidate(found: geocodes.Geocode, position: int | None) -> dict[str, Any]:
    if position is None or not 0 <= position < len(found.candidates):
        raise InputError("that candidate is not in the list", remedy="Choose one of the list")
    reason = CHOSEN
    if is_proposal(found):
        reason = _KEPT if found.candidates[position].get("present") else _MOVED
    return candidate_result(found.candidates[position], reason)


def moved_result(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the new place of a proposal into the columns of a geocode.

    Parameters
    ----------
    chosen
        The candidate.

    Returns
    -------
    dict
        As `result_of`.
    """
    return candidate_result(chosen, _MOVED)


def _pinned(
    workspace: Workspace, session: Session, found: geocodes.Geocode, chosen: SetPin
) -> dict[str, Any]:
    pin = pin_at(workspace, chosen.lon, chosen.lat, chosen.radius_m)
    known = [] if found.candidates else known_of(workspace, session, found)
    start = start_of(workspace, found.candidates, known)
    if metres_between(workspace, start, (chosen.lon, chosen.lat)) < _UNMOVED_M:
        raise InputError(
            "the pin stands where it began, which is only a guess",
            remedy="Move it to the right place; if that is right, choose the candidate that is "
            "there or type its address",
        )
    if not pin.unit and not chosen.outside_too:
        raise InputError(
            "the pin is outside every area", remedy="Move it, or tick that it is right there"
        )
    return {
        **_FOUND,
        "match_code": MatchCode.POINT_ADDRESS.value,
        "lon": chosen.lon,
        "lat": chosen.lat,
        "uncertainty_m": float(chosen.radius_m),
        "matched_address": f"pin near {pin.nearest}",
        "reference_id": "",
        "reason": _PINNED,
    }


def _venue(shelter: Mapping[str, Any]) -> dict[str, Any]:
    code = MatchCode.PLACE.value
    return candidate_result(
        {**shelter, "match_code": code, "address": shelter["name"].upper()}
        | {"reference_id": shelter["ref"]}
    )


def _nowhere(action: str) -> dict[str, Any]:
    nan = float("nan")
    return {
        **_FOUND,
        "status": MatchStatus.UNMATCHED.value,
        "match_code": MatchCode.NONE.value,
        "kind": _WITHOUT_PLACE[action].value,
        "score": 0.0,
        "lon": nan,
        "lat": nan,
        "uncertainty_m": nan,
        "matched_address": "",
        "reference_id": "",
        "reason": _SHELTER_UNKNOWN
        if action == "shelter"
        else f"a person decided: {action.replace('_', ' ')}",
        "decision": "unplaceable",
    }


def _corrected(workspace: Workspace, address: str) -> dict[str, Any]:
    if not address.strip():
        raise InputError("the right address is empty", remedy="Type it, or choose another decision")
    text, zips = (pd.Series([one], dtype="str") for one in (address, ""))
    placed = place(workspace, text, zips).iloc[0]
    if placed["decision"] != "accepted":
        raise InputError(
            f"the address you typed is not certain either: {placed['reason']}",
            remedy="Type it again as the reason asks, move the pin, or choose another decision",
        )
    columns = (
        "match_code", "score", "lon", "lat", "uncertainty_m", "matched_address", "reference_id",
    )  # fmt: skip
    kept: dict[str, Any] = {
        name: placed[name].item() if hasattr(placed[name], "item") else placed[name]
        for name in columns
    }
    return kept | {"reason": CORRECTED}


def _show_if_far(
    workspace: Workspace, session: Session, found: geocodes.Geocode, result: Mapping[str, Any]
) -> None:
    """Ask once more where a typed address lies elsewhere than what the text may mean."""
    typed = {**result, "address": result["matched_address"]}
    mine, *others = lay_over(workspace, session, [typed, *found.candidates])
    here = mine["lon"], mine["lat"]
    apart_m = min(
        (metres_between(workspace, here, (one["lon"], one["lat"])) for one in others), default=0.0
    )
    if others:
        usual = apart_m <= _FAR_M and mine["unit"] in {one["unit"] for one in others}
    else:
        usual = is_reading(found.address, mine["address"], grammar_of(workspace.profile))
    if usual:
        return
    area = f"in area {mine['unit']}" if mine["unit"] else "outside every area"
    team = f", {mine['team']}" if mine["team"] else ""
    far = f"; the nearest candidate is {apart_m:,.0f} m away" if others else ""
    raise UnconfirmedError(
        f"what you typed is {mine['address']}, {area}{team}{far}",
        remedy="If that is right, keep the decision once more",
    )
