"""Breaks, on a street where every time can be checked by hand."""

from __future__ import annotations

import pytest

from geoteam.errors import TourError
from geoteam.tours import Break

from .day import DEPARTS, along_a_street, make_visits, plan


def hhmm(*moments) -> list[str]:
    return [moment.strftime("%H:%M") for moment in moments]


def test_a_break_is_taken_between_two_stops() -> None:
    tour = plan(make_visits([{}, {}, {}]), rest=Break(30, "17:30", "18:30"))
    # 17:00 with three visits would be back at 18:15, too late for a break after the return.
    assert hhmm(tour.returns_at) == ["18:45"]
    assert tour.break_at is not None
    assert 1 <= tour.break_before <= 4
    assert (tour.wait_s, tour.drive_s) == (0, 30 * 60)


def test_a_wait_at_the_door_serves_as_the_break() -> None:
    visits = make_visits([{"windows": [["17:00", "17:20"]]}, {"windows": [["18:30", "19:00"]]}])
    tour = plan(visits, rest=Break(30, "17:30", "18:30"))
    # Seen first, c0 leaves the car free from 17:20; c1 is 5 minutes on.
    assert hhmm(tour.returns_at) == ["18:55"]
    assert tour.break_at is not None
    begins, ends = tour.break_at
    assert (ends - begins).total_seconds() == 1800
    assert tour.wait_s + 1800 <= 65 * 60


@pytest.mark.parametrize("span", [("16:00", "17:00"), ("17:10", "19:00"), ("19:00", "20:30")])
def test_a_break_before_or_after_the_tour_is_no_part_of_it(span) -> None:
    tour = plan(make_visits([{}]), rest=Break(30, *span))
    assert tour.break_at is None
    assert hhmm(tour.returns_at) == ["17:25"]


def test_a_break_before_a_late_departure() -> None:
    visits = make_visits([{"windows": [["19:00", "19:30"]]}])
    tour = plan(visits, rest=Break(30, "17:30", "18:30"))
    assert (tour.break_at, hhmm(tour.departs_at)) == (None, ["18:55"])


def test_a_break_is_taken_before_the_departure_where_that_delays_nothing() -> None:
    visits = make_visits([{}, {"windows": [["19:00", "19:30"]]}])
    tour = plan(visits, rest=Break(30, "17:00", "18:00"))
    assert (tour.break_at, hhmm(tour.departs_at)) == (None, ["18:35"])


def test_a_visit_gives_way_to_the_break_and_the_reason_says_so() -> None:
    visits = make_visits([{"windows": [["17:20", "17:50"]], "service_s": 1800.0}])
    tour = plan(visits, rest=Break(30, "17:15", "17:50"), departs=DEPARTS.replace(minute=10))
    (left,) = tour.left_out
    assert left["code"] == "no_break"
    assert "30 minutes within 17:15–17:50" in left["reason"]


def test_beyond_the_proof_the_break_is_kept_too() -> None:
    visits = make_visits([{"service_s": 300.0} for _ in range(24)])
    tour = plan(visits, along_a_street(24, 1.0), rest=Break(30, "17:30", "18:30"), max_stops=24)
    assert not tour.summary["proven"]
    assert tour.break_at is not None
    assert tour.summary["stops"] >= 18


def test_a_break_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(TourError, match="break"):
        plan(make_visits([{}]), rest=Break(30, "12:00", "12:00"))
