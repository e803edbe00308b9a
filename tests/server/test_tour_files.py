"""Tours on paper and as files, over the wire."""

from __future__ import annotations

import html
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from geoteam.model import Role
from geoteam.services.workspace import Workspace
from tests.server.served import send

SignedIn = Callable[[Role], FlaskClient]


def test_the_page_offers_files_and_prints(
    signed_in: SignedIn, places: dict[str, str], workspace: Workspace
) -> None:
    path = f"/tours/{places['<ref>']}"
    for role in (Role.OFFICER, Role.POLICE):
        client = signed_in(role)
        page = client.get(path).text
        for kind in ("gpx", "geojson", "ics", "csv"):
            assert f"{path}/tour.{kind}" in page
        assert ("Print officer's sheet" in html.unescape(page)) == (role is Role.OFFICER)
        assert "Print police copy" in page
        assert "geo:" not in page
    client = signed_in(Role.OFFICER)
    tomorrow = (workspace.today() + timedelta(days=1)).isoformat()
    page = html.unescape(client.get(f"/tours?on={tomorrow}").text)
    assert "Print all officers' sheets" in page
    answer = client.get(f"/tours/sheets.pdf?on={tomorrow}&paper=a4&size=large")
    assert answer.data.startswith(b"%PDF-")
    name = answer.headers["Content-Disposition"]
    assert name == f'attachment; filename="tours-{tomorrow}-officer.pdf"'
    assert client.get("/tours/sheets.pdf?on=2020-01-01").status_code == 400
    assert client.get(f"{path}/sheet.pdf?paper=a5").status_code == 400


def test_files_are_named_after_the_tour_alone(signed_in: SignedIn, places: dict[str, str]) -> None:
    ref = places["<ref>"]
    client = signed_in(Role.POLICE)
    for kind, media in (
        ("gpx", "application/gpx+xml"),
        ("geojson", "application/geo+json"),
        ("ics", "text/calendar; charset=utf-8"),
        ("csv", "text/csv; charset=utf-8"),
    ):
        answer = client.get(f"/tours/{ref}/tour.{kind}")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == media
        assert answer.headers["Content-Disposition"] == f'attachment; filename="tour-{ref}.{kind}"'
        assert "Tess" not in answer.text or kind == "csv"
    ET.fromstring(client.get(f"/tours/{ref}/tour.gpx").data)
    assert json.loads(client.get(f"/tours/{ref}/tour.geojson").data)["features"]
    assert client.get(f"/tours/{ref}/tour.exe").status_code == 400


def test_the_code_on_a_sheet_tells_whether_it_is_true(
    signed_in: SignedIn, places: dict[str, str]
) -> None:
    client, path = signed_in(Role.OFFICER), f"/tours/{places['<ref>']}"
    assert "No sheet of this tour has the number 1" in client.get(f"{path}?sheet=1").text
    client.get(f"{path}/police-sheet.pdf")
    assert "is up to date" in client.get(f"{path}?sheet=1").text
    assert "up to date" not in client.get(path).text
    assert client.get(f"{path}?sheet=x").status_code == 400
    send(client, f"{path}/cancel", path, why="Rain")
    for role in (Role.OFFICER, Role.POLICE):
        page = " ".join(signed_in(role).get(f"{path}?sheet=1").text.split())
        assert "This sheet was printed at" in page
        assert "is out of date" in page


def test_links_to_the_phones_map_wait_for_the_administrator(
    signed_in: SignedIn, places: dict[str, str]
) -> None:
    officer, path = signed_in(Role.OFFICER), f"/tours/{places['<ref>']}"
    admin = signed_in(Role.ADMINISTRATOR)
    assert "geo:" not in officer.get(path).text
    assert send(admin, "/setup/phone-map", "/setup", on="yes")[0] == 303
    page = officer.get(path).text
    links = re.findall(r'href="((?:geo|maps):[^"]*)"', page)
    # Coordinates and nothing else.
    assert links
    for link in links:
        assert re.fullmatch(
            r"geo:-?\d+\.\d{6},-?\d+\.\d{6}|maps://\?daddr=-?\d+\.\d{6},-?\d+\.\d{6}&amp;dirflg=d",
            link,
        )
    assert "go to the map application of the phone" in page
    assert send(admin, "/setup/phone-map", "/setup", on="no")[0] == 303
    assert "geo:" not in officer.get(path).text


@pytest.mark.parametrize("role", [Role.COMMUNITY, Role.ADMINISTRATOR, Role.AUDITOR])
def test_others_get_no_file(signed_in: SignedIn, places: dict[str, str], role: Role) -> None:
    client = signed_in(role)
    for end in ("tour.gpx", "tour.csv", "sheet.pdf", "police-sheet.pdf"):
        assert client.get(f"/tours/{places['<ref>']}/{end}").status_code == 403
