"""The hand-over list of a published plan: the reason that it gives."""

from __future__ import annotations

from datetime import timedelta

from geoteam.services import assigning, plan_handover, plan_publish
from geoteam.services.workspace import Workspace
from tests.made_city import BOSS
from tests.services.test_plan_publish import IN_102, LATER, at, draft


def because(workspace: Workspace, plan: int) -> dict[str, str]:
    rows = plan_handover.handover(workspace, BOSS, plan)["clients"]
    return {row["client_ref"]: row["because"] for row in rows}


def test_why_an_officer_was_chosen_stays_on_the_list_when_assignments_are_run_again(
    fresh: Workspace,
) -> None:
    """By then every officer simply keeps the clients; nobody takes one back."""
    plan = draft(fresh)
    plan_publish.publish(fresh, "test", plan, LATER)
    told = because(fresh, plan)
    assert set(told) == set(IN_102)
    assert not any("takes the client back" in why for why in told.values())
    for day in (LATER - timedelta(days=3), LATER, LATER + timedelta(days=5)):
        later = at(fresh, day)
        for _ in range(2):
            assigning.run_assignment(later, "test")
        assert because(later, plan) == told
