"""The whole review of addresses in a real browser: by keyboard alone, by mouse, and by two people."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page, expect

from geoteam.model import Role
from geoteam.services import accounts, geocoding, imports
from geoteam.services.workspace import Workspace
from tests.browser.conftest import NARROW, WIDE, OpenAs, Watched, serve_workspace
from tests.browser.test_pages import (
    SCREENS,
    check_accessible,
    check_fits,
    map_frame,
    wait_until_drawn,
)
from tests.made_city import client_row, write_csv
from tests.server.served import PASSWORD, Clock
from tests.tiny_city import CLIENT_HEADER

pytestmark = pytest.mark.browser

# Without their quadrants: each waits with one candidate. C001 moved, and has an earlier address.
HOMES = {
    "C001": "182 CENTRAL AVENUE", "C060": "122 CENTRAL AVENUE", "C061": "382 1ST STREET",
    "C062": "282 1ST STREET", "C063": "182 5TH STREET", "C064": "382 5TH STREET",
}  # fmt: skip


@pytest.fixture
def address(made: Path, tmp_path: Path) -> str:
    """A server with a queue of its own, so that tests may empty it."""
    folder = tmp_path / "workspace"
    shutil.copytree(made, folder)
    workspace = Workspace.open(folder, clock=Clock())
    today = (workspace.today() - timedelta(days=1)).isoformat()
    rows = [
        client_row(ref, Home_Address=home, ZIP="", Address_Since=today)
        for ref, home in HOMES.items()
    ]
    imports.import_clients(workspace, "test", write_csv(tmp_path / "c.csv", CLIENT_HEADER, rows))
    geocoding.geocode_residences(workspace, "test")
    accounts.add_user(
        workspace, "test", username="ada", name="Ada Byron", role=Role.SUPERVISOR,
        password=PASSWORD, team_refs=("*",),
    )  # fmt: skip
    return serve_workspace(workspace)


def _good(watched: Watched, pictures: Path, name: str) -> None:
    wait_until_drawn(watched.page)
    watched.page.screenshot(path=pictures / f"{name}.png", full_page=True)
    check_fits(watched.page)
    check_accessible(watched.page)
    watched.check()


def _item(page: Page) -> str:
    found = re.search(r"/review/(\d+)", page.url)
    assert found, page.url
    return found[1]


def _pin(page: Page) -> tuple[float, float]:
    lon, lat = (float(page.locator(f"#{name}").input_value()) for name in ("lon", "lat"))
    return lon, lat


def frame_of(page: Page) -> Frame:
    frame = map_frame(page)
    assert frame
    return frame


def _metres_across(frame: Frame) -> float:
    """How much the map shows from side to side, by its scale."""
    told = frame.locator(".leaflet-control-scale-line").first
    box = told.bounding_box()
    assert box
    metres = float(told.inner_text().removesuffix(" m"))
    return metres / box["width"] * float(frame.evaluate("window.innerWidth"))


def test_the_whole_work_by_keyboard(open_as: OpenAs, pictures: Path) -> None:
    watched = open_as("supervisor", WIDE)
    page, keys = watched.page, watched.page.keyboard
    keys.press("g")
    keys.press("r")
    page.wait_for_url("**/review")
    _good(watched, pictures, "review-list-wide")
    waiting = page.locator("main tbody tr").count()
    keys.press("s")
    page.wait_for_url(re.compile(r"/review/\d+"))
    # The keyboard is on the first choice at once; a number chooses, w asks why, Enter keeps.
    first = _item(page)
    expect(page.locator("input[name=decision]").first).to_be_focused()
    _good(watched, pictures, "review-item-keyboard")
    keys.press("1")
    keys.press("w")
    keys.type("Called the client")
    keys.press("Enter")
    page.wait_for_url(re.compile(rf"decided={first}"))
    assert _item(page) != first
    expect(page.get_by_text("Decision kept.")).to_be_visible()
    expect(page.locator("input[name=decision]").first).to_be_focused()
    # z takes it back, and it is open again; k leaves it for the next.
    keys.press("z")
    page.wait_for_url(re.compile(rf"/review/(?!{first}\b)\d+$"))
    expect(page.get_by_text("was taken back")).to_be_visible()
    again = _item(page)
    keys.press("k")
    page.wait_for_url(re.compile(rf"/review/(?!{again}\b)\d+"))
    # A corrected address: c goes to its field.
    keys.press("c")
    expect(page.locator("#address")).to_be_focused()
    keys.type("282 1ST STREET NW")
    keys.press("Tab")
    page.locator("#why").focus()
    keys.type("Document seen")
    keys.press("Enter")
    # It lies elsewhere than the candidate: its place is shown, and Enter keeps it all the same.
    expect(page.get_by_text("What you typed is 282 1ST STREET NW, in area 101")).to_be_visible()
    keep = page.get_by_role("button", name="Keep this decision")
    expect(keep).to_be_focused()
    expect(keep).to_be_in_viewport()
    # The browser itself tells that the first press was answered with 400.
    watched.said.clear()
    _good(watched, pictures, "review-item-confirm")
    keys.press("Enter")
    expect(page.get_by_text("Decision kept.")).to_be_visible()
    keys.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Move the pin by 5 m")
    expect(page.get_by_role("button", name="Close")).to_be_in_viewport(ratio=1)
    check_accessible(page)
    keys.press("Escape")
    keys.press("u")
    page.wait_for_url(re.compile(r"/review(\?|$)"))
    assert page.get_by_role("region", name="waiting").count() == 0
    assert page.locator("main table").first.locator("tbody tr").count() == waiting - 1
    expect(page.get_by_role("heading", name="Decided lately")).to_be_visible()
    watched.check()


def test_a_pin_by_keyboard(open_as: OpenAs, pictures: Path) -> None:
    watched = open_as("supervisor", WIDE)
    page, keys = watched.page, watched.page.keyboard
    page.goto("/review/next?reason=doubtful")
    wait_until_drawn(page)
    item = _item(page)
    keys.press("p")
    frame = map_frame(page)
    assert frame
    expect(frame.locator(".gt-set-pin")).to_be_focused()
    assert 100 < _metres_across(frame) < 220
    # A pin that nobody moved says nothing, and is not kept.
    assert page.locator("#lon").input_value() == ""
    keys.press("Enter")
    keys.type("The officer knows the place")
    keys.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("The pin has no place")
    wait_until_drawn(page)
    assert _item(page) == item
    # Chromium itself tells the console of a refused form.
    watched.said.clear()
    page.locator("input[value=pin]").focus()
    keys.press("p")
    expect(frame_of(page).locator(".gt-set-pin")).to_be_focused()
    frame = frame_of(page)
    keys.press("ArrowUp")
    expect(page.locator("[data-pin-said]")).to_contain_text("In area")
    lon, lat = _pin(page)
    keys.press("ArrowUp")
    keys.press("Shift+ArrowRight")
    page.wait_for_timeout(100)
    east, north = _pin(page)
    assert (north - lat) * 111_320 == pytest.approx(5, abs=0.3)
    assert 40 < (east - lon) * 87_000 < 60
    _good(watched, pictures, "review-pin-wide")
    # Out of every area, it is kept only when that is confirmed.
    page.get_by_label("Longitude").fill("-74.5")
    page.get_by_label("Latitude").fill("38.9")
    keys.press("Tab")
    expect(page.locator("[data-pin-said]")).to_contain_text("Outside every area")
    sure = page.get_by_label("It is right there")
    expect(sure).to_be_visible()
    _good(watched, pictures, "review-pin-outside-wide")
    page.get_by_label("Longitude").fill(str(lon))
    page.get_by_label("Latitude").fill(str(lat))
    keys.press("Tab")
    expect(page.locator("[data-pin-said]")).to_contain_text("In area")
    expect(sure).to_be_hidden()
    # Enter on the pin goes back to the form.
    frame.locator(".gt-set-pin").focus()
    keys.press("Enter")
    expect(page.locator("#why")).to_be_focused()
    keys.press("Enter")
    page.wait_for_url(re.compile(rf"decided={item}"))
    page.goto(f"/review/{item}")
    expect(page.get_by_text("A person set the pin.").first).to_be_visible()
    watched.check()


@pytest.mark.parametrize("screen", SCREENS)
def test_a_pin_by_mouse(open_as: OpenAs, pictures: Path, screen: str) -> None:
    watched = open_as("supervisor", SCREENS[screen])
    page = watched.page
    page.goto("/review/next?reason=doubtful")
    wait_until_drawn(page)
    page.get_by_label("Somewhere else").check()
    page.locator(".review-map").scroll_into_view_if_needed()
    frame = frame_of(page)
    frame.locator(".gt-set-pin").press("ArrowUp")
    expect(page.locator("[data-pin-said]")).to_contain_text("In area")
    before = _pin(page)
    box = frame.locator(".gt-set-pin").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 3
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 30, y - 20, steps=5)
    page.mouse.up()
    page.wait_for_timeout(100)
    dragged = _pin(page)
    assert dragged[0] > before[0]
    assert dragged[1] > before[1]
    # A click on the map puts it there.
    page.mouse.click(x - 40, y + 60)
    page.wait_for_timeout(100)
    clicked = _pin(page)
    assert clicked[0] < before[0]
    assert clicked[1] < before[1]
    _good(watched, pictures, f"review-pin-mouse-{screen}")


def test_the_list_and_the_map_light_each_other(open_as: OpenAs) -> None:
    watched = open_as("supervisor", WIDE)
    page = watched.page
    page.goto("/review/next?reason=tie")
    wait_until_drawn(page)
    frame = map_frame(page)
    assert frame
    page.keyboard.press("2")
    expect(frame.locator(".gt-pin-lit")).to_have_text("2")
    frame.locator(".leaflet-marker-icon.gt-pin-stop", has_text="1").click()
    expect(page.locator("input[value='candidate:0']")).to_be_checked()
    expect(frame.locator(".gt-pin-lit")).to_have_text("1")
    watched.check()


def test_two_people_get_different_addresses(open_as: OpenAs, pictures: Path) -> None:
    one, two = open_as("supervisor", WIDE), open_as("ada", WIDE)
    one.page.goto("/review/next")
    two.page.goto("/review/next")
    assert _item(one.page) != _item(two.page)
    two.page.goto(f"/review/{_item(one.page)}")
    expect(two.page.get_by_text("Supervisor Test has this address open since")).to_be_visible()
    expect(two.page.get_by_role("button", name="Keep this decision")).to_have_count(0)
    _good(two, pictures, "review-held-wide")
    # The way on is under the keyboard.
    two.page.keyboard.press("Enter")
    two.page.wait_for_url(re.compile(rf"/review/(?!{_item(one.page)}\b)\d+"))
    one.page.goto("/review")
    expect(one.page.locator("td", has_text="Ada Byron").first).to_be_visible()
    # Skipped, it is anybody's.
    left = _item(two.page)
    two.page.keyboard.press("k")
    two.page.wait_for_url(re.compile(rf"/review/(?!{left}\b)\d+"))
    one.page.goto(f"/review/{left}")
    expect(one.page.get_by_role("button", name="Keep this decision")).to_be_visible()


def test_an_earlier_address_stands_on_the_map(open_as: OpenAs, pictures: Path) -> None:
    watched = open_as("supervisor", WIDE)
    page = watched.page
    page.goto("/review")
    page.get_by_role("link", name=HOMES["C001"]).click()
    expect(page.get_by_role("heading", name="The client's earlier addresses")).to_be_visible()
    wait_until_drawn(page)
    frame = map_frame(page)
    assert frame
    expect(frame.locator(".gt-pin-client", has_text="A").first).to_be_attached()
    _good(watched, pictures, "review-known-wide")


@pytest.mark.parametrize("screen", SCREENS)
def test_a_shelter_has_a_place(open_as: OpenAs, pictures: Path, screen: str) -> None:
    watched = open_as("supervisor", SCREENS[screen])
    page = watched.page
    page.goto("/review/next?reason=doubtful")
    wait_until_drawn(page)
    item = _item(page)
    warning = page.get_by_text("The client will have no place on the map.")
    page.get_by_label("A shelter", exact=True).check()
    which = page.get_by_label("Which shelter")
    expect(warning).to_be_hidden()
    which.select_option("unknown")
    expect(warning).to_be_visible()
    which.select_option("pin")
    expect(warning).to_be_hidden()
    expect(page.get_by_label("Longitude")).to_be_visible()
    expect(frame_of(page).locator(".gt-set-pin")).to_be_visible()
    which.select_option("address")
    expect(frame_of(page).locator(".gt-set-pin")).to_have_count(0)
    page.get_by_label("The right address").fill("1 TYPO")
    expect(page.get_by_label("A shelter", exact=True)).to_be_checked()
    which.select_option(label="Harbor Shelter, 142 2ND STREET NW")
    _good(watched, pictures, f"review-shelter-{screen}")
    page.get_by_label("Why", exact=True).fill("Called the client")
    page.get_by_role("button", name="Keep this decision").click()
    page.wait_for_url(re.compile(rf"decided={item}"))
    page.goto(f"/review/{item}")
    expect(page.get_by_text("HARBOR SHELTER").first).to_be_visible()


@pytest.mark.parametrize("screen", SCREENS)
def test_many_at_once_and_back(open_as: OpenAs, pictures: Path, screen: str) -> None:
    watched = open_as("supervisor", SCREENS[screen])
    page = watched.page
    page.goto("/review")
    page.get_by_role("link", name="Accept many at once").click()
    heading = page.get_by_role("heading", level=2).first
    expect(heading).to_have_text(f"{len(HOMES)} can be accepted")
    _good(watched, pictures, f"review-bulk-{screen}")
    page.get_by_label("Why", exact=True).fill("Only one of these is possible")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Accept the ticked").click()
    expect(page.get_by_text(f"{len(HOMES)} addresses accepted together")).to_be_visible()
    expect(page.get_by_role("heading", name="Nothing to accept")).to_be_visible()
    _good(watched, pictures, f"review-bulk-done-{screen}")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Take all back").click()
    expect(page.get_by_text(f"{len(HOMES)} addresses taken back")).to_be_visible()
    expect(heading).to_have_text(f"{len(HOMES)} can be accepted")


def test_nothing_is_left(open_as: OpenAs, pictures: Path) -> None:
    watched = open_as("supervisor", NARROW)
    page = watched.page
    for _ in range(20):
        page.goto("/review/next")
        if "/review/" not in page.url.rstrip("/").replace("/review/next", "/review"):
            break
        page.get_by_label("No usable address").check()
        page.get_by_label("Why", exact=True).fill("Called the client")
        page.get_by_role("button", name="Keep this decision").click()
        page.wait_for_load_state()
    expect(page.get_by_role("heading", name="Nothing waits")).to_be_visible()
    _good(watched, pictures, "review-empty-narrow")
