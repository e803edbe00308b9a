"""One plan while it is drawn: the sums behind every metric, kept true move by move."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from geoteam.errors import InputError
from geoteam.plans.layout import Layout, Load

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


class Tally:
    """Counts what each team holds under a plan, and follows the plan's edits.

    Outlines come from the units' own outlines and the sides they share, without dissolving
    polygons: a side between two units of one team is twice in their outlines and in no border of
    the team. Units without a team are counted as one more team behind the last, which no public
    array shows.

    Parameters
    ----------
    layout
        The units.
    load
        The people in them.
    teams
        Team refs.
    officers
        Officers of each team, in full-time shares.
    assignment
        Position of each unit's team; -1 for none.

    Raises
    ------
    InputError
        When the arrays do not fit each other.
    """

    def __init__(
        self,
        layout: Layout,
        load: Load,
        *,
        teams: Sequence[str],
        officers: ArrayLike,
        assignment: ArrayLike,
    ) -> None:
        self.layout, self.load, self.teams = layout, load, tuple(teams)
        self.officers = np.asarray(officers, dtype=np.float64)
        wanted = np.asarray(assignment, dtype=np.int64)
        count = len(self.teams)
        if (
            wanted.shape != (len(layout.units),)
            or self.officers.shape != (count,)
            or load.by_team.shape != (len(layout.units), count)
            or not ((wanted >= -1) & (wanted < count)).all()
        ):
            raise InputError("the plan does not name a known team, or none, for every unit")
        self._of = np.where(wanted < 0, count, wanted)
        self._by_team, self._by_officer = (
            np.column_stack((table, np.zeros(len(table), dtype=np.int64)))
            for table in (load.by_team, load.by_officer)
        )
        self._sum()
        self._parts: tuple[int, _Ints] | None = None
        self._hulls: dict[int, tuple[float, float]] = {}

    def _sum(self) -> None:
        size, of = len(self.teams) + 1, self._of
        a, b = self.layout.edges.T
        shared = self.layout.shared_m
        same = of[a] == of[b]
        self._units = np.bincount(of, minlength=size)
        self._clients = _sums(of, self.load.clients, size)
        self._workload = _sums(of, self.load.workload, size)
        self._area_m2 = _sums(of, self.layout.area_m2, size)
        self._outline_m = _sums(of, self.layout.outline_m, size)
        self._outline_m -= 2 * _sums(of[a][same], shared[same], size)
        self.cut_edges = int((~same).sum())
        self.cut_border_m = float(shared[~same].sum())
        here = np.arange(len(of)), of
        self.transfers = int(self.load.clients.sum() - self._by_team[here].sum())
        self.lost_officer = int(self._by_officer.sum() - self._by_officer[here].sum())

    def move(self, unit: int, team: int) -> None:
        """Give a unit to a team.

        Parameters
        ----------
        unit
            Position of the unit.
        team
            Position of the team; -1 takes the unit from its team.

        Raises
        ------
        InputError
            When there is no such unit or team.
        """
        if not (0 <= unit < len(self._of) and -1 <= team < len(self.teams)):
            raise InputError(f"there is no unit {unit} or no team {team}")
        old, new = int(self._of[unit]), team if team >= 0 else len(self.teams)
        if old == new:
            return
        others, side_m = self.layout.neighbours(unit)
        left, joined = self._of[others] == old, self._of[others] == new
        left_m, joined_m = float(side_m[left].sum()), float(side_m[joined].sum())
        layout, load = self.layout, self.load
        for sums, value in (
            (self._units, 1),
            (self._clients, load.clients[unit]),
            (self._workload, load.workload[unit]),
            (self._area_m2, layout.area_m2[unit]),
        ):
            sums[old] -= value
            sums[new] += value
        self._outline_m[old] += 2 * left_m - layout.outline_m[unit]
        self._outline_m[new] += layout.outline_m[unit] - 2 * joined_m
        self.cut_edges += int(left.sum()) - int(joined.sum())
        self.cut_border_m += left_m - joined_m
        self.transfers += int(self._by_team[unit, old] - self._by_team[unit, new])
        self.lost_officer += int(self._by_officer[unit, old] - self._by_officer[unit, new])
        if not self._units[old]:
            # What rounding left behind is nothing.
            for sums in (self._clients, self._workload, self._area_m2, self._outline_m):
                sums[old] = 0.0
        self._of[unit] = new
        self._parts = None
        self._hulls.pop(old, None)
        self._hulls.pop(new, None)

    @property
    def assignment(self) -> _Ints:
        """Position of each unit's team, -1 for none; a copy."""
        return np.where(self._of < len(self.teams), self._of, -1)

    @property
    def units(self) -> _Ints:
        """Units of each team."""
        return self._units[:-1].copy()

    @property
    def unassigned_units(self) -> int:
        """Units without a team."""
        return int(self._units[-1])

    @property
    def clients(self) -> _Ints:
        """Clients in the area of each team."""
        return self._clients[:-1].astype(np.int64)

    @property
    def workload(self) -> _Floats:
        """Workload points in the area of each team."""
        return self._workload[:-1].copy()

    @property
    def area_m2(self) -> _Floats:
        """Area of each team."""
        return self._area_m2[:-1].copy()

    @property
    def outline_m(self) -> _Floats:
        """Perimeter of each team area, holes and all."""
        return self._outline_m[:-1].copy()

    @property
    def pieces(self) -> _Ints:
        """Parts of each team area that no shared side joins."""
        count, part = self._joined()
        return np.bincount(self._holder(count, part), minlength=len(self.teams) + 1)[:-1]

    @property
    def holes(self) -> _Ints:
        """Groups of other units that each team encloses, none of them at the ground's edge."""
        count, part = self._joined()
        holder = self._holder(count, part)
        a, b = part[self.layout.edges].T
        # The ground beyond the edge is one more part.
        at_rim = np.unique(part[self.layout.rim])
        a, b = np.append(a, at_rim), np.append(b, np.full(len(at_rim), count))
        pairs = np.unique(a[a != b] * (count + 1) + b[a != b])
        ends = np.column_stack(np.divmod(pairs, count + 1))
        found = np.zeros(len(self.teams), dtype=np.int64)
        owner = np.append(holder, -1)[ends]
        for team in np.flatnonzero(self._units[:-1]):
            rest = ends[(owner != team).all(axis=1)]
            groups, _ = _components(count + 1, rest)
            found[team] = groups - int((holder == team).sum()) - 1
        return found

    @property
    def hull_area_m2(self) -> _Floats:
        """Area of the convex hull of each team area; NaN without units."""
        return np.array([self._hull(team)[0] for team in range(len(self.teams))])

    @property
    def circle_area_m2(self) -> _Floats:
        """Area of the smallest circle around each team area; NaN without units."""
        return np.array([self._hull(team)[1] for team in range(len(self.teams))])

    def _joined(self) -> tuple[int, _Ints]:
        """How many parts all team areas have together, and the part of each unit."""
        if self._parts is None:
            a, b = self.layout.edges.T
            same = self._of[a] == self._of[b]
            self._parts = _components(len(self._of), self.layout.edges[same])
        return self._parts

    def _holder(self, count: int, part: _Ints) -> _Ints:
        holder = np.empty(count, dtype=np.int64)
        holder[part] = self._of
        return holder

    def _hull(self, team: int) -> tuple[float, float]:
        """Areas of the hull and of the smallest circle; the hull of a team is that of hulls."""
        if team not in self._hulls:
            layout = self.layout
            mine = self._of[layout.hull_unit] == team
            corners = np.column_stack((layout.hull_x_m[mine], layout.hull_y_m[mine]))
            if len(corners):
                hull = shapely.convex_hull(shapely.multipoints(corners))
                circle = np.pi * shapely.minimum_bounding_radius(hull) ** 2
                self._hulls[team] = float(shapely.area(hull)), float(circle)
            else:
                self._hulls[team] = np.nan, np.nan
        return self._hulls[team]


def _sums(of: _Ints, weights: NDArray[np.float64] | _Ints, size: int) -> _Floats:
    return np.bincount(of, weights=weights, minlength=size).astype(np.float64)


def _components(count: int, edges: _Ints) -> tuple[int, _Ints]:
    a, b = edges.T
    graph = csr_array((np.ones(len(edges), dtype=np.int8), (a, b)), shape=(count, count))
    groups, label = connected_components(graph, directed=False)
    return int(groups), label.astype(np.int64)
