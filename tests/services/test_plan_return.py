"""Taking a plan back: who returns, and who of those who wait gets what is left."""

from __future__ import annotations

from datetime import date
from functools import partial

import pandas as pd
import pytest
from sqlalchemy import update

from geoteam.caseload import Assignment, assign
from geoteam.services import assigning, plan_approval, plan_publish, plan_take_back
from geoteam.services.plan_return import return_first
from geoteam.services.workspace import Workspace
from geoteam.store.tables import ClientRow
from tests.caseload.city import CASELOAD, make_clients, make_officers
from tests.made_city import BOSS
from tests.services.test_plan_continuity import BACK, shares
from tests.services.test_plan_publish import LATER, at, draft, held
from tests.tiny_city import TODAY


def returned(capacity: float, waiting: list[dict[str, object]]) -> Assignment:
    """One client of 2 points returns from o1 to o0, the only officer of the team that lost it.

    Those who wait had nobody before the plan, and nobody under it.
    """
    people = make_clients([{"ref": "back", "points": 2.0, "officer": "o0"}, *waiting])
    officers = make_officers([{"capacity_points": capacity}, {"team": "B"}])
    back = people.index == "back"
    return return_first(
        people.assign(bond=["room"] + [""] * len(waiting)),
        officers,
        held=pd.Series(back, people.index).map({True: "o1", False: ""}),
        former=pd.Series(back, people.index).map({True: "o0", False: ""}),
        had=pd.Series(back, people.index),
        solve=partial(assign, officers=officers, plan={"101": "A"}, profile_caseload=CASELOAD),
    )


def test_the_higher_level_gets_the_place_whatever_officer_the_agency_names() -> None:
    # Beside the one who returns there is room for 3 points: the client of 3, or one of the others.
    waiting = [
        {"ref": "low", "points": 1.0, "officer": "o0"},
        {"ref": "high", "points": 3.0, "officer": ""},
        {"ref": "also_low", "points": 1.0, "officer": "o0"},
    ]
    table = returned(5.0, waiting).assignments
    assert table["officer"].to_dict() == {"back": "o0", "low": "", "high": "o0", "also_low": ""}


@pytest.mark.parametrize(("capacity", "places"), [(2.0, 0), (4.0, 1), (6.0, 2), (8.0, 3)])
def test_the_officer_whom_the_agency_names_takes_no_more_than_fit(
    capacity: float, places: int
) -> None:
    # Three wait for as many places as there are, 2 points each.
    table = returned(capacity, [{"officer": "o0"}] * 3).assignments
    assert table.at["back", "officer"] == "o0"
    assert (table["officer"].drop("back") == "o0").sum() == places


def test_who_waits_under_the_plan_too_still_waits_after_it(lone: Workspace) -> None:
    """O1 and O2 have room for 10 points each, and 44 points live in the west."""
    shares(lone, O1=0.05, O2=0.05, O3=4.0, O4=4.0)
    assigning.run_assignment(lone, "test", rebalance=True)
    before = held(lone, TODAY)["officer"]
    served = {"C003": "O1", "C005": "O1", "C007": "O2", "C009": "O2"}
    assert before[before.isin(["O1", "O2"])].to_dict() == served
    # 102 and its 10 points leave: O2 takes C001 (8), and C002 and C006 (4 each) wait on.
    plan = draft(lone)
    plan_publish.publish(lone, "test", plan, LATER)
    under = held(lone, LATER)["officer"]
    assert under[["C001", "C002", "C006"]].tolist() == ["O2", "", ""]
    # The agency's file names an officer for both. They have waited all the same.
    with lone.transaction() as session:
        named = update(ClientRow).where(ClientRow.ref.in_(["C002", "C006"]))
        session.execute(named.values(source_officer_ref="O1"))
    plan_approval.set_approval(lone, "test", on=False)
    plan_take_back.take_back(at(lone, date(2026, 7, 10)), BOSS, plan, "No", on=BACK)
    assert held(lone, BACK)["officer"].equals(before)
