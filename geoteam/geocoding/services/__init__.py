"""Online geocoding services, one file each: asked only where an administrator turned one on.

A service is handed a house number and street, never a person; what it answers is a suggestion that
counts only when our own rules agree (`check`). Clients and pauses are passed in; no module opens a
connection, reads the environment or knows the time.
"""

from __future__ import annotations

from geoteam.geocoding.services.answer import Answer, Found, OnlineService, Outcome, Question
from geoteam.geocoding.services.catalogue import CATALOGUE, ServiceInfo, info_of, open_service
from geoteam.geocoding.services.check import check_answers
from geoteam.geocoding.services.connection import Connection, Patience
from geoteam.geocoding.services.question import question_of

__all__ = [
    "CATALOGUE",
    "Answer",
    "Connection",
    "Found",
    "OnlineService",
    "Outcome",
    "Patience",
    "Question",
    "ServiceInfo",
    "check_answers",
    "info_of",
    "open_service",
    "question_of",
]
