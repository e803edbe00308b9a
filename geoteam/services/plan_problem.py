"""What is asked of the solver, put into its words from what the workspace knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from geoteam.areas import AreaIndex
from geoteam.errors import InputError, NotFoundError
from geoteam.plans.losses import Holdings
from geoteam.plans.problem import Problem
from geoteam.services.import_files import open_table
from geoteam.services.people import clients_frame, officers_frame
from geoteam.services.plans import units_of
from geoteam.services.workspace import Workspace
from geoteam.store import staff, venues

WEIGHTS = ("workload", "caseload", "units")
# What transfers are counted in.
COUNTED = ("clients", "workload", "units")


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
    keep
        ``clients``, ``workload`` or ``units``: move the fewest of these against the present plan;
        '' for the most compact plan.
    present
        Id of the present plan; the one in force by default.
    transfer_limit
        Most clients who may change team against the present plan.
    transfer_price
        km² of spread that one client's change of team is worth.
    seconds
        Time to spend.
    seed
        The same seed gives the same plan wherever the work ends before the time does.
    """

    teams: int | None = None
    tolerance: float = 0.05
    unit: str = "service_area"
    weight: str = "workload"
    file: Path | None = None
    locks: Mapping[str, str] = field(default_factory=dict)
    seats: Mapping[str, str] = field(default_factory=dict)
    keep: str = ""
    present: int | None = None
    transfer_limit: float | None = None
    transfer_price: float = 0.0
    seconds: float = 60.0
    seed: int = 0

    @property
    def compares(self) -> bool:
        """Whether a present plan is needed."""
        return bool(self.keep or self.transfer_limit is not None or self.transfer_price)


def problem_of(workspace: Workspace, options: SolveOptions, *, compare: bool = False) -> Problem:
    """Put what is asked into the words of the solver, from what the workspace knows.

    Parameters
    ----------
    workspace
        The workspace.
    options
        What is asked for.
    compare
        Whether a present plan is needed in any case.

    Returns
    -------
    Problem
        With the present plan where it can be compared with.

    Raises
    ------
    InputError
        When an option names what is not there.
    NotFoundError
        When there is no present plan, though one is needed.
    """
    if not np.isfinite(options.tolerance) or not 0 <= options.tolerance <= 10:
        raise InputError("the tolerance is a share, such as 0.05 for 5 %")
    if options.transfer_price < 0 or not np.isfinite(options.transfer_price):
        raise InputError("the price of a transfer is zero km² or more")
    if options.keep not in ("", *COUNTED):
        raise InputError(f"nobody counts {options.keep!r}", remedy=f"Use {', '.join(COUNTED)}")
    frame = workspace.areas(options.unit)
    with workspace.reading() as session:
        people = clients_frame(workspace, session, workspace.today())
        staffed = officers_frame(session, workspace, people)
        known = staff.teams(session)
    general = sorted(known.index[known["specialty"] == ""])
    teams = _teams(general, options.teams)
    compare = compare or options.compares or options.present is not None
    present = _present(workspace, options, general, teams, needed=compare)
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
        present=present,
        transfer_weight=_counted(options.keep, load, frame.index.astype("str")),
        transfer_limit=options.transfer_limit,
        transfer_price=options.transfer_price,
    )


def holdings_of(workspace: Workspace, options: SolveOptions, problem: Problem) -> Holdings:
    """Tell what the teams of a problem hold today.

    Parameters
    ----------
    workspace
        The workspace.
    options
        What is asked for.
    problem
        As of ``problem_of``.

    Returns
    -------
    Holdings
        Empty where the teams are not the agency's own.
    """
    now = () if problem.present is None else problem.present.tolist()
    present = {
        unit: problem.teams[team]
        for unit, team in zip(problem.units, now, strict=False)
        if team >= 0
    }
    index = workspace.area_index(options.unit)
    with workspace.reading() as session:
        return holdings(session, index, problem.teams, present)


def holdings(
    session: Session, index: AreaIndex, teams: Iterable[str], present: Mapping[str, str]
) -> Holdings:
    """Tell what teams hold today.

    Parameters
    ----------
    session
        Open session.
    index
        Of the units.
    teams
        References; those that are not the agency's hold nothing.
    present
        Unit -> team today.

    Returns
    -------
    Holdings
        With the offices of the teams that have one with a known place.
    """
    known = staff.teams(session)
    names = {str(team): str(name) for team, name in known["name"].items()}
    office = known["office_ref"]
    places = venues.load(session).geometry
    at = {
        team: places[office[team]]
        for team in teams
        if team in names and office[team] in places.index
    }
    units = index.locate(
        np.array([point.x for point in at.values()]), np.array([point.y for point in at.values()])
    )
    return Holdings(present, dict(zip(at, map(str, units), strict=True)), names)


def _present(
    workspace: Workspace,
    options: SolveOptions,
    general: list[str],
    teams: tuple[str, ...],
    *,
    needed: bool,
) -> dict[str, str] | None:
    """Load the present plan, where there is one on these units and teams, or say what is wrong."""
    fault = ""
    if options.unit != workspace.profile.unit_kind:
        fault = "transfers are counted on the units of the agency's plans only"
    elif set(teams) != set(general):
        fault = "transfers are counted between the agency's own teams only"
    if fault and needed:
        raise InputError(fault, remedy="Leave out --unit and --teams, or what counts transfers")
    if fault:
        return None
    try:
        return units_of(workspace, options.present)
    except NotFoundError:
        if needed:
            raise
        return None


def _counted(keep: str, load: pd.DataFrame, units: pd.Index) -> pd.Series:
    if keep == "units":
        return pd.Series(1.0, index=units)
    return load["sum"] if keep == "workload" else load["size"]


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
