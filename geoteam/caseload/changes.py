"""What a new plan changes for a client, as one or two sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Name = Callable[[str], str]

_PRESENT = {
    "full": "With {before} there would be more work than one officer carries.",
    "balance": "Staying with {before} would have unbalanced the team's workload.",
    "left": "{before} is no longer among the officers.",
}
_OFFICER = {
    "kept": "{after} was the officer before and takes the client back.",
    "only": "{after} is the only officer of {team}.",
    "room": "{after} has room.",
    "nearest": "{after} has the caseload nearest to the home.",
    "nearest_full": "The nearest caseload is full; {after} has room.",
    "balance": "{after} was chosen so that the team travels little and shares the work evenly.",
}
_NOBODY = {
    "no_location": "no usable location is known",
    "ambiguous": "the location is too close to the border of two teams' areas",
    "outside": "the home lies in no area of the plan",
    "no_team": "area {unit} has no team in the plan",
    "no_officer": "{team} has no officer for general supervision",
    "no_capacity": "every officer who could take the client is full",
}


def explain_change(
    before: Mapping[str, str], reason: Mapping[str, Any], *, team: Name, officer: Name
) -> str:
    """Tell why a client's team and officer change, or stay, under a new plan.

    Parameters
    ----------
    before
        ``unit``, ``team`` and ``officer`` until then; '' for none.
    reason
        The reason of the new assignment, from ``assign``.
    team, officer
        Turn a reference into the name that people know.

    Returns
    -------
    str
        Sentences; no person's name but officers'.
    """
    words = {
        "unit": str(reason["unit"]),
        "team": team(str(reason["team"])),
        "before": officer(before["officer"]),
        "before_team": team(before["team"]),
        "after": officer(str(reason["officer"])),
    }
    said = [_team(before, reason, words)]
    if reason["status"] != "assigned":
        why = _NOBODY.get(str(reason["status"]), "nobody could be found")
        said.append(f"No officer: {why.format(**words)}.")
    elif before["officer"] == reason["officer"]:
        said.append(f"{words['after']} stays the officer.")
    elif not before["officer"]:
        said.append(f"{words['after']} becomes the officer.")
    else:
        said.append(f"The officer changes from {words['before']} to {words['after']}.")
        said += _officer(reason, words)
    return " ".join(part for part in said if part)


def _team(before: Mapping[str, str], reason: Mapping[str, Any], words: Mapping[str, str]) -> str:
    unit = str(reason["unit"])
    if reason["team_why"] == "specialty":
        return f"The {reason['specialty_label']} caseload is citywide, whatever the area."
    if not unit or not reason["team"]:
        return ""
    if not before["team"]:
        return f"Area {unit} belongs to {words['team']}."
    if before["unit"] != unit:
        verb = "stays with" if before["team"] == reason["team"] else "belongs to"
        left = f", not {before['unit']}" if before["unit"] else ""
        return f"The home lies in area {unit}{left}, which {verb} {words['team']}."
    if before["team"] == reason["team"]:
        return f"Area {unit} stays with {words['team']}."
    return f"Area {unit} goes from {words['before_team']} to {words['team']}."


def _officer(reason: Mapping[str, Any], words: Mapping[str, str]) -> list[str]:
    """Say why the officer changes, where the change of team does not say it already."""
    texts = (
        _PRESENT.get(str(reason["present_why"]), ""),
        _OFFICER.get(str(reason["officer_why"]), ""),
    )
    return [text.format(**words) for text in texts if text]
