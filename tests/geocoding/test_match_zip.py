"""What a ZIP settles, what it puts in doubt, and what it says by itself."""

from __future__ import annotations

import pandas as pd
import pytest

from geoteam.errors import FrameError
from geoteam.geocoding import ReferenceIndex, geocode
from tests.geocoding.toy import one, verdict


def test_zip_settles_a_missing_quadrant(reference: ReferenceIndex) -> None:
    found = one(reference, "1200 H ST", "20002")
    assert (found["status"], found["score"], found["inferred"]) == ("M", 95, True)
    assert found["matched_address"] == "1200 H STREET NE"
    assert "the ZIP 20002 leaves only NE" in found["reason"]
    assert found["reason"].startswith(
        "The quadrant is missing and the street exists in NE and NW and SE"
    )
    assert verdict(reference, "1200 H ST", "20002") == "accepted"
    inside = one(reference, "1200 H ST, WASHINGTON DC 20005")
    assert inside["matched_address"] == "1200 H STREET NW"


def test_zip_settles_only_known_points(reference: ReferenceIndex) -> None:
    """An interpolated number in an inferred quadrant goes to review: two guesses at once."""
    found = one(reference, "1310 H ST", "20002")
    assert found["inferred"]
    assert verdict(reference, "1310 H ST", "20002") == "review"


def test_only_street_of_its_name_still_needs_the_zip(reference: ReferenceIndex) -> None:
    assert verdict(reference, "600 SOUTH DAKOTA AVE") == "review"
    assert "No ZIP confirms it" in one(reference, "600 SOUTH DAKOTA AVE")["reason"]
    assert verdict(reference, "500 CLAY TER", "20019") == "accepted"


def test_zip_against_the_match_makes_a_tie(reference: ReferenceIndex) -> None:
    found = one(reference, "1200 H ST NE", "20005")
    assert found["status"] == "T"
    assert "the ZIP 20005 does not belong to 1200 H STREET NE" in found["reason"].replace(
        "The", "the"
    )
    assert {c["address"] for c in found["candidates"]} == {"1200 H STREET NE", "1200 H STREET NW"}
    lone = one(reference, "900 LEXINGTON PL NE", "20032")
    assert lone["status"] == "T"
    assert [c["match_code"] for c in lone["candidates"]] == ["PointAddress", "Postal"]


def test_unknown_zip_of_the_city_says_nothing(reference: ReferenceIndex) -> None:
    assert one(reference, "1200 H ST NE", "20099")["status"] == "M"


def test_zip_of_another_city(reference: ReferenceIndex) -> None:
    assert one(reference, "1200 H ST NE", "20747")["status"] == "T"
    away = one(reference, "77 NOWHERE ST", "90210")
    assert (away["kind"], away["status"]) == ("outside", "U")
    assert verdict(reference, "77 NOWHERE ST", "90210") == "unplaceable"


def test_two_different_zips_tie(reference: ReferenceIndex) -> None:
    found = one(reference, "1200 H ST NE 20002", "20005")
    assert found["status"] == "T"
    assert "ZIP column" in found["reason"]


def test_zip_alone_is_the_middle_of_its_area(reference: ReferenceIndex) -> None:
    found = one(reference, "Washington DC 20002")
    assert (found["status"], found["match_code"]) == ("M", "Postal")
    assert found["uncertainty_m"] > 1000
    assert verdict(reference, "Washington DC 20002") == "review"


@pytest.mark.parametrize("value", ["20002", "20002.0", 20002, 20002.0, "20002-1234", " 20002 "])
def test_zips_as_spreadsheets_leave_them(reference: ReferenceIndex, value: object) -> None:
    found = geocode(pd.Series(["1200 H ST"]), reference, zips=pd.Series([value], dtype=object))
    assert found["matched_address"].iat[0] == "1200 H STREET NE"


def test_zips_must_be_aligned(reference: ReferenceIndex) -> None:
    with pytest.raises(FrameError):
        geocode(pd.Series(["a"]), reference, zips=pd.Series(["b"], index=[7]))
