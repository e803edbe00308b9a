"""Units split and joined in the editor, by one of two who draw at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NARROW, WIDE
from tests.browser.drawing import Editor, address, both, check_good, clock, draw, editor

__all__ = ["address", "both", "clock", "draw", "editor"]

pytestmark = pytest.mark.browser


def split(editor: Editor, unit: str, *, sent: bool = True) -> None:
    """Draw a line across a unit, from west to east."""
    page = editor.page
    page.get_by_role("button", name="Split…").click()
    box = page.get_by_role("dialog", name="Split a service area")
    box.get_by_label("Service area").fill(unit)
    box.get_by_role("button", name="Draw the line").click()
    cover = page.locator(".editor-cover")
    expect(cover).to_be_focused()
    place = cover.bounding_box()
    assert place is not None
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    page.wait_for_timeout(400)
    editor.along([(x - 440, y), (x + 440, y + 10)])
    if sent:
        page.get_by_role("button", name="Split", exact=True).click()
        expect(editor.said).to_contain_text(f"Split into {unit}-A and {unit}-B.")


def teams(editor: Editor) -> dict[str, str]:
    """What the server has."""
    state = editor.state()
    names = [state["teams"][team] if team >= 0 else "" for team in state["of"]]
    ground = editor.page.request.get(editor.path.replace("/edit", "/ground.json")).json()
    return dict(zip(ground["units"], names, strict=True))


def test_an_edit_of_a_unit_that_was_split_meanwhile_is_asked_piece_by_piece(
    both: tuple[Editor, Editor], pictures: Path
) -> None:
    first, second = both
    second.team("T2")
    second.offline()
    second.click("101")
    expect(second.sync).to_have_text("Offline: 1 edit kept here")
    split(first, "101")
    second.offline(False)
    told = second.page.locator(".conflict-told")
    why = (
        "Service area 101 was split by Supervisor Test into Service area 101-A and "
        "Service area 101-B; you gave it to East Team."
    )
    expect(told).to_contain_text(why)
    expect(second.sync).to_have_text("Saved, but for 2 service areas changed twice")
    second.open()
    expect(told).to_contain_text(why)
    second.page.get_by_role("button", name="Decide").click()
    box = second.page.get_by_role("dialog", name="Mine or theirs?")
    expect(box).to_contain_text("part of Service area 101")
    check_good(second.page, pictures / "decide-split.png")
    second.page.set_viewport_size(NARROW)
    check_good(second.page, pictures / "decide-split-narrow.png")
    box.get_by_role("button", name="All mine").click()
    box.get_by_role("button", name="Apply").click()
    expect(second.sync).to_have_text("All changes saved")
    expect(told).to_be_hidden()
    found = teams(second)
    assert (found["101-A"], found["101-B"]) == ("T2", "T2")


def test_an_edit_of_a_piece_that_was_joined_meanwhile_is_asked_of_the_whole(
    both: tuple[Editor, Editor],
) -> None:
    first, second = both
    split(first, "101")
    expect(second.page.locator("#panel-changes")).to_contain_text(
        "Supervisor Test split Service area 101 into Service area 101-A and Service area 101-B"
    )
    second.team("T2")
    second.offline()
    x, y = second.at("101")
    second.page.mouse.click(x, y - 25)
    expect(second.sync).to_have_text("Offline: 1 edit kept here")
    first.undo()
    expect(first.said).to_have_text("The pieces are joined again.")
    second.offline(False)
    told = second.page.locator(".conflict-told")
    expect(told).to_contain_text("was joined by Supervisor Test into Service area 101; you gave it")
    second.page.get_by_role("button", name="Decide").click()
    box = second.page.get_by_role("dialog", name="Mine or theirs?")
    expect(box).to_contain_text("mine is for all of it")
    box.get_by_role("button", name="All mine").click()
    box.get_by_role("button", name="Apply").click()
    second.saved({"101": "T2"})


def test_a_split_is_not_taken_back_over_what_another_did_with_its_pieces(
    both: tuple[Editor, Editor], pictures: Path
) -> None:
    first, second = both
    split(first, "101")
    expect(second.page.locator("#panel-changes")).to_contain_text("split Service area 101")
    second.team("T2")
    x, y = second.at("101")
    second.page.mouse.click(x, y - 25)
    expect(second.sync).to_have_text("All changes saved")
    expect(first.said).to_contain_text("Second Test has changed 1 service area.")
    for _ in range(2):
        first.undo()
        expect(first.said).to_contain_text(
            re.compile(
                r"^Not undone\. Second Test gave service area 101-[AB] to another team\. "
                r"Ask them to take that back first\.$"
            )
        )
        expect(first.sync).to_have_text("All changes saved")
    check_good(first.page, pictures / "undo-refused.png")
    first.page.set_viewport_size(NARROW)
    check_good(first.page, pictures / "undo-refused-narrow.png")
    first.page.set_viewport_size(WIDE)
    assert sorted(teams(first).values()) == ["T1", "T1", "T2", "T2", "T2"]
    second.undo()
    expect(first.page.locator("#panel-changes")).to_contain_text("Second Test took back")
    first.undo()
    expect(first.said).to_have_text("The pieces are joined again.")
    first.saved({})


def test_a_unit_in_view_already_is_split_at_once(editor: Editor) -> None:
    for _ in range(2):
        split(editor, "101", sent=False)
        editor.page.get_by_role("button", name="Cancel").click()
    split(editor, "101")
    editor.watched.check()


def test_a_comment_says_where_it_lies_when_its_unit_is_split(
    editor: Editor, pictures: Path
) -> None:
    page = editor.page
    editor.tab("Comments")
    form = page.locator("#panel-comments form")
    form.get_by_label("Service area").fill("101")
    form.get_by_label("Comment").fill("  ")
    form.get_by_role("button", name="Add comment").click()
    expect(form.get_by_role("alert")).to_have_text("Write what the comment is to say.")
    form.get_by_label("Comment").fill("Too far")
    form.get_by_role("button", name="Add comment").click()
    item = page.locator(".comment-list li")
    expect(item).to_contain_text("Too far")
    split(editor, "101")
    expect(item).to_contain_text("Service area 101, now Service area 101-A and Service area 101-B")
    expect(page.locator(".comment-mark")).to_have_count(1)
    check_good(page, pictures / "comment-of-a-split-unit.png")
    editor.undo()
    expect(item).not_to_contain_text("now")
