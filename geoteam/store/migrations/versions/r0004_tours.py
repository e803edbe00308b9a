"""Limits on visits, shifts, skills and cars, decisions on visits, outcomes and check-ins.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geoteam.store.types import Geometry, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLES = (
    "week_job",
    "check_in",
    "outcome",
    "car",
    "skill",
    "shift",
    "visit_decision",
    "no_contact",
    "visit_limits",
)


def upgrade() -> None:
    """Add the columns and tables."""
    _create_limits()
    _create_duty()
    _create_road()
    _create_week()
    op.add_column(
        "police_partner",
        sa.Column("more_districts", sa.String(), nullable=False, server_default=sa.text("''")),
    )
    op.add_column(
        "tour", sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("1"))
    )
    op.add_column(
        "tour", sa.Column("meet_ref", sa.String(), nullable=False, server_default=sa.text("''"))
    )
    op.add_column(
        "stop", sa.Column("fixed", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
    # In one statement: SQLite adds no foreign key to a table, and copying the table would drop
    # it, and with it, by cascade, every stop of every tour.
    op.execute(
        "ALTER TABLE tour ADD COLUMN car_id INTEGER "
        "CONSTRAINT fk_tour_car_id_car REFERENCES car (id)"
    )


def _create_limits() -> None:
    op.create_table(
        "visit_limits",
        sa.Column("client_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("announced", sa.Boolean(), nullable=False),
        sa.Column("two_officers", sa.Boolean(), nullable=False),
        sa.Column("interpreter", sa.String(), nullable=False),
        sa.Column("dog", sa.Boolean(), nullable=False),
        sa.Column("service_minutes", sa.Double(), nullable=True),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        _of("visit_limits", "client"),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_visit_limits")),
    )
    op.create_table(
        "no_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("client_id < other_id", name=op.f("ck_no_contact_in_order")),
        _of("no_contact", "client"),
        _of("no_contact", "client", "other_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_no_contact")),
        sa.UniqueConstraint("client_id", "other_id", name=op.f("uq_no_contact_client_id")),
    )
    op.create_index(op.f("ix_no_contact_other_id"), "no_contact", ["other_id"])
    op.create_table(
        "visit_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        _of("visit_decision", "client"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_decision")),
    )
    op.create_index(op.f("ix_visit_decision_client_id"), "visit_decision", ["client_id"])


def _create_duty() -> None:
    op.create_table(
        "shift",
        sa.Column("id", sa.Integer(), nullable=False),
        *_person("shift"),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("begins", sa.String(), nullable=False),
        sa.Column("ends", sa.String(), nullable=False),
        sa.CheckConstraint('(weekday IS NULL) <> ("on" IS NULL)', name=op.f("ck_shift_one_day")),
    )
    op.create_table(
        "skill",
        sa.Column("id", sa.Integer(), nullable=False),
        *_person("skill"),
        sa.Column("name", sa.String(), nullable=False),
    )
    for table in ("shift", "skill"):
        for column in ("officer_id", "police_partner_id"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.create_table(
        "car",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("place_ref", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_car")),
        sa.UniqueConstraint("ref", name=op.f("uq_car_ref")),
    )


def _create_road() -> None:
    op.create_table(
        "outcome",
        *_word("outcome"),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("geometry", Geometry("Point"), nullable=True),
        sa.Column("replaced_by", sa.String(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_outcome_contact_id_contact"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_outcome_client_id_client")
        ),
    )
    op.create_index(op.f("ix_outcome_client_id"), "outcome", ["client_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("ix_outcome_geometry", "outcome", ["geometry"], postgresql_using="gist")
    op.create_table("check_in", *_word("check_in"), sa.Column("detail", sa.JSON(), nullable=False))
    for table in ("outcome", "check_in"):
        op.create_index(op.f(f"ix_{table}_tour_id"), table, ["tour_id"])


def _create_week() -> None:
    op.create_table(
        "week_job",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("team_ref", sa.String(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_week_job")),
    )
    op.create_index(op.f("ix_week_job_team_ref"), "week_job", ["team_ref"])


def _word(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("tour_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        _of(table, "tour"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("key", name=op.f(f"uq_{table}_key")),
    ]


def _person(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("police_partner_id", sa.Integer(), nullable=True),
        _of(table, "officer"),
        _of(table, "police_partner"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.CheckConstraint(
            "(officer_id IS NULL) <> (police_partner_id IS NULL)",
            name=op.f(f"ck_{table}_one_person"),
        ),
    ]


def _of(table: str, owner: str, column: str = "") -> sa.ForeignKeyConstraint:
    column = column or f"{owner}_id"
    return sa.ForeignKeyConstraint(
        [column], [f"{owner}.id"], name=op.f(f"fk_{table}_{column}_{owner}"), ondelete="CASCADE"
    )


def downgrade() -> None:
    """Take them away again."""
    columns = (
        ("stop", "fixed"),
        ("tour", "car_id"),
        ("tour", "meet_ref"),
        ("tour", "version"),
        ("police_partner", "more_districts"),
    )
    for table, column in columns:
        # Not by copying the table: see above.
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    for table in _TABLES:
        op.drop_table(table)
