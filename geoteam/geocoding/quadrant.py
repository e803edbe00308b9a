"""A missing quadrant: what the ZIP can tell, and what stays open."""

from __future__ import annotations

from typing import NamedTuple

from geoteam.geocoding.grammar import ParsedAddress
from geoteam.geocoding.locate import Spot, metres_apart
from geoteam.geocoding.lookup import Lookup, Name, metres
from geoteam.geocoding.result import Result, matched, tied, unmatched
from geoteam.model import AddressKind, MatchCode

INFERRED_SCORE = 95.0
# An interpolated number in an inferred quadrant is two guesses at once.
INFERRED_AREA_SCORE = 89.0
UNCONFIRMED_SCORE = 88.0
# A name that scores less had to be changed to be found; of this one only the type is missing.
TYPE_MISSING = 97.0


# Blocks of a street that divides quadrants have none; on both sides they lie so near.
SAME_BLOCK_M = 100.0
# The blocks of its two sides lie so near; so many must, and this share of them.
_BESIDE_M, _SIDE_BY_SIDE, _NEARLY_ALL = 150.0, 3, 0.8


class Found(NamedTuple):
    """A street that the text can mean and, when known, the place on it."""

    street: int
    quadrant: str
    name: Name
    spot: Spot | None


def sentence(*parts: str) -> str:
    """Join parts of a reason into sentences.

    Parameters
    ----------
    *parts
        Clauses without capital or full stop; empty ones are left out.

    Returns
    -------
    str
        Sentences.
    """
    return " ".join(p[0].upper() + p[1:] + ("" if p.endswith(".") else ".") for p in parts if p)


def joint_score(spot: Spot, name: Name) -> float:
    """Score a place on a street whose name itself is not certain.

    Parameters
    ----------
    spot
        The place.
    name
        The street's name with its score.

    Returns
    -------
    float
        0 to 100.
    """
    return max(spot.score - (100.0 - name.score), 0.0)


def twin_of(look: Lookup, spot: Spot) -> Spot | None:
    """Find another point of the same address at another place.

    Parameters
    ----------
    look
        The reference's dictionaries.
    spot
        A place.

    Returns
    -------
    Spot or None
        None when the address stands once, or its points lie together.
    """
    row = look.twin.get(spot.row, -1)
    if row < 0:
        return None
    return spot._replace(lon=look.lon[row], lat=look.lat[row], reference_id=look.ids[row])


def divides(look: Lookup, found: list[Found]) -> bool:
    """Tell whether two streets of one name are the two sides of one that divides quadrants.

    Parameters
    ----------
    look
        The reference's dictionaries.
    found
        The street in each quadrant.

    Returns
    -------
    bool
        True when the hundred-blocks that both have lie side by side, nearly all of them.
    """
    if len(found) != 2:
        return False
    parts = look.parts
    first, second = (
        {look.block_low[row] // 100: row for row in look.blocks.get(f.street, ())} for f in found
    )
    shared = [(first[hundred], second[hundred]) for hundred in first.keys() & second.keys()]
    lon, lat = parts.block_lon, parts.block_lat
    apart = [metres(lon[a], lat[a], lon[b], lat[b]) for a, b in shared]
    beside = sum(distance <= _BESIDE_M for distance in apart)
    return len(shared) >= _SIDE_BY_SIDE and beside >= _NEARLY_ALL * len(shared)


def missing_quadrant(
    look: Lookup, parsed: ParsedAddress, zip_code: int, found: list[Found]
) -> Result:
    """Match an address whose quadrant is missing: only the ZIP may settle it.

    Parameters
    ----------
    look
        The reference's dictionaries.
    parsed
        The address.
    zip_code
        Its ZIP; 0 when unknown.
    found
        The street in each quadrant, with the place of the number where it is known.

    Returns
    -------
    Result
        Matched and flagged as inferred when exactly one quadrant has the number in that ZIP and no
        other can have it; else a tie, or a match that scores too low to be accepted.
    """
    quadrants = " and ".join(sorted({f.quadrant for f in found if f.quadrant}))
    said = f"the quadrant is missing and the street exists in {quadrants or 'no quadrant'}"
    why = found[0].name.why
    hits = [f for f in found if f.spot is not None]
    open_too = {f.quadrant for f in found} - {f.quadrant for f in hits} - {""}
    if hits and open_too:
        held = " and ".join(sorted({f.quadrant for f in hits if f.quadrant})) or "no quadrant"
        said += f"; the number or its hundred-block is known only in {held}, "
        said += f"but {' and '.join(sorted(open_too))} cannot be ruled out"
    if not hits:
        reason = "the house number is in none of them"
        return unmatched(
            parsed.kind, MatchCode.STREET_NAME, sentence(why, said, reason), score=50.0
        )
    spots = [f.spot for f in hits if f.spot is not None]
    apart = max(metres_apart(spots[0], spot) for spot in spots)
    block = parsed.kind == AddressKind.BLOCK
    if block and ((len(spots) > 1 and apart <= SAME_BLOCK_M) or divides(look, found)):
        both = "the street divides the quadrants here"
        side = spots[0]._replace(uncertainty_m=max(spots[0].uncertainty_m, apart))
        return matched(parsed.kind, side, sentence(parsed.note, why, both, side.why))
    if found[0].name.score < TYPE_MISSING:
        return tied(parsed.kind, spots, sentence(why, said, "the name is not certain"))
    if zip_code not in look.known_zips:
        ask = "there is no ZIP to tell which" if not zip_code else "the ZIP does not tell which"
        if len(found) == 1:
            where = quadrants or "one place"
            only = f"the quadrant is missing; the street is known only in {where}"
            score = min(UNCONFIRMED_SCORE, joint_score(spots[0], found[0].name))
            return matched(
                parsed.kind, spots[0], sentence(why, only, "no ZIP confirms it"), score=score
            )
        return tied(parsed.kind, spots, sentence(why, said, ask))
    strong = [f for f in hits if f.spot is not None and zip_code in f.spot.zips]
    weak = [f for f in found if f.spot is None and zip_code in look.street_zips.get(f.street, ())]
    if (
        len(strong) == 1
        and not weak
        and strong[0].quadrant
        and len({f.name.base for f in found}) == 1
    ):
        spot = strong[0].spot
        assert spot is not None
        only = f"the ZIP {zip_code:05d} leaves only {strong[0].quadrant}"
        twin = twin_of(look, spot)
        if twin is not None:
            two = f"the reference has {spot.address} at two places"
            return tied(parsed.kind, [spot, twin], sentence(why, said + "; " + only, two))
        exact = spot.code == MatchCode.POINT_ADDRESS
        rivals = [s for s in spots if s.row < 0 and s is not spot]
        if exact and rivals:
            # One ZIP in seventy is wrong: it does not settle which of two hundred-blocks is meant.
            open_ = f"the hundred-block of {rivals[0].address} may hold the number too"
            return tied(parsed.kind, [spot, *rivals], sentence(why, said + "; " + only, open_))
        limit = INFERRED_SCORE if exact else INFERRED_AREA_SCORE
        score = min(limit, joint_score(spot, strong[0].name))
        reason = sentence(parsed.note, why, said + "; " + only, spot.why)
        return matched(parsed.kind, spot, reason, score=score, inferred=True)
    fits = [f.spot for f in strong if f.spot is not None] or spots
    ask = f"the ZIP {zip_code:05d} fits " + ("more than one" if strong else "none of them")
    if len(strong) == 1:
        ask = f"the ZIP {zip_code:05d} does not rule out the others"
    return tied(parsed.kind, fits, sentence(why, said, ask))


def wrong_quadrant(parsed: ParsedAddress, elsewhere: list[Found]) -> Result:
    """Offer an address in the other quadrants of its street, which is not in the written one.

    Parameters
    ----------
    parsed
        The address.
    elsewhere
        The street in each quadrant.

    Returns
    -------
    Result
        Unmatched, with the places of the number.
    """
    quadrants = " and ".join(sorted({f.quadrant for f in elsewhere if f.quadrant}))
    spots = [f.spot._replace(score=60.0) for f in elsewhere if f.spot is not None]
    reason = f"{elsewhere[0].name.base} is not in {parsed.quadrant}; it exists in {quadrants}"
    return unmatched(
        parsed.kind,
        MatchCode.STREET_NAME,
        sentence(elsewhere[0].name.why, reason),
        spots,
        score=50.0,
    )
