"""A tour on a phone: with a connection, without one, and with one again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from geoteam.model import Role
from tests.browser.conftest import NARROW, WIDE, OpenAs, serve_copy, sign_in
from tests.browser.test_pages import check_accessible, check_fits
from tests.server.served import Clock

pytestmark = pytest.mark.browser

KEPT = "kept on this phone and opens without a connection"
# Milliseconds that a busy computer may need; nobody waits for them where things are quick.
SLOW = 30_000


@pytest.fixture(autouse=True)
def patient() -> Iterator[None]:
    """Wait longer than usual for what is said to be kept, which is on the disk first."""
    expect.set_options(timeout=SLOW)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def address(made: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of a server whose clock runs: what is said later must be later."""
    ahead = Clock()() - datetime.now(UTC)
    folder = tmp_path_factory.mktemp("road") / "workspace"
    return serve_copy(made, folder, lambda: datetime.now(UTC) + ahead)


@pytest.fixture(scope="module")
def tour(chromium: Browser, address: str) -> str:
    """Reference of a tour of today, planned by its officer."""
    context = chromium.new_context(base_url=address)
    page = context.new_page()
    sign_in(page, Role.OFFICER)
    page.goto("/tours")
    page.get_by_role("button", name="Plan the tour").click()
    expect(page.get_by_role("heading", name="Stops")).to_be_visible(timeout=SLOW)
    ref = urlsplit(page.url).path.rpartition("/")[2]
    context.close()
    return ref


def opened(page: Page) -> None:
    expect(page.locator("#road")).not_to_have_attribute("aria-busy", "true")


def link(page: Page, text: str) -> None:
    expect(page.locator("[data-link]")).to_contain_text(text)


def told(page: Page, ref: str) -> list[tuple[str, str]]:
    """What the server knows of the visits, by the order of the words."""
    tour = page.evaluate(f"fetch('/road/{ref}/tour.json').then(answer => answer.json())")
    return [(one["kind"], one["note"]) for one in tour["now"]["told"]]


def test_three_outcomes_without_a_connection_come_in_exactly_once(
    open_as: OpenAs, tour: str, pictures: Path
) -> None:
    watched = open_as(Role.OFFICER, NARROW)
    page = watched.page
    page.goto(f"/road/{tour}")
    opened(page)
    expect(page.locator("[data-kept]")).to_contain_text(KEPT)
    page.screenshot(path=pictures / "road-narrow.png", full_page=True)
    check_fits(page)
    check_accessible(page)
    watched.check()
    stops = page.locator("[data-coming-list] li").count()
    page.get_by_role("button", name="Start the tour").click()
    link(page, "All that you said is sent")

    page.context.set_offline(True)
    page.reload()
    opened(page)
    expect(page.locator("[data-address]")).not_to_be_empty()
    page.get_by_role("button", name="Arrived").click()
    page.get_by_label("Note").fill("Nobody answered")
    page.get_by_role("button", name="Not home").click()
    expect(page.locator("[data-last-text]")).to_contain_text("Stop 1: not home")
    # A wrong button: taken back, and told anew.
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Note")).to_have_value("Nobody answered")
    page.get_by_role("button", name="Refused").click()
    expect(page.locator("[data-last-text]")).to_contain_text("Stop 1: refused")
    if stops > 1:
        page.get_by_role("button", name="Made", exact=True).click()
        expect(page.locator("[data-last-text]")).to_contain_text("Stop 2: made")
    link(page, "and will be sent")
    page.screenshot(path=pictures / "road-offline-narrow.png", full_page=True)
    # The browser is closed and opened again, still without a connection.
    page.close()
    page = page.context.new_page()
    page.goto(f"/road/{tour}")
    opened(page)
    link(page, "and will be sent")
    page.context.set_offline(False)
    link(page, "All that you said is sent")
    page.reload()
    opened(page)
    link(page, "All that you said is sent")
    wanted = [("refused", "Nobody answered"), ("made", "")][: min(stops, 2)]
    assert told(page, tour) == wanted
    page.screenshot(path=pictures / "road-back-narrow.png", full_page=True)
    check_accessible(page)


def test_words_are_sent_by_who_said_them_and_by_nobody_else(open_as: OpenAs, tour: str) -> None:
    page = open_as(Role.OFFICER, NARROW).page
    page.goto(f"/road/{tour}")
    opened(page)
    expect(page.locator("[data-kept]")).to_contain_text(KEPT)
    page.context.set_offline(True)
    page.get_by_role("button", name="Help").first.click()
    page.get_by_role("button", name="Not now").click()
    # Hidden, as the tour is under way, and at rest for a moment where a line above has moved it.
    expect(page.locator("[data-say=begun]")).to_be_enabled()
    page.evaluate("document.querySelector('[data-say=begun]').click()")
    link(page, "and will be sent")
    # The session ends meanwhile, and the police partner signs in on the same phone.
    page.context.clear_cookies()
    page.context.set_offline(False)
    link(page, "Sign in again")
    sign_in(page, Role.POLICE)
    page.goto(f"/road/{tour}")
    opened(page)
    expect(page.locator("[data-kept]")).to_contain_text("1 word of another user")
    link(page, "All that you said is sent")
    expect(page.get_by_role("button", name="Made")).to_have_count(0)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    assert page.evaluate("caches.keys()") == []
    sign_in(page, Role.OFFICER)
    page.goto(f"/road/{tour}")
    opened(page)
    link(page, "All that you said is sent")
    expect(page.locator("[data-kept]")).not_to_contain_text("another user")


def test_a_wrong_clock_is_known_without_a_connection(open_as: OpenAs, tour: str) -> None:
    page = open_as(Role.OFFICER, NARROW).page
    # By its own clock the phone has the tour before it may be started.
    page.clock.install(time=datetime.now(UTC) - timedelta(days=2))
    page.goto(f"/road/{tour}")
    opened(page)
    expect(page.locator("[data-kept]")).to_contain_text(KEPT)
    expect(page.get_by_role("button", name="Not home")).to_be_visible()
    page.context.set_offline(True)
    page.reload()
    opened(page)
    link(page, "No connection")
    expect(page.get_by_role("button", name="Not home")).to_be_visible()


def test_what_is_being_kept_at_signing_out_is_not_kept(open_as: OpenAs, tour: str) -> None:
    page = open_as(Role.OFFICER, NARROW).page
    page.goto(f"/road/{tour}")
    opened(page)
    expect(page.locator("[data-kept]")).to_contain_text(KEPT)
    # What was heard last is about to be kept when the officer signs out, and that takes a while.
    page.evaluate("""() => {
      const has = caches.has.bind(caches);
      caches.has = async name => {
        const found = await has(name);
        await new Promise(done => setTimeout(done, 400));
        return found;
      };
      const submit = HTMLFormElement.prototype.submit;
      HTMLFormElement.prototype.submit = function () { setTimeout(() => submit.call(this), 1500); };
      dispatchEvent(new Event("focus"));
    }""")
    page.wait_for_timeout(200)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    assert page.evaluate("caches.keys()") == []


def test_signing_out_asks_for_words_and_drops_the_notes_of_refused_ones(
    open_as: OpenAs, tour: str
) -> None:
    page = open_as(Role.OFFICER, NARROW).page
    page.goto(f"/road/{tour}")
    opened(page)
    # A word of a client who is on no such tour is refused; the other never reached the server.
    page.evaluate(
        """ref => new Promise(done => {
          const asked = indexedDB.open("geoteam-road", 1);
          asked.onsuccess = () => {
            const change = asked.result.transaction("words", "readwrite");
            for (const [key, refused] of [["refused-1", "this client is not on the tour"],
                                          ["unsent-1", ""]])
              change.objectStore("words").put({ key, who: "officer", ref, refused, word:
                { key, kind: "made", client: "C1", at: "2026-06-15T16:00:00Z", note: key } });
            change.oncomplete = () => { asked.result.close(); done(); };
          };
        })""",
        "anothertour",
    )
    said: list[str] = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.accept()))
    page.goto("/clients")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    (asked,) = said
    assert "1 word from the road has not been sent; it stays on this phone" in asked
    assert "1 word was refused" in asked
    kept = page.evaluate(
        """() => new Promise(done => {
          const asked = indexedDB.open("geoteam-road", 1);
          asked.onsuccess = () => {
            const all = asked.result.transaction("words").objectStore("words").getAll();
            all.onsuccess = () => { asked.result.close(); done(all.result); };
          };
        })"""
    )
    assert {one["key"]: one["word"].get("note") for one in kept} == {
        "refused-1": None,
        "unsent-1": "unsent-1",
    }


def test_a_call_for_help_stands_on_top_of_the_board(
    open_as: OpenAs, tour: str, pictures: Path
) -> None:
    board = open_as(Role.SUPERVISOR, WIDE)
    board.page.goto("/road")
    phone = open_as(Role.POLICE, NARROW).page
    phone.goto(f"/road/{tour}")
    opened(phone)
    phone.get_by_role("button", name="Help").first.click()
    phone.get_by_role("button", name="Send for help").click()
    expect(phone.locator("[data-helped]")).to_contain_text("board shows it")
    expect(phone.locator("[data-helped]")).to_contain_text("You asked for help at")
    phone.screenshot(path=pictures / "road-help-narrow.png", full_page=True)
    check_accessible(phone)
    # The board shows it by itself, says it aloud, and leaves the keyboard where it was.
    board.page.locator("tr[data-tour] a").first.focus()
    expect(board.page.locator("[data-alarm]")).to_contain_text("Police Test asked for help")
    officer = open_as(Role.OFFICER, NARROW).page
    officer.goto(f"/road/{tour}")
    opened(officer)
    expect(officer.locator("[data-helped]")).to_contain_text("Police Test asked for help at")
    expect(board.page.locator("[data-board-said]")).to_contain_text("help")
    expect(board.page.locator("tr[data-tour] a").first).to_be_focused()
    check_accessible(board.page)
    board.page.screenshot(path=pictures / "road-board-help-wide.png", full_page=True)
    phone.get_by_role("button", name="we are all right").click()
    expect(phone.locator("[data-helped]")).to_be_hidden(timeout=SLOW)
    expect(board.page.locator("[data-alarm]")).to_have_count(0)
    check_fits(board.page)
    board.page.set_viewport_size(NARROW)
    check_fits(board.page)
    board.page.screenshot(path=pictures / "road-board-narrow.png", full_page=True)


def test_the_rest_is_planned_anew_and_a_place_is_sent_with_consent_only(
    open_as: OpenAs, tour: str, pictures: Path
) -> None:
    page = open_as(Role.OFFICER, WIDE).page
    places: dict[str, float | None] = {}

    def note(request: Request) -> None:
        for word in (request.post_data_json or {}).get("words", []) if request.post_data else []:
            if word["kind"] == "not_home":
                places[word["key"]] = word.get("lon")

    page.on("request", note)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": -75.0, "latitude": 38.5})
    page.goto(f"/road/{tour}")
    opened(page)
    link(page, "All that you said is sent")
    start = page.get_by_role("button", name="Start the tour")
    if start.is_visible():
        start.click()
    page.get_by_label("The client was told").last.check()
    link(page, "All that you said is sent")
    page.get_by_role("button", name="Plan the rest anew").click()
    expect(page.locator("[data-last-text]")).to_contain_text("planned anew")
    expect(page.get_by_label("The client was told").last).to_be_checked()
    page.screenshot(path=pictures / "road-wide.png", full_page=True)
    check_accessible(page)
    page.get_by_role("button", name="Not home").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_label("Also send where this phone is").check()
    page.get_by_role("button", name="Not home").click()
    for _ in range(100):
        if len(places) > 1:
            break
        page.wait_for_timeout(100)
    assert list(places.values()) == [None, -75.0]


def test_nothing_is_kept_after_the_day_nor_after_the_tour(open_as: OpenAs, tour: str) -> None:
    page = open_as(Role.OFFICER, NARROW).page
    page.goto(f"/road/{tour}")
    opened(page)
    expect(page.locator("[data-kept]")).to_contain_text(KEPT)
    old = "geoteam-road officer anothertour 2026-01-02T00:00:00-05:00"
    page.evaluate(f"caches.open('{old}')")
    page.goto("/tours")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_timeout(300)
    (name,) = page.evaluate("caches.keys()")
    assert tour in name
    page.goto(f"/road/{tour}")
    opened(page)
    start = page.get_by_role("button", name="Start the tour")
    link(page, "All that you said is sent")
    if start.is_visible():
        start.click()
    coming = page.locator("[data-coming-list] li")
    for left in range(coming.count(), 0, -1):
        page.get_by_role("button", name="Made", exact=True).click()
        expect(coming).to_have_count(left - 1)
    page.get_by_role("button", name="End the tour").click()
    expect(page.locator("[data-kept]")).to_contain_text("nothing of it is kept")
    assert page.evaluate("caches.keys()") == []
