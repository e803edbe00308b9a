"""Units drawn in metres, for plans that can be measured by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoteam.plans import Layout, Load, Tally

CRS = "EPSG:32618"
# At the zone's central meridian, so that a metre north stays one.
EAST_M, NORTH_M = 500_000.0, 4_300_000.0


def frame_of(shapes: Mapping[str, shapely.Geometry]) -> gpd.GeoDataFrame:
    """BOUNDARIES of shapes drawn in metres."""
    moved = [
        shapely.transform(s, lambda at: at + np.array([EAST_M, NORTH_M])) for s in shapes.values()
    ]
    frame = gpd.GeoDataFrame(
        {"name": "", "parent": ""},
        geometry=moved,
        crs=CRS,
        index=pd.Index(list(shapes), name="code", dtype="str"),
    )
    return frame.astype({"name": "str", "parent": "str"}).to_crs("EPSG:4326")


def grid(columns: int, rows: int, side_m: float = 100.0) -> gpd.GeoDataFrame:
    """Square units; ``23`` is in row 2 from the south, column 3 from the west."""
    return frame_of(
        {
            f"{row}{column}": shapely.box(
                column * side_m, row * side_m, (column + 1) * side_m, (row + 1) * side_m
            )
            for row in range(rows)
            for column in range(columns)
        }
    )


def nobody(layout: Layout, teams: int) -> Load:
    """No client anywhere."""
    count = len(layout.units)
    none = np.zeros((count, teams), dtype=np.int64)
    return Load(np.zeros(count, dtype=np.int64), np.zeros(count), none, none)


def tally_of(layout: Layout, rows: Sequence[str]) -> Tally:
    """A plan drawn as text, the north above: a letter a team, '.' is no team."""
    letters = "".join(reversed(rows))
    teams = sorted(set(letters) - {"."})
    return Tally(
        layout,
        nobody(layout, len(teams)),
        teams=teams,
        officers=np.ones(len(teams)),
        assignment=[teams.index(letter) if letter != "." else -1 for letter in letters],
    )
