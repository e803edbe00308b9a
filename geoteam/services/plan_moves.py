"""What a plan changes for clients, in numbers: as it would be, will be or was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from geoteam.model import User
from geoteam.services.plan_change import change_of
from geoteam.services.plan_impact import plan_impact
from geoteam.services.plan_return import officer_counts
from geoteam.services.wording import told_day
from geoteam.services.workspace import Workspace
from geoteam.store import assignments, plan_states
from geoteam.store.plans import PUBLISHED, SavedPlan

WOULD, WILL, PAST = "would", "will", "past"
_PAST = {"get": "got", "keep": "kept", "have": "have"}


@dataclass(frozen=True)
class Moves:
    """What a plan changes for clients.

    Attributes
    ----------
    on
        The plan's first day.
    before
        Name of the plan until then; '' for none.
    teams, officers
        Clients who have another one then (``changed``), none (``lost``), or had none (``new``), as
        of `officer_counts`; of the officers also ``kept``, where it is known.
    within
        How many of those with another officer stay in their team.
    given, received
        Team to how many clients it gives to other teams, and gets; only who does.
    travel
        Mean drive to the office, in minutes, before and after; None where it is not known.
    """

    on: date
    before: str
    teams: Mapping[str, int]
    officers: Mapping[str, int]
    within: int
    given: Mapping[str, int]
    received: Mapping[str, int]
    travel: tuple[float, float] | None = None


def tense_of(plan: SavedPlan, today: date) -> str:
    """Tell how to speak of what a plan changes.

    Parameters
    ----------
    plan
        The plan.
    today
        Today.

    Returns
    -------
    str
        ``WOULD`` of a plan that is not published, ``WILL`` of one that is to come, ``PAST``.
    """
    if plan.status != PUBLISHED or plan.effective_from is None:
        return WOULD
    return WILL if plan.effective_from > today else PAST


def moves_of(workspace: Workspace, user: User, plan: SavedPlan) -> Moves | None:
    """Count what a plan changes: as written where it is published, else as it would be.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor.
    plan
        The plan.

    Returns
    -------
    Moves or None
        None for the first of all plans, before which nobody had an officer.
    """
    if plan.status == PUBLISHED and plan.effective_from is not None:
        return _written(workspace, plan, plan.effective_from)
    found = plan_impact(workspace, user, plan.id, purpose="print")
    told, teams = found["figures"], found["teams"]
    now, then = told["minutes_mean_before"], told["minutes_mean_after"]
    return Moves(
        on=found["on"],
        before=found["against"],
        teams=told["teams"],
        officers=told["officers"],
        within=told["officer"],
        given={row["team"]: row["given"] for row in teams if row["given"]},
        received={row["team"]: row["received"] for row in teams if row["received"]},
        travel=None if now is None or then is None else (now, then),
    )


def _written(workspace: Workspace, plan: SavedPlan, since: date) -> Moves | None:
    with workspace.reading() as session:
        former = plan_states.before(session, plan)
        if former is None:
            return None
        moved = assignments.transfers(session, plan.id, since)
        kept = assignments.kept(session, plan.id, since)
    officers = officer_counts(moved["before_officer"], moved["after_officer"])
    del officers["kept"]
    other = moved[moved["before_team"] != moved["after_team"]]
    return Moves(
        on=since,
        before=former.name,
        teams=officer_counts(moved["before_team"], moved["after_team"]),
        officers=officers if kept is None else officers | {"kept": kept},
        within=int((change_of(moved) == "officer").sum()),
        given=_counted(other["before_team"]),
        received=_counted(other["after_team"]),
    )


def _counted(teams: Any) -> dict[str, int]:
    return {str(team): int(count) for team, count in teams.value_counts().items()}


def told_moves(moves: Moves | None, tense: str, units: int) -> dict[str, Any]:
    """Write the transfer numbers of teams and of officers.

    Parameters
    ----------
    moves
        The numbers; None for the first of all plans.
    tense
        How to speak of them, as of `tense_of`.
    units
        How many units change team.

    Returns
    -------
    dict
        ``moves_title``, and ``moves``: pairs of a heading and its pairs of label and text.
    """
    if moves is None:
        return {"moves_title": "No plan was before it: nobody moved.", "moves": []}

    def they(verb: str) -> str:
        return _PAST[verb] if tense == PAST else f"{tense} {verb}"

    teams = [
        (f"{they('get')} another team", moves.teams["changed"]),
        (f"{they('get')} a team for the first time", moves.teams["new"]),
        ("units that change team", units),
    ]
    officers = [
        (f"{they('get')} another officer", moves.officers["changed"]),
        ("of these, within their team", moves.within),
        (f"{they('get')} an officer, had none before", moves.officers["new"]),
        (f"{they('have')} no officer any more", moves.officers["lost"]),
    ]
    told = [[(label, f"{number:,}") for label, number in pairs] for pairs in (teams, officers)]
    if moves.travel is not None:
        now, then = moves.travel
        told[0].append(("minutes to the office, mean (now)", f"{then:.1f} ({now:.1f})"))
    if kept := moves.officers.get("kept"):
        share = kept / (kept + moves.officers["changed"] + moves.officers["lost"])
        told[1].append((f"{they('keep')} their officer", f"{kept:,} ({share:.1%})"))
    return {
        "moves_title": _title(moves, tense),
        "moves": list(zip(("Teams", "Officers"), told, strict=True)),
    }


def _title(moves: Moves, tense: str) -> str:
    who = "Clients who moved" if tense == PAST else f"Clients who {tense} move"
    since = f"{'if it held from' if tense == WOULD else 'on'} {told_day(moves.on)}"
    return f"{who} {since}" + (f", in place of {moves.before}" if moves.before else "")
