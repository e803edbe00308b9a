"""Who has which address open: two reviewers are never given the same one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from geoteam.errors import InputError
from geoteam.model import User
from geoteam.services.review_items import open_item, part_of, waits
from geoteam.services.workspace import Workspace
from geoteam.store import audit, claims, geocodes, queue

# How long an address is kept for somebody who does nothing.
CLAIM = timedelta(minutes=10)


def claim_next(workspace: Workspace, user: User, *, reason: str = "", after: int = 0) -> int | None:
    """Give a user the next address that nobody else has open, and keep it for them.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.
    reason
        Only this cause; any when empty.
    after
        Number of the item after which to look, which is not given itself; at the end the queue
        begins anew.

    Returns
    -------
    int or None
        Number of the item; None when nothing is left for this user.
    """
    part = part_of(workspace, user, reason)
    now = workspace.now()
    with workspace.transaction() as session:
        while found := queue.following(session, part, user.username, now, after):
            item, residence_id = found
            # Somebody else may have taken it since it was looked for; then it is looked for anew.
            if claims.take(session, residence_id, user.username, now, now + CLAIM):
                return item
    return None


def claim(
    workspace: Workspace, session: Session, user: User, found: geocodes.Geocode
) -> dict[str, Any] | None:
    """Keep an address for the user who opens it, unless somebody else has it.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session of a writing transaction.
    user
        Who opens it.
    found
        The item.

    Returns
    -------
    dict or None
        Of somebody else who has it: ``name``, ``since`` (None when not known) and ``until``; None
        when the user has it now.
    """
    now = workspace.now()
    if claims.take(session, found.residence_id, user.username, now, now + CLAIM):
        return None
    held = claims.holder(session, found.residence_id, now)
    if held is None:
        return None
    since = audit.last_at(session, held.username, "address.read", "client", found.client_ref)
    return {"name": held.name, "since": since, "until": held.until}


def keep_open(workspace: Workspace, user: User, item: int) -> datetime | None:
    """Keep an address for a user who is still at work on it.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.
    item
        Number of the item.

    Returns
    -------
    datetime or None
        Until when it is kept; None when it was decided or somebody else has it by now.
    """
    now = workspace.now()
    with workspace.transaction() as session:
        found = open_item(workspace, session, user, item)
        kept = waits(found) and claims.take(
            session, found.residence_id, user.username, now, now + CLAIM
        )
    return now + CLAIM if kept else None


def leave(workspace: Workspace, user: User, item: int) -> None:
    """Give an address back undecided.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.
    item
        Number of the item.
    """
    with workspace.transaction() as session:
        found = open_item(workspace, session, user, item)
        claims.release(session, found.residence_id, user.username)


def refuse_if_held(
    workspace: Workspace, session: Session, user: User, found: geocodes.Geocode
) -> None:
    """Refuse to decide on an address that somebody else has open.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session of a writing transaction.
    user
        Who decides.
    found
        The item.

    Raises
    ------
    InputError
        When somebody else has it open.
    """
    held = claims.holder(session, found.residence_id, workspace.now())
    if held is not None and held.username != user.username:
        raise InputError(
            f"{held.name} has this address open", remedy="Take the next one, or ask them"
        )
