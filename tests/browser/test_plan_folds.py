"""Long lists of a plan: folded away on the screen, and short on paper."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from geoteam.model import Role
from geoteam.services import plan_publish, plans
from geoteam.services.workspace import Workspace
from tests.browser.conftest import NARROW, WIDE, OpenAs, serve_copy
from tests.browser.test_pages import check_accessible, check_fits
from tests.server.served import Clock

pytestmark = pytest.mark.browser

# East and west change places: nearly everybody moves.
SWAPPED = {"101": "T2", "102": "T2", "201": "T1", "202": "T1"}


@pytest.fixture(scope="module")
def address(made: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A server with a published plan that swaps the teams, and a draft that swaps them back."""
    folder = tmp_path_factory.mktemp("folds") / "workspace"
    clock = Clock()
    url = serve_copy(made, folder, clock)
    workspace = Workspace.open(folder, clock=clock)
    before = plans.units_of(workspace)
    swapped = plans.save_draft(workspace, "test", "Swapped", SWAPPED, where="here")
    plan_publish.publish(workspace, "test", swapped, workspace.today() + timedelta(days=5))
    plans.save_draft(workspace, "test", "Swapped back", before, where="here")
    workspace.engine.dispose()
    return url


def test_a_print_of_what_a_plan_changes_leaves_out_the_clients_unless_they_are_open(
    open_as: OpenAs, pictures: Path
) -> None:
    wide = open_as(Role.SUPERVISOR, WIDE)
    page = wide.page
    page.goto("/plans")
    page.get_by_role("link", name="Swapped back").click()
    page.get_by_role("link", name="What it would change").click()
    clients, teams = page.locator("#client-table"), page.locator("#table-teams")
    expect(clients).to_be_hidden()
    expect(teams).to_be_visible()
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.screenshot(path=pictures / "plan-impact-print.png", full_page=True)
    expect(teams).to_be_visible()
    expect(clients).to_be_hidden()
    expect(page.get_by_text("Not printed, as the list was folded away")).to_be_visible()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    expect(page.get_by_text("Not printed, as the list was folded away")).to_be_hidden()
    page.locator("summary", has_text="each with the reason").click()
    page.emulate_media(media="print")
    expect(clients).to_be_visible()
    wide.check()


@pytest.mark.parametrize("screen", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_hand_over_list_of_everybody_is_folded_by_officer(
    open_as: OpenAs, pictures: Path, screen: dict[str, int]
) -> None:
    opened = open_as(Role.SUPERVISOR, screen)
    page = opened.page
    page.goto("/plans")
    page.get_by_role("link", name="Swapped", exact=True).click()
    page.get_by_role("link", name="Hand-over list").click()
    ticks = page.get_by_role("button", name="Handed over")
    expect(page.locator("details.fold:not([open])").first).to_be_visible()
    expect(ticks).to_have_count(0)
    expect(page.locator("summary").first).to_contain_text("gives")
    page.screenshot(path=pictures / f"handover-folded-{screen['width']}.png", full_page=True)
    check_fits(page)
    check_accessible(page)
    page.locator("summary").first.click()
    ticks.first.click()
    # The list of that officer is open again, with the tick.
    expect(page.locator("summary").first).to_contain_text("1 handed over")
    expect(page.locator("details.fold[open]")).to_have_count(1)
    page.get_by_role("button", name="Not done").click()
    expect(page.locator("summary").first).to_contain_text("0 handed over")
    opened.check()
