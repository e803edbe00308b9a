"""The end of an address line: country, ZIP, state and city."""

from __future__ import annotations

import re
from typing import NamedTuple

from geoteam.geocoding.grammar import AddressGrammar
from geoteam.geocoding.suffixes import SUFFIXES
from geoteam.geocoding.words import (
    CORNERS,
    DIRECTIONS,
    STATE_CODES,
    STATES,
    UNITS_ALONE,
    UNITS_WITH_ID,
)

_ZIP = re.compile(r"(\d{5})(?:-?\d{4})?")
_COUNTRY = (("UNITED", "STATES", "OF", "AMERICA"), ("UNITED", "STATES"), ("USA",), ("US",))
_STATE_WORDS = sorted(
    ((tuple(name.split()), code) for name, code in STATES.items()), key=lambda s: -len(s[0])
)
_STATE_LAST = frozenset(name[-1] for name, _ in _STATE_WORDS)


class Tail(NamedTuple):
    """What was cut off the end of an address line."""

    rest: list[str]
    zip: str
    state: str
    city: str


def _drop_commas(words: list[str]) -> tuple[list[str], bool]:
    had = False
    while words and words[-1] in (",", ";"):
        words = words[:-1]
        had = True
    return words, had


def _ends_street(word: str) -> bool:
    """Tell whether a word can close the street part, so that a city may follow."""
    return word in SUFFIXES or word in CORNERS or word in UNITS_ALONE or word[:1].isdigit()


def _state(words: list[str], grammar: AddressGrammar, zip_code: str) -> tuple[list[str], str]:
    for name, code in _STATE_WORDS if words and words[-1] in _STATE_LAST else ():
        size = len(name)
        if len(words) <= size or tuple(words[-size:]) != name:
            continue
        before = words[-size - 1]
        # "MARYLAND" behind a street type, a city or a comma; not the MARYLAND of an avenue.
        ends = len(words) > size + 1 and _ends_street(before)
        if before in (",", ";") or zip_code or (size == 3) or ends:
            return words[:-size], code
    code = words[-1] if words else ""
    if len(words) < 2 or not (code in STATE_CODES or code in grammar.states):
        return words, ""
    own = code in grammar.states
    before = words[-2]
    also_a_word = code in SUFFIXES or code in CORNERS or code in DIRECTIONS or code in UNITS_WITH_ID
    if code in grammar.quadrants:
        return words, ""
    if before in (",", ";") or (own and not also_a_word):
        return words[:-1], code
    if not also_a_word and (zip_code or _ends_street(before)):
        return words[:-1], code
    if not also_a_word and any(word in SUFFIXES for word in words[1:-1]):
        return words[:-1], code
    return words, ""


def _city(words: list[str], grammar: AddressGrammar, *, sure: bool) -> tuple[list[str], str]:
    for name in grammar.city_words:
        size = len(name)
        if tuple(words[-size:]) != name:
            continue
        if len(words) == size:
            return ([], " ".join(name)) if sure else (words, "")
        before = words[-size - 1]
        if sure or before in (",", ";") or _ends_street(before):
            return words[:-size], " ".join(name)
    return words, ""


def cut_tail(words: list[str], grammar: AddressGrammar) -> Tail:
    """Cut country, ZIP, state and city off the end of an address line.

    Parameters
    ----------
    words
        Tokens of the whole line, commas included.
    grammar
        The city's address habits.

    Returns
    -------
    Tail
        What is left, and what was cut.
    """
    rest, _ = _drop_commas(words)
    for name in _COUNTRY:
        if len(rest) > len(name) and tuple(rest[-len(name) :]) == name:
            rest, _ = _drop_commas(rest[: -len(name)])
            break
    zip_code = state = city = ""
    found = _ZIP.fullmatch(rest[-1]) if rest else None
    if found and (len(rest) > 1 or len(rest[-1]) == 5):
        zip_code = found.group(1)
        rest, _ = _drop_commas(rest[:-1])
    rest = _join_capital(rest, grammar)
    rest, state = _state(rest, grammar, zip_code)
    rest, _ = _drop_commas(rest)
    rest, city = _city(rest, grammar, sure=bool(state or zip_code))
    rest, _ = _drop_commas(rest)
    if not zip_code and rest and len(rest) > 1:
        # "20002 WASHINGTON DC": the ZIP before the city.
        found = _ZIP.fullmatch(rest[-1])
        if found and (city or state):
            zip_code = found.group(1)
            rest, _ = _drop_commas(rest[:-1])
    if state and not city and state not in grammar.states:
        rest, city = _foreign_city(rest)
    return Tail(rest, zip_code, state, city)


def _join_capital(words: list[str], grammar: AddressGrammar) -> list[str]:
    """Join a state written as two letters apart (D C)."""
    if len(words) > 2 and len(words[-1]) == len(words[-2]) == 1:
        joined = words[-2] + words[-1]
        if joined in grammar.states and joined not in grammar.quadrants:
            return [*words[:-2], joined]
    return words


def _foreign_city(words: list[str]) -> tuple[list[str], str]:
    for position in range(len(words) - 1, 0, -1):
        if words[position] in (",", ";"):
            return words[:position], " ".join(words[position + 1 :])
    return words, ""
