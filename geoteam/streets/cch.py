"""Times by customisable contraction hierarchies (the ``routingkit-cch`` wheel).

Dibbelt, Strasser, Wagner: Customizable Contraction Hierarchies, JEA 21 (2016). The order of
contraction depends only on the shape of the network; new weights (a closure, another hour) need
just a customisation of a fraction of a second. Costs are whole milliseconds, as in ``dijkstra``.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoteam.streets.dijkstra import add_direct
from geoteam.streets.positions import Positions
from geoteam.streets.turns import TurnGraph

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Times = NDArray[np.int32]

_LONGEST_MS = 2**31 - 2
# No drive takes a fortnight; two such figures still fit 32 bits.
_NEVER = 2**30 - 1
# Origins for each exit of a cell from which on shared sweeps pay.
_WORTH_IT = 2


def available() -> bool:
    """Tell whether the wheel is installed (it needs Linux with glibc 2.34 or newer).

    Returns
    -------
    bool
        False: SciPy's Dijkstra is used instead.
    """
    return importlib.util.find_spec("routingkit_cch") is not None


class _Ends:
    """The arcs at which destinations lie, and what is left of them behind each destination."""

    def __init__(self, destinations: Positions) -> None:
        self.arcs, at = np.unique(destinations.arc, return_inverse=True)
        self.reached = np.unique(destinations.point)
        # One or two rows a destination: the second is the first where there is but one.
        one = np.searchsorted(destinations.point, self.reached, side="left")
        two = np.searchsorted(destinations.point, self.reached, side="right") - 1
        left = destinations.left_ms.astype(np.int32)
        self._one, self._two = at[one], at[two]
        self._left_one, self._left_two = left[one], left[two]

    def fold(self, times: Times) -> Times:
        """From times to the ends of arcs (last axis) to times to the destinations."""
        one = times[..., self._one] - self._left_one
        two = times[..., self._two] - self._left_two
        # What is never reached stays so, whatever is left of its arc.
        one[times[..., self._one] == _NEVER] = _NEVER
        two[times[..., self._two] == _NEVER] = _NEVER
        return np.asarray(np.minimum(one, two))


def _times(found: list[int | None]) -> Times:
    """Milliseconds of an answer of the wheel; None is never."""
    times = np.array(found, dtype=np.float64)
    return np.nan_to_num(times, nan=_NEVER).astype(np.int32)


def _starts(
    point: Ints, origins: Positions, rows: Ints | None = None
) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Each point with the arcs on which it stands and the time to their ends."""
    arcs = origins.arc if rows is None else origins.arc[rows]
    left = origins.left_ms if rows is None else origins.left_ms[rows]
    pairs = list(zip(arcs.tolist(), left.tolist(), strict=True))
    points, first = np.unique(point, return_index=True)
    ends = np.append(first[1:], len(point))
    for origin, low, high in zip(points.tolist(), first.tolist(), ends.tolist(), strict=True):
        yield origin, pairs[low:high]


class Hierarchy:
    """A contracted and customised graph of turns.

    Parameters
    ----------
    turns
        The graph of turns.
    order
        Order of contraction.
    leaves, enters
        Cell of the node at which each arc starts, and of the one at which it ends.
    """

    def __init__(
        self,
        turns: TurnGraph,
        order: NDArray[np.uint32],
        *,
        leaves: NDArray[np.int32],
        enters: NDArray[np.int32],
    ) -> None:
        import routingkit_cch as rk

        self._rk: Any = rk
        self._turns = turns
        cch = rk.CCH(order.tolist(), turns.tail.tolist(), turns.head.tolist(), False)
        self._metric = rk.CCHMetric(cch, turns.cost_ms.clip(max=_LONGEST_MS).tolist())
        self._first_turn = np.searchsorted(turns.tail, np.arange(len(turns.arc_ms) + 1))
        self._enters = enters
        self._exits = np.flatnonzero(turns.main & (leaves != enters))
        self._exit_of = leaves[self._exits]

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
        if origins.count > _WORTH_IT * len(self._exits):
            self._fill_by_cells(ms, origins, destinations)
        else:
            self._fill(ms, origins, destinations)
        self._mend_same_edge(ms, origins, destinations)
        return ms

    def _fill(self, ms: Floats, origins: Positions, destinations: Positions) -> None:
        """One sweep for each origin: times to the end of the destinations' arcs, less the rest.

        Wrong for two points on one edge, since an arc is at distance zero from itself.
        """
        ends = _Ends(destinations)
        query = self._rk.CCHOneToMany(self._metric, ends.arcs.tolist())
        for origin, start in _starts(origins.point, origins):
            row = ends.fold(_times(query.distances_from_multi(start)))
            ms[origin, ends.reached] = np.where(row < _NEVER, row, np.inf)

    def _fill_by_cells(self, ms: Floats, origins: Positions, destinations: Positions) -> None:
        """The same with few long sweeps: whoever leaves a cell passes one of its few exits.

        From an origin, one short sweep to its cell's exits and to the destinations in its cell;
        from each exit, one long sweep to all destinations, shared by all origins of the cell.
        """
        ends = _Ends(destinations)
        everywhere = self._rk.CCHOneToMany(self._metric, ends.arcs.tolist())
        best = np.full((origins.count, len(ends.reached)), _NEVER, dtype=np.int32)
        cells = self._enters[origins.arc]
        for cell in np.unique(cells).tolist():
            exits = self._exits[self._exit_of == cell]
            inside = np.flatnonzero(self._enters[ends.arcs] == cell)
            pins = np.concatenate([exits, ends.arcs[inside]])
            near = self._rk.CCHOneToMany(self._metric, pins.tolist())
            here = np.flatnonzero(cells == cell)
            starts = list(_starts(origins.point[here], origins, here))
            found = np.array(
                [_times(near.distances_from_multi(start)) for _, start in starts]
            ).reshape(len(starts), len(pins))
            onward = np.array(
                [ends.fold(_times(everywhere.distances_from(exit_))) for exit_ in exits.tolist()]
            ).reshape(len(exits), len(ends.reached))
            there = np.full((len(starts), len(ends.arcs)), _NEVER, dtype=np.int32)
            there[:, inside] = found[:, len(exits) :]
            table = ends.fold(there)
            for column in range(len(exits)):
                np.minimum(table, found[:, column, None] + onward[column], out=table)
            rows = np.array([origin for origin, _ in starts])
            best[rows] = np.minimum(best[rows], table)
        ms[:, ends.reached] = np.where(best < _NEVER, best, np.inf)

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
