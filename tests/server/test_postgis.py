"""The same pages over PostgreSQL with PostGIS, where several servers may share a workspace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from geoteam.server import ServerConfig, create_app
from geoteam.server.serve import only_server
from geoteam.services.workspace import Workspace
from tests import postgis
from tests.server.served import PASSWORD, Clock, enter, find_places, make_tiny
from tests.server.test_access import WHO, expected, walk

pytestmark = [pytest.mark.postgis, pytest.mark.slow]


@pytest.fixture(scope="module")
def shared(
    postgis_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, str]]:
    """A workspace folder and the database that goes with it."""
    postgis.create_database(postgis_server, "geoteam_served")
    url = postgis.database(postgis_server, "geoteam_served")
    yield make_tiny(tmp_path_factory.mktemp("shared"), url), url
    postgis.drop_database(postgis_server, "geoteam_served")


@pytest.fixture
def workspace(shared: tuple[Path, str]) -> Iterator[Workspace]:
    folder, url = shared
    opened = Workspace.open(folder, url, clock=Clock())
    yield opened
    opened.engine.dispose()


@pytest.fixture
def app(workspace: Workspace) -> Flask:
    return create_app(ServerConfig(sign_ins_per_minute=1000), workspace)


def test_every_route_answers_every_role_as_the_table_says(app: Flask, workspace: Workspace) -> None:
    places = find_places(app, workspace)
    # The officer last: what is planned then is there for everybody after.
    for who in sorted(WHO, key=lambda one: one == "officer"):
        client = app.test_client()
        if who != "anonymous":
            app.config["WTF_CSRF_ENABLED"] = True
            assert enter(client, who, PASSWORD) == 303
        app.config["WTF_CSRF_ENABLED"] = False
        assert walk(client, places) == expected(who), who


def test_several_servers_may_share_a_workspace(workspace: Workspace) -> None:
    with only_server(workspace), only_server(workspace):
        pass
