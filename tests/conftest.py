"""Fixtures that every suite shares."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine

from geoteam.store.engine import migrate, open_engine, sqlite_url
from tests import postgis

ROOT = Path(__file__).resolve().parent.parent

# A test fails by what it finds and not by how long it takes on a busy machine.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def dc_data() -> Path:
    """Folder of the real data of Washington, DC; skips where it is absent."""
    folder = Path(os.environ.get("GEOTEAM_DC_DATA", ROOT.parent / "shared" / "data" / "dc"))
    if not (folder / "SOURCES.md").is_file():
        pytest.skip(f"real data of Washington, DC is not at {folder} (set GEOTEAM_DC_DATA)")
    return folder


@pytest.fixture(scope="session")
def postgis_server() -> Iterator[str]:
    """URL of a PostgreSQL server with PostGIS and a migrated database that tests share."""
    for url in postgis.server():
        postgis.make_shared(url)
        yield url
        postgis.drop_database(url, postgis.SHARED)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that every test gets a copy of."""
    path = tmp_path_factory.mktemp("sqlite") / "geoteam.db"
    engine = open_engine(sqlite_url(path))
    migrate(engine)
    engine.dispose()
    return path


BOTH = [pytest.param("sqlite"), pytest.param("postgis", marks=pytest.mark.postgis)]


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a migrated database without rows; a test runs once on each kind."""
    if request.param == "sqlite":
        path = tmp_path / "geoteam.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield sqlite_url(path)
        return
    yield postgis.empty_shared(request.getfixturevalue("postgis_server"))


@pytest.fixture(params=BOTH)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a database without tables; a test runs once on each kind."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "empty.db")
        return
    server = request.getfixturevalue("postgis_server")
    name = f"empty_{uuid.uuid4().hex[:12]}"
    postgis.create_database(server, name)
    yield postgis.database(server, name)
    postgis.drop_database(server, name)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Engine of a migrated database without rows; a test runs once on each kind."""
    opened = open_engine(database_url)
    yield opened
    opened.dispose()
