"""What makes a plan a plan, and what a new plan would change."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from geoteam.errors import InputError


def check_plan(
    plan: Mapping[str, str], *, units: Collection[str], teams: Collection[str], where: str = ""
) -> None:
    """Refuse a plan that does not give every unit of its boundary set a known team.

    Parameters
    ----------
    plan
        Unit code -> team ref.
    units
        Every unit code of the boundary set.
    teams
        Every team ref that may hold an area.
    where
        File or object the plan came from, for the message.

    Raises
    ------
    InputError
        Naming the units that are missing, unknown or without a known team.
    """
    faults = []
    missing = sorted(set(units) - set(plan))
    unknown = sorted(set(plan) - set(units))
    strangers = sorted({team for team in plan.values() if team not in teams})
    if missing:
        faults.append(f"no team for unit(s) {', '.join(missing[:10])}")
    if unknown:
        faults.append(f"unknown unit(s) {', '.join(unknown[:10])}")
    if strangers:
        faults.append(f"unknown team(s) {', '.join(strangers[:10])}")
    if faults:
        raise InputError(
            "the plan is not complete: " + "; ".join(faults),
            where=where,
            remedy="A plan names one existing team for every unit",
        )


def transfers(
    clients: pd.DataFrame, before: Mapping[str, str], after: Mapping[str, str]
) -> pd.DataFrame:
    """List the clients whose area team a new plan would change.

    Parameters
    ----------
    clients
        Index client_ref, column ``unit`` ('' for clients without a usable place).
    before, after
        Unit code -> team ref of the two plans.

    Returns
    -------
    DataFrame
        Index client_ref, columns ``unit``, ``team_before``, ``team_after``; only those that differ.
    """
    located = clients.loc[clients["unit"] != "", ["unit"]]
    moved = located.assign(
        team_before=located["unit"].map(before).fillna(""),
        team_after=located["unit"].map(after).fillna(""),
    )
    return moved.loc[moved["team_before"] != moved["team_after"]]
