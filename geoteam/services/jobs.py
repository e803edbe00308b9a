"""Long work in a process of its own, for as long as which it holds a lock on a file.

The lock is taken before the process starts and held until that process ends, so that whoever asks
can tell whether it still lives: after a crash or a restart of the server no work counts as running
for ever.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from geoteam.services.workspace import DATABASE_VARIABLE, Workspace


def lock_path(workspace: Workspace, job_id: str) -> Path:
    """Name the file that a run holds a lock on while it lives.

    Parameters
    ----------
    workspace
        The workspace.
    job_id
        The run.

    Returns
    -------
    Path
        The file, in which the number of the process stands.
    """
    return workspace.folder / f"solve-{job_id}.lock"


def hold_lock(workspace: Workspace, job_id: str) -> IO[str]:
    """Take the lock of a run, before anybody can see the run: one that nobody holds counts as dead.

    Parameters
    ----------
    workspace
        The workspace.
    job_id
        The run.

    Returns
    -------
    file
        To be handed to `launch`, and closed afterwards.
    """
    file = lock_path(workspace, job_id).open("w")
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def launch(workspace: Workspace, job_id: str, command: tuple[str, ...], lock: IO[str]) -> None:
    """Start the process of a run; it inherits the lock, and holds it until it ends.

    Parameters
    ----------
    workspace
        The workspace.
    job_id
        The run.
    command
        Arguments of Python, before the folder and the run.
    lock
        As of `hold_lock`.
    """
    url = workspace.engine.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, *command, str(workspace.folder), job_id],
        pass_fds=[lock.fileno()],
        stdin=subprocess.DEVNULL,
        # A stop of the server from the keyboard must not reach it.
        start_new_session=True,
        env=os.environ | {DATABASE_VARIABLE: url},
    )
    lock.write(str(process.pid))
    lock.flush()
    threading.Thread(target=process.wait, daemon=True).start()


def lives(workspace: Workspace, job_id: str) -> bool:
    """Tell whether the process of a run is still there.

    Parameters
    ----------
    workspace
        The workspace.
    job_id
        The run.

    Returns
    -------
    bool
        False too when there never was one.
    """
    try:
        with lock_path(workspace, job_id).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def bury(workspace: Workspace, job_id: str) -> None:
    """End the process of a run at once, if it still lives, and take its lock away.

    Parameters
    ----------
    workspace
        The workspace.
    job_id
        The run.
    """
    path = lock_path(workspace, job_id)
    if lives(workspace, job_id):
        with contextlib.suppress(ProcessLookupError, ValueError):
            # With the processes that it has started.
            os.killpg(int(path.read_text()), signal.SIGKILL)
    path.unlink(missing_ok=True)
