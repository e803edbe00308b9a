"""Plans drawn by several people at once, on either database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from geoteam.errors import DisclosureError, InputError, NotFoundError, SettledError
from geoteam.model import User
from geoteam.services import plan_comments, plan_edits, plan_new, plan_state
from geoteam.services.audit import list_events
from geoteam.services.plan_sent import SentEdit, read_edits
from geoteam.services.workspace import Workspace
from geoteam.store import boundaries, plan_tables, users
from geoteam.store import plan_edits as log
from geoteam.store import plans as plan_store
from geoteam.store.plan_tables import PlanUnitRow
from geoteam.store.tables import BoundarySetRow, TeamRow
from tests.made_city import AUDITOR, BOSS, NOBODY, O1, STRANGERS, WEST

ROOT = Path(__file__).resolve().parents[2]
UNITS = ("101", "102", "201", "202")
TODAYS = {"101": "T1", "102": "T1", "201": "T2", "202": "T2"}
# What is the same for each of the two who edit at once: an account.
OTHER = User(20, "other", "Olga Other", BOSS.role, team_refs=("*",))


def test_the_editor_knows_whose_units_may_be_moved(fresh: Workspace) -> None:
    plan = draft(fresh)
    assert plan_state.state(fresh, BOSS, plan)["leads"] == [0, 1]
    assert plan_state.state(fresh, WEST, plan)["leads"] == [0]


def draft(workspace: Workspace, user: User = BOSS) -> int:
    """A copy of today's plan."""
    return plan_new.new_plan(workspace, user, "Draft", "service_area", 1, typed=False)


def paint(key: str, **changes: tuple[str, str]) -> SentEdit:
    """An edit; units are named ``u101``."""
    return SentEdit(
        key=key, kind="paint", changes={unit[1:]: pair for unit, pair in changes.items()}
    )


def units(workspace: Workspace, plan_id: int) -> dict[str, str]:
    """The plan as it is."""
    with workspace.reading() as session:
        return dict(sorted(log.teams_of(session, plan_id).items()))


def replay(before: dict[str, str], edits: list[Any]) -> dict[str, str]:
    """The plan as its log says."""
    now: dict[str, str] = dict(before)
    for edit in edits:
        for unit, (old, new) in edit["changes"].items():
            assert now.get(unit) == old, (edit["key"], unit)
            if new is None:
                del now[unit]
            else:
                now[unit] = new
    return dict(sorted(now.items()))


def test_an_edit_is_applied_logged_and_told(fresh: Workspace) -> None:
    plan = draft(fresh)
    before = plan_state.state(fresh, BOSS, plan)
    assert (before["of"], before["now"], before["teams"]) == (
        [0, 0, 1, 1],
        [0, 0, 1, 1],
        ["T1", "T2"],
    )
    assert before["editable"]
    told = plan_edits.apply_edits(
        fresh, BOSS, plan, before["seq"], [paint("a", u102=("T1", "T2"), u201=("T2", ""))]
    )
    assert told == {
        "seq": before["seq"] + 1, "set": before["set"], "accepted": ["a"], "conflicts": [], "edits": [],
        "now": {"102": "T2", "201": ""},
    }  # fmt: skip
    assert units(fresh, plan) == TODAYS | {"102": "T2", "201": ""}
    seen = plan_state.state(fresh, OTHER, plan, before["seq"])
    assert [(e["key"], e["by"], e["mine"]) for e in seen["edits"]] == [("a", "boss", False)]
    assert "of" not in seen
    assert plan_state.state(fresh, BOSS, plan)["of"] == [0, 1, -1, 1]
    events = list_events(fresh, AUDITOR).rows
    assert [event["action"] for event in events][:1] == ["plan.edit"]
    assert events[0]["detail"] == {"edits": 1, "units": 2, "seq": 2}


def test_the_same_edit_sent_again_changes_nothing(fresh: Workspace) -> None:
    plan = draft(fresh)
    edit = paint("a", u102=("T1", "T2"))
    first = plan_edits.apply_edits(fresh, BOSS, plan, 1, [edit])
    back = paint("b", u102=("T2", "T1"))
    plan_edits.apply_edits(fresh, BOSS, plan, 2, [back])
    again = plan_edits.apply_edits(fresh, BOSS, plan, 1, [edit, back])
    assert again["seq"] == first["seq"] + 1
    assert (again["accepted"], again["conflicts"], again["edits"]) == (["a", "b"], [], [])
    assert units(fresh, plan) == TODAYS


def test_the_second_is_told_what_the_first_did_unit_by_unit(fresh: Workspace) -> None:
    plan = draft(fresh)
    plan_edits.apply_edits(fresh, OTHER, plan, 1, [paint("o", u101=("T1", "T2"), u102=("T1", ""))])
    mine = paint("m", u101=("T1", "T2"), u102=("T1", "T2"), u201=("T2", "T1"))
    told = plan_edits.apply_edits(fresh, BOSS, plan, 1, [mine])
    # 101 is as wanted already, 201 went in, 102 is the other's.
    assert units(fresh, plan) == {"101": "T2", "102": "", "201": "T1", "202": "T2"}
    (conflict,) = told["conflicts"]
    assert conflict.pop("at")
    assert conflict == {
        "key": "m", "unit": "102", "wanted": "T2", "from": "T1", "now": "", "by": "other",
    }  # fmt: skip
    assert [edit["key"] for edit in told["edits"]] == ["o"]
    # An answer that was lost is told again.
    assert plan_edits.apply_edits(fresh, BOSS, plan, 1, [mine])["conflicts"][0]["unit"] == "102"
    # Mine after all: what is there now is what was seen.
    merge = SentEdit(key="x", kind="merge", changes={"102": ("", "T2")})
    assert plan_edits.apply_edits(fresh, BOSS, plan, 3, [merge])["conflicts"] == []


def test_names_are_those_of_accounts(fresh: Workspace) -> None:
    with fresh.transaction() as session:
        users.add(session, OTHER, "", fresh.now())
    plan = draft(fresh)
    plan_edits.apply_edits(fresh, OTHER, plan, 1, [paint("o", u101=("T1", "T2"))])
    assert plan_state.state(fresh, BOSS, plan)["edits"][0]["by"] == "Olga Other"
    plan_state.state(fresh, OTHER, plan, editing=True)
    assert plan_state.state(fresh, BOSS, plan)["present"] == [
        {"name": "Olga Other", "editing": True}
    ]
    assert plan_state.state(fresh, OTHER, plan)["present"] == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"999": ("T1", "T2")}, "no unit '999'"),
        ({"101": ("T1", "T9")}, "no team 'T9'"),
        ({"101": ("T1", "TM")}, "team TM works in the whole city"),
    ],
)
def test_what_is_not_known_is_named_and_the_whole_batch_stays_out(
    fresh: Workspace, changes: dict[str, tuple[str, str]], message: str
) -> None:
    plan = draft(fresh)
    edits = [paint("a", u102=("T1", "T2")), SentEdit(key="b", kind="paint", changes=changes)]
    with pytest.raises(InputError, match=message):
        plan_edits.apply_edits(fresh, BOSS, plan, 1, edits)
    assert units(fresh, plan) == TODAYS
    assert plan_state.state(fresh, BOSS, plan)["edits"] == []


def test_a_team_deleted_while_painted_is_named(fresh: Workspace) -> None:
    plan = draft(fresh)
    with fresh.transaction() as session:
        session.execute(update(PlanUnitRow).where(PlanUnitRow.plan_id == plan).values(team_id=None))
        session.add(TeamRow(ref="T3", name="South", specialty="", office_ref=""))
    plan_edits.apply_edits(fresh, BOSS, plan, 1, [paint("a", u101=("", "T3"))])
    plan_edits.apply_edits(fresh, BOSS, plan, 2, [paint("b", u101=("T3", ""))])
    with fresh.transaction() as session:
        session.execute(delete(TeamRow).where(TeamRow.ref == "T3"))
    with pytest.raises(InputError, match="no team 'T3' any more"):
        plan_edits.apply_edits(fresh, BOSS, plan, 3, [paint("c", u102=("", "T3"))])
    told = plan_new.fork(fresh, BOSS, plan, "Mine", [paint("c", u102=("", "T3"))])
    assert told.left_out == {"102": "there is no team 'T3' any more"}
    # The log still says what was done.
    assert plan_state.state(fresh, BOSS, plan)["edits"][0]["changes"] == {"101": ("", "T3")}


def test_a_supervisor_moves_units_of_the_teams_that_he_leads(fresh: Workspace) -> None:
    plan = draft(fresh, WEST)
    plan_edits.apply_edits(fresh, WEST, plan, 1, [paint("a", u101=("T1", ""))])
    with pytest.raises(DisclosureError, match=r"you do not lead East Team \(T2\)"):
        plan_edits.apply_edits(fresh, WEST, plan, 2, [paint("b", u102=("T1", "T2"))])
    with pytest.raises(DisclosureError, match="East Team"):
        plan_edits.apply_edits(fresh, WEST, plan, 2, [paint("b", u201=("T2", "T1"))])
    with pytest.raises(DisclosureError):
        plan_edits.apply_edits(fresh, NOBODY, plan, 2, [paint("b", u102=("T1", ""))])
    assert plan_state.state(fresh, NOBODY, plan)["seq"] == 2


def test_nobody_but_supervisors_draws(fresh: Workspace) -> None:
    calls: list[Callable[[User], object]] = [
        lambda who: plan_state.state(fresh, who, 1),
        lambda who: plan_state.heading(fresh, who, 1),
        lambda who: plan_edits.apply_edits(fresh, who, 1, 1, []),
        lambda who: plan_new.new_plan(fresh, who, "A", "service_area"),
        lambda who: plan_new.fork(fresh, who, 1, "A", []),
        lambda who: plan_comments.add(fresh, who, 1, "101", "x"),
        lambda who: plan_comments.listed(fresh, who, 1),
        lambda who: plan_comments.resolve(fresh, who, 1, 1),
    ]
    for call in calls:
        for who in [*STRANGERS, O1]:
            with pytest.raises(DisclosureError):
                call(who)


def test_only_drafts_are_edited(fresh: Workspace) -> None:
    edit = [paint("a", u101=("T1", "T2"))]
    with pytest.raises(SettledError, match="published"):
        plan_edits.apply_edits(fresh, BOSS, 1, 1, edit)
    plan = draft(fresh)
    with fresh.transaction() as session:
        log.lock(session, plan)
        session.get_one(plan_tables.PlanRow, plan).status = plan_store.PROPOSED
    with pytest.raises(SettledError, match="waits for approval"):
        plan_edits.apply_edits(fresh, BOSS, plan, 1, edit)
    seen = plan_state.state(fresh, BOSS, plan)
    assert not seen["editable"]
    assert "waits for approval" in seen["why"]
    with pytest.raises(NotFoundError):
        plan_edits.apply_edits(fresh, BOSS, 99, 1, edit)
    with pytest.raises(NotFoundError):
        plan_state.state(fresh, BOSS, 99, editing=True)


def test_a_plan_on_boundaries_no_longer_in_force_is_read_only(fresh: Workspace) -> None:
    plan = draft(fresh)
    with fresh.transaction() as session:
        old = boundaries.in_force(session, "service_area", fresh.today())
        assert old
        frame = boundaries.load_set(session, old[0])
        newer = old[1].__class__("service_area", "2026", date(2026, 6, 1))
        boundaries.save_set(session, newer, frame, fresh.now())
    seen = plan_state.state(fresh, BOSS, plan)
    assert seen["outdated"]
    assert not seen["editable"]
    assert "no longer in force" in seen["why"]
    with pytest.raises(SettledError, match="no longer in force"):
        plan_edits.apply_edits(fresh, BOSS, plan, 1, [paint("a", u101=("T1", "T2"))])
    # Boundaries of next year are not outdated.
    with fresh.transaction() as session:
        for row in session.query(BoundarySetRow).filter_by(kind="service_area", version="2026"):
            row.valid_from = fresh.today() + timedelta(days=200)
    assert not plan_state.state(fresh, BOSS, plan)["outdated"]


def test_a_fork_keeps_what_the_plan_did_not_take(fresh: Workspace) -> None:
    plan = draft(fresh)
    plan_edits.apply_edits(fresh, OTHER, plan, 1, [paint("o", u101=("T1", ""), u102=("T1", ""))])
    mine = paint("m", u101=("T1", "T2"))
    assert plan_edits.apply_edits(fresh, BOSS, plan, 1, [mine])["conflicts"]
    other = plan_new.fork(fresh, BOSS, plan, "Mine", [mine, mine]).plan_id
    assert units(fresh, other) == TODAYS | {"101": "T2", "102": ""}
    assert units(fresh, plan) == TODAYS | {"101": "", "102": ""}
    seen = plan_state.state(fresh, BOSS, other)
    assert [edit["changes"] for edit in seen["edits"]] == [{"101": ("", "T2")}]
    assert plan_state.heading(fresh, BOSS, other).based_on_id == plan
    # What wants a team that is no more is left out, and told.
    gone = paint("g", u201=("T2", "T9"), u202=("T2", "T1"))
    told = plan_new.fork(fresh, BOSS, plan, "Less", [mine, gone])
    assert units(fresh, told.plan_id) == TODAYS | {"101": "T2", "102": "", "202": "T1"}
    assert told.left_out == {"201": "there is no team 'T9' any more"}
    with fresh.transaction() as session:
        session.execute(update(TeamRow).where(TeamRow.ref == "T1").values(specialty="gps"))
    told = plan_new.fork(fresh, BOSS, plan, "Least", [gone, paint("x", u999=("", "T2"))])
    assert units(fresh, told.plan_id)["202"] == "T2"
    assert list(told.left_out) == ["201", "202", "999"]
    assert "holds no area" in told.left_out["202"]
    assert "no unit" in told.left_out["999"]
    # A settled plan is forked too: that is how it becomes a draft.
    assert units(fresh, plan_new.fork(fresh, BOSS, 1, "Copy", []).plan_id) == TODAYS
    with pytest.raises(DisclosureError, match="East Team"):
        plan_new.fork(fresh, WEST, 1, "Copy", [mine])


def test_new_plans_on_any_units(fresh: Workspace) -> None:
    assert list(plan_new.unit_kinds(fresh)) == ["service_area", "district"]
    blank = plan_new.new_plan(fresh, BOSS, "  Blank ", "service_area")
    assert units(fresh, blank) == dict.fromkeys(UNITS, "")
    assert plan_state.heading(fresh, BOSS, blank).name == "Blank"
    coarse = plan_new.new_plan(fresh, BOSS, "Coarse", "district", 1)
    assert units(fresh, coarse) == {"1": "T1", "2": "T2"}
    assert plan_state.state(fresh, BOSS, coarse)["now"] == [0, 1]
    fine = plan_new.new_plan(fresh, BOSS, "Fine", "service_area", coarse)
    assert units(fresh, fine) == TODAYS
    for name, kind in (
        ("", "service_area"),
        ("x" * 121, "service_area"),
        ("A", "zip"),
        ("A", "moon"),
    ):
        with pytest.raises(InputError):
            plan_new.new_plan(fresh, BOSS, name, kind)


def test_comments_are_pinned_and_resolved(fresh: Workspace) -> None:
    plan = draft(fresh)
    first = plan_comments.add(fresh, BOSS, plan, "101", " Too large? ")
    plan_comments.add(fresh, BOSS, plan, "202", "Fine")
    plan_comments.resolve(fresh, OTHER, plan, first)
    plan_comments.resolve(fresh, BOSS, plan, first)
    found = plan_state.state(fresh, BOSS, plan)["comments"]
    assert [(c["unit"], c["text"], c["resolved_by"], c["mine"]) for c in found] == [
        ("101", "Too large?", "other", True), ("202", "Fine", "", True),
    ]  # fmt: skip
    for unit, text in (("999", "x"), ("101", "  "), ("101", "x" * 2001)):
        with pytest.raises(InputError):
            plan_comments.add(fresh, BOSS, plan, unit, text)
    with pytest.raises(NotFoundError):
        plan_comments.resolve(fresh, BOSS, 1, first)


@pytest.mark.parametrize(
    "edit",
    [
        {}, {"key": ""}, {"key": "a", "kind": "split"}, {"key": "a", "kind": "paint", "changes": []},
        {"key": "a", "kind": "paint", "changes": {"101": ["T1"]}},
        {"key": "a", "kind": "paint", "changes": {"101": ["T1", None]}},
        {"key": "a", "kind": "paint", "more": 1}, "a", None,
    ],
)  # fmt: skip
def test_edits_that_cannot_be_read_are_refused(edit: object) -> None:
    with pytest.raises(InputError, match="an edit cannot be read"):
        read_edits([edit])
    with pytest.raises(InputError):
        read_edits(edit)


KILLED = """
import os, signal, sys
from pathlib import Path
from geoteam.services import plan_edits
from geoteam.services.workspace import Workspace
from geoteam.store import audit
from tests.made_city import BOSS, clock
from tests.services.test_plan_edits import paint
audit.append = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
workspace = Workspace.open(Path(sys.argv[1]), sys.argv[2] or None, clock=clock)
edits = [paint("a", u101=("T1", "T2")), paint("b", u102=("T1", ""))]
plan_edits.apply_edits(workspace, BOSS, int(sys.argv[3]), 1, edits)
"""


def test_a_process_killed_in_a_batch_leaves_nothing_of_it(fresh: Workspace) -> None:
    plan = draft(fresh)
    url = fresh.engine.url.render_as_string(hide_password=False)
    url = "" if url.startswith("sqlite") else url
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(fresh.folder), url, str(plan)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert units(fresh, plan) == TODAYS
    assert plan_state.state(fresh, BOSS, plan)["seq"] == 1
    # What the browser kept goes in whole.
    edits = [paint("a", u101=("T1", "T2")), paint("b", u102=("T1", ""))]
    assert plan_edits.apply_edits(fresh, BOSS, plan, 1, edits)["seq"] == 3
    assert units(fresh, plan) == TODAYS | {"101": "T2", "102": ""}


class Browser:
    """An editor as a browser keeps it: what it believes, and what it has not heard back about."""

    def __init__(self, workspace: Workspace, user: User, plan: int) -> None:
        self.workspace, self.user, self.plan = workspace, user, plan
        self.queue: list[SentEdit] = []
        self.base = 1
        self.believed = units(workspace, plan)
        self.made = 0

    def stroke(self, unit: str, team: str) -> None:
        if self.believed[unit] != team:
            self.made += 1
            key = f"{self.user.username}-{self.made}"
            changes = {unit: (self.believed[unit], team)}
            self.queue.append(SentEdit(key=key, kind="paint", changes=changes))
            self.believed[unit] = team

    def send(self, *, lost: bool) -> None:
        told = plan_edits.apply_edits(self.workspace, self.user, self.plan, self.base, self.queue)
        if lost:
            return
        for edit in told["edits"]:
            for unit, (_, team) in edit["changes"].items():
                self.believed[unit] = team
        self.believed |= told["now"]
        self.queue, self.base = [], told["seq"]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("stroke"), st.integers(0, 1), st.sampled_from(UNITS),
                  st.sampled_from(("T1", "T2", ""))),
        st.tuples(st.just("send"), st.integers(0, 1), st.booleans()),
    ),
    max_size=25,
)  # fmt: skip


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_two_editors_send_and_lose_the_plan_is_what_its_log_says(
    lone: Workspace, steps: list[Any]
) -> None:
    plan = draft(lone)
    editors = [Browser(lone, BOSS, plan), Browser(lone, OTHER, plan)]
    for step in [*steps, ("send", 0, False), ("send", 1, False), ("send", 0, False)]:
        if step[0] == "stroke":
            editors[step[1]].stroke(step[2], step[3])
        else:
            editors[step[1]].send(lost=step[2])
    seen = plan_state.state(lone, BOSS, plan)
    assert units(lone, plan) == replay(TODAYS, seen["edits"])
    assert [edit["seq"] for edit in seen["edits"]] == list(range(2, seen["seq"] + 1))
    # Every stroke is in the log, once.
    keys = [edit["key"] for edit in seen["edits"]]
    assert sorted(keys) == sorted(
        f"{one.user.username}-{k + 1}" for one in editors for k in range(one.made)
    )
    # And both know it: the last one to be heard believes what is there.
    assert editors[0].believed == units(lone, plan)
