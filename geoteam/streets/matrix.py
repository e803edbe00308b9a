"""Tables of the fastest drives, by whichever solver serves best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from geoteam.errors import StreetsError
from geoteam.streets import cch, dijkstra
from geoteam.streets.positions import positions
from geoteam.streets.snap import Snap

if TYPE_CHECKING:
    from geoteam.streets.network import StreetNetwork

Floats = NDArray[np.float64]
Engine = Literal["auto", "cch", "scipy"]

# The hierarchy works from each origin, Dijkstra from whichever side is smaller: for far more
# origins than destinations Dijkstra is done first (8,000 x 250: 1.5 s against 5 s), but its graph
# takes a while to make (400 x 10: 0.12 s against 0.06 s).
_LOPSIDED, _MANY = 9, 1000


@dataclass(frozen=True, eq=False)
class Matrix:
    """Fastest drives between points.

    Attributes
    ----------
    duration_s
        Seconds, one row an origin and one column a destination; infinite where no drive leads.
    length_m
        Metres of the same drives; of equally fast drives, the shortest.
    origins, destinations
        Where the points were put on the streets; points that are not ``near`` have no times.
    """

    duration_s: Floats
    length_m: Floats
    origins: Snap
    destinations: Snap


def travel_matrix(
    network: StreetNetwork, start: Snap, end: Snap, *, lengths: bool, engine: Engine
) -> Matrix:
    """Compute the fastest drives between snapped points.

    Parameters
    ----------
    network
        The streets.
    start, end
        Origins and destinations on the streets.
    lengths
        Whether metres are wanted too.
    engine
        Who computes, as for ``StreetNetwork.matrix``.

    Returns
    -------
    Matrix
        Seconds and metres.

    Raises
    ------
    StreetsError
        When the engine asked for cannot serve.
    """
    if engine == "cch" and lengths:
        raise StreetsError("the hierarchy gives no lengths", remedy="Use engine='auto'")
    if engine == "cch" and not cch.available():
        raise StreetsError("the wheel routingkit-cch is not installed", remedy="Use engine='auto'")
    one, two = positions(start, network.turns), positions(end, network.turns)
    if engine == "auto":
        lopsided = one.count > max(_MANY, _LOPSIDED * two.count)
        engine = "scipy" if lengths or lopsided or not cch.available() else "cch"
    if engine == "scipy":
        ms, metres = dijkstra.times(network.turns, one, two)
    else:
        ms, metres = network.hierarchy.times(one, two), None
    if metres is None or not lengths:
        metres = np.full_like(ms, np.nan)
    return Matrix(ms / 1000.0, metres, start, end)
