"""Who holds an address under review, what was decided together, and which reference placed it.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geoteam.store.types import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TEXTS = (("geocode", ("reference", "service", "batch")), ("address_decision", ("batch",)))


def upgrade() -> None:
    """Add the columns and the table of claims."""
    for table, columns in _TEXTS:
        for column in columns:
            op.add_column(
                table, sa.Column(column, sa.String(), nullable=False, server_default=sa.text("''"))
            )
    op.create_index(op.f("ix_geocode_batch"), "geocode", ["batch"])
    op.create_table(
        "address_claim",
        sa.Column("residence_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("claimed_by", sa.String(), nullable=False),
        sa.Column("claimed_until", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["residence_id"],
            ["residence.id"],
            name=op.f("fk_address_claim_residence_id_residence"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("residence_id", name=op.f("pk_address_claim")),
    )
    op.create_index(op.f("ix_address_claim_claimed_by"), "address_claim", ["claimed_by"])


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("address_claim")
    op.drop_index(op.f("ix_geocode_batch"), "geocode")
    for table, columns in _TEXTS:
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column)
