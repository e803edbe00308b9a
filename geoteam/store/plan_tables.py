"""The tables of plans: their units, the log of their edits, who works on them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from geoteam.store.base import EMPTY, Base


class PlanRow(Base):
    """A total map unit -> team on one boundary set."""

    __tablename__ = "plan"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    boundary_set_id: Mapped[int] = mapped_column(ForeignKey("boundary_set.id"))
    # draft; proposed: waits for approval, is not edited; published; withdrawn.
    status: Mapped[str]
    effective_from: Mapped[date | None]
    effective_to: Mapped[date | None]
    # The seq of the last edit.
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    # The plan that it was copied from.
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"))
    proposed_by: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    proposed_at: Mapped[datetime | None]
    proposed_from: Mapped[date | None]
    approved_by: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    approved_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_why: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    # Teams and officers of its hand-over list, as pairs, where it was taken back before its day.
    withdrawn_list: Mapped[list[list[str]] | None] = mapped_column(JSON)


class PlanStepRow(Base):
    """One decision about a plan, never changed: who, when and why."""

    __tablename__ = "plan_step"
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), index=True)
    # proposed, sent_back, approved, published (alone), taken_back, goes_back, deleted
    kind: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
    why: Mapped[str]
    day: Mapped[date | None]
    # The plan that takes this one back.
    by_plan_id: Mapped[int | None] = mapped_column(
        ForeignKey("plan.id", ondelete="SET NULL"), index=True
    )


class PlanUnitRow(Base):
    """One unit of a plan; a null team is an unassigned unit."""

    __tablename__ = "plan_unit"
    plan_id: Mapped[int] = mapped_column(
        ForeignKey("plan.id", ondelete="CASCADE"), primary_key=True
    )
    unit: Mapped[str] = mapped_column(primary_key=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))


class PlanEditRow(Base):
    """One edit of a plan, never changed or removed: the log from which the plan follows."""

    __tablename__ = "plan_edit"
    __table_args__ = (
        UniqueConstraint("plan_id", "seq", name="uq_plan_edit_seq"),
        UniqueConstraint("plan_id", "key", name="uq_plan_edit_key"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    seq: Mapped[int]
    # Made by the browser, so that sending an edit again changes nothing.
    key: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
    kind: Mapped[str]  # paint, undo, redo, split, join, solve, merge
    # Key of the edit that an undo or redo is about.
    undoes: Mapped[str] = mapped_column(default="")
    # Unit -> [team before, team after]; '' is unassigned, null a unit that is not there.
    changes: Mapped[dict[str, Any]]
    detail: Mapped[dict[str, Any]]


class PlanCommentRow(Base):
    """A comment pinned to a unit of a plan."""

    __tablename__ = "plan_comment"
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), index=True)
    unit: Mapped[str]
    text: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
    resolved_by: Mapped[str] = mapped_column(default="")
    resolved_at: Mapped[datetime | None]


class PlanPresenceRow(Base):
    """Who has a plan open, and when that was last heard."""

    __tablename__ = "plan_presence"
    plan_id: Mapped[int] = mapped_column(
        ForeignKey("plan.id", ondelete="CASCADE"), primary_key=True
    )
    username: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]
    editing: Mapped[bool]


class PlanJobRow(Base):
    """A run of the solver for a plan, followed and stopped from the browser."""

    __tablename__ = "plan_job"
    id: Mapped[str] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), index=True)
    by: Mapped[str]
    at: Mapped[datetime]
    request: Mapped[dict[str, Any]]
    state: Mapped[str]  # running, done, stopped, failed
    message: Mapped[str] = mapped_column(default="")
    progress: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any]]


class HandoverTickRow(Base):
    """A client of a published plan's hand-over list who is handed over."""

    __tablename__ = "handover_tick"
    plan_id: Mapped[int] = mapped_column(
        ForeignKey("plan.id", ondelete="CASCADE"), primary_key=True
    )
    client_id: Mapped[int] = mapped_column(
        ForeignKey("client.id", ondelete="CASCADE"), primary_key=True
    )
    by: Mapped[str]
    at: Mapped[datetime]
