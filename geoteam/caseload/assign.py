"""The whole step client -> unit -> team -> officer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geoteam.caseload.objective import Floats, Weights
from geoteam.caseload.pool import PoolResult, assign_pool
from geoteam.caseload.reasons import reasons_of_pool, settled_reason
from geoteam.caseload.summary import summarise
from geoteam.caseload.teams import TeamChoice, choose_teams
from geoteam.errors import AssignmentError
from geoteam.frames import CLIENTS, OFFICERS, check_frame
from geoteam.profile import CaseloadTable

Travel = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True)
class Assignment:
    """Who goes to whom, why, and how good the answer is.

    Attributes
    ----------
    assignments
        Index ``client_ref`` in the order given; ``unit``, ``team`` and ``officer`` ('' for none),
        ``status`` (``assigned`` or why not) and ``reason`` (a dict of plain data).
    objective
        Minutes: travel to caseload centres, changes of officer and imbalance, summed.
    bound
        Proven lower bound of the objective for those who have an officer, the caseload centres
        being as they are.
    gap
        ``(objective - bound) / objective``; 0 when proven optimal.
    seconds
        Wall time.
    summary
        Counts by status, officers kept and changed, and load and capacity of each team; plain
        data that can be stored as JSON.
    """

    assignments: pd.DataFrame
    objective: float
    bound: float
    gap: float
    seconds: float
    summary: dict[str, Any] = field(default_factory=dict)


def assign(
    clients: pd.DataFrame,
    officers: pd.DataFrame,
    plan: Mapping[str, str],
    *,
    profile_caseload: CaseloadTable,
    travel: Travel | None = None,
    nearest: int = 30,
    overload: float = 0.0,
    weights: Weights | None = None,
) -> Assignment:
    """Give every client a unit, a team and an officer, or the reason why not.

    The team follows from rules: a specialised client goes to the citywide team of the first
    specialty in the profile's order that has officers (wherever they live), everybody else to
    the team of their unit. Within the team the officer is chosen by optimisation; the two
    objectives and the constraints are written out in ``geoteam.caseload.objective``. In words:

    1. nobody is left out while there is room, and where there is none the lower levels wait;
    2. then the least sum of travel to caseload centres, changes of officer and imbalance.

    The relaxation is a minimum-cost flow (OR-Tools ``SimpleMinCostFlow``) and gives the bound; a
    mixed-integer programme (HiGHS through SciPy) settles the few clients that the flow splits
    between officers, so that capacity in points holds exactly. Small teams are solved to the
    optimum directly. Nothing depends on time, chance or row order.

    Parameters
    ----------
    clients
        CLIENTS frame; optional column ``needs`` (lists of specialties) for clients with several;
        optional column ``bond``: ``always`` keeps a client with the present officer as long as
        that is one of those who may take the client, ``room`` also only while the officer has
        room, '' leaves it to the objective.
    officers
        OFFICERS frame.
    plan
        Unit -> team, the published plan.
    profile_caseload
        Precedence and labels of the citywide specialties.
    travel
        Seconds between places, ``f(origins (n, 2), destinations (m, 2)) -> (n, m)``, longitude
        first in EPSG:4326; infinite where there is no path. None: straight lines.
    nearest
        How many officers of the team are considered for each client, by travel to the centre of
        their caseload; the present officer always is. When that leaves somebody out, all are.
    overload
        Share by which capacity may be exceeded: 0.1 lets 50 points become 55.
    weights
        What counts how much; None: the defaults.

    Returns
    -------
    Assignment
        The assignments with reasons, objective, bound, gap and summary.

    Raises
    ------
    FrameError
        When a frame breaks its contract.
    AssignmentError
        When workload, capacity or a setting is negative or not a number.
    """
    started = time.perf_counter()
    check_frame(clients, CLIENTS)
    check_frame(officers, OFFICERS)
    _check_numbers(clients, officers, nearest, overload)
    # Sorted within, so that the answer does not depend on the order of the rows.
    people, staff = clients.sort_index(), officers.sort_index()
    choices = choose_teams(people, staff, plan, profile_caseload)
    rows: list[tuple[str, str, str, dict[str, Any]]] = []
    for choice, unit, held in zip(choices, people["unit"], people["officer"], strict=True):
        reason = settled_reason(choice, str(unit), str(held), plan, profile_caseload)
        rows.append((reason["team"], "", choice.status, reason))
    results = []
    for pool, members in _pools(choices).items():
        team_staff = _officers_of(staff, pool)
        result = assign_pool(
            people.iloc[members], team_staff, travel, nearest, overload, weights or Weights()
        )
        results.append((pool, result))
        told = reasons_of_pool(result, [choices[row] for row in members], staff, profile_caseload)
        for row, (team, officer, reason) in zip(members, told, strict=True):
            rows[row] = (team, officer, reason["status"], reason)
    table = _table(people, rows).reindex(clients.index)
    return _finish(table, results, time.perf_counter() - started)


def _finish(
    table: pd.DataFrame, results: list[tuple[tuple[str, str], PoolResult]], seconds: float
) -> Assignment:
    objective = float(sum(result.answer.objective_minutes for _, result in results))
    bound = float(sum(result.answer.bound_minutes for _, result in results))
    gap = max(0.0, (objective - bound) / objective) if objective > 0 else 0.0
    summary = summarise(table, results)
    summary |= {"objective_minutes": objective, "bound_minutes": bound, "gap": gap}
    return Assignment(table, objective, bound, gap, seconds, summary | {"seconds": seconds})


def _table(people: pd.DataFrame, rows: list[tuple[str, str, str, dict[str, Any]]]) -> pd.DataFrame:
    teams, officers, statuses, reasons = zip(*rows, strict=True) if rows else ((), (), (), ())
    return pd.DataFrame(
        {
            "unit": people["unit"].astype("str"),
            "team": pd.Series(teams, index=people.index, dtype="str"),
            "officer": pd.Series(officers, index=people.index, dtype="str"),
            "status": pd.Series(statuses, index=people.index, dtype="str"),
            "reason": pd.Series(reasons, index=people.index, dtype="object"),
        },
        index=people.index,
    )


def _pools(choices: list[TeamChoice]) -> dict[tuple[str, str], list[int]]:
    pools: dict[tuple[str, str], list[int]] = {}
    for row, choice in enumerate(choices):
        if choice.status == "open":
            pools.setdefault(choice.pool, []).append(row)
    return dict(sorted(pools.items()))


def _officers_of(staff: pd.DataFrame, pool: tuple[str, str]) -> pd.DataFrame:
    specialty, team = pool
    mask = staff["specialty"] == specialty
    return staff[mask if specialty else mask & (staff["team"] == team)]


def _check_numbers(
    clients: pd.DataFrame, officers: pd.DataFrame, nearest: int, overload: float
) -> None:
    for frame, column, what in (
        (clients, "points", "workload of a client"),
        (officers, "capacity_points", "capacity of an officer"),
    ):
        values: Floats = frame[column].to_numpy(dtype=np.float64)
        wrong = ~(np.isfinite(values) & (values >= 0) & (values < 1e6))
        if wrong.any():
            raise AssignmentError(
                f"the {what} is negative or not a number",
                where=f"column {column!r}, {frame.index.name} {frame.index[wrong][0]!r}",
                remedy="Give workload points of 0 or more",
            )
    if nearest < 1 or not 0 <= overload < 100:
        raise AssignmentError(
            "nearest must be 1 or more, and overload a share of 0 or more",
            where=f"nearest={nearest}, overload={overload}",
        )
