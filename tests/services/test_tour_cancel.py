"""Cancelling a tour: who may, what is left of it, and while somebody else tells of it."""

from __future__ import annotations

import dataclasses
import threading

import pytest

from geoteam.errors import DisclosureError, GeoteamError, InputError, NotFoundError
from geoteam.services import tours
from geoteam.services.workspace import Workspace
from geoteam.store import outcomes
from geoteam.store import tours as store_tours
from tests.made_city import ADMIN, AUDITOR, BOSS, LOOSE, O1, P1, P2, RELATIONS, WEST
from tests.services.test_road import planned
from tests.services.touring import NEXT, last_event, officer_with, printed, with_several_due
from tests.tiny_city import TODAY


def test_who_may_cancel_and_what_is_left(fresh: Workspace) -> None:
    officer = officer_with(fresh, "C005")
    ref = tours.plan_tour(fresh, BOSS, on=TODAY, officer_ref=officer, police_partner_ref="P1")
    for user in (P1, P2, RELATIONS, ADMIN, AUDITOR):
        with pytest.raises(DisclosureError):
            tours.cancel_tour(fresh, user, ref, "why not")
    with pytest.raises(NotFoundError, match="no such tour"):
        tours.cancel_tour(fresh, LOOSE, ref, "why not")
    with pytest.raises(InputError, match="reason is empty"):
        tours.cancel_tour(fresh, WEST, ref, "  ")
    assert tours.tour(fresh, BOSS, ref).status == "planned"

    tours.cancel_tour(fresh, WEST, ref, " The car is broken ")
    event = last_event(fresh)
    assert (event["action"], event["object_ref"]) == ("tour.cancel", ref)
    assert event["detail"] == {"why": "The car is broken"}
    view = tours.tour(fresh, BOSS, ref)
    assert view.status == "cancelled"
    assert (view.cancelled["by"], view.cancelled["why"]) == ("Wes West", "The car is broken")
    assert view.stops
    assert [row["status"] for row in tours.list_tours(fresh, BOSS)] == ["cancelled"]
    with pytest.raises(InputError, match="cancelled already"):
        tours.cancel_tour(fresh, BOSS, ref, "again")
    for user, copy in ((BOSS, "officer"), (BOSS, "police"), (P1, "police")):
        with pytest.raises(InputError, match="cancelled and cannot be printed"):
            printed(fresh, user, ref, copy)
    # The police learn that it is off, and nothing more.
    assert tours.list_tours(fresh, P1) == []
    shared = tours.tour(fresh, P1, ref)
    assert (shared.status, shared.stops, shared.steps, shared.route) == ("cancelled", [], [], None)
    assert shared.cancelled == {}
    assert last_event(fresh)["detail"] == {"clients": []}
    assert "222 1ST" not in tours.tour_map(fresh, P1, ref)


def test_the_officer_of_a_tour_cancels_it(lone: Workspace) -> None:
    officer = with_several_due(lone)
    own = dataclasses.replace(O1, officer_ref=officer)
    ref = tours.plan_tour(lone, own, on=NEXT, officer_ref=officer)
    other = dataclasses.replace(O1, officer_ref="O5")
    with pytest.raises(NotFoundError, match="no such tour"):
        tours.cancel_tour(lone, other, ref, "not mine")
    tours.cancel_tour(lone, own, ref, "mine")
    assert tours.tour(lone, own, ref).status == "cancelled"


def test_a_tour_is_not_cancelled_while_somebody_tells_of_it(fresh: Workspace) -> None:
    ref, _, _ = planned(fresh)
    said: list[str] = []

    def cancel() -> None:
        try:
            tours.cancel_tour(fresh, BOSS, ref, "storm")
            said.append("cancelled")
        except GeoteamError as error:
            said.append(str(error))

    with fresh.transaction() as session:
        outcomes.lock(session, ref)
        other = threading.Thread(target=cancel)
        other.start()
        other.join(1)
        assert said == []
        store_tours.set_status(session, ref, "done")
    other.join(30)
    (why,) = said
    assert "the tour is done already" in why
    assert tours.tour(fresh, BOSS, ref).status == "done"
