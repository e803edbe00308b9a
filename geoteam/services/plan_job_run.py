"""The process of one run of the solver: ``python -m geoteam.services.plan_job_run FOLDER JOB``."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from geoteam.areas import AreaIndex
from geoteam.errors import GeoteamError, InputError
from geoteam.plans.apart import Cut, run_apart
from geoteam.plans.choices import COMPACT, FEWEST, LABELS, Choice, Offer, choices
from geoteam.plans.infeasible import Explanation
from geoteam.plans.losses import Holdings
from geoteam.plans.problem import Problem, Solution
from geoteam.plans.solve import sentence, solve_or_explain
from geoteam.services.jobs import lock_path
from geoteam.services.plan_figures import general_clients
from geoteam.services.plan_new import teams_in_force
from geoteam.services.plan_problem import holdings
from geoteam.services.plan_solve import ended
from geoteam.services.workspace import Workspace
from geoteam.store import plan_jobs, plans, staff
from geoteam.store.plan_jobs import Job

logger = logging.getLogger("geoteam.solver")
# Whether somebody stopped the run is asked at most so often.
_ASK_S = 0.5


def run(workspace: Workspace, job_id: str, late: Callable[[], float] = lambda: 0.0) -> None:
    """Solve what a run asks for, telling the best plan so far, and end the run.

    Parameters
    ----------
    workspace
        The workspace.
    job_id
        The run.
    late
        Seconds since it was asked for: told once all is ready, as its time counts from then.
    """
    with workspace.reading() as session:
        job = plan_jobs.get(session, job_id)
    try:
        problem, kept, held = problem_of(workspace, job)
        teller = _Teller(workspace, job, problem, kept, held, late)
        result = _solve(problem, teller)
        state, message = plan_jobs.DONE, str(result.pop("note"))
    except GeoteamError as error:
        state, message, result = plan_jobs.FAILED, str(error), {}
    except Exception as error:  # noqa: BLE001  a run must not end without a word
        # The error's own message may hold a person's data.
        logger.error("the solver failed: %s", type(error).__name__)
        state, result = plan_jobs.FAILED, {}
        message = "The solver failed. Try again; if it happens again, tell your administrator when."
    with workspace.transaction() as session:
        plan_jobs.end(session, job_id, state, message=message, result=result)


def problem_of(workspace: Workspace, job: Job) -> tuple[Problem, dict[str, str], Holdings]:
    """Put a run into the words of the solver.

    Teams that are locked stand outside of the problem with their units, so that they neither lose
    nor gain any; the other units are shared out among the other teams, in proportion to their
    officers.

    Parameters
    ----------
    workspace
        The workspace.
    job
        The run.

    Returns
    -------
    tuple
        The problem; the units of the locked teams, unit to team; and what the teams hold today.

    Raises
    ------
    InputError
        When there is nothing to share out, or what is asked cannot be used.
    """
    asked = job.request
    crs = workspace.profile.city.crs
    with workspace.reading() as session:
        plan = plans.get(session, job.plan_id)
        frame = workspace.areas_of(plan.boundary_set_id)
        index = AreaIndex(frame, crs)
        units = plans.units(session, plan.id)
        people = general_clients(workspace, session)
        shares = staff.officers(session).groupby("team")["full_time_share"].sum()
        known = staff.teams(session)
        general = known.index[known["specialty"] == ""].tolist()
        now = teams_in_force(workspace, session, plan.boundary_set_id)
        held = holdings(session, index, general, now)
    teams = [ref for ref in general if ref not in asked["locks"]]
    kept = {unit: ref for unit, ref in units.items() if ref in asked["locks"]}
    free = frame.loc[~frame.index.isin(list(kept))]
    if len(free) < len(teams):
        raise InputError(
            f"{len(free)} unlocked unit(s) are not enough for {len(teams)} teams",
            remedy="Unlock more teams",
        )
    place = index.locate(people["lon"].to_numpy(), people["lat"].to_numpy())
    load = people.groupby(place)["points"].agg(["size", "sum"]).astype(np.float64)
    weight = load["sum"] if asked["weight"] == "workload" else load["size"]
    problem = Problem.from_frames(
        free,
        weight.reindex(free.index).fillna(0.0),
        crs=crs,
        teams=tuple(teams),
        officers={ref: float(shares.get(ref, 0.0)) for ref in teams},
        tolerance=asked["tolerance"],
        seats=_seats(held.offices, teams, set(free.index)) if asked["offices"] else None,
        present=now or None,
        transfer_weight=load["size"],
        transfer_limit=asked["transfer_limit"],
    )
    return problem, kept, held


def _seats(offices: Mapping[str, str], teams: list[str], free: set[str]) -> dict[str, str]:
    """Give each team the unit of its office; an office that two teams share is the first one's."""
    seats: dict[str, str] = {}
    for team in teams:
        unit = offices.get(team)
        if unit in free and unit not in seats.values():
            seats[team] = unit
    return seats


class _Teller:
    """Keeps the best plan so far, and asks whether to go on."""

    def __init__(
        self,
        workspace: Workspace,
        job: Job,
        problem: Problem,
        kept: Mapping[str, str],
        held: Holdings,
        late: Callable[[], float],
    ) -> None:
        self.job = job
        self._clock = late
        self._late: dict[str, float] = {}
        self._workspace = workspace
        self._problem = problem
        self._kept = kept
        self._held = held
        self.best: Solution | None = None
        self._number = 0
        self._offer: list[tuple[str, float]] = []
        self.made: list[dict[str, Any]] = []
        self._asked = 0.0

    def offered(self, made: list[Choice], best: Solution | None, seconds: float) -> bool:
        """Keep the choices so far too; each begins with a best plan of its own."""
        now = [(one.key, one.spread_km2) for one in made]
        if now != self._offer:
            self._offer, self.best = now, None
            self.made = [self.choice(one) for one in made]
            best = best or made[-1].solution
        return self(best, seconds)

    def __call__(self, best: Solution | None, _seconds: float) -> bool:
        if not self._late:
            # The first sign of life: the search begins.
            self._late = {"late": self._clock()}
            with self._workspace.transaction() as session:
                plan_jobs.tell(session, self.job.id, self._late)
        # While it is sought why there is no plan, plans come by that break the tolerance.
        fits = best is not None and best.found and self._problem.allows(best.balance)
        if best is not None and fits and self._is_better(best):
            self.best = best
            self._number += 1
            with self._workspace.transaction() as session:
                told = self.plan(best) | {"number": self._number, "choices": self.made}
                return plan_jobs.tell(session, self.job.id, told | self._late)
        if time.monotonic() - self._asked < _ASK_S:
            return True
        self._asked = time.monotonic()
        with self._workspace.reading() as session:
            return plan_jobs.get(session, self.job.id).state == plan_jobs.RUNNING

    def _is_better(self, best: Solution) -> bool:
        mine = self.best
        return mine is None or (best.objective, -best.bound) < (mine.objective, -mine.bound)

    def ended(self, cut: Cut) -> str:
        """Say why the solver did not end by itself."""
        return ended(cut, found=self.best is not None or bool(self.made))

    def choice(self, one: Choice) -> dict[str, Any]:
        """Write a plan of the offer, with what it is best in."""
        said = {"key": one.key, "label": one.label, "about": one.note}
        return self.plan(one.solution) | said

    def plan(self, one: Solution) -> dict[str, Any]:
        """Write a plan, with the units of the locked teams, and what teams would lose."""
        problem = self._problem
        units = dict(self._kept)
        for code, team in zip(problem.units, one.assignment.tolist(), strict=True):
            units[code] = problem.teams[team]
        return {
            "units": units,
            "warnings": [asdict(loss) for loss in self._held.lost(units)],
            "objective": one.objective,
            "bound": one.bound if np.isfinite(one.bound) else 0.0,
            "gap": one.gap,
            "balance": one.balance,
        }


def _solve(problem: Problem, teller: _Teller) -> dict[str, Any]:
    asked = teller.job.request
    fewest = asked["objective"] == "fewest_moves"
    if fewest and problem.present is None:
        raise InputError(
            "no plan is in force, so nobody can be moved", remedy="Look for the most compact plan"
        )
    if asked["objective"] == "choices":
        made: Offer | Cut = run_apart(
            choices,
            problem,
            seconds=asked["seconds"],
            seed=asked["seed"],
            progress=teller.offered,
        )
        if isinstance(made, Cut):
            return {"choices": teller.made, "note": teller.ended(made)}
        said = [] if made.why is None else [sentence(problem, made.why)]
        said += [made.lacks] if made.lacks else []
        told = {"choices": [teller.choice(one) for one in made.choices], "note": " ".join(said)}
        return told | _conflict(made.why)
    return _one(problem, teller, asked["seconds"], fewest=fewest)


def _one(problem: Problem, teller: _Teller, seconds: float, *, fewest: bool) -> dict[str, Any]:
    seed = teller.job.request["seed"]
    answer: tuple[Solution, Explanation | None] | Cut = run_apart(
        solve_or_explain, problem, seconds=seconds, seed=seed, progress=teller, fewest=fewest
    )
    key = FEWEST if fewest else COMPACT
    if isinstance(answer, Cut):
        best = teller.best
        kept = [] if best is None else [teller.plan(best) | {"key": key, "label": LABELS[key]}]
        return {"choices": kept, "note": teller.ended(answer)}
    found, why = answer
    made = []
    best = found if why is None else why.solution
    if best is not None and best.found:
        label = LABELS[key] if why is None else f"Nearest that works: {why.tolerance:.1%}"
        made = [teller.plan(best) | {"key": key, "label": label}]
    return {"choices": made, "note": found.note} | _conflict(why)


def _conflict(why: Explanation | None) -> dict[str, Any]:
    return {} if why is None else {"conflict": list(why.conflict), "tolerance": why.tolerance}


def main() -> None:
    """Run as a process of its own, politely."""
    folder, job_id = sys.argv[1:]
    os.nice(5)
    opened = Workspace.open(Path(folder))
    with opened.reading() as session:
        at = plan_jobs.get(session, job_id).at
    # As of the moment when it was asked, whatever the machine's clock says.
    frozen = Workspace(opened.folder, opened.engine, lambda: at)
    run(frozen, job_id, lambda: (opened.now() - at).total_seconds())
    lock_path(opened, job_id).unlink(missing_ok=True)


if __name__ == "__main__":
    main()
