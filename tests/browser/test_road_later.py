"""What others say meanwhile on the road: the last word holds, on the page and on what is kept."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from geoteam.model import Role
from geoteam.services import tours
from geoteam.services.road_words import take_words
from geoteam.services.workspace import Workspace
from tests.browser.conftest import NARROW, WIDE
from tests.browser.test_pages import check_accessible, check_fits
from tests.browser.test_road import link, opened, patient
from tests.browser.test_road_words import (
    LEADER,
    OpenAs,
    address,
    clock,
    come_back,
    folder,
    last,
    phone,
    tap,
    tour,
    workspace,
)

__all__ = ["address", "clock", "folder", "patient", "phone", "tour", "workspace"]

pytestmark = pytest.mark.browser


def test_help_that_is_over_does_not_stand_again_without_a_connection(phone: Page) -> None:
    phone.get_by_role("button", name="Help").first.click()
    phone.get_by_role("button", name="Send for help").click()
    helped = phone.locator("[data-helped]")
    expect(helped).to_contain_text("The supervisor's board shows it")
    # The page is loaded, and kept, while the call stands.
    phone.reload()
    opened(phone)
    link(phone, "All that you said is sent")
    expect(helped).to_contain_text("You asked for help at")
    phone.context.set_offline(True)
    phone.reload()
    opened(phone)
    link(phone, "No connection")
    expect(helped).to_contain_text("showed it when this phone last had a connection")
    phone.context.set_offline(False)
    come_back(phone)
    link(phone, "All that you said is sent")
    phone.get_by_role("button", name="It is over").click()
    expect(helped).to_be_hidden()
    link(phone, "All that you said is sent")
    phone.context.set_offline(True)
    phone.reload()
    opened(phone)
    link(phone, "No connection")
    expect(helped).to_be_hidden()


def test_notes_of_sent_words_stay_on_what_is_kept(phone: Page) -> None:
    phone.get_by_label("Note").fill("Works nights now")
    tap(phone, "Made")
    last(phone, "Stop 1: made with your note", "sent")
    phone.context.set_offline(True)
    phone.reload()
    opened(phone)
    expect(phone.locator("[data-done-list]")).to_contain_text("Works nights now")


def test_who_is_overruled_by_a_later_word_is_told(
    phone: Page, workspace: Workspace, tour: str, pictures: Path
) -> None:
    first = tours.tour(workspace, LEADER, tour).stops[0]["client_ref"]
    phone.context.set_offline(True)
    tap(phone, "Made")
    last(phone, "Kept on this phone, not sent yet", "here")
    phone.wait_for_timeout(200)
    at = workspace.now().isoformat()
    later = {"key": str(uuid.uuid4()), "kind": "not_home", "client": first, "at": at}
    assert not take_words(workspace, LEADER, tour, [later], at).refused
    phone.context.set_offline(False)
    come_back(phone)
    last(phone, "Stop 1: made", "sent")
    last(phone, "Sent, but it does not hold: see below", "sent")
    expect(phone.locator("[data-overruled]")).to_contain_text("Stop 1: you said “made” of")
    expect(phone.locator("[data-overruled]")).to_contain_text("“not home” of")
    # The other's word is not taken back from here.
    expect(phone.locator("[data-undo]")).to_be_hidden()
    phone.screenshot(path=pictures / "road-overruled-narrow.png", full_page=True)
    check_fits(phone)
    check_accessible(phone)
    # Who knows better says so, and that is the later word then.
    phone.locator("[data-done-list]").get_by_role("button").click()
    tap(phone, "Refused")
    last(phone, "Stop 1: refused", "sent")
    expect(phone.locator("[data-overruled]")).to_be_hidden()


def test_after_taking_a_change_back_one_is_where_one_was(phone: Page) -> None:
    title = phone.locator("[data-next-title]")
    tap(phone, "Made")
    last(phone, "Stop 1: made", "sent")
    tap(phone, "Arrived")
    expect(title).to_contain_text("Stop 2 of")
    phone.locator("[data-done-list]").get_by_role("button").click()
    expect(title).to_contain_text("Stop 1 of")
    tap(phone, "Moved")
    last(phone, "Stop 1: moved", "sent")
    expect(title).to_contain_text("Stop 2 of")
    tap(phone, "Undo")
    last(phone, "taken back; made holds again", "sent")
    expect(title).to_contain_text("Stop 2 of")


def test_a_tour_that_was_cancelled_meanwhile_says_by_whom_and_why(
    phone: Page, workspace: Workspace, tour: str, pictures: Path
) -> None:
    tap(phone, "Made")
    last(phone, "Stop 1: made", "sent")
    phone.context.set_offline(True)
    phone.reload()
    opened(phone)
    tours.cancel_tour(workspace, LEADER, tour, "A storm is coming")
    phone.context.set_offline(False)
    come_back(phone)
    expect(phone.locator("[data-end-title]")).to_have_text("The tour is cancelled")
    told = phone.locator("[data-end-text]")
    expect(told).to_contain_text("By Lea Leader")
    expect(told).to_contain_text("Why: A storm is coming. Make no more visits on it. 1 visit told.")
    expect(phone.locator("[data-last-text]")).to_have_text("The tour has been cancelled.")
    phone.screenshot(path=pictures / "road-cancelled-narrow.png", full_page=True)
    check_fits(phone)
    check_accessible(phone)
    phone.goto(f"/tours/{tour}")
    expect(phone.get_by_text("no more visits are made on it")).to_be_visible()


def test_tomorrows_tour_is_not_started_today(
    open_as: OpenAs, workspace: Workspace, pictures: Path
) -> None:
    day = workspace.today() + timedelta(days=1)
    ref = tours.plan_tour(workspace, LEADER, on=day, officer_ref="O1", police_partner_ref="P1")
    for role in (Role.OFFICER, Role.POLICE):
        page = open_as(role, NARROW).page
        page.clock.install(time=workspace.now())
        page.goto(f"/road/{ref}")
        opened(page)
        early = page.locator("[data-early]")
        expect(early).to_contain_text(f"This is tomorrow's tour of {day:%A}, {day:%B} {day.day}")
        expect(early).to_contain_text("It can be started from")
        for name in ("Start the tour", "Arrived", "Made"):
            expect(page.get_by_role("button", name=name, exact=True)).to_be_hidden()
        expect(page.get_by_role("button", name="Help").first).to_be_visible()
        page.screenshot(path=pictures / f"road-tomorrow-{role.value}-narrow.png", full_page=True)
        check_fits(page)
        check_accessible(page)


def test_who_answers_no_may_still_cancel_a_tour(open_as: OpenAs, tour: str) -> None:
    page = open_as(Role.OFFICER, WIDE).page
    page.goto(f"/tours/{tour}")
    page.get_by_label("Why").fill("Rain")
    button = page.get_by_role("button", name="Cancel the tour")
    page.once("dialog", lambda dialog: dialog.dismiss())
    button.click()
    page.wait_for_timeout(200)
    expect(button).to_be_enabled()
    expect(page.locator("form[aria-busy]")).to_have_count(0)
    page.once("dialog", lambda dialog: dialog.accept())
    button.click()
    expect(page.get_by_text("This tour is cancelled")).to_be_visible()
