"""Who keeps the officer under a new plan, and who comes back when it is taken back."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import update

from geoteam.services import (
    assigning,
    geocoding,
    imports,
    plan_approval,
    plan_figures,
    plan_impact,
    plan_publish,
    plan_take_back,
    plan_views,
    plans,
)
from geoteam.services.workspace import Workspace
from geoteam.store.tables import OfficerRow
from tests.made_city import BOSS, client_row, write_csv
from tests.services.test_plan_publish import IN_102, LATER, SECOND, at, draft, held
from tests.tiny_city import CLIENT_HEADER, TODAY

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
    plan_take_back.take_back(later, BOSS, plan, "It did not work", on=BACK)
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
    made = plan_take_back.take_back(later, BOSS, plan, "It did not work", on=BACK)
    after = held(lone, BACK).loc[IN_102, "officer"]
    assert int((after == before.loc[IN_102, "officer"]).sum()) == told["returned"]
    assert made


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


IN_101 = ["C001", "C002", "C003", "C005", "C006"]
WAITED = ["C008", "C011", "C012"]
GIVES_101 = {"101": "T2", "102": "T1", "201": "T2", "202": "T2"}


def full_west(workspace: Workspace) -> pd.DataFrame:
    """Twenty points of room each for forty-four points in the west: the three of least wait."""
    shares(workspace, O1=0.1, O2=0.1, O3=4.0, O4=4.0)
    assigning.run_assignment(workspace, "test", rebalance=True)
    found = held(workspace, TODAY)
    assert sorted(found.index[(found["team"] == "T1") & (found["officer"] == "")]) == WAITED
    return found


def test_who_gets_an_officer_in_the_room_that_a_plan_makes_changes_none(lone: Workspace) -> None:
    full_west(lone)
    plan = draft(lone, GIVES_101)
    shown = plan_impact.plan_impact(lone, BOSS, plan, on=LATER)
    figures, rows = shown["figures"], pd.DataFrame(shown["clients"]).set_index("client_ref")
    assert (figures["gained"], figures["officer"], figures["team"]) == (3, 0, 5)
    assert figures["anew"] == {"officer": 0, "gained": 0, "lost": 0}
    assert set(rows.loc[WAITED, "change"]) == {"gained"}
    assert set(rows.loc[WAITED, "cause"]) == {"the plan"}
    assert rows.at["C008", "why"].endswith("becomes the officer. The plan makes room in the team.")
    done = plan_publish.publish(lone, "test", plan, LATER)
    counted = {key: done[key] for key in ("kept", "changed", "new", "lost")}
    assert counted == figures["officers"] == {"kept": 14, "changed": 5, "new": 3, "lost": 0}


def test_who_gets_an_officer_without_the_plan_is_counted_apart(lone: Workspace) -> None:
    full_west(lone)
    shares(lone, O1=1.0)
    shown = plan_impact.plan_impact(lone, BOSS, draft(lone, plans.units_of(lone)), on=LATER)
    assert shown["figures"]["gained"] == shown["figures"]["anew"]["gained"] == 3
    assert {row["cause"] for row in shown["clients"]} == {"officers chosen anew"}


@pytest.mark.parametrize("since", [LATER, TODAY])
def test_who_returns_goes_before_those_who_waited(lone: Workspace, since: date) -> None:
    before = full_west(lone)
    plan = draft(lone, GIVES_101)
    plan_publish.publish(lone, "test", plan, since)
    assert (held(lone, LATER).loc[WAITED, "officer"] != "").all()
    plan_approval.set_approval(lone, "test", on=False)
    later = at(lone, date(2026, 7, 10))
    told = plan_impact.taken_back(later, BOSS, plan, on=BACK)
    assert {key: told[key] for key in ("moved", "returned", "others", "nobody", "waited")} == {
        "moved": 5, "returned": 5, "others": 0, "nobody": 0, "waited": 3,
    }  # fmt: skip
    assert told["why"] == (
        "Why there is no officer: every officer who could take the client is full (3)."
    )
    made = plan_take_back.take_back(later, BOSS, plan, "It did not work", on=BACK)
    assert made is not None
    assert made.counts is not None
    assert made.counts["back"] == {key: told[key] for key in made.counts["back"]}
    assert made.counts["lost"] == 3
    assert held(lone, BACK)["officer"].equals(before["officer"])
    # A run before the day does not give the room to those who waited again.
    assigning.run_assignment(later, "test", overload=0.0, rebalance=True)
    shares(lone, O5=3.0)
    assigning.run_assignment(later, "test")
    assert held(lone, BACK)["officer"].equals(before["officer"])


def test_who_finds_the_former_officer_gone_still_goes_before_those_who_waited(
    lone: Workspace,
) -> None:
    before = full_west(lone)
    plan = draft(lone, GIVES_101)
    plan_publish.publish(lone, "test", plan, LATER)
    plan_approval.set_approval(lone, "test", on=False)
    gone = before.loc[IN_101, "officer"].mode()[0]
    other = "O2" if gone == "O1" else "O1"
    later = at(lone, date(2026, 7, 10))
    with lone.transaction() as session:
        session.execute(update(OfficerRow).where(OfficerRow.ref == gone).values(active=False))
    # Room for all who had an officer before, and no more.
    shares(lone, **{other: 0.2})
    told = plan_impact.taken_back(later, BOSS, plan, on=BACK)
    assert told["others"] == int((before.loc[IN_101, "officer"] == gone).sum())
    assert (told["nobody"], told["returned"]) == (0, 5 - told["others"])
    plan_take_back.take_back(later, BOSS, plan, "It did not work", on=BACK)
    after = held(lone, BACK)["officer"]
    assert (after[before["officer"] != ""] != "").all()


def newcomers(workspace: Workspace, folder: Path) -> list[str]:
    """Two people of four points each come in, in the west."""
    rows = [
        client_row(ref, Supervision_Level="Maximum", Home_Address="322 1ST ST NW", ZIP="00101")
        for ref in ("C050", "C051")
    ]
    imports.import_clients(workspace, "test", write_csv(folder / "new.csv", CLIENT_HEADER, rows))
    geocoding.geocode_residences(workspace, "test")
    return ["C050", "C051"]


@pytest.mark.parametrize("day", [date(2026, 7, 11), BACK])
def test_who_came_in_does_not_take_the_place_of_who_returns(
    lone: Workspace, tmp_path: Path, day: date
) -> None:
    """While 101 is in the east, the west has 20 of its 40 points free; all are told for BACK."""
    before = full_west(lone)
    plan = draft(lone, GIVES_101)
    plan_publish.publish(lone, "test", plan, LATER)
    plan_approval.set_approval(lone, "test", on=False)
    later = at(lone, date(2026, 7, 10))
    plan_take_back.take_back(later, BOSS, plan, "It did not work", on=BACK)
    came = newcomers(later, tmp_path)
    assigning.run_assignment(at(lone, day), "test")
    if day < BACK:
        # Until then there is room for them, and for those who waited.
        assert (held(lone, day).loc[[*came, *WAITED], "officer"] != "").all()
    after = held(lone, BACK)["officer"]
    assert after[before.index].equals(before["officer"])
    assert set(after[came]) == {""}
    # Another night changes nothing.
    assigning.run_assignment(at(lone, BACK), "test")
    assert held(lone, BACK)["officer"].equals(after)


def test_who_came_in_while_taking_back_waits_for_approval_goes_after_who_returns(
    lone: Workspace, tmp_path: Path
) -> None:
    before = full_west(lone)
    plan = draft(lone, GIVES_101)
    plan_publish.publish(lone, "test", plan, LATER)
    later = at(lone, date(2026, 7, 10))
    made = plan_take_back.take_back(later, BOSS, plan, "It did not work", on=BACK)
    assert made is not None
    came = newcomers(later, tmp_path)
    assigning.run_assignment(later, "test")
    assert (held(lone, date(2026, 7, 10)).loc[came, "officer"] != "").all()
    plan_approval.approve(later, SECOND, made.plan_id)
    after = held(lone, BACK)["officer"]
    assert after[before.index].equals(before["officer"])
    assert set(after[came]) == {""}


def test_who_returns_does_so_whoever_gives_the_client_away(lone: Workspace) -> None:
    """The officer in the east leaves before the day on which the client goes back to the west."""
    before = full_west(lone)
    plan = draft(lone, GIVES_101)
    plan_publish.publish(lone, "test", plan, LATER)
    plan_approval.set_approval(lone, "test", on=False)
    later = at(lone, date(2026, 7, 10))
    plan_take_back.take_back(later, BOSS, plan, "It did not work", on=BACK)
    with lone.transaction() as session:
        session.execute(update(OfficerRow).where(OfficerRow.ref == "O3").values(active=False))
    # By the objective alone the west would be shared out anew.
    shares(lone, O1=1.0, O2=1.0)
    assigning.run_assignment(at(lone, date(2026, 7, 11)), "test")
    assert set(held(lone, date(2026, 7, 11)).loc[IN_101, "officer"]) == {"O4"}
    after = held(lone, BACK)["officer"]
    assert after[IN_101].equals(before.loc[IN_101, "officer"])
