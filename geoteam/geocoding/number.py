"""House numbers: with letters, halves and ranges, and against numbered streets."""

from __future__ import annotations

import re
from typing import NamedTuple

from geoteam.geocoding.suffixes import SUFFIXES
from geoteam.geocoding.units import is_lone_type
from geoteam.geocoding.words import CORNERS, SPELLED_NUMBERS, STATE_CODES

# A range of house numbers spans no more than a hundred-block and its neighbour.
_LONGEST_RANGE = 200
# The house numbers of one building are no farther apart.
_ONE_BUILDING = 20
MAX_DIGITS = 6
# Streets that are numbered, and how long their numbers are at most: 14 ST NW is 14TH STREET NW.
_NUMBERED = frozenset({"AVENUE", "COURT", "PLACE", "ROAD", "STREET"})
_ORDINAL_DIGITS = 4

_NUMBER = re.compile(
    r"(?:# ?|NO |NUMBER )?(?P<digits>\d+)"
    r"(?:-?(?P<letter>[A-Z])(?![A-Z0-9])"
    r"|(?P<by>-| - |/| / | & | TO | AND | THRU | THROUGH )(?P<to>\d+[A-Z]?)(?![A-Z0-9/-]))?"
    r"(?: (?P<fraction>\d/\d)(?!\d))?(?= |,|$)"
)
_PLAIN = re.compile(
    r"(\d+) (?=[A-Z0-9]{2}|[A-Z] (?:ST|STREET|NE|NW|SE|SW)\b)"
    r"(?!\d/|(?:TO|AND|THRU|THROUGH) \d)"
)
# Grid numbers of Wisconsin and Illinois: N6W23001, W123N456.
_GRID = re.compile(r"[NSEW]\d+[NSEW]\d+(?= )")
# Letters that house numbers carry where a name follows (R is REAR).
_NUMBER_LETTERS = frozenset("ABCDR")
_DIRECTION_LETTERS = frozenset("NSEW")


class HouseNumber(NamedTuple):
    """A house number at the front of a text.

    Attributes
    ----------
    written
        In the standard form: ``1200``, ``17 1/2``, ``1234A``, ``1431-37``.
    low, high
        First and last number of a range; -1 when it is none.
    end
        Where the street begins in the text.
    other
        The last number of a range that is no single building's; '' when there is none.
    """

    written: str
    low: int
    high: int
    end: int
    other: str = ""


def _other_end(digits: str, to: str, by: str) -> str:
    """Complete the end of a range that is long, leaves its hundred-block or is put in words."""
    last = to.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    if max(len(last), len(digits)) > MAX_DIGITS:
        return ""
    low, high = int(digits), int(digits[: max(len(digits) - len(last), 0)] + last)
    one = by.strip() == "-" and high - low <= _ONE_BUILDING and high // 100 == low // 100
    return "" if high <= low or one else str(high)


def _range(digits: str, to: str) -> tuple[int, int]:
    """Complete a range: 1431 and 37 are 1431 to 1437; -1, -1 when that is no range."""
    last = to.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    if len(last) > len(digits) or len(digits) > MAX_DIGITS:
        return -1, -1
    low, high = int(digits), int(digits[: len(digits) - len(last)] + last)
    return (low, high) if low < high <= low + _LONGEST_RANGE else (-1, -1)


def _own_letter(words: list[str]) -> bool:
    """Tell whether a lone letter behind the digits is the number's: ``1905 B 9TH STREET``."""
    letter, after = words[0], words[1] if len(words) > 1 else ""
    if len(letter) > 1 or not letter.isalpha() or letter in _DIRECTION_LETTERS:
        return False
    if after[:1].isdigit():
        return len(words) > 2 or not after.isdigit()
    if len(after) == 1 and after.isalpha():
        if letter + after in STATE_CODES and words[2:] and SUFFIXES.get(words[2]) == "AVENUE":
            return False
        return is_lone_type(words, 2) or (len(words) > 2 and words[2] in CORNERS)
    return (
        letter in _NUMBER_LETTERS
        and after not in SUFFIXES
        and after not in CORNERS
        and any(is_lone_type(words, i) for i in range(2, len(words)))
    )


def _spelled(text: str) -> HouseNumber | None:
    """Read a number written as a word, where a whole street follows (ONE THOMAS CIRCLE)."""
    words = text.split(" ", 12)
    number = SPELLED_NUMBERS.get(words[0], "")
    if number and len(words) > 2 and any(is_lone_type(words, i) for i in range(2, len(words))):
        return HouseNumber(number, -1, -1, len(words[0]) + 1)
    return None


def read_number(text: str) -> HouseNumber | None:
    """Read the house number that a text begins with.

    Parameters
    ----------
    text
        A cleaned address without city, state and ZIP; signs apart by spaces.

    Returns
    -------
    HouseNumber or None
        None when the text begins with none: a block, a place, a numbered street alone.
    """
    plain = _PLAIN.match(text)
    if plain:
        rest = text[plain.end() :]
        if len(plain[1]) < _ORDINAL_DIGITS and SUFFIXES.get(rest.split(" ", 1)[0]) in _NUMBERED:
            words = rest.split(None, 2)
            # Not the number before AVENUE E, whose letter is its name.
            if is_lone_type(words, 0) and len(words[-1]) > 1:
                return None
        return HouseNumber(plain[1].lstrip("0") or "0", -1, -1, plain.end())
    found = _NUMBER.match(text)
    if found is None:
        grid = _GRID.match(text)
        return HouseNumber(grid.group(), -1, -1, grid.end() + 1) if grid else _spelled(text)
    digits = found["digits"].lstrip("0") or "0"
    end = found.end()
    words = text[end:].split(None, 8)
    letter, to, fraction = found["letter"] or "", found["to"] or "", found["fraction"] or ""
    bare = found.end("digits")
    low, high, other = -1, -1, ""
    if to:
        low, high = _range(digits, to)
        other = _other_end(digits, to, found["by"])
        known = high >= 0 or (other and len(to) == len(digits))
        if found["by"] != "-" and (not known or is_lone_type(words, 0) or not words):
            to, low, high, end, fraction, other = "", -1, -1, bare, "", ""
    elif fraction and is_lone_type(words, 0):
        # A numbered half street (13 1/2 ST NW), behind a number with a letter or alone.
        if not letter:
            return None
        end = found.end("letter")
        fraction = ""
    elif letter and is_lone_type(words, 0):
        # "1200H ST NE": the letter is the street.
        letter, end = "", bare
    elif not letter and not fraction and words and _own_letter(words):
        letter, end = words[0], text.index(words[0], end) + 1
    written = digits + letter + (f"-{to}" if to else "") + (f" {fraction}" if fraction else "")
    return HouseNumber(written, low, high, end, other) if end < len(text) else None
