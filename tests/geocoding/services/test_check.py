"""What a service says counts only when it is what the text says."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoteam.errors import InputError, NotFoundError
from geoteam.frames import GEOCODES, check_frame
from geoteam.geocoding import ReferenceIndex, geocode
from geoteam.geocoding.services import (
    Answer,
    Found,
    Outcome,
    Question,
    check_answers,
    info_of,
    open_service,
    question_of,
)
from geoteam.model import MatchCode
from tests.geocoding.toy import GRAMMAR

ASKED = Question("asked")
# Far from all that the toy reference has.
LON, LAT = -77.0, 38.95


def _found(address: str, code: MatchCode = MatchCode.POINT_ADDRESS, **changes: object) -> Found:
    values = {"address": address, "lon": LON, "lat": LAT, "match_code": code, "uncertainty_m": 10.0}
    return Found(**(values | changes))


def _check(
    reference: ReferenceIndex,
    text: str,
    *found: Found,
    zip_code: str = "",
    outcome: Outcome = Outcome.FOUND,
    inside: bool = True,
) -> pd.Series:
    texts, zips = pd.Series([text], index=[7]), pd.Series([zip_code], index=[7])
    base = geocode(texts, reference, zips=zips)
    result = check_answers(
        base,
        texts,
        zips,
        [Answer(ASKED, outcome if found or outcome is not Outcome.FOUND else Outcome.NOTHING, found)],
        reference,
        lambda lon, lat: inside,
        name="mar",
        title="DC MAR 2",
    )  # fmt: skip
    check_frame(result, GEOCODES)
    assert result.index.tolist() == [7]
    row = result.loc[7]
    assert row["service"] == "mar"
    assert row["agrees"] or row["reason"].startswith(("DC MAR 2", base.loc[7, "reason"]))
    return row


def test_all_that_the_text_says_agrees(reference: ReferenceIndex) -> None:
    row = _check(
        reference,
        "4100 Quiet St NE Apt 3",
        _found("4100 QUIET STREET NE, WASHINGTON, DC 20019", reference_id="293211"),
    )
    assert row["agrees"]
    assert (row["status"], row["match_code"], row["score"]) == ("M", "PointAddress", 100.0)
    assert (row["lon"], row["lat"], row["uncertainty_m"]) == (LON, LAT, 10.0)
    assert (row["matched_address"], row["reference_id"]) == ("4100 QUIET STREET NE", "293211")
    assert not row["inferred"]
    assert "DC MAR 2" in row["reason"]


@pytest.mark.parametrize(
    ("text", "offered", "why"),
    [
        ("4100 Quiet St NE", "4102 QUIET STREET NE", "house number"),
        ("4100 Quiet St NE", "4100B QUIET STREET NE", "house number"),
        ("4100 Quiet St NE", "4100 QUIET STREET NW", "quadrant"),
        ("4100 Quiet St NE", "4100 QUIET STREET", "quadrant"),
        ("4100 Quiet St NE", "4100 QUIET PLACE NE", "street"),
        ("4100 Quiet St NE", "4100 QUITE STREET NE", "street"),
        ("4100 Quiet NE", "4100 QUIET STREET NE", "street"),
        # Without its type it may be 14TH STREET as well as 14TH PLACE.
        ("4100 14th NW", "4100 14TH STREET NW", "street"),
        ("4100 Kenyon St NW", "4100 KENTON STREET NW", "street"),
        ("4100 14th St NE", "4100 NORTH 14TH STREET NE", "street"),
        ("4100 Quiet St NE, 20019", "4100 QUIET STREET NE, WASHINGTON, DC 20002", "ZIP"),
        ("4100 Quiet St", "4100 QUIET STREET NE, WASHINGTON, DC 20019", "no quadrant"),
        ("4100 Quiet St, 20019", "4100 QUIET STREET NE", "no quadrant"),
        ("4100 Quiet St NE", "QUIET STREET NE", "no house number"),
        ("4100 Quiet St NE", "4100 BLOCK OF QUIET STREET NE", "no house number"),
        ("4100 Quiet St NE", "Quiet Street & H Street NE", "no house number"),
        ("4100 Quiet St NE", "", "no house number"),
        ("4100 Quiet St NE", "4100 QUIET STREET NE, PHILADELPHIA, PA 19102", "no house number"),
        # What MAR answers to nonsense: its best guess.
        ("9 asdf qwer NE", "9 ADAMS STREET NE, WASHINGTON, DC 20002", "street"),
    ],
)
def test_what_does_not_agree_is_only_a_candidate(
    reference: ReferenceIndex, text: str, offered: str, why: str
) -> None:
    row = _check(reference, text, _found(offered))
    assert not row["agrees"]
    assert row["status"] != "M"
    assert math.isnan(row["lon"])
    assert why in row["reason"]
    assert row["candidates"][-1]["lon"] == LON


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (_found("4100 QUIET STREET NE", MatchCode.STREET_NAME), "no house number"),
        (_found("4100 QUIET STREET NE", doubt="the address is no longer in use"), "no longer"),
    ],
)
def test_what_the_service_itself_doubts(reference: ReferenceIndex, found: Found, why: str) -> None:
    row = _check(reference, "4100 Quiet St NE", found)
    assert not row["agrees"]
    assert why in row["reason"]


def test_a_point_outside_the_city_is_no_candidate_either(reference: ReferenceIndex) -> None:
    row = _check(reference, "4100 Quiet St NE", _found("4100 QUIET STREET NE"), inside=False)
    assert not row["agrees"]
    assert "outside the city" in row["reason"]
    assert row["candidates"] == []


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("4100 MLK Ave SE", "4100 MARTIN LUTHER KING JR AVENUE SE"),
        ("4100 Martin Luther King Jr Ave SE", "4100 M L KING JR AVE SE"),
        ("4100 RI Ave NE", "4100 RHODE ISLAND AVENUE NE"),
        ("4100 n capitol st nw", "4100 NORTH CAPITOL STREET NW"),
        ("4100-02 Quiet St NE", "4100 QUIET STREET NE"),
        ("4100 1/2 Quiet St NE", "4100 1/2 QUIET ST NE"),
        ("4100 Quiet St NE 20019-1234", "4100 QUIET STREET NE, WASHINGTON, DC, 20019"),
    ],
)
def test_other_ways_to_write_the_same(reference: ReferenceIndex, text: str, offered: str) -> None:
    assert _check(reference, text, _found(offered))["agrees"]


@pytest.mark.parametrize(
    ("text", "offered", "score"),
    [
        ("4100 Kenyon NW", "4100 KENYON STREET NW", 97.0),
        ("4100 Kenyon Place NW", "4100 KENYON STREET NW", 90.0),
        ("4100 Dakota Ave NE", "4100 SOUTH DAKOTA AVENUE NE", 88.0),
    ],
)
def test_a_street_that_only_our_reading_tells_scores_less(
    reference: ReferenceIndex, text: str, offered: str, score: float
) -> None:
    row = _check(reference, text, _found(offered))
    assert (row["agrees"], row["score"]) == (True, score)
    interpolated = _check(reference, text, _found(offered, MatchCode.STREET_ADDRESS))
    assert interpolated["score"] == score - 8.0


def test_a_misspelling_is_mended_as_we_mend_it(reference: ReferenceIndex) -> None:
    row = _check(reference, "4100 Kenyonn St NW", _found("4100 KENYON STREET NW"))
    assert row["agrees"]
    ours = geocode(pd.Series(["700 Kenyonn St NW"]), reference).iloc[0]
    assert ours["matched_address"] == "700 KENYON STREET NW"
    assert row["score"] == ours["score"]


def test_a_quadrant_counts_only_with_the_zip(reference: ReferenceIndex) -> None:
    offered = _found("4100 CLAY TERRACE NE, WASHINGTON, DC 20019")
    row = _check(reference, "4100 Clay Ter", offered, zip_code="20019")
    assert row["agrees"]
    assert row["inferred"]
    assert row["score"] == 95.0
    # Two guesses at once: an interpolated number in an inferred quadrant.
    census = _found("4100 CLAY TERRACE NE, WASHINGTON, DC 20019", MatchCode.STREET_ADDRESS)
    assert _check(reference, "4100 Clay Ter", census, zip_code="20019")["score"] == 89.0
    for code in ("", "20002"):
        assert not _check(reference, "4100 Clay Ter", offered, zip_code=code)["agrees"]


def test_a_zip_with_the_street_in_two_quadrants_confirms_none(reference: ReferenceIndex) -> None:
    # North Capitol Street is in NE and NW; of ZIP 20001 it has both sides here.
    offered = _found("400 NORTH CAPITOL STREET NW, WASHINGTON, DC 20001")
    row = _check(reference, "400 North Capitol St, 20001", offered)
    assert not row["agrees"]
    assert "more than one" in row["reason"]


def test_several_places_that_agree_are_a_tie(reference: ReferenceIndex) -> None:
    two = [_found("4100 QUIET STREET NE", lat=LAT + step) for step in (0.0, 0.01)]
    row = _check(reference, "4100 Quiet St NE", *two)
    assert (row["status"], row["agrees"], len(row["candidates"])) == ("T", False, 2)
    near = [_found("4100 QUIET STREET NE", lat=LAT + step) for step in (0.0, 0.0001)]
    assert _check(reference, "4100 Quiet St NE", *near)["agrees"]


def test_the_one_that_agrees_is_taken_wherever_it_stands(reference: ReferenceIndex) -> None:
    guesses = [_found("4100 QUIET STREET NW"), _found("4100 QUIET STREET NE", lat=38.96)]
    assert _check(reference, "4100 Quiet St NE", *guesses)["lat"] == 38.96


def test_a_tie_stays_a_tie(reference: ReferenceIndex) -> None:
    row = _check(reference, "4100 Quiet St NE", outcome=Outcome.TIE)
    assert (row["status"], row["agrees"]) == ("T", False)
    assert "several places" in row["reason"]


def test_nothing_found_changes_nothing(reference: ReferenceIndex) -> None:
    row = _check(reference, "4100 Quiet St NE")
    assert (row["status"], row["candidates"]) == ("U", [])
    assert "found nothing" in row["reason"]


def test_a_place_far_from_our_own_reference_is_refused(reference: ReferenceIndex) -> None:
    # 1244 H STREET NE is interpolated by our own reference.
    text = "1244 H St NE"
    ours = geocode(pd.Series([text]), reference).iloc[0]
    assert ours["match_code"] == "StreetAddress"
    far = _check(reference, text, _found("1244 H STREET NE", lat=ours["lat"] + 0.03))
    assert not far["agrees"]
    assert "from where the address reference has it" in far["reason"]
    near = _found("1244 H STREET NE", lon=ours["lon"], lat=ours["lat"] + 0.0003)
    assert _check(reference, text, near)["agrees"]


_ADDRESS = st.tuples(
    st.sampled_from(["4100", "4101", "41", "4100 1/2", "4100A"]),
    st.sampled_from(["QUIET", "QUITE", "14TH", "15TH"]),
    st.sampled_from(["STREET", "PLACE"]),
    st.sampled_from(["NE", "NW"]),
)


@given(said=_ADDRESS, offered=_ADDRESS)
def test_an_offer_counts_when_it_is_the_same_address(
    reference: ReferenceIndex, said: tuple[str, ...], offered: tuple[str, ...]
) -> None:
    row = _check(reference, " ".join(said), _found(" ".join(offered)))
    assert bool(row["agrees"]) == (said == offered)


@settings(max_examples=50)
@given(text=st.text(max_size=60), offered=st.text(max_size=60), code=st.text(max_size=6))
def test_no_text_raises_or_is_believed(
    reference: ReferenceIndex, text: str, offered: str, code: str
) -> None:
    assert not _check(reference, text, _found(offered), zip_code=code)["agrees"]
    question_of(text, code, GRAMMAR)


@pytest.mark.parametrize(
    ("text", "zip_code", "street"),
    [
        ("c/o John Smith 1200 H St NE Apt 4, Washington DC", "20002", "1200 H STREET NE"),
        ("1200 h st ne #4 rear bell 2 ask for Mary", "", "1200 H STREET NE"),
        ("1200 H Street", "20002", "1200 H STREET"),
        ("1200 H Street", "", None),
        ("1200 H Street 20002", "20005", None),
        ("H Street NE", "20002", None),
        ("1200 block of H Street NE", "20002", None),
        ("14th & H St NW", "20005", None),
        ("The Harbor Men's Shelter", "20002", None),
        ("no fixed address", "20002", None),
        ("1200 Main St, Philadelphia, PA", "19102", None),
        ("1200 H St NE or 1300 H St NE", "20002", None),
        ("PO Box 12", "20002", None),
        ("", "", None),
    ],
)
def test_what_a_service_is_told(text: str, zip_code: str, street: str | None) -> None:
    question = question_of(text, zip_code, GRAMMAR)
    assert (question.street if question else None) == street
    if question:
        told = (question.line, question.city, question.state, question.zip)
        assert not any(word in " ".join(told).upper() for word in ("JOHN", "MARY", "APT", "BELL"))
        assert (question.city, question.state) == ("WASHINGTON", "DC")


@pytest.mark.parametrize(
    "url",
    [
        "https://nominatim.openstreetmap.org",
        "https://NOMINATIM.openstreetmap.org./",
        "http://openstreetmap.org/nominatim",
        "https://photon.komoot.io",
        "ftp://10.0.0.1",
        "10.0.0.1:8080",
        "http://user:secret@10.0.0.1",
        "http://10.0.0.1/?q=1",
        "http://10.0.0.1:99999",
        "http://[::1",
        "http://",
        " ",
        "",
    ],
)
@pytest.mark.parametrize("name", ["nominatim", "photon", "pelias"])
def test_only_a_server_of_ones_own_may_be_named(name: str, url: str) -> None:
    environ = {info_of(name).setting: url}
    for work in (
        lambda: info_of(name).require(environ),
        lambda: open_service(name, environ, None, lambda _: None),
    ):
        with pytest.raises(InputError) as caught:
            work()
        assert "secret" not in str(caught.value)
    warning = info_of(name).warning(environ)
    assert "server (whose address is not settled yet): the house number" in warning
    assert "secret" not in warning


def test_the_warning_names_the_receiver() -> None:
    environ = {"GEOTEAM_NOMINATIM_URL": "http://10.0.0.1:8080/osm/"}
    warning = info_of("nominatim").warning(environ)
    assert "http://10.0.0.1:8080/osm, unencrypted" in warning
    assert "house number" in warning
    assert "datagate.dc.gov" in info_of("mar").warning({})
    assert "Census Bureau" in info_of("census").warning({})
    with pytest.raises(InputError, match="no key"):
        info_of("mar").require({})
    with pytest.raises(NotFoundError, match="no such"):
        info_of("google")
