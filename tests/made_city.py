"""The tiny city as a finished workspace: read by many tests, copied for those that write."""

from __future__ import annotations

import csv
import shutil
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from geoteam.model import Role, User
from geoteam.services.setup import init_city
from geoteam.services.workspace import Workspace
from geoteam.store.tables import Base
from tests import postgis
from tests.conftest import BOTH
from tests.tiny_city import CLIENT_HEADER, _clients, write_tiny_city

# Noon in New York on the tiny city's day.
NOW = datetime(2026, 6, 15, 16, tzinfo=UTC)
BOSS = User(1, "boss", "Bea Boss", Role.SUPERVISOR, team_refs=("*",))
WEST = User(2, "west", "Wes West", Role.SUPERVISOR, team_refs=("T1",))
NOBODY = User(3, "nobody", "Ned Nobody", Role.SUPERVISOR)
O1 = User(4, "o1", "Officer 1", Role.OFFICER, officer_ref="O1")
LOOSE = User(5, "loose", "Lou Loose", Role.OFFICER)
P1 = User(6, "p1", "Police One", Role.POLICE, police_partner_ref="P1", district="1")
P2 = User(7, "p2", "Police Two", Role.POLICE, police_partner_ref="P2", district="2")
RELATIONS = User(8, "relations", "Cora Community", Role.COMMUNITY)
ADMIN = User(9, "admin", "Ada Admin", Role.ADMINISTRATOR)
AUDITOR = User(10, "auditor", "Otto Auditor", Role.AUDITOR)
STRANGERS = [P1, RELATIONS, ADMIN, AUDITOR]
TEMPLATE = "geoteam_city"


def clock() -> datetime:
    """A clock that stands still."""
    return NOW


@pytest.fixture(scope="session")
def city_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny city's data folder with its profile ``tiny.toml``."""
    return write_tiny_city(tmp_path_factory.mktemp("city") / "data").parent


def make(folder: Path, data: Path, url: str | None = None) -> Workspace:
    """Run ``init`` on the tiny city and open what it made."""
    init_city(
        folder,
        profile_path=data / "tiny.toml",
        data=data,
        database_url=url,
        actor="test",
        clock=clock,
    )
    return Workspace.open(folder, url, clock=clock)


@pytest.fixture(scope="session")
def sqlite_city(city_data: Path) -> Path:
    """A finished workspace on SQLite; copied, never opened."""
    folder = city_data.parent / "sqlite"
    make(folder, city_data).engine.dispose()
    return folder


@pytest.fixture(scope="session")
def postgis_city(city_data: Path, postgis_server: str) -> Iterator[Path]:
    """A finished workspace whose data is in the database ``TEMPLATE``; copied, never opened."""
    folder = city_data.parent / "postgis"
    postgis.create_database(postgis_server, TEMPLATE)
    make(folder, city_data, postgis.database(postgis_server, TEMPLATE)).engine.dispose()
    yield folder
    postgis.drop_database(postgis_server, TEMPLATE)


def copied(request: pytest.FixtureRequest, folder: Path) -> Iterator[Workspace]:
    """Open a copy of the finished city in a folder that is not there yet."""
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("sqlite_city"), folder)
        opened = Workspace.open(folder, clock=clock)
        yield opened
        opened.engine.dispose()
        return
    shutil.copytree(request.getfixturevalue("postgis_city"), folder)
    server: str = request.getfixturevalue("postgis_server")
    name = f"city_{uuid.uuid4().hex[:12]}"
    postgis.create_database(server, name, TEMPLATE)
    opened = Workspace.open(folder, postgis.database(server, name), clock=clock)
    yield opened
    opened.engine.dispose()
    postgis.drop_database(server, name)


@pytest.fixture(scope="session", params=BOTH)
def city(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workspace]:
    """The finished tiny city for tests that change nothing but the audit log."""
    yield from copied(request, tmp_path_factory.mktemp("read") / "workspace")


@pytest.fixture(params=BOTH)
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    """A copy of the finished tiny city of a test's own."""
    yield from copied(request, tmp_path / "workspace")


@pytest.fixture
def lone(sqlite_city: Path, tmp_path: Path) -> Iterator[Workspace]:
    """The same on SQLite only, for what does not touch the database."""
    shutil.copytree(sqlite_city, tmp_path / "workspace")
    opened = Workspace.open(tmp_path / "workspace", clock=clock)
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="session")
def lone_session(
    sqlite_city: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workspace]:
    """The finished tiny city on SQLite, for examples by the hundred that read only."""
    folder = tmp_path_factory.mktemp("lone") / "workspace"
    shutil.copytree(sqlite_city, folder)
    opened = Workspace.open(folder, clock=clock)
    yield opened
    opened.engine.dispose()


def counts(workspace: Workspace) -> dict[str, int]:
    """Rows of every table."""
    with workspace.engine.connect() as connection:
        return {
            table.name: connection.execute(text(f"SELECT count(*) FROM {table.name}")).scalar_one()
            for table in Base.metadata.sorted_tables
        }


def write_csv(path: Path, header: list[str], rows: list[list[object]]) -> Path:
    """Write a CSV file."""
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def client_row(ref: str, **changes: object) -> list[object]:
    """A row of the tiny city's client file, with other values in some columns."""
    found = next((list(row) for row in _clients() if row[0] == ref), None)
    row = found or [ref, f"New {ref}", "Medium", "", "2026-01-01", "", "", "2026-01-01", *[""] * 5]
    for column, value in changes.items():
        row[CLIENT_HEADER.index(column.replace("_", " "))] = value
    return row
