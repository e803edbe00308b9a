"""Cancelling a tour while somebody else tells of it."""

from __future__ import annotations

import threading

from geoteam.services import tours
from geoteam.services.workspace import Workspace
from geoteam.store import outcomes
from geoteam.store import tours as store_tours
from tests.made_city import BOSS
from tests.services.test_road import planned


def test_a_tour_is_not_cancelled_while_somebody_tells_of_it(fresh: Workspace) -> None:
    ref, _, _ = planned(fresh)
    said: list[str] = []

    def cancel() -> None:
        try:
            tours.cancel_tour(fresh, BOSS, ref, "storm")
            said.append("cancelled")
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
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
