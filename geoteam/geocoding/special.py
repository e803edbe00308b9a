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
    r"NOT (?:KNOWN|GIVEN|PROVIDED)|PENDING|SAME(?: AS .*)?|SEE (?:FILE|ABOVE)|REF|VALUE|NAME|X+)"
)
_CUSTODY = re.compile(
    r"\b(?:JAIL|JAILED|JAILHOUSE|PRISON|IMPRISONED|INCARCERATED|CUSTODY|DETAINED|LOCKED UP|"
    r"DETENTION (?:CENTER|FACILITY)|CORRECTIONAL (?:CENTER|FACILITY|INSTITUTION)|"
    r"CORRECTIONAL TREATMENT FACILITY|BUREAU OF PRISONS)\b"
)
# In front of the place where somebody is held.
_HELD = re.compile(
    r"(?:(?:CLIENT|CURRENTLY|NOW|STILL|BACK|IS|HELD|INCARCERATED|DETAINED|JAILED|IN|AT|THE|CUSTODY)"
    r"\b[ ,;/-]*)+"
)
# Other texts that say why there is no address.
_AWAY = (
    (re.compile(r"\b(?:DECEASED|PASSED AWAY)\b|(?:\b(?:IS|HAS) |^)(?:DEAD|DIED)$"), "has died"),
    (
        re.compile(r"\bHOSPITALI[SZ]ED\b|\bIN (?:THE |A )?HOSPITAL\b|\bINPATIENT\b"),
        "is in a hospital",
    ),
    (
        re.compile(
            r"\b(?:AWOL|ABSCONDED|ABSCONDER|FUGITIVE|WHEREABOUTS|LOSS OF CONTACT|LOST CONTACT)\b"
        ),
        "cannot be found",
    ),
)
# First words of what the patterns above look for: most texts hold none of them.
SPECIAL_WORDS = frozenset(
    {"BOX", "BX", "POB", "POBOX", "POBX", "PO", "P", "DELIVERY", "NO", "NFA", "HOMELESS"}
    | {"TRANSIENT", "UNDOMICILED", "UNHOUSED", "UNSHELTERED", "LIVES", "LIVING", "SLEEPS"}
    | {"SLEEPING", "SLEPT", "STAYS", "STAYING", "JAIL", "JAILED", "JAILHOUSE", "PRISON"}
    | {"IMPRISONED", "INCARCERATED", "CUSTODY", "DETAINED", "LOCKED", "DETENTION", "CORRECTIONAL"}
    | {"PRISONS", "DECEASED", "PASSED", "DEAD", "DIED", "HOSPITALIZED", "HOSPITALISED", "HOSPITAL"}
    | {"INPATIENT", "AWOL", "ABSCONDED", "ABSCONDER", "FUGITIVE", "WHEREABOUTS", "CONTACT"}
)


def away(line: str) -> tuple[str, str] | None:
    """Read a text that says, instead of an address, why the client has none.

    Parameters
    ----------
    line
        A cleaned text.

    Returns
    -------
    tuple of str or None
        What the text says of the client, and the name of the place where the client is held or '';
        None when it says nothing of the kind.
    """
    said = next((said for pattern, said in _AWAY if pattern.search(line)), "")
    if said:
        return said, ""
    return ("is in custody", _HELD.sub("", line, count=1)) if _CUSTODY.search(line) else None
