"""Drafts renamed and deleted: by whom, what goes with them, and what stays on record."""

from __future__ import annotations

from datetime import date

import pytest

from geoteam.errors import DisclosureError, InputError, NotFoundError, SettledError
from geoteam.model import Role, User
from geoteam.services import (
    accounts,
    audit,
    plan_approval,
    plan_comments,
    plan_drafts,
    plan_new,
    plan_state,
    plan_views,
    plans,
)
from geoteam.services.workspace import Workspace
from tests.made_city import BOSS, counts

EAST = {"101": "T1", "102": "T2", "201": "T2", "202": "T2"}
MAKER = User(30, "maker", "Mae Maker", Role.SUPERVISOR, team_refs=("T1",))
OTHER = User(31, "other", "Olaf Other", Role.SUPERVISOR, team_refs=("T1",))
PASSWORD = "a long enough password"
LATER = date(2027, 1, 1)


def draft(workspace: Workspace, actor: str = "maker") -> int:
    return plans.save_draft(workspace, actor, "East grows", EAST, where="here")


def named(workspace: Workspace) -> dict[int, tuple[str, str]]:
    return {row["id"]: (row["name"], row["status"]) for row in plans.list_plans(workspace)}


def noted(workspace: Workspace, action: str) -> list[tuple[str, str, dict[str, object]]]:
    found = audit.list_events(workspace, None, action=action).rows
    return [(event["actor"], event["object_ref"], event["detail"]) for event in found]


def test_who_made_a_draft_renames_it_and_nobody_else_of_one_team(fresh: Workspace) -> None:
    plan = draft(fresh)
    plan_drafts.rename(fresh, MAKER, plan, "  East, then west ")
    assert named(fresh)[plan] == ("East, then west", "draft")
    assert noted(fresh, "plan.rename") == [
        ("maker", str(plan), {"before": "East grows", "name": "East, then west"})
    ]
    with pytest.raises(DisclosureError, match="another supervisor made this draft"):
        plan_drafts.rename(fresh, OTHER, plan, "Mine")
    with pytest.raises(InputError, match="at most 120"):
        plan_drafts.rename(fresh, MAKER, plan, "x" * 121)
    # As it is with proposing it: the page offers none of these.
    with pytest.raises(DisclosureError, match="another supervisor made this draft"):
        plan_approval.propose(fresh, OTHER, plan, LATER, "Less driving")
    for user, may in ((OTHER, False), (MAKER, True), (BOSS, True)):
        shown = plan_views.plan_view(fresh, user, plan)
        assert (shown["may_propose"], shown["may_change_draft"]) == (may, may)
    plan_drafts.rename(fresh, BOSS, plan, "By the boss")
    assert named(fresh)[plan] == ("By the boss", "draft")


def test_a_deleted_draft_is_gone_with_its_comments_and_its_number(fresh: Workspace) -> None:
    before = counts(fresh)
    plan = draft(fresh)
    copy = plan_new.new_plan(fresh, BOSS, "A copy", "service_area", plan)
    plan_comments.add(fresh, MAKER, plan, "101", "Too large?")
    with pytest.raises(DisclosureError):
        plan_drafts.delete(fresh, OTHER, plan)
    assert plan_drafts.delete(fresh, BOSS, copy)
    assert plan_drafts.delete(fresh, MAKER, plan)
    after = counts(fresh)
    for table in ("plan", "plan_unit", "plan_edit", "plan_comment"):
        assert after[table] == before[table]
    with pytest.raises(NotFoundError):
        plan_drafts.delete(fresh, MAKER, plan)
    assert noted(fresh, "plan.delete")[-1][1] in {str(plan), str(copy)}
    # The log tells of both, so neither number names another plan.
    assert draft(fresh) > copy


def test_a_copy_outlives_what_it_was_copied_from(fresh: Workspace) -> None:
    plan = draft(fresh)
    copy = plan_new.new_plan(fresh, BOSS, "A copy", "service_area", plan)
    assert plan_drafts.delete(fresh, MAKER, plan)
    assert named(fresh)[copy] == ("A copy", "draft")
    assert plans.units_of(fresh, copy) == EAST


def test_what_was_proposed_once_stays_as_withdrawn(fresh: Workspace) -> None:
    plan = draft(fresh)
    plan_approval.propose(fresh, MAKER, plan, LATER, "Less driving")
    for change in (
        lambda: plan_drafts.delete(fresh, MAKER, plan),
        lambda: plan_drafts.rename(fresh, MAKER, plan, "X"),
    ):
        with pytest.raises(SettledError, match="proposed: only a draft"):
            change()
    plan_approval.send_back(fresh, BOSS, plan, "Too far")
    assert not plan_drafts.delete(fresh, MAKER, plan)
    assert named(fresh)[plan] == ("East grows", "withdrawn")
    assert plans.units_of(fresh, plan) == EAST


def test_who_draws_on_a_draft_that_is_deleted_learns_by_whom(fresh: Workspace) -> None:
    for one in (MAKER, OTHER):
        accounts.add_user(
            fresh,
            "test",
            username=one.username,
            name=one.name,
            role=one.role,
            password=PASSWORD,
            team_refs=one.team_refs,
        )
    plan = draft(fresh)
    plan_state.state(fresh, OTHER, plan, editing=True)
    assert plan_views.plan_view(fresh, BOSS, plan)["drawing"] == [OTHER.name]
    assert plan_views.plan_view(fresh, OTHER, plan)["drawing"] == []
    plan_drafts.delete(fresh, MAKER, plan)
    with pytest.raises(NotFoundError, match="Mae Maker has deleted this plan"):
        plan_state.state(fresh, OTHER, plan)
    with pytest.raises(NotFoundError, match="there is no plan 999"):
        plan_state.state(fresh, OTHER, 999)
