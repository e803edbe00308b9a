"""Named places and ZIP areas."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from rapidfuzz import fuzz, process

from geoteam.geocoding.build import place_key
from geoteam.geocoding.clean import tokens
from geoteam.geocoding.grammar import AddressGrammar, ParsedAddress
from geoteam.geocoding.locate import Spot, metres_apart
from geoteam.geocoding.lookup import Lookup, Name, metres
from geoteam.geocoding.result import Result, matched, tied, unmatched
from geoteam.geocoding.tail import cut_tail
from geoteam.model import AddressKind, MatchCode

PLACE_M = 30.0
ONE_PLACE_M = 100.0
POSTAL_SCORE = 30.0
NEARLY_SCORE = 85.0
_NEARLY = 88.0
CIRCLE_SCORE = 89.0
# Words of the categories of places where people live or stay overnight.
_HOMES = frozenset(
    {"shelter", "housing", "halfway", "homeless", "residence", "residential", "residences"}
    | {"apartment", "apartments", "dormitory", "hostel", "hotel", "motel", "inn", "lodging"}
    | {"hospital", "hospice", "clinic", "treatment", "rehabilitation", "rehab", "recovery"}
    | {"detox", "nursing", "mental", "health", "reentry", "prison", "jail", "detention"}
)
# Streets that are one place, and how far their crossings lie from the middle at most.
_ROUND, _ROUND_M = ("CIRCLE", "SQUARE", "PLAZA"), 300.0


def postal(look: Lookup, zip_code: int) -> Spot | None:
    """Return the middle of a ZIP area.

    Parameters
    ----------
    look
        The reference's dictionaries.
    zip_code
        The ZIP; 0 when unknown.

    Returns
    -------
    Spot or None
        The area's centre with its radius; None for a ZIP that the reference does not have.
    """
    row = look.zip_rows.get(zip_code, -1)
    if row < 0:
        return None
    parts = look.parts
    return Spot(
        MatchCode.POSTAL.value,
        POSTAL_SCORE,
        float(parts.zip_lon[row]),
        float(parts.zip_lat[row]),
        float(parts.zip_radius_m[row]),
        f"ZIP {zip_code:05d}",
        "",
        (zip_code,),
        "",
    )


def _spot(look: Lookup, row: int, score: float) -> Spot:
    parts = look.parts
    return Spot(
        MatchCode.PLACE.value,
        score,
        float(parts.place_lon[row]),
        float(parts.place_lat[row]),
        PLACE_M,
        str(parts.place_name[row]).upper(),
        str(parts.place_ref[row]),
        (),
        "",
    )


def circle(look: Lookup, parsed: ParsedAddress, names: Sequence[Name]) -> Spot | None:
    """Place a traffic circle or square that is named without a house number.

    Parameters
    ----------
    look
        The reference's dictionaries.
    parsed
        An address with a street and no number.
    names
        The streets that it can mean.

    Returns
    -------
    Spot or None
        The middle of its crossings, too uncertain to be accepted; None where it is no circle, or
        has no crossings, or they lie far apart.
    """
    if parsed.type not in _ROUND:
        return None
    parts = look.parts
    known = look.by_base[names[0].base]
    streets = [s for q, s in known.items() if not parsed.quadrant or q in (parsed.quadrant, "")]
    at = np.isin(parts.crossing_a, streets) | np.isin(parts.crossing_b, streets)
    if not at.any() or len(names) > 1:
        return None
    lon, lat = parts.crossing_lon[at], parts.crossing_lat[at]
    middle = (float(np.median(lon)), float(np.median(lat)))
    radius = max(metres(*middle, float(x), float(y)) for x, y in zip(lon, lat, strict=True))
    if radius > _ROUND_M:
        return None
    why = "only the circle is named; this is the middle of its crossings"
    zips = tuple(parts.crossing_zips[at].ravel().tolist())
    score = min(CIRCLE_SCORE, names[0].score)
    label = look.labels[streets[0]] if len(streets) == 1 else names[0].base
    return Spot(MatchCode.PLACE.value, score, *middle, radius + PLACE_M, label, "", zips, why)


def whole_name(look: Lookup, line: str, grammar: AddressGrammar) -> str:
    """Find the place that a whole text names, letter by letter.

    Parameters
    ----------
    look
        The reference's dictionaries.
    line
        A cleaned text, with or without city, state and ZIP.
    grammar
        The city's address habits.

    Returns
    -------
    str
        The name as the reference's keys have it; '' when it is none.
    """
    words = tokens(line)
    for text in (words, cut_tail(words, grammar).rest) if words else ():
        key = place_key(" ".join(text))
        if key in look.places:
            return key
    return ""


def places_with(look: Lookup, name: str) -> list[Spot]:
    """List the places with a name in theirs, for a person to choose from.

    Parameters
    ----------
    look
        The reference's dictionaries.
    name
        Words as typed.

    Returns
    -------
    list of Spot
        None of them scores enough to be accepted.
    """
    return [_spot(look, row, NEARLY_SCORE) for row in look.places_with(place_key(name))]


def _longer(look: Lookup, key: str) -> list[int]:
    """List the places whose names begin with another place's whole name."""
    rows: list[int] = []
    keys = look.place_keys
    for at in range(bisect_right(keys, key + " "), len(keys)):
        if not keys[at].startswith(key + " "):
            break
        rows.extend(look.places[keys[at]])
    return rows


def _lived_in(look: Lookup, rows: Sequence[int]) -> bool:
    """Tell whether people live in one of these places, by the words of its category."""
    parts = look.parts
    words = {word for row in rows for word in re.split(r"\W|_", parts.place_category[row].lower())}
    return not words.isdisjoint(_HOMES) or any(bool(parts.place_shelter[row]) for row in rows)


def match_place(look: Lookup, parsed: ParsedAddress, zip_code: int) -> Result:
    """Place a named place, or a text that is only a ZIP.

    Parameters
    ----------
    look
        The reference's dictionaries.
    parsed
        An address of kind place or shelter.
    zip_code
        Its ZIP; 0 when unknown.

    Returns
    -------
    Result
        A place is matched when its name is in the reference once, letter by letter. A name that is
        only nearly so, of one word, or of a place where people do not live scores below what is
        accepted; one that begins the names of other places ties with them.
    """
    area = postal(look, zip_code)
    key = place_key(parsed.place)
    if not key:
        if area is None:
            return unmatched(parsed.kind, MatchCode.NONE, "There is no address in the text.")
        reason = "There is only a ZIP; this is the middle of its area."
        return matched(parsed.kind, area, reason)
    score, why = 96.0, "The place is in the reference by this name."
    rows = look.places.get(key, [])
    others = _longer(look, key) if rows else []
    if rows and " " not in key:
        score, why = NEARLY_SCORE, "One word may name more than the place of the reference."
    if not rows and len(key) >= 6:
        near = process.extractOne(key, look.place_keys, scorer=fuzz.ratio, score_cutoff=_NEARLY)
        if near is not None:
            rows, score = look.places[near[0]], NEARLY_SCORE
            why = "The name is nearly that of a place in the reference."
    if not rows:
        what = "shelter" if parsed.kind == AddressKind.SHELTER else "place"
        reason = f"There is no {what} of that name in the reference, and no address."
        return unmatched(parsed.kind, MatchCode.NONE, reason, [area] if area else [])
    shelter = any(bool(look.parts.place_shelter[row]) for row in rows)
    kind = AddressKind.SHELTER.value if shelter else parsed.kind
    spots = [_spot(look, row, score) for row in rows]
    if max(metres_apart(spots[0], spot) for spot in spots) > ONE_PLACE_M:
        return tied(kind, spots, "Several places of the reference have this name.")
    places = spots[:1]
    for other in (_spot(look, row, NEARLY_SCORE) for row in others):
        if all(metres_apart(other, spot) > ONE_PLACE_M for spot in places):
            places.append(other)
    if len(places) > 1:
        reason = "The names of other places of the reference begin with this name."
        return tied(kind, places, reason)
    if not _lived_in(look, rows):
        score = min(score, NEARLY_SCORE)
        what = str(look.parts.place_category[rows[0]]).replace("_", " ")
        why += f" It is listed as {what!r}, where people seldom live; ask where this person stays."
    return matched(kind, spots[0]._replace(score=score), why)
