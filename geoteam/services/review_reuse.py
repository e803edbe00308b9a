"""For whom a decision on an address holds: for its client, or for all who write the same text.

Only a reading of the text is about the text. Which of two places a client means, whether a client
is homeless, or that a client lives somewhere else says nothing of other people, even when they
write the same words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rapidfuzz import fuzz

from geoteam.geocoding import AddressGrammar, ParsedAddress, parse_address
from geoteam.model import AddressKind, MatchStatus

# The reasons under which a person's choice is kept.
CHOSEN = "a person chose this candidate"
CORRECTED = "a person corrected the address"
# Names of streets that are less alike are two streets (0 to 100).
_SIMILAR = 70.0
HERE = "Your decision will hold for this client only, whoever else writes the same address."
_SPELLING = "another spelling of the same house number and street"
_OTHERS = "will also be used for other clients whose address is written in the same way"
_REST = "Every other decision holds for this client only."


def holds_for_all(
    status: str,
    boundary_ambiguous: bool,
    address: str,
    result: Mapping[str, Any],
    grammar: AddressGrammar,
) -> bool:
    """Tell whether a decision holds for everybody who writes the same text.

    Parameters
    ----------
    status
        What the geocoder found for the text: ``MatchStatus``.
    boundary_ambiguous
        Whether the place may lie in another area.
    address
        The text.
    result
        What the person decided.
    grammar
        The address habits of the city.

    Returns
    -------
    bool
        False for ties, for places near a boundary, for decisions without a place, for shelters, and
        for corrected addresses or candidates that are not a reading of the text.
    """
    if status == MatchStatus.TIE.value or boundary_ambiguous or result["decision"] != "accepted":
        return False
    if result.get("kind") == AddressKind.SHELTER.value:
        return False
    if result["reason"] == CHOSEN and status == MatchStatus.MATCHED.value:
        return True
    return is_reading(address, str(result["matched_address"]), grammar)


def is_reading(text: str, address: str, grammar: AddressGrammar) -> bool:
    """Tell whether an address is what a text says, apart from its spelling.

    Parameters
    ----------
    text
        An address as a client gave it.
    address
        An address of the reference.
    grammar
        The address habits of the city.

    Returns
    -------
    bool
        True when the house numbers are equal, the names of the streets are alike, and neither
        quadrant, direction, type nor a number in the name contradicts the other.
    """
    said, meant = parse_address(text, grammar), parse_address(address, grammar)
    if not said.number or said.number != meant.number or said.second:
        return False
    alike = fuzz.ratio(said.name, meant.name) >= _SIMILAR
    return alike and not _contradict(said, meant)


def _contradict(said: ParsedAddress, meant: ParsedAddress) -> bool:
    pairs = (
        (said.quadrant, meant.quadrant),
        (said.predirectional, meant.predirectional),
        (said.type, meant.type),
        # 16TH and 18TH are alike, and two streets.
        tuple("".join(c for c in one.name if c.isdigit()) for one in (said, meant)),
    )
    return any(one and other and one != other for one, other in pairs)


def wording(status: str, boundary_ambiguous: bool) -> str:
    """Say before a decision for whom it will hold.

    Parameters
    ----------
    status
        What the geocoder found for the text: ``MatchStatus``.
    boundary_ambiguous
        Whether the place may lie in another area.

    Returns
    -------
    str
        One or two sentences; they agree with `holds_for_all`.
    """
    if status == MatchStatus.TIE.value or boundary_ambiguous:
        return HERE
    if status == MatchStatus.MATCHED.value:
        return f"A chosen candidate, or {_SPELLING}, {_OTHERS}. {_REST}"
    return f"A candidate or a correction that is {_SPELLING} {_OTHERS}. {_REST}"
