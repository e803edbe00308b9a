"""One person's record as one reader may see it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from geoteam.disclosure.policy import SUPERVISION, may_see
from geoteam.model import Role

_AGENCY = (Role.SUPERVISOR, Role.OFFICER)
_NOTES = ("access_notes", "hazards", "outcome")
# Words by which free text tells of health or treatment. Too many matches cost the police a
# remark about a door; too few would cost a person the law's protection.
_HEALTH = re.compile(
    r"addict|alcohol|anxi|autis|behavio|bipolar|clinic|counsel|crisis|dementia|depress|detox|"
    r"diagnos|disorder|doctor|drink|drug|drunk|fentanyl|health|heroin|\bhiv\b|hospital|ill\b|"
    r"illness|inject|insulin|\bmat\b|medic|\bmeds?\b|mental|methadone|naloxone|narcan|needle|"
    r"nurse|opioid|overdos|\bpcp\b|pill|prescri|psych|\bptsd\b|recover|rehab|relaps|schizo|"
    r"sober|suboxone|suicid|therap|treatment|trauma|urin|\buse[sd]?\b|withdrawal",
    re.IGNORECASE,
)


def visible_fields(
    record: Mapping[str, Any],
    role: Role,
    *,
    purpose: str = SUPERVISION,
    consents: Collection[str] = (),
) -> dict[str, Any]:
    """Leave of a client's record what the reader may see.

    Parameters
    ----------
    record
        Field -> value. ``needs`` is a list of names; lists and mappings inside the record are
        filtered by the same policy for readers outside the supervising agency.
    role
        The reader's role.
    purpose
        What the reader reads it for.
    consents
        Fields for whose disclosure the person's written consent is on file.

    Returns
    -------
    dict
        The allowed fields in their order. Whether a field is there depends on the policy alone,
        never on the record, so that its absence tells nothing: a reader who may see some needs
        sees a list, perhaps empty; a specialty that may not be seen is ``""``.
    """
    seen: dict[str, Any] = {}
    for field, value in record.items():
        if not _allowed(role, field, purpose, consents):
            continue
        if field == "needs":
            seen[field] = [need for need in value if _need(role, need, purpose, consents)]
        elif field == "specialty":
            seen[field] = value if value and _need(role, value, purpose, consents) else ""
        elif role in _AGENCY:
            seen[field] = value
        elif field in _NOTES:
            seen[field] = without_health(value)
        else:
            seen[field] = _inside(value, role, purpose, consents)
    return seen


def without_health(text: Any) -> Any:
    """Leave out of a note every sentence that may tell of health or treatment.

    Parameters
    ----------
    text
        A free-text note, or a list of notes.

    Returns
    -------
    str or list
        The rest; ``""`` when nothing is left. Anything but text and lists of text is left out.
    """
    if isinstance(text, str):
        parts = (part.strip() for part in re.split(r"[.;\n\r]+", text))
        return "; ".join(part for part in parts if part and not _HEALTH.search(part))
    if isinstance(text, (list, tuple)):
        cleaned = [without_health(part) for part in text]
        return [part for part in cleaned if part]
    return ""


def _allowed(role: Role, field: str, purpose: str, consents: Collection[str]) -> bool:
    decision = may_see(role, field, purpose)
    return decision.allowed and (not decision.consent_needed or field in consents)


def _need(role: Role, need: str, purpose: str, consents: Collection[str]) -> bool:
    return _allowed(role, f"needs.{need}", purpose, consents)


def _inside(value: Any, role: Role, purpose: str, consents: Collection[str]) -> Any:
    if isinstance(value, Mapping):
        return visible_fields(value, role, purpose=purpose, consents=consents)
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return [_inside(part, role, purpose, consents) for part in value]
    return value
