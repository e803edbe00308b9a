"""The tables around tours: limits on visits, shifts and cars, decisions, outcomes, check-ins."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from geoteam.store.base import Base, spatial
from geoteam.store.types import Geometry


class VisitLimitsRow(Base):
    """What a visit to a client must keep to, beside the hours and notes of the client's row."""

    __tablename__ = "visit_limits"
    client_id: Mapped[int] = mapped_column(
        ForeignKey("client.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    # The client is told beforehand.
    announced: Mapped[bool] = mapped_column(default=False)
    # Never one officer alone.
    two_officers: Mapped[bool] = mapped_column(default=False)
    # Language or sign language that somebody on the tour must speak, '' for none.
    interpreter: Mapped[str] = mapped_column(default="")
    dog: Mapped[bool] = mapped_column(default=False)
    # None: the profile's.
    service_minutes: Mapped[float | None]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]


class NoContactRow(Base):
    """Two clients who must not meet: never on one tour, nor at one place at one time."""

    __tablename__ = "no_contact"
    __table_args__ = (
        UniqueConstraint("client_id", "other_id"),
        CheckConstraint("client_id < other_id", name="in_order"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("client.id", ondelete="CASCADE"), index=True)
    why: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]


class ShiftRow(Base):
    """Hours of an officer or police partner: every week, or on one day instead of the week's."""

    __tablename__ = "shift"
    __table_args__ = (
        CheckConstraint("(officer_id IS NULL) <> (police_partner_id IS NULL)", name="one_person"),
        CheckConstraint('(weekday IS NULL) <> ("on" IS NULL)', name="one_day"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    officer_id: Mapped[int | None] = mapped_column(
        ForeignKey("officer.id", ondelete="CASCADE"), index=True
    )
    police_partner_id: Mapped[int | None] = mapped_column(
        ForeignKey("police_partner.id", ondelete="CASCADE"), index=True
    )
    # 0 is Monday.
    weekday: Mapped[int | None]
    on: Mapped[date | None]
    # Clock times; an end not after its beginning lies on the next day; both '': off duty.
    begins: Mapped[str]
    ends: Mapped[str]


class SkillRow(Base):
    """A language that an officer or police partner speaks, or another skill, by name."""

    __tablename__ = "skill"
    __table_args__ = (
        CheckConstraint("(officer_id IS NULL) <> (police_partner_id IS NULL)", name="one_person"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    officer_id: Mapped[int | None] = mapped_column(
        ForeignKey("officer.id", ondelete="CASCADE"), index=True
    )
    police_partner_id: Mapped[int | None] = mapped_column(
        ForeignKey("police_partner.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]


class CarRow(Base):
    """A car that tours are made with, and the venue where it stands."""

    __tablename__ = "car"
    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    place_ref: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)


class VisitDecisionRow(Base):
    """A supervisor's word on a client's visits: one is to be made, or none for a while."""

    __tablename__ = "visit_decision"
    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]  # add, exclude
    # It holds from the first day to the day before the last; open when None.
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    why: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
    withdrawn_by: Mapped[str] = mapped_column(default="")
    withdrawn_at: Mapped[datetime | None]


class OutcomeRow(Base):
    """What came of a visit, as told from the road."""

    __tablename__ = "outcome"
    __table_args__ = (spatial("outcome"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    # Made by the phone, so that what is sent twice counts once.
    key: Mapped[str] = mapped_column(unique=True)
    tour_id: Mapped[int] = mapped_column(ForeignKey("tour.id", ondelete="CASCADE"), index=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    kind: Mapped[str]  # made, not_home, moved, refused, unsafe, withdrawn
    note: Mapped[str] = mapped_column(default="")
    # Where the phone was, only with the officer's consent.
    geometry: Mapped[BaseGeometry | None] = mapped_column(Geometry("Point"))
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    by: Mapped[str]
    # A later word on the same visit replaces this one.
    replaced_by: Mapped[str] = mapped_column(default="")
    # The contact that it made; None when that contact was known before.
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))


class CheckInRow(Base):
    """A word from the road: begun, arrived, left, all right, help, ended."""

    __tablename__ = "check_in"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    tour_id: Mapped[int] = mapped_column(ForeignKey("tour.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    detail: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    by: Mapped[str]


class WeekJobRow(Base):
    """A team's week that is being planned, or was, until its tours are saved or thrown away."""

    __tablename__ = "week_job"
    id: Mapped[str] = mapped_column(primary_key=True)
    team_ref: Mapped[str] = mapped_column(index=True)
    first: Mapped[date]
    by: Mapped[str]
    at: Mapped[datetime]
    state: Mapped[str]  # running, done, stopped, failed, gone
    message: Mapped[str] = mapped_column(default="")
    # The tours found, with what is left out; references of clients, no names.
    result: Mapped[dict[str, Any]]
