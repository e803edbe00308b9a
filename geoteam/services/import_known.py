"""Whom and what the rows of a file refer to: clients, officers and venues that are here."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from geoteam.services.import_loader import Entry, Warn
from geoteam.store import clients, venues


def blame_unknown_clients(session: Session, entries: Sequence[Entry], names: Sequence[str]) -> None:
    """Blame rows with a client who is not here.

    Parameters
    ----------
    session
        Open session.
    entries
        The rows.
    names
        Fields that hold the reference of a client.
    """
    known = clients.refs_to_ids(session, {e.values[name] for e in entries for name in names})
    for entry in entries:
        for name in names:
            if entry.values[name] not in known:
                entry.blame(name, "is no client here", "Load the client first")


def warn_of_unknown_officers(
    entries: Sequence[Entry], officers: Collection[str], warn: Warn
) -> None:
    """Warn of rows with an officer who is not here.

    Parameters
    ----------
    entries
        The rows; field ``officer``, which may be missing or empty.
    officers
        References of the officers.
    warn
        Told of each.
    """
    for entry in entries:
        ref = entry.values.get("officer", "")
        if ref and ref not in officers:
            warn(entry, "officer", "is no officer here", "Load the officer, or correct the id")


def venues_by_name(session: Session, categories: Sequence[str]) -> dict[str, str]:
    """List venues by what a file may call them.

    Parameters
    ----------
    session
        Open session.
    categories
        Of these categories.

    Returns
    -------
    dict of str to str
        Names and references, to the reference.
    """
    frame = venues.load(session, categories=categories)
    named = {str(name): str(ref) for ref, name in frame["name"].items()}
    return named | {str(ref): str(ref) for ref in frame.index}
