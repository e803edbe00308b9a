"""The end of an address line: country, ZIP, state and city."""

from __future__ import annotations

import re
from typing import NamedTuple

from geoteam.geocoding.grammar import AddressGrammar
from geoteam.geocoding.suffixes import COMMON_TYPES, SUFFIXES
from geoteam.geocoding.words import (
    CORNERS,
    COUNTRIES,
    DIRECTIONS,
    STATE_CODES,
    STATES,
    UNITS_ALONE,
    UNITS_WITH_ID,
    ZERO_ZIP_STATES,
)

_ZIP = re.compile(r"(\d{5})(?:-?\d{4})?")
_COUNTRY = (
    ("UNITED", "STATES", "OF", "AMERICA"),
    ("UNITED", "STATES"),
    ("USA",),
    ("US",),
    ("U", "S", "A"),
)
_COUNTRY_ENDS = frozenset(name[-1] for name in _COUNTRY)
_STATE_WORDS = sorted(
    ((tuple(name.split()), code) for name, code in STATES.items()), key=lambda s: -len(s[0])
)
_STATE_LAST = frozenset(name[-1] for name, _ in _STATE_WORDS)


_COUNTRY_LAST = frozenset(name[-1] for name in COUNTRIES)
_COUNTRY_SIZES = sorted({len(name) for name in COUNTRIES}, reverse=True)
_OUTWARD = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?")
_INWARD = re.compile(r"\d[A-Z]{2}")
_CANADIAN = (re.compile(r"[A-Z]\d[A-Z]"), re.compile(r"\d[A-Z]\d"))


class Tail(NamedTuple):
    """What was cut off the end of an address line."""

    rest: list[str]
    zip: str
    state: str
    city: str
    country: str = ""


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
    for name in _COUNTRY if rest and rest[-1] in _COUNTRY_ENDS else ():
        if len(rest) > len(name) and tuple(rest[-len(name) :]) == name:
            rest, _ = _drop_commas(rest[: -len(name)])
            break
    rest, country = _country(rest, grammar)
    if country:
        rest, city = _foreign_city(_drop_commas(rest)[0])
        return Tail(rest, "", "", city, country)
    zip_code = state = city = ""
    found = _ZIP.fullmatch(rest[-1]) if rest else None
    if found and (len(rest) > 1 or len(rest[-1]) == 5):
        zip_code = found.group(1)
        rest, _ = _drop_commas(rest[:-1])
    elif len(rest) > 2 and rest[-2] in ZERO_ZIP_STATES and re.fullmatch(r"\d{4}", rest[-1]):
        # A spreadsheet dropped the leading zero.
        zip_code, rest = "0" + rest[-1], rest[:-1]
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


def _country(words: list[str], grammar: AddressGrammar) -> tuple[list[str], str]:
    """Cut another country, or its postcode, off the end."""
    if len(words) < 3:
        return words, ""
    if words[-1] in _COUNTRY_LAST:
        for size in _COUNTRY_SIZES:
            name = tuple(words[-size:])
            if name in COUNTRIES and len(words) > size + 1:
                before = words[-size - 1]
                # "1200 COLOMBIA" may be a street whose type is missing.
                if before == "," or any(word in SUFFIXES for word in words[1:-size]) or size > 1:
                    return words[:-size], " ".join(name)
                if any(not word.isalpha() for word in words[1:-size]):
                    return words[:-size], " ".join(name)
    first, last = words[-2], words[-1]
    if len(last) == 3 and last[0].isdigit() and first not in grammar.quadrants:
        if _INWARD.fullmatch(last) and _OUTWARD.fullmatch(first) and last[1:] not in ("ST", "TH"):
            return words[:-2], "UNITED KINGDOM"
        if _CANADIAN[0].fullmatch(first) and _CANADIAN[1].fullmatch(last):
            return words[:-2], "CANADA"
    return words, ""


def _foreign_city(words: list[str]) -> tuple[list[str], str]:
    """Cut another city off: behind a comma, or behind type, direction and unit of the street."""
    for position in range(len(words) - 1, 0, -1):
        if words[position] in (",", ";"):
            return words[:position], " ".join(words[position + 1 :])
    for position in range(2, len(words) - 1):
        if SUFFIXES.get(words[position]) in COMMON_TYPES:
            end = position + 1
            while end < len(words):
                word = words[end]
                if word in UNITS_WITH_ID or word == "#":
                    end += 2
                elif word in DIRECTIONS or word in CORNERS or word in UNITS_ALONE:
                    end += 1
                else:
                    break
            return words[:end], " ".join(words[end:])
    return words, ""
