"""One tour against every possible tour, and against a checker written from the definitions."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoteam.errors import TourError
from geoteam.tours import plan_tour

ZONE = ZoneInfo("America/New_York")
DEPARTS = datetime(2026, 3, 2, 17, 0, tzinfo=ZONE)
START = (-77.0, 38.9)


def make_visits(rows: list[dict[str, object]]) -> pd.DataFrame:
    filled = [
        {
            "lon": -77.0 + 0.01 * (number + 1),
            "lat": 38.9,
            "service_s": 900.0,
            "windows": [],
            "priority": 10.0,
            "required": False,
        }
        | row
        for number, row in enumerate(rows)
    ]
    refs = [str(row.pop("ref", f"c{number}")) for number, row in enumerate(filled)]
    columns = ["lon", "lat", "service_s", "windows", "priority", "required"]
    return pd.DataFrame(filled, columns=columns, index=pd.Index(refs, name="client_ref"))


def along_a_street(count: int, minutes: float = 5.0) -> np.ndarray:
    """Start and visits on one street, so many minutes from each to the next."""
    at = np.arange(count + 1) * minutes * 60
    return np.abs(at[:, None] - at[None, :])


def plan(visits: pd.DataFrame, matrix: np.ndarray | None = None, **options):
    return plan_tour(
        visits,
        START,
        matrix=along_a_street(len(visits)) if matrix is None else matrix,
        **{"departs": DEPARTS, "latest_return": "20:00", "iterations": 300, **options},
    )


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
    assert "joint shift" in tour.left_out[0]["remedy"]


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
    assert "both people on duty at no time" in tour.left_out[0]["reason"]
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
    assert left["remedy"].startswith("Allow one more stop")


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


# -- every possible tour -------------------------------------------------------------------------

HORIZON = 180


def best_tour(visits, matrix, officer, partner, max_stops) -> tuple[float, float]:
    """(priority points, minutes until the return plus minutes driven) of the best tour.

    Minute by minute from the definitions: a visit begins at the first minute from which it can
    run its whole length with the client at home and both people on duty; the car leaves when
    both are on duty.
    """
    free = []
    for windows in visits["windows"]:
        at_home = np.zeros(HORIZON, dtype=bool)
        for opens, closes in windows or [(0, HORIZON)]:
            at_home[opens:closes] = True
        for shift in (officer, partner):
            duty = np.zeros(HORIZON, dtype=bool)
            duty[slice(*shift)] = True
            at_home &= duty
        free.append(at_home)
    first, last = max(officer[0], partner[0]), min(HORIZON, officer[1], partner[1])
    service = (visits["service_s"] // 60).astype(int).tolist()
    begin = [
        [
            next(
                (t for t in range(now, HORIZON - length + 1) if at_home[t : t + length].all()), None
            )
            for now in range(HORIZON + 1)
        ]
        for at_home, length in zip(free, service, strict=True)
    ]
    # Visits made, the last of them -> every (time, driven) that no other of the same beats.
    paths = {(frozenset(), -1): [(first, 0)]}
    best = (0.0, 0.0)
    for _ in range(min(len(visits), max_stops)):
        longer: dict[tuple[frozenset[int], int], list[tuple[int, int]]] = {}
        for (made, here), labels in paths.items():
            for visit in set(range(len(visits))) - made:
                leg = int(matrix[here + 1, visit + 1])
                for now, driven in labels:
                    start = begin[visit][now + leg] if now + leg <= HORIZON else None
                    if start is not None:
                        label = (start + service[visit], driven + leg)
                        longer.setdefault((made | {visit}, visit), []).append(label)
        paths = {key: _unbeaten(labels) for key, labels in longer.items()}
        for (made, here), labels in paths.items():
            points = float(visits["priority"].iloc[list(made)].sum())
            leg = int(matrix[here + 1, 0])
            for now, driven in labels:
                if now + leg <= last:
                    best = max(best, (points, -float(now + driven + 2 * leg)))
    return best[0], -best[1]


def _unbeaten(labels):
    kept: list[tuple[int, int]] = []
    for label in sorted(set(labels)):
        if not kept or label[1] < kept[-1][1]:
            kept.append(label)
    return kept


def clock(minute: int) -> datetime:
    return DEPARTS + timedelta(minutes=minute)


window = st.tuples(st.integers(0, 170), st.integers(10, 90)).map(lambda w: (w[0], sum(w)))
days = st.fixed_dictionaries(
    {
        "visits": st.lists(
            st.fixed_dictionaries(
                {
                    "windows": st.lists(window, max_size=2),
                    "service_s": st.sampled_from([300.0, 600.0, 900.0, 1800.0]),
                    "priority": st.integers(1, 30).map(float),
                }
            ),
            min_size=1,
            max_size=8,
        ),
        "minutes": st.lists(st.integers(1, 40), min_size=81, max_size=81),
        "officer": window,
        "partner": window,
        "max_stops": st.integers(1, 8),
    }
)


def solve(day):
    visits = make_visits(day["visits"])
    count = len(visits)
    matrix = np.array(day["minutes"])[: (count + 1) ** 2].reshape(count + 1, count + 1)
    np.fill_diagonal(matrix, 0)
    given_visits = visits.assign(
        windows=[[(clock(a), clock(b)) for a, b in windows] for windows in visits["windows"]]
    )
    tour = plan(
        given_visits,
        matrix * 60.0,
        officer_shift=[tuple(map(clock, day["officer"]))],
        partner_shift=[tuple(map(clock, day["partner"]))],
        max_stops=day["max_stops"],
    )
    return visits, matrix, tour


@settings(max_examples=40, deadline=None)
@given(days)
def test_the_tour_is_the_best_of_all(day) -> None:
    visits, matrix, tour = solve(day)
    points, cost = best_tour(visits, matrix, day["officer"], day["partner"], day["max_stops"])
    assert tour.priority == points
    away = (tour.returns_at - DEPARTS).total_seconds() if len(tour.stops) else 0
    assert (away + tour.drive_s) / 60 == pytest.approx(cost)


@settings(max_examples=40, deadline=None)
@given(days)
def test_a_tour_keeps_every_rule(day) -> None:
    visits, matrix, tour = solve(day)
    now, here, driven, waited = tour.departs_at, 0, 0.0, 0.0
    assert now >= DEPARTS
    if len(tour.stops):
        assert now >= clock(max(day["officer"][0], day["partner"][0]))
    assert len(tour.stops) <= day["max_stops"]
    for ref, stop in tour.stops.iterrows():
        row = visits.index.get_loc(ref) + 1
        assert stop["drive_s"] == matrix[here, row] * 60
        assert stop["arrives_at"] == now + timedelta(seconds=stop["drive_s"])
        assert stop["starts_at"] == stop["arrives_at"] + timedelta(seconds=stop["wait_s"])
        assert stop["wait_s"] >= 0
        length = timedelta(seconds=visits["service_s"].iloc[row - 1])
        assert stop["leaves_at"] == stop["starts_at"] + length
        hours = visits["windows"].iloc[row - 1] or [(0, HORIZON)]
        for spans in (hours, [day["officer"]], [day["partner"]]):
            assert any(
                clock(a) <= stop["starts_at"] and stop["leaves_at"] <= clock(b)
                for a, b in _joined(spans)
            )
        now, here = stop["leaves_at"], row
        driven, waited = driven + stop["drive_s"], waited + stop["wait_s"]
    if len(tour.stops):
        home = matrix[here, 0] * 60
        assert tour.returns_at == now + timedelta(seconds=float(home))
        assert tour.drive_s == driven + home
        assert tour.returns_at <= min(
            clock(end) for end in (180, day["officer"][1], day["partner"][1])
        )
    assert tour.wait_s == pytest.approx(waited)
    left = {one["client_ref"] for one in tour.left_out}
    assert left | set(tour.stops.index) == set(visits.index)
    assert not left & set(tour.stops.index)
    assert all(one["reason"] and one["remedy"] for one in tour.left_out)


def _joined(spans):
    joined = []
    for opens, closes in sorted(spans):
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], closes))
        else:
            joined.append((opens, closes))
    return joined
