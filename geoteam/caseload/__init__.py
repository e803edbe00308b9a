"""Caseload: contact standards, workload, and client -> unit -> team -> officer with its reason.

Every client ends in exactly one place: with one officer, or unassigned with the reason why. An
officer's capacity in workload points is never exceeded. The choice of officer is an optimum with a
proven bound, not a loop of guesses, and the same input gives the same answer in any row order.
Nothing here reads a clock, a file or a database.
"""

from __future__ import annotations

from geoteam.caseload.assign import Assignment, assign
from geoteam.caseload.explain import explain
from geoteam.caseload.objective import Weights
from geoteam.caseload.teams import choose_teams, specialty_of
from geoteam.caseload.workload import full_caseload_points, workload_points

__all__ = [
    "Assignment",
    "Weights",
    "assign",
    "choose_teams",
    "explain",
    "full_caseload_points",
    "specialty_of",
    "workload_points",
]
