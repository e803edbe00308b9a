"""One tour against every possible tour, and against a checker written from the definitions."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .day import DEPARTS, make_visits, plan

HORIZON = 180


def best_tour(visits, matrix, officer, partner, max_stops) -> tuple[float, float]:
    """(priority points, minutes until the return plus minutes driven) of the best tour.

    Of equal points the tour with more stops, then the least minutes.

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
    best = (0.0, 0, 0.0)
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
                    best = max(best, (points, len(made), -float(now + driven + 2 * leg)))
    return best[0], -best[2]


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
    for via in range(count + 1):  # Travel times are shortest times.
        matrix = np.minimum(matrix, matrix[:, [via]] + matrix[[via], :])
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


@settings(max_examples=40)
@given(days)
def test_the_tour_is_the_best_of_all(day) -> None:
    visits, matrix, tour = solve(day)
    points, cost = best_tour(visits, matrix, day["officer"], day["partner"], day["max_stops"])
    assert tour.priority == points
    away = (tour.returns_at - DEPARTS).total_seconds() if len(tour.stops) else 0
    assert (away + tour.drive_s) / 60 == pytest.approx(cost)


@settings(max_examples=40)
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
    assert all(one["reason"] for one in tour.left_out)


def _joined(spans):
    joined = []
    for opens, closes in sorted(spans):
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], closes))
        else:
            joined.append((opens, closes))
    return joined
