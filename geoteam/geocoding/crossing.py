"""Intersections: where two streets meet."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from geoteam.geocoding.clean import tokens
from geoteam.geocoding.decide import ACCEPT_AREA_SCORE
from geoteam.geocoding.grammar import AddressGrammar, ParsedAddress
from geoteam.geocoding.locate import Spot, metres_apart
from geoteam.geocoding.lookup import Lookup
from geoteam.geocoding.result import Result, matched, tied, unmatched
from geoteam.geocoding.street import read_street
from geoteam.model import AddressKind, MatchCode

CROSSING_M = 30.0
# Crossings of one pair of streets that lie this close are one place (dual carriageways, circles).
_ONE_PLACE_DEG = 0.0008
# Two crossings of one street farther apart are not the ends of one block.
_LONGEST_BLOCK_M = 500.0
_KIND = AddressKind.INTERSECTION.value


def _streets(
    look: Lookup, grammar: AddressGrammar, base: str, direction: str, name: str, quadrant: str
) -> tuple[list[int], float, str]:
    names = look.names(base, direction, name, quadrant)
    found: list[int] = []
    for candidate in names:
        known = look.by_base[candidate.base]
        if quadrant:
            found.extend(known[q] for q in (quadrant, "") if q in known)
        else:
            found.extend(known.values())
    why = names[0].why if names else ""
    return found, (names[0].score if names else 0.0), why


def _places(look: Lookup, pairs: Sequence[tuple[int, int]], score: float) -> list[Spot]:
    """List the places where pairs of streets meet, one for crossings that lie together."""
    parts = look.parts
    spots: list[Spot] = []
    for a, b in pairs:
        for row in look.crossings.get((min(a, b), max(a, b)), ()):
            lon, lat = float(parts.crossing_lon[row]), float(parts.crossing_lat[row])
            if any(max(abs(s.lon - lon) * 0.78, abs(s.lat - lat)) < _ONE_PLACE_DEG for s in spots):
                continue
            label = f"{look.labels[a]} & {look.labels[b]}"
            zips = tuple(parts.crossing_zips[row].tolist())
            code = MatchCode.STREET_INT.value
            spots.append(Spot(code, score, lon, lat, CROSSING_M, label, "", zips, ""))
    return spots


def match_between(
    look: Lookup, grammar: AddressGrammar, parsed: ParsedAddress, zip_code: int
) -> Result:
    """Place a block that lies between two crossings of its street.

    Parameters
    ----------
    look
        The reference's dictionaries.
    grammar
        The city's address habits.
    parsed
        A block with `street2` and `street3`.
    zip_code
        Its ZIP; 0 when unknown.

    Returns
    -------
    Result
        Matched half way when the street meets both at two places that are one block apart.
    """
    ends = [
        match_crossing(look, grammar, parsed.but(street2=other), zip_code)
        for other in (parsed.street2, parsed.street3)
    ]
    label = f"{parsed.street} {parsed.quadrant}".strip()
    label += f" BETWEEN {parsed.street2} AND {parsed.street3}"
    spots = []
    for a, b in product(*(end.candidates for end in ends)):
        apart = metres_apart(a, b)
        if CROSSING_M < apart <= _LONGEST_BLOCK_M:
            half = max(apart / 2, CROSSING_M)
            code, score = MatchCode.STREET_MID_BLOCK.value, min(a.score, b.score)
            middle = (a.lon + b.lon) / 2, (a.lat + b.lat) / 2
            spots.append(Spot(code, score, *middle, half, label, "", a.zips + b.zips, ""))
    if not spots:
        reason = f"The reference has no block of {label}."
        said = [end.reason for end in ends if end.status == "U"]
        return unmatched(parsed.kind, MatchCode.STREET_NAME, " ".join([reason, *said]))
    if len(spots) > 1:
        return tied(parsed.kind, spots, f"There are {len(spots)} blocks of {label}.")
    return matched(parsed.kind, spots[0], "It lies half way between the two crossings.")


def match_crossing(
    look: Lookup, grammar: AddressGrammar, parsed: ParsedAddress, zip_code: int
) -> Result:
    """Place an intersection.

    Parameters
    ----------
    look
        The reference's dictionaries.
    grammar
        The city's address habits.
    parsed
        An address of kind intersection.
    zip_code
        Its ZIP; 0 when unknown.

    Returns
    -------
    Result
        Matched when the streets meet at one place that agrees with every quadrant written.
    """
    other = read_street(tokens(parsed.street2), grammar)
    base2 = " ".join(p for p in (other.predirectional, other.name, other.type) if p)
    first, score1, why1 = _streets(
        look, grammar, parsed.street, parsed.predirectional, parsed.name, parsed.quadrant
    )
    second, score2, why2 = _streets(
        look, grammar, base2, other.predirectional, other.name, other.quadrant
    )
    for found, label in ((first, parsed.street), (second, base2)):
        if not found:
            reason = f"There is no street {label} in the reference."
            return unmatched(_KIND, MatchCode.NONE, reason)
    score = min(score1, score2)
    spots = _places(look, list(product(first, second)), score)
    why = " ".join(f"For one street, {w}." for w in (why1, why2) if w)
    if not spots:
        reason = f"{parsed.street} and {base2} do not meet in the reference. {why}".strip()
        return unmatched(_KIND, MatchCode.STREET_NAME, reason)
    if score < ACCEPT_AREA_SCORE:
        return tied(_KIND, spots, f"Here streets meet whose names are nearly so. {why}")
    written = bool(parsed.quadrant) + bool(other.quadrant) - parsed.quadrant_shared
    inferred = bool(grammar.quadrants) and written < 2
    if zip_code in look.known_zips:
        fitting = [spot for spot in spots if zip_code in spot.zips]
        if not fitting:
            reason = f"The ZIP {zip_code:05d} does not fit where these streets meet. {why}"
            return tied(_KIND, spots, reason.strip())
        narrowed = len(fitting) < len(spots)
        spots = fitting
    else:
        narrowed = False
    if len(spots) > 1:
        reason = f"These streets meet at {len(spots)} places. {why}".strip()
        return tied(_KIND, spots, reason)
    if inferred and written == 0 and zip_code not in look.known_zips:
        reason = "Neither street has a quadrant, and there is no ZIP to confirm the place."
        return matched(_KIND, spots[0], f"{reason} {why}".strip(), score=min(score, 85.0))
    said = "Both streets are named with their quadrants."
    if inferred and written:
        said = "The quadrant of one street follows from the other, which it meets only once."
    elif inferred:
        said = f"The quadrants are missing; the ZIP {zip_code:05d} leaves only this crossing."
    elif not grammar.quadrants:
        said = "The two streets meet once."
    if narrowed and written:
        said += f" The ZIP {zip_code:05d} decides between several crossings."
    points = min(score, 95.0) if inferred else score
    return matched(_KIND, spots[0], f"{said} {why}".strip(), score=points, inferred=inferred)
