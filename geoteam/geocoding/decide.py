"""What may be used without a person looking at it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geoteam.frames import GEOCODES, check_frame
from geoteam.model import AddressKind, MatchCode, MatchStatus

ACCEPT_SCORE = 94.0
# An interpolated, block or intersection match on a street that was named without doubt.
ACCEPT_AREA_SCORE = 90.0

_POINTS = (MatchCode.POINT_ADDRESS.value, MatchCode.PLACE.value)
_AREAS = (
    MatchCode.STREET_ADDRESS.value,
    MatchCode.STREET_MID_BLOCK.value,
    MatchCode.STREET_INT.value,
)
_NO_PIN = (
    AddressKind.NO_FIXED_ADDRESS.value,
    AddressKind.OUTSIDE.value,
    AddressKind.PO_BOX.value,
    AddressKind.INVALID.value,
)


def decide(
    geocodes: pd.DataFrame,
    ambiguous: NDArray[np.bool_],
    *,
    units: pd.Series | None = None,
    accept_score: float = ACCEPT_SCORE,
    accept_area_score: float = ACCEPT_AREA_SCORE,
) -> pd.DataFrame:
    """Decide which results are used, which a person reviews, and which have no place.

    Parameters
    ----------
    geocodes
        Contract ``GEOCODES``.
    ambiguous
        One flag a row: the circle of the uncertainty crosses into another unit.
    units
        One text a row: the codes that the circle touches, comma separated; named in the reason of
        what waits because of them.
    accept_score, accept_area_score
        Least score of a point or place, and of an interpolated, block or intersection match, that
        is accepted.

    Returns
    -------
    DataFrame
        On the same index: ``decision`` (``accepted``, ``review`` or ``unplaceable``) and
        ``reason``, the geocoder's own reason with that of the decision.
    """
    check_frame(geocodes, GEOCODES)
    status, code = geocodes["status"], geocodes["match_code"]
    score, kind = geocodes["score"], geocodes["kind"]
    crosses = pd.Series(np.asarray(ambiguous, dtype=np.bool_), index=geocodes.index)
    is_match = (status == MatchStatus.MATCHED.value) & geocodes["lon"].notna()
    no_pin = kind.isin(_NO_PIN)
    candidates = geocodes["candidates"].map(len)
    place = code == MatchCode.PLACE.value
    point = is_match & code.isin(_POINTS) & (score >= accept_score) & ~(place & crosses)
    area = is_match & code.isin(_AREAS) & (score >= accept_area_score)
    accepted = (point | (area & ~crosses)) & ~no_pin
    unplaceable = no_pin & (candidates == 0)
    crossing = (area | (is_match & place)) & crosses
    decision = np.select([accepted, unplaceable], ["accepted", "unplaceable"], "review")
    unmatched = status == MatchStatus.UNMATCHED.value
    why = np.select(
        [
            point & ~no_pin,
            accepted,
            unplaceable,
            unmatched & (candidates == 0),
            unmatched | (status == MatchStatus.TIE.value),
            crossing,
            code == MatchCode.POSTAL.value,
        ],
        [
            "It is a known point.",
            "Wherever in its circle of uncertainty it lies, the area is the same.",
            "It has no place on the map.",
            "No place was found; correct the address.",
            _choice_words(candidates),
            _crossing_words(crossing, units),
            "Only the ZIP is known; ask for the street and the house number.",
        ],
        "The match is not certain enough; confirm it or correct the address.",
    )
    return pd.DataFrame(
        {
            "decision": pd.array(list(decision), dtype="str"),
            "reason": (geocodes["reason"].to_numpy() + " " + why).astype(str),
        },
        index=geocodes.index,
    )


def _choice_words(candidates: pd.Series) -> NDArray[np.object_]:
    """Say what a person does with the candidates of each row."""
    words = np.full(len(candidates), "", dtype=object)
    words[:] = "There is one candidate: confirm it or correct the address."
    for at in np.flatnonzero(candidates > 1).tolist():
        count = candidates.iloc[at]
        words[at] = f"There are {count} candidates: choose one or correct the address."
    return words


def _crossing_words(crossing: pd.Series, units: pd.Series | None) -> str | NDArray[np.object_]:
    """Say into which areas each circle crosses, where they are known."""
    words = "The circle of its uncertainty crosses into another area"
    remedy = "confirm the place or move the pin."
    if units is None:
        return f"{words}; {remedy}"
    told = np.full(len(crossing), f"{words}; {remedy}", dtype=object)
    at = np.flatnonzero(crossing)
    told[at] = [f"{words}: {text.replace(',', ' or ')}; {remedy}" for text in units.iloc[at]]
    return told
