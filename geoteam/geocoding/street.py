"""The street part of an address: direction, name, type, quadrant, unit."""

from __future__ import annotations

import re
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from geoteam.geocoding.grammar import AddressGrammar
from geoteam.geocoding.suffixes import COMMON_TYPES, SUFFIXES
from geoteam.geocoding.units import UNIT_ID, cut_units, unglue
from geoteam.geocoding.words import (
    CORNER_NAMES,
    CORNERS,
    DIRECTIONS,
    SPELLED_ORDINALS,
    STATE_CODES,
    STATES,
    TENS,
    as_ordinal,
    ordinal,
)

_LONG_TYPES = sorted(word for word in COMMON_TYPES if len(word) >= 5)
_SAINTS = {"ST": "SAINT", "MT": "MOUNT", "FT": "FORT"}
# States whose names begin with a direction that is part of the name: NORTH CAROLINA AVENUE.
_DIRECTED_STATES = frozenset(
    tuple(name.split()) for name in STATES if name.split()[0] in DIRECTIONS.values()
)


_POINTS = frozenset({*CORNERS, *DIRECTIONS})
# What Washington's files write for the quadrant of a street that divides quadrants.
_BOUNDARY = "BN"
# Roads with a number for a name: COUNTY ROAD 20, US HIGHWAY 1, ROUTE 29, INTERSTATE 395.
_ROUTE_OWNERS = frozenset({"COUNTY", "STATE", "US", "TOWNSHIP", "FOREST"})
_DATE = re.compile(r"\d{1,4}-\d{1,2}-\d{1,4}")
_ROUTES = frozenset({"HIGHWAY", "ROUTE", "INTERSTATE"})


class Street(NamedTuple):
    """One street and what stood behind it."""

    predirectional: str
    name: str
    type: str
    quadrant: str
    unit: str
    leftover: list[str]
    note: str = ""
    # A bare number behind the quadrant: the unit, or another house number.
    bare: str = ""


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


def _type_position(words: list[str]) -> int:
    """Find the word that is the street's type; -1 when there is none."""
    last = len(words) - 1
    if last < 1 or words[last] not in SUFFIXES or f"{words[last - 1]} {words[last]}" in STATES:
        return -1
    return last


def _mend_type(words: list[str]) -> tuple[list[str], str]:
    """Read a misspelt last word as the one common street type that is one slip away."""
    last = words[-1]
    if len(words) < 2 or len(last) < 4 or last in SUFFIXES or not last.isalpha():
        return words, ""
    near = process.extract(last, _LONG_TYPES, scorer=OSA.distance, score_cutoff=1, limit=2)
    if len(near) != 1:
        return words, ""
    return [*words[:-1], near[0][0]], f"the street type {last} is read as {near[0][0]}"


def _route(words: list[str]) -> tuple[list[str], list[str]]:
    """Join a road whose name ends with its number; the words behind it are left over."""
    at = 1 if words[0] in _ROUTE_OWNERS else 0
    if len(words) < at + 2 or not words[at + 1][0].isdigit() or words[at + 1] in SUFFIXES:
        return words, []
    kind = SUFFIXES.get(words[at], words[at])
    if kind not in _ROUTES and not (at and kind == "ROAD"):
        return words, []
    return [" ".join([*words[:at], kind, words[at + 1]])], words[at + 2 :]


def _split_behind_type(words: list[str]) -> tuple[list[str], list[str]]:
    """Cut identifiers that follow the type without a designator (``H STREET 5``)."""
    for i in range(1, len(words) - 1):
        if words[i] in SUFFIXES and all(
            UNIT_ID.fullmatch(word) and word not in DIRECTIONS for word in words[i + 1 :]
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
        elif i == 0 and "/" not in after:
            out.append(as_ordinal(word))
        else:
            out.append("AND" if word == "&" else word)
        i += 1
    return out


def _direction(name: list[str]) -> tuple[str, list[str]]:
    """Take the direction off a name; the one of NORTH CAROLINA belongs to it."""
    if len(name) < 2:
        return "", name
    if len(name) == 2 and len(name[0]) == len(name[1]) == 1 and name[0] + name[1] in STATE_CODES:
        # R I AVENUE
        return "", [name[0] + name[1]]
    direction = DIRECTIONS.get(name[0], "")
    if not direction or name[1] in ("STREET", "ST"):
        return "", name
    if (direction, *name[1:]) in _DIRECTED_STATES:
        return "", [direction, *name[1:]]
    return direction, name[1:]


def _name_parts(words: list[str]) -> tuple[str, str, str]:
    """Split the words before the quadrant into direction, name and type."""
    at = _type_position(words)
    street_type = SUFFIXES[words[at]] if at > 0 else ""
    name = words[:at] if at > 0 else list(words)
    if not street_type and len(name) == 2 and name[0] in ("AVENUE", "AVE", "STREET", "ROAD"):
        # AVENUE E: the type stands in front and is part of the name.
        return "", f"{SUFFIXES[name[0]]} {name[1]}", ""
    direction, name = _direction(name)
    if len(name) > 1:
        name = [_SAINTS.get(name[0], name[0]), *name[1:]]
        if street_type and SUFFIXES.get(name[-1], "") in COMMON_TYPES:
            # 14TH ST BRIDGE: the first of two types is part of the name.
            name = [*name[:-1], SUFFIXES[name[-1]]]
    if len(name) > 1 or "-" in name[0] or not name[0].isalpha() or name[0] in SPELLED_ORDINALS:
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
    words, unit = cut_units([word for word in words if word not in (",", ";", "-")])
    if not words:
        return Street("", "", "", "", unit, [])
    street = _read(words, unit, grammar)
    if street.leftover or not street.type or "#" in street.unit:
        # Beside a quadrant that is written, WAYNE is not WAY NE.
        parted = unglue(words, () if street.quadrant else grammar.quadrants)
        if parted != words:
            parted, more = cut_units(parted)
            return _read(parted, " ".join(part for part in (unit, more) if part), grammar)
    return street


def _read(words: list[str], unit: str, grammar: AddressGrammar) -> Street:
    """Take a street apart whose units are cut off already."""
    quadrant, leftover = "", []
    if words[-1] == _BOUNDARY and len(words) > 2 and grammar.quadrants and words[-2] in SUFFIXES:
        words = words[:-1]
    lead, size = _quadrant_at(words, 0, grammar) if words[0] in _POINTS else ("", 0)
    if lead and _is_name(words, size, grammar):
        words = [CORNER_NAMES[lead], *words[size:]]
        lead = ""
    if lead and len(words) > size and not _another_quadrant(words[size:], grammar):
        quadrant, words = lead, words[size:]
    else:
        for i in range(1, len(words)):
            if words[i] not in _POINTS:
                continue
            quadrant, size = _quadrant_at(words, i, grammar)
            if quadrant:
                words, leftover = words[:i], words[i + size :]
                break
    if not grammar.quadrants and len(words) > 2:
        words, quadrant, leftover = _postdirectional(words)
    words, behind = _route(words)
    words, identifiers = _split_behind_type(words)
    leftover = behind + leftover
    bare = ""
    if leftover and all(UNIT_ID.fullmatch(w) and not _DATE.fullmatch(w) for w in leftover):
        bare = next((word for word in leftover if word.isdigit()), "")
        identifiers, leftover = identifiers + leftover, []
    if identifiers:
        unit = " ".join(part for part in (unit, "# " + "-".join(identifiers)) if part)
    words, note = _mend_type(words)
    direction, name, street_type = _name_parts(words)
    if leftover and not street_type and leftover[0] in SUFFIXES:
        # "H NE STREET": the type stands behind the quadrant.
        street_type, leftover = SUFFIXES[leftover[0]], leftover[1:]
    return Street(direction, name, street_type, quadrant, unit, leftover, note, bare)


def _is_name(words: list[str], size: int, grammar: AddressGrammar) -> bool:
    """Tell whether a leading quadrant is the name of the street: SOUTHWEST FREEWAY."""
    if size >= len(words) or words[size] not in SUFFIXES:
        return False
    return size + 1 == len(words) or bool(_quadrant_at(words, size + 1, grammar)[0])


def _another_quadrant(words: list[str], grammar: AddressGrammar) -> bool:
    return any(_quadrant_at(words, i, grammar)[0] for i in range(1, len(words)))


def _postdirectional(words: list[str]) -> tuple[list[str], str, list[str]]:
    """Without quadrants: a direction right behind the last type is the postdirectional."""
    for i in range(len(words) - 1, 1, -1):
        code = CORNERS.get(words[i]) or (DIRECTIONS.get(words[i], "")[:1])
        if code and words[i - 1] in SUFFIXES:
            return words[:i], code, words[i + 1 :]
    return words, "", []
