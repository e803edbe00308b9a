"""Times by customisable contraction hierarchies (the ``routingkit-cch`` wheel).

Dibbelt, Strasser, Wagner: Customizable Contraction Hierarchies, JEA 21 (2016). The order of
contraction depends only on the shape of the network; new weights (a closure, another hour) need
just a customisation of a fraction of a second. Costs are whole milliseconds, as in ``dijkstra``.
"""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoteam.streets.dijkstra import add_direct
from geoteam.streets.positions import Positions
from geoteam.streets.turns import TurnGraph

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_LONGEST_MS = 2**31 - 2


def available() -> bool:
    """Tell whether the wheel is installed (it needs Linux with glibc 2.34 or newer).

    Returns
    -------
    bool
        False: SciPy's Dijkstra is used instead.
    """
    return importlib.util.find_spec("routingkit_cch") is not None


class Hierarchy:
    """A contracted and customised graph of turns.

    Parameters
    ----------
    turns
        The graph of turns.
    order
        Order of contraction.
    """

    def __init__(self, turns: TurnGraph, order: NDArray[np.uint32]) -> None:
        import routingkit_cch as rk

        self._rk: Any = rk
        self._turns = turns
        cch = rk.CCH(order.tolist(), turns.tail.tolist(), turns.head.tolist(), False)
        self._metric = rk.CCHMetric(cch, turns.cost_ms.clip(max=_LONGEST_MS).tolist())
        order_of_tail = np.searchsorted(turns.tail, np.arange(len(turns.arc_ms) + 1))
        self._first_turn = order_of_tail

    def times(self, origins: Positions, destinations: Positions) -> Floats:
        """Compute the fastest drives between all origins and all destinations.

        Parameters
        ----------
        origins, destinations
            Where the points are.

        Returns
        -------
        ndarray
            Milliseconds, one row an origin; infinite where no drive leads.
        """
        ms = np.full((origins.count, destinations.count), np.inf)
        if not len(origins.arc) or not len(destinations.arc):
            return ms
        self._fill(ms, origins, destinations)
        self._mend_same_edge(ms, origins, destinations)
        return ms

    def _fill(self, ms: Floats, origins: Positions, destinations: Positions) -> None:
        """Times to the end of each destination's arcs, less what is left of them.

        Wrong for two points on one edge, since an arc is at distance zero from itself.
        """
        arcs, at = np.unique(destinations.arc, return_inverse=True)
        query = self._rk.CCHOneToMany(self._metric, arcs.tolist())
        first = np.searchsorted(origins.point, np.arange(origins.count + 1))
        starts = list(zip(origins.arc.tolist(), origins.left_ms.tolist(), strict=True))
        # One or two rows a destination: take the second where there is one.
        one = np.searchsorted(destinations.point, np.arange(destinations.count))
        reached = np.unique(destinations.point)
        one = one[reached]
        two = np.searchsorted(destinations.point, reached, side="right") - 1
        left = destinations.left_ms
        for origin in range(origins.count):
            here = starts[first[origin] : first[origin + 1]]
            if not here:
                continue
            found = np.array(query.distances_from_multi(here), dtype=np.float64)[at]
            found[np.isnan(found)] = np.inf
            found -= left
            ms[origin, reached] = np.minimum(found[one], found[two])

    def _mend_same_edge(self, ms: Floats, origins: Positions, destinations: Positions) -> None:
        shared = np.intersect1d(origins.edge[origins.edge >= 0], destinations.edge)
        if not len(shared):
            return
        rounds: dict[tuple[int, int], float] = {}
        of_edge = {int(edge): np.flatnonzero(destinations.edge == edge) for edge in shared}
        first_o = np.searchsorted(origins.point, np.arange(origins.count + 1))
        first_d = np.searchsorted(destinations.point, np.arange(destinations.count + 1))
        for i in np.flatnonzero(np.isin(origins.edge, shared)):
            for j in of_edge[int(origins.edge[i])]:
                ms[i, j] = self._around(
                    origins,
                    slice(first_o[i], first_o[i + 1]),
                    destinations,
                    slice(first_d[j], first_d[j + 1]),
                    rounds,
                )
        add_direct(ms, None, origins, destinations)

    def _around(
        self,
        origins: Positions,
        rows: slice,
        destinations: Positions,
        columns: slice,
        rounds: dict[tuple[int, int], float],
    ) -> float:
        """Fastest drive between two points of one edge that leaves the edge."""
        best = np.inf
        for arc, left, done in zip(
            origins.arc[rows], origins.left_ms[rows], origins.done_ms[rows], strict=True
        ):
            for other, rest, driven in zip(
                destinations.arc[columns],
                destinations.left_ms[columns],
                destinations.done_ms[columns],
                strict=True,
            ):
                gap = abs(driven - done) if arc == other else abs(rest - done)
                stays = self._both(arc) or (arc == other and driven >= done)
                if stays and left + driven >= gap:
                    # Leaving costs at least what is left and driven: staying on is no slower.
                    continue
                key = (int(arc), int(other))
                if key not in rounds:
                    rounds[key] = self._round(*key)
                best = min(best, left + rounds[key] - rest)
        return float(best)

    def _both(self, arc: int) -> bool:
        return bool(self._turns.main[arc] and self._turns.main[arc ^ 1])

    def _round(self, arc: int, other: int) -> float:
        """Time from the end of an arc to the end of another with at least one turn."""
        turns = slice(self._first_turn[arc], self._first_turn[arc + 1])
        starts = list(
            zip(self._turns.head[turns].tolist(), self._turns.cost_ms[turns].tolist(), strict=True)
        )
        if not starts:
            return np.inf
        result = self._rk.CCHQuery(self._metric).run_multi(starts, [(other, 0)])
        return np.inf if result.distance is None else float(result.distance)
