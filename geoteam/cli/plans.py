"""``geoteam plans``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from geoteam.cli.common import State, json_option, pass_state, show, table
from geoteam.cli.plan_solve import solve
from geoteam.cli.plan_work import WORK
from geoteam.services import plan_drafts, plan_figures, plan_files
from geoteam.services import plans as services
from geoteam.services.operator import operator


@click.group()
def plans() -> None:
    """Plans (unit to team): list, import, measure, publish, export."""


@plans.command("list")
@json_option
@pass_state
def list_(state: State, as_json: bool) -> None:
    """List the plans, newest first.

    Example: geoteam plans list
    """
    rows = services.list_plans(state.workspace)
    columns = ["id", "name", "status", "effective_from", "effective_to", "created_by"]
    show(rows, lambda: table(rows, columns, "No plan yet."), as_json)


@plans.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", required=True, help="Name of the plan.")
@click.option(
    "--team-column", default="team", show_default=True, help="Column with the team's reference."
)
@json_option
@pass_state
def import_(state: State, file: Path, name: str, team_column: str, as_json: bool) -> None:
    """Load a plan as a draft: a table of units and teams, or a map layer of any areas with teams.

    A layer (GeoJSON, GeoPackage, Shapefile) is fitted to our units by the address points and the
    ground of each; units that do not fit are listed.

    Example: geoteam plans import plan.csv --name "Proposal A"
    """
    made = plan_files.import_file(state.workspace, state.actor, file, name, team_column=team_column)
    columns = ["unit", "team", "share", "by", "second", "second_share", "misfit"]
    lines = [
        f"Plan {made.plan_id} is a draft of {made.units:,} units. "
        f"See: geoteam plans impact {made.plan_id}"
    ]
    if made.misfits:
        lines.append(
            f"{len(made.misfits)} unit(s) do not fit whole; each has a comment that says so:"
        )
        lines += table(made.misfits, columns, "")
    told = {"id": made.plan_id, "status": "draft", "units": made.units, "misfits": made.misfits}
    show(told, lambda: lines, as_json)


@plans.command()
@click.argument("plan_id", metavar="PLAN", type=int)
@click.argument("name")
@json_option
@pass_state
def rename(state: State, plan_id: int, name: str, as_json: bool) -> None:
    """Give a draft another name.

    Example: geoteam plans rename 3 "Proposal A, with the harbour"
    """
    plan_drafts.rename(state.workspace, operator(state.actor), plan_id, name)
    told = {"id": plan_id, "name": name.strip()}
    show(told, lambda: [f"Plan {plan_id} is called {told['name']}."], as_json)


@plans.command()
@click.argument("plan_id", metavar="PLAN", type=int)
@click.confirmation_option(prompt="Delete this draft, with its edits and comments?")
@json_option
@pass_state
def delete(state: State, plan_id: int, as_json: bool) -> None:
    """Delete a draft, with its edits and comments.

    A draft that was ever proposed stays among the earlier plans, as taken back.

    Example: geoteam plans delete 3
    """
    gone = plan_drafts.delete(state.workspace, operator(state.actor), plan_id)
    kept = "was proposed once: it stays in the list, as taken back"
    said = f"Plan {plan_id} {'is deleted' if gone else kept}."
    show({"id": plan_id, "deleted": gone}, lambda: [said], as_json)


@plans.command()
@click.argument("plan_id", metavar="[PLAN]", type=int, required=False)
@click.option("--plan", "named", type=int, help="The plan, as the number alone says it too.")
@click.option("--areas", is_flag=True, help="Write team areas in place of units (layers only).")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True)
@json_option
@pass_state
def export(
    state: State,
    plan_id: int | None,
    named: int | None,
    areas: bool,
    output: Path,
    as_json: bool,
) -> None:
    """Write a plan, by default the one in force, as a table or a map layer.

    A table is .csv, .xlsx or .parquet, a layer .geojson, .gpkg or .shp.

    Example: geoteam plans export 2 -o plan.geojson --areas
    """
    if None not in (plan_id, named) and plan_id != named:
        raise click.UsageError(f"two plans are named: {plan_id} and {named}")
    wanted = named if plan_id is None else plan_id
    told = plan_files.export_plan(state.workspace, output, wanted, areas=areas)
    lines = [f"{told['units']} units."]
    if areas:
        lines.append(f"{told['areas']} team areas.")
    if told["unassigned"]:
        lines.append(f"{told['unassigned']} of the units have no team.")
    show(told, lambda: lines, as_json)


@plans.command()
@click.argument("plan_id", metavar="[PLAN]", type=int, required=False)
@click.option("--list", "listed", is_flag=True, help="Say what every metric means instead.")
@json_option
@pass_state
def metrics(state: State, plan_id: int | None, listed: bool, as_json: bool) -> None:
    """Measure a plan, by default the one in force: every metric of the plan and of its teams.

    Example: geoteam plans metrics 2
    """
    if listed:
        rows = plan_figures.definitions()
        show(rows, lambda: [line for row in rows for line in _definition(row)], as_json)
        return
    found = plan_figures.plan_figures(state.workspace, plan_id)
    titles = {row["key"]: row["title"] for row in plan_figures.definitions()}
    whole = [{"metric": titles[key], "value": value} for key, value in found["plan"].items()]
    show(
        found,
        lambda: [
            f"Plan {found['id']}: {found['name']}",
            *table(whole, ["metric", "value"], ""),
            "",
            *table(found["teams"], list(found["teams"][0]) if found["teams"] else [], "No team."),
        ],
        as_json,
    )


def _definition(row: dict[str, Any]) -> list[str]:
    better = f", {row['better']} is better" if row["better"] else ""
    return [
        f"{row['key']} (version {row['version']}, of the {row['of']}, in {row['unit']}{better})",
        f"  {row['title']}: {row['formula']}",
        f"  Source: {row['source']}",
    ]


for _command in (solve, *WORK):
    plans.add_command(_command)

COMMANDS = (plans,)
