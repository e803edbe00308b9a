"""Matching on the toy reference: what is placed, what ties, what is refused, and why."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoteam.frames import GEOCODES, check_frame
from geoteam.geocoding import AddressGrammar, ReferenceIndex, decide, geocode
from tests.geocoding import toy
from tests.geocoding.toy import one, verdict


@pytest.mark.parametrize(
    "text",
    [
        "formerly 1200 H ST NE",
        "1200 H ST NE (no longer lives there)",
        "NOT 1200 H ST NE",
        "do not use 1200 H ST NE",
        "near 1200 H ST NE",
        "Work: 1200 H ST NE Home: 10 E ST SE",
        "formerly 1200 H ST NE; now 10 E ST SE",
        "1200 H ST NE or shelter",
        "1200 H ST NE SE",
    ],
)
def test_an_address_that_words_put_in_doubt_waits(reference: ReferenceIndex, text: str) -> None:
    found = one(reference, text)
    assert verdict(reference, text) == "review"
    assert found["status"] == "T"
    assert "1200 H STREET NE" in [one["address"] for one in found["candidates"]]


@pytest.mark.parametrize("text", ["c/o Smith 1200 H ST NE", "Lives at 1200 H ST NE"])
def test_harmless_words_do_not_put_an_address_in_doubt(
    reference: ReferenceIndex, text: str
) -> None:
    assert verdict(reference, text) == "accepted"


@pytest.mark.parametrize(
    ("text", "address", "code", "score"),
    [
        ("1200 H ST NE", "1200 H STREET NE", "PointAddress", 100),
        ("1200 h street n.w., apt 4", "1200 H STREET NW", "PointAddress", 100),
        ("17 1/2 H ST NE", "17 1/2 H STREET NE", "PointAddress", 100),
        ("1200B H ST NE", "1200 H STREET NE", "PointAddress", 97),
        ("1208-10 H ST NE", "1210 H STREET NE", "PointAddress", 97),
        ("3807 A W STREET SE", "3807A W STREET SE", "PointAddress", 100),
        ("10 E ST SE", "10 E STREET SE", "PointAddress", 100),
        ("12 N ST NW", "12 N STREET NW", "PointAddress", 100),
        ("600 S DAKOTA AV NE", "600 SOUTH DAKOTA AVENUE NE", "PointAddress", 100),
        ("30 RHODE ISLAND NE", "30 RHODE ISLAND AVENUE NE", "PointAddress", 97),
        ("30 RI AVE NE", "30 RHODE ISLAND AVENUE NE", "PointAddress", 98),
        ("2700 MLK AVE SE", "2700 MARTIN LUTHER KING JR AVENUE SE", "PointAddress", 98),
        ("2700 M.L. King Jr. Ave SE", "2700 MARTIN LUTHER KING JR AVENUE SE", "PointAddress", 98),
        ("700 KENYON NW", "700 KENYON STREET NW", "PointAddress", 97),
        ("700 KENYON STRETE NW", "700 KENYON STREET NW", "PointAddress", 98),
        ("900 LEXINGTIN PL NE", "900 LEXINGTON PLACE NE", "PointAddress", 95),
        ("1230 H ST NE", "1230 H STREET NE", "StreetAddress", 92),
        ("1333 H ST NE", "1333 H STREET NE", "StreetAddress", 92),
        ("150 N CAPITOL ST NE", "150 NORTH CAPITOL STREET", "StreetAddress", 92),
        ("1200 - 1299 BLOCK OF H STREET NE", "1200 - 1299 BLOCK OF H STREET NE",
         "StreetMidBlock", 100),
        ("3500 B/O 16TH ST NW", "3500 - 3599 BLOCK OF 16TH STREET NW", "StreetMidBlock", 100),
        ("UNIT BLOCK OF NORTH CAPITOL STREET", "1 - 99 BLOCK OF NORTH CAPITOL STREET",
         "StreetMidBlock", 100),
        ("14TH ST NW & H ST NW", "14TH STREET NW & H STREET NW", "StreetInt", 100),
        ("H ST NW and 14TH ST NW", "H STREET NW & 14TH STREET NW", "StreetInt", 100),
        ("MLK AVE SE @ 4TH ST SE", "MARTIN LUTHER KING JR AVENUE SE & 4TH STREET SE",
         "StreetInt", 98),
        ("LEXINGTON PL NE / H ST NE", "LEXINGTON PLACE NE & H STREET NE", "StreetInt", 100),
        ("Harbor Men's Shelter", "THE HARBOR MEN'S SHELTER", "Place", 96),
    ],
)  # fmt: skip
def test_matched_and_accepted(
    reference: ReferenceIndex, text: str, address: str, code: str, score: float
) -> None:
    found = one(reference, text)
    assert (found["status"], found["match_code"], found["score"]) == ("M", code, score)
    assert found["matched_address"] == address
    assert np.isfinite([found["lon"], found["lat"], found["uncertainty_m"]]).all()
    assert not found["inferred"]
    assert verdict(reference, text) == "accepted"


def test_the_point_is_the_reference_s_own(reference: ReferenceIndex) -> None:
    points = toy.addresses()
    found = one(reference, "1200 H ST NW")
    assert found["reference_id"] == "a3"
    assert (found["lon"], found["lat"]) == (points.geometry["a3"].x, points.geometry["a3"].y)


def test_interpolation_lies_between_the_neighbours(reference: ReferenceIndex) -> None:
    points = toy.addresses().geometry
    found = one(reference, "1230 H ST NE")
    assert found["lon"] == pytest.approx((points["a1"].x + points["a2"].x) / 2)
    assert "between numbers 1210 and 1250" in found["reason"]


@pytest.mark.parametrize(
    ("text", "status", "code", "says"),
    [
        ("1200 H ST", "T", "PointAddress", "exists in NE and NW and SE"),
        ("100 14TH NW", "T", "PointAddress", "It can be"),
        ("800 TWIN ST NE", "T", "PointAddress", "at two places"),
        ("14TH & H", "T", "StreetInt", "2 places"),
        ("Twin Library", "T", "Place", "Several places"),
        ("1200 H ST NE AND 700 KENYON ST NW", "T", "PointAddress", "two addresses"),
        ("5900 H ST NE", "U", "StreetName", "the house number 5900 is not in the reference"),
        ("H ST NE", "U", "StreetName", "no house number"),
        ("5 NOWHERE ST NE", "U", "none", "no street NOWHERE STREET in NE"),
        ("500 CLAY TER NW", "U", "StreetName", "is not in NW; it exists in NE"),
        ("150 N CAPITOL ST SW", "U", "StreetName", "is not in SW; it exists in NE and NW"),
        ("500 CLAE TER NW", "U", "StreetName", "is not in NW"),
        ("100 15TH ST NW", "U", "none", "no street 15TH STREET in NW"),
        ("PO BOX 12", "U", "POBox", "post-office box"),
        ("14TH ST NW & KENYON ST NW", "U", "StreetName", "do not meet"),
        ("FAKE ST NW & 14TH ST NW", "U", "none", "no street FAKE STREET"),
        ("Nameless Shelter", "U", "none", "no shelter of that name"),
        ("", "U", "none", "no text"),
    ],
)
def test_never_placed_by_guess(
    reference: ReferenceIndex, text: str, status: str, code: str, says: str
) -> None:
    found = one(reference, text)
    if says == "is not in NW" and found["match_code"] == "none":
        code, says = "none", "no street CLAE TERRACE in NW"
    assert (found["status"], found["match_code"]) == (status, code)
    assert says in found["reason"]
    assert np.isnan([found["lon"], found["lat"], found["uncertainty_m"]]).all()
    assert verdict(reference, text) != "accepted"


def test_wrong_quadrant_is_offered_but_never_accepted(reference: ReferenceIndex) -> None:
    found = one(reference, "500 CLAY TER NW")
    assert [c["address"] for c in found["candidates"]] == ["500 CLAY TERRACE NE"]
    assert verdict(reference, "500 CLAY TER NW") == "review"


def test_spelling_is_mended_only_in_the_written_quadrant(reference: ReferenceIndex) -> None:
    assert one(reference, "900 LEXINGTIN PL NW")["status"] == "U"
    assert one(reference, "900 LEXINGTIN PL")["status"] == "U"


def test_outside_and_no_fixed_address(reference: ReferenceIndex) -> None:
    assert verdict(reference, "homeless") == "unplaceable"
    assert verdict(reference, "5 OAK RD, BOWIE MD 20715") == "unplaceable"
    assert verdict(reference, "PO BOX 12") == "unplaceable"
    assert verdict(reference, "???") == "unplaceable"
    # Doubtful: the text also names an address that exists.
    assert verdict(reference, "homeless, stays at 1200 H ST NE") == "review"
    assert verdict(reference, "1200 H ST NE, LAUREL MD") == "review"


def test_missing_quadrant_of_a_crossing_follows_from_the_other_street(
    reference: ReferenceIndex,
) -> None:
    found = one(reference, "14TH ST & H ST NW")
    assert (found["status"], found["inferred"]) == ("M", True)
    assert found["matched_address"] == "14TH STREET NW & H STREET NW"


def test_rows_keep_order_index_and_number(reference: ReferenceIndex) -> None:
    texts = pd.Series(["1200 H ST NW", None, "1200 H ST NE", "1200 H ST NW"], index=list("dcab"))
    found = geocode(texts, reference)
    check_frame(found, GEOCODES)
    assert list(found.index) == list("dcab")
    assert found["reference_id"].to_list() == ["a3", "", "a0", "a3"]
    assert len(geocode(pd.Series([], dtype="str"), reference)) == 0


def test_a_city_without_quadrants() -> None:
    plain = toy.addresses().assign(quadrant="").iloc[[0, 2, 15]]
    plain["zip"] = "62701"
    index = ReferenceIndex.build(
        plain, grammar=AddressGrammar((), ("SPRINGFIELD",), ("IL",)), crs=toy.CRS
    )
    for text in ("1200 H ST", "1200 H Street, Springfield IL 62701"):
        found = one(index, text)
        assert (found["status"], found["score"], found["inferred"]) == ("M", 100, False)
        assert verdict(index, text) == "accepted"
    assert one(index, "10 E ST")["matched_address"] == "10 E STREET"
    assert one(index, "10 Q ST")["status"] == "U"


_SHARDS = st.sampled_from(
    [
        "1200",
        "700",
        "H",
        "14TH",
        "KENYON",
        "CLAY",
        "CAPITOL",
        "NORTH",
        "E",
        "ST",
        "PL",
        "TER",
        "NE",
        "NW",
        "&",
        "AND",
        "@",
        ",",
        ";",
        "APT",
        "3",
        "BLOCK",
        "OF",
        "B/O",
        "20002",
        "20005",
        "MD",
        "DC",
        "PO",
        "BOX",
        "SHELTER",
        "HOMELESS",
        "TWIN",
        "LIBRARY",
        "1/2",
        "\x00",
        "é",
        "🏠",
    ]
)


@settings(max_examples=250)
@given(
    st.lists(
        st.one_of(st.text(max_size=25), st.lists(_SHARDS, max_size=8).map(" ".join)), max_size=6
    ),
    st.sampled_from(["", "20002", "20005", "99999", "x"]),
)
def test_every_text_has_a_result_and_a_reason(
    reference: ReferenceIndex, texts: list[str], zip_code: str
) -> None:
    rows = pd.Series(texts, dtype="str", index=[f"r{i}" for i in range(len(texts))])
    found = geocode(rows, reference, zips=pd.Series(zip_code, index=rows.index, dtype="str"))
    check_frame(found, GEOCODES)
    assert list(found.index) == list(rows.index)
    assert (found["reason"] != "").all()
    placed = found["lon"].notna()
    assert (placed == (found["status"] == "M")).all()
    assert found["score"].between(0, 100).all()
    assert (found["candidates"].map(len) <= 5).all()
    decided = decide(found, np.ones(len(found), dtype=bool))
    accepted = decided["decision"] == "accepted"
    assert (found.loc[accepted, "match_code"] == "PointAddress").all()
    assert (found.loc[accepted, "score"] >= 94).all()


def test_a_name_two_letters_away_needs_more_than_its_number(reference: ReferenceIndex) -> None:
    alone = one(reference, "900 LEXIMGTIN PL NE")
    assert (alone["status"], alone["candidates"][0]["address"]) == ("T", "900 LEXINGTON PLACE NE")
    confirmed = one(reference, "900 LEXIMGTIN PL NE", "20002")
    assert (confirmed["status"], confirmed["score"]) == ("M", 94)
    assert one(reference, "900 LEXIMGTIN PL NE", "20019")["status"] == "T"
    assert one(reference, "LEXIMGTIN PL NE & H ST NE")["status"] == "T"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("900 LEX INGTON PL NE", "900 LEXINGTON PLACE NE"),
        ("30 RHODEISLAND AVE NE", "30 RHODE ISLAND AVENUE NE"),
        ("20 NCAPITOL ST NE", "20 NORTH CAPITOL STREET NE"),
        ("2700 MARTINLUTHERKING JR AVE SE", "2700 MARTIN LUTHER KING JR AVENUE SE"),
    ],
)
def test_words_joined_or_parted_differently(
    reference: ReferenceIndex, text: str, address: str
) -> None:
    found = one(reference, text)
    assert (found["status"], found["matched_address"], found["score"]) == ("M", address, 98)
    # Never in another quadrant than the one that is written.
    assert one(reference, text[:-2] + "SW")["status"] == "U"


def test_a_wrong_type_that_is_right_elsewhere_lists_both(reference: ReferenceIndex) -> None:
    """CLAY TERRACE is in NE; were there a CLAY STREET in NW, either word may be the slip."""
    frame = toy.addresses()
    extra = frame.iloc[[10]].assign(street="CLAY STREET", quadrant="NW", number="500")
    extra.index = pd.Index(["x"], name=frame.index.name)
    index = ReferenceIndex.build(pd.concat([frame, extra]), grammar=toy.GRAMMAR, crs=toy.CRS)
    found = one(index, "500 CLAY ST NE")
    assert found["status"] == "T"
    addresses = [c["address"] for c in found["candidates"]]
    assert addresses == ["500 CLAY TERRACE NE", "500 CLAY STREET NW"]


def test_a_block_between_two_crossings_lies_half_way() -> None:
    crossings = toy._frame(
        [("14th St NW", "H St NW", -1400, 100), ("14th St NW", "I St NW", -1400, 220)],
        ["street", "street2"],
        "row",
    )
    index = ReferenceIndex.build(
        toy.addresses(), intersections=crossings, grammar=toy.GRAMMAR, crs=toy.CRS
    )
    found = one(index, "14TH ST BETWEEN H AND I ST NW")
    middle = toy._frame([(-1400, 160)], [], "x").geometry.iloc[0]
    assert (found["status"], found["match_code"]) == ("M", "StreetMidBlock")
    assert (found["lon"], found["lat"]) == pytest.approx((middle.x, middle.y), abs=1e-6)
    assert found["uncertainty_m"] == pytest.approx(60, abs=1)
    nowhere = one(index, "14TH ST BETWEEN H AND K ST NW")
    assert nowhere["status"] == "U"
    assert nowhere["reason"].startswith("The reference has no block of 14TH STREET NW BETWEEN H")


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("120O H ST NE", ["1200 H STREET NE"]),
        ("120o H ST NE", ["1200 H STREET NE"]),
        ("10O 14TH ST NW", ["100 14TH STREET NW"]),
        ("10l 14TH ST NW", ["101 14TH STREET NW"]),
        ("10I 14TH ST NW", ["101 14TH STREET NW"]),
        ("121O H ST NE", ["1210 H STREET NE"]),
        ("1200l H ST NE", ["1200 H STREET NE"]),
        ("1O E ST SE", ["10 E STREET SE", "1 E STREET SE"]),
        ("999O H ST NE", []),
    ],
)
def test_a_letter_that_may_be_a_digit_is_never_dropped(
    reference: ReferenceIndex, text: str, addresses: list[str]
) -> None:
    found = one(reference, text)
    assert found["status"] == ("T" if addresses else "U")
    assert [spot["address"] for spot in found["candidates"]] == addresses
    assert "may stand for a digit" in found["reason"]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("1200-1250 H ST NE", "1250"),
        ("1200-1350 H ST NE", "1350"),
        ("1250-1310 H ST NE", "1310"),
        ("1200 - 1350 H ST NE", "1350"),
        ("20-1200 H ST NE", "1200"),
        ("1200 thru 1210 H ST NE", "1210"),
        ("1200 and 1210 H ST NE", "1210"),
        ("1200 & 1210 H ST NE", "1210"),
        ("1200/1210 H ST NE", "1210"),
        ("20 and 1210 H ST NE", ""),
    ],
)
def test_a_range_that_is_no_single_building_waits_with_both_ends(
    reference: ReferenceIndex, text: str, last: str
) -> None:
    found = one(reference, text)
    assert verdict(reference, text) == "review"
    if last:
        first = re.split("[^0-9]", text)[0]
        addresses = [spot["address"] for spot in found["candidates"]]
        assert addresses == [f"{first} H STREET NE", f"{last} H STREET NE"]
        assert f"the house numbers {first} and {last}." in found["reason"]


def test_a_range_of_one_building_is_accepted(reference: ReferenceIndex) -> None:
    for text in ("1200-10 H ST NE", "1200-1210 H ST NE", "1200-1220 H ST NE"):
        assert verdict(reference, text) == "accepted"


def test_a_missing_quadrant_names_those_that_hold_the_number(reference: ReferenceIndex) -> None:
    found = one(reference, "1210 H ST")
    assert [spot["address"] for spot in found["candidates"]] == [
        "1210 H STREET NE",
        "1210 H STREET NW",
    ]
    held = "the number or its hundred-block is known only in NE and NW"
    assert f"{held}, but SE cannot be ruled out" in found["reason"]
    assert "known only in NE, but NW and SE cannot" in one(reference, "17 H ST")["reason"]
    assert "cannot be ruled out" not in one(reference, "700 KENYON ST")["reason"]
