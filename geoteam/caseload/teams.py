"""The step client -> unit -> team: specialised citywide teams first, then the plan's area team."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from geoteam.profile import CaseloadTable


@dataclass(frozen=True, slots=True)
class TeamChoice:
    """What was settled for a client before any officer is chosen.

    Attributes
    ----------
    status
        ``open`` when an officer can be sought; else why not: ``no_location``, ``ambiguous``,
        ``outside``, ``no_team`` or ``no_officer``.
    pool
        The specialty ('' for an area team) and the team ('' for all teams of a specialty) whose
        officers may take the client.
    why
        ``specialty``, ``area`` or ``specialty_without_team``; '' without a team.
    specialty
        The specialty that decided, or that would have decided had it a team; '' for general.
    """

    status: str
    pool: tuple[str, str] = ("", "")
    why: str = ""
    specialty: str = ""


def specialty_of(needs: Iterable[str], citywide: Sequence[str]) -> str:
    """Choose the specialised caseload of a client with several needs.

    Parameters
    ----------
    needs
        The client's needs by name.
    citywide
        Specialties with citywide teams, in order of precedence.

    Returns
    -------
    str
        The first specialty among the needs, '' when there is none.
    """
    held = set(needs)
    return next((name for name in citywide if name in held), "")


def choose_teams(
    clients: pd.DataFrame,
    officers: pd.DataFrame,
    plan: Mapping[str, str],
    caseload: CaseloadTable,
) -> list[TeamChoice]:
    """Settle for each client which officers may take them.

    A citywide team serves the whole city, so its clients need no unit and no usable address.

    Parameters
    ----------
    clients
        CLIENTS frame. An optional column ``needs`` (lists of names) lets a client whose first
        specialty has no team go to the team of the next.
    officers
        OFFICERS frame.
    plan
        Unit -> team of the published plan.
    caseload
        Precedence of the citywide specialties.

    Returns
    -------
    list of TeamChoice
        One for each row of ``clients``, in its order.
    """
    special = {str(name) for name in officers["specialty"].unique() if name}
    general = set(officers.loc[officers["specialty"] == "", "team"])
    needs = clients["needs"] if "needs" in clients else [()] * len(clients)
    rows = zip(
        clients["specialty"],
        needs,
        clients["located"],
        clients["boundary_ambiguous"],
        clients["unit"],
        strict=True,
    )
    choices = []
    for specialty, held, located, ambiguous, unit in rows:
        names = {specialty, *held}
        wanted = [name for name in caseload.citywide if name in names]
        if specialty and specialty not in wanted:
            wanted.append(specialty)
        served = next((name for name in wanted if name in special), "")
        if served:
            choices.append(TeamChoice("open", (served, ""), "specialty", served))
            continue
        choices.append(
            _area_choice(
                bool(located), bool(ambiguous), unit, plan, general, wanted[0] if wanted else ""
            )
        )
    return choices


def _area_choice(
    located: bool, ambiguous: bool, unit: str, plan: Mapping[str, str], general: set[str], want: str
) -> TeamChoice:
    if not located:
        return TeamChoice("no_location", specialty=want)
    if ambiguous:
        return TeamChoice("ambiguous", specialty=want)
    if not unit:
        return TeamChoice("outside", specialty=want)
    team = plan.get(unit, "")
    if not team:
        return TeamChoice("no_team", specialty=want)
    why = "specialty_without_team" if want else "area"
    return TeamChoice("open" if team in general else "no_officer", ("", team), why, want)
