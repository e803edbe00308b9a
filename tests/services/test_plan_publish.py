"""Publishing, coming into force and taking back: the tiny city counted by hand."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from geoteam.errors import DisclosureError, InputError, NotFoundError, WorkspaceBusyError
from geoteam.model import Role, User
from geoteam.services import (
    assigning,
    boundaries,
    geocoding,
    imports,
    plan_approval,
    plan_figures,
    plan_handover,
    plan_impact,
    plan_news,
    plan_publish,
    plan_take_back,
    plans,
)
from geoteam.services.responsible import responsible
from geoteam.services.workspace import Workspace
from geoteam.store import assignments, audit, staff
from geoteam.store import boundaries as boundary_store
from geoteam.store import plans as plan_store
from tests.made_city import BOSS, NOW, O1, STRANGERS, WEST, client_row, counts, write_csv
from tests.services.test_boundaries import MOVED, _areas, _table
from tests.tiny_city import CLIENT_HEADER, TODAY

EAST = {"101": "T1", "102": "T2", "201": "T2", "202": "T2"}
IN_102 = ["C007", "C008", "C009", "C010", "C011", "C012"]
LATER = date(2026, 7, 1)
SECOND = User(20, "second", "Sue Second", Role.SUPERVISOR, team_refs=("*",))


def draft(workspace: Workspace, units: dict[str, str] = EAST, name: str = "East grows") -> int:
    return plans.save_draft(workspace, "test", name, units, where="here")


def held(workspace: Workspace, on: date) -> pd.DataFrame:
    with workspace.reading() as session:
        return assignments.on_day(session, on)[["unit", "team", "officer"]]


def at(workspace: Workspace, day: date) -> Workspace:
    """The same workspace on another day."""
    later = NOW + (day - TODAY)
    return Workspace(workspace.folder, workspace.engine, lambda: later)


def test_what_is_shown_is_what_is_written(fresh: Workspace) -> None:
    plan = draft(fresh)
    before = held(fresh, TODAY)
    shown = plan_impact.plan_impact(fresh, BOSS, plan, on=LATER)
    assert [row["unit"] for row in shown["units"]] == ["102"]
    assert shown["figures"]["team"] == 6
    moved = {row["client_ref"]: row for row in shown["clients"]}
    assert set(IN_102) <= set(moved)
    assert moved["C007"]["why"].startswith("Area 102 goes from West Team to East Team. ")
    plan_publish.publish(fresh, "test", plan, LATER, seen=shown["digest"])
    assert held(fresh, LATER - timedelta(days=1)).equals(before)
    after = held(fresh, LATER)
    names = {f"O{k}": f"Officer {k}" for k in range(1, 6)}
    assert {ref: names[after.at[ref, "officer"]] for ref in moved} == {
        ref: row["after_officer"] for ref, row in moved.items()
    }
    others = after.index.difference(list(moved))
    assert after.loc[others].equals(before.loc[others])
    listed = plan_handover.handover(fresh, BOSS, plan)
    assert {row["client_ref"] for row in listed["clients"]} == set(moved)
    assert {row["client_ref"]: row["why"] for row in listed["clients"]} == {
        ref: row["why"] for ref, row in moved.items()
    }


def test_the_counts_agree_with_one_another(lone: Workspace) -> None:
    view = plan_impact.plan_impact(lone, BOSS, draft(lone))
    figures = view["figures"]
    assert figures["clients"] == 24
    for when in ("before", "after"):
        for group in ("teams", "officers"):
            whole = sum(row[f"workload_{when}"] for row in view[group])
            assert whole == pytest.approx(44 + 41 + 2)
    assert sum(row["given"] for row in view["officers"]) == figures["team"] + figures["officer"]
    assert figures["moved"] == len(view["clients"]) + view["hidden"]
    # The office is in the middle of the city: 400 m from the farthest side by streets of 10 m/s.
    assert 0 < figures["minutes_mean_after"] <= figures["minutes_worst_after"] < 3
    assert not view["notes"]


def test_without_streets_the_page_says_so(lone: Workspace) -> None:
    (lone.folder / "streets.npz").unlink()
    view = plan_impact.plan_impact(lone, BOSS, draft(lone))
    assert view["figures"]["minutes_mean_after"] is None
    assert view["notes"][0].startswith("No streets are loaded")


def test_a_supervisor_sees_own_clients_and_counts_of_the_rest(lone: Workspace) -> None:
    swap = {"101": "T1", "102": "T2", "201": "T1", "202": "T2"}
    whole = plan_impact.plan_impact(lone, BOSS, draft(lone, swap))
    part = plan_impact.plan_impact(lone, WEST, draft(lone, swap))
    assert part["figures"] == whole["figures"]
    assert {row["client_ref"] for row in part["clients"]} >= set(IN_102)
    assert not {row["client_ref"] for row in part["clients"]} & {"C013", "C014", "C015", "C017"}
    assert part["hidden"] == len(whole["clients"]) - len(part["clients"]) > 0
    for user in (O1, *STRANGERS):
        with pytest.raises(DisclosureError):
            plan_impact.plan_impact(lone, user, draft(lone, swap))


def test_a_plan_comes_into_force_by_itself(fresh: Workspace, tmp_path: Path) -> None:
    plan = draft(fresh)
    plan_publish.publish(fresh, "test", plan, LATER)
    told = held(fresh, LATER)
    # A run on a day in between keeps both stretches and takes up who came meanwhile.
    row = client_row("C050", Home_Address="322 1ST ST NW", ZIP="00101")
    imports.import_clients(fresh, "test", write_csv(tmp_path / "one.csv", CLIENT_HEADER, [row]))
    geocoding.geocode_residences(fresh, "test")
    between = at(fresh, date(2026, 6, 20))
    assert not assigning.run_assignment(between, "test")["repeated"]
    assert assigning.run_assignment(between, "test")["repeated"]
    assert held(fresh, date(2026, 6, 20)).at["C050", "team"] == "T1"
    assert held(fresh, LATER).at["C050", "team"] == "T2"
    assert held(fresh, LATER).loc[told.index].equals(told)
    # On the day nobody does anything, and a run changes nothing.
    on_day = at(fresh, LATER)
    with on_day.reading() as session:
        assert plan_store.in_force(session, on_day.today()).id == plan
    before = held(fresh, LATER)
    assigning.run_assignment(on_day, "test")
    assert held(fresh, LATER).equals(before)
    assert set(held(fresh, LATER).loc[IN_102, "team"]) == {"T2"}
    listed = plan_handover.handover(on_day, BOSS, plan)
    assert {row["client_ref"] for row in listed["clients"]} >= {*IN_102, "C050"}


def test_taken_back_before_its_day_nothing_is_left(fresh: Workspace) -> None:
    before = held(fresh, LATER)
    plan = draft(fresh)
    plan_publish.publish(fresh, "test", plan, LATER)
    assert plan_take_back.take_back(fresh, BOSS, plan, "A mistake") is None
    assert held(fresh, LATER).equals(before)
    assert held(fresh, LATER + timedelta(days=400)).equals(before)
    with fresh.reading() as session:
        gone = plan_store.get(session, plan)
        assert (gone.status, gone.withdrawn_by, gone.withdrawn_why) == (
            "withdrawn", "boss", "A mistake",
        )  # fmt: skip
        assert plan_store.in_force(session, LATER).name == plans.BASELINE
        assert not audit.verify(session)
    assert plans.units_of(fresh, plan) == EAST


def test_only_those_concerned_are_told_that_a_plan_was_taken_back(fresh: Workspace) -> None:
    """102 would have gone from West to East: O3 stays out of it where nobody comes or goes."""
    plan = draft(fresh)
    plan_publish.publish(fresh, "test", plan, LATER)
    rows = plan_handover.handover(fresh, BOSS, plan)["clients"]
    concerned = {row["gives"] for row in rows} | {row["receives"] for row in rows}
    plan_take_back.take_back(fresh, BOSS, plan, "A mistake")
    with fresh.reading() as session:
        officers = staff.officers(session)
    told = {
        ref
        for ref in officers.index
        if plan_news.taken_back(fresh, User(9, "x", "X", Role.OFFICER, officer_ref=ref))
    }
    assert told == concerned - {""}
    assert told < set(officers.index)
    names = [one["name"] for one in plan_news.taken_back(fresh, BOSS)]
    assert names == ["East grows"]
    assert not plan_news.taken_back(fresh, User(9, "x", "X", Role.SUPERVISOR, team_refs=("T9",)))
    assert plan_news.taken_back(fresh, WEST)


def test_taken_back_after_its_day_history_stays(fresh: Workspace) -> None:
    before = held(fresh, TODAY)
    plan = draft(fresh)
    plan_publish.publish(fresh, "test", plan, LATER)
    plan_approval.set_approval(fresh, "test", on=False)
    later = at(fresh, date(2026, 7, 10))
    with pytest.raises(InputError, match="holds since 2026-07-01"):
        plan_take_back.take_back(later, BOSS, plan, "No", on=LATER)
    made = plan_take_back.take_back(later, BOSS, plan, "It did not work", on=date(2026, 7, 15))
    assert made
    assert made.counts["back"]["returned"] == len(IN_102)
    assert set(held(fresh, date(2026, 7, 14)).loc[IN_102, "team"]) == {"T2"}
    back = held(fresh, date(2026, 7, 15))
    assert back["team"].equals(before["team"])
    with fresh.reading() as session:
        assert plan_store.in_force(session, date(2026, 7, 14)).id == plan
        assert plan_store.in_force(session, date(2026, 7, 15)).id == made.plan_id
        assert plan_store.get(session, made.plan_id).reason == "It did not work"
    again = plan_handover.handover(later, BOSS, made.plan_id)
    assert {row["client_ref"] for row in again["clients"]} >= set(IN_102)


def test_what_cannot_be_published_is_refused_and_nothing_written(lone: Workspace) -> None:
    plan = draft(lone)
    open_ = draft(lone, EAST | {"202": "T1"})
    before = counts(lone)
    with pytest.raises(InputError, match="is past"):
        plan_publish.publish(lone, "test", plan, TODAY - timedelta(days=1))
    with pytest.raises(NotFoundError):
        plan_publish.publish(lone, "test", 999, TODAY)
    with pytest.raises(WorkspaceBusyError):
        plan_publish.publish(lone, "test", plan, LATER, seen="old")
    assert counts(lone) == before
    plan_publish.publish(lone, "test", plan, LATER)
    with pytest.raises(InputError, match="another plan is published from 2026-07-01"):
        plan_publish.publish(lone, "test", open_, LATER)


def test_a_plan_with_an_idle_unit_is_refused(lone: Workspace) -> None:
    with lone.transaction() as session:
        plan = plan_store.create(
            session, name="Hole", boundary_set_id=1, units=EAST | {"202": ""}, by="t", at=NOW
        )
    with pytest.raises(InputError, match="1 unit has no team: 202"):
        plan_publish.publish(lone, "test", plan, LATER)
    assert "202" in plan_impact.plan_impact(lone, BOSS, plan)["notes"][0]


_PUBLISH = """
import os, signal, sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from geoteam.services import plan_publish
from geoteam.services.workspace import Workspace
from geoteam.store import {module}
real = {module}.{function}
def dies(*args, **options):
    {first}
    os.kill(os.getpid(), signal.SIGKILL)
{module}.{function} = dies
now = datetime(2026, 6, 15, 16, tzinfo=UTC)
workspace = Workspace.open(Path(sys.argv[1]), sys.argv[2], clock=lambda: now)
plan_publish.publish(workspace, "test", int(sys.argv[3]), date(2026, 7, 1))
"""


@pytest.mark.parametrize(
    ("module", "function", "first"),
    [
        ("plan_states", "publish", "real(*args, **options)"),
        ("assignment_runs", "save_run", "real(*args, **options)"),
        ("audit", "append", "real(*args, **options)"),
    ],
)
def test_a_kill_while_publishing_leaves_nothing(
    fresh: Workspace, module: str, function: str, first: str
) -> None:
    plan = draft(fresh)
    before, rows = held(fresh, LATER), counts(fresh)
    url = fresh.engine.url.render_as_string(hide_password=False)
    code = _PUBLISH.format(module=module, function=function, first=first)
    done = subprocess.run(
        [sys.executable, "-c", code, str(fresh.folder), url, str(plan)],
        check=False, capture_output=True, timeout=120,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert counts(fresh) == rows
    assert held(fresh, LATER).equals(before)
    plan_publish.publish(fresh, "test", plan, LATER)
    assert set(held(fresh, LATER).loc[IN_102, "team"]) == {"T2"}


@pytest.fixture
def reads(lone: Workspace) -> Callable[[], list[str]]:
    """Actions of the audit log, newest last."""

    def actions() -> list[str]:
        with lone.reading() as session:
            return [event["action"] for event in reversed(audit.page(session, limit=20)[0])]

    return actions


def test_every_look_is_noted(lone: Workspace, reads: Callable[[], list[str]]) -> None:
    plan = draft(lone)
    plan_impact.plan_impact(lone, BOSS, plan)
    plan_publish.publish(lone, "boss", plan, LATER)
    plan_handover.handover(lone, O1, plan)
    assert reads()[-5:] == [
        "plan.create", "plan.impact", "assignment.run", "plan.publish", "plan.handover",
    ]  # fmt: skip


def test_a_plan_on_finer_units_is_followed_everywhere(fresh: Workspace, tmp_path: Path) -> None:
    """A band of 250 m in the south of 101 and 201 is a unit of its own, in the other team."""
    shapes = MOVED | {"101": (-100, -100, 500, 250), "201": (400, -100, 500, 250)}
    path = _areas(tmp_path / "fine.geojson", shapes)
    table = _table(version="fine", kind="sector", valid_from=TODAY)
    boundaries.add_file(fresh, "test", path, table)
    with fresh.transaction() as session:
        set_id = next(iter(boundary_store.list_sets(session, "sector")))
        plan = plan_store.create(
            session, name="Bands", boundary_set_id=set_id, by="t", at=NOW,
            units={"101": "T2", "102": "T1", "201": "T2", "202": "T2"},
        )  # fmt: skip
    plan_publish.publish(fresh, "test", plan, TODAY)
    after = held(fresh, TODAY)
    # 122 1ST STREET NW lies 60 m from the south: in the band. 162 A STREET NW too.
    assert after.at["C001", "team"] == "T2"
    assert after.at["C001", "unit"] == "101"
    # 222 1ST STREET NW lies in the police's 101, but north of the band.
    assert after.at["C005", "team"] == "T1"
    assert after.at["C005", "unit"] == "102"
    assert responsible(fresh, BOSS, "222 1ST STREET NW", TODAY)["team"] == "T1"
    assert responsible(fresh, BOSS, "122 1ST STREET NW", TODAY)["team"] == "T2"
    assert plans.units_of(fresh)["101"] == "T2"
    found = plan_figures.plan_figures(fresh)
    assert found["plan"]["transfers"] == 0
