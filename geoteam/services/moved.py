"""A client who was found to have moved: the address goes to review, and is not driven to again."""

from __future__ import annotations

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.services.wording import told_day
from geoteam.services.workspace import Workspace
from geoteam.store import geocodes, outcome_effects, outcomes, undo

_WHY = "An officer found on {day} that the client has moved."


def open_review(
    workspace: Workspace, session: Session, residence_id: int, told: outcomes.Outcome
) -> None:
    """Let an address wait in the review queue because its client is said to have moved.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session of a writing transaction.
    residence_id
        The home.
    told
        Who found it when, with a note.
    """
    history = geocodes.history(session, residence_id)
    if not history or history[0].valid_to is not None:
        return
    present = history[0]
    if present.decision == "review" and present.decided_by:
        # Said before: the newer note counts.
        undo.take_back(session, [residence_id], workspace.now())
        present = geocodes.history(session, residence_id)[0]
    day = told.at.astimezone(workspace.profile.city.zone).date()
    why = _WHY.format(day=told_day(day))
    nan = float("nan")
    row = {
        "status": present.status,
        "match_code": present.match_code,
        "kind": present.kind,
        "score": present.score,
        "uncertainty_m": nan if present.uncertainty_m is None else present.uncertainty_m,
        "lon": nan if present.lon is None else present.lon,
        "lat": nan if present.lat is None else present.lat,
        "matched_address": present.matched_address,
        "reference_id": present.reference_id,
        "inferred": present.inferred,
        "reason": f"{why} {told.note}".strip(),
        "candidates": list(present.candidates) or _alone(present),
        "boundary_ambiguous": present.boundary_ambiguous,
        "decision": "review",
    }
    frame = pd.DataFrame([row], index=pd.Index([residence_id], name="residence_id"))
    geocodes.save(
        session,
        frame,
        workspace.now(),
        decided_by=told.by,
        decided_why=told.note or why,
        reference=present.reference,
    )


def take_review_back(workspace: Workspace, session: Session, residence_id: int) -> None:
    """Let an address stand again because its client has not moved after all.

    It stays in review while another tour's word that the client has moved holds, unless that word
    is older than what a reviewer decided.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session of a writing transaction.
    residence_id
        The home; nothing happens when a person has decided on it since.
    """
    history = geocodes.history(session, residence_id)
    if not history or history[0].decision != "review" or not history[0].decided_by:
        return
    undo.take_back(session, [residence_id], workspace.now())
    decided = [one.valid_from for one in history if one.decided_by and one.decision != "review"]
    for told in reversed(outcome_effects.moved_from(session, residence_id)):
        if all(told.received_at > at for at in decided):
            open_review(workspace, session, residence_id, told)
            return


def _alone(present: geocodes.Geocode) -> list[dict[str, object]]:
    """Offer the present place as the one candidate, for who finds that it was right."""
    if present.lon is None:
        return []
    return [
        {
            "address": present.matched_address,
            "lon": present.lon,
            "lat": present.lat,
            "score": present.score,
            "match_code": present.match_code,
            "reference_id": present.reference_id,
            "uncertainty_m": present.uncertainty_m,
        }
    ]
