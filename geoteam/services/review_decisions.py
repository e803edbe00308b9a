"""What a person decides on an address: kept, used again where it holds, and taken back."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.errors import InputError, NotFoundError
from geoteam.model import User
from geoteam.services.city import grammar_of
from geoteam.services.geocoding import place
from geoteam.services.review_claims import refuse_if_held
from geoteam.services.review_items import is_gone, is_proposal, note, open_item, waits
from geoteam.services.review_results import ACTIONS, Choice, SetPin, result_of
from geoteam.services.review_reuse import holds_for_all
from geoteam.services.workspace import Workspace
from geoteam.store import claims, decisions, geocodes, queue, undo
from geoteam.store.proposals import settle

_LEAST_LETTERS = 3


def decide_item(
    workspace: Workspace,
    user: User,
    item: int,
    *,
    action: str,
    why: str,
    candidate: int | None = None,
    address: str = "",
    pin: SetPin | None = None,
    shelter: str = "",
    confirmed: str = "",
) -> None:
    """Keep a person's decision on an address, and use it again where it holds.

    A reading of the text (a chosen candidate of a doubtful match, a corrected spelling) holds for
    everybody who writes the same text. Decisions on ties, boundaries and moves, on what has no
    place, shelters, pins, and an address that the text does not say hold for this client only.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.
    item
        Number of the item.
    why
        How the person knows.
    action, candidate, address, pin, shelter, confirmed
        What was chosen, as in `review_results.Choice`.

    Raises
    ------
    InputError
        When the item was decided already or somebody else has it open, the choice is incomplete,
        or the corrected address is itself not certain.
    UnconfirmedError
        When a corrected address lies elsewhere than the candidates, and was not confirmed.
    """
    if action not in ACTIONS:
        raise InputError("no decision was chosen", remedy="Choose a candidate or say what it is")
    refuse_idle(why)
    with workspace.transaction() as session:
        found = open_item(workspace, session, user, item, lock=True)
        if not waits(found):
            raise InputError(
                "this address was decided already", remedy="Go back to the queue for the next one"
            )
        refuse_if_held(workspace, session, user, found)
        choice = Choice(action, candidate, address, pin, shelter, confirmed)
        result = result_of(workspace, session, found, choice)
        row = pd.DataFrame(
            [result | {"candidates": list(found.candidates)}],
            index=pd.Index([found.residence_id], name="residence_id"),
        )
        geocodes.save(
            session,
            row,
            workspace.now(),
            decided_by=user.username,
            decided_why=why.strip(),
            reference=workspace.reference().fingerprint,
        )
        if is_proposal(found):
            settle(session, found.id)
        _keep(workspace, session, user, found, result, why.strip())
        claims.release(session, found.residence_id, user.username)
        note(workspace, session, user, "address.decide", found.client_ref, decision=action)


def refuse_idle(why: str) -> None:
    """Refuse a reason that says nothing.

    Parameters
    ----------
    why
        How the person knows.

    Raises
    ------
    InputError
        When it has fewer than three letters.
    """
    if sum(map(str.isalpha, why)) < _LEAST_LETTERS:
        raise InputError(
            "a decision needs a reason of at least three letters", remedy="Say how you know"
        )


def _keep(
    workspace: Workspace,
    session: Session,
    user: User,
    found: geocodes.Geocode,
    result: dict[str, Any],
    why: str,
) -> None:
    """Keep the decision for the address text: for this client, or for all who write it."""
    own = decisions.key(found.address, found.zip, found.client_ref)
    about_text = not (is_proposal(found) or is_gone(found))
    shared = about_text and holds_for_all(
        found.status, found.boundary_ambiguous, found.address, result, grammar_of(workspace.profile)
    )
    if shared:
        # What was decided for this client alone would win over it.
        decisions.forget(session, own)
    decisions.save(
        session,
        decisions.AddressDecision(
            text=decisions.key(found.address, found.zip) if shared else own,
            result=plain(result),
            decided_by=user.username,
            decided_why=why,
            decided_at=workspace.now(),
        ),
    )


def plain(result: dict[str, Any]) -> dict[str, Any]:
    """Make a result fit for keeping: None where there is no number.

    Parameters
    ----------
    result
        Columns of a geocode.

    Returns
    -------
    dict
        Values that JSON can hold.
    """
    return {k: None if v != v else v for k, v in result.items() if k != "boundary_ambiguous"}


def undo_decision(workspace: Workspace, user: User, item: int) -> int:
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

    Returns
    -------
    int
        Number of the item that waits now in its place.

    Raises
    ------
    NotFoundError
        When no decision of a person holds for this address.
    """
    with workspace.transaction() as session:
        found = open_item(workspace, session, user, item, lock=True)
        present = geocodes.history(session, found.residence_id)[0]
        if not present.decided_by:
            raise NotFoundError(
                "no person has decided on this address, or that was taken back already",
                remedy="See: Review",
            )
        if not undo.take_back(session, [found.residence_id], workspace.now()):
            _look_up_again(workspace, session, found)
        _forget(session, present)
        note(workspace, session, user, "address.undo", found.client_ref)
        return queue.latest(session, found.residence_id)


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
    placed = place(workspace, address, zips, kinds)
    fingerprint = workspace.reference().fingerprint
    geocodes.save(session, placed, workspace.now(), reference=fingerprint)
