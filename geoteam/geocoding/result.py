"""One geocoding result, and the table of many."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from geoteam.frames import GEOCODES
from geoteam.geocoding.locate import Spot
from geoteam.model import MatchCode, MatchStatus

MAX_CANDIDATES = 5
_TEXT = pd.StringDtype("pyarrow", na_value=np.nan)


class Result(NamedTuple):
    """What became of one text; the fields are the columns of the contract ``GEOCODES``."""

    status: str
    match_code: str
    kind: str
    score: float
    lon: float
    lat: float
    uncertainty_m: float
    matched_address: str
    reference_id: str
    inferred: bool
    reason: str
    candidates: tuple[Spot, ...]


def matched(
    kind: str, spot: Spot, reason: str, *, score: float | None = None, inferred: bool = False
) -> Result:
    """Make the result of one place.

    Parameters
    ----------
    kind
        What the text is.
    spot
        The place.
    reason
        Why, as sentences.
    score
        Its score; by default the spot's own.
    inferred
        Whether the quadrant was inferred.

    Returns
    -------
    Result
        Status ``M``. The place is its own candidate unless nothing is in doubt.
    """
    points = spot.score if score is None else score
    plain = spot.code == MatchCode.POINT_ADDRESS and points >= 94 and not inferred
    return Result(
        MatchStatus.MATCHED.value,
        spot.code,
        kind,
        points,
        spot.lon,
        spot.lat,
        spot.uncertainty_m,
        spot.address,
        spot.reference_id,
        inferred,
        reason,
        () if plain else (spot._replace(score=points),),
    )


def tied(kind: str, spots: Sequence[Spot], reason: str) -> Result:
    """Make the result of several places that cannot be told apart; it has no coordinate.

    Parameters
    ----------
    kind
        What the text is.
    spots
        The places, best first.
    reason
        Why they tie, as sentences.

    Returns
    -------
    Result
        Status ``T``.
    """
    best = spots[0]
    return Result(
        MatchStatus.TIE.value,
        best.code,
        kind,
        min(best.score, 80.0),
        math.nan,
        math.nan,
        math.nan,
        "",
        "",
        False,
        reason,
        tuple(spots[:MAX_CANDIDATES]),
    )


def unmatched(
    kind: str, code: MatchCode, reason: str, spots: Sequence[Spot] = (), score: float = 0.0
) -> Result:
    """Make the result of a text that has no place.

    Parameters
    ----------
    kind
        What the text is.
    code
        ``StreetName`` when the street is known, ``POBox`` or ``none``.
    reason
        Why, as sentences.
    spots
        Places that a person may want to look at.
    score
        How much of the text was recognised.

    Returns
    -------
    Result
        Status ``U``.
    """
    return Result(
        MatchStatus.UNMATCHED.value,
        code.value,
        kind,
        score,
        math.nan,
        math.nan,
        math.nan,
        "",
        "",
        False,
        reason,
        tuple(spots[:MAX_CANDIDATES]),
    )


def _as_dict(spot: Spot) -> dict[str, Any]:
    return {
        "address": spot.address,
        "lon": spot.lon,
        "lat": spot.lat,
        "score": spot.score,
        "match_code": spot.code,
        "reference_id": spot.reference_id,
        "uncertainty_m": spot.uncertainty_m,
    }


Columns = dict[str, Any]


def columns_of(results: Sequence[Result]) -> Columns:
    """Put results into columns.

    Parameters
    ----------
    results
        One per row.

    Returns
    -------
    dict
        Arrow strings, arrays of numbers and flags, and lists of candidates.
    """
    columns = list(zip(*results, strict=True)) or [()] * len(Result._fields)
    data: Columns = {}
    for name, values in zip(Result._fields, columns, strict=True):
        kind = GEOCODES.columns[name]
        if kind == "text":
            data[name] = pa.array(values, pa.large_string())
        elif kind == "any":
            cells = np.empty(len(values), dtype=object)
            for i, spots in enumerate(values):
                cells[i] = [_as_dict(spot) for spot in spots]
            data[name] = cells
        else:
            data[name] = np.array(values, dtype=np.float64 if kind == "number" else np.bool_)
    return data


def to_frame(parts: Sequence[Columns], order: NDArray[np.int64], index: pd.Index) -> pd.DataFrame:
    """Put columns below each other and take rows of them; rows taken twice share candidates.

    Parameters
    ----------
    parts
        Columns as `columns_of` makes them.
    order
        For each row of the table its place in the parts put together.
    index
        The rows' labels.

    Returns
    -------
    DataFrame
        Contract ``GEOCODES``.
    """
    data: Columns = {}
    for name in Result._fields:
        columns = [part[name] for part in parts]
        if GEOCODES.columns[name] == "text":
            taken = pa.concat_arrays(columns).take(pa.array(order))
            data[name] = pd.array(taken, dtype=_TEXT)
        else:
            data[name] = np.concatenate(columns)[order]
    return pd.DataFrame(data, index=index)
