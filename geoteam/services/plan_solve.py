"""A plan proposed by the solver, from what the workspace knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geoteam.errors import InputError
from geoteam.plans.problem import Problem, Progress, Solution
from geoteam.plans.solve import solve_or_explain
from geoteam.services.import_files import open_table
from geoteam.services.people import clients_frame, officers_frame
from geoteam.services.plans import save_draft, units_of
from geoteam.services.workspace import Workspace
from geoteam.store import staff

WEIGHTS = ("workload", "caseload", "units")


@dataclass(frozen=True)
class SolveOptions:
    """What a plan is asked to be.

    Attributes
    ----------
    teams
        How many teams, which are to carry the same; by default the teams of the workspace, each in
        proportion to its officers.
    tolerance
        Largest allowed deviation from a team's target, as a share of it.
    unit
        Boundary kind of the units.
    weight
        ``workload``, ``caseload`` or ``units``; with ``file``, its column.
    file
        Table with a column ``unit`` and the weight; the clients of the workspace by default.
    locks
        Unit -> team.
    seats
        Team -> unit that must be in it.
    max_transfers
        Most clients who may change team against the plan in force.
    seconds
        Time to spend.
    """

    teams: int | None = None
    tolerance: float = 0.05
    unit: str = "service_area"
    weight: str = "workload"
    file: Path | None = None
    locks: Mapping[str, str] = field(default_factory=dict)
    seats: Mapping[str, str] = field(default_factory=dict)
    max_transfers: float | None = None
    seconds: float = 60.0


def solve_plan(
    workspace: Workspace, options: SolveOptions, *, progress: Progress | None = None
) -> dict[str, Any]:
    """Propose the most compact plan, with a proof of how good it is.

    Without a plan at the tolerance, the units are those of the nearest tolerance that has one.

    Parameters
    ----------
    workspace
        The workspace.
    options
        What is asked for.
    progress
        Told the best plan so far; False stops.

    Returns
    -------
    dict
        ``status``, ``objective`` (km²), ``bound``, ``gap``, ``seconds``, ``units`` (code -> team),
        ``balance`` (worst deviation as a share), ``transfers`` (None without a plan to compare
        with), ``note``, ``conflict`` (rules that cannot hold together), ``tolerance`` (the nearest
        that works, where the one asked for does not) and ``no_tolerance_below`` (proven).

    Raises
    ------
    InputError
        When an option names what is not there.
    """
    problem = _problem(workspace, options)
    found, why = solve_or_explain(problem, seconds=options.seconds, progress=progress)
    best = found if why is None or why.solution is None else why.solution
    answer = _figures(problem, found, best)
    if why is not None:
        answer["conflict"] = list(why.conflict)
        answer["tolerance"] = why.tolerance
        answer["no_tolerance_below"] = why.bound
    return answer


def _figures(problem: Problem, found: Solution, best: Solution) -> dict[str, Any]:
    moves = None
    if best.found and problem.present is not None and problem.transfer_weight is not None:
        changes = (problem.present >= 0) & (problem.present != best.assignment)
        moves = float(problem.transfer_weight[changes].sum())
    return {
        "status": found.status,
        "objective": best.objective,
        "bound": best.bound,
        "gap": best.gap,
        "seconds": found.seconds,
        "balance": best.balance,
        "transfers": moves,
        "method": best.method,
        "note": found.note,
        "units": {
            code: problem.teams[team]
            for code, team in zip(problem.units, best.assignment.tolist(), strict=True)
            if team >= 0
        },
    }


def save_solution(workspace: Workspace, actor: str, name: str, answer: Mapping[str, Any]) -> int:
    """Keep a proposal as a draft plan.

    Parameters
    ----------
    workspace
        The workspace.
    actor
        Who the audit log names.
    name
        Name of the plan.
    answer
        What ``solve_plan`` returned.

    Returns
    -------
    int
        The plan's id.

    Raises
    ------
    InputError
        When there is no plan, or its teams are not those of the workspace.
    """
    if not answer["units"]:
        raise InputError("there is no plan to save", remedy=answer["note"])
    return save_draft(workspace, actor, name, dict(answer["units"]), where="the solver")


def _problem(workspace: Workspace, options: SolveOptions) -> Problem:
    if not np.isfinite(options.tolerance) or not 0 <= options.tolerance <= 10:
        raise InputError("the tolerance is a share, such as 0.05 for 5 %")
    if options.max_transfers is not None and options.unit != workspace.profile.unit_kind:
        raise InputError("transfers are counted on the units of the plan in force only")
    frame = workspace.areas(options.unit)
    with workspace.reading() as session:
        people = clients_frame(workspace, session, workspace.today())
        staffed = officers_frame(session, workspace, people)
        known = staff.teams(session)
    general = sorted(known.index[known["specialty"] == ""])
    teams = _teams(general, options.teams)
    if options.max_transfers is not None and set(teams) != set(general):
        raise InputError(
            "transfers are counted between the agency's own teams only",
            remedy="Leave the number of teams out, or the limit on transfers",
        )
    officers = None
    if options.teams is None:
        shares = staffed.groupby("team")["full_time_share"].sum()
        officers = {team: float(shares.get(team, 0.0)) for team in general}
    people = people[people["specialty"] == ""]
    index = workspace.area_index(options.unit)
    place = index.locate(people["lon"].to_numpy(), people["lat"].to_numpy())
    load = people.groupby(place)["points"].agg(["size", "sum"]).astype(np.float64)
    return Problem.from_frames(
        frame,
        _weight(options, load, {str(code) for code in frame.index}),
        crs=workspace.profile.city.crs,
        teams=teams,
        officers=officers,
        tolerance=options.tolerance,
        locks=options.locks,
        seats=options.seats,
        present=None if options.max_transfers is None else units_of(workspace),
        transfer_weight=load["size"],
        transfer_limit=options.max_transfers,
    )


def _weight(options: SolveOptions, load: pd.DataFrame, units: set[str]) -> pd.Series:
    if options.file is not None:
        return _read_weights(options.file, options.weight, units)
    if options.weight == "units":
        return pd.Series(1.0, index=sorted(units))
    if options.weight not in WEIGHTS:
        raise InputError(
            f"there is no weight {options.weight!r}",
            remedy=f"Use one of {', '.join(WEIGHTS)}, or a column of a file with --weights",
        )
    return load["sum"] if options.weight == "workload" else load["size"]


def _teams(known: list[str], count: int | None) -> tuple[str, ...]:
    """Name the teams: the agency's own where their number is asked for, else new names."""
    if count is None or count == len(known):
        return tuple(known)
    if count < 1:
        raise InputError("a plan has one team or more")
    return tuple(f"Team {number:02d}" for number in range(1, count + 1))


def _read_weights(path: Path, column: str, units: set[str]) -> pd.Series:
    table = open_table(path)
    names = [name.lower() for name in table.columns]
    if not {"unit", column.lower()} <= set(names):
        raise InputError(
            f"a file of weights has the columns unit and {column}",
            where=str(path),
            remedy="Add the header, or name the column with --weight",
        )
    unit, load = names.index("unit"), names.index(column.lower())
    weights: dict[str, float] = {}
    for number, cells, _ in table.rows():
        where = f"{path.name}, row {number}"
        code = str(cells[unit] or "").strip()
        if code not in units:
            raise InputError(f"there is no unit {code!r}", where=where)
        if code in weights:
            raise InputError(f"unit {code!r} stands twice", where=where, remedy="Keep one row")
        try:
            weights[code] = float(cells[load])
        except (TypeError, ValueError) as error:
            raise InputError(f"the weight of {code!r} is no number", where=where) from error
    return pd.Series(weights, dtype=np.float64)
