"""Files in, files out: every row and column kept in order, with what was found beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geoteam.errors import InputError
from geoteam.geocoding import StreetAliases, parse_address
from geoteam.services.city import grammar_of
from geoteam.services.file_output import check_output, write_beside, write_blocks
from geoteam.services.file_stream import BLOCK_ROWS, Column, cells, open_source, texts
from geoteam.services.import_values import safe_for_spreadsheets
from geoteam.services.progress import RowProgress, silent_rows
from geoteam.services.workspace import Workspace

PARSED = ("number", "predirectional", "name", "type", "quadrant", "unit", "kind", "street2")


def write_rows(frame: pd.DataFrame, path: Path) -> None:
    """Write a table that is in memory.

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
    check_output(path, None)
    blank = frame.astype(object).where(frame.notna(), None)
    block: list[Column] = [blank.iloc[:, k].tolist() for k in range(len(frame.columns))]
    write_blocks(path, [str(name) for name in frame.columns], [block])


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
    columns = frame.select_dtypes(include=["str"]).columns
    return frame.assign(**{name: frame[name].map(safe_for_spreadsheets) for name in columns})


def address_texts(block: Sequence[Column], positions: Sequence[int]) -> list[str]:
    """Put the address columns of a block together.

    Parameters
    ----------
    block
        All columns.
    positions
        Those of the address, in order: one for the whole text, or number, street, quadrant ...

    Returns
    -------
    list of str
        One text a row. Where it comes from one column, it is that column's; else the filled cells
        with a space between them, a house number without the ``.0`` that spreadsheets add.
    """
    if len(positions) == 1:
        return texts(block[positions[0]])
    parts = [[_part(text) for text in texts(block[k])] for k in positions]
    return [" ".join(filter(None, row)) for row in zip(*parts, strict=True)]


def _part(text: str) -> str:
    text = text.strip()
    return text[:-2] if text.endswith(".0") and text[:-2].isdigit() else text


def _numbers(column: Column) -> NDArray[np.float64]:
    """Return a column as numbers; what is no finite number becomes NaN, so it lies nowhere."""
    series = pd.Series(list(cells(column)), dtype=object)
    values = pd.to_numeric(series, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
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
    progress: RowProgress = silent_rows,
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
    progress
        Told how many rows are done.

    Returns
    -------
    dict
        ``rows``, ``located``, ``outside``, ``without_coordinates``, ``boundary_ambiguous`` and the
        ``version`` of the boundaries.
    """
    if not (np.isfinite(uncertainty_m) and uncertainty_m >= 0):
        raise InputError("the uncertainty must be zero or more metres")
    counts: Counter[str] = Counter()
    with open_source(path, check_output(output, path)) as source:
        columns = source.position(lon), source.position(lat)
        areas = workspace.areas(kind, on)
        index = workspace.area_index(kind, on)

        def located(_: int, block: list[Column]) -> list[Column]:
            x, y = (_numbers(block[k]) for k in columns)
            codes = index.locate(x, y)
            ambiguous = index.ambiguous(x, y, uncertainty_m)
            known = np.isfinite(x) & np.isfinite(y)
            counts["located"] += int((codes != "").sum())
            counts["outside"] += int(((codes == "") & known).sum())
            counts["without_coordinates"] += int((~known).sum())
            counts["boundary_ambiguous"] += int(ambiguous.sum())
            return [codes.tolist(), np.where(ambiguous, "true", "false").tolist()]

        write_beside(
            source,
            output,
            [kind, "boundary_ambiguous"],
            located,
            prefix="located",
            step="Locating",
            progress=progress,
        )
    names = ("located", "outside", "without_coordinates", "boundary_ambiguous")
    found = {name: counts[name] for name in names}
    return {"rows": source.rows} | found | {"version": areas.attrs["set"].version}


def parse_file(
    workspace: Workspace,
    path: Path,
    output: Path,
    *,
    addresses: Sequence[str],
    progress: RowProgress = silent_rows,
) -> int:
    """Write the parts of every address of a table beside it.

    A new column whose name the file already has is called ``parsed_...``.

    Parameters
    ----------
    workspace
        The workspace, for the city's address habits.
    path, output
        Table in and out.
    addresses
        The column with the address text, or the columns that make it up, in order.
    progress
        Told how many rows are done.

    Returns
    -------
    int
        Number of rows.
    """
    grammar = grammar_of(workspace.profile)

    aliases = StreetAliases(workspace.profile.city.street_aliases, grammar)

    @lru_cache(maxsize=BLOCK_ROWS)
    def parts(text: str) -> tuple[str, ...]:
        parsed = aliases.rename(parse_address(text, grammar))
        return tuple(str(getattr(parsed, name)) for name in PARSED)

    with open_source(path, check_output(output, path)) as source:
        positions = [source.position(name) for name in addresses]

        def parsed(_: int, block: list[Column]) -> list[Column]:
            rows = [parts(text) for text in address_texts(block, positions)]
            return list(zip(*rows, strict=True)) or [()] * len(PARSED)

        write_beside(
            source, output, PARSED, parsed, prefix="parsed", step="Parsing", progress=progress
        )
    return source.rows
