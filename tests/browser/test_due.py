"""What is due in a real browser: the calendar by keyboard, the map with its table, both widths."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from geoteam.model import Role
from tests.browser.conftest import NARROW, WIDE, OpenAs
from tests.browser.test_pages import (
    check_accessible,
    check_fits,
    map_frame,
    wait_until_drawn,
)

pytestmark = pytest.mark.browser

SCREENS = {"wide": WIDE, "narrow": NARROW}
VIEWS = ("calendar", "map", "list", "hours")


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_good(open_as: OpenAs, pictures: Path, view: str, screen: str) -> None:
    watched = open_as(Role.SUPERVISOR, SCREENS[screen])
    page = watched.page
    page.goto(f"/tours/due?view={view}&days=14&day={'overdue' if view == 'calendar' else ''}")
    wait_until_drawn(page)
    page.screenshot(path=pictures / f"due-{view}-{screen}.png", full_page=view != "map")
    check_fits(page)
    check_accessible(page)
    watched.check()


def _focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.replace(/\\s+/g, ' ').trim()"))


def test_the_calendar_is_walked_by_keyboard(open_as: OpenAs) -> None:
    watched = open_as(Role.SUPERVISOR, WIDE)
    page = watched.page
    page.goto("/tours/due")
    days = page.locator(".calendar a")
    days.first.focus()
    first = _focused(page)
    assert "due" in first
    page.keyboard.press("Tab")
    assert _focused(page) != first
    assert page.evaluate("document.activeElement === document.querySelectorAll('.calendar a')[1]")
    page.keyboard.press("Enter")
    page.wait_for_url("**day=*#listed")
    chosen = page.locator(".calendar a[aria-current=date]")
    expect(chosen).to_have_count(1)
    count = int(chosen.locator("strong").inner_text())
    assert page.locator("section[aria-labelledby=listed] tbody tr").count() == count
    watched.check()


def test_the_map_and_its_table_light_each_other_up(open_as: OpenAs) -> None:
    watched = open_as(Role.SUPERVISOR, WIDE)
    page = watched.page
    page.goto("/tours/due?view=map&days=14")
    wait_until_drawn(page)
    frame = map_frame(page)
    assert frame
    rows = page.locator("[data-map-table] tbody tr")
    due = [int(text.replace(",", "")) for text in rows.locator("td:nth-child(5)").all_inner_texts()]
    assert int(page.locator("[data-map-table] tfoot td:nth-child(5)").inner_text()) == sum(due) > 0
    # Points and the discs of clusters together are the clients of the table.
    # While clusters open or close, a mark and the disc that it leaves are both there.
    shown = """due => [...document.querySelectorAll(".gt-pin:not(.gt-key), .gt-cluster")]
        .map(mark => mark.matches(".gt-cluster") ? parseInt(mark.innerText) : 1)
        .reduce((all, one) => all + one, 0) === due"""
    frame.wait_for_function(shown, arg=sum(due))
    rows.first.focus()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    expect(rows.nth(1)).to_have_class("is-selected")
    watched.check()


def test_a_visit_is_excluded_on_the_list_and_the_decision_withdrawn(open_as: OpenAs) -> None:
    watched = open_as(Role.SUPERVISOR, NARROW)
    page = watched.page
    page.goto("/tours/due?view=list&days=7")
    row = page.locator("section[aria-labelledby=listed] tbody tr").first
    name = row.get_by_role("rowheader").inner_text()
    row.locator("summary").press("Enter")
    later = page.evaluate("new Date(Date.now() + 60 * 864e5).toISOString().slice(0, 10)")
    row.get_by_label("No visit before").fill(later)
    row.get_by_label("Why").fill("in hospital")
    check_fits(page)
    row.get_by_role("button", name="Exclude").click()
    out = page.locator("section[aria-labelledby=excluded]")
    expect(out).to_contain_text("in hospital")
    expect(out).to_contain_text(name)
    check_accessible(page)
    out.get_by_role("button", name="Withdraw").click()
    expect(page.locator("section[aria-labelledby=excluded]")).to_have_count(0)
    watched.check()
