"""The log of a plan's edits, comments, who works on it, solver runs; who proposed and approved.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geoteam.store.types import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TEXTS = ("reason", "proposed_by", "approved_by", "withdrawn_by", "withdrawn_why")
_MOMENTS = ("proposed_at", "approved_at", "withdrawn_at")


def upgrade() -> None:
    """Add the columns and tables."""
    for column in _TEXTS:
        op.add_column(
            "plan", sa.Column(column, sa.String(), nullable=False, server_default=sa.text("''"))
        )
    for column in _MOMENTS:
        op.add_column("plan", sa.Column(column, UtcDateTime(), nullable=True))
    op.add_column("plan", sa.Column("proposed_from", sa.Date(), nullable=True))
    # In one statement: SQLite adds no foreign key to a table, and copying the table would drop it,
    # and with it, by cascade, every unit of every plan.
    op.execute(
        "ALTER TABLE plan ADD COLUMN based_on_id INTEGER "
        "CONSTRAINT fk_plan_based_on_id_plan REFERENCES plan (id)"
    )
    _create_log()
    _create_work()


def _create_log() -> None:
    op.create_table(
        "plan_edit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("undoes", sa.String(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        _of_plan("plan_edit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_edit")),
        sa.UniqueConstraint("plan_id", "seq", name=op.f("uq_plan_edit_seq")),
        sa.UniqueConstraint("plan_id", "key", name=op.f("uq_plan_edit_key")),
    )


def _create_work() -> None:
    op.create_table(
        "plan_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("resolved_by", sa.String(), nullable=False),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        _of_plan("plan_comment"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_comment")),
    )
    op.create_index(op.f("ix_plan_comment_plan_id"), "plan_comment", ["plan_id"])
    op.create_table(
        "plan_presence",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("editing", sa.Boolean(), nullable=False),
        _of_plan("plan_presence"),
        sa.PrimaryKeyConstraint("plan_id", "username", name=op.f("pk_plan_presence")),
    )
    op.create_table(
        "plan_job",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        _of_plan("plan_job"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_job")),
    )
    op.create_index(op.f("ix_plan_job_plan_id"), "plan_job", ["plan_id"])


def _of_plan(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["plan_id"], ["plan.id"], name=op.f(f"fk_{table}_plan_id_plan"), ondelete="CASCADE"
    )


def downgrade() -> None:
    """Drop them again."""
    for table in ("plan_job", "plan_presence", "plan_comment", "plan_edit"):
        op.drop_table(table)
    for column in (*_TEXTS, *_MOMENTS, "proposed_from", "based_on_id"):
        # Not by copying the table: see above.
        op.execute(f"ALTER TABLE plan DROP COLUMN {column}")
