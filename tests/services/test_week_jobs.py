"""A team's week, planned in a process of its own, looked at, and saved whole or in part."""

from __future__ import annotations

import os
import signal
import threading
import time
from datetime import timedelta

import pytest

from geoteam.errors import ChangedError, InputError, NotFoundError, WorkspaceBusyError
from geoteam.services import duty_changes, jobs, tours, week_job_run, week_jobs
from geoteam.services.tour_cancel import cancel_tour
from geoteam.services.week_help import what_helps
from geoteam.services.workspace import Workspace
from geoteam.store import week_jobs as store
from geoteam.store.duty import Kind
from tests.made_city import BOSS, O1, WEST
from tests.tiny_city import TODAY


def _planned(workspace: Workspace, team: str = "T1") -> str:
    """A week that was planned, without a process of its own."""
    with workspace.transaction() as session:
        job = store.create(session, team, TODAY, by="boss", at=workspace.now())
    week_job_run.run(workspace, job)
    return job


@pytest.fixture
def asleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs that do nothing for a minute."""
    monkeypatch.setattr(week_jobs, "COMMAND", ("-c", "import time; time.sleep(60)"))


def test_a_week_is_planned_looked_at_and_saved_in_parts(lone: Workspace) -> None:
    job = _planned(lone)
    week = week_jobs.team_week(lone, BOSS, team="T1")
    assert (week.state, week.share, week.message) == ("done", 1.0, "")
    assert week.tours
    assert all(stop["name"] for row in week.tours for stop in row["stops"])
    assert week.due == len(week.left_out) + sum(len(row["stops"]) for row in week.tours)
    assert week_jobs.week_progress(lone, BOSS, job)["tours"] == len(week.tours)
    assert tours.list_tours(lone, BOSS) == []

    assert week_jobs.accept_week(lone, BOSS, job, [0]) == 1
    (saved,) = tours.list_tours(lone, BOSS)
    view = tours.tour(lone, BOSS, saved["ref"])
    row = week.tours[0]
    assert [stop["client_ref"] for stop in view.stops] == [
        stop["client_ref"] for stop in row["stops"]
    ]
    assert (view.departs_at, view.returns_at) == (row["departs_at"], row["returns_at"])
    assert week_jobs.team_week(lone, BOSS, team="T1").tours[0]["ref"] == saved["ref"]
    with pytest.raises(InputError, match="no tour is chosen"):
        week_jobs.accept_week(lone, BOSS, job, [0])
    rest = range(len(week.tours))
    if len(week.tours) > 1:
        assert week_jobs.accept_week(lone, BOSS, job, rest) == len(week.tours) - 1
    week_jobs.throw_week_away(lone, BOSS, job)
    assert week_jobs.team_week(lone, BOSS, team="T1").job == ""
    assert len(tours.list_tours(lone, BOSS)) == len(week.tours)


def test_two_who_accept_a_week_at_once_save_it_once(fresh: Workspace) -> None:
    job = _planned(fresh)
    both, said = threading.Barrier(2), []

    def accept() -> None:
        both.wait()
        try:
            said.append(week_jobs.accept_week(fresh, BOSS, job, [0]))
        except InputError:
            said.append(0)

    threads = [threading.Thread(target=accept) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(said) == [0, 1]
    assert len(tours.list_tours(fresh, BOSS)) == 1


def test_what_came_between_is_told_and_nothing_is_saved(lone: Workspace) -> None:
    job = _planned(lone)
    week = week_jobs.team_week(lone, BOSS, team="T1")
    row = week.tours[0]
    ref = tours.plan_tour(lone, BOSS, on=row["on"], officer_ref=row["officer_ref"])
    with pytest.raises(ChangedError, match="after the week was planned"):
        week_jobs.accept_week(lone, BOSS, job, range(len(week.tours)))
    assert [one["ref"] for one in tours.list_tours(lone, BOSS)] == [ref]
    cancel_tour(lone, BOSS, ref, "planned by mistake")
    assert week_jobs.accept_week(lone, BOSS, job, range(len(week.tours))) == len(week.tours)


def test_nobody_is_sent_on_a_day_off(lone: Workspace) -> None:
    job = _planned(lone)
    row = week_jobs.team_week(lone, BOSS, team="T1").tours[0]
    whose: dict[Kind, str] = {"officers": row["officer_ref"], "partners": row["partner_ref"]}
    for kind, ref in whose.items():
        duty_changes.set_days(lone, BOSS, kind, ref, row["on"], row["on"], [])
        with pytest.raises(ChangedError, match="is not on duty at that time"):
            week_jobs.accept_week(lone, BOSS, job, [0])
        duty_changes.clear_days(lone, BOSS, kind, ref, row["on"], row["on"])
    assert week_jobs.accept_week(lone, BOSS, job, [0]) == 1


def test_a_week_that_cannot_be_ends_with_the_reason(lone: Workspace) -> None:
    with lone.transaction() as session:
        job = store.create(session, "T1", TODAY - timedelta(days=1), by="boss", at=lone.now())
    week_job_run.run(lone, job)
    week = week_jobs.team_week(lone, BOSS, team="T1")
    assert week.state == "failed"
    assert "over" in week.message


@pytest.mark.usefixtures("asleep")
def test_one_run_a_team_that_can_be_stopped(lone: Workspace) -> None:
    job = week_jobs.start_week(lone, BOSS, "T1", TODAY)
    assert week_jobs.week_progress(lone, BOSS, job)["state"] == "running"
    with pytest.raises(WorkspaceBusyError, match="already"):
        week_jobs.start_week(lone, BOSS, "T1", TODAY)
    with pytest.raises(InputError, match="still being planned"):
        week_jobs.accept_week(lone, BOSS, job, [0])
    week_jobs.stop_week(lone, BOSS, job)
    assert week_jobs.week_progress(lone, BOSS, job)["state"] == "stopped"
    assert not jobs.lives(lone, job)


@pytest.mark.usefixtures("asleep")
def test_a_run_that_was_killed_says_so(lone: Workspace) -> None:
    job = week_jobs.start_week(lone, BOSS, "T1", TODAY)
    os.kill(int(jobs.lock_path(lone, job).read_text()), signal.SIGKILL)
    deadline = time.monotonic() + 20
    while jobs.lives(lone, job) and time.monotonic() < deadline:
        time.sleep(0.05)
    week = week_jobs.team_week(lone, BOSS, team="T1")
    assert week.state == "failed"
    assert "ended before it was done" in week.message
    # And the team can be planned again.
    week_jobs.stop_week(lone, BOSS, week_jobs.start_week(lone, BOSS, "T1", TODAY))


def test_the_process_plans_what_was_asked(lone: Workspace) -> None:
    job = week_jobs.start_week(lone, BOSS, "T1", TODAY)
    deadline = time.monotonic() + 120
    while week_jobs.week_progress(lone, BOSS, job)["state"] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert week_jobs.team_week(lone, BOSS, team="T1").state == "done"


def test_only_supervisors_of_the_team(lone: Workspace) -> None:
    job = _planned(lone, "T2")
    with pytest.raises(NotFoundError):
        week_jobs.team_week(lone, WEST, team="T2")
    for call in (week_jobs.stop_week, week_jobs.throw_week_away, week_jobs.week_progress):
        with pytest.raises(NotFoundError):
            call(lone, WEST, job)
    with pytest.raises(NotFoundError):
        week_jobs.accept_week(lone, WEST, job, [0])
    with pytest.raises(PermissionError):
        week_jobs.start_week(lone, O1, "T1", TODAY)


def test_what_helps_counts_the_reasons() -> None:
    further = {"code": "no_slot", "change": {"departs": "2026-06-15T09:00"}}
    left = [further, {"code": "unreachable"}, further, {"code": "tour_full"}]
    assert what_helps(left) == [
        ("one more police partner, on the day that stands beside each", 2),
        ("a look at the place, or at the street network around it", 1),
        ("nothing that was tried in this week", 1),
    ]
