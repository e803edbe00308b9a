"""Twenty editors on twenty plans and two hundred people looking on, against the real server.

    python benchmarks/plan_edits.py             # on SQLite
    python benchmarks/plan_edits.py --postgis   # on a PostgreSQL with PostGIS of its own

`geoteam serve` runs in a process of its own. Every editor paints a stroke of one to eight units
about once a second and asks for the state every 1.5 s; every viewer asks every 3 s. One answer in
twenty is thrown away and the same edits are sent again, as after a lost connection. At the end each
plan must be what its log says, and every stroke must be in the log once. Prints JSON; exits 1 when
an edit takes 100 ms or more at the 95th percentile, or anything is lost.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import geopandas as gpd
import httpx
import numpy as np
import pandas as pd
import shapely

from geoteam.crs import unproject
from geoteam.model import BoundarySet, Role
from geoteam.server import ServerConfig, create_app
from geoteam.services import accounts, plan_new
from geoteam.services.setup import init_city
from geoteam.services.workspace import Workspace
from geoteam.store import boundaries
from tests import postgis
from tests.server.served import PASSWORD, enter
from tests.tiny_city import CRS, X0_M, Y0_M, write_tiny_city

LIMIT_S = 0.100
_LOST = 0.05
# Two hundred people do not open a plan within three seconds: what these take is not counted.
_OPENING_S = 10.0


@dataclass
class Person:
    """A browser that is signed in."""

    cookie: str
    token: str
    plan: int
    user: str


@dataclass
class Run:
    """What was measured."""

    counts_from: float = 0.0
    edits_s: list[float] = field(default_factory=list)
    polls_s: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    sent: dict[int, list[str]] = field(default_factory=dict)

    def took(self, began: float, times_s: list[float]) -> None:
        """Note how long a call took, once everybody has the plan open."""
        if began >= self.counts_from:
            times_s.append(time.perf_counter() - began)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgis", action="store_true")
    parser.add_argument("--editors", type=int, default=20)
    parser.add_argument("--viewers", type=int, default=200)
    parser.add_argument("--units", type=int, default=400, help="units of each plan")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="geoteam-edits-") as folder, database(options) as url:
        report = measure(Path(folder), url, options)
    print(json.dumps(report, indent=2))
    return 0 if report["ok"] else 1


@contextmanager
def database(options: argparse.Namespace) -> Iterator[str | None]:
    if not options.postgis:
        yield None
        return
    for server in postgis.server(durable=True):
        postgis.create_database(server, "edits")
        yield postgis.database(server, "edits")


def measure(folder: Path, url: str | None, options: argparse.Namespace) -> dict[str, Any]:
    editors, viewers = prepare(folder, url, options)
    port = options.port or free_port()
    environ = os.environ | ({"GEOTEAM_DATABASE_URL": url} if url else {})
    command = [Path(sys.executable).with_name("geoteam"), "--workspace", folder / "workspace"]
    server = subprocess.Popen(
        [*command, "serve", "--port", str(port)],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address)
        began_s = cpu_s(server.pid)
        run = asyncio.run(play(address, editors, viewers, options))
        used_s = cpu_s(server.pid) - began_s
        faults = run.failed[:5] + check(address, editors, run)
    finally:
        server.terminate()
        server.wait()
    edits = np.array(run.edits_s)
    report = {
        "database": "postgis" if url else "sqlite",
        "editors": len(editors),
        "viewers": len(viewers),
        "units": options.units,
        "seconds": options.seconds,
        "edit_calls": len(edits),
        "edit_ms": spread_ms(run.edits_s),
        "state_calls": len(run.polls_s),
        "state_ms": spread_ms(run.polls_s),
        "server_cpu_seconds": round(used_s, 1),
        "load_average": round(os.getloadavg()[0], 1),
        "faults": faults,
    }
    report["ok"] = not faults and bool(np.quantile(edits, 0.95) < LIMIT_S)
    return report


def spread_ms(seconds: list[float]) -> dict[str, float]:
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {name: round(1000 * float(np.quantile(seconds, at)), 1) for name, at in shares.items()}


def prepare(
    folder: Path, url: str | None, options: argparse.Namespace
) -> tuple[list[Person], list[Person]]:
    """A small city with many units, a plan for each editor, and everybody signed in."""
    profile = write_tiny_city(folder / "data")
    init_city(
        folder / "workspace",
        profile_path=profile,
        data=folder / "data",
        actor="benchmark",
        database_url=url,
    )
    workspace = Workspace.open(folder / "workspace", url)
    side = round(options.units**0.5)
    with workspace.transaction() as session:
        kind = BoundarySet("block_group", "made", date(2024, 1, 1))
        boundaries.save_set(session, kind, squares(side), workspace.now())
    names = [f"editor{k}" for k in range(options.editors)] + [f"viewer{k}" for k in range(10)]
    for name in names:
        accounts.add_user(
            workspace, "benchmark", username=name, name=name.title(), role=Role.SUPERVISOR,
            password=PASSWORD, team_refs=["*"],
        )  # fmt: skip
    app = create_app(ServerConfig(sign_ins_per_minute=10_000), workspace)
    people = {}
    for name in names:
        client = app.test_client()
        assert enter(client, name) == 303
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/").text)
        cookie = client.get_cookie("geoteam")
        assert token
        assert cookie
        people[name] = (cookie.value, token[1])
    editors = []
    for name in names[: options.editors]:
        who = accounts.sign_in(workspace, name, PASSWORD)[1]
        plan = plan_new.new_plan(workspace, who, f"Plan of {name}", "block_group", 1)
        editors.append(Person(*people[name], plan, name))
    viewers = [
        Person(*people[f"viewer{k % 10}"], editors[k % len(editors)].plan, f"viewer{k % 10}")
        for k in range(options.viewers)
    ]
    workspace.close()
    return editors, viewers


def squares(side: int) -> gpd.GeoDataFrame:
    """Square units that cover the tiny city."""
    corners_m = np.linspace(-100.0, 900.0, side + 1)
    shapes, codes = [], []
    for row, (south, north) in enumerate(pairwise(corners_m)):
        for column, (west, east) in enumerate(pairwise(corners_m)):
            x, y = np.array([west, east, east, west]), np.array([south, south, north, north])
            shapes.append(shapely.polygons(np.column_stack(unproject(X0_M + x, Y0_M + y, CRS))))
            codes.append(f"{row:03d}{column:03d}")
    index = pd.Index(codes, name="code", dtype="str")
    frame = gpd.GeoDataFrame({"name": "", "parent": ""}, geometry=shapes, index=index, crs=4326)
    return frame.astype({"name": "str", "parent": "str"})


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def wait_for(address: str) -> None:
    for _ in range(200):
        try:
            if httpx.get(f"{address}/health", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise SystemExit("the server does not answer")


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def play(
    address: str, editors: list[Person], viewers: list[Person], options: argparse.Namespace
) -> Run:
    run = Run()
    limits = httpx.Limits(max_connections=500, max_keepalive_connections=500)
    async with httpx.AsyncClient(base_url=address, timeout=30, limits=limits) as client:
        run.counts_from = time.perf_counter() + _OPENING_S
        end = run.counts_from + options.seconds
        await asyncio.gather(
            *(paint(client, one, run, end) for one in editors),
            *(look(client, one, run, end, 1.5, "&editing=1") for one in editors),
            *(look(client, one, run, end, 3.0, "") for one in viewers),
        )
    return run


async def paint(client: httpx.AsyncClient, who: Person, run: Run, end: float) -> None:
    """Paint as a browser does: keep what is not confirmed, and send it again."""
    chance = random.Random(who.plan)
    headers = {"Cookie": f"geoteam={who.cookie}", "X-CSRFToken": who.token}
    state = (await client.get(f"/plans/{who.plan}/state.json", headers=headers)).json()
    ground = (await client.get(f"/plans/{who.plan}/ground.json", headers=headers)).json()
    teams = state["teams"]
    believed = {
        unit: teams[team] if team >= 0 else ""
        for unit, team in zip(ground["units"], state["of"], strict=True)
    }
    base, queue, keys = state["seq"], [], run.sent.setdefault(who.plan, [])
    while time.perf_counter() < end:
        await asyncio.sleep(chance.uniform(0.5, 1.5))
        team = chance.choice([*teams, ""])
        units = [u for u in chance.sample(ground["units"], 8) if believed[u] != team]
        changes = {unit: [believed[unit], team] for unit in units[: chance.randint(1, 8)]}
        keys.append(f"{who.user}-{len(keys)}")
        queue.append({"key": keys[-1], "kind": "paint", "changes": changes})
        believed |= dict.fromkeys(changes, team)
        began = time.perf_counter()
        answer = await client.post(
            f"/plans/{who.plan}/edits", headers=headers, json={"base": base, "edits": queue}
        )
        run.took(began, run.edits_s)
        if answer.status_code != 200:
            run.failed.append(f"edit: {answer.status_code} {answer.text[:200]}")
        elif chance.random() >= _LOST:
            told = answer.json()
            if told["conflicts"] or told["edits"]:
                run.failed.append("somebody else changed a plan that has one editor")
            base, queue = told["seq"], []


async def look(
    client: httpx.AsyncClient, who: Person, run: Run, end: float, every_s: float, more: str
) -> None:
    chance = random.Random(f"{who.user}{who.plan}{every_s}")
    headers, seq = {"Cookie": f"geoteam={who.cookie}"}, 0
    await asyncio.sleep(chance.uniform(0, every_s))
    while time.perf_counter() < end:
        began = time.perf_counter()
        answer = await client.get(
            f"/plans/{who.plan}/state.json?since={seq}{more}", headers=headers
        )
        spent = time.perf_counter() - began
        run.took(began, run.polls_s)
        if answer.status_code != 200:
            run.failed.append(f"state: {answer.status_code}")
        else:
            seq = answer.json()["seq"]
        await asyncio.sleep(max(0.0, every_s - spent))


def check(address: str, editors: list[Person], run: Run) -> list[str]:
    """What was lost: each plan against its log, each log against what was sent."""
    faults = []
    for who in editors:
        headers = {"Cookie": f"geoteam={who.cookie}"}
        base = f"{address}/plans/{who.plan}"
        state = httpx.get(f"{base}/state.json", headers=headers, timeout=60).json()
        units = httpx.get(f"{base}/ground.json", headers=headers, timeout=60).json()["units"]
        names = [*state["teams"], ""]
        # A copy of the plan in force is where the log begins.
        plan = {u: names[team] for u, team in zip(units, state["now"], strict=True)}
        for edit in state["edits"]:
            for unit, (before, after) in edit["changes"].items():
                if plan[unit] != before:
                    faults.append(f"plan {who.plan}: {edit['key']} does not follow on {unit}")
                plan[unit] = after
        if plan != {u: names[team] for u, team in zip(units, state["of"], strict=True)}:
            faults.append(f"plan {who.plan} is not what its log says")
        keys = [edit["key"] for edit in state["edits"]]
        sent = run.sent[who.plan]
        if sorted(keys) != sorted(sent):
            faults.append(f"plan {who.plan}: {len(sent)} strokes were sent, {len(keys)} are there")
    return faults


if __name__ == "__main__":
    sys.exit(main())
