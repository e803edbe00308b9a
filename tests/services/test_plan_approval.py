"""The second person: what is proposed, sent back and approved, and by whom."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from geoteam.errors import DisclosureError, InputError, WorkspaceBusyError
from geoteam.model import Role, User
from geoteam.services import plan_approval, plan_impact, plan_publish, plan_take_back, plans
from geoteam.services.workspace import Workspace
from geoteam.store import plans as plan_store
from tests.made_city import BOSS, WEST
from tests.services.test_plan_publish import EAST, LATER, SECOND, draft, held


def test_a_second_person_approves(fresh: Workspace) -> None:
    plan = draft(fresh)
    with pytest.raises(InputError, match="reason is empty"):
        plan_approval.propose(fresh, BOSS, plan, LATER, " ")
    with pytest.raises(DisclosureError, match="another supervisor made this draft"):
        plan_approval.propose(fresh, WEST, plan, LATER, "Less work in the west")
    own = plans.save_draft(fresh, WEST.username, "Mine", EAST, where="here")
    assert plan_approval.propose(fresh, WEST, own, LATER, "Less work in the west") is None
    plan_approval.send_back(fresh, WEST, own, "Not yet")
    assert plan_approval.propose(fresh, BOSS, plan, LATER, "Less work in the west") is None
    with pytest.raises(DisclosureError):
        plan_approval.approve(fresh, WEST, plan)
    plan_approval.send_back(fresh, BOSS, plan, "Too many clients")
    with fresh.reading() as session:
        assert plan_store.get(session, plan).withdrawn_why == "Too many clients"
    plan_approval.propose(fresh, BOSS, plan, LATER, "Less work in the west")
    with pytest.raises(DisclosureError, match="of their own"):
        plan_approval.approve(fresh, BOSS, plan)
    with pytest.raises(WorkspaceBusyError, match="changed since you looked"):
        plan_approval.approve(fresh, SECOND, plan, seen="something else")
    seen = plan_impact.plan_impact(fresh, SECOND, plan)["digest"]
    plan_approval.approve(fresh, SECOND, plan, seen=seen)
    with fresh.reading() as session:
        done = plan_store.get(session, plan)
    assert (done.status, done.proposed_by, done.approved_by, done.effective_from) == (
        "published", "boss", "second", LATER,
    )  # fmt: skip
    with pytest.raises(InputError, match="does not wait"):
        plan_approval.approve(fresh, SECOND, plan)
    # Two published it; who proposed it does not undo that alone, the other may.
    with pytest.raises(DisclosureError, match="take it back alone"):
        plan_take_back.take_back(fresh, BOSS, plan, "A mistake")
    assert plan_take_back.take_back(fresh, SECOND, plan, "A mistake") is None


def proposed_anew(
    workspace: Workspace, plan: int, *, by: User, on: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let the plan be sent back and proposed anew while what it brings is being solved."""
    real = plan_publish.dry_run

    def meanwhile(*args: Any) -> Any:
        dry = real(*args)
        again(workspace, plan, by=by, on=on)
        return dry

    monkeypatch.setattr(plan_publish, "dry_run", meanwhile)


def again(workspace: Workspace, plan: int, *, by: User, on: date) -> None:
    plan_approval.send_back(workspace, BOSS, plan, "Another day is better")
    plan_approval.propose(workspace, by, plan, on, "The same, but")


THIRD = User(21, "third", "Tim Third", Role.SUPERVISOR, team_refs=("*",))


@pytest.mark.parametrize(
    ("by", "on"), [(BOSS, LATER + timedelta(days=7)), (THIRD, LATER), (SECOND, LATER)]
)
@pytest.mark.parametrize("when", ["before", "after", "meanwhile"])
def test_what_is_approved_is_what_was_looked_at(
    lone: Workspace, monkeypatch: pytest.MonkeyPatch, by: User, on: date, when: str
) -> None:
    """A plan sent back and proposed anew, for another day or by somebody else, is another one."""
    plan = draft(lone)
    plan_approval.propose(lone, BOSS, plan, LATER, "Less work in the west")
    seen = plan_impact.plan_impact(lone, SECOND, plan)["digest"]
    if when == "before":
        again(lone, plan, by=by, on=on)
    elif when == "meanwhile":
        proposed_anew(lone, plan, by=by, on=on, monkeypatch=monkeypatch)
    else:
        # Once it is known that the plan waits, and before it is published.
        monkeypatch.setattr(
            plan_approval,
            "publish",
            lambda *args, **options: [
                again(lone, plan, by=by, on=on),
                plan_publish.publish(*args, **options),
            ],
        )
    before = held(lone, on)
    with pytest.raises((WorkspaceBusyError, DisclosureError), match=r"Look at it again|of their o"):
        plan_approval.approve(lone, SECOND, plan, seen=seen)
    with lone.reading() as session:
        now = plan_store.get(session, plan)
    assert (now.status, now.proposed_by, now.proposed_from) == ("proposed", by.username, on)
    assert held(lone, on).equals(before)
