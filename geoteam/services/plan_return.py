"""Who goes first: those who return when a plan is taken back, and those who were told an officer.

The plan that is taken back made room in the teams that gave clients away, and whoever waited there
got in. When its clients return, that room is theirs again: they are settled first, with all who had
an officer before, and those who waited share what is left. Until the day comes whoever was told an
officer for it goes before who came in meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from geoteam.caseload.assign import Assignment
from geoteam.store import plan_states, plans
from geoteam.store.plans import SavedPlan


def undone_by(
    session: Session, published: list[SavedPlan], plan: SavedPlan, on: date
) -> SavedPlan | None:
    """Find the plan that another one takes back: it gives every unit where it was before.

    Parameters
    ----------
    session
        Open session.
    published
        The published plans, by their first day.
    plan, on
        The plan that may take back the one of these that holds until then, and its first day.

    Returns
    -------
    SavedPlan or None
        None where it takes no plan back.
    """
    begun = [one for one in published if one.effective_from and one.effective_from < on]
    if not begun:
        return None
    last = begun[-1]
    before = plan_states.before(session, last)
    if before is None or before.boundary_set_id != plan.boundary_set_id:
        return None
    same = plans.units(session, before.id) == plans.units(session, plan.id)
    return last if same else None


def return_first(
    people: pd.DataFrame,
    officers: pd.DataFrame,
    *,
    held: pd.Series,
    former: pd.Series,
    had: pd.Series,
    solve: Callable[[pd.DataFrame], Assignment],
) -> Assignment:
    """Assign those who had an officer before a plan, then those who waited then.

    Parameters
    ----------
    people
        CLIENTS with ``bond``, each with the officer to go to or to stay with.
    officers
        OFFICERS.
    held
        Index client_ref: officer until then; '' for none.
    former
        Index client_ref: who gave the client away for the plan; '' for everybody else.
    had
        Index client_ref: whether the client had an officer before the plan.
    solve
        Assigns clients.

    Returns
    -------
    Assignment
        Of everybody, with the reasons of the part in which each got an officer.
    """
    first = (former != "") | (had & (held != ""))
    early = solve(people[first])
    team_of = officers["team"].to_dict()
    # Only where clients come back is the room of those who waited in question.
    back = former[former != ""]
    teams = {team_of.get(ref, "") for ref in back} | set(early.assignments.loc[back.index, "team"])
    asked = held.map(lambda ref: team_of.get(ref, "")).isin(teams - {""})
    bond = np.select([first | (held == ""), asked], ["", "room"], "always")
    return _and_then(people, early, bond, solve)


def told_first(
    people: pd.DataFrame, *, told: pd.Series, solve: Callable[[pd.DataFrame], Assignment]
) -> Assignment:
    """Assign those who were told an officer for a day to come, then who came in or waits.

    Parameters
    ----------
    people
        CLIENTS with ``bond``, each with the officer told or had until then.
    told
        Index client_ref: whether it is written who has the client on that day.
    solve
        Assigns clients.

    Returns
    -------
    Assignment
        Of everybody, with the reasons of the part in which each got an officer.
    """
    late = ~told & (people["officer"] != "")
    if not told.any() or not late.any():
        return solve(people)
    return _and_then(people, solve(people[told]), np.where(late, "room", ""), solve)


def _and_then(
    people: pd.DataFrame,
    early: Assignment,
    bond: NDArray[Any],
    solve: Callable[[pd.DataFrame], Assignment],
) -> Assignment:
    """Assign everybody around those who are settled; ``bond`` is that of the others."""
    officer = early.assignments["officer"].reindex(people.index, fill_value="")
    settled = officer != ""
    late = solve(
        people.assign(
            officer=officer.where(settled, people["officer"]),
            bond=np.where(settled, "always", bond),
        )
    )
    reasons = early.assignments["reason"].reindex(people.index)
    table = late.assignments.assign(reason=reasons.where(settled, late.assignments["reason"]))
    bound = late.bound - max(0.0, early.objective - early.bound)
    gap = max(0.0, (late.objective - bound) / late.objective) if late.objective > 0 else 0.0
    summary = late.summary | officer_counts(people["officer"], table["officer"])
    return replace(
        late,
        assignments=table,
        bound=bound,
        gap=gap,
        seconds=early.seconds + late.seconds,
        summary=summary,
    )


def officer_counts(before: pd.Series, after: pd.Series) -> dict[str, int]:
    """Count who keeps the officer and who does not, whatever the reason.

    Parameters
    ----------
    before, after
        Index client_ref: the officer; '' for none.

    Returns
    -------
    dict
        ``kept``, ``changed`` (another one), ``new`` (had none) and ``lost`` (none any more).
    """
    had, has = before != "", after != ""
    return {
        "kept": int((had & (before == after)).sum()),
        "changed": int((had & has & (before != after)).sum()),
        "new": int((~had & has).sum()),
        "lost": int((had & ~has).sum()),
    }
