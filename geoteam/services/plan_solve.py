"""Plans proposed by the solver: one, or a few to choose from."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geoteam.errors import InputError
from geoteam.plans.apart import Cut, run_apart
from geoteam.plans.choices import Choice, Offer, choices
from geoteam.plans.infeasible import Explanation
from geoteam.plans.judge import moved, polsby_popper
from geoteam.plans.losses import Holdings
from geoteam.plans.problem import Problem, Solution
from geoteam.plans.solve import solve_or_explain
from geoteam.services.plan_problem import SolveOptions, holdings_of, problem_of
from geoteam.services.plans import save_draft
from geoteam.services.workspace import Workspace

# Told the best plan so far (unit -> team), its gap (0-1) and the seconds; False stops.
Progress: TypeAlias = Callable[[Mapping[str, str] | None, float, float], bool]
STOPPED = "Stopped; what was found by then is kept."
NOTHING = "Stopped before a plan was found."
OVER = "The time was over; what was found by then is kept."
OVER_NOTHING = "The time was over before a plan was found."


def solve_plan(
    workspace: Workspace, options: SolveOptions, *, progress: Progress | None = None
) -> dict[str, Any]:
    """Propose the plan that is most compact, or moves the fewest, with a proof of how good it is.

    The solver works in a process of its own, so that it can be stopped at any time, from the
    keyboard too. Without a plan at the tolerance, the units are those of the nearest tolerance that
    has one.

    Parameters
    ----------
    workspace
        The workspace.
    options
        What is asked for.
    progress
        Told the best plan so far, four times a second; False stops and keeps it.

    Returns
    -------
    dict
        ``status``, ``objective`` (km², or transfers with ``keep``), ``bound``, ``gap``,
        ``seconds``, ``units`` (code -> team), ``balance`` (worst deviation as a share),
        ``polsby_popper`` (mean), ``transfers`` (None without a plan to compare with), ``note``,
        ``warnings`` (``kind``, ``teams`` and ``text`` of each, see ``plans.losses``),
        ``conflict`` (rules that cannot hold together), ``tolerance`` (the nearest that works, where
        the one asked for does not) and ``no_tolerance_below`` (proven).

    Raises
    ------
    InputError
        When an option names what is not there.
    NotFoundError
        When there is no present plan, though one is needed.
    """
    problem = problem_of(workspace, options)
    held = holdings_of(workspace, options, problem)
    last: list[Solution] = []
    began = time.monotonic()

    def hear(best: Solution | None, passed: float) -> bool:
        # While it is sought why there is no plan, plans come by that break the tolerance.
        if best is not None and best.found and problem.allows(best.balance):
            last[:] = [best]
        return _tell(progress, problem, last[0] if last else None, passed)

    answer: tuple[Solution, Explanation | None] | Cut = run_apart(
        solve_or_explain, problem, seconds=options.seconds, seed=options.seed,
        fewest=bool(options.keep), progress=hear,
    )  # fmt: skip
    if isinstance(answer, Cut):
        kept = last[0] if last else _nothing(problem)
        note = ended(answer, found=bool(last))
        kept = replace(kept, seconds=time.monotonic() - began, note=note)
        return _figures(problem, held, kept, kept)
    found, why = answer
    best = found if why is None or why.solution is None else why.solution
    return _figures(problem, held, found, best) | _explained(why)


def offer(
    workspace: Workspace, options: SolveOptions, *, progress: Progress | None = None
) -> dict[str, Any]:
    """Propose two to four plans that trade balance, compactness and people moved.

    Parameters
    ----------
    workspace
        The workspace.
    options
        What is asked for.
    progress
        Told the best plan so far of the choice at work on; False stops and keeps the choices.

    Returns
    -------
    dict
        ``seconds``, ``note``, ``choices`` (each as ``solve_plan`` returns a plan, with ``key``,
        ``label`` and ``spread_km2``) and, where the tolerance cannot be met, what ``solve_plan``
        says of it.

    Raises
    ------
    InputError
        When an option names what is not there.
    """
    problem = problem_of(workspace, options)
    held = holdings_of(workspace, options, problem)
    made: list[Choice] = []
    began = time.monotonic()

    def hear(so_far: list[Choice], best: Solution | None, passed: float) -> bool:
        made[:] = so_far
        return _tell(progress, problem, best, passed)

    answer: Offer | Cut = run_apart(
        choices, problem, seconds=options.seconds, seed=options.seed, progress=hear
    )
    if isinstance(answer, Cut):
        found, why, note = made, None, ended(answer, found=bool(made))
    else:
        found, why, note = answer.choices, answer.why, answer.lacks
    return {
        "seconds": time.monotonic() - began,
        "note": note,
        "choices": [
            {"key": one.key, "label": one.label, "spread_km2": one.spread_km2}
            | _figures(problem, held, replace(one.solution, note=one.note), one.solution)
            for one in found
        ],
    } | _explained(why)


def ended(cut: Cut, *, found: bool) -> str:
    """Say why the solver's process did not end by itself.

    Parameters
    ----------
    cut
        What happened.
    found
        Whether there is something to keep.

    Returns
    -------
    str
        That it was stopped, or that its time was over.
    """
    if cut is Cut.OVER:
        return OVER if found else OVER_NOTHING
    return STOPPED if found else NOTHING


def _tell(
    progress: Progress | None, problem: Problem, best: Solution | None, passed: float
) -> bool:
    if progress is None:
        return True
    if best is None or not best.found:
        return progress(None, 1.0, passed)
    return progress(_units(problem, best.assignment), best.gap, passed)


def _units(problem: Problem, assignment: NDArray[np.int64]) -> dict[str, str]:
    return {
        code: problem.teams[team]
        for code, team in zip(problem.units, assignment.tolist(), strict=True)
        if team >= 0
    }


def _nothing(problem: Problem) -> Solution:
    none = np.full(len(problem.units), -1, dtype=np.int64)
    return Solution(none, np.inf, 0.0, 1.0, "stopped", 0.0, np.nan, "no plan", "")


def _explained(why: Explanation | None) -> dict[str, Any]:
    if why is None:
        return {}
    return {
        "conflict": list(why.conflict),
        "tolerance": why.tolerance,
        "no_tolerance_below": why.bound,
    }


def _figures(problem: Problem, held: Holdings, found: Solution, best: Solution) -> dict[str, Any]:
    compares = best.found and problem.present is not None
    units = _units(problem, best.assignment)
    return {
        "status": found.status,
        "objective": best.objective,
        "bound": best.bound,
        "gap": best.gap,
        "seconds": found.seconds,
        "balance": best.balance,
        "polsby_popper": polsby_popper(problem, best.assignment) if best.found else None,
        "transfers": moved(problem, best.assignment) if compares else None,
        "method": best.method,
        "note": found.note,
        "units": units,
        "warnings": [asdict(one) for one in held.lost(units)] if best.found else [],
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
        What ``solve_plan`` returned, or one of the choices of ``offer``.

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
