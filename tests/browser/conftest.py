"""A real server on a real port, and Debian's Chromium that watches what a page does."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Request,
    ViewportSize,
    sync_playwright,
)

from geoteam.server import ServerConfig, serve
from geoteam.services.workspace import Workspace
from tests.server.served import PASSWORD, Clock, made

__all__ = ["made"]

CHROMIUM = "/usr/bin/chromium"
REQUIRE = "GEOTEAM_REQUIRE_BROWSER"
WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 390, "height": 844}


@dataclass
class Watched:
    """A page, with every request that it made and everything that it said."""

    page: Page
    host: str
    requests: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def outside(self) -> list[str]:
        """Requests that left the host."""
        return [url for url in self.requests if urlsplit(url).netloc not in {"", self.host}]

    def check(self) -> None:
        """Fail when a request left the host or the console was not silent."""
        assert self.outside() == []
        assert self.said == []


# Signs in as a user, on a screen of a size.
OpenAs: TypeAlias = Callable[[str, dict[str, int]], Watched]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test here a second go, as pages wait for other work; the report counts both."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


def serve_copy(made: Path, folder: Path, clock: Callable[[], datetime]) -> str:
    """Run a server as in production, with a copy of the tiny city; returns its address."""
    shutil.copytree(made, folder)
    return serve_workspace(Workspace.open(folder, clock=clock))


def serve_workspace(workspace: Workspace) -> str:
    """Run a server as in production; returns its address."""
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
    return found[0]


@pytest.fixture(scope="session")
def address(made: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of a server that runs as in production, with the tiny city."""
    return serve_copy(made, tmp_path_factory.mktemp("served") / "workspace", Clock())


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A browser; the tests skip without one, or fail where one is required."""
    if not Path(CHROMIUM).is_file():
        reason = f"there is no {CHROMIUM} (apt-get install chromium)"
        if os.environ.get(REQUIRE) == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


def watch(context: BrowserContext, address: str) -> Watched:
    """Open a page and note what it asks for and says."""
    page = context.new_page()
    watched = Watched(page, urlsplit(address).netloc)

    def asked(request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")):
            watched.requests.append(request.url)

    page.on("request", asked)
    page.on("console", lambda message: watched.said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: watched.said.append(f"error: {error}"))
    return watched


def sign_in(page: Page, user: str) -> None:
    """Sign in through the form."""
    page.goto("/sign-in")
    page.get_by_label("User name").fill(user)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("/")


@pytest.fixture
def open_as(chromium: Browser, address: str) -> Iterator[OpenAs]:
    """Sign in as a user, or as the one of a role, on a screen of a size."""
    contexts = []

    def enter(user: str, screen: dict[str, int]) -> Watched:
        context = chromium.new_context(
            base_url=address,
            viewport=ViewportSize(width=screen["width"], height=screen["height"]),
            locale="en-US",
            timezone_id="America/New_York",
            reduced_motion="reduce",
            has_touch=screen is NARROW,
        )
        contexts.append(context)
        watched = watch(context, address)
        sign_in(watched.page, user)
        return watched

    yield enter
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder for screenshots: GEOTEAM_SCREENSHOTS, or one that pytest cleans up."""
    named = os.environ.get("GEOTEAM_SCREENSHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
