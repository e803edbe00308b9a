"""Two plans beside each other and under a swipe, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NARROW, WIDE
from tests.browser.drawing import Draw, address, check_good, clock, draw

__all__ = ["address", "clock", "draw"]

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("screen", [WIDE, NARROW], ids=["wide", "narrow"])
def test_two_plans_beside_each_other(draw: Draw, pictures: Path, screen: dict[str, int]) -> None:
    editor = draw(screen=screen)
    editor.team("T2")
    editor.click("101")
    editor.saved({"101": "T2"})
    page = editor.page
    page.goto(f"{editor.plan}/compare")
    expect(page.locator("#compare[data-ready]")).to_be_attached()
    east = page.locator("[data-figures] tbody tr").filter(has_text="East Team")
    expect(east).to_contain_text("3 (+1)")
    changed = page.locator("[data-units] tbody tr")
    expect(changed).to_have_count(1)
    expect(changed).to_contain_text("101")
    expect(changed).to_contain_text("West Team")
    expect(page.locator("[data-changed]")).to_contain_text("1 service area with")
    check_good(page, pictures / f"plan-compare-{screen['width']}.png")
    page.get_by_label("Swipe").check()
    slider = page.get_by_role("slider")
    mine = page.locator("[data-frame=mine]")
    before = mine.evaluate("e => e.style.clipPath")
    slider.press("ArrowRight")
    assert mine.evaluate("e => e.style.clipPath") != before
    check_good(page, pictures / f"plan-swipe-{screen['width']}.png")
    # One map moves with the other.
    scale = "Array.from(document.querySelectorAll('.leaflet-map-pane'), e => e.style.transform)"
    changed.get_by_role("button").click()
    one, other = page.evaluate(scale)
    assert one == other
    editor.watched.check()
