"""Map documents in a real browser, under the policy that our server sends."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from geoteam.maps import build_folder, city_map
from geoteam.server import headers
from tests.browser.conftest import NARROW, WIDE, Watched, watch
from tests.maps.cases import ATTACKS, counts, points
from tests.maps.test_city_map import every_layer

pytestmark = pytest.mark.browser

NONCE = "abc123"
OFFICE = ".leaflet-marker-icon.gt-pin-office"
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@pytest.fixture(scope="module")
def site() -> Iterator[tuple[str, dict[str, str]]]:
    """A server of documents by path and of the built files, with our own policy."""
    documents: dict[str, str] = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            file = build_folder() / path.removeprefix("/static/build/")
            if path in documents:
                body, kind = documents[path].encode(), "text/html; charset=utf-8"
            elif path.startswith("/static/build/") and file.is_file():
                body, kind = file.read_bytes(), KINDS.get(file.suffix, "application/octet-stream")
            else:
                body, kind = b"", "text/plain"
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", headers._POLICY.format(nonce=NONCE))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", documents
    server.shutdown()


@pytest.fixture
def open_document(
    chromium: Browser, site: tuple[str, dict[str, str]]
) -> Iterator[Callable[..., Watched]]:
    """Show a document on a screen of a size."""
    address, documents = site
    contexts = []

    def show(document: str, screen: dict[str, int] = WIDE) -> Watched:
        documents["/document"] = document
        context = chromium.new_context(viewport=screen, reduced_motion="reduce")
        contexts.append(context)
        watched = watch(context, address)
        watched.page.goto(f"{address}/document")
        watched.page.locator(".folium-map[data-ready]").wait_for()
        return watched

    yield show
    for context in contexts:
        context.close()


def drawn(page: Page) -> int:
    return int(page.evaluate("document.querySelectorAll('.leaflet-overlay-pane path').length"))


def test_every_kind_of_layer_is_drawn_without_a_word_or_an_outside_request(
    open_document: Callable[..., Watched],
) -> None:
    watched = open_document(city_map(every_layer(), title="Map", nonce=NONCE))
    assert drawn(watched.page) >= 8
    assert watched.page.locator(".leaflet-marker-icon.gt-pin-stop").count() == 1
    assert watched.page.locator(".gt-cluster, .leaflet-marker-icon.gt-pin-client").count() >= 1
    watched.check()


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_in_every_text_runs_nowhere(
    open_document: Callable[..., Watched], attack: str
) -> None:
    watched = open_document(city_map(every_layer(attack), title=attack, nonce=NONCE))
    page = watched.page
    page.locator(OFFICE).focus()
    page.keyboard.press("Enter")
    page.locator(".leaflet-popup-content").wait_for()
    shown = page.locator(".leaflet-popup-content td").first.text_content()
    assert shown == "".join(c if c.isprintable() else " " for c in attack)
    for place in ((500, 400), (800, 400), (640, 300)):
        page.mouse.move(*place)
    for _ in range(6):
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowRight")
    assert page.evaluate("window.hit") is None
    assert page.locator("img[src='x'], svg[onload]").count() == 0
    watched.check()


def test_a_stand_alone_file_works_from_the_disk_without_any_request(
    chromium: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "map.html"
    file.write_text(city_map(every_layer(), title="Map", embed=True), encoding="utf-8")
    context = chromium.new_context(offline=True)
    watched = watch(context, "")
    watched.page.goto(file.as_uri())
    watched.page.locator(".folium-map[data-ready]").wait_for()
    assert drawn(watched.page) >= 8
    assert watched.requests == [file.as_uri()]
    assert watched.said == []
    context.close()


def test_areas_are_reached_by_keyboard_and_read_out(
    open_document: Callable[..., Watched],
) -> None:
    page = open_document(city_map([counts([12, 1234])], title="Map", nonce=NONCE)).page
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('aria-label')") == (
            "First: 12, clients"
        ):
            break
    else:
        pytest.fail("the tab key never reached the first area")
    assert "12" in str(page.locator(".leaflet-tooltip").text_content())
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == (
        "Second: 1,234, clients"
    )
    assert "1,234" in str(page.locator(".leaflet-tooltip").text_content())
    # Leaving and coming back finds the area last visited: one stop of the tab key a layer.
    assert page.evaluate("document.querySelectorAll('path[tabindex=\"0\"]').length") == 1


def test_points_in_a_cluster_have_titles_popups_and_a_link(
    open_document: Callable[..., Watched],
) -> None:
    from geoteam.maps import PointLayer

    layer = PointLayer(
        name="Clients",
        frame=points(["Ada", "Ben"], url=["/clients/C0", "/clients/C1"]),
        title_column="title",
        link_column="url",
    )
    page = open_document(city_map([layer], title="Map", nonce=NONCE)).page
    page.get_by_role("button", name="Ada").focus()
    page.keyboard.press("Enter")
    link = page.locator(".leaflet-popup-content a")
    link.wait_for()
    assert link.get_attribute("href") == "/clients/C0"
    assert link.get_attribute("target") == "_parent"


@pytest.mark.parametrize("screen", [WIDE, NARROW])
def test_a_map_document_passes_axe(
    open_document: Callable[..., Watched], screen: dict[str, int]
) -> None:
    watched = open_document(city_map(every_layer(), title="Map", nonce=NONCE), screen)
    watched.page.locator(OFFICE).focus()
    watched.page.keyboard.press("Enter")
    watched.page.locator(".leaflet-popup-content").wait_for()
    found = Axe().run(watched.page).response["violations"]
    serious = [f"{one['id']}: {one['nodes'][0]['html'][:150]}" for one in found]
    assert serious == []


def test_table_and_map_light_each_other_up(
    chromium: Browser, site: tuple[str, dict[str, str]]
) -> None:
    address, documents = site
    documents["/frame"] = city_map([counts([12, 1234])], title="Map", nonce=NONCE)
    documents["/page"] = f"""<!doctype html><html lang="en"><title>t</title>
      <link rel="stylesheet" href="/static/build/app.css"><link rel="icon" href="data:,">
      <div class="map-page"><div class="map-frame" data-map-frame data-loading>
      <iframe src="/frame" title="Map"></iframe>
      <div class="loading" role="status">Drawing</div></div>
      <table data-map-table><tbody><tr data-code="101"><th>101</th></tr>
      <tr data-code="102"><th>102</th></tr></tbody></table></div>
      <script nonce="{NONCE}" src="/static/build/app.js"></script></html>"""
    context = chromium.new_context(viewport=WIDE, reduced_motion="reduce")
    watched = watch(context, address)
    page = watched.page
    page.goto(f"{address}/page")
    page.locator("[data-map-frame]:not([data-loading])").wait_for()
    frame = page.frame_locator("iframe")
    second = frame.locator("path[aria-label^='Second']")
    before = second.get_attribute("stroke-width")
    page.locator("tr[data-code='102']").focus()
    frame.locator("path[aria-label^='Second'][stroke='#0b3a6b']").wait_for()
    assert second.get_attribute("stroke-width") != before
    frame.locator("path[aria-label^='First']").click()
    page.locator("tr[data-code='101'].is-selected").wait_for()
    watched.check()
    context.close()
