"""Files in, files out: every row and column kept in order, with what was found beside them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geoteam.errors import InputError, UnreadableFileError
from geoteam.frames import GEOCODES
from geoteam.geocoding import parse_address
from geoteam.services.city import grammar_of
from geoteam.services.geocoding import place
from geoteam.services.import_files import open_table
from geoteam.services.import_values import safe_for_spreadsheets
from geoteam.services.workspace import Workspace

_COMPRESSED = {".gz", ".bz2", ".xz", ".zst"}
PARSED = ("number", "predirectional", "name", "type", "quadrant", "unit", "kind", "street2")


def read_rows(path: Path) -> pd.DataFrame:
    """Read a table with every row, column and text as it stands.

    Parameters
    ----------
    path
        CSV (any encoding that agencies use; also compressed), XLSX or Parquet.

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
    if path.suffix == ".parquet":
        try:
            return pd.read_parquet(path)
        except (OSError, ValueError) as error:
            raise UnreadableFileError("the file is no Parquet table", where=str(path)) from error
    if path.suffix in _COMPRESSED and path.is_file():
        return pd.read_csv(path, dtype="str", keep_default_na=False)
    table = open_table(path)
    width = len(table.columns)
    rows = [_padded(cells, width) for _, cells, _ in table.rows(blank=True)]
    columns = [name or f"column {k + 1}" for k, name in enumerate(table.columns)]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def _padded(cells: list[Any], width: int) -> list[str]:
    texts = ["" if cell is None else str(cell) for cell in cells[:width]]
    return texts + [""] * (width - len(texts))


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
        When the ending is another one, or the folder cannot be written.
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
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        writers[path.suffix](part)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InputError(
            f"the file cannot be written: {error.strerror or error}", where=str(path)
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


def _column(frame: pd.DataFrame, name: str, path: Path) -> pd.Series:
    if name not in frame.columns:
        raise InputError(
            f"there is no column {name!r}",
            where=path.name,
            remedy=f"The columns are: {', '.join(map(str, frame.columns))}",
        )
    return frame[name]


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
    frame = read_rows(path)
    x, y = _numbers(frame, lon, path), _numbers(frame, lat, path)
    areas = workspace.areas(kind, on)
    index = workspace.area_index(kind, on)
    codes = pd.Series(index.locate(x, y), index=frame.index, dtype="str")
    ambiguous = index.ambiguous(x, y, uncertainty_m)
    known = np.isfinite(x) & np.isfinite(y)
    frame[kind] = codes
    frame["boundary_ambiguous"] = np.where(ambiguous, "true", "false")
    write_rows(frame, output)
    return {
        "rows": len(frame),
        "located": int((codes != "").sum()),
        "outside": int(((codes == "").to_numpy() & known).sum()),
        "without_coordinates": int((~known).sum()),
        "boundary_ambiguous": int(ambiguous.sum()),
        "version": areas.attrs["set"].version,
    }


def geocode_file(
    workspace: Workspace, path: Path, output: Path, *, address: str, zip_column: str = ""
) -> dict[str, Any]:
    """Write the place of every address of a table beside it.

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
    taken = {name: f"geocode_{name}" for name in added if name in frame.columns}
    result = pd.concat([frame, found[added].rename(columns=taken)], axis=1)
    write_rows(result, output)
    counts = found["decision"].value_counts()
    return {"rows": len(frame)} | {
        name: int(counts.get(name, 0)) for name in ("accepted", "review", "unplaceable")
    }


def parse_file(workspace: Workspace, path: Path, output: Path, *, address: str) -> int:
    """Write the parts of every address of a table beside it.

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
    frame = read_rows(path)
    grammar = grammar_of(workspace.profile)
    parsed = [
        asdict(parse_address(text, grammar))
        for text in _column(frame, address, path).fillna("").astype("str")
    ]
    for name in PARSED:
        frame[name] = pd.Series([str(one[name]) for one in parsed], index=frame.index, dtype="str")
    write_rows(frame, output)
    return len(frame)
