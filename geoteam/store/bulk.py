"""Many rows at once: chunks, upserts by the agency's own reference, frames."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import geopandas as gpd
import pandas as pd
from sqlalchemy import CursorResult, Result, Select, bindparam, insert, select, update
from sqlalchemy.orm import Session

from geoteam.crs import WGS84
from geoteam.store.tables import Base

_Item = TypeVar("_Item")
# Both databases bound the number of parameters of one statement (SQLite: 32,766).
CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Upsert:
    """How many rows were new, different or already there as given."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    # References of the changed rows.
    changed_refs: tuple[str, ...] = ()

    def __add__(self, other: Upsert) -> Upsert:
        return Upsert(
            self.added + other.added,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.changed_refs + other.changed_refs,
        )


def chunks(items: Sequence[_Item], size: int = CHUNK) -> Iterator[Sequence[_Item]]:
    """Cut a sequence into pieces that fit one statement.

    Parameters
    ----------
    items
        Anything that can be sliced.
    size
        Largest length of a piece.

    Yields
    ------
    Sequence
        The pieces, in order.
    """
    for start in range(0, len(items), size):
        yield items[start : start + size]


def ids_by_ref(session: Session, table: type[Base], refs: Iterable[str]) -> dict[str, int]:
    """Look up row ids.

    Parameters
    ----------
    session
        Open session.
    table
        A table with ``id`` and ``ref``.
    refs
        References; unknown and empty ones are left out of the answer.

    Returns
    -------
    dict of str to int
        Reference to row id.
    """
    columns = table.__table__.c
    wanted = sorted({ref for ref in refs if ref})
    found: dict[str, int] = {}
    for part in chunks(wanted):
        rows = session.execute(select(columns.ref, columns.id).where(columns.ref.in_(part)))
        found.update((ref, row_id) for ref, row_id in rows)
    return found


def upsert(
    session: Session,
    table: type[Base],
    rows: Sequence[Mapping[str, Any]],
    *,
    keep: Collection[str] = (),
) -> Upsert:
    """Insert rows whose ``ref`` is new and update those that differ.

    Parameters
    ----------
    session
        Open session.
    table
        A table with ``id`` and a unique ``ref``.
    rows
        Each with ``ref`` and the same other columns; a reference stands once.
    keep
        Columns that are written to new rows only.

    Returns
    -------
    Upsert
        What was done.
    """
    done = Upsert()
    for part in chunks(rows):
        done += _upsert_chunk(session, table, part, keep)
    return done


def _upsert_chunk(
    session: Session,
    table: type[Base],
    rows: Sequence[Mapping[str, Any]],
    keep: Collection[str],
) -> Upsert:
    columns = table.__table__.c
    names = [name for name in rows[0] if name != "ref" and name not in keep]
    old = {
        row.ref: row
        for row in session.execute(
            select(columns.id, columns.ref, *(columns[name] for name in names)).where(
                columns.ref.in_([row["ref"] for row in rows])
            )
        )
    }
    new = [dict(row) for row in rows if row["ref"] not in old]
    different = [
        row
        for row in rows
        if row["ref"] in old and any(getattr(old[row["ref"]], name) != row[name] for name in names)
    ]
    changed = [
        {"row_id": old[row["ref"]].id} | {f"new_{name}": row[name] for name in names}
        for row in different
    ]
    if new:
        session.execute(insert(table), new)
    if changed:
        statement = (
            update(table.__table__)
            .where(columns.id == bindparam("row_id"))
            .values({name: bindparam(f"new_{name}") for name in names})
        )
        session.connection().execute(statement, changed)
    same = len(rows) - len(new) - len(changed)
    return Upsert(len(new), len(changed), same, tuple(row["ref"] for row in different))


def rows_touched(result: Result[Any]) -> int:
    """Count the rows that a statement changed or deleted.

    Parameters
    ----------
    result
        Of the statement.

    Returns
    -------
    int
        How many.
    """
    return result.rowcount if isinstance(result, CursorResult) else 0


def records(frame: pd.DataFrame, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Turn columns of a frame into rows of plain Python values.

    Parameters
    ----------
    frame
        Any frame.
    columns
        The columns wanted.

    Returns
    -------
    list of dict
        One a row; NaN, NaT and NA become None.
    """
    values = [[_plain(value) for value in frame[column].tolist()] for column in columns]
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return None if value is pd.NA or value is pd.NaT else value


def frame_of(
    session: Session,
    query: Select[*tuple[Any, ...]],
    index: str,
    dtypes: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Run a query into a frame.

    Parameters
    ----------
    session
        Open session.
    query
        A select whose columns are labelled as the frame's.
    index
        Column that becomes the index.
    dtypes
        Column to pandas type, so that an empty table has its types too. Null text becomes ''.

    Returns
    -------
    DataFrame
        Columns in the order of the query.
    """
    result = session.execute(query)
    names = list(result.keys())
    rows = result.all()
    blank: Mapping[str, Any] = {"str": "", "bool": False}
    data: dict[str, Any] = {}
    for place, name in enumerate(names):
        dtype = (dtypes or {}).get(name, "object")
        values = [row[place] for row in rows]
        if dtype in blank:
            values = [blank[dtype] if value is None else value for value in values]
        data[name] = pd.Series(values, dtype=pd.api.types.pandas_dtype(dtype)).array
    return pd.DataFrame(data, index=pd.Index(data.pop(index), name=index))


def geo_frame(frame: pd.DataFrame, geometry: str = "geometry") -> gpd.GeoDataFrame:
    """Give a frame its geometry column in EPSG:4326.

    Parameters
    ----------
    frame
        Frame with a column of shapely geometries.
    geometry
        That column.

    Returns
    -------
    GeoDataFrame
        The same rows, in EPSG:4326.
    """
    return gpd.GeoDataFrame(frame, geometry=geometry, crs=WGS84)
