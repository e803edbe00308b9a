"""The browser's figures against ours: the same numbers after the same moves."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from geoteam.plans import Layout, Load, Tally, plan_metrics, team_metrics
from tests.plans.grounds import CRS, grid

WEB = Path(__file__).parents[2] / "web"
TEAMS = ["T1", "T2", "T3", "T4", "T5"]
# What the editor follows with every stroke; the other figures of a team need hulls.
TEAM_KEYS = [
    "units", "clients", "workload", "officers", "workload_per_officer", "deviation", "pieces",
    "holes", "area_m2", "outline_m", "polsby_popper",
]  # fmt: skip
RUN = """
import {{ readFileSync }} from "node:fs";
import {{ Ground }} from "{web}/src/editor/ground.ts";
import {{ Tally }} from "{web}/src/editor/tally.ts";
const {{ ground, of, moves }} = JSON.parse(readFileSync(0, "utf8"));
const tally = new Tally(new Ground(ground), Int32Array.from(of));
const told = () => ({{ teams: tally.teams(), plan: tally.plan() }});
const steps = [told()];
for (const [unit, team] of moves) {{
  tally.move(unit, team);
  steps.push(told());
}}
process.stdout.write(JSON.stringify(steps));
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The browser's own tally, made to run outside a browser."""
    esbuild = WEB / "node_modules" / ".bin" / "esbuild"
    if shutil.which("node") is None or not esbuild.is_file():
        pytest.skip("needs node and web/node_modules (make setup)")
    folder = tmp_path_factory.mktemp("tally")
    entry = folder / "run.ts"
    entry.write_text(RUN.format(web=WEB.as_posix()), encoding="utf-8")
    made = folder / "run.mjs"
    subprocess.run(
        [esbuild, entry, "--bundle", "--platform=node", "--format=esm", f"--outfile={made}"],
        check=True,
        capture_output=True,
    )
    return made


def made_load(layout: Layout, random: np.random.Generator) -> Load:
    """People by chance: some units empty, some clients without a team or an officer."""
    clients = random.integers(0, 4, len(layout.units)) * random.integers(0, 20, len(layout.units))
    split = [
        random.multinomial(clients, np.ones(len(TEAMS) + 1) / (len(TEAMS) + 1)) for _ in range(2)
    ]
    return Load(
        clients=clients.astype(np.int64),
        workload=clients * random.uniform(0.5, 8.0, len(clients)).round(2),
        by_team=split[0][:, :-1].astype(np.int64),
        by_officer=split[1][:, :-1].astype(np.int64),
    )


def as_ground(layout: Layout, load: Load, officers: np.ndarray) -> dict[str, object]:
    """What the tally reads of the ground that the editor is sent."""
    count = len(layout.units)

    def sparse(table: np.ndarray) -> list[list[int]]:
        return [[int(u), int(t), int(table[u, t])] for u, t in np.argwhere(table)]

    return {
        "plan": 1, "name": "", "set": 1, "unit_kind": "block", "noun": "block",
        "units": list(layout.units), "labels": list(layout.units), "parents": [""] * count,
        "origin": [0, 0], "scale": 1e6, "shapes": [[] for _ in range(count)],
        "area_m2": layout.area_m2.tolist(), "outline_m": layout.outline_m.tolist(),
        "edges": layout.edges.ravel().tolist(), "shared_m": layout.shared_m.tolist(),
        "sides": [[] for _ in layout.edges], "rim": layout.rim.astype(int).tolist(),
        "hull": {"x_m": [], "y_m": [], "unit": []},
        "clients": load.clients.tolist(), "workload": load.workload.tolist(),
        "by_team": sparse(load.by_team), "by_officer": sparse(load.by_officer),
        "teams": [
            {"ref": team, "name": team, "officers": float(share), "office": None}
            for team, share in zip(TEAMS, officers, strict=True)
        ],
        "fills": [["#1f77b4", 0]] * len(TEAMS),
        "address": "",
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_browser_and_server_count_the_same_after_every_move(script: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    layout = Layout.from_frame(grid(8, 7), crs=CRS)
    load = made_load(layout, random)
    # One team without officers: it has no share of the work.
    officers = np.array([2.0, 3.5, 0.0, 1.0, 0.5])
    # Blocks of one team, so that there are pieces and holes; some units without a team.
    start = np.repeat(random.integers(-1, len(TEAMS), 14), 4)
    moves = [
        (int(unit), int(team))
        for unit, team in zip(
            random.integers(0, len(layout.units), 120),
            random.integers(-1, len(TEAMS), 120),
            strict=True,
        )
    ]
    sent = {
        "ground": as_ground(layout, load, officers),
        "of": start.tolist(),
        "moves": moves,
    }
    ran = subprocess.run(
        ["node", script], input=json.dumps(sent), capture_output=True, text=True, check=True
    )
    steps = json.loads(ran.stdout)

    tally = Tally(layout, load, teams=TEAMS, officers=officers, assignment=start)
    for at, told in enumerate(steps):
        if at:
            tally.move(*moves[at - 1])
        ours = team_metrics(tally, live=True)
        for row, (team, mine) in zip(told["teams"], ours.iterrows(), strict=True):
            theirs = [np.nan if row[key] is None else row[key] for key in TEAM_KEYS]
            wanted = mine[TEAM_KEYS].to_numpy(dtype=float)
            np.testing.assert_allclose(theirs, wanted, rtol=1e-6, atol=1e-6, err_msg=str(team))
        assert set(told["plan"]) == set(plan_metrics(tally))
        for key, value in plan_metrics(tally).items():
            theirs_one = np.nan if told["plan"][key] is None else told["plan"][key]
            np.testing.assert_allclose(theirs_one, value, rtol=1e-6, atol=1e-6, err_msg=key)
    holes = team_metrics(tally)["holes"]
    assert len(steps) == 121
    assert holes.notna().all()
