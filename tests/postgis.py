"""A private PostgreSQL with PostGIS that lives as long as the test run."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, make_url, text

from geoteam.store.engine import migrate, open_engine
from geoteam.store.tables import Base

SHARED = "geoteam_shared"


def unavailable(reason: str) -> None:
    """Skip, or fail where the run promises to test on PostGIS."""
    if os.environ.get("GEOTEAM_REQUIRE_POSTGIS") == "1":
        pytest.fail(f"GEOTEAM_REQUIRE_POSTGIS is set, but {reason}")
    pytest.skip(reason)


def server(*, durable: bool = False) -> Iterator[str]:
    """URL of a server on which databases may be made; one that forces commits to disk is slower."""
    given = os.environ.get("GEOTEAM_TEST_DATABASE_URL")
    if given:
        yield given
        return
    binaries = _binaries()
    if binaries is None:
        unavailable("PostgreSQL's initdb is not installed (Debian: postgresql-15-postgis-3)")
        return
    folder = Path(tempfile.mkdtemp(prefix="geoteam-pg-"))
    as_postgres: list[str] = []
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        shutil.chown(folder, "postgres")
        as_postgres = ["runuser", "-u", "postgres", "--"]
    try:
        _run(
            as_postgres,
            [binaries / "initdb", "-D", folder / "data", "-A", "trust", "-U", "geoteam",
             "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"],
        )  # fmt: skip
        options = f"-k {folder} -c listen_addresses= -c max_connections=60"
        if not durable:
            options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        start = [binaries / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log"]
        _run(as_postgres, [*start, "-o", options, "start"])
        try:
            yield f"postgresql+psycopg://geoteam@/postgres?host={folder}"
        finally:
            _run(
                as_postgres, [binaries / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop"]
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path | None:
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").is_file():
            return folder
    found = shutil.which("initdb")
    return Path(found).parent if found else None


def _run(prefix: list[str], command: list[object]) -> None:
    done = subprocess.run(
        [*prefix, *map(str, command)],
        check=False,
        stdout=subprocess.PIPE if "start" not in command else subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        cwd="/",
    )
    if done.returncode:
        pytest.fail(f"{command[0]} failed: {(done.stdout or b'').decode()[-500:]}")


def make_shared(url: str) -> None:
    """Make the migrated database that the tests use one after the other."""
    create_database(url, SHARED)
    engine = open_engine(database(url, SHARED))
    migrate(engine)
    engine.dispose()


def empty_shared(url: str) -> str:
    """Take every row out of the shared database: forty times faster than a new database."""
    tables = reversed(Base.metadata.sorted_tables)
    with create_engine(database(url, SHARED), poolclass=NullPool).begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        # So that neither the audit log's triggers nor foreign keys are asked.
        connection.execute(text("SET session_replication_role = replica"))
        for table in tables:
            connection.execute(table.delete())
        for table in ("audit", "audit_head"):
            connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER ALL"))
        connection.execute(text("SET session_replication_role = origin"))
    return database(url, SHARED)


def create_database(url: str, name: str, template: str = "template0") -> None:
    """Make a database, in the place of one that a stopped run has left."""
    drop_database(url, name)
    _administer(url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def drop_database(url: str, name: str) -> None:
    """Drop a database where there is one."""
    _administer(url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _administer(url: str, statement: str) -> None:
    # Without a pool: what it keeps open until it is collected fills the server after some fifty tests.
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))


def database(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)
