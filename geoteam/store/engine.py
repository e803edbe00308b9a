"""Open a database, keep its schema current, and hold transactions on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.orm import Session

from geoteam.errors import WorkspaceError
from geoteam.store.faults import clear_errors

MIGRATIONS = Path(__file__).parent / "migrations"
# Any constant: PostgreSQL's advisory lock under which the schema is changed.
_SCHEMA_LOCK = 7_460_001
_READING = "geoteam_reading"


def sqlite_url(path: Path) -> str:
    """Return the address of a SQLite file.

    Parameters
    ----------
    path
        The file, there or not.

    Returns
    -------
    str
        A URL for `open_engine`.
    """
    return URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)


def open_engine(url: str, *, busy_s: float = 30.0) -> Engine:
    """Open a database.

    SQLite runs in WAL mode with foreign keys on and every commit forced to disk. A transaction
    takes the write lock with its first statement (``BEGIN IMMEDIATE``), so that it can never be
    refused half-way because another one wrote after its first read.

    Parameters
    ----------
    url
        ``sqlite:///FILE`` or ``postgresql://USER@HOST/DATABASE`` (psycopg 3 is used).
    busy_s
        Seconds to wait for another process that holds the lock.

    Returns
    -------
    Engine
        The engine; the caller disposes of it.

    Raises
    ------
    WorkspaceError
        When the URL names another kind of database or is none.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise WorkspaceError(
            "the database address is no URL", remedy="Write postgresql://user@host/database"
        ) from error
    backend = parsed.drivername.split("+")[0]
    if backend == "sqlite":
        engine = create_engine(parsed, connect_args={"timeout": busy_s})
        _prepare_sqlite(engine)
        return engine
    if backend in ("postgresql", "postgres"):
        options = f"-c lock_timeout={int(busy_s * 1000)} -c timezone=UTC"
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            connect_args={"options": options, "connect_timeout": 10},
        )
    raise WorkspaceError(
        f"geoteam does not run on {backend}", remedy="Use SQLite, or PostgreSQL with PostGIS"
    )


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: object) -> None:
        # sqlite3 must not begin transactions by itself: the listener below does.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA synchronous = FULL")
        # A large import must not leave a large write-ahead log behind.
        cursor.execute("PRAGMA journal_size_limit = 67108864")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading = bool(connection.get_execution_options().get(_READING))
        connection.exec_driver_sql(f"PRAGMA query_only = {int(reading)}")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """Hold one transaction: commit at the end, roll back on any exception.

    Parameters
    ----------
    engine
        The engine.

    Yields
    ------
    Session
        Open session for repository functions.

    Raises
    ------
    WorkspaceError
        When the database is full, read-only, busy or gone.
    """
    with clear_errors(engine), Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Hold one consistent view that cannot write and does not wait for writers.

    Parameters
    ----------
    engine
        The engine.

    Yields
    ------
    Session
        Open session; a write through it fails.

    Raises
    ------
    WorkspaceError
        When the database is busy or gone.
    """
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
    else:
        engine = engine.execution_options(**{_READING: True})
    with clear_errors(engine), Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def schema_version(engine: Engine) -> str:
    """Return the revision that the database is at.

    Parameters
    ----------
    engine
        The engine.

    Returns
    -------
    str
        The revision; empty for a database without geoteam's tables.
    """
    with clear_errors(engine), engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def newest_version() -> str:
    """Return the revision that this version of geoteam works with.

    Returns
    -------
    str
        The newest revision.
    """
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def migrate(engine: Engine) -> bool:
    """Bring the schema to the newest revision, in one transaction and under a lock.

    Parameters
    ----------
    engine
        The engine.

    Returns
    -------
    bool
        True when something was changed.

    Raises
    ------
    WorkspaceError
        When the folder is read-only, PostGIS is missing, or the database was written by a newer
        version of geoteam.
    """
    config = _config()
    with clear_errors(engine), engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA_LOCK})
        before = MigrationContext.configure(connection).get_current_revision()
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if before and before not in known:
            raise WorkspaceError(
                "the database was written by a newer version of geoteam",
                where=f"schema revision {before}",
                remedy="Install that version, or restore a backup made by this one",
            )
        if before == newest_version():
            return False
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        return True


def check_connection(engine: Engine) -> str:
    """Connect once and say what answers.

    Parameters
    ----------
    engine
        The engine.

    Returns
    -------
    str
        For people: "SQLite 3.40.1" or "PostgreSQL 15.6, PostGIS 3.3.2".

    Raises
    ------
    WorkspaceError
        When the database cannot be used.
    """
    with clear_errors(engine), engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            return f"SQLite {connection.exec_driver_sql('SELECT sqlite_version()').scalar_one()}"
        server = connection.execute(text("SHOW server_version")).scalar_one().split()[0]
        try:
            gis = connection.execute(text("SELECT postgis_lib_version()")).scalar_one()
        except DBAPIError:
            return f"PostgreSQL {server}, PostGIS not yet enabled"
        return f"PostgreSQL {server}, PostGIS {gis}"
