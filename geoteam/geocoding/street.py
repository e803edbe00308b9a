"""The street part of an address: direction, name, type, quadrant, unit."""

from __future__ import annotations

import re
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from geoteam.geocoding.grammar import AddressGrammar
from geoteam.geocoding.suffixes import COMMON_TYPES, SUFFIXES
from geoteam.geocoding.words import (
    CORNERS,
    DIRECTIONS,
    SPELLED_ORDINALS,
    STATES,
    TENS,
    UNITS_AFTER_STREET,
    UNITS_ALONE,
    UNITS_WITH_ID,
    as_ordinal,
    ordinal,
)

_UNIT_ID = re.compile(r"\d[\dA-Z-]*|[A-Z]|[A-Z]{1,2}-?\d+[A-Z]?")
_FLOOR = re.compile(r"(\d+)(?:ST|ND|RD|TH)")
_LONG_TYPES = sorted(word for word in COMMON_TYPES if len(word) >= 5)
_SAINTS = {"ST": "SAINT", "MT": "MOUNT", "FT": "FORT"}


class Street(NamedTuple):
    """One street and what stood behind it."""

    predirectional: str
    name: str
    type: str
    quadrant: str
    unit: str
    leftover: list[str]
    note: str = ""


def _quadrant_at(words: list[str], i: int, grammar: AddressGrammar) -> tuple[str, int]:
    """Read a quadrant at a position: its code and how many words it takes."""
    word = words[i]
    code = CORNERS.get(word, "")
    if code and code in grammar.quadrants:
        return code, 1
    first = DIRECTIONS.get(word, "")
    if first in ("NORTH", "SOUTH") and i + 1 < len(words):
        second = DIRECTIONS.get(words[i + 1], "")
        if second in ("EAST", "WEST"):
            code = first[0] + second[0]
            ends = i + 2 >= len(words) or words[i + 2] not in SUFFIXES
            if code in grammar.quadrants and ends:
                return code, 2
    return "", 0


def _cut_units(words: list[str]) -> tuple[list[str], str]:
    """Take unit designators with their identifiers out, wherever they stand."""
    kept: list[str] = []
    units: list[str] = []
    seen_type = False
    i = 0
    while i < len(words):
        word = words[i]
        after = words[i + 1] if i + 1 < len(words) else ""
        floor = _FLOOR.fullmatch(word)
        may = seen_type or word not in UNITS_AFTER_STREET
        if floor and UNITS_WITH_ID.get(after) == "FL" and seen_type:
            units.append(f"FL {floor.group(1)}")
            i += 2
        elif word == "#":
            if after and _UNIT_ID.fullmatch(after):
                units.append(f"# {after}")
                i += 1
            i += 1
        elif word in UNITS_WITH_ID and may and after and i + 1 < len(words):
            skip = 2 if after == "#" and i + 2 < len(words) else 1
            identifier = words[i + skip]
            if _UNIT_ID.fullmatch(identifier) and identifier not in CORNERS:
                units.append(f"{UNITS_WITH_ID[word]} {identifier}")
                i += skip + 1
            else:
                kept.append(word)
                i += 1
        elif word in UNITS_ALONE and seen_type:
            units.append(UNITS_ALONE[word])
            i += 1
        else:
            kept.append(word)
            seen_type = seen_type or (i > 0 and (word in SUFFIXES or word in CORNERS))
            i += 1
    return kept, " ".join(units)


def _type_position(words: list[str]) -> int:
    """Find the word that is the street's type; -1 when there is none."""
    if " ".join(words[-2:]) in STATES:
        return -1
    last = len(words) - 1
    if last >= 1 and words[last] in SUFFIXES:
        return last
    return -1


def _mend_type(words: list[str]) -> tuple[list[str], str]:
    """Read a misspelt last word as the one common street type that is one slip away."""
    last = words[-1]
    if len(words) < 2 or len(last) < 4 or last in SUFFIXES or not last.isalpha():
        return words, ""
    near = process.extract(last, _LONG_TYPES, scorer=OSA.distance, score_cutoff=1, limit=2)
    if len(near) != 1:
        return words, ""
    return [*words[:-1], near[0][0]], f"the street type {last} is read as {near[0][0]}"


def _split_behind_type(words: list[str]) -> tuple[list[str], list[str]]:
    """Cut identifiers that follow the type without a designator (``H STREET 5``)."""
    for i in range(1, len(words) - 1):
        if words[i] in SUFFIXES and all(
            _UNIT_ID.fullmatch(word) and word not in DIRECTIONS for word in words[i + 1 :]
        ):
            return words[: i + 1], words[i + 1 :]
    return words, []


def _spelled_ordinals(words: list[str]) -> list[str]:
    out: list[str] = []
    i = 0
    while i < len(words):
        word = words[i]
        after = words[i + 1] if i + 1 < len(words) else ""
        if word in TENS and SPELLED_ORDINALS.get(after, 10) < 10:
            out.append(ordinal(TENS[word] + SPELLED_ORDINALS[after]))
            i += 2
            continue
        parts = word.split("-")
        if len(parts) == 2 and parts[0] in TENS and SPELLED_ORDINALS.get(parts[1], 10) < 10:
            out.append(ordinal(TENS[parts[0]] + SPELLED_ORDINALS[parts[1]]))
        else:
            out.append(as_ordinal(word) if i == 0 else word)
        i += 1
    return out


def _name_parts(words: list[str]) -> tuple[str, str, str]:
    """Split the words before the quadrant into direction, name and type."""
    at = _type_position(words)
    street_type = SUFFIXES[words[at]] if at > 0 else ""
    name = words[:at] if at > 0 else list(words)
    direction = ""
    if len(name) > 1 and name[0] in DIRECTIONS and (name[1] not in ("STREET", "ST")):
        direction = DIRECTIONS[name[0]]
        name = name[1:]
    if len(name) > 1 or (street_type and name):
        name = [_SAINTS.get(name[0], name[0]) if len(name) > 1 else name[0], *name[1:]]
    name = _spelled_ordinals([part for word in name for part in _hyphens(word)])
    return direction, " ".join(name), street_type


def _hyphens(word: str) -> list[str]:
    """Read a hyphen in a name as a space, but keep TWENTY-FIRST together."""
    return [word] if word.split("-")[0] in TENS else word.split("-")


def read_street(words: list[str], grammar: AddressGrammar) -> Street:
    """Take a street apart.

    Parameters
    ----------
    words
        Tokens behind the house number and before city, state and ZIP.
    grammar
        The city's address habits.

    Returns
    -------
    Street
        Its parts, spelled out; `leftover` holds the words that fit nowhere.
    """
    words, unit = _cut_units([word for word in words if word not in (",", ";", "-")])
    if not words:
        return Street("", "", "", "", unit, [])
    quadrant, leftover = "", []
    lead, size = _quadrant_at(words, 0, grammar)
    if lead and len(words) > size and not _another_quadrant(words[size:], grammar):
        quadrant, words = lead, words[size:]
    else:
        for i in range(1, len(words)):
            quadrant, size = _quadrant_at(words, i, grammar)
            if quadrant:
                words, leftover = words[:i], words[i + size :]
                break
    if not grammar.quadrants and len(words) > 2:
        words, quadrant, leftover = _postdirectional(words)
    words, identifiers = _split_behind_type(words)
    if leftover and all(_UNIT_ID.fullmatch(word) for word in leftover):
        identifiers, leftover = identifiers + leftover, []
    if identifiers:
        unit = " ".join(part for part in (unit, "# " + "-".join(identifiers)) if part)
    words, note = _mend_type(words)
    direction, name, street_type = _name_parts(words)
    if leftover and not street_type and leftover[0] in SUFFIXES:
        # "H NE STREET": the type stands behind the quadrant.
        street_type, leftover = SUFFIXES[leftover[0]], leftover[1:]
    return Street(direction, name, street_type, quadrant, unit, leftover, note)


def _another_quadrant(words: list[str], grammar: AddressGrammar) -> bool:
    return any(_quadrant_at(words, i, grammar)[0] for i in range(1, len(words)))


def _postdirectional(words: list[str]) -> tuple[list[str], str, list[str]]:
    """Without quadrants: a direction right behind the last type is the postdirectional."""
    for i in range(len(words) - 1, 1, -1):
        code = CORNERS.get(words[i]) or (DIRECTIONS.get(words[i], "")[:1])
        if code and words[i - 1] in SUFFIXES:
            return words[:i], code, words[i + 1 :]
    return words, "", []
