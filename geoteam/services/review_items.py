"""One item of the review queue: opened only for those who may see the client, and noted."""

from __future__ import annotations

from sqlalchemy.orm import Session

from geoteam.errors import NotFoundError
from geoteam.model import User
from geoteam.services.clients import reach_of
from geoteam.services.workspace import Workspace
from geoteam.store import audit, geocodes, queue
from geoteam.store.proposals import PROPOSED


def part_of(workspace: Workspace, user: User, cause: str = "") -> queue.Part:
    """Tell which part of the queue is a user's.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.
    cause
        Only this cause; any when empty.

    Returns
    -------
    Part
        The part.

    Raises
    ------
    DisclosureError
        For every other role.
    """
    reach = reach_of(user)
    return queue.Part(
        workspace.today(), reach.officers, reach.teams, reach.or_without_team, cause=cause
    )


def open_item(
    workspace: Workspace, session: Session, user: User, item: int, *, lock: bool = False
) -> geocodes.Geocode:
    """Load an item of the queue that the user may see.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    user
        An officer or a supervisor.
    item
        Number of the item.
    lock
        Let nobody else decide on it until the transaction ends.

    Returns
    -------
    Geocode
        The item.

    Raises
    ------
    NotFoundError
        When there is no such item, or none that the user may see.
    """
    if not queue.holds(session, part_of(workspace, user), item):
        raise NotFoundError("there is no such item in the queue", remedy="See: Review")
    return geocodes.get(session, item, lock=lock)


def waits(found: geocodes.Geocode) -> bool:
    """Tell whether an item waits for a decision.

    Parameters
    ----------
    found
        The item.

    Returns
    -------
    bool
        True in the queue, False when it was decided.
    """
    return is_proposal(found) or (found.decision == "review" and found.valid_to is None)


def is_proposal(found: geocodes.Geocode) -> bool:
    """Tell whether an item asks to move a place that is in force.

    Parameters
    ----------
    found
        The item.

    Returns
    -------
    bool
        True when a newer reference places the address elsewhere.
    """
    return found.decision == PROPOSED


def is_gone(found: geocodes.Geocode) -> bool:
    """Tell whether an item waits because its client is said to have moved.

    Parameters
    ----------
    found
        The item.

    Returns
    -------
    bool
        True when an officer said so from the road.
    """
    return found.decision == "review" and found.decided_by != ""


def note(
    workspace: Workspace,
    session: Session,
    user: User,
    action: str,
    ref: str = "",
    **detail: str | int,
) -> None:
    """Write the audit event of one item, or of a list of them.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    user
        Who acts.
    action
        What is done.
    ref
        The client; empty for a list.
    **detail
        What was decided, the mark of decisions made together, or how many were listed.
    """
    audit.append(
        session,
        at=workspace.now(),
        actor=user.username,
        action=action,
        object_kind="client" if ref else "clients",
        object_ref=ref,
        purpose="address",
        detail=detail,
    )
