"""Solving the assignment under the plan in force and under those that are published for later.

A plan that is to hold from a day to come has its assignments written when it is published, with
that day as their first. So that it takes effect without anybody doing anything on the day, every
later run solves all the stretches of time in their order and writes them together.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from geoteam.caseload import assign
from geoteam.caseload.assign import Travel
from geoteam.errors import StreetsError, WorkspaceBusyError
from geoteam.services.assignment_case import Case, Stretch, load_case
from geoteam.services.plan_return import officer_counts, return_first, told_first
from geoteam.services.workspace import Workspace
from geoteam.store import assignment_runs, audit, plan_states
from geoteam.store.assignment_runs import Later

_COUNTS = ("clients", "assigned", "kept", "changed", "new", "lost")


@dataclass(frozen=True, eq=False)
class Solved:
    """One stretch with who goes to whom, and the figures of the solution."""

    stretch: Stretch
    rows: pd.DataFrame
    summary: dict[str, Any]


def solve_case(workspace: Workspace, case: Case, *, rebalance: bool = False) -> list[Solved]:
    """Solve every stretch, each from where the one before it leaves the clients.

    Whoever has an officer stays as far as that officer has room: nobody changes because somebody
    else came or left. A client whom an earlier run gave an officer for days to come keeps that
    officer as long as the rules allow it, so that a hand-over once told stands, and goes before who
    came in later or waits; unless the client moves, or was to stay with an officer who is another
    one by now: then the stretch before counts. A plan moves nobody whose team stays: whoever has an
    officer of the team until then keeps that officer. One that takes another back returns those
    whom that one moved, as far as their former officers have room, before those who waited for an
    officer until then.

    Parameters
    ----------
    workspace
        The workspace, for its streets and its caseload rules.
    case
        The case.
    rebalance
        Whoever has an officer may change, where the team as a whole is better off.

    Returns
    -------
    list of Solved
        One for each stretch.
    """
    held = case.before["officer"]
    present = held.where(held != "", case.clients["source_officer"])
    travel = travel_of(workspace)
    solved: list[Solved] = []
    bond: Any = np.where((held != "") & (not rebalance), "room", "")
    if case.publishing:
        returns = case.former != ""
        bond = np.select([returns, held != ""], ["room", "always"], "")
        present = case.former.where(returns, present)
    for number, stretch in enumerate(case.stretches):
        if number:
            now = solved[-1].rows["officer"]
            until = case.stretches[number - 1].stored
            # A hand-over that was told stands whoever gives the client away, but not after a move.
            known = (now == until) | ((stretch.stored != until) & stretch.stays)
            present = stretch.stored.where(known & (stretch.stored != ""), now)
            bond = np.where(present == now, "always", "room")
        people = case.clients.assign(
            officer=present,
            unit=stretch.places,
            boundary_ambiguous=stretch.doubtful,
            bond=bond,
        )
        solve = partial(
            assign,
            officers=case.officers,
            plan=stretch.units,
            profile_caseload=workspace.profile.caseload,
            travel=travel,
            overload=case.overload,
        )
        if (case.former != "").any():
            result = return_first(
                people, case.officers, held=held, former=case.former, had=case.had, solve=solve
            )
        else:
            told = (stretch.stored != "") | (number == 0)
            result = told_first(people, told=told, solve=solve)
        lost = (present != "") & (result.assignments["officer"] == "")
        summary = result.summary | {
            "lost": int(lost.sum()),
            "objective": result.objective,
            "bound": result.bound,
            "gap": result.gap,
            "seconds": result.seconds,
            "by_streets": travel is not None,
            "overload": case.overload,
        }
        if case.publishing:
            summary |= officer_counts(held, result.assignments["officer"])
        solved.append(Solved(stretch, result.assignments, summary))
    return solved


def travel_of(workspace: Workspace) -> Travel | None:
    """Tell how travel times are computed.

    Parameters
    ----------
    workspace
        The workspace.

    Returns
    -------
    Travel or None
        Seconds by its streets; None where none are loaded.
    """
    try:
        network = workspace.streets()
    except StreetsError:
        return None

    def seconds(origins: NDArray[np.float64], destinations: NDArray[np.float64]) -> Any:
        return network.matrix(origins, destinations, lengths=False).duration_s

    return seconds


def write_solved(
    workspace: Workspace, session: Session, actor: str, case: Case, solved: list[Solved]
) -> None:
    """Write a solution in the caller's transaction, and note it in the audit log.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session of a transaction.
    actor
        Who the audit log names.
    case
        What was solved.
    solved
        The solution.
    """
    first, *others = solved
    assignment_runs.save_run(
        session,
        first.rows,
        on=first.stretch.on,
        plan_id=first.stretch.plan.id,
        at=workspace.now(),
        by=actor,
        summary=first.summary | {"digest": case.digest},
        later=[Later(one.stretch.on, one.stretch.plan.id, one.rows, one.summary) for one in others],
    )
    audit.append(
        session,
        at=workspace.now(),
        actor=actor,
        action="assignment.run",
        object_kind="plan",
        object_ref=first.stretch.plan.name,
        detail={key: first.summary[key] for key in _COUNTS},
    )


def refuse_stale(workspace: Workspace, session: Session, case: Case) -> None:
    """Refuse to write over a run or a plan that came while a case was solved.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    case
        What was solved.

    Raises
    ------
    WorkspaceBusyError
        When something came meanwhile.
    """
    assignment_runs.wait_alone(session)
    now = assignment_runs.last_run(session)
    published = plan_states.schedule(session, workspace.today())
    plans_now = [(one.id, one.effective_from) for one in published]
    same_run = (now and now["id"]) == (case.last_run and case.last_run["id"])
    if not same_run or plans_now != case.by_plans:
        raise WorkspaceBusyError(
            "somebody else assigned clients or published a plan meanwhile",
            remedy="Look at the result, and run the assignment again if it is still needed",
        )


def run_assignment(
    workspace: Workspace, actor: str, *, overload: float = 0.0, rebalance: bool = False
) -> dict[str, Any]:
    """Assign every active client under the plan in force and those to come, and keep the run.

    Parameters
    ----------
    workspace
        The workspace.
    actor
        Who the audit log names.
    overload
        Share by which officers may exceed a full caseload.
    rebalance
        Share the work out anew within the teams, as when an officer joins one.

    Returns
    -------
    dict
        Counts by status, officers kept, changed and lost, load and capacity by team, objective
        (minutes), bound, gap and seconds; ``to_come``: ``plan``, ``on`` (its first day) and
        ``lost`` (who have an officer until then and nobody from then on) of each plan that begins
        later; ``repeated`` is true when nothing had changed since the last run, which then stands
        as it is.

    Raises
    ------
    NotFoundError
        When no plan is in force.
    WorkspaceBusyError
        When somebody else assigned clients or published a plan meanwhile.
    """
    with workspace.reading() as session:
        case = load_case(workspace, session, overload=overload)
    last = case.last_run
    if not rebalance and last is not None and last["summary"].get("digest") == case.digest:
        return dict(last["summary"]) | {"repeated": True}
    # Solved outside the transaction: others go on working meanwhile.
    solved = solve_case(workspace, case, rebalance=rebalance)
    lost = (case.clients["officer"] != "") & (solved[0].rows["officer"] == "")
    told = {"lost": int(lost.sum()), "to_come": _to_come(solved)}
    solved[0] = replace(solved[0], summary=solved[0].summary | told)
    with workspace.transaction() as session:
        refuse_stale(workspace, session, case)
        write_solved(workspace, session, actor, case, solved)
    return solved[0].summary | {"repeated": False}


def _to_come(solved: list[Solved]) -> list[dict[str, Any]]:
    """Tell of each plan to come how many lose their officer on its first day."""
    return [
        {
            "plan": now.stretch.plan.name,
            "on": now.stretch.on.isoformat(),
            "lost": int(((until.rows["officer"] != "") & (now.rows["officer"] == "")).sum()),
        }
        for until, now in itertools.pairwise(solved)
    ]
