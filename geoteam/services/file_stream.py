"""Reading tables of any size: in blocks of rows, every cell as it stands, in bounded memory."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import re
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from geoteam.errors import GeoteamError, InputError, MissingFileError, UnreadableFileError
from geoteam.services.file_kept import KeptRows
from geoteam.services.import_files import TableFile, open_table

# Rows that are read, worked on and written together.
BLOCK_ROWS = 25_000
# A column of a block: cells as they were read, or an array of a Parquet file with its type.
Column: TypeAlias = Sequence[Any] | pa.ChunkedArray
# Told the number and the cells of a row; raises when the row cannot be used.
CheckRow = Callable[[int, Sequence[Any]], None]
_COMPRESSED: dict[str, Callable[[Path], Any]] = {
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
}
# What pandas calls an index that has no name.
_UNNAMED = re.compile(r"__index_level_\d+__")


@dataclass(frozen=True)
class Source:
    """A table that was looked through once and can be read in blocks.

    Attributes
    ----------
    path
        The file, as it was named.
    columns
        Names of the columns; one without a name is called ``column 3``.
    rows
        Number of rows below the header.
    ragged
        Rows with more or fewer cells than the header.
    form
        How the file is read, for people.
    digest
        SHA-256 of what it holds.
    """

    path: Path
    columns: tuple[str, ...]
    rows: int
    ragged: int
    form: str
    digest: str
    _read: Callable[[], Iterator[list[Column]]] = field(repr=False)

    def blocks(self) -> Iterator[list[Column]]:
        """Read the rows, always in the same blocks.

        Yields
        ------
        list of column
            All columns of about ``BLOCK_ROWS`` rows; one block without rows for an empty table.
        """
        yield from self._read()

    def position(self, name: str) -> int:
        """Find a column.

        Parameters
        ----------
        name
            Its name, as written in the file.

        Returns
        -------
        int
            Its place, from 0.

        Raises
        ------
        InputError
            When there is none, or more than one.
        """
        if name not in self.columns:
            raise InputError(
                f"there is no column {name!r}",
                where=self.path.name,
                remedy=f"The columns are: {', '.join(self.columns)}",
            )
        if self.columns.count(name) > 1:
            raise InputError(
                f"the column {name!r} stands twice",
                where=self.path.name,
                remedy="Rename one of the two",
            )
        return self.columns.index(name)


@contextmanager
def open_source(path: Path, check: CheckRow | None = None) -> Iterator[Source]:
    """Look a table through, so that it can be read in blocks.

    Parameters
    ----------
    path
        CSV (any encoding that agencies use; also compressed as .gz, .bz2 or .xz), XLSX or Parquet.
    check
        Shown every row of a CSV or XLSX file.

    Yields
    ------
    Source
        The table, readable until the end of the ``with`` block.

    Raises
    ------
    MissingFileError
        When the file is not there.
    UnreadableFileError
        When it is empty, no table, or damaged at any place.
    """
    if not path.is_file():
        raise MissingFileError(f"there is no file {path.name}", where=str(path))
    if path.suffix == ".parquet":
        yield _parquet(path)
    elif path.suffix in _COMPRESSED:
        with tempfile.TemporaryDirectory(prefix="geoteam-") as scratch:
            plain = _unpacked(path, Path(scratch))
            try:
                source = _text(path, open_table(plain), check)
            except GeoteamError as error:
                # The reader knows of the packed file only.
                where = error.where.replace(str(plain), str(path))
                raise type(error)(error.what, where=where, remedy=error.remedy) from error
            yield source
    else:
        table = open_table(path)
        if not table.is_workbook:
            yield _text(path, table, check)
            return
        with tempfile.TemporaryDirectory(prefix="geoteam-") as scratch:
            yield _text(path, table, check, KeptRows(Path(scratch) / "rows"))


def cells(column: Column) -> Sequence[Any]:
    """Return the cells of a column as Python values.

    Parameters
    ----------
    column
        The column.

    Returns
    -------
    sequence
        None for what an array does not know, NaN among it.
    """
    if not isinstance(column, pa.ChunkedArray):
        return column
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), None, column)
    values: list[Any] = column.to_pylist()
    return values


def texts(column: Column) -> list[str]:
    """Return the cells of a column as text that can be read, such as an address or a ZIP code.

    Parameters
    ----------
    column
        The column.

    Returns
    -------
    list of str
        '' for nothing; a whole number without a decimal point.
    """
    return [value if isinstance(value, str) else _as_text(value) for value in cells(column)]


def _as_text(value: Any) -> str:
    # NaN differs from itself.
    if value is None or value != value:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _unpacked(path: Path, scratch: Path) -> Path:
    plain = scratch / path.stem
    try:
        with _COMPRESSED[path.suffix](path) as packed, plain.open("wb") as file:
            shutil.copyfileobj(packed, file, 1 << 20)
    except (EOFError, lzma.LZMAError, zlib.error, gzip.BadGzipFile) as error:
        raise UnreadableFileError(
            "the compressed file is damaged or cut off", where=str(path), remedy="Get it again"
        ) from error
    except OSError as error:
        # bz2 says "Invalid data stream" without an error number; a full disk has one.
        if error.errno is not None:
            raise
        raise UnreadableFileError("the compressed file is damaged", where=str(path)) from error
    return plain


def _text(
    path: Path, table: TableFile, check: CheckRow | None, kept: KeptRows | None = None
) -> Source:
    header = len(table.columns)
    rows, ragged, width = 0, 0, header
    for number, row in kept.keep(_rows(table)) if kept else _rows(table):
        rows += 1
        if len(row) != header:
            filled = _filled(row)
            # A workbook leaves out the empty cells at the end of a row.
            ragged += not table.is_workbook or filled > header
            # A row may be longer than the header: nothing of it is lost.
            width = max(width, filled)
        if check:
            check(number, row)
    names = [*table.columns, *[""] * (width - header)]

    def read() -> Iterator[list[Column]]:
        block: list[list[Any]] = []
        for row in kept.rows() if kept else (row for _, row in _rows(table)):
            block.append(row)
            if len(block) == BLOCK_ROWS:
                yield _turned(block, width)
                block = []
        if block or not rows:
            yield _turned(block, width)

    columns = tuple(name or f"column {k}" for k, name in enumerate(names, 1))
    return Source(path, columns, rows, ragged, table.form, table.digest, read)


def _rows(table: TableFile) -> Iterator[tuple[int, list[Any]]]:
    # An empty line is a row only where a row is one cell.
    one = len(table.columns) == 1
    for number, row, _ in table.rows(blank=True):
        if row or one:
            yield number, row


def _filled(row: list[Any]) -> int:
    """Return the length of a row without the empty cells at its end."""
    return next((k for k in range(len(row), 0, -1) if row[k - 1] not in ("", None)), 0)


def _turned(rows: list[list[Any]], width: int) -> list[Column]:
    """Turn rows into columns of one length."""
    if not rows:
        return [()] * width
    even = [row if len(row) == width else row[:width] + [""] * (width - len(row)) for row in rows]
    return list(zip(*even, strict=True))


def _parquet(path: Path) -> Source:
    try:
        with pq.ParquetFile(path) as file:
            names = [n for n in file.schema_arrow.names if not _UNNAMED.fullmatch(n)]
            rows = file.metadata.num_rows
        with path.open("rb") as raw:
            digest = hashlib.file_digest(raw, "sha256").hexdigest()
    except (OSError, ValueError) as error:
        raise UnreadableFileError("the file is no Parquet table", where=str(path)) from error
    if not names:
        raise UnreadableFileError("the table has no columns", where=str(path))
    return Source(path, tuple(names), rows, 0, "Parquet", digest, lambda: _batches(path, names))


def _batches(path: Path, names: list[str]) -> Iterator[list[Column]]:
    waiting: list[pa.RecordBatch] = []
    try:
        with pq.ParquetFile(path) as file:
            schema = pa.schema([file.schema_arrow.field(name) for name in names])
            empty = not file.metadata.num_rows
            for batch in file.iter_batches(BLOCK_ROWS, columns=names):
                # Small row groups make small batches.
                waiting.append(batch)
                if sum(map(len, waiting)) >= BLOCK_ROWS:
                    yield pa.Table.from_batches(waiting).columns
                    waiting = []
            if waiting or empty:
                yield pa.Table.from_batches(waiting, schema).columns
    except (pa.ArrowInvalid, OSError) as error:
        raise UnreadableFileError(
            "the Parquet file is damaged", where=str(path), remedy="Get it again"
        ) from error
