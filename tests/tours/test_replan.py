"""The rest of a tour, on a street where every time can be checked by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from geoteam.errors import TourError
from geoteam.tours import replan_tour

from .day import DEPARTS, START, along_a_street, make_visits


def rest_of(visits, at_minute: int, **options):
    return replan_tour(
        visits,
        START,
        matrix=along_a_street(len(visits)),
        at=DEPARTS + timedelta(minutes=at_minute),
        **{"latest_return": "20:00", **options},
    )


def hhmm(moment) -> str:
    return moment.strftime("%H:%M")


def test_the_rest_begins_where_the_car_stands() -> None:
    # At 18:00 at c1 (10 minutes out): c2 is 5 minutes on, c0 on the way back.
    tour = rest_of(make_visits([{}, {}, {}]), 60, done=["c1"])
    assert sorted(tour.stops.index) == ["c0", "c2"]
    assert tour.drive_s == (5 + 15) * 60
    assert hhmm(tour.returns_at) == "18:50"


def test_without_anything_done_it_is_a_tour_from_the_office() -> None:
    tour = rest_of(make_visits([{}, {}]), 30)
    assert hhmm(tour.departs_at) == "17:30"
    assert len(tour.stops) == 2


def test_what_is_late_is_left_out_with_its_reason() -> None:
    visits = make_visits([{}, {"windows": [["17:00", "18:00"]]}])
    tour = rest_of(visits, 55, done=["c0"])
    assert [one["client_ref"] for one in tour.left_out] == ["c1"]
    assert tour.left_out[0]["reason"]


def test_a_promised_moment_is_kept_before_everything_else() -> None:
    visits = make_visits([{}, {"priority": 1.0}, {"priority": 90.0}])
    promised = DEPARTS + timedelta(minutes=100)
    tour = rest_of(visits, 60, done=["c0"], fixed={"c1": promised}, max_stops=1)
    assert tour.stops.index.tolist() == ["c1"]
    assert tour.stops["starts_at"].iloc[0] == promised


def test_an_unknown_visit_is_refused() -> None:
    with pytest.raises(TourError, match="not among"):
        rest_of(make_visits([{}]), 10, done=["x"])


def test_who_must_not_meet_somebody_visited_is_left_out() -> None:
    tour = rest_of(make_visits([{}, {}, {}]), 60, done=["c0"], exclusive=[("c1", "c0")])
    assert tour.stops.index.tolist() == ["c2"]
    (left,) = tour.left_out
    assert (left["client_ref"], left["code"]) == ("c1", "no_contact")
    assert tour.summary["left_out"] == 1


def test_a_promise_goes_before_what_is_required_and_more_urgent() -> None:
    visits = make_visits([{}, {"priority": 1.0}, {"priority": 90.0, "required": True}])
    promised = DEPARTS + timedelta(minutes=100)
    tour = rest_of(visits, 60, fixed={"c1": promised}, exclusive=[("c1", "c2")])
    assert tour.stops.loc["c1", "starts_at"] == promised
    assert [(one["client_ref"], one["code"]) for one in tour.left_out] == [("c2", "no_contact")]


def test_one_promise_goes_before_two_required_visits() -> None:
    visits = make_visits([{"required": True}, {"required": True}, {"priority": 1.0}])
    # Only the promised visit at the far end, or the two near ones, come back in time.
    promised = DEPARTS + timedelta(minutes=15)
    tour = rest_of(visits, 0, fixed={"c2": promised}, latest_return="17:45")
    assert tour.stops.index.tolist() == ["c2"]


def test_a_promise_that_cannot_be_kept_lets_the_other_go() -> None:
    visits = make_visits([{}, {}])
    tour = rest_of(visits, 60, fixed={"c0": DEPARTS}, exclusive=[("c0", "c1")])
    assert tour.stops.index.tolist() == ["c1"]
    assert [one["client_ref"] for one in tour.left_out] == ["c0"]


def test_two_promised_for_one_moment_at_one_door_are_made_together() -> None:
    here = {"lon": -77.01, "lat": 38.9}
    visits = make_visits([here, here, {}])
    promised = DEPARTS + timedelta(minutes=90)
    matrix = along_a_street(3)
    matrix[2], matrix[:, 2] = matrix[1], matrix[:, 1]
    matrix[1, 2] = matrix[2, 1] = 0
    tour = replan_tour(
        visits,
        START,
        matrix=matrix,
        at=DEPARTS + timedelta(minutes=60),
        latest_return="20:00",
        fixed={"c0": promised, "c1": promised},
    )
    assert tour.left_out == []
    assert tour.stops.loc[["c0", "c1"], "starts_at"].tolist() == [promised, promised]
    assert tour.stops.loc["c0", "leaves_at"] == promised + timedelta(minutes=30)


def test_a_promise_in_the_peak_is_kept() -> None:
    promised = DEPARTS + timedelta(minutes=75)
    visits = make_visits([{}, {}])
    tour = rest_of(visits, 60, fixed={"c1": promised}, peaks=[("18:00", "19:00", 1.5)])
    # Ten minutes of road take fifteen: straight to the promised one.
    assert tour.stops.index.tolist() == ["c1", "c0"]
    assert tour.stops["starts_at"].iloc[0] == promised
