"""Rows that the tests of the store begin with."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from geoteam.store import clients, residences, staff
from geoteam.store.engine import transaction


@pytest.fixture
def moment() -> datetime:
    """A moment."""
    return datetime(2026, 6, 15, 14, 30, 0, 123456, tzinfo=UTC)


@pytest.fixture
def people(engine: Engine) -> Engine:
    """Two teams, three officers, one police partner, four clients with a residence each."""
    with transaction(engine) as session:
        fill(session)
    return engine


def fill(session: Session) -> None:
    """Write the people of the `people` fixture."""
    staff.save_teams(
        session,
        [
            {"ref": "T1", "name": "West", "specialty": "", "office_ref": ""},
            {"ref": "T2", "name": "East", "specialty": "", "office_ref": ""},
        ],
    )
    staff.save_officers(
        session,
        [
            {"ref": ref, "name": f"Officer {ref}", "team_ref": team, "full_time_share": share,
             "active": active}
            for ref, team, share, active in (
                ("O1", "T1", 1.0, True), ("O2", "T2", 0.5, True), ("O3", "T2", 1.0, False)
            )
        ],
    )  # fmt: skip
    staff.save_police_partners(
        session,
        [{"ref": "P1", "name": "Partner", "district": "1", "station_ref": "", "active": True}],
    )
    clients.save(session, [client(f"C{k}", name=f"Person {k}") for k in range(1, 5)])
    ids = clients.refs_to_ids(session, [f"C{k}" for k in range(1, 5)])
    residences.add(
        session,
        [
            {"client_id": row_id, "kind": "address", "address": f"{ref[1]}00 H STREET NE",
             "zip": "20002", "valid_from": date(2026, 1, 1), "valid_to": None}
            for ref, row_id in ids.items()
        ],
    )  # fmt: skip


def client(ref: str, **changes: object) -> dict[str, object]:
    """Make a row for ``clients.save``."""
    return {
        "ref": ref,
        "name": "Person",
        "level": "Medium",
        "needs": ["mental_health"],
        "intake_on": date(2026, 1, 1),
        "access_notes": "",
        "windows": [["17:00", "20:00"]],
        "active": True,
        "source_officer_ref": "O1",
        **changes,
    }
