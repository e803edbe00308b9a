"""The acceptance rule, line by line."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geoteam.geocoding import decide
from geoteam.geocoding.locate import Spot
from geoteam.geocoding.result import Result, columns_of, matched, tied, to_frame, unmatched
from geoteam.model import MatchCode

SPOT = Spot("PointAddress", 100.0, -77.0, 38.9, 10.0, "1 A STREET", "a1", (), "")


def table(rows: list[Result], index: pd.Index) -> pd.DataFrame:
    return to_frame([columns_of(rows)], np.arange(len(rows)), index)


def verdict(row: Result, ambiguous: bool = False) -> str:
    frame = table([row], pd.Index([5]))
    decided = decide(frame, np.array([ambiguous]))
    assert decided.index.tolist() == [5]
    assert decided["reason"].iat[0].startswith(frame["reason"].iat[0])
    return str(decided["decision"].iat[0])


@pytest.mark.parametrize(
    ("code", "score", "ambiguous", "decision"),
    [
        ("PointAddress", 100, False, "accepted"),
        ("PointAddress", 94, True, "accepted"),
        ("PointAddress", 93.9, False, "review"),
        ("StreetAddress", 92, False, "accepted"),
        ("StreetAddress", 92, True, "review"),
        ("StreetAddress", 89, False, "review"),
        ("StreetMidBlock", 100, False, "accepted"),
        ("StreetMidBlock", 100, True, "review"),
        ("StreetInt", 95, False, "accepted"),
        ("StreetInt", 95, True, "review"),
        ("Place", 96, False, "accepted"),
        ("Place", 96, True, "review"),
        ("Place", 85, False, "review"),
        ("Postal", 100, False, "review"),
    ],
)
def test_matches(code: str, score: float, ambiguous: bool, decision: str) -> None:
    row = matched("address", SPOT._replace(code=code, score=score), "Because.")
    assert verdict(row, ambiguous) == decision


def test_ties_and_failures_wait_for_a_person() -> None:
    assert verdict(tied("address", [SPOT, SPOT], "Two.")) == "review"
    assert verdict(unmatched("address", MatchCode.STREET_NAME, "No number.")) == "review"
    assert verdict(unmatched("shelter", MatchCode.NONE, "Which one?")) == "review"


@pytest.mark.parametrize("kind", ["no_fixed_address", "outside", "po_box", "invalid"])
def test_what_has_no_place_is_unplaceable_unless_in_doubt(kind: str) -> None:
    assert verdict(unmatched(kind, MatchCode.NONE, "No.")) == "unplaceable"
    assert verdict(unmatched(kind, MatchCode.NONE, "No, or?", [SPOT])) == "review"
    assert verdict(matched(kind, SPOT, "Even with a point.", score=93)) != "accepted"


@pytest.mark.parametrize(
    ("count", "says"),
    [
        (1, "There is one candidate: confirm it or correct the address."),
        (2, "There are 2 candidates: choose one or correct the address."),
    ],
)
def test_the_reason_counts_the_candidates(count: int, says: str) -> None:
    spots = [SPOT] * count
    for row in (
        tied("address", spots, "Because."),
        unmatched("address", MatchCode.STREET_NAME, "Because.", spots),
        unmatched("outside", MatchCode.NONE, "Because.", spots),
    ):
        decided = decide(table([row], pd.Index([5])), np.array([False]))
        assert decided["reason"].iat[0] == f"Because. {says}"


def test_without_a_candidate_the_address_is_to_be_corrected() -> None:
    row = unmatched("address", MatchCode.NONE, "Because.")
    decided = decide(table([row], pd.Index([5])), np.array([False]))
    assert decided["reason"].iat[0] == "Because. No place was found; correct the address."


def test_a_circle_that_crosses_asks_for_the_place_not_for_words() -> None:
    row = matched("address", SPOT._replace(code="StreetAddress", score=92), "Because.")
    frame = table([row], pd.Index([5]))
    units = pd.Series(["103,104"], index=[5])
    decided = decide(frame, np.array([True]), units=units)
    assert (
        decided["reason"]
        .iat[0]
        .endswith("crosses into another area: 103 or 104; confirm the place or move the pin.")
    )


def test_no_rows() -> None:
    frame = table([], pd.Index([]))
    assert decide(frame, np.zeros(0, dtype=bool)).empty
