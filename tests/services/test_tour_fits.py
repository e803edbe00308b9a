"""A planned tour says when its clients, its people or its car no longer allow it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from geoteam.errors import InputError
from geoteam.services import sheets, tours
from geoteam.services.sheet_state import sheet_state
from geoteam.services.tour_replan import replan_rest
from geoteam.services.workspace import Workspace
from geoteam.store import duty, visit_limits
from tests.made_city import BOSS, P1
from tests.services.test_tour_limits import _set_hours
from tests.services.test_tour_pairing import _cars
from tests.services.touring import officer_with
from tests.tiny_city import TODAY


def _planned(workspace: Workspace) -> tuple[str, str]:
    """A tour from 13:00, and the client of its first stop."""
    officer = officer_with(workspace, "C009")
    ref = tours.plan_tour(workspace, BOSS, on=TODAY, officer_ref=officer, departs="13:00",
                          police_partner_ref="P1")  # fmt: skip
    view = tours.tour(workspace, BOSS, ref)
    assert view.advice == []
    sheets.print_tours(workspace, BOSS, [ref], sheets.Printing())
    return ref, view.stops[0]["client_ref"]


def _limit(workspace: Workspace, ref: str, **more: object) -> None:
    with workspace.transaction() as session:
        row = {"client_ref": ref} | more
        visit_limits.save(session, [row], by="test", at=workspace.now())


CHANGES: list[tuple[Callable[[Workspace, str], None], str]] = [
    (lambda w, ref: _set_hours(w, ref, [["17:00", "20:00"]]), "the client is at home 17:00–20:00"),
    (lambda w, ref: _set_hours(w, ref, [["08:00", "20:00", "sun"]]), "is not at home that day"),
    (lambda w, ref: _limit(w, ref, service_minutes=45.0), "needs 45 minutes now, and 15 are"),
    (lambda w, ref: _limit(w, ref, interpreter="Dari"), "needs an interpreter for Dari now"),
]


@pytest.mark.parametrize(("change", "words"), CHANGES)
def test_limits_that_change_after_planning_are_told(
    lone: Workspace, change: Callable[[Workspace, str], None], words: str
) -> None:
    ref, client = _planned(lone)
    change(lone, client)
    (told,) = tours.tour(lone, BOSS, ref).advice
    assert told.startswith("Stop 1 ")
    assert words in told
    assert told.endswith("Plan the rest anew.")
    # Nothing of it for the police, but their paper is out of date.
    assert tours.tour(lone, P1, ref).advice == []
    assert any("no longer fits" in one for one in sheet_state(lone, BOSS, ref, 1).changes)
    replan_rest(lone, BOSS, ref, at=f"{_begins(lone, ref)}")
    assert not any(one.startswith("Stop") for one in tours.tour(lone, BOSS, ref).advice)


def _begins(workspace: Workspace, ref: str) -> str:
    zone = workspace.profile.city.zone
    return f"{tours.tour(workspace, BOSS, ref).departs_at.astimezone(zone):%H:%M}"


def test_hours_that_still_fit_are_not_worth_a_word(lone: Workspace) -> None:
    ref, client = _planned(lone)
    _set_hours(lone, client, [["08:00", "20:00", "mon"], ["10:00", "11:00"]])
    _limit(lone, client, service_minutes=10.0)
    assert tours.tour(lone, BOSS, ref).advice == []


def _move_car(workspace: Workspace, car: str, place: str) -> None:
    with workspace.transaction() as session:
        row = {"ref": car, "name": f"Car {car}", "place_ref": place, "active": True}
        duty.save_cars(session, [row])


def test_a_tour_whose_car_was_moved_says_so_and_takes_another(lone: Workspace) -> None:
    _cars(lone, "A1")
    ref, _ = _planned(lone)
    _move_car(lone, "A1", "S1")
    (told,) = tours.tour(lone, BOSS, ref).advice
    assert told.startswith("Car A1 stands at ")
    assert told.endswith(" now. Plan the rest anew, with another car.")
    with pytest.raises(InputError, match="no car stands at"):
        replan_rest(lone, BOSS, ref, at=_begins(lone, ref))
    _cars(lone, "A2")
    replan_rest(lone, BOSS, ref, at=_begins(lone, ref))
    view = tours.tour(lone, BOSS, ref)
    assert (view.car, view.advice) == ("Car A2", [])
