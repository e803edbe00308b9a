"""Geocoding a column of texts: each different text is read and matched once."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from numbers import Real

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from geoteam.errors import FrameError
from geoteam.geocoding.index import ReferenceIndex
from geoteam.geocoding.matcher import Matcher
from geoteam.geocoding.parse import parse_address
from geoteam.geocoding.quick import Quick
from geoteam.geocoding.result import columns_of, to_frame
from geoteam.geocoding.slots import split
from geoteam.geocoding.templates import Templates

# So many rows are worked on at once; it bounds memory.
_AT_ONCE = 50_000
_ZIP = re.compile(r"\s*(\d{3,5})(?:\.0)?(?:-?\d{4})?\s*")
UNUSED_ZIP = "digits, and was not used."
_DIGITS = {3: "three", 4: "four"}


def clean_zip(value: object, fits: Callable[[str], bool] = lambda _: True) -> str:
    """Read a ZIP as spreadsheets leave it: 20002.0, 20002-1234, a lost leading zero.

    Parameters
    ----------
    value
        A cell.
    fits
        Whether a ZIP is one of the city. Leading zeros are put back only where it then is: else a
        digit may be missing at any place.

    Returns
    -------
    str
        Five digits; the three or four that are written where no zero may be put before them; ''
        for anything else.
    """
    if isinstance(value, float) and np.isfinite(value):
        value = int(value)
    found = _ZIP.fullmatch(str(value)) if value is not None else None
    if not found:
        return ""
    digits, whole = found[1], found[1].zfill(5)
    return whole if digits == whole or fits(whole) else digits


def _zip_codes(
    zips: pd.Series | None, size: int, fits: Callable[[str], bool]
) -> tuple[NDArray[np.int64], list[str], list[str]]:
    """Read a column of ZIPs: which of the codes each row has, the codes, and what ails them."""
    if zips is None:
        return np.zeros(size, np.int64), [""], [""]
    cells = np.empty(size, dtype=object)
    values = zips.to_numpy(dtype=object)
    cells[:] = [value if isinstance(value, (str, Real)) else str(value) for value in values]
    at, different = pd.factorize(cells, use_na_sentinel=False)
    read = [clean_zip(value, fits) for value in different] or [""]
    codes = [code if len(code) == 5 else "" for code in read]
    notes = [
        f" The ZIP {code} has {_DIGITS[len(code)]} {UNUSED_ZIP}" if code and len(code) < 5 else ""
        for code in read
    ]
    return at, codes, notes


def _arrow(texts: NDArray[np.object_]) -> pa.Array:
    """Bring texts to Arrow; half characters, which it cannot hold, become question marks."""
    try:
        return pa.array(texts, pa.large_string())
    except UnicodeEncodeError:
        whole = [text.encode("utf-8", "replace").decode() for text in texts]
        return pa.array(whole, pa.large_string())


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep Python from searching the reference for garbage again and again: a batch makes none."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


class Geocoder:
    """Geocodes batches with one reference.

    Parameters
    ----------
    index
        The reference.
    """

    def __init__(self, index: ReferenceIndex) -> None:
        self.index = index
        self._matcher = Matcher(index.lookup, index.grammar, index.zip_prefixes)
        self._templates = Templates(index.grammar)
        self._quick = Quick(index.lookup, self._matcher)
        prefixes, known = index.zip_prefixes, index.lookup.known_zips
        self._fits = lambda code: code.startswith(prefixes) or int(code) in known

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
        size = max(len(texts), 1)
        frames = [
            self._batch(
                texts.iloc[at : at + _AT_ONCE],
                zips if zips is None else zips.iloc[at : at + _AT_ONCE],
            )
            for at in range(0, size, _AT_ONCE)
        ]
        return frames[0] if len(frames) == 1 else pd.concat(frames)

    @_no_collection()
    def _batch(self, texts: pd.Series, zips: pd.Series | None) -> pd.DataFrame:
        """Geocode each different pair of text and ZIP once."""
        cells = np.empty(len(texts), dtype=object)
        cells[:] = [text if isinstance(text, str) else "" for text in texts.to_numpy(dtype=object)]
        text_of, different = pd.factorize(cells)
        zip_of, codes, notes = _zip_codes(zips, len(texts), self._fits)
        pair, row_of = np.unique(text_of * len(codes) + zip_of, return_inverse=True)
        text, column = pair // len(codes), pair % len(codes)
        cut = split(_arrow(different))
        reading_of, readings = self._templates.read(cut.rests)
        # The last place is that of texts which are not plain.
        which = np.append(reading_of, -1)[cut.rest[text]]
        number, own = cut.number[text], cut.zip[text]
        # Two ZIPs that differ are for the rules.
        given = np.array([int(code or -1) for code in codes], dtype=np.int64)[column]
        differ = (given >= 0) & (((own >= 0) & (own != given)) | (given == 0))
        quick = self._quick.answer(
            readings, np.where(differ, -1, which), number, np.where(given < 0, own, given)
        )
        slow = np.ones(len(pair), dtype=np.bool_)
        slow[quick.rows] = False
        results = []
        for i in np.flatnonzero(slow).tolist():
            if which[i] < 0:
                parsed = parse_address(different[text[i]], self.index.grammar)
            else:
                postal = f"{own[i]:05d}" if own[i] >= 0 else ""
                parsed = readings[which[i]].parsed(str(number[i]), postal)
            results.append(self._matcher.match(parsed, codes[column[i]]))
        place = np.empty(len(pair), dtype=np.int64)
        place[quick.rows] = np.arange(len(quick.rows))
        place[slow] = len(quick.rows) + np.arange(len(results))
        found = to_frame(
            [self._quick.columns(quick), columns_of(results)], place[row_of], texts.index
        )
        if any(notes):
            told = np.array(notes, dtype=object)[zip_of]
            found["reason"] = (found["reason"].to_numpy(dtype=object) + told).astype(str)
        return found


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
