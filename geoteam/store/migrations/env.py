"""Alembic's entry point: runs the revisions on the connection that the caller holds."""

from __future__ import annotations

from alembic import context

from geoteam.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
