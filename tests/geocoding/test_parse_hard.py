"""Hard addresses: a table written as a clerk would read them, and what is no address at all."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

import pytest

from geoteam.geocoding import AddressGrammar, StreetAliases, format_address, parse_address
from geoteam.geocoding.suffixes import SUFFIXES
from geoteam.geocoding.words import STATE_CODES, UNITS_ALONE, UNITS_WITH_ID
from tests.geocoding.toy import GRAMMAR

HERE = Path(__file__).parent
PLAIN = AddressGrammar((), ("SPRINGFIELD",), ("IL",))
# Kinds that are no place to stand at: only the parts that the table names are compared.
_LOOSE = {"outside", "po_box", "no_fixed_address", "invalid", "shelter"}


def _table() -> list[dict[str, str]]:
    with (HERE / "hard_addresses.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="|", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def aliases() -> StreetAliases:
    profile = tomllib.loads((HERE.parents[1] / "boundaries" / "dc.toml").read_text("utf-8"))
    return StreetAliases(profile["city"]["street_aliases"], GRAMMAR)


@pytest.mark.parametrize("row", _table(), ids=lambda row: row["text"])
def test_the_table_of_hard_addresses(row: dict[str, str], aliases: StreetAliases) -> None:
    wanted = {name: value for name, value in row.items() if name not in ("text", "other")}
    for pair in row["other"].split():
        name, value = pair.split("=")
        wanted[name] = value.replace("_", " ")
    if row["kind"] in _LOOSE:
        wanted = {name: value for name, value in wanted.items() if value}
    parsed = aliases.rename(parse_address(row["text"], GRAMMAR))
    assert {name: str(getattr(parsed, name)) for name in wanted} == wanted


@pytest.mark.parametrize(
    "row",
    [
        row
        for row in _table()
        if row["kind"] in ("address", "block", "intersection") and (row["number"] or row["name"])
    ],
    ids=lambda row: row["text"],
)
def test_what_is_written_out_reads_the_same(row: dict[str, str]) -> None:
    names = ("number", "street", "quadrant", "unit", "street2", "zip", "low", "high")
    parsed = parse_address(row["text"], GRAMMAR)
    again = parse_address(format_address(parsed), GRAMMAR)
    assert {n: getattr(again, n) for n in names} == {n: getattr(parsed, n) for n in names}
    assert again.kind == parsed.kind


@pytest.mark.parametrize(
    ("text", "number", "street", "quadrant", "unit"),
    [
        ("100 N MAIN ST W", "100", "NORTH MAIN STREET", "W", ""),
        ("100 NORTH ST", "100", "NORTH STREET", "", ""),
        ("100 N NORTH ST", "100", "NORTH NORTH STREET", "", ""),
        ("100 AVENUE E", "100", "AVENUE E", "", ""),
        ("100 BROADWAY", "100", "BROADWAY", "", ""),
        ("123-45 45TH RD APT 2", "123-45", "45TH ROAD", "", "APT 2"),
        ("112-10 BRONX RD", "112-10", "BRONX ROAD", "", ""),
        ("N6W23001 BLUEMOUND RD", "N6W23001", "BLUEMOUND ROAD", "", ""),
        ("W123N456 MAIN ST", "W123N456", "MAIN STREET", "", ""),
        ("789 MAIN AVE DR", "789", "MAIN AVENUE DRIVE", "", ""),
        ("100 COUNTY ROAD 20", "100", "COUNTY ROAD 20", "", ""),
        ("100 US HWY 1 APT 3", "100", "US HIGHWAY 1", "", "APT 3"),
        ("100 STATE RTE 5A", "100", "STATE ROUTE 5A", "", ""),
        ("100 HIGHWAY 101", "100", "HIGHWAY 101", "", ""),
        ("1200 1ST AVE APT 5", "1200", "1ST AVENUE", "", "APT 5"),
        ("100 ST CLAIR AVE", "100", "SAINT CLAIR AVENUE", "", ""),
        ("100 MAIN ST APT3", "100", "MAIN STREET", "", "APT 3"),
        ("100 EAST AVE", "100", "EAST AVENUE", "", ""),
        ("100 MAIN ST, SPRINGFIELD IL 62701", "100", "MAIN STREET", "", ""),
    ],
)
def test_a_city_without_quadrants(
    text: str, number: str, street: str, quadrant: str, unit: str
) -> None:
    parsed = parse_address(text, PLAIN)
    found = (parsed.number, parsed.street, parsed.quadrant, parsed.unit, parsed.kind)
    assert found == (number, street, quadrant, unit, "address")


def test_a_zip_that_lost_its_zero_comes_back() -> None:
    salem = AddressGrammar((), ("SALEM",), ("MA",))
    parsed = parse_address("100 MAIN ST, SALEM, MA 1970", salem)
    assert (parsed.zip, parsed.city, parsed.state) == ("01970", "SALEM", "MA")


@pytest.mark.parametrize(
    "text",
    [
        "1200\x00 H ST\x07 NE",
        "1200\u200b H ST NE\ufeff",
        "\u200f1200 H ST NE\u202c",
        "1200\xa0H\xa0ST\xa0NE",
        "１２００ Ｈ ＳＴ ＮＥ",
        "1200 H ST NE 🏠",
        "1200 Ḧ́ ST NE",
        "1200 H ST\ud83d NE",
        "\ufeff1200 H ST NE\r\n",
        "1200 H ST NE'; DROP TABLE clients;--",
        "<b>1200 H ST NE</b>",
        "1200 H ST NE\u2028",
        "1200\tH\tST\tNE",
    ],
)
def test_signs_that_nobody_meant_change_nothing(text: str) -> None:
    parsed = parse_address(text, GRAMMAR)
    assert (parsed.number, parsed.street, parsed.quadrant) == ("1200", "H STREET", "NE")
    assert parsed.kind == "address"


@pytest.mark.parametrize("text", ["\ud800", "\u202e", "\x00", "\u200b", "<>", "&&", "---"])
def test_signs_alone_are_no_address(text: str) -> None:
    assert parse_address(text, GRAMMAR).kind == "invalid"


def test_publication_28_is_whole() -> None:
    # C1 names 206 suffixes (its ANEX is ANNEX here); PROMENADE is Washington's own.
    types = set(SUFFIXES.values())
    assert len(types - {"PROMENADE"}) == 206
    # C2 names 24 designators; PMB is of section 284.
    assert len(({*UNITS_WITH_ID.values()} | {*UNITS_ALONE.values()}) - {"PMB"}) == 24
    # Appendix B: 50 states, the District, 8 territories and 3 military codes.
    assert len(STATE_CODES) == 62
    assert not set(UNITS_WITH_ID) & set(UNITS_ALONE)


def test_words_that_are_both_types_and_units_or_states() -> None:
    assert set(SUFFIXES) & (set(UNITS_WITH_ID) | set(UNITS_ALONE)) == {"KEY", "TRAILER", "TRLR"}
    assert set(SUFFIXES) & STATE_CODES == {"CT", "KY", "LA", "MT", "PR", "PW", "WY"}


@pytest.mark.parametrize("street_type", sorted(set(SUFFIXES.values())))
def test_every_street_type_reads_in_every_spelling(street_type: str) -> None:
    for spelling in (word for word, own in SUFFIXES.items() if own == street_type):
        parsed = parse_address(f"1200 BIRKENAU {spelling} NE", GRAMMAR)
        assert (parsed.number, parsed.name, parsed.type) == ("1200", "BIRKENAU", street_type)


@pytest.mark.parametrize("spelling", sorted(UNITS_WITH_ID))
def test_every_unit_with_an_identifier(spelling: str) -> None:
    for identifier in ("3", "12B", "B-2", "#3"):
        parsed = parse_address(f"1200 H ST NE {spelling} {identifier}", GRAMMAR)
        wanted = f"{UNITS_WITH_ID[spelling]} {identifier.removeprefix('#')}"
        assert (parsed.number, parsed.name, parsed.unit) == ("1200", "H", wanted)


@pytest.mark.parametrize("spelling", sorted(UNITS_ALONE))
def test_every_unit_that_stands_alone(spelling: str) -> None:
    for before, behind in ((" NE", ""), ("", " NE")):
        parsed = parse_address(f"1200 H ST{before} {spelling}{behind}", GRAMMAR)
        assert (parsed.name, parsed.quadrant, parsed.unit) == ("H", "NE", UNITS_ALONE[spelling])
