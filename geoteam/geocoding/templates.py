"""Texts of one shape are read once: the parser sees a template, its answer is filled in for each.

`100 KENYAN ST NW APT 3` and `2204 GRESAM ST NW APT 1108` have one template: the house number, the
number of the unit, a ZIP at the end and words that the grammar does not know are slots. A template
counts only when `parse_address`, asked twice with different fillings, puts each filling where it
belongs and nowhere else; any other text is read by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from itertools import count
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from geoteam.geocoding import clean, parse, street, suffixes, tail, words
from geoteam.geocoding.grammar import AddressGrammar, ParsedAddress
from geoteam.geocoding.parse import parse_address
from geoteam.model import AddressKind

# Only such texts can have a template; the house number has up to four digits.
_PLAIN = r"^[A-Za-z0-9 .,#'\-]{3,200}$"
_PARTS = r"^(?P<number>[1-9][0-9]{0,3}) (?P<rest>[A-Z0-9].*?)(?: (?P<zip>[0-9]{5}))?$"
# Behind a number these join it ("1 ST"), so that the number is no slot.
_JOINS = r"^(?:ST|ND|RD|TH)\b"
_UNIT_NUMBER = r"([ #A-Z])[0-9]{1,4}([A-Z]?)\b"
_UNIT_SLOT = "~"
# What may be a slot: a longer word, and at the start a letter or an ordinal.
_SLOT = re.compile(
    r"(?<![A-Z0-9'\-])[A-Z]{4,}(?![A-Z0-9'\-])|^[A-Z](?= )|^(?:\d*1\d|\d*[04-9])TH(?= )"
)
_LONG = re.compile(r"[A-Z]{4,}")
# Two fillings of each slot, of different length and sound.
_NUMBERS, _UNITS, _ZIPS = ("8163", "5"), ("7319", "2"), ("20999", "94110")
# A quadrant as one word or two; it is no slot in the name.
_CORNER, _SPLIT_CORNER = "!", "|"
_LETTERS, _ORDINALS = ("K", "T"), ("96TH", "8TH")
_OPAQUE = (
    ("QZVKJ", "XKWVZ", "JQXVB", "VZKQW", "ZXJKV", "KVQJZ"),
    ("WVXKZQJHV", "KQZJXWVVKZ", "ZZVQKXJWQK", "XJVKQZWKJV", "QKXZVJWZXQ", "JWKZQVXQZV"),
)
_AT_ONCE = 4096
_REMEMBERED = 200_000


class Template(NamedTuple):
    """What one shape of text is read as."""

    # Everything but number, unit, ZIP and the name, which holds ``{0}`` for the first slot.
    parsed: ParsedAddress
    name: str
    # The same for all templates that are read alike.
    serial: int = -1


class Split(NamedTuple):
    """Texts cut into their slots; row for row."""

    plain: NDArray[np.bool_]
    number: NDArray[np.int64]
    # -1 where the text has no ZIP.
    zip: NDArray[np.int64]
    # Which of `rests` each text has; -1 where it is not plain.
    rest: NDArray[np.int64]
    rests: list[str]


def split(texts: pa.Array) -> Split:
    """Cut the house number, a ZIP at the end and unit numbers out of plain texts.

    Parameters
    ----------
    texts
        Arrow strings.

    Returns
    -------
    Split
        The parts; texts with any other sign than letters, digits and ``. , # ' -`` are not plain.
    """
    plain = pc.match_substring_regex(texts, _PLAIN)
    kept = pc.ascii_upper(pc.filter(texts, plain))
    kept = pc.ascii_trim_whitespace(pc.replace_substring_regex(kept, r"[ .]+", " "))
    parts = pc.extract_regex(kept, _PARTS)
    rest = pc.struct_field(parts, "rest")
    good = np.asarray(pc.fill_null(pc.invert(pc.match_substring_regex(rest, _JOINS)), False))
    number = pc.struct_field(parts, "number").filter(good).cast(pa.int64())
    postal = pc.struct_field(parts, "zip").filter(good)
    has_zip = np.asarray(pc.not_equal(pc.binary_length(postal), 0))
    zip_code = pc.if_else(has_zip, postal, pa.scalar("-1", postal.type)).cast(pa.int64())
    rest = pc.replace_substring_regex(rest.filter(good), _UNIT_NUMBER, rf"\1{_UNIT_SLOT}\2")
    # The ZIP is kept as a sign: it can change how the words before it are read.
    mark, space = (pa.scalar(sign, rest.type) for sign in ("^", " "))
    rest = pc.if_else(has_zip, pc.binary_join_element_wise(rest, mark, space), rest)
    coded = rest.dictionary_encode()
    at = np.flatnonzero(np.asarray(plain))[good]
    size = len(texts)
    out = Split(
        np.zeros(size, np.bool_),
        np.zeros(size, np.int64),
        np.full(size, -1, np.int64),
        np.full(size, -1, np.int64),
        coded.dictionary.to_pylist(),
    )
    out.plain[at] = True
    out.number[at] = np.asarray(number)
    out.zip[at] = np.asarray(zip_code)
    out.rest[at] = np.asarray(coded.indices)
    return out


def _strings(value: Any) -> Iterator[str]:
    """List every text in a table of the grammar, and the words of a pattern."""
    if isinstance(value, str):
        yield from value.upper().split()
    elif isinstance(value, re.Pattern):
        yield from re.findall(r"[A-Z]{2,}", value.pattern)
    elif hasattr(value, "items"):
        for pair in value.items():
            yield from _strings(pair)
    elif isinstance(value, (frozenset, set, list, tuple)):
        for item in value:
            yield from _strings(item)


def known_words(grammar: AddressGrammar) -> frozenset[str]:
    """List the words that the grammar reads as more than letters.

    Parameters
    ----------
    grammar
        The city's address habits.

    Returns
    -------
    frozenset of str
        Words of its tables and patterns.
    """
    modules = (clean, parse, street, suffixes, tail, words)
    tables = [table for m in modules for name, table in vars(m).items() if name.isupper()]
    tables += [grammar.quadrants, grammar.postal_names, grammar.states]
    return frozenset(word for table in tables for word in _strings(table))


class Templates:
    """Reads the rest of plain texts, one template at a time.

    Parameters
    ----------
    grammar
        The city's address habits.
    """

    def __init__(self, grammar: AddressGrammar) -> None:
        self._grammar = grammar
        self._known = known_words(grammar)
        states = {word for name in words.STATES for word in name.split()}
        # A slip of such a word may be mended by the grammar; names of states are not.
        self._mendable = sorted(word for word in self._known - states if len(word) > 2)
        # Behind the quadrant stand only unit, city, state and ZIP.
        corners = [form for q in grammar.quadrants if len(q) == 2 for form in (q, " ".join(q))]
        ends = rf"(.+) ({'|'.join(corners)})\b ?(.*)"
        self._behind = re.compile(ends) if corners else None
        self._serials = count()
        self._forget()

    def _forget(self) -> None:
        self._opaque: dict[str, bool] = {}
        self._serial_of: dict[ParsedAddress, int] = {}
        self._templates: dict[str, Template | None] = {}
        # With a quadrant, a city and a state.
        self._placed: dict[tuple[int, str, str, str, str], Template] = {}
        # What follows the quadrant, whether this is one word, and whether the street has a type
        # -> city and state; None when it cannot be read alone.
        self._tails: dict[tuple[str, bool, bool], tuple[str, str] | None] = {}

    def read(self, rests: list[str]) -> list[tuple[Template, str] | None]:
        """Read what stands behind the house number.

        Parameters
        ----------
        rests
            Distinct rests as `split` returns them.

        Returns
        -------
        list of tuple or None
            The template and the street's name; None where the whole text must be read by itself.
        """
        if max(len(self._opaque), len(self._templates), len(self._tails)) > _REMEMBERED:
            self._forget()
        self._judge({word for rest in rests for word in _LONG.findall(rest)})
        return [self._read(rest) for rest in rests]

    def _judge(self, found: Iterable[str]) -> None:
        """Find which words mean nothing to the grammar, nor are a slip from one that does."""
        new = [word for word in found if word not in self._opaque]
        for start in range(0, len(new), _AT_ONCE):
            part = new[start : start + _AT_ONCE]
            away = process.cdist(
                part, self._mendable, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8
            ).min(axis=1)
            for word, distance in zip(part, away.tolist(), strict=True):
                far = distance > (1 if len(word) < 8 else 2)
                self._opaque[word] = far and word not in self._known

    def _read(self, rest: str) -> tuple[Template, str] | None:
        cut = self._behind.fullmatch(rest) if self._behind else None
        if cut is None:
            return self._filled(rest)
        head, corner, behind = cut.groups()
        found = self._filled(f"{head} {_CORNER if len(corner) == 2 else _SPLIT_CORNER}")
        if found is None:
            return self._filled(rest)
        template, name = found
        place = ("", "")
        if behind:
            form = (behind, len(corner) == 2, bool(template.parsed.type))
            if form not in self._tails:
                self._tails[form] = self._read_tail(*form)
            if self._tails[form] is None:
                return self._filled(rest)
            place = self._tails[form]
        key = (template.serial, template.name, corner, *place)
        if key not in self._placed:
            quadrant, (city, state) = corner.replace(" ", ""), place
            parsed = replace(template.parsed, quadrant=quadrant, city=city, state=state)
            self._placed[key] = self._serialised(Template(parsed, template.name))
        return self._placed[key], name

    def _filled(self, rest: str) -> tuple[Template, str] | None:
        """Read a text by its template, which is asked for once."""
        filled: list[str] = []

        def slot(found: re.Match[str]) -> str:
            word = found.group()
            if word in self._known or not self._opaque.get(word, True):
                return word
            filled.append(word)
            return "%" if word[0].isdigit() else "?" if len(word) > 1 else "*"

        shape = _SLOT.sub(slot, rest)
        if shape not in self._templates:
            template = _template(shape, self._grammar)
            self._templates[shape] = self._serialised(template) if template else None
        known = self._templates[shape]
        return (known, known.name.format(*filled)) if known else None

    def _serialised(self, template: Template) -> Template:
        known = self._serial_of.get(template.parsed, -1)
        serial = known if known >= 0 else next(self._serials)
        self._serial_of[template.parsed] = serial
        return template._replace(serial=serial)

    def _read_tail(self, behind: str, joined: bool, typed: bool) -> tuple[str, str] | None:
        """Find the city and state behind a quadrant; None when more than these is changed."""
        street_text = f"? {'ST ' if typed else ''}{_CORNER if joined else _SPLIT_CORNER}"
        alone = _template(street_text, self._grammar)
        both = _template(f"{street_text} {behind}", self._grammar)
        if alone is None or both is None:
            return None
        city, state = both.parsed.city, both.parsed.state
        same = both == Template(replace(alone.parsed, city=city, state=state), alone.name)
        return (city, state) if same else None


def _template(shape: str, grammar: AddressGrammar) -> Template | None:
    """Read a template with two fillings; None when it is not read alike."""
    first = _fill_and_read(shape, grammar, 0)
    return first if first is not None and first == _fill_and_read(shape, grammar, 1) else None


def _fill_and_read(shape: str, grammar: AddressGrammar, which: int) -> Template | None:
    """Read a template with one filling; None when a filling does not stay in its place."""
    number, unit, postal = _NUMBERS[which], _UNITS[which], _ZIPS[which]
    fillings = {"*": [_LETTERS[which]], "%": [_ORDINALS[which]], "?": list(_OPAQUE[which])}
    slots = [sign for sign in shape if sign in fillings]
    if len(slots) > len(_OPAQUE[which]):
        return None
    # The first and the last quadrant: NE and SW.
    corner = (grammar.quadrants or ("",))[-which]
    text, opaque = shape.replace(_UNIT_SLOT, unit).replace("^", postal), []
    text = text.replace(_CORNER, corner).replace(_SPLIT_CORNER, " ".join(corner))
    for sign in slots:
        opaque.append(fillings[sign].pop(0))
        text = text.replace(sign, opaque[-1], 1)
    parsed = parse_address(f"{number} {text}", grammar)
    name = parsed.name.split()
    placed = parsed.kind == AddressKind.ADDRESS and parsed.number == number and bool(name)
    if not placed or parsed.zip != (postal if "^" in shape else ""):
        return None
    if _CORNER in shape or _SPLIT_CORNER in shape:
        if parsed.quadrant != corner:
            return None
        parsed = replace(parsed, quadrant="")
    if any(name.count(word) != 1 for word in opaque):
        return None
    pattern = " ".join(f"{{{opaque.index(word)}}}" if word in opaque else word for word in name)
    rest = {
        field.name: getattr(parsed, field.name)
        for field in fields(ParsedAddress)
        if field.name not in ("number", "name", "unit", "zip")
    }
    used = {token for value in (*rest.values(), pattern) for token in str(value).split()}
    filled = {number, postal, *opaque, unit, *(unit + chr(ord("A") + i) for i in range(26))}
    if used & filled or any(rest[part] for part in ("street2", "place", "second")):
        return None
    if parsed.low != -1 or parsed.high != -1:
        return None
    return Template(ParsedAddress(**rest), pattern)
