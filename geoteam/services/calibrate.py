"""How far the geocoder can be trusted on an agency's own labelled file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geoteam.errors import InputError
from geoteam.frames import rows_of
from geoteam.geocoding import calibrate
from geoteam.services.batch import address_texts, write_rows
from geoteam.services.file_stream import Column, open_source, texts
from geoteam.services.geocoding import place
from geoteam.services.outputs import write_whole
from geoteam.services.progress import Progress, silent
from geoteam.services.wording import counted
from geoteam.services.workspace import Workspace

# Share of the rows whose true place must lie in the city.
_MOST = 0.5


@dataclass(frozen=True)
class Calibration:
    """What a labelled file says of the geocoder.

    Attributes
    ----------
    rows
        Rows of the file.
    used
        Rows whose true place is known and lies in the city; the rest says nothing.
    placed, tied, unmatched
        What became of the used rows.
    accepted, wrong
        Used rows that no person would look at, and those of them that lie in another unit.
    table
        As of ``geocoding.calibrate.reliability``.
    thresholds
        As of ``geocoding.calibrate.thresholds``, for the least scores of the profile.
    words
        The same in sentences.
    """

    rows: int
    used: int
    placed: int
    tied: int
    unmatched: int
    accepted: int
    wrong: int
    table: pd.DataFrame
    thresholds: list[calibrate.Threshold]
    words: list[str]

    def summary(self) -> dict[str, Any]:
        """Give the figures.

        Returns
        -------
        dict
            For ``--json``; no row of the file is in it.
        """
        names = ("rows", "used", "placed", "tied", "unmatched", "accepted", "wrong", "words")
        return {name: getattr(self, name) for name in names} | {
            "table": rows_of(self.table),
            "thresholds": [asdict(one) for one in self.thresholds],
        }


def calibrate_file(
    workspace: Workspace,
    path: Path,
    *,
    addresses: Sequence[str],
    zip_column: str = "",
    lon: str,
    lat: str,
    output: Path | None = None,
    progress: Progress = silent,
) -> Calibration:
    """Geocode a file whose true places are known, and count how right each score is.

    Parameters
    ----------
    workspace
        The workspace, for its reference, boundaries and least scores.
    path
        The table.
    addresses
        Columns with the address, in order.
    zip_column
        Column with the ZIP; '' for none.
    lon, lat
        Columns with the true place, degrees in EPSG:4326.
    output
        Where the table goes: ``.md`` with the sentences, or ``.csv``, ``.xlsx``, ``.parquet``.
    progress
        Told how far it is.

    Returns
    -------
    Calibration
        The figures.

    Raises
    ------
    InputError
        When a column is missing, or most true places do not lie in the city.
    """
    labelled, rows = [], 0
    with open_source(path) as source:
        at = [source.position(name) for name in addresses]
        zip_at = source.position(zip_column) if zip_column else None
        truth_at = source.position(lon), source.position(lat)
        for block in source.blocks():
            progress("geocoding", rows / max(source.rows, 1))
            text = pd.Series(address_texts(block, at), dtype="str")
            zips = pd.Series(
                "" if zip_at is None else texts(block[zip_at]), text.index, dtype="str"
            )
            truth = _truth(workspace, block, *truth_at)
            labelled.append(_label(workspace, text, zips, truth)[truth["unit"] != ""])
            rows += len(text)
        progress("geocoding", 1.0)
    table = pd.concat(labelled, ignore_index=True)
    if len(table) < max(_MOST * rows, 1):
        raise InputError(
            f"the true place of {rows - len(table):,} of {counted(rows, 'row')} is not in the city",
            where=path.name,
            remedy="Give degrees (WGS 84), --lon the longitude and --lat the latitude",
        )
    found = _calibration(workspace, table, rows)
    if output is not None:
        _write(found, output)
    return found


def _truth(workspace: Workspace, block: Sequence[Column], lon: int, lat: int) -> pd.DataFrame:
    x, y = (
        pd.to_numeric(pd.Series(texts(block[k]), dtype="str"), errors="coerce").to_numpy(
            dtype=np.float64, na_value=np.nan
        )
        for k in (lon, lat)
    )
    known = (np.abs(x) <= 180) & (np.abs(y) <= 90)
    x, y = np.where(known, x, np.nan), np.where(known, y, np.nan)
    unit = workspace.area_index(workspace.profile.unit_kind).locate(x, y)
    return pd.DataFrame({"lon": x, "lat": y, "unit": unit})


def _label(
    workspace: Workspace, text: pd.Series, zips: pd.Series, truth: pd.DataFrame
) -> pd.DataFrame:
    found = place(workspace, text, zips)
    index = workspace.area_index(workspace.profile.unit_kind)
    unit = index.locate(found["lon"].to_numpy(), found["lat"].to_numpy())
    rule = workspace.profile.geocoding
    return calibrate.label(
        found,
        found["boundary_ambiguous"].to_numpy(),
        truth,
        pd.Series(unit, index=found.index),
        crs=workspace.profile.city.crs,
        accept_score=rule.accept_score,
        accept_area_score=rule.accept_area_score,
    )


def _calibration(workspace: Workspace, labelled: pd.DataFrame, rows: int) -> Calibration:
    rule = workspace.profile.geocoding
    found = calibrate.thresholds(
        labelled, accept_score=rule.accept_score, accept_area_score=rule.accept_area_score
    )
    return Calibration(
        rows=rows,
        used=len(labelled),
        placed=int(labelled["placed"].sum()),
        tied=int((labelled["status"] == "T").sum()),
        unmatched=int((labelled["status"] == "U").sum()),
        accepted=int(labelled["accepted"].sum()),
        wrong=int((labelled["accepted"] & ~labelled["same_unit"]).sum()),
        table=calibrate.reliability(labelled),
        thresholds=found,
        words=calibrate.in_words(found),
    )


def _write(found: Calibration, output: Path) -> None:
    if output.suffix != ".md":
        write_rows(found.table, output)
        return
    lines = [calibrate.as_markdown(found.table), *(f"- {line}" for line in found.words), ""]
    write_whole(output, lambda to: to.write_text("\n".join(lines), encoding="utf-8"))
