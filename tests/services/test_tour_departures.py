"""When a tour leaves: not before people are free, not in the past, not after the day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from geoteam.errors import InputError
from geoteam.services import tours
from geoteam.services.workspace import Workspace
from geoteam.store import duty
from tests.made_city import BOSS
from tests.services.touring import NEXT, officer_with
from tests.tiny_city import TODAY


def _clock_of(workspace: Workspace, view: tours.TourView) -> str:
    return f"{view.departs_at.astimezone(workspace.profile.city.zone):%H:%M}"


def _at(workspace: Workspace, utc_hour: int, minute: int = 0) -> Workspace:
    """The same workspace at another time of the tiny city's day; New York is 4 hours behind."""
    now = datetime(2026, 6, 15, utc_hour, minute, tzinfo=UTC)
    return Workspace(workspace.folder, workspace.engine, lambda: now)


def test_a_departure_before_the_shift_says_from_when_it_is_planned(lone: Workspace) -> None:
    officer = officer_with(lone, "C009")
    with lone.transaction() as session:
        hours = [duty.Shift(TODAY.weekday(), "14:00", "20:00")]
        duty.replace_shifts(session, "officers", officer, hours, week=True)
    ref = tours.plan_tour(lone, BOSS, on=TODAY, officer_ref=officer, departs="13:00")
    advice = tours.tour(lone, BOSS, ref).advice
    who = "officer, police partner and car"
    assert advice[0] == f"Planned from 14:00, not from 13:00: {who} are not free together before."
    assert not any("sooner, it would not come back" in one for one in advice)


@pytest.mark.parametrize("departs", ["25:00", "soon", "9", "09:00:99"])
def test_a_departure_that_is_no_time(city: Workspace, departs: str) -> None:
    with pytest.raises(InputError, match="no time of day"):
        tours.plan_tour(city, BOSS, on=TODAY, officer_ref="O1", departs=departs)


@pytest.mark.parametrize("departs", ["20:00", "23:30"])
def test_a_departure_after_the_days_end_is_refused(city: Workspace, departs: str) -> None:
    with pytest.raises(InputError, match=rf"{departs} is too late: tours end at 20:00"):
        tours.plan_tour(city, BOSS, on=NEXT, officer_ref="O1", departs=departs)


def test_a_day_that_is_over_is_refused(city: Workspace) -> None:
    with pytest.raises(InputError, match="14 Jun 2026 is over; today is 15 Jun 2026"):
        tours.plan_tour(city, BOSS, on=TODAY - timedelta(days=1), officer_ref="O1")


def test_todays_tour_does_not_leave_before_now(lone: Workspace) -> None:
    officer = officer_with(lone, "C005")
    late = _at(lone, 16, 1)
    view = tours.tour(late, BOSS, tours.plan_tour(late, BOSS, on=TODAY, officer_ref=officer))
    assert _clock_of(lone, view) == "12:05"
    assert view.advice == []
    tours.cancel_tour(late, BOSS, view.ref, "again")
    ref = tours.plan_tour(late, BOSS, on=TODAY, officer_ref=officer, departs="09:30")
    assert tours.tour(late, BOSS, ref).advice == ["09:30 is over: planned from 12:05."]


def test_too_late_today_and_early_tomorrow(lone: Workspace) -> None:
    officer = officer_with(lone, "C005")
    # 19:56 is rounded up to 20:00, when tours end.
    late = _at(lone, 23, 56)
    with pytest.raises(InputError, match="it is 19:56, and tours end at 20:00"):
        tours.plan_tour(late, BOSS, on=TODAY, officer_ref=officer)
    ref = tours.plan_tour(late, BOSS, on=NEXT, officer_ref=officer)
    assert _clock_of(lone, tours.tour(late, BOSS, ref)) == "08:00"
