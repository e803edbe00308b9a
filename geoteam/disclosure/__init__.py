"""Who may see which field of whom, and which figures may be shown.

Deny by default: what ``POLICY`` does not allow is refused. A figure about few people is withheld
together with as many others as it takes that no subtraction brings it back. Callers write the
audit event; nothing here knows who the reader is beyond a role.
"""

from __future__ import annotations

from geoteam.disclosure.policy import POLICY, PURPOSES, Decision, Rule, may_see
from geoteam.disclosure.records import visible_fields, without_health
from geoteam.disclosure.suppression import Suppression, suppress, suppress_table

__all__ = [
    "POLICY",
    "PURPOSES",
    "Decision",
    "Rule",
    "Suppression",
    "may_see",
    "suppress",
    "suppress_table",
    "visible_fields",
    "without_health",
]
