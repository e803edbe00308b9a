"""Runs of the solver for a draft plan, each in a process of its own."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from geoteam.errors import DisclosureError, InputError, WorkspaceBusyError
from geoteam.model import Role, User
from geoteam.services.jobs import bury, hold_lock, launch, lives
from geoteam.services.plan_rights import refuse_settled
from geoteam.services.scope import require_role, sees_team
from geoteam.services.workspace import Workspace
from geoteam.store import audit, plan_jobs, plans, staff, users
from geoteam.store.plan_jobs import Job

OBJECTIVES = ("compact", "fewest_moves", "choices")
WEIGHTS = ("workload", "caseload")
MOST_SECONDS = 600
COMMAND = ("-m", "geoteam.services.plan_job_run")
_DIED = (
    "The solver ended before it was done, perhaps because the server was stopped. The best plan it "
    "had found is kept."
)


def start(workspace: Workspace, user: User, plan_id: int, asked: Mapping[str, Any]) -> str:
    """Start the solver for a draft.

    Parameters
    ----------
    workspace
        The workspace.
    user
        Who asks; teams that they do not lead count as locked.
    plan_id
        The draft.
    asked
        ``weight`` (workload or caseload), ``tolerance`` (a share), ``locks`` (teams that keep
        exactly their units), ``offices`` (a team holds the unit of its field office),
        ``objective`` (compact, fewest_moves or choices), ``transfer_limit`` (clients, None for
        none), ``seconds`` and ``seed``.

    Returns
    -------
    str
        The run's id.

    Raises
    ------
    DisclosureError
        When the role may not.
    NotFoundError
        When there is no such plan.
    InputError
        When what is asked cannot be used.
    SettledError
        When the plan is no draft, or its boundaries are no longer in force.
    WorkspaceBusyError
        When the solver is at work on the plan already, or on as many plans as there are processors.
    """
    require_role(user, {Role.SUPERVISOR}, "redraw team areas")
    request = _read(asked)
    _bury_dead(workspace)
    with contextlib.ExitStack() as held:
        with workspace.transaction() as session:
            job = _begin(workspace, session, user, plan_id, request)
            file = held.enter_context(hold_lock(workspace, job))
        launch(workspace, job, COMMAND, file)
    return job


def follow(workspace: Workspace, user: User, job_id: str, *, seen: int = 0) -> dict[str, Any]:
    """Tell how far a run of the solver is.

    Parameters
    ----------
    workspace
        The workspace.
    user
        Who asks.
    job_id
        The run.
    seen
        Number of the best plan that the browser has: its units are not sent again.

    Returns
    -------
    dict
        ``id``, ``plan``, ``state`` (running, done, stopped or failed), ``ready`` (whether it has
        begun to search), ``seconds`` (since then; before, since it was asked for), ``limit`` (the
        seconds asked for), ``message``, ``best`` (None or ``number``, ``units``, ``objective``,
        ``bound``, ``gap``, ``balance``, ``warnings``), ``asked`` (when), ``by`` (who asked for it,
        by name), ``mine`` (whether the user did), ``goal`` (the objective), ``found`` (names of the
        choices so far) and, at the end, what came of it.

    Raises
    ------
    DisclosureError
        When the role may not.
    NotFoundError
        When there is no such run.
    """
    require_role(user, {Role.SUPERVISOR}, "redraw team areas")
    with workspace.reading() as session:
        job = plan_jobs.get(session, job_id)
        asker = users.get(session, job.by)
    if job.state == plan_jobs.RUNNING and not lives(workspace, job.id):
        job = _died(workspace, job)
    spent = (workspace.now() - job.at).total_seconds()
    late = job.progress.get("late")
    best = {key: value for key, value in job.progress.items() if key != "late"} or None
    made = best.pop("choices", []) if best else []
    if best is not None and best["number"] <= seen:
        del best["units"]
    return {
        "id": job.id,
        "plan": job.plan_id,
        "state": job.state,
        "message": job.message,
        "ready": late is not None,
        "seconds": max(0.0, spent - (late or 0.0)),
        "limit": job.request["seconds"],
        "asked": job.at.isoformat(),
        "by": asker.user.name if asker else job.by,
        "mine": job.by == user.username,
        "goal": job.request["objective"],
        "best": best,
        "found": [one["label"] for one in made],
        # What a run that was stopped had to offer by then.
        "choices": made if job.state != plan_jobs.RUNNING else [],
        **job.result,
    }


def current(workspace: Workspace, user: User, plan_id: int) -> str | None:
    """Find the run of a plan to show: the one at work, else the user's last till thrown away.

    Parameters
    ----------
    workspace
        The workspace.
    user
        Who asks.
    plan_id
        The plan.

    Returns
    -------
    str or None
        Its id; None when there is none.
    """
    require_role(user, {Role.SUPERVISOR}, "redraw team areas")
    with workspace.reading() as session:
        found = plan_jobs.running(session, plan_id)
        last = plan_jobs.last(session, plan_id, by=user.username, objectives=OBJECTIVES)
    return next((job.id for job in found if lives(workspace, job.id)), last)


def discard(workspace: Workspace, user: User, job_id: str) -> None:
    """Throw away what came of a run, and of the user's runs of the plan before it.

    Parameters
    ----------
    workspace
        The workspace.
    user
        Who asked for the run.
    job_id
        The run; one that is at work stays.

    Raises
    ------
    DisclosureError
        When the role may not, or somebody else asked for the run.
    NotFoundError
        When there is no such run.
    """
    require_role(user, {Role.SUPERVISOR}, "redraw team areas")
    with workspace.transaction() as session:
        job = plan_jobs.get(session, job_id)
        if job.by != user.username:
            raise DisclosureError("somebody else asked for this plan of the solver")
        plan_jobs.discard(
            session, job.plan_id, by=user.username, objectives=OBJECTIVES, until=job.at
        )


def stop(workspace: Workspace, user: User, job_id: str) -> None:
    """Stop a run of the solver and keep the best plan it has found.

    Parameters
    ----------
    workspace
        The workspace.
    user
        Who asks.
    job_id
        The run; one that has ended stays as it is.

    Raises
    ------
    DisclosureError
        When the role may not.
    NotFoundError
        When there is no such run.
    """
    require_role(user, {Role.SUPERVISOR}, "redraw team areas")
    with workspace.transaction() as session:
        plan_jobs.get(session, job_id)
        plan_jobs.end(session, job_id, plan_jobs.STOPPED)
    # The best so far is in the database, so that nothing is lost with the process.
    bury(workspace, job_id)


def _read(asked: Mapping[str, Any]) -> dict[str, Any]:
    locks = asked.get("locks", [])
    if not isinstance(locks, list) or not all(isinstance(ref, str) for ref in locks):
        raise InputError("locks are a list of teams")
    limit = asked.get("transfer_limit")
    return {
        "objective": _one_of(asked, "objective", OBJECTIVES),
        "weight": _one_of(asked, "weight", WEIGHTS),
        "tolerance": _between(asked.get("tolerance", 0.05), "the tolerance (a share)", 0, 10),
        "locks": locks,
        "offices": bool(asked.get("offices", False)),
        "transfer_limit": None if limit is None else _between(limit, "the limit", 0, 1e9),
        "seconds": _between(asked.get("seconds", 60), "the time in seconds", 1, MOST_SECONDS),
        "seed": int(_between(asked.get("seed", 0), "the seed", 0, 2**31)),
    }


def _one_of(asked: Mapping[str, Any], name: str, words: tuple[str, ...]) -> str:
    word = asked.get(name, words[0])
    if word not in words:
        raise InputError(f"the {name} is one of: {', '.join(words)}")
    return str(word)


def _between(value: object, what: str, low: float, high: float) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
        raise InputError(f"{what} must be a number from {low:g} to {high:g}")
    return float(value)


def _begin(
    workspace: Workspace, session: Session, user: User, plan_id: int, request: dict[str, Any]
) -> str:
    plan = plans.get(session, plan_id)
    refuse_settled(workspace, session, plan)
    plan_jobs.hold(session, plan_id)
    if plan_jobs.running(session, plan_id):
        raise WorkspaceBusyError(
            "the solver is at work on this plan already", remedy="Follow it, or stop it first"
        )
    if len(plan_jobs.running(session)) >= (os.cpu_count() or 1):
        raise WorkspaceBusyError(
            "the solver is at work on other plans", remedy="Try again in a few minutes"
        )
    request = request | {"locks": _locks(session, user, request["locks"])}
    at = workspace.now()
    audit.append(
        session,
        at=at,
        actor=user.username,
        action="plan.solve",
        object_kind="plan",
        object_ref=str(plan_id),
        detail=request,
    )
    return plan_jobs.create(session, plan_id, by=user.username, at=at, request=request)


def _locks(session: Session, user: User, wanted: list[str]) -> list[str]:
    known = staff.teams(session)
    general = known.index[known["specialty"] == ""].tolist()
    unknown = sorted(set(wanted) - set(general))
    if unknown:
        raise InputError(f"there is no team {unknown[0]!r}", remedy="Load the page again")
    locks = [ref for ref in general if ref in wanted or not sees_team(user, ref)]
    if len(general) - len(locks) < 2:
        raise InputError(
            "there is nothing to redraw: fewer than two teams may change",
            remedy="Unlock two teams or more that you lead",
        )
    return locks


def _died(workspace: Workspace, job: Job) -> Job:
    """Note that the process of a run is gone, unless it ended the run itself just now."""
    with workspace.transaction() as session:
        plan_jobs.end(session, job.id, plan_jobs.FAILED, message=_DIED)
        job = plan_jobs.get(session, job.id)
    bury(workspace, job.id)
    return job


def _bury_dead(workspace: Workspace) -> None:
    with workspace.reading() as session:
        found = plan_jobs.running(session)
    for job in found:
        if not lives(workspace, job.id):
            _died(workspace, job)
