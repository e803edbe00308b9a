"""The assignment as users ask for it: run it, explain it, sum it up."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.caseload import explain
from geoteam.errors import DisclosureError, NotFoundError
from geoteam.frames import rows_of
from geoteam.model import Role, User
from geoteam.services.assigning import run_assignment
from geoteam.services.people import clients_frame, officers_frame
from geoteam.services.scope import require_role, sees_team, visible_refs
from geoteam.services.workspace import Workspace
from geoteam.store import assignment_runs, assignments, audit, staff
from geoteam.store import clients as client_store


def may_assign_anew(user: User) -> bool:
    """Tell whether a user may run the assignment, which moves clients of every team.

    Parameters
    ----------
    user
        Who asks.

    Returns
    -------
    bool
        True for a supervisor of every team.
    """
    return user.role is Role.SUPERVISOR and "*" in user.team_refs


def assign_anew(workspace: Workspace, user: User, *, rebalance: bool = False) -> dict[str, Any]:
    """Run the assignment for a user.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor of every team.
    rebalance
        Share the work out anew within the teams.

    Returns
    -------
    dict
        As `run_assignment` gives it.

    Raises
    ------
    DisclosureError
        When the user is not one of those.
    NotFoundError
        When no plan is published.
    """
    require_role(user, [Role.SUPERVISOR], "assign clients")
    if not may_assign_anew(user):
        raise DisclosureError(
            "the assignment concerns the clients of every team",
            remedy="Ask a supervisor of every team to run it",
        )
    return run_assignment(workspace, user.username, rebalance=rebalance)


def explain_client(workspace: Workspace, user: User | None, ref: str, *, actor: str = "") -> str:
    """Tell in plain English why a client is where they are.

    Parameters
    ----------
    workspace
        The workspace.
    user
        Who asks; None for the operator at the command line.
    ref
        The client.
    actor
        Who the audit log names when there is no user.

    Returns
    -------
    str
        Paragraphs: address, area, team, officer.

    Raises
    ------
    NotFoundError
        When there is no such client, or none that the user may know of.
    """
    with workspace.transaction() as session:
        frame = client_store.as_frame(session, workspace.today(), refs=[ref])
        seen = list(frame.index) if user is None else visible_refs(user, frame)
        if ref not in seen:
            raise NotFoundError("there is no such client", remedy="Check the id of the client")
        text = explanation(
            session, frame.iloc[0], assignments.reason_of(session, ref, workspace.today())
        )
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username if user else actor,
            action="client.explain",
            object_kind="client",
            object_ref=ref,
            purpose="explain the assignment",
        )
    return text


def explanation(session: Session, client: pd.Series, reason: dict[str, Any] | None) -> str:
    """Put the address step before the assignment's own explanation, with people's names.

    Parameters
    ----------
    session
        Open session.
    client
        One row of ``store.clients.as_frame``.
    reason
        Reason of the client's assignment; None before the first run.

    Returns
    -------
    str
        Paragraphs separated by blank lines.
    """
    steps = [_address_step(client)]
    steps.append(
        explain(_named(session, reason))
        if reason
        else "Not assigned yet: the assignment has not been run."
    )
    return "\n\n".join(steps)


def _named(session: Session, reason: dict[str, Any]) -> dict[str, Any]:
    """Write teams and officers as people know them: the name, and the reference behind it."""
    teams, officers = (
        staff.teams(session)["name"],
        staff.officers(session, active_only=False)["name"],
    )

    def name(names: pd.Series, ref: str) -> str:
        return f"{names[ref]} ({ref})" if ref in names.index else ref

    named = dict(reason)
    named["team"] = name(teams, reason["team"])
    named["officer"] = name(officers, reason["officer"])
    named["present"] = name(officers, reason["present"])
    if "nearest" in reason:
        named["nearest"] = name(officers, reason["nearest"])
    if "present_team" in reason:
        named["present_team"] = name(teams, reason["present_team"])
    if "teams" in reason:
        named["teams"] = [name(teams, ref) for ref in reason["teams"]]
    return named


_PLACED = {
    "accepted": "It was placed at {matched} ({code}, within about {radius:.0f} m): {reason}.",
    "review": "It waits for a person's decision: {reason}.",
    "unplaceable": "The residence has no place on the map: {reason}.",
    "": "It has not been looked up yet.",
}


def _address_step(client: pd.Series) -> str:
    radius_m = client["uncertainty_m"]
    return "Address: " + _PLACED[client["decision"]].format(
        matched=client["matched_address"] or "a pin set by hand",
        code=client["match_code"],
        radius=0.0 if pd.isna(radius_m) else radius_m,
        reason=str(client["geocode_reason"]).rstrip("."),
    )


def overview(workspace: Workspace, user: User) -> dict[str, Any]:
    """Sum up the last assignment for the teams that a supervisor leads.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor.

    Returns
    -------
    dict
        ``run`` (or None), ``teams`` and ``officers`` (each with ``use``, the share of capacity; the
        highest first) and ``unassigned`` as lists of rows.
    """
    require_role(user, [Role.SUPERVISOR], "see the assignment")
    on = workspace.today()
    with workspace.reading() as session:
        run = assignment_runs.last_run(session)
        clients = clients_frame(workspace, session, on)
        officers = officers_frame(session, workspace, clients)
        statuses = assignments.statuses(session, on)
    mine = officers[[sees_team(user, team) for team in officers["team"]]]
    loads = clients.groupby("officer")["points"].agg(["size", "sum"])
    rows = mine.assign(
        clients=loads["size"].reindex(mine.index).fillna(0).astype(int),
        points=loads["sum"].reindex(mine.index).fillna(0.0),
    )
    by_team = rows.groupby("team").agg(
        officers=("full_time_share", "sum"),
        clients=("clients", "sum"),
        points=("points", "sum"),
        capacity_points=("capacity_points", "sum"),
    )
    by_team["use"] = by_team["points"] / by_team["capacity_points"]
    by_team["points_per_officer"] = by_team["points"] / by_team["officers"]
    rows["use"] = rows["points"] / rows["capacity_points"]
    left = statuses.reindex(visible_refs(user, clients)).fillna("not_run")
    counts = left[left != "assigned"].value_counts()
    return {
        "run": run,
        "teams": _fullest_first(by_team),
        "officers": _fullest_first(rows),
        "unassigned": [{"status": str(k), "clients": int(v)} for k, v in counts.items()],
    }


def _fullest_first(rows: pd.DataFrame) -> list[dict[str, Any]]:
    ordered = rows.sort_values("use", ascending=False, kind="stable", na_position="last")
    return rows_of(ordered.reset_index())


def count_unassigned(workspace: Workspace, user: User) -> int:
    """Count the clients without an officer that a user answers for.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor.

    Returns
    -------
    int
        How many.
    """
    return sum(row["clients"] for row in overview(workspace, user)["unassigned"])
