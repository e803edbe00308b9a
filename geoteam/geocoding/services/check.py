"""What a service offers counts only when it is what the text says, by our own rules."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pandas as pd

from geoteam.geocoding.grammar import ParsedAddress
from geoteam.geocoding.index import ReferenceIndex
from geoteam.geocoding.locate import split_number
from geoteam.geocoding.lookup import SAME_PLACE_M, Name, metres
from geoteam.geocoding.parse import parse_address
from geoteam.geocoding.services.answer import Answer, Found, Outcome
from geoteam.geocoding.services.question import zip_of
from geoteam.model import AddressKind, MatchCode, MatchStatus

AGREES_SCORE = 100.0
# Least score of a name that is the same street under another name.
ALIAS_SCORE = 98.0
# As for our own reference: an inferred quadrant on an interpolated place is two guesses at once.
INTERPOLATED_SCORE = 92.0
INFERRED_SCORE = 95.0
INFERRED_AREA_SCORE = 89.0
OFFERED_SCORE = 50.0
MOST_CANDIDATES = 5
_NO_HOUSE = "it is no house number"
_OUTSIDE = "it lies outside the city"
# What a service's answer changes of a geocode.
_CHANGED = (
    "status", "match_code", "score", "lon", "lat", "uncertainty_m", "matched_address",
    "reference_id", "inferred", "reason", "candidates",
)  # fmt: skip
_NO_PLACE: dict[str, Any] = {
    "status": MatchStatus.TIE.value,
    "score": 80.0,
    "lon": math.nan,
    "lat": math.nan,
    "uncertainty_m": math.nan,
    "matched_address": "",
    "reference_id": "",
    "inferred": False,
}
_PINS = (MatchCode.POINT_ADDRESS, MatchCode.STREET_ADDRESS)

Inside = Callable[[float, float], bool]


class _Checked(NamedTuple):
    """A place of a service with its score, or with why it does not count."""

    found: Found
    score: float
    inferred: bool
    fault: str
    # The address as our own grammar writes it; '' when it is none.
    label: str


class _Rules:
    """The rules for one city.

    Parameters
    ----------
    index
        The address reference.
    inside
        Tells whether a point lies in the city.
    """

    def __init__(self, index: ReferenceIndex, inside: Inside) -> None:
        self._grammar = index.grammar
        self._look = index.lookup
        self._inside = inside

    def check(self, text: str, zip_code: str, found: Found) -> _Checked:
        """Compare what a service offers with what the text says."""
        said = parse_address(text, self._grammar)
        meant = parse_address(found.address, self._grammar)
        code = zip_of(said, zip_code)
        street = self._street(said, meant)
        fault = found.doubt or self._place(found) or self._words(said, meant, street, code)
        inferred = bool(self._grammar.quadrants) and not said.quadrant
        exact = found.match_code is MatchCode.POINT_ADDRESS
        score = street if exact else street - (AGREES_SCORE - INTERPOLATED_SCORE)
        if inferred:
            score = min(score, INFERRED_SCORE if exact else INFERRED_AREA_SCORE)
        label = " ".join(p for p in (meant.number, meant.street, meant.quadrant) if p)
        return _Checked(found, OFFERED_SCORE if fault else score, inferred, fault, label)

    def _place(self, found: Found) -> str:
        if found.match_code not in _PINS:
            return _NO_HOUSE
        return "" if self._inside(found.lon, found.lat) else _OUTSIDE

    def _words(self, said: ParsedAddress, meant: ParsedAddress, street: float, code: str) -> str:
        if meant.kind != AddressKind.ADDRESS or not meant.number:
            return _NO_HOUSE
        if split_number(said.number) != split_number(meant.number):
            return "the house number is another one"
        if not street:
            return "the street is another one"
        theirs = meant.zip[:5]
        if code and theirs and code != theirs:
            return "the ZIP is another one"
        if not self._grammar.quadrants:
            same = said.quadrant == meant.quadrant or not said.quadrant
            return "" if same else "the direction is another one"
        if said.quadrant:
            return "" if said.quadrant == meant.quadrant else "the quadrant is another one"
        if not code or code != theirs:
            return "the text names no quadrant, and no ZIP confirms this one"
        if self._others(meant, int(code)):
            return "the text names no quadrant, and the ZIP leaves more than one"
        return ""

    def _street(self, said: ParsedAddress, meant: ParsedAddress) -> float:
        """Score how surely two streets are one, by our own reading; 0 when they are not."""
        if said.street == meant.street:
            return AGREES_SCORE
        ours = self._names(said)
        exact = {name.base for name in self._names(meant) if name.score >= ALIAS_SCORE}
        if len(ours) == 1 and ours[0].base in exact | {meant.street}:
            return ours[0].score
        return 0.0

    def _names(self, parsed: ParsedAddress) -> Sequence[Name]:
        return self._look.names(parsed.street, parsed.predirectional, parsed.name, parsed.quadrant)

    def _others(self, meant: ParsedAddress, code: int) -> bool:
        """Tell whether the street exists in another quadrant of the same ZIP."""
        bases = {meant.street, *(name.base for name in self._names(meant))}
        return any(
            quadrant != meant.quadrant and code in self._look.street_zips.get(street, ())
            for base in bases
            for quadrant, street in self._look.by_base.get(base, {}).items()
        )


def check_answers(
    base: pd.DataFrame,
    texts: pd.Series,
    zips: pd.Series,
    answers: Sequence[Answer],
    index: ReferenceIndex,
    inside: Inside,
    *,
    name: str,
    title: str,
) -> pd.DataFrame:
    """Turn a service's answers into geocodes.

    Parameters
    ----------
    base
        Our own geocodes of the same texts, contract ``GEOCODES``.
    texts, zips
        Address texts and ZIP codes, aligned with `base`.
    answers
        One a row of `base`.
    index
        The address reference.
    inside
        Tells whether a point (longitude, latitude in EPSG:4326) lies in the city.
    name, title
        The service's, for the column ``service`` and for reasons.

    Returns
    -------
    DataFrame
        `base` with what the service adds, with the columns ``service`` and ``agrees``. A row agrees
        when number, street, quadrant and ZIP do not contradict the text and the place is in the
        city; it is matched, or a tie when the service offers several such places. Every other row
        stays as it was, with what the service offers among its candidates; a tie that names no
        places makes it a tie. The reason of each row names the service.
    """
    rules = _Rules(index, inside)
    rows = zip(base.to_dict("records"), texts, zips, answers, strict=True)
    cells = [
        _cells(row, [rules.check(text, code, one) for one in answer.found], answer.outcome, title)
        for row, text, code, answer in rows
    ]
    out = base.assign(agrees=False, service="")
    out["service"] = out["service"].astype("str")
    for column in ("service", "agrees", *_CHANGED):
        values = [{"service": name, **cell}[column] for cell in cells]
        out[column] = pd.Series(values, index=out.index, dtype=out[column].dtype)
    return out


def _cells(
    row: dict[Any, Any], checked: Sequence[_Checked], outcome: Outcome, title: str
) -> dict[str, Any]:
    checked = [_beside(row, one) for one in checked]
    good = [one for one in checked if not one.fault]
    kept = {column: row[column] for column in _CHANGED} | {"agrees": False}
    if not good:
        lines = [f"{title} offers {_shown(o)}, but {o.fault}." for o in checked[:2]]
        if outcome is Outcome.TIE:
            lines = [f"{title} says that several places fit, and does not name them."]
        offered = [_candidate(one) for one in checked if one.fault != _OUTSIDE]
        return (
            kept
            | (_NO_PLACE if outcome is Outcome.TIE else {})
            | {
                "reason": " ".join([row["reason"], *(lines or [f"{title} found nothing."])]),
                "candidates": [*row["candidates"], *offered][:MOST_CANDIDATES],
            }
        )
    best = good[0]
    others = [
        one
        for one in good[1:]
        if metres(best.found.lon, best.found.lat, one.found.lon, one.found.lat) > SAME_PLACE_M
    ]
    if others:
        return (
            kept
            | _NO_PLACE
            | {
                "match_code": best.found.match_code.value,
                "reason": f"{title} has this address at more than one place.",
                "candidates": [_candidate(one) for one in (best, *others)][:MOST_CANDIDATES],
            }
        )
    agree = "the ZIP confirms the quadrant" if best.inferred else "all that the text says agrees"
    return kept | {
        "status": MatchStatus.MATCHED.value,
        "match_code": best.found.match_code.value,
        "score": best.score,
        "lon": best.found.lon,
        "lat": best.found.lat,
        "uncertainty_m": best.found.uncertainty_m,
        "matched_address": best.label,
        "reference_id": best.found.reference_id,
        "inferred": best.inferred,
        "reason": f"{title} has this address, and {agree}.",
        "candidates": [_candidate(best)],
        "agrees": True,
    }


def _beside(row: dict[Any, Any], one: _Checked) -> _Checked:
    """Refuse a place far from where our own reference has the address."""
    if one.fault or row["status"] != MatchStatus.MATCHED.value:
        return one
    apart_m = metres(row["lon"], row["lat"], one.found.lon, one.found.lat)
    if not apart_m > 2 * (row["uncertainty_m"] + one.found.uncertainty_m):
        return one
    why = f"it lies {apart_m:,.0f} m from where the address reference has it"
    return one._replace(fault=why, score=OFFERED_SCORE)


def _shown(one: _Checked) -> str:
    return one.label or "a place"


def _candidate(one: _Checked) -> dict[str, Any]:
    return {
        "address": _shown(one),
        "lon": one.found.lon,
        "lat": one.found.lat,
        "score": one.score,
        "match_code": one.found.match_code.value,
        "reference_id": one.found.reference_id,
        "uncertainty_m": one.found.uncertainty_m,
    }
