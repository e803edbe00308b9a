"""Compare geoteam's geocoder with addok and with Nominatim on the same points and texts.

    benchmarks/peers_setup.sh install DIR       # once, on a Debian machine
    python benchmarks/geocode_peers.py --peers DIR [--each 500] [--rows 200000] [--limit-s 300]

Every engine holds nine in ten address points of Washington, DC, and nothing else but what the
street network gives; none is told the ZIP. The points that none holds are two classes of their
own, all other classes are of points that all hold. An answer is wrong when it is farther than
100 m from the true point or in another service area; every place for a made-up street is wrong.
"All" counts each returned place, "sure" what the engine itself holds for certain: for geoteam what
it accepts without review, for addok its MATCH_THRESHOLD, for Nominatim a house. Shares are of all
rows.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import geopandas as gpd  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from peers_reference import withheld  # noqa: E402

from geoteam.geocoding import decide, geocode  # noqa: E402
from tests.geocoding import dc  # noqa: E402
from tests.geocoding.noise import Clerk, Typist, held_out  # noqa: E402

SETUP = Path(__file__).with_name("peers_setup.sh")
PEERS = ("addok", "nominatim")
SLIPS = {"typo": "letter", "unit": "unit", "no type": "untyped"}
MISSING = {"not in the table": "clean", "not in the table, no quadrant": "no quadrant"}
CLASSES = ("clean", "messy", "two slips", "no quadrant", *SLIPS, *MISSING, "fake street")
FAR_M = 100.0
# Names that American towns give their streets; those that the city has are left out.
COMMON = """
MAIN ELMWOOD SUNSET LAKEVIEW HILLCREST MEADOW RIDGE WILLOWBROOK ORCHARD FOREST BRIARWOOD
COTTONWOOD SYCAMORE DOGWOOD MAGNOLIA EVERGREEN STONEBRIDGE FAIRWAY PHEASANT HARVEST MILLPOND
BROOKSIDE CLEARWATER SPRINGDALE OAKRIDGE GLENDALE PINEHURST WINDSOR LANCASTER BUCKINGHAM
TIMBERLINE SADDLEBACK FOXGLOVE BLUEBELL THORNHILL WHISPERING CRESTVIEW PRAIRIE SILVERLEAF
"""


def _text(kind: str, row: Any, typist: Typist, clerk: Clerk) -> str:
    """One address with the noise of a class; '' where the class does not apply to it."""
    plain = (row.number, row.street, row.quadrant)
    if kind == "clean":
        return typist.clean(*plain)
    if kind == "messy":
        return typist.messy(*plain)[0]
    if kind == "no quadrant":
        return f"{row.number} {row.street}"
    if kind == "two slips":
        return clerk.any(*plain, row.zip)[0]
    text, done = clerk.write(*plain, row.zip, (SLIPS[kind],))
    return text if done else ""


def fake_texts(city: dc.City, each: int, seed: int) -> list[str]:
    """Addresses on streets that the city does not have: common names and heaps of letters."""
    rng = np.random.default_rng(seed)
    known = {word for street in city.addresses["street"].unique() for word in street.split()}
    names = [name for name in COMMON.split() if name not in known]
    letters = np.array(list("BCDFGKLMNPRSTVXZ"))
    out = []
    for i in range(each):
        name = "".join(rng.choice(letters, 9)) if i % 2 else str(rng.choice(names))
        kind, corner = rng.choice(["STREET", "AVENUE", "PLACE"]), rng.choice(dc_corners(city))
        out.append(f"{rng.integers(100, 4000)} {name} {kind} {corner}")
    return out


def dc_corners(city: dc.City) -> list[str]:
    """The city's quadrants."""
    return list(city.profile.city.quadrants)


def make_rows(city: dc.City, points: gpd.GeoDataFrame, each: int, seed: int) -> pd.DataFrame:
    """Texts of every class with their true point, the classes taking turns."""
    typist, clerk = Typist(seed), Clerk(seed)
    parts = []
    absent = withheld(points)
    for number, kind in enumerate(CLASSES[:-1]):
        some = points[absent == (kind in MISSING)].sample(frac=1, random_state=seed + number)
        texts: dict[Any, str] = {}
        for row in some.itertuples():
            text = _text(MISSING.get(kind, kind), row, typist, clerk)
            if text:
                texts[row.Index] = text
            if len(texts) == each:
                break
        place = points.geometry[list(texts)]
        columns = {"text": list(texts.values()), "lon": place.x.values, "lat": place.y.values}
        parts.append(pd.DataFrame({"kind": kind, **columns}))
    fake = fake_texts(city, each, seed)
    parts.append(pd.DataFrame({"kind": CLASSES[-1], "text": fake, "lon": np.nan, "lat": np.nan}))
    rows = pd.concat([part.rename_axis("turn").reset_index() for part in parts])
    return rows.sort_values("turn", kind="stable").drop(columns="turn").reset_index(drop=True)


def ask_geoteam(city: dc.City, rows: pd.DataFrame) -> dict[str, Any]:
    """Geocode with geoteam; sure is what it accepts without review."""
    cpu, start = time.process_time(), time.perf_counter()
    found = geocode(rows["text"], city.index)
    used, wall = time.process_time() - cpu, time.perf_counter() - start
    sure = decide(found, city.ambiguous(found))["decision"] == "accepted"
    answers = pd.DataFrame(
        {"lon": found["lon"], "lat": found["lat"], "sure": sure, "label": found["matched_address"]}
    )
    return {"answers": answers, "wall_s": wall, "cpu_s": used}


def ask_peer(peer: str, folder: Path, rows: pd.DataFrame, limit_s: float) -> dict[str, Any]:
    """Geocode with a peer in its own environment, or say why it cannot."""
    texts = rows["text"].tolist()
    given = json.dumps({"texts": texts, "warm_up": texts[-30:], "limit_s": limit_s})
    done = subprocess.run(
        [SETUP, "run", folder, peer], input=given, capture_output=True, text=True, check=False
    )
    if done.returncode:
        return {"absent": (done.stderr.strip().splitlines() or ["no reason given"])[-1]}
    out = json.loads(done.stdout)
    none = {"lon": np.nan, "lat": np.nan, "sure": False, "label": ""}
    answers = pd.DataFrame([answer or none for answer in out["answers"]], columns=list(none))
    wall = float(sum(out["seconds"]))
    return {"answers": answers, "wall_s": wall} | {
        k: out[k] for k in ("cpu_s", "failed", "version")
    }


def score(city: dc.City, rows: pd.DataFrame, answers: pd.DataFrame) -> dict[str, Any]:
    """For each class: how many answers, and how many of them wrong, as shares of its rows."""
    rows = rows.iloc[: len(answers)]
    placed = answers["lon"].notna().to_numpy()
    away = city.metres(rows["lon"], rows["lat"], answers["lon"], answers["lat"])
    other = city.units(rows["lon"], rows["lat"]) != city.units(answers["lon"], answers["lat"])
    # A made-up street has no true point: NaN is not near, so each place for it is wrong.
    bad = placed & (~(away <= FAR_M) | other)
    sure = placed & answers["sure"].to_numpy(dtype=bool)
    table = pd.DataFrame(
        {
            "all_answered": placed,
            "all_wrong": bad,
            "sure_answered": sure,
            "sure_wrong": sure & bad,
        }
    ).groupby(rows["kind"].to_numpy())
    means, counts = table.mean().round(5), table.size()
    return {kind: {"rows": int(counts[kind]), **means.loc[kind]} for kind in CLASSES}


def speed(wall_s: float, cpu_s: float, rows: int) -> dict[str, float]:
    """Rows a second by the clock and by the processors' time."""
    return {
        "rows": rows,
        "rows_per_second": round(rows / wall_s, 1),
        "rows_per_cpu_second": round(rows / cpu_s, 1),
    }


def geoteam_speed(city: dc.City, points: gpd.GeoDataFrame, rows: int) -> dict[str, float]:
    """Speed on messy texts with few repeats; one process."""
    texts: list[str] = []
    copy = 0
    while len(texts) < rows:
        typist = Typist(100 + copy)
        columns = zip(points["number"], points["street"], points["quadrant"], strict=True)
        texts += [typist.messy(*row)[0] for row in columns]
        copy += 1
    table = pd.Series(texts[:rows])
    cpu, start = time.process_time(), time.perf_counter()
    geocode(table, city.index)
    wall = time.perf_counter() - start
    return speed(wall, time.process_time() - cpu, rows)


def markdown(figures: dict[str, Any]) -> str:
    """The figures as two tables."""
    engines = figures["engines"]
    here = [name for name, engine in engines.items() if "absent" not in engine]
    fast = engines["geoteam"]["speed_many"]
    lines = ["| engine | rows/s | rows per CPU second | geoteam is faster by (clock, CPU) |",
             "| --- | ---: | ---: | ---: |"]  # fmt: skip
    lines.append(f"| geoteam, {fast['rows']:,} rows | {fast['rows_per_second']:,.0f} "
                 f"| {fast['rows_per_cpu_second']:,.0f} | |")  # fmt: skip
    for name in here[1:]:
        slow = engines[name]["speed"]
        times = [fast[k] / slow[k] for k in ("rows_per_second", "rows_per_cpu_second")]
        lines.append(
            f"| {name} {engines[name]['version']}, {slow['rows']:,} rows "
            f"| {slow['rows_per_second']:,.0f} | {slow['rows_per_cpu_second']:,.0f} "
            f"| {times[0]:,.0f} x, {times[1]:,.0f} x |"
        )
    head = "".join(f" {name}, all | {name}, sure |" for name in here)
    lines += ["", f"| wrong (answered), % of rows |{head}", "| --- |" + " ---: |" * (2 * len(here))]
    for kind in CLASSES:
        cells = [
            f"{100 * engines[name]['quality'][kind][f'{how}_wrong']:.1f} "
            f"({100 * engines[name]['quality'][kind][f'{how}_answered']:.0f})"
            for name in here
            for how in ("all", "sure")
        ]
        lines.append(f"| {kind} | " + " | ".join(cells) + " |")
    absent = [f"- {n} is absent: {e['absent']}" for n, e in engines.items() if "absent" in e]
    return "\n".join(lines + absent)


def main() -> None:
    """Print the figures as JSON and as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "dc")
    parser.add_argument("--peers", type=Path, required=True, help="folder made by peers_setup.sh")
    parser.add_argument("--each", type=int, default=500, help="texts of each class")
    parser.add_argument("--rows", type=int, default=200_000, help="texts for geoteam's speed")
    parser.add_argument("--limit-s", type=float, default=300.0, help="time for each peer")
    parser.add_argument("--held-out", action="store_true", help="use only the unseen streets")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--answers", type=Path, help="also write every answer to this CSV")
    given = parser.parse_args()
    city = dc.City(given.data)
    points = city.truth()
    if given.held_out:
        points = points[[held_out(street) for street in points["street"]]]
    # The same table for all: no hundred-blocks, places or ZIP areas.
    city.sources = {"intersections": city.sources["intersections"]}
    city.index = city.build(city.addresses[~withheld(city.addresses)])
    rows = make_rows(city, points, given.each, given.seed)
    before = os.getloadavg()
    asked = {"geoteam": ask_geoteam(city, rows)}
    subprocess.run([SETUP, "start", given.peers], check=True)
    try:
        for peer in PEERS:
            asked[peer] = ask_peer(peer, given.peers, rows, given.limit_s)
    finally:
        subprocess.run([SETUP, "stop", given.peers], check=False)
    engines: dict[str, Any] = {}
    for name, out in asked.items():
        if "absent" in out:
            engines[name] = out
            continue
        answers = out.pop("answers")
        pace = speed(out.pop("wall_s"), out.pop("cpu_s"), len(answers))
        engines[name] = out | {"speed": pace, "quality": score(city, rows, answers)}
        rows = rows.join(answers.add_prefix(f"{name}_"))
    engines["geoteam"]["speed_many"] = geoteam_speed(city, points, given.rows)
    if given.answers:
        rows.to_csv(given.answers, index=False)
    figures = {"load": {"before": before, "after": os.getloadavg()}, "engines": engines}
    print(json.dumps(figures, indent=2))
    print(markdown(figures))


if __name__ == "__main__":
    main()
