"""The review queue: addresses that the geocoder would not decide alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from geoteam.model import User
from geoteam.services.paging import Page
from geoteam.services.review_batches import batches, undo_batch
from geoteam.services.review_bulk import CAUSES as BULK_CAUSES
from geoteam.services.review_bulk import (
    LEAST_SCORE,
    BulkFilter,
    BulkPreview,
    accept_all,
    bulk_table,
    preview_bulk,
)
from geoteam.services.review_claims import CLAIM, claim_next, keep_open, leave
from geoteam.services.review_decisions import decide_item, undo_decision
from geoteam.services.review_items import note, part_of
from geoteam.services.review_pin import RADII_M, look_at_pin
from geoteam.services.review_results import ACTIONS, SetPin
from geoteam.services.review_view import review_item, review_map
from geoteam.services.workspace import Workspace
from geoteam.store import queue

REASONS: Mapping[str, str] = {
    "gone": "An officer found that the client has moved",
    "tie": "Several places fit equally well",
    "boundary": "The place may lie in another area",
    "doubtful": "The match is not certain enough",
    "no_match": "No place was found",
    "moved": "A newer reference places it elsewhere",
    "lost": "A newer reference no longer finds it",
}


def reason_counts(workspace: Workspace, user: User) -> list[tuple[str, str, int]]:
    """Count what waits, by cause.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.

    Returns
    -------
    list of tuple
        Cause, its words, and how many; only causes that occur.
    """
    part = part_of(workspace, user)
    with workspace.reading() as session:
        counts = queue.counts(session, part)
    return [(name, text, counts[name]) for name, text in REASONS.items() if name in counts]


def count_waiting(workspace: Workspace, user: User) -> int:
    """Count the addresses that wait for a decision of the user; none is read.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.

    Returns
    -------
    int
        How many.
    """
    return sum(many for _, _, many in reason_counts(workspace, user))


def review_queue(
    workspace: Workspace, user: User, *, reason: str = "", page: int = 1, page_size: int = 50
) -> Page:
    """List the addresses that wait for a decision; the listing is audited.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.
    reason
        Only this cause; any when empty.
    page, page_size
        The part wanted.

    Returns
    -------
    Page
        Rows with ``id``, ``client_ref``, ``address``, ``zip``, ``cause``, ``reason``,
        ``candidates`` (how many), and ``held_by`` and ``held_name`` (who has it open; '' for
        nobody).
    """
    page = max(page, 1)
    part, now = part_of(workspace, user, reason), workspace.now()
    with workspace.transaction() as session:
        total = sum(queue.counts(session, part).values())
        rows = queue.page(session, part, now, limit=page_size, offset=(page - 1) * page_size)
        note(workspace, session, user, "address.list", rows=len(rows), total=total)
    return Page([asdict(row) for row in rows], total, page, page_size)


def decided_lately(workspace: Workspace, user: User, *, many: int = 8) -> list[dict[str, Any]]:
    """List the latest decisions that hold, so that one can be taken back; it is audited.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.
    many
        How many at most.

    Returns
    -------
    list of dict
        ``id``, ``client_ref``, ``address``, ``reason`` (what was decided), ``decided_by``,
        ``decided_why``, ``decided_at`` and ``batch``, latest first.
    """
    part = part_of(workspace, user)
    with workspace.transaction() as session:
        rows = queue.decided(session, part, many)
        if rows:
            note(workspace, session, user, "address.decided", rows=len(rows))
    return [asdict(row) for row in rows]


__all__ = [
    "ACTIONS",
    "BULK_CAUSES",
    "CLAIM",
    "LEAST_SCORE",
    "RADII_M",
    "REASONS",
    "BulkFilter",
    "BulkPreview",
    "SetPin",
    "accept_all",
    "batches",
    "bulk_table",
    "claim_next",
    "count_waiting",
    "decide_item",
    "decided_lately",
    "keep_open",
    "leave",
    "look_at_pin",
    "preview_bulk",
    "reason_counts",
    "review_item",
    "review_map",
    "review_queue",
    "undo_batch",
    "undo_decision",
]
