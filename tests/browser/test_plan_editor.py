"""Drawing a plan in a real browser: every gesture, two people at once, a line that is lost."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Route,
    ViewportSize,
    expect,
)

from geoteam.model import Role
from geoteam.server import ServerConfig, serve
from geoteam.services import accounts
from geoteam.services.workspace import Workspace
from tests.browser.conftest import NARROW, WIDE, Watched, watch
from tests.server.served import PASSWORD, Clock

pytestmark = pytest.mark.browser

SERIOUS = {"serious", "critical"}
# The plan in force of the tiny city; its units are the corners of a square.
TODAY = {"101": "T1", "102": "T1", "201": "T2", "202": "T2"}
CORNERS = {"101": (-1, 1), "102": (-1, -1), "201": (1, 1), "202": (1, -1)}
_NAMES = count(1)


@dataclass
class Site:
    """The address of a server of its own, and the clock that it goes by."""

    address: str
    clock: Clock


@pytest.fixture(scope="module")
def site(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The tiny city with two supervisors of all teams."""
    folder = tmp_path_factory.mktemp("drawn") / "workspace"
    shutil.copytree(made, folder)
    clock = Clock()
    workspace = Workspace.open(folder, clock=clock)
    accounts.add_user(
        workspace,
        "test",
        username="second",
        name="Second Test",
        role=Role.SUPERVISOR,
        password=PASSWORD,
        team_refs=("*",),
    )
    accounts.add_user(
        workspace,
        "test",
        username="west",
        name="West Test",
        role=Role.SUPERVISOR,
        password=PASSWORD,
        team_refs=("T1",),
    )
    ready = threading.Event()
    found: list[str] = []

    def note(url: str) -> None:
        found.append(url)
        ready.set()

    config = ServerConfig(port=0, sign_ins_per_minute=1000)
    threading.Thread(
        target=serve, args=(config, workspace), kwargs={"ready": note}, daemon=True
    ).start()
    assert ready.wait(20)
    return Site(found[0], clock)


class Editor:
    """The editor of one plan in one tab."""

    def __init__(self, watched: Watched, path: str) -> None:
        self.watched, self.page, self.path = watched, watched.page, path
        self.open()

    def open(self) -> None:
        self.page.goto(self.path)
        expect(self.page.locator("#editor[data-ready]")).to_be_attached()

    @property
    def said(self) -> Locator:
        return self.page.locator("[data-say]")

    @property
    def sync(self) -> Locator:
        return self.page.locator("[data-sync]")

    def at(self, unit: str) -> tuple[float, float]:
        """Where the middle of a unit is on the screen."""
        box = self.page.locator(".editor-map").bounding_box()
        assert box is not None
        side = min(box["width"], box["height"]) / 5
        dx, dy = CORNERS[unit]
        return box["x"] + box["width"] / 2 + dx * side, box["y"] + box["height"] / 2 + dy * side

    def click(self, unit: str, **given: Any) -> None:
        x, y = self.at(unit)
        self.page.mouse.click(x, y, **given)

    def drag(self, *units: str, let_go: bool = True) -> None:
        self.along([self.at(unit) for unit in units], let_go=let_go)

    def along(self, points: list[tuple[float, float]], *, let_go: bool = True) -> None:
        self.page.mouse.move(*points[0])
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*point, steps=8)
        if let_go:
            self.page.mouse.up()

    def tool(self, name: str) -> None:
        self.page.locator(f"[data-tool={name}]").and_(self.page.locator("button")).click()

    def team(self, ref: str) -> None:
        self.page.locator("select[name=team]").select_option(index=int(ref[1:]) - 1)

    def undo(self) -> None:
        self.page.locator("[data-do=undo]").click()

    def redo(self) -> None:
        self.page.locator("[data-do=redo]").click()

    def kept(self) -> int:
        """Edits that wait in the browser's own store."""
        return int(
            self.page.evaluate(
                "Object.entries(localStorage).filter(([k]) => k.startsWith('geoteam-edits'))"
                ".reduce((n, [, v]) => n + JSON.parse(v).length, 0)"
            )
        )

    def state(self) -> dict[str, Any]:
        answer = self.page.request.get(self.path.replace("/edit", "/state.json?since=0"))
        found: dict[str, Any] = answer.json()
        return found

    def saved(self, wanted: dict[str, str], seconds: float = 15) -> None:
        """Wait until the server has these teams and the page says that all is saved."""
        expect(self.sync).to_have_text("All changes saved", timeout=seconds * 1000)
        ends = time.monotonic() + seconds
        while True:
            state = self.state()
            of = [state["teams"][team] if team >= 0 else "" for team in state["of"]]
            found = dict(zip(sorted(TODAY), of, strict=True))
            if found == TODAY | wanted or time.monotonic() > ends:
                assert found == TODAY | wanted
                return
            self.page.wait_for_timeout(100)


@pytest.fixture
def sign_in(
    chromium: Browser, site: Site
) -> Iterator[Callable[..., tuple[BrowserContext, Watched]]]:
    """Sign in as somebody, in a browser context of their own."""
    contexts = []

    def enter(
        user: str = "supervisor", screen: dict[str, int] = WIDE
    ) -> tuple[BrowserContext, Watched]:
        context = chromium.new_context(
            base_url=site.address,
            viewport=ViewportSize(width=screen["width"], height=screen["height"]),
            reduced_motion="reduce",
            has_touch=screen is NARROW,
        )
        contexts.append(context)
        watched = watch(context, site.address)
        enter_form(watched.page, user)
        return context, watched

    yield enter
    for context in contexts:
        context.close()


def enter_form(page: Page, user: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("User name").fill(user)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


def new_plan(page: Page) -> str:
    """A fresh copy of the plan in force; the path of its editor."""
    token = page.locator("input[name=csrf_token]").first.input_value()
    form = {
        "csrf_token": token,
        "name": f"Trial {next(_NAMES)}",
        "unit_kind": "service_area",
        "copy_of": "1",
    }
    origin = re.match(r"https?://[^/]+", page.url)
    assert origin is not None
    answer = page.request.post("/plans", form=form, headers={"Referer": page.url})
    assert answer.ok, answer.text()
    return answer.url.removeprefix(origin.group())


@pytest.fixture
def editor(sign_in: Callable[..., tuple[BrowserContext, Watched]]) -> Editor:
    """A supervisor with a fresh plan, whose brush is Team T2."""
    _, watched = sign_in()
    opened = Editor(watched, new_plan(watched.page))
    opened.team("T2")
    return opened


def test_a_click_gives_a_unit_and_says_so_with_figures(editor: Editor) -> None:
    editor.click("101")
    expect(editor.said).to_have_text(re.compile(r"101 given to .+: \d+ clients?, [+−]?\d+ %\."))
    editor.saved({"101": "T2"})
    transfers = editor.page.locator("[data-figure=transfers]").text_content()
    assert transfers is not None
    assert int(transfers) > 0
    editor.watched.check()


def test_the_brush_makes_one_edit_of_a_stroke(editor: Editor) -> None:
    editor.drag("101", "102")
    editor.saved({"101": "T2", "102": "T2"})
    assert len(editor.state()["edits"]) == 1
    editor.undo()
    editor.saved({})


def test_a_large_brush_reaches_beside_the_pointer(editor: Editor) -> None:
    editor.page.keyboard.press("+")
    expect(editor.page.locator("[data-size='1']")).to_have_attribute("aria-pressed", "true")
    editor.click("102")
    editor.saved({"102": "T2"})


def test_a_stroke_shows_what_it_changes_not_what_lies_under_it(editor: Editor) -> None:
    page = editor.page
    under, ring = page.locator("[data-under]"), page.locator(".editor-ring")
    page.keyboard.press("+")
    page.mouse.move(*editor.at("201"))
    expect(under).to_contain_text("201")
    page.mouse.down()
    expect(ring).to_have_class(re.compile("is-down"))
    expect(under).to_be_empty()
    page.mouse.move(*editor.at("202"), steps=4)
    expect(under).to_be_empty()
    page.mouse.up()
    expect(under).to_contain_text("202")
    expect(ring).not_to_have_class(re.compile("is-down"))
    expect(page.locator(".editor-map")).to_be_focused()


def test_what_the_server_says_waits_for_the_end_of_a_stroke(editor: Editor) -> None:
    page = editor.page
    held: list[Route] = []
    page.route(re.compile("/edits"), lambda route: held.append(route), times=1)
    with page.expect_request(re.compile("/edits")):
        editor.click("101")
    editor.drag("102", let_go=False)
    with page.expect_response(re.compile("/edits")):
        held[0].continue_()
    page.wait_for_timeout(300)
    expect(editor.sync).to_have_text("Saving…")
    page.mouse.up()
    editor.saved({"101": "T2", "102": "T2"})


def test_a_rectangle_takes_what_lies_in_it(editor: Editor) -> None:
    editor.tool("rectangle")
    (left, top), (right, bottom) = editor.at("102"), editor.at("101")
    editor.along([(left - 60, top - 60), (right + 60, bottom + 60)])
    editor.saved({"101": "T2", "102": "T2"})
    assert len(editor.state()["edits"]) == 1


def test_a_lasso_that_crosses_itself_holds_both_loops(editor: Editor) -> None:
    editor.tool("lasso")
    editor.team("T1")
    (x1, y1), (x2, y2) = editor.at("202"), editor.at("201")
    # An eight with a loop round each of the two eastern units.
    editor.along([
        (x1 - 40, y1 - 40), (x1 + 40, y1 - 40), (x2 - 40, y2 + 40), (x2 + 40, y2 + 40),
        (x1 - 40, y1 - 40),
    ])  # fmt: skip
    editor.saved({"201": "T1", "202": "T1"})


def test_a_lasso_round_nothing_changes_nothing(editor: Editor) -> None:
    editor.tool("lasso")
    x, y = editor.at("101")
    editor.along([(x - 50, y + 20), (x - 40, y + 30), (x - 50, y + 40)])
    expect(editor.said).to_contain_text("No service area has its middle in there.")
    editor.saved({})
    assert editor.state()["edits"] == []


def test_the_eyedropper_takes_the_team_from_the_map(editor: Editor) -> None:
    editor.tool("pick")
    editor.click("102")
    expect(editor.page.locator("select[name=team]")).to_have_value("0")
    editor.tool("brush")
    editor.click("201")
    editor.saved({"201": "T1"})
    x, y = editor.at("202")
    editor.page.keyboard.down("Alt")
    editor.page.mouse.click(x, y)
    editor.page.keyboard.up("Alt")
    expect(editor.page.locator("select[name=team]")).to_have_value("1")


def test_no_team_takes_a_unit_away(editor: Editor) -> None:
    editor.page.locator("select[name=team]").select_option(label="No team (take away)")
    editor.click("101")
    expect(editor.said).to_contain_text("taken from its team")
    expect(editor.page.locator("[data-figure=unassigned]")).to_have_text("1")
    editor.saved({"101": ""})


def test_a_locked_team_neither_loses_nor_gains(editor: Editor) -> None:
    editor.page.locator("[data-do=lock]").click()
    editor.click("101")
    expect(editor.said).to_contain_text("locked")
    editor.team("T1")
    editor.click("201")
    expect(editor.said).to_contain_text("locked")
    editor.saved({})
    editor.team("T2")
    editor.page.locator("[data-do=lock]").click()
    editor.click("101")
    editor.saved({"101": "T2"})
    editor.page.locator("[data-do=lock-all]").click()
    editor.click("102")
    expect(editor.said).to_contain_text("locked")
    editor.saved({"101": "T2"})


def test_painting_can_take_from_one_team_only(editor: Editor) -> None:
    editor.page.locator("select[name=from]").select_option(label="units without a team")
    editor.click("101")
    expect(editor.said).to_contain_text("only")
    editor.saved({})


def test_undo_and_redo_reach_back_over_a_reload(editor: Editor) -> None:
    editor.click("101")
    editor.click("102")
    editor.saved({"101": "T2", "102": "T2"})
    editor.open()
    editor.undo()
    editor.undo()
    editor.saved({})
    expect(editor.page.locator("[data-do=undo]")).to_have_attribute("aria-disabled", "true")
    editor.open()
    editor.redo()
    editor.saved({"101": "T2"})
    editor.page.keyboard.press("Control+y")
    editor.saved({"101": "T2", "102": "T2"})
    editor.page.keyboard.press("Control+z")
    editor.saved({"101": "T2"})


def test_the_keyboard_alone_paints(editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("m")
    expect(page.locator(".editor-map")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    for key in ("ArrowLeft", "ArrowDown"):
        page.keyboard.press(key)
    expect(editor.said).to_contain_text("101")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(editor.said).to_contain_text("101 given to")
    page.keyboard.press("Shift+ArrowUp")
    editor.saved({"101": "T2", "102": "T2"})
    page.keyboard.press("x")
    page.keyboard.press("Space")
    editor.saved({"101": "T2", "102": ""})
    page.keyboard.press("Control+z")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("e")
    page.keyboard.press("l")
    expect(editor.said).to_contain_text("locked")
    page.keyboard.press("l")
    # A rectangle from corner to corner.
    page.keyboard.press("1")
    page.keyboard.press("r")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    editor.saved({"101": "T2", "102": "T2", "201": "T1", "202": "T1"})
    editor.watched.check()


def test_a_line_lost_in_the_middle_of_a_stroke_loses_nothing(
    sign_in: Callable[..., tuple[BrowserContext, Watched]],
) -> None:
    context, watched = sign_in()
    editor = Editor(watched, new_plan(watched.page))
    editor.team("T2")
    editor.drag("101", let_go=False)
    context.set_offline(True)
    editor.page.mouse.move(*editor.at("102"), steps=8)
    editor.page.mouse.up()
    expect(editor.sync).to_have_text("Offline: 1 edit kept here")
    editor.team("T1")
    editor.click("202")
    expect(editor.sync).to_have_text("Offline: 2 edits kept here")
    editor.undo()
    expect(editor.sync).to_have_text("Offline: 3 edits kept here")
    assert editor.kept() == 3
    context.set_offline(False)
    editor.saved({"101": "T2", "102": "T2"})
    assert editor.kept() == 0
    assert [edit["kind"] for edit in editor.state()["edits"]] == ["paint", "paint", "undo"]


def test_edits_that_were_kept_survive_a_reload(
    sign_in: Callable[..., tuple[BrowserContext, Watched]],
) -> None:
    context, watched = sign_in()
    editor = Editor(watched, new_plan(watched.page))
    editor.team("T2")
    refuse = "**/edits"
    context.route(refuse, lambda route: route.abort())
    editor.click("101")
    expect(editor.sync).to_have_text("Offline: 1 edit kept here")
    editor.open()
    expect(editor.sync).to_have_text("Offline: 1 edit kept here")
    context.unroute(refuse)
    editor.saved({"101": "T2"})
    assert editor.kept() == 0


def test_a_second_editor_sees_the_first_and_is_told_of_a_conflict(
    sign_in: Callable[..., tuple[BrowserContext, Watched]],
) -> None:
    _, watched = sign_in()
    first = Editor(watched, new_plan(watched.page))
    context, other = sign_in("second")
    second = Editor(other, first.path)
    first.team("T2")
    second.page.locator("select[name=team]").select_option(label="No team (take away)")
    first.click("101")
    expect(second.said).to_contain_text("Supervisor Test has changed 1 service area.")
    expect(second.page.locator("[data-figure=transfers]")).not_to_have_text("0")
    # Both change the same unit while one of them is cut off.
    context.set_offline(True)
    second.click("102")
    expect(second.sync).to_have_text("Offline: 1 edit kept here")
    first.click("102")
    first.saved({"101": "T2", "102": "T2"})
    context.set_offline(False)
    expect(second.sync).to_have_text("Saved, but for 1 service area changed twice")
    expect(second.said).to_have_text("0 of 1 service area saved. Decide whose change stands.")
    told = second.page.get_by_role("alert").filter(has_text="Theirs stands")
    expect(told).to_contain_text("Supervisor Test changed 1 service area that you changed too.")


def test_who_leads_one_team_moves_no_units_of_another(
    sign_in: Callable[..., tuple[BrowserContext, Watched]],
) -> None:
    context, watched = sign_in("west")
    editor = Editor(watched, new_plan(watched.page))
    page = editor.page
    team = page.locator("select[name=team]")
    expect(team).to_have_value("0")
    expect(team.locator("option").nth(1)).to_have_text("East Team (locked: not yours)")
    expect(team.locator("option").nth(1)).to_be_disabled()
    editor.click("201")
    expect(editor.said).to_have_text(
        "Service area 201 stays: East Team is locked: you do not lead it."
    )
    page.locator("[data-do=lock-all]").click()
    page.locator("[data-do=lock-all]").click()
    editor.click("201")
    editor.saved({})
    # What the server refuses all the same is told where it says what is saved.
    context.route("**/edits", lambda route: route.fulfill(
        status=403, json={"error": "you do not lead East Team (T2)", "remedy": "Ask them"}
    ))  # fmt: skip
    team.select_option(label="No team (take away)")
    editor.click("101")
    why = "You do not lead East Team (T2). Ask them."
    expect(editor.sync).to_have_text(f"The last edit was not saved. {why}")
    expect(editor.said).to_have_text(f"This edit was not saved. {why}")
    context.unroute("**/edits")
    editor.click("101")
    editor.saved({"101": ""})


def test_an_undo_leaves_what_another_has_changed_since(
    sign_in: Callable[..., tuple[BrowserContext, Watched]],
) -> None:
    _, watched = sign_in()
    first = Editor(watched, new_plan(watched.page))
    first.team("T2")
    first.drag("101", "102")
    first.saved({"101": "T2", "102": "T2"})
    _, other = sign_in("second")
    second = Editor(other, first.path)
    second.page.locator("select[name=team]").select_option(label="No team (take away)")
    second.click("102")
    second.saved({"101": "T2", "102": ""})
    expect(first.page.locator("[data-figure=unassigned]")).to_have_text("1")
    first.undo()
    expect(first.said).to_have_text(
        "Undone: 1 service area. Service area 102 stays: it was changed since, by Second Test."
    )
    first.saved({"102": ""})


def test_a_stale_tab_keeps_its_edits_until_somebody_signs_in_again(
    sign_in: Callable[..., tuple[BrowserContext, Watched]], site: Site
) -> None:
    context, watched = sign_in()
    editor = Editor(watched, new_plan(watched.page))
    editor.team("T2")
    site.clock.pass_(days=1)
    editor.click("101")
    expect(editor.sync).to_have_text("Signed out: 1 edit kept here. Sign in again.")
    assert editor.kept() == 1
    page = context.new_page()
    enter_form(page, "supervisor")
    editor.saved({"101": "T2"})
    assert editor.kept() == 0


def post(page: Page, path: str, **form: str) -> None:
    """Send a form of a plan's page."""
    token = page.locator("meta[name=csrf-token]").get_attribute("content")
    assert token is not None
    answer = page.request.post(
        path, form={"csrf_token": token, **form}, headers={"Referer": page.url}
    )
    assert answer.ok, answer.text()


def test_edits_kept_while_the_plan_was_proposed_stand_aside(
    sign_in: Callable[..., tuple[BrowserContext, Watched]],
) -> None:
    _, watched = sign_in()
    first = Editor(watched, new_plan(watched.page))
    context, other = sign_in("second")
    second = Editor(other, first.path)
    transfers = second.page.locator("[data-figure=transfers]")
    second.team("T2")
    context.set_offline(True)
    second.click("101")
    second.click("102")
    expect(second.sync).to_have_text("Offline: 2 edits kept here")
    plan = first.path.removesuffix("/edit")
    post(first.page, f"{plan}/propose", **{"from": "2030-01-07", "reason": "Trial"})
    context.set_offline(False)
    aside = second.page.locator("#panel-aside")
    expect(aside).to_contain_text("The plan waits for approval")
    expect(second.sync).to_have_text("Not saved: 2 edits kept here")
    expect(transfers).to_have_text("0")
    second.open()
    expect(aside).to_contain_text("without 2 edits of yours")
    expect(transfers).to_have_text("0")
    aside.get_by_role("button", name="Save them as a new plan").click()
    second.page.wait_for_url(lambda url: first.path not in url)
    expect(second.page.get_by_role("heading", level=1)).to_contain_text("my edits")
    second.path = second.page.url
    expect(second.page.locator("#editor[data-ready]")).to_be_attached()
    second.saved({"101": "T2", "102": "T2"})
    assert second.kept() == 0


def test_edits_kept_for_a_plan_that_is_settled_can_be_thrown_away(
    sign_in: Callable[..., tuple[BrowserContext, Watched]],
) -> None:
    context, watched = sign_in()
    editor = Editor(watched, new_plan(watched.page))
    editor.team("T2")
    context.route("**/edits", lambda route: route.abort())
    editor.click("101")
    expect(editor.sync).to_have_text("Offline: 1 edit kept here")
    plan = editor.path.removesuffix("/edit")
    post(editor.page, f"{plan}/propose", **{"from": "2030-01-07", "reason": "Trial"})
    editor.open()
    editor.page.locator("#panel-aside").get_by_role("button", name="Throw it away").click()
    expect(editor.page.locator("#panel-aside")).to_be_hidden()
    assert editor.kept() == 0


def test_a_plan_deleted_while_one_draws_can_be_saved_anew(
    sign_in: Callable[..., tuple[BrowserContext, Watched]],
) -> None:
    _, watched = sign_in()
    first = Editor(watched, new_plan(watched.page))
    _, other = sign_in("second")
    second = Editor(other, first.path)
    second.team("T2")
    second.click("101")
    second.saved({"101": "T2"})
    plan = first.path.removesuffix("/edit")
    page = first.page
    page.goto(plan)
    asked = page.locator(f"form[action='{plan}/delete'] button").get_attribute("data-confirm")
    assert asked is not None
    assert "Second Test has it open in the editor now." in asked
    first.open()
    post(page, f"{plan}/delete")
    aside = second.page.locator("#panel-aside")
    expect(aside).to_contain_text("Supervisor Test has deleted this plan.")
    expect(second.page.locator("button[data-tool=brush]")).to_be_hidden()
    second.click("102")
    aside.get_by_role("button", name="Save as a new plan").click()
    second.page.wait_for_url(lambda url: first.path not in url)
    expect(second.page.locator("#editor[data-ready]")).to_be_attached()
    second.path = second.page.url
    second.saved({"101": "T2"})


def test_edits_are_not_sent_as_somebody_else_who_signs_in_here(
    sign_in: Callable[..., tuple[BrowserContext, Watched]],
) -> None:
    context, watched = sign_in("second")
    editor = Editor(watched, new_plan(watched.page))
    editor.team("T2")
    page = context.new_page()
    context.clear_cookies()
    enter_form(page, "supervisor")
    editor.click("101")
    told = "Somebody else is signed in: 1 edit kept here. Sign in again."
    expect(editor.sync).to_have_text(told)
    assert editor.state()["edits"] == []
    assert editor.kept() == 1


def test_the_map_stays_where_it_is_whatever_the_page_says(
    sign_in: Callable[..., tuple[BrowserContext, Watched]],
) -> None:
    for screen in (WIDE, NARROW):
        context, watched = sign_in(screen=screen)
        editor = Editor(watched, new_plan(watched.page))
        editor.team("T2")
        place = editor.page.locator(".editor-map")
        before = place.bounding_box()
        _, other = sign_in("second")
        Editor(other, editor.path)
        expect(editor.page.locator("[data-present]")).to_contain_text("Second Test")
        assert place.bounding_box() == before
        context.set_offline(True)
        editor.click("101")
        expect(editor.sync).to_have_text("Offline: 1 edit kept here")
        assert place.bounding_box() == before


def test_locks_outlive_a_reload(editor: Editor) -> None:
    editor.page.locator("[data-do=lock]").click()
    expect(editor.said).to_have_text("East Team locked.")
    editor.open()
    editor.team("T2")
    expect(editor.page.locator("[data-do=lock]")).to_have_attribute("aria-pressed", "true")


def test_dots_say_that_they_are_no_homes(editor: Editor) -> None:
    page = editor.page
    told = page.locator("[data-dots-told]")
    expect(told).to_be_hidden()
    page.locator(".editor-show summary").click()
    page.get_by_label("Caseload as dots").check()
    expect(told).to_be_visible()
    expect(told).to_have_text("Dots: placed at random in the unit, not homes")


def test_one_finger_paints_and_two_do_not(
    sign_in: Callable[..., tuple[BrowserContext, Watched]],
) -> None:
    context, watched = sign_in(screen=NARROW)
    editor = Editor(watched, new_plan(watched.page))
    editor.team("T2")
    touch = context.new_cdp_session(editor.page)

    def send(kind: str, *units: str) -> None:
        points = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(map(editor.at, units))]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", "101")
    send("touchStart", "101", "202")
    send("touchMove", "102", "201")
    send("touchEnd")
    editor.saved({})
    editor.page.keyboard.press("Home")
    editor.open()
    editor.team("T2")
    send("touchStart", "101")
    send("touchMove", "102")
    send("touchEnd")
    editor.saved({"101": "T2", "102": "T2"})
    assert len(editor.state()["edits"]) == 1


def test_a_telephone_shows_every_control_and_keeps_half_of_itself_from_the_panels(
    sign_in: Callable[..., tuple[BrowserContext, Watched]],
) -> None:
    _, watched = sign_in(screen=NARROW)
    page = Editor(watched, new_plan(watched.page)).page

    def box(selector: str) -> dict[str, float]:
        found = page.locator(selector).bounding_box()
        assert found is not None
        return dict(found)

    for selector in (
        "select[name=team]", "[data-do=lock-all]", "select[name=from]", "[data-size='3']",
        ".editor-show",
    ):  # fmt: skip
        found = box(selector)
        assert found["x"] + found["width"] <= NARROW["width"], selector
        # One line: nothing is broken within a button.
        assert found["height"] < 44, selector
    page.locator("[data-do=panel]").click()
    sheet = box(".editor-side")["height"] + box(".editor-table")["height"]
    assert sheet <= NARROW["height"] / 2
    assert box(".editor-map")["height"] > NARROW["height"] / 4
    # The panel is longer than its place, and moves by itself.
    assert page.locator("#panel-side").evaluate("at => at.scrollHeight > at.clientHeight")


@pytest.mark.parametrize("screen", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_editor_is_accessible_and_fits_the_screen(
    sign_in: Callable[..., tuple[BrowserContext, Watched]],
    pictures: Path,
    screen: dict[str, int],
) -> None:
    _, watched = sign_in(screen=screen)
    editor = Editor(watched, new_plan(watched.page))
    editor.team("T2")
    editor.click("101")
    editor.saved({"101": "T2"})
    page = editor.page
    page.screenshot(path=pictures / f"plan-editor-{screen['width']}.png")
    found = Axe().run(
        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    )
    serious = [f for f in found.response["violations"] if f["impact"] in SERIOUS]
    assert serious == [], found.generate_report()
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wider <= 0
    watched.check()
