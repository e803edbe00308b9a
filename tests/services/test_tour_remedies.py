"""Remedies of visits left out: whoever does as they say gets the visit made."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from geoteam.errors import DisclosureError, NotFoundError
from geoteam.services import tour_help, tours
from geoteam.services.tour_help import find_remedies
from geoteam.services.tour_replan import replan_rest
from geoteam.services.visit_decisions import add_visit
from geoteam.services.workspace import Workspace
from geoteam.store import duty, visit_limits
from tests.made_city import BOSS, P1, RELATIONS
from tests.services.test_tour_limits import _set_hours
from tests.services.touring import due_of, officer_with
from tests.tiny_city import TODAY

HOURS = [
    [], [["12:30", "14:00"]], [["17:00", "18:00"]], [["13:00", "14:00", "tue"]],
    [["15:00", "15:20"]], [["18:30", "19:30", "mon fri"]], [["06:00", "07:00"]],
]  # fmt: skip


def _helped(workspace: Workspace, ref: str) -> list[dict[str, Any]]:
    """Visits left out, once it was looked for what would help."""
    assert tours.tour(workspace, BOSS, ref).may_look
    assert find_remedies(workspace, BOSS, ref) > 0
    view = tours.tour(workspace, BOSS, ref)
    assert not view.may_look
    assert find_remedies(workspace, BOSS, ref) == 0
    return view.left_out


def _visited(workspace: Workspace, ref: str) -> set[str]:
    return {stop["client_ref"] for stop in tours.tour(workspace, BOSS, ref).stops}


@pytest.mark.parametrize("seed", [*range(1, 8), 9])
def test_who_does_as_a_remedy_says_gets_the_visit_made(lone: Workspace, seed: int) -> None:
    dice = random.Random(seed)
    officer = officer_with(lone, dice.choice(["C009", "C021", "C005", "C013"]))
    for row in due_of(lone, officer):
        _set_hours(lone, row["client_ref"], dice.choice(HOURS))
    asked: dict[str, Any] = {"on": TODAY, "departs": dice.choice(["", "13:00", "16:30"]),
             "max_stops": dice.choice([1, 2, 12])}  # fmt: skip
    ref = tours.plan_tour(lone, BOSS, officer_ref=officer, **asked)
    if not tours.tour(lone, BOSS, ref).left_out:
        return
    for one in _helped(lone, ref):
        assert one["remedy"]
        change = dict(one["change"])
        if not change:
            assert one["remedy"].startswith("Nothing that was tried helps")
            continue
        beside = "on" in change
        if not beside:
            tours.cancel_tour(lone, BOSS, ref, "To be planned anew")
        if change.pop("required", ""):
            add_visit(lone, BOSS, one["client_ref"], "Must be made")
        change["on"] = date.fromisoformat(change["on"]) if beside else TODAY
        if "police_partner" in change:
            change["police_partner_ref"] = change.pop("police_partner")
        usual = {"max_stops": asked["max_stops"]} | ({} if beside else asked)
        again = tours.plan_tour(lone, BOSS, officer_ref=officer, **(usual | change))
        assert one["client_ref"] in _visited(lone, again), one
        # One remedy at a time: the others were found for the tour as it is.
        return


def test_an_hour_earlier_is_offered_where_that_suffices(lone: Workspace) -> None:
    officer = officer_with(lone, "C009")
    _set_hours(lone, "C009", [["12:30", "13:05"]])
    ref = tours.plan_tour(lone, BOSS, on=TODAY, officer_ref=officer, departs="13:30")
    (out,) = [o for o in _helped(lone, ref) if o["client_ref"] == "C009"]
    assert "at home 12:30–13:05" in out["reason"]
    assert out["remedy"].startswith("Plan the tour anew, with departure from 12:30.")
    assert out["change"] == {"departs": "12:30"}


def test_a_visit_that_nothing_helps_says_so(lone: Workspace) -> None:
    officer = officer_with(lone, "C009")
    _set_hours(lone, "C009", [["02:00", "03:00"]])
    ref = tours.plan_tour(lone, BOSS, on=TODAY, officer_ref=officer, departs="13:00")
    (out,) = [o for o in _helped(lone, ref) if o["client_ref"] == "C009"]
    assert out["remedy"].startswith("Nothing that was tried helps: neither another departure")


def test_another_police_partner_is_offered_to_who_chose_one(lone: Workspace) -> None:
    officer = officer_with(lone, "C009")
    with lone.transaction() as session:
        visit_limits.save(session, [{"client_ref": "C009", "interpreter": "Dari"}], by="test",
                          at=lone.now())  # fmt: skip
        duty.save_skills(session, "partners", {"P1": ["Dari"]})
    chosen: dict[str, Any] = {"on": TODAY, "officer_ref": officer, "departs": "13:00"}
    ref = tours.plan_tour(lone, BOSS, police_partner_ref="P2", **chosen)
    (out,) = [o for o in _helped(lone, ref) if o["client_ref"] == "C009"]
    assert out["remedy"] == "Plan the tour anew, and leave open who comes along."
    tours.cancel_tour(lone, BOSS, ref, "To be planned anew")
    assert "C009" in _visited(lone, tours.plan_tour(lone, BOSS, **chosen))


def test_who_speaks_the_language_is_offered_also_from_another_district(lone: Workspace) -> None:
    officer = officer_with(lone, "C009")
    with lone.transaction() as session:
        visit_limits.save(session, [{"client_ref": "C009", "interpreter": "Dari"}], by="test",
                          at=lone.now())  # fmt: skip
        duty.save_skills(session, "partners", {"P1": ["Dari"]})
        # The whole-city partner works in no district, so that nobody proposes P1.
        session.execute(text("UPDATE police_partner SET district = '9' WHERE ref = 'P1'"))
    chosen: dict[str, Any] = {"on": TODAY, "officer_ref": officer, "departs": "13:00"}
    ref = tours.plan_tour(lone, BOSS, **chosen)
    (out,) = [o for o in _helped(lone, ref) if o["client_ref"] == "C009"]
    assert out["change"] == {"police_partner": "P1"}
    assert out["remedy"].endswith("who speaks Dari.")
    tours.cancel_tour(lone, BOSS, ref, "To be planned anew")
    again = tours.plan_tour(lone, BOSS, police_partner_ref="P1", **chosen)
    assert "C009" in _visited(lone, again)


def test_a_tour_that_changed_meanwhile_keeps_its_own_words(
    lone: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = officer_with(lone, "C009")
    ref = tours.plan_tour(lone, BOSS, on=TODAY, officer_ref=officer, departs="13:00", max_stops=1)
    planned = tour_help.told_remedies

    def while_another_plans(*given: Any) -> Any:
        found = planned(*given)
        replan_rest(lone, BOSS, ref)
        return found

    monkeypatch.setattr(tour_help, "told_remedies", while_another_plans)
    assert find_remedies(lone, BOSS, ref) == 0
    view = tours.tour(lone, BOSS, ref)
    assert view.version == 2
    assert view.may_look


def test_a_search_that_is_cut_says_so(lone: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = officer_with(lone, "C009")
    ref = tours.plan_tour(lone, BOSS, on=TODAY, officer_ref=officer, departs="13:00", max_stops=1)
    monkeypatch.setattr(tour_help, "_SECONDS", -1.0)
    out = _helped(lone, ref)
    assert {one["remedy"] for one in out} == {
        "Nothing was found in the time there was; not everything was tried."
    }


def test_only_who_plans_the_tour_looks(lone: Workspace) -> None:
    officer = officer_with(lone, "C009")
    ref = tours.plan_tour(lone, BOSS, on=TODAY, officer_ref=officer, departs="13:00", max_stops=1)
    for stranger in (P1, RELATIONS):
        with pytest.raises((DisclosureError, NotFoundError)):
            find_remedies(lone, stranger, ref)
    tours.cancel_tour(lone, BOSS, ref, "Not today")
    assert find_remedies(lone, BOSS, ref) == 0
