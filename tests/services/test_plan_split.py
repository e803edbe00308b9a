"""Units of a plan split and joined, on either database."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from geoteam.errors import DisclosureError, InputError, SettledError
from geoteam.model import User
from geoteam.services import boundaries as boundary_services
from geoteam.services import (
    plan_edits,
    plan_figures,
    plan_ground,
    plan_new,
    plan_split,
    plan_state,
    plan_views,
)
from geoteam.services.plan_sent import SentEdit
from geoteam.services.workspace import Workspace
from geoteam.store import boundaries, users
from geoteam.store.tables import BoundaryRow
from tests.made_city import BOSS, WEST
from tests.services.test_plan_edits import OTHER, TODAYS, draft, paint, replay, units
from tests.tiny_city import lonlat

# 200 m from the west of 101, from south to north.
LINE = [lonlat(100, -200), lonlat(100, 450)]


def ground(workspace: Workspace, plan: int) -> dict[str, Any]:
    """The ground as the browser reads it."""
    read: dict[str, Any] = json.loads(plan_ground.ground(workspace, BOSS, plan).body)
    return read


def after(
    workspace: Workspace, plan: int, kind: str, key: str, split: str, user: User = BOSS
) -> dict[str, Any]:
    """Send an undo or redo of a split."""
    edit = SentEdit(key=key, kind=kind, undoes=split)
    return plan_edits.apply_edits(workspace, user, plan, 1, [edit])


def test_the_pieces_are_units_and_their_clients_are_counted_by_point(fresh: Workspace) -> None:
    plan = draft(fresh)
    before = ground(fresh, plan)
    made = plan_split.split(fresh, BOSS, plan, "101", LINE, key="s")
    assert made["pieces"] == ["101-A", "101-B"]
    now = ground(fresh, plan)
    assert now["set"] == made["set"] != before["set"]
    assert (now["unit_kind"], now["noun"]) == ("service_area", "service area")
    assert now["units"] == ["101-A", "101-B", "102", "201", "202"]
    assert now["labels"][0] == "101-A"
    assert now["area_m2"][:2] == pytest.approx([100_000, 150_000], rel=1e-4)
    # Two of the five live west of the line, in 1ST STREET.
    assert (before["clients"][0], now["clients"][:2]) == (5, [2, 3])
    # The cut is a border, and that of 102 meets both pieces.
    edges = list(zip(now["edges"][::2], now["edges"][1::2], strict=True))
    assert edges[:4] == [(0, 1), (0, 2), (1, 2), (1, 3)]
    assert now["shared_m"][:3] == pytest.approx([500, 200, 300], rel=1e-3)
    assert all(now["sides"])
    assert plan_figures.plan_figures(fresh, plan)["plan"]["transfers"] == 0
    assert units(fresh, plan) == {
        "101-A": "T1", "101-B": "T1", "102": "T1", "201": "T2", "202": "T2",
    }  # fmt: skip
    assert plan_state.state(fresh, BOSS, plan)["now"] == [0, 0, 0, 1, 1]


def test_the_plan_says_which_boundaries_it_was_split_from(fresh: Workspace) -> None:
    plan = draft(fresh)
    before = plan_views.plans_view(fresh, BOSS)["drafts"][0]["boundaries"]
    assert before
    plan_split.split(fresh, BOSS, plan, "101", LINE, key="s")
    assert plan_views.plans_view(fresh, BOSS)["drafts"][0]["boundaries"] == (
        f"{before} with split units"
    )
    assert plan_views.plan_view(fresh, BOSS, plan)["boundaries"] == f"{before} with split units"


def test_the_city_does_not_see_a_plans_own_boundaries(fresh: Workspace) -> None:
    before = boundary_services.list_sets(fresh)
    plan_split.split(fresh, BOSS, draft(fresh), "101", LINE, key="s")
    assert boundary_services.list_sets(fresh) == before
    assert list(fresh.areas("service_area").index) == ["101", "102", "201", "202"]
    assert list(plan_new.unit_kinds(fresh)) == ["service_area", "district"]


def test_undo_joins_redo_splits_and_the_log_tells_it_all(fresh: Workspace) -> None:
    plan = draft(fresh)
    before = ground(fresh, plan)
    made = plan_split.split(fresh, BOSS, plan, "101", LINE, key="s")
    plan_edits.apply_edits(fresh, BOSS, plan, 2, [paint("p", **{"u101-A": ("T1", "T2")})])
    told = after(fresh, plan, "undo", "u", "s")
    # The larger piece is T1's.
    assert units(fresh, plan) == TODAYS
    assert told["set"] == before["set"]
    assert ground(fresh, plan)["shapes"] == before["shapes"]
    with fresh.reading() as session:
        left = session.scalars(select(BoundaryRow.id).where(BoundaryRow.set_id == made["set"]))
        assert left.all() == []
    again = after(fresh, plan, "redo", "r", "s")
    assert again["set"] not in (made["set"], before["set"])
    assert ground(fresh, plan)["units"][:2] == ["101-A", "101-B"]
    # Each of them once more changes nothing.
    assert after(fresh, plan, "redo", "r", "s")["set"] == again["set"]
    assert after(fresh, plan, "redo", "r2", "s")["set"] == again["set"]
    assert after(fresh, plan, "join", "u2", "s")["set"] == before["set"]
    assert after(fresh, plan, "undo", "u3", "s")["set"] == before["set"]
    edits = plan_state.state(fresh, BOSS, plan)["edits"]
    assert [edit["kind"] for edit in edits] == [
        "split", "paint", "undo", "redo", "redo", "join", "undo",
    ]  # fmt: skip
    assert replay(TODAYS, edits) == units(fresh, plan) == TODAYS


def test_the_same_split_sent_again_splits_nothing(fresh: Workspace) -> None:
    plan = draft(fresh)
    first = plan_split.split(fresh, BOSS, plan, "101", LINE, key="s")
    assert plan_split.split(fresh, BOSS, plan, "101", LINE, key="s") == first


def test_pieces_are_split_further_and_joined_from_within(fresh: Workspace) -> None:
    plan = draft(fresh)
    plan_split.split(fresh, BOSS, plan, "101", LINE, key="s")
    deep = [lonlat(-200, 100), lonlat(150, 100)]
    assert plan_split.split(fresh, BOSS, plan, "101-A", deep, key="t")["pieces"] == [
        "101-A-A", "101-A-B",
    ]  # fmt: skip
    with pytest.raises(InputError, match="service area 101-A was split further"):
        after(fresh, plan, "undo", "u", "s")
    after(fresh, plan, "undo", "v", "t")
    after(fresh, plan, "undo", "w", "s")
    assert units(fresh, plan) == TODAYS


def test_pieces_that_somebody_else_has_changed_stay_apart_until_that_is_taken_back(
    fresh: Workspace,
) -> None:
    with fresh.transaction() as session:
        users.add(session, OTHER, "", fresh.now())
    plan = draft(fresh)
    plan_split.split(fresh, BOSS, plan, "101", LINE, key="s")
    theirs = paint("p", **{"u101-A": ("T1", "T2")})
    plan_edits.apply_edits(fresh, OTHER, plan, 2, [theirs])
    before = units(fresh, plan)
    why = (
        r"Olga Other gave service area 101-A to another team\. "
        r"Ask them to take that back first\."
    )
    with pytest.raises(InputError, match=f"^{why}$"):
        after(fresh, plan, "undo", "u", "s")
    # Painted over and that taken back: theirs is still there to lose.
    mine = [paint("m", **{"u101-A": ("T2", "")}), paint("n", **{"u101-A": ("", "T2")})]
    plan_edits.apply_edits(fresh, BOSS, plan, 3, mine)
    with pytest.raises(InputError, match="Olga Other gave service area 101-A"):
        after(fresh, plan, "undo", "u", "s")
    assert units(fresh, plan) == before
    back = paint("q", **{"u101-A": ("T2", "T1")})
    plan_edits.apply_edits(fresh, OTHER, plan, 5, [back])
    after(fresh, plan, "undo", "u", "s")
    assert units(fresh, plan) == TODAYS
    # Nor is a unit split again that somebody else has given away.
    plan_edits.apply_edits(fresh, OTHER, plan, 7, [paint("r", u101=("T1", "T2"))])
    with pytest.raises(InputError, match="Olga Other gave service area 101 to another team"):
        after(fresh, plan, "redo", "w", "s")
    assert units(fresh, plan) == TODAYS | {"101": "T2"}


def test_nobody_takes_back_or_repeats_over_what_somebody_else_has_split(fresh: Workspace) -> None:
    plan = draft(fresh)
    plan_split.split(fresh, BOSS, plan, "101", LINE, key="s")
    deep = [lonlat(-200, 100), lonlat(150, 100)]
    plan_split.split(fresh, OTHER, plan, "101-A", deep, key="t")
    with pytest.raises(InputError, match=r"other split or joined service area 101-A\. Ask"):
        after(fresh, plan, "undo", "u", "s")
    after(fresh, plan, "undo", "v", "t", OTHER)
    after(fresh, plan, "undo", "w", "s")
    # Theirs has pieces of the same names; mine is another line.
    plan_split.split(fresh, OTHER, plan, "101", LINE, key="x")
    for kind, key in (("redo", "y"), ("undo", "z")):
        with pytest.raises(InputError, match="other split or joined service area 101"):
            after(fresh, plan, kind, key, "s")
    assert len(units(fresh, plan)) == 5


def test_a_stroke_over_a_unit_that_was_split_meanwhile_is_a_conflict(fresh: Workspace) -> None:
    plan = draft(fresh)
    plan_split.split(fresh, BOSS, plan, "101", LINE, key="s")
    told = plan_edits.apply_edits(
        fresh, BOSS, plan, 1, [paint("a", u101=("T1", "T2"), u102=("T1", "T2"))]
    )
    assert [(c["unit"], c["now"], c["by"]) for c in told["conflicts"]] == [("101", None, "boss")]
    assert told["now"] == {"101": None, "102": "T2"}
    assert units(fresh, plan)["102"] == "T2"


def test_copies_of_a_split_plan_keep_their_ground(fresh: Workspace) -> None:
    plan = draft(fresh)
    made = plan_split.split(fresh, BOSS, plan, "101", LINE, key="s")
    fork = plan_new.fork(fresh, BOSS, plan, "Fork", []).plan_id
    copy = plan_new.new_plan(fresh, BOSS, "Copy", "service_area", plan)
    coarse = plan_new.new_plan(fresh, BOSS, "Coarse", "district", plan)
    after(fresh, plan, "undo", "u", "s")
    for other in (fork, copy):
        assert ground(fresh, other)["set"] == made["set"]
        assert ground(fresh, other)["units"][0] == "101-A"
        assert len(units(fresh, other)) == 5
    assert units(fresh, coarse) == {"1": "T1", "2": "T2"}


def test_refusals_leave_the_plan_as_it_was(fresh: Workspace) -> None:
    plan = draft(fresh)
    beside = [lonlat(-900, 0), lonlat(-900, 100)]
    for unit, line, key, message in (
        ("101", beside, "s", "the line does not cross service area 101"),
        ("999", LINE, "s", "no unit '999'"),
        ("101", LINE, "", "needs a key"),
    ):
        with pytest.raises(InputError, match=message):
            plan_split.split(fresh, BOSS, plan, unit, line, key=key)
    with pytest.raises(DisclosureError, match="East Team"):
        plan_split.split(fresh, WEST, plan, "201", LINE, key="s")
    with pytest.raises(SettledError, match="published"):
        plan_split.split(fresh, BOSS, 1, "101", LINE, key="s")
    assert units(fresh, plan) == TODAYS
    assert plan_state.state(fresh, BOSS, plan)["seq"] == 1
    with fresh.reading() as session:
        kinds = {
            found.kind for found in boundaries.list_sets(session, "split_service_area").values()
        }
    assert kinds == set()


def test_pieces_keep_todays_teams_without_an_address_reference(fresh: Workspace) -> None:
    plan = draft(fresh)
    plan_split.split(fresh, BOSS, plan, "101", LINE, key="s")
    (fresh.folder / "reference.npz").unlink()
    assert plan_state.state(fresh, BOSS, plan)["now"] == [0, 0, 0, 1, 1]
