"""Clients: one supervised person a row; where they live is in ``residences``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import shapely
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from geoteam.store import residences
from geoteam.store.bulk import Upsert, frame_of, ids_by_ref, upsert
from geoteam.store.tables import (
    AssignmentRow,
    ClientRow,
    GeocodeRow,
    OfficerRow,
    ResidenceRow,
    TeamRow,
)

_TEXT = (
    "client_ref",
    "name",
    "level",
    "access_notes",
    "source_officer",
    "residence_kind",
    "address",
    "zip",
    "decision",
    "match_code",
    "matched_address",
    "geocode_reason",
    "unit",
    "team",
    "officer",
)


@dataclass(frozen=True, slots=True)
class Client:
    """One client with the whole history of residences, oldest first."""

    id: int
    ref: str
    name: str
    level: str
    needs: tuple[str, ...]
    intake_on: date
    access_notes: str
    # Begin, end and, where it is not every day, the days of the week.
    windows: tuple[tuple[str, ...], ...]
    active: bool
    source_officer_ref: str
    residences: tuple[residences.Residence, ...]


def save(
    session: Session, rows: Sequence[Mapping[str, Any]], *, keep: Collection[str] = ()
) -> Upsert:
    """Save clients by reference.

    Parameters
    ----------
    session
        Open session.
    rows
        Each with ref, name, level, needs, intake_on, access_notes, windows, active and
        source_officer_ref.
    keep
        Columns that are written to new clients only.

    Returns
    -------
    Upsert
        What was done.
    """
    return upsert(session, ClientRow, rows, keep=keep)


def change_windows(session: Session, ref: str, windows: Sequence[Sequence[str]]) -> bool:
    """Change a client's hours at home.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    ref
        The agency's id of a client who is there.
    windows
        Begin, end and, where it is not every day, the days of the week.

    Returns
    -------
    bool
        Whether they are other than before.
    """
    row = session.scalars(select(ClientRow).where(ClientRow.ref == ref)).one()
    wanted = [list(window) for window in windows]
    if row.windows == wanted:
        return False
    row.windows = wanted
    session.flush()
    return True


def get(session: Session, ref: str) -> Client | None:
    """Find one client.

    Parameters
    ----------
    session
        Open session.
    ref
        The agency's id.

    Returns
    -------
    Client or None
        None when there is no such client.
    """
    row = session.scalar(select(ClientRow).where(ClientRow.ref == ref))
    if row is None:
        return None
    return Client(
        id=row.id,
        ref=row.ref,
        name=row.name,
        level=row.level,
        needs=tuple(row.needs),
        intake_on=row.intake_on,
        access_notes=row.access_notes,
        windows=tuple(tuple(window) for window in row.windows),
        active=row.active,
        source_officer_ref=row.source_officer_ref,
        residences=tuple(residences.of_clients(session, [row.id]).get(row.id, ())),
    )


def count(session: Session, *, active_only: bool = True) -> int:
    """Count the clients.

    Parameters
    ----------
    session
        Open session.
    active_only
        Leave out those whose supervision has ended.

    Returns
    -------
    int
        How many.
    """
    query = select(func.count()).select_from(ClientRow)
    return session.scalar(query.where(ClientRow.active) if active_only else query) or 0


def active(session: Session, refs: Collection[str]) -> set[str]:
    """Tell whose supervision has not ended.

    Parameters
    ----------
    session
        Open session.
    refs
        The agency's ids.

    Returns
    -------
    set of str
        Those of ``refs``.
    """
    query = select(ClientRow.ref).where(ClientRow.active, ClientRow.ref.in_(sorted(refs)))
    return set(session.scalars(query))


def _query(on: date) -> Select[*tuple[Any, ...]]:
    lives = and_(
        ResidenceRow.client_id == ClientRow.id,
        ResidenceRow.valid_from <= on,
        or_(ResidenceRow.valid_to.is_(None), ResidenceRow.valid_to > on),
    )
    assigned = and_(
        AssignmentRow.client_id == ClientRow.id,
        AssignmentRow.valid_from <= on,
        or_(AssignmentRow.valid_to.is_(None), AssignmentRow.valid_to > on),
    )
    return (
        select(
            ClientRow.ref.label("client_ref"),
            ClientRow.id.label("client_id"),
            ClientRow.name,
            ClientRow.level,
            ClientRow.needs,
            ClientRow.intake_on,
            ClientRow.access_notes,
            ClientRow.windows,
            ClientRow.source_officer_ref.label("source_officer"),
            ResidenceRow.id.label("residence_id"),
            ResidenceRow.kind.label("residence_kind"),
            ResidenceRow.address,
            ResidenceRow.zip,
            ResidenceRow.valid_from.label("since"),
            GeocodeRow.id.label("geocode_id"),
            GeocodeRow.decision,
            GeocodeRow.decided_by,
            GeocodeRow.match_code,
            GeocodeRow.matched_address,
            GeocodeRow.reason.label("geocode_reason"),
            GeocodeRow.uncertainty_m,
            GeocodeRow.boundary_ambiguous,
            GeocodeRow.geometry.label("place"),
            AssignmentRow.unit,
            TeamRow.ref.label("team"),
            OfficerRow.ref.label("officer"),
        )
        .outerjoin(ResidenceRow, lives)
        .outerjoin(
            GeocodeRow,
            and_(GeocodeRow.residence_id == ResidenceRow.id, GeocodeRow.valid_to.is_(None)),
        )
        .outerjoin(AssignmentRow, assigned)
        .outerjoin(TeamRow, TeamRow.id == AssignmentRow.team_id)
        .outerjoin(OfficerRow, OfficerRow.id == AssignmentRow.officer_id)
    )


def as_frame(
    session: Session,
    on: date,
    *,
    active_only: bool = True,
    officers: Collection[str] | None = None,
    teams: Collection[str] | None = None,
    refs: Collection[str] | None = None,
) -> pd.DataFrame:
    """Load clients with their residence, its place and their assignment on a day.

    Parameters
    ----------
    session
        Open session.
    on
        The day.
    active_only
        Leave out those whose supervision has ended.
    officers, teams, refs
        Only clients of these officers or teams, or with these references; None is everybody.

    Returns
    -------
    DataFrame
        Index client_ref, sorted. Columns client_id, name, level, needs (list), intake_on,
        access_notes, windows (list), source_officer, residence_id (<NA> when none), residence_kind,
        address, zip, since, geocode_id, decision and decided_by ('' before geocoding), match_code,
        matched_address, geocode_reason, uncertainty_m, boundary_ambiguous, located (an accepted
        point), lon, lat (EPSG:4326, NaN unless located), unit, team, officer ('' when unassigned).
        The caller adds ``specialty`` and ``points`` to make it CLIENTS.
    """
    query = _query(on)
    if active_only:
        query = query.where(ClientRow.active)
    if officers is not None:
        query = query.where(OfficerRow.ref.in_(sorted(officers)))
    if teams is not None:
        query = query.where(TeamRow.ref.in_(sorted(teams)))
    if refs is not None:
        query = query.where(ClientRow.ref.in_(sorted(refs)))
    types = dict.fromkeys(_TEXT, "str") | {
        "client_id": "int64",
        "residence_id": "Int64",
        "geocode_id": "Int64",
        "uncertainty_m": "float64",
        "boundary_ambiguous": "bool",
    }
    frame = frame_of(session, query, "client_ref", types)
    places = frame.pop("place").to_numpy(dtype=object, copy=True)
    located = (frame["decision"] == "accepted").to_numpy() & ~shapely.is_missing(places)
    places[~located] = None
    frame["located"] = located
    frame["lon"] = shapely.get_x(places)
    frame["lat"] = shapely.get_y(places)
    return frame.sort_index()


def find(
    session: Session,
    on: date,
    *,
    search: str = "",
    officers: Collection[str] | None = None,
    teams: Collection[str] | None = None,
    or_without_team: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> tuple[list[str], int]:
    """Search active clients by name, id or present address.

    Parameters
    ----------
    session
        Open session.
    on
        The day.
    search
        Part of a name, id or address, in any case; everybody when empty.
    officers, teams
        Only clients of these; None is everybody, an empty collection nobody.
    or_without_team
        With ``teams``: clients without a team as well.
    limit, offset
        The part wanted.

    Returns
    -------
    tuple of list of str and int
        References by name, and how many there are in all.
    """
    query = _query(on).where(ClientRow.active)
    for word in search.split():
        query = query.where(
            or_(
                *(
                    func.lower(column).contains(word.lower(), autoescape=True)
                    for column in (ClientRow.name, ClientRow.ref, ResidenceRow.address)
                )
            )
        )
    if officers is not None:
        query = query.where(OfficerRow.ref.in_(sorted(officers)))
    if teams is not None:
        wanted = TeamRow.ref.in_(sorted(teams))
        query = query.where(or_(wanted, TeamRow.id.is_(None)) if or_without_team else wanted)
    refs = query.with_only_columns(ClientRow.ref, ClientRow.name)
    total = session.scalar(select(func.count()).select_from(refs.subquery())) or 0
    part = refs.order_by(ClientRow.name, ClientRow.ref).limit(limit).offset(offset)
    return [ref for ref, _ in session.execute(part)], total


def names(session: Session) -> list[tuple[str, str]]:
    """List the references and names of all clients, active or not.

    Parameters
    ----------
    session
        Open session.

    Returns
    -------
    list of tuple of str
        Reference and name.
    """
    return [(ref, name) for ref, name in session.execute(select(ClientRow.ref, ClientRow.name))]


def refs_to_ids(session: Session, refs: Collection[str]) -> dict[str, int]:
    """Look up row ids of clients.

    Parameters
    ----------
    session
        Open session.
    refs
        The agency's ids; unknown ones are left out of the answer.

    Returns
    -------
    dict of str to int
        Reference to row id.
    """
    return ids_by_ref(session, ClientRow, refs)
