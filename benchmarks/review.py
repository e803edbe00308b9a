"""Decide on addresses over HTTP as a reviewer does, and tell how long the next one takes.

    geoteam --workspace /tmp/review init --demo
    python benchmarks/review.py --workspace /tmp/review --decisions 200 --json

The application is served by waitress on a free port; a supervisor of the demo signs in through the
form. One round is: the decision is sent, the redirect is followed and the next item's page is read
whole (``next``), then the document of its map (``map``). Every decision is kept: give a workspace
that you can spare. CPU seconds are the whole process's, server and reader together.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import tempfile
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from geoteam.server import ServerConfig, serve
from geoteam.services.demo_accounts import demo_accounts
from geoteam.services.workspace import Workspace

CHOICES = ("candidate:0", "no_fixed_address", "outside", "invalid")


class Reader:
    """One browser: a kept-alive connection, cookies, forms; no scripts and no pictures."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.connection = HTTPConnection(parts.hostname or "", parts.port)
        self.cookie = ""

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
        body = urlencode(fields) if fields else None
        headers = {"Cookie": self.cookie}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for value in answer.headers.get_all("Set-Cookie") or ():
            self.cookie = value.partition(";")[0]
        if answer.status in (302, 303):
            return self.ask("GET", answer.headers["Location"])
        self.path = path
        return answer.status, text


def token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    if not found:
        raise SystemExit("the page has no form")
    return found[1]


def decide(reader: Reader, page: str, turn: int) -> tuple[float, float, str]:
    """Send one decision; return seconds until the next page, then until its map, and the page."""
    action = re.search(r'action="(/review/\d+)" data-busy', page)
    if not action:
        raise SystemExit("nothing is left to decide; use fewer decisions")
    wanted = CHOICES[turn % len(CHOICES)]
    chosen = wanted if f'value="{wanted}"' in page else "invalid"
    fields = {"csrf_token": token(page), "decision": chosen, "why": "Called the client"}
    began = time.perf_counter()
    status, following = reader.ask("POST", action[1], fields)
    next_s = time.perf_counter() - began
    if status != 200:
        raise SystemExit(f"the decision was answered with {status}")
    frame = re.search(r'src="(/review/\d+/map)"', following)
    began = time.perf_counter()
    if frame:
        reader.ask("GET", frame[1])
    return next_s, time.perf_counter() - began, following


def percentiles(seconds: list[float]) -> dict[str, float]:
    cut = statistics.quantiles(seconds, n=100, method="inclusive")
    return {name: round(1000 * cut[at - 1], 1) for name, at in (("p50_ms", 50), ("p95_ms", 95))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--decisions", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "workspace"
        shutil.copytree(options.workspace, copy)
        figures = measure(Workspace.open(copy), options.decisions)
    if options.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:16} {value}")


def measure(workspace: Workspace, decisions: int) -> dict[str, object]:
    started, found = threading.Event(), []

    def ready(address: str) -> None:
        found.append(address)
        started.set()

    server = threading.Thread(
        target=serve, args=(ServerConfig(port=0), workspace), kwargs={"ready": ready}, daemon=True
    )
    server.start()
    started.wait(30)
    account = next(one for one in demo_accounts(workspace) if one.role == "supervisor")
    reader = Reader(found[0])
    _, page = reader.ask("GET", "/sign-in")
    fields = {"csrf_token": token(page), "username": account.username}
    reader.ask("POST", "/sign-in", fields | {"password": account.password})
    _, page = reader.ask("GET", "/review/next")
    cpu, began = time.process_time(), time.perf_counter()
    pages_s, maps_s = [], []
    for turn in range(decisions):
        next_s, map_s, page = decide(reader, page, turn)
        pages_s.append(next_s)
        maps_s.append(map_s)
    return {
        "decisions": decisions,
        **{f"next_{name}": value for name, value in percentiles(pages_s).items()},
        **{f"map_{name}": value for name, value in percentiles(maps_s).items()},
        **{
            f"both_{name}": value
            for name, value in percentiles(
                [a + b for a, b in zip(pages_s, maps_s, strict=True)]
            ).items()
        },
        "wall_s": round(time.perf_counter() - began, 2),
        "cpu_s": round(time.process_time() - cpu, 2),
    }


if __name__ == "__main__":
    main()
