"""From one line of text to a `ParsedAddress`; never raises on any string."""

from __future__ import annotations

import re
from dataclasses import replace

from geoteam.geocoding.clean import MAX_LENGTH, clean, tokens
from geoteam.geocoding.grammar import AddressGrammar, ParsedAddress
from geoteam.geocoding.street import Street, read_street
from geoteam.geocoding.suffixes import COMMON_TYPES, SUFFIXES
from geoteam.geocoding.tail import cut_tail
from geoteam.model import AddressKind

_NO_HOME = re.compile(
    r"\bNO (?:FIXED|PERMANENT|KNOWN|CURRENT) (?:ADDRESS|ABODE|RESIDENCE|HOME|ADDR)\b|^NFA\b|"
    r"\bHOMELESS\b|\bTRANSIENT\b|\bUNDOMICILED\b|\bUNHOUSED\b|\bUNSHELTERED\b|"
    r"\b(?:LIVES|LIVING|SLEEPS|SLEEPING|STAYS|STAYING) (?:ON|IN) (?:THE )?(?:STREETS?|CAR|PARK)\b"
)
_SHELTER = re.compile(r"\bSHELTER\b")
_PO_BOX = re.compile(
    r"\bP ?O ?(?:BOX|BX|B)\b ?#? ?\w*|\bPOST OFFICE (?:BOX|BX)\b ?#? ?\w*|^BOX \d+\b|"
    r"\bGENERAL DELIVERY\b"
)
_UNKNOWN = re.compile(
    r"(?:ADDRESS )?(?:UNKNOWN|UNK|NONE|N/A|NA|NULL|NAN|TBD|TEST|REFUSED|"
    r"NOT (?:KNOWN|GIVEN|PROVIDED)|PENDING|INCARCERATED|SAME|SEE FILE|DECEASED|X+)"
)
_EXPONENT = re.compile(r"^\d+(?: \d+)?E[-+ ]?\d{1,3}\b")
_BLOCK_WORD = r"(?:HUNDRED )?(?:BLOCK|BLK|BLCK)(?: OF)?|B/O"
_BLOCK = re.compile(
    r"^(?:THE )?(?:(?P<unit>UNIT|UNT)|(?P<low>\d+)(?:(?: ?- ?| )(?P<high>\d+))?) "
    rf"(?:{_BLOCK_WORD})\b"
)
_BLOCK_FIRST = re.compile(rf"^(?:{_BLOCK_WORD}) (?P<low>\d+)\b")
_BLOCK_LAST = re.compile(rf"\b(?P<low>\d+)(?: ?- ?(?P<high>\d+))? (?:{_BLOCK_WORD})$")
_CROSSING = re.compile(r"^(?:THE )?(?:INTERSECTION|CORNER) (?:OF )?")
_BETWEEN = re.compile(r" (?:[&@/]|AND|AT) ")
_NUMBER = re.compile(
    r"^#? ?(?P<number>\d+)(?:(?P<letter>[A-Z])(?![A-Z])|-(?P<to>\d+)|-(?P<dash>[A-Z])(?![A-Z]))?"
    r"(?: (?P<fraction>\d/\d))?(?= |,|$)"
)
_TWO = re.compile(r" ?(?:;|&|/(?=\d{2})|\b(?:AND|OR)\b|,) ?(?=\d+[A-Z]? [A-Z0-9])")


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
    if len(text) > MAX_LENGTH:
        return ParsedAddress(
            kind=AddressKind.INVALID.value,
            note=f"the text has {len(text)} characters, more than an address can have",
        )
    line = clean(text)
    if not any(c.isalnum() for c in line):
        return ParsedAddress(kind=AddressKind.INVALID.value, note="there is no text")
    return _special(line, grammar) or _ordinary(line, grammar)


def _special(line: str, grammar: AddressGrammar) -> ParsedAddress | None:
    """Recognise what is no address; None when the text may hold one."""
    if _UNKNOWN.fullmatch(line):
        return ParsedAddress(kind=AddressKind.INVALID.value, note="the text says it is unknown")
    if _EXPONENT.match(line):
        return ParsedAddress(
            kind=AddressKind.INVALID.value,
            note="the house number is in exponent form, as spreadsheets write it",
        )
    box = _PO_BOX.search(line)
    if box:
        rest = (line[: box.start()] + " " + line[box.end() :]).strip(" ,;")
        inner = _ordinary(rest, grammar) if rest else ParsedAddress()
        if inner.number and inner.name and (inner.type or inner.quadrant):
            return replace(inner, note="a post-office box stands beside the address")
        return ParsedAddress(
            kind=AddressKind.PO_BOX.value, place=box.group(), zip=inner.zip, city=inner.city
        )
    homeless = _NO_HOME.search(line)
    if homeless and not _SHELTER.search(line):
        rest = (line[: homeless.start()] + " " + line[homeless.end() :]).strip(" ,;-/")
        inner = _ordinary(rest, grammar) if any(c.isdigit() for c in rest) else ParsedAddress()
        doubt = ""
        if inner.name and (inner.number or inner.type):
            doubt = "the text says no fixed address but also names an address"
        return replace(inner, kind=AddressKind.NO_FIXED_ADDRESS.value, note=doubt)
    return None


def _ordinary(line: str, grammar: AddressGrammar) -> ParsedAddress:
    tail = cut_tail(tokens(line), grammar)
    base = ParsedAddress(zip=tail.zip, city=tail.city, state=tail.state)
    rest = " ".join(tail.rest).replace(" ,", ",")
    if tail.state and grammar.states and tail.state not in grammar.states:
        parsed = _street_line(rest, base, grammar)
        return replace(parsed, kind=AddressKind.OUTSIDE.value, note=f"the state is {tail.state}")
    if not rest:
        return replace(base, kind=AddressKind.PLACE.value)
    if rest.isdigit():
        note = "there is a house number but no street"
        return replace(base, number=rest, kind=AddressKind.INVALID.value, note=note)
    return _street_line(rest, base, grammar)


def _street_line(rest: str, base: ParsedAddress, grammar: AddressGrammar) -> ParsedAddress:
    block = _block(rest, base, grammar)
    if block:
        return block
    second = ""
    parts = _TWO.split(rest, maxsplit=1)
    if len(parts) == 2 and _is_address(parts[0], grammar) and _is_address(parts[1], grammar):
        rest, second = parts
    number = _NUMBER.match(rest)
    if not number or _NUMBER.match(rest).end() == len(rest):  # type: ignore[union-attr]
        number = None
    if number is None:
        return _no_number(rest, base, grammar)
    parsed = _address(rest, number, base, grammar)
    return replace(parsed, second=second.strip(" ,")) if second else parsed


def _is_address(text: str, grammar: AddressGrammar) -> bool:
    number = _NUMBER.match(text)
    if not number:
        return False
    street = read_street(tokens(text[number.end() :]), grammar)
    return bool(street.name and (street.type in COMMON_TYPES or street.quadrant))


def _address(
    rest: str, number: re.Match[str], base: ParsedAddress, grammar: AddressGrammar
) -> ParsedAddress:
    digits = number["number"].lstrip("0") or "0"
    written, low, high = digits, -1, -1
    if len(digits) > 6:
        return replace(base, kind=AddressKind.INVALID.value, note="the house number is too long")
    if number["letter"] or number["dash"]:
        written += number["letter"] or number["dash"]
    elif number["to"]:
        written += "-" + number["to"]
        low = int(digits)
        high = int(digits[: -len(number["to"])] + number["to"])
        if high <= low or high - low > 100:
            low = high = -1
    if number["fraction"]:
        written += " " + number["fraction"]
    body = rest[number.end() :].strip(" ,;")
    street2 = ""
    crossing = _BETWEEN.split(body, maxsplit=1)
    if len(crossing) == 2 and crossing[0].strip() and crossing[1].strip():
        body, street2 = crossing[0], _street_text(crossing[1], grammar)
    street = read_street(tokens(body), grammar)
    parsed = _with_street(base, street, written, low, high, street2)
    if not parsed.name:
        note = "there is a house number but no street"
        return replace(parsed, kind=AddressKind.INVALID.value, note=note)
    return parsed


def _with_street(
    base: ParsedAddress,
    street: Street,
    number: str = "",
    low: int = -1,
    high: int = -1,
    street2: str = "",
) -> ParsedAddress:
    left = " ".join(street.leftover)
    second = left if re.match(r"\d+ ", left) and any(w in SUFFIXES for w in street.leftover) else ""
    return ParsedAddress(
        number=number,
        predirectional=street.predirectional,
        name=street.name,
        type=street.type,
        quadrant=street.quadrant,
        unit=street.unit,
        kind=base.kind,
        street2=street2,
        zip=base.zip,
        city=base.city,
        state=base.state,
        low=low,
        high=high,
        place="" if second else left,
        second=second,
        note=street.note,
    )


def _street_text(text: str, grammar: AddressGrammar) -> str:
    return _full(read_street(tokens(text), grammar))


def _full(street: Street) -> str:
    parts = (street.predirectional, street.name, street.type, street.quadrant)
    return " ".join(part for part in parts if part)


def _block(rest: str, base: ParsedAddress, grammar: AddressGrammar) -> ParsedAddress | None:
    if "BL" not in rest and "B/O" not in rest:
        return None
    found = _BLOCK.match(rest) or _BLOCK_FIRST.match(rest) or _BLOCK_LAST.search(rest)
    if not found:
        return None
    body = (rest[: found.start()] + " " + rest[found.end() :]).strip(" ,")
    street = read_street(tokens(body), grammar)
    if not street.name:
        return None
    groups = found.groupdict()
    low = 0 if groups.get("unit") else int(groups["low"][:7])
    high = int(groups["high"][:7]) if groups.get("high") else low - low % 100 + 99
    if low == 0:
        low = 1
    if high < low:
        low, high = high, low
    parsed = _with_street(base, street)
    return replace(parsed, kind=AddressKind.BLOCK.value, low=low, high=high)


def _no_number(rest: str, base: ParsedAddress, grammar: AddressGrammar) -> ParsedAddress:
    """Read a text without a house number: intersection, place, or a street alone."""
    body = _CROSSING.sub("", rest)
    sides = _BETWEEN.split(body, maxsplit=1)
    if len(sides) == 2 and all(side.strip(" ,") for side in sides):
        parsed = _crossing(sides[0], sides[1], base, grammar, sure=body != rest)
        if parsed:
            return parsed
    # A place with its address behind it: "CCNV SHELTER 425 2ND ST NW".
    inner = re.search(r"(?<=[A-Z,]) ?\b(?=\d+[A-Z]? (?:\d/\d )?[A-Z0-9])", rest)
    if inner and inner.start() > 0 and _is_address(rest[inner.end() :], grammar):
        behind = rest[inner.end() :]
        parsed = _address(behind, _NUMBER.match(behind), base, grammar)  # type: ignore[arg-type]
        before = rest[: inner.start()].strip(" ,;-")
        if read_street(tokens(before), grammar).unit and not _words(before, grammar):
            unit = " ".join(
                u for u in (read_street(tokens(before), grammar).unit, parsed.unit) if u
            )
            return replace(parsed, unit=unit)
        return replace(parsed, place=before)
    street = read_street(tokens(rest), grammar)
    if _SHELTER.search(rest):
        return replace(base, kind=AddressKind.SHELTER.value, place=rest.replace(",", ""))
    if street.name and (street.quadrant or street.type in COMMON_TYPES) and not street.leftover:
        return replace(_with_street(base, street), kind=AddressKind.ADDRESS.value)
    return replace(base, kind=AddressKind.PLACE.value, place=rest.replace(",", ""))


def _words(text: str, grammar: AddressGrammar) -> str:
    street = read_street(tokens(text), grammar)
    return street.name


def _crossing(
    left: str, right: str, base: ParsedAddress, grammar: AddressGrammar, *, sure: bool
) -> ParsedAddress | None:
    first = read_street(tokens(left), grammar)
    other = read_street(tokens(right), grammar)
    if not first.name or not other.name:
        return None

    def street_like(street: Street) -> bool:
        return bool(street.type or street.quadrant or street.name[:1].isdigit()) and not (
            street.leftover
        )

    single = other.type[:-1] if other.type[-1:] == "S" else ""
    if single in COMMON_TYPES:
        # "14TH & U STREETS": the plural names the type of both.
        first = first if first.type else first._replace(type=single)
        other = other._replace(type=single)
    looks = street_like(first) or len(first.name) == 1, street_like(other) or len(other.name) == 1
    if not (all(looks) or (sure and any(looks))):
        return None
    return replace(
        _with_street(base, first),
        kind=AddressKind.INTERSECTION.value,
        street2=_full(other),
        unit="",
    )
