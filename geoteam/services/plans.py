"""Plans: today's, and those that come from files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from geoteam.errors import InputError
from geoteam.plans import check_plan
from geoteam.services.import_files import open_table
from geoteam.services.plan_figures import find_plan
from geoteam.services.plan_publish import note, publish
from geoteam.services.workspace import Workspace
from geoteam.store import plans, staff

BASELINE = "Today's team areas"
# What the staff import leaves for the first plan: unit -> team.
BASELINE_SETTING = "plan.baseline"


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
    InputError
        When a unit or team is missing, unknown or named twice, with the row.
    """
    return save_draft(workspace, actor, name, _read_units(path, team_column), where=str(path))


def _read_units(path: Path, team_column: str) -> dict[str, str]:
    table = open_table(path)
    team = team_column.lower()
    names = [name.lower() for name in table.columns]
    if not {"unit", team} <= set(names):
        raise InputError(
            f"a plan file has the columns unit and {team_column}",
            where=str(path),
            remedy="Add the header",
        )
    units: dict[str, str] = {}
    for number, cells, _ in table.rows():
        row = dict(
            zip(names, ("" if cell is None else str(cell).strip() for cell in cells), strict=False)
        )
        unit = row.get("unit", "")
        where = f"{path.name}, row {number}"
        if not unit:
            raise InputError("a row names no unit", where=where, remedy="Fill it, or drop the row")
        if unit in units:
            raise InputError(
                f"unit {unit!r} stands twice", where=where, remedy="Keep one of the two rows"
            )
        if not row.get(team):
            raise InputError(f"unit {unit!r} has no team", where=where, remedy="Name its team")
        units[unit] = row[team]
    return units


def save_draft(
    workspace: Workspace,
    actor: str,
    name: str,
    units: dict[str, str],
    *,
    where: str,
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
        Name of the plan.
    units
        Unit -> team, every unit.
    where
        Where the plan comes from, for messages.
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
        teams = staff.teams(session)
        general = set(teams.index[teams["specialty"] == ""])
        check_plan(units, units=set(frame.index), teams=general, where=where)
        plan_id = plans.create(
            session,
            name=name,
            boundary_set_id=frame.attrs["set_id"],
            units=units,
            by=actor,
            at=workspace.now(),
        )
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
        ``id``, ``name``, ``status``, ``effective_from``, ``effective_to``, ``created_by``.
    """
    with workspace.reading() as session:
        found = plans.list_plans(session)
    return [
        {
            "id": plan.id,
            "name": plan.name,
            "status": plan.status,
            "effective_from": plan.effective_from,
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
