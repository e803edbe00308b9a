"""Named places: by their whole name, and only where people live."""

from __future__ import annotations

import pytest

from geoteam.geocoding import ReferenceIndex
from tests.geocoding import toy
from tests.geocoding.toy import one

VENUES = [
    ("homeless_shelter", "Quality Inn & Suites New York Avenue", 1000, 100),
    ("homeless_shelter", "Women Like Us", 2000, 100),
    ("homeless_shelter", "Hope", 2500, 100),
    ("homeless_service", "Harbor Light", 1150, 120),
    ("homeless_shelter", "House of Ruth", 100, 500),
    ("homeless_service", "House of Ruth - Family Space", 900, 500),
    ("human_service", "House of Ruth - Family Space", 900, 500),
    ("mental_health", "Green Door", 100, 900),
    ("mental_health", "Green Door Office", 120, 900),
    ("library", "Central Library", -500, -500),
    ("post_office", "H Street", -500, -900),
]


@pytest.fixture(scope="module")
def index() -> ReferenceIndex:
    venues = toy._frame(VENUES, ["category", "name"], "venue_ref")
    return ReferenceIndex.build(
        toy.addresses(),
        toy.blocks(),
        toy.crossings(),
        venues.assign(address="", partner_kind=""),
        toy.zips(),
        grammar=toy.GRAMMAR,
        crs=toy.CRS,
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        # Its last words are a street.
        ("Quality Inn & Suites New York Avenue", "QUALITY INN & SUITES NEW YORK AVENUE"),
        ("quality inn and suites new york avenue, Washington DC 20002",
         "QUALITY INN & SUITES NEW YORK AVENUE"),
        # Its last word is a country.
        ("Women Like Us", "WOMEN LIKE US"),
        ("Women Like Us, Washington, DC", "WOMEN LIKE US"),
        # A longer name stands at the same place.
        ("Green Door", "GREEN DOOR"),
    ],
)  # fmt: skip
def test_a_whole_name_is_a_place(index: ReferenceIndex, text: str, name: str) -> None:
    found = one(index, text)
    assert (found["match_code"], found["matched_address"]) == ("Place", name)
    assert (found["score"], found["decision"]) == (96, "accepted")


def test_a_name_that_begins_others_ties_with_them(index: ReferenceIndex) -> None:
    found = one(index, "House of Ruth")
    assert (found["status"], found["decision"]) == ("T", "review")
    names = [spot["address"] for spot in found["candidates"]]
    assert names == ["HOUSE OF RUTH", "HOUSE OF RUTH - FAMILY SPACE"]


def test_a_place_where_people_do_not_live_waits(index: ReferenceIndex) -> None:
    found = one(index, "Central Library")
    assert (found["status"], found["score"], found["decision"]) == ("M", 85, "review")
    assert "listed as 'library', where people seldom live" in found["reason"]


def test_one_word_names_no_place_for_sure(index: ReferenceIndex) -> None:
    found = one(index, "Hope")
    assert (found["status"], found["score"], found["decision"]) == ("M", 85, "review")
    assert "One word may name more" in found["reason"]


def test_a_crossing_that_is_found_is_no_place(index: ReferenceIndex) -> None:
    assert one(index, "14TH ST NW & H ST NW")["match_code"] == "StreetInt"
    assert one(index, "1200 H Street NE")["match_code"] == "PointAddress"


def test_a_place_beside_an_address_confirms_it(index: ReferenceIndex) -> None:
    assert one(index, "1200 H ST NE, Harbor Light")["status"] == "M"
    assert one(index, "1200 H ST NE, Green Door")["status"] == "T"
