"""A reason in plain English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_UNASSIGNED = {
    "no_location": "There is no usable location, so no service area can be named. The address "
    "waits in the review queue, or the client has no fixed address.",
    "ambiguous": "The location is not certain enough to say in which team's area it lies: the "
    "border is too near. Write the address in full in the agency's record.",
    "outside": "The location lies in no area of the boundary set in force.",
    "no_team": "Area {unit} belongs to no team in the plan. Add it to a team's area.",
    "no_officer": "Team {team} of area {unit} has no officer for general supervision.",
}
_PRESENT = {
    "full": "The present officer, {present}, would be over capacity.",
    "balance": "The present officer, {present}, is in the team, but keeping the client there "
    "would have unbalanced the team's workload by more than the change is worth.",
    "other_team": "The present officer, {present}, belongs to team {present_team}.",
    "left": "The present officer, {present}, is no longer among the officers.",
}
_OFFICER = {
    "kept": "{officer} is the present officer and keeps the client.",
    "only": "{officer} is the only officer of the team.",
    "room": "{officer} has room; without a location, distance plays no part.",
    "nearest": "{officer} has the caseload nearest to the client's home, {minutes} "
    "minutes from its centre.",
    "nearest_full": "{officer} ({minutes} minutes from the centre of the caseload) has "
    "room. The nearest caseload, {nearest}'s at {nearest_minutes} minutes, has none: "
    "{nearest_load} of {nearest_capacity} points.",
    "balance": "{officer} ({minutes} minutes from the centre of the caseload) was chosen "
    "so that the team as a whole travels little, keeps its officers and shares the work evenly; "
    "the nearest caseload is {nearest}'s at {nearest_minutes} minutes, with {nearest_load} of "
    "{nearest_capacity} points.",
}


def explain(reason: Mapping[str, Any]) -> str:
    """Tell the chain client -> unit -> team -> officer in plain English.

    Parameters
    ----------
    reason
        A reason of ``assign``, also after a trip through JSON.

    Returns
    -------
    str
        Paragraphs, one for each step, separated by blank lines. How the address was placed is
        the geocoder's to tell.
    """
    words = {key: _plain(value) for key, value in reason.items()}
    steps = []
    if reason["unit"]:
        steps.append(f"Area: {words['unit']}.")
    team = _team(reason, words)
    if team:
        steps.append(team)
    status = reason["status"]
    if status == "assigned":
        steps.append(_officer(reason, words))
    elif status == "no_capacity":
        steps.append(_no_capacity(reason, words))
    else:
        steps.append("Not assigned. " + _UNASSIGNED[status].format(**words))
    return "\n\n".join(steps)


def _team(reason: Mapping[str, Any], words: Mapping[str, str]) -> str:
    label = words["specialty_label"]
    if reason["team_why"] == "specialty":
        team = words["team"] or ", ".join(reason.get("teams", ()))
        return (
            f"Team: {team}. The client is on the {label} caseload, which is citywide and goes "
            "before the area's team."
        )
    if reason["team_why"] == "specialty_without_team":
        return (
            f"Team: {words['team']}. The client is on the {label} caseload, but no team has "
            f"officers for it, so the team of area {words['unit']} takes over."
        )
    if reason["team_why"] == "area":
        return f"Team: {words['team']}, to which the plan gives area {words['unit']}."
    return ""


def _officer(reason: Mapping[str, Any], words: Mapping[str, str]) -> str:
    text = "Officer: " + _OFFICER[reason["officer_why"]].format(**words)
    if reason["present_why"] in _PRESENT:
        text += " " + _PRESENT[reason["present_why"]].format(**words)
    if reason["candidates_considered"] > 1:
        text += (
            f" {words['candidates_considered']} of {words['officers']} officers were considered."
        )
    return text + (
        f" With this client ({words['points']} points) the officer carries {words['load_after']} "
        f"of {words['capacity']} points."
    )


def _no_capacity(reason: Mapping[str, Any], words: Mapping[str, str]) -> str:
    teams = ", ".join(reason["teams"])
    text = f"Not assigned: no capacity in team {teams}. "
    text += (
        f"Its clients need {words['team_load']} points and its {words['officers']} officers can "
        f"carry {words['team_capacity']}"
    )
    if reason["more_officers"]:
        return text + (
            f": {words['more_officers']} more officers are needed. Clients with less required "
            "contact wait first."
        )
    return text + (
        f", but the client needs {words['points']} points in one piece and no officer could be "
        f"given that much room (the largest left is {words['largest_free']})."
    )


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return "" if value is None else str(value)
