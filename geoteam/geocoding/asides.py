"""Words beside an address that make it another one than where somebody lives now."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rapidfuzz.distance import OSA

from geoteam.geocoding.build import place_key
from geoteam.geocoding.grammar import AddressGrammar, ParsedAddress
from geoteam.geocoding.lookup import Lookup, metres
from geoteam.geocoding.result import Result
from geoteam.geocoding.words import ASIDE_WORDS, CORNERS, DIRECTIONS
from geoteam.model import AddressKind

# Said of an address that is not, or no longer, where somebody lives.
_OTHER = frozenset(
    {"FORMER", "FORMERLY", "PREVIOUS", "PREVIOUSLY", "PREV", "EX", "OLD", "WAS", "MOVED", "NOW"}
    | {"UNTIL", "AFTER", "NOT", "NEVER", "EVICTED", "VACATED", "LONGER", "BAD", "WRONG", "WORK"}
    | {"WORKS", "MAIL", "MAILING", "BUT", "OR", "VICTIM", "VICTIMS", "EMPLOYER", "DOESNT", "DONT"}
    | {"AVOID", "AWAY"}
)
# In front of an address: a place beside it.
_BESIDE = frozenset({"NEAR", "ACROSS", "BEHIND", "OPPOSITE", "BESIDE", "ADJACENT", "NEXT"})
# Said beside an address of the same address: what it is, whose it is, and where in the building.
_SAME_WORDS = """
ADDRESS HOME HOUSE RESIDENCE RES CURRENT PRESENT PERMANENT PRIMARY LEGAL VERIFIED CONFIRMED
LIVES LIVING STAYS STAYING RESIDES WITH AT HIS HER THEIR THE OF ON IN AND S
MOTHER FATHER PARENT SISTER BROTHER AUNT UNCLE COUSIN GRANDMOTHER GRANDFATHER GRANDPARENT MOM
DAD SON DAUGHTER WIFE HUSBAND SPOUSE PARTNER GIRLFRIEND BOYFRIEND FRIEND FAMILY FIANCE FIANCEE
APT APTS APARTMENT BUILDING BLDG COMPLEX CONDO CONDOMINIUM TOWNHOUSE ROWHOUSE DUPLEX TOWER
FLOOR FL LEVEL ROOM RM SUITE STE UNIT DOOR ENTRANCE ENTRY GATE BELL BUZZER STAIRS UPSTAIRS
DOWNSTAIRS UP DOWN LOWER UPPER TOP BOTTOM FRONT BACK REAR SIDE LEFT RIGHT MIDDLE CORNER INSIDE
BASEMENT ATTIC GARAGE ALLEY YARD USA US ADDR CLIENT CURRENTLY IS NUMBER NO NEW
"""
_SAME = frozenset(_SAME_WORDS.split())
# Said of mail, of a house or of a doubt.
_NOT_TOWNS = """
DECEASED DEAD REFUSED RETURN RETURNED SENDER UNDELIVERABLE FORWARD UNCLAIMED DEMOLISHED RAZED
VACANT EMPTY ABANDONED CLOSED CONDEMNED BURNED BURNT SOLD GONE UNKNOWN UNVERIFIED UNCONFIRMED
INCARCERATED JAIL JAILED PRISON HOSPITAL HOSPITALIZED STAY MAYBE POSSIBLY PROBABLY PERHAPS
UNSURE VERIFY CHECK PENDING SAYS CLAIMS
"""
_NO_TOWN = frozenset(_NOT_TOWNS.split())
_TOWN_WORDS = 3
# A place named beside an address confirms it when it is so near.
_BESIDE_M = 300.0
# A place named after a neighbourhood lies so near to the addresses of it.
_AROUND_M = 2_000.0
_ON_STREETS = (AddressKind.ADDRESS, AddressKind.BLOCK, AddressKind.INTERSECTION)
# Up to three digits tell where in a building; a year, a date or another house number does not.
_UNIT = re.compile(r"\d{1,3}(?:[A-Z]{1,2})?|\d{4}[A-Z]|[A-Z]{1,2}-?\d{1,4}")
_ANOTHER = re.compile(r"\b\d+[A-Z]? [A-Z0-9]")


def doubt_of(
    parsed: ParsedAddress, found: Result, zip_code: int, look: Lookup, grammar: AddressGrammar
) -> str:
    """Tell whether the words beside an address leave open whether it is the one meant.

    Parameters
    ----------
    parsed
        An address with its leftover words in ``place``, and those behind it in ``behind``.
    found
        Where it was found.
    zip_code
        Its ZIP; 0 when unknown.
    look
        The reference's dictionaries.
    grammar
        The city's address habits.

    Returns
    -------
    str
        Why it is in doubt; '' when it is not.
    """
    if parsed.kind not in _ON_STREETS or not parsed.place:
        return ""
    front, behind = _sides(parsed)
    if not front and not behind:
        return ""
    doubt = _other_address(parsed, front, behind)
    if doubt:
        return doubt
    here = parsed.city or parsed.state in grammar.states or zip_code in look.known_zips
    for strange, town in (
        (strange_words(front), False),
        (strange_words(behind), _may_be_town(strange_words(behind))),
    ):
        if not strange or _is_city(strange, grammar) or _is_beside(strange, found, look):
            continue
        if town and not here:
            return f"{strange!r} behind the address may be another town; add the state or the ZIP"
        if not town or not _is_around(strange, found, look):
            return f"words beside the address: {strange}; check whether the client lives there"
    return ""


def _sides(parsed: ParsedAddress) -> tuple[list[str], list[str]]:
    """Part the words in front of an address from those behind it."""
    words, behind = ([w for w in t.split() if w != ","] for t in (parsed.place, parsed.behind))
    return words[: len(words) - len(behind)], behind


def _other_address(parsed: ParsedAddress, front: list[str], behind: list[str]) -> str:
    words = front + behind
    other = [word for word in words if word in _OTHER]
    # "NO 1200" is a number, "1200 H ST NE NO" an answer.
    other += ["NO"] if "NO" in behind or "NO" in front[:-1] else []
    other += [word for word in front if word in _BESIDE]
    if words[-1] in _BESIDE or "NEXT DOOR" in parsed.place:
        other += [word for word in words if word in _BESIDE]
    if other:
        said = other[0].lower()
        return f"the word {said!r} beside the address may mean that it is not this one"
    quadrants = _corners(words) - {parsed.quadrant}
    if quadrants:
        return f"the text names {parsed.quadrant} and {' and '.join(sorted(quadrants))}"
    if _ANOTHER.search(parsed.place):
        return "beside the address stands what may be another one"
    return ""


def _corners(words: list[str]) -> set[str]:
    """Read the quadrants that stand first, one behind the other: NW, / N W, OR SE."""
    found: set[str] = set()
    rest = [word for word in words if word[0].isalnum() and word != "AND"]
    while rest:
        size = 1 if rest[0] in CORNERS else 2
        code = CORNERS.get("".join(rest[:size]))
        if code is None:
            break
        found.add(code)
        rest = rest[size:]
    return found


def strange_words(words: list[str]) -> str:
    """Find words beside an address that say neither whose it is nor where in the building.

    Parameters
    ----------
    words
        Words in front of the address or behind it.

    Returns
    -------
    str
        All of them up to "near" and the like; '' where every one says so.
    """
    words = [word for word in words if word[0].isalnum()]
    for at, word in enumerate(words):
        if word in ASIDE_WORDS:
            words = words[:at]
            break
    known = all(
        not {word, word.removesuffix("S")}.isdisjoint(_SAME)
        or word in CORNERS
        or word in DIRECTIONS
        or _UNIT.fullmatch(word)
        for word in words
    )
    return "" if known else " ".join(words)


def _may_be_town(words: str) -> bool:
    """Tell whether words look like a name, and say nothing of mail or of a doubt."""
    parts = words.split()
    names = all(word.isalpha() and len(word) > 1 and word not in _NO_TOWN for word in parts)
    return names and len(parts) <= _TOWN_WORDS


def _is_city(words: str, grammar: AddressGrammar) -> bool:
    """Tell whether words are nearly a name of the city: up to one letter in five is another."""
    names = (" ".join(name) for name in grammar.city_words)
    return any(OSA.distance(words, name) <= len(name) // 5 for name in names)


def _is_beside(words: str, found: Result, look: Lookup) -> bool:
    """Tell whether words name a place of the reference where the address was found."""
    return _near(look, look.places.get(place_key(words), ()), found, _BESIDE_M)


def _is_around(words: str, found: Result, look: Lookup) -> bool:
    """Tell whether words are a neighbourhood: places around are named after it."""
    return _near(look, look.places_with(place_key(words)), found, _AROUND_M)


def _near(look: Lookup, rows: Iterable[int], found: Result, within_m: float) -> bool:
    parts = look.parts
    places = ((float(parts.place_lon[row]), float(parts.place_lat[row])) for row in rows)
    return any(metres(*at, found.lon, found.lat) <= within_m for at in places)
