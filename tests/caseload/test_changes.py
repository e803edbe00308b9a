"""The sentence about a change, for every way in which it can come about."""

from __future__ import annotations

import pytest

from geoteam.caseload.changes import explain_change

BEFORE = {"unit": "203", "team": "T4", "officer": "O1"}
REASON = {
    "status": "assigned", "unit": "203", "team": "T2", "team_why": "area", "specialty_label": "",
    "officer": "O2", "officer_why": "nearest", "present_why": "other_team",
}  # fmt: skip


def said(before: dict[str, str], **changes: str) -> str:
    return explain_change(
        before,
        REASON | changes,
        team=lambda ref: f"Team {ref[1:]}" if ref else "",
        officer=lambda ref: f"Officer {ref[1:]}" if ref else "",
    )


def test_a_unit_that_changes_team() -> None:
    assert said(BEFORE) == (
        "Area 203 goes from Team 4 to Team 2. The officer changes from Officer 1 to Officer 2. "
        "Officer 2 has the caseload nearest to the home."
    )


def test_an_officer_who_stays() -> None:
    text = said(BEFORE, team="T4", officer="O1", officer_why="kept", present_why="kept")
    assert text == "Area 203 stays with Team 4. Officer 1 stays the officer."


@pytest.mark.parametrize(
    ("present", "words"),
    [("full", "more work than one officer carries"), ("balance", "unbalanced"),
     ("left", "no longer among the officers")],
)  # fmt: skip
def test_an_officer_who_changes_within_the_team(present: str, words: str) -> None:
    assert words in said(BEFORE, team="T4", present_why=present)


@pytest.mark.parametrize(
    ("status", "words"),
    [("no_capacity", "is full"), ("no_location", "no usable location"), ("outside", "no area"),
     ("no_officer", "Team 2 has no officer"), ("no_team", "area 203 has no team")],
)  # fmt: skip
def test_a_client_without_officer(status: str, words: str) -> None:
    text = said(BEFORE, status=status, officer="")
    assert "No officer: " in text
    assert words in text


def test_other_boundaries_and_new_clients() -> None:
    assert "lies in area 208, not 203, which belongs to Team 2" in said(BEFORE, unit="208")
    assert "not 203, which stays with Team 4" in said(BEFORE, unit="208", team="T4")
    assert said({"unit": "", "team": "", "officer": ""}).startswith(
        "Area 203 belongs to Team 2. Officer 2 becomes the officer."
    )
    assert said(BEFORE, team_why="specialty", specialty_label="GPS").startswith(
        "The GPS caseload is citywide"
    )
