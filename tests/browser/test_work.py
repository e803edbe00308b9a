"""People at work in a real browser: by mouse, by keyboard, from one page to the next."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from geoteam.model import Role
from tests.browser.conftest import NARROW, WIDE, OpenAs, Watched, watch
from tests.browser.test_pages import (
    SCREENS,
    check_accessible,
    check_fits,
    map_frame,
    wait_until_drawn,
)

pytestmark = pytest.mark.browser


def _good(watched: Watched, pictures: Path, name: str) -> None:
    page = watched.page
    wait_until_drawn(page)
    page.screenshot(path=pictures / f"{name}.png", full_page=True)
    check_fits(page)
    check_accessible(page)
    watched.check()


@pytest.mark.parametrize("screen", SCREENS)
def test_signing_in(chromium: Browser, address: str, pictures: Path, screen: str) -> None:
    context = chromium.new_context(base_url=address, viewport=SCREENS[screen])
    watched = watch(context, address)
    page = watched.page
    page.goto("/tours")
    expect(page).to_have_title("Sign in · geoteam")
    _good(watched, pictures, f"sign-in-{screen}")
    page.get_by_label("User name").fill("officer")
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    expect(page.get_by_label("User name")).to_have_value("officer")
    page.screenshot(path=pictures / f"sign-in-refused-{screen}.png")
    check_accessible(page)
    # The browser itself remarks on the status 401 of the refusal; nothing else is said.
    assert [line for line in watched.said if "401" not in line] == []
    context.close()


@pytest.mark.parametrize("screen", SCREENS)
def test_reading_a_record(open_as: OpenAs, pictures: Path, screen: str) -> None:
    watched = open_as(Role.OFFICER, SCREENS[screen])
    page = watched.page
    page.goto("/clients")
    page.get_by_role("link", name="Tess").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Why do you open this record?")
    _good(watched, pictures, f"purpose-{screen}")
    page.get_by_label("Supervision of this client").check()
    page.get_by_role("button", name="Open the record").click()
    expect(page.get_by_role("heading", name="Why this officer?")).to_be_visible()
    _good(watched, pictures, f"client-{screen}")


@pytest.mark.parametrize("screen", SCREENS)
def test_planning_a_tour(open_as: OpenAs, pictures: Path, screen: str) -> None:
    watched = open_as(Role.OFFICER, SCREENS[screen])
    page = watched.page
    page.goto("/tours")
    page.get_by_role("button", name="Plan the tour").click()
    expect(page.get_by_role("heading", name="Stops")).to_be_visible()
    _good(watched, pictures, f"tour-{screen}")
    with page.expect_download() as download:
        page.get_by_role("link", name="Police copy").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    # The police partner of the tour finds it, without a way to a record.
    police = open_as(Role.POLICE, SCREENS[screen])
    police.page.goto("/shared")
    if police.page.locator("main tbody th a").count():
        police.page.locator("main tbody th a").first.click()
        _good(police, pictures, f"tour-police-{screen}")
        assert "/clients/" not in police.page.content()
    # Cancelled, so that its visits can be planned again.
    page.get_by_label("Why").fill("The car is broken")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Cancel the tour").click()
    expect(page.get_by_text("This tour is cancelled")).to_be_visible()
    _good(watched, pictures, f"tour-cancelled-{screen}")


def test_the_map_follows_the_filters(open_as: OpenAs) -> None:
    watched = open_as(Role.SUPERVISOR, WIDE)
    page = watched.page
    page.goto("/map")
    wait_until_drawn(page)
    page.get_by_label("Show", exact=True).select_option("coverage")
    page.wait_for_url(re.compile("measure=coverage"))
    expect(page.get_by_label("Within", exact=True)).to_be_visible()
    wait_until_drawn(page)
    expect(page.get_by_role("columnheader", name="Share")).to_be_visible()
    watched.check()


def test_the_map_and_the_table_light_each_other(open_as: OpenAs) -> None:
    watched = open_as(Role.SUPERVISOR, WIDE)
    page = watched.page
    page.goto("/map")
    wait_until_drawn(page)
    row = page.locator("[data-map-table] tr[data-code='102']")
    row.focus()
    expect(row).to_have_class(re.compile("is-selected"))
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-map-table] tr.is-selected")).to_have_attribute("data-code", "201")
    watched.check()


def test_the_table_is_downloaded(open_as: OpenAs) -> None:
    page = open_as(Role.COMMUNITY, WIDE).page
    page.goto("/community")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    assert download.value.suggested_filename == "map-table.csv"
    assert "clients" in Path(download.value.path()).read_text(encoding="utf-8-sig")


def test_a_client_is_opened_from_the_map(open_as: OpenAs) -> None:
    watched = open_as(Role.OFFICER, WIDE)
    page = watched.page
    page.goto("/map?layers=client")
    wait_until_drawn(page)
    frame = map_frame(page)
    assert frame
    links = frame.evaluate("document.documentElement.outerHTML.includes('/clients/')")
    assert links
    assert "C001" not in re.findall(r'/clients/[^"\\]+', frame.content())[0]
    watched.check()


def test_the_skip_link_and_the_shortcuts(open_as: OpenAs) -> None:
    page = open_as(Role.SUPERVISOR, WIDE).page
    page.goto("/clients")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url("**/tours")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    check_accessible(page)


def test_signing_out(open_as: OpenAs) -> None:
    page = open_as(Role.AUDITOR, NARROW).page
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_title("Sign in · geoteam")
    page.goto("/audit")
    expect(page).to_have_title("Sign in · geoteam")
    # Going back shows nothing: no page that may hold a person is kept.
    page.go_back()
    expect(page).to_have_title("Sign in · geoteam")


def test_an_account_is_made(open_as: OpenAs, pictures: Path) -> None:
    watched = open_as(Role.ADMINISTRATOR, WIDE)
    page = watched.page
    page.goto("/setup")
    page.get_by_label("User name").fill("new.auditor")
    page.get_by_label("Full name").fill("New Auditor")
    page.get_by_label("Role").select_option("auditor")
    page.get_by_role("button", name="Add the account").click()
    expect(page.locator("#password")).not_to_be_empty()
    _good(watched, pictures, "setup-new-account-wide")


def test_pages_work_without_scripts(chromium: Browser, address: str) -> None:
    from tests.server.served import PASSWORD

    context = chromium.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("#username", "supervisor")
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.goto("/map")
    page.select_option("#measure", "workload")
    page.click("form.toolbar button[type=submit]")
    assert "measure=workload" in page.url
    assert page.locator("[data-map-table] tbody tr").count() == 4
    page.goto("/clients")
    page.fill("#search", "Person03")
    page.click("form.toolbar button[type=submit]")
    assert page.locator("main tbody tr").count() == 1
    context.close()
