"""Versions of tours: whoever changes one names the version that was seen."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from geoteam.store.tables import TourRow


def hold(session: Session, refs: Collection[str]) -> dict[str, int]:
    """Let no other transaction change some tours until this one ends.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    refs
        The tours' references; unknown ones are passed over.

    Returns
    -------
    dict
        Reference to the version as it is now.
    """
    query = select(TourRow.ref, TourRow.version).where(TourRow.ref.in_(refs))
    rows = session.execute(query.order_by(TourRow.id).with_for_update())
    return {str(ref): int(version) for ref, version in rows}
