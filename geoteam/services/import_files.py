"""Reading tables row by row: CSV in the encodings that agencies use, and XLSX."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl
from charset_normalizer import from_bytes
from openpyxl.utils.exceptions import InvalidFileException

from geoteam.errors import MissingFileError, UnreadableFileError

Row = tuple[int, list[Any]]
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = ",;\t|"
# Not an encoding, but what two programs that wrote one file leave: UTF-8 here, Windows-1252 there.
_MIXED = "mixed"
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
_SAMPLE = 1 << 18
# A workbook that unpacks to more than this is no table of people.
_LARGEST_UNPACKED = 4 << 30


@dataclass(frozen=True)
class TableFile:
    """A table that can be read from its beginning more than once.

    Attributes
    ----------
    path
        The file.
    columns
        Names in the first row, as written; '' for a column without a name.
    form
        How the file was read, for people: ``CSV, UTF-8, separated by commas``.
    digest
        SHA-256 of the file.
    is_workbook
        Whether it is XLSX, which is slow to read.
    """

    path: Path
    columns: tuple[str, ...]
    form: str
    digest: str
    _open: Callable[[], Iterator[tuple[int, list[Any], float]]] = field(repr=False)
    is_workbook: bool = False

    def rows(self, *, blank: bool = False) -> Iterator[tuple[int, list[Any], float]]:
        """Read the rows below the header.

        Parameters
        ----------
        blank
            Whether to give blank rows too.

        Yields
        ------
        tuple of int, list and float
            Row number as a spreadsheet shows it, cells, and the share of the file read so far.
        """
        for number, cells, share in self._open():
            if number > 1 and (blank or any(cell is not None and cell != "" for cell in cells)):
                yield number, cells, share


def open_table(path: Path) -> TableFile:
    """Open a CSV or XLSX file.

    Parameters
    ----------
    path
        The file; told apart by its content, not by its name.

    Returns
    -------
    TableFile
        Header read, rows not yet.

    Raises
    ------
    MissingFileError
        When the file is not there.
    UnreadableFileError
        When it is empty, no table, damaged, or in an encoding that cannot be told.
    """
    if not path.is_file():
        raise MissingFileError(f"there is no file {path.name}", where=str(path))
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        start = file.read(8)
    if not start:
        raise UnreadableFileError("the file is empty", where=str(path))
    if start.startswith(b"PK\x03\x04"):
        return _open_xlsx(path, digest)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFileError(
            "the file is an old or a password-protected Excel workbook",
            where=str(path),
            remedy="Save it as .xlsx without a password, or as CSV",
        )
    return _open_csv(path, digest)


def _open_csv(path: Path, digest: str) -> TableFile:
    encoding = _encoding(path)
    mixed = encoding == _MIXED
    encoding = "utf-8" if mixed else encoding
    delimiter = _delimiter(path, encoding)

    def read() -> Iterator[tuple[int, list[Any], float]]:
        size = path.stat().st_size
        with (
            path.open("rb") as raw,
            io.TextIOWrapper(raw, encoding, errors=_FROM_WINDOWS, newline="") as text,
        ):
            record: list[str] = []
            reader = csv.reader(_noted(text, record), delimiter=delimiter)
            line = 1
            try:
                for number, cells in enumerate(reader, start=1):
                    # Only a record of several lines, or the last, can hold an open quotation mark.
                    if len(record) > 1 or not record[-1].endswith(("\n", "\r")):
                        _refuse_open_quote(record, delimiter)
                    yield number, cells, raw.tell() / size
                    line = reader.line_num + 1
                    record.clear()
            except csv.Error as error:
                raise UnreadableFileError(
                    "a quotation mark is opened and not closed",
                    where=f"{path}, line {line}",
                    remedy="Close it, or double the marks inside the cell",
                ) from error

    header = next(((cells) for _, cells, _ in read()), [])
    shown = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}[delimiter]
    name = {"cp1252": "Windows-1252", "latin_1": "Latin-1"}.get(encoding, encoding.upper())
    name += " with some Windows-1252" if mixed else ""
    name += ", NUL characters left out" if _has_nul(path, encoding) else ""
    return TableFile(path, _names(header, path), f"CSV, {name}, separated by {shown}", digest, read)


def _has_nul(path: Path, encoding: str) -> bool:
    """Tell whether a text holds a NUL character; in UTF-16 and UTF-32 their bytes are others'."""
    if encoding.startswith(("utf_16", "utf_32", "utf-16", "utf-32")):
        return False
    with path.open("rb") as file:
        return any(b"\x00" in block for block in iter(lambda: file.read(_SAMPLE), b""))


def _noted(lines: Iterable[str], record: list[str]) -> Iterator[str]:
    """Write down the lines of the record that is being read, without stray NUL characters."""
    for line in lines:
        whole = line.replace("\x00", "")
        record.append(whole)
        yield whole


def _refuse_open_quote(record: list[str], delimiter: str) -> None:
    """Raise csv.Error when a quoted cell runs to the end, or to where the next one begins.

    A cell may hold line breaks; then its closing mark stands before a separator.
    """
    if any('"' in line for line in record):
        for _ in csv.reader(record, delimiter=delimiter, strict=True):
            pass


def _names(header: list[Any], path: Path) -> tuple[str, ...]:
    names = tuple(" ".join(str("" if cell is None else cell).split()) for cell in header)
    if not any(names):
        raise UnreadableFileError(
            "the first row holds no column names",
            where=str(path),
            remedy="Put the column names in the first row, with nothing above them",
        )
    return names


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    for mark, name in _BOMS:
        if sample.startswith(mark):
            return _checked(path, name)
    # A stray NUL is a bad character of a cell, not another encoding.
    few = sample.count(b"\x00") * 100 <= len(sample)
    if few and _decodes(path, "utf-8"):
        return "utf-8"
    if b"\x00" not in sample and _MULTIBYTE.search(sample):
        return _MIXED
    guess = from_bytes(
        sample, cp_isolation=["utf_16_le", "utf_16_be", "cp1252", "latin_1"], threshold=0.5
    ).best()
    if guess is None or (b"\x00" in sample and not guess.encoding.startswith("utf_16")):
        before, nul, _ = sample.partition(b"\x00")
        line = before.count(b"\n") + 1 if nul else 0
        raise UnreadableFileError(
            "the file is no text, or in an encoding that cannot be told",
            where=str(path) + (f", line {line}: a NUL byte" if line else ""),
            remedy="Save it as CSV UTF-8, or as .xlsx",
        )
    if guess.encoding.startswith("utf_16"):
        return _checked(path, guess.encoding)
    return "cp1252" if _decodes(path, "cp1252") else "latin_1"


def _from_windows(error: UnicodeError) -> tuple[str, int]:
    """Read what is no UTF-8 as Windows-1252, byte by byte."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(bytes([one]).decode("cp1252", "replace") for one in wrong), error.end


_FROM_WINDOWS = "geoteam-from-windows"
codecs.register_error(_FROM_WINDOWS, _from_windows)


def _checked(path: Path, encoding: str) -> str:
    if not _decodes(path, encoding):
        raise UnreadableFileError(
            f"the file begins as {encoding.upper()} but is damaged further on",
            where=str(path),
            remedy="Export it again",
        )
    return encoding


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _delimiter(path: Path, encoding: str) -> str:
    with path.open("r", encoding=encoding, errors=_FROM_WINDOWS, newline="") as file:
        lines = file.read(1 << 16)
    best, most = ",", 1
    for delimiter in _DELIMITERS:
        try:
            rows = [row for row, _ in zip(_parse(lines, delimiter), range(50), strict=False) if row]
        except csv.Error:
            continue
        # The header decides; a separator that other rows do not have is a character of a name.
        width = len(rows[0]) if rows else 1
        agreeing = sum(len(row) > 1 for row in rows)
        if width > most and 2 * agreeing >= len(rows):
            best, most = delimiter, width
    return best


def _parse(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _open_xlsx(path: Path, digest: str) -> TableFile:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(item.file_size for item in archive.infolist())
            is_workbook = "xl/workbook.xml" in archive.namelist()
    except BadZipFile as error:
        raise _damaged(path) from error
    if not is_workbook:
        raise UnreadableFileError(
            "the file is an archive, not a workbook", where=str(path), remedy="Give a .csv or .xlsx"
        )
    if unpacked > _LARGEST_UNPACKED:
        raise UnreadableFileError("the workbook is too large", where=str(path))

    names: list[str] = []

    def read() -> Iterator[tuple[int, list[Any], float]]:
        book: Any = None
        try:
            # Not data_only: a formula must be seen as a formula, not as what it last showed.
            book = openpyxl.load_workbook(path, read_only=True, keep_links=False)
            names[:] = [f"'{one.title}'" for one in book.worksheets]
            sheet = book.worksheets[0]
            last = max(sheet.max_row or 1, 1)
            sheet.reset_dimensions()
            for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
                yield number, list(cells), min(number / last, 1.0)
        except (BadZipFile, InvalidFileException, KeyError, ValueError, IndexError) as error:
            raise _damaged(path) from error
        finally:
            if book is not None:
                book.close()

    header = next(((cells) for _, cells, _ in read()), [])
    form = f"Excel workbook, sheet {names[0]}"
    if len(names) > 1:
        form += f"; not read: {', '.join(names[1:])}"
    return TableFile(path, _names(header, path), form, digest, read, is_workbook=True)


def _damaged(path: Path) -> UnreadableFileError:
    return UnreadableFileError(
        "the workbook is damaged", where=str(path), remedy="Open it in Excel and save it again"
    )
