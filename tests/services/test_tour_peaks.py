"""A city whose streets are full all day: tours and their directions take as long as they say."""

from __future__ import annotations

from datetime import time

import pytest

from geoteam.services import tours
from geoteam.services.tours import TourView
from geoteam.services.workspace import Workspace
from geoteam.store import settings
from tests.made_city import BOSS
from tests.tiny_city import TODAY

FULL = ((time(0), time(23, 59), 2.0),)


def planned(workspace: Workspace) -> TourView:
    ref = tours.plan_tour(workspace, BOSS, on=TODAY, officer_ref="O3")
    return tours.tour(workspace, BOSS, ref)


def test_driving_takes_twice_as_long_and_the_directions_say_so(lone: Workspace) -> None:
    free = planned(lone)
    tours.cancel_tour(lone, BOSS, free.ref, why="The car is away")
    rules = lone.profile.tours.model_copy(update={"peaks": FULL})
    profile = lone.profile.model_copy(update={"tours": rules})
    with lone.transaction() as session:
        settings.put(session, "profile", profile.model_dump(mode="json"), lone.now())
    lone.forget()
    slow = planned(lone)
    assert [stop["client_ref"] for stop in slow.stops] == [
        stop["client_ref"] for stop in free.stops
    ]
    # Every drive is rounded up to a whole second.
    assert slow.drive_s == pytest.approx(2 * free.drive_s, abs=len(slow.stops) + 1)
    steps_s = sum(step["duration_s"] for leg in slow.steps for step in leg)
    assert steps_s == pytest.approx(slow.drive_s)
    assert slow.returns_at > free.returns_at
