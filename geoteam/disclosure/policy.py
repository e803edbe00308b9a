"""The disclosure policy: which role may see which field, for which purpose, on what basis.

What the table does not allow is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType

from geoteam.model import Role

# Purposes a reader may state.
SUPERVISION = "supervision"
TOUR = "accountability_tour"
SHARING = "information_sharing"
COMMUNITY = "community_relations"
ADMINISTRATION = "administration"
AUDIT = "audit"
PURPOSES = (SUPERVISION, TOUR, SHARING, COMMUNITY, ADMINISTRATION, AUDIT)

# Groups of fields that stand or fall together; a field in no group is seen by nobody.
REFERENCE = ("ref", "client_ref")
IDENTITY = ("name", "photo")
HOME = (
    "address", "matched_address", "zip", "lon", "lat", "geometry", "location",
    "residence", "residences", "residence_kind", "residence_since",
)  # fmt: skip
AREA = ("unit", "sector", "district")
GEOCODE = (
    "geocode", "match_code", "status", "kind", "score", "uncertainty_m", "candidates",
    "boundary_ambiguous", "located", "decision", "decided_by", "decided_why", "inferred",
    "reference_id",
)  # fmt: skip
STAFF = ("officer", "officer_ref", "officer_name")
CASE = (
    "team", "team_ref", "team_name", "points", "workload", "intake_on", "active", "contacts",
    "last_contact_on", "due_on", "overdue_days", "priority", "assignment", "reason",
    "explanation", "history", "transfer",
)  # fmt: skip
RISK = ("level",)
BACKGROUND = ("background", "conditions")
DOOR = ("access_notes", "hazards", "windows")
# What makes a visit safe, and what the officer arranges beforehand. Of a visit that was not safe
# the day alone; what the officer wrote of it is no part of a stop.
SAFETY = ("dog", "two_officers", "interpreter", "unsafe_on")
ARRANGED = ("announced", "service_minutes")
# Whom a client must not meet, and why; the why tells of a case, often of another person's.
NO_CONTACT = ("no_contact", "no_contact_why")
STOP = ("position", "arrives_at", "leaves_at", "service_s", "outcome")
# The heading under which needs are listed; each need is a field of its own.
NEEDS = ("needs", "specialty")
NEED_GPS = ("needs.gps",)
NEED_SEX_OFFENSE = ("needs.sex_offense",)
NEED_DOMESTIC_VIOLENCE = ("needs.domestic_violence",)
NEED_MENTAL_HEALTH = ("needs.mental_health",)
NEED_SUBSTANCE_USE = ("needs.substance_use",)
OTHER_NEEDS = ("needs.*",)
MENTAL_HEALTH_RECORDS = ("mental_health_treatment",)
SUBSTANCE_USE_RECORDS = ("substance_use_treatment",)
DRUG_TESTS = ("drug_tests",)
FIGURES = ("figures",)
COUNTS = ("counts",)
AUDIT_EVENTS = ("audit",)
SETUP = ("boundaries", "streets", "addresses", "users", "profile")

# Legal bases, in words a reader can check.
NEED_TO_KNOW = (
    "Privacy Act, 5 U.S.C. 552a(b)(1): officers of the agency who need the record for their "
    "duties; supervision under D.C. Code 24-133"
)
ROUTINE_USE = (
    "Privacy Act, 5 U.S.C. 552a(b)(3): routine use, disclosure to the police for joint "
    "supervision of people at the higher risk levels"
)
REGISTRATION = "Sex offender registration, D.C. Code 22-4001 and following: registration is public"
ACCURACY = "Privacy Act, 5 U.S.C. 552a(e)(5): records must be accurate; no need or risk is shown"
PART_2 = (
    "42 CFR Part 2 (2.31 written consent; 2.35 elements of the criminal justice system which "
    "have referred the patient)"
)
MENTAL_HEALTH_ACT = (
    "D.C. Mental Health Information Act, D.C. Code 7-1201.01 and following: written consent"
)
DRUG_TEST_CONSENT = "Privacy Act, 5 U.S.C. 552a(b): the person's written consent, or (b)(1)"
NO_PERSON = "Figures about areas that name no person, after suppression of small cells"
AUDIT_DUTY = "Privacy Act, 5 U.S.C. 552a(c): accounting of disclosures; events, not records"
SETUP_DUTY = "Data about places and accounts, not about supervised people"

_REFUSED = "Not in the disclosure policy; what is not allowed is refused"
_NEVER = {
    **dict.fromkeys(NEED_SUBSTANCE_USE + SUBSTANCE_USE_RECORDS, PART_2),
    **dict.fromkeys(NEED_MENTAL_HEALTH + MENTAL_HEALTH_RECORDS, MENTAL_HEALTH_ACT),
    **dict.fromkeys(DRUG_TESTS, DRUG_TEST_CONSENT),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the policy table: these fields, for these readers, for these purposes.

    Attributes
    ----------
    fields
        Names of fields.
    roles
        Who may see them.
    purposes
        For what.
    basis
        The legal basis.
    consent_needed
        Whether the person's written consent must be on file.
    """

    fields: tuple[str, ...]
    roles: tuple[Role, ...]
    purposes: tuple[str, ...]
    basis: str
    consent_needed: bool = False


_AGENCY = (Role.SUPERVISOR, Role.OFFICER)
_WORK = (SUPERVISION, TOUR, SHARING)
_POLICE = (Role.POLICE,)

POLICY: tuple[Rule, ...] = (
    # The agency's own officers, for supervision.
    Rule(
        REFERENCE + IDENTITY + HOME + AREA + GEOCODE + STAFF + CASE + RISK + BACKGROUND + DOOR
        + SAFETY + ARRANGED + STOP + NEEDS + NEED_GPS + NEED_SEX_OFFENSE + NEED_DOMESTIC_VIOLENCE
        + NEED_MENTAL_HEALTH + NEED_SUBSTANCE_USE + OTHER_NEEDS,
        _AGENCY, _WORK, NEED_TO_KNOW,
    ),
    Rule(DRUG_TESTS, _AGENCY, (SUPERVISION,), DRUG_TEST_CONSENT),
    # Not for a tour: the sheet of a tour may be lost.
    Rule(NO_CONTACT, _AGENCY, (SUPERVISION,), NEED_TO_KNOW),
    # What a treatment provider reported is the patient's to release.
    Rule(SUBSTANCE_USE_RECORDS, _AGENCY, (SUPERVISION,), PART_2, consent_needed=True),
    Rule(MENTAL_HEALTH_RECORDS, _AGENCY, (SUPERVISION,), MENTAL_HEALTH_ACT, consent_needed=True),
    Rule(COUNTS + FIGURES, _AGENCY, (*_WORK, COMMUNITY), NEED_TO_KNOW),
    # The police: who and where, and what makes the visit safe. No health fact, no team (a
    # specialised team's name tells the need), no history, nobody whom the client must not meet.
    Rule(
        REFERENCE + IDENTITY + HOME + AREA + STAFF + RISK + DOOR + SAFETY + STOP,
        _POLICE, (TOUR,), ROUTINE_USE,
    ),
    Rule(
        REFERENCE + IDENTITY + HOME + AREA + STAFF + RISK + BACKGROUND,
        _POLICE, (SHARING,), ROUTINE_USE,
    ),
    Rule(NEEDS + NEED_GPS, _POLICE, (TOUR, SHARING), ROUTINE_USE),
    Rule(NEED_SEX_OFFENSE, _POLICE, (TOUR, SHARING), REGISTRATION),
    # Community relations: no person, no point.
    Rule(FIGURES, (Role.COMMUNITY,), (COMMUNITY, SUPERVISION), NO_PERSON),
    # Administrators mend addresses; they see neither names nor anything about the case.
    Rule(REFERENCE + HOME + AREA + GEOCODE, (Role.ADMINISTRATOR,), (ADMINISTRATION,), ACCURACY),
    Rule(SETUP, (Role.ADMINISTRATOR,), (ADMINISTRATION,), SETUP_DUTY),
    Rule(SETUP, (Role.SUPERVISOR,), _WORK, SETUP_DUTY),
    # Auditors: who saw or changed what, never the record itself.
    Rule(AUDIT_EVENTS, (Role.AUDITOR,), (AUDIT,), AUDIT_DUTY),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether one reader may see one field for one purpose, and why.

    Attributes
    ----------
    allowed
        Whether the policy allows it (with consent, where that is needed).
    basis
        The legal basis, or what stands against it.
    consent_needed
        Whether the person's written consent must be on file.
    """

    allowed: bool
    basis: str
    consent_needed: bool


def _lay_out(policy: tuple[Rule, ...]) -> Mapping[tuple[str, Role, str], Decision]:
    table: dict[tuple[str, Role, str], Decision] = {}
    for rule in policy:
        for field, role, purpose in product(rule.fields, rule.roles, rule.purposes):
            table[field, role, purpose] = Decision(True, rule.basis, rule.consent_needed)
    return MappingProxyType(table)


_TABLE = _lay_out(POLICY)


def may_see(role: Role, field: str, purpose: str = SUPERVISION) -> Decision:
    """Look one field up in the policy.

    Parameters
    ----------
    role
        The reader's role.
    field
        A field of a client's record; a single need is ``needs.<name>``.
    purpose
        One of ``PURPOSES``.

    Returns
    -------
    Decision
        Refused unless a row of ``POLICY`` allows it; a need without a row of its own falls
        under ``needs.*``.
    """
    found = _TABLE.get((field, role, purpose))
    if found is None and field.startswith("needs.") and not _has_row(field):
        found = _TABLE.get(("needs.*", role, purpose))
    if found is not None:
        return found
    return Decision(False, _NEVER.get(field, _REFUSED), False)


def _has_row(field: str) -> bool:
    return any(field in rule.fields for rule in POLICY)
