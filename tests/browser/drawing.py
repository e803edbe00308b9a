"""Drawing a plan of the tiny city: a server of its own, who draws there, and what their editor shows."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import APIResponse, Locator, Page, expect

from geoteam.model import Role
from geoteam.services import accounts
from geoteam.services.workspace import Workspace
from tests.browser.conftest import WIDE, OpenAs, Watched, serve_workspace
from tests.browser.test_pages import check_accessible, check_fits
from tests.server.served import PASSWORD, Clock

# The plan in force of the tiny city; its units are the corners of a square.
TODAY = {"101": "T1", "102": "T1", "201": "T2", "202": "T2"}
CORNERS = {"101": (-1, 1), "102": (-1, -1), "201": (1, 1), "202": (1, -1)}
_NAMES = count(1)


class Editor:
    """The editor of one plan in one tab."""

    def __init__(self, watched: Watched, path: str) -> None:
        self.watched, self.page, self.path = watched, watched.page, path
        self.open()

    def open(self) -> None:
        self.page.goto(self.path)
        self.ready()

    def ready(self) -> None:
        expect(self.page.locator("#editor[data-ready]")).to_be_attached()

    @property
    def plan(self) -> str:
        """The path of the plan's own page."""
        return self.path.removesuffix("/edit")

    @property
    def said(self) -> Locator:
        return self.page.locator("[data-say]")

    @property
    def sync(self) -> Locator:
        return self.page.locator("[data-sync]")

    def at(self, unit: str) -> tuple[float, float]:
        """Where the middle of a unit is on the screen."""
        dx, dy = CORNERS[unit]
        return self.from_middle(dx, dy)

    def from_middle(self, dx: float, dy: float) -> tuple[float, float]:
        """A place on the screen; 1 is half the side of a unit, and y grows to the south."""
        box = self.page.locator(".editor-map").bounding_box()
        assert box is not None
        side = min(box["width"], box["height"]) / 5
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
        """Paint with a team; with none for ''."""
        teams = self.page.locator("select[name=team]")
        if ref:
            teams.select_option(index=int(ref[1:]) - 1)
        else:
            teams.select_option(label="No team (take away)")

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).click()

    def undo(self) -> None:
        self.page.locator("[data-do=undo]").click()

    def redo(self) -> None:
        self.page.locator("[data-do=redo]").click()

    def offline(self, is_cut: bool = True) -> None:
        """Cut the line, or join it again."""
        self.page.context.set_offline(is_cut)

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


Draw: TypeAlias = Callable[..., Editor]


@pytest.fixture(scope="module")
def clock() -> Clock:
    """What the server goes by."""
    return Clock()


@pytest.fixture(scope="module")
def address(made: Path, tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> str:
    """Address of the tiny city with two supervisors of all teams, and one of Team T1."""
    folder = tmp_path_factory.mktemp("drawn") / "workspace"
    shutil.copytree(made, folder)
    workspace = Workspace.open(folder, clock=clock)
    for user, teams in (("second", "*"), ("west", "T1")):
        accounts.add_user(
            workspace,
            "test",
            username=user,
            name=f"{user.capitalize()} Test",
            role=Role.SUPERVISOR,
            password=PASSWORD,
            team_refs=(teams,),
        )
    return serve_workspace(workspace)


def post(page: Page, path: str, **form: str) -> APIResponse:
    """Send a form as a page of somebody signed in would."""
    token = page.locator("input[name=csrf_token], meta[name=csrf-token]").first.evaluate(
        "element => element.value ?? element.content"
    )
    answer = page.request.post(
        path, form={"csrf_token": token, **form}, headers={"Referer": page.url}
    )
    assert answer.ok, answer.text()
    return answer


def new_plan(page: Page) -> str:
    """A fresh copy of the plan in force; the path of its editor."""
    name = f"Trial {next(_NAMES)}"
    answer = post(page, "/plans", name=name, unit_kind="service_area", copy_of="1")
    return re.sub(r"^https?://[^/]+", "", answer.url)


def check_good(page: Page, picture: Path) -> None:
    """Nothing serious for axe, nothing wider than the screen; and a picture to look at."""
    page.screenshot(path=picture)
    check_accessible(page)
    check_fits(page)


@pytest.fixture
def draw(open_as: OpenAs) -> Draw:
    """Open the editor as somebody: on a fresh copy of the plan in force, or where another draws."""

    def enter(user: str = "supervisor", path: str = "", screen: dict[str, int] = WIDE) -> Editor:
        watched = open_as(user, screen)
        return Editor(watched, path or new_plan(watched.page))

    return enter


@pytest.fixture
def editor(draw: Draw) -> Editor:
    """A supervisor with a fresh plan, whose brush is Team T2."""
    opened = draw()
    opened.team("T2")
    return opened


@pytest.fixture
def both(draw: Draw) -> tuple[Editor, Editor]:
    """Two supervisors who have the same fresh plan open."""
    first = draw()
    return first, draw("second", first.path)
