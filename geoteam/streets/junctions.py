"""Where named streets meet, for addresses such as ``14TH STREET NW AND U STREET NW``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from geoteam.crs import WGS84, project

if TYPE_CHECKING:
    from geoteam.streets.network import StreetNetwork

# Both roadways of a divided street, and circles, meet another street within this distance.
_ONE_PLACE_M = 60.0


def street_intersections(network: StreetNetwork) -> gpd.GeoDataFrame:
    """List the places where two named streets meet.

    Parameters
    ----------
    network
        The streets.

    Returns
    -------
    GeoDataFrame
        Columns ``street``, ``street2`` and ``geometry`` (points, EPSG:4326).
    """
    at = pd.DataFrame(
        {
            "node": np.concatenate([network.edge_u, network.edge_v]),
            "name": np.concatenate([network.edge_name, network.edge_name]),
        }
    ).drop_duplicates()
    at = at[np.array(network.names, dtype=object)[at["name"]] != ""]
    pairs = at.merge(at, on="node", suffixes=("", "2"))
    # Names are sorted, so the lower row sorts first.
    pairs = pairs[pairs["name"] < pairs["name2"]].sort_values(["name", "name2", "node"])
    node = pairs["node"].to_numpy()
    x, y = project(network.node_lon[node], network.node_lat[node], network.crs)
    keep = _first_of_each_place(pairs["name"].to_numpy(), pairs["name2"].to_numpy(), x, y)
    names = np.array(network.names, dtype=object)
    return gpd.GeoDataFrame(
        {
            "street": pd.Series(names[pairs["name"].to_numpy()[keep]], dtype="str"),
            "street2": pd.Series(names[pairs["name2"].to_numpy()[keep]], dtype="str"),
        },
        geometry=gpd.points_from_xy(
            network.node_lon[node[keep]], network.node_lat[node[keep]], crs=WGS84
        ),
    )


def _first_of_each_place(
    one: np.ndarray, two: np.ndarray, x: np.ndarray, y: np.ndarray
) -> np.ndarray:
    """Rows to keep: of the same two streets, nodes within 60 m are one place."""
    keep: list[int] = []
    same_from = 0
    for row in range(len(one)):
        if row and (one[row], two[row]) != (one[row - 1], two[row - 1]):
            same_from = len(keep)
        if all(np.hypot(x[row] - x[k], y[row] - y[k]) > _ONE_PLACE_M for k in keep[same_from:]):
            keep.append(row)
    return np.array(keep, dtype=np.int64)
