"""What is written out is read back the same, and no text of any kind raises."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geoteam.geocoding import (
    AddressGrammar,
    ParsedAddress,
    StreetAliases,
    format_address,
    parse_address,
    parse_columns,
)
from geoteam.geocoding.suffixes import COMMON_TYPES
from geoteam.geocoding.words import ordinal
from tests.geocoding.toy import GRAMMAR

PLAIN = AddressGrammar((), ("SPRINGFIELD",), ("IL",))

# Names that are nothing else to the grammar, of one and two words.
NAMES = st.sampled_from(
    [
        *(
            "KENYON",
            "LEXINGTON",
            "VARNUM",
            "RHODE ISLAND",
            "NORTH CAROLINA",
            "MARTIN LUTHER KING JR",
        ),
        *("SAINT MATTHEWS", "ADAMS MILL", "VAN NESS", "13 1/2", "HALF", "PARK", "SOUTHERN"),
        *("A", "B", "E", "I", "N", "Q", "S", "W"),
        *(ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 22, 61)),
    ]
)
NUMBERS = st.one_of(
    st.integers(1, 9999).map(str),
    st.integers(1, 9999).map(lambda n: f"{n} 1/2"),
    st.tuples(st.integers(1, 9999), st.sampled_from("ABCDR")).map(lambda p: f"{p[0]}{p[1]}"),
)
UNITS = st.sampled_from(
    ["", "APT 3", "APT B-2", "# 654B", "STE 200", "REAR", "FL 2", "PH 4", "BLDG A APT 3", "BSMT"]
)
TYPES = st.sampled_from(sorted(COMMON_TYPES))


@st.composite
def streets(draw: st.DrawFn, quadrants: tuple[str, ...]) -> dict[str, str]:
    name = draw(NAMES)
    quadrant = draw(st.sampled_from(["", *quadrants]))
    if draw(st.booleans()) and quadrants:
        direction = draw(st.sampled_from(["NORTH", "SOUTH", "EAST"]))
        street = {"predirectional": direction, "name": "CAPITOL", "type": "STREET"}
    else:
        street = {"name": name, "type": draw(TYPES)}
    return street | {"quadrant": quadrant}


def _tail(draw: st.DrawFn, grammar: AddressGrammar) -> dict[str, str]:
    return draw(
        st.sampled_from(
            [
                {},
                {"zip": "20002"},
                {"city": grammar.postal_names[0], "state": grammar.states[0], "zip": "20002"},
                {"city": grammar.postal_names[0], "state": grammar.states[0]},
            ]
        )
    )


@st.composite
def parsed_addresses(draw: st.DrawFn, grammar: AddressGrammar) -> ParsedAddress:
    """Any address, block, intersection or place that the grammar can hold."""
    kind = draw(st.sampled_from(["address", "range", "block", "intersection", "between", "place"]))
    street = draw(streets(grammar.quadrants))
    tail = _tail(draw, grammar)
    low = draw(st.integers(1, 99)) * 100
    if kind == "place":
        place = draw(st.sampled_from(["CENTRAL LIBRARY", "UNION STATION", "HARBOR HOUSE"]))
        return ParsedAddress(kind="place", place=place, **tail)
    if kind == "address":
        return ParsedAddress(number=draw(NUMBERS), unit=draw(UNITS), **street, **tail)
    if kind == "range":
        high = low + 2 * draw(st.integers(1, 40))
        short = draw(st.booleans())
        number = f"{low}-{str(high)[-2:] if short else high}"
        return ParsedAddress(number=number, low=low, high=high, unit=draw(UNITS), **street, **tail)
    if kind == "block":
        number, first, last = draw(
            st.sampled_from(
                [(f"{low}-{low + 99}", low, low + 99), (str(low), low, low + 99), ("", 1, 99)]
            )
        )
        return ParsedAddress(number=number, low=first, high=last, kind="block", **street, **tail)
    other = draw(streets(grammar.quadrants))
    if bool(other["quadrant"]) != bool(street["quadrant"]):
        other["quadrant"] = street["quadrant"]
    words = (other.get("predirectional", ""), other["name"], other["type"], other["quadrant"])
    second = " ".join(word for word in words if word)
    if kind == "between":
        # "13 1/2 ALLEY" would begin with a house number.
        assume("/" not in street["name"])
        return ParsedAddress(kind="block", street2=second, street3=second, **street, **tail)
    return ParsedAddress(kind="intersection", street2=second, **street, **tail)


@settings(max_examples=400)
@given(data=st.data(), grammar=st.sampled_from([GRAMMAR, PLAIN]))
def test_round_trip_of_every_kind(data: st.DataObject, grammar: AddressGrammar) -> None:
    parsed = data.draw(parsed_addresses(grammar))
    assert parse_address(format_address(parsed), grammar) == parsed


@settings(max_examples=200)
@given(text=st.text(max_size=80), grammar=st.sampled_from([GRAMMAR, PLAIN]))
def test_any_text_is_read_twice_the_same(text: str, grammar: AddressGrammar) -> None:
    parsed = parse_address(text, grammar)
    assert parse_address(text, grammar) == parsed
    assert format_address(parsed).isascii()


_REAL = [
    "1200 - 1299 BLOCK OF H STREET NE",
    "14TH ST NW & U ST NW",
    "1713 1/2 8TH ST NW APT B-2, WASHINGTON, DC 20001-1234",
    "UNIT BLOCK OF NORTH CAPITOL STREET",
    "REAR 1431-37 MARTIN LUTHER KING JR AVE SE 2ND FLOOR",
    "PO BOX 29 WASHINGTON DC 20013",
    "C/O SMITH, 10 DOWNING STREET, LONDON SW1A 2AA",
    "N6W23001 COUNTY ROAD 20",
]
_SIGNS = "\x00\ud83d\u200b\u202e½é#&@/,;-'\"<>|_. 0159AENSTW"


@settings(max_examples=600)
@given(
    text=st.sampled_from(_REAL),
    changes=st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 3), st.text(_SIGNS, max_size=3)), max_size=6
    ),
    grammar=st.sampled_from([GRAMMAR, PLAIN]),
)
def test_no_spoilt_address_raises(
    text: str, changes: list[tuple[int, int, str]], grammar: AddressGrammar
) -> None:
    for at, gone, new in changes:
        text = text[:at] + new + text[at + gone :]
    parsed = parse_address(text, grammar)
    parse_address(format_address(parsed), grammar)
    StreetAliases({"EYE STREET": "I STREET"}, grammar).rename(parsed)


@pytest.mark.parametrize("size", [251, 10_000, 1_000_000])
def test_a_long_text_is_refused_at_once(size: int) -> None:
    parsed = parse_address("1 " * (size // 2) + "H ST NE", GRAMMAR)
    assert (parsed.kind, parsed.number, parsed.name) == ("address", "", "")
    assert "characters, more than an address can have" in parsed.note


@pytest.mark.parametrize(
    "text",
    ["1 " * 125, "1200 & " * 35, "A AND " * 41, "1/2 " * 62, "# " * 125, ", " * 125, "1-" * 125],
)
def test_texts_that_repeat_end(text: str) -> None:
    parse_address(text, GRAMMAR)


def test_columns_read_like_the_line() -> None:
    line = parse_address("1200 H ST NE # 3, WASHINGTON, DC 20002", GRAMMAR)
    cells = {"number": 1200.0, "street": "H St.", "quadrant": "N.E.", "unit": 3}
    cells |= {"city": "Washington", "state": "DC", "zip": 20002.0}
    assert parse_columns(GRAMMAR, **cells) == line
    assert parse_columns(GRAMMAR, **(cells | {"street": "1200 H ST NE"})) == line
    assert parse_columns(GRAMMAR, **(cells | {"number": "H ST", "street": "1200"})) == line
    assert parse_columns(GRAMMAR, **(cells | {"unit": "#3"})) == line
    bare = replace(line, unit="", city="", state="", zip="")
    for empty in (None, math.nan, "", "  ", "nan"):
        rest = dict.fromkeys(("unit", "city", "state", "zip"), empty)
        assert parse_columns(GRAMMAR, **(cells | rest)) == bare


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        ({"number": 14, "street": "14 ST", "quadrant": "NW"}, "14 14TH ST NW"),
        ({"number": "17 1/2", "street": "U ST NW"}, "17 1/2 U ST NW"),
        ({"street": "1200 BLOCK OF H ST", "quadrant": "NE"}, "1200 BLOCK OF H ST NE"),
        ({"street": "14TH ST & U ST", "quadrant": "NW"}, "14TH ST & U ST NW"),
        (
            {"number": 5, "street": "MAIN ST", "city": "BOSTON", "state": "MA", "zip": 2108},
            "5 MAIN ST, BOSTON, MA 02108",
        ),
        ({}, ""),
    ],
)
def test_columns_of_every_kind(cells: dict[str, object], text: str) -> None:
    assert parse_columns(GRAMMAR, **cells) == parse_address(text, GRAMMAR)


def test_other_names_are_written_as_the_city_writes_them() -> None:
    aliases = StreetAliases({"mlk ave": "Martin Luther King Jr Ave", "EYE ST": "I ST"}, GRAMMAR)
    parsed = aliases.rename(parse_address("EYE ST SE & MLK AVE SE", GRAMMAR))
    assert (parsed.name, parsed.street2) == ("I", "MARTIN LUTHER KING JR AVENUE SE")
    same = parse_address("1200 H ST NE", GRAMMAR)
    assert aliases.rename(same) == same
