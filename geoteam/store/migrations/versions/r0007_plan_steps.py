"""What was decided about a plan, step by step.

Revision ID: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geoteam.store.types import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_PLAN = sa.table(
    "plan",
    *(
        sa.column(name, kind)
        for kind, names in (
            (sa.Integer(), ("id",)),
            (sa.String(), ("status", "reason", "proposed_by", "approved_by", "withdrawn_by")),
            (sa.String(), ("withdrawn_why",)),
            (sa.Date(), ("effective_from", "proposed_from")),
            (UtcDateTime(), ("proposed_at", "approved_at", "withdrawn_at")),
        )
        for name in names
    ),
)
_STEP = sa.table("plan_step", *map(sa.column, ("plan_id", "kind", "by", "at", "why", "day")))


def upgrade() -> None:
    """Add the table, with what is known of the plans that are there."""
    op.create_table(
        "plan_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("by_plan_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk_plan_step_plan_id_plan"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["by_plan_id"],
            ["plan.id"],
            name=op.f("fk_plan_step_by_plan_id_plan"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_step")),
    )
    op.create_index(op.f("ix_plan_step_plan_id"), "plan_step", ["plan_id"])
    op.create_index(op.f("ix_plan_step_by_plan_id"), "plan_step", ["by_plan_id"])
    _fill()


def _fill() -> None:
    """Keep what each plan says of its last round."""
    plan = _PLAN.c
    held, alone = plan.effective_from.is_not(None), plan.approved_by == ""
    ended = plan.status == "withdrawn"
    proposed = (plan.proposed_by, plan.proposed_at)
    withdrawn = (plan.withdrawn_by, plan.withdrawn_at, plan.withdrawn_why)
    for kind, by, at, why, day, which in (
        ("proposed", *proposed, plan.reason, plan.proposed_from, sa.or_(~alone, ~held)),
        ("published", *proposed, plan.reason, plan.effective_from, sa.and_(alone, held)),
        ("approved", plan.approved_by, plan.approved_at, sa.literal(""), plan.effective_from, held),
        ("sent_back", *withdrawn, sa.null(), plan.status == "draft"),
        ("taken_back", *withdrawn, plan.effective_from, sa.and_(ended, held)),
        ("deleted", *withdrawn, sa.null(), sa.and_(ended, ~held)),
    ):
        found = sa.select(plan.id, sa.literal(kind), by, at, why, day)
        found = found.where(by != "", at.is_not(None), which).order_by(plan.id)
        op.execute(
            sa.insert(_STEP).from_select(["plan_id", "kind", "by", "at", "why", "day"], found)
        )


def downgrade() -> None:
    """Remove it."""
    op.drop_table("plan_step")
