"""Speed, memory and truthfulness of the geocoder on the real data of Washington, DC, as JSON.

    python benchmarks/geocode.py --data ../shared/data/dc --rows 1000000 [--only speed]

Made-up noise of two independent kinds is put on real address points in memory; unit numbers and
slips vary, so that few rows repeat. `accepted_wrong_unit` is the share of accepted rows that land
in another service area than their true point; `unseen` are the 30 % of the streets that nobody
looked at. Every speed run is a fresh process; its memory is that of it and its workers together.
Wall seconds depend on who else uses the machine: its load stands beside them, with CPU seconds.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import re
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import geopandas as gpd
import numpy as np
import pandas as pd

from geoteam.geocoding import Geocoder, ReferenceIndex, geocode
from geoteam.services.spread import spread
from tests.geocoding import dc
from tests.geocoding.noise import CLASSES, Clerk, Typist, held_out

CHUNK = 50_000
LARGE_POINTS = 150_000


def _rows(points: gpd.GeoDataFrame) -> Iterator[tuple[str, str, str, str]]:
    columns = (points[name] for name in ("number", "street", "quadrant", "zip"))
    return zip(*columns, strict=True)


def messy(points: gpd.GeoDataFrame, rows: int) -> list[str]:
    """Write every address again and again, half by the one and half by the other generator."""
    texts: list[str] = []
    seed = 100
    while len(texts) < rows:
        typist, clerk = Typist(seed), Clerk(seed)
        for i, row in enumerate(_rows(points)):
            texts.append(clerk.any(*row)[0] if (i + seed) % 2 else typist.messy(*row[:3])[0])
        seed += 1
    return texts[:rows]


def _cpu_seconds() -> float:
    both = (resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


class Memory(threading.Thread):
    """Looks at the memory of this process and its children; shared pages count once (PSS)."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak_mb = 0.0
        self.done = threading.Event()

    def run(self) -> None:
        """Look ten times a second."""
        while not self.done.wait(0.1):
            kilobytes = 0
            for pid in (os.getpid(), *(child.pid for child in multiprocessing.active_children())):
                with contextlib.suppress(OSError):
                    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
                    kilobytes += int(re.search(r"^Pss:\s+(\d+)", rollup, re.M)[1])
            self.peak_mb = max(self.peak_mb, kilobytes / 1024)


def run(path: Path, table: Path, processes: int) -> dict[str, float]:
    """Geocode a file of texts in this fresh process: 0 processes is one call for all rows."""
    texts = pd.read_parquet(table)["text"]
    memory = Memory()
    memory.start()
    start, before = time.perf_counter(), _cpu_seconds()
    if processes:
        geocoder = Geocoder(ReferenceIndex.load(path))

        def work(at: int) -> int:
            return len(geocoder.geocode(texts.iloc[at : at + CHUNK]))

        rows = sum(spread(work, range(0, len(texts), CHUNK), processes))
    else:
        rows = len(Geocoder(ReferenceIndex.load(path)).geocode(texts))
    seconds, cpu = time.perf_counter() - start, _cpu_seconds() - before
    memory.done.set()
    memory.join()
    return {
        "seconds": round(seconds, 2),
        "rows_per_second": round(rows / seconds),
        "cpu_seconds": round(cpu, 2),
        "rows_per_cpu_second": round(rows / cpu),
        "peak_memory_mb": round(memory.peak_mb),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "load_after": round(os.getloadavg()[0], 2),
    }


def speed(path: Path, points: gpd.GeoDataFrame, rows: int, folder: Path) -> dict[str, Any]:
    """Rows a second on messy texts with few repeats; with several processes their start too."""
    texts = messy(points, rows)
    table = folder / "texts.parquet"
    pd.DataFrame({"text": texts}).to_parquet(table)
    out: dict[str, Any] = {"rows": len(texts), "different": len(set(texts))}
    context = multiprocessing.get_context("spawn")
    for name, processes in (("one_call", 0), ("one_process", 1), ("two_processes", 2)):
        with ProcessPoolExecutor(1, context) as fresh:
            out[name] = fresh.submit(run, path, table, processes).result()
    return out


def loading(path: Path) -> dict[str, float]:
    """Seconds until a saved reference answers."""
    start, cpu = time.perf_counter(), time.process_time()
    index = ReferenceIndex.load(path)
    _ = index.lookup
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    Geocoder(index)
    return {
        "addresses": len(index.parts.point_lon),
        "bytes": path.stat().st_size,
        "seconds": round(seconds, 3),
        "cpu_seconds": round(cpu, 3),
        "until_ready_seconds": round(time.perf_counter() - start, 3),
    }


def enlarged(index: ReferenceIndex) -> ReferenceIndex:
    """Repeat every street's points with shifted house numbers, up to 150,000 points."""
    parts = index.parts
    size = len(parts.point_lon)
    copies = -(-LARGE_POINTS // size)
    names = [name for name in type(parts).__dataclass_fields__ if name.startswith("point_")]
    columns = {name: np.concatenate([getattr(parts, name)] * copies) for name in names}
    copy = np.repeat(np.arange(copies), size)
    columns["point_number"] = columns["point_number"] + 10_000 * copy
    columns["point_id"] = np.char.add(columns["point_id"], copy.astype("U"))
    kept = np.random.default_rng(1).choice(len(copy), LARGE_POINTS, replace=False)
    columns = {name: column[kept] for name, column in columns.items()}
    order = np.lexsort([columns[f"point_{name}"] for name in ("suffix", "number", "street")])
    return replace(
        index, parts=replace(parts, **{name: column[order] for name, column in columns.items()})
    )


def quality(city: dc.City, points: gpd.GeoDataFrame) -> dict[str, Any]:
    """Accept rates and wrong units for each kind of noise."""
    typist, clerk = Typist(7), Clerk(7)
    texts: dict[str, list[str]] = {
        "clean": [typist.clean(*row[:3]) for row in _rows(points)],
        "messy": [typist.messy(*row[:3])[0] for row in _rows(points)],
        "no_quadrant": [f"{number} {street}" for number, street, _, _ in _rows(points)],
    }
    out: dict[str, Any] = {"addresses": len(points)}
    for name, column in texts.items():
        zips = points["zip"] if name == "no_quadrant" else None
        out[name] = _score(city, pd.Series(column, index=points.index), points, zips)
    for slip in CLASSES:
        written = [clerk.write(*row, (slip,)) for row in _rows(points)]
        applied = np.array([bool(done) for _, done in written])
        column = pd.Series([text for text, _ in written], index=points.index)[applied]
        if len(column):
            out[slip] = _score(city, column, points[applied], None) | {"addresses": len(column)}
    return out


def _score(
    city: dc.City, texts: pd.Series, points: gpd.GeoDataFrame, zips: pd.Series | None
) -> dict[str, float]:
    return {name: round(value, 5) for name, value in city.score(texts, points, zips).items()}


def blocks(city: dc.City, name: str) -> dict[str, float]:
    """Share of the police's texts that are placed, and how near to the file's own coordinate.

    The limit is the length of the block found, twice its uncertainty; 100 m at an intersection.
    """
    table = pd.read_csv(city.folder / "crime" / f"{name}.csv.xz", usecols=dc.CRIME_COLUMNS)
    table = table[table["LONGITUDE"].notna() & table["BLOCK"].notna()]
    found = geocode(table["BLOCK"], city.index)
    away = city.metres(found["lon"], found["lat"], table["LONGITUDE"], table["LATITUDE"])
    placed = (found["status"] == "M").to_numpy()
    crossing = (found["kind"] == "intersection").to_numpy()
    limit = np.where(crossing, 100.0, 2 * found["uncertainty_m"].to_numpy())
    near = away <= limit
    return {
        "rows": len(table),
        "placed": round(float(placed.mean()), 5),
        "placed_within_own_length": round(float(near[placed].mean()), 5),
        "blocks_within_own_length": round(float(near[placed & ~crossing].mean()), 5),
        "intersections_within_100_m": round(float(near[placed & crossing].mean()), 5),
        "median_m": round(float(np.median(away[placed])), 1),
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "dc")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only", choices=["speed", "quality"], default="")
    given = parser.parse_args()
    start = time.perf_counter()
    city = dc.City(given.data)
    figures: dict[str, Any] = {
        "cores": os.cpu_count(),
        "load": [round(value, 2) for value in os.getloadavg()],
        "reference": city.index.info(),
        "read_and_build_seconds": round(time.perf_counter() - start, 2),
        "build_seconds": round(city.build_seconds, 2),
    }
    points = city.truth()
    if given.only != "quality":
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for kind, index in (("dc", city.index), ("large", enlarged(city.index))):
                index.save(folder / f"{kind}.npz")
                figures[f"load_{kind}"] = loading(folder / f"{kind}.npz")
            figures["speed"] = speed(folder / "dc.npz", points, given.rows, folder)
    if given.only != "speed":
        unseen = np.array([held_out(street) for street in points["street"]])
        for name, part in (("seen", points[~unseen]), ("unseen", points[unseen])):
            size = min(len(part), max(given.rows // 30, 1000))
            figures[name] = quality(city, part.sample(size, random_state=3))
        figures["blocks_2018"] = blocks(city, "crime_2018_jan_jun")
        figures["blocks_2006_2012"] = blocks(city, "crime_2006_2012")
    figures["load_after"] = [round(value, 2) for value in os.getloadavg()]
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
