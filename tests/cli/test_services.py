"""``geoteam services`` as it is typed."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.geocoding.services.servers import Server, running
from tests.made_city import client_row
from tests.services.test_online import DOORS, HOMES
from tests.tiny_city import CLIENT_HEADER


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A Photon server of the agency's own."""
    for name in ("MAR_KEY", "NOMINATIM_URL", "PELIAS_URL"):
        monkeypatch.delenv(f"GEOTEAM_{name}", raising=False)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with running("photon", DOORS) as service:
        monkeypatch.setenv("GEOTEAM_PHOTON_URL", service.url)
        yield service


def test_list_enable_ask_disable(geoteam: Command, server: Server, tmp_path: Path) -> None:
    listed = geoteam("services", "list")
    assert listed.code == 0
    assert "mar: DC MAR 2, off" in listed.out
    assert server.url in listed.out
    # What would be told, also before there is a key or an address.
    assert listed.out.count("No name, no client number, no apartment and no note is sent") == 5
    assert "your own Pelias server (whose address is not settled yet)" in listed.out
    assert "Set GEOTEAM_PELIAS_URL" in listed.out
    assert not any(row["on"] for row in geoteam("services", "list", "--json").json)
    assert "geoteam services enable photon" in geoteam("services", "ask", "photon").refused()
    assert "Set GEOTEAM_MAR_KEY" in geoteam("services", "enable", "mar").refused()
    assert geoteam("services", "enable", "google").code == 2
    refused = geoteam("services", "enable", "photon", "--acknowledge", "yes")
    assert "nothing was turned on" in refused.refused()
    on = geoteam("services", "enable", "photon", "--acknowledge", "photon")
    assert on.code == 0
    assert "house number" in on.err
    assert "is on" in on.out
    assert "photon: Photon (self-hosted), ON since" in geoteam("services", "list").out

    rows = [client_row(ref, Home_Address=home) for ref, home in HOMES.items()]
    path = tmp_path / "new.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([CLIENT_HEADER, *rows])
    assert geoteam("clients", "import", path).code == 0
    asked = geoteam("services", "ask", "photon", "--limit", "1", "--json")
    assert asked.code == 0, asked
    assert asked.json["accepted"] == 2
    asked = geoteam("services", "ask", "photon")
    assert asked.code == 0
    assert "0 accepted, 4 still for a person, 1 without an answer, 0 failed." in asked.out
    assert "QUIET" not in (asked.out + asked.err).upper()
    assert len(server.requests) == 6
    assert geoteam("services", "disable", "photon").code == 0
    geoteam("services", "ask", "photon").refused()
    shown = geoteam("audit", "show", "--json")
    assert "service.answers" in shown.out
    assert "QUIET" not in shown.out.upper()


def test_the_name_is_typed(
    geoteam: Command, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("no\n"))
    refused = geoteam("services", "enable", "photon")
    assert (refused.code, refused.out) == (1, "")
    assert "nothing was turned on" in refused.err
    monkeypatch.setattr(sys, "stdin", io.StringIO("photon\n"))
    assert geoteam("services", "enable", "photon").code == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert geoteam("services", "enable", "census").code == 1


def test_a_service_that_refuses_us(geoteam: Command, server: Server, tmp_path: Path) -> None:
    geoteam("services", "enable", "photon", "--acknowledge", "photon")
    path = tmp_path / "new.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(
            [CLIENT_HEADER, client_row("N1", Home_Address="150 Quiet St NE")]
        )
    assert geoteam("clients", "import", path).code == 0
    server.script[:] = ["403"]
    asked = geoteam("services", "ask", "photon")
    assert "refuses us (403)" in asked.refused()
    assert "0 failed" in asked.out
    assert "QUIET" not in asked.err.upper()
