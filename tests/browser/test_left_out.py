"""Visits that a tour leaves out: its page tells what would help them by itself, or at a press."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from geoteam.model import Role
from tests.browser.conftest import WIDE, OpenAs, serve_copy
from tests.browser.test_pages import SCREENS, check_accessible, check_fits, wait_until_drawn
from tests.server.served import Clock

pytestmark = pytest.mark.browser

REMEDIES = "**/tours/*/remedies"
# What helps hangs on the day of the week; it is a sentence, found or not.
TOLD = [re.compile(r"^[A-Z].+\.$")] * 2
# It is looked for by planning, some seconds long, and longer on a busy computer.
SLOW_MS = 30_000


@pytest.fixture
def address(made: Path, tmp_path: Path) -> str:
    """Address of a server of its own for each test."""
    return serve_copy(made, tmp_path / "workspace", Clock())


def plan(page: Page) -> list[str]:
    """Plan a tour that has room for one visit of three; who is left out."""
    page.goto("/tours")
    page.get_by_label("At most this many stops").fill("1")
    page.get_by_role("button", name="Plan the tour").click()
    expect(page.get_by_role("heading", name="Left out, and why")).to_be_visible()
    return page.locator("[data-left-out] tbody th").all_inner_texts()


def looking(page: Page) -> Locator:
    return page.locator("[data-left-out]").get_by_role("status")


def button(page: Page) -> Locator:
    return page.get_by_role("button", name="Look for what would help")


def helps(page: Page) -> Locator:
    return page.locator("[data-left-out] tbody td:last-child")


@pytest.mark.parametrize("screen", SCREENS)
def test_what_would_help_fills_in_by_itself(open_as: OpenAs, pictures: Path, screen: str) -> None:
    watched = open_as(Role.OFFICER, SCREENS[screen])
    page = watched.page
    held: list[Route] = []
    page.route(REMEDIES, lambda route: held.append(route))
    with page.expect_request(REMEDIES):
        left_out = plan(page)
    assert len(left_out) == 2
    # While it is looked for, the page says so and offers no button.
    expect(looking(page)).to_contain_text("Looking for what would help")
    expect(button(page)).to_be_hidden()
    expect(helps(page)).to_have_text(["–", "–"])
    wait_until_drawn(page)
    page.screenshot(path=pictures / f"tour-looking-{screen}.png", full_page=True)
    check_accessible(page)
    page.evaluate("document.body.dataset.same = ''")
    (one,) = held
    one.continue_()
    expect(helps(page)).to_have_text(TOLD, timeout=SLOW_MS)
    found = helps(page).all_inner_texts()
    # In the page as it stands: nothing else of it was loaded anew.
    expect(page.locator("body[data-same]")).to_be_attached()
    expect(looking(page)).to_have_count(0)
    expect(button(page)).to_have_count(0)
    assert page.locator("[data-left-out] tbody th").all_inner_texts() == left_out
    page.screenshot(path=pictures / f"tour-helped-{screen}.png", full_page=True)
    check_fits(page)
    check_accessible(page)
    # What was found is kept, and nobody looks again.
    page.reload()
    expect(helps(page)).to_have_text(found)
    expect(button(page)).to_have_count(0)
    assert len(held) == 1
    watched.check()


def test_where_nothing_came_back_a_button_looks_again(open_as: OpenAs) -> None:
    page = open_as(Role.OFFICER, WIDE).page
    page.route(REMEDIES, lambda route: route.fulfill(status=500), times=1)
    plan(page)
    expect(button(page)).to_be_visible()
    expect(looking(page)).to_be_hidden()
    button(page).click()
    expect(helps(page)).to_have_text(TOLD, timeout=SLOW_MS)
    expect(button(page)).to_have_count(0)
