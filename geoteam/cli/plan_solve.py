"""``geoteam plans solve``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import pandas as pd

from geoteam.cli.common import State, StepBar, json_option, pass_state, show
from geoteam.services.batch import write_rows
from geoteam.services.file_output import check_output
from geoteam.services.plan_names import check_name, whole_name
from geoteam.services.plan_problem import COUNTED, SolveOptions
from geoteam.services.plan_solve import offer, save_solution, solve_plan


def _pairs(
    context: click.Context, option: click.Parameter, given: tuple[str, ...]
) -> dict[str, str]:
    """Read options of the form A=B, each A once."""
    pairs: dict[str, str] = {}
    for text in given:
        left, sign, right = (part.strip() for part in text.partition("="))
        if not (left and sign and right):
            raise click.BadParameter(f"{text!r} is not of the form {option.metavar}")
        if left in pairs:
            raise click.BadParameter(f"{left} is given twice: as {pairs[left]} and as {right}")
        pairs[left] = right
    return pairs


def _share(value: object) -> float:
    """Read a share, or percent with their sign: 5 alone may mean either."""
    text = str(value).strip()
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is no number") from error
    if not 0 <= share < math.inf:
        raise click.BadParameter(f"{text!r} is no share")
    if share > 1 and not text.endswith("%"):
        raise click.BadParameter(f"{text} is {share:.0%}; for {text} percent write {text}%")
    return share


@click.command()
@click.option(
    "--teams",
    type=click.IntRange(min=1),
    help="How many teams, equally loaded; by default the agency's, each by its officers.",
)
@click.option("--tolerance", type=_share, default=0.05, show_default=True, metavar="SHARE",
              help="Largest deviation from a team's target: 0.05 or 5%.")  # fmt: skip
@click.option("--unit", default="service_area", show_default=True, help="Boundary kind to move.")
@click.option("--weight", default="workload", show_default=True,
              help="workload, caseload, units, or a column of the --weights file.")  # fmt: skip
@click.option("--weights", type=click.Path(path_type=Path), help="Table with a column unit.")
@click.option("--lock", multiple=True, callback=_pairs, metavar="UNIT=TEAM",
              help="Keep a unit in a team; may be repeated.")  # fmt: skip
@click.option("--seat", multiple=True, callback=_pairs, metavar="TEAM=UNIT",
              help="Unit of a team's field office; may be repeated.")  # fmt: skip
@click.option("--keep", is_flag=False, flag_value="clients", default="", metavar="[COUNT]",
              type=click.Choice(["", *COUNTED]),
              help="Move the fewest against the present plan, instead of the most compact plan: "
                   "clients (as --keep alone), workload or units.")  # fmt: skip
@click.option("--from", "present", type=int, metavar="PLAN_ID",
              help="The present plan; by default the one in force.")  # fmt: skip
@click.option("--transfer-limit", type=click.FloatRange(min=0),
              help="Most clients who may change team against the present plan.")  # fmt: skip
@click.option("--transfer-price", type=click.FloatRange(min=0), default=0.0, metavar="KM2",
              help="km² of spread that one client's change of team is worth.")  # fmt: skip
@click.option("--choices", "several", is_flag=True,
              help="Two to four plans: compactness, balance and people moved.")  # fmt: skip
@click.option("--seconds", type=click.FloatRange(min=1), default=60.0, show_default=True,
              help="Time to spend; the best plan so far is kept, on Ctrl-C too.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True,
              help="The same seed, the same plan, if the work ends in time.")  # fmt: skip
@click.option("--save", "name", help="Keep the plan, or each choice, as a draft with this name.")
@click.option("-o", "--output", type=click.Path(path_type=Path),
              help="Table unit, team; with --choices a column a choice.")  # fmt: skip
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
    keep: str,
    present: int | None,
    transfer_limit: float | None,
    transfer_price: float,
    several: bool,
    seconds: float,
    seed: int,
    name: str | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Propose the most compact plan that is contiguous and balanced, with a proof.

    Where there is none, say which rules fight, and give a plan at the nearest tolerance.

    Example: geoteam plans solve --tolerance 0.05 --lock 101=GS-01 --save "Proposal A"
    """
    if keep and (several or transfer_limit is not None or transfer_price):
        raise click.UsageError("--keep goes without --choices, --transfer-limit, --transfer-price")
    if output is not None:
        check_output(output, None)
    if name is not None:
        # Each choice adds to the name what it is.
        name = whole_name(name) if several else check_name(state.workspace, name)
    bar = StepBar()

    def progress(best: Mapping[str, str] | None, gap: float, passed: float) -> bool:
        bar("solving: no plan yet" if best is None else f"solving: a plan, gap {gap:.1%}")
        return True

    options = SolveOptions(
        teams=teams, tolerance=tolerance, unit=unit, weight=weight, file=weights, locks=lock,
        seats=seat, keep=keep, present=present, transfer_limit=transfer_limit,
        transfer_price=transfer_price, seconds=seconds, seed=seed,
    )  # fmt: skip
    answer = (offer if several else solve_plan)(state.workspace, options, progress=progress)
    plans = answer["choices"] if several else [answer]
    if output is not None:
        columns = {one.get("key", "team"): pd.Series(one["units"], dtype=str) for one in plans}
        write_rows(pd.DataFrame(columns).rename_axis("unit").reset_index(), output)
    if name is not None:
        for one in plans:
            called = f"{name}: {one['label']}" if several else name
            one["id"] = save_solution(state.workspace, state.actor, called, one)
    show(answer, lambda: _table(answer) if several else _lines(answer, keep), as_json)


def _table(answer: dict[str, Any]) -> list[str]:
    said = [answer["note"]] if answer["note"] else []
    if "tolerance" in answer and answer["tolerance"] is not None:
        said.append(
            f"The tolerance asked for cannot be met; these are within {answer['tolerance']:.2%}."
        )
    head = ("choice", "off target", "compactness", "spread km²", "clients move", "status")
    rows = [head]
    for one in answer["choices"]:
        moves = "" if one["transfers"] is None else f"{one['transfers']:,.0f}"
        proof = "proven" if one["status"] == "optimal" else f"gap {one['gap']:.1%}"
        rows.append((one["label"], f"{one['balance']:.2%}", f"{one['polsby_popper']:.3f}",
                     f"{one['spread_km2']:.4f}", moves, proof))  # fmt: skip
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if answer["choices"]:
        said += ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    for one in answer["choices"]:
        notes = [one["note"], *(loss["text"] for loss in one["warnings"])]
        said += [f"{one['label']}: {note}" for note in notes]
    return said + [
        f"Plan {one['id']} is a draft: {one['label']}." for one in answer["choices"] if "id" in one
    ]


def _lines(answer: dict[str, Any], keep: str) -> list[str]:
    how = answer["method"] if answer["units"] else "no plan"
    said = [f"{answer['status']}: {how}, {answer['seconds']:.1f} s."]
    if answer["note"]:
        said.append(answer["note"])
    if answer["units"]:
        value = f"{answer['objective']:.4f} km² (bound {answer['bound']:.4f}"
        if keep:
            value = f"{answer['objective']:,.0f} {keep} change team (bound {answer['bound']:,.0f}"
        said.append(
            f"{value}, gap {answer['gap']:.2%}), worst deviation {answer['balance']:.2%}, "
            f"compactness {answer['polsby_popper']:.3f} (mean Polsby-Popper)."
        )
        if answer["transfers"] is not None and not keep:
            said.append(f"{answer['transfers']:,.0f} clients change team.")
        said += [loss["text"] for loss in answer["warnings"]]
        members: dict[str, list[str]] = {}
        for code, team in answer["units"].items():
            members.setdefault(team, []).append(code)
        said += [f"  {team}: {', '.join(members[team])}" for team in sorted(members)]
    if "id" in answer:
        said.append(f"Plan {answer['id']} is a draft.")
    return said
