"""Words from the road: what came of visits, and signs of life; each counts once, by its key."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shapely.geometry import Point
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from geoteam.errors import NotFoundError
from geoteam.store.bulk import chunks, ids_by_ref
from geoteam.store.tables import ClientRow, TourRow
from geoteam.store.tour_tables import CheckInRow, OutcomeRow

KINDS = ("made", "not_home", "moved", "refused", "unsafe")
# Takes an outcome back without another in its place.
WITHDRAWN = "withdrawn"
CHECK_INS = (
    "begun", "arrived", "left", "ok", "help", "settled", "ended", "promised", "unpromised",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a visit; longitude and latitude are None unless the officer sent them."""

    key: str
    tour_ref: str
    client_ref: str
    kind: str
    note: str
    lon: float | None
    lat: float | None
    at: datetime
    received_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class CheckIn:
    """A sign of life; ``client_ref`` is of the stop that it is about, '' for none."""

    key: str
    tour_ref: str
    kind: str
    client_ref: str
    at: datetime
    received_at: datetime
    by: str


def lock(session: Session, tour_ref: str) -> int:
    """Let nobody else tell of a tour until the transaction ends.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    tour_ref
        The tour's reference.

    Returns
    -------
    int
        Its number.

    Raises
    ------
    NotFoundError
        When there is no such tour.
    """
    found = session.scalar(select(TourRow.id).where(TourRow.ref == tour_ref).with_for_update())
    if found is None:
        raise NotFoundError("there is no such tour", remedy="See the list of tours")
    return found


def known(session: Session, keys: Collection[str]) -> set[str]:
    """Tell which keys have been used.

    Parameters
    ----------
    session
        Open session.
    keys
        Made by phones.

    Returns
    -------
    set of str
        Those that are there.
    """
    found: set[str] = set()
    for part in chunks(sorted(keys)):
        found |= set(session.scalars(select(OutcomeRow.key).where(OutcomeRow.key.in_(part))))
        found |= set(session.scalars(select(CheckInRow.key).where(CheckInRow.key.in_(part))))
    return found


def save_check_in(
    session: Session,
    tour_id: int,
    *,
    key: str,
    kind: str,
    client_ref: str,
    at: datetime,
    received_at: datetime,
    by: str,
) -> None:
    """Keep a sign of life.

    Parameters
    ----------
    session
        Open session.
    tour_id
        From `lock`.
    key
        Made by the phone; not `known`.
    kind
        One of ``CHECK_INS``.
    client_ref
        The client of the stop; '' for none.
    at, received_at
        When it was said, and when it came in.
    by
        Username.
    """
    detail: dict[str, Any] = {"client_ref": client_ref} if client_ref else {}
    session.add(
        CheckInRow(
            key=key, tour_id=tour_id, kind=kind, detail=detail, at=at, received_at=received_at,
            by=by,
        )
    )  # fmt: skip
    session.flush()


def save_outcome(
    session: Session,
    tour_id: int,
    *,
    key: str,
    client_ref: str,
    kind: str,
    note: str,
    place: tuple[float, float] | None,
    at: datetime,
    received_at: datetime,
    by: str,
) -> tuple[Outcome | None, Outcome | None]:
    """Keep what came of a visit; the latest word by its time is in force.

    Parameters
    ----------
    session
        Open session.
    tour_id
        From `lock`.
    key
        Made by the phone; not `known`.
    client_ref
        The client, who exists.
    kind
        One of ``KINDS``, or ``WITHDRAWN``.
    note
        What the officer wrote.
    place
        Longitude and latitude of the phone; None when it was not sent.
    at, received_at
        When it was said, and when it came in.
    by
        Username.

    Returns
    -------
    tuple
        What was in force before, and what is now; None for nothing.
    """
    client_id = ids_by_ref(session, ClientRow, [client_ref])[client_ref]
    before = _in_force(session, tour_id, client_id)
    session.add(
        OutcomeRow(
            key=key,
            tour_id=tour_id,
            client_id=client_id,
            kind=kind,
            note=note,
            geometry=Point(*place) if place else None,
            at=at,
            received_at=received_at,
            by=by,
        )
    )
    session.flush()
    rows = list(
        session.scalars(
            select(OutcomeRow)
            .where(OutcomeRow.tour_id == tour_id, OutcomeRow.client_id == client_id)
            .order_by(OutcomeRow.at, OutcomeRow.id)
        )
    )
    for row, later in zip(rows, [*(one.key for one in rows[1:]), ""], strict=True):
        row.replaced_by = later
    session.flush()
    return before, _in_force(session, tour_id, client_id)


def _in_force(session: Session, tour_id: int, client_id: int) -> Outcome | None:
    query = in_force().where(OutcomeRow.tour_id == tour_id, OutcomeRow.client_id == client_id)
    return next(map(as_outcome, session.execute(query)), None)


def in_force() -> Select[*tuple[Any, ...]]:
    """Ask for the outcomes in force, to be narrowed down; `as_outcome` reads its rows.

    Returns
    -------
    Select
        Rows of outcome, reference of the tour and of the client, by time.
    """
    return (
        select(OutcomeRow, TourRow.ref, ClientRow.ref)
        .join(TourRow, TourRow.id == OutcomeRow.tour_id)
        .join(ClientRow, ClientRow.id == OutcomeRow.client_id)
        .where(OutcomeRow.replaced_by == "", OutcomeRow.kind != WITHDRAWN)
        .order_by(OutcomeRow.at, OutcomeRow.id)
    )


def as_outcome(found: Any) -> Outcome:
    """Read a row of `in_force`.

    Parameters
    ----------
    found
        The row.

    Returns
    -------
    Outcome
        What it says.
    """
    row, tour_ref, client_ref = found
    point = row.geometry
    return Outcome(
        key=row.key,
        tour_ref=tour_ref,
        client_ref=client_ref,
        kind=row.kind,
        note=row.note,
        lon=None if point is None else point.x,
        lat=None if point is None else point.y,
        at=row.at,
        received_at=row.received_at,
        by=row.by,
    )


def of_tours(session: Session, tour_refs: Collection[str]) -> dict[str, list[Outcome]]:
    """Load the outcomes in force of some tours.

    Parameters
    ----------
    session
        Open session.
    tour_refs
        The tours.

    Returns
    -------
    dict of str to list of Outcome
        Every tour asked for to its outcomes, by time; at most one for each client.
    """
    found: dict[str, list[Outcome]] = {ref: [] for ref in tour_refs}
    for part in chunks(sorted(tour_refs)):
        for row in session.execute(in_force().where(TourRow.ref.in_(part))):
            one = as_outcome(row)
            found[one.tour_ref].append(one)
    return found


def check_ins(session: Session, tour_refs: Collection[str]) -> dict[str, list[CheckIn]]:
    """Load the signs of life of some tours.

    Parameters
    ----------
    session
        Open session.
    tour_refs
        The tours.

    Returns
    -------
    dict of str to list of CheckIn
        Every tour asked for to its signs, by time.
    """
    found: dict[str, list[CheckIn]] = {ref: [] for ref in tour_refs}
    for part in chunks(sorted(tour_refs)):
        query = (
            select(CheckInRow, TourRow.ref)
            .join(TourRow, TourRow.id == CheckInRow.tour_id)
            .where(TourRow.ref.in_(part))
            .order_by(CheckInRow.at, CheckInRow.id)
        )
        for row, ref in session.execute(query):
            found[ref].append(
                CheckIn(
                    key=row.key,
                    tour_ref=ref,
                    kind=row.kind,
                    client_ref=str(row.detail.get("client_ref", "")),
                    at=row.at,
                    received_at=row.received_at,
                    by=row.by,
                )
            )
    return found


def days_of_calls(session: Session, since: datetime) -> set[date]:
    """List the days of the tours from which help was asked for.

    Parameters
    ----------
    session
        Open session.
    since
        Calls that came in earlier do not count.

    Returns
    -------
    set of date
        Whether or not the calls are settled.
    """
    called = select(TourRow.on).join(CheckInRow, CheckInRow.tour_id == TourRow.id)
    return set(
        session.scalars(
            called.where(CheckInRow.kind == "help", CheckInRow.received_at >= since).distinct()
        )
    )


def unsafe_since(
    session: Session, client_refs: Collection[str], since: datetime
) -> dict[str, Outcome]:
    """Find the latest visit to each client that an officer called unsafe.

    Parameters
    ----------
    session
        Open session.
    client_refs
        The clients.
    since
        Earlier ones do not count.

    Returns
    -------
    dict of str to Outcome
        Client to the latest; nobody without one.
    """
    found: dict[str, Outcome] = {}
    for part in chunks(sorted(client_refs)):
        query = in_force().where(
            ClientRow.ref.in_(part), OutcomeRow.kind == "unsafe", OutcomeRow.at >= since
        )
        found |= {one.client_ref: one for one in map(as_outcome, session.execute(query))}
    return found
