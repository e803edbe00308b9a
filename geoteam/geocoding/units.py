"""Units inside a building: what stands beside a street and is no part of it."""

from __future__ import annotations

import re

from geoteam.geocoding.suffixes import SUFFIXES
from geoteam.geocoding.words import (
    CORNERS,
    DIRECTIONS,
    SPELLED_ORDINALS,
    UNITS_AFTER_STREET,
    UNITS_ALONE,
    UNITS_BEFORE_STREET,
    UNITS_WITH_ID,
)

UNIT_ID = re.compile(r"(?!\d+(?:ST|ND|RD|TH)$)\d[\dA-Z-]*|[A-Z]|[A-Z]{1,2}-?\d+[A-Z]?")
_FLOOR = re.compile(r"(\d+)(?:ST|ND|RD|TH)")
_GLUED = re.compile(rf"({'|'.join(sorted({*UNITS_WITH_ID, 'PH'}, key=len, reverse=True))})(\d.*)")
_SIGNS = frozenset({"#", *UNITS_WITH_ID, *UNITS_ALONE})
# What may stand right behind a whole street.
_ENDS = _SIGNS | {",", ";", "&", "@", "/", "AND", "AT"}
_NUMBER_WORDS = frozenset({"#", "NO", "NUMBER", "NUM"})
_LEVEL_WORDS = frozenset({"LEVEL", "FLOOR", "UNIT", "APT", "APARTMENT"})


def is_lone_type(words: list[str], at: int) -> bool:
    """Tell whether a street type stands at a position with nothing of the name behind it.

    Parameters
    ----------
    words
        Tokens of an address.
    at
        Position.

    Returns
    -------
    bool
        True for ``ST`` in ``13 1/2 ST NW``, False for ``ST`` in ``5 ST NICHOLAS AVE``.
    """
    if at >= len(words) or words[at] not in SUFFIXES:
        return False
    after = words[at + 1] if at + 1 < len(words) else ""
    return not after or after in CORNERS or after in DIRECTIONS or after in _ENDS


def _identifier(words: list[str], at: int) -> tuple[str, int]:
    """Read the identifier behind a designator: ``3``, ``B2``, ``# 3``, ``NO 3``, ``B 2``."""
    start = at
    if at + 1 < len(words) and words[at] in _NUMBER_WORDS:
        at += 1
    if at >= len(words) or not UNIT_ID.fullmatch(words[at]) or words[at] in CORNERS:
        return "", 0
    found = words[at]
    at += 1
    after = words[at] if at < len(words) else ""
    if len(found) == 1 and found.isalpha() and after.isdigit() and len(after) < 4:
        found, at = found + after, at + 1
    return found, at - start


def _floor(words: list[str], i: int) -> str:
    """Read a numbered floor, ``2ND FLOOR``; '' when there is none."""
    if i + 1 >= len(words) or UNITS_WITH_ID.get(words[i + 1]) != "FL":
        return ""
    found = _FLOOR.fullmatch(words[i])
    return found.group(1) if found else str(SPELLED_ORDINALS.get(words[i], ""))


def cut_units(words: list[str]) -> tuple[list[str], str]:
    """Take unit designators with their identifiers out, wherever they stand.

    Parameters
    ----------
    words
        Tokens behind the house number.

    Returns
    -------
    list of str, str
        The other tokens, and the units in the standard spelling.
    """
    if _SIGNS.isdisjoint(words):
        return words, ""
    kept: list[str] = []
    units: list[str] = []
    seen_type = False
    i = 0
    while i < len(words):
        word = words[i]
        floor = _floor(words, i) if seen_type else ""
        behind = seen_type or word not in UNITS_AFTER_STREET
        before = not kept and word in UNITS_BEFORE_STREET and i + 2 < len(words)
        identifier, size = "", 0
        if word in _SIGNS and behind:
            identifier, size = _identifier(words, i + 1)
        if floor:
            units.append(f"FL {floor}")
            i += 2
        elif word == "#" or (word in UNITS_WITH_ID and identifier):
            if identifier:
                units.append(f"{UNITS_WITH_ID.get(word, '#')} {identifier}")
            i += 1 + size
        elif word in UNITS_ALONE and (seen_type or (before and words[i + 1] not in SUFFIXES)):
            i += 1
            if seen_type and identifier and identifier not in DIRECTIONS:
                units.append(f"{UNITS_ALONE[word]} {identifier}")
                i += size
            else:
                units.append(UNITS_ALONE[word])
                i += i < len(words) and words[i] in _LEVEL_WORDS and not _has_id(words, i)
        else:
            kept.append(word)
            seen_type = seen_type or (i > 0 and (word in SUFFIXES or word in CORNERS))
            i += 1
    return kept, " ".join(units)


def _has_id(words: list[str], i: int) -> bool:
    return bool(_identifier(words, i + 1)[0])


def cut_leading_unit(words: list[str]) -> tuple[list[str], str]:
    """Take off a unit that stands before the house number (``APT 3, 1200 H ST NE``).

    Parameters
    ----------
    words
        Tokens of an address without city, state and ZIP.

    Returns
    -------
    list of str, str
        The tokens from the house number on, and the unit; unchanged and '' when none leads.
    """
    first = words[0] if words else ""
    size, unit = 0, ""
    if first in UNITS_BEFORE_STREET or first in ("FRONT", "FRNT"):
        size, unit = 1, UNITS_ALONE[first]
        size += len(words) > 1 and words[1] == "OF"
    elif first == "#" or first in UNITS_WITH_ID:
        identifier, used = _identifier(words, 1)
        size, unit = 1 + used, f"{UNITS_WITH_ID.get(first, '#')} {identifier}"
        if not identifier:
            return words, ""
    size += size < len(words) and words[size] == ","
    follows = words[size : size + 2]
    if not unit or len(follows) < 2 or not follows[0][0].isdigit() or is_lone_type(words, size + 1):
        return words, ""
    return words[size:], unit


def unglue(words: list[str], quadrants: tuple[str, ...]) -> list[str]:
    """Part what was typed without a space: ``STNE``, ``14THST``, ``APT3``.

    Parameters
    ----------
    words
        Tokens of a street.
    quadrants
        The city's quadrants.

    Returns
    -------
    list of str
        The tokens, parted where both halves are words of addresses.
    """
    out: list[str] = []
    for word in words:
        unit = _GLUED.fullmatch(word)
        ordinal = re.fullmatch(r"(\d+(?:ST|ND|RD|TH))([A-Z]+)", word)
        if unit and out:
            out += [unit.group(1), unit.group(2)]
        elif ordinal and ordinal.group(2) in SUFFIXES:
            out += [ordinal.group(1), ordinal.group(2)]
        elif word[-2:] in quadrants and word not in SUFFIXES and word[:-2] in SUFFIXES:
            out += [word[:-2], word[-2:]]
        else:
            out.append(word)
    return out
