"""Streets: how long it takes to drive, and which way.

The rule of this room: a network is frozen arrays made once from a graph in OSMnx's shape. Points
go to the nearest place on a street that can be driven to and from the rest; times run between
those places, turns included, in whole milliseconds, the same by hierarchy and by Dijkstra. What
cannot be reached is infinite or an error with its reason, never a guess.
"""

from __future__ import annotations

from geoteam.streets.closing import street_edges, street_named
from geoteam.streets.directions import Leg, Step
from geoteam.streets.matrix import Matrix
from geoteam.streets.network import StreetNetwork
from geoteam.streets.read import download_streets, read_streets
from geoteam.streets.snap import Snap
from geoteam.streets.turns import TurnCosts

__all__ = [
    "Leg",
    "Matrix",
    "Snap",
    "Step",
    "StreetNetwork",
    "TurnCosts",
    "download_streets",
    "read_streets",
    "street_edges",
    "street_named",
]
