"""What a database says when it fails, in words that help a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from geoteam.errors import WorkspaceBusyError, WorkspaceError

# Phrase in the database's message, or SQLSTATE of PostgreSQL -> error, what is wrong, remedy.
_SQLITE: tuple[tuple[str, type[WorkspaceError], str, str], ...] = (
    (
        "disk is full",
        WorkspaceError,
        "the disk is full, so nothing was saved",
        "Free some space and run the same command again",
    ),
    (
        "readonly database",
        WorkspaceError,
        "the workspace database may not be written",
        "Give this user write access to the workspace folder and to the database file in it",
    ),
    (
        "unable to open database",
        WorkspaceError,
        "the workspace database cannot be opened",
        "Check that the folder exists and that this user may read and write in it",
    ),
    (
        "is locked",
        WorkspaceBusyError,
        "another process is writing to the workspace",
        "Wait until it has finished, or stop it, and run the same command again",
    ),
    (
        "not a database",
        WorkspaceError,
        "the database file is not a geoteam database",
        "Choose another workspace, or restore this one from a backup",
    ),
    (
        "malformed",
        WorkspaceError,
        "the database file is damaged",
        "Restore the workspace from a backup",
    ),
    (
        "disk i/o error",
        WorkspaceError,
        "the disk failed while the database was in use",
        "Check the disk and the space on it, then run the same command again",
    ),
)
_POSTGRES: dict[str, tuple[type[WorkspaceError], str, str]] = {
    "53100": (
        WorkspaceError,
        "the disk of the database server is full, so nothing was saved",
        "Free some space on the server and run the same command again",
    ),
    "25006": (
        WorkspaceError,
        "the database server accepts no changes",
        "Connect to the primary server, not to a read-only copy",
    ),
    "42501": (
        WorkspaceError,
        "the database user may not do this",
        "Let the user own the database, or have its administrator run CREATE EXTENSION postgis",
    ),
    "55P03": (
        WorkspaceBusyError,
        "another process is using the database for the same work",
        "Wait until it has finished and run the same command again",
    ),
    "40P01": (
        WorkspaceBusyError,
        "two processes waited for each other",
        "Run the same command again",
    ),
    "53300": (
        WorkspaceBusyError,
        "the database server has no free connection",
        "Close other programs that use it, or raise max_connections",
    ),
    "0A000": (
        WorkspaceError,
        "the database server has no PostGIS",
        "Install PostGIS on the server (Debian: postgresql-15-postgis-3)",
    ),
    "58P01": (
        WorkspaceError,
        "the database server has no PostGIS",
        "Install PostGIS on the server (Debian: postgresql-15-postgis-3)",
    ),
}

# A server that lets nobody more in says so in words only: libpq gives no SQLSTATE then.
_FULL = ("too many clients", "too many connections", "remaining connection slots")


def explain(error: DBAPIError, where: str) -> WorkspaceError | None:
    """Turn a database failure that a person can mend into a clear error.

    Parameters
    ----------
    error
        What SQLAlchemy raised.
    where
        Name of the database, without a password.

    Returns
    -------
    WorkspaceError or None
        None when the failure is no fault of the surroundings (a bug, a broken constraint).
    """
    text = str(error.orig).lower()
    state = str(getattr(error.orig, "sqlstate", None) or "")
    if not state and any(phrase in text for phrase in _FULL):
        state = "53300"
    if state in _POSTGRES:
        kind, what, remedy = _POSTGRES[state]
        return kind(what, where=where, remedy=remedy)
    module = type(error.orig).__module__
    if module.startswith("sqlite3"):
        for phrase, kind, what, remedy in _SQLITE:
            if phrase in text:
                return kind(what, where=where, remedy=remedy)
    if module.startswith("psycopg") and (error.connection_invalidated or _unreachable(state, text)):
        return WorkspaceError(
            "the database server cannot be reached, or refuses the user",
            where=where,
            remedy="Check that it runs, and the address, user and password in GEOTEAM_DATABASE_URL",
        )
    return None


def _unreachable(state: str, text: str) -> bool:
    if state:
        return state.startswith(("08", "28", "57P")) or state == "3D000"
    return "connection" in text or "password" in text


@contextmanager
def clear_errors(engine: Engine) -> Iterator[None]:
    """Raise a clear error where the database's own would puzzle.

    Parameters
    ----------
    engine
        The engine in use.

    Yields
    ------
    None
        The block runs under translation.

    Raises
    ------
    WorkspaceError
        Read-only, full, damaged or unreachable database; PostGIS missing.
    WorkspaceBusyError
        Another process holds the lock.
    """
    try:
        yield
    except DBAPIError as error:
        where = engine.url.database if engine.dialect.name == "sqlite" else ""
        clear = explain(error, where or engine.url.render_as_string(hide_password=True))
        if clear is None:
            raise
        raise clear from error
