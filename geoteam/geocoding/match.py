"""Geocoding a column of texts: each different text is read and matched once."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from geoteam.errors import FrameError
from geoteam.geocoding.index import ReferenceIndex
from geoteam.geocoding.matcher import Matcher
from geoteam.geocoding.parse import parse_address
from geoteam.geocoding.result import Result, to_frame

_ZIP = re.compile(r"\s*(\d{3,5})(?:\.0)?(?:-?\d{4})?\s*")


def _clean_zip(value: object) -> str:
    """Read a ZIP as spreadsheets leave it: 20002.0, 20002-1234, a lost leading zero."""
    if isinstance(value, float) and np.isfinite(value):
        value = int(value)
    found = _ZIP.fullmatch(str(value)) if value is not None else None
    return found.group(1).zfill(5) if found else ""


class Geocoder:
    """Geocodes batches with one reference.

    Parameters
    ----------
    index
        The reference.
    """

    def __init__(self, index: ReferenceIndex) -> None:
        self.index = index

    def geocode(self, texts: pd.Series, *, zips: pd.Series | None = None) -> pd.DataFrame:
        """Geocode a batch of addresses.

        Parameters
        ----------
        texts
            One address a row, as people typed it; anything else is reported as invalid.
        zips
            ZIP codes from another column, aligned with `texts`.

        Returns
        -------
        DataFrame
            Contract ``GEOCODES`` on the index of `texts`, row for row: ties and unmatched texts
            have no coordinate but their candidates, and every row has its reason.

        Raises
        ------
        FrameError
            When `zips` is not aligned with `texts`.
        """
        if zips is not None and not zips.index.equals(texts.index):
            raise FrameError("zips is not aligned with texts")
        index = self.index
        values = texts.to_numpy(dtype=object)
        codes = [""] * len(values) if zips is None else [_clean_zip(v) for v in zips]
        matcher = Matcher(index.lookup, index.grammar, index.zip_prefixes)
        known: dict[tuple[object, str], Result] = {}
        results: list[Result] = []
        for text, zip_code in zip(values, codes, strict=True):
            key = (text if isinstance(text, str) else "", zip_code)
            result = known.get(key)
            if result is None:
                result = matcher.match(parse_address(key[0], index.grammar), zip_code)
                known[key] = result
            results.append(result)
        return to_frame(results, texts.index)


def geocode(
    texts: pd.Series, index: ReferenceIndex, *, zips: pd.Series | None = None
) -> pd.DataFrame:
    """Geocode one batch of addresses; `Geocoder` serves those who have several.

    Parameters
    ----------
    texts, zips
        As `Geocoder.geocode` takes them.
    index
        The reference.

    Returns
    -------
    DataFrame
        Contract ``GEOCODES`` on the index of `texts`.

    Raises
    ------
    FrameError
        When `zips` is not aligned with `texts`.
    """
    return Geocoder(index).geocode(texts, zips=zips)
