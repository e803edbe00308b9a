"""Accepting the best candidate of many addresses at once, after a look, and taking it all back.

For supervisors only: an officer decides on one client at a time. Each decision holds for its client
alone, since nobody looked at each text.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from geoteam.errors import InputError, NotFoundError
from geoteam.model import Role, User
from geoteam.services.review_decisions import plain
from geoteam.services.review_items import note, part_of
from geoteam.services.review_results import candidate_result, moved_result
from geoteam.services.scope import require_role
from geoteam.services.workspace import Workspace
from geoteam.store import audit, claims, decisions, geocodes, queue, undo
from geoteam.store.proposals import settle

# Causes whose only candidate may be accepted unseen.
CAUSES = ("boundary", "doubtful", "moved")
# Below it, 13 of 100 matches lie within 100 m on real addresses; above, more than 97 within 250 m.
LEAST_SCORE = 80
_MANY = "it has several candidates"
_NONE = "it has no candidate"
_SINGLY = "ties, and addresses without a match, are decided one by one"
_LOW = "its score is below the one asked for"
_ELSEWHERE = "it is in another area"
_HELD = "somebody has it open"


@dataclass(frozen=True, slots=True)
class BulkFilter:
    """Which addresses are meant: their cause, a least score, and the area of the candidate."""

    cause: str = ""
    score: int = LEAST_SCORE
    area: str = ""


@dataclass(frozen=True, slots=True)
class BulkPreview:
    """What would be accepted.

    Attributes
    ----------
    rows
        Each with ``id``, ``client_ref``, ``address``, ``cause``, ``candidate``, ``score`` and
        ``unit``.
    units
        Area and how many, most first; '' is outside every area.
    left_out
        Why others of the same cause are not among them, and how many.
    areas
        Every area that a candidate lies in, to choose from.
    mark
        What was seen: the same filter accepts only the same addresses at the same places.
    """

    rows: list[dict[str, Any]]
    units: list[tuple[str, int]]
    left_out: list[tuple[str, int]]
    areas: list[str]
    mark: str


@dataclass(frozen=True, slots=True)
class _Found:
    row: queue.Waiting
    candidate: Mapping[str, Any]
    all_candidates: Sequence[Mapping[str, Any]]
    unit: str


def preview_bulk(workspace: Workspace, user: User, wanted: BulkFilter) -> BulkPreview:
    """Show what a bulk acceptance would do; the reading is audited.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor.
    wanted
        Which addresses.

    Returns
    -------
    BulkPreview
        What would be accepted, and what not.

    Raises
    ------
    DisclosureError
        For every other role.
    """
    require_role(user, (Role.SUPERVISOR,), "accept many addresses at once")
    with workspace.transaction() as session:
        found, left_out, areas = _find(workspace, session, user, wanted)
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action="address.preview",
            object_kind="clients",
            object_ref="",
            purpose="address",
            detail={"rows": len(found), "cause": wanted.cause, "score": wanted.score},
        )
    rows = [
        {
            "id": one.row.id,
            "client_ref": one.row.client_ref,
            "address": one.row.address,
            "cause": one.row.cause,
            "candidate": one.candidate["address"],
            "score": float(one.candidate["score"]),
            "unit": one.unit,
        }
        for one in found
    ]
    units = Counter(one.unit for one in found).most_common()
    return BulkPreview(rows, units, left_out.most_common(), areas, _mark(found))


def accept_all(
    workspace: Workspace, user: User, wanted: BulkFilter, *, mark: str, why: str
) -> tuple[str, int]:
    """Accept the only candidate of each address of a filter, all or none.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor.
    wanted
        Which addresses.
    mark
        The ``mark`` of the preview that the user saw.
    why
        How the user knows.

    Returns
    -------
    tuple of str and int
        The mark under which all can be taken back together, and how many.

    Raises
    ------
    InputError
        When no reason is given, nothing is left to accept, or the queue is not as it was seen.
    DisclosureError
        For every other role.
    """
    require_role(user, (Role.SUPERVISOR,), "accept many addresses at once")
    if not why.strip():
        raise InputError("a decision needs a reason", remedy="Say how you know")
    batch = secrets.token_hex(8)
    with workspace.transaction() as session:
        found, _, _ = _find(workspace, session, user, wanted)
        if not found:
            raise InputError("there is nothing to accept", remedy="Choose another filter")
        locked = queue.lock(session, [one.row.id for one in found])
        if _mark(found) != mark or locked != len(found):
            raise InputError(
                "the queue has changed since you looked", remedy="Look at it again, then accept"
            )
        _accept(workspace, session, user, found, why.strip(), batch)
    return batch, len(found)


def _accept(
    workspace: Workspace,
    session: Session,
    user: User,
    found: Sequence[_Found],
    why: str,
    batch: str,
) -> None:
    now = workspace.now()
    results = [
        moved_result(one.candidate) if one.row.cause == "moved" else candidate_result(one.candidate)
        for one in found
    ]
    frame = pd.DataFrame(
        [
            result | {"candidates": list(one.all_candidates), "batch": batch}
            for one, result in zip(found, results, strict=True)
        ],
        index=pd.Index([one.row.residence_id for one in found], name="residence_id"),
    )
    fingerprint = workspace.reference().fingerprint
    geocodes.save(
        session, frame, now, decided_by=user.username, decided_why=why, reference=fingerprint
    )
    for one, result in zip(found, results, strict=True):
        row = one.row
        if row.cause == "moved":
            settle(session, row.id)
        text = decisions.key(row.address, row.zip, row.client_ref)
        decisions.save(
            session,
            decisions.AddressDecision(text, plain(result), user.username, why, now, batch),
        )
        claims.release(session, row.residence_id, user.username)
        note(
            workspace, session, user, "address.decide", row.client_ref,
            decision="candidate", batch=batch,
        )  # fmt: skip


def _find(
    workspace: Workspace, session: Session, user: User, wanted: BulkFilter
) -> tuple[list[_Found], Counter[str], list[str]]:
    """Part what the filter shows into what can be accepted and what is left out, and why."""
    part = part_of(workspace, user, wanted.cause)
    rows = queue.page(session, part, workspace.now(), limit=None)
    listed = queue.candidates(session, part)
    left_out: Counter[str] = Counter()
    single = []
    for row in rows:
        # Of a moved place, the candidates are the new ones.
        new = [one for one in listed[row.id] if not one.get("present")]
        if row.cause not in CAUSES:
            left_out[_SINGLY] += 1
        elif len(new) != 1:
            left_out[_MANY if new else _NONE] += 1
        else:
            single.append((row, new[0]))
    index = workspace.area_index(workspace.profile.unit_kind)
    units = index.locate(
        np.array([one["lon"] for _, one in single], dtype=float),
        np.array([one["lat"] for _, one in single], dtype=float),
    )
    found = []
    for (row, candidate), unit in zip(single, units, strict=True):
        if candidate["score"] < wanted.score:
            left_out[_LOW] += 1
        elif wanted.area and unit != wanted.area:
            left_out[_ELSEWHERE] += 1
        elif row.held_by not in ("", user.username):
            left_out[_HELD] += 1
        else:
            found.append(_Found(row, candidate, listed[row.id], str(unit)))
    return found, left_out, sorted({str(unit) for unit in units if unit})


def _mark(found: Sequence[_Found]) -> str:
    seen = [[one.row.id, one.candidate["lon"], one.candidate["lat"], one.unit] for one in found]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:32]


def batches(workspace: Workspace, user: User) -> list[dict[str, Any]]:
    """List the latest decisions made together that the user may take back; no record is read.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor.

    Returns
    -------
    list of dict
        ``batch``, ``many`` (those that still hold), ``decided_by``, ``decided_why`` and
        ``decided_at``, latest first.
    """
    require_role(user, (Role.SUPERVISOR,), "accept many addresses at once")
    everybody = "*" in user.team_refs
    with workspace.reading() as session:
        return undo.batches(session, "" if everybody else user.username)


def undo_batch(workspace: Workspace, user: User, batch: str) -> int:
    """Take back all that was accepted together and still holds.

    Parameters
    ----------
    workspace
        The workspace.
    user
        The supervisor who decided, or one of every team.
    batch
        The mark.

    Returns
    -------
    int
        How many wait again; what was decided anew since stays.

    Raises
    ------
    NotFoundError
        When there is nothing to take back, or nothing that the user may.
    DisclosureError
        For every other role.
    """
    require_role(user, (Role.SUPERVISOR,), "take many decisions back at once")
    with workspace.transaction() as session:
        members = undo.batch_members(session, batch) if batch else []
        theirs = [one for one in members if "*" in user.team_refs or one[2] == user.username]
        if not theirs:
            raise NotFoundError(
                "there is nothing to take back under this mark", remedy="See: Review"
            )
        undo.take_back(session, [residence_id for residence_id, _, _ in theirs], workspace.now())
        decisions.forget_batch(session, batch)
        for _, client_ref, _ in theirs:
            note(workspace, session, user, "address.undo", client_ref, batch=batch)
    return len(theirs)
