"""Decisions of people on address texts: for one client, or for all who write the same text."""

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
    """What a person decided about a text, and why; ``text`` is made by `key`."""

    text: str
    result: Mapping[str, Any]
    decided_by: str
    decided_why: str
    decided_at: datetime
    # Mark of decisions that were made together.
    batch: str = ""


def key(address: str, zip_code: str, client_ref: str = "") -> str:
    """Return the form under which decisions are kept: case and spaces do not matter.

    A decision that is a reading of the text is kept under the text; one that is about a client
    is kept under the text and the client.

    Parameters
    ----------
    address
        Address as typed.
    zip_code
        ZIP as typed, or empty.
    client_ref
        The client for whom alone the decision holds; empty when it holds for everybody.

    Returns
    -------
    str
        The key.
    """
    # The bar parts text, ZIP and client, so no text may hold one.
    text = f"{' '.join(address.upper().replace('|', ' ').split())}|{zip_code.strip()[:5]}"
    return f"{text}|{client_ref}" if client_ref else text


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
        Only the keys that were decided on.
    """
    found: dict[str, AddressDecision] = {}
    for part in chunks(sorted(set(texts))):
        query = select(AddressDecisionRow).where(AddressDecisionRow.text.in_(part))
        for row in session.scalars(query):
            found[row.text] = AddressDecision(
                row.text, row.result, row.decided_by, row.decided_why, row.decided_at, row.batch
            )
    return found


def save(session: Session, decision: AddressDecision) -> None:
    """Keep a decision; an earlier one under the same key is replaced.

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
    row.decided_at, row.batch = decision.decided_at, decision.batch
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


def forget_batch(session: Session, batch: str) -> None:
    """Drop the decisions that were made together.

    Parameters
    ----------
    session
        Open session.
    batch
        Their mark.
    """
    session.execute(delete(AddressDecisionRow).where(AddressDecisionRow.batch == batch))
