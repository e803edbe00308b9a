"""Teams, officers and police partners."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from geoteam.errors import InputError
from geoteam.store.bulk import Upsert, frame_of, ids_by_ref, upsert
from geoteam.store.tables import OfficerRow, PolicePartnerRow, TeamRow, VenueRow


@dataclass(frozen=True, slots=True)
class Team:
    """One team; ``specialty`` is empty for a general team."""

    ref: str
    name: str
    specialty: str
    office_ref: str


@dataclass(frozen=True, slots=True)
class Officer:
    """One officer, with the team."""

    ref: str
    name: str
    team_ref: str
    full_time_share: float
    active: bool


@dataclass(frozen=True, slots=True)
class PolicePartner:
    """One police officer who joins tours in a district, and perhaps in others beside it."""

    ref: str
    name: str
    district: str
    station_ref: str
    active: bool
    more_districts: tuple[str, ...] = ()


def save_teams(session: Session, rows: Sequence[Mapping[str, Any]]) -> Upsert:
    """Save teams by reference.

    Parameters
    ----------
    session
        Open session.
    rows
        Each with ref, name, specialty and office_ref.

    Returns
    -------
    Upsert
        What was done.
    """
    return upsert(session, TeamRow, rows)


def save_officers(session: Session, rows: Sequence[Mapping[str, Any]]) -> Upsert:
    """Save officers by reference.

    Parameters
    ----------
    session
        Open session.
    rows
        Each with ref, name, team_ref, full_time_share and active.

    Returns
    -------
    Upsert
        What was done.

    Raises
    ------
    InputError
        When an officer's team does not exist.
    """
    teams = ids_by_ref(session, TeamRow, [row["team_ref"] for row in rows])
    for row in rows:
        if row["team_ref"] not in teams:
            raise InputError(f"there is no team {row['team_ref']!r}", where=f"officer {row['ref']}")
    return upsert(
        session,
        OfficerRow,
        [
            {key: value for key, value in row.items() if key != "team_ref"}
            | {"team_id": teams[row["team_ref"]]}
            for row in rows
        ],
    )


def save_police_partners(session: Session, rows: Sequence[Mapping[str, Any]]) -> Upsert:
    """Save police partners by reference.

    Parameters
    ----------
    session
        Open session.
    rows
        Each with ref, name, district, station_ref and active; perhaps ``more_districts``, codes
        between spaces, which stay as they are without.

    Returns
    -------
    Upsert
        What was done.
    """
    return upsert(session, PolicePartnerRow, rows)


def save_more_districts(session: Session, ref: str, codes: Sequence[str]) -> None:
    """Put the districts that a police partner also joins tours in.

    Parameters
    ----------
    session
        Open session.
    ref
        The police partner.
    codes
        Codes of districts, beside the partner's own.
    """
    statement = update(PolicePartnerRow).where(PolicePartnerRow.ref == ref)
    session.execute(statement.values(more_districts=" ".join(sorted(set(codes)))))


def teams(session: Session) -> pd.DataFrame:
    """Load the teams.

    Parameters
    ----------
    session
        Open session.

    Returns
    -------
    DataFrame
        Index team_ref; name, specialty, office_ref, officers (how many are active).
    """
    query = (
        select(
            TeamRow.ref.label("team_ref"),
            TeamRow.name,
            TeamRow.specialty,
            TeamRow.office_ref,
            func.count(OfficerRow.id).label("officers"),
        )
        .outerjoin(OfficerRow, (OfficerRow.team_id == TeamRow.id) & OfficerRow.active)
        .group_by(TeamRow.id)
    )
    types = dict.fromkeys(("team_ref", "name", "specialty", "office_ref"), "str")
    return frame_of(session, query, "team_ref", types | {"officers": "int64"}).sort_index()


def specialties(session: Session) -> dict[str, str]:
    """List what the teams do.

    Parameters
    ----------
    session
        Open session.

    Returns
    -------
    dict of str to str
        Team reference to its specialty; '' for teams that may hold an area.
    """
    rows = session.execute(select(TeamRow.ref, TeamRow.specialty))
    return dict(rows.all())


def officers(
    session: Session, *, active_only: bool = True, refs: Collection[str] | None = None
) -> pd.DataFrame:
    """Load the officers with their team and field office.

    Parameters
    ----------
    session
        Open session.
    active_only
        Leave out those who have left.
    refs
        Only these; None is everybody.

    Returns
    -------
    DataFrame
        Index officer_ref; name, team, specialty, full_time_share, active, office_ref, lon and lat
        of the office in EPSG:4326 (NaN when the team has none). The caller adds
        ``capacity_points`` to make it OFFICERS.
    """
    query = (
        select(
            OfficerRow.ref.label("officer_ref"),
            OfficerRow.name,
            TeamRow.ref.label("team"),
            TeamRow.specialty,
            OfficerRow.full_time_share,
            OfficerRow.active,
            TeamRow.office_ref,
            VenueRow.geometry.label("office"),
        )
        .join(TeamRow, OfficerRow.team_id == TeamRow.id)
        .outerjoin(VenueRow, VenueRow.ref == TeamRow.office_ref)
    )
    if active_only:
        query = query.where(OfficerRow.active)
    if refs is not None:
        query = query.where(OfficerRow.ref.in_(refs))
    types = dict.fromkeys(("officer_ref", "name", "team", "specialty", "office_ref"), "str")
    types |= {"full_time_share": "float64", "active": "bool"}
    frame = frame_of(session, query, "officer_ref", types).sort_index()
    places = frame.pop("office").tolist()
    frame["lon"] = pd.Series(
        [float("nan") if p is None else p.x for p in places], index=frame.index, dtype="float64"
    )
    frame["lat"] = pd.Series(
        [float("nan") if p is None else p.y for p in places], index=frame.index, dtype="float64"
    )
    return frame


def police_partners(session: Session, *, active_only: bool = True) -> pd.DataFrame:
    """Load the police partners.

    Parameters
    ----------
    session
        Open session.
    active_only
        Leave out those who have left.

    Returns
    -------
    DataFrame
        Index police_partner_ref; name, district, more_districts (codes between spaces),
        station_ref, active.
    """
    query = select(
        PolicePartnerRow.ref.label("police_partner_ref"),
        PolicePartnerRow.name,
        PolicePartnerRow.district,
        PolicePartnerRow.more_districts,
        PolicePartnerRow.station_ref,
        PolicePartnerRow.active,
    )
    if active_only:
        query = query.where(PolicePartnerRow.active)
    text = ("police_partner_ref", "name", "district", "more_districts", "station_ref")
    types = dict.fromkeys(text, "str")
    return frame_of(session, query, "police_partner_ref", types | {"active": "bool"}).sort_index()


def get_team(session: Session, ref: str) -> Team | None:
    """Find one team.

    Parameters
    ----------
    session
        Open session.
    ref
        Its reference.

    Returns
    -------
    Team or None
        None when there is no such team.
    """
    row = session.scalar(select(TeamRow).where(TeamRow.ref == ref))
    return None if row is None else Team(row.ref, row.name, row.specialty, row.office_ref)


def get_officer(session: Session, ref: str) -> Officer | None:
    """Find one officer.

    Parameters
    ----------
    session
        Open session.
    ref
        The reference.

    Returns
    -------
    Officer or None
        None when there is no such officer.
    """
    row = session.execute(
        select(OfficerRow, TeamRow.ref)
        .join(TeamRow, OfficerRow.team_id == TeamRow.id)
        .where(OfficerRow.ref == ref)
    ).one_or_none()
    if row is None:
        return None
    officer, team_ref = row
    return Officer(officer.ref, officer.name, team_ref, officer.full_time_share, officer.active)


def get_police_partner(session: Session, ref: str) -> PolicePartner | None:
    """Find one police partner.

    Parameters
    ----------
    session
        Open session.
    ref
        The reference.

    Returns
    -------
    PolicePartner or None
        None when there is no such police partner.
    """
    row = session.scalar(select(PolicePartnerRow).where(PolicePartnerRow.ref == ref))
    if row is None:
        return None
    more = tuple(row.more_districts.split())
    return PolicePartner(row.ref, row.name, row.district, row.station_ref, row.active, more)
