from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geoteam.model import Role
from geoteam.server import ServerConfig, create_app
from geoteam.services.workspace import Workspace
from tests.server.served import enter

POLICY = re.compile(
    r"default-src 'none'; script-src 'self' 'nonce-([\w-]{20,})'; style-src 'self' 'nonce-\1'; "
    r"style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; "
    r"font-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    r"frame-ancestors 'self'"
)


def _nonce(headers: object) -> str:
    found = POLICY.fullmatch(headers["Content-Security-Policy"])
    assert found
    return found[1]


@pytest.mark.parametrize(
    "path", ["/sign-in", "/nowhere", "/map", "/health", "/static/build/app.css"]
)
def test_every_answer_carries_the_policy(browser: FlaskClient, path: str) -> None:
    headers = browser.get(path).headers
    assert _nonce(headers)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_a_nonce_is_used_once(browser: FlaskClient) -> None:
    nonces = {_nonce(browser.get("/sign-in").headers) for _ in range(20)}
    assert len(nonces) == 20


def test_the_maps_scripts_carry_the_nonce_of_their_answer(
    signed_in: Callable[[Role], FlaskClient],
) -> None:
    answer = signed_in(Role.COMMUNITY).get("/map/frame")
    nonce = _nonce(answer.headers)
    tags = re.findall(r"<(?:script|style)\b[^>]*>", answer.text)
    assert tags
    assert [tag for tag in tags if f'nonce="{nonce}"' not in tag and "src=" not in tag] == []
    assert re.findall(r'(?:src|href)="(?:https?:)?//', answer.text) == []


@pytest.mark.parametrize(
    "path", ["/", "/clients", "/tours", "/map", "/map/frame", "/map/table.csv"]
)
def test_no_cache_keeps_a_page_that_may_show_a_person(
    signed_in: Callable[[Role], FlaskClient], path: str
) -> None:
    assert signed_in(Role.OFFICER).get(path).headers["Cache-Control"] == "no-store"


def test_caches_keep_what_has_its_content_in_its_address(browser: FlaskClient) -> None:
    assert "immutable" in browser.get("/static/build/app.css?v=1").headers["Cache-Control"]
    assert browser.get("/static/build/app.css").headers["Cache-Control"] == "no-cache"
    assert browser.get("/static/build/nothing.css?v=1").headers["Cache-Control"] == "no-store"


def test_behind_tls_the_cookie_is_secure(workspace: Workspace) -> None:
    client = create_app(ServerConfig(https=True), workspace).test_client()
    answer = client.get("/sign-in", base_url="https://example.gov")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-geoteam=")
    assert "; Secure" in cookie
    assert "; HttpOnly" in cookie
    assert "Domain=" not in cookie
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_the_basemap_is_read_in_ranges(signed_in: Callable[[Role], FlaskClient]) -> None:
    client = signed_in(Role.POLICE)
    answer = client.get("/basemap.pmtiles", headers={"Range": "bytes=0-6"})
    assert answer.status_code == 206
    assert answer.data == b"PMTiles"
    assert answer.headers["Content-Range"].startswith("bytes 0-6/")
    assert answer.headers["Content-Type"] == "application/vnd.pmtiles"
    assert answer.headers["Cache-Control"].startswith("private")


def test_a_large_request_is_refused(app: Flask) -> None:
    client = app.test_client()
    assert client.post("/sign-in", data={"username": "x" * 3_000_000}).status_code == 413


def test_the_log_holds_no_query_no_path_and_no_name(
    app: Flask, places: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    client = app.test_client()
    enter(client, "officer")
    caplog.clear()
    with caplog.at_level("INFO", logger="geoteam.access"):
        client.get(f"/clients/{places['<word>']}?note=Tess+Person")
        client.get("/clients/Tess-Person01/notes")
    assert "GET /clients/<word> 200" in caplog.text
    assert "(no such route) 404" in caplog.text
    assert "Tess" not in caplog.text
    assert places["<word>"] not in caplog.text
