"""One tour, on a street where every time can be checked by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from geoteam.errors import TourError

from .day import DEPARTS, ZONE, along_a_street, make_visits, plan


def hhmm(moment: datetime) -> str:
    return moment.strftime("%H:%M")


def test_a_street_is_driven_out_and_back() -> None:
    tour = plan(make_visits([{}, {}, {}]))
    assert tour.drive_s == 30 * 60
    assert hhmm(tour.departs_at) == "17:00"
    assert hhmm(tour.returns_at) == "18:15"
    assert tour.service_s == 45 * 60
    assert tour.left_out == []
    assert sorted(tour.stops.index) == ["c0", "c1", "c2"]
    assert tour.stops["arrives_at"].iloc[0].tzinfo is not None


def test_no_visits_is_an_empty_tour() -> None:
    tour = plan(make_visits([]))
    assert len(tour.stops) == 0
    assert tour.departs_at == tour.returns_at == DEPARTS
    assert (tour.drive_s, tour.wait_s, tour.length_m) == (0, 0, 0)


def test_lengths_come_with_a_matrix_that_has_them() -> None:
    class Both:
        duration_s = along_a_street(2)
        length_m = along_a_street(2) * 10

    tour = plan(make_visits([{}, {}]), Both())
    assert tour.length_m == 20 * 60 * 10
    assert np.isnan(plan(make_visits([{}, {}])).length_m)


def test_windows_put_the_far_one_first() -> None:
    tour = plan(make_visits([{"windows": [["18:30", "19:30"]]}, {"windows": [["17:00", "18:00"]]}]))
    assert tour.stops.index.tolist() == ["c1", "c0"]
    assert hhmm(tour.stops["starts_at"].iloc[1]) == "18:30"


def test_the_visit_ends_within_the_window() -> None:
    tour = plan(make_visits([{"windows": [["17:00", "17:19"]]}]))
    assert tour.left_out[0]["code"] == "window_missed"
    assert plan(make_visits([{"windows": [["17:00", "17:20"]]}])).left_out == []


def test_one_of_several_windows_is_enough() -> None:
    tour = plan(make_visits([{"windows": [["16:00", "17:10"], ["19:00", "19:30"]]}]))
    assert hhmm(tour.stops["starts_at"].iloc[0]) == "19:00"


def test_an_early_return_goes_before_a_short_absence() -> None:
    # Leaving at 18:50 and seeing c1 first takes an hour, but comes back at 19:50.
    visits = make_visits(
        [{"windows": [["17:00", "18:00"], ["19:30", "20:00"]]}, {"windows": [["19:00", "19:30"]]}]
    )
    tour = plan(visits)
    assert tour.stops.index.tolist() == ["c0", "c1"]
    assert hhmm(tour.returns_at) == "19:25"


def test_waiting_is_done_at_the_office() -> None:
    tour = plan(make_visits([{"windows": [["19:00", "19:30"]]}]))
    assert hhmm(tour.departs_at) == "18:55"
    assert tour.wait_s == 0


def test_both_people_must_be_on_duty() -> None:
    visits = make_visits([{}, {}, {}])
    tour = plan(visits, officer_shift=("16:00", "18:00"), partner_shift=("17:30", "21:00"))
    assert [(hhmm(a), hhmm(b)) for a, b in tour.on_duty] == [("17:30", "18:00")]
    assert tour.stops["starts_at"].min() >= DEPARTS + timedelta(minutes=30)
    assert tour.returns_at <= DEPARTS + timedelta(minutes=60)
    assert tour.departs_at >= DEPARTS + timedelta(minutes=30)
    assert len(tour.stops) == 1
    assert {one["code"] for one in tour.left_out} == {"late_return"}


def test_a_break_in_a_shift_holds() -> None:
    visits = make_visits([{"service_s": 3000.0}, {"service_s": 3000.0}])
    tour = plan(visits, partner_shift=[("17:00", "18:00"), ("18:30", "20:00")])
    starts = [hhmm(moment) for moment in tour.stops["starts_at"]]
    assert starts == ["17:05", "18:30"] or starts == ["17:10", "18:30"]


def test_without_a_joint_shift_everybody_is_left_out_with_the_hours() -> None:
    tour = plan(
        make_visits([{}]), officer_shift=("17:00", "18:00"), partner_shift=("19:00", "20:00")
    )
    assert tour.left_out[0]["code"] == "no_window"
    assert "its two people are never on duty together" in tour.left_out[0]["reason"]
    assert len(tour.stops) == 0


def test_visits_at_one_address_are_one_stop() -> None:
    here = {"lon": -77.01, "lat": 38.9}
    visits = make_visits([here, {"lon": -77.05}, here])
    matrix = along_a_street(3)
    matrix[3], matrix[:, 3] = matrix[1], matrix[:, 1]
    tour = plan(visits, matrix, max_stops=2)
    assert tour.summary["stops"] == 2
    both = tour.stops.loc[["c0", "c2"]]
    assert (
        both["stop"].nunique() == both["arrives_at"].nunique() == both["leaves_at"].nunique() == 1
    )
    assert both["leaves_at"].iloc[0] - both["starts_at"].iloc[0] == timedelta(minutes=30)


def test_a_crowded_address_becomes_several_stops() -> None:
    visits = make_visits([{"lon": -77.01, "priority": float(n)} for n in range(1, 7)])
    tour = plan(
        visits, np.where(np.eye(7), 0, np.pad(np.zeros((6, 6)), (1, 0), constant_values=300))
    )
    assert tour.summary["stops"] == 2
    assert tour.summary["visits"] == 6


def test_a_full_tour_says_so() -> None:
    tour = plan(
        make_visits([{"priority": 30.0}, {"priority": 20.0}, {"priority": 25.0}]), max_stops=2
    )
    (left,) = tour.left_out
    assert (left["client_ref"], left["code"]) == ("c1", "tour_full")
    assert left["reason"].startswith("Tour is full: 2 of 2 stops; its priority, 20 points")


def test_a_late_return_says_by_how_much_and_that_much_helps() -> None:
    visits = make_visits([{"priority": 20.0}, {}])
    tour = plan(visits, latest_return="17:36")
    (left,) = tour.left_out
    assert left["client_ref"] == "c1"
    assert "Would return after 17:36 by 14 minutes" in left["reason"]
    assert plan(visits, latest_return="17:50").left_out == []


def test_even_alone_too_far() -> None:
    tour = plan(make_visits([{}]), along_a_street(1, 90.0))
    assert tour.left_out[0]["code"] == "late_return"
    assert (
        "Even as the only stop the tour would return after 20:00 by 15 minutes"
        in (tour.left_out[0]["reason"])
    )


@pytest.mark.parametrize("hole", [np.inf, np.nan])
def test_an_island_is_unreachable(hole) -> None:
    matrix = along_a_street(2)
    matrix[0, 2] = hole
    tour = plan(make_visits([{}, {}]), matrix)
    assert [(one["client_ref"], one["code"]) for one in tour.left_out] == [("c1", "unreachable")]


def test_a_visit_without_a_place_is_left_out() -> None:
    tour = plan(make_visits([{"lon": np.nan}, {}]))
    assert [(one["client_ref"], one["code"]) for one in tour.left_out] == [("c0", "no_location")]


def test_a_window_shorter_than_the_visit_says_so() -> None:
    tour = plan(make_visits([{"windows": [["18:00", "18:10"]]}]))
    assert tour.left_out[0]["code"] == "window_too_short"
    assert "18:00–18:10 (10 minutes)" in tour.left_out[0]["reason"]


def test_hours_outside_the_shift_are_told() -> None:
    tour = plan(make_visits([{"windows": [["09:00", "10:00"]]}]))
    assert tour.left_out[0]["code"] == "no_window"


def test_a_required_visit_goes_before_any_priority() -> None:
    visits = make_visits([{"priority": 500.0}, {"priority": 1.0, "required": True}])
    tour = plan(visits, max_stops=1)
    assert tour.stops.index.tolist() == ["c1"]
    assert tour.left_out[0]["client_ref"] == "c0"


def test_a_shift_over_midnight() -> None:
    departs = DEPARTS.replace(hour=22)
    visits = make_visits([{"windows": [["00:30", "02:00"]]}, {"windows": [["23:00", "01:00"]]}])
    tour = plan(visits, departs=departs, latest_return="03:00", partner_shift=("21:30", "02:30"))
    assert tour.left_out == []
    assert hhmm(tour.stops.loc["c0", "starts_at"]) == "00:30"


def test_elapsed_time_holds_when_the_clocks_change() -> None:
    # 2026-03-08, 02:00 becomes 03:00: a visit of 15 minutes and 10 minutes of driving stay so.
    departs = datetime(2026, 3, 8, 1, 45, tzinfo=ZONE)
    tour = plan(make_visits([{}]), departs=departs, latest_return="05:00")
    assert hhmm(tour.returns_at) == "03:10"
    assert tour.returns_at.timestamp() - tour.departs_at.timestamp() == 25 * 60


def test_the_same_input_gives_the_same_tour() -> None:
    rng = np.random.default_rng(7)
    visits = make_visits([{"priority": float(n)} for n in rng.integers(1, 50, 20)])
    matrix = rng.uniform(60, 1800, (21, 21))
    first, second = plan(visits, matrix, seed=3), plan(visits, matrix, seed=3)
    pd.testing.assert_frame_equal(first.stops, second.stops)
    assert first.left_out == second.left_out


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"departs": DEPARTS.replace(tzinfo=None)}, "time zone"),
        ({"latest_return": DEPARTS - timedelta(hours=1)}, "not after the departure"),
        ({"latest_return": "25:00"}, "no clock time"),
        ({"max_stops": 0}, "room for one stop"),
        ({"matrix": np.zeros((5, 5))}, "matrix is"),
        ({"matrix": -along_a_street(2)}, "negative"),
    ],
)
def test_bad_input_is_refused(change, message) -> None:
    with pytest.raises(TourError, match=message):
        plan(make_visits([{}, {}]), **change)


@pytest.mark.parametrize(
    "windows",
    [
        ["17:00"],
        [["17:00"]],
        [["17:00", "17:00"]],
        [[DEPARTS, DEPARTS]],
        [[DEPARTS, "18:00"]],
        [["soon", "later"]],
    ],
)
def test_a_bad_window_names_the_client(windows) -> None:
    with pytest.raises(TourError, match="client c1"):
        plan(make_visits([{}, {"windows": windows}]))


def test_bad_visits_are_refused() -> None:
    with pytest.raises(TourError, match="priority"):
        plan(make_visits([{"priority": -1.0}]))
    with pytest.raises(TourError, match="windows"):
        plan(make_visits([{}]).drop(columns="windows"))
    with pytest.raises(TourError, match="twice"):
        plan(make_visits([{"ref": "a"}, {"ref": "a"}]))


def test_a_moment_at_the_end_of_a_shift_keeps_the_way_back_and_not_a_visit() -> None:
    # The police partner leaves after the last stop at 18:00, the officer is back by 20:00.
    end = DEPARTS + timedelta(hours=3)
    partner = [(DEPARTS, DEPARTS + timedelta(hours=1)), (end - timedelta(seconds=1), end)]
    late = {"windows": [["18:05", "20:00"]]}
    tour = plan(make_visits([{}, late, {"windows": [["17:45", "18:10"]]}]), partner_shift=partner)
    assert tour.returns_at > DEPARTS + timedelta(hours=1)
    why = {one["client_ref"]: one for one in tour.left_out}
    assert why["c1"]["code"] != "late_return"
    assert "at home 18:05–20:00; visits of this tour are within 17:00–18:00." in why["c1"]["reason"]
