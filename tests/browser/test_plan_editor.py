"""Drawing a plan in a real browser: every gesture, by mouse, by keyboard and by finger."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import FloatRect, Route, expect

from tests.browser.conftest import NARROW, WIDE
from tests.browser.drawing import Draw, Editor, address, check_good, clock, draw, editor

__all__ = ["address", "clock", "draw", "editor"]

pytestmark = pytest.mark.browser


def test_a_click_gives_a_unit_and_says_so_with_figures(editor: Editor) -> None:
    editor.click("101")
    expect(editor.said).to_have_text(re.compile(r"101 given to .+: \d+ clients?, [+−]?\d+ %\."))
    editor.saved({"101": "T2"})
    transfers = editor.page.locator("[data-figure=transfers]").text_content()
    assert transfers is not None
    assert int(transfers) > 0
    editor.watched.check()


def test_the_brush_makes_one_edit_of_a_stroke(editor: Editor) -> None:
    editor.drag("101", "102")
    editor.saved({"101": "T2", "102": "T2"})
    assert len(editor.state()["edits"]) == 1
    editor.undo()
    editor.saved({})


def test_a_large_brush_reaches_beside_the_pointer(editor: Editor) -> None:
    editor.page.keyboard.press("+")
    expect(editor.page.locator("[data-size='1']")).to_have_attribute("aria-pressed", "true")
    editor.click("102")
    editor.saved({"102": "T2"})


def test_a_stroke_shows_what_it_changes_not_what_lies_under_it(editor: Editor) -> None:
    page = editor.page
    under, ring = page.locator("[data-under]"), page.locator(".editor-ring")
    page.keyboard.press("+")
    page.mouse.move(*editor.at("201"))
    expect(under).to_contain_text("201")
    page.mouse.down()
    expect(ring).to_have_class(re.compile("is-down"))
    expect(under).to_be_empty()
    page.mouse.move(*editor.at("202"), steps=4)
    expect(under).to_be_empty()
    page.mouse.up()
    expect(under).to_contain_text("202")
    expect(ring).not_to_have_class(re.compile("is-down"))
    expect(page.locator(".editor-map")).to_be_focused()


def test_what_the_server_says_waits_for_the_end_of_a_stroke(editor: Editor) -> None:
    page = editor.page
    held: list[Route] = []
    page.route(re.compile("/edits"), lambda route: held.append(route), times=1)
    with page.expect_request(re.compile("/edits")):
        editor.click("101")
    editor.drag("102", let_go=False)
    with page.expect_response(re.compile("/edits")):
        held[0].continue_()
    page.wait_for_timeout(300)
    expect(editor.sync).to_have_text("Saving…")
    page.mouse.up()
    editor.saved({"101": "T2", "102": "T2"})


def test_a_rectangle_takes_what_lies_in_it(editor: Editor) -> None:
    editor.tool("rectangle")
    (left, top), (right, bottom) = editor.at("102"), editor.at("101")
    editor.along([(left - 60, top - 60), (right + 60, bottom + 60)])
    editor.saved({"101": "T2", "102": "T2"})
    assert len(editor.state()["edits"]) == 1


def test_a_lasso_that_crosses_itself_holds_both_loops(editor: Editor) -> None:
    editor.tool("lasso")
    editor.team("T1")
    (x1, y1), (x2, y2) = editor.at("202"), editor.at("201")
    # An eight with a loop round each of the two eastern units.
    editor.along([
        (x1 - 40, y1 - 40), (x1 + 40, y1 - 40), (x2 - 40, y2 + 40), (x2 + 40, y2 + 40),
        (x1 - 40, y1 - 40),
    ])  # fmt: skip
    editor.saved({"201": "T1", "202": "T1"})


def test_a_lasso_round_nothing_changes_nothing(editor: Editor) -> None:
    editor.tool("lasso")
    x, y = editor.at("101")
    editor.along([(x - 50, y + 20), (x - 40, y + 30), (x - 50, y + 40)])
    expect(editor.said).to_contain_text("No service area has its middle in there.")
    editor.saved({})
    assert editor.state()["edits"] == []


def test_the_eyedropper_takes_the_team_from_the_map(editor: Editor) -> None:
    editor.tool("pick")
    editor.click("102")
    expect(editor.page.locator("select[name=team]")).to_have_value("0")
    editor.tool("brush")
    editor.click("201")
    editor.saved({"201": "T1"})
    x, y = editor.at("202")
    editor.page.keyboard.down("Alt")
    editor.page.mouse.click(x, y)
    editor.page.keyboard.up("Alt")
    expect(editor.page.locator("select[name=team]")).to_have_value("1")


def test_no_team_takes_a_unit_away(editor: Editor) -> None:
    editor.team("")
    editor.click("101")
    expect(editor.said).to_contain_text("taken from its team")
    expect(editor.page.locator("[data-figure=unassigned]")).to_have_text("1")
    editor.saved({"101": ""})


def test_a_locked_team_neither_loses_nor_gains(editor: Editor) -> None:
    editor.page.locator("[data-do=lock]").click()
    editor.click("101")
    expect(editor.said).to_contain_text("locked")
    editor.team("T1")
    editor.click("201")
    expect(editor.said).to_contain_text("locked")
    editor.saved({})
    editor.team("T2")
    editor.page.locator("[data-do=lock]").click()
    editor.click("101")
    editor.saved({"101": "T2"})
    editor.page.locator("[data-do=lock-all]").click()
    editor.click("102")
    expect(editor.said).to_contain_text("locked")
    editor.saved({"101": "T2"})


def test_painting_can_take_from_one_team_only(editor: Editor) -> None:
    editor.page.locator("select[name=from]").select_option(label="units without a team")
    editor.click("101")
    expect(editor.said).to_contain_text("only")
    editor.saved({})


def test_undo_and_redo_reach_back_over_a_reload(editor: Editor) -> None:
    editor.click("101")
    editor.click("102")
    editor.saved({"101": "T2", "102": "T2"})
    editor.open()
    editor.undo()
    editor.undo()
    editor.saved({})
    expect(editor.page.locator("[data-do=undo]")).to_have_attribute("aria-disabled", "true")
    editor.open()
    editor.redo()
    editor.saved({"101": "T2"})
    editor.page.keyboard.press("Control+y")
    editor.saved({"101": "T2", "102": "T2"})
    editor.page.keyboard.press("Control+z")
    editor.saved({"101": "T2"})


def test_the_keyboard_alone_paints(editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("m")
    expect(page.locator(".editor-map")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    for key in ("ArrowLeft", "ArrowDown"):
        page.keyboard.press(key)
    expect(editor.said).to_contain_text("101")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(editor.said).to_contain_text("101 given to")
    page.keyboard.press("Shift+ArrowUp")
    editor.saved({"101": "T2", "102": "T2"})
    page.keyboard.press("x")
    page.keyboard.press("Space")
    editor.saved({"101": "T2", "102": ""})
    page.keyboard.press("Control+z")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("e")
    page.keyboard.press("l")
    expect(editor.said).to_contain_text("locked")
    page.keyboard.press("l")
    # A rectangle from corner to corner.
    page.keyboard.press("1")
    page.keyboard.press("r")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    editor.saved({"101": "T2", "102": "T2", "201": "T1", "202": "T1"})
    editor.watched.check()


def test_locks_outlive_a_reload(editor: Editor) -> None:
    editor.page.locator("[data-do=lock]").click()
    expect(editor.said).to_have_text("East Team locked.")
    editor.open()
    editor.team("T2")
    expect(editor.page.locator("[data-do=lock]")).to_have_attribute("aria-pressed", "true")


def test_dots_say_that_they_are_no_homes(editor: Editor) -> None:
    page = editor.page
    told = page.locator("[data-dots-told]")
    expect(told).to_be_hidden()
    page.locator(".editor-show summary").click()
    page.get_by_label("Caseload as dots").check()
    expect(told).to_be_visible()
    expect(told).to_have_text("Dots: placed at random in the unit, not homes")


def test_one_finger_paints_and_two_do_not(draw: Draw) -> None:
    editor = draw(screen=NARROW)
    editor.team("T2")
    touch = editor.page.context.new_cdp_session(editor.page)

    def send(kind: str, *units: str) -> None:
        points = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(map(editor.at, units))]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", "101")
    send("touchStart", "101", "202")
    send("touchMove", "102", "201")
    send("touchEnd")
    editor.saved({})
    editor.page.keyboard.press("Home")
    editor.open()
    editor.team("T2")
    send("touchStart", "101")
    send("touchMove", "102")
    send("touchEnd")
    editor.saved({"101": "T2", "102": "T2"})
    assert len(editor.state()["edits"]) == 1


def test_the_map_may_have_the_whole_page(editor: Editor) -> None:
    page = editor.page
    wide = page.locator(".editor-map").evaluate("at => [at.offsetWidth, at.offsetHeight]")
    page.locator(".editor-show summary").click()
    for part, name in (
        (".editor-table", "Table of figures"),
        (".editor-side", "Panels at the side"),
    ):
        page.get_by_label(name).uncheck()
        expect(page.locator(part)).to_be_hidden()
    page.wait_for_function(
        """([wide, high]) => {
          const map = document.querySelector(".editor-map");
          return map.offsetWidth > wide + 200 && map.offsetHeight > high + 100;
        }""",
        arg=wide,
    )


def test_a_telephone_shows_every_control_and_keeps_half_of_itself_from_the_panels(
    draw: Draw,
) -> None:
    editor = draw(screen=NARROW)
    page = editor.page

    def box(selector: str) -> FloatRect:
        found = page.locator(selector).bounding_box()
        assert found is not None
        return found

    for selector in (
        "select[name=team]", "[data-do=lock-all]", "select[name=from]", "[data-size='3']",
        ".editor-show",
    ):  # fmt: skip
        found = box(selector)
        assert found["x"] + found["width"] <= NARROW["width"], selector
        # One line: nothing is broken within a button.
        assert found["height"] < 44, selector
    page.locator("[data-do=panel]").click()
    assert box(".editor-side")["height"] <= 0.55 * NARROW["height"]
    assert box(".editor-map")["height"] > NARROW["height"] / 4
    # The figures are one of the panels, and below the map again where there is room.
    expect(page.get_by_role("tab", name="Teams")).to_have_attribute("aria-selected", "true")
    expect(page.locator(".editor-table")).to_be_visible()
    editor.tab("Solve")
    expect(page.locator(".editor-table")).to_be_hidden()
    # The panel is longer than its place, and moves by itself.
    assert page.locator("#panel-side").evaluate("at => at.scrollHeight > at.clientHeight")
    page.set_viewport_size({"width": WIDE["width"], "height": WIDE["height"]})
    expect(page.locator(".editor-table")).to_be_visible()
    expect(page.get_by_role("tab", name="Teams")).to_be_hidden()
    assert box(".editor-table")["y"] >= box(".editor-map")["y"] + box(".editor-map")["height"]


@pytest.mark.parametrize("screen", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_editor_is_accessible_and_fits_the_screen(
    draw: Draw, pictures: Path, screen: dict[str, int]
) -> None:
    editor = draw(screen=screen)
    editor.team("T2")
    editor.click("101")
    editor.saved({"101": "T2"})
    check_good(editor.page, pictures / f"plan-editor-{screen['width']}.png")
    editor.watched.check()
