"""Named places and ZIP areas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rapidfuzz import fuzz, process

from geoteam.geocoding.build import place_key
from geoteam.geocoding.grammar import ParsedAddress
from geoteam.geocoding.locate import Spot, metres_apart
from geoteam.geocoding.lookup import Lookup, Name, metres
from geoteam.geocoding.result import Result, matched, tied, unmatched
from geoteam.model import AddressKind, MatchCode

PLACE_M = 30.0
ONE_PLACE_M = 100.0
POSTAL_SCORE = 30.0
NEARLY_SCORE = 85.0
_NEARLY = 88.0
CIRCLE_SCORE = 89.0
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
        A place is matched when its name is in the reference once, letter by letter; a name that is
        only nearly so scores below what is accepted.
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
    if rows and " " not in key:
        score, why = NEARLY_SCORE, "One word may name more than the place of the reference."
    if not rows and len(key) >= 6:
        near = process.extractOne(key, list(look.places), scorer=fuzz.ratio, score_cutoff=_NEARLY)
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
    return matched(kind, spots[0], why)
