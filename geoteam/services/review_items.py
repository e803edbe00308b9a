"""One item of the review queue: opened only for those who may see the client, and noted."""

from __future__ import annotations

from sqlalchemy.orm import Session

from geoteam.errors import NotFoundError
from geoteam.model import User
from geoteam.services.clients import reach_of
from geoteam.services.scope import visible_refs
from geoteam.services.workspace import Workspace
from geoteam.store import audit, geocodes
from geoteam.store import clients as client_store


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
    reach_of(user)
    found = geocodes.get(session, item, lock=lock)
    client = client_store.as_frame(session, workspace.today(), refs=[found.client_ref])
    if not visible_refs(user, client):
        raise NotFoundError("there is no such item in the queue", remedy="See: Review")
    return found


def note(
    workspace: Workspace, session: Session, user: User, action: str, ref: str, decision: str
) -> None:
    """Write the audit event of one item.

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
        The client.
    decision
        What was decided; '' for none.
    """
    audit.append(
        session,
        at=workspace.now(),
        actor=user.username,
        action=action,
        object_kind="client",
        object_ref=ref,
        purpose="address",
        detail={"decision": decision} if decision else {},
    )
