"""The network told to people: a table of streets, and notes on what was found in the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from geoteam.crs import WGS84
from geoteam.streets.turns import TurnGraph

if TYPE_CHECKING:
    from geoteam.streets.network import StreetNetwork


def street_table(network: StreetNetwork) -> gpd.GeoDataFrame:
    """Return the streets as a table.

    Parameters
    ----------
    network
        The streets.

    Returns
    -------
    GeoDataFrame
        One row an edge, columns as ``StreetNetwork.edges_frame`` says.
    """
    both = network.edge_ahead & network.edge_back
    return gpd.GeoDataFrame(
        {
            "name": np.array(network.names, dtype=object)[network.edge_name],
            "highway": np.array(network.highways, dtype=object)[network.edge_highway],
            "oneway": np.where(both, 0, np.where(network.edge_ahead, 1, -1)),
            "speed_kmh": network.edge_kmh,
            "length_m": network.edge_length_m,
        },
        geometry=network.lines(network.geom_lon, network.geom_lat),
        crs=WGS84,
    ).astype({"name": "str", "highway": "str"})


def findings(
    turns: TurnGraph, edge_length_m: NDArray[np.float64], passed_over: Mapping[str, int]
) -> tuple[str, ...]:
    """Say what the reader should know of a network.

    Parameters
    ----------
    turns
        The graph of turns.
    edge_length_m
        Length of each edge.
    passed_over
        What the reader of the file left out, and how often.

    Returns
    -------
    tuple of str
        Sentences in plain English.
    """
    notes = []
    islands = ~turns.main.reshape(-1, 2).any(axis=1)
    if islands.any():
        count = int(islands.sum())
        km = float(edge_length_m[islands].sum()) / 1000.0
        notes.append(
            f"{count} {'street' if count == 1 else 'streets'} ({km:.1f} km) cannot be driven to "
            "and from the rest of the network; no point is put there."
        )
    notes += [f"Passed over: {count} {what}." for what, count in passed_over.items()]
    return tuple(notes)
