"""From one line of text to a `ParsedAddress`; never raises on any string."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from geoteam.geocoding.clean import MAX_LENGTH, clean, has_signs, tokens
from geoteam.geocoding.grammar import AddressGrammar, ParsedAddress
from geoteam.geocoding.number import MAX_DIGITS, HouseNumber, read_number
from geoteam.geocoding.special import (
    BOX,
    NO_HOME,
    SHELTER,
    SLEEPS,
    SPECIAL_WORDS,
    STAYS,
    UNKNOWN,
    away,
)
from geoteam.geocoding.street import Street, read_street
from geoteam.geocoding.suffixes import COMMON_TYPES, SUFFIXES
from geoteam.geocoding.tail import cut_tail
from geoteam.geocoding.units import cut_leading_unit
from geoteam.geocoding.words import ASIDE_WORDS, CORNERS, DIRECTIONS
from geoteam.model import AddressKind

_NO_PLACES = (AddressKind.INVALID, AddressKind.PO_BOX, AddressKind.NO_FIXED_ADDRESS)
_LETTER = re.compile("[A-Z0-9]")
_EXPONENT = re.compile(r"\s*\d(?:[.,]\d+)?E[+-]?\d{1,3}\b", re.IGNORECASE)
_BLOCK_WORD = r"(?:HUNDRED )?(?:BLOCK|BLK|BLCK)(?: OF)?|B/O"
_BLOCK = re.compile(
    r"^(?:THE )?(?:(?P<unit>UNIT|UNT)|(?P<low>\d+)(?:(?: ?- ?| )(?P<high>\d+))?)[ -]"
    rf"(?:{_BLOCK_WORD})\b"
)
_BLOCK_FIRST = re.compile(rf"^(?:{_BLOCK_WORD}) (?P<low>\d+)\b")
_BLOCK_LAST = re.compile(rf"\b(?P<low>\d+)(?: ?- ?(?P<high>\d+))? (?:{_BLOCK_WORD})$")
_CORNER = r"(?:N|S|E|W|[NS] ?[EW]|(?:NORTH|SOUTH)-?(?:EAST|WEST)|NORTH|SOUTH|EAST|WEST) "
_CROSSING = re.compile(rf"^(?:THE )?(?:{_CORNER})?(?:INTERSECTION|CORNER) (?:OF )?")
_JOINT = re.compile(r" (?:[&@/]|AND|AT) ")
_BETWEEN = re.compile(r"^(?P<street>.+) (?:BETWEEN|BTWN|BETW|BET) (?P<ends>.+ (?:AND|&) .+)$")
_ASIDE = re.compile(
    r" (?:BETWEEN|BTWN|NEAR|ACROSS FROM|NEXT TO|BEHIND|OPPOSITE|ADJACENT TO|C/O|CARE OF|ATTN) .*$"
)
_JOINTS = frozenset({"&", "@", "/", ",", ";", "AND", "AT", "OR", "THEN"})
# Words whose number is a road's: INTERSTATE 395.
_ROUTE_WORDS = frozenset(["I", "INTERSTATE", "ROUTE", "RTE", "HIGHWAY", "HWY", "US"])
_ROUTE = re.compile(r"[A-Z]+ \d+")
_NO_STREET = "there is a house number but no street; add the street"
_TWO = re.compile(r" (?:[;&/,]|AND|OR|THEN) (?=\d+[A-Z]? [A-Z0-9])")
_ANOTHER = re.compile(r"\b\d+[A-Z]? .+")
_BESIDE_NUMBER = re.compile(r"(?:[&/@]|AND|OR|TO|THRU|THROUGH) (\d{1,6})")
_INNER = re.compile(r"(?<=[A-Z,@;-]) (?=\d+[A-Z]? (?:- )?(?:\d/\d )?[A-Z0-9])")


class Ends(NamedTuple):
    """What was cut off the end of a line, for the address that it belongs to."""

    zip: str
    city: str
    state: str

    def address(self, **parts: Any) -> ParsedAddress:
        """Make an address of its other parts."""
        return ParsedAddress(zip=self.zip, city=self.city, state=self.state, **parts)


def parse_address(text: object, grammar: AddressGrammar) -> ParsedAddress:
    """Take one address apart.

    Parameters
    ----------
    text
        Anything a person typed: an address, a block (``1200 BLOCK OF H ST NE``), an intersection,
        a place, a post-office box, or no address at all.
    grammar
        The city's address habits.

    Returns
    -------
    ParsedAddress
        Its parts and kind. No text raises.
    """
    if not isinstance(text, str):
        return ParsedAddress(kind=AddressKind.INVALID.value, note="there is no text")
    if len(text) > MAX_LENGTH and not text.isspace():
        length = f"the text has {len(text)} characters, more than an address can have"
        return ParsedAddress(note=f"{length}; shorten it to the address")
    if _EXPONENT.match(text):
        note = "the house number is in exponent form, as spreadsheets write it; type it in full"
        return ParsedAddress(note=note)
    line = clean(text)
    if not _LETTER.search(line):
        if has_signs(text):
            return ParsedAddress(note="the text has no letters from A to Z; type it in them")
        return ParsedAddress(kind=AddressKind.INVALID.value, note="there is no text")
    words = tokens(line)
    parsed = _special(line, words, grammar) or _ordinary(words, grammar)
    if "?" in text:
        parsed = parsed.but(doubted=True)
    may_be_place = not parsed.number and parsed.kind not in _NO_PLACES
    return parsed.but(line=line) if may_be_place else parsed


def _special(line: str, words: list[str], grammar: AddressGrammar) -> ParsedAddress | None:
    """Recognise what is no address; None when the text may hold one."""
    if UNKNOWN.fullmatch(line):
        return ParsedAddress(kind=AddressKind.INVALID.value, note="the text says it is unknown")
    if SPECIAL_WORDS.isdisjoint(words):
        return None
    box = BOX.search(line)
    if box:
        rest = (line[: box.start()] + " " + line[box.end() :]).strip(" ,;")
        inner = _ordinary(tokens(rest), grammar) if rest else ParsedAddress()
        if inner.number and inner.name and (inner.type or inner.quadrant):
            return inner.but(note="a post-office box stands beside the address")
        return ParsedAddress(
            kind=AddressKind.PO_BOX.value, place=box.group(), zip=inner.zip, city=inner.city
        )
    homeless = NO_HOME.search(line)
    if homeless and not SHELTER.search(line):
        rest = (line[: homeless.start()] + " " + line[homeless.end() :]).strip(" ,;-/")
        rest = STAYS.sub("", rest, count=1) if STAYS.match(rest) else rest
        inner = _ordinary(tokens(rest), grammar) if _LETTER.search(rest) else ParsedAddress()
        return inner.but(kind=AddressKind.NO_FIXED_ADDRESS.value, line=rest)
    sleeps = None if homeless else SLEEPS.search(line)
    if sleeps:
        rest = line[sleeps.end() :]
        inner = _ordinary(tokens(rest), grammar)
        if names_address(inner):
            return inner.but(kind=AddressKind.NO_FIXED_ADDRESS.value, line=rest)
    found = away(line)
    if not found or names_address(_ordinary(words, grammar)):
        return None
    note = f"the text says that the client {found[0]}"
    return ParsedAddress(kind=AddressKind.INVALID.value, note=note, place=found[1])


def names_address(parsed: ParsedAddress) -> bool:
    """Tell whether a text names more than a place: a house, a street, a block or a crossing.

    Parameters
    ----------
    parsed
        Any parsed address.

    Returns
    -------
    bool
        False for the name of a place, and for a number or a ZIP alone.
    """
    sure = parsed.number or parsed.type or parsed.quadrant or parsed.street2
    return bool(parsed.name and sure and parsed.kind != AddressKind.PLACE)


def _ordinary(words: list[str], grammar: AddressGrammar) -> ParsedAddress:
    tail = cut_tail(words, grammar)
    zip_code, rest = tail.zip, tail.rest
    if not zip_code and len(rest) > 3 and len(rest[0]) == 5 and rest[0].isdigit():
        behind = rest[2:] if rest[1] == "," else rest[1:]
        if _is_address(" ".join(behind), grammar):
            zip_code, rest = rest[0], behind
    base = Ends(zip_code, tail.city, tail.state or tail.country)
    text = " ".join(rest)
    if tail.country or (tail.state and grammar.states and tail.state not in grammar.states):
        parsed = _street_line(text, base, grammar)
        note = f"the country is {tail.country}" if tail.country else f"the state is {tail.state}"
        return parsed.but(kind=AddressKind.OUTSIDE.value, note=note)
    if not text:
        return base.address(kind=AddressKind.PLACE.value)
    if text.isdigit():
        if len(text) > MAX_DIGITS:
            return base.address(kind=AddressKind.INVALID.value, note="there is only a number")
        return base.address(number=text, note=_NO_STREET)
    return _street_line(text, base, grammar)


def _street_line(rest: str, base: Ends, grammar: AddressGrammar) -> ParsedAddress:
    block = _block(rest, base, grammar)
    if block:
        return block
    unit = ""
    if not rest[:1].isdigit():
        words, unit = cut_leading_unit(rest.split())
        rest = " ".join(words) if unit else rest
    second = ""
    parts = [] if _JOINTS.isdisjoint(rest.split()) else _TWO.split(rest, maxsplit=1)
    if len(parts) == 2 and _is_address(parts[0], grammar) and _is_address(parts[1], grammar):
        rest, second = parts
    number = read_number(rest)
    if number is None:
        return _no_number(rest, base, grammar)
    parsed = _address(rest, number, base, grammar)
    if not (parsed.type or parsed.quadrant) and SHELTER.search(rest):
        return base.address(kind=AddressKind.SHELTER.value, place=_place(rest))
    if unit:
        parsed = parsed.but(unit=f"{unit} {parsed.unit}".strip())
    return parsed.but(second=second.strip(" ,")) if second else parsed


def _is_address(text: str, grammar: AddressGrammar) -> bool:
    number = read_number(text)
    if not number:
        return False
    street = read_street(text[number.end :].split(), grammar)
    words = street.name.split()
    if words and words[0].isdigit() and "/" not in street.name:
        # A number is no street, so the first one was no house number (BLDG 5 1200 H ST NE).
        return False
    return bool(words and (street.type in COMMON_TYPES or street.quadrant))


def _address(rest: str, number: HouseNumber, base: Ends, grammar: AddressGrammar) -> ParsedAddress:
    digits = len(number.written) if number.written.isdigit() else 0
    if digits > MAX_DIGITS:
        return base.address(note="the house number is too long; correct it")
    body = rest[number.end :].strip(" ,;-")
    words = body.split()
    aside = None if ASIDE_WORDS.isdisjoint(words) else _ASIDE.search(body)
    if aside:
        body = body[: aside.start()]
        words = body.split()
    street2 = ""
    crossing = [] if _JOINTS.isdisjoint(words) else _JOINT.split(body, maxsplit=1)
    if (
        len(crossing) == 2
        and crossing[0].strip()
        and _is_street(crossing[1], grammar)
        and not _goes_on(crossing[0], crossing[1], grammar)
    ):
        words, street2 = crossing[0].split(), _street_text(crossing[1], grammar)
    street = read_street(words, grammar)
    if aside:
        street = street._replace(leftover=[*street.leftover, *aside.group().split()])
    parsed = _with_street(base, street, number, street2)
    return parsed if parsed.name else parsed.but(note=_NO_STREET)


def _goes_on(street: str, behind: str, grammar: AddressGrammar) -> bool:
    """Tell whether what follows a whole street gives it another quadrant or house number."""
    words = [word for word in behind.split() if word[0].isalnum()]
    more = all(word.isdigit() or word in CORNERS or word in DIRECTIONS for word in words)
    return more and bool(read_street(street.split(), grammar).quadrant)


def _with_street(
    base: Ends,
    street: Street,
    number: HouseNumber | None = None,
    street2: str = "",
) -> ParsedAddress:
    left, second = " ".join(street.leftover), ""
    another = None if left.split(" ", 1)[0] in ASIDE_WORDS else _ANOTHER.search(left)
    if another and any(word in SUFFIXES for word in another.group().split()[1:]):
        left, second = left[: another.start()].strip(), another.group()
    beside = _BESIDE_NUMBER.fullmatch(left)
    return ParsedAddress(
        number=number.written if number else "",
        predirectional=street.predirectional,
        name=street.name,
        type=street.type,
        quadrant=street.quadrant,
        unit=street.unit,
        street2=street2,
        zip=base.zip,
        city=base.city,
        state=base.state,
        low=number.low if number else -1,
        high=number.high if number else -1,
        place=left,
        behind=left,
        second=second,
        another=(number.other if number else "") or (beside.group(1) if beside else street.bare),
        note=street.note,
    )


def _street_text(text: str, grammar: AddressGrammar) -> str:
    return _full(read_street(text.split(), grammar))


def _full(street: Street) -> str:
    parts = (street.predirectional, street.name, street.type, street.quadrant)
    return " ".join(part for part in parts if part)


def _block(rest: str, base: Ends, grammar: AddressGrammar) -> ParsedAddress | None:
    if "BL" not in rest and "B/O" not in rest:
        return None
    found = _BLOCK.match(rest) or _BLOCK_FIRST.match(rest) or _BLOCK_LAST.search(rest)
    if not found:
        return None
    body = (rest[: found.start()] + " " + rest[found.end() :]).strip(" ,")
    street = read_street(body.split(), grammar)
    if not street.name:
        return None
    groups = found.groupdict()
    first, last = groups.get("low") or "", groups.get("high") or ""
    low = int(first[:7] or 0)
    high = int(last[:7]) if last else low - low % 100 + 99
    if low == 0 and not last:
        low = 1
    written = "-".join(part.lstrip("0") or part[:1] for part in (first, last) if part)
    number = HouseNumber(written, min(low, high), max(low, high), 0)
    return _with_street(base, street, number).but(kind=AddressKind.BLOCK.value)


def _no_number(rest: str, base: Ends, grammar: AddressGrammar) -> ParsedAddress:
    """Read a text without a house number: intersection, place, or a street alone."""
    body = _CROSSING.sub("", rest)
    between = _between(body, base, grammar)
    if between:
        return between
    for sign in _JOINT.finditer(body):
        left, right = body[: sign.start()], body[sign.end() :]
        if len(left) > 1 and not _is_street(left, grammar) and _is_address(right, grammar):
            # LIVES AT 1200 H ST NE: the words in front are no street.
            break
        parsed = _crossing(left, right, base, grammar, sure=body != rest)
        if parsed:
            return parsed
    # A place with its address behind it: "CCNV SHELTER 425 2ND ST NW".
    for inner in _INNER.finditer(rest):
        behind = rest[inner.end() :]
        if rest[: inner.start()].rstrip(" ,@;-").split(" ")[-1] in _ROUTE_WORDS:
            continue
        number = read_number(behind)
        if number and _is_address(behind, grammar):
            parsed = _address(behind, number, base, grammar)
            return _with_front(parsed, rest[: inner.start()].strip(" ,;-/@"), grammar)
    street = read_street(rest.split(), grammar)
    if SHELTER.search(rest):
        return base.address(kind=AddressKind.SHELTER.value, place=_place(rest))
    if street.name and (street.quadrant or street.type in COMMON_TYPES) and not street.leftover:
        parsed = _with_street(base, street)
        last = street.unit.removeprefix("# ")
        if last.isdigit() and "#" not in rest:
            # The number stands behind the street: "H ST NE 1200".
            return parsed.but(number=last, unit="")
        return parsed
    return base.address(kind=AddressKind.PLACE.value, place=_place(rest))


def _place(text: str) -> str:
    return " ".join(text.replace(",", " ").split())


def _with_front(parsed: ParsedAddress, front: str, grammar: AddressGrammar) -> ParsedAddress:
    """Read what stands before the house number: a quadrant, the city, a unit or a place."""
    if front in CORNERS and not parsed.quadrant and CORNERS[front] in grammar.quadrants:
        return parsed.but(quadrant=CORNERS[front])
    if not front:
        return parsed
    tail = cut_tail(front.split(), grammar)
    if not tail.rest:
        return parsed.but(
            zip=parsed.zip or tail.zip,
            city=parsed.city or tail.city,
            state=parsed.state or tail.state,
        )
    street = read_street(front.split(), grammar)
    if street.unit and not street.name:
        return parsed.but(unit=f"{street.unit} {parsed.unit}".strip())
    return parsed.but(place=_place(f"{front} {parsed.place}"))


def _is_street(text: str, grammar: AddressGrammar) -> bool:
    street = read_street(text.split(), grammar)
    return bool(street.name and (street.type or street.quadrant or street.name[:1].isdigit()))


def _crossing(
    left: str, right: str, base: Ends, grammar: AddressGrammar, *, sure: bool
) -> ParsedAddress | None:
    first = read_street(left.split(), grammar)
    other = read_street(right.split(), grammar)
    if not first.name or not other.name:
        return None

    def street_like(street: Street) -> bool:
        # A rare type alone is a name more often: ROCK CREEK AND POTOMAC PARKWAY.
        typed = street.type in COMMON_TYPES or street.quadrant or street.predirectional
        return bool(typed or street.name[:1].isdigit() or _ROUTE.fullmatch(street.name))

    single = other.type[:-1] if other.type[-1:] == "S" else ""
    if single in COMMON_TYPES:
        # "14TH & U STREETS": the plural names the type of both.
        first = first if first.type else first._replace(type=single)
        other = other._replace(type=single)
    looks = [street_like(street) or len(street.name) == 1 for street in (first, other)]
    # "MACOMB AND CAROLINA PLACE NW": one word without a type is a street beside a whole one.
    whole = bool(other.quadrant and other.type in COMMON_TYPES) and not (
        first.type or " " in first.name or other.name.split()[0].isdigit()
    )
    if first.leftover or not (all(looks) or ((sure or whole) and any(looks))):
        return None
    if other.leftover and not (other.type and other.quadrant):
        return None
    both = _shared_quadrant(first, other), _shared_quadrant(other, first)
    shared = single not in COMMON_TYPES and both != (first, other)
    first, other = both
    return _with_street(base, first).but(
        quadrant_shared=shared,
        kind=AddressKind.INTERSECTION.value,
        street2=_full(other),
        unit="",
        place=" ".join(other.leftover),
        behind=" ".join(other.leftover),
    )


def _between(text: str, base: Ends, grammar: AddressGrammar) -> ParsedAddress | None:
    """Read a block that lies between two streets: 12TH ST BETWEEN H AND I ST NE."""
    found = _BETWEEN.match(text)
    if not found or not _is_street(found["street"], grammar):
        return None
    first, last = re.split(r" (?:AND|&) ", found["ends"], maxsplit=1)
    streets = [read_street(part.split(), grammar) for part in (found["street"], first, last)]
    if any(not street.name or street.leftover for street in streets):
        return None
    kind = streets[2].type
    single = kind[:-1] if kind.endswith("S") and kind[:-1] in COMMON_TYPES else kind
    ends = [street._replace(type=street.type or single) for street in streets[1:2]]
    streets[1:] = [*ends, streets[2]._replace(type=single)]
    quadrants = [street.quadrant for street in streets if street.quadrant] or [""]
    streets = [_shared_quadrant(s, streets[2]._replace(quadrant=quadrants[-1])) for s in streets]
    return _with_street(base, streets[0]).but(
        kind=AddressKind.BLOCK.value,
        street2=_full(streets[1]),
        street3=_full(streets[2]),
        unit="",
    )


def _shared_quadrant(street: Street, other: Street) -> Street:
    """Read one quadrant for both streets: they meet in it. The Capitol streets divide quadrants."""
    divides = street.predirectional or other.predirectional
    if street.quadrant or divides:
        return street
    return street._replace(quadrant=other.quadrant)
