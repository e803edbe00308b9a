"""A team's day and week in a real browser: dragged, moved by the keyboard, by two people at once."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from geoteam.model import Role, User
from geoteam.services import tours
from geoteam.services.workspace import Workspace
from tests.browser.conftest import NARROW, WIDE, OpenAs, Watched, serve_workspace
from tests.browser.test_pages import check_accessible, check_fits
from tests.server.served import Clock

pytestmark = pytest.mark.browser

BOSS = User(1, "supervisor", "Supervisor Test", Role.SUPERVISOR, team_refs=("*",))
OpenDay = Callable[[dict[str, int]], Watched]


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Workspace:
    """A copy of the tiny city with two tours of tomorrow."""
    folder = tmp_path / "workspace"
    shutil.copytree(made, folder)
    workspace = Workspace.open(folder, clock=Clock())
    on = workspace.today() + timedelta(days=1)
    for officer, departs in (("O1", ""), ("O2", "14:00")):
        tours.plan_tour(workspace, BOSS, on=on, officer_ref=officer, departs=departs, max_stops=2)
    return workspace


@pytest.fixture
def address(workspace: Workspace) -> str:
    """Address of a server of its own for each test."""
    return serve_workspace(workspace)


@pytest.fixture
def open_day(open_as: OpenAs, workspace: Workspace) -> OpenDay:
    """Open the day as the supervisor, on a screen of a size."""

    def enter(screen: dict[str, int]) -> Watched:
        watched = open_as("supervisor", screen)
        watched.page.goto(f"/tours/day?on={workspace.today() + timedelta(days=1)}&team=T1")
        expect(watched.page.locator("#day[data-ready] .day-map[data-ready]")).to_be_visible()
        return watched

    return enter


def card(page: Page, letter: str) -> Locator:
    return page.locator(f'section[data-letter="{letter}"]')


def names(card: Locator) -> list[str]:
    return [str(one.get_attribute("data-name")) for one in card.locator("[data-visit]").all()]


def lift_over(page: Page, visit: Locator, target: Locator) -> None:
    """Drag with the mouse as a hand does: a few steps, and held there."""
    target.scroll_into_view_if_needed()
    visit.hover()
    page.mouse.down()
    box = target.bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 30, steps=6)
    page.mouse.move(box["x"] + 60, box["y"] + 40, steps=4)


def test_a_visit_is_dragged_with_its_cost_in_sight_kept_and_taken_back(
    open_day: OpenDay, pictures: Path
) -> None:
    watched = open_day(WIDE)
    page = watched.page
    a, b = card(page, "A"), card(page, "B")
    was = names(a), names(b)
    lift_over(page, a.locator("[data-visit]").first, b)
    cost = b.locator("[data-cost]")
    expect(cost).to_contain_text("min")
    page.screenshot(path=str(pictures / "day-drag.png"))
    assert names(b) == was[1]
    page.mouse.up()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("made by another officer")
    check_accessible(page)
    dialog.get_by_role("button", name="Move the visit").click()
    expect(page.locator("[data-told]")).to_contain_text("The visit is moved.")
    assert was[0][0] in names(card(page, "B"))
    assert was[0][0] not in names(card(page, "A"))
    page.get_by_role("button", name="Undo my last move").click()
    expect(page.locator("[data-told]")).to_have_text("Your last move is taken back.")
    assert (names(card(page, "A")), names(card(page, "B"))) == was
    watched.check()


def test_the_keyboard_moves_a_visit_off_a_tour_and_to_a_place(open_day: OpenDay) -> None:
    watched = open_day(WIDE)
    page = watched.page
    first, second = names(card(page, "A"))[:2]
    card(page, "A").locator("[data-move]").first.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("To").select_option(label=f"{tour_name(page, 'A')}, another place")
    dialog.get_by_label("Place").select_option(label="Stop 2")
    keep = dialog.get_by_role("button", name="Move the visit")
    expect(keep).to_be_enabled()
    keep.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-told]")).to_contain_text("The visit is moved.")
    assert names(card(page, "A"))[:2] == [second, first]
    # The focus is back on the visit that was moved.
    expect(card(page, "A").locator("[data-move]").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    dialog.get_by_label("To").select_option(label="Off the tour: due and on none")
    expect(dialog).to_contain_text("loses")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert names(card(page, "A"))[:2] == [second, first]
    watched.check()


def tour_name(page: Page, letter: str) -> str:
    return f"Tour {letter}, {card(page, letter).get_attribute('data-officer')}"


def test_the_second_of_two_people_is_told_and_shown_how_it_is(open_day: OpenDay) -> None:
    one, other = open_day(WIDE).page, open_day(WIDE).page
    visit = names(card(other, "A"))[0]
    card(other, "A").locator("[data-move]").first.click()
    theirs = other.get_by_role("dialog")
    theirs.get_by_label("To").select_option(label="Off the tour: due and on none")
    expect(theirs.get_by_role("button", name="Move the visit")).to_be_enabled()
    card(one, "A").locator("[data-move]").first.click()
    mine = one.get_by_role("dialog")
    expect(mine.get_by_role("button", name="Move the visit")).to_be_enabled()
    mine.get_by_role("button", name="Move the visit").click()
    expect(one.locator("[data-told]")).to_contain_text("The visit is moved.")
    theirs.get_by_role("button", name="Move the visit").click()
    expect(other.locator("[data-told]")).to_contain_text("changed one of these tours")
    assert visit in names(card(other, "B"))


def test_a_page_that_is_behind_is_told_before_a_move_is_priced(open_day: OpenDay) -> None:
    one, other = open_day(WIDE).page, open_day(WIDE).page
    # The other's page does not ask how the tours stand, as when it was asleep.
    other.route("**/state.json*", lambda route: route.abort())
    visit = names(card(one, "A"))[0]
    card(one, "A").locator("[data-move]").first.click()
    one.get_by_role("dialog").get_by_label("To").select_option(label=tour_name(one, "B"))
    one.get_by_role("button", name="Move the visit").click()
    expect(one.locator("[data-told]")).to_contain_text("The visit is moved.")
    assert visit in names(card(other, "A"))
    card(other, "A").locator("[data-move]").last.click()
    expect(other.locator("[data-told]")).to_contain_text("changed one of these tours")
    expect(other.get_by_role("dialog")).to_be_hidden()
    assert visit in names(card(other, "B"))


@pytest.mark.parametrize("screen", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_day_fits_ties_the_map_to_the_lists_and_passes_axe(
    open_day: OpenDay, screen: dict[str, int], pictures: Path
) -> None:
    watched = open_day(screen)
    page = watched.page
    check_accessible(page)
    check_fits(page)
    page.screenshot(path=str(pictures / f"day-{screen['width']}.png"), full_page=True)
    card(page, "A").locator("[data-visit]").first.hover()
    expect(page.locator(".day-pin.is-lit")).to_have_text("A1")
    page.locator(".day-pin", has_text="B1").dispatch_event("mouseover")
    expect(card(page, "B").locator("[data-visit]").first).to_have_class("is-lit")
    watched.check()


@pytest.mark.parametrize("screen", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_week_is_planned_looked_at_and_saved(
    open_day: OpenDay, screen: dict[str, int], pictures: Path
) -> None:
    watched = open_day(screen)
    page = watched.page
    page.get_by_role("link", name="Week", exact=True).click()
    expect(page.get_by_role("heading", name="No week is planned")).to_be_visible()
    check_accessible(page)
    page.get_by_label("Team").select_option(label="West Team")
    page.get_by_role("button", name="Plan the week").click()
    ends = time.monotonic() + 120
    while not page.get_by_role("button", name="Save the ticked tours").count():
        assert time.monotonic() < ends, page.locator("main").inner_text()
        page.wait_for_timeout(250)
    check_accessible(page)
    check_fits(page)
    page.screenshot(path=str(pictures / f"week-{screen['width']}.png"), full_page=True)
    page.get_by_role("button", name="Save the ticked tours").click()
    expect(page.get_by_role("status").first).to_contain_text("saved")
    expect(page.get_by_role("link", name="Saved").first).to_be_visible()
    watched.check()
