"""The address grammar: every trap of the design, the round trip, and that nothing raises."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoteam.geocoding import AddressGrammar, format_address, parse_address
from geoteam.geocoding.suffixes import COMMON_TYPES, SUFFIXES
from geoteam.geocoding.words import CORNERS, DIRECTIONS, as_ordinal, mend_ordinals, ordinal
from tests.geocoding.toy import GRAMMAR

PLAIN = AddressGrammar((), ("SPRINGFIELD",), ("IL",))


def parts(text: str, grammar: AddressGrammar = GRAMMAR) -> dict[str, object]:
    parsed = parse_address(text, grammar)
    fields = ("number", "predirectional", "name", "type", "quadrant", "unit", "street2", "zip")
    return {f: getattr(parsed, f) for f in fields if getattr(parsed, f)}


H = {"number": "1200", "name": "H", "type": "STREET", "quadrant": "NE"}
N14 = {"number": "1431", "name": "14TH", "type": "STREET", "quadrant": "NW"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1200 H ST NE", H),
        ("1200 h street northeast", H),
        ("1200 H St. N.E.", H),
        ("1200 H Street North East", H),
        ("1200 NE H ST", H),
        ("1200 H NE", {k: v for k, v in H.items() if k != "type"}),
        ("  1200\tH   ST,NE ", H),
        ("1200 H ST NE, Washington, D.C. 20002-4411", H | {"zip": "20002"}),
        ("1200 H ST NE 20002 WASHINGTON DC", H | {"zip": "20002"}),
        ("1200 H STREET NE WASHINGTON", H),
        ("1200 H ST NE USA", H),
        # units, wherever they stand
        ("1200 H ST NE APT 3", H | {"unit": "APT 3"}),
        ("1200 H ST APT 3 NE", H | {"unit": "APT 3"}),
        ("APT 3, 1200 H ST NE", H | {"unit": "APT 3"}),
        ("1200 H ST NE #3", H | {"unit": "# 3"}),
        ("1200 H ST NE FL 2", H | {"unit": "FL 2"}),
        ("1200 H ST NE 2ND FLOOR", H | {"unit": "FL 2"}),
        ("1200 H ST NE 654B", H | {"unit": "# 654B"}),
        ("1200 H ST NE BSMT", H | {"unit": "BSMT"}),
        ("1200 H STREET 5", {"number": "1200", "name": "H", "type": "STREET", "unit": "# 5"}),
        # numbers
        ("17 1/2 H ST NE", H | {"number": "17 1/2"}),
        ("17-1/2 H ST NE", H | {"number": "17 1/2"}),
        ("17½ H ST NE", H | {"number": "17 1/2"}),
        ("1234A H ST NE", H | {"number": "1234A"}),
        ("1,200 H ST NE", H),
        ("01200 H ST NE", H),
        ("1431-37 14TH ST NW", N14 | {"number": "1431-37"}),
        # ordinals
        ("1431 14 th ST NW", N14),
        ("1431 14 ST NW", N14),
        ("1431 14TH ST NW", N14),
        ("1431 14St ST NW", N14 | {"name": "14ST"}),
        ("1431 FOURTEENTH ST NW", N14),
        ("500 TWENTY-FIRST ST NW", N14 | {"number": "500", "name": "21ST"}),
        ("500 TWENTY FIRST ST NW", N14 | {"number": "500", "name": "21ST"}),
        # letters against directions
        ("10 E ST SE", {"number": "10", "name": "E", "type": "STREET", "quadrant": "SE"}),
        ("12 N ST NW", {"number": "12", "name": "N", "type": "STREET", "quadrant": "NW"}),
        ("12 S ST NW", {"number": "12", "name": "S", "type": "STREET", "quadrant": "NW"}),
        ("12 W ST NW", {"number": "12", "name": "W", "type": "STREET", "quadrant": "NW"}),
        (
            "20 N CAPITOL ST NE",
            {
                "number": "20",
                "predirectional": "NORTH",
                "name": "CAPITOL",
                "type": "STREET",
                "quadrant": "NE",
            },
        ),
        (
            "20 East Capitol Street",
            {"number": "20", "predirectional": "EAST", "name": "CAPITOL", "type": "STREET"},
        ),
        # types as DC writes them
        ("9 X BV NW", {"number": "9", "name": "X", "type": "BOULEVARD", "quadrant": "NW"}),
        ("9 X TR NW", {"number": "9", "name": "X", "type": "TERRACE", "quadrant": "NW"}),
        ("9 X CI NW", {"number": "9", "name": "X", "type": "CIRCLE", "quadrant": "NW"}),
        ("9 X AV NW", {"number": "9", "name": "X", "type": "AVENUE", "quadrant": "NW"}),
        ("9 X STRETE NW", {"number": "9", "name": "X", "type": "STREET", "quadrant": "NW"}),
        # names that look like something else
        ("5 PARK PL NW", {"number": "5", "name": "PARK", "type": "PLACE", "quadrant": "NW"}),
        ("5 RHODE ISLAND NE", {"number": "5", "name": "RHODE ISLAND", "quadrant": "NE"}),
        (
            "5 MARYLAND AVE NE",
            {"number": "5", "name": "MARYLAND", "type": "AVENUE", "quadrant": "NE"},
        ),
        (
            "5 ST NICHOLAS AVE NW",
            {"number": "5", "name": "SAINT NICHOLAS", "type": "AVENUE", "quadrant": "NW"},
        ),
        (
            "429 L’Enfant Plaza SW",
            {"number": "429", "name": "LENFANT", "type": "PLAZA", "quadrant": "SW"},
        ),
        (
            "5 KINGS CT SE 20003",
            {"number": "5", "name": "KINGS", "type": "COURT", "quadrant": "SE", "zip": "20003"},
        ),
        ("C/O SMITH 1200 H ST NE", H),
    ],
)
def test_addresses(text: str, expected: dict[str, object]) -> None:
    assert parts(text) == expected
    assert parse_address(text, GRAMMAR).kind == "address"


@pytest.mark.parametrize(
    ("text", "low", "high", "street"),
    [
        ("1200 - 1299 BLOCK OF H STREET NE", 1200, 1299, "H STREET"),
        ("1700  - 1729 BLOCK OF H STREET NE", 1700, 1729, "H STREET"),
        ("1500 1699  BLOCK OF H STREET NE", 1500, 1699, "H STREET"),
        ("3500 B/O 16TH ST NW", 3500, 3599, "16TH STREET"),
        ("UNIT B/O N ST NE", 1, 99, "N STREET"),
        ("UNIT BLOCK OF N ST NE", 1, 99, "N STREET"),
        ("0 BLOCK OF N ST NE", 1, 99, "N STREET"),
        ("1200 BLOCK H ST NE", 1200, 1299, "H STREET"),
        ("1200 BLK OF H ST NE", 1200, 1299, "H STREET"),
        ("H ST NE 1200 BLOCK", 1200, 1299, "H STREET"),
        ("1700 - 1799 BLOCK OF EAST CAPITOL STREET", 1700, 1799, "EAST CAPITOL STREET"),
    ],
)
def test_blocks(text: str, low: int, high: int, street: str) -> None:
    parsed = parse_address(text, GRAMMAR)
    assert (parsed.kind, parsed.low, parsed.high, parsed.street) == ("block", low, high, street)


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("14TH ST NW & U ST NW", "14TH STREET NW", "U STREET NW"),
        ("14th and U", "14TH", "U"),
        ("14TH & U STREETS NW", "14TH STREET NW", "U STREET NW"),
        ("14TH ST NW @ U ST NW", "14TH STREET NW", "U STREET NW"),
        ("14TH ST NW/U ST NW", "14TH STREET NW", "U STREET NW"),
        ("corner of 14th St. and U St., NW", "14TH STREET NW", "U STREET NW"),
        ("4TH ST AND MISSISSIPPI AVE SE", "4TH STREET SE", "MISSISSIPPI AVENUE SE"),
    ],
)
def test_intersections(text: str, first: str, second: str) -> None:
    parsed = parse_address(text, GRAMMAR)
    assert parsed.kind == "intersection"
    assert f"{parsed.street} {parsed.quadrant}".strip() == first
    assert parsed.street2 == second


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "invalid"),
        ("   ", "invalid"),
        ("???", "invalid"),
        ("2025550123", "invalid"),
        ("N/A", "invalid"),
        ("unknown", "invalid"),
        ("1200", "address"),
        ("1.2E+03 H ST NE", "address"),
        ("A" * 10_000, "address"),
        ("9" * 30 + " H ST NE", "address"),
        ("🏠🏠", "address"),
        ("شارع", "address"),
        ("sleeps at 1200 H ST NE", "no_fixed_address"),
        ("sleeps at Central Library", "place"),
        ("homeless", "no_fixed_address"),
        ("NFA", "no_fixed_address"),
        ("No fixed address", "no_fixed_address"),
        ("lives on the street", "no_fixed_address"),
        ("PO BOX 1234 WASHINGTON DC 20013", "po_box"),
        ("P.O. Box 77", "po_box"),
        ("PO BOX 9, 1200 H ST NE", "address"),
        ("5400 SILVER HILL RD, DISTRICT HEIGHTS MD 20747", "outside"),
        ("5400 SILVER HILL RD, DISTRICT HEIGHTS, MARYLAND", "outside"),
        ("100 MAIN ST, ARLINGTON, VA", "outside"),
        ("homeless shelter", "shelter"),
        ("Harbor Men's Shelter", "shelter"),
        ("Central Library", "place"),
        ("20002", "place"),
        ("Washington DC 20002", "place"),
        ("<script>alert(1)</script>", "place"),
        ("100 VIRGINIA AVE SW WASHINGTON DC", "address"),
    ],
)
def test_kinds(text: str, kind: str) -> None:
    assert parse_address(text, GRAMMAR).kind == kind


@pytest.mark.parametrize("value", [None, float("nan"), 1200, b"1200 H ST NE"])
def test_what_is_no_text_is_invalid(value: object) -> None:
    assert parse_address(value, GRAMMAR).kind == "invalid"


@pytest.mark.parametrize(
    "text",
    [
        "1200 H ST NE AND 1400 K ST NW",
        "1200 H ST NE; 1400 K ST NW",
        "1200 H ST NE | 1400 K ST NW",
        "1200 H ST NE\n1400 K ST NW",
        "1200 H ST NE OR 1400 K ST NW",
        "1200 H ST NE 1400 K ST NW",
    ],
)
def test_two_addresses_in_one_cell(text: str) -> None:
    parsed = parse_address(text, GRAMMAR)
    assert (parsed.number, parsed.name, parsed.second) == ("1200", "H", "1400 K ST NW")


def test_a_city_without_quadrants() -> None:
    assert parts("100 N MAIN ST", PLAIN) == {
        "number": "100",
        "predirectional": "NORTH",
        "name": "MAIN",
        "type": "STREET",
    }
    assert parts("100 MAIN ST NW, Springfield, IL 62701", PLAIN) == {
        "number": "100",
        "name": "MAIN",
        "type": "STREET",
        "quadrant": "NW",
        "zip": "62701",
    }
    assert parse_address("100 MAIN ST, MADISON, WI", PLAIN).kind == "outside"


def test_ordinals() -> None:
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 101, 111)] == [
        "1ST",
        "2ND",
        "3RD",
        "4TH",
        "11TH",
        "12TH",
        "13TH",
        "21ST",
        "101ST",
        "111TH",
    ]
    assert as_ordinal("14") == "14TH"
    assert as_ordinal("FOURTEENTH") == "14TH"
    assert as_ordinal("OAK") == "OAK"


def test_wrong_endings_of_numbers_are_kept_until_they_are_mended() -> None:
    assert as_ordinal("2TH") == "2TH"
    assert mend_ordinals("4ND STREET") == "4TH STREET"
    assert mend_ordinals("11ST STREET") == "11TH STREET"
    assert mend_ordinals("21ST STREET") == "21ST STREET"
    assert mend_ordinals("H STREET") == "H STREET"


def test_a_second_address_behind_other_words_is_found() -> None:
    parsed = parse_address("17 T ST NW  Mom 715 G ST NE", GRAMMAR)
    assert (parsed.place, parsed.behind, parsed.second) == ("MOM", "MOM", "715 G ST NE")


def test_words_behind_an_address_stand_apart_from_those_in_front() -> None:
    parsed = parse_address("Lives at 1200 H ST NE, Hyattsville", GRAMMAR)
    assert (parsed.place, parsed.behind) == ("LIVES AT HYATTSVILLE", "HYATTSVILLE")


_WORD = st.from_regex(r"[B-DF-MO-RT-VX-Z][A-Z]{3,8}", fullmatch=True).filter(
    lambda w: (
        w not in SUFFIXES
        and w not in CORNERS
        and w not in DIRECTIONS
        and as_ordinal(w) == w
        and parse_address(f"1 {w} STREET NE", GRAMMAR).name == w
        and parse_address(f"1 {w} NE", GRAMMAR).name == w
    )
)
_NUMBER = st.one_of(
    st.integers(1, 99_999).map(str),
    st.integers(1, 9999).map(lambda n: f"{n} 1/2"),
    st.tuples(st.integers(1, 9999), st.sampled_from("ABCD")).map(lambda p: f"{p[0]}{p[1]}"),
)


@settings(max_examples=150)
@given(
    number=_NUMBER,
    direction=st.sampled_from(["", "NORTH", "SOUTH", "EAST", "WEST"]),
    name=st.one_of(_WORD, st.integers(1, 60).map(ordinal)),
    kind=st.sampled_from(sorted(COMMON_TYPES)),
    quadrant=st.sampled_from(GRAMMAR.quadrants),
    unit=st.sampled_from(["", "APT 3", "# 654B", "REAR", "FL 2"]),
    code=st.sampled_from(["", "20002"]),
)
def test_round_trip(
    number: str, direction: str, name: str, kind: str, quadrant: str, unit: str, code: str
) -> None:
    text = " ".join(p for p in (number, direction, name, kind, quadrant, unit, code) if p)
    parsed = parse_address(text, GRAMMAR)
    assert (parsed.number, parsed.predirectional, parsed.name) == (number, direction, name)
    assert (parsed.type, parsed.quadrant, parsed.unit, parsed.zip) == (kind, quadrant, unit, code)
    assert parse_address(format_address(parsed), GRAMMAR) == parsed


_SHARDS = st.sampled_from(
    [
        "1200",
        "14",
        "TH",
        "ST",
        "H",
        "E",
        "N",
        "NE",
        "NW",
        "N.W.",
        "&",
        "AND",
        "@",
        "/",
        ",",
        ";",
        "#",
        "APT",
        "3",
        "1/2",
        "BLOCK",
        "B/O",
        "UNIT",
        "OF",
        "PO",
        "BOX",
        "DC",
        "MD",
        "20002",
        "½",
        "\x00",
        "é",
        "🏠",
        "-",
        "'",
        "DROP",
        "TABLE",
        "<b>",
        "C/O",
        "FL",
        "2ND",
        "FLOOR",
        "NORTH",
        "EAST",
        "AVENUE",
    ]
)


@settings(max_examples=400)
@given(st.one_of(st.text(max_size=60), st.lists(_SHARDS, max_size=12).map(" ".join)))
def test_no_text_raises(text: str) -> None:
    for grammar in (GRAMMAR, PLAIN):
        parsed = parse_address(text, grammar)
        assert parsed == parse_address(text, grammar)
        parse_address(format_address(parsed), grammar)


@pytest.mark.parametrize(
    "front",
    ["Lives at ", "@ ", "@", "c/o Smith ", "c/o J. Smith, ", "resides at ", "home: ", "addr ", "The ",
     "Home address - ", "Staying with mother at "],
)  # fmt: skip
@pytest.mark.parametrize("street", ["H ST NE", "GEORGIA AVE NW", "25TH ST NW"])
def test_words_in_front_of_the_house_number(front: str, street: str) -> None:
    plain, found = (
        parse_address(f"4904 {street}", GRAMMAR),
        parse_address(front + f"4904 {street}", GRAMMAR),
    )
    assert (found.kind, found.number, found.street, found.quadrant) == (
        "address", "4904", plain.street, plain.quadrant
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["12TH ST BETWEEN H AND I ST NE", "12TH ST NE BTWN H ST & I ST", "12TH ST BETWEEN H AND I STS NE"],
)  # fmt: skip
def test_a_block_between_two_streets(text: str) -> None:
    found = parse_address(text, GRAMMAR)
    assert (found.kind, found.street, found.quadrant) == ("block", "12TH STREET", "NE")
    assert (found.street2, found.street3) == ("H STREET NE", "I STREET NE")
