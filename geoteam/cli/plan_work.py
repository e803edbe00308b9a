"""``geoteam plans``: what a plan changes, publishing it, taking it back, handing clients over."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click
import pandas as pd

from geoteam.cli.common import State, StepBar, json_option, pass_state, show, table
from geoteam.services import (
    plan_approval,
    plan_boundaries,
    plan_handover,
    plan_impact,
    plan_print,
    plan_publish,
    plan_sets,
    plan_take_back,
)
from geoteam.services import responsible as lookup
from geoteam.services.batch import write_rows
from geoteam.services.operator import operator
from geoteam.services.outputs import write_whole

_DAY = click.DateTime(["%Y-%m-%d"])
_FILE = click.Path(path_type=Path)
_plan = click.argument("plan_id", metavar="PLAN", type=int)


@click.command()
@_plan
@click.option("--from", "since", type=_DAY, help="First day of the plan; today by default.")
@click.option("-o", "--output", type=_FILE, help="Table of the clients who change.")
@json_option
@pass_state
def impact(
    state: State, plan_id: int, since: datetime | None, output: Path | None, as_json: bool
) -> None:
    """Say what a plan would change: teams, officers, workload, travel, each client with the reason.

    Officers come from a dry run of the same assignment that publishing writes.

    Example: geoteam plans impact 2 -o changes.csv
    """
    on = since.date() if since else None
    plan_impact.can_tell(state.workspace, plan_id)
    StepBar()("assigning clients, to see")
    purpose = "export" if output else "view"
    found = plan_impact.plan_impact(
        state.workspace, operator(state.actor), plan_id, on=on, purpose=purpose
    )
    if output is not None:
        write_rows(pd.DataFrame(found["clients"]), output)
    show(found, lambda: _impact_lines(found), as_json)


def _impact_lines(found: dict[str, Any]) -> list[str]:
    told = found["figures"]
    lines = [
        f"{found['plan']['name']}, from {found['on']}, against {found['against'] or 'no plan'}.",
        f"Because of the plan: {told['teams']['changed']:,} of {told['clients']:,} clients would "
        f"get another team, {told['lost'] - told['anew']['lost']:,} would have no officer, "
        f"{told['new']:,} would get a team for the first time.",
        f"In the room that it makes in their team: {told['gained'] - told['anew']['gained']:,} "
        "without an officer would get one.",
        f"Because officers are chosen anew: {told['anew']['officer']:,} would change officer "
        f"within their team, {told['anew']['gained']:,} without an officer would get one, "
        f"{told['anew']['lost']:,} would have no officer.",
        f"In all: {_officers_line(told['officers'])}.",
    ]
    if told["back"]:
        lines += _back_lines(told["back"])
    if told["continuity"] is not None:
        lines.append(f"{told['continuity']:.1%} keep their officer.")
    if told["minutes_mean_after"] is not None:
        lines.append(
            "Drive to the field office, in minutes, now and then: mean "
            f"{told['minutes_mean_before']:.1f} and {told['minutes_mean_after']:.1f}, longest "
            f"{told['minutes_worst_before']:.1f} and {told['minutes_worst_after']:.1f}."
        )
    columns = [
        "team", "name", "clients_before", "clients_after", "workload_before", "workload_after",
        "capacity", "given", "received", "minutes_mean_after",
    ]  # fmt: skip
    lines += found["notes"]
    lines += ["", *table(found["teams"], columns, "No team.")]
    lines += ["", *table(found["units"], ["unit", "before", "after", "clients"],
                         "No unit changes team.")]  # fmt: skip
    return lines


def _officers_line(told: dict[str, int]) -> str:
    return (
        f"{told['kept']:,} keep their officer, {told['changed']:,} get another one, "
        f"{told['new']:,} get one and had none, {told['lost']:,} have none any more"
    )


def _back_lines(told: dict[str, Any]) -> list[str]:
    lines = [
        f"Of {told['moved']:,} clients whom the plan took from an officer, {told['returned']:,} "
        f"return to that officer, {told['others']:,} go to another one, {told['nobody']:,} have "
        "none.",
        f"Without an officer again, as before the plan: {told['waited']:,}.",
    ]
    return [*lines, told["why"]] if told["why"] else lines


@click.command()
@_plan
@click.option("--from", "since", type=_DAY, required=True, help="First day on which it holds.")
@click.option("--reason", default="", help="Why; kept with the plan.")
@json_option
@pass_state
def publish(state: State, plan_id: int, since: datetime, reason: str, as_json: bool) -> None:
    """Publish a plan from a day on, with the assignments that it brings, in one step.

    On the pages a second person approves; at the command line you answer for it, and the audit log
    says so.

    Example: geoteam plans publish 2 --from 2026-12-01 --reason "New office in the east"
    """
    plan_publish.can_publish(state.workspace, plan_id, since.date())
    StepBar()("assigning clients")
    done = plan_publish.publish(state.workspace, state.actor, plan_id, since.date(), reason=reason)
    told = {"id": plan_id, "status": "published", "effective_from": since.date()} | done
    show(
        told,
        lambda: [
            f"Plan {plan_id} holds from {since:%Y-%m-%d}: {done['assigned']:,} of "
            f"{done['clients']:,} clients have an officer.",
            f"{_officers_line(done)}.",
            f"The hand-over list: geoteam plans handover {plan_id}",
        ],
        as_json,
    )


@click.command("take-back")
@_plan
@click.option("--reason", required=True, help="Why.")
@click.option("--from", "since", type=_DAY,
              help="When it holds already: from when the former plan holds again; by default "
              "tomorrow.")  # fmt: skip
@click.option("--yes", is_flag=True, help="Do not ask, once told who returns.")
@json_option
@pass_state
def take_back(
    state: State, plan_id: int, reason: str, since: datetime | None, yes: bool, as_json: bool
) -> None:
    """Take the newest published plan back: before its day it goes, later a new plan goes back.

    Where it holds already, it is told first how many clients return to their former officer and how
    many stand without one, and asked whether to go on; a script says --yes.

    Example: geoteam plans take-back 2 --reason "Drawn on old figures"
    """
    user, on = operator(state.actor), since.date() if since else None
    if plan_take_back.can_take_back(state.workspace, user, plan_id, reason, on=on):
        StepBar()("assigning clients, to see")
        before = plan_impact.taken_back(state.workspace, user, plan_id, on=on)
        click.echo(f"From {before['on']} {before['former']} would hold again.", err=True)
        for line in _back_lines(before):
            click.echo(line, err=True)
        if not yes:
            click.confirm("Take the plan back?", abort=True, err=True)
    made = plan_take_back.take_back(state.workspace, user, plan_id, reason, on=on)
    if made is None:
        said = [f"Plan {plan_id} is taken back; the plan before it stands."]
    else:
        said = [f"Plan {made.plan_id} goes back to the plan before {plan_id}."]
        if made.counts is not None:
            said.append(f"{_officers_line(made.counts)}.")
            said += _back_lines(made.counts["back"]) if made.counts["back"] else []
            said.append(f"The hand-over list: geoteam plans handover {made.plan_id}")
    told = {
        "id": plan_id,
        "followed_by": made and made.plan_id,
        "counts": made and made.counts,
    }
    show(told, lambda: said, as_json)


@click.command()
@_plan
@click.option("--officer", default="", help="Only what this officer gives or receives.")
@click.option("-o", "--output", type=_FILE, help="A table (.csv, .xlsx) or a printed list (.pdf).")
@json_option
@pass_state
def handover(state: State, plan_id: int, officer: str, output: Path | None, as_json: bool) -> None:
    """List who hands which client to whom under a published plan, with the reason.

    Example: geoteam plans handover 2 --officer O1 -o handover.pdf
    """
    user = operator(state.actor)
    if output is not None and output.suffix.lower() == ".pdf":
        pdf = plan_print.handover_pdf(state.workspace, user, plan_id, officer=officer)
        write_whole(output, lambda path: path.write_bytes(pdf))
        show({"output": output}, lambda: [f"Printed to {output}."], as_json)
        return
    purpose = "export" if output else "view"
    found = plan_handover.handover(state.workspace, user, plan_id, officer=officer, purpose=purpose)
    if output is not None:
        write_rows(pd.DataFrame(found["clients"]), output)
    show(
        found,
        lambda: [
            f"{found['plan']['name']}, from {found['on']}: {len(found['clients'])} to hand over.",
            *table(found["officers"], ["ref", "name", "gives", "receives"], "Nobody changes."),
        ],
        as_json,
    )


@click.command()
@click.argument("address")
@click.option("--on", "on", type=_DAY, help="The day; today by default.")
@click.option("--zip", "zip_code", default="", help="ZIP, where known.")
@json_option
@pass_state
def responsible(
    state: State, address: str, on: datetime | None, zip_code: str, as_json: bool
) -> None:
    """Say which team was responsible for an address on a day; never a guess.

    Example: geoteam plans responsible "122 1ST STREET NW" --on 2026-03-01
    """
    day = on.date() if on else state.workspace.today()
    found = lookup.responsible(
        state.workspace, operator(state.actor), address, day, zip_code=zip_code
    )
    show(found, lambda: _responsible_lines(found), as_json)


def _responsible_lines(found: dict[str, Any]) -> list[str]:
    lines = [found["message"]] if found["message"] else []
    if found["matched"]:
        area = f", area {found['area']} (boundaries {found['boundaries']})" if found["area"] else ""
        lines.append(f"{found['matched']}{area}.")
    if found["team"]:
        lines.append(
            f"On {found['on']}: {found['team_name']} ({found['team']}), by {found['plan']}."
        )
        lines.append("Officers with clients of the team that day: "
                     + (", ".join(found["officers"]) or "none known") + ".")  # fmt: skip
    lines += [f"  {one}" for one in found["candidates"] + found["teams"]]
    return lines


@click.command()
@click.option("--boundaries", "wanted", required=True, metavar="SET|DATE",
              help="Version of the new boundaries, or a day on which they hold.")  # fmt: skip
@click.option("--plan", "plan_id", type=int, help="The plan to carry over; by default the newest.")
@click.option("--name", default="", help="Name of the draft.")
@json_option
@pass_state
def propose(state: State, wanted: str, plan_id: int | None, name: str, as_json: bool) -> None:
    """Carry the plan over to new boundaries so that the fewest clients change team, as a draft.

    Lists the units that were split, merged, renamed or redrawn, and who changes unit.

    Example: geoteam plans propose --boundaries 2027-01-01
    """
    who = operator(state.actor)
    set_id = plan_sets.find_set(state.workspace, wanted, plan_id)
    draft = plan_boundaries.propose_on_boundaries(
        state.workspace, who, set_id, plan_id=plan_id, name=name
    )
    found = plan_boundaries.carried_over(state.workspace, who, draft)
    show(found, lambda: _propose_lines(found), as_json)


def _propose_lines(found: dict[str, Any]) -> list[str]:
    proof = (
        "no contiguous plan moves fewer: proven"
        if found["proven"]
        else f"not proven to be the fewest: {found['bound']:,} or more must"
    )
    rows = [
        row | {"into": " ".join(row["into"])}
        for row in found["became"]
        if row["became"] != "unchanged"
    ]
    same = len(found["became"]) - len(rows)
    lines = [
        f"Plan {found['id']} is a draft: {found['plan']} on the boundaries {found['boundaries']}.",
        f"{found['moved']:,} clients change team ({proof}).",
        f"{found['changed']:,} clients live in a unit with another code.",
        f"{same} units are unchanged, by {found['compared_by']}.",
    ]
    if found["torn"]:
        torn = ", ".join(found["torn"])
        lines.append(f"NOT IN ONE PIECE: {torn}. Join the parts in the editor before publishing.")
    if found["mended"]:
        lines.append(f"Given away so that teams hang together: {', '.join(found['mended'])}.")
    return lines + table(rows, ["old", "became", "into", "share"], "No unit changed.")


@click.command()
@click.argument("state_", metavar="on|off", type=click.Choice(["on", "off"]))
@json_option
@pass_state
def approval(state: State, state_: str, as_json: bool) -> None:
    """Say whether a plan needs a second person before it is published on the pages.

    Example: geoteam plans approval on
    """
    plan_approval.set_approval(state.workspace, state.actor, on=state_ == "on")
    text = (
        "A plan is published when a second person approves it."
        if state_ == "on"
        else "Supervisors of every team publish plans by themselves."
    )
    show({"approval": state_ == "on"}, lambda: [text], as_json)


@click.command()
@_plan
@click.option("-o", "--output", type=_FILE, required=True, help="The PDF file.")
@json_option
@pass_state
def summary(state: State, plan_id: int, output: Path, as_json: bool) -> None:
    """Print a plan on one page: map, table, what changes, who decided and why.

    Example: geoteam plans summary 2 -o plan.pdf
    """
    pdf = plan_print.summary_pdf(state.workspace, operator(state.actor), plan_id)
    write_whole(output, lambda path: path.write_bytes(pdf))
    show({"output": output}, lambda: [f"Printed to {output}."], as_json)


WORK = (impact, publish, take_back, handover, responsible, propose, approval, summary)
