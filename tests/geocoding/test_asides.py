"""Words beside an address: which are harmless, and which make it wait."""

from __future__ import annotations

import numpy as np
import pytest

from geoteam.geocoding import ReferenceIndex
from tests.geocoding import toy
from tests.geocoding.toy import one


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1200 H ST NE, Hyattsville", "HYATTSVILLE"),
        ("1200 H ST NE Silver Spring", "SILVER SPRING"),
        ("1200 block of H ST NE, Hyattsville", "HYATTSVILLE"),
        ("14TH ST NW & H ST NW, Bethesda", "BETHESDA"),
        # A library half a kilometre away is not where the address is.
        ("1200 H ST NE, Central Library", "CENTRAL LIBRARY"),
    ],
)
def test_a_town_without_its_state_makes_the_address_wait(
    reference: ReferenceIndex, text: str, words: str
) -> None:
    found = one(reference, text)
    assert (found["status"], found["decision"], len(found["candidates"])) == ("T", "review", 1)
    assert f"'{words}' behind the address may be another town" in found["reason"]


@pytest.mark.parametrize(
    "text",
    [
        "1200 H ST NE, Washingtn",
        "1200 H ST NE / Apt 3 / Washington",
        "1200 H ST NE, mother's house",
        "1200 H ST NE upstairs",
        "1200 H ST NE, c/o Mary Smith",
        "1200 H ST NE near Hyattsville",
        "Lives at 1200 H ST NE",
        "Home address: 1200 H ST NE",
        "c/o Mary Smith, 1200 H ST NE",
        "client 1200 H ST NE",
        "House No. 1200 H ST NE",
        "1200 H ST NE, SOUTH SIDE",
    ],
)
def test_words_that_leave_no_doubt_of_the_city(reference: ReferenceIndex, text: str) -> None:
    assert one(reference, text)["decision"] == "accepted"


def test_a_neighbourhood_is_known_by_the_places_named_after_it(reference: ReferenceIndex) -> None:
    # The Harbor Mens Shelter is in the toy city; nothing there is named after Brookside.
    assert one(reference, "1200 H ST NE, Harbor", "20002")["decision"] == "accepted"
    assert one(reference, "1200 H ST NE, Harbor, DC")["decision"] == "accepted"
    assert one(reference, "1200 H ST NE, Harbor", "20747")["decision"] == "review"
    assert "may be another town" in one(reference, "1200 H ST NE, Harbor")["reason"]


@pytest.mark.parametrize(
    "words", ["Brookside", "Hyattsville", "call first", "ask for Tony", "Arbor", "Mens Harbor"]
)
def test_other_words_wait_beside_a_zip_too(reference: ReferenceIndex, words: str) -> None:
    for text, code in ((f"1200 H ST NE, {words}", "20002"), (f"1200 H ST NE, {words}, DC", "")):
        found = one(reference, text, code)
        assert (found["decision"], len(found["candidates"])) == ("review", 1)
        assert f"Words beside the address: {words.upper()}; check" in found["reason"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("DC Jail", "is in custody"),
        ("in custody", "is in custody"),
        ("Incarcerated", "is in custody"),
        ("Central Detention Facility", "is in custody"),
        ("AWOL", "cannot be found"),
        ("whereabouts unknown", "cannot be found"),
        ("Client is deceased", "has died"),
        ("hospitalized", "is in a hospital"),
    ],
)
def test_texts_that_say_why_there_is_no_address(
    reference: ReferenceIndex, text: str, said: str
) -> None:
    found = one(reference, text)
    assert (found["kind"], found["decision"]) == ("invalid", "unplaceable")
    assert np.isnan(found["lon"])
    assert found["reason"] == f"The text says that the client {said}."


def test_a_place_where_somebody_is_held_is_only_offered() -> None:
    venues = toy.venues()
    venues.loc[venues.index[0], "name"] = "City DC Jail"
    index = ReferenceIndex.build(toy.addresses(), venues=venues, grammar=toy.GRAMMAR, crs=toy.CRS)
    for text in ("DC Jail", "City DC Jail", "in custody at DC Jail", "Incarcerated - DC Jail"):
        found = one(index, text, "20002")
        assert (found["kind"], found["status"]) == ("invalid", "U")
        assert (found["decision"], len(found["candidates"])) == ("review", 1)


def test_an_address_beside_words_of_custody_is_still_an_address(reference: ReferenceIndex) -> None:
    found = one(reference, "DC Jail, 1200 H ST NE")
    assert (found["status"], found["decision"]) == ("T", "review")
    assert one(reference, "1200 H ST NE, deceased")["decision"] == "review"


def test_a_state_that_is_not_ours_is_outside(reference: ReferenceIndex) -> None:
    found = one(reference, "1200 H ST NE, Hyattsville MD")
    assert (found["kind"], found["decision"]) == ("outside", "review")
    assert "The same address exists in the city" in found["reason"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("formerly 1200 H ST NE", "the word 'formerly' beside the address"),
        ("1200 H ST NE SE", "the text names NE and SE"),
        ("1200 H ST NE/NW/SE/SW", "the text names NE and NW and SE and SW"),
        ("1200 H ST N.E./N.W.", "the text names NE and NW"),
        ("1200 H ST NE / NW", "the text names NE and NW"),
        ("1200 H ST (NE/NW)", "the text names NE and NW"),
        ("1200 H ST NE and NW", "the text names NE and NW"),
        ("1200 H ST NE with 5 KIDS", "what may be another one"),
    ],
)
def test_words_of_another_address_make_a_tie(
    reference: ReferenceIndex, text: str, says: str
) -> None:
    found = one(reference, text)
    assert (found["status"], found["decision"]) == ("T", "review")
    assert says.lower() in found["reason"].lower()


def test_two_addresses_with_a_word_between_are_both_offered(reference: ReferenceIndex) -> None:
    found = one(reference, "10 E ST SE  Mom 1200 H ST NE")
    addresses = [spot["address"] for spot in found["candidates"]]
    assert addresses == ["10 E STREET SE", "1200 H STREET NE"]
    assert found["reason"] == "The text holds two addresses."
    half = one(reference, "10 E ST SE Mom 77 NOWHERE ST NE")
    assert half["reason"] == "The text holds two addresses. One of them was found."


@pytest.mark.parametrize(
    "text",
    [
        "homeless, sleeps at 1200 H ST NE",
        "No fixed address, 1200 H ST NE",
        "1200 H ST NE (homeless)",
        "sleeps at 1200 H ST NE",
        "sleeping behind 1200 H ST NE",
        "homeless, 14TH ST NW & H ST NW",
        "homeless, stays at Central Library",
    ],
)
def test_no_fixed_address_and_an_address_wait(reference: ReferenceIndex, text: str) -> None:
    found = one(reference, text)
    assert (found["status"], found["kind"], found["decision"]) == ("U", "address", "review")
    assert len(found["candidates"]) == 1
    assert found["reason"].startswith("The text says no fixed address, or where somebody sleeps")


def test_no_fixed_address_and_an_unknown_address_wait_too(reference: ReferenceIndex) -> None:
    for text in ("homeless, 9 NOWHERE RD NE", "homeless, H ST NE", "sleeps at 9 NOWHERE RD NE"):
        assert one(reference, text)["decision"] == "review"


@pytest.mark.parametrize("text", ["homeless", "currently homeless", "homeless, 20002", "NFA"])
def test_no_fixed_address_alone_has_no_place(reference: ReferenceIndex, text: str) -> None:
    found = one(reference, text)
    assert (found["kind"], found["decision"]) == ("no_fixed_address", "unplaceable")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("😀 😀", "no letters from A to Z"),
        ("شارع ١٢", "no letters from A to Z"),
        ("1200 H ST NE " * 40, "more than an address can have"),
        ("1.2E+03 H ST NE", "exponent form"),
        ("1200", "no street"),
        ("9" * 30 + " H ST NE", "too long"),
    ],
)
def test_what_may_hold_an_address_is_never_put_aside(
    reference: ReferenceIndex, text: str, says: str
) -> None:
    found = one(reference, text)
    assert (found["status"], found["decision"]) == ("U", "review")
    assert says in found["reason"]


@pytest.mark.parametrize(
    "text", ["", "  ", "-", "???", "...", "N/A", "unknown", "none", "20255501"]
)
def test_what_is_clearly_no_address_has_no_place(reference: ReferenceIndex, text: str) -> None:
    found = one(reference, text)
    assert (found["kind"], found["decision"]) == ("invalid", "unplaceable")


@pytest.mark.parametrize(
    "text",
    ["1200 H ST NE ???", "1200 H ST NE?", "1200 H ST NE (?)", "1200? H ST NE", "Central Library?"],
)
def test_a_question_mark_makes_it_wait(reference: ReferenceIndex, text: str) -> None:
    found = one(reference, text, "20002" if text[0] == "1" else "")
    assert (found["status"], found["decision"]) == ("T", "review")
    assert "The text has a question mark" in found["reason"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1200 H ST NE no", "the word 'no'"),
        ("1200 H ST NE next door", "the word 'next'"),
        ("1200 H ST NE left 5/1", "words beside the address: LEFT 5/1;"),
        ("1200 H ST NE 12/31/2019", "words beside the address: 12/31 2019;"),
        ("1200 H ST NE 12-31-2019", "words beside the address: 12-31-2019;"),
        ("1200 H ST NE DECEASED", "words beside the address: DECEASED; check whether the client"),
        ("1200 H ST NE return to sender", "words beside the address: RETURN TO SENDER;"),
        ("doesn't live at 1200 H ST NE", "the word 'doesnt'"),
        ("victim lives 1200 H ST NE", "the word 'victim'"),
        ("stay away 1200 H ST NE", "the word 'away'"),
        ("employer 1200 H ST NE", "the word 'employer'"),
        ("next door to 1200 H ST NE", "the word 'next'"),
        ("across from 1200 H ST NE", "the word 'across'"),
        ("corner near 1200 H ST NE", "the word 'near'"),
        ("Hope House 1200 H ST NE", "words beside the address: HOPE HOUSE;"),
        ("probation office 1200 H ST NE", "words beside the address: PROBATION OFFICE;"),
        # A library half a kilometre away is not where the address is.
        ("Central Library 1200 H ST NE", "words beside the address: CENTRAL LIBRARY;"),
    ],
)
@pytest.mark.parametrize("zip_code", ["", "20002"])
def test_words_that_say_more_than_whose_it_is_make_it_wait(
    reference: ReferenceIndex, text: str, says: str, zip_code: str
) -> None:
    found = one(reference, text, zip_code)
    assert (found["status"], found["decision"]) == ("T", "review")
    assert says.lower() in found["reason"].lower()


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("1200 H ST NE 1210", "1210"),
        ("1200 H ST NE and 1210", "1210"),
        ("1200 H ST NE /1210", "1210"),
        ("1200 H ST NE 1298", "1298"),
        ("100 14TH ST NW 101", "101"),
    ],
)
def test_a_second_house_number_is_offered_too(
    reference: ReferenceIndex, text: str, other: str
) -> None:
    found = one(reference, text)
    assert (found["status"], found["decision"]) == ("T", "review")
    assert f"and {other}." in found["reason"]
    assert [spot["address"].split()[0] for spot in found["candidates"]] == [text.split()[0], other]


@pytest.mark.parametrize("unit", ["654B", "B12", "204", "1410", "# 1210", "Apt 1210"])
def test_what_is_clearly_a_unit_is_one(reference: ReferenceIndex, unit: str) -> None:
    assert one(reference, f"1200 H ST NE {unit}")["decision"] == "accepted"
