"""Files that were loaded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from geoteam.store.tables import ImportRow


def record(
    session: Session,
    *,
    noun: str,
    digest: str,
    summary: Mapping[str, Any],
    by: str,
    at: datetime,
) -> int:
    """Note that a file was loaded.

    Parameters
    ----------
    session
        Open session.
    noun
        What was in it.
    digest
        SHA-256 of the file.
    summary
        Counts; never a person's data.
    by, at
        Who and when.

    Returns
    -------
    int
        Number of the import.
    """
    row = ImportRow(noun=noun, digest=digest, summary=dict(summary), by=by, at=at)
    session.add(row)
    session.flush()
    return row.id


def latest(session: Session, noun: str = "", *, limit: int = 20) -> list[dict[str, Any]]:
    """List the newest imports.

    Parameters
    ----------
    session
        Open session.
    noun
        Only of this noun; any when empty.
    limit
        At most so many.

    Returns
    -------
    list of dict
        id, noun, digest, at, by and summary of each, newest first.
    """
    query = select(ImportRow).order_by(ImportRow.id.desc()).limit(limit)
    if noun:
        query = query.where(ImportRow.noun == noun)
    return [
        {
            "id": row.id,
            "noun": row.noun,
            "digest": row.digest,
            "at": row.at,
            "by": row.by,
            "summary": row.summary,
        }
        for row in session.scalars(query)
    ]
