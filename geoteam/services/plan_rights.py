"""Whether a plan may be edited, and whose units a supervisor may move."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from geoteam.errors import DisclosureError, InputError, SettledError
from geoteam.model import User
from geoteam.services.scope import sees_team
from geoteam.services.wording import counted
from geoteam.services.workspace import Workspace
from geoteam.store import boundaries, plans, staff
from geoteam.store.plans import SavedPlan


def outdated(workspace: Workspace, session: Session, set_id: int) -> bool:
    """Tell whether newer boundaries are in force than those a plan is drawn on.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    set_id
        The boundary set of the plan.

    Returns
    -------
    bool
        False for boundaries that will be in force later.
    """
    return boundaries.outdated(session, set_id, workspace.today())


def refuse_settled(workspace: Workspace, session: Session, plan: SavedPlan) -> None:
    """Refuse to edit a plan that is no draft, or whose boundaries are no longer in force.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    plan
        The plan.

    Raises
    ------
    SettledError
        Saying why, and what to do.
    """
    if plan.status == plans.PROPOSED:
        raise SettledError(
            "the plan waits for approval and cannot be edited",
            remedy="Take the proposal back, or copy the plan to a new draft",
        )
    if plan.status != plans.DRAFT:
        raise SettledError(
            f"the plan is {plans.SAID[plan.status]} and cannot be edited",
            remedy="Copy it to a new draft",
        )
    if outdated(workspace, session, plan.boundary_set_id):
        raise SettledError(
            "the plan is drawn on boundaries that are no longer in force",
            remedy="Carry it over to the new boundaries, on the plan's page",
        )


def refuse_other_teams(session: Session, user: User, teams: Iterable[str]) -> None:
    """Refuse to move units from or to teams that a supervisor does not lead.

    Parameters
    ----------
    session
        Open session.
    user
        A supervisor.
    teams
        Teams that lose or gain units; '' is no team and may be used by everyone.

    Raises
    ------
    DisclosureError
        Naming the first team.
    """
    others = sorted(team for team in set(teams) - {""} if not sees_team(user, team))
    if others:
        names = staff.teams(session)["name"]
        raise DisclosureError(
            f"you do not lead {names.get(others[0], others[0])} ({others[0]})",
            remedy="Move units of your own teams, or ask that team's supervisor",
        )


def check_teams(session: Session, teams: set[str]) -> None:
    """Refuse teams that may hold no area.

    Parameters
    ----------
    session
        Open session.
    teams
        References; '' is allowed.

    Raises
    ------
    InputError
        Naming the first that is not known, or works citywide.
    """
    for why in unusable_teams(session, teams).values():
        raise InputError(why, remedy="Load the plan again and choose another team")


def refuse_unusable(session: Session, plan_id: int) -> None:
    """Refuse a plan in which a team holds units that may hold none.

    Parameters
    ----------
    session
        Open session.
    plan_id
        The plan.

    Raises
    ------
    InputError
        Naming the first such team and its units.
    """
    units = plans.units(session, plan_id)
    for team, why in unusable_teams(session, set(units.values())).items():
        held = [unit for unit, of in units.items() if of == team]
        named = ", ".join(held[:10]) + (" ..." if len(held) > 10 else "")
        raise InputError(
            f"{why}, but has {counted(len(held), 'unit')} in this plan: {named}",
            where=f"plan {plan_id}",
            remedy="Give them to other teams in the editor (Find steps through them)",
        )


def unusable_teams(session: Session, teams: set[str]) -> dict[str, str]:
    """Say which teams may hold no area, and why.

    Parameters
    ----------
    session
        Open session.
    teams
        References; '' is allowed.

    Returns
    -------
    dict of str to str
        Team to a sentence, sorted; empty when all may.
    """
    known = staff.specialties(session)
    return {
        team: f"team {team} works in the whole city and holds no area"
        if team in known
        else f"there is no team {team!r} any more"
        for team in sorted(teams - {""})
        if known.get(team, "gone")
    }
