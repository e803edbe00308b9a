"""Counts over geocoded rows: no row, text or place can be told from them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geoteam.geocoding.match import UNUSED_ZIP
from geoteam.model import AddressKind, MatchCode, MatchStatus
from geoteam.services.wording import counted

# What is counted -> value -> rows.
Tally = dict[str, Counter[str]]
BANDS = ("100", "94 to 99", "90 to 93", "80 to 89", "1 to 79", "0")
_FLOORS = (100.0, 94.0, 90.0, 80.0, 1e-9)
POINT = "A known point"
INSIDE = "On a known block or crossing that lies in one area"
TIE = "Several places fit equally well"
BOUNDARY = "The place may lie in another area"
POSTAL = "Only the ZIP is known"
DOUBTFUL = "The match is not certain enough"
NUMBER = "The street is known, the number is not"
NO_MATCH = "No place was found"
NO_PLACE = {
    AddressKind.NO_FIXED_ADDRESS.value: "No fixed address",
    AddressKind.OUTSIDE.value: "Outside the city",
    AddressKind.PO_BOX.value: "A post-office box",
    AddressKind.INVALID.value: "No address",
}
_POINTS = (MatchCode.POINT_ADDRESS.value, MatchCode.PLACE.value)
_ZIP = re.compile(r"\s*\d{5}(?:-?\d{4})?(?:\.0)?\s*")
_SHORT_ZIP = re.compile(r"\s*\d{3,4}(?:\.0)?\s*")
_EXPONENT = re.compile(r"\s*\d(?:[.,]\d+)?[eE]\+?\d+\s*")
_WORDS = re.compile(r"[A-Za-z]{2}")


def count_block(
    found: pd.DataFrame, unit: str, addresses: Sequence[str], zips: Sequence[str]
) -> Tally:
    """Count what became of some rows.

    Parameters
    ----------
    found
        GEOCODES with ``boundary_ambiguous``, ``decision`` and the codes of the units.
    unit
        Name of the column with the codes.
    addresses, zips
        What was geocoded.

    Returns
    -------
    dict of str to Counter
        Rows by ``decision``, ``status``, ``match_code``, ``band``, ``cause``, ``unit`` and
        ``unit_ambiguous`` (codes), and how many inputs look wrong, by ``hint``.
    """
    score = found["score"].to_numpy()
    band = np.select([score >= floor for floor in _FLOORS], BANDS[:-1], BANDS[-1])
    ambiguous = found["boundary_ambiguous"].to_numpy(dtype=bool)
    placed = found["lon"].notna().to_numpy()
    columns = {
        "decision": found["decision"],
        "status": found["status"],
        "match_code": found["match_code"],
        "band": pd.Series(band),
        "cause": pd.Series(_causes(found)),
        "unit": found[unit][placed],
        "unit_ambiguous": found[unit][placed & ambiguous],
    }
    tally = {
        name: Counter({str(value): int(rows) for value, rows in column.value_counts().items()})
        for name, column in columns.items()
    }
    short = np.array([bool(_SHORT_ZIP.fullmatch(zip_code)) for zip_code in zips], dtype=bool)
    unused = int(found["reason"][short].str.contains(UNUSED_ZIP, regex=False).sum())
    tally["hint"] = Counter(
        {
            "zip_as_address": sum(map(bool, map(_ZIP.fullmatch, addresses))),
            "address_as_zip": sum(map(bool, map(_WORDS.search, zips))),
            "mended_zip": int(short.sum()) - unused,
            "unused_zip": unused,
            "exponent": sum(map(bool, map(_EXPONENT.fullmatch, zips)))
            + sum(map(bool, map(_EXPONENT.fullmatch, addresses))),
            "blank": sum(not text or text.isspace() for text in addresses),
        }
    )
    return tally


def _causes(found: pd.DataFrame) -> NDArray[np.str_]:
    decision, status, code = found["decision"], found["status"], found["match_code"]
    accepted = decision == "accepted"
    nowhere = decision == "unplaceable"
    return np.select(
        [
            accepted & code.isin(_POINTS),
            accepted,
            *(nowhere & (found["kind"] == kind) for kind in NO_PLACE),
            status == MatchStatus.TIE.value,
            (status == MatchStatus.UNMATCHED.value) & (code == MatchCode.STREET_NAME.value),
            status == MatchStatus.UNMATCHED.value,
            code == MatchCode.POSTAL.value,
            found["boundary_ambiguous"],
        ],
        [POINT, INSIDE, *NO_PLACE.values(), TIE, NUMBER, NO_MATCH, POSTAL, BOUNDARY],
        DOUBTFUL,
    )


def add_up(tallies: Iterable[Tally]) -> Tally:
    """Add the counts of blocks.

    Parameters
    ----------
    tallies
        One a block.

    Returns
    -------
    dict of str to Counter
        Their sum.
    """
    total: Tally = {}
    for tally in tallies:
        for name, counts in tally.items():
            total.setdefault(name, Counter()).update(counts)
    return total


def to_bytes(tally: Tally) -> bytes:
    """Write counts down.

    Parameters
    ----------
    tally
        The counts.

    Returns
    -------
    bytes
        JSON.
    """
    return json.dumps(tally).encode()


def from_bytes(data: bytes) -> Tally:
    """Read counts back.

    Parameters
    ----------
    data
        What `to_bytes` wrote.

    Returns
    -------
    dict of str to Counter
        The counts.
    """
    return {name: Counter(counts) for name, counts in json.loads(data).items()}


def hints(counts: Mapping[str, int], rows: int, ragged: int) -> list[str]:
    """Say what looks wrong with the input.

    Parameters
    ----------
    counts
        The tally's ``hint``.
    rows
        Number of rows.
    ragged
        Rows with more or fewer cells than the header.

    Returns
    -------
    list of str
        Sentences.
    """
    said = []
    if 2 * counts.get("zip_as_address", 0) > rows:
        said.append("Most cells of the address column hold a ZIP code: was the right column named?")
    if 2 * counts.get("address_as_zip", 0) > rows:
        said.append("Most cells of the ZIP column hold words: are the two columns swapped?")
    if count := counts.get("mended_zip", 0):
        said.append(
            f"{counted(count, 'ZIP code has', 'ZIP codes have')} lost leading zeros, which were "
            "put back: format the column as text."
        )
    if count := counts.get("unused_zip", 0):
        said.append(
            f"{counted(count, 'ZIP code has', 'ZIP codes have')} fewer than five digits, and no "
            "ZIP code of the city comes of leading zeros, so that it was not used: correct it."
        )
    if count := counts.get("exponent", 0):
        said.append(
            f"{counted(count, 'cell is a number', 'cells are numbers')} that a spreadsheet has "
            "shortened, such as 2.0E+4: format the column as text and export it again."
        )
    if count := counts.get("blank", 0):
        said.append(
            f"{counted(count, 'row has', 'rows have')} no address: fill it in, or leave the row "
            "out."
        )
    if ragged:
        said.append(
            f"{counted(ragged, 'row has', 'rows have')} more or fewer cells than the header: look "
            "whether an address with a comma stands outside quotation marks."
        )
    return said
