"""Compare geoteam's geocoder with addok and with Nominatim on the same points and texts.

    benchmarks/peers_setup.sh install DIR       # once, on a Debian machine
    python benchmarks/geocode_peers.py --peers DIR [--each 500] [--many 200000] [--limit-s 60]

Every engine holds nine in ten address points of Washington, DC, and nothing else but what the
street network gives; none is told the ZIP. The points that none holds are two classes of their
own, all other classes are of points that all hold. An answer is wrong when it is farther than
100 m from the true point or in another service area; every place for a made-up street is wrong.
"All" counts each returned place, "sure" what the engine itself holds for certain: for geoteam what
it accepts without review, for addok its MATCH_THRESHOLD, for Nominatim a house. Shares are of all
rows. Speed is measured class by class in one process for each engine, the CPU time of a peer's
database included; geoteam's on more texts of the same classes, none of them twice.
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

import geopandas as gpd
import numpy as np
import pandas as pd
from peers_reference import withheld

from geoteam.geocoding import decide, geocode
from tests.geocoding import dc
from tests.geocoding.noise import Clerk, Typist, held_out

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


def write_texts(pool: gpd.GeoDataFrame, kind: str, each: int, seed: int) -> dict[str, Any]:
    """Different texts of a class, as many as wanted or as there are -> the label of the point."""
    typist, clerk = Typist(seed), Clerk(seed)
    texts: dict[str, Any] = {}
    had = -1
    while had < len(texts) < each:
        had = len(texts)
        for row in pool.sample(frac=1, random_state=seed + had).itertuples():
            text = _text(kind, row, typist, clerk)
            if text and len(texts) < each:
                texts.setdefault(text, row.Index)
    return texts


def make_rows(city: dc.City, points: gpd.GeoDataFrame, each: int, seed: int) -> pd.DataFrame:
    """Texts of every class with their true point."""
    parts = []
    absent = withheld(points)
    for number, kind in enumerate(CLASSES[:-1]):
        pool = points[absent == (kind in MISSING)]
        texts = write_texts(pool, MISSING.get(kind, kind), each, seed + number)
        place = points.geometry[list(texts.values())]
        columns = {"text": list(texts), "lon": place.x.values, "lat": place.y.values}
        parts.append(pd.DataFrame({"kind": kind, **columns}))
    fake = fake_texts(city, each, seed)
    parts.append(pd.DataFrame({"kind": CLASSES[-1], "text": fake, "lon": np.nan, "lat": np.nan}))
    return pd.concat(parts, ignore_index=True)


def ask_geoteam(city: dc.City, texts: pd.Series) -> dict[str, Any]:
    """Geocode with geoteam; sure is what it accepts without review."""
    cpu, start = time.process_time(), time.perf_counter()
    found = geocode(texts, city.index)
    used, wall = time.process_time() - cpu, time.perf_counter() - start
    sure = decide(found, city.ambiguous(found))["decision"] == "accepted"
    columns = {"lon": found["lon"], "lat": found["lat"], "label": found["matched_address"]}
    return {"answers": pd.DataFrame(columns | {"sure": sure}), "wall_s": wall, "cpu_s": used}


def ask_peer(peer: str, folder: Path, rows: pd.DataFrame, limit_s: float) -> dict[str, Any]:
    """Geocode with a peer in its own environment, or say why it cannot."""
    classes = {kind: rows["text"][rows["kind"] == kind].tolist() for kind in CLASSES}
    done = subprocess.run(
        [SETUP, "run", folder, peer],
        input=json.dumps({"classes": classes, "limit_s": limit_s}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return {"absent": (done.stderr.strip().splitlines() or ["no reason given"])[-1]}
    out = json.loads(done.stdout)
    none = {"lon": np.nan, "lat": np.nan, "label": "", "sure": False}
    for kind, part in out["classes"].items():
        answers = pd.DataFrame([one or none for one in part["answers"]], columns=list(none))
        part["answers"] = answers.set_index(rows.index[rows["kind"] == kind][: len(answers)])
    return dict(out)


def score(city: dc.City, rows: pd.DataFrame, answers: pd.DataFrame) -> dict[str, Any]:
    """How many answers, and how many of them wrong, as shares of the rows."""
    rows = rows.loc[answers.index]
    placed = answers["lon"].notna().to_numpy()
    away = city.metres(rows["lon"], rows["lat"], answers["lon"], answers["lat"])
    other = city.units(rows["lon"], rows["lat"]) != city.units(answers["lon"], answers["lat"])
    # A made-up street has no true point: NaN is not near, so each place for it is wrong.
    wrong = placed & (~(away <= FAR_M) | other)
    sure = placed & answers["sure"].to_numpy(dtype=bool)
    shares = {
        "all_answered": placed,
        "all_wrong": wrong,
        "sure_answered": sure,
        "sure_wrong": sure & wrong,
    }
    return {"rows": len(rows)} | {name: round(float(v.mean()), 5) for name, v in shares.items()}


def pace(part: dict[str, Any], rows: int) -> dict[str, float]:
    """Rows a second by the clock and by the processors' time."""
    return {
        "timed_rows": rows,
        "rows_per_second": round(rows / part.pop("wall_s"), 1),
        "rows_per_cpu_second": round(rows / part.pop("cpu_s"), 1),
    }


def speeds(engine: dict[str, Any]) -> list[float]:
    """Rows a second and a CPU second: of messy texts, then of all classes in equal parts."""
    classes = engine["classes"]
    names = ("rows_per_second", "rows_per_cpu_second")
    mixed = [len(classes) / sum(1 / part[name] for part in classes.values()) for name in names]
    return [classes["messy"][name] for name in names] + mixed


def markdown(engines: dict[str, Any]) -> str:
    """The figures as two tables."""
    here = [name for name, engine in engines.items() if "absent" not in engine]
    lines = [
        "| rows/s | messy, clock | messy, CPU | all classes, clock | all classes, CPU |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    fast = speeds(engines["geoteam"])
    for name in here:
        slow = speeds(engines[name])
        cells = [f"{v:,.0f}" for v in slow]
        if name != "geoteam":
            cells = [f"{v} ({f / s:,.0f} x)" for v, f, s in zip(cells, fast, slow, strict=True)]
        release = engines[name].get("version", "")
        lines.append(f"| {name} {release} | {' | '.join(cells)} |")
    head = "".join(f" {name}, all | {name}, sure |" for name in here)
    lines += ["", f"| wrong (answered), % of rows |{head}", "| --- |" + " ---: |" * (2 * len(here))]
    for kind in CLASSES:
        cells = [
            f"{100 * engines[name]['classes'][kind][f'{how}_wrong']:.1f} "
            f"({100 * engines[name]['classes'][kind][f'{how}_answered']:.0f})"
            for name in here
            for how in ("all", "sure")
        ]
        lines.append(f"| {kind} | " + " | ".join(cells) + " |")
    absent = [f"- {n} is absent: {e['absent']}" for n, e in engines.items() if "absent" in e]
    return "\n".join(lines + absent)


def compare(given: argparse.Namespace) -> dict[str, Any]:
    """Ask every engine and score its answers."""
    city = dc.City(given.data)
    points = city.truth()
    if given.held_out:
        points = points[[held_out(street) for street in points["street"]]]
    # The same table for all: no hundred-blocks, places or ZIP areas.
    city.sources = {"intersections": city.sources["intersections"]}
    city.index = city.build(city.addresses[~withheld(city.addresses)])
    rows = make_rows(city, points, given.each, given.seed)
    groups = rows.groupby("kind", sort=False)["text"]
    engines: dict[str, Any] = {
        "geoteam": {"classes": {kind: ask_geoteam(city, texts) for kind, texts in groups}}
    }
    subprocess.run([SETUP, "start", given.peers], check=False)
    try:
        for peer in PEERS:
            engines[peer] = ask_peer(peer, given.peers, rows, given.limit_s)
    finally:
        subprocess.run([SETUP, "stop", given.peers], check=False)
    for name, engine in engines.items():
        parts = engine.get("classes", {}).values()
        answers = [part.pop("answers") for part in parts]
        for part, its in zip(parts, answers, strict=True):
            part |= pace(part, len(its)) | score(city, rows, its)
        if answers:
            rows = rows.join(pd.concat(answers).add_prefix(f"{name}_"))
    for kind, texts in make_rows(city, points, given.many, given.seed + 1).groupby("kind")["text"]:
        engines["geoteam"]["classes"][kind] |= pace(ask_geoteam(city, texts), len(texts))
    if given.answers:
        rows.to_csv(given.answers, index=False)
    return engines


def main() -> None:
    """Print the figures as JSON and as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "dc")
    parser.add_argument("--peers", type=Path, required=True, help="folder made by peers_setup.sh")
    parser.add_argument("--each", type=int, default=500, help="texts of each class")
    parser.add_argument("--many", type=int, default=200_000, help="the same for geoteam's speed")
    parser.add_argument("--limit-s", type=float, default=60.0, help="time for a class and peer")
    parser.add_argument("--held-out", action="store_true", help="use only the unseen streets")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--answers", type=Path, help="also write every answer to this CSV")
    given = parser.parse_args()
    before = os.getloadavg()
    engines = compare(given)
    figures = {"load": {"before": before, "after": os.getloadavg()}, "engines": engines}
    print(json.dumps(figures, indent=2))
    print(markdown(engines))


if __name__ == "__main__":
    main()
