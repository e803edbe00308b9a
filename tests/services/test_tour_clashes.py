"""One tour at a time: no visit is planned twice, and nobody is on two tours at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from geoteam.errors import InputError
from geoteam.services import tours
from geoteam.services.workspace import Workspace
from tests.made_city import BOSS
from tests.services.touring import NEXT, due_of, officer_with, with_several_due
from tests.tiny_city import TODAY


def test_a_planned_visit_is_not_due_again(fresh: Workspace) -> None:
    officer = officer_with(fresh, "C005")
    due = {row["client_ref"] for row in due_of(fresh, officer)}
    ref = tours.plan_tour(fresh, BOSS, on=NEXT, officer_ref=officer)
    on_it = {stop["client_ref"] for stop in tours.tour(fresh, BOSS, ref).stops}
    assert due <= on_it
    for on in (TODAY, NEXT, NEXT + timedelta(days=1)):
        found = tours.list_due(fresh, BOSS, on, officer)
        assert not on_it & {row["client_ref"] for row in found.rows}
        assert found.planned >= len(due)
    with pytest.raises(
        InputError, match=r"no joint visit is due .* beyond the . on a planned tour"
    ):
        tours.plan_tour(fresh, BOSS, on=TODAY, officer_ref=officer)
    # Two months on the visit, made tomorrow as planned, is due anew.
    assert on_it <= {
        row["client_ref"] for row in due_of(fresh, officer, TODAY + timedelta(days=60))
    }
    tours.cancel_tour(fresh, BOSS, ref, "The officer is ill")
    assert {row["client_ref"] for row in due_of(fresh, officer)} == due


def test_an_officer_is_on_one_tour_at_a_time(fresh: Workspace) -> None:
    officer = with_several_due(fresh)
    first = tours.plan_tour(fresh, BOSS, on=NEXT, officer_ref=officer, departs="10:00", max_stops=1)
    view = tours.tour(fresh, BOSS, first)
    with pytest.raises(
        InputError, match="officer is on a planned tour from 10:00 to 10:1"
    ) as caught:
        tours.plan_tour(
            fresh,
            BOSS,
            on=NEXT,
            officer_ref=officer,
            police_partner_ref="P1" if officer in {"O1", "O2"} else "P2",
            departs="10:05",
        )
    assert "Cancel that tour, or choose another departure" in str(caught.value.remedy)
    assert (view.returns_at - view.departs_at).total_seconds() < 3600
    assert len(tours.list_tours(fresh, BOSS)) == 1
    assert tours.plan_tour(fresh, BOSS, on=NEXT, officer_ref=officer, departs="12:00")


def test_a_partner_is_on_one_tour_at_a_time(fresh: Workspace) -> None:
    west, east = (
        max(pair, key=lambda ref: len(due_of(fresh, ref, NEXT)))
        for pair in (("O1", "O2"), ("O3", "O4"))
    )
    first = tours.plan_tour(fresh, BOSS, on=NEXT, officer_ref=east, police_partner_ref="P1")
    with pytest.raises(InputError, match="police partner is on a planned tour from 08:00"):
        tours.plan_tour(fresh, BOSS, on=NEXT, officer_ref=west, police_partner_ref="P1")
    # The only one of the district comes along as soon as the other tour is over.
    second = tours.plan_tour(fresh, BOSS, on=NEXT, officer_ref=west)
    before, after = (tours.tour(fresh, BOSS, ref) for ref in (first, second))
    assert after.police_partner == "Police One"
    assert before.departs_at < before.returns_at <= after.departs_at
    for ref in (first, second):
        tours.cancel_tour(fresh, BOSS, ref, "again")
    third = tours.plan_tour(fresh, BOSS, on=NEXT, officer_ref=west)
    assert tours.tour(fresh, BOSS, third).police_partner == "Police One"
