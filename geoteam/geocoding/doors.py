"""House numbers that may be others: a second one in the text, and a letter for a digit."""

from __future__ import annotations

from collections.abc import Callable

from geoteam.geocoding.grammar import ParsedAddress
from geoteam.geocoding.locate import Spot, split_number
from geoteam.model import MatchCode

# Where an address can be.
Places = Callable[[ParsedAddress], list[Spot]]
# A bare number behind an address that is so near to the house number may be one too.
_NEAR_NUMBERS = 100
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
    first = str(number) if parsed.high > 0 else parsed.number
    return spots, f"the text names the house numbers {first} and {parsed.another}"
