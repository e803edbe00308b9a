"""What follows from words from the road: contacts that count, and homes that were left."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from geoteam.store.bulk import ids_by_ref
from geoteam.store.outcomes import Outcome, as_outcome, in_force
from geoteam.store.tables import ClientRow, ContactRow, OfficerRow, ResidenceRow, StopRow, TourRow
from geoteam.store.tour_tables import OutcomeRow


def residence_of(session: Session, tour_id: int, client_ref: str) -> int | None:
    """Find the home at which a tour visits a client: of its stop, else the present one.

    Parameters
    ----------
    session
        Open session.
    tour_id
        From `lock`.
    client_ref
        The client.

    Returns
    -------
    int or None
        The residence; None when the client has none.
    """
    client = select(ClientRow.id).where(ClientRow.ref == client_ref).scalar_subquery()
    at_stop = select(StopRow.residence_id).where(
        StopRow.tour_id == tour_id, StopRow.client_id == client
    )
    present = select(ResidenceRow.id).where(
        ResidenceRow.client_id == client, ResidenceRow.valid_to.is_(None)
    )
    return session.scalar(at_stop) or session.scalar(present)


def make_contact(session: Session, told: Outcome, on: date, officer_ref: str) -> None:
    """Count an outcome as a home contact, unless the same contact is known.

    Parameters
    ----------
    session
        Open session.
    told
        The outcome.
    on
        Its day.
    officer_ref
        The officer of the tour.
    """
    same = {"client_id": _row(session, told.key).client_id, "on": on, "kind": "field",
            "outcome": told.kind}  # fmt: skip
    if session.scalar(select(ContactRow.id).filter_by(**same)) is not None:
        return
    officers = ids_by_ref(session, OfficerRow, [officer_ref])
    row = ContactRow(**same, officer_id=officers.get(officer_ref))
    session.add(row)
    session.flush()
    _row(session, told.key).contact_id = row.id
    session.flush()


def unmake_contact(session: Session, key: str, zone: ZoneInfo) -> None:
    """Take back the contact that an outcome made; one known before stays.

    A contact that another tour's outcome in force stands for as well is that one's from then on.

    Parameters
    ----------
    session
        Open session.
    key
        Of the outcome.
    zone
        The city's, in which a contact has its day.
    """
    row = _row(session, key)
    made = session.get(ContactRow, row.contact_id) if row.contact_id else None
    row.contact_id = None
    session.flush()
    if made is None:
        return
    others = in_force().where(
        OutcomeRow.client_id == made.client_id,
        OutcomeRow.kind == made.outcome,
        OutcomeRow.tour_id != row.tour_id,
    )
    for other, _, _ in session.execute(others):
        if other.at.astimezone(zone).date() == made.on:
            other.contact_id = made.id
            made.officer_id = session.get_one(TourRow, other.tour_id).officer_id
            break
    else:
        session.delete(made)
    session.flush()


def moved_from(session: Session, residence_id: int) -> list[Outcome]:
    """Load the words in force, of every tour, that a client has moved from a home.

    Parameters
    ----------
    session
        Open session.
    residence_id
        The home.

    Returns
    -------
    list of Outcome
        By time.
    """
    client = select(ResidenceRow.client_id).where(ResidenceRow.id == residence_id)
    query = in_force().where(
        OutcomeRow.client_id == client.scalar_subquery(), OutcomeRow.kind == "moved"
    )
    words = session.execute(query)
    return [
        as_outcome(w) for w in words if residence_of(session, w[0].tour_id, w[2]) == residence_id
    ]


def _row(session: Session, key: str) -> OutcomeRow:
    return session.scalars(select(OutcomeRow).where(OutcomeRow.key == key)).one()
