"""The hand-over list of a published plan: who gives which client to whom, and why."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.disclosure import visible_fields
from geoteam.errors import DisclosureError, NotFoundError
from geoteam.model import Role, User
from geoteam.services.plan_change import Names, parts_of_why
from geoteam.services.scope import require_role, sees_client, visible_refs
from geoteam.services.workspace import Workspace
from geoteam.store import assignments, audit, handover_ticks, plan_states, plans
from geoteam.store import clients as client_store
from geoteam.store.plans import PUBLISHED, WITHDRAWN, SavedPlan

# So many days after a plan's day both officers still see the clients handed over.
HANDOVER_DAYS = 30
_FIELDS = ("client_ref", "name", "address", "level", "unit", "team", "officer", "transfer")


def handover(
    workspace: Workspace, user: User, plan_id: int, *, officer: str = "", purpose: str = "view"
) -> dict[str, Any]:
    """List the clients whom a published plan moves to another officer or team.

    An officer sees the clients that are given or received; a supervisor those that leave or join
    the teams led. A month after the plan's day only those see a client whose client it is by then.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.
    plan_id
        A published plan.
    officer
        Only what this officer gives or receives.
    purpose
        What the audit log notes: ``view``, ``export`` or ``print``.

    Returns
    -------
    dict
        ``plan`` (id and name), ``on``, ``officers`` (``ref``, ``name``, ``gives``, ``receives``),
        ``clients``: rows with ``client_ref``, ``name``, ``address``, ``level``, ``before_unit``,
        ``before_team``, ``before_officer``, the same with ``after_``, ``gives`` and ``receives``
        (references of the officers), ``why`` (``area``: what changes for all of the area, and
        ``because``: the rest), and ``done_by`` and ``done_at`` ('' and None until
        somebody ticks the client).

    Raises
    ------
    NotFoundError
        When there is no such plan or officer, or the plan is not published.
    DisclosureError
        For every other role, and for officers while it is not published or where there is none.
    """
    require_role(user, [Role.SUPERVISOR, Role.OFFICER], "see a hand-over list")
    if user.role is Role.OFFICER:
        officer = user.officer_ref
    with workspace.transaction() as session:
        plan, since = _published(session, user, plan_id)
        if user.role is Role.SUPERVISOR and officer and officer not in Names.load(session).officers:
            raise NotFoundError(
                f"there is no officer {officer!r}",
                where=f"plan {plan_id}",
                remedy="Leave the officer out to see who gives and who receives",
            )
        moved = _moved(session, user, plan_id, since, workspace.today())
        rows = _rows(session, user, moved, min(since, workspace.today()))
        done = handover_ticks.of_plan(session, plan_id)
        for row in rows:
            tick = done.get(row["client_ref"])
            row |= {"done_by": tick.name if tick else "", "done_at": tick.at if tick else None}
        told = _officers(rows, Names.load(session))
        if officer:
            rows = [row for row in rows if officer in (row["gives"], row["receives"])]
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action="plan.handover",
            object_kind="plan",
            object_ref=str(plan_id),
            purpose=purpose,
            detail={"rows": len(rows), "officer": officer},
        )
    return {
        "plan": {"id": plan.id, "name": plan.name, "reason": plan.reason},
        "on": since,
        "officers": [one for one in told if not officer or one["ref"] == officer],
        "clients": rows,
    }


def tick(workspace: Workspace, user: User, plan_id: int, client_ref: str, *, done: bool) -> None:
    """Say of a client on the list that the hand-over is done, or that it is not.

    Both officers and their supervisors see it; either officer may say so.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor who sees the client on the list.
    plan_id
        A published plan.
    client_ref
        The client.
    done
        Whether it is done.

    Raises
    ------
    NotFoundError
        When the plan is not published, or the user does not see the client on its list.
    DisclosureError
        For every other role.
    """
    require_role(user, [Role.SUPERVISOR, Role.OFFICER], "tick a hand-over list")
    with workspace.transaction() as session:
        _, since = _published(session, user, plan_id)
        if client_ref not in _moved(session, user, plan_id, since, workspace.today()).index:
            raise NotFoundError(
                "this client is not on your hand-over list", remedy="Open the list again"
            )
        if done:
            at = workspace.now()
            handover_ticks.put(session, plan_id, client_ref, by=user.username, at=at)
        else:
            handover_ticks.take_off(session, plan_id, client_ref)
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action="plan.handover_tick",
            object_kind="client",
            object_ref=client_ref,
            detail={"plan": plan_id, "done": done},
        )


def _moved(session: Session, user: User, plan_id: int, since: date, today: date) -> pd.DataFrame:
    """Load the clients on the list whom a user may see."""
    moved = assignments.transfers(session, plan_id, since)
    if today > since + timedelta(days=HANDOVER_DAYS):
        # Long done: whose client it is today may look.
        now = client_store.as_frame(session, today, refs=[str(ref) for ref in moved.index])
        return moved[moved.index.isin(visible_refs(user, now))]
    return moved[[_sees(user, row) for _, row in moved.iterrows()]]


def _published(session: Session, user: User, plan_id: int) -> tuple[SavedPlan, date]:
    """Find a published plan and its first day; officers are not told of other plans."""
    found = next((one for one in plans.list_plans(session, PUBLISHED) if one.id == plan_id), None)
    if found is not None and found.effective_from is not None:
        return found, found.effective_from
    if user.role is Role.OFFICER:
        raise DisclosureError(
            "officers see the hand-over lists of published plans only",
            remedy="Look under Hand-over for the plans that concern your clients",
        )
    other = plans.get(session, plan_id)
    taken_back = other.status == WITHDRAWN and other.effective_from is not None
    why = "was taken back before its first day" if taken_back else "is not published"
    raise NotFoundError(
        f"there is no hand-over list: {other.name} {why}",
        remedy="See why on the plan's page"
        if taken_back
        else "Look at what it would change, on the plan's page",
    )


def _sees(user: User, row: pd.Series) -> bool:
    """Tell whether a user gives up or takes over a client."""
    return any(
        sees_client(user, officer_ref=row[f"{when}_officer"], team_ref=row[f"{when}_team"])
        for when in ("before", "after")
        if row[f"{when}_team"] or row[f"{when}_officer"]
    )


def _rows(session: Session, user: User, moved: pd.DataFrame, on: date) -> list[dict[str, Any]]:
    names = Names.load(session)
    refs = [str(ref) for ref in moved.index]
    people = client_store.as_frame(session, on, active_only=False, refs=refs)
    allowed = visible_fields(dict.fromkeys(_FIELDS, ""), user.role)
    rows = []
    for ref, change in moved.iterrows():
        person = people.loc[str(ref)]
        told: dict[str, Any] = {
            field: str(ref) if field == "client_ref" else person[field]
            for field in ("client_ref", "name", "address", "level")
            if field in allowed
        }
        for when in ("before", "after"):
            told[f"{when}_unit"] = change[f"{when}_unit"]
            told[f"{when}_team"] = names.team(change[f"{when}_team"])
            told[f"{when}_officer"] = names.officer(change[f"{when}_officer"])
        told |= {"gives": change["before_officer"], "receives": change["after_officer"]}
        told["why"] = names.why(change)
        told |= parts_of_why(told)
        rows.append(told)
    return sorted(rows, key=lambda row: row["area"])


def _officers(rows: list[dict[str, Any]], names: Names) -> list[dict[str, Any]]:
    given = pd.Series([row["gives"] for row in rows], dtype="str").value_counts()
    taken = pd.Series([row["receives"] for row in rows], dtype="str").value_counts()
    refs = sorted((set(given.index) | set(taken.index)) - {""}, key=names.officer)
    return [
        {
            "ref": str(ref),
            "name": names.officer(str(ref)),
            "gives": int(given.get(ref, 0)),
            "receives": int(taken.get(ref, 0)),
        }
        for ref in refs
    ]


def coming(workspace: Workspace, user: User) -> list[dict[str, Any]]:
    """List the published plans whose hand-over concerns an officer now: in force, or to come.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.

    Returns
    -------
    list of dict
        ``id``, ``name`` and ``on`` of each plan that moves a client the user gives or takes;
        ``clients``: how many, and ``done``: how many of these are handed over.
    """
    with workspace.reading() as session:
        found = []
        for plan in plan_states.schedule(session, workspace.today()):
            if plan.effective_from is None:
                continue
            moved = assignments.transfers(session, plan.id, plan.effective_from)
            mine = {str(ref) for ref, row in moved.iterrows() if _sees(user, row)}
            if mine:
                done = mine & set(handover_ticks.of_plan(session, plan.id))
                found.append(
                    {"id": plan.id, "name": plan.name, "on": plan.effective_from}
                    | {"clients": len(mine), "done": len(done)}
                )
    return found


def concerned_by(moved: pd.DataFrame) -> set[tuple[str, str]]:
    """List the teams and officers who give or receive clients.

    Parameters
    ----------
    moved
        The hand-over rows, ``assignments.transfers``.

    Returns
    -------
    set of tuple
        Team and officer; '' where a client has a team without an officer.
    """
    pairs = {
        (str(team), str(officer))
        for when in ("before", "after")
        for team, officer in zip(moved[f"{when}_team"], moved[f"{when}_officer"], strict=True)
    }
    return pairs - {("", "")}
