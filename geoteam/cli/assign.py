"""``geoteam assign``."""

from __future__ import annotations

from datetime import date

import click

from geoteam.cli.common import State, StepBar, json_option, pass_state, show, table
from geoteam.services.assigning import run_assignment
from geoteam.services.assignment import explain_client
from geoteam.services.wording import told_day


@click.command()
@click.option("--explain", default="", help="Tell why this client is where they are; run nothing.")
@click.option("--overload", default=0.0, help="Share by which a full caseload may be exceeded.")
@click.option("--rebalance", is_flag=True, help="Share the work out anew; clients may change.")
@json_option
@pass_state
def assign(state: State, explain: str, overload: float, rebalance: bool, as_json: bool) -> None:
    """Assign every client to a team and an officer under the plan in force.

    Whoever has an officer stays as far as that officer has room. When an officer joins a team,
    --rebalance shares the team's work out anew.
    The officer is chosen by optimisation (minimum-cost flow and a mixed-integer repair); the
    objective, its proven bound and the gap are printed.

    Example: geoteam assign --explain C200007
    """
    if explain:
        text = explain_client(state.workspace, None, explain, actor=state.actor)
        show({"client": explain, "explanation": text}, text.splitlines, as_json)
        return
    StepBar()("assigning clients")
    done = run_assignment(state.workspace, state.actor, overload=overload, rebalance=rebalance)
    unassigned = [
        {"reason": status.replace("_", " "), "clients": count}
        for status, count in done["unassigned"].items()
    ]
    show(
        done,
        lambda: [
            f"{done['assigned']:,} of {done['clients']:,} clients are assigned: {done['kept']:,} "
            f"keep their officer, {done['changed']:,} change, {done['new']:,} are new, "
            f"{done['lost']:,} lose theirs.",
            *[
                f"From {told_day(date.fromisoformat(one['on']))}, when {one['plan']} begins, "
                f"{one['lost']:,} who have an officer until then have nobody."
                for one in done.get("to_come", [])
                if one["lost"]
            ],
            *(["Nothing has changed since the last run, which stands."] * done["repeated"]),
            *table(unassigned, ["reason", "clients"], "Nobody is unassigned."),
            f"Objective {done['objective']:,.1f} minutes, proven bound {done['bound']:,.1f}, "
            f"gap {done['gap']:.3%}, {done['seconds']:.2f} s.",
        ],
        as_json,
    )


COMMANDS = (assign,)
