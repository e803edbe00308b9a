"""A batch answers each row as the row-wise rules do: `Matcher.match(parse_address(text), zip)`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoteam.geocoding import Geocoder, ReferenceIndex, geocode, parse_address
from geoteam.geocoding.match import clean_zip
from geoteam.geocoding.matcher import Matcher
from geoteam.geocoding.result import columns_of, to_frame
from geoteam.geocoding.slots import split
from geoteam.geocoding.templates import Templates
from tests.geocoding import toy
from tests.geocoding.dc import City
from tests.geocoding.noise import Clerk, Typist

HARD = [
    "1200 H ST NE",
    "1200 h st. n.e.",
    "  1200   H   Street   NE  ",
    "1200 H ST NE APT 3",
    "1200 H ST NE #204",
    "1200 H ST NE # 204B, WASHINGTON, DC 20002",
    "1200 H ST NE, WASHINGTON DC 20005",
    "1200 H ST NE 20002-1234",
    "1200 H ST NE FL 2",
    "1200 H ST NE 654B",
    "1200 H ST NE REAR",
    "1200 H ST N E REAR",
    "1200 H NE",
    "1200 H ST",
    "1200 H STRET NE",
    "1298 H ST NE",
    "1210 H ST NE SUITE 12",
    "17 1/2 H ST NE",
    "17 H ST NE",
    "100 14TH NW",
    "100 14 ST NW",
    "100 14 th st nw",
    "101 14TH NW",
    "1 ST NW",
    "101 ST NW",
    "700 STREET APT 1200",
    "5 STREET APT 2",
    "2000 AVE NE UNIT 3",
    "21 ST JOHNS PL NW",
    "20 N CAPITOL ST NE",
    "20 NORTH CAPITOL STREET NE",
    "20 NORTH CAPITOL STREET",
    "50 NORTH CAPITOL ST NW",
    "500 CLAY TERR NE",
    "500 CLAY TER NW",
    "700 KENYAN ST NW",
    "700 KENYON ST NE APT 12",
    "700 KENYONST NW",
    "700 KENYON STNW",
    "900 LEXINGTAN PL NE",
    "900 LEXINGTON NE",
    "2700 MLK AVE SE",
    "2700 MARTIN LUTHER KING JR AVE SE",
    "2700 M L KING JR AVE SE",
    "3807 A W STREET SE",
    "3807A W ST SE",
    "1234 W ST SE",
    "10 E ST SE",
    "12 N ST NW",
    "12 N ST N W",
    "12 N NW",
    "600 S DAKOTA AVE NE",
    "600 SOUTH DAKOTA NE",
    "30 RHODE ISLAND AVE NE",
    "30 R I AVE NE",
    "800 TWIN ST NE",
    "800 TWIN NE",
    "1200 BLOCK OF H ST NE",
    "1300 - 1399 BLOCK OF H STREET NE",
    "1200 BLK H ST NE",
    "UNIT BLOCK N ST NE",
    "14TH ST NW & H ST NW",
    "14TH & H",
    "1200 H ST NE AND 700 KENYON ST NW",
    "1200-1210 H ST NE",
    "1,200 H ST NE",
    "1200 H ST NE, BALTIMORE, MD 21201",
    "1200 H ST NE, BALTIMORE, MD",
    "1200 H ST NE 94110",
    "1200 PARK AVE, NEW YORK, NY 10001",
    "PO BOX 12",
    "1200 PO BOX 12",
    "1200 HOMELESS ST NE",
    "1200 SHELTER RD NE",
    "CENTRAL LIBRARY",
    "HARBOR MENS SHELTER",
    "20002",
    "1200",
    "1.2E+03 H ST NE",
    "1200 UNKNOWN ST NE",
    "1200 OBRIEN ST NE",
    "1200 O'BRIEN ST NE",
    "01200 H ST NE",
    "12000 H ST NE",
    "1200 H ST NE;700 KENYON ST NW",
    "1200 H ST NE\n700 KENYON ST NW",
    "1200 H ST | NE",
    "１２００ H ST NE",
    "1200 H ST NE \U0001f600",
    "<b>1200 H ST NE</b>",
    "'; DROP TABLE clients; --",
    "1200 H ST NE, HYATTSVILLE",
    "1200 H ST NE HOME",
    "1200 H ST NE Central Library",
    "100 14st NW",
    "100 14st ST NW",
    "100 14rd ST NW",
    "100 4nd NW",
    "700 KENXON ST NW",
    "700 KENTON ST NW",
    "1200 H ST NE 1210",
    "1200 H ST NE 204",
    "1200 H ST NE, 1298, WASHINGTON DC",
    "1200 H ST NE AND 1210",
    "1200 H ST NE AND 12",
    "1200 H ST NE NO",
    "1200 H ST NE?",
    "1200 H ST NE DECEASED",
    "1200 H ST NE 12-31-2019",
    "1200 H ST NE/NW",
    "1200O H ST NE",
    "120 O H ST NE",
    "1200 THRU 1210 H ST NE",
    "1200 AND 1350 H ST NE",
    "victim lives 1200 H ST NE",
    "sleeps at 1200 H ST NE",
    "homeless, stays at Central Library",
    "17 H ST NE Mom 700 KENYON ST NW",
    "Twin Library",
    "Lives at 1200 H ST NE",
    "House 700 KENYON ST NW APT 3",
    "House 700 KENYAN STRET N W, WASHINGTON DC 20002",
    "The 5 H STREET NE",
    "client lives at 14 14TH ST NW",
    "Harbor 1200 H ST NE",
    "NW 700 KENYON ST",
    "SE 1200 H ST NE",
    "not 1200 H ST NE",
    "rear, 1200 H ST NE REAR",
    "North side 1200 H ST NE 20002",
    "1200 H ST NE, Harbor",
    "100 AVENUE ROAD NW",
    "DC JAIL",
    "شارع",
    "",
    "   ",
    "\ud800 1200 H ST NE",
    "1200 " + "H" * 300,
    "1200 H ST NE " * 40,
]
ZIPS = ["", "20002", "20005", "20019", "21201", "00000", 20002.0, "20002-1234", None, float("nan")]
WORDS = [
    *("1200", "700", "100", "20", "800", "1298", "5", "17", "1/2", "APT", "#", "3", "204B", "FL"),
    *("H", "W", "N", "E", "14TH", "14", "KENYON", "KENYAN", "NORTH", "CAPITOL", "LEXINGTON"),
    *("CLAY", "TWIN", "RHODE", "ISLAND", "MLK", "ST", "STREET", "STRET", "PL", "AVE", "TERR"),
    *("NE", "NW", "SE", "N.E.", "n w", "BLOCK", "&", ",", "WASHINGTON", "DC", "MD", "20002"),
    *("LIVES", "AT", "HOUSE", "HARBOR", "JAIL"),
    *("20005", "21201", "REAR", "UNIT", "SHELTER", "O'BRIEN", "-", "ORINOKO", "A"),
]


@pytest.fixture(scope="module")
def geocoder(reference: ReferenceIndex) -> Geocoder:
    return Geocoder(reference)


def row_wise(
    index: ReferenceIndex, texts: Sequence[object], zips: Sequence[object] | None
) -> pd.DataFrame:
    matcher = Matcher(index.lookup, index.grammar, index.zip_prefixes)
    codes = [""] * len(texts) if zips is None else [clean_zip(code) for code in zips]
    results = [
        matcher.match(parse_address(text if isinstance(text, str) else "", index.grammar), code)
        for text, code in zip(texts, codes, strict=True)
    ]
    return to_frame([columns_of(results)], np.arange(len(results)), pd.RangeIndex(len(results)))


def check(geocoder: Geocoder, texts: Sequence[object], zips: Sequence[object] | None) -> None:
    column = None if zips is None else pd.Series(zips, dtype=object)
    found = geocoder.geocode(pd.Series(texts, dtype=object), zips=column)
    pd.testing.assert_frame_equal(found, row_wise(geocoder.index, texts, zips))


def test_hard_texts(geocoder: Geocoder) -> None:
    check(geocoder, HARD, None)
    check(geocoder, HARD, None)


@pytest.mark.parametrize("code", ZIPS)
def test_hard_texts_with_a_zip(geocoder: Geocoder, code: object) -> None:
    check(geocoder, HARD, [code] * len(HARD))


def test_cells_that_are_no_text(geocoder: Geocoder) -> None:
    cells = [
        None,
        float("nan"),
        1200,
        12.5,
        pd.NA,
        b"1200 H ST NE",
        ["1200 H ST NE"],
        "1200 H ST NE",
    ]
    check(geocoder, cells, None)
    check(geocoder, cells, ["20002", None, 20002, 20002.0, pd.NA, b"20002", "", "20002"])


@settings(max_examples=150)
@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8), st.sampled_from(ZIPS)),
        min_size=1,
        max_size=12,
    ),
    st.booleans(),
)
def test_made_up_texts(
    geocoder: Geocoder, rows: list[tuple[list[str], object]], with_zips: bool
) -> None:
    texts = [" ".join(words) for words, _ in rows]
    check(geocoder, texts, [code for _, code in rows] if with_zips else None)


@settings(max_examples=60)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=8))
def test_any_text(geocoder: Geocoder, texts: list[str]) -> None:
    check(geocoder, texts, None)


def test_mistyped_addresses(geocoder: Geocoder) -> None:
    texts = []
    for seed in range(20):
        typist = Typist(seed)
        for number, street, quadrant, *_ in toy.POINTS:
            texts += [
                typist.messy(number, street, quadrant)[0],
                typist.clean(number, street, quadrant),
            ]
    check(geocoder, texts, None)
    check(geocoder, texts, [ZIPS[i % len(ZIPS)] for i in range(len(texts))])


def test_a_city_without_quadrants() -> None:
    points = toy.addresses()
    points = points[points["quadrant"] == "NE"].assign(quadrant="")
    grammar = type(toy.GRAMMAR)((), toy.GRAMMAR.postal_names, toy.GRAMMAR.states)
    index = ReferenceIndex.build(points, grammar=grammar, crs=toy.CRS)
    texts = [text.replace(" NE", "") for text in HARD]
    check(Geocoder(index), [*texts, *HARD], None)


def test_labels_and_repeats_are_kept(reference: ReferenceIndex) -> None:
    texts = pd.Series(["1200 H ST NE", "", "1200 H ST NE"], index=["b", "a", "b"])
    found = geocode(texts, reference)
    assert list(found.index) == ["b", "a", "b"]
    assert list(found["status"]) == ["M", "U", "M"]
    assert found["reference_id"].iloc[0] == found["reference_id"].iloc[2] == "a0"


def test_large_batches_are_cut_and_joined(
    geocoder: Geocoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geoteam.geocoding.match._AT_ONCE", 7)
    check(geocoder, HARD, [ZIPS[i % len(ZIPS)] for i in range(len(HARD))])


def test_what_is_remembered_is_bounded(
    reference: ReferenceIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("templates", "quick", "lookup"):
        monkeypatch.setattr(f"geoteam.geocoding.{module}._REMEMBERED", 2)
    geocoder = Geocoder(reference)
    for start in range(0, len(HARD), 10):
        check(geocoder, HARD[start : start + 10], None)


def test_texts_that_differ_in_slots_share_a_template() -> None:
    texts = ["700 KENYON ST NW APT 3", "12 ORINOKO ST SE APT 2041", "5 H ST | NE"]
    cut = split(pa.array(texts, pa.large_string()))
    assert cut.plain.tolist() == [True, True, False]
    assert cut.number.tolist() == [700, 12, 0]
    which, readings = Templates(toy.GRAMMAR).read(cut.rests)
    assert [readings[i].name for i in which] == ["KENYON", "ORINOKO"]
    assert readings[which[0]].template.name == readings[which[1]].template.name == "{0}"


def test_batches_one_after_another_give_what_one_call_gives(reference: ReferenceIndex) -> None:
    texts = pd.Series(HARD, dtype=object)
    geocoder = Geocoder(reference)
    frames = [geocoder.geocode(texts.iloc[at : at + 9]) for at in range(0, len(texts), 9)]
    pd.testing.assert_frame_equal(pd.concat(frames), geocode(texts, reference))


@pytest.mark.slow
@pytest.mark.realdata
@pytest.mark.parametrize("with_zips", [False, True])
def test_mistyped_addresses_of_dc(dc_data: Path, with_zips: bool) -> None:
    city = City(dc_data)
    points = city.truth().sample(10_000, random_state=9)
    typist, clerk = Typist(21), Clerk(21)
    rows = list(zip(*(points[c] for c in ("number", "street", "quadrant", "zip")), strict=True))
    texts = [typist.messy(*row[:3])[0] for row in rows] + [clerk.any(*row)[0] for row in rows]
    zips = [row[3] for row in rows] * 2
    check(Geocoder(city.index), texts, zips if with_zips else None)
