"""Patterns of texts that are no address, or say that there is none."""

from __future__ import annotations

import re

NO_HOME = re.compile(
    r"\bNO (?:FIXED|PERMANENT|KNOWN|CURRENT) (?:ADDRESS|ABODE|RESIDENCE|HOME|ADDR)\b|^NFA\b|"
    # A coalition FOR THE HOMELESS is a place.
    r"(?<!FOR )(?<!FOR THE )\bHOMELESS\b|\bTRANSIENT\b|\bUNDOMICILED\b|\bUNHOUSED\b|"
    r"\bUNSHELTERED\b|"
    r"\b(?:LIVES|LIVING|SLEEPS|SLEEPING|STAYS|STAYING) (?:ON|IN) (?:THE )?(?:STREETS?|CAR|PARK)\b"
)
SLEEPS = re.compile(r"\b(?:SLEEPS|SLEEPING|SLEPT) (?:[A-Z]+ )?(?=\S)")
# In front of a place, beside the words that there is no fixed address.
STAYS = re.compile(
    r"(?:(?:AND|BUT|CURRENTLY|USUALLY|OFTEN|SLEEPS|SLEEPING|STAYS|STAYING|LIVES|LIVING|AT|IN|NEAR|"
    r"AROUND|BEHIND|OUTSIDE|THE)\b[ ,;-]*)+"
)
SHELTER = re.compile(r"\bSHELTER\b")
BOX = re.compile(
    r"\bP ?O ?(?:BOX|BX|B)\b ?#? ?\w*|\bPOST OFFICE (?:BOX|BX)\b ?#? ?\w*|^BOX \d+\b|"
    r"\bGENERAL DELIVERY\b|"
    r"\b(?:R ?R|RURAL (?:ROUTE|RTE)|H ?C|HIGHWAY CONTRACT(?: ROUTE)?|PSC|CMR|UNIT) ?#? ?\d+ "
    r"BOX \w+"
)
UNKNOWN = re.compile(
    r"#? ?(?:ADDRESS )?(?:UNKNOWN|UNK|NONE|N/A|NA|NULL|NAN|TBD|TEST|REFUSED|"
    r"NOT (?:KNOWN|GIVEN|PROVIDED)|PENDING|INCARCERATED|SAME(?: AS .*)?|SEE (?:FILE|ABOVE)|"
    r"DECEASED|REF|VALUE|NAME|X+)"
)
# First words of what the patterns above look for: most texts hold none of them.
SPECIAL_WORDS = frozenset(
    {"BOX", "BX", "POB", "POBOX", "POBX", "PO", "P", "DELIVERY", "NO", "NFA", "HOMELESS"}
    | {"TRANSIENT", "UNDOMICILED", "UNHOUSED", "UNSHELTERED", "LIVES", "LIVING", "SLEEPS"}
    | {"SLEEPING", "SLEPT", "STAYS", "STAYING"}
)
