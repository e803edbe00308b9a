"""Speed and truthfulness of the geocoder on the real data of Washington, DC, as JSON.

    python benchmarks/geocode.py --data ../shared/data/dc --rows 100000 [--held-out]

Made-up noise is put on real address points in memory. `accepted_wrong_unit` is the share of
accepted rows that land in another service area than their true point.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import geopandas as gpd  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from geoteam.geocoding import ReferenceIndex, geocode  # noqa: E402
from tests.geocoding import dc  # noqa: E402
from tests.geocoding.noise import Typist, held_out  # noqa: E402


def _texts(points: gpd.GeoDataFrame, kind: str, seed: int) -> list[str]:
    typist = Typist(seed)
    columns = zip(points["number"], points["street"], points["quadrant"], strict=True)
    if kind == "clean":
        return [typist.clean(*row) for row in columns]
    if kind == "no_quadrant":
        return [f"{number} {street}" for number, street, _ in columns]
    return [typist.messy(*row)[0] for row in columns]


def quality(city: dc.City, points: gpd.GeoDataFrame) -> dict[str, Any]:
    """Accept rates and wrong units for each kind of noise."""
    out: dict[str, Any] = {"addresses": len(points)}
    zips = points["zip"]
    for kind in ("clean", "messy", "no_quadrant"):
        texts = pd.Series(_texts(points, kind, 7), index=points.index)
        score = city.score(texts, points, zips if kind == "no_quadrant" else None)
        out[kind] = {name: round(value, 5) for name, value in score.items()}
    return out


def speed(index: ReferenceIndex, points: gpd.GeoDataFrame, rows: int) -> dict[str, float]:
    """Rows a second on messy texts with few repeats; one process."""
    copies = -(-rows // len(points))
    texts = [t for i in range(copies) for t in _texts(points, "messy", 100 + i)][:rows]
    start = time.perf_counter()
    geocode(pd.Series(texts), index)
    seconds = time.perf_counter() - start
    return {
        "rows": len(texts),
        "different": len(set(texts)),
        "seconds": round(seconds, 2),
        "rows_per_second": round(len(texts) / seconds),
    }


def blocks(city: dc.City, name: str) -> dict[str, float]:
    """Share of the police's block texts that are placed, and how near to the file's point."""
    table = pd.read_csv(city.folder / "crime" / f"{name}.csv.xz", usecols=dc.CRIME_COLUMNS)
    table = table[table["LONGITUDE"].notna() & table["BLOCK"].notna()]
    found = geocode(table["BLOCK"], city.index)
    away = city.metres(found["lon"], found["lat"], table["LONGITUDE"], table["LATITUDE"])
    placed = (found["status"] == "M").to_numpy()
    limit = np.maximum(2 * found["uncertainty_m"].to_numpy(), 100)
    return {
        "rows": len(table),
        "placed": round(float(placed.mean()), 5),
        "placed_within_block": round(float((away[placed] <= limit[placed]).mean()), 5),
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "dc")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--held-out", action="store_true", help="use only the unseen streets")
    given = parser.parse_args()
    start = time.perf_counter()
    city = dc.City(given.data)
    read_and_built = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reference.npz"
        city.index.save(path)
        start = time.perf_counter()
        city.index = ReferenceIndex.load(path)
        loaded = time.perf_counter() - start
        size = path.stat().st_size
    points = city.truth()
    points = points[[held_out(street) == given.held_out for street in points["street"]]]
    figures = {
        "reference": city.index.info() | {"bytes": size},
        "read_and_build_seconds": round(read_and_built, 2),
        "build_seconds": round(city.build_seconds, 2),
        "load_seconds": round(loaded, 3),
        "speed": speed(city.index, points, given.rows),
        "quality": quality(city, points),
        "blocks_2018": blocks(city, "crime_2018_jan_jun"),
        "blocks_2006_2012": blocks(city, "crime_2006_2012"),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
