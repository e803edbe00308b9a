"""A week, small enough to check by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from geoteam.errors import TourError
from geoteam.tours import Slot, plan_week

from .day import DEPARTS, START, along_a_street, make_visits


def slot(day: int = 0, partner: str = "P1", minutes: float = 180, after: float = 0) -> Slot:
    begins = DEPARTS + timedelta(days=day, minutes=after)
    return Slot(partner, begins, begins + timedelta(minutes=minutes))


def week(rows, slots, matrix=None, **options):
    visits = make_visits(rows).assign(officer=[row.get("officer", "A") for row in rows])
    given = along_a_street(len(rows)) if matrix is None else matrix
    return plan_week(visits, START, matrix=given, slots=slots, **options)


def own(officer: str, priority: float = 10.0, **more) -> dict:
    return {"officer": officer, "priority": priority} | more


def test_each_officer_gets_a_tour_and_makes_their_own_visits() -> None:
    found = week([own("A"), own("B"), own("A")], [slot(0), slot(1)])
    assert {one.officer: sorted(one.plan.stops.index) for one in found.tours} == {
        "A": ["c0", "c2"],
        "B": ["c1"],
    }
    assert (found.visits, found.priority, found.left_out) == (3, 30, [])


def test_the_only_slot_goes_where_it_gains_most() -> None:
    found = week([own("A", 10.0), own("B", 15.0)], [slot()])
    (tour,) = found.tours
    assert (tour.officer, tour.slot.partner) == ("B", "P1")
    (left,) = found.left_out
    assert (left["client_ref"], left["officer"], left["code"]) == ("c0", "A", "no_slot")
    hours = "Mon 2 Mar 17:00–20:00"
    assert left["remedy"] == f"One more police partner on {hours}, for a tour of its officer."
    # Nothing helps who has no time, or no car.
    for more in ({"busy": {"A": [(slot().departs, slot().latest_return)]}}, {"cars": [[]]}):
        (left,) = week([own("A", 10.0), own("B", 15.0)], [slot()], **more).left_out
        assert (left["client_ref"], left["remedy"]) == ("c0", "")


def test_who_is_at_home_on_other_days_is_told_with_the_days_of_the_tours() -> None:
    tuesday = [(DEPARTS + timedelta(days=1, hours=h), DEPARTS + timedelta(days=1, hours=h + 1))
               for h in (0, 1)]  # fmt: skip
    (left,) = week([own("A"), own("A", windows=tuesday)], [slot(0)]).left_out
    assert (left["client_ref"], left["code"]) == ("c1", "no_window")
    assert left["reason"] == (
        "Not at home at the time of any tour: at home Tue 17:00–18:00; Tue 18:00–19:00; its "
        "officer's only tour is Mon 2 Mar 17:00–20:00."
    )
    assert left["remedy"] == ""


def test_a_further_tour_that_is_offered_makes_the_visit() -> None:
    rows = [own(officer, float(10 + n), windows=[["17:00", "17:45"]] if n % 3 else [])
            for n, officer in enumerate("AABBABBA")]  # fmt: skip
    slots = [slot(0), slot(1, minutes=40), slot(2, minutes=60, after=30)]
    found = week(rows, slots, max_stops=2)
    offered = [one for one in found.left_out if one["remedy"]]
    assert offered
    visits = make_visits(rows).assign(officer=[row["officer"] for row in rows])
    matrix = along_a_street(len(rows))
    for one in offered:
        span = (datetime.fromisoformat(one["change"][name]) for name in ("departs", "returns"))
        mine = [n for n, row in enumerate(rows) if row["officer"] == one["officer"]
                and f"c{n}" in {other["client_ref"] for other in found.left_out}]  # fmt: skip
        at = [0, *(n + 1 for n in mine)]
        more = plan_week(visits.iloc[mine], START, matrix=matrix[np.ix_(at, at)],
                         slots=[Slot("P9", *span)], max_stops=2)  # fmt: skip
        assert one["client_ref"] in more.tours[0].plan.stops.index


def test_who_must_be_visited_goes_before_who_gains_more() -> None:
    found = week([own("A", 5.0, required=True), own("B", 50.0)], [slot()])
    assert [one.officer for one in found.tours] == ["A"]


def test_one_tour_a_day_for_an_officer() -> None:
    rows = [own("A"), own("A")]
    same_day = [slot(0, "P1"), slot(0, "P2")]
    assert [len(one.plan.stops) for one in week(rows, same_day, max_stops=1).tours] == [1]
    two_days = week(rows, [slot(0), slot(1)], max_stops=1)
    assert [one.slot.on.day for one in two_days.tours] == [2, 3]


def test_a_full_week_says_which_tour_came_nearest() -> None:
    found = week([own("A", 30.0), own("A", 20.0), own("A", 10.0)], [slot(0), slot(1)], max_stops=1)
    (left,) = found.left_out
    assert (left["client_ref"], left["code"]) == ("c2", "tour_full")
    assert left["reason"].startswith(
        "Does not fit into any of its officer's 2 tours. Nearest was Mon 2 Mar, from 17:00: Tour"
    )


def test_who_is_busy_does_not_go() -> None:
    busy = {"A": [(DEPARTS, DEPARTS + timedelta(hours=1))]}
    assert week([own("A")], [slot()], busy=busy).tours == []
    later = week([own("A")], [slot(), slot(1)], busy=busy)
    assert [one.slot.on.day for one in later.tours] == [3]


def test_windows_hold_every_day() -> None:
    rows = [own("A", windows=[["18:00", "18:30"]])]
    (tour,) = week(rows, [slot(2)]).tours
    assert tour.plan.stops["starts_at"].iloc[0].strftime("%d %H:%M") == "04 18:00"


def test_an_unreachable_visit_keeps_its_own_reason() -> None:
    matrix = along_a_street(2)
    matrix[2, :2] = matrix[:2, 2] = np.inf
    found = week([own("A"), own("A")], [slot()], matrix)
    assert [(one["client_ref"], one["code"]) for one in found.left_out] == [("c1", "unreachable")]


def test_the_same_input_gives_the_same_week() -> None:
    rng = np.random.default_rng(3)
    rows = [own("AB"[n % 2], float(p)) for n, p in enumerate(rng.integers(1, 50, 16))]
    at = rng.uniform(0, 1800, (17, 2))
    matrix = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    slots = [slot(day, minutes=90) for day in range(3)]
    first, second = (week(rows, slots, matrix) for _ in range(2))
    assert [one.officer for one in first.tours] == [one.officer for one in second.tours]
    assert first.left_out == second.left_out
    made = [ref for one in first.tours for ref in one.plan.stops.index]
    assert len(made) == len(set(made))
    assert {*made, *(one["client_ref"] for one in first.left_out)} == {f"c{n}" for n in range(16)}
    assert all(one.plan.returns_at <= one.slot.latest_return for one in first.tours)


def test_bad_weeks_are_refused() -> None:
    with pytest.raises(TourError, match="overlap"):
        week([own("A")], [slot(), slot(after=60)])
    with pytest.raises(TourError, match="ends before"):
        week([own("A")], [slot(minutes=-5)])
    with pytest.raises(TourError, match="officer"):
        plan_week(make_visits([{}]), START, matrix=along_a_street(1), slots=[slot()])


HERE = {"lon": -77.01, "lat": 38.9}


def test_who_must_not_meet_is_on_two_tours() -> None:
    rows = [own("A"), own("A")]
    found = week(rows, [slot(0), slot(1)], exclusive=[("c0", "c1")])
    assert [one.plan.stops.index.tolist() for one in found.tours] in (
        [["c0"], ["c1"]],
        [["c1"], ["c0"]],
    )
    (left,) = week(rows, [slot(0)], exclusive=[("c0", "c1")]).left_out
    assert left["code"] == "no_contact"


def test_who_must_not_meet_is_never_at_one_door_at_one_time() -> None:
    rows = [own("A", 20.0, **HERE), own("B", 10.0, **HERE)]
    slots = [slot(0, "P1"), slot(0, "P2")]
    together = week(rows, slots, along_a_street(2))
    starts = [one.plan.stops["arrives_at"].iloc[0] for one in together.tours]
    assert abs(starts[0] - starts[1]) < timedelta(minutes=15)
    matrix = along_a_street(1)[np.ix_([0, 1, 1], [0, 1, 1])]
    apart = week(rows, slots, matrix, exclusive=[("c0", "c1")])
    stays = sorted(
        (one.plan.stops["arrives_at"].iloc[0], one.plan.stops["leaves_at"].iloc[0])
        for one in apart.tours
    )
    assert len(stays) == 2
    assert stays[0][1] <= stays[1][0]


def test_who_can_come_at_no_other_time_is_left_out() -> None:
    shut = {"windows": [["17:05", "17:25"]]}
    rows = [own("A", 20.0, **HERE, **shut), own("B", 10.0, **HERE, **shut)]
    matrix = along_a_street(1)[np.ix_([0, 1, 1], [0, 1, 1])]
    found = week(rows, [slot(0, "P1"), slot(0, "P2")], matrix, exclusive=[("c0", "c1")])
    assert [one.officer for one in found.tours] == ["A"]
    (left,) = found.left_out
    assert (left["client_ref"], left["code"], left["officer"]) == ("c1", "no_contact", "B")
    assert "at this address" in left["reason"]


def test_the_slot_goes_to_those_who_speak_the_language() -> None:
    visits = make_visits([{}, {}]).assign(officer=["A", "A"], interpreter=["Spanish", "Amharic"])
    # The officer's own languages are not those of a partner with the same reference.
    speaks = {
        "skills": {"A": ["amharic"], "P0": ["Spanish"]},
        "partner_skills": {"P1": ["Spanish"]},
    }
    slots = [slot(0, "P0"), slot(1, "P1")]
    found = plan_week(visits, START, matrix=along_a_street(2), slots=slots, **speaks)
    by_partner = {one.slot.partner: one.plan.stops.index.tolist() for one in found.tours}
    assert by_partner["P1"] == ["c0"] or set(by_partner["P1"]) == {"c0", "c1"}
    assert found.left_out == []
    nobody = plan_week(visits, START, matrix=along_a_street(2), slots=slots[:1], **speaks)
    (left,) = nobody.left_out
    assert (left["client_ref"], left["code"]) == ("c0", "needs_interpreter")
    assert left["reason"].endswith("nobody on its officer's only tour speaks it.")


def test_peaks_slow_the_week() -> None:
    rows = [own("A") for _ in range(6)]
    free = week(rows, [slot(minutes=120)])
    slow = week(rows, [slot(minutes=120)], peaks=[("17:00", "19:00", 2.0)])
    # Four visits and 40 minutes of road; three and 30 that take an hour.
    assert (free.visits, slow.visits) == (4, 3)
