"""The pages of a plan's life outside the editor, in a real browser."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from geoteam.model import Role, User
from geoteam.services import plan_approval, plan_take_back, plans
from geoteam.services.workspace import Workspace
from tests.browser.conftest import NARROW, WIDE, OpenAs, serve_copy
from tests.browser.test_pages import check_accessible, check_fits
from tests.server.served import Clock

pytestmark = pytest.mark.browser

EAST = {"101": "T1", "102": "T2", "201": "T2", "202": "T2"}
SECOND = User(20, "second", "Sue Second", Role.SUPERVISOR, team_refs=("*",))


@pytest.fixture(scope="module")
def address(made: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A server with a draft, and with a plan that was proposed, sent back and taken back."""
    folder = tmp_path_factory.mktemp("life") / "workspace"
    clock = Clock()
    url = serve_copy(made, folder, clock)
    workspace = Workspace.open(folder, clock=clock)
    day = workspace.today() + timedelta(days=5)
    gone = plans.save_draft(workspace, "test", "East grew", EAST, where="here")
    boss = User(1, "supervisor", "Supervisor Test", Role.SUPERVISOR, team_refs=("*",))
    plan_approval.propose(workspace, boss, gone, day, "The east is empty")
    plan_approval.send_back(workspace, SECOND, gone, "Look at 102 again")
    plan_approval.propose(workspace, boss, gone, day, "102 is right")
    plan_approval.approve(workspace, SECOND, gone)
    plan_take_back.take_back(workspace, SECOND, gone, "Two officers are on leave")
    plans.save_draft(workspace, "test", "East grows", EAST, where="here")
    workspace.engine.dispose()
    return url


def test_what_a_plan_changes_is_short_on_a_phone_and_whole_on_a_screen(
    open_as: OpenAs, pictures: Path
) -> None:
    narrow = open_as(Role.SUPERVISOR, NARROW)
    narrow.page.goto("/plans")
    narrow.page.get_by_role("link", name="East grows").click()
    narrow.page.get_by_role("link", name="What it would change").click()
    page = narrow.page
    expect(page.get_by_role("heading", name="Because of the plan", exact=True)).to_be_visible()
    table = page.locator("#client-table")
    expect(table).to_be_hidden()
    page.screenshot(path=pictures / "plan-impact-narrow.png", full_page=True)
    check_fits(page)
    check_accessible(page)
    # What only a phone folds away is printed, in every browser; the rest says how much it is.
    narrow_only = page.locator(".fold-narrow:not([open])")
    for moment, folded in (("beforeprint", 0), ("afterprint", narrow_only.count())):
        page.evaluate("name => window.dispatchEvent(new Event(name))", moment)
        expect(narrow_only).to_have_count(folded)
    expect(page.locator(".fold:not(.fold-narrow)[open]")).to_have_count(0)
    page.locator("summary", has_text="each with the reason").click()
    expect(table).to_be_visible()
    narrow.check()
    wide = open_as(Role.SUPERVISOR, WIDE)
    wide.page.goto(page.url.removeprefix(f"http://{wide.host}"))
    expect(wide.page.locator("#client-table")).to_be_visible()
    expect(wide.page.locator("summary", has_text="each with the reason")).to_be_hidden()
    check_accessible(wide.page)
    wide.check()


@pytest.mark.parametrize("screen", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_history_of_a_plan_taken_back_tells_every_step(
    open_as: OpenAs, pictures: Path, screen: dict[str, int]
) -> None:
    watched = open_as(Role.SUPERVISOR, screen)
    page = watched.page
    page.goto("/plans")
    page.get_by_role("link", name="East grew").click()
    steps = page.get_by_role("region", name="History").get_by_role("listitem")
    expect(steps).to_have_count(6)
    for place, words in enumerate(
        (
            "Two officers are on leave",
            "approved and published it from",
            "102 is right",
            "Look at 102 again",
            "The east is empty",
            "made the plan",
        )
    ):
        expect(steps.nth(place)).to_contain_text(words)
    page.screenshot(path=pictures / f"plan-history-{screen['width']}.png", full_page=True)
    check_fits(page)
    check_accessible(page)
    watched.check()


def test_an_address_that_may_be_two_is_chosen_with_one_press(open_as: OpenAs) -> None:
    watched = open_as(Role.OFFICER, NARROW)
    page = watched.page
    page.goto("/responsible")
    page.get_by_label("Address").fill("122 A STREET")
    page.get_by_role("button", name="Look up").click()
    page.get_by_role("button", name="122 A STREET NE").click()
    expect(page.get_by_role("heading", name="East Team")).to_be_visible()
    expect(page.get_by_label("Address")).to_have_value("122 A STREET NE")
    check_accessible(page)
    watched.check()
