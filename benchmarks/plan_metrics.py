"""Plan metrics while a plan is drawn: 6,561 units, 20 teams, one unit moved at a time.

Prints JSON, in milliseconds of processor time: counting a plan, one move, all figures that follow
every stroke after a move, all figures of the registry after a move, and the team outlines by
dissolving polygons, which is what the registry does not do. Exits 1 when the figures after all
moves are not those of a plan counted anew.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoteam.areas import dissolve
from geoteam.plans import Layout, Load, Tally, plan_metrics, team_metrics

CRS = "EPSG:32618"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=81)
    parser.add_argument("--teams", type=int, default=20)
    parser.add_argument("--moves", type=int, default=200)
    options = parser.parse_args()
    random = np.random.default_rng(1)
    frame = grid(options.side)
    count, teams = len(frame), [f"T{k:02d}" for k in range(options.teams)]
    layout = Layout.from_frame(frame, crs=CRS)
    shape = (count, len(teams))
    load = Load(
        random.integers(0, 5, count),
        random.random(count) * 10,
        random.integers(0, 2, shape),
        random.integers(0, 2, shape),
    )
    middle = layout.hull_x_m[::5], layout.hull_y_m[::5]
    assignment = nearest(*middle, options.teams, random)

    def fresh(plan: np.ndarray) -> Tally:
        officers = np.ones(len(teams))
        return Tally(layout, load, teams=teams, officers=officers, assignment=plan)

    tally = fresh(assignment)
    units = random.integers(0, count, options.moves)
    to = random.integers(-1, len(teams), options.moves)
    moves = iter(list(zip(units.tolist(), to.tolist(), strict=True)) * 3)
    report = {
        "units": count,
        "teams": len(teams),
        "count_ms": timed(lambda: fresh(assignment), 20),
        "move_ms": timed(lambda: tally.move(*next(moves)), options.moves),
        "live_ms": timed(lambda: figures(tally, next(moves), live=True), options.moves),
        "all_ms": timed(lambda: figures(tally, next(moves), live=False), options.moves),
        "dissolve_ms": timed(lambda: outlines(frame, layout, tally), 3),
    }
    print(json.dumps(report, indent=2))
    anew = fresh(tally.assignment)
    same = np.allclose(team_metrics(tally), team_metrics(anew), equal_nan=True)
    one, other = pd.Series(plan_metrics(tally)), pd.Series(plan_metrics(anew))
    return 0 if same and np.allclose(one, other) else 1


def grid(side: int) -> gpd.GeoDataFrame:
    """Squares of 100 m."""
    x, y = (100.0 * at.ravel() for at in np.meshgrid(np.arange(side), np.arange(side)))
    squares = shapely.box(5e5 + x, 4.3e6 + y, 5e5 + x + 100, 4.3e6 + y + 100)
    codes = pd.Index([f"{k:05d}" for k in range(len(squares))], name="code", dtype="str")
    return gpd.GeoDataFrame(geometry=squares, index=codes, crs=CRS).to_crs("EPSG:4326")


def nearest(x: np.ndarray, y: np.ndarray, teams: int, random: np.random.Generator) -> np.ndarray:
    """Give each unit to the nearest of a few units."""
    seats = random.choice(len(x), teams, replace=False)
    return np.hypot(x[:, None] - x[seats], y[:, None] - y[seats]).argmin(axis=1)


def figures(tally: Tally, move: tuple[int, int], *, live: bool) -> None:
    tally.move(*move)
    team_metrics(tally, live=live)
    plan_metrics(tally)


def outlines(frame: gpd.GeoDataFrame, layout: Layout, tally: Tally) -> None:
    of = dict(zip(layout.units, tally.assignment.astype(str), strict=True))
    dissolve(frame, of).to_crs(CRS).length.sum()


def timed(work: Callable[[], object], times: int) -> dict[str, float]:
    spent = []
    for _ in range(times):
        start = time.process_time()
        work()
        spent.append(1000 * (time.process_time() - start))
    return {
        "median": round(float(np.median(spent)), 3),
        "p95": round(float(np.quantile(spent, 0.95)), 3),
    }


if __name__ == "__main__":
    sys.exit(main())
