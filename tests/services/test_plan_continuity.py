"""Who keeps the officer under a new plan, and who comes back when it is taken back."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from sqlalchemy import update

from geoteam.services import (
    assigning,
    plan_approval,
    plan_figures,
    plan_impact,
    plan_print,
    plan_publish,
    plan_views,
    plans,
)
from geoteam.services.workspace import Workspace
from geoteam.store.tables import OfficerRow
from tests.made_city import BOSS
from tests.services.test_plan_publish import IN_102, LATER, at, draft, held
from tests.tiny_city import TODAY

BACK = date(2026, 7, 15)


def shares(workspace: Workspace, **full_time_share: float) -> None:
    with workspace.transaction() as session:
        for ref, share in full_time_share.items():
            wanted = update(OfficerRow).where(OfficerRow.ref == ref)
            session.execute(wanted.values(full_time_share=share))


def test_who_stays_in_the_team_keeps_the_officer_even_a_full_one(lone: Workspace) -> None:
    before = held(lone, TODAY)
    # An officer who would have to give clients away has nothing to do with the plan.
    shares(lone, O3=0.2, O1=0.2)
    plan = draft(lone)
    shown = plan_impact.plan_impact(lone, BOSS, plan, on=LATER)
    assert shown["figures"]["officer"] == 0
    plan_publish.publish(lone, "test", plan, LATER)
    after = held(lone, LATER)
    had = before.index[(before["officer"] != "") & ~before.index.isin(IN_102)]
    assert after.loc[had, "officer"].equals(before.loc[had, "officer"])


def test_what_has_nothing_to_do_with_the_plan_is_counted_apart(lone: Workspace) -> None:
    with lone.transaction() as session:
        session.execute(update(OfficerRow).where(OfficerRow.ref == "O3").values(active=False))
    had = held(lone, TODAY)["officer"] == "O3"
    shown = plan_impact.plan_impact(lone, BOSS, draft(lone), on=LATER)
    figures, rows = shown["figures"], pd.DataFrame(shown["clients"]).set_index("client_ref")
    assert figures["anew"]["officer"] + figures["anew"]["lost"] == had.sum() > 0
    assert figures["officer"] == figures["anew"]["officer"]
    assert set(rows.loc[had.index[had], "cause"]) == {"officers chosen anew"}
    assert set(rows.loc[IN_102, "cause"]) == {"the plan"}


def test_a_run_before_the_day_moves_nobody_for_the_plan(lone: Workspace) -> None:
    plan_publish.publish(lone, "test", draft(lone), LATER)
    told = held(lone, LATER)
    shares(lone, O3=2.0, O4=2.0)
    assigning.run_assignment(lone, "test")
    after = held(lone, LATER)
    assert after.loc[IN_102].equals(told.loc[IN_102])
    others = after.index.difference(IN_102)
    assert after.loc[others, "officer"].equals(held(lone, TODAY).loc[others, "officer"])


def taken_back(workspace: Workspace) -> tuple[Workspace, int]:
    plan = draft(workspace)
    plan_publish.publish(workspace, "test", plan, LATER)
    plan_approval.set_approval(workspace, "test", on=False)
    return at(workspace, date(2026, 7, 10)), plan


def test_taking_back_returns_clients_to_their_former_officers(lone: Workspace) -> None:
    before = held(lone, TODAY)
    later, plan = taken_back(lone)
    # By the objective alone everybody would go to the officer with four times the room.
    shares(lone, O1=1.0, O2=4.0)
    plan_approval.take_back(later, BOSS, plan, "It did not work", on=BACK)
    assert held(lone, BACK).loc[IN_102, "officer"].equals(before.loc[IN_102, "officer"])


def test_who_finds_no_room_with_the_former_officer_is_counted(lone: Workspace) -> None:
    before = held(lone, TODAY)
    later, plan = taken_back(lone)
    gone = before.loc[IN_102, "officer"].mode()[0]
    with lone.transaction() as session:
        wanted = update(OfficerRow).where(OfficerRow.ref == gone)
        session.execute(wanted.values(full_time_share=0.0))
    lost = int((before.loc[IN_102, "officer"] == gone).sum())
    told = plan_impact.taken_back(later, BOSS, plan, on=BACK)
    assert told["moved"] == len(IN_102)
    assert told["returned"] == len(IN_102) - lost < len(IN_102)
    made = plan_approval.take_back(later, BOSS, plan, "It did not work", on=BACK)
    after = held(lone, BACK).loc[IN_102, "officer"]
    assert int((after == before.loc[IN_102, "officer"]).sum()) == told["returned"]
    assert made


def test_the_summary_prints_the_figures_of_the_page(
    lone: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lone.transaction() as session:
        session.execute(update(OfficerRow).where(OfficerRow.ref == "O3").values(active=False))
    shares(lone, O4=0.0)
    sheets = []
    monkeypatch.setattr(plan_print, "plan_summary_sheet", lambda data, _: sheets.append(data))
    plan = draft(lone)
    figures = plan_impact.plan_impact(lone, BOSS, plan, on=LATER)["figures"]
    assert figures["lost"] > 0
    plan_print.summary_pdf(lone, BOSS, plan)
    plan_publish.publish(lone, "test", plan, LATER)
    plan_print.summary_pdf(lone, BOSS, plan)
    before, after = (dict(sheet["facts"]) for sheet in sheets)
    for kind, now, then in (
        ("team", "Clients who would get another team", "Clients who changed team"),
        ("officer", "Change officer within the team", "Changed officer within the team"),
        ("lost", "Would have no officer", "Have no officer any more"),
    ):
        assert before[now] == after[then] == f"{figures[kind]:,}"


def test_a_draft_is_measured_against_what_holds_until_its_first_possible_day(
    lone: Workspace,
) -> None:
    """Another plan is published for later: a draft can begin after it only, and follows it."""
    coming = draft(lone, name="Coming")
    begins = TODAY + timedelta(days=7)
    plan_publish.publish(lone, "test", coming, begins)
    made = draft(lone, plans.units_of(lone), name="Next")
    shown = plan_views.plan_view(lone, BOSS, made)
    assert shown["first_day"] == begins + timedelta(days=1)
    assert shown["others"][0] == (1, f"{plans.BASELINE} (in force)")
    found = plan_impact.plan_impact(lone, BOSS, made)
    assert (found["on"], found["against"]) == (shown["first_day"], "Coming")
    # On a day before that it is the plan in force, not none, that it would replace.
    found = plan_impact.plan_impact(lone, BOSS, made, on=TODAY)
    assert found["against"] == plans.BASELINE


def test_who_is_in_no_figure_is_counted(lone: Workspace) -> None:
    """C023 (an address without a quadrant) and C024 (no fixed address) have no known place."""
    found = plan_figures.plan_figures(lone)
    assert found["unplaced"] == 2
    assert found["clients"] == found["unplaced"] + sum(row["clients"] for row in found["teams"])
