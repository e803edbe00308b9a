"""The review queue: addresses that wait for a person's decision, and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from geoteam.model import MatchStatus
from geoteam.store.bulk import chunks
from geoteam.store.proposals import PROPOSED
from geoteam.store.tables import (
    AddressClaimRow,
    AssignmentRow,
    ClientRow,
    GeocodeRow,
    OfficerRow,
    ResidenceRow,
    TeamRow,
    UserRow,
)

# In the order in which they are shown.
CAUSES = ("gone", "tie", "boundary", "doubtful", "no_match", "moved", "lost")
_MANY = func.json_array_length(GeocodeRow.candidates)
_NOT_FOUND = GeocodeRow.status == MatchStatus.UNMATCHED.value
# Somebody said from the road that the client has moved: only then does a person put it in review.
_GONE = and_(GeocodeRow.decision == "review", GeocodeRow.decided_by != "")
_CAUSE = case(
    (and_(GeocodeRow.decision == PROPOSED, _NOT_FOUND), "lost"),
    (GeocodeRow.decision == PROPOSED, "moved"),
    (_GONE, "gone"),
    # Of a tie only one place may be known: then nothing is to be told apart.
    (and_(GeocodeRow.status == MatchStatus.TIE.value, _MANY > 1), "tie"),
    (_NOT_FOUND, "no_match"),
    (GeocodeRow.boundary_ambiguous, "boundary"),
    else_="doubtful",
)
_WAITS = or_(
    and_(GeocodeRow.decision == "review", GeocodeRow.valid_to.is_(None)),
    GeocodeRow.decision == PROPOSED,
)


def cause_of(
    decision: str, status: str, boundary_ambiguous: bool, candidates: int, decided_by: str
) -> str:
    """Tell why an address waits, as the queue's own queries do.

    Parameters
    ----------
    decision, status, boundary_ambiguous
        Of the geocode.
    candidates
        How many it has.
    decided_by
        Who decided; of the geocode too.

    Returns
    -------
    str
        One of ``CAUSES``.
    """
    if decision == PROPOSED:
        return "lost" if status == MatchStatus.UNMATCHED.value else "moved"
    if decision == "review" and decided_by:
        return "gone"
    if status == MatchStatus.TIE.value and candidates > 1:
        return "tie"
    if status == MatchStatus.UNMATCHED.value:
        return "no_match"
    return "boundary" if boundary_ambiguous else "doubtful"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the queue: whose clients on a day, and why they wait.

    Attributes
    ----------
    on
        The day of the assignments.
    officers, teams
        Only clients of these; None is everybody, an empty collection nobody.
    or_without_team
        With ``teams``: clients without a team as well.
    cause
        Only this one of ``CAUSES``; any when empty.
    """

    on: date
    officers: Collection[str] | None = None
    teams: Collection[str] | None = None
    or_without_team: bool = False
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One address that waits; ``candidates`` says how many, ``held_by`` who has it open."""

    id: int
    residence_id: int
    client_ref: str
    address: str
    zip: str
    status: str
    cause: str
    reason: str
    score: float
    candidates: int
    held_by: str
    held_name: str


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision of a person that is in force."""

    id: int
    client_ref: str
    address: str
    reason: str
    decided_by: str
    decided_why: str
    decided_at: datetime
    batch: str


def _joined(query: Select[*tuple[Any, ...]], part: Part) -> Select[*tuple[Any, ...]]:
    """Reach the clients whom the part is about."""
    query = (
        query.select_from(GeocodeRow)
        .join(ResidenceRow, ResidenceRow.id == GeocodeRow.residence_id)
        .join(ClientRow, ClientRow.id == ResidenceRow.client_id)
        .where(ClientRow.active)
    )
    if part.officers is None and part.teams is None:
        return query
    assigned = and_(
        AssignmentRow.client_id == ClientRow.id,
        AssignmentRow.valid_from <= part.on,
        or_(AssignmentRow.valid_to.is_(None), AssignmentRow.valid_to > part.on),
    )
    query = (
        query.outerjoin(AssignmentRow, assigned)
        .outerjoin(TeamRow, TeamRow.id == AssignmentRow.team_id)
        .outerjoin(OfficerRow, OfficerRow.id == AssignmentRow.officer_id)
    )
    if part.officers is not None:
        query = query.where(OfficerRow.ref.in_(sorted(part.officers)))
    if part.teams is not None:
        wanted = TeamRow.ref.in_(sorted(part.teams))
        query = query.where(or_(wanted, TeamRow.id.is_(None)) if part.or_without_team else wanted)
    return query


def _pending(query: Select[*tuple[Any, ...]], part: Part) -> Select[*tuple[Any, ...]]:
    query = _joined(query, part).where(ResidenceRow.valid_to.is_(None), _WAITS)
    return query.where(_CAUSE.in_([part.cause])) if part.cause else query


def counts(session: Session, part: Part) -> dict[str, int]:
    """Count what waits by its cause.

    Parameters
    ----------
    session
        Open session.
    part
        Whose clients; its cause counts too.

    Returns
    -------
    dict of str to int
        Cause to how many; only causes that occur.
    """
    query = _pending(select(_CAUSE, func.count()), part).group_by(_CAUSE)
    return dict(session.execute(query).all())


def page(
    session: Session, part: Part, now: datetime, *, limit: int | None = 50, offset: int = 0
) -> list[Waiting]:
    """List what waits, oldest first.

    Parameters
    ----------
    session
        Open session.
    part
        Whose clients, and why.
    now
        The moment, for the claims.
    limit, offset
        The rows wanted; None is all.

    Returns
    -------
    list of Waiting
        The rows.
    """
    query = _pending(
        select(
            GeocodeRow.id,
            ResidenceRow.id,
            ClientRow.ref,
            ResidenceRow.address,
            ResidenceRow.zip,
            GeocodeRow.status,
            _CAUSE,
            GeocodeRow.reason,
            GeocodeRow.score,
            _MANY,
            func.coalesce(AddressClaimRow.claimed_by, ""),
            func.coalesce(UserRow.name, AddressClaimRow.claimed_by, ""),
        ),
        part,
    )
    query = query.outerjoin(
        AddressClaimRow,
        and_(AddressClaimRow.residence_id == ResidenceRow.id, AddressClaimRow.claimed_until > now),
    ).outerjoin(UserRow, UserRow.username == AddressClaimRow.claimed_by)
    rows = session.execute(query.order_by(GeocodeRow.id).limit(limit).offset(offset))
    return [Waiting(*row) for row in rows]


def candidates(session: Session, part: Part) -> dict[int, list[dict[str, Any]]]:
    """Load the candidates of everything that waits.

    Parameters
    ----------
    session
        Open session.
    part
        Whose clients, and why.

    Returns
    -------
    dict of int to list
        Number of the item to its candidates.
    """
    query = _pending(select(GeocodeRow.id, GeocodeRow.candidates), part)
    return {number: list(listed) for number, listed in session.execute(query)}


def lock(session: Session, items: Collection[int]) -> int:
    """Let nobody else decide on some items until the transaction ends.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    items
        Their numbers.

    Returns
    -------
    int
        How many of them still wait.
    """
    waiting = 0
    for part in chunks(sorted(items)):
        query = select(GeocodeRow.id).where(GeocodeRow.id.in_(part), _WAITS)
        waiting += len(session.execute(query.with_for_update()).all())
    return waiting


def following(
    session: Session, part: Part, username: str, now: datetime, after: int = 0
) -> tuple[int, int] | None:
    """Find the next address that nobody else has open, beginning anew at the end.

    On PostgreSQL the row is locked until the transaction ends, and rows that others have locked are
    passed over, so that many who ask at once do not wait for each other.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    part
        Whose clients, and why.
    username
        Who asks; their own claims do not count.
    now
        The moment, for the claims.
    after
        Number of the item after which to begin; it is not given itself.

    Returns
    -------
    tuple of int or None
        Number of the item and of its residence; None when nothing is left.
    """
    held = (
        select(AddressClaimRow.residence_id)
        .where(
            AddressClaimRow.residence_id == GeocodeRow.residence_id,
            AddressClaimRow.claimed_until > now,
            AddressClaimRow.claimed_by != username,
        )
        .exists()
    )
    query = _pending(select(GeocodeRow.id, GeocodeRow.residence_id), part)
    query = query.where(~held, GeocodeRow.id != after)
    query = query.order_by(case((GeocodeRow.id > after, 0), else_=1), GeocodeRow.id).limit(1)
    row = session.execute(query.with_for_update(of=GeocodeRow, skip_locked=True)).first()
    return None if row is None else (row[0], row[1])


def holds(session: Session, part: Part, item: int) -> bool:
    """Tell whether an item is about one of a part's clients, waiting or not.

    Parameters
    ----------
    session
        Open session.
    part
        Whose clients.
    item
        Number of the item.

    Returns
    -------
    bool
        False for items about nobody of the part.
    """
    query = _joined(select(GeocodeRow.id), part).where(GeocodeRow.id == item).limit(1)
    return session.scalar(query) is not None


def latest(session: Session, residence_id: int) -> int:
    """Find the item of a residence: what waits, else what is in force.

    Parameters
    ----------
    session
        Open session.
    residence_id
        The residence, which has been geocoded.

    Returns
    -------
    int
        Number of the item.
    """
    query = select(GeocodeRow.id).where(
        GeocodeRow.residence_id == residence_id,
        or_(GeocodeRow.valid_to.is_(None), GeocodeRow.decision == PROPOSED),
    )
    proposed_first = case((GeocodeRow.decision == PROPOSED, 0), else_=1)
    return session.scalars(query.order_by(proposed_first, GeocodeRow.id.desc())).first() or 0


def decided(session: Session, part: Part, limit: int) -> list[Decided]:
    """List the latest decisions of people that are in force.

    Parameters
    ----------
    session
        Open session.
    part
        Whose clients.
    limit
        How many at most.

    Returns
    -------
    list of Decided
        Latest first.
    """
    query = _joined(
        select(
            GeocodeRow.id,
            ClientRow.ref,
            ResidenceRow.address,
            GeocodeRow.reason,
            GeocodeRow.decided_by,
            GeocodeRow.decided_why,
            GeocodeRow.valid_from,
            GeocodeRow.batch,
        ),
        part,
    ).where(
        ResidenceRow.valid_to.is_(None),
        GeocodeRow.valid_to.is_(None),
        GeocodeRow.decided_by != "",
        ~_GONE,
    )
    query = query.order_by(GeocodeRow.valid_from.desc(), GeocodeRow.id.desc()).limit(limit)
    return [Decided(*row) for row in session.execute(query)]


def decision_counts(session: Session, on: date) -> dict[str, int]:
    """Count the residences of a day by what was decided about them.

    Parameters
    ----------
    session
        Open session.
    on
        The day.

    Returns
    -------
    dict of str to int
        ``accepted``, ``review`` and ``unplaceable`` to how many.
    """
    query = (
        select(GeocodeRow.decision, func.count())
        .join(ResidenceRow, ResidenceRow.id == GeocodeRow.residence_id)
        .join(ClientRow, ClientRow.id == ResidenceRow.client_id)
        .where(
            GeocodeRow.valid_to.is_(None),
            ClientRow.active,
            ResidenceRow.valid_from <= on,
            ResidenceRow.valid_to.is_(None) | (ResidenceRow.valid_to > on),
        )
        .group_by(GeocodeRow.decision)
    )
    counts = dict.fromkeys(("accepted", "review", "unplaceable"), 0)
    counts.update((decision, many) for decision, many in session.execute(query))
    return counts
