"""House numbers that may be others: a second one in the text, and a letter for a digit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from geoteam.geocoding.grammar import ParsedAddress
from geoteam.geocoding.locate import Spot, split_number
from geoteam.geocoding.lookup import Lookup, Name
from geoteam.geocoding.quadrant import sentence
from geoteam.geocoding.result import Result, tied, unmatched
from geoteam.model import MatchCode

# Where an address can be.
Places = Callable[[ParsedAddress], list[Spot]]
# A bare number behind an address that is so near to the house number may be one too.
_NEAR_NUMBERS = 100
# Letters that are typed for a digit; no door carries them unless the reference says so.
_LETTER_FOR_DIGIT = re.compile(r"(\d+)([OIL])")
_SURE = (MatchCode.POINT_ADDRESS, MatchCode.STREET_ADDRESS)


def other_doors(parsed: ParsedAddress, places: Places) -> tuple[list[Spot], str]:
    """Find the other house number that a text names.

    Parameters
    ----------
    parsed
        An address.
    places
        Finds where an address can be.

    Returns
    -------
    list of Spot, str
        Where the other one is, and what is in doubt; '' where it is none. A bare number behind the
        address is a unit, unless the street has it close to the house number.
    """
    if not parsed.another:
        return [], ""
    number, _ = split_number(parsed.number)
    other = int(parsed.another)
    may_be_unit = parsed.unit.endswith(parsed.another)
    if may_be_unit and not 0 < abs(number - other) <= _NEAR_NUMBERS:
        return [], ""
    alone = parsed.but(number=parsed.another, unit="", low=-1, high=-1, another="")
    certain = not may_be_unit or number // 100 == other // 100 >= 1
    spots = [s for s in places(alone) if s.code in (_SURE if certain else _SURE[:1])]
    if may_be_unit and not spots:
        return [], ""
    first = str(number) if "-" in parsed.number else parsed.number
    return spots, f"the text names the house numbers {first} and {parsed.another}"


def letter_for_digit(look: Lookup, number: str, names: Iterable[Name]) -> tuple[str, ...]:
    """Read a house number that ends in O, I or L as one that ends in a digit, and without it.

    Parameters
    ----------
    look
        The reference's dictionaries.
    number
        The house number.
    names
        The names that the street can have.

    Returns
    -------
    tuple of str
        ``3120`` and ``312`` for ``312O``; empty where the reference has the letter, and for any
        other number.
    """
    slip = _LETTER_FOR_DIGIT.fullmatch(number)
    if not slip:
        return ()
    streets = (street for name in names for street in look.by_base[name.base].values())
    if any((street, int(slip[1]), slip[2]) in look.point_at for street in streets):
        return ()
    return slip[1] + ("0" if slip[2] == "O" else "1"), slip[1]


def offer_digits(parsed: ParsedAddress, numbers: tuple[str, ...], places: Places) -> Result:
    """Offer both readings of a house number whose last letter may stand for a digit.

    Parameters
    ----------
    parsed
        The address.
    numbers
        Its house numbers.
    places
        Finds where an address can be.

    Returns
    -------
    Result
        A tie, or unmatched where neither is known.
    """
    spots = [s for number in numbers for s in places(parsed.but(number=number)) if s.code in _SURE]
    reason = f"the house number {parsed.number} ends in a letter that may stand for a digit"
    reason = sentence(f"{reason}: {' or '.join(numbers)}")
    if spots:
        return tied(parsed.kind, spots, reason)
    return unmatched(parsed.kind, MatchCode.STREET_NAME, reason, score=60.0)
