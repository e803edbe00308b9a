"""What plans are called: no two drafts the same, by a refusal or by a number."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from geoteam.errors import InputError
from geoteam.services import (
    plan_approval,
    plan_drafts,
    plan_files,
    plan_names,
    plan_new,
    plan_publish,
    plans,
)
from geoteam.services.workspace import Workspace
from geoteam.store import plans as plan_store
from tests.made_city import BOSS, NOW
from tests.services.test_plan_publish import EAST, LATER, draft


def named(workspace: Workspace) -> list[str]:
    """Names of all plans, oldest first."""
    return [row["name"] for row in plans.list_plans(workspace)[::-1]]


@pytest.mark.parametrize("name", ["East grows", " east  GROWS "])
def test_a_name_that_somebody_types_is_refused_where_a_draft_has_it(
    lone: Workspace, tmp_path: Path, name: str
) -> None:
    plan = draft(lone)
    other = plan_new.new_plan(lone, BOSS, "Other", "service_area")
    before = named(lone)
    # Nothing is read first: there is no such file.
    path = tmp_path / "none.csv"
    for typed in (
        lambda: plan_new.new_plan(lone, BOSS, name, "service_area"),
        lambda: plan_drafts.rename(lone, BOSS, other, name),
        lambda: plan_files.import_file(lone, "test", path, name),
    ):
        with pytest.raises(InputError, match=r'is called ".*" already. Choose another name'):
            typed()
    # A plan that waits for approval is no other matter.
    plan_approval.propose(lone, BOSS, plan, LATER, "The east is empty")
    with pytest.raises(InputError, match="already"):
        plan_new.new_plan(lone, BOSS, name, "service_area")
    assert named(lone) == before


def test_a_draft_may_be_written_otherwise(lone: Workspace) -> None:
    plan = draft(lone)
    plan_drafts.rename(lone, BOSS, plan, "East GROWS")
    assert named(lone)[-1] == "East GROWS"


def test_a_name_is_free_again_once_its_plan_is_published_or_deleted(lone: Workspace) -> None:
    plan = draft(lone)
    plan_publish.publish(lone, "test", plan, LATER)
    again = plan_new.new_plan(lone, BOSS, "East grows", "service_area")
    plan_drafts.delete(lone, BOSS, again)
    plan_new.new_plan(lone, BOSS, "East grows", "service_area", plan)
    assert named(lone)[1:] == ["East grows", "East grows"]


def test_a_name_that_nobody_types_gets_a_number(lone: Workspace) -> None:
    plan = draft(lone)
    plan_new.fork(lone, BOSS, plan, "East grows", [])
    plan_new.new_plan(lone, BOSS, "East grows", "service_area", plan, typed=False)
    draft(lone)
    assert named(lone)[1:] == ["East grows", *(f"East grows ({n})" for n in (2, 3, 4))]


def test_a_long_name_is_cut_for_its_number(lone: Workspace) -> None:
    long = "x" * plan_names.LONGEST_NAME
    for _ in range(2):
        draft(lone, name=f"{long}yyy")
    assert named(lone)[1:] == [long, f"{long[:-4]} (2)"]
    with pytest.raises(InputError, match="at most 120"):
        plan_new.fork(lone, BOSS, 1, f"{long}y", [])
    with pytest.raises(InputError, match="at most 120"):
        plan_names.check_name(lone, "  ")


def test_drafts_of_earlier_versions_that_share_a_name_go_on(lone: Workspace) -> None:
    with lone.transaction() as session:
        both = [
            plan_store.create(
                session, name="Twin", boundary_set_id=1, units=EAST, by=BOSS.username, at=NOW
            )
            for _ in range(2)
        ]
    plan_drafts.rename(lone, BOSS, both[0], "Elder")
    plan_publish.publish(lone, "test", both[1], LATER)
    assert named(lone)[1:] == ["Elder", "Twin"]


def test_two_who_make_a_draft_at_once_do_not_share_its_name(fresh: Workspace) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: draft(fresh), range(4)))
    assert sorted(named(fresh)[1:]) == ["East grows", *(f"East grows ({n})" for n in (2, 3, 4))]
