"""A team's week: as planned, as saved, and for whom it may be planned."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from geoteam.errors import InputError, NotFoundError
from geoteam.services import audit, tours
from geoteam.services.tour_week import plan_team_week
from geoteam.services.workspace import Workspace
from geoteam.store import duty as store
from geoteam.store import staff
from geoteam.store import tours as tour_store
from geoteam.store.duty import Shift
from tests.made_city import BOSS, O1, WEST
from tests.tiny_city import TODAY


def test_a_week_is_planned_with_both_people_and_nothing_is_saved(fresh: Workspace) -> None:
    before = tours.list_tours(fresh, BOSS)
    week = plan_team_week(fresh, BOSS, team_ref="T1", first=TODAY)
    made = [stop["client_ref"] for one in week.tours for stop in one["stops"]]
    # C001 falls due within the week; the others of T1 are due already.
    assert {*made, *(one["client_ref"] for one in week.left_out)} >= {
        "C001", "C005", "C006", "C009", "C010",
    }  # fmt: skip
    assert len(made) == len(set(made))
    assert week.due == len(made) + len(week.left_out)
    assert all(one["police_partner"] and one["ref"] == "" for one in week.tours)
    assert all(one["on"].weekday() < 5 for one in week.tours)
    assert tours.list_tours(fresh, BOSS) == before
    event = audit.list_events(fresh, None, page_size=1).rows[0]
    assert (event["action"], event["detail"]["saved"]) == ("tours.week", False)


def test_a_saved_week_can_be_opened_and_is_not_planned_twice(fresh: Workspace) -> None:
    week = plan_team_week(fresh, BOSS, team_ref="T1", first=TODAY, save=True)
    assert week.tours
    view = tours.tour(fresh, BOSS, week.tours[0]["ref"])
    assert [one["client_ref"] for one in view.stops] == [
        one["client_ref"] for one in week.tours[0]["stops"]
    ]
    assert view.verdict == "No better tour exists."
    if not week.left_out:
        with pytest.raises(InputError, match="no joint visit"):
            plan_team_week(fresh, BOSS, team_ref="T1", first=TODAY)


@pytest.mark.parametrize(("user", "team"), [(WEST, "T2"), (BOSS, "T99")])
def test_only_for_a_team_of_ones_own(city: Workspace, user, team: str) -> None:
    with pytest.raises(NotFoundError, match="no such team"):
        plan_team_week(city, user, team_ref=team, first=TODAY)


def test_an_officer_plans_no_week(city: Workspace) -> None:
    with pytest.raises(NotFoundError):
        plan_team_week(city, O1, team_ref="T1", first=TODAY)


def test_a_week_that_cannot_be_says_why(fresh: Workspace) -> None:
    with pytest.raises(InputError, match="over"):
        plan_team_week(fresh, BOSS, team_ref="T1", first=TODAY - timedelta(days=1))
    with fresh.transaction() as session:
        session.execute(text("UPDATE police_partner SET active = false"))
    with pytest.raises(InputError, match="no police partner"):
        plan_team_week(fresh, BOSS, team_ref="T1", first=TODAY)


def _week(workspace: Workspace, kind: store.Kind, ref: str, *shifts: Shift) -> None:
    with workspace.transaction() as session:
        store.replace_shifts(session, kind, ref, shifts, week=True)


def _local(workspace: Workspace, moment: datetime) -> datetime:
    return moment.astimezone(workspace.profile.city.zone)


def test_a_week_keeps_to_the_shifts_of_both(lone: Workspace) -> None:
    for officer in ("O1", "O2"):
        _week(lone, "officers", officer, Shift(1, "08:00", "12:00"), Shift(3, "12:00", "20:00"))
    _week(lone, "partners", "P1", *(Shift(day, "10:00", "16:00") for day in range(5)))
    week = plan_team_week(lone, BOSS, team_ref="T1", first=TODAY)
    assert week.tours
    for one in week.tours:
        departs, returns = (_local(lone, one[name]) for name in ("departs_at", "returns_at"))
        assert departs.weekday() in (1, 3)
        hours = ("10:00", "12:00") if departs.weekday() == 1 else ("12:00", "16:00")
        assert hours[0] <= f"{departs:%H:%M}" <= f"{returns:%H:%M}" <= hours[1]


def test_a_partner_of_another_district_helps_when_said_so(lone: Workspace) -> None:
    _week(lone, "partners", "P1", Shift(6, "08:00", "09:00"))
    with pytest.raises(InputError, match="no police partner who joins tours in district 1 can"):
        plan_team_week(lone, BOSS, team_ref="T1", first=TODAY)
    with lone.transaction() as session:
        staff.save_more_districts(session, "P2", ["1"])
    week = plan_team_week(lone, BOSS, team_ref="T1", first=TODAY)
    assert {one["police_partner"] for one in week.tours} == {"Police Two"}


def test_one_car_is_on_one_tour_at_a_time(lone: Workspace) -> None:
    with lone.transaction() as session:
        staff.save_more_districts(session, "P2", ["1"])
        office = str(staff.officers(session)["office_ref"].iloc[0])
        store.save_cars(
            session, [{"ref": "A1", "name": "Car", "place_ref": office, "active": True}]
        )
    # All of it on one morning: two officers and two partners, but one car.
    for kind, refs in (("officers", ("O1", "O2")), ("partners", ("P1", "P2"))):
        for ref in refs:
            _week(lone, kind, ref, Shift(2, "08:00", "12:00"))
    week = plan_team_week(lone, BOSS, team_ref="T1", first=TODAY, save=True)
    assert len(week.tours) == 1
    with lone.reading() as session:
        assert tour_store.get(session, week.tours[0]["ref"]).car_name == "Car"
    with lone.transaction() as session:
        store.save_cars(
            session, [{"ref": "A1", "name": "Car", "place_ref": "elsewhere", "active": True}]
        )
    with pytest.raises(InputError, match="no car stands at the team's field office"):
        plan_team_week(lone, BOSS, team_ref="T1", first=TODAY)
