"""Refused forms, full officers and small screens in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from geoteam.model import Role
from tests.browser.conftest import NARROW, OpenAs, Watched
from tests.browser.test_pages import SCREENS, check_accessible, check_fits, wait_until_drawn

pytestmark = pytest.mark.browser

# Words of headings that are broken: a box for each of several lines. Cards have no headings.
BROKEN = """[...document.querySelectorAll('.table:not(.table-cards) thead th')].flatMap((cell) => {
  const text = cell.firstChild;
  return [...text.data.matchAll(/\\S+/g)].filter((word) => {
    const range = document.createRange();
    range.setStart(text, word.index);
    range.setEnd(text, word.index + word[0].length);
    return new Set([...range.getClientRects()].map((box) => box.top)).size > 1;
  }).map((word) => word[0]);
})"""


def _refused(watched: Watched, pictures: Path, name: str) -> None:
    page = watched.page
    expect(page.get_by_role("alert")).to_be_focused()
    wait_until_drawn(page)
    page.screenshot(path=pictures / f"{name}.png", full_page=True)
    check_fits(page)
    check_accessible(page)
    # The browser itself remarks on the status 400 of the refusal; nothing else is said.
    assert [line for line in watched.said if "400" not in line] == []


@pytest.mark.parametrize("screen", SCREENS)
def test_a_refused_decision_can_be_mended(open_as: OpenAs, pictures: Path, screen: str) -> None:
    watched = open_as(Role.SUPERVISOR, SCREENS[screen])
    page = watched.page
    page.goto("/review")
    page.locator("main tbody th a").first.click()
    page.get_by_label("Written wrongly").check()
    page.get_by_label("The right address", exact=True).fill("5 Elm")
    page.get_by_label("Why", exact=True).fill("a letter")
    page.get_by_role("button", name="Keep this decision").click()
    expect(page.get_by_role("alert")).to_contain_text("not certain either")
    _refused(watched, pictures, f"review-refused-{screen}")
    expect(page.get_by_label("Written wrongly")).to_be_checked()
    expect(page.get_by_label("Why", exact=True)).to_have_value("a letter")
    page.get_by_label("Outside the city").check()
    page.get_by_role("button", name="Keep this decision").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    item = page.locator('form[action$="/undo"]').first.get_attribute("action") or ""
    page.goto(item.removesuffix("/undo"))
    expect(page.get_by_text("A person decided: outside.", exact=True)).to_be_visible()
    expect(page.locator("main")).to_contain_text("a letter")
    wait_until_drawn(page)
    page.screenshot(path=pictures / f"review-decided-{screen}.png", full_page=True)
    check_accessible(page)
    page.get_by_role("button", name="Take the decision back").click()
    # The address waits again, open for the next decision.
    expect(page.get_by_role("button", name="Keep this decision")).to_be_visible()


@pytest.mark.parametrize("screen", SCREENS)
def test_a_refused_account_can_be_mended(open_as: OpenAs, pictures: Path, screen: str) -> None:
    watched = open_as(Role.ADMINISTRATOR, SCREENS[screen])
    page = watched.page
    page.goto("/setup")
    page.get_by_label("User name").fill("new.one")
    page.get_by_label("Full name").fill("New One")
    page.get_by_label("Officer's id").fill("O999")
    page.get_by_role("button", name="Add the account").click()
    expect(page.get_by_role("alert")).to_contain_text("no officer 'O999'")
    _refused(watched, pictures, f"setup-refused-{screen}")
    expect(page.get_by_label("User name")).to_have_value("new.one")
    expect(page.get_by_label("Officer's id")).to_have_value("O999")


def test_no_heading_breaks_inside_a_word(open_as: OpenAs, pictures: Path) -> None:
    watched = open_as(Role.SUPERVISOR, NARROW)
    page = watched.page
    page.goto("/map?measure=workload_per_officer")
    wait_until_drawn(page)
    page.screenshot(path=pictures / "map-workload-phone.png", full_page=True)
    check_fits(page)
    assert page.evaluate(BROKEN) == []
    # The check can fail: narrow columns that may break anywhere do break.
    page.evaluate(
        """for (const table of document.querySelectorAll('.table:not(.table-cards)')) {
          table.style.cssText = 'table-layout: fixed; width: 2rem';
          for (const cell of table.querySelectorAll('th')) cell.style.overflowWrap = 'anywhere';
        }"""
    )
    assert page.evaluate(BROKEN)
