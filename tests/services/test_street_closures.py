"""Closed streets: drives around them, homes on them, tours planned before and after."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import numpy as np
import pytest

from geoteam.errors import DisclosureError, InputError, NotFoundError, StreetsError
from geoteam.services import audit, road, tours
from geoteam.services.street_closures import (
    close_street,
    edges_of,
    is_on_map,
    list_closures,
    open_street,
    street_names,
    streets_on,
)
from geoteam.services.tour_closures import closed_streets
from geoteam.services.tour_help import find_remedies
from geoteam.services.tour_replan import replan_rest
from geoteam.services.tour_week import plan_team_week
from geoteam.services.workspace import Workspace
from tests.made_city import ADMIN, BOSS, O1, P1
from tests.tiny_city import TODAY, lonlat

TOMORROW = TODAY + timedelta(days=1)
PART = ("2nd St NW", "CENTRAL AVENUE NE")


def _drive_s(workspace: Workspace, on: tuple[int, int], to: tuple[int, int]) -> float:
    network = streets_on(workspace, TODAY)
    return float(network.matrix([lonlat(*on)], [lonlat(*to)]).duration_s[0, 0])


def test_a_drive_goes_round_a_closed_part_on_its_days_only(lone: Workspace) -> None:
    # Along A STREET 20 + 200 + 20 m at 10 m/s.
    ends = (180, 0), (420, 0)
    assert _drive_s(lone, *ends) == pytest.approx(24.0, abs=0.1)
    closure = close_street(lone, ADMIN, street="a street nw", between=PART, why="water  main")
    assert closure.place == "A STREET NW between 2ND STREET NW and CENTRAL AVENUE NE"
    assert (closure.first, closure.last, closure.why) == (TODAY, TODAY, "water main")
    with pytest.raises(InputError, match="closed on these days already"):
        close_street(lone, BOSS, street="A STREET NW", between=PART, why="again")
    # By B STREET: 200 m up and 200 m down more.
    assert _drive_s(lone, *ends) == pytest.approx(64.0, abs=0.1)
    assert streets_on(lone, TOMORROW) is lone.streets()
    assert streets_on(lone, TODAY) is streets_on(lone, TODAY, TOMORROW)
    assert [one.ref for one in list_closures(lone, BOSS)] == [closure.ref]
    open_street(lone, BOSS, closure.ref)
    assert _drive_s(lone, *ends) == pytest.approx(24.0, abs=0.1)
    done = [row["action"] for row in audit.list_events(lone, None, page_size=2).rows]
    assert done == ["streets.open", "streets.close"]
    with pytest.raises(NotFoundError, match="no such closure"):
        open_street(lone, BOSS, closure.ref)


def test_a_closed_street_is_drawn_on_its_days_where_it_is(lone: Workspace) -> None:
    close_street(lone, ADMIN, street="a street nw", between=PART, why="water main")
    (closed,) = closed_streets(lone, TODAY)
    assert closed.told.startswith("A STREET NW between 2ND STREET NW")
    west, south, east, north = closed.lines.bounds
    assert (west, south) == pytest.approx(lonlat(200, 0), abs=1e-6)
    assert (east, north) == pytest.approx(lonlat(400, 0), abs=1e-6)
    assert closed_streets(lone, TOMORROW) == []


def test_what_cannot_be_closed_is_said_and_nothing_is_kept(lone: Workspace) -> None:
    with pytest.raises(StreetsError, match=r"Did you mean .*A STREET NW"):
        close_street(lone, BOSS, street="AA STREET NW", why="works")
    for refused, message in (
        ({"why": " "}, "no reason"),
        ({"last": TODAY - timedelta(days=1)}, "ends before it begins"),
        ({"first": TODAY - timedelta(days=1)}, "is over"),
        ({"between": ("B STREET NW", "1ST STREET NW")}, "does not meet"),
    ):
        with pytest.raises(InputError, match=message):
            close_street(lone, BOSS, street="A STREET NW", **({"why": "works"} | refused))
    assert list_closures(lone, BOSS) == []
    assert "A STREET NW" in street_names(lone, BOSS)


def test_only_who_plans_for_others_closes_streets(lone: Workspace) -> None:
    closure = close_street(lone, BOSS, street="E STREET NW", why="works")
    assert is_on_map(lone, closure)
    for user in (O1, P1):
        with pytest.raises(DisclosureError):
            close_street(lone, user, street="A STREET NW", why="works")
        with pytest.raises(DisclosureError):
            open_street(lone, user, closure.ref)
        with pytest.raises(DisclosureError):
            list_closures(lone, user)
        with pytest.raises(DisclosureError):
            street_names(lone, user)


def test_a_home_on_a_closed_street_is_reached_from_the_next(lone: Workspace) -> None:
    # C001 lives at 122 1ST STREET NW: 60 m north of A STREET.
    ends = ("A STREET NW", "B STREET NW")
    close_street(lone, BOSS, street="1ST STREET NW", between=ends, why="works", first=TOMORROW)
    view = tours.tour(lone, BOSS, tours.plan_tour(lone, BOSS, on=TOMORROW, officer_ref="O1"))
    (number,) = (stop["number"] for stop in view.stops if stop["client_ref"] == "C001")
    told = f"Stop {number} is on 1ST STREET NW between A STREET NW and B STREET NW"
    (note,) = (text for text in view.closures.stops if text.startswith(f"Stop {number} "))
    assert note.startswith(told)
    assert note.endswith("The car goes to A STREET NW, 60 m from the door.")
    assert view.closures.route == ()


def _shut_in(workspace: Workspace, days: int) -> None:
    """Close every street within 300 m of C001; C STREET is 340 m away."""
    for street in ("1ST STREET NW", "2ND STREET NW", "A STREET NW", "B STREET NW"):
        close_street(workspace, BOSS, street=street, why="flood", last=TODAY + timedelta(days=days))


def test_a_home_that_no_open_street_is_near_is_left_out_with_the_closure(lone: Workspace) -> None:
    _shut_in(lone, days=1)
    ref = tours.plan_tour(lone, BOSS, on=TOMORROW, officer_ref="O1")
    find_remedies(lone, BOSS, ref)
    (left,) = (one for one in tours.tour(lone, BOSS, ref).left_out if one["client_ref"] == "C001")
    assert left["code"] == "unreachable"
    assert left["reason"].startswith("Unreachable: 1ST STREET NW (closed until 16 Jun 2026: flood)")
    assert left["remedy"] == "Plan a tour on Wed 17 Jun."


def test_a_week_keeps_off_what_is_closed_on_one_of_its_days(lone: Workspace) -> None:
    _shut_in(lone, days=4)
    week = plan_team_week(lone, BOSS, team_ref="T1", first=TODAY, save=True)
    (left,) = (one for one in week.left_out if one["client_ref"] == "C001")
    assert left["reason"].startswith("Unreachable: 1ST STREET NW (closed until 19 Jun 2026")
    for row in week.tours:
        assert tours.tour(lone, BOSS, row["ref"]).closures.route == ()


def test_a_tour_planned_before_says_that_its_route_is_out_of_date(lone: Workspace) -> None:
    ref = tours.plan_tour(lone, BOSS, on=TOMORROW, officer_ref="O1")
    before = tours.tour(lone, BOSS, ref)
    assert before.closures.told == []
    steps = [step for leg in before.steps for step in leg]
    street = max(steps, key=lambda step: step["length_m"])["street"]
    closure = close_street(lone, BOSS, street=street, why="parade", first=TOMORROW)
    # A street that the route only crosses, or never meets, does not matter.
    used = {step["street"] for step in steps}
    other = next(name for name in street_names(lone, BOSS) if name not in used)
    close_street(lone, BOSS, street=other, why="parade", first=TOMORROW)
    told = f"{street} (closed until 16 Jun 2026: parade)"
    assert tours.tour(lone, BOSS, ref).closures.route == (told,)
    assert road.open_road(lone, BOSS, ref)["now"]["closed"] == [told]
    assert road.road_now(lone, O1, ref)["closed"] == [told]
    assert replan_rest(lone, BOSS, ref) == 2
    after = tours.tour(lone, BOSS, ref)
    assert after.closures.route == ()
    assert street not in {step["street"] for leg in after.steps for step in leg}
    assert road.open_road(lone, BOSS, ref)["detours"] == list(after.closures.stops)
    open_street(lone, BOSS, closure.ref)
    assert tours.tour(lone, BOSS, ref).closures.stops == ()
    tours.cancel_tour(lone, BOSS, ref, "ill")
    assert tours.tour(lone, BOSS, ref).closures.told == []


def test_the_map_of_a_tour_draws_what_is_closed_and_says_so(lone: Workspace) -> None:
    ref = tours.plan_tour(lone, BOSS, on=TODAY, officer_ref="O1")
    assert "Closed street" not in tours.tour_map(lone, BOSS, ref)
    close_street(lone, ADMIN, street="a street nw", between=PART, why="water main")
    page = tours.tour_map(lone, BOSS, ref)
    assert "Closed street" in page
    assert '"dashArray": "6 6"' in page


def test_a_closure_that_a_newer_street_map_does_not_know_closes_nothing(lone: Workspace) -> None:
    closure = close_street(lone, BOSS, street="E STREET NW", why="works")
    network = lone.streets()
    names = tuple("E ROAD NW" if one == "E STREET NW" else one for one in network.names)
    network._with(names=names).save(lone.folder / "streets.npz")
    lone.forget()
    assert not is_on_map(lone, closure)
    assert streets_on(lone, TODAY) is lone.streets()
    assert np.isfinite(_drive_s(lone, (180, 800), (420, 800)))


def test_a_name_without_its_quadrant_is_taken_where_only_one_street_has_it(lone: Workspace) -> None:
    assert close_street(lone, ADMIN, street="1st street", why="x").place == "1ST STREET NW"
    with pytest.raises(InputError, match="there are 2 streets called a street") as told:
        close_street(lone, ADMIN, street="a  street", why="x")
    assert told.value.remedy == "Write A STREET NE or A STREET NW"


def test_streets_that_the_map_names_alike_are_told_apart_by_their_quadrants(
    lone: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = lone.streets()
    plain = [name.removesuffix(" NW").removesuffix(" NE") for name in network.names]
    names = list(dict.fromkeys(plain))
    row = np.array([names.index(name) for name in plain])
    bare = dataclasses.replace(network, names=tuple(names), edge_name=row[network.edge_name])
    monkeypatch.setattr(Workspace, "streets", lambda _: bare)
    with pytest.raises(InputError, match="there are 2 streets called A STREET") as told:
        close_street(lone, ADMIN, street="A STREET", why="x")
    assert told.value.remedy == "Write A STREET NE or A STREET NW"
    with pytest.raises(InputError, match="there is no 1ST STREET NE") as told:
        close_street(lone, ADMIN, street="1st st ne", why="x")
    assert told.value.remedy == "Write 1ST STREET NW"
    closure = close_street(lone, ADMIN, street="a st nw", why="x")
    assert closure.place == "A STREET NW"
    (kept,) = list_closures(lone, BOSS)
    assert kept == closure
    edges = edges_of(bare, [kept])
    was = {network.names[one] for one in network.edge_name[edges]}
    assert len(edges) > 1
    assert was == {"A STREET NW"}
    # A name of one quadrant needs none, and is told without.
    assert close_street(lone, ADMIN, street="1st st", why="x").place == "1ST STREET"
