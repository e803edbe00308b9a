"""The whole line: seconds and peak memory of init and assign, and the map page in Chromium.

``python benchmarks/line.py [--data ../shared/data/dc] [--clients 8000] --json``
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
GEOTEAM = Path(sys.executable).parent / "geoteam"
DRAWN = "document.querySelectorAll('.leaflet-interactive').length > 20"


def run(*arguments: str) -> dict[str, float]:
    """Run a command; return wall seconds, processor seconds and peak memory of it alone."""
    before = time.perf_counter()
    process = subprocess.Popen(
        [str(GEOTEAM), *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"geoteam {' '.join(arguments)} failed with status {status}")
    return {
        "seconds": round(time.perf_counter() - before, 2),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_mb": round(usage.ru_maxrss / 1024),
    }


def map_page(workspace: Path) -> dict[str, Any]:
    """Measure the map's document: server time, bytes, and time to a drawn map in Chromium."""
    import threading

    from geoteam.server.config import ServerConfig
    from geoteam.server.serve import serve
    from geoteam.services.demo_accounts import demo_accounts
    from geoteam.services.workspace import Workspace

    opened = Workspace.open(workspace)
    addresses: list[str] = []
    started = threading.Event()

    def ready(address: str) -> None:
        addresses.append(address)
        started.set()

    threading.Thread(
        target=serve, args=(ServerConfig(port=0), opened), kwargs={"ready": ready}, daemon=True
    ).start()
    if not started.wait(30):
        raise SystemExit("the server did not start")
    password = {a.username: a.password for a in demo_accounts(opened)}["supervisor"]
    return browse(addresses[0], password)


def browse(address: str, password: str) -> dict[str, Any]:
    """Open the map three times as the supervisor; the median counts."""
    from playwright.sync_api import sync_playwright

    layers = "layers=client&layers=district&layers=office&layers=station"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{address}/sign-in")
        page.fill("input[name=username]", "supervisor")
        page.fill("input[name=password]", password)
        page.click("button[type=submit]")
        page.wait_for_load_state()
        server_s, bytes_, drawn_s = [], 0, []
        for _ in range(4):
            began = time.perf_counter()
            response = page.goto(f"{address}/map/frame?{layers}")
            server_s.append(time.perf_counter() - began)
            bytes_ = len(response.body()) if response else 0
            while not page.evaluate(
                "document.querySelectorAll('.leaflet-interactive').length > 20"
            ):
                time.sleep(0.02)
            drawn_s.append(time.perf_counter() - began)
        browser.close()
    # The first opening loads the workspace; the others are what a user meets.
    return {
        "bytes": bytes_,
        "loaded_s": round(sorted(server_s[1:])[1], 2),
        "drawn_s": round(sorted(drawn_s[1:])[1], 2),
        "first_drawn_s": round(drawn_s[0], 2),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "dc")
    parser.add_argument("--clients", type=int, default=8000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as scratch:
        demo = Path(scratch) / "demo"
        clients = str(options.clients)
        results["init_demo"] = run("--workspace", str(demo), "init", "--demo", "--clients", clients)
        clients_file = str(demo / "city" / "staff" / "clients.csv")
        again = ("--workspace", str(demo), "clients", "import", clients_file)
        results["import_again"] = run(*again)
        results["assign"] = run("--workspace", str(demo), "assign")
        if shutil.which("chromium"):
            results["map_page"] = map_page(demo)
        if (options.data / "SOURCES.md").is_file():
            arguments = ["init", "--profile", str(ROOT / "boundaries" / "dc.toml")]
            arguments += ["--data", str(options.data), "--synthetic-clients", clients]
            results["init_dc"] = run("--workspace", str(Path(scratch) / "dc"), *arguments)
    results["machine"] = {"cores": os.cpu_count(), "load": os.getloadavg()[0]}
    results["peak_mb_here"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(results, indent=None if options.json else 2))


if __name__ == "__main__":
    main()
