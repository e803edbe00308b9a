"""A city that bounds the driving of a tour: by its profile, for one tour and for a week."""

from __future__ import annotations

from geoteam.services import tours
from geoteam.services.tour_week import plan_team_week
from geoteam.services.workspace import Workspace
from geoteam.store import settings
from tests.made_city import BOSS
from tests.tiny_city import TODAY


def bound(workspace: Workspace, minutes: float) -> None:
    rules = workspace.profile.tours.model_copy(update={"longest_drive_minutes": minutes})
    profile = workspace.profile.model_copy(update={"tours": rules})
    with workspace.transaction() as session:
        settings.put(session, "profile", profile.model_dump(mode="json"), workspace.now())
    workspace.forget()


def test_a_tour_drives_no_longer_than_the_city_allows(lone: Workspace) -> None:
    free = tours.tour(
        lone, BOSS, tours.plan_tour(lone, BOSS, on=TODAY, officer_ref="O3", max_stops=9)
    )
    tours.cancel_tour(lone, BOSS, free.ref, why="To be planned again")
    limit_s = free.drive_s - 1
    bound(lone, limit_s / 60)
    cut = tours.tour(
        lone, BOSS, tours.plan_tour(lone, BOSS, on=TODAY, officer_ref="O3", max_stops=9)
    )
    assert len(free.stops) > len(cut.stops) > 0
    assert cut.drive_s <= limit_s
    assert {one["code"] for one in cut.left_out} == {"longest_drive"}


def test_every_tour_of_a_week_too(lone: Workspace) -> None:
    team = "T1"
    free = plan_team_week(lone, BOSS, team_ref=team, first=TODAY)
    assert free.tours
    bound(lone, 0.01)
    none = plan_team_week(lone, BOSS, team_ref=team, first=TODAY)
    assert not none.tours
    assert {one["code"] for one in none.left_out} == {"longest_drive"}
