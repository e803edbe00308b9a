"""What lies over the units of a plan: names, marks of comments, and the line round what was found."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FloatRect, Page, expect

from tests.browser.drawing import Draw, Editor, address, clock, draw, editor

__all__ = ["address", "clock", "draw", "editor"]

pytestmark = pytest.mark.browser

# Pixels drawn over the units within a box of the screen: all of them, and those of a line that marks.
PIXELS = """({ x, y, width, height }) => {
  const count = { all: 0, marked: 0 };
  for (const canvas of document.querySelectorAll(".leaflet-marks-pane canvas")) {
    const at = canvas.getBoundingClientRect();
    const left = Math.max(0, Math.round(x - at.left));
    const top = Math.max(0, Math.round(y - at.top));
    const wide = Math.min(canvas.width, Math.round(x + width - at.left)) - left;
    const high = Math.min(canvas.height, Math.round(y + height - at.top)) - top;
    if (wide <= 0 || high <= 0) continue;
    const read = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
    read.drawImage(canvas, 0, 0);
    const { data } = read.getImageData(left, top, wide, high);
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3]) count.all++;
      if (data[i] === 255 && data[i + 1] === 210 && data[i + 2] === 63) count.marked++;
    }
  }
  return count;
}"""


def pixels(page: Page, box: FloatRect) -> dict[str, int]:
    found: dict[str, int] = page.evaluate(PIXELS, box)
    return found


def soon(page: Page, is_so: Callable[[], bool], seconds: float = 5) -> bool:
    """Whether something comes true: what changes is drawn with the next frame."""
    ends = time.monotonic() + seconds
    while not is_so() and time.monotonic() < ends:
        page.wait_for_timeout(50)
    return is_so()


def around(place: tuple[float, float], reach: float = 8) -> FloatRect:
    x, y = place
    return FloatRect(x=x - reach, y=y - reach, width=2 * reach, height=2 * reach)


def nothing_marked(editor: Editor) -> bool:
    box = editor.page.locator(".editor-map").bounding_box()
    assert box
    return pixels(editor.page, box)["marked"] == 0


def test_find_outlines_the_group_found_until_the_plan_changes(
    editor: Editor, pictures: Path
) -> None:
    page = editor.page
    editor.team("")
    editor.drag("101", "102")
    editor.saved({"101": "", "102": ""})
    editor.tab("Find")
    assert soon(page, lambda: nothing_marked(editor))
    lone = page.locator(".find-list li").filter(has_text="Units without a team")
    lone.get_by_role("button", name="next").click()
    expect(page.locator(".find-said")).to_have_text("1 of 1: 101, 102")
    # It zooms to them; the whole plan again, so that each unit is where it was.
    page.locator(".editor-map").focus()
    page.keyboard.press("Home")
    sides = {
        where: around(editor.from_middle(dx, dy))
        for where, dx, dy in (
            ("between 101 and 201", 0, 1),
            ("between 102 and 202", 0, -1),
            ("between 101 and 102", -1, 0),
            ("between 201 and 202", 1, 0),
        )
    }

    def lit() -> set[str]:
        return {where for where, box in sides.items() if pixels(page, box)["marked"]}

    soon(page, lambda: lit() == {"between 101 and 201", "between 102 and 202"})
    page.screenshot(path=pictures / "plan-found.png")
    assert lit() == {"between 101 and 201", "between 102 and 202"}
    editor.undo()
    assert soon(page, lambda: nothing_marked(editor))


def test_a_name_stands_beside_the_mark_of_a_comment(editor: Editor, pictures: Path) -> None:
    page = editor.page
    # West Team keeps one unit, so that its name and the mark share it.
    editor.click("102")
    editor.saved({"102": "T2"})
    page.mouse.move(0, 0)
    editor.tab("Comments")
    page.get_by_label("Service area", exact=True).fill("101")
    page.get_by_label("Comment", exact=True).fill("The river is no border here")
    page.get_by_role("button", name="Add comment").click()
    mark = page.locator(".comment-mark")
    expect(mark).to_be_visible()
    under = mark.bounding_box()
    assert under
    unit = around(editor.at("101"), 70)

    def named() -> bool:
        return pixels(page, unit)["all"] > 0

    soon(page, lambda: named() and pixels(page, under)["all"] == 0)
    page.screenshot(path=pictures / "plan-comment-mark.png")
    assert named()
    assert pixels(page, under)["all"] == 0
    # Without the mark the name stands in the middle of its unit again, where the mark was.
    page.get_by_role("button", name="Resolve").click()
    expect(mark).to_have_count(0)
    assert soon(page, lambda: pixels(page, under)["all"] > 0)


def test_a_browser_that_draws_in_the_page_only_shows_the_plan_too(
    draw: Draw, pictures: Path
) -> None:
    opened = draw()
    page = opened.page
    # Safari before 16.4.
    page.add_init_script("delete window.OffscreenCanvas")
    opened.open()
    colours = """box => [...document.querySelectorAll(".editor-map canvas")].map((canvas) => {
      const { x, y } = canvas.getBoundingClientRect();
      const read = canvas.getContext("2d");
      return [...(read?.getImageData(box.x - x, box.y - y, 1, 1).data ?? [])].join();
    }).filter((colour) => colour && colour !== "0,0,0,0")"""
    x, y = opened.from_middle(-1, 1)
    assert soon(page, lambda: bool(page.evaluate(colours, {"x": x + 20, "y": y + 20})))
    page.screenshot(path=pictures / "plan-no-offscreen.png")
    before = page.evaluate(colours, {"x": x + 20, "y": y + 20})
    opened.team("T2")
    opened.click("101")
    assert soon(page, lambda: before != page.evaluate(colours, {"x": x + 20, "y": y + 20}))
