"""Turning an online geocoder on and off in the browser."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from geoteam.model import Role
from geoteam.services import audit, online
from geoteam.services.workspace import Workspace
from tests.server.served import send

SignedIn = Callable[[Role], FlaskClient]
ENABLE, DISABLE = "/setup/services/enable", "/setup/services/disable"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAR_KEY", "NOMINATIM_URL", "PHOTON_URL", "PELIAS_URL"):
        monkeypatch.delenv(f"GEOTEAM_{name}", raising=False)


def _warning(page: str, name: str) -> str:
    form = page.partition(f'name="service" value="{name}"')[2]
    found = re.search(r'name="warning" value="([^"]+)"', form)
    assert found
    return html.unescape(found[1])


def _on(workspace: Workspace) -> list[str]:
    return [row["name"] for row in online.list_services(workspace) if row["on"]]


def test_a_service_is_turned_on_after_its_warning_and_off_again(
    signed_in: SignedIn, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEOTEAM_MAR_KEY", "very-secret")
    monkeypatch.setenv("GEOTEAM_PHOTON_URL", "https://photon.komoot.io")
    client = signed_in(Role.ADMINISTRATOR)
    page = client.get("/setup").text
    assert "Set GEOTEAM_NOMINATIM_URL" in page
    assert "forbid systematic use" in page
    assert "very-secret" not in page
    warning = _warning(page, "mar")
    assert "datagate.dc.gov" in warning
    assert warning in html.unescape(page)
    for refused in ({"read": ""}, {"warning": "another"}, {"service": "photon"}):
        typed = {"service": "mar", "read": "yes", "warning": warning} | refused
        status, page = send(client, ENABLE, "/setup", **typed)
        assert status == 400
        assert 'role="alert"' in page
        assert _on(workspace) == []
    status, _ = send(client, ENABLE, "/setup", service="mar", read="yes", warning=warning)
    assert status == 303
    assert _on(workspace) == ["mar"]
    page = client.get("/setup").text
    assert "by administrator" in page
    status, _ = send(client, DISABLE, "/setup", service="mar")
    assert status == 303
    assert _on(workspace) == []
    actions = [e["action"] for e in audit.list_events(workspace, None, action="service.").rows]
    assert actions == ["service.disable", "service.enable"]


def test_a_service_that_is_not_there(signed_in: SignedIn, workspace: Workspace) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    for path in (ENABLE, DISABLE):
        assert send(client, path, "/setup", service="google", read="yes")[0] == 404
    assert send(client, ENABLE, "/setup", service="mar", read="yes", warning="")[0] == 400
    assert _on(workspace) == []
