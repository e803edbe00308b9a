"""Publishing, coming into force, taking back and handing over: the tiny city counted by hand."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geoteam.errors import DisclosureError, InputError, NotFoundError, WorkspaceBusyError
from geoteam.maps import handover_sheet
from geoteam.model import Role, User
from geoteam.services import (
    assigning,
    boundaries,
    geocoding,
    imports,
    plan_approval,
    plan_edits,
    plan_figures,
    plan_ground,
    plan_handover,
    plan_impact,
    plan_news,
    plan_print,
    plan_publish,
    plan_take_back,
    plans,
)
from geoteam.services.plan_sent import SentEdit
from geoteam.services.responsible import responsible
from geoteam.services.workspace import Workspace
from geoteam.store import assignments, audit, staff
from geoteam.store import boundaries as boundary_store
from geoteam.store import plans as plan_store
from tests.made_city import (
    BOSS,
    NOW,
    O1,
    STRANGERS,
    WEST,
    client_row,
    counts,
    write_csv,
)
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


def test_officers_see_what_they_give_and_receive(lone: Workspace) -> None:
    plan = draft(lone)
    plan_publish.publish(lone, "test", plan, LATER)
    whole = plan_handover.handover(lone, BOSS, plan)
    mine = plan_handover.handover(lone, O1, plan)
    assert mine["clients"]
    assert all("O1" in (row["gives"], row["receives"]) for row in mine["clients"])
    assert len(mine["clients"]) < len(whole["clients"])
    taker = whole["clients"][0]["receives"]
    other = User(30, "other", "Other", Role.OFFICER, officer_ref=taker)
    assert whole["clients"][0] in plan_handover.handover(lone, other, plan)["clients"]
    ref = whole["clients"][0]["client_ref"]
    plan_handover.tick(lone, other, plan, ref, done=True)
    theirs = plan_handover.handover(lone, other, plan)["clients"]
    assert plan_handover.coming(lone, other) == [
        {"id": plan, "name": "East grows", "on": LATER, "clients": len(theirs), "done": 1}
    ]
    for user in STRANGERS:
        with pytest.raises(DisclosureError):
            plan_handover.handover(lone, user, plan)
    # Long after, only whose client it is looks.
    much_later = at(lone, LATER + timedelta(days=60))
    assert plan_handover.handover(much_later, O1, plan)["clients"] == []
    with pytest.raises(NotFoundError):
        plan_handover.handover(lone, BOSS, draft(lone))


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


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was printed of hand-over lists."""
    found: list[dict[str, Any]] = []

    def look(data: dict[str, Any]) -> bytes:
        found.append(data)
        return handover_sheet(data)

    monkeypatch.setattr(plan_print, "handover_sheet", look)
    return found


def test_a_heading_of_the_printed_list_counts_all_whom_an_officer_receives(
    lone: Workspace, printed: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = draft(lone)
    plan_publish.publish(lone, "test", plan, LATER)
    view = plan_handover.handover(lone, BOSS, plan)
    receiver = next(row["receives"] for row in view["clients"] if row["receives"])
    name = next(one["name"] for one in view["officers"] if one["ref"] == receiver)
    taken = [row for row in view["clients"] if row["receives"] == receiver]
    assert len(taken) > 1
    # One of them had nobody, the others come from an officer.
    taken[0]["gives"] = ""
    monkeypatch.setattr(plan_print, "handover", lambda *_args, **_kwargs: view)
    plan_print.handover_pdf(lone, BOSS, plan)
    (section,) = (part for part in printed[0]["sections"] if "receives" in part["title"])
    assert section["title"] == (
        f"{name} receives {len(taken)} clients: 1 had nobody, the others stand with who gives them"
    )
    assert len(section["rows"]) == 1


def test_ticks_are_printed_with_who_and_when(
    lone: Workspace, printed: list[dict[str, Any]]
) -> None:
    plan = draft(lone)
    plan_publish.publish(lone, "test", plan, LATER)
    plan_handover.tick(lone, BOSS, plan, "C007", done=True)
    assert plan_print.handover_pdf(lone, BOSS, plan).startswith(b"%PDF")
    rows = {row["ref"]: row for part in printed[0]["sections"] for row in part["rows"]}
    ticked = {ref: (row["done_by"], row["done_at"]) for ref, row in rows.items() if row["done_by"]}
    # NOW is noon in New York.
    assert ticked == {"C007": ("boss", "15 Jun 2026 12:00")}
    assert len(rows) > 1
    assert ("Clients on this list", f"{len(rows)}, 1 handed over") in printed[0]["facts"]


def test_a_team_that_may_hold_no_area_any_more_is_told_and_its_units_are_given_away_first(
    lone: Workspace, tmp_path: Path
) -> None:
    drafted, proposed = draft(lone), draft(lone, name="Also")
    plan_approval.propose(lone, BOSS, proposed, LATER, "Less")
    (tmp_path / "teams.csv").write_text(
        "team_id,name,specialty\nT1,West Team,mental_health\nT2,East Team,\nTM,Mental Health Team,\n"
    )
    (tmp_path / "officers.csv").write_text("officer_id,name,team_id\nO1,Officer 1,T1\n")
    files = {"teams": tmp_path / "teams.csv", "officers": tmp_path / "officers.csv"}
    for _ in range(2):
        teams, _ = imports.import_staff(lone, "test", **files).reports
        (warned,) = teams.warnings
        assert (warned.row, warned.column) == (2, "specialty")
        assert warned.message == (
            "makes T1 a team of the whole city, which may hold no area, and it holds "
            f'1 unit of "Also" (plan {proposed}, proposed), '
            f'1 unit of "East grows" (plan {drafted}, a draft), '
            '2 units of "Today\'s team areas" (plan 1, in force)'
        )
    for call in (
        lambda: plan_publish.can_publish(lone, drafted, LATER),
        lambda: plan_publish.publish(lone, "test", drafted, LATER),
        lambda: plan_approval.propose(lone, BOSS, drafted, LATER, "Less"),
        lambda: plan_approval.approve(
            lone, SECOND, proposed, seen=plan_impact.plan_impact(lone, SECOND, proposed)["digest"]
        ),
    ):
        with pytest.raises(InputError, match="team T1 works in the whole city") as refused:
            call()
        assert "1 unit in this plan: 101" in str(refused.value)
    # What takes the clients of its areas into account counts no officer of it.
    told = json.loads(plan_ground.ground(lone, BOSS, drafted).body)["teams"]
    assert [(one["ref"], one["citywide"], one["officers"]) for one in told] == [
        ("T1", True, 0.0), ("T2", False, 2.0), ("TM", False, 1.0),
    ]  # fmt: skip
    assert [one["name"] for one in told][:2] == ["West Team (citywide)", "East Team"]
    figures = plan_figures.plan_figures(lone, drafted)["teams"]
    assert [(one["team"], one["officers"]) for one in figures] == [
        ("T1", 0.0), ("T2", 2.0), ("TM", 1.0),
    ]  # fmt: skip
    given = SentEdit(key="give", kind="paint", changes={"101": ("T1", "TM")})
    assert not plan_edits.apply_edits(lone, BOSS, drafted, 1, [given])["conflicts"]
    plan_publish.can_publish(lone, drafted, LATER)
