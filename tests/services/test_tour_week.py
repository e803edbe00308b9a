"""A team's week: as planned, as saved, and for whom it may be planned."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from geoteam.errors import InputError, NotFoundError
from geoteam.services import audit, tours
from geoteam.services.tour_week import plan_team_week
from geoteam.services.workspace import Workspace
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
