"""A plan's assignment before it is written, and how it differs from what holds until then."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from geoteam.caseload.changes import explain_change
from geoteam.services.assigning import Solved, solve_case
from geoteam.services.assignment_case import Case, load_case
from geoteam.services.plan_travel import office_minutes
from geoteam.services.workspace import Workspace
from geoteam.store import plan_states, plans, staff
from geoteam.store.plans import SavedPlan

_WITHOUT = {
    "no_capacity": "every officer who could take the client is full",
    "no_officer": "the team has no officer",
    "no_team": "the area has no team",
    "no_location": "no usable location is known",
    "ambiguous": "the location is too close to a border of two teams",
    "outside": "the home lies in no area of the plan",
}


@dataclass(frozen=True, eq=False)
class Dry:
    """A plan's assignment, solved and not written: what publishing it would write.

    Attributes
    ----------
    plan, on
        The plan and its first day.
    case, solved
        What was solved and the outcome.
    digest
        Names what it depends on, present officers too, and who proposed the plan when: the same
        digest, the same outcome of the same proposal.
    """

    plan: SavedPlan
    on: date
    case: Case
    solved: list[Solved]
    digest: str


def dry_run(workspace: Workspace, plan_id: int, on: date | None = None) -> Dry:
    """Solve the assignment that publishing a plan would write; nothing is written.

    Parameters
    ----------
    workspace
        The workspace.
    plan_id
        A plan that is not published.
    on
        Its first day; by default the one proposed, else the first on which it could begin.

    Returns
    -------
    Dry
        The outcome; the newest one is kept, so that asking again costs nothing.

    Raises
    ------
    NotFoundError
        When there is no such plan.
    """
    today = workspace.today()
    with workspace.reading() as session:
        plan = plans.get(session, plan_id)
        first = plan_states.first_free_day(session, today, plan.boundary_set_id)
        day = max(on or plan.proposed_from or first, today)
        case = load_case(workspace, session, plan=plan, since=day)
    names = (plan.id, plan.version, day.isoformat(), case.by_plans, case.digest)
    whole = (
        repr(names)
        + case.before.to_csv()
        + pd.DataFrame({"former": case.former, "had": case.had}).to_csv()
        + repr(workspace.streets_stamp())
    )
    outcome = hashlib.sha256(whole.encode()).hexdigest()
    solved = workspace.newest("dry run", outcome, lambda: solve_case(workspace, case))
    proposal = repr((outcome, plan.status, plan.proposed_by, plan.proposed_at))
    return Dry(plan, day, case, solved, hashlib.sha256(proposal.encode()).hexdigest())


@dataclass(frozen=True, eq=False)
class Names:
    """Teams and officers as people know them."""

    teams: Mapping[str, str]
    officers: Mapping[str, str]

    @classmethod
    def load(cls, session: Session) -> Names:
        """Load the names of all teams, and of all officers, those who have left too.

        Parameters
        ----------
        session
            Open session.

        Returns
        -------
        Names
            By reference.
        """
        known = staff.teams(session), staff.officers(session, active_only=False)
        teams, officers = (
            {str(ref): str(name) for ref, name in frame["name"].items()} for frame in known
        )
        return cls(teams, officers)

    def team(self, ref: str) -> str:
        """Name a team.

        Parameters
        ----------
        ref
            Its reference.

        Returns
        -------
        str
            The name; the reference where there is none.
        """
        return self.teams.get(ref, ref)

    def officer(self, ref: str) -> str:
        """Name an officer.

        Parameters
        ----------
        ref
            The reference.

        Returns
        -------
        str
            The name; the reference where there is none.
        """
        return self.officers.get(ref, ref)

    def why(self, row: Mapping[str, Any] | pd.Series) -> str:
        """Tell why a client's team and officer change, or stay.

        Parameters
        ----------
        row
            ``before_unit``, ``before_team``, ``before_officer`` and ``reason``.

        Returns
        -------
        str
            Sentences.
        """
        before = {part: str(row[f"before_{part}"]) for part in ("unit", "team", "officer")}
        return explain_change(before, row["reason"], team=self.team, officer=self.officer)


def parts_of_why(row: Mapping[str, Any]) -> dict[str, str]:
    """Part what ``Names.why`` said: the area's change, which many rows share, and the rest.

    Parameters
    ----------
    row
        ``why``, ``after_unit``, and the names of team and officer, before and after.

    Returns
    -------
    dict
        ``area``, '' where the area stays with its team, and ``because``, without the officers'
        names that stand on the row.
    """
    area = f"Area {row['after_unit']} goes from {row['before_team']} to {row['after_team']}."
    area = area if row["why"].startswith(area) else ""
    officers = f"The officer changes from {row['before_officer']} to {row['after_officer']}. "
    because = row["why"].removeprefix(area).lstrip().removeprefix(officers)
    return {"area": area, "because": because}


def change_of(table: pd.DataFrame) -> pd.Series:
    """Name what changes for each client: the one rule of the page, the files and the prints.

    Parameters
    ----------
    table
        ``before_team``, ``before_officer``, ``after_team`` and ``after_officer``; '' for none.

    Returns
    -------
    Series
        ``lost`` (nobody any more), ``new`` (had no team), ``team``, ``gained`` (gets an officer
        within the team, had none), ``officer`` (within the team) or ''; the first that fits.
    """
    kinds = np.select(
        [
            (table["before_officer"] != "") & (table["after_officer"] == ""),
            (table["before_team"] == "") & (table["after_team"] != ""),
            table["before_team"] != table["after_team"],
            (table["before_officer"] == "") & (table["after_officer"] != ""),
            table["before_officer"] != table["after_officer"],
        ],
        ["lost", "new", "team", "gained", "officer"],
        "",
    )
    return pd.Series(kinds, index=table.index, dtype="str")


def change_table(workspace: Workspace, dry: Dry) -> pd.DataFrame:
    """Lay out what holds for each client before and after.

    Parameters
    ----------
    workspace
        The workspace.
    dry
        The plan, solved.

    Returns
    -------
    DataFrame
        Index client_ref: name, level, address, points; ``unit``, ``team``, ``officer`` and
        ``minutes`` (drive to the team's office), each with ``before_`` and ``after_``; ``reason``
        of the new assignment; ``change`` as `change_of` names it; ``by_plan``: whether that is
        because of the plan, which gives the unit to another team, returns the client or those who
        go first, or makes room in the team, and not because officers are chosen anew.
    """
    clients = dry.case.clients
    rows = dry.solved[0].rows
    parts = ["unit", "team", "officer"]
    table = clients[["name", "level", "address", "points"]].join(
        [dry.case.before[parts].add_prefix("before_"), rows[parts].add_prefix("after_")]
    )
    table["reason"] = rows["reason"]
    table["change"] = change_of(table)
    # Who has no officer for lack of room has the team; a unit without a team has no place at all.
    idle = table["reason"].map(lambda reason: reason["status"] in ("no_team", "no_officer"))
    other = table["before_team"] != table["after_team"]
    moved = other & ((table["after_team"] != "") | idle)
    gives = set(table.loc[moved & (table["before_officer"] != ""), "before_team"])
    table["by_plan"] = (table["change"] != "") & (
        moved
        | (dry.case.former != "")
        | ((table["change"] == "gained") & table["after_team"].isin(gives))
        | ((table["change"] == "lost") & ~dry.case.had)
    )
    for when in ("before", "after"):
        table[f"{when}_minutes"] = office_minutes(
            workspace, clients, table[f"{when}_team"], dry.case.officers
        )
    return table


def back_of(dry: Dry) -> dict[str, Any] | None:
    """Count who goes back to the former officer, where a plan takes the one before back.

    Parameters
    ----------
    dry
        The plan, solved.

    Returns
    -------
    dict or None
        Of those whom the plan taken back moved away from an officer: ``moved`` (all of them),
        ``returned`` (to the former officer), ``others`` (to somebody else) and ``nobody``;
        ``waited``: who had no officer before that plan, got one and has none again; ``why``: a
        sentence about those without, '' where there are none. None where no plan is taken back.
    """
    former = dry.case.former[dry.case.former != ""]
    if former.empty:
        return None
    rows = dry.solved[0].rows
    after = rows["officer"].loc[former.index]
    nobody, returned = int((after == "").sum()), int((after == former).sum())
    waited = (dry.case.before["officer"] != "") & ~dry.case.had & (rows["officer"] == "")
    without = rows.loc[waited | ((dry.case.former != "") & (rows["officer"] == "")), "status"]
    counts = without.value_counts().sort_index()
    said = "; ".join(f"{_WITHOUT.get(str(why), why)} ({n:,})" for why, n in counts.items())
    return {
        "moved": len(former),
        "returned": returned,
        "others": len(former) - returned - nobody,
        "nobody": nobody,
        "waited": int(waited.sum()),
        "why": f"Why there is no officer: {said}." if said else "",
    }
