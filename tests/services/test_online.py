"""Online geocoders: off until an administrator turns one on, and asked only about what waits."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from geoteam.errors import (
    DisclosureError,
    InputError,
    NotFoundError,
    ServiceAnswerError,
    ServiceOffError,
    ServiceUnreachableError,
    WorkspaceBusyError,
)
from geoteam.geocoding.services import CATALOGUE, Connection, OnlineService, Patience
from geoteam.geocoding.services.census import Census
from geoteam.geocoding.services.photon import Photon
from geoteam.services import audit, geocoding, imports, online, online_ask, review
from geoteam.services.people import clients_frame
from geoteam.services.workspace import Workspace
from geoteam.store import geocodes
from tests.geocoding.services.servers import Place, Server, running
from tests.made_city import ADMIN, BOSS, O1, client_row, write_csv
from tests.tiny_city import CLIENT_HEADER, lonlat


def _door(number: int, quadrant: str, x_m: float, y_m: float) -> Place:
    lon, lat = lonlat(x_m, y_m)
    code = "00102" if quadrant == "NE" else "00101"
    return Place(str(number), "QUIET STREET", quadrant, code, lon, lat, city="Tinytown", state="TT")


# Doors of a street that the tiny city's own reference does not have.
DOORS = {
    "150 QUIET STREET NE": [_door(150, "NE", 600, 100)],
    # Five metres from area 101.
    "152 QUIET STREET NE": [_door(152, "NE", 405, 100)],
    "154 QUIET STREET NE": [_door(154, "NW", 100, 100)],
    "158 QUIET STREET NE": [_door(158, "NE", 50_000, 100)],
    "160 QUIET STREET NE": [_door(160, "NE", 600, 100), _door(160, "NE", 600, 600)],
    "162 QUIET STREET NE": [_door(162, "NE", 620, 100)],
    "164 QUIET STREET NE": [_door(164, "NE", 640, 100)],
}
HOMES = {
    "N1": "150 Quiet St NE",
    "N2": "152 Quiet St NE Apt 9",
    "N3": "154 Quiet St NE",
    "N4": "156 Quiet St NE",
    "N5": "158 Quiet St NE",
    "N6": "c/o Mary 150 quiet street ne #2",
    "N7": "160 Quiet St NE",
}


@pytest.fixture
def server() -> Iterator[Server]:
    """A Photon server that knows the doors."""
    with running("photon", DOORS) as service:
        yield service


def _arrive(workspace: Workspace, folder: Path, homes: dict[str, str]) -> None:
    rows = [client_row(ref, Home_Address=home) for ref, home in homes.items()]
    rows.append(client_row("N8", Home_Address="170 Quiet St NE", Residence_Type="Shelter"))
    rows.append(client_row("N9", Home_Address="1 Main Street, Philadelphia, PA 19102"))
    imports.import_clients(workspace, "test", write_csv(folder / "new.csv", CLIENT_HEADER, rows))
    geocoding.geocode_residences(workspace, "test")


@pytest.fixture
def full(fresh: Workspace, tmp_path: Path) -> Workspace:
    """The tiny city with clients on a street that its reference does not have."""
    _arrive(fresh, tmp_path, HOMES)
    return fresh


def _environ(server: Server) -> dict[str, str]:
    return {"GEOTEAM_PHOTON_URL": server.url}


def _enable(workspace: Workspace, name: str, environ: dict[str, str]) -> None:
    (row,) = (r for r in online.list_services(workspace, environ) if r["name"] == name)
    online.enable(workspace, ADMIN, name, warning=row["warning"], environ=environ)


def _client(workspace: Workspace, ref: str) -> Any:
    with workspace.reading() as session:
        return clients_frame(workspace, session, workspace.today(), refs=[ref]).iloc[0]


def _reason(workspace: Workspace, ref: str) -> str:
    return str(_present(workspace, ref).reason)


def _present(workspace: Workspace, ref: str) -> geocodes.Geocode:
    with workspace.reading() as session:
        return geocodes.get(session, int(_client(workspace, ref)["geocode_id"]))


def _events(workspace: Workspace) -> list[tuple[str, str, str]]:
    rows = audit.list_events(workspace, None, action="service.", page_size=50).rows
    return [(r["action"], r["actor"], json.dumps(r["detail"])) for r in reversed(rows)]


def _opened(server: Server, chunk: int = 0) -> online_ask.Opened:
    """Open a service that never really waits."""

    @contextmanager
    def opened() -> Iterator[OnlineService]:
        with httpx.Client(timeout=5.0, trust_env=False, verify=False) as client:
            connection = Connection(
                client, "The Service", pause=lambda _: None, patience=Patience(tries=2)
            )
            if server.name == "census":
                yield Census(connection, server.url, chunk or 1000)
            else:
                service = Photon(connection, *server.url.split("://"))
                service.chunk = chunk or service.chunk
                yield service

    return opened


def test_all_are_off_at_first(city: Workspace) -> None:
    rows = online.list_services(city, {})
    assert [row["name"] for row in rows] == [info.name for info in CATALOGUE]
    assert not any(row["on"] for row in rows)
    missing = {row["name"]: row["missing"] for row in rows}
    assert missing.pop("census") == ""
    assert all("Set GEOTEAM_" in text for text in missing.values())


def test_nothing_is_sent_unless_it_is_on(
    full: Workspace, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = _environ(server) | {"GEOTEAM_MAR_KEY": "K"}
    # PostgreSQL is spoken to by a library of its own, not through Python's sockets.
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a socket was opened"))
    for name in ("mar", "census", "photon"):
        with pytest.raises(ServiceOffError, match="geoteam services enable"):
            online_ask.ask(full, ADMIN, name, environ=environ)
    for name in ("nominatim", "pelias"):
        with pytest.raises(InputError, match="no address yet"):
            online_ask.ask(full, ADMIN, name, environ=environ)
    geocoding.geocode_residences(full, "test")
    assert server.requests == []
    assert _events(full) == []


def test_only_an_administrator_turns_it_on(full: Workspace, server: Server) -> None:
    environ = _environ(server)
    (row,) = (r for r in online.list_services(full, environ) if r["name"] == "photon")
    works: list[Callable[[Any], object]] = [
        lambda user: online.enable(full, user, "photon", warning=row["warning"], environ=environ),
        lambda user: online.disable(full, user, "photon"),
        lambda user: online_ask.ask(full, user, "photon", environ=environ),
    ]
    for work in works:
        for user in (BOSS, O1):
            with pytest.raises(DisclosureError):
                work(user)
    with pytest.raises(NotFoundError):
        online.disable(full, ADMIN, "google")
    for warning in ("", "yes", row["warning"] + " "):
        with pytest.raises(InputError, match="Read it again"):
            online.enable(full, ADMIN, "photon", warning=warning, environ=environ)
    assert _events(full) == []
    _enable(full, "photon", environ)
    (row,) = (r for r in online.list_services(full, environ) if r["name"] == "photon")
    assert (row["on"], row["by"]) == (True, "admin")
    assert row["at"].startswith("2026-06-15")
    online.disable(full, ADMIN, "photon")
    assert _events(full) == [
        ("service.enable", "admin", "{}"),
        ("service.disable", "admin", "{}"),
    ]
    with pytest.raises(ServiceOffError):
        online_ask.ask(full, ADMIN, "photon", environ=environ)


def test_another_receiver_was_not_agreed_to(full: Workspace, server: Server) -> None:
    _enable(full, "photon", {"GEOTEAM_PHOTON_URL": "http://10.0.0.1"})
    with pytest.raises(ServiceOffError, match="another receiver"):
        online_ask.ask(full, ADMIN, "photon", environ=_environ(server))
    assert server.requests == []


def test_what_agrees_is_used_and_all_else_waits(full: Workspace, server: Server) -> None:
    environ = _environ(server)
    _enable(full, "photon", environ)
    report = online_ask.ask(full, ADMIN, "photon", environ=environ)
    assert report.counts() == {
        "service": "photon", "waiting": 8, "withheld": 1, "accepted": 2, "review": 4,
        "nothing": 1, "failed": 0, "left": 0,
    }  # fmt: skip
    assert report.fault is None
    # Each address once, and nothing but the address; no shelter, and nothing of another city.
    numbers = (150, 152, 154, 156, 158, 160)
    assert server.sent == [f"{number} QUIET STREET NE, TINYTOWN, TT" for number in numbers]
    for ref in ("N1", "N6"):
        client = _client(full, ref)
        assert (client["decision"], client["unit"]) == ("accepted", "201")
        assert client["matched_address"] == "150 QUIET STREET NE"
        present = _present(full, ref)
        assert (present.service, present.decided_by) == ("photon", "")
        assert present.match_code == "PointAddress"
        assert "Photon" in present.reason
    assert "close to another area: 101 or 201" in _reason(full, "N2")
    assert "the quadrant is another one" in _reason(full, "N3")
    assert _present(full, "N3").candidates[0]["address"] == "154 QUIET STREET NW"
    assert "found nothing" in _reason(full, "N4")
    assert "outside the city" in _reason(full, "N5")
    assert _present(full, "N5").candidates == ()
    assert _present(full, "N7").status == "T"
    for ref in ("N2", "N3", "N4", "N5", "N7"):
        assert _client(full, ref)["decision"] == "review"
    assert [event[0] for event in _events(full)] == [
        "service.enable", "service.ask", "service.answers",
    ]  # fmt: skip
    assert _events(full)[1][2] == '{"addresses": 7}'
    assert "QUIET" not in json.dumps(_events(full)).upper()
    assert audit.verify(full) == []


def test_each_address_is_sent_to_a_service_once(full: Workspace, server: Server) -> None:
    environ = _environ(server)
    _enable(full, "photon", environ)
    online_ask.ask(full, ADMIN, "photon", environ=environ)
    again = online_ask.ask(full, ADMIN, "photon", environ=environ)
    assert (again.waiting, again.withheld, len(server.requests)) == (1, 1, 6)
    # What a person may now choose in review is what the service offered.
    rows = review.review_queue(full, BOSS).rows
    item = next(row["id"] for row in rows if row["client_ref"] == "N2")
    review.decide_item(full, BOSS, item, action="candidate", candidate=0, why="Seen the lease")
    assert _client(full, "N2")["unit"] == "201"


def test_a_limit_sends_no_more(full: Workspace, server: Server) -> None:
    environ = _environ(server)
    _enable(full, "photon", environ)
    report = online_ask.ask(full, ADMIN, "photon", limit=2, environ=environ)
    # The first address is that of two clients.
    assert (len(server.requests), report.accepted, report.review, report.left) == (2, 2, 1, 4)
    assert online_ask.ask(full, ADMIN, "photon", environ=environ).left == 0
    assert len(server.requests) == 6


def test_a_run_that_is_killed_is_taken_up_again(full: Workspace, server: Server) -> None:
    environ = _environ(server)
    _enable(full, "photon", environ)

    def progress(text: str, share: float | None = None) -> None:
        if share is not None and share >= 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        online_ask.ask(
            full, ADMIN, "photon", environ=environ, progress=progress, opened=_opened(server, 1)
        )
    assert len(server.requests) == 3
    assert _client(full, "N1")["decision"] == "accepted"
    report = online_ask.ask(full, ADMIN, "photon", environ=environ)
    assert len(server.requests) == 6
    assert (report.accepted, report.review, report.nothing) == (0, 2, 1)


def test_what_was_sent_before_a_stop_by_hand_is_kept(
    full: Workspace, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = _environ(server)
    _enable(full, "photon", environ)
    real = Photon.ask

    def ask(self: Photon, questions: Any) -> Iterator[Any]:
        for count, answer in enumerate(real(self, questions)):
            yield answer
            if count == 2:
                raise KeyboardInterrupt

    monkeypatch.setattr(Photon, "ask", ask)
    with pytest.raises(KeyboardInterrupt):
        online_ask.ask(full, ADMIN, "photon", environ=environ)
    monkeypatch.setattr(Photon, "ask", real)
    online_ask.ask(full, ADMIN, "photon", environ=environ)
    assert len(server.sent) == len(set(server.sent)) == 6


def test_what_was_answered_before_the_service_fails_is_kept(
    full: Workspace, server: Server
) -> None:
    environ = _environ(server)
    _enable(full, "photon", environ)
    server.script[:] = ["ok", "ok", *["500"] * 2]
    report = online_ask.ask(full, ADMIN, "photon", environ=environ, opened=_opened(server))
    assert isinstance(report.fault, ServiceUnreachableError)
    assert (report.accepted, report.review, report.left) == (2, 1, 4)
    assert "QUIET" not in str(report.fault).upper()
    assert online_ask.ask(full, ADMIN, "photon", environ=environ).left == 0
    assert server.sent.count("150 QUIET STREET NE, TINYTOWN, TT") == 1


def test_one_bad_answer_does_not_stop_the_rest(full: Workspace, server: Server) -> None:
    environ = _environ(server)
    _enable(full, "photon", environ)
    server.script[:] = ["ok", "400"]
    report = online_ask.ask(full, ADMIN, "photon", environ=environ, opened=_opened(server))
    assert report.fault is None
    assert (report.accepted, report.failed, report.review, report.nothing) == (2, 1, 3, 1)
    server.script[:] = ["404"] * 9
    report = online_ask.ask(full, ADMIN, "photon", environ=environ, opened=_opened(server))
    assert report.fault is None
    assert (report.waiting, report.failed) == (2, 1)


def test_bad_answers_on_and_on_stop_it(full: Workspace, server: Server) -> None:
    environ = _environ(server)
    _enable(full, "photon", environ)
    server.script[:] = ["400"] * 9
    report = online_ask.ask(full, ADMIN, "photon", environ=environ, opened=_opened(server))
    assert isinstance(report.fault, ServiceAnswerError)
    assert (len(server.requests), report.accepted, report.left) == (3, 0, 7)


def test_a_census_tie_is_kept_as_one_and_a_batch_is_finished(full: Workspace) -> None:
    # The Census places are interpolated: inside area 201 with 152 m to spare.
    with running("census", DOORS) as server:
        _enable(full, "census", {})
        server.script[:] = ["ok", "broken", "broken"]
        opened = _opened(server, chunk=4)
        report = online_ask.ask(full, ADMIN, "census", environ={}, opened=opened)
        assert isinstance(report.fault, ServiceUnreachableError)
        assert report.left == 2
        report = online_ask.ask(full, ADMIN, "census", environ={}, opened=opened)
        assert report.fault is None
        assert report.left == 0
    assert server.sent[-2:] == ["158 QUIET STREET NE", "160 QUIET STREET NE"]
    assert server.sent.count("150 QUIET STREET NE") == 1
    tie = _present(full, "N7")
    assert (tie.status, tie.decision, tie.service) == ("T", "review", "census")
    assert "several places" in tie.reason
    placed = _present(full, "N1")
    assert (placed.match_code, placed.uncertainty_m) == ("StreetAddress", 152.0)


def test_a_decision_made_meanwhile_stands(full: Workspace, server: Server) -> None:
    environ = _environ(server)
    _enable(full, "photon", environ)
    rows = review.review_queue(full, BOSS).rows
    item = next(row["id"] for row in rows if row["client_ref"] == "N1")

    def progress(text: str, share: float | None = None) -> None:
        if not server.sent:
            review.decide_item(full, BOSS, item, action="outside", why="Moved to Ohio")

    report = online_ask.ask(full, ADMIN, "photon", environ=environ, progress=progress)
    assert report.accepted == 1
    assert _present(full, "N1").decided_by == "boss"
    assert _client(full, "N6")["decision"] == "accepted"


def test_what_somebody_has_open_is_not_asked(full: Workspace, server: Server) -> None:
    environ = _environ(server)
    _enable(full, "photon", environ)
    residence = _present(full, "N1").residence_id
    with full.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO address_claim VALUES (:id, 'boss', :until)"),
            {"id": residence, "until": "2026-06-15 17:00:00+00:00"},
        )
    assert online_ask.ask(full, ADMIN, "photon", environ=environ).waiting == 7


def test_two_runs_at_once_are_refused(lone: Workspace, server: Server) -> None:
    environ = _environ(server)
    _enable(lone, "photon", environ)
    with lone.exclusive("services"), pytest.raises(WorkspaceBusyError):
        online_ask.ask(lone, ADMIN, "photon", environ=environ)


def test_nothing_waits(lone: Workspace, server: Server) -> None:
    environ = _environ(server)
    _enable(lone, "photon", environ)
    report = online_ask.ask(lone, ADMIN, "photon", environ=environ)
    assert (report.waiting, report.withheld, len(server.requests)) == (1, 1, 0)
