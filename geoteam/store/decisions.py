"""Decisions of people on address texts, used again whenever the same text comes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from geoteam.store.bulk import chunks
from geoteam.store.tables import AddressDecisionRow


@dataclass(frozen=True, slots=True)
class AddressDecision:
    """What a person decided about a text, and why."""

    text: str
    result: Mapping[str, Any]
    decided_by: str
    decided_why: str
    decided_at: datetime


def key(address: str, zip_code: str) -> str:
    """Return the form under which decisions are kept: case and spaces do not matter.

    Parameters
    ----------
    address
        Address as typed.
    zip_code
        ZIP as typed, or empty.

    Returns
    -------
    str
        The key.
    """
    return f"{' '.join(address.upper().split())}|{zip_code.strip()[:5]}"


def find(session: Session, texts: Collection[str]) -> dict[str, AddressDecision]:
    """Find decisions.

    Parameters
    ----------
    session
        Open session.
    texts
        Keys as made by `key`.

    Returns
    -------
    dict of str to AddressDecision
        Only the texts that were decided on.
    """
    found: dict[str, AddressDecision] = {}
    for part in chunks(sorted(set(texts))):
        query = select(AddressDecisionRow).where(AddressDecisionRow.text.in_(part))
        for row in session.scalars(query):
            found[row.text] = AddressDecision(
                row.text, row.result, row.decided_by, row.decided_why, row.decided_at
            )
    return found


def save(session: Session, decision: AddressDecision) -> None:
    """Keep a decision; an earlier one on the same text is replaced.

    Parameters
    ----------
    session
        Open session.
    decision
        The decision.
    """
    row = session.scalar(select(AddressDecisionRow).where(AddressDecisionRow.text == decision.text))
    if row is None:
        row = AddressDecisionRow(text=decision.text)
        session.add(row)
    row.result = dict(decision.result)
    row.decided_by, row.decided_why = decision.decided_by, decision.decided_why
    row.decided_at = decision.decided_at
    session.flush()


def forget(session: Session, text: str) -> None:
    """Drop a decision that was taken back.

    Parameters
    ----------
    session
        Open session.
    text
        Its key.
    """
    session.execute(delete(AddressDecisionRow).where(AddressDecisionRow.text == text))
