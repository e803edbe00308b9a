"""A workspace on either database, with the profile of the tiny city and its staff."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from geoteam.profile import read_profile
from geoteam.services.workspace import Workspace
from geoteam.store import settings
from geoteam.store.engine import transaction
from tests.made_city import city as city
from tests.made_city import city_data as city_data
from tests.made_city import fresh as fresh
from tests.made_city import lone as lone
from tests.made_city import lone_session as lone_session
from tests.made_city import postgis_city as postgis_city
from tests.made_city import sqlite_city as sqlite_city
from tests.store.conftest import fill
from tests.tiny_city import PROFILE


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 6, 15, 16, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at noon in New York on 15 June 2026."""
    return Clock()


@pytest.fixture
def bare(engine: Engine, tmp_path: Path, clock: Clock) -> Workspace:
    """A workspace with a profile and nothing else."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    profile = tmp_path / "tiny.toml"
    profile.write_text(PROFILE)
    with transaction(engine) as session:
        value = read_profile(profile).model_dump(mode="json")
        settings.put(session, "profile", value, clock())
    return Workspace(folder, engine, clock)


@pytest.fixture
def workspace(bare: Workspace) -> Workspace:
    """The same with two teams, three officers, a police partner and four clients."""
    with bare.transaction() as session:
        fill(session)
    return bare
