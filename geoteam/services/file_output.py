"""Writing tables of any size: block by block, whole or not at all."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl.cell import WriteOnlyCell

from geoteam.errors import InputError
from geoteam.services.file_stream import CheckRow, Column, Source, cells
from geoteam.services.outputs import check_folder, write_whole
from geoteam.services.progress import RowProgress

# Excel's own limits, the header's row among them.
XLSX_ROWS = 1_048_576
XLSX_COLUMNS = 16_384
XLSX_CHARACTERS = 32_767
_NOT_IN_XLSX = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]")
_XLSX_TYPES = (bool, int, float, Decimal, date, time, timedelta)
_Write = Callable[[Path, Sequence[str], Iterable[list[Column]]], None]


def check_output(path: Path, source: Path | None) -> CheckRow | None:
    """Refuse an output that cannot be, before any work is done.

    Parameters
    ----------
    path
        The file to be written; ``.csv``, ``.xlsx`` or ``.parquet``.
    source
        The file that is read, where there is one.

    Returns
    -------
    callable or None
        What must be shown every row, where the output cannot hold every row.

    Raises
    ------
    InputError
        When it is the input file, which may be the only copy, or has another ending.
    WorkspaceError
        When its folder is not there.
    """
    check_folder(path)
    if source and path.resolve() == source.resolve():
        raise InputError(
            "the output is the input file", where=str(path), remedy="Give another name with -o"
        )
    if path.suffix not in _WRITERS:
        raise InputError(
            f"a table cannot be written as {path.suffix or 'a file without ending'}",
            where=str(path),
            remedy="Use .csv, .xlsx or .parquet",
        )
    return _fits_xlsx if path.suffix == ".xlsx" else None


def check_fit(path: Path, columns: Sequence[str], rows: int) -> None:
    """Refuse a table that the output cannot hold, before any work is done.

    Parameters
    ----------
    path
        The file to be written.
    columns
        Names of all columns.
    rows
        Number of rows below the header.

    Raises
    ------
    InputError
        With what is too much.
    """
    twice = [name for k, name in enumerate(columns) if name in columns[:k]]
    if path.suffix == ".parquet" and twice:
        raise _unfit(path, f"the column {twice[0]!r} stands twice")
    if path.suffix == ".xlsx" and rows >= XLSX_ROWS:
        raise _unfit(path, f"it has {rows:,} rows, and {XLSX_ROWS - 1:,} is the most")
    if path.suffix == ".xlsx" and len(columns) > XLSX_COLUMNS:
        raise _unfit(path, f"it has {len(columns):,} columns, and {XLSX_COLUMNS:,} is the most")


def write_blocks(
    path: Path,
    columns: Sequence[str],
    blocks: Iterable[list[Column]],
    last: Callable[[], None] | None = None,
) -> None:
    """Write a table, whole or not at all.

    Parameters
    ----------
    path
        Target; ``.csv``, ``.xlsx`` or ``.parquet``.
    columns
        Names of the columns.
    blocks
        The columns of some rows each; at least one block, with or without rows.
    last
        Done when everything is written and before the file appears.

    Raises
    ------
    InputError
        When the table does not fit into such a file.
    WorkspaceError
        When the file cannot be written.
    """

    def write(to: Path) -> None:
        _WRITERS[path.suffix](to, columns, blocks)
        if last:
            last()

    try:
        write_whole(path, write)
    except pa.ArrowInvalid as error:
        raise _unfit(path, str(error)) from error


def write_beside(
    source: Source,
    output: Path,
    added: Sequence[str],
    work: Callable[[int, list[Column]], list[Column]],
    *,
    prefix: str,
    step: str,
    progress: RowProgress,
    last: Callable[[], None] | None = None,
) -> None:
    """Write a table again with new columns beside its own.

    Parameters
    ----------
    source
        The table.
    output
        Target.
    added
        Names of the new columns; one that the table already has gets the prefix.
    work
        From the number and the columns of a block to its new columns.
    prefix
        Such as ``geocode``.
    step
        What is being done, for the progress.
    progress
        Told how many rows are written.
    last
        Done when everything is written and before the file appears.
    """
    columns = [*source.columns, *free_names(source.columns, added, prefix)]
    check_fit(output, columns, source.rows)

    def blocks() -> Iterator[list[Column]]:
        done = 0
        progress(step, done, source.rows)
        for number, block in enumerate(source.blocks()):
            yield [*block, *work(number, block)]
            done += len(block[0])
            progress(step, done, source.rows)

    write_blocks(output, columns, blocks(), last)


def free_names(taken: Sequence[str], added: Sequence[str], prefix: str) -> list[str]:
    """Name new columns so that none is called as one that is there.

    Parameters
    ----------
    taken
        Names that are there.
    added
        Names wanted.
    prefix
        Put before a name that is taken.

    Returns
    -------
    list of str
        As many as `added`.
    """
    names: list[str] = []
    for name in added:
        while name in taken or name in names:
            name = f"{prefix}_{name}"
        names.append(name)
    return names


def _unfit(path: Path, why: str) -> InputError:
    return InputError(
        f"the table does not fit into {path.suffix}: {why}",
        where=str(path),
        remedy="Write it as .csv",
    )


def _fits_xlsx(number: int, row: Sequence[Any]) -> None:
    for k, cell in enumerate(row, 1):
        if isinstance(cell, str):
            where = f"row {number}, column {k}"
            if len(cell) > XLSX_CHARACTERS:
                what = f"a cell has more than {XLSX_CHARACTERS:,} characters"
            elif _NOT_IN_XLSX.search(cell):
                what = "a cell has control characters"
            else:
                continue
            raise InputError(
                f"the table does not fit into .xlsx: {what}",
                where=where,
                remedy="Write it as .csv",
            )


def _rows(blocks: Iterable[list[Column]]) -> Iterator[Iterator[tuple[Any, ...]]]:
    for block in blocks:
        yield zip(*map(cells, block), strict=True)


def _write_csv(path: Path, columns: Sequence[str], blocks: Iterable[list[Column]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(_lines([tuple(columns)]))
        for rows in _rows(blocks):
            file.write(_lines(list(rows)))


def _lines(rows: list[tuple[Any, ...]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(rows)
    if "\r" not in text.getvalue():
        return text.getvalue()
    # A return inside a cell ends a row for a reader, unless it stands in quotation marks.
    text = io.StringIO(newline="")
    plain = csv.writer(text, lineterminator="\n")
    quoted = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for row in rows:
        returns = any(isinstance(cell, str) and "\r" in cell for cell in row)
        (quoted if returns else plain).writerow(row)
    return text.getvalue()


def _write_xlsx(path: Path, columns: Sequence[str], blocks: Iterable[list[Column]]) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")

    def cell(value: Any) -> Any:
        if isinstance(value, str) or not isinstance(value, _XLSX_TYPES):
            value = "" if value is None else str(value)
            if not value.startswith("="):
                return value
        elif not (isinstance(value, datetime) and value.tzinfo):
            return value
        # A text is never run as a formula.
        made = WriteOnlyCell(sheet, str(value))
        made.data_type = "s"
        return made

    sheet.append([cell(name) for name in columns])
    for rows in _rows(blocks):
        for row in rows:
            sheet.append([cell(value) for value in row])
    book.save(path)


def _write_parquet(path: Path, columns: Sequence[str], blocks: Iterable[list[Column]]) -> None:
    writer: pq.ParquetWriter | None = None
    try:
        for block in blocks:
            table = pa.table([_array(column) for column in block], names=list(columns))
            writer = writer or pq.ParquetWriter(path, table.schema)
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


def _array(column: Column) -> pa.ChunkedArray:
    if isinstance(column, pa.ChunkedArray):
        return column
    return pa.array(["" if value is None else str(value) for value in column], pa.string())


_WRITERS: dict[str, _Write] = {
    ".csv": _write_csv,
    ".xlsx": _write_xlsx,
    ".parquet": _write_parquet,
}
