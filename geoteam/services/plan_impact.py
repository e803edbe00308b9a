"""What a plan would change: clients, officers, workload and travel, each change with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.disclosure import visible_fields
from geoteam.errors import InputError, NotFoundError
from geoteam.model import Role, User
from geoteam.services.plan_change import (
    Dry,
    Names,
    back_of,
    change_table,
    dry_run,
    parts_of_why,
)
from geoteam.services.plan_return import officer_counts
from geoteam.services.scope import require_role, visible_refs
from geoteam.services.wording import told_day
from geoteam.services.workspace import Workspace
from geoteam.store import audit, plan_states, plans
from geoteam.store.plans import PUBLISHED, SavedPlan

# What is told of a client; each is shown only where policy allows it.
_FIELDS = ("client_ref", "name", "level", "address", "unit", "team", "officer", "reason")
_CHANGES = ("team", "officer", "gained", "lost", "new")


def plan_impact(
    workspace: Workspace, user: User, plan_id: int, *, on: date | None = None, purpose: str = "view"
) -> dict[str, Any]:
    """Say who would move team or officer under a plan, and what that means for the work.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor.
    plan_id
        The plan; not one that is published already.
    on
        Its first day; by default the one proposed, else the first on which it could begin.
    purpose
        What the audit log notes: ``view``, ``export`` or ``print``.

    Returns
    -------
    dict
        ``plan`` (id, name, status), ``on``, ``against`` (name of the plan until then), ``digest``,
        ``figures`` (counts by change, of which ``anew`` not because of the plan; ``teams`` and
        ``officers``: who keeps theirs and who does not, whatever the reason; continuity, travel;
        ``back``: who of those whom the plan taken back moved returns), ``units`` that change team,
        ``teams`` and ``officers`` before and after, ``clients``: a row for each change that the
        user may see, with ``why``; ``hidden``: how many more there are; ``notes``.

    Raises
    ------
    NotFoundError
        When there is no such plan.
    InputError
        When the plan is published: what it changed is its hand-over list.
    DisclosureError
        When the user is no supervisor.
    """
    require_role(user, [Role.SUPERVISOR], "see what a plan would change")
    can_tell(workspace, plan_id)
    dry = dry_run(workspace, plan_id, on)
    with workspace.transaction() as session:
        view = _view(workspace, session, user, dry)
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action="plan.impact",
            object_kind="plan",
            object_ref=str(plan_id),
            purpose=purpose,
            detail={"rows": len(view["clients"])},
        )
    return view


def can_tell(workspace: Workspace, plan_id: int) -> None:
    """Refuse at once what `plan_impact` would refuse, before the work.

    Parameters
    ----------
    workspace
        The workspace.
    plan_id
        The plan.

    Raises
    ------
    NotFoundError
        When there is no such plan.
    InputError
        When the plan is published: what it changed is its hand-over list.
    """
    with workspace.reading() as session:
        if plans.get(session, plan_id).status == PUBLISHED:
            raise InputError(
                "the plan is published: what it changed stands in its hand-over list",
                where=f"plan {plan_id}",
                remedy=f"See: geoteam plans handover {plan_id}",
            )


def _view(workspace: Workspace, session: Session, user: User, dry: Dry) -> dict[str, Any]:
    names = Names.load(session)
    until = _until(session, workspace, dry.on)
    table = change_table(workspace, dry)
    changed = table[table["change"] != ""]
    seen = table.loc[visible_refs(user, _now(table, dry.case.clients)), "change"]
    shown = changed.loc[changed.index.isin(seen.index)]
    return {
        "plan": {"id": dry.plan.id, "name": dry.plan.name, "status": dry.plan.status},
        "on": dry.on,
        "against": "" if until is None else until.name,
        "digest": dry.digest,
        "figures": _figures(table) | {"back": back_of(dry)},
        "units": _units(session, until, dry, table, names),
        "teams": _groups(table, "team", names.teams, dry.case.officers),
        "officers": _groups(table, "officer", names.officers, dry.case.officers),
        "clients": [_client(ref, row, names, user) for ref, row in shown.to_dict("index").items()],
        "hidden": len(changed) - len(shown),
        "notes": _notes(workspace, session, dry),
    }


def taken_back(
    workspace: Workspace, user: User, plan_id: int, *, on: date | None = None
) -> dict[str, Any]:
    """Say who would return to the former officer if a plan that holds were taken back.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor.
    plan_id
        The newest published plan, which holds already and followed another one.
    on
        First day on which the former plan holds again; by default tomorrow.

    Returns
    -------
    dict
        ``on``, ``former`` (name of the plan before), and who returns, as `back_of` counts them.

    Raises
    ------
    NotFoundError
        When there is no such plan, or none before it.
    DisclosureError
        When the user is no supervisor.
    """
    require_role(user, [Role.SUPERVISOR], "see what taking a plan back would change")
    with workspace.reading() as session:
        former = plan_states.before(session, plans.get(session, plan_id))
    if former is None:
        raise NotFoundError("there is no plan before this one", where=f"plan {plan_id}")
    dry = dry_run(workspace, former.id, on or workspace.today() + timedelta(days=1))
    none = {"moved": 0, "returned": 0, "others": 0, "nobody": 0, "waited": 0, "why": ""}
    return {"on": dry.on, "former": former.name} | (back_of(dry) or none)


def _until(session: Session, workspace: Workspace, on: date) -> SavedPlan | None:
    """Find the plan that holds until the day."""
    published = plan_states.schedule(session, workspace.today())
    begun = [one for one in published if one.effective_from and one.effective_from <= on]
    return begun[-1] if begun else None


def _now(table: pd.DataFrame, clients: pd.DataFrame) -> pd.DataFrame:
    """Who holds each client today: that is whose record a user may open."""
    return clients.loc[table.index, ["team", "officer"]]


def _figures(table: pd.DataFrame) -> dict[str, Any]:
    counts = table["change"].value_counts()
    held = table["before_officer"] != ""
    had = int(held.sum())
    keep = int((held & (table["before_officer"] == table["after_officer"])).sum())
    moved = table["change"].isin(["team", "officer", "lost"])
    return {
        "clients": len(table),
        **{name: int(counts.get(name, 0)) for name in _CHANGES},
        "anew": {
            name: int(((table["change"] == name) & ~table["by_plan"]).sum())
            for name in ("officer", "gained", "lost")
        },
        "teams": officer_counts(table["before_team"], table["after_team"]),
        "officers": officer_counts(table["before_officer"], table["after_officer"]),
        "moved": int(moved.sum()),
        "kept": keep,
        "continuity": keep / had if had else None,
        "points_moved": float(table.loc[moved, "points"].sum()),
        **_travel(table),
    }


def _travel(rows: pd.DataFrame) -> dict[str, float | None]:
    told: dict[str, float | None] = {}
    for when in ("before", "after"):
        minutes = rows[f"{when}_minutes"].dropna()
        told[f"minutes_mean_{when}"] = float(minutes.mean()) if len(minutes) else None
        told[f"minutes_worst_{when}"] = float(minutes.max()) if len(minutes) else None
    return told


def _units(
    session: Session, until: SavedPlan | None, dry: Dry, table: pd.DataFrame, names: Names
) -> list[dict[str, Any]]:
    """Units that change team; none are named when the plan before has other boundaries."""
    if until is None or until.boundary_set_id != dry.plan.boundary_set_id:
        return []
    old, new = plans.units(session, until.id), dry.solved[0].stretch.units
    people = table["after_unit"].value_counts()
    return [
        {
            "unit": unit,
            "before": names.team(old.get(unit, "")),
            "after": names.team(team),
            "clients": int(people.get(unit, 0)),
        }
        for unit, team in sorted(new.items())
        if old.get(unit, "") != team
    ]


def _groups(
    table: pd.DataFrame, of: str, names: Mapping[str, str], officers: pd.DataFrame
) -> list[dict[str, Any]]:
    """Caseload, workload, what is given and received, and travel, by team or by officer."""
    room = officers["capacity_points"]
    room = room.groupby(officers["team"]).sum() if of == "team" else room
    refs = set(room.index) | set(table[f"before_{of}"]) | set(table[f"after_{of}"])
    moved = table[table[f"before_{of}"] != table[f"after_{of}"]]
    given, received = (moved[f"{when}_{of}"].value_counts() for when in ("before", "after"))
    held = {
        when: table.groupby(f"{when}_{of}")
        .agg(
            clients=("points", "size"),
            workload=("points", "sum"),
            mean=(f"{when}_minutes", "mean"),
            worst=(f"{when}_minutes", "max"),
        )
        .to_dict("index")
        for when in ("before", "after")
    }
    none: dict[Any, Any] = {"clients": 0, "workload": 0.0, "mean": None, "worst": None}
    rows = []
    for ref in sorted(refs - {""}):
        row: dict[str, Any] = {of: ref, "name": names.get(ref, ref)}
        if of == "officer":
            row["team"] = officers["team"].get(ref, "")
        for when in ("before", "after"):
            own = held[when].get(ref, none)
            row |= {
                f"clients_{when}": int(own["clients"]),
                f"workload_{when}": float(own["workload"]),
                f"minutes_mean_{when}": _known(own["mean"]),
                f"minutes_worst_{when}": _known(own["worst"]),
            }
        row["capacity"] = float(room.get(ref, 0.0))
        row["given"], row["received"] = int(given.get(ref, 0)), int(received.get(ref, 0))
        row["changes"] = bool(row["given"] or row["received"])
        rows.append(row)
    return rows


def _known(value: float | None) -> float | None:
    """Return a figure, None where there is none."""
    return None if value is None or value != value else float(value)


def _client(ref: Any, row: Mapping[Any, Any], names: Names, user: User) -> dict[str, Any]:
    allowed = visible_fields(dict.fromkeys(_FIELDS, ""), user.role)
    cause = "the plan" if row["by_plan"] else "officers chosen anew"
    told: dict[str, Any] = {"change": row["change"], "cause": cause}
    told |= {
        field: str(ref) if field == "client_ref" else row[field]
        for field in ("client_ref", "name", "level", "address")
        if field in allowed
    }
    for when in ("before", "after"):
        told |= {
            f"{when}_unit": row[f"{when}_unit"],
            f"{when}_team": names.team(row[f"{when}_team"]),
            f"{when}_officer": names.officer(row[f"{when}_officer"]),
            f"{when}_minutes": _number(row[f"{when}_minutes"]),
        }
    told["why"] = names.why(row)
    if row["by_plan"] and row["change"] == "gained":
        told["why"] += " The plan makes room in the team."
    if row["by_plan"] and row["change"] == "lost" and row["before_team"] == row["after_team"]:
        told["why"] += " Clients who return to their former officers go first."
    return told | parts_of_why(told)


def _number(value: float) -> float | None:
    return None if value != value else round(float(value), 1)


def _notes(workspace: Workspace, session: Session, dry: Dry) -> list[str]:
    notes = []
    if not dry.solved[0].summary["by_streets"]:
        notes.append(
            "No streets are loaded: travel times are not known, and officers are chosen by "
            "straight lines."
        )
    idle = sorted(unit for unit, team in dry.solved[0].stretch.units.items() if not team)
    if idle:
        named = ", ".join(idle[:10]) + (" ..." if len(idle) > 10 else "")
        notes.append(f"Units without a team: {named}. The plan cannot be published like this.")
    own = workspace.areas_of(dry.plan.boundary_set_id).attrs["set"]
    if not own.in_force(dry.on):
        later = own.valid_from > dry.on
        notes.append(
            f"The plan is drawn on the boundaries {own.version}, which hold from "
            f"{told_day(own.valid_from)} on. Choose that day or a later one."
            if later
            else f"The plan is drawn on the boundaries {own.version}, which no longer hold on "
            f"{told_day(dry.on)}. Carry it over to the new ones, on the plan's page."
        )
    return notes
