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
