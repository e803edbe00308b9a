"""What makes a plan a plan."""

from __future__ import annotations

from collections.abc import Collection, Mapping

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
