"""What a person decides on an address: kept, used again where it holds, and taken back."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.errors import InputError, NotFoundError
from geoteam.model import AddressKind, MatchCode, MatchStatus, User
from geoteam.services.city import grammar_of
from geoteam.services.geocoding import place
from geoteam.services.review_items import note, open_item
from geoteam.services.review_reuse import CHOSEN, CORRECTED, holds_for_all
from geoteam.services.workspace import Workspace
from geoteam.store import decisions, geocodes

ACTIONS = ("candidate", "address", "shelter", "no_fixed_address", "outside", "invalid")
_WITHOUT_PLACE = {
    "shelter": AddressKind.SHELTER,
    "no_fixed_address": AddressKind.NO_FIXED_ADDRESS,
    "outside": AddressKind.OUTSIDE,
    "invalid": AddressKind.INVALID,
}


def decide_item(
    workspace: Workspace,
    user: User,
    item: int,
    *,
    action: str,
    candidate: int | None = None,
    address: str = "",
    why: str,
) -> None:
    """Keep a person's decision on an address, and use it again where it holds.

    A reading of the text (a chosen candidate of a doubtful match, a corrected spelling) holds for
    everybody who writes the same text. Decisions on ties and boundaries, on what has no place, and
    on an address that the text does not say hold for this client only.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.
    item
        Number of the item.
    action
        One of ``ACTIONS``.
    candidate
        Position of the chosen candidate, from 0.
    address
        The right address, for the action ``address``.
    why
        How the person knows.

    Raises
    ------
    InputError
        When the item was decided already, the choice is incomplete, or the corrected address is
        itself not certain.
    """
    if action not in ACTIONS:
        raise InputError("no decision was chosen", remedy="Choose a candidate or say what it is")
    if not why.strip():
        raise InputError("a decision needs a reason", remedy="Say how you know")
    with workspace.transaction() as session:
        found = open_item(workspace, session, user, item, lock=True)
        if found.decision != "review" or found.valid_to is not None:
            raise InputError(
                "this address was decided already", remedy="Go back to the queue for the next one"
            )
        result = _result(workspace, found, action, candidate, address)
        row = pd.DataFrame(
            [result | {"boundary_ambiguous": False, "candidates": list(found.candidates)}],
            index=pd.Index([found.residence_id], name="residence_id"),
        )
        now = workspace.now()
        geocodes.save(session, row, now, decided_by=user.username, decided_why=why.strip())
        plain = {k: None if v != v else v for k, v in result.items()}
        own = decisions.key(found.address, found.zip, found.client_ref)
        shared = _holds_for_all(workspace, found, plain)
        if shared:
            # What was decided for this client alone would win over it.
            decisions.forget(session, own)
        decisions.save(
            session,
            decisions.AddressDecision(
                text=decisions.key(found.address, found.zip) if shared else own,
                result=plain,
                decided_by=user.username,
                decided_why=why.strip(),
                decided_at=now,
            ),
        )
        note(workspace, session, user, "address.decide", found.client_ref, action)


def _holds_for_all(workspace: Workspace, found: geocodes.Geocode, result: dict[str, Any]) -> bool:
    return holds_for_all(
        found.status,
        found.boundary_ambiguous,
        found.address,
        result,
        grammar_of(workspace.profile),
    )


def _result(
    workspace: Workspace,
    found: geocodes.Geocode,
    action: str,
    candidate: int | None,
    address: str,
) -> dict[str, Any]:
    nowhere = float("nan")
    result: dict[str, Any] = {
        "status": MatchStatus.MATCHED.value,
        "kind": AddressKind.ADDRESS.value,
        "inferred": False,
        "decision": "accepted",
    }
    if action in _WITHOUT_PLACE:
        return result | {
            "status": MatchStatus.UNMATCHED.value,
            "match_code": MatchCode.NONE.value,
            "kind": _WITHOUT_PLACE[action].value,
            "score": 0.0,
            "lon": nowhere,
            "lat": nowhere,
            "uncertainty_m": nowhere,
            "matched_address": "",
            "reference_id": "",
            "reason": f"a person decided: {action.replace('_', ' ')}",
            "decision": "unplaceable",
        }
    if action == "candidate":
        if candidate is None or not 0 <= candidate < len(found.candidates):
            raise InputError("that candidate is not in the list", remedy="Choose one of the list")
        chosen = found.candidates[candidate]
        return result | {
            "match_code": chosen["match_code"],
            "score": 100.0,
            "lon": float(chosen["lon"]),
            "lat": float(chosen["lat"]),
            "uncertainty_m": float(chosen.get("uncertainty_m") or 10.0),
            "matched_address": chosen["address"],
            "reference_id": str(chosen.get("reference_id", "")),
            "reason": CHOSEN,
        }
    return result | _corrected(workspace, address)


def _corrected(workspace: Workspace, address: str) -> dict[str, Any]:
    if not address.strip():
        raise InputError("the right address is empty", remedy="Type it, or choose another decision")
    placed = place(workspace, pd.Series([address], dtype="str"), pd.Series([""], dtype="str")).iloc[
        0
    ]
    if placed["decision"] != "accepted":
        raise InputError(
            f"the address you typed is not certain either: {placed['reason']}",
            remedy="Add the quadrant or the street type, or choose another decision",
        )
    columns = (
        "match_code",
        "score",
        "lon",
        "lat",
        "uncertainty_m",
        "matched_address",
        "reference_id",
    )
    kept: dict[str, Any] = {
        name: placed[name].item() if hasattr(placed[name], "item") else placed[name]
        for name in columns
    }
    return kept | {"reason": CORRECTED}


def undo_decision(workspace: Workspace, user: User, item: int) -> None:
    """Take a decision back: the address waits again, and the decision is not reused.

    Only the decision that holds for this address is forgotten, for this client or for everybody;
    what somebody else decided on the same text since stays.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.
    item
        Number of the item that was decided.

    Raises
    ------
    NotFoundError
        When no decision of a person holds for this address.
    """
    with workspace.transaction() as session:
        found = open_item(workspace, session, user, item, lock=True)
        history = geocodes.history(session, found.residence_id)
        if not history[0].decided_by:
            raise NotFoundError(
                "no person has decided on this address, or that was taken back already",
                remedy="See: Review",
            )
        if len(history) > 1:
            geocodes.restore_previous(session, found.residence_id, workspace.now())
        else:
            _look_up_again(workspace, session, found)
        _forget(session, history[0])
        note(workspace, session, user, "address.undo", found.client_ref, "")


def _forget(session: Session, decided: geocodes.Geocode) -> None:
    own = decisions.key(decided.address, decided.zip, decided.client_ref)
    shared = decisions.key(decided.address, decided.zip)
    known = decisions.find(session, {own, shared})
    if own in known:
        decisions.forget(session, own)
    elif shared in known and _same(known[shared], decided):
        decisions.forget(session, shared)


def _same(kept: decisions.AddressDecision, decided: geocodes.Geocode) -> bool:
    return (
        kept.decided_by == decided.decided_by
        and kept.decided_why == decided.decided_why
        and kept.result["matched_address"] == decided.matched_address
    )


def _look_up_again(workspace: Workspace, session: Session, found: geocodes.Geocode) -> None:
    """Let the geocoder speak where a decision had been reused before it could."""
    index = pd.Index([found.residence_id], name="residence_id")
    address, zips, kinds = (
        pd.Series([text], index=index, dtype="str")
        for text in (found.address, found.zip, found.residence_kind)
    )
    geocodes.save(session, place(workspace, address, zips, kinds), workspace.now())
