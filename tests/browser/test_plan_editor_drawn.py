"""How the map of the plan editor is drawn: outlines told apart, as sharp as the screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW
from tests.browser.drawing import Editor, address, check_good, clock, draw, editor

__all__ = ["address", "clock", "draw", "editor"]

pytestmark = pytest.mark.browser

# Pixels of each of the colours that outlines have, on what lies over the units.
COUNTED = """() => {
  const count = { yellow: 0, white: 0, dark: 0 };
  for (const shown of document.querySelectorAll(".leaflet-marks-pane canvas")) {
    const copy = new OffscreenCanvas(shown.width, shown.height).getContext("2d");
    copy.drawImage(shown, 0, 0);
    const { data } = copy.getImageData(0, 0, shown.width, shown.height);
    for (let at = 0; at < data.length; at += 4) {
      const is = (...of) => of.every((value, i) => data[at + i] === value);
      if (is(255, 210, 63, 255)) count.yellow += 1;
      if (is(255, 255, 255, 255)) count.white += 1;
      if (is(16, 22, 28, 255)) count.dark += 1;
    }
  }
  return count;
}"""
# Canvas pixels a screen pixel, of every canvas of a pane.
RATIOS = """pane => [...new Set([...document.querySelectorAll(`.leaflet-${pane}-pane canvas`)]
  .map((one) => one.width / one.getBoundingClientRect().width))]"""


def colours(page: Page) -> dict[str, int]:
    """The colours on the map without names, once the next frame is drawn."""
    page.evaluate("() => new Promise((go) => requestAnimationFrame(() => setTimeout(go, 50)))")
    found: dict[str, int] = page.evaluate(COUNTED)
    return found


def test_the_keyboard_and_what_is_found_are_told_apart_by_more_than_their_colour(
    editor: Editor, pictures: Path
) -> None:
    page = editor.page
    page.locator(".editor-show summary").click()
    page.get_by_label("Names and deviation").uncheck()
    page.locator(".editor-show summary").click()
    editor.team("")
    editor.click("101")
    editor.saved({"101": ""})
    page.mouse.move(5, 5)
    assert colours(page)["yellow"] == 0
    # Found: a solid line of yellow.
    editor.tab("Find")
    page.get_by_role("button", name="Units without a team: next").click()
    page.wait_for_timeout(600)
    found = colours(page)
    assert found["yellow"] > 0
    expect(page.locator(".panel-body").filter(has_text="solid yellow outline")).to_be_visible()
    # Under the keyboard too it stays found: both are to be seen.
    editor.page.locator(".editor-map").focus()
    page.keyboard.press("m")
    both = colours(page)
    assert both["yellow"] == pytest.approx(found["yellow"], rel=0.05)
    assert both["dark"] > found["dark"]
    check_good(page, pictures / "plan-outlines-both.png")
    # So does a whole team.
    page.get_by_role("button", name=re.compile("^Under-loaded .*: next$")).click()
    page.locator(".editor-map").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)
    assert colours(page)["yellow"] > 0
    # The keyboard alone has no yellow at all, but dashes of a dark line on white.
    page.get_by_role("button", name="Undo").click()
    page.locator(".editor-map").focus()
    page.keyboard.press("m")
    alone = colours(page)
    assert alone["yellow"] == 0
    assert alone["white"] > 0
    assert alone["dark"] > 0
    check_good(page, pictures / "plan-outlines-keyboard.png")
    page.keyboard.press("?")
    box = page.get_by_role("dialog", name="Keys and gestures")
    for outline in ("Where the keyboard is", "What Find shows", "What the pointer is on"):
        expect(box).to_contain_text(outline)
    check_good(page, pictures / "plan-outlines-help.png")
    page.set_viewport_size(NARROW)
    box.get_by_text("Outlines on the map").scroll_into_view_if_needed()
    check_good(page, pictures / "plan-outlines-help-narrow.png")


def test_the_map_is_sharp_after_the_window_went_to_another_screen(editor: Editor) -> None:
    page = editor.page
    size = page.viewport_size
    assert size is not None
    expect(page.locator(".leaflet-tile-pane canvas").first).to_be_attached()
    assert page.evaluate(RATIOS, "units") == [1]
    # Chromium tells of other pixels only with another size of the window; the map keeps its own,
    # which alone would have it drawn anew.
    page.locator(".editor-map").evaluate(
        "box => { for (const side of ['width', 'height'])"
        " box.style[side] = `${box.getBoundingClientRect()[side]}px`; }"
    )
    screen = page.context.new_cdp_session(page)
    for ratio, width in ((2, size["width"] - 1), (1, size["width"])):
        screen.send(
            "Emulation.setDeviceMetricsOverride",
            {**size, "width": width, "deviceScaleFactor": ratio, "mobile": False},
        )
        for pane in ("units", "marks", "tile"):
            for _ in range(50):
                if page.evaluate(RATIOS, pane) == [ratio]:
                    break
                page.wait_for_timeout(100)
            assert page.evaluate(RATIOS, pane) == [ratio], pane


def test_the_load_of_a_unit_has_one_name_in_line_and_table(editor: Editor) -> None:
    page = editor.page
    page.mouse.move(*editor.at("101"))
    expect(page.locator("[data-under]")).to_have_text(
        re.compile(r"^Service area 101: West Team, \d+ clients, \d+ workload points$")
    )
    title = page.get_by_role("columnheader", name=re.compile("^Workload : Points; "))
    expect(title).to_be_visible()
    editor.tab("Solve")
    expect(page.get_by_label("Balance")).to_contain_text("Workload (points)")
