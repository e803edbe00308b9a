"""Files that geoteam writes for people: whole or not at all, and a clear word when it fails."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

from geoteam.errors import GeoteamError, WorkspaceError

_REMEDIES = {
    errno.ENOSPC: "Free some space and run the same command again",
    errno.EDQUOT: "Free some space and run the same command again",
    errno.EACCES: "Give yourself the right to write there, or choose another place",
    errno.EPERM: "Give yourself the right to write there, or choose another place",
    errno.EROFS: "Choose a place that may be written",
    errno.ENOENT: "Make the folder first, or choose another place",
    errno.EISDIR: "Name a file, not a folder",
    errno.EMFILE: "Close other programs, or raise the limit of open files",
}


def system_failure(error: OSError, where: str = "") -> WorkspaceError:
    """Put a failure of the operating system into words that help a person.

    Parameters
    ----------
    error
        What the system said.
    where
        The file concerned; by default the one that the system names.

    Returns
    -------
    WorkspaceError
        What, where and what to do.
    """
    named = where or str(error.filename or "")
    text = error.strerror or str(error) or type(error).__name__
    return WorkspaceError(
        f"the system refused: {text[0].lower()}{text[1:]}",
        where=named,
        remedy=_REMEDIES.get(error.errno or 0, "Mend that and run the same command again"),
    )


def check_folder(path: Path) -> None:
    """Refuse a file that cannot be written because its folder is not there.

    Parameters
    ----------
    path
        The file to be written.

    Raises
    ------
    WorkspaceError
        When there is no such folder.
    """
    folder = path.resolve().parent
    if not folder.is_dir():
        missing = OSError(errno.ENOENT, "There is no such folder")
        raise system_failure(missing, str(folder))


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file under another name and then put it in its place, so that no half file is left.

    Parameters
    ----------
    path
        The file wanted; one that is there already is replaced.
    write
        Writes everything to the path it is given, which has the same ending.

    Raises
    ------
    WorkspaceError
        When the system refuses: full disk, missing folder, no right to write.
    """
    if path.exists() and not path.is_file():
        # A device or a pipe is written to, never replaced.
        _try(path, lambda: write(path))
        return
    check_folder(path)
    target = path.resolve()
    part = target.with_name(f".{target.stem}.part{target.suffix}")
    try:
        _try(path, lambda: write(part))
        _try(path, lambda: part.replace(target))
    finally:
        part.unlink(missing_ok=True)


def _try(path: Path, work: Callable[[], object]) -> None:
    try:
        work()
    except GeoteamError:
        # Some of ours are OSErrors too, and speak already.
        raise
    except OSError as error:
        raise system_failure(error, str(path)) from error
