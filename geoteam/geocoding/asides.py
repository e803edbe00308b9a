"""Words beside an address that make it another one than where somebody lives now."""

from __future__ import annotations

import re

from geoteam.geocoding.grammar import ParsedAddress
from geoteam.geocoding.words import CORNERS

# Said of an address that is not, or no longer, where somebody lives.
_OTHER = frozenset(
    {"FORMER", "FORMERLY", "PREVIOUS", "PREVIOUSLY", "PREV", "EX", "OLD", "WAS", "MOVED", "NOW"}
    | {"UNTIL", "AFTER", "NOT", "NEVER", "EVICTED", "VACATED", "LONGER", "BAD", "WRONG", "WORK"}
    | {"WORKS", "MAIL", "MAILING", "BUT", "OR"}
)
# In front of an address: a place beside it.
_BESIDE = frozenset({"NEAR", "ACROSS", "BEHIND", "OPPOSITE", "BESIDE", "ADJACENT", "NEXT"})
_ANOTHER = re.compile(r"\b\d+[A-Z]? [A-Z0-9]")


def doubt_of(parsed: ParsedAddress) -> str:
    """Tell whether the words beside an address leave open whether it is the one meant.

    Parameters
    ----------
    parsed
        An address with its leftover words in ``place``.

    Returns
    -------
    str
        Why it is in doubt; '' when it is not.
    """
    words = parsed.place.split()
    if not words:
        return ""
    other = [word for word in words if word in _OTHER]
    if other or (words[0] in _BESIDE and len(words) == 1):
        said = (other or words)[0].lower()
        return f"the word {said!r} beside the address may mean that it is not this one"
    quadrants = {CORNERS[word] for word in words if word in CORNERS} - {parsed.quadrant}
    if quadrants and words[0] in CORNERS:
        return f"the text names {parsed.quadrant} and {' and '.join(sorted(quadrants))}"
    if _ANOTHER.search(parsed.place):
        return "beside the address stands what may be another one"
    return ""
