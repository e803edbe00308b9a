"""Advice on waiting, on a street where every time can be checked by hand."""

from __future__ import annotations

import warnings
from datetime import datetime

import numpy as np
import pandas as pd

from geoteam.tours import TourPlan, waiting_advice

from .day import along_a_street, make_visits, plan


def advice(visits: pd.DataFrame, done: int = 0, **options) -> tuple[TourPlan, list[str]]:
    matrix = along_a_street(len(visits))

    def again(rows: np.ndarray, departs: datetime) -> TourPlan:
        at = [0, *(rows + 1)]
        return plan(visits.iloc[rows], matrix[np.ix_(at, at)], departs=departs, **options)

    tour = plan(visits, matrix, **options)
    return tour, waiting_advice(tour, visits, again, done=done)


def test_a_long_wait_names_the_stop_and_both_remedies() -> None:
    # c0 is at home until 17:30 only, c1 from 19:15; 5 minutes lie between them.
    visits = make_visits([{"windows": [["17:00", "17:30"]]}, {"windows": [["19:15", "20:00"]]}])
    tour, said = advice(visits)
    # Begun at 17:15 at the latest, left at 17:30, there at 17:35.
    assert tour.wait_s == 100 * 60
    assert list(tour.stops.index) == ["c0", "c1"]
    assert said == [
        "Stop 2 can only be visited from 19:15: leave it for another tour, or depart at 19:05, "
        "which leaves out 1 other visit. The wait before it is 100 minutes."
    ]


def test_on_the_road_stops_keep_their_numbers_and_the_car_drives_on() -> None:
    visits = make_visits([{"windows": [["17:00", "17:30"]]}, {"windows": [["19:15", "20:00"]]}])
    _, said = advice(visits, done=3)
    assert said[0].startswith("Stop 5 can only be visited from 19:15: leave it for another tour, ")
    assert "or drive on at 19:05" in said[0]


def test_a_short_wait_needs_no_advice() -> None:
    visits = make_visits([{"windows": [["17:00", "17:30"]]}, {"windows": [["18:30", "19:30"]]}])
    tour, said = advice(visits)
    assert tour.wait_s == 55 * 60
    assert said == []


def test_two_visits_at_one_address_are_named_once_by_the_first() -> None:
    here = {"lon": -77.03, "windows": [["19:15", "20:00"]], "service_s": 600.0}
    visits = make_visits([{"windows": [["17:00", "17:30"]]}, here, here])
    tour, said = advice(visits, latest_return="20:30")
    assert len(tour.stops) == 3
    assert len(said) == 1
    assert said[0].startswith("Stop 2 can only be visited from 19:15: leave it")


def test_several_shorter_waits_name_the_longest() -> None:
    visits = make_visits(
        [
            {"windows": [["17:00", "17:30"]]},
            {"windows": [["18:10", "18:30"]]},
            {"windows": [["19:15", "19:35"]]},
        ]
    )
    tour, said = advice(visits)
    assert tour.wait_s > 3600
    assert tour.stops["wait_s"].max() <= 3600
    assert len(said) == 1
    assert said[0].startswith("Stop 3 can only be visited from 19:15: ")


def test_nothing_is_printed_about_penalties() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(plan(make_visits([{}] * 3), max_stops=1, iterations=2000).stops) == 1
