"""Driving through peaks, by hand and second by second."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoteam.errors import TourError
from geoteam.tours.moments import Clock
from geoteam.tours.travel import Travel, read_peaks

from .day import DEPARTS, ZONE, along_a_street, make_visits, plan

# From 17:00: twice as slow from 17:10 to 17:30.
SLOW = [("17:10", "17:30", 2.0)]
FREE = np.zeros((1, 1), dtype=np.int64)


def travel(peaks, departs: datetime = DEPARTS) -> Travel:
    return read_peaks(peaks, FREE, Clock(departs))


def hhmm(*moments) -> list[str]:
    return [moment.strftime("%H:%M") for moment in moments]


@pytest.mark.parametrize(
    ("leaves", "leg", "arrives"),
    [
        (0, 5, 5),  # Before the peak.
        (0, 10, 10),  # There when it begins.
        (5, 10, 20),  # Five minutes before it, five that take ten.
        (10, 5, 20),  # All within.
        (20, 10, 35),  # Five in ten minutes, five after the peak.
        (30, 5, 35),  # After it.
        (0, 30, 40),  # Right through.
    ],
)
def test_only_what_is_driven_in_the_peak_takes_longer(leaves, leg, arrives) -> None:
    road = travel(SLOW)
    assert road.arrive(leaves * 60, leg * 60) == arrives * 60
    assert road.leave(arrives * 60, leg * 60) == leaves * 60


@given(st.integers(0, 7200), st.integers(0, 3600), st.sampled_from([1.1, 1.25, 1.35, 2.0, 5.0]))
def test_no_later_departure_arrives_earlier(leaves: int, leg: int, factor: float) -> None:
    road = travel([("17:10", "17:30", factor), ("18:00", "18:20", 1.5)])
    arrives = road.arrive(leaves, leg)
    assert leaves + leg <= arrives <= road.arrive(leaves + 1, leg)
    latest = road.leave(arrives, leg)
    assert leaves <= latest
    assert road.arrive(latest, leg) <= arrives < road.arrive(latest + 1, leg)
    # Second by second.
    left, now = float(leg), leaves
    while left > 1e-6:
        slow = factor if 600 <= now < 1800 else 1.5 if 3600 <= now < 4800 else 1.0
        left, now = left - 1 / slow, now + 1
    assert arrives == now


@given(st.lists(st.integers(-100, 20_000), min_size=1))
def test_many_at_once_are_as_one_by_one(moments: list[int]) -> None:
    road = travel(SLOW)
    many = road.moment(road.road(np.array(moments)) + 300)
    assert many.tolist() == [road.arrive(one, 300) for one in moments]


def test_a_peak_is_for_working_days() -> None:
    saturday = DEPARTS.replace(day=7)
    assert saturday.weekday() == 5
    assert travel(SLOW, saturday).arrive(600, 300) == 900
    friday = saturday - timedelta(days=1)
    assert travel(SLOW, friday).arrive(600, 300) == 1200


def test_without_a_peak_times_are_those_of_free_streets() -> None:
    road = travel([])
    assert (road.arrive(5, 7), road.leave(12, 7)) == (12, 5)
    assert road.usual(0, 3600) is FREE


def test_the_usual_time_is_the_mean_of_the_hours() -> None:
    road = Travel(np.array([[0, 60], [60, 0]]), *_line(SLOW))
    # 40 minutes hold 20 slow ones: 30 minutes of road.
    assert road.usual(0, 2400)[0, 1] == 80


def _line(peaks):
    road = travel(peaks)
    return road.moments, road.roads


def test_a_tour_through_the_peak() -> None:
    # Out 5 minutes, 15 at the door; back from 17:20 in the peak: 10 minutes.
    tour = plan(make_visits([{}]), peaks=SLOW)
    assert hhmm(tour.departs_at, tour.returns_at) == ["17:00", "17:30"]
    assert (tour.drive_s, tour.wait_s) == (15 * 60, 0)
    assert tour.summary["proven"]


def test_the_departure_is_late_by_the_clock_of_the_peak() -> None:
    # There at 17:30: the five minutes of road take ten, so 17:20 and not 17:25.
    tour = plan(make_visits([{"windows": [["17:30", "18:00"]]}]), peaks=SLOW)
    assert hhmm(tour.departs_at, tour.returns_at) == ["17:20", "17:50"]


def test_a_peak_may_cost_a_visit_and_the_reason_says_by_how_much() -> None:
    visits = make_visits([{"windows": [["17:00", "17:25"]]}])
    street = along_a_street(1, 10.0)
    assert plan(visits, street).left_out == []
    slow = plan(visits, street, peaks=[("17:00", "18:00", 1.2)])
    (left,) = slow.left_out
    assert (left["code"], "2 minutes too late" in left["reason"]) == ("window_missed", True)


def test_beyond_the_proof_the_peak_is_kept_and_the_bound_holds() -> None:
    street = along_a_street(24, 1.0)
    visits = make_visits([{"service_s": 240.0} for _ in range(24)])
    free = plan(visits, street, max_stops=24)
    slow = plan(visits, street, max_stops=24, peaks=[("17:30", "18:30", 1.5)])
    assert not slow.summary["proven"]
    assert slow.returns_at >= free.returns_at
    assert slow.summary["stops"] == 24
    # 48 minutes of driving and 96 at doors: nothing is back before 19:24.
    sooner = slow.returns_at - timedelta(seconds=slow.summary["sooner_s_at_most"])
    assert sooner <= DEPARTS + timedelta(minutes=144) <= slow.returns_at


def test_a_peak_on_the_night_when_clocks_change() -> None:
    # 2026-03-06 is a Friday, 2026-03-09 the Monday after the clocks changed.
    for day in (6, 9):
        tour = plan(make_visits([{}]), departs=datetime(2026, 3, day, 17, tzinfo=ZONE), peaks=SLOW)
        assert hhmm(tour.returns_at) == ["17:30"]


@pytest.mark.parametrize(
    ("peaks", "message"),
    [
        ([("09:00", "07:00", 1.5)], "ends before it begins"),
        ([("07:00", "09:00", 0.5)], r"0\.5 times"),
        ([("07:00", "09:00", float("nan"))], "nan times"),
        ([("07:00", "09:00")], "not two clock times"),
        (["07:00"], "not two clock times"),
        ([("07:00", "09:00", 1.5), ("08:00", "10:00", 1.5)], "overlap"),
        ([("soon", "09:00", 1.5)], "no clock time"),
    ],
)
def test_bad_peaks_are_refused(peaks, message) -> None:
    with pytest.raises(TourError, match=message):
        plan(make_visits([{}]), peaks=peaks)
