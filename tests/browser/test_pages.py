"""Every page of every role in a real browser: drawn, silent, at home, accessible, pictured."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page

from geoteam.model import Role
from tests.browser.conftest import NARROW, WIDE, OpenAs

pytestmark = pytest.mark.browser

PAGES = {
    Role.SUPERVISOR: (
        "/",
        "/map",
        "/clients",
        "/review",
        "/assignment",
        "/tours",
        "/plans",
        "/plans/1",
        "/plans/1/handover",
        "/responsible",
    ),
    Role.OFFICER: ("/", "/map", "/clients", "/review", "/tours", "/handover", "/responsible"),
    Role.POLICE: ("/", "/shared", "/tours"),
    Role.COMMUNITY: ("/", "/map", "/community"),
    Role.ADMINISTRATOR: ("/", "/setup"),
    Role.AUDITOR: ("/", "/audit"),
}
ALL = [(role, path) for role, paths in PAGES.items() for path in paths]
SCREENS = {"wide": WIDE, "narrow": NARROW}
SERIOUS = {"serious", "critical"}


def map_frame(page: Page) -> Frame | None:
    """The document of the page's map; None on a page without one."""
    box = page.locator("[data-map-frame] iframe")
    return box.element_handle().content_frame() if box.count() else None


def wait_until_drawn(page: Page, seconds: float = 20) -> None:
    """Wait until the map in the frame has said that it is drawn; fail when it does not."""
    frame = map_frame(page)
    if frame is None:
        return
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if frame.evaluate("document.querySelector('.folium-map[data-ready]') !== null"):
            return
        page.wait_for_timeout(50)
    pytest.fail("the map was not drawn")


def check_accessible(page: Page) -> None:
    """Fail on serious violations of WCAG 2.2 AA, in the page and in its map."""
    documents = [page, *filter(None, [map_frame(page)])]
    found = [
        (one["id"], one["help"], [node["target"] for node in one["nodes"]][:3])
        for document in documents
        for one in Axe().run(document, options={"iframes": False}).response["violations"]
        if one["impact"] in SERIOUS
    ]
    assert found == []


def check_fits(page: Page) -> None:
    """Fail when a page must be scrolled sideways."""
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0, f"{page.url} is {wider} px wider than the screen"


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize(("role", "path"), ALL, ids=[f"{r.value}{p}" for r, p in ALL])
def test_a_page_is_good(
    open_as: OpenAs, pictures: Path, role: Role, path: str, screen: str
) -> None:
    watched = open_as(role, SCREENS[screen])
    page = watched.page
    answer = page.goto(path)
    assert answer
    assert answer.status == 200
    wait_until_drawn(page)
    name = path.strip("/").replace("/", "-") or "home"
    page.screenshot(path=pictures / f"{name}-{role.value}-{screen}.png", full_page=name != "map")
    check_fits(page)
    check_accessible(page)
    watched.check()


def test_what_the_pages_are_checked_with_finds_faults(open_as: OpenAs) -> None:
    watched = open_as(Role.AUDITOR, NARROW)
    page = watched.page
    watched.check()
    page.evaluate("fetch('http://localhost:9/away').catch(() => null)")
    page.wait_for_timeout(200)
    with pytest.raises(AssertionError):
        watched.check()
    page.evaluate("document.querySelector('main').innerHTML = '<img src=\"data:,\">'")
    with pytest.raises(AssertionError, match="image-alt"):
        check_accessible(page)
    page.evaluate("document.querySelector('main').innerHTML = '<pre>' + 'x'.repeat(200) + '</pre>'")
    with pytest.raises(AssertionError, match="wider than the screen"):
        check_fits(page)
