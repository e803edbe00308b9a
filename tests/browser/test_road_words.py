"""Words from the road as they truly stand: kept, sent, refused, taken back, and who is late."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from geoteam.model import Role, User
from geoteam.services import tours
from geoteam.services.workspace import Workspace
from geoteam.store import outcomes, users
from geoteam.store.tour_tables import CheckInRow, OutcomeRow
from tests.browser.conftest import NARROW, WIDE, OpenAs, serve_copy
from tests.browser.test_pages import check_accessible, check_fits
from tests.browser.test_road import KEPT, SLOW, link, opened, patient
from tests.server.served import PASSWORD, Clock

__all__ = ["patient"]

pytestmark = pytest.mark.browser

LEADER = User(99, "leader", "Lea Leader", Role.SUPERVISOR, team_refs=("*",))
WORDS = "**/road/*/words"


class Running:
    """A clock that runs, from the next noon on, and can be moved ahead."""

    def __init__(self) -> None:
        self.ahead = Clock()() - datetime.now(UTC)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock() -> Running:
    return Running()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture
def address(made: Path, folder: Path, clock: Running) -> str:
    """Address of a server of its own for each test."""
    return serve_copy(made, folder, clock)


@pytest.fixture
def workspace(address: str, folder: Path, clock: Running) -> Workspace:
    """What that server serves."""
    return Workspace.open(folder, clock=clock)


@pytest.fixture
def tour(workspace: Workspace) -> str:
    """Reference of a tour of today, of the officer who signs in."""
    return tours.plan_tour(
        workspace, LEADER, on=workspace.today(), officer_ref="O1", police_partner_ref="P1"
    )


@pytest.fixture
def phone(open_as: OpenAs, tour: str, clock: Running) -> Page:
    """The tour, opened on its officer's phone and started; its clock is the server's."""
    page = open_as(Role.OFFICER, NARROW).page
    page.clock.install(time=clock())
    page.goto(f"/road/{tour}")
    opened(page)
    expect(page.locator("[data-kept]")).to_contain_text(KEPT)
    page.get_by_role("button", name="Start the tour").click()
    expect(page.get_by_role("button", name="Arrived", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Start the tour")).to_be_hidden()
    link(page, "All that you said is sent")
    return page


def last(page: Page, text: str, at: str) -> None:
    """The line on the latest outcome says a text, and shows how it stands."""
    expect(page.locator("[data-last-text]")).to_contain_text(text)
    expect(page.locator("[data-last]")).to_have_attribute("data-at", at)


def tap(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def come_back(page: Page) -> None:
    """Let the page ask the server at once."""
    page.evaluate("window.dispatchEvent(new Event('focus'))")


def until(page: Page, holds: Callable[[], object]) -> None:
    """Wait for what the server has; the page runs meanwhile."""
    for _ in range(SLOW // 100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("the server has not got it")


def rows(workspace: Workspace) -> list[tuple[str, str]]:
    """Every outcome that the server has ever taken, in the order of their times."""
    with workspace.reading() as session:
        found = session.scalars(select(OutcomeRow).order_by(OutcomeRow.at, OutcomeRow.id))
        return [(row.kind, row.note) for row in found]


def holds(workspace: Workspace, tour: str) -> list[tuple[str, str]]:
    """The outcomes in force."""
    with workspace.reading() as session:
        return [(one.kind, one.note) for one in outcomes.of_tours(session, [tour])[tour]]


def spoil(route: Route) -> None:
    """Send the visit made as one of somebody who is not on the tour: the server refuses it."""
    body = json.loads(route.request.post_data or "{}")
    for word in body["words"]:
        if word["kind"] == "made":
            word["client"] = "C-nobody"
    route.continue_(post_data=json.dumps(body))


def lose_answer(route: Route) -> None:
    """Let the server have the words, and let its answer be lost."""
    assert route.fetch().status == 200
    route.abort("connectionreset")


def test_a_refused_outcome_is_shown_as_refused_and_undo_leaves_nothing(
    phone: Page, workspace: Workspace, pictures: Path
) -> None:
    phone.route(WORDS, spoil)
    phone.get_by_label("Note").fill("Spoke to him")
    tap(phone, "Made")
    last(phone, "NOT taken by the server: this client is not on the tour", "refused")
    expect(phone.locator("[data-last]")).to_have_class(re.compile("alert-bad"))
    expect(phone.locator("[data-refused-list] li")).to_have_count(1)
    expect(phone.locator("[data-refused-list]")).to_contain_text("Note: Spoke to him")
    # It does not count: the stop is still to come.
    expect(phone.locator("[data-done-list] li")).to_have_count(0)
    phone.screenshot(path=pictures / "road-refused-narrow.png", full_page=True)
    check_fits(phone)
    check_accessible(phone)
    tap(phone, "Undo")
    expect(phone.locator("[data-last-text]")).to_contain_text("The server never had it")
    expect(phone.locator("[data-refused]")).to_be_hidden()
    expect(phone.get_by_label("Note")).to_have_value("Spoke to him")
    phone.unroute_all(behavior="wait")
    tap(phone, "Made")
    last(phone, "Stop 1: made with your note", "sent")
    assert rows(workspace) == [("made", "Spoke to him")]


def test_what_was_taken_back_before_it_was_refused_leaves_nothing(
    phone: Page, workspace: Workspace, tour: str
) -> None:
    phone.route(WORDS, spoil)
    phone.context.set_offline(True)
    tap(phone, "Made")
    last(phone, "Kept on this phone, not sent yet", "here")
    tap(phone, "Undo")
    last(phone, "Stop 1: taken back", "here")
    phone.context.set_offline(False)
    come_back(phone)
    link(phone, "All that you said is sent")
    expect(phone.locator("[data-refused]")).to_be_hidden()
    assert holds(workspace, tour) == []


def test_an_outcome_counts_once_when_the_servers_answer_is_lost(
    phone: Page, workspace: Workspace
) -> None:
    phone.route(WORDS, lose_answer)
    phone.get_by_label("Note").fill("At the door")
    tap(phone, "Made")
    until(phone, lambda: rows(workspace))
    link(phone, "No connection")
    last(phone, "Kept on this phone, not sent yet", "here")
    assert rows(workspace) == [("made", "At the door")]
    expect(phone.locator("[data-done-list]")).to_contain_text("not sent yet")
    phone.unroute_all(behavior="wait")
    come_back(phone)
    last(phone, "Stop 1: made with your note", "sent")
    expect(phone.locator("[data-done-list] .badge")).to_have_text("sent")
    assert rows(workspace) == [("made", "At the door")]


def test_undo_takes_back_exactly_one_also_when_the_answer_was_lost(
    phone: Page, workspace: Workspace, tour: str
) -> None:
    phone.get_by_label("Note").fill("Dark windows")
    tap(phone, "Not home")
    last(phone, "Stop 1: not home with your note", "sent")
    with workspace.reading() as session:
        first = session.scalars(select(OutcomeRow)).one().at
    phone.route(WORDS, lose_answer)
    phone.locator("[data-done-list]").get_by_role("button").click()
    expect(phone.get_by_label("Note")).to_have_value("Dark windows")
    tap(phone, "Moved")
    until(phone, lambda: ("moved", "Dark windows") in rows(workspace))
    link(phone, "No connection")
    assert holds(workspace, tour) == [("moved", "Dark windows")]
    tap(phone, "Undo")
    phone.unroute_all(behavior="wait")
    come_back(phone)
    last(phone, "taken back; not home holds again", "sent")
    assert holds(workspace, tour) == [("not_home", "Dark windows")]
    assert len(rows(workspace)) == 3
    with workspace.reading() as session:
        # What is set right keeps the time of the visit.
        (told,) = outcomes.of_tours(session, [tour])[tour]
    assert told.at - first < timedelta(seconds=1)


def test_a_note_can_be_added_after_the_outcome(phone: Page, workspace: Workspace) -> None:
    tap(phone, "Made")
    last(phone, "Stop 1: made,", "sent")
    tap(phone, "Add a note")
    expect(phone.get_by_label("Note")).to_be_focused()
    phone.get_by_label("Note").fill("Works nights now")
    tap(phone, "Save the note with “made”")
    last(phone, "made with your note", "sent")
    assert rows(workspace) == [("made", ""), ("made", "Works nights now")]
    expect(phone.locator("[data-done-list] li")).to_have_count(1)
    expect(phone.locator("[data-done-list]")).to_contain_text("Works nights now")


def test_a_second_tap_of_the_same_finger_tells_nothing_more(
    phone: Page, workspace: Workspace
) -> None:
    made = phone.get_by_role("button", name="Made", exact=True)
    expect(made).to_be_enabled()
    # Clear of the bar with the call for help.
    made.evaluate("one => one.scrollIntoView({ block: 'center' })")
    box = made.bounding_box()
    assert box
    for _ in range(3):
        phone.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    last(phone, "Stop 1: made", "sent")
    assert rows(workspace) == [("made", "")]


def boxes(page: Page) -> dict[str, dict[str, float]]:
    """Where each button stands on the screen, by its words."""
    # All at one moment: what the page shows may change between two questions.
    found: dict[str, dict[str, float]] = page.locator("#road .button:visible").evaluate_all(
        "all => Object.fromEntries(all.map(one => [one.innerText, one.getBoundingClientRect().toJSON()]))"
    )
    return found


def test_buttons_are_large_and_apart_and_nothing_moves_on_arriving(phone: Page) -> None:
    before = boxes(phone)
    assert {"Arrived", "Made", "Not home", "Moved", "Refused", "Unsafe"} <= set(before)
    assert min(box["height"] for box in before.values()) >= 44
    before.pop("Help")
    names = sorted(before, key=lambda name: before[name]["y"])
    for one, other in itertools.pairwise(names):
        a, b = before[one], before[other]
        below = b["y"] - a["y"] - a["height"]
        beside = max(a["x"], b["x"]) - min(a["x"] + a["width"], b["x"] + b["width"])
        assert max(below, beside) >= 8, (one, other)
    # The note is written between arriving and telling, and what is serious is the last.
    note = phone.get_by_label("Note").bounding_box()
    assert note
    assert before["Arrived"]["y"] < note["y"] < before["Made"]["y"]
    assert before["Made"]["y"] - before["Arrived"]["y"] > 100
    outcome = ("Made", "Not home", "Moved", "Refused", "Unsafe")
    assert max(outcome, key=lambda name: before[name]["y"]) == "Unsafe"
    # A tap on a button that rests would be tried again after scrolling, which is not the page's doing.
    expect(phone.get_by_role("button", name="Arrived", exact=True)).to_be_enabled()
    tap(phone, "Arrived")
    expect(phone.locator("[data-here]")).to_contain_text("Arrived at")
    after = boxes(phone)
    assert after["Made"]["y"] == pytest.approx(before["Made"]["y"], abs=1)


def test_nothing_moves_when_the_server_has_taken_an_outcome(phone: Page) -> None:
    held: list[Route] = []
    phone.route(WORDS, lambda route: held.append(route))
    tap(phone, "Made")
    last(phone, "Kept on this phone, not sent yet", "here")
    expect(phone.get_by_role("button", name="Made", exact=True)).to_be_enabled()
    before = boxes(phone)
    held[0].continue_()
    last(phone, "Stop 1: made", "sent")
    after = boxes(phone)
    assert after["Made"]["y"] == pytest.approx(before["Made"]["y"], abs=1)


def test_a_line_that_moves_the_buttons_lets_them_rest(phone: Page, clock: Running) -> None:
    made = phone.get_by_role("button", name="Made", exact=True)
    expect(made).to_be_enabled()
    made.focus()
    before = made.evaluate("one => one.offsetTop")
    # Without a connection, or the page would learn that its clock is wrong.
    phone.context.set_offline(True)
    phone.clock.pause_at(clock() + timedelta(hours=3))
    expect(phone.locator("[data-late]")).to_be_visible()
    assert made.evaluate("one => one.offsetTop") > before + 20
    # What comes under the finger now is not what was aimed at.
    expect(made).to_be_disabled()
    phone.clock.resume()
    expect(made).to_be_enabled()
    expect(made).to_be_focused()


def test_nothing_is_lost_when_the_session_ends_without_a_connection(
    phone: Page, workspace: Workspace, tour: str, pictures: Path
) -> None:
    phone.context.set_offline(True)
    tap(phone, "Arrived")
    phone.get_by_label("Note").fill("Saw his papers")
    tap(phone, "Made")
    last(phone, "Kept on this phone, not sent yet", "here")
    with workspace.transaction() as session:
        later = workspace.now() + timedelta(days=1)
        users.close_stale_sessions(session, created=later, seen=later)
    phone.context.set_offline(False)
    come_back(phone)
    link(phone, "Sign in again to send them")
    # Nothing was sent in nobody's name, and it still stands on the page.
    assert rows(workspace) == []
    expect(phone.locator("[data-done-list]")).to_contain_text("not sent yet")
    phone.screenshot(path=pictures / "road-signed-out-narrow.png", full_page=True)
    phone.get_by_role("link", name="Sign in again").click()
    phone.get_by_label("User name").fill(Role.OFFICER.value)
    phone.get_by_label("Password").fill(PASSWORD)
    phone.get_by_role("button", name="Sign in").click()
    phone.wait_for_url(f"**/road/{tour}")
    opened(phone)
    link(phone, "All that you said is sent")
    assert rows(workspace) == [("made", "Saw his papers")]
    with workspace.reading() as session:
        kinds = session.scalars(select(CheckInRow.kind).order_by(CheckInRow.at)).all()
    assert kinds == ["begun", "arrived"]


def test_who_is_late_is_told_how_late_and_whom_to_call(
    phone: Page, workspace: Workspace, tour: str, clock: Running, pictures: Path
) -> None:
    expect(phone.locator("[data-late]")).to_be_hidden()
    first = tours.tour(workspace, LEADER, tour).stops[0]
    phone.get_by_label("The client was told").first.check()
    link(phone, "All that you said is sent")
    phone.context.set_offline(True)
    ahead = first["arrives_at"] + timedelta(minutes=40) - clock()
    clock.ahead += ahead
    phone.clock.fast_forward(round(ahead.total_seconds() * 1000))
    late = phone.locator("[data-late]")
    expect(late).to_contain_text(re.compile(r"You are (39|40|41) minutes late"))
    planned = first["arrives_at"].astimezone(workspace.profile.city.zone)
    expect(late).to_contain_text("Call, or ask your supervisor to call")
    expect(late.locator("li").first).to_contain_text(first["name"])
    expect(late.locator("li").first).to_contain_text(f"was told {planned:%H:%M}, now about")
    phone.screenshot(path=pictures / "road-late-narrow.png", full_page=True)
    check_fits(phone)
    check_accessible(phone)
    phone.set_viewport_size(WIDE)
    phone.screenshot(path=pictures / "road-late-wide.png", full_page=True)
    # Who is at the door is not late any more for that stop.
    phone.get_by_role("button", name="Made", exact=True).click()
    expect(late).not_to_contain_text(first["name"])
