"""Hours that tours take, and notes from the road, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from geoteam.store import clients, tours, visits_ahead
from geoteam.store.engine import reading, transaction
from geoteam.store.tables import ClientRow, TourRow
from geoteam.store.tour_tables import OutcomeRow

ON = date(2026, 6, 15)
AT = datetime(2026, 6, 15, 12, tzinfo=UTC)


def _tour(session: Session, days: int, partner: str = "", stops: int = 2) -> str:
    at, ref = AT + timedelta(days=days), tours.new_ref()
    frame = clients.as_frame(session, ON)
    tours.save(
        session, ref=ref, on=at.date(), officer_ref="O1", police_partner_ref=partner,
        start_ref="V1", departs_at=at, returns_at=at + timedelta(hours=3), drive_s=1200.0,
        length_m=9000.0, route=None, steps=[], left_out=[], summary={}, by="x", at=AT,
        stops=[
            {"client_ref": ref, "residence_id": int(frame.loc[ref, "residence_id"]),
             "arrives_at": at, "leaves_at": at, "reason": "due", "lon": -77.0, "lat": 38.9}
            for ref in ("C1", "C2")[:stops]
        ],
    )  # fmt: skip
    return ref


@pytest.fixture
def toured(people: Engine) -> Engine:
    """Five tours: long ago, done, cancelled, ahead, and one without a stop."""
    with transaction(people) as session:
        _tour(session, -200)
        tours.set_status(session, _tour(session, -5, "P1"), "done")
        tours.set_status(session, _tour(session, -4), "cancelled")
        _tour(session, 3, stops=1)
        _tour(session, 4, stops=0)
    return people


def test_tours_that_are_made_or_stand_take_hours(toured: Engine) -> None:
    with reading(toured) as session:
        found = visits_ahead.tour_hours(session, ON - timedelta(days=90))
    assert [(day - ON).days for day in found["on"]] == [-5, 3]
    assert found["police_partner"].tolist() == ["P1", ""]
    assert found["stops"].tolist() == [2, 1]
    assert found["standing"].tolist() == [False, True]
    assert set(found["team"]) == {"T1"}
    assert (found["returns_at"] - found["departs_at"]).tolist() == [timedelta(hours=3)] * 2


def test_the_newest_note_of_each_client_that_was_not_taken_back(toured: Engine) -> None:
    words = [
        ("a", "C1", "call the mother first", 1, ""),
        ("b", "C1", "ring twice", 2, ""),
        ("c", "C1", "wrong door", 3, "d"),
        ("d", "C1", "", 4, ""),
        ("e", "C2", "dog is gone", 0, ""),
    ]
    with transaction(toured) as session:
        numbers = {row.ref: row.id for row in session.scalars(select(ClientRow))}
        tour = session.scalars(select(TourRow.id).where(TourRow.on == ON + timedelta(days=3))).one()
        for key, ref, note, hours, replaced in words:
            at = AT + timedelta(hours=hours)
            row = OutcomeRow(
                key=key, tour_id=tour, client_id=numbers[ref], kind="not_home", note=note,
                at=at, received_at=at, by="x", replaced_by=replaced,
            )  # fmt: skip
            session.add(row)
    with reading(toured) as session:
        assert visits_ahead.latest_notes(session, ON) == {"C1": "ring twice", "C2": "dog is gone"}
        assert visits_ahead.latest_notes(session, ON + timedelta(days=4)) == {}
