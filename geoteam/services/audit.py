"""Reading and checking the audit log."""

from __future__ import annotations

import json
import os
from pathlib import Path

from geoteam.errors import AuditError
from geoteam.model import Role, User
from geoteam.services.paging import Page
from geoteam.services.scope import require_role
from geoteam.services.workspace import Workspace
from geoteam.store import audit as store
from geoteam.store.audit import AuditAnchor, AuditFault

__all__ = ["AuditAnchor", "AuditFault", "list_events", "verify"]

_ANCHOR = "audit-anchor.json"


def list_events(
    workspace: Workspace,
    user: User | None,
    *,
    actor: str = "",
    action: str = "",
    object_kind: str = "",
    object_ref: str = "",
    page: int = 1,
    page_size: int = 50,
) -> Page:
    """List audit events, newest first.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An auditor; None for the operator at the command line.
    actor, object_kind, object_ref
        Only these; any when empty.
    action
        Only actions that begin with it.
    page, page_size
        The part wanted.

    Returns
    -------
    Page
        Rows with seq, at, actor, action, object_kind, object_ref, purpose and detail.

    Raises
    ------
    DisclosureError
        When the user is no auditor.
    """
    if user is not None:
        require_role(user, [Role.AUDITOR], "read the audit log")
    with workspace.reading() as session:
        rows, total = store.page(
            session,
            actor=actor,
            action=action,
            object_kind=object_kind,
            object_ref=object_ref,
            limit=page_size,
            offset=(max(page, 1) - 1) * page_size,
        )
    return Page(rows, total, max(page, 1), page_size)


def verify(workspace: Workspace) -> list[AuditFault]:
    """Check the whole chain, and note its end outside the database when it holds.

    The note (``audit-anchor.json`` in the workspace folder) lets the next check find even a chain
    that was rewritten from the start, unless the file was rewritten too: keep a copy elsewhere.

    Parameters
    ----------
    workspace
        The workspace.

    Returns
    -------
    list of AuditFault
        Empty when the log is whole.

    Raises
    ------
    AuditError
        When the note cannot be read.
    """
    path = workspace.folder / _ANCHOR
    anchor = _read_anchor(path)
    with workspace.reading() as session:
        faults = store.verify(session, anchor=anchor)
        end = store.head(session)
    if not faults and end.seq and end != anchor:
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(json.dumps({"seq": end.seq, "hash": end.hash}) + "\n")
        temporary.replace(path)
    return faults


def _read_anchor(path: Path) -> AuditAnchor | None:
    if not path.is_file():
        return None
    try:
        value = json.loads(path.read_text())
        return AuditAnchor(int(value["seq"]), str(value["hash"]))
    except (ValueError, KeyError, TypeError) as error:
        raise AuditError(
            "the note of an earlier check cannot be read",
            where=str(path),
            remedy="Put back a copy of it; delete it only when you know why it is damaged",
        ) from error
