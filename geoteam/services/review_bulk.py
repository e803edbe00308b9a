"""Accepting the only candidate of many addresses at once, after a look.

For supervisors only: an officer decides on one client at a time. Each decision holds for its client
alone, since nobody looked at each text.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.errors import InputError
from geoteam.model import MatchStatus, Role, User
from geoteam.services.batch import safe
from geoteam.services.review_decisions import plain, refuse_idle
from geoteam.services.review_items import note, part_of
from geoteam.services.review_places import lay_over
from geoteam.services.review_results import candidate_result, moved_result
from geoteam.services.scope import require_role
from geoteam.services.workspace import Workspace
from geoteam.store import claims, decisions, geocodes, queue
from geoteam.store.proposals import settle

# Causes whose only candidate may be accepted unseen.
CAUSES = ("boundary", "doubtful", "moved")
# Below it, 13 of 100 matches lie within 100 m on real addresses; above, more than 97 within 250 m.
LEAST_SCORE = 80
ACCEPT_MANY = "accept many addresses at once"
_MANY = "it has several candidates"
_NONE = "it has no candidate"
_SINGLY = "ties, and addresses without a match, are decided one by one"
_LOW = "its score is below the one asked for"
_ELSEWHERE = "it is in another area"
_UNSURE = "its area is not sure"
_HELD = "somebody has it open"
_DOUBT = "the place itself is in doubt: look at each of them"
# What the geocoder says where a good score does not tell that the place is right.
DOUBTS = (
    "lies far from the rest of its block",
    "where such letters are doors of their own",
    "The text holds two addresses",
)


@dataclass(frozen=True, slots=True)
class BulkFilter:
    """Which addresses are meant.

    Attributes
    ----------
    cause
        Only this one of ``CAUSES``; any when empty.
    score
        The least score of the candidate.
    area
        The area in which the candidate lies; any when empty.
    unsure
        Also candidates so near the edge of their area that they may lie in another.
    """

    cause: str = ""
    score: int = LEAST_SCORE
    area: str = ""
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class BulkPreview:
    """What would be accepted.

    Attributes
    ----------
    rows
        Each with ``id``, ``client_ref``, ``address``, ``cause``, ``reason`` (all that the geocoder
        says), ``candidate``, ``score``, ``unit`` ('' outside every area), ``near`` (the other areas
        that it may lie in) and ``team`` ('' for none).
    units
        Area and how many, most first; '' is outside every area.
    left_out
        Why others of the same cause are not among them, and how many.
    areas
        Every area that a candidate lies in, to choose from.
    unsure
        How many fit whose area is not sure, among the rows or left out.
    mark
        What was seen: the same filter accepts only the same addresses at the same places.
    """

    rows: list[dict[str, Any]]
    units: list[tuple[str, int]]
    left_out: list[tuple[str, int]]
    areas: list[str]
    unsure: int
    mark: str


@dataclass(frozen=True, slots=True)
class _Found:
    row: queue.Waiting
    candidate: Mapping[str, Any]
    all_candidates: Sequence[Mapping[str, Any]]

    def told(self) -> dict[str, Any]:
        """What the preview shows of it."""
        names = ("id", "client_ref", "address", "cause", "reason")
        told = {name: getattr(self.row, name) for name in names}
        told |= {name: self.candidate[name] for name in ("unit", "near", "team")}
        return told | {
            "candidate": self.candidate["address"],
            "score": float(self.candidate["score"]),
        }


@dataclass(frozen=True, slots=True)
class _Sorted:
    """What a filter shows, parted into what can be accepted and what is left out, and why."""

    found: list[_Found]
    left_out: Counter[str]
    areas: list[str]
    unsure: int


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
    seen = _look(workspace, user, wanted, "address.preview")
    found = seen.found
    units = Counter(one.candidate["unit"] for one in found).most_common()
    return BulkPreview(
        [one.told() for one in found],
        units,
        seen.left_out.most_common(),
        seen.areas,
        seen.unsure,
        _mark(found),
    )


def bulk_table(
    workspace: Workspace, user: User, wanted: BulkFilter, causes: Mapping[str, str]
) -> pd.DataFrame:
    """Make the table of what a bulk acceptance would do, to be taken as a file; it is audited.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor.
    wanted
        Which addresses.
    causes
        The words of each cause.

    Returns
    -------
    DataFrame
        ``client``, ``address``, ``placed_at``, ``area``, ``may_also_be``, ``team``, ``score``,
        ``waits_because`` and ``reason``, harmless for spreadsheets.

    Raises
    ------
    DisclosureError
        For every other role.
    """
    rows = [one.told() for one in _look(workspace, user, wanted, "address.export").found]
    texts = {
        "client": [row["client_ref"] for row in rows],
        "address": [row["address"] for row in rows],
        "placed_at": [row["candidate"] for row in rows],
        "area": [row["unit"] for row in rows],
        "may_also_be": [" or ".join(row["near"]) for row in rows],
        "team": [row["team"] for row in rows],
    }
    table = pd.DataFrame(texts, dtype="str")
    table["score"] = [round(row["score"]) for row in rows]
    table["waits_because"] = pd.Series([causes[row["cause"]] for row in rows], dtype="str")
    table["reason"] = pd.Series([row["reason"] for row in rows], dtype="str")
    return safe(table)


def _look(workspace: Workspace, user: User, wanted: BulkFilter, action: str) -> _Sorted:
    require_role(user, (Role.SUPERVISOR,), ACCEPT_MANY)
    with workspace.transaction() as session:
        seen = _find(workspace, session, user, wanted)
        note(
            workspace, session, user, action,
            rows=len(seen.found), cause=wanted.cause, score=wanted.score,
        )  # fmt: skip
    return seen


def accept_all(
    workspace: Workspace,
    user: User,
    wanted: BulkFilter,
    *,
    mark: str,
    items: Collection[int],
    why: str,
) -> tuple[str, int]:
    """Accept the only candidate of each ticked address of a filter, all or none.

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
    items
        Numbers of the rows that the user ticked; the others stay.
    why
        How the user knows.

    Returns
    -------
    tuple of str and int
        The mark under which all can be taken back together, and how many.

    Raises
    ------
    InputError
        When no reason is given, nothing is ticked or left to accept, or the queue is not as it was
        seen.
    DisclosureError
        For every other role.
    """
    require_role(user, (Role.SUPERVISOR,), ACCEPT_MANY)
    refuse_idle(why)
    batch = secrets.token_hex(8)
    with workspace.transaction() as session:
        found = _find(workspace, session, user, wanted).found
        if not found:
            raise InputError("there is nothing to accept", remedy="Choose another filter")
        taken = [one for one in found if one.row.id in items]
        if not items:
            raise InputError("no address is ticked", remedy="Tick those that you accept")
        locked = queue.lock(session, [one.row.id for one in taken])
        if _mark(found) != mark or locked != len(taken) or len(taken) != len(set(items)):
            raise InputError(
                "the queue has changed since you looked", remedy="Look at it again, then accept"
            )
        _accept(workspace, session, user, taken, why.strip(), batch)
    return batch, len(taken)


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


def _find(workspace: Workspace, session: Session, user: User, wanted: BulkFilter) -> _Sorted:
    part = part_of(workspace, user, wanted.cause)
    rows = queue.page(session, part, workspace.now(), limit=None)
    listed = queue.candidates(session, part)
    left_out: Counter[str] = Counter()
    single = []
    for row in rows:
        # Of a moved place, the candidates are the new ones.
        new = [one for one in listed[row.id] if not one.get("present")]
        if row.cause not in CAUSES or row.status == MatchStatus.TIE.value:
            left_out[_SINGLY] += 1
        elif len(new) != 1:
            left_out[_MANY if new else _NONE] += 1
        elif any(doubt in row.reason for doubt in DOUBTS):
            left_out[_DOUBT] += 1
        else:
            single.append((row, new[0]))
    placed = lay_over(workspace, session, [one for _, one in single])
    found = []
    unsure = 0
    for (row, _), candidate in zip(single, placed, strict=True):
        if candidate["score"] < wanted.score:
            left_out[_LOW] += 1
        elif wanted.area and candidate["unit"] != wanted.area:
            left_out[_ELSEWHERE] += 1
        elif row.held_by not in ("", user.username):
            left_out[_HELD] += 1
        else:
            is_unsure = bool(candidate["near"]) or row.cause == "boundary"
            unsure += is_unsure
            if is_unsure and not wanted.unsure:
                left_out[_UNSURE] += 1
            else:
                found.append(_Found(row, candidate, listed[row.id]))
    areas = sorted({one["unit"] for one in placed if one["unit"]})
    return _Sorted(found, left_out, areas, unsure)


def _mark(found: Sequence[_Found]) -> str:
    seen = [
        [one.row.id, *(one.candidate[name] for name in ("lon", "lat", "unit"))] for one in found
    ]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:32]
