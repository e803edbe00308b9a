"""Which misspelt names are mended without a person."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from geoteam.geocoding import Geocoder, ReferenceIndex
from geoteam.geocoding.fuzzy import _is_slip
from tests.geocoding import toy
from tests.geocoding.test_batch import check
from tests.geocoding.toy import one


@pytest.mark.parametrize(
    ("typed", "usual"),
    [
        ("KNEYON", True),
        ("KENYN", True),
        ("ENYON", True),
        ("KENYYON", True),
        ("KENYONN", True),
        ("KENTON", True),
        ("KENYAN", True),
        ("CENYON", True),
        ("KENYOIN", True),
        ("KENLON", False),
        ("BENYON", False),
        ("KENYONQ", False),
        ("BKENYON", False),
    ],
)
def test_usual_slips(typed: str, usual: bool) -> None:
    assert _is_slip(typed, "KENYON") == usual


def test_another_letter_is_another_street_unless_the_zip_agrees(reference: ReferenceIndex) -> None:
    assert one(reference, "900 LEXINGTAN PL NE")["decision"] == "accepted"
    alone = one(reference, "900 LEXINGQON PL NE")
    assert (alone["status"], alone["candidates"][0]["address"]) == ("T", "900 LEXINGTON PLACE NE")
    assert "there is no street LEXINGQON PLACE NE" in alone["reason"]
    confirmed = one(reference, "900 LEXINGQON PL NE", "20002")
    assert (confirmed["decision"], confirmed["score"]) == ("accepted", 94)


def _with(*rows: tuple[object, ...]) -> ReferenceIndex:
    extra = toy._frame(list(rows), ["number", "street", "quadrant", "zip"], "address_id")
    extra.index = pd.Index([f"x{i}" for i in range(len(rows))], name="address_id")
    extra["address"] = ""
    points = gpd.GeoDataFrame(pd.concat([toy.addresses(), extra]), crs="EPSG:4326")
    return ReferenceIndex.build(
        points, toy.blocks(), zips=toy.zips(), grammar=toy.GRAMMAR, crs=toy.CRS
    )


def test_a_wrong_ending_of_a_number_is_mended_and_told(reference: ReferenceIndex) -> None:
    found = one(reference, "100 14rd PL NW")
    assert (found["matched_address"], found["score"]) == ("100 14TH PLACE NW", 98)
    assert found["reason"] == "The street 14RD is read as 14TH."
    glued = one(reference, "100 14st NW")
    assert (glued["matched_address"], glued["score"]) == ("100 14TH STREET NW", 98)


def test_a_wrong_ending_that_fits_two_streets_ties() -> None:
    index = _with(
        ("500", "2ND STREET", "NE", "20002", 500, 700),
        ("500", "4TH STREET", "NE", "20002", 500, 900),
        ("500", "42ND STREET", "NW", "20010", -700, 2100),
        ("600", "4TH STREET", "NE", "20002", 600, 900),
    )
    found = one(index, "500 4nd ST NE")
    assert found["status"] == "T"
    addresses = [spot["address"] for spot in found["candidates"]]
    assert addresses == ["500 4TH STREET NE", "500 2ND STREET NE"]
    assert found["reason"].startswith("The street 4ND is read as 4TH")
    # Nothing else has that number; and TH is put to any number.
    assert one(index, "600 4nd ST NE")["matched_address"] == "600 4TH STREET NE"
    assert one(index, "500 2th ST NE")["matched_address"] == "500 2ND STREET NE"
    texts = ["500 4nd ST NE", "600 4nd ST NE", "500 2th ST NE", "500 4nd NE", "500 4nd ST"]
    check(Geocoder(index), texts, None)


def test_the_same_address_in_the_zip_of_another_quadrant_ties() -> None:
    """Both lie on the line between two ZIPs, which each of them may have."""
    index = _with(
        ("5", "OAK STREET", "NE", "20002", 20, 300),
        ("5", "OAK STREET", "NW", "20001", -20, 300),
        ("7", "OAK STREET", "NE", "20002", 20, 310),
    )
    assert one(index, "5 OAK ST NE", "20002")["status"] == "M"
    found = one(index, "5 OAK ST NE", "20001")
    assert (found["status"], found["decision"]) == ("T", "review")
    assert {spot["address"] for spot in found["candidates"]} == {
        "5 OAK STREET NE",
        "5 OAK STREET NW",
    }
    # The ZIP next door will do where no such address stands in it.
    assert one(index, "7 OAK ST NE", "20001")["status"] == "M"
    check(Geocoder(index), ["5 OAK ST NE", "7 OAK ST NE"] * 2, ["20001"] * 2 + ["20002"] * 2)
