"""Every page of every role in a real browser: drawn, silent, at home, accessible, pictured."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page

from geoteam.model import Role
from tests.browser.conftest import NARROW, WIDE, Watched

pytestmark = pytest.mark.browser

PAGES = {
    Role.SUPERVISOR: ("/", "/map", "/clients", "/review", "/assignment", "/tours"),
    Role.OFFICER: ("/", "/map", "/clients", "/review", "/tours"),
    Role.POLICE: ("/", "/shared", "/tours"),
    Role.COMMUNITY: ("/", "/map", "/community"),
    Role.ADMINISTRATOR: ("/", "/setup"),
    Role.AUDITOR: ("/", "/audit"),
}
ALL = [(role, path) for role, paths in PAGES.items() for path in paths]
SCREENS = {"wide": WIDE, "narrow": NARROW}
SERIOUS = {"serious", "critical"}

OpenAs = Callable[[Role, dict[str, int]], Watched]


def map_frame(page: Page) -> Frame | None:
    return next(
        (
            f
            for f in page.frames
            if f.url.partition("?")[0].endswith(("/frame", "/map")) and f != page.main_frame
        ),
        None,
    )


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
    """Fail on serious violations of WCAG 2.2 AA, in the page and in its frames."""
    results = Axe().run(page, options={"iframes": False})
    found = [
        (one["id"], one["help"], [node["target"] for node in one["nodes"]][:3])
        for one in results.response["violations"]
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
