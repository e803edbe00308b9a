"""The reason of each assignment, as plain data that can be stored as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from geoteam.caseload.pool import PoolResult
from geoteam.caseload.teams import TeamChoice
from geoteam.profile import CaseloadTable


def settled_reason(
    choice: TeamChoice,
    unit: str,
    present: str,
    plan: Mapping[str, str],
    caseload: CaseloadTable,
) -> dict[str, Any]:
    """Give the reason of a client for whom no officer is sought.

    Parameters
    ----------
    choice
        What was settled about the team.
    unit
        The client's unit, '' for none.
    present
        The present officer, '' for none.
    plan
        Unit -> team.
    caseload
        Labels of the specialties.

    Returns
    -------
    dict
        ``status``, ``unit``, ``team`` and what was sought.
    """
    reason = _start(choice, unit, present, caseload)
    reason["team"] = plan.get(unit, "") if choice.status == "no_officer" else ""
    return reason


def reasons_of_pool(
    result: PoolResult,
    choices: list[TeamChoice],
    staff: pd.DataFrame,
    caseload: CaseloadTable,
) -> list[tuple[str, str, dict[str, Any]]]:
    """Give team, officer and reason of each client of a solved pool.

    Parameters
    ----------
    result
        The solved pool.
    choices
        What was settled about the team of each of its clients.
    staff
        All officers, for present officers of other teams.
    caseload
        Labels of the specialties.

    Returns
    -------
    list of tuple
        Team ('' when a citywide specialty has no room), officer ('' for none) and reason.
    """
    view = _View(result, staff)
    return [
        view.tell(row, _start(choice, view.units[row], view.held[row], caseload), choice)
        for row, choice in enumerate(choices)
    ]


def _start(choice: TeamChoice, unit: str, present: str, caseload: CaseloadTable) -> dict[str, Any]:
    return {
        "status": choice.status,
        "unit": unit,
        "team": "",
        "team_why": choice.why,
        "specialty": choice.specialty,
        "specialty_label": caseload.labels.get(
            choice.specialty, choice.specialty.replace("_", " ")
        ),
        "officer": "",
        "officer_why": "",
        "present": present,
        "present_why": "",
        "kept": False,
    }


class _View:
    """Plain Python values of a pool, taken out of the frames once."""

    def __init__(self, result: PoolResult, staff: pd.DataFrame) -> None:
        self.result = result
        self.refs = [str(ref) for ref in result.officers.index]
        self.teams = [str(team) for team in result.officers["team"]]
        self.held = [str(ref) for ref in result.clients["officer"]]
        self.units = [str(unit) for unit in result.clients["unit"]]
        self.points = result.clients["points"].to_numpy(dtype=np.float64)
        self.located = result.clients["located"].to_numpy(dtype=bool)
        self.team_of = {str(ref): str(team) for ref, team in staff["team"].items()}
        self.total = float(self.points.sum())
        self.room = float(result.capacity.sum())
        self.mean_capacity = self.room / max(len(self.refs), 1)

    def tell(
        self, row: int, reason: dict[str, Any], choice: TeamChoice
    ) -> tuple[str, str, dict[str, Any]]:
        chosen = int(self.result.answer.chosen[row])
        reason |= {
            "points": float(self.points[row]),
            "candidates_considered": int(self.result.considered[row]),
            "officers": len(self.refs),
        }
        if chosen < 0:
            return self._left_out(row, reason, choice)
        minutes = self.result.minutes[row]
        reason |= {
            "status": "assigned",
            "team": self.teams[chosen],
            "officer": self.refs[chosen],
            "minutes": round(float(minutes[chosen]), 1) if self.located[row] else None,
            "load_after": round(float(self.result.load[chosen]), 3),
            "capacity": round(float(self.result.capacity[chosen]), 3),
        }
        self._why_officer(row, chosen, reason)
        return self.teams[chosen], self.refs[chosen], reason

    def _why_officer(self, row: int, chosen: int, reason: dict[str, Any]) -> None:
        present = int(self.result.present[row])
        if present == chosen:
            reason |= {"officer_why": "kept", "present_why": "kept", "kept": True}
            return
        if present >= 0:
            reason["present_why"] = "full" if self._is_full(present, row) else "balance"
        elif self.held[row]:
            elsewhere = self.team_of.get(self.held[row])
            reason["present_why"] = "left" if elsewhere is None else "other_team"
            reason["present_team"] = elsewhere or ""
        nearest = int(np.argmin(self.result.minutes[row]))
        if len(self.refs) == 1:
            reason["officer_why"] = "only"
        elif not self.located[row]:
            reason["officer_why"] = "room"
        elif self.result.minutes[row, chosen] <= self.result.minutes[row, nearest] + 1e-9:
            reason["officer_why"] = "nearest"
        else:
            reason |= {
                "officer_why": "nearest_full" if self._is_full(nearest, row) else "balance",
                "nearest": self.refs[nearest],
                "nearest_minutes": round(float(self.result.minutes[row, nearest]), 1),
                "nearest_load": round(float(self.result.load[nearest]), 3),
                "nearest_capacity": round(float(self.result.capacity[nearest]), 3),
            }

    def _is_full(self, officer: int, row: int) -> bool:
        after = self.result.load[officer] + self.points[row]
        return bool(after > self.result.capacity[officer] + 1e-9)

    def _left_out(
        self, row: int, reason: dict[str, Any], choice: TeamChoice
    ) -> tuple[str, str, dict[str, Any]]:
        teams = sorted(set(self.teams))
        team = teams[0] if len(teams) == 1 else choice.pool[1]
        largest = float((self.result.capacity - self.result.load).max(initial=0.0))
        missing = max(0.0, self.total - self.room)
        reason |= {
            "status": "no_capacity",
            "team": team,
            "teams": teams,
            "team_load": round(self.total, 3),
            "team_capacity": round(self.room, 3),
            "largest_free": round(largest, 3),
            "more_officers": round(missing / self.mean_capacity, 2) if self.mean_capacity else None,
        }
        return team, "", reason
