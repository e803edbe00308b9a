from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoteam.disclosure import POLICY, PURPOSES, may_see, visible_fields, without_health
from geoteam.model import Role

RECORD: dict[str, Any] = {
    "ref": "C-1",
    "name": "A Person",
    "address": "12 OAK STREET NW",
    "lon": -77.0,
    "lat": 38.9,
    "unit": "101",
    "level": "Maximum",
    "needs": ["mental_health", "substance_use", "gps", "sex_offense", "domestic_violence", "new"],
    "specialty": "mental_health",
    "team": "Mental Health Team",
    "officer": "CSO-7",
    "access_notes": "Dog in the yard. Takes medication at noon; ring twice",
    "drug_tests": ["positive"],
    "substance_use_treatment": "in a programme",
    "mental_health_treatment": "weekly",
    "explanation": "Specialised team mental health first",
    "something_new": "unknown",
}
SECRET = (
    "mental", "substance", "medic", "positive", "programme", "weekly", "domestic", "Mental",
)  # fmt: skip
EVERY = [(role, purpose) for role in Role for purpose in PURPOSES]


def seen(role: Role, purpose: str = "supervision", **options: Any) -> dict[str, Any]:
    return visible_fields(RECORD, role, purpose=purpose, **options)


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("role", [Role.POLICE, Role.COMMUNITY])
def test_health_never_reaches_police_or_community(role: Role, purpose: str) -> None:
    consents = ("drug_tests", "substance_use_treatment", "mental_health_treatment")
    text = str(visible_fields(RECORD, role, purpose=purpose, consents=consents))
    assert [word for word in SECRET if word in text] == []
    for field in (*consents, "needs.mental_health", "needs.substance_use", "needs.anything_new"):
        decision = may_see(role, field, purpose)
        assert not decision.allowed
        assert decision.basis


@pytest.mark.parametrize("purpose", PURPOSES)
def test_community_and_auditors_see_no_person(purpose: str) -> None:
    assert seen(Role.COMMUNITY, purpose) == {}
    assert seen(Role.AUDITOR, purpose) == {}
    assert may_see(Role.COMMUNITY, "figures", "community_relations").allowed
    assert not may_see(Role.COMMUNITY, "counts", "community_relations").allowed
    assert may_see(Role.AUDITOR, "audit", "audit").allowed
    assert not may_see(Role.SUPERVISOR, "audit").allowed


@pytest.mark.parametrize("purpose", PURPOSES)
def test_administrators_see_no_need_name_or_level(purpose: str) -> None:
    assert not {"name", "needs", "specialty", "level", "team", "access_notes"} & set(
        seen(Role.ADMINISTRATOR, purpose)
    )
    assert "address" in seen(Role.ADMINISTRATOR, "administration")
    assert seen(Role.ADMINISTRATOR, "supervision") == {}


def test_officers_see_the_case_but_treatment_only_with_consent() -> None:
    got = seen(Role.OFFICER)
    assert got["needs"] == RECORD["needs"]
    assert got["access_notes"] == RECORD["access_notes"]
    assert got["explanation"]
    assert got["drug_tests"] == ["positive"]
    assert "something_new" not in got
    assert "substance_use_treatment" not in got
    assert may_see(Role.OFFICER, "substance_use_treatment").consent_needed
    assert "42 CFR Part 2" in may_see(Role.OFFICER, "substance_use_treatment").basis
    with_consent = seen(Role.OFFICER, consents=["substance_use_treatment"])
    assert with_consent["substance_use_treatment"] == "in a programme"
    assert "mental_health_treatment" not in with_consent


def test_police_see_what_the_visit_needs_and_only_on_a_tour() -> None:
    assert seen(Role.POLICE) == {}
    tour = seen(Role.POLICE, "accountability_tour")
    assert tour == {
        "ref": "C-1",
        "name": "A Person",
        "address": "12 OAK STREET NW",
        "lon": -77.0,
        "lat": 38.9,
        "unit": "101",
        "level": "Maximum",
        "needs": ["gps", "sex_offense"],
        "specialty": "",
        "officer": "CSO-7",
        "access_notes": "Dog in the yard; ring twice",
    }


def test_the_police_get_what_makes_a_visit_safe_and_nobody_whom_to_keep_apart() -> None:
    limits = {
        "dog": True,
        "two_officers": True,
        "interpreter": "Spanish",
        "unsafe_on": "2026-06-15",
        "announced": True,
        "service_minutes": 30.0,
        "no_contact": ["C-2"],
        "no_contact_why": "Witness",
    }
    safe = {"dog", "two_officers", "interpreter", "unsafe_on"}
    assert set(visible_fields(limits, Role.POLICE, purpose="accountability_tour")) == safe
    assert not visible_fields(limits, Role.POLICE, purpose="information_sharing")
    for role in (Role.COMMUNITY, Role.ADMINISTRATOR, Role.AUDITOR):
        for purpose in PURPOSES:
            assert not visible_fields(limits, role, purpose=purpose)
    # Nor does a pair stand on the officer's own sheet of a tour.
    for role in (Role.OFFICER, Role.SUPERVISOR):
        assert visible_fields(limits, role) == limits
        tour = visible_fields(limits, role, purpose="accountability_tour")
        assert set(tour) == {*safe, "announced", "service_minutes"}


@given(needs=st.lists(st.text(max_size=12), max_size=5), specialty=st.text(max_size=12))
def test_what_is_hidden_cannot_be_told_by_what_is_missing(needs: list[str], specialty: str) -> None:
    other = {**RECORD, "needs": needs, "specialty": specialty}
    for role, purpose in EVERY:
        assert set(visible_fields(other, role, purpose=purpose)) == set(seen(role, purpose))


def test_what_stands_inside_is_filtered_too() -> None:
    record = {"residences": [{"address": "1 ELM STREET", "drug_tests": "x", "note": "y"}]}
    assert visible_fields(record, Role.POLICE, purpose="accountability_tour") == {
        "residences": [{"address": "1 ELM STREET"}]
    }


def test_what_nobody_wrote_down_is_refused() -> None:
    for role, purpose in EVERY:
        assert not may_see(role, "something_new", purpose).allowed
        assert not may_see(role, "name", "curiosity").allowed
    assert "refused" in may_see(Role.POLICE, "contacts", "accountability_tour").basis


def test_every_row_of_the_policy_has_a_basis_and_known_purposes() -> None:
    for rule in POLICY:
        assert len(rule.basis) > 20
        assert set(rule.purposes) <= set(PURPOSES)
    cells = [(f, r, p) for rule in POLICY for f in rule.fields for r in rule.roles
             for p in rule.purposes]  # fmt: skip
    assert len(cells) == len(set(cells)), "two rows decide the same cell"


@pytest.mark.parametrize(
    ("note", "left"),
    [
        ("Dog. Two officers", "Dog; Two officers"),
        ("On methadone", ""),
        ("Side door\nSees a therapist on Mondays", "Side door"),
        ("BIPOLAR; steep stairs", "steep stairs"),
        ("", ""),
        (["dog", "needles seen"], ["dog"]),
        (None, ""),
        ({"hidden": "drug"}, ""),
    ],
)
def test_notes_lose_every_sentence_about_health(note: Any, left: Any) -> None:
    assert without_health(note) == left
