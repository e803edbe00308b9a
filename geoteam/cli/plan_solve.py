"""``geoteam plans solve``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pandas as pd

from geoteam.cli.common import State, StepBar, json_option, pass_state, show
from geoteam.plans.problem import Solution
from geoteam.services.batch import write_rows
from geoteam.services.plan_solve import SolveOptions, save_solution, solve_plan


def _pairs(
    context: click.Context, option: click.Parameter, given: tuple[str, ...]
) -> dict[str, str]:
    """Read options of the form A=B, each A once."""
    pairs: dict[str, str] = {}
    for text in given:
        left, sign, right = (part.strip() for part in text.partition("="))
        if not (left and sign and right) or left in pairs:
            raise click.BadParameter(f"{text!r} is not of the form {option.metavar}, each once")
        pairs[left] = right
    return pairs


@click.command()
@click.option(
    "--teams",
    type=click.IntRange(min=1),
    help="How many teams, equally loaded; by default the agency's, each by its officers.",
)
@click.option("--tolerance", type=click.FloatRange(min=0), default=0.05, show_default=True,
              help="Largest deviation from a team's target, as a share.")  # fmt: skip
@click.option("--unit", default="service_area", show_default=True, help="Boundary kind to move.")
@click.option("--weight", default="workload", show_default=True,
              help="workload, caseload, units, or a column of the --weights file.")  # fmt: skip
@click.option("--weights", type=click.Path(path_type=Path), help="Table with a column unit.")
@click.option("--lock", multiple=True, callback=_pairs, metavar="UNIT=TEAM",
              help="Keep a unit in a team; may be repeated.")  # fmt: skip
@click.option("--seat", multiple=True, callback=_pairs, metavar="TEAM=UNIT",
              help="Unit of a team's field office; may be repeated.")  # fmt: skip
@click.option("--max-transfers", type=click.FloatRange(min=0),
              help="Most clients who may change team against the plan in force.")  # fmt: skip
@click.option("--seconds", type=click.FloatRange(min=0), default=60.0, show_default=True,
              help="Time to spend; the best plan so far is kept.")  # fmt: skip
@click.option("--save", "name", help="Keep the plan as a draft with this name.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Table unit, team.")
@json_option
@pass_state
def solve(
    state: State,
    teams: int | None,
    tolerance: float,
    unit: str,
    weight: str,
    weights: Path | None,
    lock: dict[str, str],
    seat: dict[str, str],
    max_transfers: float | None,
    seconds: float,
    name: str | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Propose the most compact plan that is contiguous and balanced, with a proof.

    Where there is none, say which rules fight, and give a plan at the nearest tolerance.

    Example: geoteam plans solve --tolerance 0.05 --lock 101=T1 --save "Proposal A"
    """
    bar = StepBar()

    def progress(best: Solution | None, passed: float) -> bool:
        said = "no plan yet" if best is None else f"{best.objective:.4f} km², gap {best.gap:.1%}"
        bar(f"solving: {said}")
        return True

    options = SolveOptions(
        teams, tolerance, unit, weight, weights, lock, seat, max_transfers, seconds
    )
    answer = solve_plan(state.workspace, options, progress=progress)
    if output is not None:
        units = answer["units"]
        write_rows(pd.DataFrame({"unit": list(units), "team": list(units.values())}), output)
    if name is not None:
        answer["id"] = save_solution(state.workspace, state.actor, name, answer)
    show(answer, lambda: _lines(answer), as_json)


def _lines(answer: dict[str, Any]) -> list[str]:
    said = [f"{answer['status']}: {answer['method']}, {answer['seconds']:.1f} s."]
    if answer["note"]:
        said.append(answer["note"])
    if answer["units"]:
        said.append(
            f"{answer['objective']:.4f} km² (bound {answer['bound']:.4f}, "
            f"gap {answer['gap']:.2%}), worst deviation {answer['balance']:.2%}."
        )
        members: dict[str, list[str]] = {}
        for code, team in answer["units"].items():
            members.setdefault(team, []).append(code)
        said += [f"  {team}: {', '.join(members[team])}" for team in sorted(members)]
    if "id" in answer:
        said.append(f"Plan {answer['id']} is a draft.")
    return said
