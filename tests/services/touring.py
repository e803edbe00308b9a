"""What tests of tours do: find an officer with visits due, print a sheet, read the log."""

from __future__ import annotations

import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from geoteam.model import User
from geoteam.services import audit, sheets, tours
from geoteam.services.workspace import Workspace
from geoteam.store import assignments
from tests.made_city import BOSS
from tests.tiny_city import TODAY

NEXT = TODAY + timedelta(days=1)

# Joint visits due on the day, most overdue first within an officer: client -> last seen, level.
# Contacts: client k was seen at home 1 + 5 k days before TODAY, for k up to 12.
JOINT_T1 = {
    "C005": date(2026, 5, 27),
    "C006": date(2026, 5, 30),
    "C009": date(2026, 5, 7),
    "C010": date(2026, 5, 10),
}


def due_of(workspace: Workspace, officer: str, on: date = TODAY) -> list[dict[str, Any]]:
    return tours.visits_due(workspace, BOSS, on, officer)


def officer_with(workspace: Workspace, ref: str) -> str:
    with workspace.reading() as session:
        frame = assignments.on_day(session, TODAY)
    return str(frame["officer"][ref])


def last_event(workspace: Workspace) -> dict[str, Any]:
    return audit.list_events(workspace, None, page_size=1).rows[0]


def printed(workspace: Workspace, user: User, ref: str, copy: str) -> bytes:
    return sheets.print_tours(workspace, user, [ref], sheets.Printing(copy=copy))


def text_of(pdf: bytes, folder: Path) -> str:
    path = folder / "sheet.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def with_several_due(workspace: Workspace) -> str:
    """An officer with two visits due or more."""
    return max(("O1", "O2", "O3", "O4"), key=lambda ref: len(due_of(workspace, ref, NEXT)))
