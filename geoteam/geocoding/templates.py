"""Texts of one shape are read once: the parser sees a template, its answer is filled in for each.

`100 KENYAN ST NW APT 3` and `2204 GRESAM ST NW APT 1108` have one template: the house number, the
number of the unit, a ZIP at the end and words that the grammar does not know are slots. A template
counts only when `parse_address`, asked twice with different fillings, puts each filling where it
belongs and nowhere else; any other text is read by itself. Words before the house number have
templates only where none of them may name another place.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from geoteam.geocoding import parse
from geoteam.geocoding.asides import strange_words
from geoteam.geocoding.grammar import AddressGrammar, ParsedAddress
from geoteam.geocoding.parse import parse_address
from geoteam.geocoding.slots import NUMBER_SLOT, UNIT_SLOT, ZIP_SLOT
from geoteam.geocoding.suffixes import SUFFIXES
from geoteam.geocoding.words import STATES
from geoteam.model import AddressKind

# What may be a slot: a longer word, and at the start a letter or an ordinal.
_SLOT = re.compile(
    r"(?<![A-Z0-9'\-])[A-Z]{4,}(?![A-Z0-9'\-])|^[A-Z](?= )|^(?:\d*1\d|\d*[04-9])TH(?= )"
)
_WORDS = re.compile(r"[A-Z]{2,}(?: [A-Z]{2,})* [!|]")
_LONG = re.compile(r"[A-Z]{4,}")
# Two fillings of each slot, of different length and sound.
_NUMBERS, _UNITS, _ZIPS = ("8163", "5"), ("2", "7319"), ("20999", "94110")
# A quadrant as one word or two; it is no slot in the name.
_CORNER, _SPLIT_CORNER = "!", "|"
_LETTERS, _ORDINALS = ("K", "T"), ("96TH", "8TH")
_OPAQUE = (
    ("QZVKJ", "XKWVZ", "JQXVB", "VZKQW", "ZXJKV", "KVQJZ"),
    ("WVXKZQJHV", "KQZJXWVVKZ", "ZZVQKXJWQK", "XJVKQZWKJV", "QKXZVJWZXQ", "JWKZQVXQZV"),
)
_AT_ONCE = 4096
_REMEMBERED = 200_000
_ROOM = "geoteam.geocoding."


class Template(NamedTuple):
    """What one shape of text is read as."""

    # Everything but number, unit, ZIP and the name, which holds ``{0}`` for the first slot.
    parsed: ParsedAddress
    name: str
    # Equal for equal templates, and equal for those alike but for what was noted; -1 at first.
    serial: int = -1
    kin: int = -1


class Reading(NamedTuple):
    """A template filled in."""

    template: Template
    name: str

    def parsed(self, number: str = "", postal: str = "") -> ParsedAddress:
        """Return the parts of the address.

        Parameters
        ----------
        number
            The house number.
        postal
            The ZIP in the text.

        Returns
        -------
        ParsedAddress
            As `parse_address` reads the whole text, but without its unit.
        """
        return self.template.parsed.but(name=self.name, number=number, zip=postal)

    @property
    def street(self) -> str:
        """Return direction, name and type without the quadrant.

        Returns
        -------
        str
            As `ParsedAddress.street`.
        """
        own = self.template.parsed
        return " ".join(part for part in (own.predirectional, self.name, own.type) if part)


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
        Words of the tables and patterns of the parser and of all that it calls.
    """
    modules = {parse.__name__}
    waiting = list(modules)
    while waiting:
        for value in vars(sys.modules[waiting.pop()]).values():
            home = str(getattr(value, "__module__", ""))
            if home.startswith(_ROOM) and home not in modules:
                modules.add(home)
                waiting.append(home)
    spaces = [vars(sys.modules[name]) for name in modules]
    tables = [table for space in spaces for name, table in space.items() if name.isupper()]
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
        states = {word for name in STATES for word in name.split()}
        # A slip of such a word may be mended by the grammar; names of states are not.
        self._mendable = sorted(word for word in self._known - states if len(word) > 2)
        # Behind the quadrant stand only unit, city, state and ZIP.
        corners = [form for q in grammar.quadrants if len(q) == 2 for form in (q, " ".join(q))]
        ends = "|".join(corners) or "[^ -~]"
        self._behind = rf"^(?P<core>.+ (?:{ends}))\b ?(?P<behind>.*)$"
        # A quadrant glued to a word ("AVENE") may be parted from it, if what follows allows.
        self._glued = re.compile(rf"[A-Z](?:{'|'.join(grammar.quadrants) or '[^ -~]'})\b")
        self._serials = count()
        self._forget()

    def _forget(self) -> None:
        self._opaque: dict[str, bool] = {}
        self._serial_of: dict[Template, int] = {}
        self._templates: dict[str, Template | None] = {}
        # With a quadrant, a city and a state.
        self._placed: dict[tuple[int, str, str, str], Template] = {}
        self._cores: dict[str, _Core | None] = {}
        # What follows the quadrant, and the core's form -> city and state; None when it cannot be
        # read alone.
        self._tails: dict[tuple[str, int], tuple[str, str] | None] = {}

    def read(self, rests: pa.Array) -> tuple[NDArray[np.int64], list[Reading]]:
        """Read what stands behind the house number.

        Parameters
        ----------
        rests
            Distinct rests as `slots.split` returns them.

        Returns
        -------
        tuple
            For each rest which of the distinct readings it has, -1 where the whole text must be
            read by itself; and the readings.
        """
        memories = (self._opaque, self._templates, self._cores, self._tails)
        if max(len(memory) for memory in memories) > _REMEMBERED:
            self._forget()
        places: dict[tuple[int, str], int] = {}
        readings: list[Reading] = []

        def place(reading: Reading | None) -> int:
            if reading is None:
                return -1
            key = (reading.template.serial, reading.name)
            if key not in places:
                places[key] = len(readings)
                readings.append(reading)
            return places[key]

        cut = pc.extract_regex(rests, self._behind)
        ends = np.flatnonzero(np.asarray(pc.is_valid(cut)))
        core, behind = (
            pc.struct_field(cut, part).take(pa.array(ends)).dictionary_encode()
            for part in ("core", "behind")
        )
        cores, tails = core.dictionary.to_pylist(), behind.dictionary.to_pylist()
        self._judge(cores)
        for text in cores:
            if text not in self._cores:
                self._cores[text] = self._read_core(text)
        streets = [self._cores[text] for text in cores]
        forms = np.array([r.form if r else 0 for r in streets] or [0])
        core_of, tail_of = np.asarray(core.indices), np.asarray(behind.indices)
        key, which = np.unique(tail_of * _FORMS + forms[core_of], return_inverse=True)
        cities = [self._tail(tails[k // _FORMS], k % _FORMS) for k in key.tolist()]
        plain = np.array([city == ("", "") for city in cities] or [False])[which]
        of = np.full(len(rests), -1, np.int64)
        own = np.array([place(r.reading if r else None) for r in streets] or [-1])
        of[ends[plain]] = own[core_of[plain]]
        left = np.flatnonzero(of < 0)
        texts = rests.take(pa.array(left)).to_pylist()
        self._judge(texts)
        in_core = np.full(len(rests), -1, np.int64)
        in_core[ends] = np.arange(len(ends))
        for row, text in zip(left.tolist(), texts, strict=True):
            at = in_core[row]
            city = cities[which[at]] if at >= 0 else None
            street = streets[core_of[at]] if at >= 0 else None
            if city and street:
                of[row] = place(self._in_city(street.reading, *city))
            else:
                of[row] = place(self._filled(text))
        return of, readings

    def _judge(self, texts: Iterable[str]) -> None:
        """Find which words mean nothing to the grammar, nor are a slip from one that does."""
        found = {word for text in texts for word in _LONG.findall(text)}
        new = sorted(word for word in found if word not in self._opaque)
        for start in range(0, len(new), _AT_ONCE):
            part = new[start : start + _AT_ONCE]
            away = process.cdist(
                part, self._mendable, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8
            ).min(axis=1)
            for word, distance in zip(part, away.tolist(), strict=True):
                far = distance > (1 if len(word) < 8 else 2)
                alone = word not in self._known and not self._glued.search(word)
                self._opaque[word] = far and alone

    def _read_core(self, core: str) -> _Core | None:
        """Read a street with its quadrant, which is a slot too."""
        if self._glued.search(core):
            return None
        joined = core[-2] != " "
        size = 2 if joined else 3
        found = self._filled(core[:-size] + (_CORNER if joined else _SPLIT_CORNER))
        if found is None:
            return None
        quadrant = core[-size:].replace(" ", "")
        template = self._at(found.template, quadrant, "", "")
        form = 4 * (NUMBER_SLOT in core) + 2 * joined + bool(template.parsed.type)
        return _Core(Reading(template, found.name), form)

    def _at(self, template: Template, quadrant: str, city: str, state: str) -> Template:
        key = (template.serial, quadrant, city, state)
        if key not in self._placed:
            parsed = template.parsed.but(quadrant=quadrant, city=city, state=state)
            self._placed[key] = self._serialised(Template(parsed, template.name))
        return self._placed[key]

    def _in_city(self, reading: Reading, city: str, state: str) -> Reading:
        template = self._at(reading.template, reading.template.parsed.quadrant, city, state)
        return Reading(template, reading.name)

    def _tail(self, behind: str, form: int) -> tuple[str, str] | None:
        """Find the city and state behind a quadrant; None when more than these is changed."""
        if (behind, form) not in self._tails:
            read = _read_tail(behind, form, self._grammar) if behind else ("", "")
            self._tails[behind, form] = read
        return self._tails[behind, form]

    def _filled(self, rest: str) -> Reading | None:
        """Read a text by its template, which is asked for once."""
        filled: list[str] = []

        def slot(found: re.Match[str]) -> str:
            word = found.group()
            if word in self._known or not self._opaque.get(word, True):
                return word
            filled.append(word)
            return "%" if word[0].isdigit() else "?" if len(word) > 1 else "*"

        front, number, street = rest.rpartition(f"{NUMBER_SLOT} ")
        if front and strange_words(front.replace(",", " ").split()):
            # It may name another place; who says it is seldom said twice.
            return None
        shape = front + number + _SLOT.sub(slot, street)
        if shape not in self._templates:
            template = _template(shape, self._grammar)
            self._templates[shape] = self._serialised(template) if template else None
        known = self._templates[shape]
        return Reading(known, known.name.format(*filled)) if known else None

    def _serialised(self, template: Template) -> Template:
        parsed = template.parsed
        alike = parsed.but(note="?") if parsed.note else parsed
        serial, kin = (
            self._serial_of.setdefault(key, next(self._serials))
            for key in (template, Template(alike, ""))
        )
        return template._replace(serial=serial, kin=kin)


# Of a core as `_Core` counts them.
_FORMS = 8


class _Core(NamedTuple):
    """A street with its quadrant."""

    reading: Reading
    # 4 for words before the house number, 2 for a quadrant of one word, 1 for a type.
    form: int


def _read_tail(behind: str, form: int, grammar: AddressGrammar) -> tuple[str, str] | None:
    front = f"HOUSE {NUMBER_SLOT} " if form & 4 else ""
    street = f"{front}? {'ST ' if form & 1 else ''}{_CORNER if form & 2 else _SPLIT_CORNER}"
    alone = _template(street, grammar)
    both = _template(f"{street} {behind}", grammar)
    if alone is None or both is None:
        return None
    city, state = both.parsed.city, both.parsed.state
    same = both == Template(alone.parsed.but(city=city, state=state), alone.name)
    return (city, state) if same else None


def _template(shape: str, grammar: AddressGrammar) -> Template | None:
    """Read a template with two fillings; None when it is not read alike.

    Words alone, of which the first is no type, are read alike beside any number and quadrant.
    """
    first = _fill_and_read(shape, grammar, 0)
    if first is None or (_WORDS.fullmatch(shape) and shape.split(" ", 1)[0] not in SUFFIXES):
        return first
    return first if first == _fill_and_read(shape, grammar, 1) else None


def _fill_and_read(shape: str, grammar: AddressGrammar, which: int) -> Template | None:
    """Read a template with one filling; None when a filling does not stay in its place."""
    number, unit, postal = _NUMBERS[which], _UNITS[which], _ZIPS[which]
    fillings = {"*": [_LETTERS[which]], "%": [_ORDINALS[which]], "?": list(_OPAQUE[which])}
    slots = [sign for sign in shape if sign in fillings]
    if len(slots) > len(_OPAQUE[which]):
        return None
    # The first and the last quadrant: NE and SW.
    corner = (grammar.quadrants or ("",))[-which]
    text, opaque = shape.replace(UNIT_SLOT, unit).replace(ZIP_SLOT, postal), []
    text = text.replace(_CORNER, corner).replace(_SPLIT_CORNER, " ".join(corner))
    for sign in slots:
        opaque.append(fillings[sign].pop(0))
        text = text.replace(sign, opaque[-1], 1)
    whole = text.replace(NUMBER_SLOT, number) if NUMBER_SLOT in text else f"{number} {text}"
    parsed = parse_address(whole, grammar)
    name = parsed.name.split()
    placed = parsed.kind == AddressKind.ADDRESS and parsed.number == number and bool(name)
    if not placed or parsed.zip != (postal if ZIP_SLOT in shape else ""):
        return None
    if _CORNER in shape or _SPLIT_CORNER in shape:
        if parsed.quadrant != corner:
            return None
        corner = ""
    else:
        corner = parsed.quadrant
    # A type alone is no name: whether the number is one then depends on the number.
    if parsed.name in SUFFIXES or any(name.count(word) != 1 for word in opaque):
        return None
    low_high = (parsed.low, parsed.high)
    if low_high != (-1, -1) or parsed.street2 or parsed.behind or parsed.second or parsed.another:
        return None
    # Words in front that may be another place are judged by where the address is found.
    if strange_words(parsed.place.replace(",", " ").split()):
        return None
    # A filling anywhere else makes the two readings differ.
    pattern = " ".join(f"{{{opaque.index(word)}}}" if word in opaque else word for word in name)
    own = parsed.but(number="", name="", unit="", zip="", quadrant=corner)
    return Template(own, pattern)
