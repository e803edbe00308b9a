"""Point in area: AreaIndex against geopandas.sjoin in one process, on one core.

Prints JSON. Exits 1 when the answers differ or the index is less than twice as fast.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from geoteam.areas import AreaIndex, read_boundaries

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("GEOTEAM_DC_DATA", ROOT.parent / "shared" / "data" / "dc"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--boundaries", type=Path, default=DATA / "boundaries/psa_2019.geojson")
    parser.add_argument("--code", default="PSA")
    parser.add_argument("--crs", default="EPSG:26985")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

    frame = read_boundaries(
        options.boundaries, kind="service_area", fields={"code": options.code}, city_crs=options.crs
    )
    lon, lat = scatter(frame, options.points)

    start = time.perf_counter()
    expected = by_sjoin(frame, lon, lat)
    sjoin_s = time.perf_counter() - start

    start = time.perf_counter()
    index = AreaIndex(frame, options.crs)
    build_s = time.perf_counter() - start
    start = time.perf_counter()
    got = index.locate(lon, lat)
    locate_s = time.perf_counter() - start

    # A radius for each point, as geocodes have it.
    radius_m = np.random.default_rng(3).uniform(5, 135, min(options.points, 100_000))
    start = time.perf_counter()
    index.ambiguous(lon[: len(radius_m)], lat[: len(radius_m)], radius_m)
    ambiguous_s = time.perf_counter() - start

    ratio = sjoin_s / (build_s + locate_s)
    identical = bool((got == expected).all())
    report = {
        "points": len(lon),
        "areas": len(frame),
        "points_on_edges": int(len(lon) * 0.01),
        "inside": round(float((got != "").mean()), 4),
        "sjoin_s": round(sjoin_s, 3),
        "index_build_s": round(build_s, 3),
        "index_locate_s": round(locate_s, 3),
        "ambiguous_points": len(radius_m),
        "ambiguous_s": round(ambiguous_s, 3),
        "ratio": round(ratio, 1),
        "identical": identical,
    }
    print(json.dumps(report, indent=2))
    return 0 if identical and ratio >= 2 else 1


def scatter(frame: gpd.GeoDataFrame, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Points over the extent and a little beyond; every hundredth is a vertex of a boundary."""
    random = np.random.default_rng(2026)
    west, south, east, north = frame.total_bounds
    margin = 0.02 * (east - west)
    lon = random.uniform(west - margin, east + margin, count)
    lat = random.uniform(south - margin, north + margin, count)
    vertices = shapely.get_coordinates(frame.geometry.to_numpy())
    chosen = vertices[random.integers(0, len(vertices), count // 100)]
    lon[: len(chosen)], lat[: len(chosen)] = chosen.T
    return lon, lat


def by_sjoin(frame: gpd.GeoDataFrame, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """What a reader of geopandas' manual would write: join, then the code that sorts first."""
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs="EPSG:4326")
    joined = gpd.sjoin(points, frame.reset_index()[["code", "geometry"]], predicate="intersects")
    first = joined.sort_values("code")["code"]
    first = first[~first.index.duplicated()]
    return first.reindex(points.index, fill_value="").to_numpy(dtype=object)


if __name__ == "__main__":
    sys.exit(main())
