"""The panels around the map of a plan, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import NARROW, WIDE
from tests.browser.drawing import Draw, Editor, address, both, check_good, clock, draw, editor

__all__ = ["address", "both", "clock", "draw", "editor"]

pytestmark = pytest.mark.browser

SLOW_MS = 60_000


def row(page: Page, team: str) -> Locator:
    """A team's row of the table of figures."""
    return page.locator("#panel-table tbody tr").filter(has_text=team)


def cell(page: Page, team: str, column: str) -> str:
    heads = page.locator("#panel-table thead button").all_inner_texts()
    at = next(k for k, text in enumerate(heads) if text.startswith(column))
    return row(page, team).locator("th, td").nth(at).inner_text()


def zoomed(page: Page) -> str:
    return page.locator(".leaflet-control-scale-line").first.inner_text()


def test_figures_follow_the_drawing_and_sort(editor: Editor) -> None:
    page = editor.page
    west = int(cell(page, "West Team", "Caseload"))
    moved = west + int(cell(page, "East Team", "Caseload"))
    editor.click("101")
    expect(row(page, "West Team")).to_contain_text("−")
    fewer, more = (int(cell(page, name, "Caseload")) for name in ("West Team", "East Team"))
    assert fewer < west
    assert fewer + more == moved
    assert cell(page, "East Team", "Units") == "3"
    assert cell(page, "East Team", "Change team") == f"+{west - fewer} −0"
    names = page.locator("#panel-table tbody .figures-name")
    button = page.get_by_role("button", name="Caseload")
    button.click()
    expect(names.first).to_have_text("East Team")
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Caseload")
    button.click()
    expect(names.first).to_have_text("West Team")


def test_table_and_map_point_at_each_other(editor: Editor) -> None:
    page = editor.page
    page.mouse.move(*editor.at("201"))
    expect(row(page, "East Team")).to_have_class(re.compile("is-hovered"))
    expect(row(page, "West Team")).not_to_have_class(re.compile("is-hovered"))
    whole = zoomed(page)
    page.get_by_role("button", name="Zoom out").click()
    expect(page.locator(".leaflet-control-scale-line").first).not_to_have_text(whole)
    before = zoomed(page)
    page.get_by_role("button", name="West Team", exact=True).press("Enter")
    expect(page.locator(".leaflet-control-scale-line").first).not_to_have_text(before)


def test_what_is_wrong_is_found_and_stepped_through(editor: Editor) -> None:
    page = editor.page
    editor.team("")
    editor.click("101")
    editor.click("202")
    editor.tab("Find")
    lone = page.locator(".find-list li").filter(has_text="Units without a team")
    # Two corners of the square that touch in a point are two places.
    expect(lone.locator(".badge")).to_have_text("2")
    page.locator(".editor-map").focus()
    page.keyboard.press("n")
    expect(page.locator(".find-said")).to_have_text("1 of 2: 101")
    page.keyboard.press("n")
    expect(page.locator(".find-said")).to_have_text("2 of 2: 202")
    page.keyboard.press("Shift+N")
    expect(page.locator(".find-said")).to_have_text("1 of 2: 101")
    lone.get_by_role("button", name="next").click()
    expect(page.locator(".find-said")).to_have_text("2 of 2: 202")
    editor.undo()
    editor.undo()
    expect(lone.locator(".badge")).to_have_text("0")
    expect(lone.get_by_role("button", name="next")).to_be_disabled()


def test_a_comment_is_pinned_seen_by_others_and_resolved(both: tuple[Editor, Editor]) -> None:
    first, second = both
    page = first.page
    first.tab("Comments")
    page.get_by_role("button", name="Point at it on the map").click()
    expect(page.get_by_text("Click the service area")).to_be_visible()
    first.click("102")
    expect(page.get_by_label("Service area", exact=True)).to_have_value("102")
    # Pointing paints nothing.
    first.saved({})
    page.get_by_label("Comment", exact=True).fill("The river is no border here")
    page.get_by_role("button", name="Add comment").click()
    mark = page.locator(".comment-mark")
    expect(mark).to_have_text("1")
    second.tab("Comments")
    expect(second.page.locator(".comment-list")).to_contain_text("The river is no border here")
    expect(second.page.locator(".comment-list")).to_contain_text("Supervisor Test")
    second.page.get_by_role("button", name="Resolve").click()
    expect(second.page.locator(".comment-list")).to_have_text("No comments.")
    expect(mark).to_have_count(0)
    page.get_by_label("Show resolved ones too").check()
    expect(page.locator(".comment-list")).to_contain_text("Resolved by")


def test_who_is_here_and_what_was_changed(both: tuple[Editor, Editor]) -> None:
    first, second = both
    first.tab("Changes")
    expect(first.page.locator(".present-list")).to_contain_text("Second Test draws")
    second.team("T2")
    second.click("101")
    first.team("T2")
    expect(first.page.locator(".feed li").first).to_contain_text(
        "Second Test moved Service area 101 to East Team"
    )
    first.click("102")
    expect(first.page.locator(".feed li").first).to_contain_text("You moved Service area 102")
    before = zoomed(first.page)
    first.page.locator(".feed").get_by_role("button", name="Show").first.click()
    expect(first.page.locator(".leaflet-control-scale-line").first).not_to_have_text(before)


def test_the_solver_proposes_and_its_plan_is_one_edit(editor: Editor, pictures: Path) -> None:
    page = editor.page
    editor.tab("Solve")
    page.get_by_label("Look for").select_option("compact")
    page.get_by_label("Tolerance in percent").fill("0.01")
    page.get_by_role("button", name="Find a plan").click()
    # Four units cannot be shared out so evenly: the nearest tolerance is told and offered.
    title = page.locator(".solve-choices h3")
    expect(title).to_have_text("No plan within these limits", timeout=SLOW_MS)
    expect(page.locator(".solve-choices .alert")).to_contain_text("this is proven")
    # Nothing finer than service areas is loaded in the tiny city.
    expect(page.locator(".solve-choices")).to_contain_text("No finer units are loaded")
    expect(page.get_by_role("link", name="Draw on finer units")).to_have_count(0)
    check_good(page, pictures / "plan-solve-none.png")
    page.get_by_role("button", name=re.compile(r"Use \d")).click()
    expect(title).to_have_text("1 plan found", timeout=SLOW_MS)
    card = page.locator(".solve-choice")
    expect(card).to_contain_text("Most compact")
    expect(card).to_contain_text("Proven")
    differs = int(card.locator("dd").last.inner_text().split()[0])
    # Looking changes the map and the figures, not the plan.
    look = card.get_by_role("button", name="Show on map")
    look.click()
    expect(look).to_have_attribute("aria-pressed", "true")
    assert editor.state()["edits"] == []
    card.get_by_role("button", name="Use this plan").click()
    if differs:
        expect(editor.sync).to_have_text("All changes saved")
        kinds = [edit["kind"] for edit in editor.state()["edits"]]
        assert kinds == ["solve"]
        editor.undo()
    editor.saved({})
    editor.watched.check()


def test_the_solver_is_stopped_and_a_run_is_found_again(editor: Editor) -> None:
    page = editor.page
    # A run that goes on: what the page asks is answered here as the server would.
    told = {
        "id": "x", "plan": 1, "state": "running", "message": "", "ready": True, "seconds": 3,
        "limit": 60, "mine": True, "goal": "compact", "found": [],
        "best": {
            "number": 1, "gap": 0.1, "bound": 1, "balance": 0.07,
            "units": {"101": "T2", "102": "T1", "201": "T2", "202": "T2"},
        },
    }  # fmt: skip
    state = {"stopped": False}
    first = {"best": None}

    def stop(route: Route) -> None:
        state["stopped"] = True
        route.fulfill(json={})

    page.route("**/solve.json", lambda route: route.fulfill(json={"job": "x"}))
    page.route(
        "**/plans/jobs/x.json*",
        lambda route: route.fulfill(
            json=told | first | ({"state": "stopped"} if state["stopped"] else {})
        ),
    )
    page.route("**/plans/jobs/x/stop", stop)
    editor.open()
    editor.tab("Solve")
    # Nothing is there to keep yet, and the button does not promise it.
    expect(page.locator(".solve-run")).to_contain_text("No plan found yet")
    expect(page.locator(".solve-run").get_by_role("button")).to_have_text("Stop")
    first.clear()
    expect(page.locator(".solve-run")).to_contain_text("within 7.0 %")
    # The best so far is on the map and in the figures, and not in the plan.
    assert cell(page, "East Team", "Units") == "3"
    page.get_by_label("Show the best so far on the map").uncheck()
    expect(row(page, "East Team").locator("td").nth(5)).to_have_text("2")
    page.get_by_role("button", name="Stop and keep the best").click()
    expect(page.locator(".solve-choice")).to_contain_text("Best so far")
    page.get_by_role("button", name="Use this plan").click()
    editor.saved({"101": "T2"})


def split_of(editor: Editor, unit: str) -> None:
    editor.page.get_by_role("button", name="Split…").click()
    box = editor.page.get_by_role("dialog", name="Split a service area")
    box.get_by_label("Service area").fill("999")
    box.get_by_role("button", name="Draw the line").click()
    expect(box.get_by_role("alert")).to_have_text("There is no service area 999.")
    box.get_by_label("Service area").fill(unit)
    box.get_by_role("button", name="Draw the line").click()
    expect(editor.page.locator(".editor-cover")).to_be_focused()


def test_a_unit_is_split_along_a_drawn_line(editor: Editor) -> None:
    page = editor.page
    split_of(editor, "101")
    box = page.locator(".editor-cover").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    said = page.locator(".split-said")
    # A line that stays inside cuts nothing.
    editor.along([(x - 20, y), (x + 20, y)])
    page.get_by_role("button", name="Split", exact=True).click()
    expect(said).to_contain_text("101")
    editor.along([(x - 440, y), (x + 440, y + 10)])
    page.get_by_role("button", name="Split", exact=True).click()
    expect(editor.said).to_contain_text("Split into 101-A and 101-B.")
    expect(row(page, "West Team").locator("td").nth(5)).to_have_text("3")
    editor.undo()
    expect(row(page, "West Team").locator("td").nth(5)).to_have_text("2")


def test_a_unit_is_split_by_keys_alone(editor: Editor) -> None:
    page, keys = editor.page, editor.page.keyboard
    split_of(editor, "202")
    for _ in range(80):
        keys.press("ArrowLeft")
    keys.press("Space")
    for _ in range(4):
        keys.press("ArrowDown")
    keys.press("Space")
    keys.press("Backspace")
    for _ in range(80):
        keys.press("ArrowRight")
    keys.press("Space")
    keys.press("Enter")
    expect(editor.said).to_contain_text("Split into 202-A and 202-B.")
    # Escape leaves a unit whole.
    split_of(editor, "101")
    keys.press("Escape")
    expect(page.locator(".editor-cover")).to_have_count(0)


def test_the_editor_leads_on_to_approval(editor: Editor) -> None:
    page = editor.page
    path = editor.path.removesuffix("/edit")
    for name, where in (
        ("What would change", f"{path}/impact"),
        ("Plan’s page", path),
        ("Propose for approval", f"{path}#propose"),
    ):
        page.get_by_role("link", name=name).click()
        page.wait_for_url(f"**{where}")
        assert page.locator("main h1").inner_text()
        editor.open()


def test_the_help_sheet_names_every_key(editor: Editor, pictures: Path) -> None:
    page = editor.page
    page.locator(".editor-map").focus()
    page.keyboard.press("?")
    box = page.get_by_role("dialog", name="Keys and gestures")
    for text in ("Undo, redo", "Next thing to mend", "One finger", "Move the cross"):
        expect(box).to_contain_text(text)
    check_good(page, pictures / "plan-help.png")
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)


@pytest.mark.parametrize("screen", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_panel_is_accessible_and_fits(
    draw: Draw, pictures: Path, screen: dict[str, int]
) -> None:
    editor = draw(screen=screen)
    page = editor.page
    names = ["Solve", "Find", "Comments", "Changes"]
    if screen is NARROW:
        page.get_by_role("button", name="Show or hide the panels").click()
        names.insert(0, "Teams")
    for name in names:
        editor.tab(name)
        check_good(page, pictures / f"plan-panel-{name.lower()}-{screen['width']}.png")
    page.get_by_role("button", name="Split…").click()
    check_good(page, pictures / f"plan-split-{screen['width']}.png")
    editor.watched.check()
