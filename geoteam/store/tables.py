"""Every table, once, for both databases; see plan_tables.py for plans, tour_tables.py for tours.

Text columns are never null: what is unknown is ''. Dates are days in the city's time zone;
moments are UTC. Rows of state have ``valid_from``/``valid_to``, the latter the first day (or
moment) on which they no longer hold.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from geoteam.store.base import EMPTY, FALSE, ONE, one_open, spatial
from geoteam.store.base import Base as Base
from geoteam.store.plan_tables import PlanRow as PlanRow
from geoteam.store.plan_tables import PlanUnitRow as PlanUnitRow
from geoteam.store.tour_tables import CarRow as CarRow
from geoteam.store.types import Geometry


class Setting(Base):
    """One value of the workspace: the city profile, thresholds, saved column mappings."""

    __tablename__ = "setting"
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]


class BoundarySetRow(Base):
    """One boundary set: a kind and a version with its dates."""

    __tablename__ = "boundary_set"
    __table_args__ = (UniqueConstraint("kind", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    version: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str]
    credit: Mapped[str] = mapped_column(default="")
    loaded_at: Mapped[datetime]


class BoundaryRow(Base):
    """One polygon of a set."""

    __tablename__ = "boundary"
    __table_args__ = (UniqueConstraint("set_id", "code"), spatial("boundary"))
    id: Mapped[int] = mapped_column(primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("boundary_set.id", ondelete="CASCADE"))
    code: Mapped[str]
    name: Mapped[str]
    parent: Mapped[str] = mapped_column(default="")
    geometry: Mapped[BaseGeometry] = mapped_column(Geometry("Geometry"))


class VenueRow(Base):
    """A station, field office, shelter, partner or other place."""

    __tablename__ = "venue"
    __table_args__ = (spatial("venue"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    category: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    address: Mapped[str]
    partner_kind: Mapped[str] = mapped_column(default="")
    geometry: Mapped[BaseGeometry] = mapped_column(Geometry("Point"))


class TeamRow(Base):
    """A team: general for an area, or specialised and citywide."""

    __tablename__ = "team"
    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    specialty: Mapped[str] = mapped_column(default="")
    office_ref: Mapped[str] = mapped_column(default="")


class OfficerRow(Base):
    """A community supervision officer."""

    __tablename__ = "officer"
    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    # Share of a full caseload (1.0 = full time).
    full_time_share: Mapped[float] = mapped_column(default=1.0)
    active: Mapped[bool] = mapped_column(default=True)


class PolicePartnerRow(Base):
    """A police officer who joins Accountability Tours in one district."""

    __tablename__ = "police_partner"
    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    district: Mapped[str]
    # Other districts that the partner also joins tours in, between spaces.
    more_districts: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    station_ref: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)


class ClientRow(Base):
    """A supervised person. Needs are the disclosure-sensitive facts, by name."""

    __tablename__ = "client"
    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    level: Mapped[str]
    # Needs by name: mental_health, substance_use, domestic_violence, sex_offense, gps.
    needs: Mapped[list[Any]]
    intake_on: Mapped[date]
    # For the door: dog, two officers, hours at work; {"windows": [["17:00", "20:00"]], ...}.
    access_notes: Mapped[str] = mapped_column(default="")
    windows: Mapped[list[Any]] = mapped_column(default=list)
    active: Mapped[bool] = mapped_column(default=True)
    # The officer that the agency's own file names today ('' when none).
    source_officer_ref: Mapped[str] = mapped_column(default="")


class ResidenceRow(Base):
    """Where a client lives, with dates."""

    __tablename__ = "residence"
    __table_args__ = (one_open("residence", "client_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    kind: Mapped[str]
    address: Mapped[str]
    zip: Mapped[str] = mapped_column(default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class GeocodeRow(Base):
    """What the geocoder, or a person, decided about a residence; the newest one holds."""

    __tablename__ = "geocode"
    __table_args__ = (one_open("geocode", "residence_id"), spatial("geocode"))
    id: Mapped[int] = mapped_column(primary_key=True)
    residence_id: Mapped[int] = mapped_column(ForeignKey("residence.id"), index=True)
    status: Mapped[str] = mapped_column(String(1))
    match_code: Mapped[str]
    kind: Mapped[str]
    score: Mapped[float]
    uncertainty_m: Mapped[float | None]
    geometry: Mapped[BaseGeometry | None] = mapped_column(Geometry("Point"))
    matched_address: Mapped[str]
    reference_id: Mapped[str]
    inferred: Mapped[bool]
    reason: Mapped[str]
    candidates: Mapped[list[Any]]
    boundary_ambiguous: Mapped[bool]
    # accepted: used for assignment and tours; review: waits in the queue; unplaceable: no pin;
    # proposed: a newer reference places it elsewhere, the place in force stands until a person
    # decides (never in force itself: valid_to is valid_from); settled: was proposed, is decided.
    decision: Mapped[str] = mapped_column(index=True)
    decided_by: Mapped[str] = mapped_column(default="")
    decided_why: Mapped[str] = mapped_column(default="")
    # Fingerprint of the address reference, and the online service, that it came from.
    reference: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    service: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    # Decisions made together carry one mark, so that they are taken back together.
    batch: Mapped[str] = mapped_column(default="", server_default=EMPTY, index=True)
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None] = mapped_column(index=True)


class AddressDecisionRow(Base):
    """A person's decision on an address text: for one client, or for all who write it."""

    __tablename__ = "address_decision"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(unique=True)
    result: Mapped[dict[str, Any]]
    decided_by: Mapped[str]
    decided_why: Mapped[str]
    decided_at: Mapped[datetime]
    batch: Mapped[str] = mapped_column(default="", server_default=EMPTY)


class AddressClaimRow(Base):
    """An address that somebody has open in review, so that nobody else is given it."""

    __tablename__ = "address_claim"
    residence_id: Mapped[int] = mapped_column(
        ForeignKey("residence.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    claimed_by: Mapped[str] = mapped_column(index=True)
    claimed_until: Mapped[datetime]


class AssignmentRunRow(Base):
    """One run of the assignment: what was solved and how well."""

    __tablename__ = "assignment_run"
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"))
    at: Mapped[datetime]
    by: Mapped[str]
    summary: Mapped[dict[str, Any]]


class AssignmentRow(Base):
    """A client's area, team and officer for a span of days, with the reason as data."""

    __tablename__ = "assignment"
    __table_args__ = (one_open("assignment", "client_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("assignment_run.id"))
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    unit: Mapped[str] = mapped_column(default="")
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"), index=True)
    reason: Mapped[dict[str, Any]]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class ContactRow(Base):
    """A contact that took place or was tried (office, field, phone)."""

    __tablename__ = "contact"
    # Two tries on one day (nobody home, then home) are two contacts.
    __table_args__ = (UniqueConstraint("client_id", "on", "kind", "outcome"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    on: Mapped[date]
    kind: Mapped[str]  # office, field, phone
    outcome: Mapped[str]  # made, not_home, refused, moved


class TourRow(Base):
    """A planned Accountability Tour; route and left-out visits are kept as planned."""

    __tablename__ = "tour"
    __table_args__ = (spatial("tour", "route"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    # Random and unguessable: stands on the sheet and in its code.
    ref: Mapped[str] = mapped_column(unique=True)
    on: Mapped[date] = mapped_column(index=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"), index=True)
    police_partner_id: Mapped[int | None] = mapped_column(ForeignKey("police_partner.id"))
    start_ref: Mapped[str]
    departs_at: Mapped[datetime]
    returns_at: Mapped[datetime]
    drive_s: Mapped[float]
    length_m: Mapped[float]
    route: Mapped[BaseGeometry | None] = mapped_column(Geometry("LineString"))
    steps: Mapped[list[Any]]
    left_out: Mapped[list[Any]]
    summary: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(default="planned")
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    # One more with each change of its stops; who changes a tour names the version that was seen.
    version: Mapped[int] = mapped_column(default=1, server_default=ONE)
    car_id: Mapped[int | None] = mapped_column(ForeignKey("car.id"))
    # Venue where the police partner joins; '' where the tour begins.
    meet_ref: Mapped[str] = mapped_column(default="", server_default=EMPTY)


class StopRow(Base):
    """One stop of a tour: one client at one place."""

    __tablename__ = "stop"
    __table_args__ = (UniqueConstraint("tour_id", "position"), spatial("stop"))
    id: Mapped[int] = mapped_column(primary_key=True)
    tour_id: Mapped[int] = mapped_column(ForeignKey("tour.id", ondelete="CASCADE"))
    position: Mapped[int]
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    residence_id: Mapped[int] = mapped_column(ForeignKey("residence.id"))
    arrives_at: Mapped[datetime]
    leaves_at: Mapped[datetime]
    reason: Mapped[str]
    # Promised for that time: planning the rest anew keeps it.
    fixed: Mapped[bool] = mapped_column(default=False, server_default=FALSE)
    geometry: Mapped[BaseGeometry] = mapped_column(Geometry("Point"))


class UserRow(Base):
    """An account: exactly one role; the links say whose data is its own."""

    __tablename__ = "user_account"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    police_partner_id: Mapped[int | None] = mapped_column(ForeignKey("police_partner.id"))
    # Teams that a supervisor leads, by ref; '*' is every team.
    team_refs: Mapped[list[Any]] = mapped_column(default=list)
    disabled: Mapped[bool] = mapped_column(default=False)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class SessionRow(Base):
    """A signed-in browser; the cookie holds a random token, the table its hash."""

    __tablename__ = "session"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class ImportRow(Base):
    """One file that was loaded, so that the same command can be run again."""

    __tablename__ = "import_run"
    id: Mapped[int] = mapped_column(primary_key=True)
    noun: Mapped[str]
    digest: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
    summary: Mapped[dict[str, Any]]


class AuditRow(Base):
    """One event of the append-only, hash-chained audit log; never the data itself."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_object", "object_kind", "object_ref"),)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(index=True)
    object_kind: Mapped[str]
    object_ref: Mapped[str]
    purpose: Mapped[str]
    detail: Mapped[dict[str, Any]]
    previous_hash: Mapped[str]
    hash: Mapped[str]


class AuditHeadRow(Base):
    """Where the audit chain ends (one row), so that a log cut short is noticed."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[str]
