"""What the plan editor says and shows: on a telephone, by keys, to who signs out, and of names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import NARROW
from tests.browser.drawing import (
    Draw,
    Editor,
    address,
    check_good,
    clock,
    draw,
    editor,
)

__all__ = ["address", "clock", "draw", "editor"]

pytestmark = pytest.mark.browser


def split_of(opened: Editor, unit: str) -> Locator:
    """Begin to split a unit; the bar that says how."""
    page = opened.page
    page.get_by_role("button", name="Split…").click()
    box = page.get_by_role("dialog", name="Split a service area")
    box.get_by_label("Service area").fill(unit)
    box.get_by_role("button", name="Draw the line").click()
    return page.locator(".editor-cover-bar")


def test_on_a_telephone_the_words_of_a_split_leave_the_map_free(draw: Draw, pictures: Path) -> None:
    opened = draw(screen=NARROW)
    page = opened.page
    page.get_by_role("button", name="Show or hide the panels").click()
    bar = split_of(opened, "101").bounding_box()
    map_box = page.locator(".editor-map").bounding_box()
    assert bar
    assert map_box
    assert bar["y"] >= map_box["y"] + map_box["height"] - 1
    # The panels give their room to the map meanwhile.
    assert map_box["height"] > NARROW["height"] / 3
    check_good(page, pictures / "plan-split-line-390.png")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("tab", name="Solve")).to_be_visible()


def test_on_a_telephone_the_sheet_of_keys_is_read_downwards(draw: Draw, pictures: Path) -> None:
    page = draw(screen=NARROW).page
    page.get_by_role("button", name="Show or hide the panels").click()
    page.get_by_role("button", name="Keys").click()
    sheet = page.get_by_role("dialog", name="Keys and gestures")
    assert sheet.evaluate("box => box.scrollWidth <= box.clientWidth")
    expect(sheet.get_by_role("heading", name="Keys and gestures")).to_be_in_viewport()
    check_good(page, pictures / "plan-help-390.png")
    sheet.get_by_role("button", name="Close").click()
    expect(sheet).to_have_count(0)


def test_no_team_is_one_of_those_that_the_bracket_keys_go_through(editor: Editor) -> None:
    page = editor.page
    team = page.locator("select[name=team]")
    page.locator(".editor-map").focus()
    chosen = []
    for key in ("]", "]", "]", "[", "["):
        page.keyboard.press(key)
        chosen.append(team.input_value())
    assert chosen == ["-1", "0", "1", "0", "-1"]


def test_who_comes_to_the_map_by_keys_sees_where_they_are(editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("m")
    expect(editor.said).to_contain_text(re.compile(r"\d{3}, .* Team, \d+ clients"))


def test_a_unit_is_picked_by_keys_which_show_what_is_under_the_cross(
    editor: Editor, pictures: Path
) -> None:
    page = editor.page
    editor.tab("Comments")
    page.get_by_role("button", name="Point at it on the map").click()
    under = page.locator(".editor-cover-under")
    # The corners of all four units are in the middle.
    for key in ("ArrowLeft", "ArrowLeft", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    expect(under).to_contain_text("101, West Team")
    expect(page.locator("[data-under]")).to_contain_text("101: West Team")
    check_good(page, pictures / "plan-pick-unit.png")
    page.keyboard.press("Enter")
    expect(page.locator(".editor-cover")).to_have_count(0)
    expect(page.locator("#panel-comments").get_by_label("Service area")).to_have_value("101")


def test_a_comment_is_asked_to_name_nobody(editor: Editor) -> None:
    editor.tab("Comments")
    expect(editor.page.locator("#panel-comments")).to_contain_text("no names")


def test_who_signs_out_with_edits_unsent_is_asked_and_they_are_kept(
    editor: Editor, pictures: Path
) -> None:
    page = editor.page
    out = page.get_by_role("button", name="Sign out", exact=True)
    box = page.get_by_role("dialog", name="1 edit is not saved yet")
    page.route("**/edits", lambda route: route.abort())
    editor.click("101")
    expect(editor.sync).to_contain_text("1 edit kept here")
    out.click()
    expect(box).to_contain_text("for your account only")
    check_good(page, pictures / "plan-sign-out.png")
    box.get_by_role("button", name="Stay here").click()
    expect(box).to_have_count(0)
    assert editor.kept() == 1
    # Who begins to wait and then stays is not signed out by what is saved later.
    out.click()
    box.get_by_role("button", name="Wait until it is saved").click()
    box.get_by_role("button", name="Stay here").click()
    page.unroute("**/edits")
    expect(editor.sync).to_have_text("All changes saved", timeout=15_000)
    page.wait_for_timeout(500)
    assert page.url.endswith(editor.path)
    page.route("**/edits", lambda route: route.abort())
    editor.click("102")
    expect(editor.sync).to_contain_text("1 edit kept here")
    # Waited for, the edit is saved, and only then is one signed out.
    out.click()
    box.get_by_role("button", name="Wait until it is saved").click()
    page.unroute("**/edits")
    page.wait_for_url("**/sign-in*")
    assert editor.kept() == 0


def test_who_does_not_wait_is_signed_out_and_the_edits_stay(editor: Editor) -> None:
    page = editor.page
    page.route("**/edits", lambda route: route.abort())
    editor.click("101")
    expect(editor.sync).to_contain_text("1 edit kept here")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("button", name="Sign out now").click()
    page.wait_for_url("**/sign-in*")
    assert editor.kept() == 1
