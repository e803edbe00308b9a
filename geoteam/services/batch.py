"""Files in, files out: every row and column kept in order, with what was found beside them."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from openpyxl.utils.exceptions import IllegalCharacterError

from geoteam.errors import InputError, UnreadableFileError
from geoteam.frames import GEOCODES
from geoteam.geocoding import parse_address
from geoteam.services.city import grammar_of
from geoteam.services.geocoding import place
from geoteam.services.import_files import open_table
from geoteam.services.import_values import safe_for_spreadsheets
from geoteam.services.outputs import write_whole
from geoteam.services.workspace import Workspace

_COMPRESSED: dict[str, Callable[[Path], Any]] = {
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
}
PARSED = ("number", "predirectional", "name", "type", "quadrant", "unit", "kind", "street2")


def read_rows(path: Path) -> pd.DataFrame:
    """Read a table with every row, column and text as it stands.

    Parameters
    ----------
    path
        CSV (any encoding that agencies use; also compressed as .gz, .bz2 or .xz), XLSX or Parquet.

    Returns
    -------
    DataFrame
        Index from 0; text columns, except for Parquet, which keeps its types.

    Raises
    ------
    MissingFileError
        When the file is not there.
    UnreadableFileError
        When it is empty or no table.
    """
    if path.suffix == ".parquet" and path.is_file():
        try:
            frame = pd.read_parquet(path)
        except (OSError, ValueError) as error:
            raise UnreadableFileError("the file is no Parquet table", where=str(path)) from error
        # A named index is a column like the others.
        return frame.reset_index(drop=all(name is None for name in frame.index.names))
    if path.suffix in _COMPRESSED and path.is_file():
        with tempfile.TemporaryDirectory(prefix="geoteam-") as scratch:
            return _read_table(_unpacked(path, Path(scratch)))
    return _read_table(path)


def _unpacked(path: Path, scratch: Path) -> Path:
    plain = scratch / path.stem
    try:
        with _COMPRESSED[path.suffix](path) as packed, plain.open("wb") as file:
            shutil.copyfileobj(packed, file)
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


def _read_table(path: Path) -> pd.DataFrame:
    table = open_table(path)
    texts = [
        ["" if cell is None else str(cell) for cell in cells]
        for _, cells, _ in table.rows(blank=True)
        # An empty line is a row only where a row is one cell.
        if cells or len(table.columns) == 1
    ]
    # A row may be longer than the header: nothing of it is lost.
    width = max([len(table.columns), *(_filled(row) for row in texts)])
    names = [*table.columns, *[""] * (width - len(table.columns))]
    columns = [name or f"column {k}" for k, name in enumerate(names, 1)]
    rows = [row[:width] + [""] * (width - len(row)) for row in texts]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def _filled(row: list[str]) -> int:
    """Return the length of a row without the empty cells at its end."""
    return next((k for k in range(len(row), 0, -1) if row[k - 1]), 0)


def write_rows(frame: pd.DataFrame, path: Path) -> None:
    """Write a table whole or not at all.

    Parameters
    ----------
    frame
        The table.
    path
        Target; ``.csv``, ``.xlsx`` or ``.parquet``.

    Raises
    ------
    InputError
        When the ending is another one, or the table does not fit into such a file.
    WorkspaceError
        When the file cannot be written.
    """
    writers: dict[str, Callable[[Path], object]] = {
        ".csv": lambda to: frame.to_csv(to, index=False, lineterminator="\n"),
        ".xlsx": lambda to: frame.to_excel(to, index=False),
        ".parquet": lambda to: frame.to_parquet(to, index=False),
    }
    if path.suffix not in writers:
        raise InputError(
            f"a table cannot be written as {path.suffix or 'a file without ending'}",
            where=str(path),
            remedy="Use .csv, .xlsx or .parquet",
        )
    try:
        write_whole(path, writers[path.suffix])
    except (ValueError, IllegalCharacterError) as error:
        # Duplicate columns in Parquet; too many rows or control characters in XLSX.
        raise InputError(
            f"the table does not fit into {path.suffix}: {error}",
            where=str(path),
            remedy="Write it as .csv",
        ) from error


def safe(frame: pd.DataFrame) -> pd.DataFrame:
    """Make the texts of our own exports harmless for spreadsheets, which run cells like ``=1+1``.

    Parameters
    ----------
    frame
        The table.

    Returns
    -------
    DataFrame
        A copy.
    """
    texts = frame.select_dtypes(include=["str"]).columns
    return frame.assign(**{name: frame[name].map(safe_for_spreadsheets) for name in texts})


def _refuse_same(path: Path, output: Path) -> None:
    """Refuse to write over the file that is read, which may be the only copy."""
    if path.resolve() == output.resolve():
        raise InputError(
            "the output is the input file", where=str(output), remedy="Give another name with -o"
        )


def _column(frame: pd.DataFrame, name: str, path: Path) -> pd.Series:
    if name not in frame.columns:
        raise InputError(
            f"there is no column {name!r}",
            where=path.name,
            remedy=f"The columns are: {', '.join(map(str, frame.columns))}",
        )
    if list(frame.columns).count(name) > 1:
        raise InputError(
            f"the column {name!r} stands twice", where=path.name, remedy="Rename one of the two"
        )
    return frame[name]


def _beside(frame: pd.DataFrame, added: pd.DataFrame, prefix: str) -> pd.DataFrame:
    """Put new columns beside those of the file; one whose name is taken gets the prefix."""
    taken = set(frame.columns)
    names = {name: _free(str(name), taken, prefix) for name in added.columns}
    return pd.concat([frame, added.rename(columns=names)], axis=1)


def _free(name: str, taken: Iterable[object], prefix: str) -> str:
    while name in taken:
        name = f"{prefix}_{name}"
    return name


def _numbers(frame: pd.DataFrame, name: str, path: Path) -> NDArray[np.float64]:
    """Return a column as numbers; what is no finite number becomes NaN, so it lies nowhere."""
    values = pd.to_numeric(_column(frame, name, path), errors="coerce").to_numpy(dtype=np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def locate_file(
    workspace: Workspace,
    path: Path,
    output: Path,
    *,
    lon: str,
    lat: str,
    kind: str,
    on: date | None = None,
    uncertainty_m: float = 20.0,
) -> dict[str, Any]:
    """Write the boundary code of every point of a table beside it.

    A new column whose name the file already has is called ``located_...``.

    Parameters
    ----------
    workspace
        The workspace.
    path, output
        Table in and out.
    lon, lat
        Columns with degrees, EPSG:4326.
    kind
        Boundary kind; also the name of the new column.
    on
        Day of the boundaries; today by default.
    uncertainty_m
        Radius around a point; where it crosses into another area the row is boundary-ambiguous.

    Returns
    -------
    dict
        ``rows``, ``located``, ``outside``, ``without_coordinates``, ``boundary_ambiguous`` and the
        ``version`` of the boundaries.
    """
    if not (np.isfinite(uncertainty_m) and uncertainty_m >= 0):
        raise InputError("the uncertainty must be zero or more metres")
    _refuse_same(path, output)
    frame = read_rows(path)
    x, y = _numbers(frame, lon, path), _numbers(frame, lat, path)
    areas = workspace.areas(kind, on)
    index = workspace.area_index(kind, on)
    codes = np.array(index.locate(x, y), dtype=object)
    ambiguous = index.ambiguous(x, y, uncertainty_m)
    known = np.isfinite(x) & np.isfinite(y)
    flags = np.where(ambiguous, "true", "false")
    added = pd.DataFrame({kind: codes, "boundary_ambiguous": flags}, index=frame.index, dtype="str")
    write_rows(_beside(frame, added, "located"), output)
    return {
        "rows": len(frame),
        "located": int((codes != "").sum()),
        "outside": int(((codes == "") & known).sum()),
        "without_coordinates": int((~known).sum()),
        "boundary_ambiguous": int(ambiguous.sum()),
        "version": areas.attrs["set"].version,
    }


def geocode_file(
    workspace: Workspace, path: Path, output: Path, *, address: str, zip_column: str = ""
) -> dict[str, Any]:
    """Write the place of every address of a table beside it.

    A new column whose name the file already has is called ``geocode_...``.

    Parameters
    ----------
    workspace
        The workspace.
    path, output
        Table in and out.
    address, zip_column
        Columns with the address text and, where there is one, the ZIP code.

    Returns
    -------
    dict
        ``rows`` and how many were ``accepted``, for ``review`` and ``unplaceable``.
    """
    _refuse_same(path, output)
    frame = read_rows(path)
    texts = _column(frame, address, path).fillna("").astype("str")
    zips = (
        _column(frame, zip_column, path).fillna("").astype("str")
        if zip_column
        else pd.Series("", index=frame.index, dtype="str")
    )
    found = place(workspace, texts, zips)
    unit_kind = workspace.profile.unit_kind
    index = workspace.area_index(unit_kind)
    found[unit_kind] = pd.Series(
        index.locate(found["lon"].to_numpy(), found["lat"].to_numpy()),
        index=found.index,
        dtype="str",
    )
    found["candidates"] = [json.dumps(list(one)) for one in found["candidates"]]
    added = [*GEOCODES.columns, unit_kind, "boundary_ambiguous", "decision"]
    write_rows(_beside(frame, found[added], "geocode"), output)
    counts = found["decision"].value_counts()
    return {"rows": len(frame)} | {
        name: int(counts.get(name, 0)) for name in ("accepted", "review", "unplaceable")
    }


def parse_file(workspace: Workspace, path: Path, output: Path, *, address: str) -> int:
    """Write the parts of every address of a table beside it.

    A new column whose name the file already has is called ``parsed_...``.

    Parameters
    ----------
    workspace
        The workspace, for the city's address habits.
    path, output
        Table in and out.
    address
        Column with the address text.

    Returns
    -------
    int
        Number of rows.
    """
    _refuse_same(path, output)
    frame = read_rows(path)
    grammar = grammar_of(workspace.profile)
    parsed = [
        asdict(parse_address(text, grammar))
        for text in _column(frame, address, path).fillna("").astype("str")
    ]
    added = pd.DataFrame(
        {name: [str(one[name]) for one in parsed] for name in PARSED},
        index=frame.index,
        dtype="str",
    )
    write_rows(_beside(frame, added, "parsed"), output)
    return len(frame)
