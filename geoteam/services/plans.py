"""Plans: today's, and those that come from files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from geoteam.errors import ImportProblems, InputError, RowProblem
from geoteam.plans import check_plan
from geoteam.services.import_files import open_table
from geoteam.services.plan_figures import find_plan
from geoteam.services.plan_names import free_name
from geoteam.services.plan_publish import note, publish
from geoteam.services.workspace import Workspace
from geoteam.store import plan_comments, plans, staff

BASELINE = "Today's team areas"
# What the staff import leaves for the first plan: unit -> team.
BASELINE_SETTING = "plan.baseline"
_MORE = ("the row has more cells than the header", "Drop what stands too far right")


def publish_baseline(workspace: Workspace, actor: str, units: dict[str, str]) -> int | None:
    """Publish the team areas that came with the agency's staff file, once.

    Parameters
    ----------
    workspace
        The workspace.
    actor
        Who the audit log names.
    units
        Unit -> team.

    Returns
    -------
    int or None
        The plan's id; None when a plan is in force already.
    """
    with workspace.reading() as session:
        if plans.in_force(session, workspace.today()) is not None:
            return None
    plan_id = save_draft(workspace, actor, BASELINE, units, where="the staff file")
    publish(
        workspace,
        actor,
        plan_id,
        workspace.areas(workspace.profile.unit_kind).attrs["set"].valid_from,
        reason="They came with the staff file",
    )
    return plan_id


def import_plan(
    workspace: Workspace, actor: str, path: Path, name: str, team_column: str = "team"
) -> int:
    """Load a plan as a draft from a table with the columns ``unit`` and ``team``.

    Parameters
    ----------
    workspace
        The workspace.
    actor
        Who the audit log names.
    path
        CSV or XLSX.
    name
        Name of the plan.
    team_column
        Another name of the column ``team``.

    Returns
    -------
    int
        The plan's id.

    Raises
    ------
    ImportProblems
        When units or teams are missing, unknown or named twice; all are named, nothing is saved.
    InputError
        When the file has other columns.
    """
    known = {str(unit) for unit in workspace.areas(workspace.profile.unit_kind).index}
    with workspace.reading() as session:
        teams = general_teams(session)
    units = _read_units(path, team_column, known=known, teams=teams)
    return save_draft(workspace, actor, name, units, where=str(path))


def general_teams(session: Session) -> set[str]:
    """List the teams that may hold an area.

    Parameters
    ----------
    session
        Open session.

    Returns
    -------
    set of str
        References of the teams without a specialty.
    """
    teams = staff.teams(session)
    return set(teams.index[teams["specialty"] == ""])


def _read_units(
    path: Path, team_column: str, *, known: set[str], teams: set[str]
) -> dict[str, str]:
    """Read unit -> team; every row that cannot be used and every unit without one is named."""
    table = open_table(path)
    at = {
        name: _place_of(column, table.columns, path)
        for name, column in (("unit", "unit"), ("team", team_column))
    }
    titles = {name: table.columns[place] for name, place in at.items()}
    units: dict[str, str] = {}
    first: dict[str, int] = {}
    problems: list[RowProblem] = []
    for row, cells, _ in table.rows():
        unit, team = (
            "" if place >= len(cells) or cells[place] is None else str(cells[place]).strip()
            for place in at.values()
        )
        for name, value, message, remedy in _faults(unit, team, first, known, teams):
            problems.append(RowProblem(row, titles[name], value, message, remedy))
        more = [str(cell) for cell in cells[len(table.columns) :] if cell not in (None, "")]
        if more:
            problems.append(RowProblem(row, titles["team"], more[0], *_MORE))
        first.setdefault(unit, row)
        units[unit] = team
    problems += [
        RowProblem(0, titles["unit"], unit, "the file has no row for it", "Add a row")
        for unit in sorted(known - set(units))
    ]
    if problems:
        raise ImportProblems(
            problems,
            where=str(path),
            remedy="Nothing was loaded. Mend the rows listed and import again",
        )
    return units


def _place_of(column: str, columns: Sequence[str], path: Path) -> int:
    """Find a column, whatever its letters' case."""
    found = [place for place, name in enumerate(columns) if name.lower() == column.lower()]
    if len(found) == 1:
        return found[0]
    raise InputError(
        f"the file has {'two columns' if found else 'no column'} {column!r}",
        where=str(path),
        remedy="A plan has the columns unit and team; say at loading where the team's column is "
        f"called otherwise. Columns: {', '.join(columns)}",
    )


def _faults(
    unit: str, team: str, first: Mapping[str, int], known: set[str], teams: set[str]
) -> Iterator[tuple[str, str, str, str]]:
    """Why a row cannot be used: column, value, message, what to do."""
    if not unit:
        yield "unit", "", "the row names no unit", "Name its unit, or drop the row"
    elif unit.rpartition("-")[0] in known and unit not in known:
        yield (
            "unit",
            unit,
            "this looks like a piece of a unit that another plan splits",
            "Load that plan as a layer (GeoJSON): a table does not say where a piece lies",
        )
    elif unit not in known:
        yield "unit", unit, "there is no such unit", "Look at the code, or drop the row"
    if unit and unit in first:
        yield (
            "unit",
            unit,
            f"the unit stands in row {first[unit]} already",
            "Keep one of the two rows",
        )
    if not team:
        yield "team", "", "the row names no team", "Name its team"
    elif team not in teams:
        yield "team", team, "no general team is so called", f"Teams: {', '.join(sorted(teams))}"


def save_draft(
    workspace: Workspace,
    actor: str,
    name: str,
    units: dict[str, str],
    *,
    where: str,
    doubts: Mapping[str, str] = MappingProxyType({}),
    **detail: Any,
) -> int:
    """Save a plan on the boundaries in force as a draft.

    Parameters
    ----------
    workspace
        The workspace.
    actor
        Who the audit log names.
    name
        Name of the plan; a number is added where another draft has it.
    units
        Unit -> team, every unit.
    where
        Where the plan comes from, for messages.
    doubts
        Unit -> what to look at there: a comment on the unit.
    **detail
        What else the audit log should know; nothing about a person.

    Returns
    -------
    int
        The plan's id.

    Raises
    ------
    InputError
        When a unit or team is missing or unknown.
    """
    frame = workspace.areas(workspace.profile.unit_kind)
    with workspace.transaction() as session:
        check_plan(units, units=set(frame.index), teams=general_teams(session), where=where)
        plan_id = plans.create(
            session,
            name=free_name(session, name),
            boundary_set_id=frame.attrs["set_id"],
            units=units,
            by=actor,
            at=workspace.now(),
        )
        for unit, doubt in doubts.items():
            plan_comments.add(session, plan_id, unit, doubt, by=actor, at=workspace.now())
        note(workspace, session, actor, "plan.create", plan_id, **detail)
    return plan_id


def list_plans(workspace: Workspace) -> list[dict[str, Any]]:
    """List the plans, newest first.

    Parameters
    ----------
    workspace
        The workspace.

    Returns
    -------
    list of dict
        ``id``, ``name``, ``status``, ``effective_from`` (of a plan that is not published, the day
        that was proposed), ``effective_to``, ``created_by``.
    """
    with workspace.reading() as session:
        found = plans.list_plans(session)
    return [
        {
            "id": plan.id,
            "name": plan.name,
            "status": plan.status,
            "effective_from": plan.effective_from or plan.proposed_from,
            "effective_to": plan.effective_to,
            "created_by": plan.created_by,
        }
        for plan in found
    ]


def units_of(workspace: Workspace, plan_id: int | None = None) -> dict[str, str]:
    """Load the units of a plan.

    Parameters
    ----------
    workspace
        The workspace.
    plan_id
        The plan; the one in force by default.

    Returns
    -------
    dict of str to str
        Unit -> team ref.

    Raises
    ------
    NotFoundError
        When there is no such plan, or none is in force.
    """
    with workspace.reading() as session:
        return plans.units(session, find_plan(workspace, session, plan_id).id)
