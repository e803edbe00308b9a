"""Whom a plan that was taken back concerned.

Revision ID: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of plans taken back before, nobody knows."""
    op.add_column("plan", sa.Column("withdrawn_list", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Remove it."""
    op.drop_column("plan", "withdrawn_list")
