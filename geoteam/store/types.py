"""Column types that are the same to the caller on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import DateTime, Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator, UserDefinedType

SRID = 4326


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: timezone-aware going in, UTC coming out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times and store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give UTC back, also where the database forgets the zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Geometry(UserDefinedType[BaseGeometry]):
    """A shapely geometry in EPSG:4326: WKB in SQLite, a PostGIS geometry in PostgreSQL.

    PostGIS reads and writes hexadecimal EWKB as text, so no SQL function is needed either way.
    """

    cache_ok = True

    def __init__(self, kind: str = "Geometry") -> None:
        self.kind = kind

    def get_col_spec(self, **_: Any) -> str:
        """Return the PostGIS column type."""
        return f"geometry({self.kind},{SRID})"

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """Turn a shapely geometry into WKB (SQLite) or hexadecimal EWKB (PostGIS)."""
        postgis = dialect.name == "postgresql"

        def process(value: BaseGeometry | None) -> bytes | str | None:
            if value is None:
                return None
            if postgis:
                return str(
                    shapely.to_wkb(shapely.set_srid(value, SRID), hex=True, include_srid=True)
                )
            return bytes(shapely.to_wkb(value))

        return process

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Turn WKB back into a shapely geometry."""

        def process(value: bytes | str | None) -> BaseGeometry | None:
            return None if value is None else shapely.set_srid(shapely.from_wkb(value), 0)

        return process


@compiles(Geometry, "sqlite")
def _sqlite_geometry(type_: Geometry, compiler: Any, **_: Any) -> str:
    return "BLOB"
