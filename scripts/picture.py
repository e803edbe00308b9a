"""Take the README's picture of the map: python scripts/picture.py WORKSPACE docs/map.png"""

from __future__ import annotations

import io
import shutil
import sys
import threading
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from geoteam.server.config import ServerConfig
from geoteam.server.serve import serve
from geoteam.services.demo_accounts import demo_accounts
from geoteam.services.workspace import Workspace


def serve_in_background(workspace: Workspace) -> str:
    """Start the server on a free port and return its address."""
    started = threading.Event()
    address: list[str] = []

    def ready(found: str) -> None:
        address.append(found)
        started.set()

    threading.Thread(
        target=serve, args=(ServerConfig(port=0), workspace), kwargs={"ready": ready}, daemon=True
    ).start()
    if not started.wait(60):
        raise SystemExit("the server did not start")
    return address[0]


def main() -> None:
    """Sign in as the demo supervisor and take the picture."""
    workspace = Workspace.open(Path(sys.argv[1]))
    password = {account.username: account.password for account in demo_accounts(workspace)}
    address = serve_in_background(workspace)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{address}/sign-in")
        page.fill("input[name=username]", "supervisor")
        page.fill("input[name=password]", password["supervisor"])
        page.click("button[type=submit]")
        page.goto(f"{address}/map")
        page.wait_for_timeout(4000)
        shot = page.screenshot()
        browser.close()
    # 128 colours are enough for a map, at a third of the size.
    Image.open(io.BytesIO(shot)).convert("RGB").quantize(128).save(sys.argv[2], optimize=True)


if __name__ == "__main__":
    main()
