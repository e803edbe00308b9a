"""Nights, changes of clocks, nobody to go with, places that cannot be reached."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from geoteam.errors import TourError

from .day import DEPARTS, ZONE, along_a_street, make_visits, plan

# In New York clocks go forward on 2026-03-08 at 02:00 and back on 2026-11-01 at 02:00.
FORWARD = datetime(2026, 3, 8, 0, 30, tzinfo=ZONE)
BACK = datetime(2026, 11, 1, 0, 30, tzinfo=ZONE)


def hhmm(*moments: datetime) -> list[str]:
    return [moment.strftime("%H:%M") for moment in moments]


def test_moments_that_close_before_they_open_are_refused_by_name() -> None:
    windows = [[DEPARTS + timedelta(hours=2), DEPARTS + timedelta(hours=1)]]
    with pytest.raises(TourError, match=r"closes before it opens.*client c0"):
        plan(make_visits([{"windows": windows}]))


def test_clock_times_that_close_before_they_open_pass_midnight() -> None:
    visits = make_visits([{"windows": [["22:00", "06:00"]]}])
    tour = plan(visits, departs=DEPARTS.replace(hour=20), latest_return="23:30")
    assert hhmm(tour.stops["starts_at"].iloc[0]) == ["22:00"]
    early = plan(visits, departs=DEPARTS.replace(hour=5), latest_return="08:00")
    assert hhmm(early.stops["starts_at"].iloc[0]) == ["05:05"]


@pytest.mark.parametrize(
    ("departs", "hours"), [(FORWARD, 3.5), (BACK, 5.5), (BACK.replace(day=2), 4.5)]
)
def test_a_night_has_as_many_hours_as_pass(departs: datetime, hours: float) -> None:
    # Until 05:00 there is room for a visit of so many hours, and for not a minute more.
    fits = make_visits([{"service_s": hours * 3600 - 600}])
    tour = plan(fits, departs=departs, latest_return="05:00", longest_stop_s=86_400)
    assert hhmm(tour.departs_at, tour.returns_at) == ["00:30", "05:00"]
    more = make_visits([{"service_s": hours * 3600 - 540}])
    (left,) = plan(more, departs=departs, latest_return="05:00").left_out
    assert (left["code"], "by 1 minute" in left["reason"]) == ("late_return", True)


def test_an_hour_that_comes_twice_is_the_first_and_one_that_never_comes_is_no_hour() -> None:
    twice = plan(
        make_visits([{"windows": [["01:15", "01:45"]]}]), departs=BACK, latest_return="05:00"
    )
    starts = twice.stops["starts_at"].iloc[0]
    assert starts.astimezone(UTC) == datetime(2026, 11, 1, 5, 15, tzinfo=UTC)
    never = plan(
        make_visits([{"windows": [["02:30", "03:00"]]}]), departs=FORWARD, latest_return="05:00"
    )
    assert [one["code"] for one in never.left_out] == ["no_window"]


def test_both_shifts_over_midnight_when_clocks_change() -> None:
    tour = plan(
        make_visits([{}, {}]),
        departs=FORWARD - timedelta(hours=1),
        latest_return="04:00",
        officer_shift=("22:00", "03:30"),
        partner_shift=("01:30", "06:00"),
    )
    # From 01:30 to 03:30 is one hour on that night.
    assert [hhmm(*span) for span in tour.on_duty] == [["01:30", "03:30"]]
    assert tour.on_duty[0][1] - tour.on_duty[0][0] == timedelta(hours=2)
    elapsed = [one.astimezone(UTC) for one in tour.on_duty[0]]
    assert elapsed[1] - elapsed[0] == timedelta(hours=1)
    assert (tour.left_out, hhmm(tour.returns_at)) == ([], ["03:20"])


def test_peaks_follow_the_clock_after_it_changed() -> None:
    sunday = plan(
        make_visits([{}]), departs=FORWARD, latest_return="05:00", peaks=[("00:00", "05:00", 2.0)]
    )
    assert sunday.drive_s == 10 * 60
    monday = plan(
        make_visits([{}]),
        departs=FORWARD + timedelta(days=1),
        latest_return="05:00",
        peaks=[("00:00", "05:00", 2.0)],
    )
    assert monday.drive_s == 20 * 60


def test_without_a_police_partner_only_what_needs_two_stays() -> None:
    visits = make_visits([{}, {}]).assign(two_officers=[True, False])
    tour = plan(visits, people=1, partner_shift=None)
    assert tour.stops.index.tolist() == ["c1"]
    assert [one["code"] for one in tour.left_out] == ["needs_two_officers"]


@pytest.mark.parametrize("way", ["out", "home"])
def test_in_the_river_or_beyond_a_closed_street(way) -> None:
    matrix = along_a_street(2)
    if way == "out":
        matrix[:2, 2] = np.inf
    else:
        matrix[2, :2] = np.inf
    tour = plan(make_visits([{}, {"required": True}]), matrix, peaks=[("17:00", "18:00", 2.0)])
    (left,) = tour.left_out
    assert (left["client_ref"], left["code"]) == ("c1", "unreachable")
    assert "street network" in left["remedy"]


def test_a_neighbour_who_is_out_keeps_nobody_at_the_same_door_waiting() -> None:
    here = {"lon": -77.01, "lat": 38.9}
    visits = make_visits([here, here | {"windows": [["17:00", "17:10"]]}])
    street = along_a_street(1)[np.ix_([0, 1, 1], [0, 1, 1])]
    tour = plan(visits, street)
    assert tour.stops.index.tolist() == ["c0"]
    assert [one["client_ref"] for one in tour.left_out] == ["c1"]
