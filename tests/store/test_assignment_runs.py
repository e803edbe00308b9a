"""Assignments over stretches of time: whatever runs are written, every day has one answer."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine, select

from geoteam.store import assignment_runs, assignments, plans
from geoteam.store.assignment_runs import Later
from geoteam.store.engine import reading, transaction
from geoteam.store.tables import AssignmentRow, BoundarySetRow

DAY = date(2026, 6, 15)
LATER = date(2026, 7, 1)


def rows(**officers: str) -> pd.DataFrame:
    """Client -> officer; officer O1 is of T1, O2 of T2."""
    team = {"O1": "T1", "O2": "T2", "": ""}
    return pd.DataFrame(
        {
            "unit": ["101"] * len(officers),
            "team": [team[one] for one in officers.values()],
            "officer": list(officers.values()),
            "reason": [{"why": one} for one in officers.values()],
        },
        index=pd.Index(list(officers), name="client_ref"),
    )


def run(session: Any, at: datetime, on: date, now: pd.DataFrame, *later: Later) -> int:
    return assignment_runs.save_run(
        session, now, on=on, plan_id=None, at=at, by="ann", summary={}, later=later
    ).id


def officers(engine: Engine, on: date) -> dict[str, str]:
    with reading(engine) as session:
        found = assignments.on_day(session, on)["officer"].to_dict()
    return {str(ref): str(officer) for ref, officer in found.items()}


@pytest.fixture
def spans(people: Engine) -> Any:
    """First and last day of every row, client by client."""

    def listed() -> list[tuple[date, date | None]]:
        with reading(people) as session:
            query = select(AssignmentRow.valid_from, AssignmentRow.valid_to)
            return [
                tuple(row)
                for row in session.execute(
                    query.order_by(AssignmentRow.client_id, AssignmentRow.id)
                )
            ]

    return listed


def plan_later(session: Any, moment: datetime) -> int:
    made = BoundarySetRow(kind="service_area", version="1", valid_from=DAY, valid_to=None,
                          source="", loaded_at=moment)  # fmt: skip
    session.add(made)
    session.flush()
    return plans.create(session, name="Later", boundary_set_id=made.id, units={}, by="t", at=moment)


def test_a_later_stretch_holds_from_its_day_and_can_be_dropped(
    people: Engine, moment: datetime, spans: Any
) -> None:
    with transaction(people) as session:
        plan = plan_later(session, moment)
        run(session, moment, DAY, rows(C1="O1", C2="O2"))
        run(session, moment, DAY, rows(C1="O1", C2="O2"),
            Later(LATER, plan, rows(C1="O2", C2="O2"), {}))  # fmt: skip
    assert officers(people, LATER - timedelta(days=1)) == {"C1": "O1", "C2": "O2"}
    assert officers(people, LATER) == {"C1": "O2", "C2": "O2"}
    # C2 goes on under the next plan: one row.
    assert spans() == [(DAY, LATER), (LATER, None), (DAY, None)]
    with reading(people) as session:
        moved = assignments.transfers(session, plan, LATER)
    assert moved[["before_officer", "after_officer"]].to_numpy().tolist() == [["O1", "O2"]]
    with transaction(people) as session:
        assignment_runs.drop_from(session, LATER)
    assert spans() == [(DAY, None), (DAY, None)]
    assert officers(people, LATER) == {"C1": "O1", "C2": "O2"}


def test_what_never_held_is_replaced_and_what_held_stays(
    people: Engine, moment: datetime, spans: Any
) -> None:
    with transaction(people) as session:
        plan = plan_later(session, moment)
        run(session, moment, DAY, rows(C1="O1"), Later(LATER, plan, rows(C1="O2"), {}))
    between = DAY + timedelta(days=5)
    with transaction(people) as session:
        run(session, moment, between, rows(C1="O2"), Later(LATER, plan, rows(C1="O1"), {}))
    assert [officers(people, day)["C1"] for day in (DAY, between, LATER)] == ["O1", "O2", "O1"]
    assert sorted(spans()) == [(DAY, between), (between, LATER), (LATER, None)]
    with transaction(people) as session:
        run(session, moment, between, rows())
    assert officers(people, LATER) == {}
    assert officers(people, DAY) == {"C1": "O1"}


def test_the_newest_run_is_that_of_its_own_day(people: Engine, moment: datetime) -> None:
    with transaction(people) as session:
        plan = plan_later(session, moment)
        made = run(session, moment, DAY, rows(C1="O1"), Later(LATER, plan, rows(C1="O2"), {}))
        last = assignment_runs.last_run(session)
    assert last
    assert (last["id"], last["plan_id"]) == (made, None)
