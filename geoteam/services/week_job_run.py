"""The process that plans one week: ``python -m geoteam.services.week_job_run FOLDER JOB``."""

from __future__ import annotations

import logging
import os
import sys
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

from geoteam.errors import GeoteamError
from geoteam.model import Role, User
from geoteam.services.jobs import lock_path
from geoteam.services.tour_week import TeamWeek, plan_team_week
from geoteam.services.workspace import Workspace
from geoteam.store import week_jobs

logger = logging.getLogger("geoteam.week")


def run(workspace: Workspace, job_id: str) -> None:
    """Plan the week that a run asks for, telling the tours so far, and end the run.

    Parameters
    ----------
    workspace
        The workspace.
    job_id
        The run.
    """
    with workspace.reading() as session:
        job = week_jobs.get(session, job_id)

    def tell(share: float, week: TeamWeek) -> None:
        with workspace.transaction() as session:
            week_jobs.tell(session, job_id, written(week, share))

    try:
        # The rights were asked for when the run began.
        user = User(0, job.by, job.by, Role.SUPERVISOR, team_refs=(job.team_ref,))
        week = plan_team_week(
            workspace, user, team_ref=job.team_ref, first=job.first, progress=tell
        )
        tell(1.0, week)
        state, message = week_jobs.DONE, ""
    except GeoteamError as error:
        state, message = week_jobs.FAILED, str(error)
    except Exception as error:  # noqa: BLE001  a run must not end without a word
        # The error's own message may hold a person's data.
        logger.error("planning a week failed: %s", type(error).__name__)
        state = week_jobs.FAILED
        message = "Planning failed. Try again; if it happens again, tell your administrator when."
    with workspace.transaction() as session:
        week_jobs.end(session, job_id, state, message=message)


def written(week: TeamWeek, share: float) -> dict[str, Any]:
    """Write a week as the store keeps it: references, no names of clients.

    Parameters
    ----------
    week
        The week.
    share
        How much of it is done.

    Returns
    -------
    dict
        Text, numbers, lists and tables only.
    """
    plain: dict[str, Any] = _plain(asdict(week))
    return plain | {"share": share}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def main() -> None:
    """Run as a process of its own, politely."""
    folder, job_id = sys.argv[1:]
    os.nice(5)
    opened = Workspace.open(Path(folder))
    with opened.reading() as session:
        at = week_jobs.get(session, job_id).at
    # As of the moment when it was asked, whatever the machine's clock says.
    run(Workspace(opened.folder, opened.engine, lambda: at), job_id)
    lock_path(opened, job_id).unlink(missing_ok=True)


if __name__ == "__main__":
    main()
