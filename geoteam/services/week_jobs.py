"""A team's week, planned in a process of its own, looked at, and saved whole or in part."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from geoteam.disclosure.policy import TOUR
from geoteam.errors import InputError, NotFoundError, WorkspaceBusyError
from geoteam.model import Role, User
from geoteam.services.clients import filters
from geoteam.services.jobs import bury, hold_lock, launch, lives
from geoteam.services.scope import require_role, sees_team
from geoteam.services.tour_week import check_week
from geoteam.services.tour_week_save import save_week
from geoteam.services.week_help import what_helps
from geoteam.services.workspace import Workspace
from geoteam.store import audit, week_jobs
from geoteam.store import clients as client_store
from geoteam.store.tour_versions import plan_alone
from geoteam.store.week_jobs import WeekJob

COMMAND = ("-m", "geoteam.services.week_job_run")
_DIED = (
    "Planning ended before it was done, perhaps because the server was stopped. The tours found "
    "until then are kept."
)


@dataclass(frozen=True, slots=True)
class WeekView:
    """A team's week as far as it is planned.

    Attributes
    ----------
    team, teams
        The team, and those to choose from as (ref, label).
    job
        Id of the run; '' when none is there.
    state
        ``running``, ``done``, ``stopped``, ``failed``; '' without a run.
    message
        What a person should know of how it ended.
    first, at, by
        The week's first day; when the run began and who began it.
    share
        How much is done, 0 to 1.
    seconds
        Since the run began, while it runs.
    tours
        As of `TeamWeek`, with ``name`` of each stop's client; ``ref`` is '' where not yet saved.
    left_out
        As of `TeamWeek`, with ``name`` and the officer's name.
    help
        What would help, with how many visits each would, the most first.
    due, planned, priority
        As of `TeamWeek`.
    """

    team: str
    teams: list[tuple[str, str]]
    job: str = ""
    state: str = ""
    message: str = ""
    first: date | None = None
    at: datetime | None = None
    by: str = ""
    share: float = 0.0
    seconds: float = 0.0
    tours: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[dict[str, Any]] = field(default_factory=list)
    help: list[tuple[str, int]] = field(default_factory=list)
    due: int = 0
    planned: int = 0
    priority: float = 0.0


def start_week(workspace: Workspace, user: User, team_ref: str, first: date) -> str:
    """Start planning a team's week; what the team's last run found is thrown away.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor of the team.
    team_ref
        The team.
    first
        The first day.

    Returns
    -------
    str
        The run's id.

    Raises
    ------
    InputError
        When the first day is over.
    NotFoundError
        When the team is none of the user's.
    WorkspaceBusyError
        When the team's week is being planned already, or as many as there are processors.
    """
    require_role(user, {Role.SUPERVISOR}, "plan a team's week")
    check_week(workspace, user, team_ref, first)
    with workspace.reading() as session:
        found = week_jobs.running(session)
    for one in found:
        if not lives(workspace, one.id):
            _died(workspace, one)
    with contextlib.ExitStack() as held:
        with workspace.transaction() as session:
            busy = week_jobs.running(session)
            if any(one.team_ref == team_ref for one in busy):
                raise WorkspaceBusyError(
                    "this team's week is being planned already", remedy="Follow it, or stop it"
                )
            if len(busy) >= (os.cpu_count() or 1):
                raise WorkspaceBusyError(
                    "the weeks of other teams are being planned", remedy="Try again in a minute"
                )
            at = workspace.now()
            job = week_jobs.create(session, team_ref, first, by=user.username, at=at)
            file = held.enter_context(hold_lock(workspace, job))
        launch(workspace, job, COMMAND, file)
    return job


def team_week(workspace: Workspace, user: User, *, team: str = "") -> WeekView:
    """Look at a team's week as far as it is planned; the reading is audited.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor of the team.
    team
        The team; '' for the user's first.

    Returns
    -------
    WeekView
        The week.

    Raises
    ------
    NotFoundError
        When the team is none of the user's.
    """
    require_role(user, {Role.SUPERVISOR}, "plan a team's week")
    choices = filters(workspace, user).teams
    if team and team not in dict(choices):
        raise NotFoundError("there is no such team of yours", remedy="Choose from the list")
    team = team or (choices[0][0] if choices else "")
    with workspace.reading() as session:
        job = week_jobs.of_team(session, team)
    if job is None:
        return WeekView(team, choices)
    job = _fresh(workspace, job)
    result = read_week(job.result)
    with workspace.transaction() as session:
        refs = {stop["client_ref"] for row in result["tours"] for stop in row["stops"]}
        refs |= {one["client_ref"] for one in result["left_out"]}
        people = client_store.as_frame(session, workspace.today(), refs=refs, active_only=False)
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action="tours.week.read",
            object_kind="team",
            object_ref=team,
            purpose=TOUR,
            detail={"clients": sorted(refs)},
        )
    names = people["name"].to_dict()
    for row in result["tours"]:
        row["stops"] = [stop | {"name": names.get(stop["client_ref"], "")} for stop in row["stops"]]
    left = [one | {"name": names.get(one["client_ref"], "")} for one in result["left_out"]]
    return WeekView(
        team=team,
        teams=choices,
        job=job.id,
        state=job.state,
        message=job.message,
        first=job.first,
        at=job.at,
        by=job.by,
        share=result["share"],
        seconds=(workspace.now() - job.at).total_seconds(),
        tours=result["tours"],
        left_out=left,
        help=what_helps(left),
        due=result["due"],
        planned=result["planned"],
        priority=result["priority"],
    )


def week_progress(workspace: Workspace, user: User, job_id: str) -> dict[str, Any]:
    """Tell how far a run is, without anybody's data.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor of the team.
    job_id
        The run.

    Returns
    -------
    dict
        ``state``, ``share``, ``seconds``, ``tours`` and ``visits`` (found so far).

    Raises
    ------
    NotFoundError
        When there is no such run, or it is of another team.
    """
    job = _fresh(workspace, _get(workspace, user, job_id))
    rows = job.result.get("tours", [])
    return {
        "state": job.state,
        "share": float(job.result.get("share", 0.0)),
        "seconds": (workspace.now() - job.at).total_seconds(),
        "tours": len(rows),
        "visits": sum(len(row["stops"]) for row in rows),
    }


def stop_week(workspace: Workspace, user: User, job_id: str) -> None:
    """Stop planning; the tours found until then are kept to be looked at.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor of the team.
    job_id
        The run; one that has ended stays as it is.

    Raises
    ------
    NotFoundError
        When there is no such run, or it is of another team.
    """
    _get(workspace, user, job_id)
    with workspace.transaction() as session:
        week_jobs.end(session, job_id, week_jobs.STOPPED)
    bury(workspace, job_id)


def accept_week(workspace: Workspace, user: User, job_id: str, chosen: Collection[int]) -> int:
    """Save tours of a week, all together or none.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor of the team.
    job_id
        The run.
    chosen
        Positions of the tours, from 0.

    Returns
    -------
    int
        How many were saved.

    Raises
    ------
    InputError
        When no tour is chosen, or planning still runs.
    ChangedError
        When something came between; it says what, and nothing is saved.
    NotFoundError
        When there is no such run, or it is of another team.
    """
    _get(workspace, user, job_id)
    with workspace.transaction() as session:
        plan_alone(session)
        job = week_jobs.get(session, job_id)
        if job.state == week_jobs.RUNNING:
            raise InputError("the week is still being planned", remedy="Wait, or stop it first")
        result = read_week(job.result)
        rows = result["tours"]
        picked = [at for at in sorted(set(chosen)) if 0 <= at < len(rows) and not rows[at]["ref"]]
        if not picked:
            raise InputError("no tour is chosen", remedy="Choose one or more that are not saved")
        refs = save_week(workspace, session, user, [rows[at] for at in picked], result["left_out"])
        kept = dict(job.result)
        kept["tours"] = [dict(row) for row in kept["tours"]]
        for at, ref in zip(picked, refs, strict=True):
            kept["tours"][at]["ref"] = ref
        week_jobs.keep(session, job_id, kept)
    return len(refs)


def throw_week_away(workspace: Workspace, user: User, job_id: str) -> None:
    """Forget a week that was planned; tours of it that were saved stay.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor of the team.
    job_id
        The run.

    Raises
    ------
    NotFoundError
        When there is no such run, or it is of another team.
    """
    _get(workspace, user, job_id)
    with workspace.transaction() as session:
        week_jobs.throw_away(session, job_id)
    bury(workspace, job_id)


def read_week(result: dict[str, Any]) -> dict[str, Any]:
    """Read a week as the store keeps it.

    Parameters
    ----------
    result
        Of a run; may be empty.

    Returns
    -------
    dict
        With days and moments again, and nothing missing.
    """
    rows = []
    for row in result.get("tours", []):
        moments = {
            key: datetime.fromisoformat(row[key])
            for key in ("begins", "ends", "departs_at", "returns_at")
        }
        stops = [
            stop | {"starts_at": datetime.fromisoformat(stop["starts_at"])} for stop in row["stops"]
        ]
        rows.append(row | moments | {"on": date.fromisoformat(row["on"]), "stops": stops})
    return {
        "tours": rows,
        "left_out": result.get("left_out", []),
        "share": float(result.get("share", 0.0)),
        "due": int(result.get("due", 0)),
        "planned": int(result.get("planned", 0)),
        "priority": float(result.get("priority", 0.0)),
    }


def _get(workspace: Workspace, user: User, job_id: str) -> WeekJob:
    require_role(user, {Role.SUPERVISOR}, "plan a team's week")
    with workspace.reading() as session:
        job = week_jobs.get(session, job_id)
    if not sees_team(user, job.team_ref):
        raise NotFoundError("there is no such week", remedy="Look at your team's week")
    return job


def _fresh(workspace: Workspace, job: WeekJob) -> WeekJob:
    if job.state == week_jobs.RUNNING and not lives(workspace, job.id):
        return _died(workspace, job)
    return job


def _died(workspace: Workspace, job: WeekJob) -> WeekJob:
    """Note that the process of a run is gone, unless it ended the run itself just now."""
    with workspace.transaction() as session:
        week_jobs.end(session, job.id, week_jobs.FAILED, message=_DIED)
        job = week_jobs.get(session, job.id)
    bury(workspace, job.id)
    return job
