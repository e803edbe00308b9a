"""Proposals: what a newer reference says against a geocode that stands until a person decides.

They are kept with the geocodes but are never in force. One is ``proposed`` while it waits and
``settled`` when a person has decided, or when the address was looked up again before.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from geoteam.store.bulk import chunks
from geoteam.store.tables import GeocodeRow

PROPOSED, SETTLED = "proposed", "settled"
# Kept with proposals that no person settled.
_WITHDRAWN = "withdrawn: the address was looked up again"


def settle(session: Session, geocode_id: int) -> None:
    """Mark a proposal as decided by a person; before or after the decision is saved.

    Parameters
    ----------
    session
        Open session.
    geocode_id
        Its id.
    """
    waits_or_is_settled = GeocodeRow.decision.in_((PROPOSED, SETTLED))
    _mark(session, GeocodeRow.id == geocode_id, waits_or_is_settled, why="")


def withdraw(session: Session, residence_ids: Collection[int]) -> None:
    """Take proposals back that nobody decided on.

    Parameters
    ----------
    session
        Open session.
    residence_ids
        Whose.
    """
    for part in chunks(sorted(residence_ids)):
        whose = GeocodeRow.residence_id.in_(part)
        _mark(session, whose, GeocodeRow.decision == PROPOSED, why=_WITHDRAWN)


def _mark(session: Session, *which: Any, why: str) -> None:
    session.execute(
        update(GeocodeRow)
        .where(*which)
        .values(decision=SETTLED, decided_why=why)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()


def settled_places(
    session: Session, residence_ids: Collection[int]
) -> dict[int, list[tuple[float, float]]]:
    """Find the places of proposals on which a person has decided.

    Parameters
    ----------
    session
        Open session.
    residence_ids
        Whose.

    Returns
    -------
    dict of int to list of tuple
        Residence to longitudes and latitudes, EPSG:4326.
    """
    found: dict[int, list[tuple[float, float]]] = {}
    for part in chunks(sorted(residence_ids)):
        query = select(GeocodeRow.residence_id, GeocodeRow.geometry).where(
            GeocodeRow.residence_id.in_(part),
            GeocodeRow.geometry.is_not(None),
            GeocodeRow.decision == SETTLED,
            # With a reason, it was withdrawn and not decided on.
            GeocodeRow.decided_why == "",
        )
        for residence_id, point in session.execute(query):
            found.setdefault(residence_id, []).append((point.x, point.y))
    return found
