"""What every table is made with: names of constraints, column types, common indexes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Index, MetaData, Table, text
from sqlalchemy.orm import DeclarativeBase

from geoteam.store.types import UtcDateTime

_NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


# For columns that were added to tables which had rows.
EMPTY = text("''")
FALSE = text("false")
ONE = text("1")


def spatial(table: str, column: str = "geometry") -> Index:
    """Index a geometry where the database can.

    Parameters
    ----------
    table, column
        What is indexed.

    Returns
    -------
    Index
        A GiST index on PostGIS, none on SQLite.
    """
    return Index(f"ix_{table}_{column}", column, postgresql_using="gist").ddl_if("postgresql")


def one_open(table: str, column: str) -> Index:
    """Allow at most one row that still holds for each owner.

    Parameters
    ----------
    table, column
        The table and its owner's column.

    Returns
    -------
    Index
        A unique index over the rows without ``valid_to``.
    """
    still = text("valid_to IS NULL")
    return Index(
        f"uq_{table}_open", column, unique=True, sqlite_where=still, postgresql_where=still
    )


class Base(DeclarativeBase):
    """Declarative base; JSON for dictionaries and lists, UTC for moments."""

    # Every class here is a table of its own, which may be updated; SQLAlchemy allows views too.
    __table__: ClassVar[Table]
    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dict[str, Any]: JSON,
        list[Any]: JSON,
        datetime: UtcDateTime,
    }
