"""Runs of the solver in processes of their own: followed, stopped, and found dead."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from geoteam.errors import (
    DisclosureError,
    InputError,
    NotFoundError,
    SettledError,
    WorkspaceBusyError,
)
from geoteam.plans.apart import Cut
from geoteam.plans.solve import solve_or_explain
from geoteam.services import plan_job_run, plan_jobs, plan_solve, plan_state, plans
from geoteam.services.workspace import Workspace
from geoteam.store import plan_jobs as job_store
from geoteam.store import plans as plan_store
from tests.made_city import BOSS, NOBODY, STRANGERS, WEST

# West on the left, as in force: the tiny city has 5 and 6 clients in 101 and 102, and 9 in the east.
UNITS = {"101": "T1", "102": "T1", "201": "T2", "202": "T2"}


@pytest.fixture
def draft(fresh: Workspace) -> int:
    return plans.save_draft(fresh, "test", "A draft", dict(UNITS), where="a test")


def ended(workspace: Workspace, job: str) -> dict[str, Any]:
    """Follow a run to its end."""
    for _ in range(600):
        found = plan_jobs.follow(workspace, BOSS, job)
        if found["state"] != "running":
            return found
        time.sleep(0.1)
    raise AssertionError("the solver does not end")


@pytest.fixture
def asleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that never begins to solve: its process only holds the lock."""
    monkeypatch.setattr(plan_jobs, "COMMAND", ("-c", "import time; time.sleep(60)"))


def test_a_run_in_a_process_of_its_own_finds_the_plan(fresh: Workspace, draft: int) -> None:
    job = plan_jobs.start(fresh, BOSS, draft, {"tolerance": 0.6, "seconds": 30})
    assert plan_jobs.current(fresh, BOSS, draft) == job
    found = ended(fresh, job)
    assert found["state"] == "done", found
    # Any halving of the square is as compact; the two teams are held apart by a straight line.
    units = found["best"]["units"]
    assert set(units) == set(UNITS)
    assert sorted(units.values()) == ["T1", "T1", "T2", "T2"]
    assert units["101"] != units["202"]
    assert units["102"] != units["201"]
    assert found["best"]["gap"] == pytest.approx(0)
    assert found["choices"][0]["units"] == units
    # A browser that has it is not sent it again.
    again = plan_jobs.follow(fresh, BOSS, job, seen=found["best"]["number"])
    assert "units" not in again["best"]
    for _ in range(100):
        if not list(fresh.folder.glob("solve-*")):
            break
        time.sleep(0.1)
    assert not list(fresh.folder.glob("solve-*"))


def test_what_cannot_be_met_is_explained_with_the_nearest_tolerance(
    fresh: Workspace, draft: int
) -> None:
    job = plan_jobs.start(fresh, BOSS, draft, {"tolerance": 0.0001, "weight": "caseload"})
    found = ended(fresh, job)
    assert found["state"] == "done"
    assert found["best"] is None
    assert any("tolerance" in rule for rule in found["conflict"])
    (nearest,) = found["choices"]
    assert nearest["balance"] == pytest.approx(found["tolerance"], abs=1e-3)
    assert f"{found['tolerance']:.2%}" in found["message"]


def test_choices_are_offered_and_said_to_be_proven(fresh: Workspace, draft: int) -> None:
    asked = {"tolerance": 0.6, "objective": "choices", "seconds": 20}
    found = ended(fresh, plan_jobs.start(fresh, BOSS, draft, asked))
    assert found["state"] == "done"
    # Today's plan is as compact as any, and moves nobody.
    best = found["choices"][0]
    assert best["units"] == UNITS
    assert "this is proven" in best["about"]


def test_the_fewest_move_is_nobody_where_today_is_good_enough(fresh: Workspace, draft: int) -> None:
    asked = {"tolerance": 0.6, "objective": "fewest_moves", "seconds": 20}
    found = ended(fresh, plan_jobs.start(fresh, BOSS, draft, asked))
    assert [one["units"] for one in found["choices"]] == [UNITS]


def test_locked_teams_keep_exactly_their_units(fresh: Workspace) -> None:
    draft = plans.save_draft(fresh, "test", "Corner", UNITS | {"102": "T2"}, where="a test")
    job = job_store.Job(
        "j", draft, "boss", fresh.now(), _asked(locks=["T1"]), "running", "", {}, {}
    )
    problem, kept, _ = plan_job_run.problem_of(fresh, job)
    assert kept == {"101": "T1"}
    assert problem.units == ("102", "201", "202")
    assert problem.teams == ("T2",)
    # Both teams have their office in one place: it is a seat of the first only.
    job = job_store.Job(
        "j", draft, "boss", fresh.now(), _asked(offices=True), "running", "", {}, {}
    )
    problem, kept, held = plan_job_run.problem_of(fresh, job)
    assert kept == {}
    assert held.present == UNITS
    assert set(held.offices) == {"T1", "T2"}
    assert len(problem.seats) >= 1


def _asked(**asked: Any) -> dict[str, Any]:
    return {
        "objective": "compact", "weight": "caseload", "tolerance": 0.5, "locks": [],
        "offices": False, "transfer_limit": None, "seconds": 5.0, "seed": 0,
    } | asked  # fmt: skip


@pytest.mark.usefixtures("asleep")
def test_one_run_a_plan_which_can_be_stopped_at_any_time(fresh: Workspace, draft: int) -> None:
    job = plan_jobs.start(fresh, BOSS, draft, {})
    with pytest.raises(WorkspaceBusyError, match="at work on this plan"):
        plan_jobs.start(fresh, BOSS, draft, {})
    assert plan_jobs.follow(fresh, BOSS, job)["state"] == "running"
    assert plan_jobs.follow(fresh, BOSS, job)["found"] == []
    with fresh.transaction() as session:
        offered = [{"key": "compact", "label": "Most compact", "units": UNITS}]
        job_store.tell(session, job, {"number": 1, "units": UNITS, "choices": offered})
    # While it works they are counted by name; their units are sent at the end.
    told = plan_jobs.follow(fresh, BOSS, job)
    assert (told["found"], told["choices"]) == (["Most compact"], [])
    plan_jobs.stop(fresh, BOSS, job)
    found = plan_jobs.follow(fresh, BOSS, job)
    assert found["state"] == "stopped"
    assert found["best"]["units"] == UNITS
    assert found["choices"] == offered
    # Stopping what has ended changes nothing, and nothing more is kept.
    plan_jobs.stop(fresh, BOSS, job)
    with fresh.transaction() as session:
        assert not job_store.tell(session, job, {"number": 2, "units": {}})
        assert not job_store.end(session, job, "done")
    plan_jobs.stop(fresh, BOSS, plan_jobs.start(fresh, BOSS, draft, {}))


@pytest.mark.usefixtures("asleep")
def test_a_run_whose_process_is_gone_says_so(fresh: Workspace, draft: int) -> None:
    job = plan_jobs.start(fresh, BOSS, draft, {})
    (lock,) = fresh.folder.glob("solve-*.lock")
    os.kill(int(lock.read_text()), signal.SIGKILL)
    for _ in range(100):
        found = plan_jobs.follow(fresh, BOSS, job)
        if found["state"] != "running":
            break
        time.sleep(0.05)
    assert found["state"] == "failed"
    assert "ended before it was done" in found["message"]
    # The next run is not refused because of the dead one.
    plan_jobs.stop(fresh, BOSS, plan_jobs.start(fresh, BOSS, draft, {}))


def test_after_a_restart_of_the_machine_nothing_counts_as_running(
    fresh: Workspace, draft: int
) -> None:
    with fresh.transaction() as session:
        job = job_store.create(session, draft, by="boss", at=fresh.now(), request=_asked())
    # Whoever asked for it is told so when the plan is opened again.
    assert plan_jobs.current(fresh, BOSS, draft) == job
    assert plan_jobs.current(fresh, WEST, draft) is None
    assert plan_jobs.follow(fresh, BOSS, job)["state"] == "failed"


@pytest.mark.usefixtures("asleep")
def test_what_came_of_a_run_is_offered_until_it_is_thrown_away(
    fresh: Workspace, draft: int
) -> None:
    jobs = [plan_jobs.start(fresh, BOSS, draft, {})]
    # At work it is everybody's to follow, and nobody throws it away.
    assert plan_jobs.current(fresh, WEST, draft) == jobs[0]
    plan_jobs.discard(fresh, BOSS, jobs[0])
    assert plan_jobs.follow(fresh, BOSS, jobs[0])["state"] == "running"
    plan_jobs.stop(fresh, BOSS, jobs[0])
    jobs.append(plan_jobs.start(fresh, BOSS, draft, {}))
    plan_jobs.stop(fresh, BOSS, jobs[1])
    with fresh.transaction() as session:
        carried = job_store.create(
            session, draft, by="boss", at=fresh.now(), request={"objective": "carry"}
        )
    assert plan_jobs.current(fresh, BOSS, draft) in jobs
    assert plan_jobs.current(fresh, WEST, draft) is None
    assert plan_jobs.follow(fresh, BOSS, jobs[1])["mine"]
    assert not plan_jobs.follow(fresh, WEST, jobs[1])["mine"]
    with pytest.raises(DisclosureError, match="somebody else"):
        plan_jobs.discard(fresh, WEST, jobs[1])
    with pytest.raises(NotFoundError):
        plan_jobs.discard(fresh, BOSS, "no-such-run")
    # What came before it goes too; what is no plan of the editor's stays.
    plan_jobs.discard(fresh, BOSS, jobs[1])
    assert plan_jobs.current(fresh, BOSS, draft) is None
    with fresh.reading() as session:
        assert job_store.get(session, carried).by == "boss"
        for job in jobs:
            with pytest.raises(NotFoundError):
                job_store.get(session, job)


@pytest.mark.parametrize("objective", ["choices", "compact"])
def test_a_solver_that_does_not_look_at_the_clock_is_ended_by_it(
    fresh: Workspace, draft: int, monkeypatch: pytest.MonkeyPatch, objective: str
) -> None:
    # The solver's process is ended from outside, as `run_apart` does when its time is over.
    def over(work: Callable[..., Any], *args: Any, progress: Any, **options: Any) -> Cut:
        work(*args, progress=progress, **options)
        return Cut.OVER

    monkeypatch.setattr(plan_job_run, "run_apart", over)
    with fresh.transaction() as session:
        request = _asked(objective=objective, seconds=0.0)
        job = job_store.create(session, draft, by="boss", at=fresh.now(), request=request)
    plan_job_run.run(fresh, job)
    found = plan_jobs.follow(fresh, BOSS, job)
    assert found["state"] == "done"
    assert found["message"] in (plan_solve.OVER, plan_solve.OVER_NOTHING)
    assert (found["message"] == plan_solve.OVER) == bool(found["choices"])


def test_a_first_plan_without_a_choice_yet_is_not_called_nothing(
    fresh: Workspace, draft: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def over(_: Any, problem: Any, *, progress: Any, **options: Any) -> Cut:
        best, _why = solve_or_explain(problem, seconds=5, seed=options["seed"])
        progress([], best, 0.1)
        return Cut.OVER

    monkeypatch.setattr(plan_job_run, "run_apart", over)
    with fresh.transaction() as session:
        request = _asked(objective="choices", seconds=0.0)
        job = job_store.create(session, draft, by="boss", at=fresh.now(), request=request)
    plan_job_run.run(fresh, job)
    found = plan_jobs.follow(fresh, BOSS, job)
    assert found["best"]["units"]
    assert found["message"] == plan_solve.OVER


def test_what_a_team_would_lose_is_told_with_every_plan(
    fresh: Workspace, draft: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A balanced plan in which the two teams change places.
    def swapped(_: Any, problem: Any, *, progress: Any, **options: Any) -> Any:
        best, why = solve_or_explain(problem, seconds=5, seed=options["seed"])
        best = replace(best, assignment=1 - problem.present)
        progress(best, 0.1)
        return best, why

    monkeypatch.setattr(plan_job_run, "run_apart", swapped)
    with fresh.transaction() as session:
        job = job_store.create(session, draft, by="boss", at=fresh.now(), request=_asked())
    plan_job_run.run(fresh, job)
    found = plan_jobs.follow(fresh, BOSS, job)
    lost = found["choices"][0]["warnings"]
    assert found["best"]["warnings"] == lost
    assert lost[0] == {
        "kind": "keeps_none",
        "teams": ["T1", "T2"],
        "text": "West Team and East Team keep none of their areas.",
    }
    # Both have their office in one place: today one of them is outside of its area, then the other.
    assert [(one["kind"], one["teams"]) for one in lost[1:]] == [("office_outside", ["T2"])]
    # Nobody loses anything by the plan of today, but that the other office is outside still.
    monkeypatch.undo()
    with fresh.transaction() as session:
        request = _asked(objective="fewest_moves")
        job = job_store.create(session, draft, by="boss", at=fresh.now(), request=request)
    plan_job_run.run(fresh, job)
    (kept,) = plan_jobs.follow(fresh, BOSS, job)["choices"]
    assert [one["kind"] for one in kept["warnings"]] == ["office_stays_outside"]


@pytest.mark.usefixtures("asleep")
def test_who_has_the_plan_open_hears_of_a_run_and_whose_it_is(fresh: Workspace, draft: int) -> None:
    assert plan_state.state(fresh, WEST, draft)["run"] is None
    job = plan_jobs.start(fresh, BOSS, draft, {})
    assert plan_state.state(fresh, WEST, draft, since=1)["run"] == job
    told = plan_jobs.follow(fresh, WEST, job)
    # Boss has no account in this workspace: the name signed in with must do.
    assert (told["by"], told["mine"]) == ("boss", False)
    # A run of another plan is none of this one's.
    other = plans.save_draft(fresh, "test", "Another", dict(UNITS), where="a test")
    assert plan_state.state(fresh, WEST, other)["run"] is None
    plan_jobs.stop(fresh, BOSS, job)
    assert plan_state.state(fresh, WEST, draft)["run"] is None


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"tolerance": "much"}, "tolerance"),
        ({"tolerance": -0.1}, "tolerance"),
        ({"tolerance": True}, "tolerance"),
        ({"seconds": 0}, "seconds"),
        ({"seconds": 1e9}, "seconds"),
        ({"weight": "height"}, "weight"),
        ({"objective": "beauty"}, "objective"),
        ({"locks": "T1"}, "locks"),
        ({"locks": ["T9"]}, "T9"),
        ({"locks": ["T1"]}, "fewer than two teams"),
        ({"transfer_limit": -1}, "limit"),
    ],
)
def test_what_cannot_be_asked_is_refused(lone: Workspace, asked: dict[str, Any], said: str) -> None:
    draft = plans.save_draft(lone, "test", "A draft", dict(UNITS), where="a test")
    with pytest.raises(InputError, match=said):
        plan_jobs.start(lone, BOSS, draft, asked)
    assert plan_jobs.current(lone, BOSS, draft) is None


def test_only_a_draft_and_only_by_those_who_lead_its_teams(lone: Workspace) -> None:
    with lone.reading() as session:
        published = plan_store.list_plans(session)[0].id
    with pytest.raises(SettledError, match="published"):
        plan_jobs.start(lone, BOSS, published, {})
    with pytest.raises(NotFoundError):
        plan_jobs.start(lone, BOSS, 99, {})
    with pytest.raises(NotFoundError):
        plan_jobs.follow(lone, BOSS, "no-such-run")
    draft = plans.save_draft(lone, "test", "A draft", dict(UNITS), where="a test")
    # Teams of others are locked: one team alone has nothing to trade.
    for somebody in (WEST, NOBODY):
        with pytest.raises(InputError, match="fewer than two teams"):
            plan_jobs.start(lone, somebody, draft, {})
    for stranger in STRANGERS:
        with pytest.raises(DisclosureError):
            plan_jobs.start(lone, stranger, draft, {})
        with pytest.raises(DisclosureError):
            plan_jobs.follow(lone, stranger, "x")
        with pytest.raises(DisclosureError):
            plan_jobs.stop(lone, stranger, "x")


def test_each_goal_is_asked_of_its_own_solver(
    fresh: Workspace, draft: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def here(work: Callable[..., Any], *args: Any, **options: Any) -> Any:
        asked.append(work.__name__ + (" fewest" if options.get("fewest") else ""))
        return work(*args, **options)

    monkeypatch.setattr(plan_job_run, "run_apart", here)
    for objective in ("compact", "fewest_moves", "choices"):
        with fresh.transaction() as session:
            request = _asked(objective=objective)
            job = job_store.create(session, draft, by="boss", at=fresh.now(), request=request)
        plan_job_run.run(fresh, job)
        with fresh.reading() as session:
            done = job_store.get(session, job)
        assert done.state == "done", done.message
        assert done.result["choices"]
        # What was found on the way could be followed.
        assert done.progress["number"] >= 1
        assert set(done.progress["units"]) == set(UNITS)
    assert asked == ["solve_or_explain", "solve_or_explain fewest", "choices"]


def test_stopping_keeps_the_choices_that_are_finished(
    fresh: Workspace, draft: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fresh.transaction() as session:
        request = _asked(objective="choices", seconds=20)
        job = job_store.create(session, draft, by="boss", at=fresh.now(), request=request)
    offered = plan_job_run._Teller.offered
    heard: list[int] = []

    def stopping(teller: Any, made: list[Any], best: Any, seconds: float) -> bool:
        went_on = offered(teller, made, best, seconds)
        if made:
            heard.append(len(made))
            plan_jobs.stop(fresh, BOSS, job)
        return went_on

    monkeypatch.setattr(plan_job_run._Teller, "offered", stopping)
    plan_job_run.run(fresh, job)
    found = plan_jobs.follow(fresh, BOSS, job)
    assert found["state"] == "stopped"
    # What was made by the stop is kept, and nothing that comes after it.
    assert len(found["choices"]) == heard[0]
    assert all(set(one["units"]) == set(UNITS) for one in found["choices"])
    assert found["best"]["number"] >= 1
