"""The redrawing problem, and what a solution of it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geoteam.crs import to_measuring
from geoteam.errors import InputError
from geoteam.plans.layout import Layout

# Sums of weights are compared with this slack, as a share of the target; models use half of it, so
# that what they find holds in spite of the tolerances of floating-point solvers.
SLACK = 1e-6


@dataclass(frozen=True, eq=False)
class Problem:
    r"""Units to share out among teams so that every team is contiguous and balanced.

    With :math:`x_{ik} = 1` when unit :math:`i` is in team :math:`k`, :math:`w_i` the weights,
    :math:`W_k` the targets and :math:`\tau` the tolerance, a plan holds

    .. math::
        \sum_k x_{ik} = 1, \qquad
        (1 - \tau) W_k \le \sum_i w_i x_{ik} \le (1 + \tau) W_k, \qquad
        G[\{i : x_{ik} = 1\}] \text{ is connected and not empty},

    keeps the locks and seats, and moves no more than the limit. The most compact one minimises

    .. math::
        \sum_k \min_{j \in k} \sum_{i \in k} m_i d_{ij}^2 + \lambda \sum_{i \in M} t_i

    with :math:`m_i` the unit's share of the whole area, :math:`d_{ij}` the distance in km between
    centroids, :math:`M` the units that change team, :math:`t_i` their transfer weight and
    :math:`\lambda` the price: Hess et al. (1965), *Nonpartisan political redistricting by
    computer*, with area in the place of population, so that with the units' own moments, which no
    plan changes, it is the second moment of the team areas about their centres.

    Attributes
    ----------
    units
        Codes, sorted.
    weight
        Caseload, workload or population of each unit, zero or more.
    x_m, y_m
        Centroids in the measuring CRS.
    area_m2, outline_m
        Area and perimeter of each unit.
    edges
        Neighbours that share a side (rook), shape (m, 2), the first below the second.
    shared_m
        Length of the side of each edge.
    teams
        Names of the teams.
    target
        Wanted weight of each team; they sum to the whole weight.
    tolerance
        Largest allowed deviation from the target, as a share of it.
    fixed
        Unit -> team: locks.
    seats
        Team -> unit that must be in it (its field office).
    present
        Team of each unit now, -1 for none; None without a plan to compare with.
    transfer_weight
        Clients who would change team when the unit moves.
    transfer_limit
        Most transfer weight that may move; None without a limit.
    transfer_price
        km² of the objective for each transfer.
    """

    units: tuple[str, ...]
    weight: NDArray[np.float64]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    area_m2: NDArray[np.float64]
    outline_m: NDArray[np.float64]
    edges: NDArray[np.int64]
    shared_m: NDArray[np.float64]
    teams: tuple[str, ...]
    target: NDArray[np.float64]
    tolerance: float
    fixed: Mapping[int, int] = field(default_factory=dict)
    seats: Mapping[int, int] = field(default_factory=dict)
    present: NDArray[np.int64] | None = None
    transfer_weight: NDArray[np.float64] | None = None
    transfer_limit: float | None = None
    transfer_price: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "fixed", dict(self.fixed))
        object.__setattr__(self, "seats", dict(self.seats))
        faults = _faults(self)
        if faults:
            raise InputError("the plan problem cannot be used: " + "; ".join(faults))

    @classmethod
    def from_frames(
        cls,
        frame: gpd.GeoDataFrame,
        weight: pd.Series,
        *,
        crs: str,
        teams: tuple[str, ...],
        tolerance: float,
        officers: Mapping[str, float] | None = None,
        locks: Mapping[str, str] | None = None,
        seats: Mapping[str, str] | None = None,
        present: Mapping[str, str] | None = None,
        transfer_weight: pd.Series | None = None,
        transfer_limit: float | None = None,
        transfer_price: float = 0.0,
    ) -> Problem:
        """Build the problem from boundaries and a weight for each.

        Parameters
        ----------
        frame
            BOUNDARIES, EPSG:4326.
        weight
            Index unit code; units without a row weigh nothing.
        crs
            The measuring CRS.
        teams
            Names of the teams, all different.
        tolerance
            Largest allowed deviation from the target, as a share of it.
        officers
            Team -> officers, in full-time shares: targets in proportion; equal without it.
        locks
            Unit code -> team.
        seats
            Team -> code of the unit that must be in it.
        present
            Unit code -> team now; teams that are not in ``teams`` count as none.
        transfer_weight
            Index unit code: clients who change team with the unit; ``weight`` without it.
        transfer_limit
            Most transfer weight that may move.
        transfer_price
            km² of the objective for each transfer.

        Returns
        -------
        Problem
            Units sorted by code.

        Raises
        ------
        InputError
            When a lock, seat, weight or officer count cannot be used.
        """
        layout = Layout.from_frame(frame, crs=crs)
        units = layout.units
        place = {code: number for number, code in enumerate(units)}
        team = {name: number for number, name in enumerate(teams)}
        load = _aligned(weight, units)
        share = np.array([officers.get(name, 0.0) if officers else 1.0 for name in teams])
        if not (share > 0).all():
            idle = ", ".join(name for name, part in zip(teams, share, strict=True) if part <= 0)
            raise InputError(f"team(s) without officers: {idle}", remedy="Leave them out")
        middle = shapely.centroid(to_measuring(frame.sort_index(), crs).geometry.to_numpy())
        now = None
        moved = None
        if present is not None:
            now = np.array([team.get(present.get(code, ""), -1) for code in units], dtype=np.int64)
            moved = load
            if transfer_weight is not None:
                moved = _aligned(transfer_weight, units)
        return cls(
            units=units,
            weight=load,
            x_m=shapely.get_x(middle),
            y_m=shapely.get_y(middle),
            area_m2=layout.area_m2,
            outline_m=layout.outline_m,
            edges=layout.edges,
            shared_m=layout.shared_m,
            teams=tuple(teams),
            target=share / share.sum() * load.sum(),
            tolerance=tolerance,
            fixed={
                _known(place, unit, "unit"): _known(team, name, "team")
                for unit, name in (locks or {}).items()
            },
            seats={
                _known(team, name, "team"): _known(place, unit, "unit")
                for name, unit in (seats or {}).items()
            },
            present=now,
            transfer_weight=moved,
            transfer_limit=transfer_limit,
            transfer_price=transfer_price,
        )

    @property
    def least(self) -> NDArray[np.float64]:
        """Least weight of each team, for models."""
        return self.target * (1.0 - self.tolerance - SLACK / 2)

    def allows(self, deviation: float) -> bool:
        """Tell whether a team may be so far from its target.

        Parameters
        ----------
        deviation
            As a share of the target, zero or more.

        Returns
        -------
        bool
            Whether it is within the tolerance.
        """
        return deviation <= self.tolerance + SLACK

    @property
    def most(self) -> NDArray[np.float64]:
        """Most weight of each team, for models."""
        return self.target * (1.0 + self.tolerance + SLACK / 2)


@dataclass(frozen=True, eq=False)
class Solution:
    """A plan and what is proven about it.

    Attributes
    ----------
    assignment
        Team of each unit; all -1 when no plan was found.
    objective
        What was minimised; infinite when no plan was found.
    bound
        No plan that holds every rule is below it.
    gap
        ``(objective - bound) / objective``, 0-1.
    status
        ``optimal``, ``feasible``, ``infeasible`` (proven) or ``stopped`` (nothing found, nothing
        proven).
    seconds
        Wall time.
    balance
        Worst deviation of a team from its target, as a share of it; NaN without a plan.
    method
        How it was found.
    note
        What a person should know.
    """

    assignment: NDArray[np.int64]
    objective: float
    bound: float
    gap: float
    status: str
    seconds: float
    balance: float
    method: str
    note: str = ""

    @property
    def found(self) -> bool:
        """Whether there is a plan."""
        return bool((self.assignment >= 0).all())


# Told the best plan so far and the seconds passed; False stops the search.
Progress: TypeAlias = Callable[[Solution | None, float], bool]


def _aligned(values: pd.Series, units: tuple[str, ...]) -> NDArray[np.float64]:
    return np.asarray(values.reindex(list(units)).fillna(0.0), dtype=np.float64)


def _known(places: Mapping[str, int], name: str, what: str) -> int:
    if name not in places:
        raise InputError(f"there is no {what} {name!r}", remedy=f"Name a {what} of the plan")
    return places[name]


def _faults(problem: Problem) -> list[str]:
    count, teams = len(problem.units), len(problem.teams)
    faults = []
    if len(set(problem.teams)) != teams or not 1 <= teams <= count:
        faults.append(f"{teams} team(s) for {count} unit(s)")
    for name in ("weight", "x_m", "y_m", "area_m2", "outline_m"):
        values = getattr(problem, name)
        if values.shape != (count,) or not np.isfinite(values).all():
            faults.append(f"{name} is not one number for each unit")
    if (problem.weight < 0).any() or problem.weight.sum() <= 0:
        faults.append("weights are zero or more, and not all zero")
    if problem.target.shape != (teams,) or not (problem.target > 0).all():
        faults.append("the target is not a weight above zero for each team")
    if not 0 <= problem.tolerance < np.inf:
        faults.append("the tolerance is a share, zero or more")
    if problem.transfer_limit is not None and problem.present is None:
        faults.append("a limit on transfers needs the present plan")
    for team, unit in problem.seats.items():
        if problem.fixed.get(unit, team) != team:
            faults.append(f"unit {problem.units[unit]} is the seat of one team, locked to another")
    if len(set(problem.seats.values())) < len(problem.seats):
        faults.append("two teams have their seat in one unit")
    return faults
