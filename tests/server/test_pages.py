"""What the pages say, to whom, and what they never say."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable

import pandas as pd
import pytest
from flask import Flask
from flask.testing import FlaskClient

from geoteam.model import Role
from geoteam.server.context import seal_client
from geoteam.server.mapping import rows, table_csv
from geoteam.services.workspace import Workspace
from tests.server.served import EVIL, send
from tests.tiny_city import CLIENT_HEADER, _clients

SignedIn = Callable[[Role], FlaskClient]
NAMES = [str(row[CLIENT_HEADER.index("Full Name")]) for row in _clients()]
REFS = [str(row[CLIENT_HEADER.index("Client ID")]) for row in _clients()]
HOMES = [
    home
    for row in _clients()
    if (home := str(row[CLIENT_HEADER.index("Home Address")])) != "no fixed address"
]


def _link(app: Flask, ref: str) -> str:
    with app.test_request_context():
        return f"/clients/{seal_client(ref)}"


def _record(client: FlaskClient, path: str) -> str:
    status, _ = send(client, path, purpose="supervision")
    assert status == 303
    return client.get(path).text


def test_a_record_asks_for_a_purpose_first(app: Flask, signed_in: SignedIn) -> None:
    client = signed_in(Role.SUPERVISOR)
    path = _link(app, "C001")
    question = client.get(path).text
    assert "Why do you open this record?" in question
    assert "Tess" not in question
    page = _record(client, path)
    assert "Tess Person01" in page
    assert "Why this officer?" in page
    assert "122 1ST STREET NW" in page


def test_a_purpose_can_be_changed_and_is_audited(app: Flask, signed_in: SignedIn) -> None:
    client = signed_in(Role.SUPERVISOR)
    path = _link(app, "C001")
    _record(client, path)
    send(client, path)
    assert "Why do you open this record?" in client.get(path).text
    log = signed_in(Role.AUDITOR).get("/audit?action=client.read").text
    assert "C001" in log
    assert 'data-label="Purpose">Supervision<' in log
    assert "Tess" not in log


def test_an_unknown_purpose_is_refused(app: Flask, signed_in: SignedIn) -> None:
    status, _ = send(signed_in(Role.SUPERVISOR), _link(app, "C001"), purpose="curiosity")
    assert status == 400


def test_an_officer_opens_no_record_of_another(app: Flask, signed_in: SignedIn) -> None:
    client = signed_in(Role.OFFICER)
    own = set(re.findall(r'href="(/clients/[\w-]+)"', client.get("/clients").text))
    foreign = [ref for ref in REFS if _link(app, ref) not in own]
    assert own
    assert foreign
    path = _link(app, foreign[0])
    send(client, path, purpose="supervision")
    answer = client.get(path)
    assert answer.status_code == 404
    assert "no such client" in answer.text


def test_an_address_that_nobody_sealed_leads_nowhere(signed_in: SignedIn) -> None:
    client = signed_in(Role.SUPERVISOR)
    for word in ("C001", "x", "A" * 200, "%00", "é"):
        assert client.get(f"/clients/{word}").status_code == 404


def test_searching_puts_no_name_into_an_address(signed_in: SignedIn) -> None:
    client = signed_in(Role.SUPERVISOR)
    status, target = send(client, "/clients", "/clients", search="Person07")
    assert status == 303
    assert "Person07" not in target
    page = client.get(target).text
    assert "Tess Person07" in page
    assert "Tess Person08" not in page
    for url in re.findall(r'(?:href|action|src)="([^"]+)"', page):
        assert "Person" not in url
        assert "C007" not in url


def test_searching_for_nobody_says_so(signed_in: SignedIn) -> None:
    client = signed_in(Role.SUPERVISOR)
    _, target = send(client, "/clients", "/clients", search="no one at all")
    assert "No client found" in client.get(target).text


@pytest.mark.parametrize(
    "path", ["/", "/clients", "/tours", "/map", "/map/frame?layers=client", "/review"]
)
def test_a_hostile_name_stays_a_text(signed_in: SignedIn, path: str) -> None:
    page = signed_in(Role.OFFICER).get(path).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    if path.startswith("/map/frame"):
        assert "${alert" not in page


def test_a_hostile_record_stays_a_text(app: Flask, signed_in: SignedIn) -> None:
    page = _record(signed_in(Role.SUPERVISOR), _link(app, "C900"))
    assert html.escape(EVIL, quote=False).replace("'", "&#39;").replace('"', "&#34;") in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("by", ["service_area", "district", "grid"])
@pytest.mark.parametrize("measure", ["clients", "workload", "coverage"])
def test_no_person_is_in_the_source_of_a_community_page(
    signed_in: SignedIn, by: str, measure: str
) -> None:
    client = signed_in(Role.COMMUNITY)
    layers = "&".join(
        f"layers={name}" for name in ("client", "team", "office", "station", "partner")
    )
    for path in ("map", "map/frame", "map/table.csv", "community/frame", "community/table.csv"):
        answer = client.get(f"/{path}?by={by}&measure={measure}&{layers}")
        assert answer.status_code == 200
        page = html.unescape(answer.text)
        for secret in (*NAMES, *REFS, *HOMES, "Tess", "alert(", "Officer 1", "/clients"):
            assert secret not in page, (path, secret)


def test_the_police_see_their_tours_and_only_the_police_copy(
    signed_in: SignedIn, places: dict[str, str]
) -> None:
    client = signed_in(Role.POLICE)
    assert places["<ref>"] in client.get("/shared").text
    page = client.get(f"/tours/{places['<ref>']}").text
    assert "Police copy" in page
    assert "Officer's sheet" not in page
    assert "Left out" not in page
    assert "mental" not in page.lower()
    assert "/clients/" not in page
    pdf = client.get(f"/tours/{places['<ref>']}/police-sheet.pdf")
    assert pdf.data.startswith(b"%PDF-")
    assert pdf.headers["Content-Disposition"] == 'attachment; filename="tour-police.pdf"'


def test_a_tour_that_does_not_exist_is_said_plainly(signed_in: SignedIn) -> None:
    answer = signed_in(Role.OFFICER).get("/tours/nothing")
    assert answer.status_code == 404
    assert "no such tour" in answer.text


def test_a_tour_is_planned_from_the_form(signed_in: SignedIn) -> None:
    client = signed_in(Role.OFFICER)
    status, target = send(client, "/tours", "/tours", partner="P1", departs="13:00", max_stops="3")
    assert status == 303
    page = client.get(target).text
    assert "Stops" in page
    assert "13:00" in page
    assert "Miles" in page
    assert client.get(f"{target}/map").status_code == 200
    assert client.get(f"{target}/sheet.pdf").data.startswith(b"%PDF-")


def test_a_tour_is_cancelled_from_its_page(signed_in: SignedIn, places: dict[str, str]) -> None:
    client, path = signed_in(Role.OFFICER), f"/tours/{places['<ref>']}"
    assert "Cancel the tour" in client.get(path).text
    assert client.post(f"{path}/cancel", data={"why": "no token"}).status_code == 400
    assert "Cancel the tour" in client.get(path).text
    assert send(client, f"{path}/cancel", path, why=" ")[0] == 400
    status, target = send(client, f"{path}/cancel", path, why="<b>Rain</b>")
    assert (status, target) == (303, path)
    page = client.get(path).text
    assert "This tour is cancelled" in page
    assert "&lt;b&gt;Rain&lt;/b&gt;" in page
    assert "Cancel the tour" not in page
    assert "sheet.pdf" not in page
    assert "cancelled" in client.get("/tours").text
    assert client.get(f"{path}/sheet.pdf").status_code == 400
    police = signed_in(Role.POLICE)
    assert places["<ref>"] not in police.get("/shared").text
    shared = police.get(path).text
    assert "This tour is cancelled" in shared
    assert "Rain" not in shared


@pytest.mark.parametrize(
    "fields",
    [
        {"departs": "25:99"},
        {"partner": "nobody"},
        {"max_stops": "-1"},
        {"max_stops": "0"},
        {"on": "2026-99-99"},
        {"on": "2020-01-01"},
        {"departs": "23:30"},
    ],
)
def test_a_tour_that_cannot_be_is_refused_with_the_reason(
    signed_in: SignedIn, fields: dict[str, str]
) -> None:
    status, page = send(signed_in(Role.OFFICER), "/tours", "/tours", **fields)
    assert status in {400, 404}
    assert "<h1>" in page
    assert "Traceback" not in page


def test_a_decision_is_kept_and_taken_back(signed_in: SignedIn) -> None:
    client = signed_in(Role.SUPERVISOR)
    item = re.findall(r'href="/review/(\d+)"', client.get("/review").text)[0]
    path = f"/review/{item}"
    status, target = send(client, path, path, decision="no_fixed_address", why="asked the client")
    assert status == 303
    after = client.get(target).text
    assert "Undo" in after
    assert f'href="{path}"' not in after
    # A second decision on the same item is refused, not written over the first.
    assert send(client, path, "/review", decision="invalid", why="called")[0] in {400, 404, 409}
    assert send(client, f"{path}/undo", "/review")[0] == 303
    assert (
        "No fixed address" in client.get("/review").text or client.get("/review").status_code == 200
    )


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"decision": "candidate:99", "why": "x"},
        {"decision": "candidate:-1", "why": "x"},
        {"decision": "hack", "why": "x"},
        {"decision": "shelter"},
        {"decision": "address", "address": "", "why": "x"},
        {"decision": "address", "address": "nonsense", "why": "x"},
    ],
)
def test_a_decision_that_is_incomplete_is_refused(
    signed_in: SignedIn, fields: dict[str, str]
) -> None:
    client = signed_in(Role.SUPERVISOR)
    item = re.findall(r'href="/review/(\d+)"', client.get("/review").text)[0]
    assert send(client, f"/review/{item}", "/review", **fields)[0] == 400
    assert f"/review/{item}" in client.get("/review").text


def test_the_assignment_is_run_from_its_page(signed_in: SignedIn) -> None:
    client = signed_in(Role.SUPERVISOR)
    status, target = send(client, "/assignment", "/assignment")
    assert status == 303
    page = client.get(target).text
    assert "Last run" in page
    assert "West Team" in page
    assert "Officer 1" in page


def test_the_audit_log_is_verified_and_a_change_is_found(
    signed_in: SignedIn, workspace: Workspace
) -> None:
    client = signed_in(Role.AUDITOR)
    assert "The log is whole" in send(client, "/audit/verify", "/audit")[1]
    with workspace.engine.begin() as connection:
        # Somebody with the file in hand is not stopped by the database's own triggers.
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
        for (name,) in connection.exec_driver_sql(triggers).all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("UPDATE audit SET actor = 'nobody' WHERE seq = 2")
    assert "The log was changed" in send(client, "/audit/verify", "/audit")[1]


def test_an_administrator_adds_resets_and_closes_an_account(
    signed_in: SignedIn, app: Flask
) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    status, page = send(
        client,
        "/setup/users",
        "/setup",
        username="new.one",
        name="New One",
        role="officer",
        officer="O2",
    )
    assert status == 200
    found = re.search(r'id="password">([^<]+)<', page)
    assert found
    from tests.server.served import enter

    assert enter(app.test_client(), "new.one", html.unescape(found[1])) == 303
    _, page = send(client, "/setup/users/password", "/setup", username="new.one")
    renewed = re.search(r'id="password">([^<]+)<', page)
    assert renewed
    assert enter(app.test_client(), "new.one", html.unescape(found[1])) == 401
    send(client, "/setup/users/disable", "/setup", username="new.one")
    assert enter(app.test_client(), "new.one", html.unescape(renewed[1])) == 401
    send(client, "/setup/users/enable", "/setup", username="new.one")
    assert enter(app.test_client(), "new.one", html.unescape(renewed[1])) == 303


def test_an_administrator_cannot_lock_themselves_out(signed_in: SignedIn) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    status, page = send(client, "/setup/users/disable", "/setup", username="administrator")
    assert status == 400
    assert "cannot close your own account" in page


def test_setup_shows_no_client(signed_in: SignedIn) -> None:
    page = signed_in(Role.ADMINISTRATOR).get("/setup").text
    assert "Service area" in page
    assert "Tess" not in page


def test_a_filter_that_is_not_on_offer_is_named(signed_in: SignedIn) -> None:
    client = signed_in(Role.SUPERVISOR)
    for name, value in (
        ("by", "moon"), ("measure", "x"), ("grid", "triangle"), ("grid_m", "1"), ("minutes", "0"),
        ("minutes", "x"), ("on", "2026-13-01"), ("partner_kind", "x" * 501),
    ):  # fmt: skip
        answer = client.get("/map", query_string={name: value})
        assert answer.status_code == 400, name
        assert f"{name} " in answer.text.lower()


def test_the_menu_holds_only_what_the_role_may_open(signed_in: SignedIn) -> None:
    for role in Role:
        client = signed_in(role)
        nav = client.get("/").text.partition('aria-label="Main"')[2].partition("</nav>")[0]
        for path in re.findall(r'href="([^"]+)"', nav):
            assert client.get(path).status_code == 200, (role, path)


def test_page_table_and_file_give_the_same_figures(signed_in: SignedIn) -> None:
    client = signed_in(Role.SUPERVISOR)
    page = client.get("/map?by=service_area&measure=clients").text
    file = client.get("/map/table.csv?by=service_area&measure=clients")
    assert file.headers["Content-Type"].startswith("text/csv")
    found = list(csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff"))))
    assert [row["service_area"] for row in found] == ["101", "102", "201", "202"]
    shown = dict(re.findall(r'<tr data-code="(\d+)">.*?<td class="num">([^<]+)</td>', page))
    assert shown == {row["service_area"]: row["clients"] for row in found}
    assert sum(map(int, shown.values())) > 0


def test_a_file_runs_nothing_in_a_spreadsheet() -> None:
    table = pd.DataFrame(
        {"clients": [3.0, None], "share": [0.25, 0.5]}, index=pd.Index(["=1+1", "@x"], name="area")
    )
    assert (
        table_csv(table) == "\ufeffarea,clients,share\r\n'=1+1,3,0.25\r\n'@x,withheld,withheld\r\n"
    )


def test_withheld_differs_from_no_figure() -> None:
    table = pd.DataFrame(
        {"clients": [0.0, None], "share": [None, None]}, index=pd.Index(["a", "b"], name="area")
    )
    assert [row.figures for row in rows(table)] == [("0", "no data"), ("withheld", "withheld")]


def test_an_unexpected_fault_tells_nothing(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = signed_in(Role.OFFICER)

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError(" ".join(["secret", "detail", "of", NAMES[0]]))

    monkeypatch.setattr("geoteam.services.tours.list_tours", fail)
    answer = client.get("/tours")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert "secret" not in answer.text
    assert "RuntimeError at /tours" in caplog.text
    assert NAMES[0] not in caplog.text
