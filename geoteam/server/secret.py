"""The workspace's secret: one random file that only its owner can read."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from geoteam.errors import WorkspaceError

FILE_NAME = "secret.key"
_BYTES = 32


def workspace_secret(folder: Path) -> bytes:
    """Read the secret of a workspace, making it on the first call.

    Parameters
    ----------
    folder
        The workspace folder.

    Returns
    -------
    bytes
        32 random bytes, the same at every start of the same workspace.

    Raises
    ------
    WorkspaceError
        When the file cannot be written or read, is damaged, or others can read it.
    """
    path = folder / FILE_NAME
    try:
        with contextlib.suppress(FileExistsError):
            _write_once(path)
        secret = path.read_bytes()
        mode = path.stat().st_mode & 0o077
    except OSError as error:
        raise WorkspaceError(
            f"the secret of the workspace cannot be kept: {error.strerror}",
            where=str(path),
            remedy="Make the workspace folder writable for the account that runs the server",
        ) from error
    if len(secret) != _BYTES:
        raise WorkspaceError(
            "the secret of the workspace is damaged",
            where=str(path),
            remedy="Remove the file; everybody has to sign in again",
        )
    if mode:
        raise WorkspaceError(
            "the secret of the workspace can be read by other accounts of this machine",
            where=str(path),
            remedy=f"Run: chmod 600 {path}, or remove the file and start again",
        )
    return secret


def _write_once(path: Path) -> None:
    # Written beside and linked into place: no reader ever sees half a file, and of two servers
    # that start together one wins.
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
