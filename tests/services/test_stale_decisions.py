"""A better reference and the people who decide: nobody is overruled, and nobody is asked twice."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from geoteam.services import geocoding, review
from geoteam.services import stale as service
from geoteam.services.stale import count_stale
from geoteam.services.workspace import Workspace
from geoteam.store.proposals import settle
from tests.made_city import BOSS
from tests.services.refreshing import (
    NEWS,
    client_row_of,
    history_of,
    only_change,
    person_puts,
    proposals_of,
    put,
    refresh,
)
from tests.services.refreshing import rebuild as rebuild
from tests.tiny_city import lonlat


def test_a_person_is_never_overruled(fresh: Workspace, rebuild: Callable[..., None]) -> None:
    person_puts(fresh, "C001", 15, 250)
    change = only_change(refresh(fresh))
    assert (change["done"], change["old_unit"], change["new_unit"]) == ("proposed", "101", "101")
    assert "190 m away from where a person put it" in change["reason"]
    assert history_of(fresh, "C001")[0].decided_by == "bea"
    (waits,) = proposals_of(fresh)
    # The person decides once, and is asked no more about that place.
    with fresh.transaction() as session:
        settle(session, waits.id)
    rebuild(fresh, NEWS)
    assert refresh(fresh).unchanged == 24
    assert proposals_of(fresh) == []
    # Another place is another question.
    rebuild(fresh, put("122 1ST STREET NW", 500, 60))
    assert only_change(refresh(fresh))["done"] == "proposed"


def test_a_persons_place_is_confirmed_within_its_circle(fresh: Workspace) -> None:
    person_puts(fresh, "C001", 15, 69)
    assert refresh(fresh).summary() == {
        "checked": 1,
        "unchanged": 1,
        "renewed": 0,
        "saved": 0,
        "proposed": 0,
    }


def test_a_person_said_that_there_is_no_place(fresh: Workspace) -> None:
    nothing = dict.fromkeys(("lon", "lat", "uncertainty_m"), np.nan)
    person_puts(fresh, "C001", 0, 0, status="U", kind="invalid", decision="unplaceable", **nothing)
    change = only_change(refresh(fresh))
    assert change["done"] == "proposed"
    assert "a person decided that there is none" in change["reason"]
    (waits,) = proposals_of(fresh)
    assert [one["address"] for one in waits.candidates] == ["122 1ST STREET NW"]
    assert "present" not in waits.candidates[0]


def test_an_older_proposal_gives_way(fresh: Workspace, rebuild: Callable[..., None]) -> None:
    rebuild(fresh, put("122 1ST STREET NW", 500, 60))
    refresh(fresh)
    rebuild(fresh, put("122 1ST STREET NW", 600, 60))
    assert refresh(fresh).proposed == 1
    (waits,) = proposals_of(fresh)
    assert waits.candidates[1]["lon"] == pytest.approx(lonlat(600, 60)[0], abs=1e-7)
    # The old place again: there is nothing left to decide.
    rebuild(fresh, put("122 1ST STREET NW", 15, 60))
    assert refresh(fresh).unchanged == 24
    assert proposals_of(fresh) == []


def test_taking_a_decision_back_asks_again(fresh: Workspace, rebuild: Callable[..., None]) -> None:
    rebuild(fresh, put("122 1ST STREET NW", 500, 60))
    refresh(fresh)
    (waits,) = proposals_of(fresh)
    item = review.review_item(fresh, BOSS, waits.id)
    labels = [(one["label"], one["unit"], one["team"]) for one in item["candidates"]]
    assert labels == [("Present place", "101", "West Team"), ("New place", "201", "East Team")]
    choice = {"action": "candidate", "candidate": 1, "why": "Seen the lease"}
    review.decide_item(fresh, BOSS, waits.id, **choice)
    assert proposals_of(fresh) == []
    assert client_row_of(fresh, "C001")["unit"] == "201"
    # What a person decided was decided with the newer reference in hand.
    assert count_stale(fresh) == 0
    review.undo_decision(fresh, BOSS, history_of(fresh, "C001")[0].id)
    assert client_row_of(fresh, "C001")["unit"] == "101"
    assert [row.id for row in proposals_of(fresh)] == [waits.id]


def test_who_decides_meanwhile_wins(
    fresh: Workspace, rebuild: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuild(fresh, put("122 1ST STREET NW", 15, 90))

    def slow(*args: object) -> pd.DataFrame:
        person_puts(fresh, "C001", 15, 250)
        return geocoding.place(*args)

    monkeypatch.setattr(service, "place", slow)
    assert refresh(fresh).checked == 23
    assert history_of(fresh, "C001")[0].decided_by == "bea"
    assert count_stale(fresh) == 1
