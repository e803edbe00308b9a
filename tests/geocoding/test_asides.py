"""Words beside an address: which are harmless, and which make it wait."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geoteam.geocoding import ReferenceIndex, decide, geocode


def one(reference: ReferenceIndex, text: str, zip_code: str = "") -> pd.Series:
    zips = pd.Series([zip_code]) if zip_code else None
    found = geocode(pd.Series([text]), reference, zips=zips)
    return found.assign(decision=decide(found, np.zeros(1, dtype=bool))["decision"]).iloc[0]


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
        "1200 H ST NE, Hyattsville, DC",
        "1200 H ST NE, Hyattsville 20002",
        "1200 H ST NE, Washingtn",
        "1200 H ST NE / Apt 3 / Washington",
        "1200 H ST NE, mother's house",
        "1200 H ST NE upstairs",
        "1200 H ST NE, c/o Mary Smith",
        "1200 H ST NE near Hyattsville",
        "Hope House 1200 H ST NE",
        "1200 H ST NE, SOUTH SIDE",
    ],
)
def test_words_that_leave_no_doubt_of_the_city(reference: ReferenceIndex, text: str) -> None:
    assert one(reference, text)["decision"] == "accepted"


def test_a_zip_of_the_city_beside_the_address_leaves_no_doubt(reference: ReferenceIndex) -> None:
    assert one(reference, "1200 H ST NE, Brookside", "20002")["decision"] == "accepted"
    assert one(reference, "1200 H ST NE, Brookside", "20747")["decision"] == "review"


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
